/* SPDX-License-Identifier: MPL-2.0 */
/* test_form_token.c: a form's token is ours, this plugin's, this principal's, and not too old. */
#include "../unit.h"

#include "request/request.h"

#include <string.h>

static const unsigned char key[32] = "a key of thirty-two bytes, or so";
static const unsigned char other_key[32] = "another key of thirty-two bytes.";
static struct service service = {.form_key = key};

static int some_form(codev_request *request)
{
    (void)request;
    return CODEV_FAILED;
}

static const codev_plugin quotes = {.name = "quotes"}, contact = {.name = "contact"};
static const struct plugin quotes_plugin = {.descriptor = &quotes};
static const struct plugin contact_plugin = {.descriptor = &contact};
static const codev_route with_form = {.form = some_form}, without_form = {0};
static const struct route quotes_route = {.plugin = &quotes_plugin, .declared = &with_form};
static const struct route contact_route = {.plugin = &contact_plugin, .declared = &with_form};
static const struct route button_route = {.plugin = &quotes_plugin, .declared = &without_form};

static const int64_t opened = INT64_C(1800000000) * 1000000;

/* A form post with that token, sent so many seconds after it was opened. */
static codev_request *new_request(void *arena, const char *token, int64_t later)
{
    codev_request *request = talloc_zero(arena, codev_request);
    struct xml_field *field = talloc_zero(request, struct xml_field);

    *field = (struct xml_field){"_form", token};
    request->service = &service;
    request->route = &quotes_route;
    request->is_form = true;
    request->arrived = opened + later * 1000000;
    request->form_fields = field;
    request->form_field_count = token != NULL ? 1 : 0;
    return request;
}

static int set_up(void **state)
{
    service.form_key = key;
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static void assert_stale(codev_request *request)
{
    assert_int_equal(form_token_check(request), -1);
    assert_int_equal(request->problem, PROBLEM_STALE_FORM);
}

static const char *fresh(void *arena)
{
    const char *token = form_token_new(new_request(arena, NULL, 0));

    assert_non_null(token);
    return token;
}

static void a_new_token_is_good_until_it_expires(void **state)
{
    const char *token = fresh(*state);

    assert_int_equal(strlen(token), 75);
    assert_int_equal(form_token_check(new_request(*state, token, 0)), 0);
    assert_int_equal(form_token_check(new_request(*state, token, FORM_LIFETIME_S - 1)), 0);
    assert_stale(new_request(*state, token, FORM_LIFETIME_S));
    assert_stale(new_request(*state, token, INT64_C(1000000000)));
}

static void no_two_are_alike(void **state)
{
    assert_string_not_equal(fresh(*state), fresh(*state));
}

static void a_form_without_one_is_stale(void **state)
{
    assert_stale(new_request(*state, NULL, 0));
    assert_stale(new_request(*state, "", 0));
}

static void documents_and_buttons_need_none(void **state)
{
    codev_request *request = new_request(*state, NULL, 0);

    request->is_form = false;
    assert_int_equal(form_token_check(request), 0);
    assert_int_equal(form_token_use(request), 0);
    request->is_form = true;
    request->route = &button_route;
    assert_int_equal(form_token_check(request), 0);
    assert_int_equal(form_token_use(request), 0);
}

static void any_other_character_makes_it_another(void **state)
{
    const char *token = fresh(*state);

    for (size_t i = 0; token[i] != '\0'; i++) {
        char *changed = talloc_strdup(*state, token);

        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_stale(new_request(*state, changed, 0));
    }
}

static void no_other_length_is_read(void **state)
{
    const char *token = fresh(*state);

    for (size_t length = 0; length < strlen(token); length++) {
        assert_stale(new_request(*state, talloc_strndup(*state, token, length), 0));
    }
    assert_stale(new_request(*state, talloc_asprintf(*state, "%sA", token), 0));
    assert_stale(new_request(*state, talloc_asprintf(*state, "%s=", token), 0));
}

static void it_is_good_in_its_own_plugin_alone(void **state)
{
    codev_request *request = new_request(*state, fresh(*state), 0);

    request->route = &contact_route;
    assert_stale(request);
}

static void it_is_good_for_who_asked_alone(void **state)
{
    codev_request *asking = new_request(*state, NULL, 0);
    codev_request *request;
    const char *token;

    (void)strcpy(asking->principal.claims.organisation, "aciers");
    (void)strcpy(asking->principal.claims.subject, "alice");
    token = form_token_new(asking);
    request = new_request(*state, token, 0);
    request->principal = asking->principal;
    assert_int_equal(form_token_check(request), 0);
    (void)strcpy(request->principal.claims.subject, "bob");
    assert_stale(request);
    assert_stale(new_request(*state, token, 0)); /* a visitor */
    /* The same letters in other texts. */
    request = new_request(*state, token, 0);
    (void)strcpy(request->principal.claims.organisation, "aciersa");
    (void)strcpy(request->principal.claims.subject, "lice");
    assert_stale(request);
}

static void another_key_is_anothers(void **state)
{
    const char *token = fresh(*state);

    service.form_key = other_key;
    assert_stale(new_request(*state, token, 0));
    service.form_key = key;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_token_is_good_until_it_expires),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(a_form_without_one_is_stale),
        cmocka_unit_test(documents_and_buttons_need_none),
        cmocka_unit_test(any_other_character_makes_it_another),
        cmocka_unit_test(no_other_length_is_read),
        cmocka_unit_test(it_is_good_in_its_own_plugin_alone),
        cmocka_unit_test(it_is_good_for_who_asked_alone),
        cmocka_unit_test(another_key_is_anothers),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
