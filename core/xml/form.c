/* SPDX-License-Identifier: MPL-2.0 */
/* form.c: the fields of a form into the document they describe, along the schema's outline. The
 * document is made whole even from wrong answers: validation then puts a message beside each, and
 * the page shows what was typed. */
#include "xml/gate.h"
#include "xml/schema.h"
#include "xml/value.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIELDS_MAX = 1000, /* of one form */
    SHOWN_MAX = 10000, /* characters of an answer, if not twice as many as its type allows are more:
                          what is longer is refused, and shown again so far */
};

/* A field, cleaned. */
struct entry {
    const char *name;
    const char *value;
    size_t number;       /* its place among the fields as they came */
    size_t next;         /* in the first entry of a name: how many of them were taken in turn */
    bool foul;           /* it held characters that XML cannot hold; they are gone */
    int most;            /* it was cut: how many characters it may have; else 0 */
    const xmlNode *node; /* the element or attribute that took it; NULL: none yet */
};

struct form {
    TALLOC_CTX *scratch;
    struct entry *entries; /* by name, then as they came */
    size_t count;
    struct xml_faults *faults;
    const xmlNode *instead; /* while a blank item is passed over: the parent that stays */
    int depth;
    int nodes;   /* elements and attributes made */
    bool broken; /* memory was short */
    bool full;   /* XML_NODES_MAX were made, and more are due: nothing is done any more */
};

/* ---- the fields */

/* CR LF and CR become LF; spaces at the ends go, and so does what is no character of XML. */
static char *cleaned(TALLOC_CTX *arena, const char *value, bool *foul_r)
{
    const size_t size = strlen(value);
    char *const clean = talloc_array(arena, char, (unsigned)size + 1);
    size_t to = 0, from = 0;

    *foul_r = false;
    if (clean == NULL) {
        return NULL;
    }
    while (from < size) {
        size_t good;

        (void)xml_text_allowed(value + from, size - from, &good);
        for (const size_t end = from + good; from < end; from++) {
            if (value[from] != '\r') {
                clean[to++] = value[from];
            } else if (value[from + 1] != '\n') {
                clean[to++] = '\n';
            }
        }
        if (from < size) {
            *foul_r = true;
            from++;
        }
    }
    while (to > 0 && strchr(" \t\n", clean[to - 1]) != NULL) {
        to--;
    }
    clean[to] = '\0';
    return clean + strspn(clean, " \t\n");
}

static int by_name(const void *one, const void *other)
{
    const struct entry *const a = one, *const b = other;
    const int order = strcmp(a->name, b->name);

    return order != 0 ? order : a->number < b->number ? -1 : 1;
}

static int read_fields(struct form *form, const struct xml_field *fields, size_t count)
{
    form->entries = talloc_array(form->scratch, struct entry, (unsigned)count + 1);
    if (form->entries == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        struct entry *const entry = &form->entries[form->count];

        if (fields[i].name[0] == '_') {
            continue;
        }
        *entry = (struct entry){.name = fields[i].name, .number = i};
        entry->value = cleaned(form->scratch, fields[i].value, &entry->foul);
        if (entry->value == NULL) {
            return -1;
        }
        form->count++;
    }
    qsort(form->entries, form->count, sizeof form->entries[0], by_name);
    return 0;
}

/* The first entry whose name is not before this one. */
static size_t lower_bound(const struct form *form, const char *name)
{
    size_t low = 0, high = form->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (strcmp(form->entries[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_named(const struct form *form, size_t number, const char *name)
{
    return number < form->count && strcmp(form->entries[number].name, name) == 0;
}

/* The entries of this name in turn; NULL: there is none any more. */
static struct entry *next_entry(const struct form *form, const char *name)
{
    const size_t first = lower_bound(form, name);

    if (!is_named(form, first, name) || !is_named(form, first + form->entries[first].next, name)) {
        return NULL;
    }
    return &form->entries[first + form->entries[first].next++];
}

static bool stopped(const struct form *form)
{
    return form->broken || form->full;
}

/* Count one more element or attribute; false: there may be none. A list within a list makes the
 * product of both, and a type that contains itself may be as deep as it likes: 1,000 fields could
 * make millions of elements. */
static bool may_make_one(struct form *form)
{
    form->full |= form->nodes == XML_NODES_MAX;
    form->nodes += !form->full;
    return !form->full;
}

/* How many items the names that begin with the prefix describe: as many as the most frequent of
 * them is there. SAYS: whether any name's n-th value says something. */
static int count_items(const struct form *form, const char *prefix, bool says[FIELDS_MAX])
{
    int most = 0, run = 0;

    for (size_t i = lower_bound(form, prefix);
         i < form->count && strncmp(form->entries[i].name, prefix, strlen(prefix)) == 0; i++) {
        if (run == 0 || strcmp(form->entries[i].name, form->entries[i - 1].name) != 0) {
            run = 0;
        }
        if (run == most) {
            says[most++] = false;
        }
        says[run++] |= form->entries[i].value[0] != '\0';
    }
    return most;
}

static void taken(struct form *form, struct entry *entry, const xmlNode *node)
{
    const bool wrong = entry->foul || entry->most > 0;
    const char *const path = wrong ? xml_fault_path(form->scratch, node) : NULL;
    struct xml_fault_about about = {.name = NULL};

    entry->node = form->instead == NULL ? node : form->instead;
    form->broken |= wrong && path == NULL; /* else what was cut out would not be told */
    if (path != NULL) {
        about.want = xml_fault_count(form->scratch, entry->most);
        xml_fault_add(form->faults, path, entry->foul ? XML_FAULT_FIELD_CHARACTER : XML_FAULT_LONG,
                      &about);
    }
}

/* ---- the document */

static void fill(struct form *form, xmlNode *element, const struct xml_type *type,
                 const char *prefix);

static const char *joined(struct form *form, const char *prefix, const char *name)
{
    const char *const text = talloc_asprintf(form->scratch, "%s%s", prefix, name);

    form->broken |= text == NULL;
    return text;
}

/* NULL: it was stopped. */
static xmlNode *add_child(struct form *form, xmlNode *parent, const struct xml_element_rule *rule,
                          const char *value)
{
    xmlNode *element;

    if (!may_make_one(form)) {
        return NULL;
    }
    element = xmlNewDocNode(parent->doc, parent->ns, (const xmlChar *)rule->name, NULL);
    if (element == NULL || xmlAddChild(parent, element) == NULL) {
        form->broken = true;
        return NULL;
    }
    if (!xmlStrEqual(parent->ns->href, (const xmlChar *)rule->namespace)) {
        xmlSetNs(element, xmlNewNs(element, (const xmlChar *)rule->namespace, NULL));
    }
    if (element->ns == NULL || (value != NULL && xml_set(element, ".", value) != 0)) {
        form->broken = true;
    }
    return element;
}

/* The value of an entry for a text of this type; "" without one. An absurd length is cut, or the
 * page that shows it again would cost more than all the rest. */
static const char *value_for(struct form *form, struct entry *entry,
                             const struct xml_text_type *type)
{
    const long most = type->length_max > SHOWN_MAX / 2 ? 2L * type->length_max : SHOWN_MAX;
    const char *value = entry == NULL ? "" : entry->value;
    const size_t size = xml_value_excess(value, most);

    if (size > 0) {
        entry->most = type->length_max < 0 ? SHOWN_MAX : type->length_max;
        value = talloc_strndup(form->scratch, value, size);
    } else if (type->as_typed != NULL) {
        value = type->as_typed(form->scratch, value);
    }
    form->broken |= value == NULL;
    return value == NULL ? "" : value;
}

static void fill_attributes(struct form *form, xmlNode *element, const struct xml_type *type,
                            const char *prefix)
{
    for (int i = 0; i < type->attribute_count && !stopped(form); i++) {
        const struct xml_attribute_rule *const rule = &type->attributes[i];
        const char *const name = joined(form, prefix, rule->name);
        struct entry *entry;
        const char *value;
        const xmlAttr *made = NULL;

        if (rule->namespace != NULL || name == NULL) {
            continue; /* xml:lang and its like have no fields */
        }
        entry = next_entry(form, name);
        value = value_for(form, entry, rule->type);
        if ((value[0] != '\0' || rule->required) && may_make_one(form)) {
            made = xmlSetNsProp(element, NULL, (const xmlChar *)rule->name, (const xmlChar *)value);
            form->broken |= made == NULL;
        }
        if (entry != NULL) {
            taken(form, entry, made == NULL ? element : (const xmlNode *)made);
        }
    }
}

/* A list: an element for each answer that says something. */
static void fill_list(struct form *form, xmlNode *parent, const struct xml_element_rule *rule,
                      const char *name)
{
    int made = 0;

    for (size_t i = lower_bound(form, name); is_named(form, i, name) && !stopped(form); i++) {
        struct entry *const entry = &form->entries[i];
        const bool says = entry->value[0] != '\0';
        const xmlNode *const child =
            says ? add_child(form, parent, rule, value_for(form, entry, rule->type->text)) : parent;

        if (child != NULL) {
            made += says;
            taken(form, entry, child);
        }
    }
    if (made == 0 && rule->min > 0) {
        (void)add_child(form, parent, rule, "");
    }
}

/* An element with text; it may have attributes ("price", "price.currency"). */
static void fill_leaf(struct form *form, xmlNode *parent, const struct xml_element_rule *rule,
                      const char *name)
{
    struct entry *const entry = next_entry(form, name);
    const char *const value = value_for(form, entry, rule->type->text);
    const char *const prefix = joined(form, name, ".");
    const bool wanted = value[0] != '\0' || rule->min > 0;
    xmlNode *const element = wanted ? add_child(form, parent, rule, value) : parent;

    if (stopped(form)) {
        return;
    }
    if (entry != NULL) {
        taken(form, entry, element);
    }
    if (wanted) {
        fill_attributes(form, element, rule->type, prefix);
    }
}

/* An element with elements. In a list the n-th one takes the n-th field of each name (so a list
 * within a list can't come by a form). Optional ones of which nothing is said stay away. */
static void fill_group(struct form *form, xmlNode *parent, const struct xml_element_rule *rule,
                       const char *name)
{
    const char *const prefix = joined(form, name, ".");
    bool says[FIELDS_MAX] = {false};
    int count = form->broken ? 0 : count_items(form, prefix, says);

    for (int i = 1; i < count && rule->max == 1; i++) {
        says[0] |= says[i];
    }
    if (rule->max == 1 || count == 0) {
        count = count > 0 || rule->min > 0 ? 1 : 0;
    }
    for (int i = 0; i < count && !stopped(form); i++) {
        const bool blank = !says[i] && (i > 0 || rule->min == 0);
        xmlNode *const element = add_child(form, parent, rule, NULL);

        if (stopped(form)) {
            return;
        }
        if (blank && form->instead == NULL) {
            form->instead = parent;
        }
        fill(form, element, rule->type, prefix);
        if (form->instead == parent) {
            form->instead = NULL;
        }
        if (blank) {
            xmlUnlinkNode(element);
            xmlFreeNode(element);
        }
    }
}

static void fill(struct form *form, xmlNode *element, const struct xml_type *type,
                 const char *prefix)
{
    if (form->depth == XML_DEPTH_MAX) {
        return; /* a type that contains itself, and a name of a thousand dots */
    }
    form->depth++;
    fill_attributes(form, element, type, prefix);
    for (int i = 0; i < type->element_count && !stopped(form); i++) {
        const struct xml_element_rule *const rule = &type->elements[i];
        const char *const name = joined(form, prefix, rule->name);

        if (name == NULL) {
            return;
        }
        if (rule->type->text == NULL) {
            fill_group(form, element, rule, name);
        } else if (rule->max != 1) {
            fill_list(form, element, rule, name);
        } else {
            fill_leaf(form, element, rule, name);
        }
    }
    form->depth--;
}

/* What nobody took: a second answer where one is expected, or a field that the schema lacks. */
static void tell_left_over(struct form *form, const char *root)
{
    const char *const top = talloc_asprintf(form->scratch, "/%s", root);
    const xmlNode *same = NULL; /* what took the first entry of this name */

    form->broken |= top == NULL;
    for (size_t i = 0; i < form->count && !form->broken; i++) {
        const struct entry *const entry = &form->entries[i];
        const bool sound = xml_text_allowed(entry->name, strlen(entry->name), NULL);
        const struct xml_fault_about about = {.name = sound ? entry->name : "?"};
        const char *path;

        if (i > 0 && strcmp(entry->name, form->entries[i - 1].name) != 0) {
            same = NULL;
        }
        if (entry->node != NULL) {
            same = entry->node;
            continue;
        }
        path = same == NULL ? top : xml_fault_path(form->scratch, same);
        form->broken |= path == NULL;
        if (path != NULL) {
            xml_fault_add(form->faults, path,
                          same == NULL ? XML_FAULT_FIELD_UNKNOWN : XML_FAULT_FIELD_TWICE, &about);
        }
    }
}

static void too_many(struct form *form, const char *root, enum xml_fault_kind kind, int most)
{
    const char *const path = talloc_asprintf(form->scratch, "/%s", root);
    const struct xml_fault_about about = {.want = xml_fault_count(form->scratch, most)};

    form->broken |= path == NULL;
    if (!form->broken) {
        xml_fault_add(form->faults, path, kind, &about);
    }
}

xmlDoc *xml_from_form(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                      const struct xml_field *fields, size_t count, struct xml_faults *faults)
{
    const struct xml_element_rule *const rule = xml_outline_root(xml_schema_outline(schema), root);
    struct form form = {.scratch = talloc_new(arena), .faults = faults};
    xmlDoc *document = NULL;

    if (count > FIELDS_MAX) {
        count = FIELDS_MAX;
        too_many(&form, root, XML_FAULT_FIELDS, FIELDS_MAX);
    }
    if (rule != NULL && form.scratch != NULL && read_fields(&form, fields, count) == 0) {
        document = xml_new(arena, rule->namespace, root);
    }
    if (document != NULL) {
        fill(&form, xmlDocGetRootElement(document), rule->type, "");
        if (form.full) {
            too_many(&form, root, XML_FAULT_FIELDS_MAKE, XML_NODES_MAX);
        } else {
            tell_left_over(&form, root);
        }
    }
    talloc_free(form.scratch);
    return form.broken ? NULL : document;
}
