/* SPDX-License-Identifier: MPL-2.0 */
/* test_check.c: the rules that XML Schema cannot say. */
#include "support.h"

#include "xml/outline_build.h"

/* OWASP XML: assertions. XML Schema 1.0 has none; such rules are ours. */
static void test_siren_has_its_check_digit(void **state)
{
    bool (*const check)(const char *) = xml_type_rule_of("urn:codev:common:1", "siren")->check;

    (void)state;
    assert_non_null(check);
    assert_true(check("123456782"));
    assert_true(check("732829320")); /* INSEE's own example */
    assert_true(check("000000000"));
    assert_false(check("123456789"));
    assert_false(check("213456782")); /* two digits swapped */
    assert_false(check("12345678"));
    assert_false(check("1234567820"));
    assert_false(check("12345678x"));
    assert_false(check(""));
}

static void expect_typed(const char *type, const char *typed, const char *read)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    const char *const found = xml_type_rule_of("urn:codev:common:1", type)->as_typed(arena, typed);

    assert_string_equal(found, read);
    talloc_free(arena);
}

static void test_phones_are_read_as_people_type_them(void **state)
{
    (void)state;
    expect_typed("phone", "04 98 01 60 50", "+33498016050");
    expect_typed("phone", "04.98.01.60.50", "+33498016050");
    expect_typed("phone", "04\u00a098\u202f01-60/50", "+33498016050");
    expect_typed("phone", "+33 (0)4 98 01 60 50", "+33498016050");
    expect_typed("phone", "0033498016050", "+33498016050");
    expect_typed("phone", "+44 20 7946 0018", "+442079460018");
    expect_typed("phone", "498016050", "498016050"); /* of which country? not ours to guess */
    expect_typed("phone", "rappelez-moi", "rappelez-moi");
    expect_typed("phone", "04 98 poste 12", "04 98 poste 12");
    expect_typed("phone", "+", "+");
    expect_typed("phone", "", "");
}

static void test_a_siren_may_be_typed_in_threes(void **state)
{
    (void)state;
    expect_typed("siren", "123 456 782", "123456782");
    expect_typed("siren", "RCS 123 456 782", "RCS 123 456 782");
}

/* A number that people type has at most 100 bytes; of more nothing is made. */
static void test_what_is_long_is_left_as_it_was_typed(void **state)
{
    static const char number[] = "123456782";
    char typed[102];

    (void)state;
    (void)memset(typed, ' ', sizeof typed);
    (void)memcpy(typed, number, strlen(number));
    typed[100] = '\0';
    expect_typed("siren", typed, number);
    typed[100] = ' ';
    typed[101] = '\0';
    expect_typed("siren", typed, typed);
}

static void test_other_types_have_none(void **state)
{
    (void)state;
    assert_null(xml_type_rule_of("urn:codev:common:1", "email"));
    assert_null(xml_type_rule_of("urn:example:1", "siren"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_siren_has_its_check_digit),      test(test_phones_are_read_as_people_type_them),
        test(test_a_siren_may_be_typed_in_threes), test(test_what_is_long_is_left_as_it_was_typed),
        test(test_other_types_have_none),
    };

    return cmocka_run_group_tests_name("xml/check", tests, NULL, NULL);
}
