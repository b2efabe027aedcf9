/* SPDX-License-Identifier: MPL-2.0 */
/* base64url.c: see base64url.h. */
#include "identity/base64url.h"

#include <stdint.h>

static int sextet(char character)
{
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == '-' ? 62 : character == '_' ? 63 : -1;
}

/* Junk, padding, NUL and loose last bits give one token many spellings, and two readers two
 * opinions of what was signed. */
bool base64url_decode(const char *text, size_t length, unsigned char *bytes, size_t *size_r)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;

    if (length % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        const int value = sextet(text[i]);

        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[size++] = (unsigned char)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    *size_r = size;
    return bits == 0;
}

void base64url_encode(const unsigned char *bytes, size_t size, char *text_r)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        held += 8;
        while (held >= 6) {
            held -= 6;
            *text_r++ = alphabet[bits >> held & 63];
        }
        bits &= (1u << held) - 1;
    }
    if (held > 0) {
        *text_r++ = alphabet[bits << (6 - held) & 63];
    }
    *text_r = '\0';
}
