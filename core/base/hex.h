/* SPDX-License-Identifier: MPL-2.0 */
/* hex.h: bytes as lower-case hexadecimal digits. */
#ifndef CODEV_BASE_HEX_H
#define CODEV_BASE_HEX_H

#include <stddef.h>

/* Write two digits a byte and a NUL into text, which has room for them. */
void hex_text(const unsigned char *bytes, size_t size, char *text_r);

#endif
