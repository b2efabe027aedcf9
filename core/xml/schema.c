/* SPDX-License-Identifier: MPL-2.0 */
/* schema.c: schemas compiled once, and documents validated against them. libxml2 is the judge;
 * the outline and explain.c put its verdict into words. */
#include "xml/schema.h"

#include "xml/explain.h"
#include "xml/lint.h"
#include "xml/value.h"

#include <string.h>
#include <time.h>

struct xml_schema {
    xmlSchema *compiled;
    struct xml_outline *outline;
};

static int schema_free(struct xml_schema *schema)
{
    xmlSchemaFree(schema->compiled);
    return 0;
}

/* The first error tells the cause; what follows is mostly its consequence. */
static void on_compile_error(void *context, xmlErrorPtr found)
{
    struct error *const error = context;

    if (error->text[0] == '\0' && found->level > XML_ERR_WARNING && found->message != NULL) {
        (void)error_set(error, "%s:%d: %.*s", found->file == NULL ? "" : found->file, found->line,
                        (int)strcspn(found->message, "\n"), found->message);
    }
}

/* Milliseconds of the processor's time that we used up to now: other processes don't count. */
static long spent_ms(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static xmlSchema *parse_schema(const char *path, struct error *error)
{
    xmlSchemaParserCtxt *const parser = xmlSchemaNewParserCtxt(path);
    xmlSchema *compiled = NULL;

    if (parser != NULL) {
        xmlSchemaSetParserStructuredErrors(parser, on_compile_error, error);
        compiled = xmlSchemaParse(parser);
        xmlSchemaFreeParserCtxt(parser);
    }
    if (compiled == NULL && error->text[0] == '\0') {
        (void)error_set(error, "%s: The schema cannot be compiled.", path);
    }
    return compiled;
}

static xmlSchema *compile(const char *path, struct error *error)
{
    const long began = spent_ms();
    xmlSchema *compiled;

    error->text[0] = '\0';
    compiled = parse_schema(path, error);
    if (error->text[0] == '\0' && spent_ms() - began > XML_COMPILE_MS_MAX) {
        (void)error_set(error, "%s: The schema is too complex: compiling it takes over %d ms.",
                        path, XML_COMPILE_MS_MAX);
    }
    if (error->text[0] != '\0') {
        xmlSchemaFree(compiled);
        compiled = NULL;
    }
    return compiled;
}

struct xml_schema *xml_schema_load(TALLOC_CTX *context, const char *path, struct error *error)
{
    struct xml_schema *const schema = talloc_zero(context, struct xml_schema);

    if (schema == NULL) {
        (void)error_set(error, "%s: There is not enough memory.", path);
        return NULL;
    }
    talloc_set_destructor(schema, schema_free);
    schema->outline = xml_outline_load(schema, path, error); /* first: it refuses other folders */
    if (schema->outline != NULL) {
        schema->compiled = compile(path, error);
    }
    if (schema->compiled == NULL) {
        talloc_free(schema);
        return NULL;
    }
    return schema;
}

const char *xml_schema_namespace(const struct xml_schema *schema)
{
    return schema->outline->namespace;
}

bool xml_schema_declares(const struct xml_schema *schema, const char *root)
{
    return xml_outline_root(schema->outline, root) != NULL;
}

const struct xml_outline *xml_schema_outline(const struct xml_schema *schema)
{
    return schema->outline;
}

static bool is_root(const struct xml_schema *schema, const char *name, const xmlNode *root)
{
    return root != NULL && xml_schema_declares(schema, name) &&
           strcmp((const char *)root->name, name) == 0 && root->ns != NULL &&
           strcmp((const char *)root->ns->href, schema->outline->namespace) == 0;
}

/* Another element, or the right name in another namespace: then that is what has to be mended. */
static void wrong_root(const struct xml_schema *schema, const char *wanted, const xmlNode *root,
                       struct xml_faults *faults)
{
    const char *const namespace =
        root == NULL || root->ns == NULL ? "" : (const char *)root->ns->href;
    const bool same_name = root != NULL && strcmp((const char *)root->name, wanted) == 0;
    const struct xml_fault_about about = {
        .line = xml_fault_line(root),
        .name = root == NULL ? "" : (const char *)root->name,
        .other = same_name ? schema->outline->namespace : namespace,
        .want = {wanted, wanted},
    };
    const char *const path = root == NULL ? "" : xml_fault_path(faults->arena, root);

    xml_fault_add(faults, path == NULL ? "" : path, same_name ? XML_FAULT_FOREIGN : XML_FAULT_ROOT,
                  &about);
}

/* The validator gave up, or we are out of memory: no verdict is a refusal. */
static int unchecked(const char *root, struct xml_faults *faults)
{
    const char *const path = talloc_asprintf(faults->arena, "/%s", root);

    xml_fault_add(faults, path == NULL ? "" : path, XML_FAULT_UNCHECKED, NULL);
    return -1;
}

int xml_validate(const struct xml_schema *schema, const char *root, xmlDoc *document,
                 struct xml_faults *faults)
{
    const struct xml_element_rule *const rule = xml_outline_root(schema->outline, root);
    xmlNode *const element = xmlDocGetRootElement(document);
    const size_t before = faults->count;
    int verdict;

    if (!is_root(schema, root, element)) {
        wrong_root(schema, root, element, faults);
        return 1;
    }
    verdict = xml_value_settle(element, rule, faults);
    if (verdict == 0) {
        verdict = xml_judge(schema->compiled, rule, document, before, faults);
    }
    if (verdict < 0) {
        return unchecked(root, faults);
    }
    return verdict > 0 || faults->count > before ? 1 : 0;
}
