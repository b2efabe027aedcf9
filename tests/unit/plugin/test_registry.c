/* SPDX-License-Identifier: MPL-2.0 */
/* test_registry.c: a plugin's descriptor, clause by clause, and its routes taken apart. */
#include "../unit.h"

#include "plugin/registry.h"

#include <string.h>

static const codev_route no_routes[] = {{.method = NULL}};
static const codev_statement no_statements[] = {{NULL}};
static const codev_plugin good = {
    CODEV_PLUGIN_HEAD, "quotes", "0.1.0", "quotes.xsd", no_routes, no_statements, NULL,
};
static struct error error;

static void refuse(const codev_plugin *descriptor, const char *name, const char *reason)
{
    error.text[0] = '\0';
    assert_int_equal(registry_check(descriptor, name, &error), -1);
    if (strstr(error.text, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, reason);
    }
}

static void a_plugin_of_this_api_is_taken(void **state)
{
    (void)state;
    assert_int_equal(registry_check(&good, "quotes", &error), 0);
    assert_int_equal(registry_check(&core_plugin, "core", &error), 0);
}

static void another_major_is_refused(void **state)
{
    codev_plugin other = good;

    (void)state;
    other.api_major = CODEV_API_MAJOR + 1;
    refuse(&other, "quotes", "it was built for API 1.2, this codev has 0.2.");
}

static void a_newer_minor_is_refused(void **state)
{
    codev_plugin other = good;

    (void)state;
    other.api_minor = CODEV_API_MINOR + 1;
    refuse(&other, "quotes", "it was built for API 0.3, this codev has 0.2.");
}

static void another_size_is_refused(void **state)
{
    codev_plugin other = good;

    (void)state;
    other.size = sizeof other + 1;
    refuse(&other, "quotes", "were expected");
    other.size = sizeof other - 1;
    refuse(&other, "quotes", "were expected");
    other.size = 0;
    refuse(&other, "quotes", "its descriptor has 0 bytes");
}

/* Nothing behind api_major, api_minor and size is looked at before these fit: another version may
 * have anything there. */
static void of_another_version_only_the_head_is_read(void **state)
{
    codev_plugin other;

    (void)state;
    memset(&other, 0xa5, sizeof other);
    refuse(&other, "quotes", "it was built for API 42405.42405");
    other.api_major = CODEV_API_MAJOR;
    other.api_minor = CODEV_API_MINOR;
    refuse(&other, "quotes", "bytes");
}

static void the_name_is_the_files(void **state)
{
    codev_plugin other = good;

    (void)state;
    refuse(&good, "contact", "is named “quotes”, “contact” was expected");
    other.name = NULL;
    refuse(&other, "quotes", "“quotes” was expected");
    other.name = "quote";
    refuse(&other, "quotes", "is named “quote”");
}

/* It is a schema and a role in PostgreSQL, a folder and a segment of every path. */
static void a_name_has_letters_digits_and_hyphens(void **state)
{
    static const char *const wrong[] = {
        "",         "Quotes",  "1quotes", "-quotes",
        "quo tes",  "quo/tes", "..",      "quo\"te",
        "quotes\n", "quotés",  "quo_tes", "abcdefghijklmnopqrstuvwxyzabcdefg", /* 33 */
    };
    static const char *const right[] = {"a", "a-1", "abcdefghijklmnopqrstuvwxyzabcdef"};
    codev_plugin other = good;

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        other.name = wrong[i];
        refuse(&other, wrong[i], "is named");
    }
    for (size_t i = 0; i < LENGTH(right); i++) {
        other.name = right[i];
        assert_int_equal(registry_check(&other, right[i], &error), 0);
    }
}

static void what_is_mandatory_is_missed(void **state)
{
    codev_plugin other = good;

    (void)state;
    other.version = NULL;
    refuse(&other, "quotes", "lacks a version");
    other = good;
    other.schema = NULL;
    refuse(&other, "quotes", "lacks");
    other = good;
    other.routes = NULL;
    refuse(&other, "quotes", "lacks");
    other = good;
    other.statements = NULL;
    refuse(&other, "quotes", "lacks");
}

/* ---- routes */

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static struct route compile(void **state, const char *prefix, const char *path)
{
    const codev_route declared = {.method = "GET", .path = path};
    struct route route = {0};

    if (route_compile(*state, prefix, &declared, &route, &error) != 0) {
        fail_msg("%s%s: %s", prefix, path, error.text);
    }
    return route;
}

static void assert_segment(const struct route *route, size_t index, enum segment_kind kind,
                           const char *text)
{
    assert_true(index < route->segment_count);
    assert_int_equal(route->segments[index].kind, kind);
    assert_string_equal(route->segments[index].text, text);
}

static void a_path_is_taken_apart(void **state)
{
    struct route route = compile(state, "/quotes", "/requests/{id}/lines/{number:text}");

    assert_int_equal(route.segment_count, 5);
    assert_segment(&route, 0, SEGMENT_LITERAL, "quotes");
    assert_segment(&route, 1, SEGMENT_LITERAL, "requests");
    assert_segment(&route, 2, SEGMENT_ID, "id");
    assert_segment(&route, 3, SEGMENT_LITERAL, "lines");
    assert_segment(&route, 4, SEGMENT_TEXT, "number");
}

static void a_capability_is_a_segment(void **state)
{
    struct route route = compile(state, "/quotes", "/offers/{token:capability}/refusal");

    assert_segment(&route, 2, SEGMENT_CAPABILITY, "token");
}

static void the_cores_paths_have_no_prefix(void **state)
{
    struct route route = compile(state, "", "/health/live");

    assert_int_equal(route.segment_count, 2);
    route = compile(state, "", "/");
    assert_int_equal(route.segment_count, 0);
}

static void a_path_has_at_most_8_segments(void **state)
{
    const codev_route declared = {.method = "GET", .path = "/b/c/d/e/f/g/h/i"};
    struct route route = compile(state, "/a", "/b/c/d/e/f/g/h");

    assert_int_equal(route.segment_count, ROUTE_SEGMENTS_MAX);
    route = (struct route){0};
    assert_int_equal(route_compile(*state, "/a", &declared, &route, &error), -1);
    assert_non_null(strstr(error.text, "more than 8 segments"));
}

static void broken_paths_are_refused(void **state)
{
    static const char *const wrong[] = {
        "/a//b",
        "//a",
        "/{}",
        "/{id",
        "/{id}x",
        "/{id:uuid}",
        "/{id:}",
        "/{id:texts}",
        "/{:text}",
        "/{:capability}",
        "/{a:capability}/{b:capability}",
        "/{a/b}",
        "requests",
        "",
        "/requests/",
    };

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        const codev_route declared = {.method = "GET", .path = wrong[i]};
        struct route route = {0};

        error.text[0] = '\0';
        if (route_compile(*state, "/quotes", &declared, &route, &error) != -1) {
            fail_msg("the path \"%s\" was taken", wrong[i]);
        }
        assert_string_not_equal(error.text, "");
    }
}

static void media_types_are_words(void **state)
{
    static const char *const wrong[] = {"",
                                        "text",
                                        "text/",
                                        "/html",
                                        "text/html  text/plain",
                                        " text/html",
                                        "a/b ",
                                        "a/b text",
                                        "a/b c/d e/f g/h i/j k/l m/n o/p q/r" /* 9 */};
    static const char *const right[] = {"text/html", "text/html application/xml",
                                        "a/b c/d e/f g/h i/j k/l m/n o/p"};
    codev_route declared = {.method = "GET", .path = "/"};
    struct route route = {0};

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        declared.media = wrong[i];
        if (route_compile(*state, "", &declared, &route, &error) != -1) {
            fail_msg("the media types \"%s\" were taken", wrong[i]);
        }
    }
    for (size_t i = 0; i < LENGTH(right); i++) {
        declared.media = right[i];
        assert_int_equal(route_compile(*state, "", &declared, &route, &error), 0);
        assert_string_equal(route.media, right[i]);
    }
    declared.media = NULL;
    assert_int_equal(route_compile(*state, "", &declared, &route, &error), 0);
    assert_string_equal(route.media, "application/xml");
    declared.page = "a.xsl";
    assert_int_equal(route_compile(*state, "", &declared, &route, &error), 0);
    assert_string_equal(route.media, "application/xml text/html");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_of_this_api_is_taken),
        cmocka_unit_test(another_major_is_refused),
        cmocka_unit_test(a_newer_minor_is_refused),
        cmocka_unit_test(another_size_is_refused),
        cmocka_unit_test(of_another_version_only_the_head_is_read),
        cmocka_unit_test(the_name_is_the_files),
        cmocka_unit_test(a_name_has_letters_digits_and_hyphens),
        cmocka_unit_test(what_is_mandatory_is_missed),
        cmocka_unit_test(a_path_is_taken_apart),
        cmocka_unit_test(a_capability_is_a_segment),
        cmocka_unit_test(the_cores_paths_have_no_prefix),
        cmocka_unit_test(a_path_has_at_most_8_segments),
        cmocka_unit_test(broken_paths_are_refused),
        cmocka_unit_test(media_types_are_words),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
