/* SPDX-License-Identifier: MPL-2.0 */
/* explain.c: libxml2 is the judge; the outline puts its verdict into words. It stops looking at the
 * children of an element at the first that is missing or out of place, so a person would mend one
 * fault to be shown the next. So a document whose structure is unsound (structure.c) is copied; the
 * copy's structure is mended by the outline (mend.c), each mend a fault; then the mended copy is
 * validated, and what is still wrong are values. A sound one is validated itself. Either way that
 * is done once: patterns are what costs most. */
#include "xml/explain.h"

#include "xml/mend.h"
#include "xml/structure.h"
#include "xml/value.h"

#include <string.h>

/* ---- the values */

/* The rule that an element follows, found from the root down. */
static const struct xml_element_rule *rule_of(const struct xml_explanation *it,
                                              const xmlNode *element)
{
    const struct xml_element_rule *above;
    int hint = 0;

    if (element->parent == NULL || element->parent->type != XML_ELEMENT_NODE) {
        return it->root;
    }
    above = rule_of(it, element->parent);
    return above == NULL ? NULL : xml_outline_child(above->type, element, &hint);
}

/* libxml2 names the element alone; the attribute stands in its text: "Element '{u}e', attribute
 * 'a': …". Names hold no apostrophe, and elements of other namespaces are out of the copy. */
static xmlAttr *attribute_of(struct xml_explanation *it, const xmlNode *element,
                             const char *message)
{
    static const char start[] = "Element '", middle[] = "', attribute '";
    const char *at, *end;
    const char *name;

    if (strncmp(message, start, sizeof start - 1) != 0) {
        return NULL;
    }
    at = strchr(message + sizeof start - 1, '\'');
    if (at == NULL || strncmp(at, middle, sizeof middle - 1) != 0) {
        return NULL;
    }
    at += sizeof middle - 1;
    end = strchr(at, '\'');
    if (end == NULL) {
        return NULL;
    }
    if (*at == '{') {
        while (at < end && *at++ != '}') {
            ;
        }
    }
    name = talloc_strndup(it->scratch, at, (size_t)(end - at));
    for (xmlAttr *found = element->properties; found != NULL && name != NULL; found = found->next) {
        if (strcmp((const char *)found->name, name) == 0) {
            return found;
        }
    }
    return NULL;
}

static bool is_about_value(int code)
{
    return code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1 ||
           code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2 ||
           code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3 ||
           (code >= XML_SCHEMAV_CVC_FACET_VALID && code <= XML_SCHEMAV_CVC_ENUMERATION_VALID);
}

void xml_explain_value(struct xml_explanation *it, xmlNode *node, const struct xml_text_type *type,
                       bool required, int code)
{
    const xmlNode *const origin = xml_explain_origin(it, node);
    struct xml_value value = {.type = type, .required = required, .code = code};

    if (origin == NULL) {
        return; /* an attribute with its default */
    }
    value.path = xml_fault_path(it->scratch, origin);
    value.line = xml_fault_line(origin->type == XML_ATTRIBUTE_NODE ? origin->parent : origin);
    value.text = xml_get(it->scratch, node, ".");
    if (value.path != NULL && value.text != NULL) {
        xml_value_fault(it->faults, &value);
    }
}

/* xs:unique and xs:key: the second of two. The message has the values compared, "['a']": when it is
 * the element's own text, that is what to speak of; else it is an attribute's. */
static void tell_repeated(struct xml_explanation *it, xmlNode *element, const char *message)
{
    const char *const text = xml_get(it->scratch, element, ".");
    const char *const sequence = talloc_asprintf(it->scratch, "['%s']", text == NULL ? "" : text);
    const bool own = text != NULL && sequence != NULL && strstr(message, sequence) != NULL;

    xml_explain_tell(it, element, "", own ? XML_FAULT_REPEATED : XML_FAULT_REPEATED_ELEMENT,
                     (struct xml_fault_about){.name = (const char *)element->name, .value = text});
}

/* What is missing may be one of a choice: name those that would do. */
static void tell_missing_choice(struct xml_explanation *it, xmlNode *element,
                                const struct xml_element_rule *rule)
{
    char *names = talloc_strdup(it->scratch, "");

    for (int i = 0; i < rule->type->element_count && names != NULL; i++) {
        if (rule->type->elements[i].choice) {
            names = talloc_asprintf_append_buffer(names, "%s%s", names[0] == '\0' ? "" : ", ",
                                                  rule->type->elements[i].name);
        }
    }
    if (names != NULL && names[0] != '\0') {
        xml_explain_tell(it, element, "", XML_FAULT_MISSING_CHOICE,
                         (struct xml_fault_about){.want = {names, names}});
    } else {
        xml_explain_tell(it, element, "", XML_FAULT_UNFIT,
                         (struct xml_fault_about){.name = (const char *)element->name});
    }
}

/* The validator complains of the structure still: an irregular type, or a stand-in beside. */
static void tell_structure(struct xml_explanation *it, xmlNode *element,
                           const struct xml_element_rule *rule, const xmlError *error)
{
    const bool missing = strstr(error->message, ": Missing child element(s)") != NULL;

    if (xml_mended(element) ||
        (!missing && element->parent != NULL && element->parent->type == XML_ELEMENT_NODE &&
         xml_mended(element->parent))) {
        return;
    }
    if (missing && rule != NULL) {
        tell_missing_choice(it, element, rule);
    } else {
        xml_explain_tell(it, element, "",
                         error->code == XML_SCHEMAV_ELEMENT_CONTENT ? XML_FAULT_UNKNOWN
                                                                    : XML_FAULT_UNFIT,
                         (struct xml_fault_about){.name = (const char *)element->name});
    }
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct xml_explanation *const it = context;
    xmlNode *const element = error->node;
    const struct xml_element_rule *rule;
    const struct xml_attribute_rule *attribute_rule;
    xmlAttr *attribute;

    if (it->faults->count == XML_FAULTS_MAX || element == NULL || error->message == NULL ||
        xml_explain_origin(it, element) == NULL) {
        return;
    }
    xml_fault_number_places(it->scratch, it->document);
    rule = rule_of(it, element);
    attribute = attribute_of(it, element, error->message);
    attribute_rule =
        rule == NULL || attribute == NULL ? NULL : xml_outline_attribute(rule->type, attribute);
    if (attribute_rule != NULL) {
        xml_explain_value(it, (xmlNode *)attribute, attribute_rule->type, attribute_rule->required,
                          error->code);
    } else if (is_about_value(error->code) && rule != NULL && rule->type->text != NULL) {
        xml_explain_value(it, element, rule->type->text, rule->min > 0, error->code);
    } else if (error->code == XML_SCHEMAV_CVC_IDC && strstr(error->message, "Duplicate") != NULL) {
        tell_repeated(it, element, error->message);
    } else if (error->code != XML_SCHEMAV_CVC_IDC || strstr(error->message, "Warning") == NULL) {
        tell_structure(it, element, rule, error);
    }
}

/* 0: valid, >0: invalid, -1: no verdict. The validator is new each time: one that is kept interns
 * names in its dictionary and grows. */
static int validate(struct xml_explanation *it, xmlSchema *compiled, xmlDoc *document)
{
    xmlSchemaValidCtxt *const validator = xmlSchemaNewValidCtxt(compiled);
    int verdict;

    if (validator == NULL) {
        return -1;
    }
    xmlSchemaSetValidStructuredErrors(validator, on_error, it);
    (void)xmlSchemaSetValidOptions(validator, XML_SCHEMA_VAL_VC_I_CREATE);
    verdict = xmlSchemaValidateDoc(validator, document);
    xmlSchemaFreeValidCtxt(validator);
    return verdict;
}

/* ---- the whole */

/* Let each element and attribute of the copy know its original. */
static void pair(xmlNode *copy, xmlNode *origin)
{
    xmlAttr *attribute = origin->properties;

    copy->_private = origin;
    for (xmlAttr *at = copy->properties; at != NULL && attribute != NULL;
         at = at->next, attribute = attribute->next) {
        at->_private = attribute;
    }
    origin = xml_child(origin, NULL);
    for (xmlNode *at = xml_child(copy, NULL); at != NULL && origin != NULL;
         at = xml_next(at, NULL), origin = xml_next(origin, NULL)) {
        pair(at, origin);
    }
}

/* Those from FIRST on by line; those of one line stay as they are. */
static void sort_by_line(struct xml_faults *faults, size_t first)
{
    for (size_t i = first + 1; i < faults->count; i++) {
        const struct xml_fault fault = faults->items[i];
        size_t to = i;

        for (; to > first && faults->items[to - 1].line > fault.line; to--) {
            faults->items[to] = faults->items[to - 1];
        }
        faults->items[to] = fault;
    }
}

/* The structure of a copy is mended, then its values are validated: 1, or -1. With as many faults
 * as are told, values are not looked at any more. */
static int explain_copy(struct xml_explanation *it, xmlSchema *compiled)
{
    xmlDoc *const copy = xml_adopt(it->scratch, xmlCopyDoc(it->document, 1));
    xmlNode *const element = copy == NULL ? NULL : xmlDocGetRootElement(copy);

    if (element == NULL) {
        return -1;
    }
    it->copied = true;
    xml_fault_number_places(it->scratch, it->document);
    pair(element, xmlDocGetRootElement(it->document));
    xml_mend(it, element, it->root);
    if (it->faults->count < XML_FAULTS_MAX && validate(it, compiled, copy) < 0) {
        return -1;
    }
    return 1;
}

int xml_judge(xmlSchema *compiled, const struct xml_element_rule *root, xmlDoc *document,
              size_t first, struct xml_faults *faults)
{
    const xmlNode *const element = xmlDocGetRootElement(document);
    struct xml_explanation it = {
        .scratch = talloc_new(faults->arena), .root = root, .document = document, .faults = faults};
    int verdict = -1;

    if (it.scratch != NULL) {
        verdict = xml_is_sound(it.scratch, element, root) ? validate(&it, compiled, document)
                                                          : explain_copy(&it, compiled);
    }
    if (verdict > 0 && faults->count == 0) {
        it.copied = false;
        xml_explain_tell(&it, element, "", XML_FAULT_UNFIT,
                         (struct xml_fault_about){.name = root->name});
    }
    sort_by_line(faults, first);
    talloc_free(it.scratch);
    return verdict > 0 ? 1 : verdict;
}
