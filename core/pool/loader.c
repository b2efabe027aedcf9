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
    bool killed;     /* because its request lasted too long */
};

struct loader {
    struct pool_assets *assets;
    struct worker *workers;
    struct board_place *places; /* of the workers, in their order */
    unsigned count;
    sigset_t signals;
};

struct pool_assets *pool_load(TALLOC_CTX *context, const struct config *config,
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
    struct board_place *place = &loader->places[number];
    const pid_t parent = getpid();
    pid_t pid;

    atomic_store(&place->began, 0);
    atomic_store(&place->served, 0);
    pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) {
            _exit(0); /* the loader died in between */
        }
        _exit(worker_run(loader->assets, number, MASTER_LISTEN_FD, place));
    }
    *worker = (struct worker){.pid = pid > 0 ? pid : 0, .started = clock_steady()};
    worker->respawn = pid > 0 ? 0 : worker->started + POOL_RESPAWN_DELAY_MS * 1000LL;
}

/* The crash record: what it was doing, as far as it had told. */
static void log_death(const struct loader *loader, unsigned number, int status)
{
    const struct worker *worker = &loader->workers[number];
    const struct board_activity *activity = &loader->places[number].activity;
    const bool at_work = atomic_load(&loader->places[number].began) != 0;
    const char *const texts[] = {activity->request, activity->plugin, activity->method,
                                 activity->route, activity->stage};
    char copies[sizeof texts / sizeof *texts][BOARD_TEXT_SIZE];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        board_text(copies[i], at_work && *texts[i] != '\0' ? texts[i] : "-");
    }
    log_line(status == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
             "event=worker_ended worker=%u pid=%d %s=%d%s request=%s plugin=%s method=%s route=%s "
             "stage=%s",
             number, (int)worker->pid, WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
             worker->killed ? " reason=\"its request lasted too long\"" : "", copies[0], copies[1],
             copies[2], copies[3], copies[4]);
}

/* One that has done its work ends with 0 and is followed at once, and so is one that died of a
 * request; one that dies without having served any would spin. */
static void worker_ended(struct loader *loader, unsigned number, int status)
{
    struct worker *worker = &loader->workers[number];
    struct board_place *place = &loader->places[number];
    const int64_t now = clock_steady();
    char plugin[BOARD_TEXT_SIZE];

    log_death(loader, number, status);
    if (status != 0) {
        const bool served = atomic_load(&place->served) != 0 || atomic_load(&place->began) != 0;

        metrics_worker_died(loader->assets->metrics, number);
        board_text(plugin, place->activity.plugin);
        if (board_crashed(loader->assets->board, place, worker->pid, status, clock_now(), now)) {
            log_line(LOG_LEVEL_ERROR, "event=plugin_closed plugin=%s", plugin);
        }
        worker->respawn = served ? 0 : worker->started + POOL_RESPAWN_DELAY_MS * 1000LL;
    }
    worker->pid = 0;
}

static unsigned reap(struct loader *loader)
{
    unsigned alive = 0;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (unsigned i = 0; i < loader->count; i++) {
            if (loader->workers[i].pid == pid) {
                worker_ended(loader, i, status);
            }
        }
    }
    for (unsigned i = 0; i < loader->count; i++) {
        alive += loader->workers[i].pid != 0 ? 1 : 0;
    }
    return alive;
}

/* nginx has given these requests up a moment ago. */
static void end_overdue(struct loader *loader)
{
    const int64_t limit =
        (loader->assets->pool->request_seconds + POOL_OVERTIME_S) * INT64_C(1000000);

    for (unsigned i = 0; i < loader->count; i++) {
        const int64_t began = atomic_load(&loader->places[i].began);

        if (loader->workers[i].pid != 0 && began != 0 && clock_steady() - began > limit) {
            loader->workers[i].killed = true;
            (void)kill(loader->workers[i].pid, SIGKILL);
        }
    }
}

/* Tell the workers to end, again and again: a signal that comes in the moment before accept(2)
 * blocks would be noticed at its time-out only. */
static void end_workers(struct loader *loader, int how)
{
    const int64_t patience =
        how == MASTER_RETIRE
            ? (loader->assets->pool->request_seconds + 2 * POOL_OVERTIME_S) * INT64_C(1000000)
            : POOL_STOP_TIMEOUT_MS * INT64_C(1000);
    const int64_t deadline = clock_steady() + patience;
    const struct timespec tick = {.tv_nsec = 50 * 1000 * 1000};

    while (reap(loader) > 0) {
        const int signal = clock_steady() > deadline ? SIGKILL : how;

        for (unsigned i = 0; i < loader->count; i++) {
            if (loader->workers[i].pid != 0) {
                (void)kill(loader->workers[i].pid, signal);
            }
        }
        end_overdue(loader);
        if (sigtimedwait(&loader->signals, NULL, &tick) == MASTER_STOP) {
            how = MASTER_STOP;
        }
    }
}

/* Until told to end: how. */
static int watch(struct loader *loader)
{
    const struct timespec tick = {.tv_nsec = 250 * 1000 * 1000};

    for (;;) {
        int signal;

        for (unsigned i = 0; i < loader->count; i++) {
            if (loader->workers[i].pid == 0 && loader->workers[i].respawn <= clock_steady()) {
                start_worker(loader, i);
            }
        }
        signal = sigtimedwait(&loader->signals, NULL, &tick);
        if (signal == MASTER_STOP || signal == MASTER_RETIRE) {
            return signal;
        }
        (void)reap(loader);
        end_overdue(loader);
    }
}

/* The plugins' entries in the board; those of the core itself never close. */
static int find_switches(struct pool_assets *assets)
{
    const struct registry *registry = assets->registry;

    assets->switches =
        talloc_zero_array(assets, struct board_plugin *, (unsigned)registry->plugin_count);
    for (size_t i = 1; assets->switches != NULL && i < registry->plugin_count; i++) {
        assets->switches[i] = board_plugin(assets->board, registry->plugins[i].descriptor->name);
    }
    return assets->switches != NULL ? 0 : -1;
}

static int prepare(struct loader *loader, const struct config *config,
                   const struct config_pool *pool, unsigned turn, struct error *error)
{
    struct board *board = board_map(MASTER_BOARD_FD, true);

    loader->workers = talloc_zero_array(NULL, struct worker, pool->workers);
    if (board == NULL || loader->workers == NULL) {
        return error_set(error, "There is no memory for the pool.");
    }
    loader->places = &board->places[turn % BOARD_GENERATIONS * BOARD_WORKERS_MAX];
    loader->assets = pool_load(loader->workers, config, pool, error);
    if (loader->assets == NULL) {
        return -1;
    }
    loader->assets->board = board;
    return find_switches(loader->assets) == 0
               ? 0
               : error_set(error, "There is no memory for the pool.");
}

int loader_run(const struct config *config, const struct config_pool *pool, unsigned turn)
{
    struct loader loader = {.count = pool->workers};
    struct error error;

    log_identity("pool=%s", pool->name);
    (void)sigemptyset(&loader.signals);
    (void)sigaddset(&loader.signals, MASTER_STOP);
    (void)sigaddset(&loader.signals, MASTER_RETIRE);
    (void)sigaddset(&loader.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &loader.signals, NULL);
    (void)signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the master decides */
    (void)signal(SIGHUP, SIG_IGN);
    if (prepare(&loader, config, pool, turn, &error) != 0) {
        report_text(MASTER_REPORT_FD, error.text);
        return 1;
    }
    xml_freeze();
    report_text(MASTER_REPORT_FD, MASTER_READY);
    end_workers(&loader, watch(&loader));
    talloc_free(loader.workers);
    return 0;
}
