/* SPDX-License-Identifier: MPL-2.0 */
/* text.h: which texts may stand in a token or name a key. */
#ifndef CODEV_IDENTITY_TEXT_H
#define CODEV_IDENTITY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* 1 to TOKEN_TEXT_MAX bytes of valid UTF-8 without control, line-breaking or direction-changing
 * characters. */
bool token_text_is_plain(const char *text, size_t size);

#endif
