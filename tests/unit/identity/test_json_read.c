/* SPDX-License-Identifier: MPL-2.0 */
/* test_json_read.c: the limits of JSON; which documents are one object, test_gate.c tells. */
#include "forge.h"

#include "identity/json_read.h"

#include <stdbool.h>
#include <string.h>

static bool takes(const char *text, unsigned depth, unsigned values)
{
    json_t *document = json_read_object((const unsigned char *)text, strlen(text),
                                        (struct json_limits){.depth = depth, .values = values});
    const bool taken = document != NULL;

    json_decref(document);
    return taken;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    assert_true(takes("{}", 1, 9));
    assert_false(takes("{}", 0, 9));
    assert_true(takes("{\"a\":[{}]}", 3, 9));
    assert_false(takes("{\"a\":[{}]}", 2, 9));
    assert_true(takes("{\"a\":[],\"b\":[]}", 2, 9));
    assert_true(takes("{\"[[[[\":\"{{{{\"}", 1, 9));
    assert_true(takes("{\"\\\"[[\":\"\\\\\"}", 1, 9));
}

static void values_are_bounded(void **state)
{
    (void)state;
    assert_true(takes("{\"a\":1,\"b\":2,\"c\":3}", 1, 4));
    assert_false(takes("{\"a\":1,\"b\":2,\"c\":3}", 1, 3));
    assert_false(takes("{\"a\":[1,2,3]}", 2, 4));
    assert_true(takes("{\"a\":\",,,,,,,,\"}", 1, 2));
}

static void only_one_object_is_taken(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "[]",
        "null",
        "{}{}",
        "{} x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":1e999}",
        "{\"a\":\"\xff\"}",
        "\"",
        "{\"a\":\"\\",
        "]",
        "}}}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(takes(texts[i], 9, 99));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(values_are_bounded),
        cmocka_unit_test(only_one_object_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
