/* SPDX-License-Identifier: MPL-2.0 */
/* test_check.c: the rules that XML Schema cannot say. */
#include "support.h"

#include "xml/outline_build.h"

static void test_siren_has_its_check_digit(void **state)
{
    bool (*const check)(const char *) = xml_check_of("urn:codev:common:1", "siren");

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

static void test_other_types_have_none(void **state)
{
    (void)state;
    assert_null(xml_check_of("urn:codev:common:1", "email"));
    assert_null(xml_check_of("urn:example:1", "siren"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_siren_has_its_check_digit),
        test(test_other_types_have_none),
    };

    return cmocka_run_group_tests_name("xml/check", tests, NULL, NULL);
}
