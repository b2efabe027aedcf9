/* SPDX-License-Identifier: MPL-2.0 */
/* test_jwks.c: sets of keys, as documents and as files. */
#include "providers.h"

#include "identity/jwks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 8037 A.2; RFC 7515 A.3. */
#define ED                                                                                         \
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define EC                                                                                         \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","      \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""

static int set_up(void **state)
{
    *state = forge_new();
    return 0;
}

static int tear_down(void **state)
{
    forge_free(*state);
    return 0;
}

static const struct jwks *expect_taken(void **state, const char *text, size_t count)
{
    struct error error = {""};
    const struct jwks *jwks = jwks_read(*state, text, strlen(text), &error);

    if (jwks == NULL) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(jwks->count, count);
    return jwks;
}

static void expect_refused(void **state, const char *text, const char *reason)
{
    struct error error = {""};

    assert_null(jwks_read(*state, text, strlen(text), &error));
    if (strstr(error.text, reason) == NULL || error.text[strlen(error.text) - 1] != '.') {
        fail_msg("%.100s: \"%s\" does not say \"%s\"", text, error.text, reason);
    }
}

/* One key for encryption, one for RS256. */
static void example_of_rfc7517(void **state)
{
    const struct jwks *jwks = expect_taken(
        state,
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
        "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
        "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\",\"use\":\"enc\",\"kid\":\"1\"},"
        "{\"kty\":\"RSA\",\"n\":"
        "\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1"
        "RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
        "RN5w6Cf0"
        "h4QyQ5v-65YGjQR0_"
        "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qN"
        "Lyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDK"
        "gw\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}]}",
        1);

    assert_string_equal(jwks->keys[0].id, "2011-04-29");
    assert_string_equal(jwks->keys[0].algorithm->name, "RS256");
}

static void members_beside_the_keys_are_ignored(void **state)
{
    (void)expect_taken(state, " {\"keys\" : [ {" ED "} ], \"issuer\":\"x\", \"d\":\"AA\" }\r\n", 1);
}

static void other_documents_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "[]",
        "null",
        "\"keys\"",
        "{\"keys\":[}",
        "{}{}",
        "{",
        "<keys/>",
        "{\"keys\":[],\"keys\":[]}",
        "\xef\xbb\xbf{}",
        "{\"keys\":[[[[[[[]]]]]]]}",
    };
    static const char *const without_list[] = {
        "{}", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":\"AA\"}", "{\"Keys\":[]}", "{" ED "}",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_refused(state, texts[i], "not one JSON object");
    }
    for (size_t i = 0; i < sizeof without_list / sizeof without_list[0]; i++) {
        expect_refused(state, without_list[i], "no list \"keys\"");
    }
    expect_refused(state, "{\"keys\":[1]}", "Key 1: It is no JSON object");
    expect_refused(state, "{\"keys\":[{" ED "},[]]}", "Key 2: It is no JSON object");
}

static void some_key_must_be_there(void **state)
{
    expect_refused(state, "{\"keys\":[]}", "no key for");
    expect_refused(state, "{\"keys\":[{" ED ",\"use\":\"enc\"}]}", "no key for");
    (void)expect_taken(state, "{\"keys\":[{" ED ",\"use\":\"enc\"},{" EC "}]}", 1);
}

/* One bad key tells that somebody else wrote the file, or wrote it wrongly. */
static void one_refused_key_refuses_all(void **state)
{
    expect_refused(state, "{\"keys\":[{" EC "},{" ED ",\"d\":\"AA\"}]}",
                   "Key 2: It has the private");
    expect_refused(state, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"},{" EC "}]}",
                   "Key 1: It is a shared secret");
}

static void ids_are_unique(void **state)
{
    (void)expect_taken(state, "{\"keys\":[{" ED ",\"kid\":\"a\"},{" EC ",\"kid\":\"A\"}]}", 2);
    (void)expect_taken(state, "{\"keys\":[{" ED "},{" EC "}]}", 2);
    expect_refused(state, "{\"keys\":[{" ED ",\"kid\":\"a\"},{" EC ",\"kid\":\"a\"}]}",
                   "Key 2: Another key has its \"kid\", \"a\".");
    expect_refused(state, "{\"keys\":[{" ED ",\"kid\":\"a\"},{" ED ",\"kid\":\"\\u0061\"}]}",
                   "Another key");
}

static void number_of_keys_is_bounded(void **state)
{
    const char *jwks[JWKS_KEYS_MAX + 2] = {NULL};

    for (size_t i = 0; i < JWKS_KEYS_MAX; i++) {
        jwks[i] = talloc_asprintf(*state, "{" ED ",\"kid\":\"%zu\"}", i);
    }
    (void)expect_taken(state, providers_jwks(*state, jwks), JWKS_KEYS_MAX);
    jwks[JWKS_KEYS_MAX] = "{" ED "}";
    expect_refused(state, providers_jwks(*state, jwks), "more than 64 keys");
}

static void size_is_bounded(void **state)
{
    char *text = talloc_size(*state, JWKS_SIZE_MAX + 2);
    static const char keys[] = "{\"keys\":[{" ED "}]}";

    memset(text, ' ', JWKS_SIZE_MAX + 1);
    memcpy(text, keys, strlen(keys));
    text[JWKS_SIZE_MAX] = '\0';
    (void)expect_taken(state, text, 1);
    text[JWKS_SIZE_MAX] = ' ';
    text[JWKS_SIZE_MAX + 1] = '\0';
    expect_refused(state, text, "far too large");
    memset(text, ',', JWKS_SIZE_MAX);
    memcpy(text, "{\"keys\":[0", strlen("{\"keys\":[0"));
    expect_refused(state, text, "far too large");
    memset(text + 8, '[', JWKS_SIZE_MAX - 8);
    expect_refused(state, text, "far too large");
}

static void keys_are_found_by_id(void **state)
{
    const struct jwks *jwks = expect_taken(
        state, "{\"keys\":[{" ED ",\"kid\":\"a\"},{" EC ",\"kid\":\"b\"},{" EC "}]}", 3);
    const struct algorithm *eddsa = algorithm_find("EdDSA");
    const struct algorithm *es256 = algorithm_find("ES256");

    assert_ptr_equal(jwks_find(jwks, "a", eddsa), &jwks->keys[0]);
    assert_ptr_equal(jwks_find(jwks, "b", es256), &jwks->keys[1]);
    /* whether the key allows the algorithm, is asked of the key */
    assert_ptr_equal(jwks_find(jwks, "b", eddsa), &jwks->keys[1]);
    assert_null(jwks_find(jwks, "c", es256));
    assert_null(jwks_find(jwks, "", es256));
    assert_null(jwks_find(jwks, "A", eddsa));
    assert_null(jwks_find(jwks, "ab", eddsa));
}

static void without_id_there_must_be_one_alone(void **state)
{
    const struct jwks *jwks = expect_taken(
        state, "{\"keys\":[{" ED ",\"kid\":\"a\"},{" EC ",\"kid\":\"b\"},{" EC "}]}", 3);

    assert_ptr_equal(jwks_find(jwks, NULL, algorithm_find("EdDSA")), &jwks->keys[0]);
    assert_null(jwks_find(jwks, NULL, algorithm_find("ES256")));
    assert_null(jwks_find(jwks, NULL, algorithm_find("RS256")));
}

/* ---- files */

static void expect_file_refused(void **state, const char *path, const char *reason)
{
    struct error error = {""};

    assert_null(jwks_load(*state, path, &error));
    if (strstr(error.text, reason) == NULL || strstr(error.text, path) == NULL) {
        fail_msg("\"%s\" and %s are not both in: %s", reason, path, error.text);
    }
}

static void files_are_read(void **state)
{
    const char *path = forge_path(*state, "a.jwks.json");
    struct error error = {""};
    const char *text = "{\"keys\":[{" ED "}]}";
    const struct jwks *jwks;
    char *large = talloc_size(*state, JWKS_SIZE_MAX + 1);

    forge_write(path, text, strlen(text), 0644);
    jwks = jwks_load(*state, path, &error);
    assert_non_null(jwks);
    assert_int_equal(jwks->count, 1);
    memset(large, ' ', JWKS_SIZE_MAX + 1);
    memcpy(large, text, strlen(text));
    forge_write(path, large, JWKS_SIZE_MAX, 0644);
    assert_non_null(jwks_load(*state, path, &error));
    forge_write(path, large, JWKS_SIZE_MAX + 1, 0644);
    expect_file_refused(state, path, "is longer than 262144 bytes");
    forge_write(path, "", 0, 0644);
    expect_file_refused(state, path, ": It is not one JSON object");
    forge_write(path, "{\"keys\":[]}\0", 12, 0644);
    expect_file_refused(state, path, ": It is not one JSON object");
}

/* Whoever writes it signs as anyone of the organisation. */
static void files_that_all_may_write_are_refused(void **state)
{
    const char *path = forge_path(*state, "a.jwks.json");
    const char *text = "{\"keys\":[{" ED "}]}";
    static const mode_t open[] = {0666, 0602, 0646, 0777};
    static const mode_t closed[] = {0644, 0664, 0600, 0444, 0755};
    struct error error = {""};

    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        forge_write(path, text, strlen(text), open[i]);
        expect_file_refused(state, path, "writable by all users");
    }
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        forge_write(path, text, strlen(text), closed[i]);
        assert_non_null(jwks_load(*state, path, &error));
    }
    expect_file_refused(state, forge_path(*state, "none"), "cannot be opened");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_rfc7517),
        cmocka_unit_test(members_beside_the_keys_are_ignored),
        cmocka_unit_test(other_documents_are_refused),
        cmocka_unit_test(some_key_must_be_there),
        cmocka_unit_test(one_refused_key_refuses_all),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(number_of_keys_is_bounded),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(keys_are_found_by_id),
        cmocka_unit_test(without_id_there_must_be_one_alone),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(files_that_all_may_write_are_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
