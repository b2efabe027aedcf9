/* SPDX-License-Identifier: MPL-2.0 */
/* loaders.c: a pool's loader: executed, listened to until it is ready, told to end. */
#include "master/pools.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In the child: the loader has three descriptors beside the standard ones. */
static void become_loader(const struct pool *pool, const char *file, int report)
{
    const int wanted[] = {MASTER_LISTEN_FD, MASTER_REPORT_FD, MASTER_BOARD_FD};
    int given[] = {pool->listener, report, pool->board_fd};
    const size_t count = sizeof wanted / sizeof *wanted;
    char turn[2] = {(char)('0' + pool->turn), '\0'};
    sigset_t none;

    for (size_t i = 0; i < count; i++) { /* out of the way of one another */
        given[i] = fcntl(given[i], F_DUPFD, 10);
    }
    for (size_t i = 0; i < count; i++) {
        if (given[i] < 0 || dup2(given[i], wanted[i]) < 0) {
            _exit(1);
        }
    }
    if (close_range(MASTER_BOARD_FD + 1, ~0U, 0) != 0) {
        _exit(1);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, MASTER_STOP);
    (void)execl("/proc/self/exe", "codev", "load", "--config", file, "--pool", pool->name, "--turn",
                turn, (char *)NULL);
    _exit(127);
}

static struct loader *new_loader(struct master *master, struct pool *pool)
{
    struct loader *loader = talloc_zero(NULL, struct loader);

    if (loader != NULL) {
        loader->pool = pool;
        loader->report = -1;
        loader->next = master->loaders;
        master->loaders = loader;
    }
    return loader;
}

struct loader *loader_start(struct master *master, struct pool *pool, const char *file,
                            struct error *error)
{
    struct loader *loader = new_loader(master, pool);
    int report[2];

    if (loader == NULL || pipe2(report, O_CLOEXEC) != 0) {
        (void)error_set(error, "There is no pipe for a loader: %s.", strerror(errno));
        return NULL;
    }
    loader->workers = (pool->coming != NULL ? pool->coming : pool->config)->workers;
    pool->turn = (pool->turn + 1) % BOARD_GENERATIONS;
    loader->pid = fork();
    if (loader->pid == 0) {
        become_loader(pool, file, report[1]);
    }
    (void)close(report[1]);
    loader->report = report[0];
    if (loader->pid < 0) {
        (void)error_set(error, "No loader can be started: %s.", strerror(errno));
        loader_gone(master, loader);
        return NULL;
    }
    loader->deadline = clock_steady() + MASTER_LOAD_TIMEOUT_MS * INT64_C(1000);
    return loader;
}

struct loader *loader_adopt(struct master *master, struct pool *pool, pid_t pid)
{
    struct loader *loader = new_loader(master, pool);

    if (loader != NULL) {
        loader->pid = pid;
        loader->state = LOADER_READY;
    }
    return loader;
}

int loader_read(struct loader *loader, struct error *error)
{
    const size_t room = sizeof loader->text - 1 - loader->length;
    const ssize_t got = read(loader->report, loader->text + loader->length, room);

    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return 0;
    }
    loader->length += got > 0 ? (size_t)got : 0;
    if (got > 0 && loader->length < sizeof loader->text - 1) {
        return 0; /* it closes the pipe when it has said all */
    }
    loader->text[loader->length] = '\0';
    (void)close(loader->report);
    loader->report = -1;
    if (strcmp(loader->text, MASTER_READY) == 0) {
        loader->state = LOADER_READY;
        log_line(LOG_LEVEL_INFO, "event=pool_ready pool=%s loader=%d workers=%u",
                 loader->pool->name, (int)loader->pid, loader->workers);
        return 1;
    }
    return error_set(error, "The pool “%s” does not start: %s", loader->pool->name,
                     loader->length > 0 ? loader->text : "its loader ended without a word.");
}

void loader_leave(struct loader *loader, int signal, int64_t milliseconds)
{
    if (loader->report >= 0) {
        (void)close(loader->report);
        loader->report = -1;
    }
    loader->state = LOADER_LEAVING;
    loader->deadline = clock_steady() + milliseconds * 1000;
    (void)kill(loader->pid, signal);
}

void loader_gone(struct master *master, struct loader *loader)
{
    struct loader **at = &master->loaders;

    while (*at != loader) {
        at = &(*at)->next;
    }
    *at = loader->next;
    if (loader->report >= 0) {
        (void)close(loader->report);
    }
    if (loader->pool->serving == loader) {
        loader->pool->serving = NULL;
    }
    if (loader->pool->next_loader == loader) {
        loader->pool->next_loader = NULL;
    }
    talloc_free(loader);
}
