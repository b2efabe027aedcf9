/* SPDX-License-Identifier: MPL-2.0 */
/* clock.h: the wall clock in microseconds since 1970, a steady one for durations, and their text.
 */
#ifndef CODEV_BASE_CLOCK_H
#define CODEV_BASE_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT_SIZE = sizeof "2026-11-24T01:38:19.123456Z" };

int64_t clock_now(void);    /* microseconds since 1970-01-01T00:00:00Z */
int64_t clock_steady(void); /* microseconds since some fixed moment; never goes back */

/* RFC 3339 (and xs:dateTime) in UTC with microseconds, years 1970 to 9999. */
void clock_text(int64_t microseconds, char text_r[CLOCK_TEXT_SIZE]);

#endif
