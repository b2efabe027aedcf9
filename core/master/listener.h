/* SPDX-License-Identifier: MPL-2.0 */
/* listener.h: the unix socket on which a pool's workers accept. */
#ifndef CODEV_MASTER_LISTENER_H
#define CODEV_MASTER_LISTENER_H

#include "base/error.h"

enum {
    /* With a backlog of 64, 256 connections at once got 94 % refused; the kernel cuts this to
     * net.core.somaxconn. */
    LISTENER_BACKLOG = 1024,
    LISTENER_MODE = 0660, /* libfcgi's own socket would be 0755, on which nginx cannot write */
};

/* A listening, close-on-exec socket at the absolute path; one that a dead process left there is
 * replaced, one that somebody serves is not, nor a file of another kind. -1: error says why. */
int listener_open(const char *path, struct error *error);

#endif
