/* SPDX-License-Identifier: MPL-2.0 */
/* test_gate.c: the strict gate before the JWT library. No key is needed: the gate doesn't verify.
 */
#include "forge.h"

#include "identity/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The signature's length alone matters here: 64 bytes of zero. */
#define SIGNATURE                                                                                  \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct token_key key = {.id = "k1", .algorithm = "ES256", .signature_size = 64};
static const struct token_keys keys = {.issuer = FORGE_ISSUER, .count = 1, .keys = &key};

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static enum token_fault pass(const char *token, size_t size)
{
    struct token_gated passed;
    const enum token_fault fault = token_gate_pass(&keys, NULL, token, size, &passed);

    if (fault == TOKEN_BELIEVED) {
        assert_ptr_equal(passed.key, &key);
        assert_true(json_is_object(passed.payload));
        token_gate_close(&passed);
    }
    assert_null(passed.key);
    assert_null(passed.payload);
    return fault;
}

static enum token_fault pass_text(const char *token)
{
    return pass(token, strlen(token));
}

static enum token_fault pass_documents(void *arena, const void *header, size_t header_size,
                                       const void *payload, size_t payload_size)
{
    return pass_text(talloc_asprintf(arena, "%s.%s." SIGNATURE,
                                     mint_base64url(arena, header, header_size),
                                     mint_base64url(arena, payload, payload_size)));
}

static void expect_header(void **state, const char *header, enum token_fault wanted)
{
    forge_expect(pass_documents(*state, header, strlen(header), "{}", 2), wanted, header);
}

static void expect_payload(void **state, const char *payload, enum token_fault wanted)
{
    forge_expect(
        pass_documents(*state, FORGE_HEADER, strlen(FORGE_HEADER), payload, strlen(payload)),
        wanted, payload);
}

static void good_token_passes(void **state)
{
    expect_payload(state, "{}", TOKEN_BELIEVED);
    expect_payload(state, " {\"sub\" : \"a\\\"}]{[,\"}\r\n", TOKEN_BELIEVED);
}

static void payload_is_what_was_signed(void **state)
{
    struct token_gated passed;
    const char *token = talloc_asprintf(*state, "%s." SIGNATURE,
                                        mint_input(*state, FORGE_HEADER, "{\"sub\":\"Hélène\"}"));

    forge_expect(token_gate_pass(&keys, NULL, token, strlen(token), &passed), TOKEN_BELIEVED,
                 token);
    assert_string_equal(json_string_value(json_object_get(passed.payload, "sub")), "Hélène");
    token_gate_close(&passed);
}

/* A token of exactly `size` bytes, its payload an object with spaces in it and behind. */
static char *token_of_size(void *arena, size_t size)
{
    const char *header = mint_base64url(arena, FORGE_HEADER, strlen(FORGE_HEADER));
    const char *object = "eyAgICB9";
    const size_t room = size - strlen(header) - strlen(object) - strlen(".." SIGNATURE);
    char *spaces = talloc_zero_size(arena, room + 1);
    char *token;

    for (size_t i = 0; i < room; i++) {
        spaces[i] = "ICAg"[i % 4];
    }
    token = talloc_asprintf(arena, "%s.%s%s.%s", header, object, spaces, SIGNATURE);
    assert_int_equal(strlen(token), size);
    return token;
}

/* An 8 MB header segment crashes libjwt by alloca. */
static void too_long(void **state)
{
    const size_t huge = 8u << 20;
    char *token = talloc_size(*state, huge);
    size_t longest = TOKEN_SIZE_MAX;

    while (pass_text(token_of_size(*state, longest)) == TOKEN_NOT_THREE_SEGMENTS) {
        longest--; /* not every length is one of base64url */
    }
    assert_in_range(longest, TOKEN_SIZE_MAX - 2, TOKEN_SIZE_MAX);
    forge_expect(pass_text(token_of_size(*state, longest)), TOKEN_BELIEVED, "the longest");
    forge_expect(pass_text(token_of_size(*state, TOKEN_SIZE_MAX + 1)), TOKEN_TOO_LONG, "8193");
    memset(token, 'A', huge);
    forge_expect(pass(token, huge), TOKEN_TOO_LONG, "8 MB");
    token[huge / 2] = '.';
    forge_expect(pass(token, huge), TOKEN_TOO_LONG, "8 MB header");
    forge_expect(pass(token, SIZE_MAX), TOKEN_TOO_LONG, "SIZE_MAX");
}

static void not_three_segments(void **state)
{
    static const char *const tokens[] = {
        "",
        ".",
        "..",
        "...",
        "AAAA",
        "AAAA.AAAA",
        ".AAAA.AAAA",
        "AAAA..AAAA",
        "AAAA.AAAA.",
        "AAAA.AAAA.AAAA.",
        "....",
        "AAAA.AAAA.AAAA.AAAA",
        "AAAA.AAAA.AAAA.AAAA.AAAA",
    };

    (void)state;
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        forge_expect(pass_text(tokens[i]), TOKEN_NOT_THREE_SEGMENTS, tokens[i]);
    }
    forge_expect(pass(NULL, 0), TOKEN_NOT_THREE_SEGMENTS, "nothing");
}

/* The unsecured token of RFC 7519 §6.1: the last segment is empty. */
static void unsecured_token(void **state)
{
    char *token = mint_input(*state, "{\"alg\":\"none\"}", forge_payload(*state, NULL, NULL));

    forge_expect(pass_text(talloc_asprintf(*state, "%s.", token)), TOKEN_NOT_THREE_SEGMENTS, token);
    forge_expect(pass_text(token), TOKEN_NOT_THREE_SEGMENTS, token);
}

/* Put each byte that is not of the alphabet at each place, between and instead of others. */
static void junk_anywhere(void **state)
{
    char *good =
        talloc_asprintf(*state, "%s." SIGNATURE, mint_input(*state, FORGE_HEADER, "{\"a\":1}"));
    const size_t size = strlen(good);
    char *bad = talloc_size(*state, size + 1);

    for (int byte = 0; byte < 256; byte++) {
        if (byte != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
                                byte) != NULL) {
            continue;
        }
        for (size_t at = 0; at <= size; at++) {
            memcpy(bad, good, at);
            bad[at] = (char)byte;
            memcpy(bad + at + 1, good + at, size - at);
            forge_expect(pass(bad, size + 1), TOKEN_NOT_THREE_SEGMENTS, "inserted junk");
            if (at < size) {
                memcpy(bad, good, size);
                bad[at] = (char)byte;
                forge_expect(pass(bad, size), TOKEN_NOT_THREE_SEGMENTS, "replaced by junk");
            }
        }
    }
}

static void padding(void **state)
{
    const char *header = mint_base64url(*state, FORGE_HEADER, strlen(FORGE_HEADER));
    const char *tokens[] = {
        talloc_asprintf(*state, "%s=.e30." SIGNATURE, header),
        talloc_asprintf(*state, "%s==.e30." SIGNATURE, header),
        talloc_asprintf(*state, "%s.e30=." SIGNATURE, header),
        talloc_asprintf(*state, "%s.e30." SIGNATURE "==", header),
        talloc_asprintf(*state, "%s.e30." SIGNATURE "=", header),
    };

    forge_expect(pass_text(talloc_asprintf(*state, "%s.e30." SIGNATURE, header)), TOKEN_BELIEVED,
                 "without padding");
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        forge_expect(pass_text(tokens[i]), TOKEN_NOT_THREE_SEGMENTS, tokens[i]);
    }
}

/* No text encodes to 4n+1 characters. */
static void impossible_length(void **state)
{
    const char *header = mint_base64url(*state, FORGE_HEADER, strlen(FORGE_HEADER));

    forge_expect(pass_text(talloc_asprintf(*state, "%s.e30AA." SIGNATURE, header)),
                 TOKEN_NOT_THREE_SEGMENTS, "five characters");
    forge_expect(pass_text(talloc_asprintf(*state, "%s.A." SIGNATURE, header)),
                 TOKEN_NOT_THREE_SEGMENTS, "one character");
}

/* The last character of a 64-byte signature has four bits to spare: sixteen spellings of it. */
static void loose_bits(void **state)
{
    char *token = talloc_asprintf(*state, "%s." SIGNATURE, mint_input(*state, FORGE_HEADER, "{}"));

    for (const char *last = "BCDEFGHIJKLMNOP"; *last != '\0'; last++) {
        token[strlen(token) - 1] = *last;
        forge_expect(pass_text(token), TOKEN_NOT_THREE_SEGMENTS, token);
    }
    token[strlen(token) - 1] = 'Q';
    forge_expect(pass_text(token), TOKEN_BELIEVED, token);
}

static const char *const not_one_object[] = {
    "[]",
    "null",
    "\"x\"",
    "1",
    "{",
    "}",
    "{}{}",
    "{} {}",
    "{},",
    "{}x",
    "{} //",
    "/**/{}",
    "[{}]",
    "{\"a\":1,}",
    "{'a':1}",
    "{a:1}",
    "{\"a\":}",
    "{\"a\"}",
    "{\"a\":01}",
    "{\"a\":+1}",
    "{\"a\":NaN}",
    "{\"a\":Infinity}",
    "{\"a\":1e999}",
    "{\"a\":99999999999999999999}",
    "{\"a\":-99999999999999999999}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"",
    "{\"a\":\"\\",
    "{\"a\":\"\\u0000\"}",
    "{\"\\u0000\":1}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\\udc00\\ud800\"}",
    "\xef\xbb\xbf{}",               /* byte order mark */
    "{\"a\":\"\xff\"}",             /* never in UTF-8 */
    "{\"a\":\"\xc0\xaf\"}",         /* overlong */
    "{\"a\":\"\xed\xa0\x80\"}",     /* surrogate */
    "{\"a\":\"\xf4\x90\x80\x80\"}", /* beyond U+10FFFF */
    "{\"a\":\"\xc3\"}",             /* cut */
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"b\":2,\"a\":3}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"a\":{\"b\":1,\"b\":2}}",
    "{\"a\":[{\"b\":1,\"b\":2}]}",
};

/* RFC 8725 §2.6, §3.7: one JSON object in UTF-8, read by everybody in the same way. */
static void documents_are_one_object(void **state)
{
    for (size_t i = 0; i < sizeof not_one_object / sizeof not_one_object[0]; i++) {
        expect_header(state, not_one_object[i], TOKEN_HEADER_NOT_JSON);
        expect_payload(state, not_one_object[i], TOKEN_PAYLOAD_NOT_JSON);
    }
}

/* RFC 8725 §2.6, §3.7: UTF-16 and UTF-32 have NULs. */
static void nul_in_documents(void **state)
{
    static const char *const documents[] = {"\0{}", "{\0}", "{}\0", "{\"a\":\"b\0\"}",
                                            "{\"\0\":1}"};
    static const size_t sizes[] = {3, 3, 3, 10, 7};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        forge_expect(pass_documents(*state, documents[i], sizes[i], "{}", 2), TOKEN_HEADER_NOT_JSON,
                     "NUL in the header");
        forge_expect(
            pass_documents(*state, FORGE_HEADER, strlen(FORGE_HEADER), documents[i], sizes[i]),
            TOKEN_PAYLOAD_NOT_JSON, "NUL in the payload");
    }
    forge_expect(pass_documents(*state, "{\0\"\0a\0\"\0:\0001\0}\0", 14, "{}", 2),
                 TOKEN_HEADER_NOT_JSON, "UTF-16");
}

/* One reader takes the first `alg`, another the last. */
static void duplicate_members_of_header(void **state)
{
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":\"k1\",\"alg\":\"none\"}",
                  TOKEN_HEADER_NOT_JSON);
    expect_header(state, "{\"alg\":\"none\",\"kid\":\"k1\",\"alg\":\"ES256\"}",
                  TOKEN_HEADER_NOT_JSON);
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":\"k1\",\"\\u0061lg\":\"none\"}",
                  TOKEN_HEADER_NOT_JSON);
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":\"k1\",\"kid\":\"k1\"}",
                  TOKEN_HEADER_NOT_JSON);
}

static void deep_or_wide(void **state)
{
    char *deep = talloc_zero_size(*state, 6000);
    char *wide = talloc_strdup(*state, "{\"a\":[0");

    expect_payload(state, "{\"a\":[[[[[[[]]]]]]]}", TOKEN_BELIEVED);
    expect_payload(state, "{\"a\":[[[[[[[[]]]]]]]]}", TOKEN_PAYLOAD_NOT_JSON);
    expect_payload(state, "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
                   TOKEN_PAYLOAD_NOT_JSON);
    expect_header(state, "{\"a\":[[[]]]}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"a\":[[[[]]]]}", TOKEN_HEADER_NOT_JSON);
    expect_payload(state, "{\"[[[[[[{{{{\":\"[[[[[[{{{{\\\"[\"}", TOKEN_BELIEVED);
    expect_payload(state, "{\"a\":\"\\\"[[[[[[[[[[\"}", TOKEN_BELIEVED);
    expect_payload(state, "{\"a\":\"\\\\\",\"b\":[[[[[[[[[]]]]]]]]]}", TOKEN_PAYLOAD_NOT_JSON);
    memset(deep, '[', 5999);
    memcpy(deep, "{\"a\":", 5);
    expect_payload(state, deep, TOKEN_PAYLOAD_NOT_JSON);
    for (int values = 3; values < 512; values++) {
        wide = talloc_asprintf_append(wide, ",0");
    }
    expect_payload(state, talloc_asprintf(*state, "%s]}", wide), TOKEN_BELIEVED);
    expect_payload(state, talloc_asprintf(*state, "%s,0]}", wide), TOKEN_PAYLOAD_NOT_JSON);
    expect_header(state, talloc_asprintf(*state, "%s]}", wide), TOKEN_HEADER_NOT_JSON);
}

/* RFC 8725 §2.1, §2.5, §3.1: `none` in all spellings, key agreement, other algorithms, and what
 * libjwt takes for ES256. */
static void other_algorithms(void **state)
{
    static const char *const algorithms[] = {
        "none",  "None",   "NONE",   "nOnE",   "none ", "",        "HS256",  "HS384",  "HS512",
        "RS256", "RS384",  "RS512",  "PS256",  "ES384", "ES512",   "ES256K", "EdDSA",  "es256",
        "Es256", "ES256 ", " ES256", "ES2560", "ES25",  "ECDH-ES", "dir",    "A128KW", "ES256\\n",
    };

    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        expect_header(state,
                      talloc_asprintf(*state, "{\"alg\":\"%s\",\"kid\":\"k1\"}", algorithms[i]),
                      TOKEN_HEADER_REFUSED);
    }
    expect_header(state, "{\"kid\":\"k1\"}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":null,\"kid\":\"k1\"}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":[\"ES256\"],\"kid\":\"k1\"}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":256,\"kid\":\"k1\"}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"ALG\":\"ES256\",\"kid\":\"k1\"}", TOKEN_HEADER_REFUSED);
}

/* RFC 8725 §2.9, §3.10: `kid` is looked up in the installation's own keys and nowhere else. */
static void key_ids(void **state)
{
    static const char *const unknown[] = {
        "", "k", "k11", "K1", "k1 ", "../../etc/passwd", "/dev/null", "' OR 1=1 --", "http://k1",
    };

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        expect_header(state,
                      talloc_asprintf(*state, "{\"alg\":\"ES256\",\"kid\":\"%s\"}", unknown[i]),
                      TOKEN_KEY_UNKNOWN);
    }
    expect_header(state, "{\"alg\":\"ES256\"}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":null}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":1}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":[\"k1\"]}", TOKEN_HEADER_REFUSED);
    expect_header(state, "{}", TOKEN_HEADER_REFUSED);
}

/* RFC 8725 §2.8, §3.11; ASVS 9.2.2: another kind of token. */
static void types(void **state)
{
    static const char *const good[] = {"\"JWT\"", "\"jwt\"", "\"Jwt\""};
    static const char *const bad[] = {
        "\"at+jwt\"",
        "\"logout+jwt\"",
        "\"secevent+jwt\"",
        "\"JWE\"",
        "\"JOSE\"",
        "\"\"",
        "\"JWT \"",
        "null",
        "1",
        "[\"JWT\"]",
        "{}",
        "true",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        expect_header(
            state,
            talloc_asprintf(*state, "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":%s}", good[i]),
            TOKEN_BELIEVED);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_header(
            state, talloc_asprintf(*state, "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":%s}", bad[i]),
            TOKEN_HEADER_REFUSED);
    }
    expect_header(state, "{\"alg\":\"ES256\",\"kid\":\"k1\"}", TOKEN_BELIEVED);
}

/* RFC 7515 §4.1.11 and RFC 8725 §2.3, §2.4, §2.5, §2.9, §3.6, §3.10; ASVS 9.1.3: extensions that
 * must be understood, members of encryption and compression, and those that bring the forger's own
 * key. */
static void refused_members(void **state)
{
    static const char *const members[] = {
        "\"crit\":[\"exp\"]",
        "\"crit\":[]",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"b64\":true",
        "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        "\"jwk\":null",
        "\"jku\":\"https://attacker.example/keys\"",
        "\"x5u\":\"https://attacker.example/chain\"",
        "\"x5c\":[\"MIIB\"]",
        "\"x5c\":\"MIIB\"",
        "\"x5t\":\"AAAA\"",
        "\"x5t#S256\":\"AAAA\"",
        "\"zip\":\"DEF\"",
        "\"enc\":\"A128GCM\"",
        "\"cty\":\"JWT\"",
        "\"epk\":{}",
        "\"p2c\":2147483647",
        "\"iss\":\"" FORGE_ISSUER "\"",
        "\"\":\"\"",
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_header(state,
                      talloc_asprintf(*state, "{\"alg\":\"ES256\",\"kid\":\"k1\",%s}", members[i]),
                      TOKEN_HEADER_REFUSED);
    }
}

/* ES384 has 96 bytes, ES512 132, RS256 256; DER of an ES256 one 70 to 72. */
static void signature_lengths(void **state)
{
    static const unsigned char zero[256];
    const char *input = mint_input(*state, FORGE_HEADER, "{}");

    for (size_t size = 1; size <= sizeof zero; size++) {
        const char *token =
            talloc_asprintf(*state, "%s.%s", input, mint_base64url(*state, zero, size));

        forge_expect(pass_text(token), size == 64 ? TOKEN_BELIEVED : TOKEN_SIGNATURE_WRONG, token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_token_passes), cmocka_unit_test(payload_is_what_was_signed),
        cmocka_unit_test(too_long),          cmocka_unit_test(not_three_segments),
        cmocka_unit_test(unsecured_token),   cmocka_unit_test(junk_anywhere),
        cmocka_unit_test(padding),           cmocka_unit_test(impossible_length),
        cmocka_unit_test(loose_bits),        cmocka_unit_test(documents_are_one_object),
        cmocka_unit_test(nul_in_documents),  cmocka_unit_test(duplicate_members_of_header),
        cmocka_unit_test(deep_or_wide),      cmocka_unit_test(other_algorithms),
        cmocka_unit_test(key_ids),           cmocka_unit_test(types),
        cmocka_unit_test(refused_members),   cmocka_unit_test(signature_lengths),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
