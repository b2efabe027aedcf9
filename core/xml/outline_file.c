/* SPDX-License-Identifier: MPL-2.0 */
/* outline_file.c: the files of a schema: reading them, finding names across them, telling where in
 * them something is wrong. */
#include "xml/outline_build.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static const char schema_namespace[] = "http://www.w3.org/2001/XMLSchema";

void *outline_refuse(struct outline_builder *builder, const xmlNode *node, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = talloc_vasprintf(builder->scratch, format, arguments);
    va_end(arguments);
    (void)error_set(builder->error, "%s:%ld: %s", outline_file_of(builder, node)->path,
                    xmlGetLineNo(node), text == NULL ? "" : text);
    return NULL;
}

const char *outline_attribute(struct outline_builder *builder, const xmlNode *node,
                              const char *name)
{
    for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
        if (strcmp((const char *)at->name, name) == 0) {
            return xml_get(builder->scratch, (const xmlNode *)at, ".");
        }
    }
    return NULL;
}

bool outline_is(const xmlNode *node, const char *name)
{
    return node != NULL && node->type == XML_ELEMENT_NODE && node->ns != NULL &&
           strcmp((const char *)node->ns->href, schema_namespace) == 0 &&
           (name == NULL || strcmp((const char *)node->name, name) == 0);
}

const xmlNode *outline_first(const xmlNode *node)
{
    return xml_child(node, NULL);
}

const xmlNode *outline_next(const xmlNode *node)
{
    return xml_next(node, NULL);
}

const struct outline_file *outline_file_of(const struct outline_builder *builder,
                                           const xmlNode *node)
{
    for (int i = 0; i < builder->file_count; i++) {
        if (builder->files[i].root->doc == node->doc) {
            return &builder->files[i];
        }
    }
    return &builder->files[0];
}

const char *outline_name(struct outline_builder *builder, const xmlNode *node, const char *qname,
                         const char **namespace_r)
{
    const char *const colon = strchr(qname, ':');
    const char *const prefix =
        colon == NULL ? NULL : talloc_strndup(builder->scratch, qname, (size_t)(colon - qname));
    const xmlNs *found;

    if (prefix == NULL && colon != NULL) { /* not the default namespace instead */
        return outline_refuse(builder, node, "There is not enough memory.");
    }
    /* The function takes no const, and writes only for the prefix "xml". */
    found = xmlSearchNs(node->doc, (xmlNode *)node, (const xmlChar *)prefix);
    if (found == NULL && colon != NULL) {
        return outline_refuse(builder, node, "The prefix of %s is not declared.", qname);
    }
    *namespace_r = found == NULL ? "" : (const char *)found->href;
    return colon == NULL ? qname : colon + 1;
}

const xmlNode *outline_global(const struct outline_builder *builder, const char *kind,
                              const char *namespace, const char *name)
{
    for (int i = 0; i < builder->file_count; i++) {
        if (strcmp(builder->files[i].namespace, namespace) != 0) {
            continue;
        }
        for (const xmlNode *at = outline_first(builder->files[i].root); at != NULL;
             at = outline_next(at)) {
            const char *const its_name = xml_get(builder->scratch, at, "@name");

            if (outline_is(at, kind) && its_name != NULL && strcmp(its_name, name) == 0) {
                return at;
            }
        }
    }
    return NULL;
}

const void *outline_recall(const struct outline_builder *builder, const xmlNode *node)
{
    for (const struct outline_made *at = builder->made; at != NULL; at = at->next) {
        if (at->node == node) {
            return at->made;
        }
    }
    return NULL;
}

void outline_remember(struct outline_builder *builder, const xmlNode *node, const void *made)
{
    struct outline_made *const one = talloc(builder->scratch, struct outline_made);

    if (one == NULL) {
        return; /* made again next time */
    }
    *one = (struct outline_made){builder->made, node, made};
    builder->made = one;
}

/* xs:include and xs:import: a file of the same folder, so that no schema reaches elsewhere. */
static int read_other(struct outline_builder *builder, const xmlNode *node)
{
    const char *const location = outline_attribute(builder, node, "schemaLocation");
    const char *path;

    if (location == NULL || location[0] == '\0' || strpbrk(location, "/\\:") != NULL ||
        location[0] == '.') {
        (void)outline_refuse(builder, node,
                             "The schemaLocation must name a file of the same folder.");
        return -1;
    }
    path = talloc_asprintf(builder->scratch, "%s%s", builder->folder, location);
    if (path == NULL) {
        return -1;
    }
    for (int i = 0; i < builder->file_count; i++) {
        if (strcmp(builder->files[i].path, path) == 0) {
            return 0;
        }
    }
    return outline_read_file(builder, path, node);
}

/* Only what the outline understands may stand at the top of a schema. */
static int read_others(struct outline_builder *builder, const xmlNode *root)
{
    static const char *const known[] = {"annotation", "simpleType", "complexType", "element",
                                        "attribute"};

    for (const xmlNode *at = outline_first(root); at != NULL; at = outline_next(at)) {
        bool fine = false;

        if (outline_is(at, "include") || outline_is(at, "import")) {
            if (read_other(builder, at) != 0) {
                return -1;
            }
            continue;
        }
        for (size_t i = 0; i < sizeof known / sizeof known[0] && !fine; i++) {
            fine = outline_is(at, known[i]);
        }
        if (!fine) {
            (void)outline_refuse(builder, at, "codev's schemas do without xs:%s.", at->name);
            return -1;
        }
    }
    return 0;
}

static int cannot_read(struct outline_builder *builder, const char *path, const xmlNode *from)
{
    const xmlError *const last = xmlGetLastError();
    const char *const reason =
        last != NULL && last->message != NULL ? last->message : "It cannot be read.";
    const int length = (int)strcspn(reason, "\n");

    if (from != NULL && (last == NULL || last->line == 0)) {
        (void)outline_refuse(builder, from, "%s: %.*s", path, length, reason);
    } else {
        (void)error_set(builder->error, "%s:%d: %.*s", path, last == NULL ? 0 : last->line, length,
                        reason);
    }
    return -1;
}

/* Who may write a schema says what is valid: OWASP's "schema poisoning". What is no file is told by
 * who reads it. */
static int check_mode(struct outline_builder *builder, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0 || (status.st_mode & S_IWOTH) == 0) {
        return 0;
    }
    return error_set(builder->error,
                     "%s: The schema is writable by all users of the machine; take that right away "
                     "with chmod o-w.",
                     path);
}

int outline_read_file(struct outline_builder *builder, const char *path, const xmlNode *from)
{
    struct outline_file *const file = &builder->files[builder->file_count];
    xmlDoc *document;

    if (builder->file_count == OUTLINE_FILES_MAX) {
        (void)outline_refuse(builder, from, "The schema has more than %d files.",
                             OUTLINE_FILES_MAX);
        return -1;
    }
    if (check_mode(builder, path) != 0) {
        return -1;
    }
    xmlResetLastError();
    document =
        xml_adopt(builder->scratch, xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS));
    if (document == NULL) {
        return cannot_read(builder, path, from);
    }
    file->path = path;
    file->root = xmlDocGetRootElement(document);
    builder->file_count++;
    if (document->intSubset != NULL) { /* entities and defaults that libxml2 would take over */
        (void)outline_refuse(builder, file->root, "A schema must have no DOCTYPE.");
        return -1;
    }
    if (!outline_is(file->root, "schema")) {
        (void)outline_refuse(builder, file->root, "This is no XML Schema.");
        return -1;
    }
    file->namespace = outline_attribute(builder, file->root, "targetNamespace");
    if (file->namespace == NULL) {
        (void)outline_refuse(builder, file->root, "The schema has no targetNamespace.");
        return -1;
    }
    return read_others(builder, file->root);
}
