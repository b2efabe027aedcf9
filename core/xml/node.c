/* SPDX-License-Identifier: MPL-2.0 */
/* node.c: reading and writing a tree by short paths, "contact/email" or "consent/@text-version".
 * Not XPath: no compilation, no search, one walk down. */
#include "base/memory.h"
#include "xml/gate.h"

#include <string.h>

/* One segment of a path: where it begins, its length, and the path behind it (NULL: none). */
struct segment {
    const char *name;
    int length;
    const char *rest;
};

/* False when the path is malformed: an empty segment, or an attribute that is not the last. */
static bool segment_of(const char *path, struct segment *segment)
{
    const char *const slash = strchr(path, '/');
    const size_t length = slash == NULL ? strlen(path) : (size_t)(slash - path);

    if (length == 0 || length > XML_NAME_MAX) {
        return false;
    }
    *segment = (struct segment){path, (int)length, slash == NULL ? NULL : slash + 1};
    return path[0] != '@' || (length > 1 && slash == NULL);
}

/* "." */
static bool is_self(const struct segment *segment)
{
    return segment->length == 1 && segment->name[0] == '.';
}

/* Whether something may be set there: the path is sound to its end, and the text is one of XML. */
static bool can_set(const char *path, const char *value)
{
    struct segment segment = {path, 0, path};

    while (segment.rest != NULL) {
        if (!segment_of(segment.rest, &segment)) {
            return false;
        }
    }
    return xml_text_allowed(value, strlen(value), NULL);
}

static bool same_namespace(const xmlNode *one, const xmlNode *other)
{
    if (one->ns == other->ns) {
        return true;
    }
    return one->ns != NULL && other->ns != NULL && xmlStrEqual(one->ns->href, other->ns->href);
}

static bool has_name(const xmlNode *node, const char *name, int length)
{
    return strncmp((const char *)node->name, name, (size_t)length) == 0 &&
           node->name[length] == '\0';
}

/* The first from NODE on among its siblings that is an element of this name and the namespace of
 * LIKE; any element when NAME is NULL. */
static xmlNode *find(xmlNode *node, const xmlNode *like, const char *name, int length)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE &&
            (name == NULL || (has_name(node, name, length) && same_namespace(node, like)))) {
            return node;
        }
    }
    return NULL;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
    return find(node->children, node, name, name == NULL ? 0 : (int)strlen(name));
}

xmlNode *xml_next(const xmlNode *node, const char *name)
{
    return find(node->next, node, name, name == NULL ? 0 : (int)strlen(name));
}

/* An attribute without namespace, "text-version". */
static xmlAttr *attribute(const xmlNode *node, const char *name)
{
    for (xmlAttr *at = node->properties; at != NULL; at = at->next) {
        if (at->ns == NULL && strcmp((const char *)at->name, name) == 0) {
            return at;
        }
    }
    return NULL;
}

/* The text under a node, from its children; no copy when it is one piece, as it is after parsing.
 * Never NULL, which would mean that there is none, and lose what somebody wrote. */
static const char *text_under(TALLOC_CTX *arena, const xmlNode *node, const xmlNode *children)
{
    xmlChar *content;
    const char *text;

    if (children == NULL) {
        return "";
    }
    if (children->next == NULL && children->type == XML_TEXT_NODE) {
        return children->content == NULL ? "" : (const char *)children->content;
    }
    content = xmlNodeGetContent(node);
    text = talloc_strdup(arena, content == NULL ? "" : (const char *)content);
    if (text == NULL) {
        memory_is_out("xml_get", 0);
    }
    xmlFree(content);
    return text;
}

/* The element in which the path's last segment lies; NULL when absent or malformed. */
static const xmlNode *walk(const xmlNode *node, const char *path, struct segment *last)
{
    while (segment_of(path, last)) {
        if (last->rest == NULL) {
            return node;
        }
        if (!is_self(last)) {
            node = find(node->children, node, last->name, last->length);
        }
        if (node == NULL) {
            return NULL;
        }
        path = last->rest;
    }
    return NULL;
}

const char *xml_get(TALLOC_CTX *arena, const xmlNode *node, const char *path)
{
    struct segment last;

    node = walk(node, path, &last);
    if (node == NULL) {
        return NULL;
    }
    if (last.name[0] == '@') {
        const xmlAttr *const found = attribute(node, last.name + 1);

        return found == NULL ? NULL : text_under(arena, (const xmlNode *)found, found->children);
    }
    if (!is_self(&last)) {
        node = find(node->children, node, last.name, last.length);
    }
    return node == NULL ? NULL : text_under(arena, node, node->children);
}

size_t xml_get_all(TALLOC_CTX *arena, const xmlNode *node, const char *path,
                   const char *const **values_r)
{
    static const char *const none[] = {NULL};
    struct segment last;
    const char **values;
    size_t count = 0;

    *values_r = none;
    node = walk(node, path, &last);
    if (node == NULL) {
        return 0;
    }
    for (const xmlNode *at = find(node->children, node, last.name, last.length); at != NULL;
         at = find(at->next, node, last.name, last.length)) {
        count++;
    }
    if (count == 0) {
        return 0;
    }
    values = talloc_array(arena, const char *, (unsigned)count);
    if (values == NULL) {
        memory_is_out("xml_get_all", count * sizeof *values);
    }
    count = 0;
    for (const xmlNode *at = find(node->children, node, last.name, last.length); at != NULL;
         at = find(at->next, node, last.name, last.length)) {
        values[count++] = text_under(arena, at, at->children);
    }
    *values_r = values;
    return count;
}

/* Put this text, and nothing else, into the element. Not xmlNodeSetContent(), which reads "&" as
 * the start of an entity. */
static int set_text(xmlNode *element, const char *value)
{
    xmlNode *text = NULL;

    if (value[0] != '\0') {
        text = xmlNewDocText(element->doc, (const xmlChar *)value);
        if (text == NULL) {
            return -1;
        }
    }
    xmlFreeNodeList(element->children);
    element->children = element->last = NULL;
    if (text != NULL) {
        (void)xmlAddChild(element, text);
    }
    return 0;
}

static xmlNode *append(xmlNode *parent, const char *name, int length)
{
    xmlChar *const copy = xmlStrndup((const xmlChar *)name, length);
    xmlNode *const element =
        copy == NULL ? NULL : xmlNewDocNode(parent->doc, parent->ns, copy, NULL);

    xmlFree(copy);
    return element == NULL ? NULL : xmlAddChild(parent, element);
}

/* The element in which the last segment lies; missing ones on the way are made. */
static xmlNode *reach(xmlNode *node, const char *path, struct segment *last)
{
    while (segment_of(path, last)) {
        if (last->rest == NULL) {
            return node;
        }
        if (!is_self(last)) {
            xmlNode *const found = find(node->children, node, last->name, last->length);

            node = found != NULL ? found : append(node, last->name, last->length);
            if (node == NULL) {
                return NULL;
            }
        }
        path = last->rest;
    }
    return NULL;
}

int xml_set(xmlNode *node, const char *path, const char *value)
{
    struct segment last;
    xmlNode *element;

    node = can_set(path, value) ? reach(node, path, &last) : NULL;
    if (node == NULL) {
        return -1;
    }
    if (last.name[0] == '@') {
        return xmlSetNsProp(node, NULL, (const xmlChar *)last.name + 1, (const xmlChar *)value) ==
                       NULL
                   ? -1
                   : 0;
    }
    element = node;
    if (!is_self(&last)) {
        element = find(node->children, node, last.name, last.length);
        if (element == NULL) {
            element = append(node, last.name, last.length);
        }
    }
    return element == NULL ? -1 : set_text(element, value);
}

int xml_add(xmlNode *node, const char *path, const char *value)
{
    struct segment last;
    xmlNode *element;

    node = can_set(path, value) ? reach(node, path, &last) : NULL;
    if (node == NULL || last.name[0] == '@' || is_self(&last)) {
        return -1;
    }
    element = append(node, last.name, last.length);
    return element == NULL ? -1 : set_text(element, value);
}

xmlDoc *xml_new(TALLOC_CTX *arena, const char *namespace, const char *root)
{
    xmlDoc *const document = xml_adopt(arena, xmlNewDoc((const xmlChar *)"1.0"));
    xmlNode *const element =
        document == NULL ? NULL : xmlNewDocNode(document, NULL, (const xmlChar *)root, NULL);

    if (element == NULL) {
        return NULL;
    }
    (void)xmlDocSetRootElement(document, element);
    xmlSetNs(element, xmlNewNs(element, (const xmlChar *)namespace, NULL));
    return element->ns == NULL ? NULL : document;
}
