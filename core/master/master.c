/* SPDX-License-Identifier: MPL-2.0 */
/* master.c: see master.h. One loop: signals (as a descriptor, so that nothing runs in a handler),
 * reports of loaders, operators' commands, and the time. */
#include "master/master.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/listener.h"
#include "master/notify.h"
#include "master/pools.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

const char MASTER_READY[] = "ready";

enum {
    TICK_MS = 250,   /* how late a deadline may be noticed */
    WAITED_MAX = 66, /* descriptors: signals, control, loaders */
};

/* ---- loaders */

static struct loader *loader_of(const struct master *master, pid_t pid)
{
    struct loader *loader = master->loaders;

    while (loader != NULL && loader->pid != pid) {
        loader = loader->next;
    }
    return loader;
}

/* Another follows after a while, so that one that dies at once does not spin. */
static void loader_ended(struct master *master, struct loader *loader, int status)
{
    struct pool *pool = loader->pool;
    const bool is_coming = pool->next_loader == loader && master->coming != NULL;
    struct error error;

    log_line(status == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
             "event=loader_ended pool=%s pid=%d %s=%d", pool->name, (int)loader->pid,
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (pool->serving == loader) {
        pool->respawn = clock_steady() + MASTER_RESPAWN_DELAY_MS * INT64_C(1000);
    }
    if (is_coming && loader->report >= 0) { /* its reason may still be in the pipe */
        while (loader_read(loader, &error) == 0) {
        }
    } else if (is_coming) {
        (void)error_set(&error, "The pool “%s” ended as soon as it was ready.", pool->name);
    }
    loader_gone(master, loader);
    if (is_coming) {
        generation_failed(master, &error);
    }
}

static void reap(struct master *master)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct loader *loader = loader_of(master, pid);

        if (loader != NULL) {
            loader_ended(master, loader, status);
        } else if (pid == master->trial) {
            master->trial = 0;
            upgrade_tried(master, status);
        }
    }
    pools_sweep(master);
}

/* A loader of the generation that serves, started anew, did not come up. */
static void respawn_failed(struct pool *pool, const struct error *error)
{
    log_line(LOG_LEVEL_ERROR, "event=pool_failed reason=\"%s\"", error->text);
    pool->respawn = clock_steady() + MASTER_RESPAWN_DELAY_MS * INT64_C(1000);
}

static void respawn(struct master *master)
{
    for (struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        struct error error;

        if (pool->config == NULL || pool->serving != NULL || pool->respawn == 0 ||
            pool->respawn > clock_steady() || master->coming != NULL) {
            continue;
        }
        pool->respawn = 0;
        pool->serving = loader_start(master, pool, master->config->file, &error);
        if (pool->serving == NULL) {
            respawn_failed(pool, &error);
        }
    }
}

/* The loader did not become ready: those that serve again are tried again, one of a generation that
 * comes is the end of that. */
static void give_up(struct master *master, struct loader *loader, const struct error *error)
{
    struct pool *pool = loader->pool;

    if (pool->next_loader == loader) {
        generation_failed(master, error);
        return;
    }
    if (pool->serving == loader) {
        pool->serving = NULL;
        respawn_failed(pool, error);
    }
    loader_leave(loader, SIGKILL, 0);
}

static void listen_to(struct master *master, struct loader *loader)
{
    struct error error;
    const int status = loader_read(loader, &error);

    if (status < 0) {
        give_up(master, loader, &error);
    } else if (status > 0) {
        generation_ready(master);
    }
}

/* Loaders that have not reported in time, or do not end. */
static void hurry(struct master *master)
{
    const int64_t now = clock_steady();
    struct loader *late = master->loaders;

    while (late != NULL && (late->state != LOADER_LOADING || late->deadline > now)) {
        late = late->next;
    }
    if (late != NULL) { /* one at a time: giving it up changes the list */
        struct error error;

        (void)error_set(&error, "The pool “%s” does not start: it was not ready in %d s.",
                        late->pool->name, MASTER_LOAD_TIMEOUT_MS / 1000);
        give_up(master, late, &error);
    }
    for (struct loader *loader = master->loaders; loader != NULL; loader = loader->next) {
        if (loader->state == LOADER_LEAVING && loader->deadline <= now) {
            (void)kill(loader->pid, SIGKILL);
        }
    }
}

/* ---- commands */

static void reload(struct master *master, int asker)
{
    const struct config *config = NULL;
    struct error error;

    notify_reloading();
    if (master->coming != NULL || master->trial != 0) {
        (void)error_set(&error, "Another reload or an upgrade is under way.");
    } else {
        config = config_load(master->context, master->config->file, &error);
    }
    if (config == NULL) {
        log_line(LOG_LEVEL_ERROR, "event=reload_failed reason=\"%s\"", error.text);
        control_answer(asker, "failed\n%s\n", error.text);
        notify_ready();
        return;
    }
    log_line(LOG_LEVEL_INFO, "event=reloading");
    master->asker = asker;
    (void)generation_begin(master, config, &error);
}

static void open_plugin(const struct master *master, int asker, const char *name)
{
    bool found = false;

    for (const struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        found = board_open(pool->board, name) || found;
    }
    if (found) {
        log_line(LOG_LEVEL_INFO, "event=plugin_enabled plugin=%s", name);
        control_answer(asker, "ok\n");
    } else {
        control_answer(asker, "failed\nNo pool has a plugin “%s”.\n", name);
    }
}

static void command(struct master *master)
{
    static const char enable[] = "enable ";
    TALLOC_CTX *context = talloc_new(NULL);
    char *line;
    const int asker = control_accept(context, master->control, &line);
    struct error error;

    if (asker >= 0) {
        if (strcmp(line, "reload") == 0) {
            reload(master, asker);
        } else if (strcmp(line, "upgrade") == 0) {
            if (upgrade_begin(master, &error) == 0) {
                master->asker = asker;
            } else {
                control_answer(asker, "failed\n%s\n", error.text);
            }
        } else if (strncmp(line, enable, sizeof enable - 1) == 0) {
            open_plugin(master, asker, line + sizeof enable - 1);
        } else {
            control_answer(asker, "failed\nThe master does not know this command.\n");
        }
    }
    talloc_free(context);
}

/* ---- the life of the master */

static void begin_to_stop(struct master *master)
{
    if (master->stopping) {
        return;
    }
    log_line(LOG_LEVEL_INFO, "event=stopping");
    notify_stopping();
    master->stopping = true;
    if (master->coming != NULL) {
        struct error error;

        (void)error_set(&error, "codev stops.");
        generation_failed(master, &error);
    }
    for (struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        pool->config = NULL;
        pool_refuse_more(pool);
    }
    for (struct loader *loader = master->loaders; loader != NULL; loader = loader->next) {
        loader_leave(loader, loader->state == LOADER_LOADING ? SIGKILL : MASTER_STOP,
                     MASTER_STOP_TIMEOUT_MS);
    }
}

static void take_signals(struct master *master)
{
    struct signalfd_siginfo got;

    while (read(master->signals, &got, sizeof got) == (ssize_t)sizeof got) {
        if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT) {
            begin_to_stop(master);
        } else if (got.ssi_signo == SIGHUP && !master->stopping) {
            reload(master, -1);
        }
    }
    reap(master);
}

/* One turn: wait, and do what is due. */
static void turn(struct master *master)
{
    struct pollfd waited[WAITED_MAX] = {{.fd = master->signals, .events = POLLIN},
                                        {.fd = master->control, .events = POLLIN}};
    struct loader *reporting[WAITED_MAX] = {NULL};
    nfds_t count = 2;

    for (struct loader *loader = master->loaders; loader != NULL && count < WAITED_MAX;
         loader = loader->next) {
        if (loader->report >= 0) {
            reporting[count] = loader;
            waited[count++] = (struct pollfd){.fd = loader->report, .events = POLLIN};
        }
    }
    if (poll(waited, count, TICK_MS) > 0) {
        for (nfds_t i = 2; i < count; i++) {
            if (waited[i].revents != 0) { /* the others are looked at in the next turn: */
                listen_to(master, reporting[i]);
                return; /* this may have ended any of them */
            }
        }
        if (waited[1].revents != 0 && !master->stopping) {
            command(master);
        }
        if (waited[0].revents != 0) {
            take_signals(master);
        }
    }
    hurry(master);
    respawn(master);
    notify_watchdog();
}

static int block_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int set_up(struct master *master, struct error *error)
{
    static char program[PATH_MAX];

    master->asker = -1;
    master->control = -1;
    master->signals = block_signals();
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) {
        return error_set(error, "The master cannot tell which program it is: %s.", strerror(errno));
    }
    master->program = program;
    return upgrade_adopt(master, error);
}

/* Until told to stop, or until nothing is left to serve. */
static int serve(struct master *master, const char *control, struct error *error)
{
    if (master->control < 0) {
        master->control = listener_open(control, error);
    }
    if (master->control < 0) {
        return -1;
    }
    while (!master->stopping && (master->coming != NULL || master->pools != NULL)) {
        turn(master);
    }
    (void)unlink(control);
    *error = master->reason;
    return master->serves ? 0 : -1;
}

int master_run(const struct config *config, struct error *error)
{
    struct master master = {.context = talloc_new(NULL)};
    char *control = talloc_strdup(master.context, control_path((void *)config, config));
    int status = -1;

    log_identity("master");
    if (control == NULL || set_up(&master, error) != 0) {
        talloc_free(master.context);
        return -1;
    }
    if (generation_begin(&master, config, error) == 0) {
        status = serve(&master, control, error);
    }
    begin_to_stop(&master);
    while (master.loaders != NULL) {
        turn(&master);
    }
    pools_sweep(&master);
    talloc_free(master.context);
    return status;
}
