/* SPDX-License-Identifier: MPL-2.0 */
/* test_urlencoded.c: forms and queries taken apart, or refused as a whole. */
#include "../unit.h"

#include "request/request.h"

#include <string.h>

static const struct xml_field *fields;
static size_t count;

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static void parse(void **state, const char *text, size_t wanted)
{
    if (urlencoded_parse(*state, text, strlen(text), &fields, &count) != 0) {
        fail_msg("\"%s\" was refused", text);
    }
    assert_int_equal(count, wanted);
}

static void assert_field(size_t index, const char *name, const char *value)
{
    assert_string_equal(fields[index].name, name);
    assert_string_equal(fields[index].value, value);
}

static void refuse(void **state, const char *text, size_t size)
{
    fields = (const struct xml_field *)"";
    count = 99;
    if (urlencoded_parse(*state, text, size, &fields, &count) != -1) {
        fail_msg("\"%s\" was taken", text);
    }
    assert_null(fields);
    assert_int_equal(count, 0);
}

static void nothing_has_no_fields(void **state)
{
    parse(state, "", 0);
    parse(state, "&", 0);
    parse(state, "&&&", 0);
}

static void fields_come_in_their_order(void **state)
{
    parse(state, "need.audience=executives&contact.email=a%40b.example&need.audience=x", 3);
    assert_field(0, "need.audience", "executives");
    assert_field(1, "contact.email", "a@b.example");
    assert_field(2, "need.audience", "x");
}

static void a_value_may_be_empty_or_missing(void **state)
{
    parse(state, "a=&b&=c&d==e&&f=1&", 5);
    assert_field(0, "a", "");
    assert_field(1, "b", "");
    assert_field(2, "", "c");
    assert_field(3, "d", "=e");
    assert_field(4, "f", "1");
}

static void plus_is_a_space_and_its_escape_a_plus(void **state)
{
    parse(state, "phone=%2B33+4+98&a+b=c%20d", 2);
    assert_field(0, "phone", "+33 4 98");
    assert_field(1, "a b", "c d");
}

static void separators_may_be_escaped(void **state)
{
    parse(state, "a%26b=c%3Dd%26e%25", 1);
    assert_field(0, "a&b", "c=d&e%");
}

static void hex_digits_may_be_of_either_case(void **state)
{
    parse(state, "a=%c3%A9%C5%93%E2%80%99", 1);
    assert_field(0, "a", "éœ’");
}

static void line_ends_and_raw_utf_8_stay(void **state)
{
    parse(state, "a=un%0D%0Adeux&b=é\xf0\x9f\x98\x80", 2);
    assert_field(0, "a", "un\r\ndeux");
    assert_field(1, "b", "é\xf0\x9f\x98\x80");
}

static void an_escape_is_decoded_once(void **state)
{
    parse(state, "a=%2541&b=%2526c%253Dd", 2);
    assert_field(0, "a", "%41");
    assert_field(1, "b", "%26c%3Dd");
}

static void broken_escapes_are_refused(void **state)
{
    static const char *const wrong[] = {"%",      "a=%",    "a=%4",  "a=%4&b=1", "a=%g0",   "a=%0g",
                                        "a=%%41", "a=% 41", "a=%-1", "%4=b",     "a=1&b=%4"};

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        refuse(state, wrong[i], strlen(wrong[i]));
    }
}

static void nul_is_refused_escaped_or_not(void **state)
{
    refuse(state, "a=%00", 5);
    refuse(state, "a%00b=c", 7);
    refuse(state, "a=b\0c", 5);
    refuse(state, "\0", 1);
    refuse(state, "a=b\0", 4);
}

static void only_utf_8_is_taken(void **state)
{
    static const char *const wrong[] = {
        "a=%E9",             /* Latin-1 */
        "%E9=a",             /* in a name */
        "a=\xe9",            /* unescaped */
        "a=%C3",             /* cut */
        "a=%C3%28",          /* no continuation */
        "a=%80",             /* a continuation alone */
        "a=%C0%AF",          /* overlong */
        "a=%E0%80%AF",       /* overlong */
        "a=%F8%88%80%80%80", /* five bytes */
        "a=%F4%90%80%80",    /* beyond U+10FFFF */
        "a=%FF%FE",
    };

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        refuse(state, wrong[i], strlen(wrong[i]));
    }
}

static void surrogates_are_not_utf_8(void **state)
{
    refuse(state, "a=%ED%A0%80", 11);
    refuse(state, "a=%ED%BF%BF", 11);
}

static void only_the_given_size_is_read(void **state)
{
    assert_int_equal(urlencoded_parse(*state, "a=bc&d=e", 3, &fields, &count), 0);
    assert_int_equal(count, 1);
    assert_field(0, "a", "b");
}

static char *many(void *arena, int fields_wanted)
{
    char *text = talloc_strdup(arena, "");

    for (int i = 0; i < fields_wanted; i++) {
        text = talloc_asprintf_append_buffer(text, "%sf%d=%d", i > 0 ? "&" : "", i, i);
    }
    return text;
}

static void a_thousand_fields_are_taken_and_not_one_more(void **state)
{
    const char *text = many(*state, REQUEST_FIELDS_MAX);

    parse(state, text, REQUEST_FIELDS_MAX);
    assert_field(REQUEST_FIELDS_MAX - 1, "f999", "999");
    text = many(*state, REQUEST_FIELDS_MAX + 1);
    refuse(state, text, strlen(text));
}

static void the_text_itself_is_not_changed(void **state)
{
    const char text[] = "a=%41&b=c";

    parse(state, text, 2);
    assert_string_equal(text, "a=%41&b=c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_no_fields),
        cmocka_unit_test(fields_come_in_their_order),
        cmocka_unit_test(a_value_may_be_empty_or_missing),
        cmocka_unit_test(plus_is_a_space_and_its_escape_a_plus),
        cmocka_unit_test(separators_may_be_escaped),
        cmocka_unit_test(hex_digits_may_be_of_either_case),
        cmocka_unit_test(line_ends_and_raw_utf_8_stay),
        cmocka_unit_test(an_escape_is_decoded_once),
        cmocka_unit_test(broken_escapes_are_refused),
        cmocka_unit_test(nul_is_refused_escaped_or_not),
        cmocka_unit_test(only_utf_8_is_taken),
        cmocka_unit_test(surrogates_are_not_utf_8),
        cmocka_unit_test(only_the_given_size_is_read),
        cmocka_unit_test(a_thousand_fields_are_taken_and_not_one_more),
        cmocka_unit_test(the_text_itself_is_not_changed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
