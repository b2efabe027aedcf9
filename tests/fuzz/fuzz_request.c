/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_request.c: a request as FastCGI gives it, through the stages before the handler: accepted,
 * routed, identified, negotiated, its body read, its problem written. Variables stand a line each,
 * NAME=VALUE; the body is behind an empty line, and CONTENT_LENGTH is its own where none is given.
 */
#include "../unit/identity/forge.h"

#include "fuzz.h"
#include "request/request.h"

enum { VARIABLES_MAX = 40 };

static const codev_filter filters[] = {{"status", "received quoted closed"}, {"by", NULL}, {0}};
static const codev_route declared[] = {
    {.method = "GET", .path = "/requests", .roles = CODEV_STAFF, .page = "x", .filters = filters},
    {.method = "GET", .path = "/requests/{id}", .roles = CODEV_ANYONE, .page = "x"},
    {.method = "PUT", .path = "/requests/{id}", .roles = CODEV_ANYONE, .body = "quote-request"},
    {.method = "POST",
     .path = "/requests",
     .roles = CODEV_ANYONE,
     .body = "quote-request",
     .page = "x",
     .form = (codev_handler *)abort},
    {.method = "GET", .path = "/offers/{token:capability}", .roles = CODEV_ANYONE, .page = "x"},
    {.method = "DELETE", .path = "/requests/{id}", .roles = CODEV_ANYONE},
    {.method = "GET",
     .path = "/confirmation/{reference:text}",
     .roles = CODEV_ANYONE,
     .page = "x",
     .media = "text/html application/xml"},
    {.method = NULL},
};
static const codev_plugin descriptor = {.name = "quotes", .routes = declared};

static struct {
    struct forge *forge;
    const char *token; /* a staff member's */
    struct plugin plugin;
    struct route routes[sizeof declared / sizeof declared[0]];
    struct registry registry;
    struct service service; /* without a database: no stage that is called here needs it */
} world;

static void end(void)
{
    forge_free(world.forge);
}

static void start(void)
{
    struct error error = {""};

    if (world.forge != NULL) {
        return;
    }
    xml_startup();
    world.forge = forge_new();
    (void)atexit(end);
    world.token = forge_token(world.forge, world.forge->pkey, FORGE_HEADER,
                              forge_payload(world.forge, NULL, NULL));
    world.plugin.descriptor = &descriptor;
    world.plugin.schema = fuzz_schema("quotes");
    for (size_t i = 0; declared[i].method != NULL; i++) {
        world.routes[i].plugin = &world.plugin;
        CHECK(route_compile(world.forge, "/quotes", &declared[i], &world.routes[i], &error) == 0);
        world.registry.route_count++;
    }
    world.registry.plugins = &world.plugin;
    world.registry.plugin_count = 1;
    world.registry.routes = world.routes;
    world.service.registry = &world.registry;
    world.service.form_key = (const unsigned char *)"thirty-two bytes that are a key.";
    world.service.tokens = token_memory_new(world.forge, world.forge->keys, NULL);
    CHECK(world.service.tokens != NULL);
    xml_freeze();
}

/* ---- what libfcgi would have read */

static void at_end(FCGX_Stream *stream)
{
    stream->isClosed = 1;
}

static FCGX_Stream *stream_of(TALLOC_CTX *arena, char *bytes, size_t size)
{
    FCGX_Stream *const stream = talloc_zero(arena, FCGX_Stream);

    CHECK(stream != NULL);
    stream->rdNext = stream->stopUnget = (unsigned char *)bytes;
    stream->stop = stream->rdNext + size;
    stream->isReader = 1;
    stream->fillBuffProc = at_end;
    return stream;
}

/* "$TOKEN" in a variable stands for a token that is believed. */
static char *variable_of(TALLOC_CTX *arena, const char *line)
{
    const char *const token = strstr(line, "$TOKEN");
    char *const text = token == NULL ? talloc_strdup(arena, line)
                                     : talloc_asprintf(arena, "%.*s%s%s", (int)(token - line), line,
                                                       world.token, token + strlen("$TOKEN"));

    CHECK(text != NULL);
    return text;
}

static FCGX_Request *request_of(TALLOC_CTX *arena, char *text, size_t size)
{
    FCGX_Request *const fcgi = talloc_zero(arena, FCGX_Request);
    char **const variables = talloc_zero_array(arena, char *, VARIABLES_MAX + 2);
    char *body = text;
    size_t count = 0;

    CHECK(fcgi != NULL && variables != NULL);
    while (body < text + size && *body != '\n') {
        char *const line_end = strchr(body, '\n');

        if (line_end != NULL) {
            *line_end = '\0';
        }
        if (count < VARIABLES_MAX && strchr(body, '=') != NULL) {
            variables[count++] = variable_of(arena, body);
        }
        body = line_end == NULL ? text + size : line_end + 1;
    }
    body += body < text + size;
    if (FCGX_GetParam("CONTENT_LENGTH", variables) == NULL) {
        variables[count] =
            talloc_asprintf(arena, "CONTENT_LENGTH=%zu", (size_t)(text + size - body));
    }
    fcgi->envp = variables;
    fcgi->in = stream_of(arena, body, (size_t)(text + size - body));
    return fcgi;
}

/* ---- the stages */

static void check_problem(codev_request *request)
{
    size_t size;
    xmlDoc *document;

    CHECK(problem_status(request->problem) >= 400 && problem_status(request->problem) < 500);
    document = problem_document(request, request->representation == REPRESENTATION_HTML);
    CHECK(document != NULL && xml_write(request, document, &size) != NULL);
}

/* What may be changed is nothing, a list of numbers, or anything where the client said so. */
static void check_versions(const codev_request *request)
{
    const char *versions = request->versions;

    if (request_is_safe(request)) {
        CHECK(versions == NULL);
    } else if (versions == NULL) {
        CHECK(strcmp(request->if_match, "*") == 0 || strcmp(request->method, "POST") == 0);
    } else {
        CHECK(*versions == '{' && versions[strspn(versions, "{0123456789,}")] == '\0');
    }
}

static void check_success(const codev_request *request)
{
    CHECK(request->route != NULL && request->faults.count == 0);
    CHECK((request->route->declared->roles & request->principal.role) != 0);
    CHECK(request->route->declared->body == NULL || request->document != NULL);
    CHECK(request->place != NULL && strstr(request->path, request->place) != NULL
              ? request->capability == NULL
              : request->capability != NULL);
    check_versions(request);
    CHECK(request->principal.role == CODEV_VISITOR ||
          strcmp(request->principal.claims.subject, "alice") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int (*const stages[])(codev_request *) = {
        request_accept, request_route, request_identify, request_negotiate, request_body,
    };
    codev_request *const request = talloc_zero(NULL, codev_request);
    char *const text = talloc_size(request, size + 1);
    int result = 0;
    size_t id_length;

    start();
    CHECK(text != NULL);
    memcpy(text, bytes, size);
    text[size] = '\0';
    request->service = &world.service;
    request->fcgi = request_of(request, text, size);
    for (size_t i = 0; i < sizeof stages / sizeof stages[0] && result == 0; i++) {
        result = stages[i](request);
        request->arrived = FORGE_NOW * 1000000;
    }
    id_length = strlen(request->id);
    CHECK(id_length >= REQUEST_ID_MIN && id_length <= REQUEST_ID_MAX);
    CHECK(strpbrk(request->id, "\r\n \"<&") == NULL);
    if (result == 0) {
        check_success(request);
        request->etag = "7";
        request->status = 200;
        (void)condition_holds(request);
    } else if (request->problem != PROBLEM_NONE) {
        check_problem(request);
    } else {
        CHECK(request->status == 204);
    }
    talloc_free(request);
    return 0;
}
