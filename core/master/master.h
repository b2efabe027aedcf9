/* SPDX-License-Identifier: MPL-2.0 */
/* master.h: the process that starts, watches, replaces and stops the pools. It never reads a
 * request and never loads a plugin: for each pool it executes a loader (`codev load`). */
#ifndef CODEV_MASTER_MASTER_H
#define CODEV_MASTER_MASTER_H

#include "config/config.h"

#include <signal.h>

enum {
    MASTER_LISTEN_FD = 3,           /* a loader's descriptors: the pool's socket, */
    MASTER_REPORT_FD = 4,           /* the pipe on which it reports, */
    MASTER_BOARD_FD = 5,            /* and the pool's board */
    MASTER_REPORT_MAX = 1200,       /* bytes of a report */
    MASTER_LOAD_TIMEOUT_MS = 10000, /* until a pool must have reported */
    MASTER_STOP_TIMEOUT_MS = 15000, /* until a stopping pool is killed */
    MASTER_RESPAWN_DELAY_MS = 1000, /* between the death of a loader and the next */
};

/* What a loader, and a loader a worker, is told. */
enum {
    MASTER_STOP = SIGTERM,   /* end when nothing is waiting any more */
    MASTER_RETIRE = SIGQUIT, /* end after the request at work: another generation has the rest */
};

/* A loader's report: MASTER_READY, or the sentence that says why it is not. */
extern const char MASTER_READY[];

/* Serve until SIGTERM or SIGINT; then drain and stop. SIGHUP reloads. The configuration is the
 * master's from here on. 0, or -1: error says why it did not start. */
int master_run(const struct config *config, struct error *error);

#endif
