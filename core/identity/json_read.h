/* SPDX-License-Identifier: MPL-2.0 */
/* json_read.h: JSON of strangers, read strictly. */
#ifndef CODEV_IDENTITY_JSON_READ_H
#define CODEV_IDENTITY_JSON_READ_H

#include <jansson.h>
#include <stddef.h>

struct json_limits {
    unsigned depth;  /* objects and arrays in one another */
    unsigned values; /* members and items, at all depths */
};

/* One object and nothing behind it, of UTF-8 without NUL, duplicate members or numbers out of
 * range. NULL: it is not, or exceeds the limits. To be released with json_decref. */
json_t *json_read_object(const unsigned char *bytes, size_t size, struct json_limits limits);

#endif
