/* SPDX-License-Identifier: MPL-2.0 */
/* structure.h: whether a document can be given to the validator as it is. */
#ifndef CODEV_XML_STRUCTURE_H
#define CODEV_XML_STRUCTURE_H

#include "xml/outline.h"

/* Whether elements, attributes and texts below (and of) this element stand where the rule has them,
 * and no text is longer than its type allows: then only values are left to be judged, each where it
 * is. Else a copy has to be mended first. */
bool xml_is_sound(TALLOC_CTX *scratch, const xmlNode *element, const struct xml_element_rule *rule);

/* Whether the attribute is one of XML Schema's own, which may be on any element (xsi:nil). */
bool xml_is_instance_attribute(const xmlAttr *attribute);

#endif
