/* SPDX-License-Identifier: MPL-2.0 */
/* gate.h: a look over the bytes of an untrusted document before the parser sees them, for what the
 * parser accepts and we must not, and for what would cost it seconds. */
#ifndef CODEV_XML_GATE_H
#define CODEV_XML_GATE_H

#include "xml/fault.h"

enum {
    XML_DEPTH_MAX = 64,      /* elements within one another */
    XML_ATTRIBUTES_MAX = 64, /* of one element, namespace declarations counted in */
    XML_NAMESPACES_MAX = 64, /* declarations in force at one place */
    XML_NAME_MAX = 1000,     /* bytes of a name with its prefix: faults tell names */
    /* Elements and attributes of a document, declarations counted in. Each costs about 1 µs, with
     * all that is done to it; a quote of 500 lines has 5,000. */
    XML_NODES_MAX = 10000,
    /* References, comments, processing instructions and CDATA sections: 30 to 60 ns each. They are
     * many where a text's letters are written as numbers: ten texts of 5,000 characters. */
    XML_MARKS_MAX = 50000,
};

/* One pass, linear in the size. XML_FAULT_NONE: the parser may have it (it may still be malformed).
 * Otherwise the kind, and *line_r the line where it was seen. */
enum xml_fault_kind xml_gate(const char *bytes, size_t size, int *line_r);

/* Whether the bytes are UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF) of
 * characters that XML 1.0 allows (§2.2). *good_r (may be NULL): how many bytes from the start are.
 */
bool xml_text_allowed(const char *bytes, size_t size, size_t *good_r);

#endif
