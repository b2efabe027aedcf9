/* SPDX-License-Identifier: MPL-2.0 */
/* listener.c: see listener.h. */
#include "master/listener.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Without waiting: when as many as it takes are in its backlog, connect(2) would wait for room. */
static bool is_served(const struct sockaddr_un *address)
{
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool served =
        probe >= 0 &&
        (connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);

    if (probe >= 0) {
        (void)close(probe);
    }
    return served;
}

/* Take away the socket that a dead process left; whatever else is there is somebody's. */
static int clear_place(const char *path, struct error *error)
{
    struct stat status;

    if (lstat(path, &status) != 0) {
        return 0; /* nothing there; if it is something else, bind(2) will tell */
    }
    if (!S_ISSOCK(status.st_mode)) {
        return error_set(error, "%s is there already and is no socket.", path);
    }
    (void)unlink(path);
    return 0;
}

/* The umask decides the mode from the first moment on; chmod later would leave a gap. */
static int bind_with_mode(int listener, const struct sockaddr_un *address)
{
    const mode_t before = umask(0777 & ~LISTENER_MODE);
    const int status = bind(listener, (const struct sockaddr *)address, sizeof *address);

    (void)umask(before);
    return status;
}

int listener_open(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || strlen(path) >= sizeof address.sun_path) {
        return error_set(error, "No socket can be made at %s.", path);
    }
    (void)strcpy(address.sun_path, path);
    if (is_served(&address)) {
        (void)close(listener);
        return error_set(error, "The socket %s is served by another process already.", path);
    }
    if (clear_place(path, error) != 0) {
        (void)close(listener);
        return -1;
    }
    if (bind_with_mode(listener, &address) != 0 || listen(listener, LISTENER_BACKLOG) != 0) {
        (void)error_set(error, "The socket %s cannot be opened: %s.", path, strerror(errno));
        (void)close(listener);
        return -1;
    }
    return listener;
}
