/* SPDX-License-Identifier: MPL-2.0 */
/* mend.h: the structure of a copy of an invalid document, made right fault by fault. What it
 * shares with explain.c is here too. */
#ifndef CODEV_XML_MEND_H
#define CODEV_XML_MEND_H

#include "xml/halt.h"
#include "xml/outline.h"

/* One document being explained. Each element and attribute of the copy knows by _private the one
 * it comes from (NULL: put in by the mending). */
struct xml_explanation {
    TALLOC_CTX *scratch;
    const struct xml_element_rule *root;
    struct xml_faults *faults;
    struct xml_halt halt; /* of the copy's validation, when there are faults enough */
};

/* Add a fault: at the original of NODE, or at TAIL ("/email") below it. */
void xml_explain_tell(struct xml_explanation *it, const xmlNode *node, const char *tail,
                      enum xml_fault_kind kind, struct xml_fault_about about);

/* Make the structure below an element of the copy what the rule says: unknown and superfluous
 * elements, attributes and texts go, the others come into order, stand-ins take the place of what
 * is missing. Each mend is a fault. */
void xml_mend(struct xml_explanation *it, xmlNode *element, const struct xml_element_rule *rule);

/* Whether the mending told of a fault in the structure of this element. */
bool xml_mended(const xmlNode *element);

#endif
