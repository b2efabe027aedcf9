/* SPDX-License-Identifier: MPL-2.0 */
/* master.c: see master.h. Signals are blocked and waited for, so nothing runs in a handler. */
#include "master/master.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char MASTER_READY[] = "ready";

struct pool {
    const struct config_pool *config;
    int listener;
    pid_t loader;    /* 0: none */
    int64_t respawn; /* clock_steady() at which to start another; 0: not due */
};

struct master {
    const struct config *config;
    struct pool *pools;
    size_t count;
    sigset_t signals;
};

static void wait_for_signals(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
    (void)sigaddset(set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, set, NULL);
}

/* In the child: become the pool's loader, with two descriptors beside the standard ones. */
static void become_loader(const struct master *master, const struct pool *pool, int report)
{
    const int listener = fcntl(pool->listener, F_DUPFD, 10);
    sigset_t none;

    report = fcntl(report, F_DUPFD, 10);
    if (listener < 0 || report < 0 || dup2(listener, MASTER_LISTEN_FD) < 0 ||
        dup2(report, MASTER_REPORT_FD) < 0 || close_range(MASTER_REPORT_FD + 1, ~0U, 0) != 0) {
        _exit(1);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)execl("/proc/self/exe", "codev", "load", "--config", master->config->file, "--pool",
                pool->config->name, (char *)NULL);
    _exit(127);
}

/* Read the loader's report; 0 when the pool is ready. */
static int read_report(int report, const struct pool *pool, struct error *error)
{
    const int64_t deadline = clock_steady() + MASTER_LOAD_TIMEOUT_MS * 1000LL;
    char text[MASTER_REPORT_MAX];
    size_t length = 0;

    while (length < sizeof text - 1) {
        struct pollfd waiting = {.fd = report, .events = POLLIN};
        const int64_t left = (deadline - clock_steady()) / 1000;
        ssize_t got;

        errno = 0; /* a poll(2) that ran out of time leaves it as it was */
        got = left > 0 && poll(&waiting, 1, (int)left) > 0
                  ? read(report, text + length, sizeof text - 1 - length)
                  : -1;
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
    }
    text[length] = '\0';
    if (strcmp(text, MASTER_READY) == 0) {
        return 0;
    }
    return error_set(error, "The pool “%s” does not start: %s", pool->config->name,
                     length > 0 ? text : "its loader ended without a word.");
}

static int start_pool(const struct master *master, struct pool *pool, struct error *error)
{
    int report[2];
    int status;

    if (pipe2(report, O_CLOEXEC) != 0) {
        return error_set(error, "There is no pipe for a loader: %s.", strerror(errno));
    }
    pool->respawn = 0;
    pool->loader = fork();
    if (pool->loader == 0) {
        become_loader(master, pool, report[1]);
    }
    (void)close(report[1]);
    if (pool->loader < 0) {
        pool->loader = 0;
        (void)close(report[0]);
        return error_set(error, "No loader can be started: %s.", strerror(errno));
    }
    status = read_report(report[0], pool, error);
    (void)close(report[0]);
    if (status != 0) {
        (void)kill(pool->loader, SIGKILL); /* one that hangs would never make room for another */
    } else {
        log_line(LOG_LEVEL_INFO, "event=pool_ready pool=%s loader=%d workers=%u",
                 pool->config->name, (int)pool->loader, pool->config->workers);
    }
    return status;
}

static struct pool *pool_of(const struct master *master, pid_t loader)
{
    for (size_t i = 0; i < master->count; i++) {
        if (master->pools[i].loader == loader) {
            return &master->pools[i];
        }
    }
    return NULL;
}

/* Collect dead loaders; another follows after a while, so that one that dies at once does not spin.
 */
static size_t reap(const struct master *master)
{
    size_t alive = 0;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct pool *pool = pool_of(master, pid);

        if (pool == NULL) {
            continue;
        }
        log_line(status == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
                 "event=loader_ended pool=%s pid=%d %s=%d", pool->config->name, (int)pid,
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        pool->loader = 0;
        pool->respawn = clock_steady() + MASTER_RESPAWN_DELAY_MS * 1000LL;
    }
    for (size_t i = 0; i < master->count; i++) {
        alive += master->pools[i].loader != 0 ? 1 : 0;
    }
    return alive;
}

static void respawn(const struct master *master)
{
    for (size_t i = 0; i < master->count; i++) {
        struct pool *pool = &master->pools[i];
        struct error error;

        if (pool->loader == 0 && pool->respawn != 0 && pool->respawn <= clock_steady() &&
            start_pool(master, pool, &error) != 0) {
            log_line(LOG_LEVEL_ERROR, "event=pool_failed reason=\"%s\"", error.text);
            /* Its loader, if any, is followed by another. */
            pool->respawn = clock_steady() + MASTER_RESPAWN_DELAY_MS * 1000LL;
        }
    }
}

static void signal_loaders(const struct master *master, int signal)
{
    for (size_t i = 0; i < master->count; i++) {
        if (master->pools[i].loader != 0) {
            (void)kill(master->pools[i].loader, signal);
        }
    }
}

/* From here on nginx is told that nobody listens, which is safe to repeat, and does not wait in
 * vain; what has come before is still accepted. */
static void refuse_more(const struct master *master)
{
    for (size_t i = 0; i < master->count; i++) {
        if (master->pools[i].listener >= 0) {
            (void)shutdown(master->pools[i].listener, SHUT_RD);
        }
    }
}

static void stop(struct master *master)
{
    const int64_t deadline = clock_steady() + MASTER_STOP_TIMEOUT_MS * 1000LL;
    const struct timespec tick = {.tv_nsec = 100 * 1000 * 1000};

    log_line(LOG_LEVEL_INFO, "event=stopping");
    refuse_more(master);
    signal_loaders(master, SIGTERM);
    while (reap(master) > 0) {
        if (clock_steady() > deadline) {
            signal_loaders(master, SIGKILL);
        }
        (void)sigtimedwait(&master->signals, NULL, &tick);
    }
    for (size_t i = 0; i < master->count; i++) {
        if (master->pools[i].listener >= 0) {
            (void)close(master->pools[i].listener);
            (void)unlink(master->pools[i].config->socket);
        }
    }
}

static int open_pools(struct master *master, struct error *error)
{
    for (size_t i = 0; i < master->count; i++) {
        master->pools[i] = (struct pool){.config = &master->config->pools[i], .listener = -1};
    }
    for (size_t i = 0; i < master->count; i++) {
        struct pool *pool = &master->pools[i];

        pool->listener = listener_open(pool->config->socket, error);
        if (pool->listener < 0 || start_pool(master, pool, error) != 0) {
            return -1;
        }
    }
    return 0;
}

static void watch(const struct master *master)
{
    const struct timespec tick = {.tv_sec = 1};

    for (;;) {
        const int signal = sigtimedwait(&master->signals, NULL, &tick);

        if (signal == SIGTERM || signal == SIGINT) {
            return;
        }
        if (signal == SIGHUP) { /* means "reload" to many; never the end of the service */
            log_line(LOG_LEVEL_WARNING, "event=signal_ignored signal=SIGHUP");
        }
        (void)reap(master);
        respawn(master);
    }
}

int master_run(const struct config *config, struct error *error)
{
    struct master master = {.config = config, .count = config->pool_count};
    int status;

    log_identity("master");
    wait_for_signals(&master.signals);
    master.pools = talloc_zero_array(NULL, struct pool, (unsigned)config->pool_count);
    if (master.pools == NULL) {
        return error_set(error, "There is no memory for the pools.");
    }
    status = open_pools(&master, error);
    if (status == 0) {
        log_line(LOG_LEVEL_INFO, "event=serving pools=%zu", master.count);
        watch(&master);
    }
    stop(&master);
    talloc_free(master.pools);
    return status;
}
