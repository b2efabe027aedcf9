/* SPDX-License-Identifier: MPL-2.0 */
/* hex.c: see hex.h. */
#include "base/hex.h"

void hex_text(const unsigned char *bytes, size_t size, char *text_r)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *text_r++ = digits[bytes[i] >> 4];
        *text_r++ = digits[bytes[i] & 15];
    }
    *text_r = '\0';
}
