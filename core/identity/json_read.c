/* SPDX-License-Identifier: MPL-2.0 */
/* json_read.c: see json_read.h. */
#include "identity/json_read.h"

#include <stdbool.h>

/* Deep nesting exhausts the parser's stack, thousands of values its memory. Looks at the shape
 * alone, the grammar is the parser's. */
static bool is_modest(const unsigned char *bytes, size_t size, struct json_limits limits)
{
    bool in_string = false;
    unsigned depth = 0;
    unsigned values = 1;

    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = bytes[i];

        if (in_string && byte == '\\') {
            i++; /* what is escaped ends no string */
        } else if (byte == '"') {
            in_string = !in_string;
        } else if (in_string) {
            continue;
        } else if (byte == '{' || byte == '[') {
            depth++;
            values++;
        } else if (byte == ',') {
            values++;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
        if (depth > limits.depth || values > limits.values) {
            return false;
        }
    }
    return true;
}

/* Of two members with one name, one reader takes the first and another the last (RFC 7515 §4):
 * refused. NUL and broken UTF-8 are refused by the parser. */
json_t *json_read_object(const unsigned char *bytes, size_t size, struct json_limits limits)
{
    json_t *document = NULL;

    if (is_modest(bytes, size, limits)) {
        document = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    }
    if (!json_is_object(document)) {
        json_decref(document);
        return NULL;
    }
    return document;
}
