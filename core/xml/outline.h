/* SPDX-License-Identifier: MPL-2.0 */
/* outline.h: what a schema allows, as a read-only graph of names: libxml2 compiles schemas for
 * itself alone, and forms, messages and checks need to know which element stands where. */
#ifndef CODEV_XML_OUTLINE_H
#define CODEV_XML_OUTLINE_H

#include "xml/fault.h"

enum {
    XML_UNBOUNDED = -1, /* maxOccurs="unbounded" */
};

/* A simple type: what a text must be. Everything is inherited from its base already. */
struct xml_text_type {
    const char *name;          /* local name of the nearest named type; "" when there is none */
    struct xml_words noun;     /* of the XSD type it comes from: "un nombre entier"; may be NULL */
    struct xml_words want;     /* from its documentation: "une date, par exemple 2027-01-11" */
    struct xml_words message;  /* from its documentation with source="message": a whole sentence */
    const char *const *values; /* its enumeration */
    int value_count;           /* 0: none */
    int length_min;            /* characters; -1: no bound */
    int length_max;
    bool uncounted;         /* its lengths are octets or items, and so none of those two */
    const char *low, *high; /* minInclusive, maxInclusive as written; NULL: no bound */
    bool collapse;          /* white space at the ends is none of the value (xs:whiteSpace) */
    bool replace;           /* tabs and line ends count as spaces */
    bool (*check)(const char *value); /* a rule that XSD cannot say; NULL: none */
    /* what people type into a form, as the type writes it; NULL: as it is */
    const char *(*as_typed)(TALLOC_CTX *arena, const char *value);
};

struct xml_attribute_rule {
    const char *name;
    const char *namespace; /* NULL: none, as attributes mostly are */
    const struct xml_text_type *type;
    bool required;
};

struct xml_element_rule {
    const char *name;
    const char *namespace;
    const struct xml_type *type;
    int min, max; /* max may be XML_UNBOUNDED */
    bool choice;  /* stands in an xs:choice: min is 0, but one of those may be due */
};

struct xml_type {
    const struct xml_text_type *text; /* of a leaf or simpleContent; NULL: elements or nothing */
    const struct xml_element_rule *elements; /* in the schema's order */
    int element_count;
    const struct xml_attribute_rule *attributes;
    int attribute_count;
    bool mixed;     /* text may stand between elements */
    bool open;      /* elements of other namespaces may be in it (xs:any) */
    bool irregular; /* more than one plain sequence: order and numbers are the validator's alone */
};

struct xml_outline {
    const char *namespace;                /* target namespace */
    const struct xml_element_rule *roots; /* global elements of it */
    int root_count;
};

/* Read the schema at path, and what it includes or imports from the same folder. Constructs
 * outside our subset (schemas/README.md) are errors. NULL: error says file, line and reason. */
struct xml_outline *xml_outline_load(TALLOC_CTX *context, const char *path, struct error *error);

/* The global element of this name, or NULL. */
const struct xml_element_rule *xml_outline_root(const struct xml_outline *outline,
                                                const char *name);

/* The rule for a child element by its name and namespace (HINT: where to look first; it is moved
 * to where it was found, so that a walk in the schema's order is linear); NULL: not allowed. */
const struct xml_element_rule *xml_outline_child(const struct xml_type *type, const xmlNode *child,
                                                 int *hint);

/* The rule for an attribute, or NULL. */
const struct xml_attribute_rule *xml_outline_attribute(const struct xml_type *type,
                                                       const xmlAttr *attribute);

#endif
