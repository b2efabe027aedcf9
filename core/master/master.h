/* SPDX-License-Identifier: MPL-2.0 */
/* master.h: the process that starts, watches and stops the pools. It never reads a request and
 * never loads a plugin. */
#ifndef CODEV_MASTER_MASTER_H
#define CODEV_MASTER_MASTER_H

#include "config/config.h"

enum {
    MASTER_LISTEN_FD = 3,           /* a loader's descriptors: the pool's socket, */
    MASTER_REPORT_FD = 4,           /* and the pipe on which it reports */
    MASTER_REPORT_MAX = 1200,       /* bytes of a report */
    MASTER_LOAD_TIMEOUT_MS = 10000, /* until a pool must have reported */
    MASTER_STOP_TIMEOUT_MS = 15000, /* until a stopping pool is killed */
    MASTER_RESPAWN_DELAY_MS = 1000, /* between the death of a loader and the next */
};

/* A loader's report: MASTER_READY, or the sentence that says why it is not. */
extern const char MASTER_READY[];

/* Serve until SIGTERM or SIGINT; then drain and stop. 0, or -1: error says why it did not
 * start. */
int master_run(const struct config *config, struct error *error);

#endif
