/* SPDX-License-Identifier: MPL-2.0 */
/* openapi.c: see openapi.h. HEAD and OPTIONS stand nowhere in the document: the one goes with every
 * GET, the other with every path (RFC 9110 §9.3.2, §9.3.7), and they would double it. */
#include "request/openapi.h"

#include "config.h"
#include "identity/role.h"
#include "request/openapi_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *key; /* in routes, in the document */
    const char *verb;       /* begins a summary */
    unsigned traits;
} methods[] = {
    {"GET", "get", "Read", TRAIT_GET},
    {"POST", "post", "Post", TRAIT_POST},
    {"PUT", "put", "Put", TRAIT_PUT | TRAIT_VERSIONED},
    {"DELETE", "delete", "Delete", TRAIT_DELETE | TRAIT_VERSIONED},
};
enum { METHOD_COUNT = sizeof methods / sizeof *methods };

/* What comes of it when all is well. Of the rows with a status and a trait of the route's the last
 * one counts. */
enum { OUTCOME_HEADERS_MAX = 3 };
static const struct {
    const char *status;
    const char *headers[OUTCOME_HEADERS_MAX];
    const char *description;
    unsigned traits;
    bool has_content;
} outcomes[] = {
    {"200", {"ETag", "X-Request-Id"}, "Done.", TRAIT_GET | TRAITS_SENDING, true},
    {"200", {"ETag", "Link", "X-Request-Id"}, "A page of the list.", TRAIT_LIST, true},
    {"201", {"ETag", "Location", "X-Request-Id"}, "Made.", TRAITS_SENDING, true},
    {"204",
     {"X-Request-Id"},
     "Done; there is nothing to show.",
     TRAIT_DELETE | TRAIT_ACTION,
     false},
    {"303", {"Location", "X-Request-Id"}, "The form was taken.", TRAIT_FORM, false},
    {"304", {"ETag", "X-Request-Id"}, "Nothing has changed.", TRAIT_GET, false},
};

struct draft {
    const struct registry *registry;
    TALLOC_CTX *arena; /* until the document is made */
    json_t *ids;       /* its keys are the ids that operations have */
    struct error *error;
};

/* ---- an operation */

static unsigned traits_of(const struct route *route, unsigned method)
{
    const codev_route *declared = route->declared;
    unsigned traits = methods[method].traits;

    for (size_t i = 0; i < route->segment_count; i++) {
        traits |= route->segments[i].kind != SEGMENT_LITERAL ? TRAIT_PARAMETERS : 0;
    }
    traits |= (declared->roles & CODEV_ANYONE) != CODEV_ANYONE ? TRAIT_GUARDED : 0;
    traits |= declared->filters != NULL ? TRAIT_LIST : 0;
    traits |= declared->if_match != 0 ? TRAIT_VERSIONED : 0;
    if (declared->body != NULL) {
        traits |= TRAIT_DOCUMENT;
    } else if ((traits & TRAIT_POST) != 0) {
        traits |= TRAIT_ACTION;
    }
    /* An action takes a button's form. One for PUT or DELETE comes as a POST that says so. */
    if ((traits & TRAIT_ACTION) != 0 || (declared->form != NULL && (traits & TRAIT_POST) != 0)) {
        traits |= TRAIT_FORM;
    }
    return traits;
}

/* The method and the words of the path: get_quotes_requests_id. Where that is taken (by /x/id, say,
 * before /x/{id}) a number follows. */
static const char *id_of(const struct draft *draft, const char *method, const char *path)
{
    char *id = talloc_strdup(draft->arena, method);
    const char *unique;

    for (const char *at = path; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at)) {
            id = talloc_asprintf_append_buffer(id, isalnum((unsigned char)at[-1]) ? "%c" : "_%c",
                                               *at);
        }
    }
    unique = path[1] != '\0' ? id : talloc_strdup_append_buffer(id, "_root");
    for (int i = 2; json_object_get(draft->ids, unique) != NULL; i++) {
        unique = talloc_asprintf(draft->arena, "%s_%d", id, i);
    }
    return json_object_set_new(draft->ids, unique, json_true()) == 0 ? unique : NULL;
}

static json_t *summary_of(const codev_route *declared, unsigned method, const char *path)
{
    const char *verb = methods[method].verb;

    if (declared->title != NULL) {
        return json_string(declared->title);
    }
    return declared->body != NULL ? json_sprintf("%s %s to %s", verb, declared->body, path)
                                  : json_sprintf("%s %s", verb, path);
}

static int add_segments(json_t *array, const struct route *route, const struct route *named)
{
    int status = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        const enum segment_kind kind = route->segments[i].kind;

        if (kind != SEGMENT_LITERAL) {
            status |= json_array_append_new(
                array, json_pack("{s:s, s:s, s:b, s:o}", "name", named->segments[i].text, "in",
                                 "path", "required", 1, "schema", part_segment(kind)));
        }
    }
    return status;
}

static int add_filters(const struct draft *draft, json_t *array, const codev_filter *filter)
{
    int status = 0;

    for (; filter != NULL && filter->name != NULL; filter++) {
        status |= json_array_append_new(
            array, json_pack("{s:s, s:s, s:o}", "name", filter->name, "in", "query", "schema",
                             part_filter(draft->arena, filter->values)));
    }
    return status;
}

static json_t *parameters_of(const struct draft *draft, const struct route *route,
                             const struct route *named, unsigned traits)
{
    json_t *array = json_array();

    if (add_segments(array, route, named) != 0 ||
        add_filters(draft, array, route->declared->filters) != 0 ||
        part_add_parameters(array, traits) != 0) {
        return part_drop(array);
    }
    return array;
}

/* NULL: it takes none. */
static json_t *body_of(const struct route *route, unsigned traits)
{
    const char *root = route->declared->body;
    json_t *content = json_object();
    int status = 0;

    if ((traits & TRAIT_DOCUMENT) != 0) {
        json_t *xml = json_pack("{s:o}", "schema", part_document(route->plugin, root));

        status |= json_object_set(content, MEDIA_XML, xml);
        status |= json_object_set_new(content, "text/xml", xml);
    }
    if ((traits & TRAIT_FORM) != 0) {
        status |=
            json_object_set_new(content, "application/x-www-form-urlencoded",
                                json_pack("{s:o}", "schema", part_reference("schemas", "Form")));
    }
    if (status != 0 || json_object_size(content) == 0) {
        return part_drop(content);
    }
    return json_pack("{s:b, s:o}", "required", root != NULL, "content", content);
}

/* What it answers with, by media type. Which documents these are no table says. */
static json_t *content_of(const struct draft *draft, const struct route *route)
{
    json_t *content = json_object();
    int status = 0;

    for (const char *at = route->media; *at != '\0'; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");

        status |=
            json_object_set_new(content, talloc_strndup(draft->arena, at, length), json_object());
        at += length;
    }
    return status == 0 ? content : part_drop(content);
}

static json_t *responses_of(const struct draft *draft, const struct route *route, unsigned traits)
{
    json_t *responses = json_object();
    json_t *content = content_of(draft, route);
    int status = 0;

    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        if ((outcomes[i].traits & traits) != 0) {
            status |= json_object_set_new(
                responses, outcomes[i].status,
                json_pack("{s:s, s:o, s:O*}", "description", outcomes[i].description, "headers",
                          part_headers(outcomes[i].headers, OUTCOME_HEADERS_MAX), "content",
                          outcomes[i].has_content ? content : NULL));
        }
    }
    status |= content == NULL ? -1 : part_add_problems(responses, traits);
    json_decref(content);
    return status == 0 ? responses : part_drop(responses);
}

/* One of these is enough; an empty one is nobody in particular. */
static json_t *security_of(unsigned roles)
{
    json_t *any = json_array();
    int status = 0;

    if ((roles & CODEV_VISITOR) != 0) {
        status |= json_array_append_new(any, json_object());
    }
    if ((roles & ~(unsigned)CODEV_VISITOR) != 0) {
        status |= json_array_append_new(any, json_pack("{s:[]}", "bearer"));
        status |= json_array_append_new(any, json_pack("{s:[]}", "cookie"));
    }
    return status == 0 ? any : part_drop(any);
}

/* In the order of enum codev_role. */
static json_t *role_names(unsigned roles)
{
    json_t *names = json_array();
    int status = 0;

    for (unsigned bit = CODEV_VISITOR; bit != 0 && bit <= roles; bit <<= 1) {
        const char *name = bit == CODEV_VISITOR ? "visitor" : role_name(bit);

        if ((roles & bit) != 0 && name != NULL) {
            status |= json_array_append_new(names, json_string(name));
        }
    }
    return status == 0 ? names : part_drop(names);
}

static json_t *operation(const struct draft *draft, const struct route *route,
                         const struct route *named, unsigned method, const char *path)
{
    const codev_route *declared = route->declared;
    const unsigned traits = traits_of(route, method);

    return json_pack("{s:s, s:[s], s:o, s:o, s:o*, s:o, s:o, s:o, s:s*}", "operationId",
                     id_of(draft, methods[method].key, path), "tags",
                     route->plugin->descriptor->name, "summary", summary_of(declared, method, path),
                     "parameters", parameters_of(draft, route, named, traits), "requestBody",
                     body_of(route, traits), "responses", responses_of(draft, route, traits),
                     "security", security_of(declared->roles), "x-codev-roles",
                     role_names(declared->roles), "x-codev-root", declared->body);
}

/* ---- the paths */

static bool same_shape(const struct route *one, const struct route *other)
{
    if (one->segment_count != other->segment_count) {
        return false;
    }
    for (size_t i = 0; i < one->segment_count; i++) {
        const struct segment *a = &one->segments[i];
        const struct segment *b = &other->segments[i];

        if ((a->kind == SEGMENT_LITERAL) != (b->kind == SEGMENT_LITERAL) ||
            (a->kind == SEGMENT_LITERAL && strcmp(a->text, b->text) != 0)) {
            return false;
        }
    }
    return true;
}

/* Paths that differ by the names of their parameters alone are one (OpenAPI 3.1 §4.8.8): that of
 * the first route. */
static const struct route *first_of_shape(const struct registry *registry,
                                          const struct route *route)
{
    const struct route *first = registry->routes;

    while (!same_shape(first, route)) {
        first++;
    }
    return first;
}

static const char *path_template(const struct draft *draft, const struct route *route)
{
    char *path = talloc_strdup(draft->arena, route->segment_count == 0 ? "/" : "");

    for (size_t i = 0; i < route->segment_count; i++) {
        const struct segment *segment = &route->segments[i];

        path = talloc_asprintf_append_buffer(
            path, segment->kind == SEGMENT_LITERAL ? "/%s" : "/{%s}", segment->text);
    }
    return path;
}

static unsigned find_method(const char *name)
{
    unsigned i = 0;

    while (i < METHOD_COUNT && strcmp(methods[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Of two routes of one shape and method, which the kinds of their parameters tell apart, only the
 * first can be told. */
static int add_route(const struct draft *draft, json_t *paths, const struct route *route)
{
    const unsigned method = find_method(route->declared->method);
    const struct route *named = first_of_shape(draft->registry, route);
    const char *path = path_template(draft, named);
    json_t *item = json_object_get(paths, path);

    if (method == METHOD_COUNT || json_object_get(item, methods[method].key) != NULL) {
        return 0;
    }
    if (item == NULL) {
        item = json_object();
        if (json_object_set_new(paths, path, item) != 0) {
            return -1;
        }
    }
    return json_object_set_new(item, methods[method].key,
                               operation(draft, route, named, method, path));
}

static json_t *all_paths(const struct draft *draft)
{
    json_t *paths = json_object();

    for (size_t i = 0; i < draft->registry->route_count; i++) {
        const struct route *route = &draft->registry->routes[i];

        if (add_route(draft, paths, route) != 0) {
            (void)error_set(
                draft->error,
                "The plugin “%s” is refused: its route %s %s has a text that is not UTF-8.",
                route->plugin->descriptor->name, route->declared->method, route->declared->path);
            return part_drop(paths);
        }
    }
    return paths;
}

/* A tag is a plugin. */
static json_t *all_tags(const struct draft *draft)
{
    const struct registry *registry = draft->registry;
    json_t *tags = json_array();
    int status = 0;

    for (size_t i = 0; i < registry->plugin_count; i++) {
        const codev_plugin *plugin = registry->plugins[i].descriptor;

        status |= json_array_append_new(
            tags, json_pack("{s:s, s:o, s:{s:o}}", "name", plugin->name, "description",
                            json_sprintf("Version %s.", plugin->version), "externalDocs", "url",
                            part_schema_address(plugin->schema)));
    }
    return status == 0 ? tags : part_drop(tags);
}

static json_t *whole(const struct draft *draft)
{
    static const char description[] =
        "Documents are XML, valid against the schemas that externalDocs link. HEAD goes with every "
        "GET, OPTIONS with every path. x-codev-roles: who may ask; what of it is theirs is decided "
        "for each thing. x-codev-root: the root element of the document that is sent.";

    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:o, s:o}", "openapi", "3.1.0", "info", "title",
                     "codev", "version", PACKAGE_VERSION, "description", description, "tags",
                     all_tags(draft), "paths", all_paths(draft), "components", part_components());
}

/* The value as text on the context; NULL: none was made. */
static char *text_of(TALLOC_CTX *context, json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    char *copy = text != NULL ? talloc_strdup(context, text) : NULL;

    free(text);
    json_decref(value);
    return copy;
}

const char *openapi_make(TALLOC_CTX *context, const struct registry *registry, struct error *error)
{
    const struct draft draft = {registry, talloc_new(context), json_object(), error};
    const char *made;

    (void)error_set(error, "A plugin is refused: its version is not UTF-8.");
    made = text_of(context, whole(&draft));
    json_decref(draft.ids);
    talloc_free(draft.arena);
    return made;
}

const char *openapi_complete(TALLOC_CTX *context, const char *made, const char *mount)
{
    const char *url = text_of(context, json_string(*mount != '\0' ? mount : "/"));
    char *text = url != NULL ? talloc_asprintf(context, "{\"servers\":[{\"url\":%s}],", url) : NULL;

    return text != NULL ? talloc_strdup_append_buffer(text, made + 1) : NULL;
}
