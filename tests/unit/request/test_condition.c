/* SPDX-License-Identifier: MPL-2.0 */
/* test_condition.c: If-Match and If-None-Match (RFC 9110 §13.1) into what may be changed. */
#include "../unit.h"

#include "request/request.h"

#include <stdlib.h>
#include <string.h>

static const codev_route declared = {.method = "PUT"};
static const codev_route demanding = {.method = "POST", .if_match = 1};
static struct route route = {.declared = &declared};

static codev_request *new_request(const char *method, const char *match, const char *none_match)
{
    codev_request *request = talloc_zero(NULL, codev_request);

    assert_non_null(request);
    request->route = &route;
    request->method = method;
    request->if_match = match;
    request->if_none_match = none_match;
    return request;
}

/* What a write of those headers may change; "any", or "400". */
static void check(const char *method, const char *match, const char *none_match, const char *wanted)
{
    codev_request *request = new_request(method, match, none_match);
    const char *found = condition_check(request) != 0 ? "400"
                        : request->versions == NULL   ? "any"
                                                      : request->versions;

    if (strcmp(found, wanted) != 0) {
        fail_msg("%s, If-Match %s, If-None-Match %s: %s", method, match, none_match, found);
    }
    assert_int_equal(request->problem,
                     strcmp(found, "400") == 0 ? PROBLEM_INVALID_PRECONDITION : PROBLEM_NONE);
    talloc_free(request);
}

static void what_is_not_named_is_not_overwritten(void **state)
{
    (void)state;
    check("PUT", "", "", "{}");
    check("DELETE", "", "", "{}");
    check("POST", "", "", "any");
    route.declared = &demanding;
    check("POST", "", "", "{}");
    route.declared = &declared;
}

static void the_versions_are_those_of_the_tags(void **state)
{
    (void)state;
    check("PUT", "*", "", "any");
    check("PUT", "\"1\"", "", "{1}");
    check("POST", "\"1\"", "", "{1}");
    check("PUT", "\"1\",\"2\"", "", "{1,2}");
    check("PUT", " ,\"1\" , , \"2\", ", "", "{1,2}");
    check("PUT", "\"1\", \"abc\", W/\"3\", \"\", \"4\"", "", "{1,4}");
}

static void no_tag_slips_through_that_is_no_version(void **state)
{
    (void)state;
    check("PUT", "W/\"1\"", "", "{}"); /* RFC 9110 §8.8.3.2: a weak tag equals nothing */
    check("PUT", "\"1}\"", "", "{}");
    check("PUT", "\"1,2\"", "", "{}");
    check("PUT", "\"NULL\"", "", "{}");
    check("PUT", "\"-1\"", "", "{}");
    check("PUT", "\"\xc3\xa9\"", "", "400");
    check("PUT", "\"999999999999999999\"", "", "{999999999999999999}"); /* 18 digits */
    check("PUT", "\"1000000000000000000\"", "", "{}");                  /* 19 */
}

static void what_cannot_be_read_is_refused(void **state)
{
    static const char *const wrong[] = {
        "1",  "\"1",     "1\"",      "\"1\"\"2\"", "\"1\" \"2\"", "W/1", "w/\"1\"",
        "W/", "\"a b\"", "\"1\";x",  "*,\"1\"",    "\"1\",*",     "**",  ",",
        " ",  "'1'",     "\"\x7f\"", "\"\t\"",     "\"1\",\"2"};

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        check("PUT", wrong[i], "", "400");
        check("GET", wrong[i], "", "400");
        check("GET", "", wrong[i], "400");
        check("PUT", "*", wrong[i], "400");
    }
}

static void a_list_has_at_most_1024_bytes(void **state)
{
    char list[REQUEST_CONDITION_MAX + 2];

    (void)state;
    memset(list, ',', sizeof list);
    memcpy(list, "\"1\"", 3);
    list[REQUEST_CONDITION_MAX] = '\0';
    check("PUT", list, "", "{1}");
    list[REQUEST_CONDITION_MAX] = ',';
    list[REQUEST_CONDITION_MAX + 1] = '\0';
    check("PUT", list, "", "400");
    check("GET", "", list, "400");
}

static void if_none_match_of_a_write_is_the_star_alone(void **state)
{
    (void)state;
    check("PUT", "", "*", "{}");
    check("PUT", "*", "*", "{}"); /* contradict one another: nothing can be meant */
    check("PUT", "\"1\"", "\"2\"", "400");
    check("POST", "", "W/\"2\"", "400");
    check("GET", "", "W/\"2\", \"abc\"", "any");
    check("HEAD", "\"1\"", "*", "any");
}

static void a_header_cut_anywhere_is_read_within_its_bounds(void **state)
{
    static const char whole[] = " \"1\", W/\"22\" ,\"abc\"";

    (void)state;
    for (size_t length = 0; length < sizeof whole; length++) {
        char *cut = strndup(whole, length);
        codev_request *request = new_request("PUT", cut, "");

        (void)condition_check(request);
        talloc_free(request);
        free(cut);
    }
}

/* ---- reading */

static void check_read(const char *match, const char *none_match, int status)
{
    codev_request *request = new_request("GET", match, none_match);

    request->etag = "7";
    request->status = 200;
    if (status == 412) {
        assert_int_equal(condition_holds(request), -1);
        assert_int_equal(request->problem, PROBLEM_PRECONDITION_FAILED);
    } else {
        assert_int_equal(condition_holds(request), 0);
        assert_int_equal(request->status, status);
    }
    talloc_free(request);
}

static void a_reader_is_spared_what_it_has(void **state)
{
    (void)state;
    check_read("", "", 200);
    check_read("", "\"7\"", 304);
    check_read("", "\"6\", W/\"7\"", 304); /* the weak comparison */
    check_read("", "*", 304);
    check_read("", "\"77\"", 200);
    check_read("", "\"\"", 200);
    check_read("\"7\"", "", 200);
    check_read("*", "", 200);
    check_read("W/\"7\"", "", 412);
    check_read("\"6\"", "\"7\"", 412); /* §13.2.2: If-Match comes first */
    check_read("\"7\"", "\"7\"", 304);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_named_is_not_overwritten),
        cmocka_unit_test(the_versions_are_those_of_the_tags),
        cmocka_unit_test(no_tag_slips_through_that_is_no_version),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(a_list_has_at_most_1024_bytes),
        cmocka_unit_test(if_none_match_of_a_write_is_the_star_alone),
        cmocka_unit_test(a_header_cut_anywhere_is_read_within_its_bounds),
        cmocka_unit_test(a_reader_is_spared_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
