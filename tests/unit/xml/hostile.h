/* SPDX-License-Identifier: MPL-2.0 */
/* hostile.h: what the tests of attacks share: documents that are refused, and the certainty that
 * nothing was ever fetched for them. */
#ifndef CODEV_TESTS_UNIT_XML_HOSTILE_H
#define CODEV_TESTS_UNIT_XML_HOSTILE_H

#include "support.h"

#include <libxml/parser.h>

static int fetched;

static inline xmlParserInput *count_fetch(const char *url, const char *id, xmlParserCtxt *parser)
{
    (void)url, (void)id, (void)parser;
    fetched++;
    return NULL;
}

/* Schemas are loaded by the tests themselves, so the counting begins with `alone`. */
static inline const struct xml_schema *alone(void **state, const char *name)
{
    const struct xml_schema *const schema = shipped(*state, name);

    fetched = 0;
    xmlSetExternalEntityLoader(count_fetch);
    return schema;
}

static inline int nothing_was_fetched(void **state)
{
    const int count = fetched;

    fetched = 0;
    xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
    return tear_down(state) == 0 && count == 0 ? 0 : -1;
}

/* The document is refused, with these words in the sentence. */
static inline void refused_bytes(void **state, const char *bytes, size_t size, const char *words)
{
    struct xml_fault fault = {0};

    xmlSetExternalEntityLoader(count_fetch);
    assert_null(xml_parse(*state, bytes, size, &fault));
    if (fault.en == NULL || strstr(fault.en, words) == NULL) {
        fail_msg("%.40s…: %s", bytes, fault.en == NULL ? "" : fault.en);
    }
}

static inline void refused(void **state, const char *text, const char *words)
{
    refused_bytes(state, text, strlen(text), words);
}

/* START, the unit so many times, END. */
static inline char *repeated(TALLOC_CTX *arena, const char *start, size_t times, const char *unit,
                             const char *end)
{
    const size_t size = strlen(start) + times * strlen(unit) + strlen(end) + 1;
    char *const text = talloc_size(arena, size);
    char *at = stpcpy(text, start);

    for (size_t i = 0; i < times; i++) {
        at = stpcpy(at, unit);
    }
    (void)strcpy(at, end);
    return text;
}

#define attack(function) cmocka_unit_test_setup_teardown(function, set_up, nothing_was_fetched)

#endif
