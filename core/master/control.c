/* SPDX-License-Identifier: MPL-2.0 */
/* control.c: what an operator tells the master, by a unix socket: a line there, a few lines back.
 */
#include "master/pools.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    LINE_MAX_SIZE = 128, /* bytes of a command */
    LINE_TIMEOUT_S = 1,  /* for it to come */
};

const char *control_path(TALLOC_CTX *context, const struct config *config)
{
    return *config->control != '\0'
               ? config->control
               : talloc_asprintf(context, "%s.control", config->pools[0].socket);
}

/* The operator is root, or the user that codev runs as (unix(7)). */
static bool is_operator(int connection)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static char *read_line(TALLOC_CTX *context, int connection)
{
    char line[LINE_MAX_SIZE];
    size_t length = 0;

    while (length < sizeof line) {
        const ssize_t got = recv(connection, line + length, sizeof line - length, 0);

        if (got <= 0) {
            return NULL;
        }
        length += (size_t)got;
        if (line[length - 1] == '\n') {
            return talloc_strndup(context, line, length - 1);
        }
    }
    return NULL;
}

int control_accept(TALLOC_CTX *context, int listener, char **line_r)
{
    const struct timeval timeout = {.tv_sec = LINE_TIMEOUT_S};
    const int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (connection < 0) {
        return -1;
    }
    (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (!is_operator(connection)) {
        log_line(LOG_LEVEL_WARNING, "event=control_refused reason=\"another user\"");
        (void)close(connection);
        return -1;
    }
    *line_r = read_line(context, connection);
    if (*line_r == NULL) {
        (void)close(connection);
        return -1;
    }
    return connection;
}

void control_answer(int connection, const char *format, ...)
{
    va_list arguments;

    if (connection < 0) {
        return;
    }
    va_start(arguments, format);
    (void)vdprintf(connection, format, arguments);
    va_end(arguments);
    (void)close(connection);
}
