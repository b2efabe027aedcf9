/* SPDX-License-Identifier: MPL-2.0 */
/* error.c: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void error_write(struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
}

int error_prefix(struct error *error, const char *format, ...)
{
    struct error rest = *error;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length + sizeof ": " < sizeof error->text) {
        char *end = stpcpy(error->text + length, ": ");
        const size_t room = sizeof error->text - (size_t)(end - error->text);

        rest.text[room - 1] = '\0';
        (void)strcpy(end, rest.text);
    }
    return -1;
}
