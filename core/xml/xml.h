/* SPDX-License-Identifier: MPL-2.0 */
/* xml.h: documents: parsed safely, validated, read and written by path, made from forms, turned
 * into pages. The one folder that knows libxml2 and libxslt by heart. */
#ifndef CODEV_XML_XML_H
#define CODEV_XML_XML_H

#include "base/error.h"
#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum {
    XML_FAULTS_MAX =
        100, /* faults told of one document; validation goes on, further ones are dropped */
};

/* One thing wrong with a document. Texts are complete sentences and live as long as the arena. */
struct xml_fault {
    int line;         /* from 1, where the start tag ends; 0 where there are no lines (a form) */
    const char *path; /* "/quote-request/need/audience[2]", "/…/consent/@text-version"; see
                         schemas/README.md */
    const char *en, *fr;
};

struct xml_faults {
    TALLOC_CTX *arena;
    size_t count;
    struct xml_fault items[XML_FAULTS_MAX];
};

/* Add a fault; the texts are copied. A second fault at the path of an earlier one is dropped:
 * a person mends one thing at a time. */
void xml_faults_add(struct xml_faults *faults, int line, const char *path, const char *en,
                    const char *fr);

/* Once a process, before anything else here: initialises libxml2 and libxslt, silences their
 * printing to standard error. */
void xml_startup(void);

/* After schemas and pages are loaded: from here on nothing is read from files or the network by
 * libxml2 or libxslt (an entity loader that refuses everything). Inherited by forked workers. */
void xml_freeze(void);

/* ---- parsing (parse.c) */

/* Parse an untrusted document: UTF-8 only, no NUL, no DOCTYPE, no entities but the five and
 * character references, no network, namespace-well-formed, XML 1.0, bounded depth. A fresh parser
 * context each time (a kept one grows its dictionary on hostile names).
 * The document is freed with the arena. NULL: refused, *fault_r says why (path is ""). */
xmlDoc *xml_parse(TALLOC_CTX *arena, const char *bytes, size_t size, struct xml_fault *fault_r);

/* Give a document of another maker to the arena, which frees it. NULL stays NULL. */
xmlDoc *xml_adopt(TALLOC_CTX *arena, xmlDoc *document);

/* ---- schemas (schema.c, outline.c, fault.c) */

struct xml_schema; /* compiled schema, its target namespace and its outline; read-only after load */

/* Compile the schema at path with what it includes or imports from the same folder.
 * NULL: error says file, line and reason. Freed with the context. */
struct xml_schema *xml_schema_load(TALLOC_CTX *context, const char *path, struct error *error);

const char *xml_schema_namespace(const struct xml_schema *schema);

/* Whether the schema declares a global element of this name. */
bool xml_schema_declares(const struct xml_schema *schema, const char *root);

/* Validate. 0: valid. 1: invalid, every fault added, by line. -1: the validator itself failed
 * (treat as refused: 422; the fault that says the document could not be checked is added). The root
 * element must be `root` in the schema's namespace, else one fault says what was expected and
 * found. The document is brought into the form that was checked: texts have the white space of
 * their type (none at the ends, but in free text), and attributes with a default are there. */
int xml_validate(const struct xml_schema *schema, const char *root, xmlDoc *document,
                 struct xml_faults *faults);

/* ---- forms (form.c) */

struct xml_field {
    const char *name; /* "contact.email"; decoded, UTF-8 */
    const char
        *value; /* decoded, UTF-8, line ends as LF; spaces at both ends are cut by the mapper */
};

/* Make the document that the fields describe, in the schema's order whatever theirs. Optional
 * elements and attributes left empty are left out; required ones are written empty, so that
 * validation puts a message beside each. Names the schema does not know become faults (path
 * "/ROOT", naming the field), as do second answers to what is no list, characters that XML cannot
 * hold, and fields beyond 1,000; names that begin with '_' are skipped. NULL only when memory is
 * short, or when the schema does not declare the root. */
xmlDoc *xml_from_form(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                      const struct xml_field *fields, size_t count, struct xml_faults *faults);

/* ---- access by path (node.c); paths are relative to the node: "contact/email", "@id",
 * "need/audience", "consent/@text-version", "." ; elements by local name in the node's namespace */

/* Text at the path, of the first that matches; NULL when absent. Lives as long as arena and
 * document. */
const char *xml_get(TALLOC_CTX *arena, const xmlNode *node, const char *path);

/* Texts of all elements that match (only the last segment repeats). *values_r is in the arena. */
size_t xml_get_all(TALLOC_CTX *arena, const xmlNode *node, const char *path,
                   const char *const **values_r);

/* Set the text at the path, making the elements that are missing (at the end of their parent).
 * 0, or -1 when memory is short, the path is malformed or the value is no text of XML (malformed
 * UTF-8, control characters); then nothing is changed but for lack of memory. */
int xml_set(xmlNode *node, const char *path, const char *value);

/* Append another element of that path's last name, even when one is there. */
int xml_add(xmlNode *node, const char *path, const char *value);

/* First child element / next sibling element of that name in the node's namespace (NULL: any
 * element, of any namespace). */
xmlNode *xml_child(const xmlNode *node, const char *name);
xmlNode *xml_next(const xmlNode *node, const char *name);

/* A new document whose root is NAME in the namespace, in the arena; NULL when memory is short. */
xmlDoc *xml_new(TALLOC_CTX *arena, const char *namespace, const char *root);

/* ---- writing (write.c) and pages (page.c) */

/* Serialise as UTF-8 with declaration, in the arena; size without NUL. NULL: memory is short. */
char *xml_write(TALLOC_CTX *arena, xmlDoc *document, size_t *size_r);

struct xml_page; /* a compiled stylesheet; read-only after load */

struct xml_page *xml_page_load(TALLOC_CTX *context, const char *path, struct error *error);

/* Transform into HTML text (without doctype). parameters: name, value, name, value …, NULL; values
 * are plain strings, quoted here. NULL: error says why (a refused document() among others). */
char *xml_page_render(TALLOC_CTX *arena, const struct xml_page *page, xmlDoc *document,
                      const char *const *parameters, size_t *size_r, struct error *error);

#endif
