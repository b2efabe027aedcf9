/* SPDX-License-Identifier: MPL-2.0 */
/* explain.h: a document judged, and every fault of an invalid one told at its place. */
#ifndef CODEV_XML_EXPLAIN_H
#define CODEV_XML_EXPLAIN_H

#include "xml/outline.h"

#include <libxml/xmlschemas.h>

/* Validate the document, whose root has the rule's name and whose texts are settled (value.h).
 * 0: valid; attributes with a default have been put in. 1: invalid; its faults were added, and
 * those from FIRST on brought into the order of lines. -1: no verdict. */
int xml_judge(xmlSchema *compiled, const struct xml_element_rule *root, xmlDoc *document,
              size_t first, struct xml_faults *faults);

#endif
