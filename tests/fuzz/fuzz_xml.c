/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_xml.c: a document of unknown origin: gate, parser, validation, explanation, writing. */
#include "fuzz.h"

static const char *const names[] = {"quotes", "config", "core", "problem"};
static struct xml_schema *schemas[sizeof names / sizeof names[0]];

static void start(void)
{
    if (schemas[0] != NULL) {
        return;
    }
    xml_startup();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        schemas[i] = fuzz_schema(names[i]);
    }
    xml_freeze();
}

/* That of the root's namespace, so that all schemas are tried. */
static const struct xml_schema *schema_for(const xmlNode *root)
{
    for (size_t i = 0; root->ns != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(xml_schema_namespace(schemas[i]), (const char *)root->ns->href) == 0) {
            return schemas[i];
        }
    }
    return schemas[0];
}

static void try_document(TALLOC_CTX *arena, xmlDoc *document)
{
    struct xml_faults *const faults = talloc_zero(arena, struct xml_faults);
    const xmlNode *const element = xmlDocGetRootElement(document);
    const struct xml_schema *const schema = schema_for(element);
    const char *const name = (const char *)element->name;
    const char *const root = xml_schema_declares(schema, name) ? name : "quote-request";
    int verdict;

    CHECK(faults != NULL);
    faults->arena = arena;
    verdict = xml_validate(schema, root, document, faults);
    CHECK(verdict == 0 || verdict == 1);
    fuzz_check_faults(faults, verdict == 0);
    if (verdict == 0) {
        fuzz_check_valid(arena, schema, root, document);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    struct xml_fault fault = {0};
    xmlDoc *document;

    start();
    document = xml_parse(arena, (const char *)bytes, size, &fault);
    if (document != NULL) {
        try_document(arena, document);
    } else {
        CHECK(fault.path[0] == '\0' && fault.en[0] != '\0' && fault.fr[0] != '\0');
    }
    talloc_free(arena);
    return 0;
}
