/* SPDX-License-Identifier: MPL-2.0 */
/* api.c: the functions of codev/plugin.h. An opaque node is libxml2's element. */
#include "request/request.h"

#include "base/clock.h"
#include "base/log.h"
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

const char *codev_client_address(codev_request *request)
{
    return request->address;
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

const char *codev_new_capability(codev_request *request, const char **hash_r)
{
    const char *token = capability_new(request);

    *hash_r = token != NULL ? capability_hash(request, token) : NULL;
    if (*hash_r == NULL || capability_remember(request, token) != 0) {
        (void)request_problem(request, PROBLEM_UNAVAILABLE);
        return NULL;
    }
    return token;
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

int codev_change(codev_request *request, size_t write, size_t lookup, codev_node *into,
                 int *absent_r)
{
    codev_node *aside = codev_new_document(request, "aside");
    size_t rows;

    if (aside == NULL ||
        codev_select(request, write, into != NULL ? into : aside, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (absent_r != NULL) {
        *absent_r = 0;
    }
    if (rows > 0) {
        return CODEV_OK;
    }
    if (codev_select(request, lookup, aside, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (rows > 0) {
        return condition_fails(request);
    }
    if (absent_r == NULL) {
        return codev_not_found(request);
    }
    *absent_r = 1; /* RFC 9110 §13.1.1: If-Match is false where there is nothing */
    return *request->if_match == '\0' ? CODEV_OK : condition_fails(request);
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

/* A header's value that a plugin made must end no header (CWE-113): visible ASCII alone. */
static bool is_visible(const char *text)
{
    const char *at = text;

    while (*at > ' ' && *at <= '~') {
        at++;
    }
    return *at == '\0';
}

/* Status and Location; the place is without the mount point. Of a new capability it has not the
 * token: with an Idempotency-Key it is kept. */
static int answer_at(codev_request *request, int status, const char *place)
{
    if (place == NULL) {
        return short_of_memory(request);
    }
    if (!is_visible(place) || capability_is_told(request, place)) {
        log_line(LOG_LEVEL_ERROR, "event=location_refused request=%s plugin=%s route=%s",
                 request->id, request->route->plugin->descriptor->name,
                 request->route->declared->path);
        return request_problem(request, PROBLEM_INTERNAL);
    }
    request->status = status;
    request->location = talloc_asprintf(request, "%s%s", request->mount, place);
    return request->location != NULL ? CODEV_OK : short_of_memory(request);
}

/* A person is led to a page that a reload does not send again (RFC 9110 §15.4.4), where there is
 * one.
 */
static bool leads_to(const codev_request *request, const char *page)
{
    return request->is_form && page != NULL;
}

int codev_answer_created(codev_request *request, codev_node *document, const char *location,
                         const char *page)
{
    request->answer = ((xmlNode *)document)->doc;
    return leads_to(request, page) ? answer_at(request, 303, page)
                                   : answer_at(request, 201, location);
}

int codev_answer_changed(codev_request *request, codev_node *document, const char *page)
{
    return leads_to(request, page) ? answer_at(request, 303, page)
                                   : codev_answer(request, document);
}

int codev_answer_removed(codev_request *request, const char *page)
{
    if (leads_to(request, page)) {
        return answer_at(request, 303, page);
    }
    request->status = 204;
    return CODEV_OK;
}

codev_node *codev_form(codev_request *request)
{
    codev_node *form = new_document(request, &request->service->registry->plugins[0], "form");
    xmlNode *root = (xmlNode *)form;
    xmlNode *typed;

    if (root == NULL ||
        codev_set(request, form, "@idempotency-key", codev_new_id(request)) != CODEV_OK ||
        codev_set(request, form, "@token", form_token_new(request)) != CODEV_OK) {
        return NULL;
    }
    if (request->is_form && *request->if_match != '\0' && !request->changed &&
        codev_set(request, form, "@if-match", request->if_match) != 0) {
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

/* The row's version is that of what is recorded, as an entity tag has it. */
static int set_versions(codev_request *request, codev_node *form, const codev_node *recorded)
{
    const char *version = codev_get(request, recorded, "@version");

    if (version == NULL ||
        (request->changed && codev_set(request, form, "@changed", "true") != CODEV_OK)) {
        return request_problem(request, PROBLEM_INTERNAL);
    }
    return codev_get(request, form, "@if-match") != NULL
               ? CODEV_OK
               : codev_set(request, form, "@if-match", codev_format(request, "\"%s\"", version));
}

int codev_form_recorded(codev_request *request, codev_node *form, size_t statement,
                        const char *element)
{
    codev_node *recorded = codev_new_document(request, element);
    xmlNode *root = (xmlNode *)form;
    xmlNode *copy;
    size_t rows = 0;

    if (recorded == NULL || codev_select(request, statement, recorded, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (rows == 0) {
        return codev_not_found(request);
    }
    if (xml_add(root, "recorded", "") != 0) {
        return short_of_memory(request);
    }
    copy = xmlDocCopyNode((xmlNode *)recorded, root->doc, 1);
    if (copy == NULL || xmlAddChild(xmlGetLastChild(root), copy) == NULL) {
        xmlFreeNode(copy);
        return short_of_memory(request);
    }
    return set_versions(request, form, recorded);
}

int codev_fault(codev_request *request, const char *path, const char *en, const char *fr)
{
    xml_faults_add(&request->faults, 0, path, en, fr);
    return request_problem(request, PROBLEM_INVALID_DOCUMENT);
}

int codev_not_found(codev_request *request)
{
    return request_problem(request, PROBLEM_NOT_FOUND);
}
