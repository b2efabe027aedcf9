/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz.h: what the harnesses share. Each is one function that libFuzzer, or replay.c, calls with
 * one input after another; what must hold whatever the input is stands in CHECK. */
#ifndef CODEV_TESTS_FUZZ_H
#define CODEV_TESTS_FUZZ_H

#include "xml/xml.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

static inline void fuzz_fail(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
    abort();
}

/* A schema of the source tree; it stays. */
static inline struct xml_schema *fuzz_schema(const char *name)
{
    const char *const root = getenv("TEST_DATA");
    struct error error = {""};
    struct xml_schema *schema;
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/schemas/%s.xsd", root == NULL ? "." : root, name);
    schema = xml_schema_load(NULL, path, &error);
    if (schema == NULL) {
        fuzz_fail(path, 0, error.text);
    }
    return schema;
}

/* What xml_validate, and the form's mapping before it, may leave behind. */
static inline void fuzz_check_faults(const struct xml_faults *faults, bool is_valid)
{
    CHECK(is_valid == (faults->count == 0));
    CHECK(faults->count <= XML_FAULTS_MAX);
    for (size_t i = 0; i < faults->count; i++) {
        const struct xml_fault *const fault = &faults->items[i];

        CHECK(fault->path[0] == '/' && fault->en[0] != '\0' && fault->fr[0] != '\0');
        CHECK(xmlCheckUTF8((const unsigned char *)fault->en) == 1);
        CHECK(xmlCheckUTF8((const unsigned char *)fault->fr) == 1);
        for (size_t j = 0; j < i; j++) {
            CHECK(strcmp(faults->items[j].path, fault->path) != 0);
        }
    }
}

/* What is valid can be written, read again, and is valid then too, with nothing left to settle. */
static inline void fuzz_check_valid(TALLOC_CTX *arena, const struct xml_schema *schema,
                                    const char *root, xmlDoc *document)
{
    struct xml_faults *const faults = talloc_zero(arena, struct xml_faults);
    struct xml_fault fault = {0};
    size_t size, again_size;
    const char *const text = xml_write(arena, document, &size);
    const char *again;

    CHECK(text != NULL && faults != NULL);
    faults->arena = arena;
    document = xml_parse(arena, text, size, &fault);
    CHECK(document != NULL);
    CHECK(xml_validate(schema, root, document, faults) == 0 && faults->count == 0);
    again = xml_write(arena, document, &again_size);
    CHECK(again != NULL && again_size == size && memcmp(again, text, size) == 0);
}

#endif
