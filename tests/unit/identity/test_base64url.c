/* SPDX-License-Identifier: MPL-2.0 */
/* test_base64url.c: one text, one spelling. What the gate makes of others, test_gate.c tells. */
#include "forge.h"

#include "identity/base64url.h"

#include <string.h>

static void expect(const char *text, size_t length, const char *bytes)
{
    unsigned char decoded[64];
    size_t size = 0;

    if (!base64url_decode(text, length, decoded, &size)) {
        fail_msg("%s is refused", text);
    }
    assert_int_equal(size, strlen(bytes));
    assert_memory_equal(decoded, bytes, size);
}

static void expect_text(const char *bytes, const char *text)
{
    char encoded[64];

    base64url_encode((const unsigned char *)bytes, strlen(bytes), encoded);
    assert_string_equal(encoded, text);
}

/* RFC 4648 §10, without padding. */
static void examples_of_rfc4648(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},           {"Zg", "f"},          {"Zm8", "fo"},          {"Zm9v", "foo"},
        {"Zm9vYg", "foob"}, {"Zm9vYmE", "fooba"}, {"Zm9vYmFy", "foobar"}, {"-_-_", "\xfb\xff\xbf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        expect(pairs[i][0], strlen(pairs[i][0]), pairs[i][1]);
        expect_text(pairs[i][1], pairs[i][0]);
    }
    expect("Zm9vYmFy", 4, "foo"); /* its length ends it, nothing else */
}

static void other_spellings_are_refused(void **state)
{
    static const char *const texts[] = {
        "Zg==", "Zm8=", "Zg=",  "Z",   "Zm9vY", "Zh",    "Zm9",      "Zm8g\n", " Zm8",
        "Zm 8", "+/+/", "Zm+/", "Zm/", "Zm9v.", "Zm9v%", "\xc3\xa9", "Z_g-=",  "~~~~",
    };
    unsigned char decoded[64];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (base64url_decode(texts[i], strlen(texts[i]), decoded, &size)) {
            fail_msg("%s is taken", texts[i]);
        }
    }
    assert_false(base64url_decode("Zm9\0", 4, decoded, &size));
    assert_false(base64url_decode("\0m9v", 4, decoded, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_rfc4648),
        cmocka_unit_test(other_spellings_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
