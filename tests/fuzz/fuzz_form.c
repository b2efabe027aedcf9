/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_form.c: the body of a form: taken apart, mapped to a document, validated. Its first byte
 * chooses the schema, since a form does not name one. */
#include "fuzz.h"

#include "request/request.h"

static struct xml_schema *quotes, *config;

static void start(void)
{
    if (quotes != NULL) {
        return;
    }
    xml_startup();
    quotes = fuzz_schema("quotes");
    config = fuzz_schema("config");
    xml_freeze();
}

static void try_fields(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                       const struct xml_field *fields, size_t count)
{
    struct xml_faults *const faults = talloc_zero(arena, struct xml_faults);
    xmlDoc *document;
    int verdict;

    CHECK(faults != NULL);
    faults->arena = arena;
    document = xml_from_form(arena, schema, root, fields, count, faults);
    CHECK(document != NULL);
    verdict = xml_validate(schema, root, document, faults);
    CHECK(verdict == 0 || verdict == 1);
    fuzz_check_faults(faults, verdict == 0 && faults->count == 0);
    if (verdict == 0 && faults->count == 0) {
        fuzz_check_valid(arena, schema, root, document);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    const struct xml_field *fields;
    size_t count;

    start();
    if (size > 0 &&
        urlencoded_parse(arena, (const char *)bytes + 1, size - 1, &fields, &count) == 0) {
        CHECK(count <= REQUEST_FIELDS_MAX);
        if (bytes[0] == 'c') {
            try_fields(arena, config, "codev", fields, count);
        } else {
            try_fields(arena, quotes, "quote-request", fields, count);
        }
    }
    talloc_free(arena);
    return 0;
}
