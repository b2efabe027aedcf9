/* SPDX-License-Identifier: MPL-2.0 */
/* mend.c: see mend.h. */
#include "xml/mend.h"

#include "xml/structure.h"
#include "xml/value.h"

#include <libxml/xmlerror.h>
#include <string.h>

static char told_of; /* its address in psvi is the mark */

static void mark(xmlNode *element)
{
    element->psvi = &told_of;
}

bool xml_mended(const xmlNode *element)
{
    return element->psvi == &told_of;
}

static bool is_full(const struct xml_explanation *it)
{
    return it->faults->count == XML_FAULTS_MAX;
}

void xml_explain_tell(struct xml_explanation *it, const xmlNode *node, const char *tail,
                      enum xml_fault_kind kind, struct xml_fault_about about)
{
    const xmlNode *const origin = xml_explain_origin(it, node);
    char *path;

    if (is_full(it) || origin == NULL) {
        return;
    }
    path = xml_fault_path(it->scratch, origin);
    if (path != NULL) {
        path = talloc_strdup_append_buffer(path, tail);
    }
    about.line = xml_fault_line(origin->type == XML_ATTRIBUTE_NODE ? origin->parent : origin);
    xml_fault_add(it->faults, path == NULL ? "" : path, kind, &about);
}

/* A text that is too long is told of here, and cut behind the first character too many: patterns
 * take up to 60 ns a character, and to be told is all that it is good for. */
static void mend_long(struct xml_explanation *it, xmlNode *node, const struct xml_text_type *type,
                      bool required)
{
    const char *const text = xml_get(it->scratch, node, ".");
    const size_t size = text == NULL ? 0 : xml_value_excess(text, type->length_max);
    const char *const cut = size == 0 ? NULL : talloc_strndup(it->scratch, text, size);

    if (cut == NULL) {
        return;
    }
    xml_explain_value(it, node, type, required, XML_SCHEMAV_CVC_MAXLENGTH_VALID);
    if (node->type == XML_ATTRIBUTE_NODE) {
        (void)xmlSetNsProp(node->parent, node->ns, node->name, (const xmlChar *)cut);
    } else {
        (void)xml_set(node, ".", cut);
    }
}

static void mend_attributes(struct xml_explanation *it, xmlNode *element,
                            const struct xml_type *type)
{
    xmlAttr *next;

    for (xmlAttr *at = element->properties; at != NULL; at = next) {
        const struct xml_attribute_rule *const rule = xml_outline_attribute(type, at);

        next = at->next;
        if (rule != NULL) {
            mend_long(it, (xmlNode *)at, rule->type, rule->required);
        } else if (!xml_is_instance_attribute(at)) {
            xml_explain_tell(it, (xmlNode *)at, "", XML_FAULT_UNKNOWN_ATTRIBUTE,
                             (struct xml_fault_about){.name = (const char *)at->name});
            mark(element);
            (void)xmlRemoveProp(at);
        }
    }
    for (int i = 0; i < type->attribute_count; i++) {
        const struct xml_attribute_rule *const rule = &type->attributes[i];
        const bool own = rule->type->message.en != NULL;
        const char *tail;

        if (!rule->required || xmlHasNsProp(element, (const xmlChar *)rule->name,
                                            (const xmlChar *)rule->namespace) != NULL) {
            continue;
        }
        tail = talloc_asprintf(it->scratch, "/@%s", rule->name);
        if (tail == NULL) {
            return;
        }
        mark(element);
        xml_explain_tell(it, element, tail, own ? XML_FAULT_OWN : XML_FAULT_MISSING_ATTRIBUTE,
                         (struct xml_fault_about){.name = rule->name, .want = rule->type->message});
    }
}

/* Text between elements, where only elements may be. The first is told: all have the same path. */
static void mend_text(struct xml_explanation *it, xmlNode *element)
{
    bool told = false;
    xmlNode *next;

    for (xmlNode *at = element->children; at != NULL && !is_full(it); at = next) {
        const char *const text = (const char *)at->content;
        size_t blank;

        next = at->next;
        if ((at->type != XML_TEXT_NODE && at->type != XML_CDATA_SECTION_NODE) || text == NULL) {
            continue;
        }
        blank = strspn(text, " \t\n\r");
        if (text[blank] != '\0' && !told) {
            told = true;
            mark(element);
            xml_explain_tell(it, element, "", XML_FAULT_TEXT,
                             (struct xml_fault_about){.name = (const char *)element->name,
                                                      .value = text + blank});
        }
        xmlUnlinkNode(at);
        xmlFreeNode(at);
    }
}

/* The children of one element that follow one rule, taken out of the tree. */
struct bucket {
    xmlNode *first, *last;
    int count;
};

static void put(struct bucket *bucket, xmlNode *node)
{
    xmlUnlinkNode(node);
    if (bucket->first == NULL) {
        bucket->first = node;
    } else {
        bucket->last->next = node;
    }
    bucket->last = node;
    bucket->count++;
}

static void put_back(xmlNode *parent, struct bucket *bucket)
{
    xmlNode *next;

    for (xmlNode *at = bucket->first; at != NULL; at = next) {
        next = at->next;
        at->next = NULL;
        (void)xmlAddChild(parent, at);
    }
}

/* An element that no rule allows here: out of the copy. */
static void drop(struct xml_explanation *it, xmlNode *child, enum xml_fault_kind kind,
                 struct xml_fault_about about)
{
    about.name = (const char *)child->name;
    mark(child->parent);
    xml_explain_tell(it, child, "", kind, about);
    xmlUnlinkNode(child);
    xmlFreeNode(child);
}

static void drop_unknown(struct xml_explanation *it, xmlNode *child, const struct xml_type *type)
{
    for (int i = 0; i < type->element_count; i++) {
        if (strcmp(type->elements[i].name, (const char *)child->name) == 0) {
            drop(it, child, XML_FAULT_FOREIGN,
                 (struct xml_fault_about){.other = type->elements[i].namespace});
            return;
        }
    }
    drop(it, child, XML_FAULT_UNKNOWN, (struct xml_fault_about){.name = NULL});
}

static const char *number(struct xml_explanation *it, int value)
{
    const char *const text = talloc_asprintf(it->scratch, "%d", value);

    return text == NULL ? "" : text;
}

/* A child that may be here: into its bucket, unless there are too many. HIGHEST: the furthest rule
 * that any child before it followed. */
static void sort_in(struct xml_explanation *it, xmlNode *child, const struct xml_type *type,
                    const struct xml_element_rule *rule, struct bucket *bucket, int highest)
{
    const char *most;

    if (!type->irregular && rule->max != XML_UNBOUNDED && bucket->count >= rule->max) {
        most = number(it, rule->max);
        drop(it, child, XML_FAULT_TOO_MANY, (struct xml_fault_about){.want = {most, most}});
        return;
    }
    if (!type->irregular && rule < &type->elements[highest]) {
        mark(child->parent);
        xml_explain_tell(
            it, child, "", XML_FAULT_ORDER,
            (struct xml_fault_about){.name = rule->name, .other = type->elements[highest].name});
    }
    put(bucket, child);
}

/* Stand-ins for missing elements, so that validation goes on behind them. */
static void stand_in(xmlNode *parent, const struct xml_element_rule *rule, struct bucket *bucket)
{
    while (bucket->count < rule->min) {
        xmlNode *const node = xmlNewDocNode(parent->doc, NULL, (const xmlChar *)rule->name, NULL);

        if (node == NULL) {
            return;
        }
        if (parent->ns != NULL && xmlStrEqual(parent->ns->href, (const xmlChar *)rule->namespace)) {
            xmlSetNs(node, parent->ns);
        } else {
            xmlSetNs(node, xmlNewNs(node, (const xmlChar *)rule->namespace, NULL));
        }
        put(bucket, node);
    }
}

static void mend_missing(struct xml_explanation *it, xmlNode *element,
                         const struct xml_element_rule *rule, struct bucket *bucket)
{
    const char *tail, *least;

    if (bucket->count >= rule->min || is_full(it)) {
        return;
    }
    tail = talloc_asprintf(it->scratch, "/%s", rule->name);
    if (tail == NULL) {
        return;
    }
    mark(element);
    if (bucket->count == 0) {
        xml_explain_tell(it, element, tail,
                         rule->type->text != NULL && rule->type->text->message.en != NULL
                             ? XML_FAULT_OWN
                             : XML_FAULT_MISSING,
                         (struct xml_fault_about){.name = rule->name,
                                                  .want = rule->type->text == NULL
                                                              ? (struct xml_words){NULL, NULL}
                                                              : rule->type->text->message});
    } else {
        least = number(it, rule->min);
        xml_explain_tell(it, element, tail, XML_FAULT_TOO_FEW,
                         (struct xml_fault_about){.name = rule->name, .want = {least, least}});
    }
    stand_in(element, rule, bucket);
}

/* The elements of one element: unknown and superfluous ones away, the others in order, missing
 * ones stood in for. Where the type is irregular only names are looked at, and their order kept. */
static void mend_elements(struct xml_explanation *it, xmlNode *element, const struct xml_type *type)
{
    struct bucket *const buckets =
        talloc_zero_array(it->scratch, struct bucket, (unsigned)type->element_count + 1);
    struct bucket *const in_order = /* for irregular types */
        buckets == NULL ? NULL : &buckets[type->element_count];
    int hint = 0, highest = 0;
    xmlNode *next;

    if (buckets == NULL) {
        return;
    }
    for (xmlNode *child = xml_child(element, NULL); child != NULL && !is_full(it); child = next) {
        const struct xml_element_rule *const rule = xml_outline_child(type, child, &hint);

        next = xml_next(child, NULL);
        if (rule == NULL) {
            if (!type->open ||
                xmlStrEqual(child->ns == NULL ? NULL : child->ns->href, element->ns->href)) {
                drop_unknown(it, child, type);
            }
            continue;
        }
        xml_mend(it, child, rule);
        if (type->irregular) {
            buckets[hint].count++;
        } else {
            sort_in(it, child, type, rule, &buckets[hint], highest);
        }
        highest = hint > highest ? hint : highest;
    }
    for (int i = 0; i < type->element_count; i++) {
        struct bucket *const bucket = type->irregular ? in_order : &buckets[i];

        in_order->count = buckets[i].count;
        mend_missing(it, element, &type->elements[i], bucket);
        put_back(element, bucket);
        *in_order = (struct bucket){NULL, NULL, 0};
    }
    talloc_free(buckets);
}

void xml_mend(struct xml_explanation *it, xmlNode *element, const struct xml_element_rule *rule)
{
    const struct xml_type *const type = rule->type;
    xmlNode *next;

    if (is_full(it)) {
        return;
    }
    mend_attributes(it, element, type);
    if (type->text == NULL) {
        if (!type->mixed) {
            mend_text(it, element);
        }
        mend_elements(it, element, type);
        return;
    }
    for (xmlNode *child = xml_child(element, NULL); child != NULL && !is_full(it); child = next) {
        next = xml_next(child, NULL);
        drop_unknown(it, child, type);
    }
    mend_long(it, element, type->text, rule->min > 0);
}
