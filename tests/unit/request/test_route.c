/* SPDX-License-Identifier: MPL-2.0 */
/* test_route.c: paths and methods against the routes of a small registry. */
#include "../unit.h"

#include "request/request.h"

#include "base/clock.h"

#include <string.h>

#define ID "019ab0c2-7e1f-7b3a-8c4d-0123456789ab"

/* In no order that would make matching easy. */
static const codev_route declared[] = {
    {.method = "GET", .path = "/"},
    {.method = "GET", .path = "/things"},
    {.method = "POST", .path = "/things"},
    {.method = "GET", .path = "/things/{id}"},
    {.method = "PUT", .path = "/things/{id}"},
    {.method = "DELETE", .path = "/things/{id}"},
    {.method = "GET", .path = "/things/latest"},
    {.method = "POST", .path = "/things/{id}/parts/{part}"},
    {.method = "GET", .path = "/named/{name:text}"},
    {.method = "GET", .path = "/a/b/c/d/e/f/g/h"},
};

static const codev_plugin descriptor = {.name = "things"};

struct fixture {
    struct plugin plugin;
    struct route routes[LENGTH(declared)];
    struct registry registry;
    struct service service;
};

static int set_up(void **state)
{
    struct fixture *fixture = talloc_zero(NULL, struct fixture);
    struct error error;

    for (size_t i = 0; i < LENGTH(declared); i++) {
        assert_int_equal(route_compile(fixture, "", &declared[i], &fixture->routes[i], &error), 0);
        fixture->routes[i].plugin = &fixture->plugin;
    }
    fixture->plugin.descriptor = &descriptor;
    fixture->registry.plugins = &fixture->plugin;
    fixture->registry.routes = fixture->routes;
    fixture->registry.route_count = LENGTH(declared);
    fixture->service.registry = &fixture->registry;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static codev_request *request_of(void **state, const char *method, const char *path)
{
    const struct fixture *fixture = *state;
    codev_request *request = talloc_zero(*state, codev_request);

    request->service = &fixture->service;
    request->method = method;
    request->path = path;
    return request;
}

static codev_request *expect_route(void **state, const char *method, const char *path,
                                   const char *wanted)
{
    codev_request *request = request_of(state, method, path);

    if (request_route(request) != 0) {
        fail_msg("%s %s has no route", method, path);
    }
    assert_string_equal(request->route->declared->path, wanted);
    return request;
}

static void expect_not_found(void **state, const char *path)
{
    codev_request *request = request_of(state, "GET", path);

    if (request_route(request) != -1 || request->problem != PROBLEM_NOT_FOUND) {
        fail_msg("%s was found", path);
    }
    assert_null(request->route);
}

static void literals_match_exactly(void **state)
{
    (void)expect_route(state, "GET", "/", "/");
    (void)expect_route(state, "GET", "/things", "/things");
    (void)expect_route(state, "GET", "/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f/g/h");
    expect_not_found(state, "/thing");
    expect_not_found(state, "/thingss");
    expect_not_found(state, "/Things");
    expect_not_found(state, "/things/");
    expect_not_found(state, "/things/latest/");
    expect_not_found(state, "/a/b/c/d/e/f/g");
    expect_not_found(state, "/a/b/c/d/e/f/g/h/i");
    expect_not_found(state, "/a/b/c/d/e/f/g/h/i/j/k/l/m/n");
}

static void an_id_is_a_uuid(void **state)
{
    codev_request *request = expect_route(state, "GET", "/things/" ID, "/things/{id}");

    assert_string_equal(codev_path_parameter(request, "id"), ID);
    assert_null(codev_path_parameter(request, "things"));
    assert_null(codev_path_parameter(request, ""));
    expect_not_found(state, "/things/1");
    expect_not_found(state, "/things/" ID "0");
    expect_not_found(state, "/things/{id}");
    expect_not_found(state, "/things/" ID "/");
}

static void a_literal_beside_an_id_is_found(void **state)
{
    (void)expect_route(state, "GET", "/things/latest", "/things/latest");
}

static void several_parameters_keep_their_places(void **state)
{
    static const char other[] = "ffffffff-ffff-7fff-bfff-ffffffffffff";
    codev_request *request = expect_route(state, "POST",
                                          "/things/" ID "/parts/ffffffff-ffff-7fff-bfff-"
                                          "ffffffffffff",
                                          "/things/{id}/parts/{part}");

    assert_string_equal(codev_path_parameter(request, "id"), ID);
    assert_string_equal(codev_path_parameter(request, "part"), other);
}

static void a_text_is_one_segment_of_1_to_128_bytes(void **state)
{
    char path[sizeof "/named/" + ROUTE_TEXT_MAX + 1] = "/named/";
    const size_t prefix = strlen(path);

    assert_string_equal(
        codev_path_parameter(expect_route(state, "GET", "/named/7K3F9 é", "/named/{name:text}"),
                             "name"),
        "7K3F9 é");
    memset(path + prefix, 'x', ROUTE_TEXT_MAX);
    (void)expect_route(state, "GET", path, "/named/{name:text}");
    path[prefix + ROUTE_TEXT_MAX] = 'x';
    expect_not_found(state, path);
    expect_not_found(state, "/named/");
    expect_not_found(state, "/named");
    expect_not_found(state, "/named/a/b");
}

static void head_is_answered_by_get(void **state)
{
    codev_request *request = expect_route(state, "HEAD", "/things", "/things");

    assert_string_equal(request->route->declared->method, "GET");
}

static void expect_allow(void **state, const char *method, const char *path, const char *allow)
{
    codev_request *request = request_of(state, method, path);

    assert_int_equal(request_route(request), -1);
    assert_int_equal(request->problem, PROBLEM_METHOD_NOT_ALLOWED);
    assert_string_equal(request->allow, allow);
}

static void another_method_is_told_which_there_are(void **state)
{
    expect_allow(state, "DELETE", "/things", "GET, HEAD, POST, OPTIONS");
    expect_allow(state, "POST", "/things/" ID, "GET, HEAD, PUT, DELETE, OPTIONS");
    expect_allow(state, "HEAD", "/things/" ID "/parts/" ID, "POST, OPTIONS");
    expect_allow(state, "get", "/things", "GET, HEAD, POST, OPTIONS");
    expect_allow(state, "", "/", "GET, HEAD, OPTIONS");
}

static void options_is_answered_by_the_route_table(void **state)
{
    codev_request *request = request_of(state, "OPTIONS", "/things");

    assert_int_equal(request_route(request), -1);
    assert_int_equal(request->problem, PROBLEM_NONE);
    assert_int_equal(request->status, 204);
    assert_string_equal(request->allow, "GET, HEAD, POST, OPTIONS");
}

static void a_path_that_nobody_has_is_404_for_every_method(void **state)
{
    codev_request *request = request_of(state, "PATCH", "/nothing");

    assert_int_equal(request_route(request), -1);
    assert_int_equal(request->problem, PROBLEM_NOT_FOUND);
}

static void the_path_itself_is_not_changed(void **state)
{
    codev_request *request = expect_route(state, "GET", "/things/" ID, "/things/{id}");

    assert_string_equal(request->path, "/things/" ID);
}

/* Five deaths in it have closed a plugin (board.h). */
static void a_closed_plugin_answers_503_until_it_opens(void **state)
{
    struct fixture *fixture = *state;
    struct board_plugin entry = {.name = "things"};
    struct board_plugin *switches[] = {&entry};
    codev_request *request = request_of(state, "GET", "/things");

    fixture->service.switches = switches;
    entry.closed_until = clock_steady() + 30 * INT64_C(1000000);
    assert_int_equal(request_route(request), -1);
    assert_int_equal(request->problem, PROBLEM_PLUGIN_CLOSED);
    assert_int_equal(request->closed, 30);
    entry.closed_until = clock_steady();
    (void)expect_route(state, "GET", "/things", "/things");
    fixture->service.switches = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_match_exactly),
        cmocka_unit_test(an_id_is_a_uuid),
        cmocka_unit_test(a_literal_beside_an_id_is_found),
        cmocka_unit_test(several_parameters_keep_their_places),
        cmocka_unit_test(a_text_is_one_segment_of_1_to_128_bytes),
        cmocka_unit_test(head_is_answered_by_get),
        cmocka_unit_test(another_method_is_told_which_there_are),
        cmocka_unit_test(options_is_answered_by_the_route_table),
        cmocka_unit_test(a_path_that_nobody_has_is_404_for_every_method),
        cmocka_unit_test(the_path_itself_is_not_changed),
        cmocka_unit_test(a_closed_plugin_answers_503_until_it_opens),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
