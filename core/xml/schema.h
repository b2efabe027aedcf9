/* SPDX-License-Identifier: MPL-2.0 */
/* schema.h: what form.c needs of schema.c. */
#ifndef CODEV_XML_SCHEMA_H
#define CODEV_XML_SCHEMA_H

#include "xml/outline.h"

const struct xml_outline *xml_schema_outline(const struct xml_schema *schema);

#endif
