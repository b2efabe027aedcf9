/* SPDX-License-Identifier: MPL-2.0 */
/* clock.c: see clock.h. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now); /* cannot fail for these two clocks */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_steady(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_text(int64_t microseconds, char text_r[CLOCK_TEXT_SIZE])
{
    const time_t seconds = (time_t)(microseconds / 1000000);
    struct tm parts;
    size_t length;

    (void)gmtime_r(&seconds, &parts);
    length = strftime(text_r, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text_r + length, CLOCK_TEXT_SIZE - length, ".%06uZ",
                   (unsigned)(microseconds % 1000000) % 1000000U);
}
