/* SPDX-License-Identifier: MPL-2.0 */
/* board.h: what each worker of a pool is doing, and what became of those that died: one segment of
 * shared memory a pool, made by the master, written by the pool's loaders and workers.
 *
 * A worker writes its own place alone. The loader reads it: to end a request that lasts too long,
 * and to say what a worker was doing when it died. Five deaths within a minute close the plugin
 * that was at work: its routes answer 503 until an operator opens it or the pause is over.
 *
 * Whoever reads the board of a pool whose plugins are not trusted believes nothing of it: texts are
 * copied within their bounds (board_text). */
#ifndef CODEV_BOARD_BOARD_H
#define CODEV_BOARD_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BOARD_WORKERS_MAX = 256, /* of one generation; the one before may still be ending */
    BOARD_GENERATIONS = 2,
    BOARD_PLUGINS_MAX = 64, /* that a pool has had since its start */
    BOARD_CRASHES_MAX = 32, /* deaths that are remembered */
    BOARD_TEXT_SIZE = 80,   /* of a name, a route or a request's id, with its NUL; cut beyond */
    BOARD_STRIKES = 5,      /* deaths … */
    BOARD_STRIKES_S = 60,   /* … within these seconds close a plugin */
    BOARD_PAUSE_S = 60,     /* for this long the first time, twice as long each time after */
    BOARD_PAUSE_MAX_S = 3600,
};

/* What is at work in a worker; texts are empty where nothing is known yet. */
struct board_activity {
    char request[BOARD_TEXT_SIZE]; /* its id */
    char plugin[BOARD_TEXT_SIZE];
    char method[BOARD_TEXT_SIZE];
    char route[BOARD_TEXT_SIZE]; /* as declared */
    char stage[BOARD_TEXT_SIZE];
};

struct board_place {
    _Atomic int64_t began;   /* clock_steady() of the request at work; 0: none */
    _Atomic unsigned served; /* requests since the worker started */
    struct board_activity activity;
};

struct board_crash {
    int64_t at; /* clock_now() */
    int pid;
    int signal; /* that ended it; 0: none */
    int status; /* its exit status otherwise */
    struct board_activity activity;
};

struct board_plugin {
    char name[BOARD_TEXT_SIZE];     /* empty: no plugin */
    _Atomic int64_t closed_until;   /* clock_steady(); 0: open */
    _Atomic unsigned crashes;       /* since the start */
    _Atomic unsigned closings;      /* one after another, for the length of the pause */
    int64_t strikes[BOARD_STRIKES]; /* clock_steady() of the last deaths, the oldest first */
};

struct board {
    _Atomic unsigned crash_count; /* since the start; the last BOARD_CRASHES_MAX are kept */
    struct board_crash crashes[BOARD_CRASHES_MAX];
    struct board_plugin plugins[BOARD_PLUGINS_MAX];
    struct board_place places[BOARD_GENERATIONS * BOARD_WORKERS_MAX];
};

/* A new segment as a descriptor (closed on exec); -1: errno says why. */
int board_new(void);

/* Map the segment; writable or for looking alone. NULL: errno says why. */
struct board *board_map(int descriptor, bool writable);
void board_unmap(const struct board *board);

/* ---- by the worker */

/* NULL for the place: it is told nowhere. */
void board_begin(struct board_place *place, int64_t steady);
void board_request(struct board_place *place, const char *request, const char *method);
void board_route(struct board_place *place, const char *plugin, const char *route);
void board_stage(struct board_place *place, const char *stage);
void board_end(struct board_place *place);

/* ---- by the loader */

/* The plugin's entry, made when it is new; NULL when BOARD_PLUGINS_MAX are there. */
struct board_plugin *board_plugin(struct board *board, const char *name);

/* Note a worker's death: the crash, and a strike against the plugin that was at work, if any. True
 * when that has closed the plugin. */
bool board_crashed(struct board *board, struct board_place *place, pid_t pid, int wait_status,
                   int64_t now, int64_t steady);

/* ---- by anybody */

/* Seconds for which the plugin stays closed; 0: it is open. */
int64_t board_closed(const struct board_plugin *plugin, int64_t steady);

/* Open it and forget the strikes; false when there is no such plugin. */
bool board_open(struct board *board, const char *name);

/* Copy a text of the board: ended within its size, without control characters. */
void board_text(char text_r[BOARD_TEXT_SIZE], const char text[BOARD_TEXT_SIZE]);

#endif
