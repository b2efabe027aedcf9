/* SPDX-License-Identifier: MPL-2.0 */
/* test_error.c: sentences for the operator, cut where they would not fit. */
#include "../unit.h"

#include "base/error.h"

#include <string.h>

static void setting_always_returns_minus_one(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(error_set(&error, "The file %s has %d lines.", "codev.xml", 12), -1);
    assert_string_equal(error.text, "The file codev.xml has 12 lines.");
    assert_int_equal(error_set(&error, "%s", ""), -1);
    assert_string_equal(error.text, "");
}

static void a_sentence_may_quote_the_one_before(void **state)
{
    struct error error;

    (void)state;
    (void)error_set(&error, "it is gone.");
    assert_int_equal(error_prefix(&error, "The plugin “%s” is refused", "quotes"), -1);
    assert_string_equal(error.text, "The plugin “quotes” is refused: it is gone.");
    assert_int_equal(error_prefix(&error, "The pool %s", "main"), -1);
    assert_string_equal(error.text, "The pool main: The plugin “quotes” is refused: it is gone.");
}

static void a_long_sentence_is_cut_inside_its_room(void **state)
{
    struct {
        struct error error;
        char guard;
    } room;
    char text[2 * sizeof room.error.text];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    room.guard = '!';
    assert_int_equal(error_set(&room.error, "%s", text), -1);
    assert_int_equal(strlen(room.error.text), sizeof room.error.text - 1);
    assert_int_equal(room.guard, '!');
}

static void a_prefix_keeps_its_whole_text_and_cuts_the_rest(void **state)
{
    struct {
        struct error error;
        char guard;
    } room;
    char text[sizeof room.error.text];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    room.guard = '!';
    (void)error_set(&room.error, "%s", text);
    assert_int_equal(error_prefix(&room.error, "Here"), -1);
    assert_memory_equal(room.error.text, "Here: xxx", 9);
    assert_int_equal(strlen(room.error.text), sizeof room.error.text - 1);
    assert_int_equal(room.guard, '!');
}

/* All lengths of a prefix around the end of the room: never a byte too much. */
static void a_prefix_of_any_length_stays_inside_its_room(void **state)
{
    struct {
        struct error error;
        char guard[8];
    } room;
    char prefix[sizeof room.error.text + 8];

    (void)state;
    for (size_t length = sizeof room.error.text - 8; length < sizeof prefix; length++) {
        memset(prefix, 'p', length);
        prefix[length] = '\0';
        memset(room.guard, '!', sizeof room.guard);
        (void)error_set(&room.error, "the reason.");
        assert_int_equal(error_prefix(&room.error, "%s", prefix), -1);
        assert_true(memchr(room.error.text, '\0', sizeof room.error.text) != NULL);
        assert_memory_equal(room.error.text, prefix, sizeof room.error.text - 8);
        assert_memory_equal(room.guard, "!!!!!!!!", sizeof room.guard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_always_returns_minus_one),
        cmocka_unit_test(a_sentence_may_quote_the_one_before),
        cmocka_unit_test(a_long_sentence_is_cut_inside_its_room),
        cmocka_unit_test(a_prefix_keeps_its_whole_text_and_cuts_the_rest),
        cmocka_unit_test(a_prefix_of_any_length_stays_inside_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
