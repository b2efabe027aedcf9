/* SPDX-License-Identifier: MPL-2.0 */
/* utf8.c: see utf8.h. */
#include "base/utf8.h"

#include <stddef.h>

/* The second byte is bounded so that no form is overlong, no surrogate and nothing above U+10FFFF
 * (RFC 3629 §4). The text's NUL is in nobody's bounds, so nothing is read behind it. */
static size_t sequence_length(const unsigned char *at)
{
    const unsigned char low = *at == 0xe0 ? 0xa0 : *at == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = *at == 0xed ? 0x9f : *at == 0xf4 ? 0x8f : 0xbf;
    size_t length;

    if (*at < 0x80) {
        return 1;
    }
    if (*at < 0xc2 || *at > 0xf4 || at[1] < low || at[1] > high) {
        return 0;
    }
    length = *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool utf8_valid(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t length = sequence_length(at);

        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}
