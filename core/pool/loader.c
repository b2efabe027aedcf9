/* SPDX-License-Identifier: MPL-2.0 */
/* loader.c: loads a pool's plugins, tells the master, forks the workers and watches them. */
#include "pool/pool.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/master.h"
#include "request/openapi.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct worker {
    pid_t pid;       /* 0: none */
    int64_t started; /* clock_steady() */
    int64_t respawn; /* clock_steady() at which to start another; 0: at once */
};

struct loader {
    const struct pool_assets *assets;
    struct worker *workers;
    unsigned count;
    int listener;
    sigset_t signals;
};

const struct pool_assets *pool_load(TALLOC_CTX *context, const struct config *config,
                                    const struct config_pool *pool, struct error *error)
{
    struct pool_assets *assets = talloc_zero(context, struct pool_assets);

    if (assets == NULL) {
        (void)error_set(error, "There is no memory for the pool.");
        return NULL;
    }
    assets->config = config;
    assets->pool = pool;
    assets->keys = token_keys_load(assets, config->issuer, config->keys, config->key_count, error);
    if (assets->keys == NULL) {
        return NULL;
    }
    if (secret_derive(assets->keys, "idempotency", assets->body_key) != 0 ||
        secret_derive(assets->keys, "form", assets->form_key) != 0) {
        (void)error_set(error, "No secret can be derived from the token key.");
        return NULL;
    }
    assets->issuers =
        token_issuers_load(assets, assets->keys, config->issuers, config->issuer_count, error);
    if (assets->issuers == NULL) {
        return NULL;
    }
    assets->registry = registry_load(assets, config, pool, error);
    if (assets->registry == NULL) {
        return NULL;
    }
    assets->openapi = openapi_make(assets, assets->registry, error);
    if (assets->openapi == NULL) {
        return NULL;
    }
    assets->metrics = request_metrics_new(assets, assets->registry, pool, error);
    return assets->metrics != NULL ? assets : NULL;
}

static void report_text(int report, const char *text)
{
    (void)!write(report, text, strlen(text));
    (void)close(report);
}

static void start_worker(struct loader *loader, unsigned number)
{
    struct worker *worker = &loader->workers[number];
    const pid_t parent = getpid();
    const pid_t pid = fork();

    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) {
            _exit(0); /* the loader died in between */
        }
        _exit(worker_run(loader->assets, number, loader->listener));
    }
    worker->pid = pid > 0 ? pid : 0;
    worker->started = clock_steady();
    worker->respawn = pid > 0 ? 0 : worker->started + POOL_RESPAWN_DELAY_MS * 1000LL;
}

static void worker_ended(struct loader *loader, pid_t pid, int status, bool stopping)
{
    for (unsigned i = 0; i < loader->count; i++) {
        struct worker *worker = &loader->workers[i];

        if (worker->pid != pid) {
            continue;
        }
        worker->pid = 0;
        if (!stopping) {
            const int64_t earliest = worker->started + POOL_RESPAWN_DELAY_MS * 1000LL;

            log_line(LOG_LEVEL_WARNING, "event=worker_ended worker=%u pid=%d %s=%d", i, (int)pid,
                     WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            metrics_worker_died(loader->assets->metrics, i);
            worker->respawn = earliest > clock_steady() ? earliest : 0;
        }
    }
}

static unsigned reap(struct loader *loader, bool stopping)
{
    unsigned alive = 0;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        worker_ended(loader, pid, status, stopping);
    }
    for (unsigned i = 0; i < loader->count; i++) {
        alive += loader->workers[i].pid != 0 ? 1 : 0;
    }
    return alive;
}

static void start_missing(struct loader *loader)
{
    for (unsigned i = 0; i < loader->count; i++) {
        if (loader->workers[i].pid == 0 && loader->workers[i].respawn <= clock_steady()) {
            start_worker(loader, i);
        }
    }
}

/* A worker ends when nothing is waiting any more. The signal is sent again and again: one that
 * comes in the moment before accept(2) blocks would be noticed at its time-out only. */
static void stop_workers(struct loader *loader)
{
    const int64_t deadline = clock_steady() + POOL_STOP_TIMEOUT_MS * 1000LL;
    const struct timespec tick = {.tv_nsec = 50 * 1000 * 1000};

    while (reap(loader, true) > 0) {
        const int signal = clock_steady() > deadline ? SIGKILL : SIGTERM;

        for (unsigned i = 0; i < loader->count; i++) {
            if (loader->workers[i].pid != 0) {
                (void)kill(loader->workers[i].pid, signal);
            }
        }
        (void)sigtimedwait(&loader->signals, NULL, &tick);
    }
}

static void watch(struct loader *loader)
{
    const struct timespec tick = {.tv_nsec = 500 * 1000 * 1000};

    for (;;) {
        start_missing(loader);
        if (sigtimedwait(&loader->signals, NULL, &tick) == SIGTERM) {
            return;
        }
        (void)reap(loader, false);
    }
}

int loader_run(const struct config *config, const struct config_pool *pool, int listener,
               int report)
{
    struct loader loader = {.count = pool->workers, .listener = listener};
    struct error error;

    log_identity("pool=%s", pool->name);
    (void)sigemptyset(&loader.signals);
    (void)sigaddset(&loader.signals, SIGTERM);
    (void)sigaddset(&loader.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &loader.signals, NULL);
    (void)signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the master decides */
    (void)signal(SIGHUP, SIG_IGN);
    loader.workers = talloc_zero_array(NULL, struct worker, pool->workers);
    loader.assets = pool_load(loader.workers, config, pool, &error);
    if (loader.assets == NULL) {
        report_text(report, error.text);
        return 1;
    }
    xml_freeze();
    report_text(report, MASTER_READY);
    watch(&loader);
    stop_workers(&loader);
    talloc_free(loader.workers);
    return 0;
}
