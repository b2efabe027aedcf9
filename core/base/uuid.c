/* SPDX-License-Identifier: MPL-2.0 */
/* uuid.c: see uuid.h. */
#include "base/uuid.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { UUID_BYTES = 16 };

int uuid_new(int64_t now_microseconds, char text_r[UUID_TEXT_SIZE])
{
    const uint64_t milliseconds = (uint64_t)now_microseconds / 1000;
    unsigned char bytes[UUID_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return -1;
    }
    for (int i = 0; i < 6; i++) {
        bytes[i] = (unsigned char)(milliseconds >> (8 * (5 - i)));
    }
    bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0f)); /* version */
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f)); /* variant */
    for (int i = 0; i < UUID_BYTES; i++) {
        text_r +=
            sprintf(text_r, (i == 4 || i == 6 || i == 8 || i == 10) ? "-%02x" : "%02x", bytes[i]);
    }
    return 0;
}

bool uuid_valid(const char *text)
{
    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return text[UUID_TEXT_SIZE - 1] == '\0';
}

void uuid_reference(const char *uuid, char text_r[UUID_REFERENCE_SIZE])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char hex[16 + 1];
    uint64_t bits;

    memcpy(hex, uuid + 19, 4); /* the last 64 bits stand behind the third dash, with one in them */
    memcpy(hex + 4, uuid + 24, 12);
    hex[16] = '\0';
    bits = strtoull(hex, NULL, 16);
    for (int i = 0, shift = 45; i < UUID_REFERENCE_SIZE - 1; i++) {
        if (i == 5) {
            text_r[i] = '-';
            continue;
        }
        text_r[i] = alphabet[(bits >> shift) & 31];
        shift -= 5;
    }
    text_r[UUID_REFERENCE_SIZE - 1] = '\0';
}
