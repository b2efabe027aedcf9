/* SPDX-License-Identifier: MPL-2.0 */
/* value.c: see value.h. */
#include "xml/value.h"

#include <libxml/xmlerror.h>
#include <string.h>

enum {
    VALUES_NAMED = 12, /* of an enumeration in a message; beyond that a list helps nobody */
};

static const char white_space[] = " \t\n\r";

static bool is_blank(const char *text)
{
    return text[strspn(text, white_space)] == '\0';
}

/* ---- what is wanted, in words */

/* “a”, “b” or “c” */
static const char *one_of(TALLOC_CTX *arena, const struct xml_text_type *type, const char *open,
                          const char *close, const char * or)
{
    char *text = talloc_strdup(arena, "");

    for (int i = 0; i < type->value_count && text != NULL; i++) {
        const char *const before = i == 0 ? "" : i + 1 < type->value_count ? ", " : or ;

        text =
            talloc_asprintf_append_buffer(text, "%s%s%s%s", before, open, type->values[i], close);
    }
    return text;
}

static struct xml_words bounded(TALLOC_CTX *arena, const struct xml_text_type *type)
{
    const struct xml_words low = xml_fault_number(arena, type->low == NULL ? "" : type->low);
    const struct xml_words high = xml_fault_number(arena, type->high == NULL ? "" : type->high);
    const struct xml_words noun =
        type->noun.en != NULL ? type->noun : (struct xml_words){"a value", "une valeur"};
    struct xml_words want = noun;

    if (type->low != NULL && type->high != NULL) {
        want.en = talloc_asprintf(arena, "%s from %s to %s", noun.en, low.en, high.en);
        want.fr = talloc_asprintf(arena, "%s de %s à %s", noun.fr, low.fr, high.fr);
    } else if (type->low != NULL) {
        want.en = talloc_asprintf(arena, "%s, at least %s", noun.en, low.en);
        want.fr = talloc_asprintf(arena, "%s, au moins %s", noun.fr, low.fr);
    } else if (type->high != NULL) {
        want.en = talloc_asprintf(arena, "%s, at most %s", noun.en, high.en);
        want.fr = talloc_asprintf(arena, "%s, au plus %s", noun.fr, high.fr);
    }
    return want;
}

static struct xml_words want_of(TALLOC_CTX *arena, const struct xml_text_type *type)
{
    if (type->want.en != NULL) {
        return type->want;
    }
    if (type->value_count > 0 && type->value_count <= VALUES_NAMED) {
        return (struct xml_words){one_of(arena, type, "“", "”", " or "),
                                  one_of(arena, type, "«\u00a0", "\u00a0»", " ou ")};
    }
    if (type->noun.en != NULL || type->low != NULL || type->high != NULL) {
        return bounded(arena, type);
    }
    return (struct xml_words){NULL, NULL};
}

size_t xml_value_excess(const char *text, long most)
{
    size_t size = 0;

    if (most < 0) {
        return 0;
    }
    for (long characters = 0; characters <= most; characters++) {
        if (text[size] == '\0') {
            return 0;
        }
        do {
            size++;
        } while (((unsigned char)text[size] & 0xC0) == 0x80);
    }
    return size;
}

void xml_value_fault(struct xml_faults *faults, const struct xml_value *value)
{
    const struct xml_text_type *const type = value->type;
    struct xml_fault_about about = {.line = value->line, .value = value->text};
    enum xml_fault_kind kind = XML_FAULT_WANTED;

    if (faults->count == XML_FAULTS_MAX) {
        return;
    }
    if (type->message.en != NULL) {
        kind = XML_FAULT_OWN;
        about.want = type->message;
    } else if (is_blank(value->text)) {
        kind = value->required ? XML_FAULT_REQUIRED : XML_FAULT_BLANK;
    } else if (value->code == XML_SCHEMAV_CVC_MAXLENGTH_VALID && type->length_max >= 0) {
        kind = XML_FAULT_LONG;
        about.want = xml_fault_count(faults->arena, type->length_max);
    } else if (value->code == XML_SCHEMAV_CVC_MINLENGTH_VALID && type->length_min >= 0) {
        kind = XML_FAULT_SHORT;
        about.want = xml_fault_count(faults->arena, type->length_min);
    } else {
        about.want = want_of(faults->arena, type);
        if (about.want.en == NULL || about.want.fr == NULL) {
            kind = XML_FAULT_VALUE;
        }
    }
    xml_fault_add(faults, value->path, kind, &about);
}

/* ---- settling a document */

/* Not by strchr(): a mebibyte would cost 3 ms. */
static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether the text is another one once white space is treated as its type says. */
static bool unsettled(const struct xml_text_type *type, const char *text)
{
    char before = ' ';

    if (!type->collapse) {
        return type->replace && strpbrk(text, "\t\n\r") != NULL;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (is_space(*at) && (*at != ' ' || before == ' ')) {
            return true;
        }
        before = *at;
    }
    return before == ' ' && text[0] != '\0';
}

static char *settled(TALLOC_CTX *arena, const struct xml_text_type *type, const char *text)
{
    char *const copy = talloc_strdup(arena, text);
    char *to = copy;

    for (const char *from = copy; from != NULL && *from != '\0'; from++) {
        const bool space = is_space(*from);

        if (space && type->collapse && (to == copy || to[-1] == ' ')) {
            continue;
        }
        *to = *from;
        if (space) {
            *to = ' ';
        }
        to++;
    }
    if (copy == NULL) {
        return NULL;
    }
    if (type->collapse && to > copy && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
    return copy;
}

static void check_failed(const xmlNode *node, const struct xml_text_type *type, const char *text,
                         bool required, struct xml_faults *faults)
{
    struct xml_value value = {
        .line = xml_fault_line(node->type == XML_ATTRIBUTE_NODE ? node->parent : node),
        .text = text,
        .type = type,
        .required = required,
    };

    if (faults->count == XML_FAULTS_MAX) {
        return;
    }
    xml_fault_number_places(faults->arena, node->doc);
    value.path = xml_fault_path(faults->arena, node);
    if (value.path == NULL) {
        value.path = ""; /* without memory too it is a fault */
    }
    xml_value_fault(faults, &value);
}

/* One text: of a leaf element, or of an attribute (NODE is its xmlNode view). */
static int settle_text(xmlNode *node, const struct xml_text_type *type, bool required,
                       struct xml_faults *faults)
{
    const char *text;

    if (xml_child(node, NULL) != NULL) {
        return 0; /* invalid; and its elements must stay for the fault to be told */
    }
    text = xml_get(faults->arena, node, ".");
    if (text == NULL) {
        return -1;
    }
    if ((type->collapse || type->replace) && unsettled(type, text)) {
        text = settled(faults->arena, type, text);
        if (text == NULL) {
            return -1;
        }
        if (node->type == XML_ELEMENT_NODE && xml_set(node, ".", text) != 0) {
            return -1;
        }
        if (node->type == XML_ATTRIBUTE_NODE &&
            xmlSetNsProp(node->parent, node->ns, node->name, (const xmlChar *)text) == NULL) {
            return -1;
        }
    }
    if (type->check != NULL && !type->check(text)) {
        check_failed(node, type, text, required, faults);
    }
    return 0;
}

static int settle_attributes(xmlNode *element, const struct xml_type *type,
                             struct xml_faults *faults)
{
    for (xmlAttr *at = element->properties; at != NULL; at = at->next) {
        const struct xml_attribute_rule *const rule = xml_outline_attribute(type, at);

        if (rule != NULL && settle_text((xmlNode *)at, rule->type, rule->required, faults) != 0) {
            return -1;
        }
    }
    return 0;
}

int xml_value_settle(xmlNode *root, const struct xml_element_rule *rule, struct xml_faults *faults)
{
    const struct xml_type *const type = rule->type;
    int hint = 0;

    if (settle_attributes(root, type, faults) != 0) {
        return -1;
    }
    if (type->text != NULL) {
        return settle_text(root, type->text, rule->min > 0, faults);
    }
    for (xmlNode *child = root->children; child != NULL; child = child->next) {
        const struct xml_element_rule *const its =
            child->type == XML_ELEMENT_NODE ? xml_outline_child(type, child, &hint) : NULL;

        if (its != NULL && xml_value_settle(child, its, faults) != 0) {
            return -1;
        }
    }
    return 0;
}
