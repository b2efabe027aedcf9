/* SPDX-License-Identifier: MPL-2.0 */
/* lint.c: see lint.h. libxml2 says of content models that they must be deterministic, but doesn't
 * see it where counts are in play; of patterns it says nothing. */
#include "xml/lint.h"

#include "xml/pattern.h"
#include "xml/regular.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Elements are numbered: those of the schema's own namespace from 1, others from here, where
     * xs:any may stand for all of them. */
    FOREIGN_FIRST = 1 << 20,
    FOREIGN_LAST = 1 << 21,
};

/* One content model, while it is turned into an expression. */
struct model {
    struct outline_builder *builder;
    TALLOC_CTX *arena;
    const char *own; /* target namespace */
    const char *names[XML_PARTICLES_MAX], *namespaces[XML_PARTICLES_MAX];
    size_t name_count, particles;
};

static struct regular *read_particle(struct model *model, const xmlNode *node);

/* ---- occurrences */

/* minOccurs or maxOccurs; -2: refused. */
static int occurs(struct outline_builder *builder, const xmlNode *node, const char *name)
{
    const char *const value = outline_attribute(builder, node, name);

    if (value == NULL) {
        return 1;
    }
    if (strcmp(value, "unbounded") == 0 && strcmp(name, "maxOccurs") == 0) {
        return REGULAR_UNBOUNDED;
    }
    if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0' || strlen(value) > 4 ||
        strtol(value, NULL, 10) > XML_OCCURS_MAX) {
        (void)outline_refuse(builder, node, "%s must be a number, %d at most%s.", name,
                             XML_OCCURS_MAX,
                             strcmp(name, "maxOccurs") == 0 ? ", or “unbounded”" : "");
        return -2;
    }
    return (int)strtol(value, NULL, 10);
}

/* ---- content models */

static void *no_memory(struct model *model, const xmlNode *node)
{
    return outline_refuse(model->builder, node, "There is not enough memory.");
}

static struct regular *new_set(struct model *model, const xmlNode *node, uint32_t low,
                               uint32_t high)
{
    struct regular *const set = regular_new(model->arena, REGULAR_SET, (int)xmlGetLineNo(node));
    struct regular_range *const range = talloc(model->arena, struct regular_range);

    if (set == NULL || range == NULL) {
        return no_memory(model, node);
    }
    *range = (struct regular_range){low, high};
    set->ranges = range;
    set->range_count = 1;
    return set;
}

static struct regular *read_element(struct model *model, const xmlNode *node)
{
    const char *const reference = outline_attribute(model->builder, node, "ref");
    const char *namespace = outline_file_of(model->builder, node)->namespace;
    const char *name = outline_attribute(model->builder, node, "name");
    uint32_t number;
    size_t at = 0;

    if (reference != NULL) {
        name = outline_name(model->builder, node, reference, &namespace);
    }
    if (name == NULL) {
        return NULL; /* outline.c has refused it before */
    }
    while (at < model->name_count &&
           (strcmp(model->names[at], name) != 0 || strcmp(model->namespaces[at], namespace) != 0)) {
        at++;
    }
    if (at == model->name_count) {
        model->names[at] = name;
        model->namespaces[at] = namespace;
        model->name_count++;
    }
    number = (uint32_t)at + (strcmp(namespace, model->own) == 0 ? 1U : (uint32_t)FOREIGN_FIRST);
    return new_set(model, node, number, number);
}

/* processContents="strict", which is also the default, would look for declarations that another
 * schema may bring or not. */
static struct regular *read_any(struct model *model, const xmlNode *node)
{
    const char *const namespace = outline_attribute(model->builder, node, "namespace");
    const char *const process = outline_attribute(model->builder, node, "processContents");

    if (namespace == NULL || strcmp(namespace, "##other") != 0 || process == NULL ||
        (strcmp(process, "skip") != 0 && strcmp(process, "lax") != 0)) {
        return outline_refuse(model->builder, node,
                              "xs:any must have namespace=\"##other\" and processContents=\"skip\" "
                              "or \"lax\".");
    }
    return new_set(model, node, FOREIGN_FIRST, FOREIGN_LAST);
}

static struct regular *read_group(struct model *model, const xmlNode *node)
{
    struct regular *const group = regular_new(
        model->arena, outline_is(node, "choice") ? REGULAR_CHOICE : REGULAR_SEQUENCE, 0);

    if (group == NULL) {
        return no_memory(model, node);
    }
    for (const xmlNode *at = outline_first(node); at != NULL; at = outline_next(at)) {
        struct regular *part;

        if (outline_is(at, "annotation")) {
            continue;
        }
        part = read_particle(model, at);
        if (part == NULL) {
            return NULL;
        }
        regular_append(group, part);
    }
    return group;
}

static struct regular *read_particle(struct model *model, const xmlNode *node)
{
    const int min = occurs(model->builder, node, "minOccurs");
    const int max = min == -2 ? -2 : occurs(model->builder, node, "maxOccurs");
    struct regular *part;

    if (max == -2) {
        return NULL;
    }
    if (++model->particles > XML_PARTICLES_MAX) {
        return outline_refuse(model->builder, node,
                              "A type may have at most %d elements and groups of them.",
                              XML_PARTICLES_MAX);
    }
    if (outline_is(node, "element")) {
        part = read_element(model, node);
    } else if (outline_is(node, "any")) {
        part = read_any(model, node);
    } else {
        part = read_group(model, node);
    }
    if (part == NULL) {
        return NULL;
    }
    part = regular_repeat(model->arena, part, min, max, (int)xmlGetLineNo(node));
    return part == NULL ? no_memory(model, node) : part;
}

static int tell(struct outline_builder *builder, const xmlNode *node,
                struct regular_finding finding)
{
    switch (finding.verdict) {
    case REGULAR_CLEAR:
        return 0;
    case REGULAR_TWO_WAYS:
        (void)outline_refuse(
            builder, node,
            "The type is ambiguous: one element of a document may be meant by the "
            "declaration of line %d in two ways%s.",
            finding.first,
            finding.first == finding.second
                ? ""
                : talloc_asprintf(builder->scratch, ", or by that of line %d", finding.second));
        break;
    case REGULAR_EMPTY_ROUND:
        (void)outline_refuse(builder, node,
                             "The type is ambiguous: the group of line %d comes again, but may be "
                             "empty.",
                             finding.first);
        break;
    case REGULAR_TOO_LARGE:
        (void)outline_refuse(builder, node, "The type is too complex.");
        break;
    case REGULAR_NO_MEMORY:
        (void)outline_refuse(builder, node, "There is not enough memory.");
        break;
    }
    return -1;
}

static int check_model(struct outline_builder *builder, const xmlNode *type)
{
    const xmlNode *content = outline_first(type);
    struct regular *expression;
    struct model *model;
    int result;

    if (outline_is(content, "annotation")) {
        content = outline_next(content);
    }
    if (!outline_is(content, "sequence") && !outline_is(content, "choice")) {
        return 0;
    }
    model = talloc_zero(builder->scratch, struct model);
    if (model == NULL) {
        return tell(builder, type, (struct regular_finding){REGULAR_NO_MEMORY, 0, 0});
    }
    model->builder = builder;
    model->arena = model;
    model->own = outline_file_of(builder, type)->namespace;
    expression = read_particle(model, content);
    result = expression == NULL ? -1 : tell(builder, type, regular_judge(model, expression));
    talloc_free(model);
    return result;
}

/* ---- patterns */

static int check_pattern(struct outline_builder *builder, const xmlNode *node)
{
    const char *const pattern = outline_attribute(builder, node, "value");
    const char *const fault = pattern == NULL ? NULL : xml_pattern_fault(builder->scratch, pattern);

    if (fault != NULL) {
        (void)outline_refuse(builder, node, "%s", fault);
    }
    return fault == NULL ? 0 : -1;
}

/* ---- the whole */

/* A file is not deeper than libxml2 reads: 256 elements. */
static int check_node(struct outline_builder *builder, const xmlNode *node)
{
    int result = 0;

    if (outline_is(node, "pattern")) {
        result = check_pattern(builder, node);
    } else if (outline_is(node, "complexType")) {
        result = check_model(builder, node);
    }
    for (const xmlNode *at = outline_first(node); at != NULL && result == 0;
         at = outline_next(at)) {
        result = check_node(builder, at);
    }
    return result;
}

int xml_lint(struct outline_builder *builder)
{
    for (int i = 0; i < builder->file_count; i++) {
        if (check_node(builder, builder->files[i].root) != 0) {
            return -1;
        }
    }
    return 0;
}
