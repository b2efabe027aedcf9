/* SPDX-License-Identifier: MPL-2.0 */
/* base64url.h: base64url as RFC 7515 §2 has it, in its one spelling. */
#ifndef CODEV_IDENTITY_BASE64URL_H
#define CODEV_IDENTITY_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* Decode into bytes, which has room for 3/4 of the length. False: junk, padding, NUL, a length that
 * no text has, or loose last bits. */
bool base64url_decode(const char *text, size_t length, unsigned char *bytes, size_t *size_r);

/* Encode, without padding, into text, which has room for (8 * size + 5) / 6 characters and NUL. */
void base64url_encode(const unsigned char *bytes, size_t size, char *text_r);

#endif
