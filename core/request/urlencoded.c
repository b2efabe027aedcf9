/* SPDX-License-Identifier: MPL-2.0 */
/* urlencoded.c: forms and queries taken apart. */
#include "request/request.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit = (char)tolower((unsigned char)digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decode in place what stands in [text, text + length), which is followed by a separator or NUL.
 * -1: a broken escape, or an escaped NUL. */
static int decode(char *text, size_t length)
{
    char *out = text;

    for (size_t i = 0; i < length; i++) {
        int byte = (unsigned char)text[i];

        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            const int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

            byte = low >= 0 ? high * 16 + low : 0;
            i += 2;
        }
        if (byte == 0) {
            return -1;
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    return 0;
}

int urlencoded_parse(TALLOC_CTX *arena, const char *text, size_t size,
                     const struct xml_field **fields_r, size_t *count_r)
{
    char *copy = talloc_strndup(arena, text, size);
    struct xml_field *fields = NULL;
    size_t count = 0;

    *fields_r = NULL;
    *count_r = 0;
    if (copy == NULL || strlen(copy) != size) {
        return -1;
    }
    for (char *next, *at = copy; at != NULL && *at != '\0'; at = next) {
        char *value;

        next = strchr(at, '&');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (*at == '\0') {
            continue;
        }
        if (count % 16 == 0) {
            fields = talloc_realloc(arena, fields, struct xml_field, (unsigned)count + 16);
        }
        value = strchr(at, '=');
        if (value != NULL) {
            *value++ = '\0';
        }
        if (fields == NULL || count == REQUEST_FIELDS_MAX || decode(at, strlen(at)) != 0 ||
            (value != NULL && decode(value, strlen(value)) != 0)) {
            return -1;
        }
        fields[count++] = (struct xml_field){.name = at, .value = value != NULL ? value : ""};
    }
    for (size_t i = 0; i < count; i++) {
        if (!utf8_valid(fields[i].name) || !utf8_valid(fields[i].value)) {
            return -1;
        }
    }
    *fields_r = fields;
    *count_r = count;
    return 0;
}
