/* SPDX-License-Identifier: MPL-2.0 */
/* test_hex.c: two digits a byte. */
#include "../unit.h"

#include "base/hex.h"

static void bytes_are_two_digits_each(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x09, 0x0a, 0x7f, 0x80, 0xff};
    char text[2 * sizeof bytes + 1];

    (void)state;
    hex_text(bytes, sizeof bytes, text);
    assert_string_equal(text, "00090a7f80ff");
    hex_text(bytes, 0, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_two_digits_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
