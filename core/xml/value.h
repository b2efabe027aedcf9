/* SPDX-License-Identifier: MPL-2.0 */
/* value.h: the texts of a document against their types: what is said when one doesn't fit, and
 * what is done to those that do. */
#ifndef CODEV_XML_VALUE_H
#define CODEV_XML_VALUE_H

#include "xml/outline.h"

/* An element or attribute whose text is at fault. */
struct xml_value {
    const char *path;
    int line;
    const char *text;
    const struct xml_text_type *type;
    bool required; /* it can't just be left out */
    int code;      /* libxml2's (XML_SCHEMAV_…), 0 for a check of ours */
};

/* 0, or that the text has more than so many characters (-1: none is too many): how many bytes those
 * up to the first one too many are. */
size_t xml_value_excess(const char *text, long most);

/* Add the fault, in the words of the type. */
void xml_value_fault(struct xml_faults *faults, const struct xml_value *value);

/* Walk a document by the rule of its root, before it is validated: bring each text into the form
 * that its type compares and handlers are to read (xs:whiteSpace: "\n a@b.example\n" becomes
 * "a@b.example", so no line end gets into a mail's header, and " x " is a repetition of "x"), and
 * run the checks of check.c; those that fail are added. 0, or -1 when memory is short. */
int xml_value_settle(xmlNode *root, const struct xml_element_rule *rule, struct xml_faults *faults);

#endif
