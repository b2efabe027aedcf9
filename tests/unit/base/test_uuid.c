/* SPDX-License-Identifier: MPL-2.0 */
/* test_uuid.c: UUIDs of version 7 and the references made of them. */
#include "../unit.h"

#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1795484299123456) /* 2026-11-24T01:38:19.123456Z */

static void a_new_one_is_version_7_of_the_right_variant(void **state)
{
    char text[UUID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(uuid_new(NOW, text), 0);
        assert_true(uuid_valid(text));
        assert_int_equal(text[14], '7');
        assert_non_null(strchr("89ab", text[19]));
        assert_int_equal(strspn(text, "0123456789abcdef-"), UUID_TEXT_SIZE - 1);
    }
}

static void a_new_one_begins_with_its_millisecond(void **state)
{
    char text[UUID_TEXT_SIZE];

    (void)state;
    assert_int_equal(uuid_new(NOW, text), 0);
    assert_memory_equal(text, "01a20b34-2f73-7", 15);
    assert_int_equal(uuid_new(0, text), 0);
    assert_memory_equal(text, "00000000-0000-7", 15);
}

static void later_ones_sort_behind_earlier_ones(void **state)
{
    char before[UUID_TEXT_SIZE];
    char after[UUID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(uuid_new(NOW + i * 1000, before), 0);
        assert_int_equal(uuid_new(NOW + (i + 1) * 1000, after), 0);
        assert_true(strcmp(before, after) < 0);
    }
}

static int by_text(const void *one, const void *other)
{
    return strcmp(one, other);
}

static void no_two_of_one_moment_are_alike(void **state)
{
    enum { COUNT = 2000 };
    static char texts[COUNT][UUID_TEXT_SIZE];
    static char tails[COUNT][UUID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(uuid_new(NOW, texts[i]), 0);
        (void)strcpy(tails[i], texts[i] + 20); /* these 60 bits alone are random enough */
    }
    qsort(texts, COUNT, sizeof *texts, by_text);
    qsort(tails, COUNT, sizeof *tails, by_text);
    for (int i = 1; i < COUNT; i++) {
        assert_string_not_equal(texts[i - 1], texts[i]);
        assert_string_not_equal(tails[i - 1], tails[i]);
    }
}

static void canonical_text_alone_is_valid(void **state)
{
    static const char *const wrong[] = {
        "",
        "0",
        "019ab0c2-7e1f-7b3a-8c4d-0123456789a",
        "019ab0c2-7e1f-7b3a-8c4d-0123456789abc",
        "019ab0c27e1f-7b3a-8c4d-0123456789ab",
        "019ab0c27e1f7b3a8c4d0123456789ab",
        "{19ab0c2-7e1f-7b3a-8c4d-0123456789a}",
        "019ab0c2-7e1f-7b3a-8c4d-0123456789ag",
        "019ab0c2-7e1f-7b3a-8c4d_0123456789ab",
        "-19ab0c2-7e1f-7b3a-8c4d-0123456789ab",
        " 19ab0c2-7e1f-7b3a-8c4d-0123456789ab",
        "019ab0c2-7e1f-7b3a-8c4d-0123456789ab\n",
        "019ab0c2-7e1f-7b3a-8c4d-0123456789\xc3\xa9",
    };

    (void)state;
    assert_true(uuid_valid("019ab0c2-7e1f-7b3a-8c4d-0123456789ab"));
    assert_true(uuid_valid("019AB0C2-7E1F-7B3A-8C4D-0123456789AB"));
    assert_true(uuid_valid("00000000-0000-0000-0000-000000000000"));
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        if (uuid_valid(wrong[i])) {
            fail_msg("\"%s\" is no UUID", wrong[i]);
        }
    }
}

static void a_reference_is_the_last_50_bits_in_crockfords_base_32(void **state)
{
    static const struct {
        const char *uuid, *reference;
    } known[] = {
        {"019ab0c2-7e1f-7b3a-8c4d-0123456789ab", "814D2-PF2DB"},
        {"019AB0C2-7E1F-7B3A-8C4D-0123456789AB", "814D2-PF2DB"},
        {"00000000-0000-7000-8000-000000000000", "00000-00000"},
        {"00000000-0000-7000-8000-000000000001", "00000-00001"},
        {"ffffffff-ffff-7fff-bfff-ffffffffffff", "ZZZZZ-ZZZZZ"},
        {"00000000-0000-7000-8002-000000000000", "G0000-00000"},
        {"00000000-0000-7000-8004-000000000000", "00000-00000"}, /* the 51st bit is left out */
    };
    char reference[UUID_REFERENCE_SIZE];

    (void)state;
    for (size_t i = 0; i < LENGTH(known); i++) {
        uuid_reference(known[i].uuid, reference);
        assert_string_equal(reference, known[i].reference);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_is_version_7_of_the_right_variant),
        cmocka_unit_test(a_new_one_begins_with_its_millisecond),
        cmocka_unit_test(later_ones_sort_behind_earlier_ones),
        cmocka_unit_test(no_two_of_one_moment_are_alike),
        cmocka_unit_test(canonical_text_alone_is_valid),
        cmocka_unit_test(a_reference_is_the_last_50_bits_in_crockfords_base_32),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
