/* SPDX-License-Identifier: MPL-2.0 */
/* halt.h: ending a validation before its end. libxml2 has no call for that, and composes a message
 * for each of the 50,000 faults that a hostile megabyte can hold, wanted or not: 0.2 s. But it
 * walks the tree by `next` and `children` alone: where these are taken away, from inside of its own
 * callback for errors, there is nothing left to walk to. Afterwards they are put back. */
#ifndef CODEV_XML_HALT_H
#define CODEV_XML_HALT_H

#include "xml/gate.h"

#include <libxml/tree.h>

enum {
    XML_HALT_MAX = 4 * XML_DEPTH_MAX, /* elements whose links are kept; beyond it goes on */
};

struct xml_halt {
    struct {
        xmlNode *element, *next, *children;
    } links[XML_HALT_MAX];
    int count;
};

/* Take away what is ahead of this element, of which the validator has just complained, and in it.
 * NULL does nothing. */
void xml_halt(struct xml_halt *halt, xmlNode *element);

/* Put everything back, once the validator has returned. */
void xml_resume(struct xml_halt *halt);

#endif
