/* SPDX-License-Identifier: MPL-2.0 */
/* api.c: the functions of codev/plugin.h. An opaque node is libxml2's element. */
#include "request/request.h"

#include "base/clock.h"
#include "base/uuid.h"

#include <stdarg.h>
#include <string.h>

static int short_of_memory(codev_request *request)
{
    return request_problem(request, PROBLEM_UNAVAILABLE);
}

codev_node *codev_document(codev_request *request)
{
    return request->document != NULL ? (codev_node *)xmlDocGetRootElement(request->document) : NULL;
}

const char *codev_path_parameter(codev_request *request, const char *name)
{
    const struct route *route = request->route;

    for (size_t i = 0; i < route->segment_count; i++) {
        if (route->segments[i].kind != SEGMENT_LITERAL &&
            strcmp(route->segments[i].text, name) == 0) {
            return request->segments[i];
        }
    }
    return NULL;
}

const char *codev_query_parameter(codev_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_field_count; i++) {
        if (strcmp(request->query_fields[i].name, name) == 0) {
            return request->query_fields[i].value;
        }
    }
    return NULL;
}

const char *codev_now(codev_request *request)
{
    char text[CLOCK_TEXT_SIZE];

    clock_text(request->arrived, text);
    return talloc_strdup(request, text);
}

const char *codev_new_id(codev_request *request)
{
    char text[UUID_TEXT_SIZE];

    if (uuid_new(request->arrived, text) != 0) {
        (void)request_problem(request, PROBLEM_UNAVAILABLE);
        return NULL;
    }
    return talloc_strdup(request, text);
}

const char *codev_reference(codev_request *request, const char *id)
{
    char text[UUID_REFERENCE_SIZE];

    uuid_reference(id, text);
    return talloc_strdup(request, text);
}

const char *codev_format(codev_request *request, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = talloc_vasprintf(request, format, arguments);
    va_end(arguments);
    if (text == NULL) {
        (void)short_of_memory(request);
    }
    return text;
}

static codev_node *new_document(codev_request *request, const struct plugin *plugin,
                                const char *root)
{
    xmlDoc *document = xml_new(request, xml_schema_namespace(plugin->schema), root);

    if (document == NULL) {
        (void)short_of_memory(request);
        return NULL;
    }
    return (codev_node *)xmlDocGetRootElement(document);
}

codev_node *codev_new_document(codev_request *request, const char *root)
{
    return new_document(request, request->route->plugin, root);
}

const char *codev_get(codev_request *request, const codev_node *node, const char *path)
{
    return xml_get(request, (const xmlNode *)node, path);
}

/* The last step of the path is the attribute href. */
static bool is_link(const char *path)
{
    const char *attribute = strrchr(path, '@');

    return attribute != NULL && strcmp(attribute, "@href") == 0;
}

int codev_set(codev_request *request, codev_node *node, const char *path, const char *value)
{
    if (value != NULL && is_link(path)) {
        value = talloc_asprintf(request, "%s%s", request->mount, value);
    }
    if (value == NULL || xml_set((xmlNode *)node, path, value) != 0) {
        return short_of_memory(request);
    }
    return CODEV_OK;
}

/* The registry's index of a plugin's statement, with its values; NULL: failed. */
static const char *const *bind(codev_request *request, size_t statement, size_t *index_r)
{
    const struct plugin *plugin = request->route->plugin;
    const char *const *values;

    if (statement >= plugin->statement_count) {
        (void)request_problem(request, PROBLEM_INTERNAL);
        return NULL;
    }
    *index_r = plugin->first_statement + statement;
    values = bind_parameters(request, &request->service->registry->statements[*index_r]);
    if (values == NULL) {
        (void)short_of_memory(request);
    }
    return values;
}

int codev_execute(codev_request *request, size_t statement)
{
    size_t index;
    const char *const *values = bind(request, statement, &index);

    if (values == NULL) {
        return CODEV_FAILED;
    }
    return db_queue(request->service->db, index, values) == 0
               ? CODEV_OK
               : request_problem(request, PROBLEM_INTERNAL);
}

int codev_select(codev_request *request, size_t statement, codev_node *into, const char *element,
                 size_t *rows_r)
{
    size_t index;
    const char *const *values = bind(request, statement, &index);
    const PGresult *result;
    struct db_failure failure;
    int rows;

    if (values == NULL) {
        return CODEV_FAILED;
    }
    result = db_query(request->service->db, request, index, values, &failure);
    if (result == NULL) {
        return handle_failure(request, &failure);
    }
    rows = PQntuples(result);
    for (int row = 0; row < rows; row++) {
        xmlNode *node = (xmlNode *)into;

        if (element != NULL) {
            if (xml_add(node, element, "") != 0) {
                return short_of_memory(request);
            }
            node = xmlGetLastChild(node);
        }
        if (bind_row(request, result, row, node) != 0) {
            return short_of_memory(request);
        }
    }
    if (rows_r != NULL) {
        *rows_r = (size_t)rows;
    }
    return CODEV_OK;
}

int codev_answer(codev_request *request, codev_node *document)
{
    request->answer = ((xmlNode *)document)->doc;
    request->status = 200;
    return CODEV_OK;
}

const char *codev_media(codev_request *request)
{
    return request->media;
}

int codev_answer_bytes(codev_request *request, const char *content_type, const char *bytes,
                       size_t size)
{
    request->body = bytes;
    request->body_size = size;
    request->body_media = content_type;
    request->status = 200;
    return CODEV_OK;
}

int codev_answer_created(codev_request *request, codev_node *document, const char *location,
                         const char *page)
{
    const char *target = request->is_form ? page : location;

    request->answer = ((xmlNode *)document)->doc;
    request->status = request->is_form ? 303 : 201;
    request->location =
        target != NULL ? talloc_asprintf(request, "%s%s", request->mount, target) : NULL;
    return request->location != NULL ? CODEV_OK : short_of_memory(request);
}

codev_node *codev_form(codev_request *request)
{
    codev_node *form = new_document(request, &request->service->registry->plugins[0], "form");
    xmlNode *root = (xmlNode *)form;
    xmlNode *typed;

    if (root == NULL || codev_set(request, form, "@idempotency-key", codev_new_id(request)) != 0) {
        return NULL;
    }
    if (problem_write_faults(request, root) != 0) {
        (void)short_of_memory(request);
        return NULL;
    }
    if (request->document == NULL) {
        return form;
    }
    typed = xmlDocCopyNode(xmlDocGetRootElement(request->document), root->doc, 1);
    if (typed == NULL || xmlAddChild(root, typed) == NULL) {
        xmlFreeNode(typed);
        (void)short_of_memory(request);
        return NULL;
    }
    return form;
}

int codev_not_found(codev_request *request)
{
    return request_problem(request, PROBLEM_NOT_FOUND);
}
