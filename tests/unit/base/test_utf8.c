/* SPDX-License-Identifier: MPL-2.0 */
/* test_utf8.c: UTF-8 and its lookalikes. */
#include "../unit.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void every_length_and_bound_is_taken(void **state)
{
    static const char *const right[] = {
        "",
        "abc",
        "\x01\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "Hélène œuvre 😀 שלום",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(right); i++) {
        if (!utf8_valid(right[i])) {
            fail_msg("text %zu is UTF-8", i);
        }
    }
}

static void lookalikes_are_refused(void **state)
{
    static const char *const wrong[] = {
        "\x80", /* a continuation alone */
        "\xbf",
        "\xc0\xaf", /* overlong */
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* surrogates */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc3(", /* a continuation is missing */
        "\xe2\x82(",
        "\xe2(\xac",
        "\xf0\x9f\x98(",
        "caf\xe9", /* Latin-1 */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        if (utf8_valid(wrong[i])) {
            fail_msg("text %zu is not UTF-8", i);
        }
    }
}

/* Each in memory of its very size, where a sanitizer sees a read too far. */
static void a_text_cut_within_a_letter_is_refused(void **state)
{
    static const char *const letters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

    (void)state;
    for (size_t i = 0; i < LENGTH(letters); i++) {
        for (size_t length = 1; length < strlen(letters[i]); length++) {
            char *cut = strndup(letters[i], length);

            assert_non_null(cut);
            assert_false(utf8_valid(cut));
            free(cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_and_bound_is_taken),
        cmocka_unit_test(lookalikes_are_refused),
        cmocka_unit_test(a_text_cut_within_a_letter_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
