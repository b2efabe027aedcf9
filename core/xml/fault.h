/* SPDX-License-Identifier: MPL-2.0 */
/* fault.h: what can be wrong with a document: the kinds, and the making of their sentences and
 * paths. One table in fault.c holds all the wording, in English and in French. */
#ifndef CODEV_XML_FAULT_H
#define CODEV_XML_FAULT_H

#include "xml/xml.h"

enum xml_fault_kind {
    XML_FAULT_NONE,
    /* the bytes (gate.c) and the parser (parse.c): the document can't be read */
    XML_FAULT_EMPTY,
    XML_FAULT_ENCODING,
    XML_FAULT_NUL,
    XML_FAULT_VERSION,
    XML_FAULT_DOCTYPE,
    XML_FAULT_DEEP,
    XML_FAULT_ATTRIBUTES,
    XML_FAULT_NAMESPACES,
    XML_FAULT_NAME,
    XML_FAULT_NODES,
    XML_FAULT_MARKS,
    XML_FAULT_CUT,
    XML_FAULT_TAG,
    XML_FAULT_ENTITY,
    XML_FAULT_PREFIX,
    XML_FAULT_TWICE,
    XML_FAULT_TRAILING,
    XML_FAULT_CHARACTER,
    XML_FAULT_FORM,
    XML_FAULT_MEMORY,
    /* the structure (explain.c) */
    XML_FAULT_UNCHECKED,
    XML_FAULT_ROOT,
    XML_FAULT_MISSING,
    XML_FAULT_MISSING_ATTRIBUTE,
    XML_FAULT_MISSING_CHOICE,
    XML_FAULT_TOO_FEW,
    XML_FAULT_TOO_MANY,
    XML_FAULT_ORDER,
    XML_FAULT_UNKNOWN,
    XML_FAULT_UNKNOWN_ATTRIBUTE,
    XML_FAULT_FOREIGN,
    XML_FAULT_TEXT,
    XML_FAULT_UNFIT,
    /* the values (value.c) */
    XML_FAULT_REQUIRED,
    XML_FAULT_BLANK,
    XML_FAULT_LONG,
    XML_FAULT_SHORT,
    XML_FAULT_VALUE,
    XML_FAULT_WANTED,
    XML_FAULT_REPEATED,
    XML_FAULT_REPEATED_ELEMENT,
    XML_FAULT_OWN, /* the type brings its own sentence */
    /* the fields of a form (form.c) */
    XML_FAULT_FIELD_UNKNOWN,
    XML_FAULT_FIELD_TWICE,
    XML_FAULT_FIELD_CHARACTER,
    XML_FAULT_FIELDS,
    XML_FAULT_FIELDS_MAKE,
    XML_FAULT_KINDS
};

/* One text in both languages. */
struct xml_words {
    const char *en, *fr;
};

/* What a sentence speaks of; each kind uses some of these (see the table in fault.c). Borrowed. */
struct xml_fault_about {
    int line;
    const char *name;      /* of an element, attribute or field */
    const char *other;     /* another name, or a namespace */
    const char *value;     /* what was found; long ones are cut */
    struct xml_words want; /* what would be right */
};

/* The sentences of this kind, in the arena, into fault->en and fault->fr; ABOUT may be NULL. */
void xml_fault_say(TALLOC_CTX *arena, enum xml_fault_kind kind, const struct xml_fault_about *about,
                   struct xml_fault *fault);

/* Say it and add it at this path; about->line is the fault's line. */
void xml_fault_add(struct xml_faults *faults, const char *path, enum xml_fault_kind kind,
                   const struct xml_fault_about *about);

/* Number the siblings of each element by their names once, so that xml_fault_path() need not look
 * for them again and again: with many of them, and many faults, that was quadratic. To be called
 * when the document is complete; the numbers lie in _private. */
void xml_fault_number_places(TALLOC_CTX *scratch, const xmlDoc *document);

/* The path of an element or attribute, as schemas/README.md tells; NULL when memory is short. */
char *xml_fault_path(TALLOC_CTX *arena, const xmlNode *node);

/* The line of an element or of an attribute's element; 0 where there are no lines. */
int xml_fault_line(const xmlNode *node);

/* A whole number of digits alone grouped for reading, "5,000" and "5 000"; other text as it is. */
struct xml_words xml_fault_number(TALLOC_CTX *arena, const char *text);
struct xml_words xml_fault_count(TALLOC_CTX *arena, int count);

#endif
