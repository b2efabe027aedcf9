/* SPDX-License-Identifier: MPL-2.0 */
/* log.c: see log.h. One write(2) a line, so that lines of several processes never mix. */
#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static char identity[64] = "codev";

void log_identity(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(identity, sizeof identity, format, arguments);
    va_end(arguments);
}

/* Nobody writes a second line into the log by a line end in what is logged. */
static void replace_controls(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    char line[LINE_MAX_BYTES];
    char now[CLOCK_TEXT_SIZE];
    const int saved_errno = errno;
    va_list arguments;
    size_t length;

    clock_text(clock_now(), now);
    (void)snprintf(line, sizeof line, "%s level=%s pid=%d %s ", now, names[level], (int)getpid(),
                   identity);
    length = strlen(line);
    va_start(arguments, format);
    (void)vsnprintf(line + length, sizeof line - 1 - length, format, arguments);
    va_end(arguments);
    replace_controls(line);
    length = strlen(line);
    line[length++] = '\n';
    (void)!write(STDERR_FILENO, line, length);
    errno = saved_errno;
}
