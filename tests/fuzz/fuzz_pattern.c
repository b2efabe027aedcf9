/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_pattern.c: an xs:pattern and a value, with a line end between. Where the linter takes the
 * pattern, libxml2 must compile it, and may neither give up nor need long for any value. */
#include "fuzz.h"

#include "xml/pattern.h"

#include <libxml/xmlregexp.h>
#include <time.h>

enum {
    VALUE_LENGTH = 5000,   /* characters, made by repetition */
    VALUE_MS_MAX = 50 * 20 /* 50 ms, and room for a sanitizer on a slow machine */
};

static void try_value(xmlRegexp *compiled, const char *value)
{
    const clock_t began = clock();

    CHECK(xmlRegexpExec(compiled, (const xmlChar *)value) != -1);
    CHECK((clock() - began) * 1000 / CLOCKS_PER_SEC < VALUE_MS_MAX);
}

/* The value, and the value over and over, with an end that fits and one that doesn't. */
static void try_values(xmlRegexp *compiled, const char *value)
{
    const size_t length = strlen(value);
    char text[VALUE_LENGTH + 2];
    size_t filled = 0;

    try_value(compiled, value);
    while (length > 0 && filled + length <= VALUE_LENGTH) {
        memcpy(text + filled, value, length);
        filled += length;
    }
    text[filled] = '\0';
    try_value(compiled, text);
    (void)strcpy(text + filled, "!");
    try_value(compiled, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    char *const pattern = talloc_strndup(arena, (const char *)bytes, size);
    char *const value = strchr(pattern, '\n');
    xmlRegexp *compiled;

    if (value != NULL) {
        *value = '\0';
    }
    if (xml_pattern_fault(arena, pattern) == NULL) {
        xml_startup();
        compiled = xmlRegexpCompile((const xmlChar *)pattern);
        CHECK(compiled != NULL);
        if (value != NULL && xmlCheckUTF8((const unsigned char *)value + 1)) {
            try_values(compiled, value + 1);
        }
        xmlRegFreeRegexp(compiled);
    }
    talloc_free(arena);
    return 0;
}
