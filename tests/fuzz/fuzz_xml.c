/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_xml.c: a document of unknown origin: gate, parser, validation, explanation, writing.
 * Whatever is mended and explained, what libxml2 takes is taken, and nothing else. */
#include "fuzz.h"

#include <libxml/xmlschemas.h>

static struct {
    const char *name;
    struct xml_schema *schema;
    xmlSchema *plain; /* for libxml2 by itself */
} schemas[] = {
    {"quotes", NULL, NULL}, {"config", NULL, NULL}, {"core", NULL, NULL}, {"problem", NULL, NULL}};

enum { SCHEMA_COUNT = sizeof schemas / sizeof schemas[0] };

static xmlSchema *plain_schema(const char *name)
{
    const char *const root = getenv("TEST_DATA");
    xmlSchemaParserCtxt *parser;
    xmlSchema *schema;
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/schemas/%s.xsd", root == NULL ? "." : root, name);
    parser = xmlSchemaNewParserCtxt(path);
    schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    CHECK(schema != NULL);
    return schema;
}

static void start(void)
{
    if (schemas[0].schema != NULL) {
        return;
    }
    xml_startup();
    for (int i = 0; i < SCHEMA_COUNT; i++) {
        schemas[i].schema = fuzz_schema(schemas[i].name);
        schemas[i].plain = plain_schema(schemas[i].name);
    }
    xml_freeze();
}

/* That of the root's namespace, so that all schemas are tried. */
static int schema_for(const xmlNode *root)
{
    for (int i = 0; root->ns != NULL && i < SCHEMA_COUNT; i++) {
        if (strcmp(xml_schema_namespace(schemas[i].schema), (const char *)root->ns->href) == 0) {
            return i;
        }
    }
    return 0;
}

static bool is_plainly_valid(xmlSchema *schema, xmlDoc *document)
{
    xmlSchemaValidCtxt *const validator = xmlSchemaNewValidCtxt(schema);
    const int verdict = xmlSchemaValidateDoc(validator, document);

    xmlSchemaFreeValidCtxt(validator);
    return verdict == 0;
}

/* Our own rules refuse what libxml2 takes (core/xml/check.c). */
static bool breaks_a_check(const struct xml_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        if (strstr(faults->items[i].en, "SIREN") != NULL) {
            return true;
        }
    }
    return false;
}

static void try_document(TALLOC_CTX *arena, xmlDoc *document)
{
    struct xml_faults *const faults = talloc_zero(arena, struct xml_faults);
    const xmlNode *const element = xmlDocGetRootElement(document);
    const int which = schema_for(element);
    const struct xml_schema *const schema = schemas[which].schema;
    const bool plainly_valid = is_plainly_valid(schemas[which].plain, document);
    const char *const name = (const char *)element->name;
    const char *const root = xml_schema_declares(schema, name) ? name : "quote-request";
    int verdict;

    CHECK(faults != NULL);
    faults->arena = arena;
    verdict = xml_validate(schema, root, document, faults);
    CHECK(verdict == 0 || verdict == 1);
    fuzz_check_faults(faults, verdict == 0);
    CHECK(plainly_valid == (verdict == 0) || (plainly_valid && breaks_a_check(faults)));
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
