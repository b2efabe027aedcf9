/* SPDX-License-Identifier: MPL-2.0 */
/* test_issuer_gate.c: the headers of issuers' tokens; each token otherwise good and rightly signed.
 * What the gate asks of all tokens, test_gate.c tells. */
#include "providers.h"

#include "identity/gate.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
    *state = providers_new();
    return 0;
}

static int tear_down(void **state)
{
    providers_free(*state);
    return 0;
}

/* Signed with ES256 by the key "p256", whatever the header says. */
static void expect(struct providers *providers, const char *header, enum token_fault wanted)
{
    provider_expect(providers,
                    mint_token(providers, providers->aciers.keys[P256_KEY], "ES256", header,
                               provider_payload(providers, ACIERS, NULL, NULL)),
                    wanted, header);
}

static void expect_member(struct providers *providers, const char *member, enum token_fault wanted)
{
    expect(providers, talloc_asprintf(providers, "{\"alg\":\"ES256\",\"kid\":\"p256\",%s}", member),
           wanted);
}

static void every_algorithm_passes_by_its_key(void **state)
{
    struct providers *providers = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;
        const int key = provider_algorithms[i].key;

        provider_expect(providers,
                        mint_token(*state, providers->aciers.keys[key], name,
                                   provider_header(*state, name, key_names[key]),
                                   provider_payload(*state, ACIERS, NULL, NULL)),
                        TOKEN_BELIEVED, name);
    }
}

/* Every algorithm by every key: what does not belong together is refused before any signature is
 * looked at. RFC 8725 §3.1; ASVS 9.1.2. */
static void every_algorithm_by_every_key(void **state)
{
    const struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;

        for (int key = 0; key < KEY_COUNT; key++) {
            const bool fits =
                key == PS384_KEY ? strcmp(name, "PS384") == 0 : provider_algorithms[i].key == key;
            const char *token = talloc_asprintf(
                *state, "%s.%s",
                mint_input(*state, provider_header(*state, name, key_names[key]), payload),
                mint_base64url(*state, "AAAA", 3));

            provider_expect(providers, token, fits ? TOKEN_SIGNATURE_WRONG : TOKEN_HEADER_REFUSED,
                            token);
        }
    }
}

/* RFC 8725 §2.1, §2.5, §3.1, §3.2; ASVS 9.1.2. */
static void other_algorithms(void **state)
{
    static const char *const names[] = {
        "none", "None", "NONE",    "HS256", "HS384", "HS512",    "ES256K", "es256",   "ES256 ",
        "",     "RS1",  "Ed25519", "Ed448", "dir",   "RSA-OAEP", "A128KW", "ECDH-ES",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect(*state, provider_header(*state, names[i], "p256"), TOKEN_HEADER_REFUSED);
        expect(*state, provider_header(*state, names[i], "rsa"), TOKEN_HEADER_REFUSED);
    }
    expect(*state, "{\"kid\":\"p256\"}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":null,\"kid\":\"p256\"}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":[\"ES256\"],\"kid\":\"p256\"}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":256,\"kid\":\"p256\"}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"ALG\":\"ES256\",\"kid\":\"p256\"}", TOKEN_HEADER_REFUSED);
}

/* RFC 8725 §2.9, §3.10: `kid` is looked up in the issuer's own keys and nowhere else. */
static void key_ids(void **state)
{
    static const char *const unknown[] = {
        "", "p25", "p2566", "P256", "p256 ", "../../etc/passwd", "' OR 1=1 --", "http://x", "k1",
    };

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        expect(*state, provider_header(*state, "ES256", unknown[i]), TOKEN_KEY_UNKNOWN);
    }
    expect(*state, "{\"alg\":\"ES256\",\"kid\":null}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":\"ES256\",\"kid\":1}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":\"ES256\",\"kid\":[\"p256\"]}", TOKEN_HEADER_REFUSED);
}

/* Without `kid` it is the only key that allows the algorithm, or none: PS384 could be two, PS256
 * cannot be the one that is bound to PS384. */
static void key_without_id(void **state)
{
    const struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;
        const char *header = talloc_asprintf(*state, "{\"alg\":\"%s\"}", name);

        provider_expect(providers,
                        mint_token(*state, providers->aciers.keys[provider_algorithms[i].key], name,
                                   header, payload),
                        strcmp(name, "PS384") == 0 ? TOKEN_KEY_UNKNOWN : TOKEN_BELIEVED, header);
    }
    expect(*state, "{\"alg\":\"none\"}", TOKEN_HEADER_REFUSED);
    expect(*state, "{\"alg\":\"HS256\"}", TOKEN_HEADER_REFUSED);
}

/* RFC 8725 §3.11: another kind of token; ASVS 9.2.2. */
static void types(void **state)
{
    static const char *const good[] = {
        "\"JWT\"", "\"jwt\"", "\"at+jwt\"", "\"AT+JWT\"", "\"application/at+jwt\"",
    };
    static const char *const bad[] = {
        "\"logout+jwt\"",
        "\"secevent+jwt\"",
        "\"dpop+jwt\"",
        "\"token-introspection+jwt\"",
        "\"oauth-authz-req+jwt\"",
        "\"id+jwt\"",
        "\"ID\"",
        "\"JWE\"",
        "\"JOSE\"",
        "\"\"",
        "\"JWT \"",
        "\"at+jwt \"",
        "\"jwt+at\"",
        "null",
        "1",
        "[\"JWT\"]",
        "{}",
        "true",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        expect_member(*state, talloc_asprintf(*state, "\"typ\":%s", good[i]), TOKEN_BELIEVED);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_member(*state, talloc_asprintf(*state, "\"typ\":%s", bad[i]), TOKEN_HEADER_REFUSED);
    }
    expect(*state, "{\"alg\":\"ES256\",\"kid\":\"p256\"}", TOKEN_BELIEVED);
}

/* RFC 7515 §4.1.11 and RFC 8725 §2.3, §2.4, §2.9, §3.6, §3.10; ASVS 9.1.3. */
static void dangerous_members(void **state)
{
    static const char *const members[] = {
        "\"crit\":[\"exp\"]",
        "\"crit\":[]",
        "\"crit\":null",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"b64\":true",
        "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        "\"jwk\":null",
        "\"jku\":\"https://attacker.example/keys\"",
        "\"jku\":\"" ACIERS "/keys\"",
        "\"x5u\":\"https://attacker.example/chain\"",
        "\"x5c\":[\"MIIB\"]",
        "\"x5c\":\"MIIB\"",
        "\"zip\":\"DEF\"",
        "\"enc\":\"A128GCM\"",
        "\"cty\":\"JWT\"",
        "\"\\u0063rit\":[]",
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_member(*state, members[i], TOKEN_HEADER_REFUSED);
    }
}

/* RFC 7515 §4: what is not understood is ignored; thumbprints are real providers' habit. */
static void harmless_members(void **state)
{
    static const char *const members[] = {
        "\"x5t\":\"bW8gdGhhbg\"", "\"x5t#S256\":\"AAAA\"",
        "\"x5t\":null",           "\"x5t\":\"AAAA\",\"x5t#S256\":\"AAAA\",\"typ\":\"at+jwt\"",
        "\"pi.atm\":\"x\"",       "\"iss\":\"urn:x\"",
        "\"nonce\":\"x\"",        "\"\":{}",
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_member(*state, members[i], TOKEN_BELIEVED);
    }
    /* the installation's own tokens have none */
    expect_member(*state, "\"alg\":\"ES256\"", TOKEN_HEADER_NOT_JSON);
}

/* What the gate hands on. */
static void what_passes(void **state)
{
    struct providers *providers = *state;
    const char *token = provider_token(providers, NULL, NULL);
    struct token_gated passed;

    forge_expect(
        token_gate_pass(providers->forge->keys, providers->issuers, token, strlen(token), &passed),
        TOKEN_BELIEVED, token);
    assert_null(passed.key);
    assert_ptr_equal(passed.issuer, token_issuers_find(providers->issuers, ACIERS));
    assert_ptr_equal(passed.jwk, jwks_find(passed.issuer->keys, "p256", passed.algorithm));
    assert_string_equal(passed.algorithm->name, "ES256");
    assert_int_equal(passed.signed_size, strrchr(token, '.') - token);
    assert_int_equal(passed.signature_size, 64);
    assert_string_equal(json_string_value(json_object_get(passed.payload, "sub")), "alice");
    token_gate_close(&passed);
    assert_null(passed.payload);
    forge_expect(token_gate_pass(providers->forge->keys, NULL, token, strlen(token), &passed),
                 TOKEN_ISSUER_WRONG, "no issuers");
}

/* DER, other curves' and other keys' signatures. */
static void signature_lengths(void **state)
{
    static const unsigned char zero[1200];
    struct providers *providers = *state;
    const struct {
        const char *algorithm, *kid;
        size_t size;
    } keys[] = {
        {"RS256", "rsa", 256},  {"ES256", "p256", 64},    {"ES384", "p384", 96},
        {"ES512", "p521", 132}, {"EdDSA", "ed25519", 64},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *input =
            mint_input(*state, provider_header(*state, keys[i].algorithm, keys[i].kid),
                       provider_payload(*state, ACIERS, NULL, NULL));

        for (size_t size = 1; size <= sizeof zero; size += size < 260 ? 1 : 47) {
            const char *token =
                talloc_asprintf(*state, "%s.%s", input, mint_base64url(*state, zero, size));
            struct token_gated passed;
            const enum token_fault fault = token_gate_pass(
                providers->forge->keys, providers->issuers, token, strlen(token), &passed);

            forge_expect(fault, size == keys[i].size ? TOKEN_BELIEVED : TOKEN_SIGNATURE_WRONG,
                         token);
            token_gate_close(&passed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_passes_by_its_key),
        cmocka_unit_test(every_algorithm_by_every_key),
        cmocka_unit_test(other_algorithms),
        cmocka_unit_test(key_ids),
        cmocka_unit_test(key_without_id),
        cmocka_unit_test(types),
        cmocka_unit_test(dangerous_members),
        cmocka_unit_test(harmless_members),
        cmocka_unit_test(what_passes),
        cmocka_unit_test(signature_lengths),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
