/* SPDX-License-Identifier: MPL-2.0 */
/* structure.c: see structure.h. That libxml2 would say the same the fuzzer makes sure of
 * (tests/fuzz/fuzz_xml.c). */
#include "xml/structure.h"

#include "xml/value.h"

#include <string.h>

bool xml_is_instance_attribute(const xmlAttr *attribute)
{
    return attribute->ns != NULL &&
           xmlStrEqual(attribute->ns->href,
                       (const xmlChar *)"http://www.w3.org/2001/XMLSchema-instance");
}

static bool text_fits(TALLOC_CTX *scratch, const xmlNode *node, const struct xml_text_type *type)
{
    const char *const text = type->length_max < 0 ? "" : xml_get(scratch, node, ".");

    return text != NULL && xml_value_excess(text, type->length_max) == 0;
}

static bool attributes_are_sound(TALLOC_CTX *scratch, const xmlNode *element,
                                 const struct xml_type *type)
{
    int missing = 0;

    for (int i = 0; i < type->attribute_count; i++) {
        missing += type->attributes[i].required;
    }
    for (const xmlAttr *at = element->properties; at != NULL; at = at->next) {
        const struct xml_attribute_rule *const rule = xml_outline_attribute(type, at);

        if (rule == NULL ? !xml_is_instance_attribute(at)
                         : !text_fits(scratch, (const xmlNode *)at, rule->type)) {
            return false;
        }
        missing -= rule != NULL && rule->required;
    }
    return missing == 0;
}

/* White space, or elements, may stand where text may not. */
static bool is_text(const xmlNode *node)
{
    const char *const text = node->type == XML_ELEMENT_NODE ? NULL : (const char *)node->content;

    return text != NULL && text[strspn(text, " \t\n\r")] != '\0';
}

/* Whether the rules from FROM up to, not including, TO are content with no element. */
static bool may_be_absent(const struct xml_type *type, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (type->elements[i].min > 0) {
            return false;
        }
    }
    return true;
}

/* Elements in the schema's order, each as often as it may be. */
struct run {
    const struct xml_type *type;
    int at;    /* the rule that the elements seen last followed; -1: none yet */
    int count; /* of them */
};

/* Whether another rule than that of the last elements may come. */
static bool ends(const struct run *run, int next)
{
    return (run->at < 0 || run->count >= run->type->elements[run->at].min) &&
           may_be_absent(run->type, run->at + 1, next);
}

static bool goes_on(struct run *run, int next)
{
    const struct xml_element_rule *const rule = &run->type->elements[next];

    if (run->type->irregular) {
        return true;
    }
    if (next != run->at) {
        if (next < run->at || !ends(run, next)) {
            return false;
        }
        run->at = next;
        run->count = 0;
    }
    run->count++;
    return rule->max == XML_UNBOUNDED || run->count <= rule->max;
}

/* Of an irregular type order and upper bounds are the validator's alone. */
static bool has_enough(const xmlNode *element, const struct xml_type *type)
{
    for (int i = 0; i < type->element_count; i++) {
        const struct xml_element_rule *const rule = &type->elements[i];
        int due = rule->min;

        for (const xmlNode *at = element->children; at != NULL && due > 0; at = at->next) {
            due -= at->type == XML_ELEMENT_NODE && at->ns != NULL &&
                   xmlStrEqual(at->name, (const xmlChar *)rule->name) &&
                   xmlStrEqual(at->ns->href, (const xmlChar *)rule->namespace);
        }
        if (due > 0) {
            return false;
        }
    }
    return true;
}

/* An element of which the type knows nothing. */
static bool may_be_foreign(const struct xml_type *type, const xmlNode *child)
{
    return type->open &&
           !xmlStrEqual(child->ns == NULL ? NULL : child->ns->href, child->parent->ns->href);
}

static bool children_are_sound(TALLOC_CTX *scratch, const xmlNode *element,
                               const struct xml_type *type)
{
    struct run run = {.type = type, .at = -1};
    int hint = 0;

    for (const xmlNode *child = element->children; child != NULL; child = child->next) {
        const struct xml_element_rule *const rule =
            child->type == XML_ELEMENT_NODE ? xml_outline_child(type, child, &hint) : NULL;

        if (rule != NULL) {
            if (!goes_on(&run, hint) || !xml_is_sound(scratch, child, rule)) {
                return false;
            }
        } else if (child->type == XML_ELEMENT_NODE ? !may_be_foreign(type, child)
                                                   : !type->mixed && is_text(child)) {
            return false;
        }
    }
    return type->irregular ? has_enough(element, type) : ends(&run, type->element_count);
}

bool xml_is_sound(TALLOC_CTX *scratch, const xmlNode *element, const struct xml_element_rule *rule)
{
    const struct xml_type *const type = rule->type;

    if (!attributes_are_sound(scratch, element, type)) {
        return false;
    }
    if (type->text != NULL) {
        return xml_child(element, NULL) == NULL && text_fits(scratch, element, type->text);
    }
    return children_are_sound(scratch, element, type);
}
