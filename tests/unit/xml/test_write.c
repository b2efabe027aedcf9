/* SPDX-License-Identifier: MPL-2.0 */
/* test_write.c: trees into bytes. */
#include "support.h"

static void test_writes_utf8_with_a_declaration(void **state)
{
    size_t size = 0;
    const char *const text =
        xml_write(*state, parse(*state, "<a b='é'>Œuvray&#128512;</a>"), &size);

    assert_string_equal(text,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"é\">Œuvray😀</a>\n");
    assert_int_equal(size, strlen(text));
}

static void test_writes_what_parses_to_the_same(void **state)
{
    size_t size, again;
    const char *const first = xml_write(*state, parse(*state, REQUEST), &size);
    const char *const second = xml_write(*state, parse(*state, first), &again);

    assert_string_equal(first, second);
    assert_int_equal(size, again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_writes_utf8_with_a_declaration),
        test(test_writes_what_parses_to_the_same),
    };

    return cmocka_run_group_tests_name("xml/write", tests, NULL, NULL);
}
