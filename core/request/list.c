/* SPDX-License-Identifier: MPL-2.0 */
/* list.c: lists in pages, newest first, by key: `after` is the id of the last item the client has.
 * Ids are UUIDs of version 7, which grow with time, so the primary key is the order, and a page
 * costs the same wherever it lies. */
#include "request/request.h"

#include "base/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The limit asked for; 0 when it is none. */
static unsigned limit_of(codev_request *request)
{
    const char *text = codev_query_parameter(request, "limit");
    unsigned long limit;

    if (text == NULL) {
        return LIST_LIMIT_DEFAULT;
    }
    if (*text == '\0' || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text)) {
        return 0;
    }
    limit = strtoul(text, NULL, 10);
    return limit <= LIST_LIMIT_MAX ? (unsigned)limit : 0;
}

int list_parameter(codev_request *request, const char *name, const char **value_r)
{
    if (strcmp(name, "limit") != 0) {
        *value_r = codev_query_parameter(request, name);
        return 0;
    }
    *value_r = talloc_asprintf(request, "%u", limit_of(request) + 1); /* to know of a next page */
    return *value_r != NULL ? 0 : -1;
}

static const codev_filter *find_filter(const codev_request *request, const char *name)
{
    const codev_filter *filter = request->route->declared->filters;

    while (filter->name != NULL && strcmp(filter->name, name) != 0) {
        filter++;
    }
    return filter->name != NULL ? filter : NULL;
}

static bool is_word_of(const char *words, const char *value)
{
    const size_t length = strlen(value);

    for (const char *at = words; at != NULL && length > 0; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == length && strncmp(at, value, length) == 0) {
            return true;
        }
    }
    return false;
}

static void refuse(codev_request *request, const char *name, const char *en, const char *fr)
{
    xml_faults_add(&request->faults, 0, talloc_asprintf(request, "?%s", name), en, fr);
}

static void check_parameter(codev_request *request, const struct xml_field *field)
{
    const codev_filter *filter = find_filter(request, field->name);

    if (strcmp(field->name, "limit") == 0) {
        if (limit_of(request) == 0) {
            refuse(request, field->name, "“limit” takes a number from 1 to 200.",
                   "« limit » est un nombre de 1 à 200.");
        }
    } else if (strcmp(field->name, "after") == 0 || (filter != NULL && filter->values == NULL)) {
        if (!uuid_valid(field->value)) {
            refuse(request, field->name, "This parameter takes the id of an item.",
                   "Ce paramètre est l’identifiant d’un élément.");
        }
    } else if (filter == NULL) {
        refuse(request, "", "The list does not know one of the parameters.",
               "La liste ne connaît pas un des paramètres.");
    } else if (!is_word_of(filter->values, field->value)) {
        refuse(request, field->name,
               talloc_asprintf(request, "This parameter takes one of: %s.", filter->values),
               talloc_asprintf(request, "Ce paramètre est l’un de : %s.", filter->values));
    }
}

int list_check(codev_request *request)
{
    if (request->query_is_broken) {
        return request_problem(request, PROBLEM_MALFORMED_REQUEST);
    }
    for (size_t i = 0; i < request->query_field_count; i++) {
        const struct xml_field *field = &request->query_fields[i];

        check_parameter(request, field);
        if (codev_query_parameter(request, field->name) != field->value) {
            refuse(request, "", "A parameter is given twice.", "Un paramètre est donné deux fois.");
        }
    }
    return request->faults.count == 0 ? 0 : request_problem(request, PROBLEM_INVALID_QUERY);
}

/* The address of the page after this one: the same filters, from the last item on. */
static const char *next_page(codev_request *request, const char *last)
{
    char *address =
        talloc_asprintf(request, "%s%s?limit=%u", request->mount, request->path, limit_of(request));

    for (size_t i = 0; i < request->query_field_count; i++) {
        const struct xml_field *field = &request->query_fields[i];

        if (address != NULL && find_filter(request, field->name) != NULL) {
            address = talloc_asprintf_append_buffer(address, "&%s=%s", field->name, field->value);
        }
    }
    return address != NULL ? talloc_asprintf_append_buffer(address, "&after=%s", last) : NULL;
}

int codev_answer_list(codev_request *request, const char *root, const char *element,
                      size_t statement)
{
    codev_node *document = codev_new_document(request, root);
    xmlNode *last;
    size_t rows;

    if (document == NULL ||
        codev_select(request, statement, document, element, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (rows > limit_of(request)) { /* the one too many tells that there is more */
        last = xmlGetLastChild((xmlNode *)document);
        xmlUnlinkNode(last);
        xmlFreeNode(last);
        last = xmlGetLastChild((xmlNode *)document);
        request->next = next_page(request, xml_get(request, last, "@id"));
        if (request->next == NULL) {
            return request_problem(request, PROBLEM_UNAVAILABLE);
        }
    }
    return codev_answer(request, document);
}
