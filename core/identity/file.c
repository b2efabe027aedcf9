/* SPDX-License-Identifier: MPL-2.0 */
/* file.c: see file.h. */
#include "identity/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_mode(const struct key_file_kind *kind, int fd, const char *path,
                      struct error *error)
{
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return error_set(error, "The %s %s cannot be examined: %s.", kind->name, path,
                         strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(error, "The %s %s is not a regular file.", kind->name, path);
    }
    if ((status.st_mode & kind->mode_refused) != 0) {
        return error_set(error, "The %s %s is %s (mode %04o); %s.", kind->name, path,
                         kind->openness, (unsigned)status.st_mode & 07777, kind->advice);
    }
    return 0;
}

static int read_all(const struct key_file_kind *kind, int fd, const char *path, char *bytes,
                    size_t *size_r, struct error *error)
{
    size_t size = 0;
    ssize_t got;

    do {
        got = read(fd, bytes + size, kind->size_max + 1 - size);
        if (got < 0 && errno != EINTR) {
            return error_set(error, "The %s %s cannot be read: %s.", kind->name, path,
                             strerror(errno));
        }
        size += got > 0 ? (size_t)got : 0;
    } while (got != 0 && size <= kind->size_max);
    if (size > kind->size_max) {
        return error_set(error, "The %s %s is longer than %zu bytes.", kind->name, path,
                         kind->size_max);
    }
    *size_r = size;
    return 0;
}

/* O_NONBLOCK: a FIFO in the file's place must not stop the start. */
int key_file_read(const struct key_file_kind *kind, const char *path, char *bytes, size_t *size_r,
                  struct error *error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int result;

    if (fd < 0) {
        return error_set(error, "The %s %s cannot be opened: %s.", kind->name, path,
                         strerror(errno));
    }
    result = check_mode(kind, fd, path, error);
    if (result == 0) {
        result = read_all(kind, fd, path, bytes, size_r, error);
    }
    (void)close(fd);
    return result;
}
