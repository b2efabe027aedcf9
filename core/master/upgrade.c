/* SPDX-License-Identifier: MPL-2.0 */
/* upgrade.c: the master becomes the binary that lies at its path now, and keeps what only a process
 * can keep: its sockets, its boards, its children. They are named in the environment, a line each:
 *
 *     control FD ASKER-FD
 *     pool NAME SOCKET LISTENER-FD BOARD-FD
 *     loader PID serving|leaving          of the pool above it
 *
 * The loaders from before go on serving until the new binary's are ready. */
#include "master/pools.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char VARIABLE[] = "CODEV_UPGRADE";

enum {
    TRIAL_OUTPUT_MAX = 1000, /* bytes of what the trial said that are told */
    LINE_WORDS = 5,          /* at most */
    LEAVING_MS = 60000,      /* for loaders that were told to end before */
};

static int trial_output = -1;

int upgrade_begin(struct master *master, struct error *error)
{
    if (master->trial != 0 || master->coming != NULL || !master->serves) {
        return error_set(error, "A reload or another upgrade is under way.");
    }
    trial_output = memfd_create("codev-trial", MFD_CLOEXEC);
    master->trial = trial_output >= 0 ? fork() : -1;
    if (master->trial == 0) {
        sigset_t none;

        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)dup2(trial_output, STDOUT_FILENO);
        (void)dup2(trial_output, STDERR_FILENO);
        (void)execl(master->program, "codev", "check", "--config", master->config->file,
                    (char *)NULL);
        _exit(127);
    }
    if (master->trial < 0) {
        master->trial = 0;
        return error_set(error, "The new binary cannot be tried: %s.", strerror(errno));
    }
    log_line(LOG_LEVEL_INFO, "event=upgrading program=%s", master->program);
    return 0;
}

static void fail(struct master *master, const char *why)
{
    log_line(LOG_LEVEL_ERROR, "event=upgrade_failed reason=\"%s\"", why);
    control_answer(master->asker, "failed\n%s\n", why);
    master->asker = -1;
}

/* Descriptors that the new program is to have. */
static void keep(const struct master *master, bool open)
{
    const int flag = open ? 0 : FD_CLOEXEC;

    (void)fcntl(master->control, F_SETFD, flag);
    if (master->asker >= 0) {
        (void)fcntl(master->asker, F_SETFD, flag);
    }
    for (const struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        (void)fcntl(pool->listener, F_SETFD, flag);
        (void)fcntl(pool->board_fd, F_SETFD, flag);
    }
}

static char *describe(TALLOC_CTX *context, const struct master *master)
{
    char *text = talloc_asprintf(context, "control %d %d\n", master->control, master->asker);

    for (const struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        text = talloc_asprintf_append_buffer(text, "pool %s %s %d %d\n", pool->name, pool->socket,
                                             pool->listener, pool->board_fd);
        for (const struct loader *loader = master->loaders; loader != NULL; loader = loader->next) {
            if (loader->pool == pool) {
                text =
                    talloc_asprintf_append_buffer(text, "loader %d %s\n", (int)loader->pid,
                                                  pool->serving == loader ? "serving" : "leaving");
            }
        }
    }
    return text;
}

static void become(struct master *master)
{
    TALLOC_CTX *context = talloc_new(NULL);
    const char *text = describe(context, master);

    if (text != NULL && setenv(VARIABLE, text, 1) == 0) {
        keep(master, true);
        (void)execl(master->program, "codev", "serve", "--config", master->config->file,
                    (char *)NULL);
        keep(master, false);
        (void)unsetenv(VARIABLE);
    }
    fail(master, "The new binary cannot be executed.");
    talloc_free(context);
}

void upgrade_tried(struct master *master, int wait_status)
{
    char said[TRIAL_OUTPUT_MAX + 1];
    const ssize_t length = pread(trial_output, said, TRIAL_OUTPUT_MAX, 0);

    said[length > 0 ? length : 0] = '\0';
    (void)close(trial_output);
    trial_output = -1;
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0 && !master->stopping) {
        become(master);
    } else {
        fail(master, length > 0 ? said : "The new binary's trial ended badly.");
    }
}

/* ---- in the new program */

static int adopt_loader(struct master *master, int pid, const char *state)
{
    struct pool *pool = master->pools; /* the newest: that of the line above */
    struct loader *loader = pool != NULL ? loader_adopt(master, pool, (pid_t)pid) : NULL;

    if (loader == NULL) {
        return -1;
    }
    if (strcmp(state, "serving") == 0) {
        pool->serving = loader;
    } else {
        loader->state = LOADER_LEAVING;
        loader->deadline = clock_steady() + LEAVING_MS * INT64_C(1000);
    }
    return 0;
}

/* A descriptor or a process; -1: no number, as where nobody asks. */
static int number_of(const char *word)
{
    char *end = NULL;
    const long number = strtol(word, &end, 10);

    return *word != '\0' && *end == '\0' && number >= 0 && number <= INT_MAX ? (int)number : -1;
}

static int adopt_line(struct master *master, char *line)
{
    const char *words[LINE_WORDS] = {"", "", "", "", ""};
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(line, " ", &rest); word != NULL && count < LINE_WORDS;
         word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    if (strcmp(words[0], "control") == 0 && count == 3) {
        master->control = number_of(words[1]);
        master->asker = number_of(words[2]);
        return 0;
    }
    if (strcmp(words[0], "pool") == 0 && count == 5) {
        return pool_adopt(master, words[1], words[2], number_of(words[3]), number_of(words[4])) !=
                       NULL
                   ? 0
                   : -1;
    }
    if (strcmp(words[0], "loader") == 0 && count == 3 && number_of(words[1]) > 0) {
        return adopt_loader(master, number_of(words[1]), words[2]);
    }
    return -1;
}

int upgrade_adopt(struct master *master, struct error *error)
{
    char *text = getenv(VARIABLE);
    char *rest = NULL;

    if (text == NULL) {
        return 0;
    }
    text = talloc_strdup(NULL, text);
    for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (adopt_line(master, line) != 0) {
            talloc_free(text);
            return error_set(error, "What the program before the upgrade left cannot be taken "
                                    "over.");
        }
    }
    talloc_free(text);
    (void)unsetenv(VARIABLE);
    keep(master, false);
    master->serves = true; /* by the loaders from before */
    log_line(LOG_LEVEL_INFO, "event=upgraded");
    return 0;
}
