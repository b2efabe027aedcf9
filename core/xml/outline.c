/* SPDX-License-Identifier: MPL-2.0 */
/* outline.c: the complex types of a schema, and the finding of rules in them. */
#include "xml/lint.h"

#include <stdlib.h>
#include <string.h>

static const struct xml_type *type_of(struct outline_builder *builder, const xmlNode *node);
static const struct xml_type *complex_type(struct outline_builder *builder, const xmlNode *node);

/* Where in a content model an element stands. */
struct place {
    bool optional; /* within a group that may be absent */
    bool choice;   /* within a choice */
    bool repeated; /* within a group that may come again */
};

/* ---- growing a type */

static struct xml_element_rule *rule_named(struct xml_type *type, const char *name,
                                           const char *namespace)
{
    for (int i = 0; i < type->element_count; i++) {
        if (strcmp(type->elements[i].name, name) == 0 &&
            strcmp(type->elements[i].namespace, namespace) == 0) {
            return (struct xml_element_rule *)&type->elements[i];
        }
    }
    return NULL;
}

static int add_element(struct outline_builder *builder, struct xml_type *type,
                       const struct xml_element_rule *rule)
{
    struct xml_element_rule *const same = rule_named(type, rule->name, rule->namespace);
    struct xml_element_rule *grown;

    if (same != NULL) { /* in two branches of a choice */
        type->irregular = true;
        if (same->max != XML_UNBOUNDED && (rule->max == XML_UNBOUNDED || rule->max > same->max)) {
            same->max = rule->max;
        }
        return 0;
    }
    grown = talloc_realloc(builder->keep, (struct xml_element_rule *)type->elements,
                           struct xml_element_rule, (unsigned)type->element_count + 1);
    if (grown == NULL) {
        return -1;
    }
    grown[type->element_count++] = *rule;
    type->elements = grown;
    return 0;
}

static int add_attribute(struct outline_builder *builder, struct xml_type *type,
                         const struct xml_attribute_rule *rule)
{
    struct xml_attribute_rule *const grown =
        talloc_realloc(builder->keep, (struct xml_attribute_rule *)type->attributes,
                       struct xml_attribute_rule, (unsigned)type->attribute_count + 1);

    if (grown == NULL) {
        return -1;
    }
    grown[type->attribute_count++] = *rule;
    type->attributes = grown;
    return 0;
}

/* ---- attributes */

static const struct xml_text_type *attribute_type(struct outline_builder *builder,
                                                  const xmlNode *node)
{
    const char *const name = outline_attribute(builder, node, "type");
    const xmlNode *inner = outline_first(node);
    const struct xml_text_type *type;
    bool missing;

    if (outline_is(inner, "annotation")) {
        inner = outline_next(inner);
    }
    if (name == NULL) {
        return outline_is(inner, "simpleType")
                   ? outline_text_type(builder, inner)
                   : outline_refuse(builder, node, "An attribute must have a type.");
    }
    type = outline_text_type_named(builder, node, name, &missing);
    return missing ? outline_refuse(builder, node, "There is no simple type %s.", name) : type;
}

static int read_attribute(struct outline_builder *builder, const xmlNode *node,
                          struct xml_type *type)
{
    const char *const use = outline_attribute(builder, node, "use");
    const char *const reference = outline_attribute(builder, node, "ref");
    struct xml_attribute_rule rule = {.required = use != NULL && strcmp(use, "required") == 0};
    const xmlNode *declaration = node;

    if (use != NULL && strcmp(use, "prohibited") == 0) {
        return 0;
    }
    if (reference != NULL) {
        const char *const name = outline_name(builder, node, reference, &rule.namespace);

        declaration =
            name == NULL ? NULL : outline_global(builder, "attribute", rule.namespace, name);
        if (declaration == NULL) {
            (void)outline_refuse(builder, node, "There is no attribute %s.", reference);
            return -1;
        }
        rule.namespace = talloc_strdup(builder->keep, rule.namespace);
    }
    rule.name = talloc_strdup(builder->keep, outline_attribute(builder, declaration, "name"));
    rule.type = attribute_type(builder, declaration);
    return rule.name == NULL || rule.type == NULL ? -1 : add_attribute(builder, type, &rule);
}

static int read_attributes(struct outline_builder *builder, const xmlNode *first,
                           struct xml_type *type)
{
    for (const xmlNode *at = first; at != NULL; at = outline_next(at)) {
        if (!outline_is(at, "attribute")) {
            (void)outline_refuse(builder, at, "codev's schemas do without xs:%s here.", at->name);
            return -1;
        }
        if (read_attribute(builder, at, type) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- content models */

static int occurs(struct outline_builder *builder, const xmlNode *node, const char *name)
{
    const char *const value = outline_attribute(builder, node, name);

    if (value == NULL) {
        return 1;
    }
    return strcmp(value, "unbounded") == 0 ? XML_UNBOUNDED : (int)strtol(value, NULL, 10);
}

/* Whether each step of an XPath that names an element has a prefix: without one it means an element
 * of no namespace, which is in none of our documents, and the rule would silently never apply. */
static bool is_prefixed(const char *xpath)
{
    for (const char *step = xpath; *step != '\0';) {
        const size_t length = strcspn(step, "/| ");

        if (length > 0 && strchr(".@*", *step) == NULL && memchr(step, ':', length) == NULL) {
            return false;
        }
        step += length + (step[length] != '\0');
    }
    return true;
}

/* The xs:unique, xs:key and xs:keyref of an element's declaration are the validator's alone. */
static int check_constraints(struct outline_builder *builder, const xmlNode *declaration)
{
    for (const xmlNode *at = outline_first(declaration); at != NULL; at = outline_next(at)) {
        if (!outline_is(at, "unique") && !outline_is(at, "key") && !outline_is(at, "keyref")) {
            continue;
        }
        for (const xmlNode *part = outline_first(at); part != NULL; part = outline_next(part)) {
            const char *const xpath = outline_attribute(builder, part, "xpath");

            if (xpath != NULL && !is_prefixed(xpath)) {
                (void)outline_refuse(builder, part, "The xpath needs a prefix before each name.");
                return -1;
            }
        }
    }
    return 0;
}

/* An xs:element inside a content model, by declaration or by reference to a global one. */
static int read_element(struct outline_builder *builder, const xmlNode *node,
                        const struct place *place, struct xml_type *type)
{
    const char *const reference = outline_attribute(builder, node, "ref");
    const struct outline_file *const file = outline_file_of(builder, node);
    const char *const form = outline_attribute(builder, file->root, "elementFormDefault");
    const char *name = outline_attribute(builder, node, "name");
    const char *namespace = file->namespace;
    const xmlNode *declaration = node;
    struct xml_element_rule rule = {.min = occurs(builder, node, "minOccurs"),
                                    .max = occurs(builder, node, "maxOccurs"),
                                    .choice = place->choice};

    if (reference != NULL) {
        name = outline_name(builder, node, reference, &namespace);
        declaration = name == NULL ? NULL : outline_global(builder, "element", namespace, name);
    } else if (form == NULL || strcmp(form, "qualified") != 0) {
        declaration = NULL;
    }
    if (name == NULL || declaration == NULL) {
        (void)outline_refuse(builder, node,
                             "There is no such element, or elementFormDefault is not qualified.");
        return -1;
    }
    if (place->optional || place->choice) {
        rule.min = 0;
    }
    if (place->repeated) {
        rule.max = XML_UNBOUNDED;
    }
    rule.name = talloc_strdup(builder->keep, name);
    rule.namespace = talloc_strdup(builder->keep, namespace);
    rule.type = type_of(builder, declaration);
    if (rule.name == NULL || rule.namespace == NULL || rule.type == NULL ||
        check_constraints(builder, declaration) != 0) {
        return -1;
    }
    return add_element(builder, type, &rule);
}

/* An xs:sequence or xs:choice and what it holds, flattened into the type. */
static int read_group(struct outline_builder *builder, const xmlNode *group, struct place place,
                      struct xml_type *type)
{
    const bool optional = occurs(builder, group, "minOccurs") == 0;
    const bool repeated = occurs(builder, group, "maxOccurs") != 1;

    place.optional |= optional;
    place.repeated |= repeated;
    place.choice |= outline_is(group, "choice");
    if (place.optional || place.repeated || place.choice) {
        type->irregular = true;
    }
    for (const xmlNode *at = outline_first(group); at != NULL; at = outline_next(at)) {
        int result = 0;

        if (outline_is(at, "element")) {
            result = read_element(builder, at, &place, type);
        } else if (outline_is(at, "sequence") || outline_is(at, "choice")) {
            result = read_group(builder, at, place, type);
        } else if (outline_is(at, "any")) {
            type->open = type->irregular = true;
        } else if (!outline_is(at, "annotation")) {
            (void)outline_refuse(builder, at, "codev's schemas do without xs:%s here.", at->name);
            result = -1;
        }
        if (result != 0) {
            return -1;
        }
    }
    return 0;
}

/* xs:simpleContent: an xs:extension of a simple type, or of another type with text, by attributes.
 */
static int read_simple_content(struct outline_builder *builder, const xmlNode *content,
                               struct xml_type *type)
{
    const xmlNode *const extension = outline_first(content);
    const char *const base =
        outline_is(extension, "extension") ? outline_attribute(builder, extension, "base") : NULL;
    bool missing = false;

    if (base == NULL) {
        (void)outline_refuse(builder, content, "A simpleContent must be an extension of a type.");
        return -1;
    }
    type->text = outline_text_type_named(builder, extension, base, &missing);
    if (missing) {
        (void)outline_refuse(builder, extension, "There is no simple type %s.", base);
    }
    return type->text == NULL ? -1 : read_attributes(builder, outline_first(extension), type);
}

static int read_complex(struct outline_builder *builder, const xmlNode *node, struct xml_type *type)
{
    const char *const mixed = outline_attribute(builder, node, "mixed");
    const xmlNode *at = outline_first(node);

    type->mixed = mixed != NULL && strcmp(mixed, "true") == 0;
    if (outline_is(at, "annotation")) {
        at = outline_next(at);
    }
    if (outline_is(at, "simpleContent")) {
        return read_simple_content(builder, at, type);
    }
    if (outline_is(at, "sequence") || outline_is(at, "choice")) {
        if (read_group(builder, at, (struct place){false, false, false}, type) != 0) {
            return -1;
        }
        at = outline_next(at);
    }
    return read_attributes(builder, at, type);
}

static const struct xml_type *complex_type(struct outline_builder *builder, const xmlNode *node)
{
    const struct xml_type *const known = outline_recall(builder, node);
    struct xml_type *const type =
        known != NULL ? NULL : talloc_zero(builder->keep, struct xml_type);

    if (type == NULL) {
        return known;
    }
    outline_remember(builder, node, type); /* before its content, which may hold the type itself */
    return read_complex(builder, node, type) == 0 ? type : NULL;
}

/* The type of an element without attributes or elements. */
static const struct xml_type *leaf_type(struct outline_builder *builder,
                                        const struct xml_text_type *text)
{
    struct xml_type *const type = text == NULL ? NULL : talloc_zero(builder->keep, struct xml_type);

    if (type != NULL) {
        type->text = text;
    }
    return type;
}

/* The type of an xs:element declaration: named, or declared inside. */
static const struct xml_type *type_of(struct outline_builder *builder, const xmlNode *node)
{
    const char *const qname = outline_attribute(builder, node, "type");
    const xmlNode *inner = outline_first(node);
    const struct xml_text_type *text;
    const char *namespace;
    const char *name;
    bool missing;

    if (outline_is(inner, "annotation")) {
        inner = outline_next(inner);
    }
    if (qname == NULL && outline_is(inner, "complexType")) {
        return complex_type(builder, inner);
    }
    if (qname == NULL && outline_is(inner, "simpleType")) {
        return leaf_type(builder, outline_text_type(builder, inner));
    }
    if (qname == NULL) {
        return outline_refuse(builder, node, "An element must have a type.");
    }
    text = outline_text_type_named(builder, node, qname, &missing);
    if (!missing) {
        return leaf_type(builder, text);
    }
    name = outline_name(builder, node, qname, &namespace);
    inner = name == NULL ? NULL : outline_global(builder, "complexType", namespace, name);
    return inner != NULL ? complex_type(builder, inner)
                         : outline_refuse(builder, node, "There is no type %s.", qname);
}

/* ---- the whole */

static int read_roots(struct outline_builder *builder, struct xml_outline *outline)
{
    struct xml_type all = {.element_count = 0};

    for (int i = 0; i < builder->file_count; i++) {
        const struct outline_file *const file = &builder->files[i];

        if (strcmp(file->namespace, outline->namespace) != 0) {
            continue;
        }
        for (const xmlNode *at = outline_first(file->root); at != NULL; at = outline_next(at)) {
            const char *const name = outline_attribute(builder, at, "name");
            struct xml_element_rule rule = {.min = 1, .max = 1};

            if (!outline_is(at, "element") || name == NULL) {
                continue;
            }
            rule.name = talloc_strdup(builder->keep, name);
            rule.namespace = outline->namespace;
            rule.type = type_of(builder, at);
            if (rule.name == NULL || rule.type == NULL || check_constraints(builder, at) != 0 ||
                add_element(builder, &all, &rule) != 0) {
                return -1;
            }
        }
    }
    outline->roots = all.elements;
    outline->root_count = all.element_count;
    return 0;
}

struct xml_outline *xml_outline_load(TALLOC_CTX *context, const char *path, struct error *error)
{
    struct xml_outline *const outline = talloc_zero(context, struct xml_outline);
    struct outline_builder builder = {
        .keep = outline, .scratch = outline == NULL ? NULL : talloc_new(outline), .error = error};
    const char *const slash = strrchr(path, '/');
    bool done;

    error->text[0] = '\0';
    if (outline == NULL || builder.scratch == NULL) {
        (void)error_set(error, "%s: There is not enough memory.", path);
        talloc_free(outline);
        return NULL;
    }
    builder.folder =
        slash == NULL ? "" : talloc_strndup(builder.scratch, path, (size_t)(slash - path) + 1);
    done = builder.folder != NULL && outline_read_file(&builder, path, NULL) == 0;
    if (done) {
        outline->namespace = talloc_strdup(outline, builder.files[0].namespace);
        done = outline->namespace != NULL && read_roots(&builder, outline) == 0 &&
               xml_lint(&builder) == 0;
    }
    talloc_free(builder.scratch);
    if (done) {
        return outline;
    }
    if (error->text[0] == '\0') {
        (void)error_set(error, "%s: There is not enough memory.", path);
    }
    talloc_free(outline);
    return NULL;
}

const struct xml_element_rule *xml_outline_root(const struct xml_outline *outline, const char *name)
{
    for (int i = 0; i < outline->root_count; i++) {
        if (strcmp(outline->roots[i].name, name) == 0) {
            return &outline->roots[i];
        }
    }
    return NULL;
}

const struct xml_element_rule *xml_outline_child(const struct xml_type *type, const xmlNode *child,
                                                 int *hint)
{
    const char *const namespace = child->ns == NULL ? "" : (const char *)child->ns->href;

    for (int tried = 0, at = *hint; tried < type->element_count; tried++, at++) {
        const struct xml_element_rule *const rule = &type->elements[at % type->element_count];

        if (strcmp(rule->name, (const char *)child->name) == 0 &&
            strcmp(rule->namespace, namespace) == 0) {
            *hint = at % type->element_count;
            return rule;
        }
    }
    return NULL;
}

const struct xml_attribute_rule *xml_outline_attribute(const struct xml_type *type,
                                                       const xmlAttr *attribute)
{
    const char *const namespace = attribute->ns == NULL ? NULL : (const char *)attribute->ns->href;

    for (int i = 0; i < type->attribute_count; i++) {
        const struct xml_attribute_rule *const rule = &type->attributes[i];

        if (strcmp(rule->name, (const char *)attribute->name) == 0 &&
            (namespace == NULL
                 ? rule->namespace == NULL
                 : rule->namespace != NULL && strcmp(rule->namespace, namespace) == 0)) {
            return rule;
        }
    }
    return NULL;
}
