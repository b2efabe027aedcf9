/* SPDX-License-Identifier: MPL-2.0 */
/* support.h: what the tests of core/xml share: an arena a test, documents from text, schemas of the
 * source tree and of scratch files, faults found by their path. */
#ifndef CODEV_TESTS_UNIT_XML_SUPPORT_H
#define CODEV_TESTS_UNIT_XML_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "xml/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUOTES "urn:codev:quotes:1"

/* A complete request, on the lines that the tests name. */
#define REQUEST_START                                                                              \
    "<quote-request xmlns=\"" QUOTES "\">\n"                                                       \
    "<organisation><name>Aciers du Midi</name></organisation>\n"                                   \
    "<contact><given-name>Hélène</given-name><family-name>Brûlé</family-name>\n"               \
    "<email>helene.brule@aciers.example</email></contact>\n"
#define REQUEST_NEED                                                                               \
    "<need><audience>executives</audience>\n"                                                      \
    "<participants>14</participants><modality>remote</modality></need>\n"
#define REQUEST_END "<consent text-version=\"2026-11\" accepted=\"true\"/></quote-request>\n"
#define REQUEST REQUEST_START REQUEST_NEED REQUEST_END

static inline int set_up(void **state)
{
    xml_startup();
    *state = talloc_new(NULL);
    return *state == NULL ? -1 : 0;
}

static inline int tear_down(void **state)
{
    talloc_free(*state);
    return 0;
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* A file of the source tree. */
static inline const char *data_path(TALLOC_CTX *arena, const char *name)
{
    const char *const root = getenv("TEST_DATA");

    return talloc_asprintf(arena, "%s/%s", root == NULL ? "." : root, name);
}

static inline struct xml_schema *load(TALLOC_CTX *arena, const char *path)
{
    struct error error = {""};
    struct xml_schema *const schema = xml_schema_load(arena, path, &error);

    if (schema == NULL)
        fail_msg("%s", error.text);
    return schema;
}

static inline struct xml_schema *shipped(TALLOC_CTX *arena, const char *name)
{
    return load(arena, data_path(arena, talloc_asprintf(arena, "schemas/%s.xsd", name)));
}

/* A folder for scratch files, removed with the arena. */
struct scratch {
    char path[64];
};

static inline int scratch_remove(struct scratch *scratch)
{
    char command[128];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", scratch->path);
    return system(command) == 0 ? 0 : -1;
}

static inline const char *scratch_folder(TALLOC_CTX *arena)
{
    struct scratch *const scratch = talloc(arena, struct scratch);

    (void)strcpy(scratch->path, "/tmp/codev-test-XXXXXX");
    assert_non_null(mkdtemp(scratch->path));
    talloc_set_destructor(scratch, scratch_remove);
    return scratch->path;
}

/* Write a file there; its path. */
static inline const char *scratch_file(TALLOC_CTX *arena, const char *folder, const char *name,
                                       const char *text)
{
    const char *const path = talloc_asprintf(arena, "%s/%s", folder, name);
    FILE *const file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* A schema of this body, in the namespace urn:test, prefixes t and xs. */
static inline const char *schema_text(TALLOC_CTX *arena, const char *body)
{
    return talloc_asprintf(
        arena,
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:t=\"urn:test\"\n"
        " targetNamespace=\"urn:test\" elementFormDefault=\"qualified\">%s</xs:schema>\n",
        body);
}

static inline struct xml_schema *schema_of(TALLOC_CTX *arena, const char *body)
{
    return load(arena,
                scratch_file(arena, scratch_folder(arena), "test.xsd", schema_text(arena, body)));
}

static inline xmlDoc *parse(TALLOC_CTX *arena, const char *text)
{
    struct xml_fault fault = {0};
    xmlDoc *const document = xml_parse(arena, text, strlen(text), &fault);

    if (document == NULL)
        fail_msg("%s", fault.en);
    return document;
}

static inline struct xml_faults *no_faults(TALLOC_CTX *arena)
{
    struct xml_faults *const faults = talloc_zero(arena, struct xml_faults);

    assert_non_null(faults);
    faults->arena = arena;
    return faults;
}

/* Validate a text; its faults. */
static inline struct xml_faults *faults_of(TALLOC_CTX *arena, const struct xml_schema *schema,
                                           const char *root, const char *text)
{
    struct xml_faults *const faults = no_faults(arena);
    const int result = xml_validate(schema, root, parse(arena, text), faults);

    assert_int_equal(result, faults->count == 0 ? 0 : 1);
    return faults;
}

static inline const struct xml_fault *fault_at(const struct xml_faults *faults, const char *path)
{
    for (size_t i = 0; i < faults->count; i++)
        if (strcmp(faults->items[i].path, path) == 0)
            return &faults->items[i];
    for (size_t i = 0; i < faults->count; i++)
        print_error("line %d, %s: %s\n", faults->items[i].line, faults->items[i].path,
                    faults->items[i].en);
    fail_msg("There is no fault at %s.", path);
    return NULL;
}

/* START, so many times the unit, END. */
static inline char *many(TALLOC_CTX *arena, const char *start, size_t times, const char *unit,
                         const char *end)
{
    const size_t length = strlen(unit);
    char *const text = talloc_size(arena, strlen(start) + times * length + strlen(end) + 1);
    char *at = stpcpy(text, start);

    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, unit);
    (void)strcpy(at, end);
    return text;
}

/* The same with another number in place of the unit's "#" each time, so that names differ. */
static inline char *numbered(TALLOC_CTX *arena, const char *start, size_t times, const char *unit,
                             const char *end)
{
    const char *const sign = strchr(unit, '#');
    char *const text =
        talloc_size(arena, strlen(start) + times * (strlen(unit) + 20) + strlen(end) + 1);
    char *at = stpcpy(text, start);

    for (size_t i = 0; i < times; i++)
        at += sprintf(at, "%.*s%zu%s", (int)(sign - unit), unit, i, sign + 1);
    (void)strcpy(at, end);
    return text;
}

/* Exactly one fault, and all of it. */
static inline void only_fault(const struct xml_faults *faults, int line, const char *path,
                              const char *en, const char *fr)
{
    const struct xml_fault *const fault = fault_at(faults, path);

    assert_string_equal(fault->en, en);
    assert_string_equal(fault->fr, fr);
    assert_int_equal(fault->line, line);
    assert_int_equal(faults->count, 1);
}

#endif
