/* SPDX-License-Identifier: MPL-2.0 */
/* lint.h: a schema that would let anyone's document cost us seconds is refused when it is loaded.
 */
#ifndef CODEV_XML_LINT_H
#define CODEV_XML_LINT_H

#include "xml/outline_build.h"

enum {
    XML_OCCURS_MAX = 1000,    /* minOccurs, and maxOccurs that is a number */
    XML_PARTICLES_MAX = 500,  /* elements, wildcards and groups of one content model */
    XML_COMPILE_MS_MAX = 200, /* of the processor, for libxml2 to compile a schema */
};

/* Look over all files of a schema whose outline was read: patterns, content models, counts,
 * wildcards. 0, or -1: the builder's error says file, line and what is wrong. */
int xml_lint(struct outline_builder *builder);

#endif
