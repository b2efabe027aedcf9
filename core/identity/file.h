/* SPDX-License-Identifier: MPL-2.0 */
/* file.h: files with keys, read at once and with distrust. */
#ifndef CODEV_IDENTITY_FILE_H
#define CODEV_IDENTITY_FILE_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

struct key_file_kind {
    const char *name;              /* in sentences: "token key" */
    size_t size_max;               /* bytes */
    mode_t mode_refused;           /* rights of which none may be there */
    const char *openness, *advice; /* "open to all …", "take their rights away with …" */
};

/* Read a regular file whole into bytes, which has room for size_max + 1. 0, or -1: error names the
 * file and the reason. */
int key_file_read(const struct key_file_kind *kind, const char *path, char *bytes, size_t *size_r,
                  struct error *error);

#endif
