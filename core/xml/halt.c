/* SPDX-License-Identifier: MPL-2.0 */
/* halt.c: see halt.h. */
#include "xml/halt.h"

static void take(struct xml_halt *halt, xmlNode *element, bool with_children)
{
    if (halt->count == XML_HALT_MAX) {
        return;
    }
    halt->links[halt->count].element = element;
    halt->links[halt->count].next = element->next;
    halt->links[halt->count].children = element->children;
    halt->count++;
    element->next = NULL;
    if (with_children) {
        element->children = NULL;
    }
}

void xml_halt(struct xml_halt *halt, xmlNode *element)
{
    bool is_first = true;

    while (element != NULL && element->type == XML_ELEMENT_NODE) {
        take(halt, element, is_first);
        element = element->parent;
        is_first = false;
    }
}

void xml_resume(struct xml_halt *halt)
{
    while (halt->count > 0) { /* backwards: one may have been taken from twice */
        halt->count--;
        halt->links[halt->count].element->next = halt->links[halt->count].next;
        halt->links[halt->count].element->children = halt->links[halt->count].children;
    }
}
