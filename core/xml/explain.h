/* SPDX-License-Identifier: MPL-2.0 */
/* explain.h: every fault of an invalid document, each at its place. */
#ifndef CODEV_XML_EXPLAIN_H
#define CODEV_XML_EXPLAIN_H

#include "xml/outline.h"

#include <libxml/xmlschemas.h>

/* The document, whose root has the rule's name, was found invalid: add its faults, and bring those
 * from FIRST on, of which there is then at least one, into the order of lines. The document is not
 * changed. 0, or -1 when it could not be done. */
int xml_explain(xmlSchema *compiled, const struct xml_element_rule *root, xmlDoc *document,
                size_t first, struct xml_faults *faults);

#endif
