/* SPDX-License-Identifier: MPL-2.0 */
/* pools.h: the inside of the master: pools, and the loaders that serve them. */
#ifndef CODEV_MASTER_POOLS_H
#define CODEV_MASTER_POOLS_H

#include "board/board.h"
#include "master/master.h"

#include <sys/types.h>

enum loader_state {
    LOADER_LOADING, /* has not reported */
    LOADER_READY,   /* has; of a generation that is coming, it serves already */
    LOADER_LEAVING, /* is told to end */
};

/* A process `codev load`. */
struct loader {
    struct loader *next;
    struct pool *pool;
    pid_t pid;
    unsigned workers;
    enum loader_state state;
    int report;                   /* the pipe; -1: closed */
    int64_t deadline;             /* clock_steady() until which it must have reported, or ended */
    char text[MASTER_REPORT_MAX]; /* its report as far as it has come */
    size_t length;
};

/* A socket and who serves it. It outlives the generations that have it in their configuration. */
struct pool {
    struct pool *next;
    const char *name, *socket;        /* the pool's own copies */
    const struct config_pool *config; /* of the generation that serves; NULL: it has none */
    const struct config_pool *coming; /* of the one that comes; NULL: it has none */
    int listener, board_fd;
    struct board *board;
    struct loader *serving, *next_loader; /* NULL: none */
    int64_t respawn; /* clock_steady() at which another loader is due; 0: not due */
    unsigned turn;   /* of its places in the board: each loader takes the other half */
};

struct master {
    const struct config *config, *coming; /* coming: while a generation loads; NULL: none does */
    TALLOC_CTX *context;                  /* of what is read anew */
    const char *program;                  /* path of our own binary when we started */
    struct pool *pools;
    struct loader *loaders;
    int signals, control; /* descriptors */
    int asker;            /* connection of who waits for the coming generation; -1: nobody */
    pid_t trial;          /* `codev check` of a new binary, before an upgrade; 0: none */
    bool stopping, serves;
    int64_t kill_at;     /* while stopping: clock_steady() */
    struct error reason; /* why the first generation did not come */
};

/* ---- pools.c */

/* The pool of this name and socket, made (its socket opened) when it is new; NULL: error says why.
 */
struct pool *pool_find_or_open(struct master *master, const struct config_pool *config,
                               struct error *error);
/* Take over a pool from the program before an upgrade. NULL: no memory, or no board. */
struct pool *pool_adopt(struct master *master, const char *name, const char *socket, int listener,
                        int board_fd);
/* No connection is taken any more; what has come is still served. */
void pool_refuse_more(const struct pool *pool);
/* Close those that no configuration has and nobody serves any more. */
void pools_sweep(struct master *master);

/* ---- loaders.c */

/* Execute a loader for the pool by that configuration; NULL: error says why. */
struct loader *loader_start(struct master *master, struct pool *pool, const char *file,
                            struct error *error);
/* A process that served the pool before an upgrade. NULL: no memory. */
struct loader *loader_adopt(struct master *master, struct pool *pool, pid_t pid);
/* Read what has come of the report. 1: it is ready; 0: more is to come; -1: error says why not. */
int loader_read(struct loader *loader, struct error *error);
/* Tell it to end, and when it will be killed; forget the pipe. */
void loader_leave(struct loader *loader, int signal, int64_t milliseconds);
/* The process has ended: forget it. */
void loader_gone(struct master *master, struct loader *loader);

/* ---- control.c: operators' commands, by a unix socket */

/* The socket's path by the configuration; in the context. */
const char *control_path(TALLOC_CTX *context, const struct config *config);
/* Take one command of a connection that waits; -1: none, or not for them. *line_r is in the
 * context. */
int control_accept(TALLOC_CTX *context, int listener, char **line_r);
/* Answer and close. */
void control_answer(int connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- generation.c: a configuration that comes, and takes over when all its pools are ready */

/* Begin, while none is coming; who asks is told the outcome. 0, or -1: error says why. */
int generation_begin(struct master *master, const struct config *config, struct error *error);
/* A loader of the coming generation is ready, or is not. */
void generation_ready(struct master *master);
void generation_failed(struct master *master, const struct error *error);

/* ---- upgrade.c: the master executes a new binary and keeps its sockets */

/* Try the binary at our path (`codev check`); the outcome is told to the asker. 0, or -1. */
int upgrade_begin(struct master *master, struct error *error);
/* The trial has ended: become the new binary, or go on. */
void upgrade_tried(struct master *master, int wait_status);
/* After it: take over what the program before has left in the environment. 0, or -1. */
int upgrade_adopt(struct master *master, struct error *error);

#endif
