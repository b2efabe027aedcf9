/* SPDX-License-Identifier: MPL-2.0 */
/* pattern.h: what an xs:pattern may be. The values that it is tried on come from anyone, and the
 * engine of libxml2 takes seconds for 40 bytes of some patterns, so those are refused when a schema
 * is loaded, as is all that this reader doesn't understand. schemas/README.md has the rules. */
#ifndef CODEV_XML_PATTERN_H
#define CODEV_XML_PATTERN_H

#include <talloc.h>

enum {
    PATTERN_BYTES_MAX = 1000, /* of one pattern */
    PATTERN_GROUPS_MAX = 16,  /* parentheses within one another */
    PATTERN_COUNT_MAX = 10000 /* of a quantifier {n,m} */
};

/* NULL: the pattern may be used; otherwise a sentence that says why not, in the arena or constant.
 */
const char *xml_pattern_fault(TALLOC_CTX *arena, const char *pattern);

#endif
