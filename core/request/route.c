/* SPDX-License-Identifier: MPL-2.0 */
/* route.c: the path and method to a route of a plugin; 404, and 405 with Allow. */
#include "request/request.h"

#include "base/clock.h"
#include "base/uuid.h"

#include <string.h>

/* Take the path apart in the request's memory; the number of segments, or more than the maximum,
 * which also stands for a path that there is no memory for. */
static size_t split(codev_request *request)
{
    char *path = talloc_strdup(request, request->path);
    size_t count = 0;

    if (path == NULL) {
        (void)request_problem(request, PROBLEM_UNAVAILABLE);
        return ROUTE_SEGMENTS_MAX + 1;
    }
    while (*path == '/' && (count > 0 || path[1] != '\0')) {
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

/* The methods that Allow tells (RFC 9110 §10.2.1), each once. */
static const char *const known_methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};
enum { METHOD_COUNT = sizeof known_methods / sizeof *known_methods };

static unsigned method_bits(const char *method)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < METHOD_COUNT; i++) {
        bits |= method_matches(method, known_methods[i]) ? 1u << i : 0;
    }
    return bits;
}

/* NULL: no memory. */
static const char *write_allow(codev_request *request, unsigned bits)
{
    char *allow = talloc_strdup(request, "");

    for (unsigned i = 0; i < METHOD_COUNT && allow != NULL; i++) {
        if ((bits & 1u << i) != 0 || strcmp(known_methods[i], "OPTIONS") == 0) {
            allow = talloc_asprintf_append_buffer(allow, "%s%s", *allow != '\0' ? ", " : "",
                                                  known_methods[i]);
        }
    }
    return allow;
}

/* The path has routes, of which none has the method. */
static int tell_methods(codev_request *request, unsigned bits)
{
    request->allow = write_allow(request, bits);
    if (request->allow == NULL) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    if (strcmp(request->method, "OPTIONS") == 0) {
        request->status = 204; /* answered: nothing is left for the stages after this one */
        return -1;
    }
    return request_problem(request, PROBLEM_METHOD_NOT_ALLOWED);
}

int request_route(codev_request *request)
{
    const struct registry *registry = request->service->registry;
    const size_t count = split(request);
    unsigned methods = 0;

    for (size_t i = 0; i < registry->route_count; i++) {
        const struct route *route = &registry->routes[i];

        if (!path_matches(route, request->segments, count)) {
            continue;
        }
        if (request->route == NULL && method_matches(route->declared->method, request->method)) {
            request->route = route;
        }
        methods |= method_bits(route->declared->method);
    }
    if (request->route != NULL) {
        return is_open(request) ? capability_take(request)
                                : request_problem(request, PROBLEM_PLUGIN_CLOSED);
    }
    return methods != 0 ? tell_methods(request, methods)
                        : request_problem(request, PROBLEM_NOT_FOUND);
}
