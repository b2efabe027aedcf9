/* SPDX-License-Identifier: MPL-2.0 */
/* core_plugin.c: the core's own routes, in the contract that every plugin has. */
#include "config.h"
#include "request/openapi.h"
#include "request/request.h"

#include <string.h>

#define MEDIA_JSON "application/json"

static const codev_statement statements[] = {
    [CORE_IDEMPOTENCY_CLAIM] = {"SELECT core.idempotency_claim({route}, {key}, {hmac})"},
    [CORE_IDEMPOTENCY_SETTLE] =
        {"SELECT core.idempotency_settle({route}, {key}, {status}::integer, {location})"},
    [CORE_IDEMPOTENCY_FIND] = {"SELECT hmac, status, location"
                               " FROM core.idempotency_find({route}, {key})"},
    [CORE_FORM_USE] = {"SELECT core.form_use({nonce}, {expires})"},
    {NULL},
};

/* The first page of a plugin that has a title and is open to the caller. */
static const struct route *first_page(const codev_request *request, const struct plugin *plugin)
{
    const struct registry *registry = request->service->registry;

    for (size_t i = 0; i < registry->route_count; i++) {
        const struct route *route = &registry->routes[i];

        if (route->plugin == plugin && route->page != NULL && route->declared->title != NULL &&
            (route->declared->roles & request->principal.role) != 0) {
            return route;
        }
    }
    return NULL;
}

static int add_plugin(codev_request *request, const struct plugin *plugin, codev_node *document)
{
    const struct route *page = first_page(request, plugin);
    codev_node *node;

    if (xml_add((xmlNode *)document, "plugin", "") != 0) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    node = (codev_node *)xmlGetLastChild((xmlNode *)document);
    if (codev_set(request, node, "@name", plugin->descriptor->name) != CODEV_OK ||
        codev_set(request, node, "@version", plugin->descriptor->version) != CODEV_OK) {
        return CODEV_FAILED;
    }
    if (page == NULL) {
        return CODEV_OK;
    }
    return codev_set(request, node, "@href",
                     codev_format(request, "/%s%s", plugin->descriptor->name,
                                  page->declared->path)) == CODEV_OK
               ? codev_set(request, node, "@title", page->declared->title)
               : CODEV_FAILED;
}

/* GET /: the plugins, with a link each where this caller has a page, and the routes of all. */
static int service(codev_request *request)
{
    const struct registry *registry = request->service->registry;
    codev_node *document = codev_new_document(request, "service");

    for (size_t i = 1; document != NULL && i < registry->plugin_count; i++) {
        if (add_plugin(request, &registry->plugins[i], document) != CODEV_OK) {
            return CODEV_FAILED;
        }
    }
    return document != NULL &&
                   codev_set(request, document, "openapi/@href", "/openapi.json") == CODEV_OK
               ? codev_answer(request, document)
               : CODEV_FAILED;
}

/* GET /openapi.json: all routes of the pool, for programs. */
static int openapi(codev_request *request)
{
    const char *text = openapi_complete(request, request->service->openapi, request->mount);

    return text != NULL ? codev_answer_bytes(request, MEDIA_JSON, text, strlen(text))
                        : request_problem(request, PROBLEM_UNAVAILABLE);
}

static const codev_route routes[] = {
    {.method = "GET", .path = "/", .roles = CODEV_ANYONE, .page = "home.xsl", .handle = service},
    {.method = "GET", .path = "/health/live", .roles = CODEV_ANYONE, .handle = health_live},
    {.method = "GET", .path = "/health/ready", .roles = CODEV_ANYONE, .handle = health_ready},
    {.method = "GET",
     .path = "/openapi.json",
     .roles = CODEV_ANYONE,
     .handle = openapi,
     .media = MEDIA_JSON},
    {.method = "GET",
     .path = "/metrics",
     .roles = CODEV_ANYONE,
     .handle = metrics_show,
     .media = MEDIA_METRICS},
    {.method = NULL},
};

const codev_plugin core_plugin = {
    CODEV_PLUGIN_HEAD, "core", PACKAGE_VERSION, "core.xsd", routes, statements, NULL,
};
