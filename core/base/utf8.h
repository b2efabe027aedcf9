/* SPDX-License-Identifier: MPL-2.0 */
/* utf8.h: what is UTF-8 and what is not. libxml2's own check takes overlong forms and surrogates,
 * which PostgreSQL refuses later. */
#ifndef CODEV_BASE_UTF8_H
#define CODEV_BASE_UTF8_H

#include <stdbool.h>

/* Whether the whole text is UTF-8 (RFC 3629 §4). */
bool utf8_valid(const char *text);

#endif
