/* SPDX-License-Identifier: MPL-2.0 */
/* outline_build.h: what outline*.c, text_type.c and check.c share while a schema is read. */
#ifndef CODEV_XML_OUTLINE_BUILD_H
#define CODEV_XML_OUTLINE_BUILD_H

#include "xml/outline.h"

enum {
    OUTLINE_FILES_MAX = 16, /* a schema with all that it includes and imports */
};

/* One .xsd file. */
struct outline_file {
    const char *path;
    const char *namespace; /* its target namespace */
    xmlNode *root;         /* xs:schema */
};

/* A type of a schema node, so that each is made once and types may contain themselves. */
struct outline_made {
    struct outline_made *next;
    const xmlNode *node;
    const void *made;
};

struct outline_builder {
    TALLOC_CTX *keep;    /* for the outline */
    TALLOC_CTX *scratch; /* for the files, until the outline is done */
    struct error *error;
    const char *folder; /* all files are in it; "" or with a slash at its end */
    struct outline_file files[OUTLINE_FILES_MAX];
    int file_count;
    struct outline_made *made;
};

/* ---- outline_file.c */

/* Read a file and those it names. FROM: the node that names it, NULL for the first. 0 or -1. */
int outline_read_file(struct outline_builder *builder, const char *path, const xmlNode *from);

/* Say what is wrong at this node of a schema: "file:line: sentence". Always NULL. */
void *outline_refuse(struct outline_builder *builder, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Attribute of a schema node, as text that lives as long as its file; NULL when absent. */
const char *outline_attribute(struct outline_builder *builder, const xmlNode *node,
                              const char *name);

/* Whether the node is an element of XML Schema of this name (NULL: any). */
bool outline_is(const xmlNode *node, const char *name);

/* First child, or next sibling, that is an element. */
const xmlNode *outline_first(const xmlNode *node);
const xmlNode *outline_next(const xmlNode *node);

/* The file that the node stands in. */
const struct outline_file *outline_file_of(const struct outline_builder *builder,
                                           const xmlNode *node);

/* Split "prefix:name" as seen from the node. NULL when the prefix is not declared (refused). */
const char *outline_name(struct outline_builder *builder, const xmlNode *node, const char *qname,
                         const char **namespace_r);

/* The global component of that kind ("simpleType", …) and name in any of the files, or NULL. */
const xmlNode *outline_global(const struct outline_builder *builder, const char *kind,
                              const char *namespace, const char *name);

const void *outline_recall(const struct outline_builder *builder, const xmlNode *node);
void outline_remember(struct outline_builder *builder, const xmlNode *node, const void *made);

/* ---- text_type.c */

/* Type by name as seen from the node: one of XSD's own or a global simpleType. NULL: refused, or
 * no simple type (then *missing_r is true and nothing is refused yet). */
const struct xml_text_type *outline_text_type_named(struct outline_builder *builder,
                                                    const xmlNode *node, const char *qname,
                                                    bool *missing_r);

/* The type that an xs:simpleType node declares. NULL: refused. */
const struct xml_text_type *outline_text_type(struct outline_builder *builder,
                                              const xmlNode *simple_type);

/* ---- check.c */

struct xml_type_rule {
    const char *type;
    bool (*check)(const char *value);
    const char *(*as_typed)(TALLOC_CTX *arena, const char *value);
};

/* What is said in C of the named type, or NULL. */
const struct xml_type_rule *xml_type_rule_of(const char *namespace, const char *type_name);

#endif
