/* SPDX-License-Identifier: MPL-2.0 */
/* route.c: the path and method to a route of a plugin; 404, and 405 with Allow. */
#include "request/request.h"

#include "base/clock.h"
#include "base/uuid.h"

#include <string.h>

/* Take the path apart in the request's memory; the number of segments, or more than the maximum. */
static size_t split(codev_request *request)
{
    char *path = talloc_strdup(request, request->path);
    size_t count = 0;

    while (path != NULL && *path == '/' && (count > 0 || path[1] != '\0')) {
        *path++ = '\0';
        if (count == ROUTE_SEGMENTS_MAX) {
            return ROUTE_SEGMENTS_MAX + 1;
        }
        request->segments[count++] = path;
        path += strcspn(path, "/");
    }
    return count;
}

static bool segment_matches(const struct segment *segment, const char *text)
{
    switch (segment->kind) {
    case SEGMENT_LITERAL:
        return strcmp(segment->text, text) == 0;
    case SEGMENT_ID:
        return uuid_valid(text);
    case SEGMENT_TEXT:
        return *text != '\0' && strlen(text) <= ROUTE_TEXT_MAX;
    case SEGMENT_CAPABILITY:
        return capability_valid(text);
    }
    return false;
}

static bool path_matches(const struct route *route, const char *const *segments, size_t count)
{
    if (route->segment_count != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!segment_matches(&route->segments[i], segments[i])) {
            return false;
        }
    }
    return true;
}

/* HEAD is answered by GET's route (RFC 9110 §9.3.2); nginx leaves the body out. */
static bool method_matches(const char *declared, const char *method)
{
    return strcmp(declared, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(declared, "GET") == 0);
}

/* A plugin in which workers died again and again is closed for a while (board.h). */
static bool is_open(codev_request *request)
{
    const struct service *service = request->service;
    const struct plugin *plugin = request->route->plugin;
    const struct board_plugin *entry =
        service->switches != NULL ? service->switches[plugin - service->registry->plugins] : NULL;

    board_route(service->place, plugin->descriptor->name, request->route->declared->path);
    request->closed = entry != NULL ? board_closed(entry, clock_steady()) : 0;
    return request->closed == 0;
}

int request_route(codev_request *request)
{
    const struct registry *registry = request->service->registry;
    const size_t count = split(request);
    char *allow = NULL;

    for (size_t i = 0; i < registry->route_count; i++) {
        const struct route *route = &registry->routes[i];
        const char *method = route->declared->method;

        if (!path_matches(route, request->segments, count)) {
            continue;
        }
        if (request->route == NULL && method_matches(method, request->method)) {
            request->route = route;
        }
        allow = allow == NULL ? talloc_strdup(request, method)
                              : talloc_asprintf_append_buffer(allow, ", %s", method);
        if (strcmp(method, "GET") == 0) {
            allow = talloc_strdup_append_buffer(allow, ", HEAD");
        }
    }
    if (allow != NULL) {
        allow = talloc_strdup_append_buffer(allow, ", OPTIONS");
    }
    request->allow = allow;
    if (request->route != NULL) {
        return is_open(request) ? capability_take(request)
                                : request_problem(request, PROBLEM_PLUGIN_CLOSED);
    }
    if (allow != NULL && strcmp(request->method, "OPTIONS") == 0) {
        request->status = 204; /* answered: nothing is left for the stages after this one */
        return -1;
    }
    return request_problem(request, allow == NULL ? PROBLEM_NOT_FOUND : PROBLEM_METHOD_NOT_ALLOWED);
}
