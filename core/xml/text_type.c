/* SPDX-License-Identifier: MPL-2.0 */
/* text_type.c: the simple types of a schema: XSD's own, and restrictions of them with their facets
 * and their documentation, from which the messages to visitors are made. */
#include "xml/outline_build.h"

#include <stdlib.h>
#include <string.h>

enum white_space { WS_PRESERVE, WS_REPLACE, WS_COLLAPSE };

/* clang-format off */
#define WHOLE {"a whole number", "un nombre entier"}
#define NUMBER {"a number", "un nombre"}
#define TRUTH {"“true” or “false”", "«\u00a0true\u00a0» ou «\u00a0false\u00a0»"}
#define DATE {"a date such as 2027-01-11", "une date comme 2027-01-11"}
#define MOMENT {"a date and time such as 2027-01-11T14:00:00+01:00", \
                "une date et une heure comme 2027-01-11T14:00:00+01:00"}
#define DURATION {"a duration such as PT2H", "une durée comme PT2H"}
#define ADDRESS {"an address (URI)", "une adresse (URI)"}
/* clang-format on */

/* The lengths of these are none of characters (XML Schema Part 2 §4.3.1): the validator's alone. */
static const char *const uncounted_builtins[] = {"hexBinary", "base64Binary", "NMTOKENS", "IDREFS",
                                                 "ENTITIES",  "QName",        "NOTATION"};

/* XSD's own types: what they are called in a message, their bounds, their white space. Those not
 * here collapse white space and have no words. */
static const struct builtin {
    const char *name;
    struct xml_words noun;
    const char *low, *high;
    enum white_space space;
} builtins[] = {
    {"string", {NULL, NULL}, NULL, NULL, WS_PRESERVE},
    {"normalizedString", {NULL, NULL}, NULL, NULL, WS_REPLACE},
    {"boolean", TRUTH, NULL, NULL, WS_COLLAPSE},
    {"integer", WHOLE, NULL, NULL, WS_COLLAPSE},
    {"positiveInteger", WHOLE, "1", NULL, WS_COLLAPSE},
    {"nonNegativeInteger", WHOLE, "0", NULL, WS_COLLAPSE},
    {"unsignedLong", WHOLE, "0", "18446744073709551615", WS_COLLAPSE},
    {"unsignedInt", WHOLE, "0", "4294967295", WS_COLLAPSE},
    {"unsignedShort", WHOLE, "0", "65535", WS_COLLAPSE},
    {"unsignedByte", WHOLE, "0", "255", WS_COLLAPSE},
    {"long", WHOLE, NULL, NULL, WS_COLLAPSE},
    {"int", WHOLE, NULL, NULL, WS_COLLAPSE},
    {"short", WHOLE, NULL, NULL, WS_COLLAPSE},
    {"decimal", NUMBER, NULL, NULL, WS_COLLAPSE},
    {"double", NUMBER, NULL, NULL, WS_COLLAPSE},
    {"float", NUMBER, NULL, NULL, WS_COLLAPSE},
    {"date", DATE, NULL, NULL, WS_COLLAPSE},
    {"dateTime", MOMENT, NULL, NULL, WS_COLLAPSE},
    {"duration", DURATION, NULL, NULL, WS_COLLAPSE},
    {"anyURI", ADDRESS, NULL, NULL, WS_COLLAPSE},
};

static const struct xml_text_type *builtin_type(struct outline_builder *builder, const char *name)
{
    struct xml_text_type *const type = talloc_zero(builder->keep, struct xml_text_type);

    if (type == NULL) {
        return NULL;
    }
    type->name = "";
    type->length_min = type->length_max = -1;
    type->collapse = true;
    for (size_t i = 0; i < sizeof uncounted_builtins / sizeof uncounted_builtins[0]; i++) {
        type->uncounted |= strcmp(uncounted_builtins[i], name) == 0;
    }
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(builtins[i].name, name) != 0) {
            continue;
        }
        type->noun = builtins[i].noun;
        type->low = builtins[i].low;
        type->high = builtins[i].high;
        type->collapse = builtins[i].space == WS_COLLAPSE;
        type->replace = builtins[i].space == WS_REPLACE;
    }
    return type;
}

/* An xs:documentation's words: white space collapsed, so that a schema may break its lines. */
static const char *collapsed(TALLOC_CTX *context, const xmlNode *node)
{
    xmlChar *const content = xmlNodeGetContent(node);
    char *const words = content == NULL ? NULL : talloc_strdup(context, (const char *)content);
    char *to = words;

    xmlFree(content);
    for (const char *from = words; from != NULL && *from != '\0';) {
        const size_t space = strspn(from, " \t\r\n");

        from += space;
        if (space != 0 && to != words && *from != '\0') {
            *to++ = ' ';
        }
        if (space == 0) {
            *to++ = *from++;
        }
    }
    if (to != NULL) {
        *to = '\0';
    }
    return words;
}

/* A text in one language alone serves for both. */
static void either(struct xml_words *words)
{
    if (words->en == NULL) {
        words->en = words->fr;
    }
    if (words->fr == NULL) {
        words->fr = words->en;
    }
}

static void read_documentation(struct outline_builder *builder, const xmlNode *simple_type,
                               struct xml_text_type *type)
{
    const xmlNode *const annotation = outline_first(simple_type);

    if (!outline_is(annotation, "annotation")) {
        return;
    }
    for (const xmlNode *at = outline_first(annotation); at != NULL; at = outline_next(at)) {
        const char *const source = outline_attribute(builder, at, "source");
        const char *const language = outline_attribute(builder, at, "lang");
        struct xml_words *const words =
            source != NULL && strcmp(source, "message") == 0 ? &type->message : &type->want;

        if (!outline_is(at, "documentation") || language == NULL) {
            continue;
        }
        if (strcmp(language, "fr") == 0) {
            words->fr = collapsed(builder->keep, at);
        } else if (strcmp(language, "en") == 0) {
            words->en = collapsed(builder->keep, at);
        }
    }
    either(&type->want);
    either(&type->message);
}

static int read_values(struct outline_builder *builder, const xmlNode *restriction,
                       struct xml_text_type *type)
{
    const char **values;
    int count = 0;

    for (const xmlNode *at = outline_first(restriction); at != NULL; at = outline_next(at)) {
        count += outline_is(at, "enumeration");
    }
    if (count == 0) {
        return 0;
    }
    values = talloc_array(builder->keep, const char *, (unsigned)count);
    if (values == NULL) {
        return -1;
    }
    count = 0;
    for (const xmlNode *at = outline_first(restriction); at != NULL; at = outline_next(at)) {
        if (outline_is(at, "enumeration")) {
            values[count++] = talloc_strdup(builder->keep, outline_attribute(builder, at, "value"));
        }
    }
    type->values = values;
    type->value_count = count;
    return 0;
}

/* One facet that messages speak of; the others are the validator's alone. */
static void read_facet(struct outline_builder *builder, const xmlNode *facet,
                       struct xml_text_type *type)
{
    const char *const value = outline_attribute(builder, facet, "value");

    if (value == NULL) {
        return;
    }
    if (!type->uncounted && (outline_is(facet, "length") || outline_is(facet, "minLength"))) {
        type->length_min = (int)strtol(value, NULL, 10);
    }
    if (!type->uncounted && (outline_is(facet, "length") || outline_is(facet, "maxLength"))) {
        type->length_max = (int)strtol(value, NULL, 10);
    }
    if (outline_is(facet, "minInclusive")) {
        type->low = talloc_strdup(builder->keep, value);
    }
    if (outline_is(facet, "maxInclusive")) {
        type->high = talloc_strdup(builder->keep, value);
    }
    if (outline_is(facet, "whiteSpace")) {
        type->collapse = strcmp(value, "collapse") == 0;
        type->replace = strcmp(value, "replace") == 0;
    }
}

/* The type that an xs:restriction starts from: by name, or declared inside. */
static const struct xml_text_type *base_of(struct outline_builder *builder,
                                           const xmlNode *restriction)
{
    const char *const base = outline_attribute(builder, restriction, "base");
    const struct xml_text_type *type;
    bool missing = false;

    if (base == NULL) {
        const xmlNode *const inner = outline_first(restriction);

        return outline_is(inner, "simpleType")
                   ? outline_text_type(builder, inner)
                   : outline_refuse(builder, restriction, "A restriction has no base.");
    }
    type = outline_text_type_named(builder, restriction, base, &missing);
    return missing ? outline_refuse(builder, restriction, "There is no simple type %s.", base)
                   : type;
}

const struct xml_text_type *outline_text_type(struct outline_builder *builder,
                                              const xmlNode *simple_type)
{
    const struct xml_type_rule *rule;
    const xmlNode *restriction = outline_first(simple_type);
    const char *const name = outline_attribute(builder, simple_type, "name");
    const struct xml_text_type *base = outline_recall(builder, simple_type);
    struct xml_text_type *type;

    if (base != NULL) {
        return base;
    }
    if (outline_is(restriction, "annotation")) {
        restriction = outline_next(restriction);
    }
    if (!outline_is(restriction, "restriction")) {
        return outline_refuse(builder, simple_type,
                              "A simple type must be a restriction of another one.");
    }
    base = base_of(builder, restriction);
    type = base == NULL ? NULL : talloc_zero(builder->keep, struct xml_text_type);
    if (type == NULL) {
        return NULL;
    }
    *type = *base;
    for (const xmlNode *at = outline_first(restriction); at != NULL; at = outline_next(at)) {
        read_facet(builder, at, type);
    }
    if (read_values(builder, restriction, type) != 0) {
        return NULL;
    }
    if (type->low != base->low || type->high != base->high || type->values != base->values) {
        type->want = (struct xml_words){NULL, NULL}; /* the base's words no longer say it all */
    }
    read_documentation(builder, simple_type, type);
    if (name != NULL) {
        type->name = talloc_strdup(builder->keep, name);
        rule = xml_type_rule_of(outline_file_of(builder, simple_type)->namespace, name);
        if (rule != NULL) {
            type->check = rule->check;
            type->as_typed = rule->as_typed;
        }
    }
    outline_remember(builder, simple_type, type);
    return type;
}

const struct xml_text_type *outline_text_type_named(struct outline_builder *builder,
                                                    const xmlNode *node, const char *qname,
                                                    bool *missing_r)
{
    const char *namespace;
    const char *const name = outline_name(builder, node, qname, &namespace);
    const xmlNode *simple_type;

    *missing_r = false;
    if (name == NULL) {
        return NULL;
    }
    if (strcmp(namespace, "http://www.w3.org/2001/XMLSchema") == 0) {
        return builtin_type(builder, name);
    }
    simple_type = outline_global(builder, "simpleType", namespace, name);
    if (simple_type == NULL) {
        *missing_r = true;
        return NULL;
    }
    return outline_text_type(builder, simple_type);
}
