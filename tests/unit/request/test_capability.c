/* SPDX-License-Identifier: MPL-2.0 */
/* test_capability.c: tokens of links: made, told from others, and hashed before they go anywhere.
 */
#include "../unit.h"

#include "request/request.h"

#include <string.h>

/* SHA-256 by the sha256sum program. */
static const char token[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
static const char token_hash[] = "0f007385b6f9d4b7eeb2748605afe1a9"
                                 "84a0a3bfa3f014d09e2a784ce9e5cd1a";

static const codev_route declared = {.path = "/offers/{token:capability}/acceptance"};
static const struct route route = {
    .declared = &declared,
    .segments = {{SEGMENT_LITERAL, "quotes"},
                 {SEGMENT_LITERAL, "offers"},
                 {SEGMENT_CAPABILITY, "token"},
                 {SEGMENT_TEXT, "other"}},
    .segment_count = 4,
};

static int set_up(void **state)
{
    *state = talloc_zero(NULL, codev_request);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static void a_new_one_is_valid_and_unlike_any_other(void **state)
{
    const char *first = capability_new(*state);
    const char *second = capability_new(*state);

    assert_int_equal(strlen(first), CAPABILITY_LENGTH);
    assert_true(capability_valid(first));
    assert_string_not_equal(first, second);
}

static void only_one_spelling_is_valid(void **state)
{
    static const char *const wrong[] = {
        "",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* 42 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* 44 */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",  /* loose last bits */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  /* padding */
        "AAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAA",
    };

    (void)state;
    assert_true(capability_valid(token));
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        assert_false(capability_valid(wrong[i]));
    }
}

static void take(codev_request *request)
{
    request->route = &route;
    request->path = talloc_asprintf(request, "/quotes/offers/%s/%s", token, token);
    request->segments[0] = "quotes";
    request->segments[1] = "offers";
    request->segments[2] = token;
    request->segments[3] = token;
    assert_int_equal(capability_take(request), 0);
}

static void of_the_path_only_its_hash_is_kept(void **state)
{
    codev_request *request = *state;

    take(request);
    assert_string_equal(request->capability, token_hash);
    assert_string_equal(request->place,
                        talloc_asprintf(request, "/quotes/offers/%s/%s", token_hash, token_hash));
}

static void a_text_with_the_token_is_kept_with_its_hash(void **state)
{
    codev_request *request = *state;
    const char *told = talloc_asprintf(request, "/codev/%s/a/%s", token, token);
    const char *kept = talloc_asprintf(request, "/codev/%s/a/%s", token_hash, token_hash);

    assert_string_equal(capability_hide(request, told), told); /* of a path without one */
    take(request);
    assert_string_equal(capability_hide(request, told), kept);
    assert_string_equal(capability_show(request, kept), told);
    assert_string_equal(capability_hide(request, ""), "");
    assert_string_equal(capability_show(request, "/a"), "/a");
}

static void a_new_one_is_found_where_it_is_told(void **state)
{
    codev_request *request = *state;
    const char *hash;
    const char *first;
    const char *second;

    assert_false(capability_is_told(request, ""));
    first = codev_new_capability(request, &hash);
    second = codev_new_capability(request, &hash);
    assert_true(capability_is_told(request, talloc_asprintf(request, "/a/%s", first)));
    assert_true(capability_is_told(request, talloc_asprintf(request, "/%s/a", second)));
    assert_false(capability_is_told(request, hash));
    assert_false(capability_is_told(request, token));
}

static void a_statement_gets_its_hash(void **state)
{
    codev_request *request = *state;
    struct db_statement statement;
    struct error error;
    const char *const *values;

    take(request);
    assert_int_equal(
        db_statement_compile(request, "{path:token} {path:other}", "r", &statement, &error), 0);
    values = bind_parameters(request, &statement);
    assert_string_equal(values[0], request->capability);
    assert_string_equal(values[1], token); /* of another kind, whatever it looks like */
}

static void a_path_without_one_is_its_own_place(void **state)
{
    static const struct route plain = {.segments = {{SEGMENT_LITERAL, "a"}}, .segment_count = 1};
    codev_request *request = *state;

    request->route = &plain;
    request->path = "/a";
    assert_int_equal(capability_take(request), 0);
    assert_null(request->capability);
    assert_string_equal(request->place, "/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_one_is_valid_and_unlike_any_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_one_spelling_is_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_the_path_only_its_hash_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_with_the_token_is_kept_with_its_hash, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_one_is_found_where_it_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_gets_its_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_without_one_is_its_own_place, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
