/* SPDX-License-Identifier: MPL-2.0 */
/* mend.h: the structure of a copy of an invalid document, made right fault by fault. What it
 * shares with explain.c is here too. */
#ifndef CODEV_XML_MEND_H
#define CODEV_XML_MEND_H

#include "xml/outline.h"

/* One document being judged. Each element and attribute of the copy, if there is one, knows by
 * _private the one it comes from (NULL: put in by the mending). */
struct xml_explanation {
    TALLOC_CTX *scratch;
    const struct xml_element_rule *root;
    xmlDoc *document;
    struct xml_faults *faults;
    bool copied; /* it is a copy that is validated */
};

/* What the node stands for in the document; NULL: nothing. */
static inline const xmlNode *xml_explain_origin(const struct xml_explanation *it,
                                                const xmlNode *node)
{
    return it->copied ? node->_private : node;
}

/* Add a fault: at the original of NODE, or at TAIL ("/email") below it. */
void xml_explain_tell(struct xml_explanation *it, const xmlNode *node, const char *tail,
                      enum xml_fault_kind kind, struct xml_fault_about about);

/* Add a fault of the text of an element or attribute; CODE is libxml2's. */
void xml_explain_value(struct xml_explanation *it, xmlNode *node, const struct xml_text_type *type,
                       bool required, int code);

/* Make the structure below an element of the copy what the rule says: unknown and superfluous
 * elements, attributes and texts go, the others come into order, stand-ins take the place of what
 * is missing, texts that are too long are cut. Each mend is a fault. */
void xml_mend(struct xml_explanation *it, xmlNode *element, const struct xml_element_rule *rule);

/* Whether the mending told of a fault in the structure of this element. */
bool xml_mended(const xmlNode *element);

#endif
