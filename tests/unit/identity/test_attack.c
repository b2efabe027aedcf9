/* SPDX-License-Identifier: MPL-2.0 */
/* test_attack.c: the attacks of RFC 8725 §2 and the items of OWASP ASVS 5.0 V9 on the
 * installation's own tokens, with real keys and real signatures, each by its name. */
#include "forge.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static char *good_token(struct forge *forge)
{
    return forge_token(forge, forge->pkey, FORGE_HEADER, forge_payload(forge, NULL, NULL));
}

static char *join(TALLOC_CTX *arena, const char *input, const void *signature, size_t size)
{
    return talloc_asprintf(arena, "%s.%s", input, mint_base64url(arena, signature, size));
}

static void good_token_is_believed(void **state)
{
    forge_expect(forge_judge(*state, good_token(*state), FORGE_NOW), TOKEN_BELIEVED, "good");
}

/* RFC 8725 §2.1, §3.2; ASVS 9.1.1, 9.1.2: no signature is wanted. */
static void algorithm_none(void **state)
{
    static const char *const spellings[] = {"none", "None", "NONE", "nONE", "noNe"};
    const char *payload = forge_payload(*state, "role", "\"admin\"");
    const char *signature = strrchr(good_token(*state), '.');

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const char *header =
            talloc_asprintf(*state, "{\"alg\":\"%s\",\"kid\":\"k1\"}", spellings[i]);
        const char *input = mint_input(*state, header, payload);

        forge_expect(forge_judge(*state, input, FORGE_NOW), TOKEN_NOT_THREE_SEGMENTS, header);
        forge_expect(forge_judge(*state, talloc_asprintf(*state, "%s.", input), FORGE_NOW),
                     TOKEN_NOT_THREE_SEGMENTS, header);
        forge_expect(
            forge_judge(*state, talloc_asprintf(*state, "%s%s", input, signature), FORGE_NOW),
            TOKEN_HEADER_REFUSED, header);
    }
}

/* RFC 8725 §2.1, §3.1; ASVS 9.1.2: HMAC, its secret the public key that everybody has. libjwt alone
 * believes it. */
static void hmac_with_public_key(void **state)
{
    const struct forge *forge = *state;
    const char *payload = forge_payload(*state, "role", "\"admin\"");
    const char *secret = forge_public_pem(*state, forge->pkey);
    const char *const headers[] = {
        "{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
        "{\"alg\":\"hs256\",\"kid\":\"k1\"}",
        FORGE_HEADER,
    };
    static const enum token_fault wanted[] = {
        TOKEN_HEADER_REFUSED,
        TOKEN_HEADER_REFUSED,
        TOKEN_HEADER_REFUSED,
        TOKEN_SIGNATURE_WRONG,
    };

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *input = mint_input(*state, headers[i], payload);
        unsigned char mac[64] = {0};
        unsigned size = 0;

        assert_non_null(HMAC(EVP_sha256(), secret, (int)strlen(secret),
                             (const unsigned char *)input, strlen(input), mac, &size));
        forge_expect(forge_judge(forge, join(*state, input, mac, size), FORGE_NOW), wanted[i],
                     headers[i]);
        forge_expect(forge_judge(forge, join(*state, input, mac, sizeof mac), FORGE_NOW), wanted[i],
                     headers[i]);
    }
}

/* RFC 8725 §3.1; ASVS 9.1.2: our own key, but another algorithm named, or used. */
static void other_algorithm_on_that_key(void **state)
{
    const struct forge *forge = *state;
    const char *payload = forge_payload(*state, NULL, NULL);
    static const char *const algorithms[] = {"ES384", "ES512", "RS256", "PS256", "ES256K", "es256"};
    const char *input = mint_input(*state, FORGE_HEADER, payload);
    unsigned char raw[64];

    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        const char *header =
            talloc_asprintf(*state, "{\"alg\":\"%s\",\"kid\":\"k1\"}", algorithms[i]);

        forge_expect(
            forge_judge(forge, forge_token(*state, forge->pkey, header, payload), FORGE_NOW),
            TOKEN_HEADER_REFUSED, header);
    }
    forge_ecdsa(forge->pkey, "SHA384", input, raw, sizeof raw / 2);
    forge_expect(forge_judge(forge, join(*state, input, raw, sizeof raw), FORGE_NOW),
                 TOKEN_SIGNATURE_WRONG, "SHA-384 under the name of ES256");
}

/* RFC 8725 §3.1: real ES384 by the forger's own P-384 key, under the name of ours. */
static void other_curve(void **state)
{
    const char *payload = forge_payload(*state, NULL, NULL);
    EVP_PKEY *pkey = forge_key("P-384");
    static const char *const headers[] = {"{\"alg\":\"ES384\",\"kid\":\"k1\"}", FORGE_HEADER};
    static const enum token_fault wanted[] = {TOKEN_HEADER_REFUSED, TOKEN_SIGNATURE_WRONG};

    for (size_t i = 0; i < 2; i++) {
        const char *input = mint_input(*state, headers[i], payload);
        unsigned char raw[96];

        forge_ecdsa(pkey, i == 0 ? "SHA384" : "SHA256", input, raw, sizeof raw / 2);
        forge_expect(forge_judge(*state, join(*state, input, raw, sizeof raw), FORGE_NOW),
                     wanted[i], headers[i]);
    }
    EVP_PKEY_free(pkey);
}

/* RFC 8725 §2.9, §3.10; ASVS 9.1.3: the forger's key travels in the token, whose signature is right
 * by it. */
static void embedded_key(void **state)
{
    const char *payload = forge_payload(*state, NULL, NULL);
    EVP_PKEY *pkey = forge_key("P-256");
    unsigned char point[65];
    size_t size = 0;
    const char *header;

    assert_int_equal(
        EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &size),
        1);
    assert_int_equal(size, sizeof point);
    header = talloc_asprintf(*state,
                             "{\"alg\":\"ES256\",\"kid\":\"k1\",\"jwk\":{\"kty\":\"EC\","
                             "\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}}",
                             mint_base64url(*state, point + 1, 32),
                             mint_base64url(*state, point + 33, 32));
    forge_expect(forge_judge(*state, forge_token(*state, pkey, header, payload), FORGE_NOW),
                 TOKEN_HEADER_REFUSED, header);
    header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"jku\":\"http://127.0.0.1/keys\"}";
    forge_expect(forge_judge(*state, forge_token(*state, pkey, header, payload), FORGE_NOW),
                 TOKEN_HEADER_REFUSED, header);
    EVP_PKEY_free(pkey);
}

/* Signed rightly by our own key, and refused all the same (RFC 7515 §4.1.11). */
static void critical_extension(void **state)
{
    const struct forge *forge = *state;
    const char *payload = forge_payload(*state, NULL, NULL);
    const char *header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"crit\":[\"b64\"],\"b64\":false}";

    forge_expect(forge_judge(forge, forge_token(*state, forge->pkey, header, payload), FORGE_NOW),
                 TOKEN_HEADER_REFUSED, header);
}

/* RFC 8725 §2.8, §3.11, §3.12; ASVS 9.2.2: the same key signed a logout token. */
static void other_type_of_token(void **state)
{
    const struct forge *forge = *state;
    const char *payload = forge_payload(*state, NULL, NULL);
    const char *header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"logout+jwt\"}";

    forge_expect(forge_judge(forge, forge_token(*state, forge->pkey, header, payload), FORGE_NOW),
                 TOKEN_HEADER_REFUSED, header);
}

/* RFC 8725 §3.8; ASVS 9.1.3: another installation whose key has the same id and whose issuer the
 * same name. */
static void other_installation(void **state)
{
    struct forge *other = forge_new();

    forge_expect(forge_judge(*state, good_token(other), FORGE_NOW), TOKEN_SIGNATURE_WRONG,
                 "another's token");
    forge_expect(forge_judge(other, good_token(*state), FORGE_NOW), TOKEN_SIGNATURE_WRONG,
                 "our token there");
    forge_free(other);
}

/* RFC 8725 §2.7, §3.9; ASVS 9.2.4: two installations of one key. What each signs is for itself
 * alone, by its name in `aud` and `iss`. */
static void one_key_of_two_installations(void **state)
{
    const struct forge *forge = *state;
    const struct token_key_file file = {"k1", forge_path(forge, "k1.pem")};
    struct error error = {""};
    struct token_keys *other = token_keys_load(*state, "urn:codev:other", &file, 1, &error);
    struct token_claims claims;
    const char *token;

    assert_non_null(other);
    forge_expect(forge_judge(forge, good_token(*state), FORGE_NOW), TOKEN_BELIEVED, "ours, here");
    assert_int_equal(token_verify(forge->keys, NULL, good_token(*state), strlen(good_token(*state)),
                                  FORGE_NOW, &claims),
                     TOKEN_BELIEVED);
    token = token_sign(*state, other, &claims, &error);
    assert_non_null(token);
    forge_expect(token_verify(other, NULL, token, strlen(token), FORGE_NOW, &claims),
                 TOKEN_BELIEVED, "theirs, there");
    forge_expect(forge_judge(forge, token, FORGE_NOW), TOKEN_ISSUER_WRONG, "theirs, here");
    token = forge_token(*state, forge->pkey, FORGE_HEADER,
                        forge_payload(*state, "aud", "\"urn:codev:other\""));
    forge_expect(forge_judge(forge, token, FORGE_NOW), TOKEN_AUDIENCE_WRONG, "for them, here");
    talloc_free(other);
}

/* RFC 8725 §3.3; ASVS 9.1.1: the signature of one token under another's payload or header. */
static void swapped_parts(void **state)
{
    const struct forge *forge = *state;
    const char *staff = good_token(*state);
    const char *admin =
        mint_input(*state, FORGE_HEADER, forge_payload(*state, "role", "\"admin\""));
    const char *header = "{\"kid\":\"k1\",\"alg\":\"ES256\"}";
    const char *renamed = mint_input(*state, header, forge_payload(*state, NULL, NULL));
    const char *signature = strrchr(staff, '.');

    forge_expect(forge_judge(forge, talloc_asprintf(*state, "%s%s", admin, signature), FORGE_NOW),
                 TOKEN_SIGNATURE_WRONG, "another payload");
    forge_expect(forge_judge(forge, talloc_asprintf(*state, "%s%s", renamed, signature), FORGE_NOW),
                 TOKEN_SIGNATURE_WRONG, "another header");
}

/* RFC 8725 §3.3; ASVS 9.1.1: each character of the token replaced by another of the alphabet. */
static void each_character_changed(void **state)
{
    char *token = good_token(*state);
    const size_t size = strlen(token);

    for (size_t i = 0; i < size; i++) {
        const char was = token[i];

        token[i] = was == 'Q' ? 'g' : 'Q';
        assert_int_not_equal(forge_judge(*state, token, FORGE_NOW), TOKEN_BELIEVED);
        token[i] = was;
    }
    forge_expect(forge_judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "as it was");
}

static void each_byte_of_signature_flipped(void **state)
{
    const struct forge *forge = *state;
    const char *input = mint_input(*state, FORGE_HEADER, forge_payload(*state, NULL, NULL));
    unsigned char raw[64];

    forge_ecdsa(forge->pkey, "SHA256", input, raw, sizeof raw / 2);
    for (size_t i = 0; i < sizeof raw; i++) {
        for (unsigned bit = 0; bit < 8; bit += 7) {
            raw[i] = (unsigned char)(raw[i] ^ 1u << bit);
            forge_expect(forge_judge(forge, join(*state, input, raw, sizeof raw), FORGE_NOW),
                         TOKEN_SIGNATURE_WRONG, "a flipped bit");
            raw[i] = (unsigned char)(raw[i] ^ 1u << bit);
        }
    }
}

static void each_truncation(void **state)
{
    char *token = good_token(*state);
    const size_t size = strlen(token);

    for (size_t i = 0; i < size; i++) {
        assert_int_not_equal(forge_judge_bytes(*state, token, i, FORGE_NOW), TOKEN_BELIEVED);
    }
    forge_expect(forge_judge_bytes(*state, token, size + 1, FORGE_NOW), TOKEN_NOT_THREE_SEGMENTS,
                 "with its NUL");
}

static void signature_in_der(void **state)
{
    const struct forge *forge = *state;
    const char *input = mint_input(*state, FORGE_HEADER, forge_payload(*state, NULL, NULL));
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[80];
    size_t size = sizeof der;

    assert_int_equal(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, forge->pkey, NULL),
                     1);
    assert_int_equal(
        EVP_DigestSign(context, der, &size, (const unsigned char *)input, strlen(input)), 1);
    forge_expect(forge_judge(forge, join(*state, input, der, size), FORGE_NOW),
                 TOKEN_SIGNATURE_WRONG, "DER");
    EVP_MD_CTX_free(context);
}

/* RFC 8725 §3.4: zero, one and the group's order, what careless verifiers take for a signature of
 * anything (CVE-2022-21449). */
static void degenerate_numbers(void **state)
{
    static const unsigned char order[32] = {
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
        0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    };
    static const unsigned char zero[32];
    static const unsigned char one[32] = {[31] = 1};
    const unsigned char *const numbers[] = {zero, one, order};
    const char *input = mint_input(*state, FORGE_HEADER, forge_payload(*state, NULL, NULL));

    for (size_t i = 0; i < 9; i++) {
        unsigned char raw[64];

        memcpy(raw, numbers[i / 3], 32);
        memcpy(raw + 32, numbers[i % 3], 32);
        forge_expect(forge_judge(*state, join(*state, input, raw, sizeof raw), FORGE_NOW),
                     TOKEN_SIGNATURE_WRONG, "degenerate numbers");
    }
}

/* RFC 8725 §2.6: padding, junk and line breaks are what libjwt ignores: the same token in another
 * spelling. */
static void other_spellings(void **state)
{
    const char *token = good_token(*state);
    const char *const spellings[] = {
        talloc_asprintf(*state, "%s=", token),
        talloc_asprintf(*state, "%s==", token),
        talloc_asprintf(*state, " %s", token),
        talloc_asprintf(*state, "%s\n", token),
        talloc_asprintf(*state, "%s.", token),
        talloc_asprintf(*state, ".%s", token),
        talloc_asprintf(*state, "%s%%00", token),
        talloc_asprintf(*state, "Bearer %s", token),
        talloc_asprintf(*state, "%s, %s", token, token),
    };

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        forge_expect(forge_judge(*state, spellings[i], FORGE_NOW), TOKEN_NOT_THREE_SEGMENTS,
                     spellings[i]);
    }
}

/* RFC 8725 §2.3, §2.4, §3.6: JSON and encrypted serialisations of RFC 7515 §7.2 and RFC 7516. */
static void other_serialisations(void **state)
{
    const char *token = good_token(*state);
    const char *const tokens[] = {
        "{\"payload\":\"e30\",\"protected\":\"e30\",\"signature\":\"AA\"}",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA",
        talloc_asprintf(*state, "%s.AAAA.AAAA", token),
        talloc_asprintf(*state, "%s.AAAA", token),
        "{}",
        "null",
    };

    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        forge_expect(forge_judge(*state, tokens[i], FORGE_NOW), TOKEN_NOT_THREE_SEGMENTS,
                     tokens[i]);
    }
    forge_expect(
        forge_judge(*state,
                    forge_token(*state, ((const struct forge *)*state)->pkey, FORGE_HEADER, token),
                    FORGE_NOW),
        TOKEN_PAYLOAD_NOT_JSON, "a token in a token");
}

static void huge_tokens(void **state)
{
    const size_t size = 8u << 20;
    char *token = talloc_size(*state, size + 1);

    memset(token, 'A', size);
    token[size] = '\0';
    forge_expect(forge_judge(*state, token, FORGE_NOW), TOKEN_TOO_LONG, "8 MB");
    token[TOKEN_SIZE_MAX + 1] = '\0';
    forge_expect(forge_judge(*state, token, FORGE_NOW), TOKEN_TOO_LONG, "8 KB and 1");
    token[TOKEN_SIZE_MAX] = '\0';
    forge_expect(forge_judge(*state, token, FORGE_NOW), TOKEN_NOT_THREE_SEGMENTS, "8 KB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_token_is_believed),
        cmocka_unit_test(algorithm_none),
        cmocka_unit_test(hmac_with_public_key),
        cmocka_unit_test(other_algorithm_on_that_key),
        cmocka_unit_test(other_curve),
        cmocka_unit_test(embedded_key),
        cmocka_unit_test(critical_extension),
        cmocka_unit_test(other_type_of_token),
        cmocka_unit_test(other_installation),
        cmocka_unit_test(one_key_of_two_installations),
        cmocka_unit_test(swapped_parts),
        cmocka_unit_test(each_character_changed),
        cmocka_unit_test(each_byte_of_signature_flipped),
        cmocka_unit_test(each_truncation),
        cmocka_unit_test(signature_in_der),
        cmocka_unit_test(degenerate_numbers),
        cmocka_unit_test(other_spellings),
        cmocka_unit_test(other_serialisations),
        cmocka_unit_test(huge_tokens),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
