/* SPDX-License-Identifier: MPL-2.0 */
/* test_openapi.c: tables of routes as an OpenAPI document; all kinds of routes, also those that the
 * plugins of today lack. */
#include "../unit.h"

#include "request/openapi.h"
#include "xml/startup.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTES_MAX = 200 };

static int handler(codev_request *request)
{
    (void)request;
    return CODEV_FAILED;
}

static const codev_filter filters[] = {
    {"status", "draft  sent "},
    {"organisation", NULL},
    {NULL, NULL},
};

#define EVERY .roles = CODEV_ANYONE, .handle = handler
static const codev_route things[] = {
    {.method = "GET", .path = "/", EVERY},
    {.method = "GET", .path = "/things", .roles = CODEV_STAFF, .filters = filters},
    {.method = "POST", .path = "/things", .body = "quote-request", .form = handler, EVERY},
    {.method = "GET", .path = "/things/{id}", .page = "a.xsl", .title = "Une chose", EVERY},
    {.method = "PUT",
     .path = "/things/{thing}",
     .roles = CODEV_STAFF | CODEV_MANAGER,
     .body = "quote-request",
     .form = handler},
    {.method = "DELETE", .path = "/things/{id}", .roles = CODEV_ADMIN},
    {.method = "GET", .path = "/things/{name:text}", EVERY},
    {.method = "POST", .path = "/things/{id}/parts/{name:text}", .roles = CODEV_SIGNED_IN},
    {.method = "POST",
     .path = "/things/{id}/moves",
     .roles = CODEV_FACILITATOR | CODEV_SYSTEM,
     .body = "quote-request",
     .if_match = 1},
    {.method = "GET", .path = "/offers/{token:capability}", EVERY},
    {.method = "GET", .path = "/things/id", .media = "application/pdf text/calendar", EVERY},
    {.method = "GET", .path = "/things-id", .roles = CODEV_VISITOR},
    {.method = NULL},
};

static const codev_plugin plugin = {.name = "quotes", .version = "7.1.0", .schema = "quotes.xsd"};

struct fixture {
    struct plugin plugin;
    struct route routes[ROUTES_MAX];
    struct registry registry;
    json_t *document;
};

static void add_routes(struct fixture *fixture, const codev_route *declared)
{
    struct error error;

    for (; declared->method != NULL; declared++) {
        struct route *route = &fixture->routes[fixture->registry.route_count++];

        route->plugin = &fixture->plugin;
        assert_int_equal(route_compile(fixture, "", declared, route, &error), 0);
    }
}

static json_t *written(struct fixture *fixture, const char *mount)
{
    struct error error;
    const char *made = openapi_make(fixture, &fixture->registry, &error);

    assert_non_null(made);
    return json_loads(openapi_complete(fixture, made, mount), JSON_REJECT_DUPLICATES, NULL);
}

static struct fixture *fixture_of(const codev_route *declared)
{
    struct fixture *fixture = talloc_zero(NULL, struct fixture);
    char *path = talloc_asprintf(fixture, "%s/schemas/quotes.xsd", getenv("TEST_DATA"));
    struct error error;

    fixture->plugin.descriptor = &plugin;
    fixture->plugin.schema = xml_schema_load(fixture, path, &error);
    assert_non_null(fixture->plugin.schema);
    fixture->registry.plugins = &fixture->plugin;
    fixture->registry.plugin_count = 1;
    fixture->registry.routes = fixture->routes;
    add_routes(fixture, declared);
    return fixture;
}

static int set_up(void **state)
{
    struct fixture *fixture;

    xml_startup();
    fixture = fixture_of(things);
    fixture->document = written(fixture, "/codev");
    *state = fixture;
    return fixture->document != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    json_decref(fixture->document);
    return talloc_free(fixture);
}

/* The value at the end of a way of keys and places; fails where there is none. */
static json_t *at(json_t *value, const char *const *way)
{
    for (; *way != NULL; way++) {
        json_t *next = json_is_array(value) ? json_array_get(value, strtoul(*way, NULL, 10))
                                            : json_object_get(value, *way);

        if (next == NULL) {
            fail_msg("there is no %s", *way);
        }
        value = next;
    }
    return value;
}
#define AT(value, ...) at(value, (const char *const[]){__VA_ARGS__, NULL})
#define OPERATION(state, path, method)                                                             \
    AT(((struct fixture *)*(state))->document, "paths", path, method)

/* Compare with JSON that is written with ' in place of ". */
static void assert_json(json_t *value, const char *wanted)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    for (char *quote = text; (quote = strchr(quote, '"')) != NULL;) {
        *quote = '\'';
    }
    assert_string_equal(text, wanted);
    free(text);
}

/* The keys of an object, in their order, with a space between. */
static void assert_keys(json_t *object, const char *wanted)
{
    char *keys = talloc_strdup(NULL, "");
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        keys = talloc_asprintf_append(keys, "%s%s", *keys != '\0' ? " " : "", key);
    }
    assert_string_equal(keys, wanted);
    talloc_free(keys);
}

static void every_path_is_there_once(void **state)
{
    const struct fixture *fixture = *state;

    assert_keys(AT(fixture->document, "paths"),
                "/ /things /things/{id} /things/{id}/parts/{name} /things/{id}/moves "
                "/offers/{token} /things/id /things-id");
    assert_keys(AT(fixture->document, "paths", "/things"), "get post");
    assert_keys(AT(fixture->document, "paths", "/things/{id}"), "get put delete");
}

static void the_server_is_the_mount_point(void **state)
{
    static const struct {
        const char *mount, *servers;
    } table[] = {
        {"/codev", "[{'url':'/codev'}]"},
        {"", "[{'url':'/'}]"},
        {"/a\\b/é", "[{'url':'/a\\\\b/é'}]"},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        json_t *document = written(*state, table[i].mount);

        assert_json(AT(document, "servers"), table[i].servers);
        assert_json(AT(document, "openapi"), "'3.1.0'");
        assert_int_equal(json_object_size(document), 6);
        json_decref(document);
    }
}

static void a_tag_is_a_plugin_with_its_schema(void **state)
{
    const struct fixture *fixture = *state;

    assert_json(AT(fixture->document, "tags"), "[{'name':'quotes','description':'Version 7.1.0.',"
                                               "'externalDocs':{'url':'schemas/quotes.xsd'}}]");
    assert_json(AT(OPERATION(state, "/things", "get"), "tags"), "['quotes']");
}

static void ids_of_operations_are_unique(void **state)
{
    assert_json(AT(OPERATION(state, "/", "get"), "operationId"), "'get_root'");
    assert_json(AT(OPERATION(state, "/things/{id}", "get"), "operationId"), "'get_things_id'");
    assert_json(AT(OPERATION(state, "/things/id", "get"), "operationId"), "'get_things_id_2'");
    assert_json(AT(OPERATION(state, "/things-id", "get"), "operationId"), "'get_things_id_3'");
    assert_json(AT(OPERATION(state, "/things/{id}", "put"), "operationId"), "'put_things_id'");
}

static void a_title_is_the_summary(void **state)
{
    assert_json(AT(OPERATION(state, "/things/{id}", "get"), "summary"), "'Une chose'");
    assert_json(AT(OPERATION(state, "/things/id", "get"), "summary"), "'Read /things/id'");
    assert_json(AT(OPERATION(state, "/things", "post"), "summary"),
                "'Post quote-request to /things'");
}

static void parameters_of_the_path_have_the_names_of_its_first_route(void **state)
{
    static const char id[] = "{'name':'id','in':'path','required':true,"
                             "'schema':{'type':'string','format':'uuid'}}";

    assert_json(AT(OPERATION(state, "/things/{id}", "get"), "parameters", "0"), id);
    assert_json(AT(OPERATION(state, "/things/{id}", "put"), "parameters", "0"), id);
    assert_json(AT(OPERATION(state, "/things/{id}/parts/{name}", "post"), "parameters", "1"),
                "{'name':'name','in':'path','required':true,"
                "'schema':{'type':'string','minLength':1,'maxLength':128}}");
    assert_json(AT(OPERATION(state, "/offers/{token}", "get"), "parameters", "0"),
                "{'name':'token','in':'path','required':true,'schema':{'type':'string',"
                "'pattern':'^[A-Za-z0-9_-]*[AEIMQUYcgkosw048]$',"
                "'description':'The token of a link: who has it may use the route.',"
                "'minLength':43,'maxLength':43}}");
}

static void lists_have_their_filters_and_pages(void **state)
{
    assert_json(AT(OPERATION(state, "/things", "get"), "parameters"),
                "[{'name':'status','in':'query',"
                "'schema':{'type':'string','enum':['draft','sent']}},"
                "{'name':'organisation','in':'query','schema':{'type':'string','format':'uuid'}},"
                "{'$ref':'#/components/parameters/limit'},"
                "{'$ref':'#/components/parameters/after'},"
                "{'$ref':'#/components/parameters/If-None-Match'},"
                "{'$ref':'#/components/parameters/X-Request-Id'}]");
    assert_json(AT(OPERATION(state, "/things", "get"), "responses", "200", "headers", "Link"),
                "{'$ref':'#/components/headers/Link'}");
    assert_json(AT(OPERATION(state, "/", "get"), "parameters"),
                "[{'$ref':'#/components/parameters/If-None-Match'},"
                "{'$ref':'#/components/parameters/X-Request-Id'}]");
}

static void writes_take_their_header_fields(void **state)
{
    static const char if_match[] = "{'$ref':'#/components/parameters/If-Match'}";

    assert_json(AT(OPERATION(state, "/things/{id}", "put"), "parameters", "1"), if_match);
    assert_json(AT(OPERATION(state, "/things/{id}", "delete"), "parameters", "1"), if_match);
    assert_json(AT(OPERATION(state, "/things/{id}/moves", "post"), "parameters", "1"), if_match);
    assert_json(AT(OPERATION(state, "/things", "post"), "parameters"),
                "[{'$ref':'#/components/parameters/Idempotency-Key'},"
                "{'$ref':'#/components/parameters/X-Request-Id'}]");
}

static void a_document_is_told_by_its_root_and_schema(void **state)
{
    static const char schema[] =
        "{'type':'object','xml':{'name':'quote-request','namespace':'urn:codev:quotes:1'},"
        "'externalDocs':{'description':'quote-request','url':'schemas/quotes.xsd'}}";
    json_t *post = OPERATION(state, "/things", "post");
    json_t *put = OPERATION(state, "/things/{id}", "put");

    assert_json(AT(post, "x-codev-root"), "'quote-request'");
    assert_keys(AT(post, "requestBody", "content"),
                "application/xml text/xml application/x-www-form-urlencoded");
    assert_json(AT(post, "requestBody", "content", "application/xml", "schema"), schema);
    assert_json(AT(post, "requestBody", "content", "text/xml", "schema"), schema);
    assert_keys(AT(put, "requestBody", "content"), "application/xml text/xml");
    assert_json(AT(post, "requestBody", "required"), "true");
    assert_null(json_object_get(OPERATION(state, "/things/{id}", "delete"), "requestBody"));
    assert_null(json_object_get(OPERATION(state, "/things/{id}", "delete"), "x-codev-root"));
}

static void an_action_takes_the_form_of_a_button(void **state)
{
    json_t *post = OPERATION(state, "/things/{id}/parts/{name}", "post");

    assert_json(AT(post, "requestBody"),
                "{'required':false,'content':{'application/x-www-form-urlencoded':"
                "{'schema':{'$ref':'#/components/schemas/Form'}}}}");
    assert_null(json_object_get(post, "x-codev-root"));
}

static void responses_follow_the_rules_of_the_core(void **state)
{
    static const struct {
        const char *path, *method, *responses;
    } table[] = {
        {"/", "get", "200 304 400 401 406 503 default"},
        {"/things", "get", "200 304 400 401 403 406 503 default"},
        {"/things", "post", "200 201 303 400 401 403 406 409 413 415 422 429 503 default"},
        {"/things/{id}", "get", "200 304 400 401 404 406 503 default"},
        {"/things/{id}", "put",
         "200 201 400 401 403 404 406 409 412 413 415 422 428 429 503 default"},
        {"/things/{id}", "delete", "204 400 401 403 404 406 409 412 428 429 503 default"},
        {"/things/{id}/parts/{name}", "post",
         "200 201 204 303 400 401 403 404 406 409 413 415 422 429 503 default"},
        {"/things/{id}/moves", "post",
         "200 201 400 401 403 404 406 409 412 413 415 422 428 429 503 default"},
        {"/things-id", "get", "200 304 400 401 403 406 503 default"},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        assert_keys(AT(OPERATION(state, table[i].path, table[i].method), "responses"),
                    table[i].responses);
    }
}

static void answers_have_the_media_types_of_the_route(void **state)
{
    assert_keys(AT(OPERATION(state, "/", "get"), "responses", "200", "content"), "application/xml");
    assert_keys(AT(OPERATION(state, "/things/{id}", "get"), "responses", "200", "content"),
                "application/xml text/html");
    assert_keys(AT(OPERATION(state, "/things/id", "get"), "responses", "200", "content"),
                "application/pdf text/calendar");
    assert_keys(AT(OPERATION(state, "/things", "post"), "responses", "303"), "description headers");
}

static void roles_are_told_in_their_order(void **state)
{
    static const struct {
        const char *path, *method, *roles, *security;
    } table[] = {
        {"/", "get", "['visitor','participant','facilitator','manager','staff','admin']",
         "[{},{'bearer':[]},{'cookie':[]}]"},
        {"/things/{id}", "put", "['manager','staff']", "[{'bearer':[]},{'cookie':[]}]"},
        {"/things/{id}", "delete", "['admin']", "[{'bearer':[]},{'cookie':[]}]"},
        {"/things-id", "get", "['visitor']", "[{}]"},
        {"/things/{id}/moves", "post", "['facilitator','system']", "[{'bearer':[]},{'cookie':[]}]"},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        assert_json(AT(OPERATION(state, table[i].path, table[i].method), "x-codev-roles"),
                    table[i].roles);
        assert_json(AT(OPERATION(state, table[i].path, table[i].method), "security"),
                    table[i].security);
    }
}

/* Every reference leads somewhere. */
static void resolve(json_t *document, json_t *value)
{
    const json_t *reference = json_object_get(value, "$ref");
    const char *key;
    json_t *member;
    size_t index;

    if (reference != NULL) {
        char kind[64], name[64];

        assert_int_equal(
            sscanf(json_string_value(reference), "#/components/%63[^/]/%63s", kind, name), 2);
        (void)AT(document, "components", kind, name);
    }
    json_object_foreach(value, key, member)
    {
        resolve(document, member);
    }
    json_array_foreach(value, index, member)
    {
        resolve(document, member);
    }
}

static void every_reference_leads_somewhere(void **state)
{
    const struct fixture *fixture = *state;

    resolve(fixture->document, fixture->document);
}

static void texts_that_are_not_utf_8_make_no_document(void **state)
{
    static const codev_filter name[] = {{"\xff", NULL}, {NULL, NULL}};
    static const codev_filter words[] = {{"status", "a \xff b"}, {NULL, NULL}};
    static const codev_route wrong[][2] = {
        {{.method = "GET", .path = "/", .title = "\xc3", EVERY}, {.method = NULL}},
        {{.method = "GET", .path = "/caf\xe9", EVERY}, {.method = NULL}},
        {{.method = "GET", .path = "/{caf\xe9}", EVERY}, {.method = NULL}},
        {{.method = "GET", .path = "/", .filters = name, EVERY}, {.method = NULL}},
        {{.method = "GET", .path = "/", .filters = words, EVERY}, {.method = NULL}},
        {{.method = "POST", .path = "/", .body = "\xe9", .form = handler, EVERY}, {.method = NULL}},
        {{.method = "GET", .path = "/", .media = "a/\xe9 b/c", EVERY}, {.method = NULL}},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        struct fixture *fixture = fixture_of(wrong[i]);
        struct error error;

        if (openapi_make(fixture, &fixture->registry, &error) != NULL) {
            fail_msg("the document was made all the same: %zu", i);
        }
        assert_non_null(strstr(error.text, "“quotes” is refused: its route "));
        talloc_free(fixture);
    }
}

static void two_hundred_routes_are_told(void **state)
{
    struct fixture *fixture = fixture_of(&(codev_route){.method = NULL});
    codev_route *many = talloc_zero_array(fixture, codev_route, ROUTES_MAX + 1);
    json_t *document;

    (void)state;
    for (int i = 0; i < ROUTES_MAX; i++) {
        many[i] = things[i % 4];
        many[i].path = talloc_asprintf(many, "/things/{id}/%d", i / 4 * 4 + (i % 4 == 3));
    }
    add_routes(fixture, many);
    document = written(fixture, "/codev");
    assert_non_null(document);
    resolve(document, document);
    json_decref(document);
    talloc_free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_is_there_once),
        cmocka_unit_test(the_server_is_the_mount_point),
        cmocka_unit_test(a_tag_is_a_plugin_with_its_schema),
        cmocka_unit_test(ids_of_operations_are_unique),
        cmocka_unit_test(a_title_is_the_summary),
        cmocka_unit_test(parameters_of_the_path_have_the_names_of_its_first_route),
        cmocka_unit_test(lists_have_their_filters_and_pages),
        cmocka_unit_test(writes_take_their_header_fields),
        cmocka_unit_test(a_document_is_told_by_its_root_and_schema),
        cmocka_unit_test(an_action_takes_the_form_of_a_button),
        cmocka_unit_test(responses_follow_the_rules_of_the_core),
        cmocka_unit_test(answers_have_the_media_types_of_the_route),
        cmocka_unit_test(roles_are_told_in_their_order),
        cmocka_unit_test(every_reference_leads_somewhere),
        cmocka_unit_test(texts_that_are_not_utf_8_make_no_document),
        cmocka_unit_test(two_hundred_routes_are_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
