/* SPDX-License-Identifier: MPL-2.0 */
/* test_issuer_attack.c: the attacks of RFC 8725 §2 and the items of OWASP ASVS 5.0 V9 on tokens of
 * issuers, with real keys and real signatures, each by its name. */
#include "providers.h"

#include <openssl/hmac.h>
#include <openssl/pem.h>
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

static char *join(TALLOC_CTX *arena, const char *input, const void *signature, size_t size)
{
    return talloc_asprintf(arena, "%s.%s", input, mint_base64url(arena, signature, size));
}

/* Signed by that provider's key, in the name of that issuer. */
static char *token_of(struct providers *providers, const struct provider *provider,
                      size_t algorithm, const char *issuer)
{
    const char *name = provider_algorithms[algorithm].name;
    const int key = provider_algorithms[algorithm].key;

    return mint_token(providers, provider->keys[key], name,
                      provider_header(providers, name, key_names[key]),
                      provider_payload(providers, issuer, NULL, NULL));
}

/* ASVS 9.1.1, 9.1.2: what the other tests change is believed before it is changed. */
static void good_tokens_are_believed(void **state)
{
    struct providers *providers = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        struct token_claims claims;

        forge_expect(provider_judge(providers, token_of(*state, &providers->aciers, i, ACIERS),
                                    FORGE_NOW, &claims),
                     TOKEN_BELIEVED, provider_algorithms[i].name);
        assert_string_equal(claims.organisation, "aciers");
        forge_expect(provider_judge(providers, token_of(*state, &providers->banque, i, BANQUE),
                                    FORGE_NOW, &claims),
                     TOKEN_BELIEVED, provider_algorithms[i].name);
        assert_string_equal(claims.organisation, "banque");
        assert_string_equal(claims.issuer, BANQUE);
    }
}

/* RFC 8725 §2.1, §3.2; ASVS 9.1.1, 9.1.2. */
static void algorithm_none(void **state)
{
    static const char *const spellings[] = {"none", "None", "NONE", "nONE", "noNe"};
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);
    const char *signature = strrchr(provider_token(providers, NULL, NULL), '.');

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const char *header = provider_header(*state, spellings[i], "p256");
        const char *input = mint_input(*state, header, payload);

        provider_expect(providers, input, TOKEN_NOT_THREE_SEGMENTS, header);
        provider_expect(providers, talloc_asprintf(*state, "%s.", input), TOKEN_NOT_THREE_SEGMENTS,
                        header);
        provider_expect(providers, talloc_asprintf(*state, "%s%s", input, signature),
                        TOKEN_HEADER_REFUSED, header);
    }
}

/* RFC 8725 §2.1, §3.1; ASVS 9.1.2: HMAC, its secret the public key that everybody has, in every
 * form that it has. */
static void hmac_with_public_key(void **state)
{
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);
    static const char *const algorithms[] = {"HS256", "HS384", "HS512", "RS256"};

    for (int key = 0; key < KEY_COUNT; key++) {
        EVP_PKEY *pkey = providers->aciers.keys[key];
        const char *const secrets[] = {forge_public_pem(*state, pkey), mint_jwk(*state, pkey, ""),
                                       key_names[key], ""};

        for (size_t i = 0; i < 16; i++) {
            const char *secret = secrets[i / 4];
            const char *header = provider_header(*state, algorithms[i % 4], key_names[key]);
            const char *input = mint_input(*state, header, payload);
            unsigned char mac[64] = {0};
            unsigned size = 0;
            const EVP_MD *digest = i % 4 == 1   ? EVP_sha384()
                                   : i % 4 == 2 ? EVP_sha512()
                                                : EVP_sha256();

            assert_non_null(HMAC(digest, secret, (int)strlen(secret), (const unsigned char *)input,
                                 strlen(input), mac, &size));
            provider_expect(providers, join(*state, input, mac, size),
                            i % 4 == 3 && key == RSA_KEY ? TOKEN_SIGNATURE_WRONG
                                                         : TOKEN_HEADER_REFUSED,
                            header);
        }
    }
}

/* RFC 8725 §2.1, §3.1: a signature that is right by an algorithm that the key is not for. */
static void rsa_key_bound_to_another_algorithm(void **state)
{
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;
        const char *header = provider_header(*state, name, "ps384");

        if (provider_algorithms[i].key != RSA_KEY) {
            continue;
        }
        provider_expect(
            providers, mint_token(*state, providers->aciers.keys[PS384_KEY], name, header, payload),
            strcmp(name, "PS384") == 0 ? TOKEN_BELIEVED : TOKEN_HEADER_REFUSED, header);
    }
}

/* RFC 8725 §3.1: the same key, another algorithm used than named. */
static void algorithm_named_is_not_the_one_used(void **state)
{
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        for (size_t j = 0; j < ALGORITHM_COUNT; j++) {
            const int key = provider_algorithms[i].key;

            if (i != j && key == RSA_KEY && provider_algorithms[j].key == RSA_KEY) {
                const char *header =
                    provider_header(*state, provider_algorithms[j].name, key_names[key]);

                provider_expect(providers,
                                mint_token(*state, providers->aciers.keys[key],
                                           provider_algorithms[i].name, header, payload),
                                TOKEN_SIGNATURE_WRONG, header);
            }
        }
    }
}

/* RFC 8725 §2.7, §3.8; ASVS 9.1.3: one organisation's provider in the other's name. */
static void key_of_one_issuer_with_the_name_of_another(void **state)
{
    struct providers *providers = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        provider_expect(providers, token_of(*state, &providers->aciers, i, BANQUE),
                        TOKEN_SIGNATURE_WRONG, "aciers as banque");
        provider_expect(providers, token_of(*state, &providers->banque, i, ACIERS),
                        TOKEN_SIGNATURE_WRONG, "banque as aciers");
    }
}

/* RFC 8725 §3.8, §3.12: a provider signs as the installation, with its own key under the
 * installation's key's id; and the installation's key signs as a provider. */
static void installation_and_issuers_are_apart(void **state)
{
    struct providers *providers = *state;
    EVP_PKEY *theirs = providers->aciers.keys[P256_KEY];
    EVP_PKEY *ours = providers->forge->pkey;
    const char *own = forge_payload(*state, "role", "\"admin\"");
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    provider_expect(providers, mint_token(*state, theirs, "ES256", FORGE_HEADER, own),
                    TOKEN_SIGNATURE_WRONG, "provider as installation");
    provider_expect(
        providers,
        mint_token(*state, theirs, "ES256", provider_header(*state, "ES256", "p256"), own),
        TOKEN_KEY_UNKNOWN, "provider as installation, by its own key's id");
    provider_expect(providers, mint_token(*state, ours, "ES256", FORGE_HEADER, payload),
                    TOKEN_KEY_UNKNOWN, "installation as provider");
    provider_expect(
        providers,
        mint_token(*state, ours, "ES256", provider_header(*state, "ES256", "p256"), payload),
        TOKEN_SIGNATURE_WRONG, "installation as provider, by its key's id");
    /* rules of issuers do not soften the installation's */
    provider_expect(providers,
                    mint_token(*state, ours, "ES256",
                               "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"at+jwt\"}", own),
                    TOKEN_HEADER_REFUSED, "at+jwt of the installation");
    provider_expect(
        providers,
        mint_token(*state, ours, "ES256", "{\"alg\":\"ES256\",\"kid\":\"k1\",\"x5t\":\"AA\"}", own),
        TOKEN_HEADER_REFUSED, "x5t of the installation");
    provider_expect(providers, mint_token(*state, ours, "ES256", "{\"alg\":\"ES256\"}", own),
                    TOKEN_HEADER_REFUSED, "no kid of the installation");
}

/* RFC 8725 §2.9, §3.10; ASVS 9.1.3: the forger's key travels in the token, which is right by it. */
static void embedded_key(void **state)
{
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);

    for (size_t i = 0; i < ALGORITHM_COUNT; i += 3) {
        const char *name = provider_algorithms[i].name;
        const char *kid = key_names[provider_algorithms[i].key];
        EVP_PKEY *pkey = mint_key(name);
        const char *const members[] = {
            talloc_asprintf(*state, "\"jwk\":%s", mint_jwk(*state, pkey, "")),
            "\"jku\":\"http://127.0.0.1/keys\"",
            "\"x5u\":\"http://127.0.0.1/chain\"",
            "\"x5c\":[\"MIIB\"]",
        };

        for (size_t j = 0; j < sizeof members / sizeof members[0]; j++) {
            const char *header = talloc_asprintf(*state, "{\"alg\":\"%s\",\"kid\":\"%s\",%s}", name,
                                                 kid, members[j]);

            provider_expect(providers, mint_token(*state, pkey, name, header, payload),
                            TOKEN_HEADER_REFUSED, header);
        }
        provider_expect(providers,
                        mint_token(*state, pkey, name, provider_header(*state, name, kid), payload),
                        TOKEN_SIGNATURE_WRONG, "another key of that kind");
        EVP_PKEY_free(pkey);
    }
}

/* RFC 8725 §3.3; ASVS 9.1.1: the signature of one token under another's payload or header. */
static void swapped_parts(void **state)
{
    struct providers *providers = *state;
    const char *signature = strrchr(provider_token(providers, NULL, NULL), '.');
    const char *header = provider_header(*state, "ES256", "p256");
    const char *reordered = "{\"kid\":\"p256\",\"alg\":\"ES256\",\"typ\":\"JWT\"}";
    const char *bob =
        mint_input(*state, header, provider_payload(*state, ACIERS, "sub", "\"bob\""));
    const char *renamed =
        mint_input(*state, reordered, provider_payload(*state, ACIERS, NULL, NULL));

    provider_expect(providers, talloc_asprintf(*state, "%s%s", bob, signature),
                    TOKEN_SIGNATURE_WRONG, "another payload");
    provider_expect(providers, talloc_asprintf(*state, "%s%s", renamed, signature),
                    TOKEN_SIGNATURE_WRONG, "another header");
}

/* RFC 8725 §3.3: each character of the token replaced by another of the alphabet. */
static void each_character_changed(void **state)
{
    struct providers *providers = *state;

    for (size_t algorithm = 0; algorithm < ALGORITHM_COUNT; algorithm += 3) {
        char *token = token_of(providers, &providers->aciers, algorithm, ACIERS);
        const size_t size = strlen(token);

        for (size_t i = 0; i < size; i++) {
            const char was = token[i];

            token[i] = was == 'Q' ? 'g' : 'Q';
            assert_int_not_equal(provider_judge(providers, token, FORGE_NOW, NULL), TOKEN_BELIEVED);
            token[i] = was;
        }
        provider_expect(providers, token, TOKEN_BELIEVED, "as it was");
    }
}

static void each_truncation(void **state)
{
    struct providers *providers = *state;
    const char *token = provider_token(providers, NULL, NULL);

    for (size_t size = 0; size < strlen(token); size++) {
        assert_int_not_equal(
            provider_judge(providers, talloc_strndup(*state, token, size), FORGE_NOW, NULL),
            TOKEN_BELIEVED);
    }
}

/* RFC 8725 §2.6: one token has one spelling. */
static void other_spellings(void **state)
{
    struct providers *providers = *state;
    const char *token = provider_token(providers, NULL, NULL);
    const char *const spellings[] = {
        talloc_asprintf(*state, "%s=", token),    talloc_asprintf(*state, "%s==", token),
        talloc_asprintf(*state, " %s", token),    talloc_asprintf(*state, "%s\n", token),
        talloc_asprintf(*state, "%s.", token),    talloc_asprintf(*state, ".%s", token),
        talloc_asprintf(*state, "%s%%00", token), talloc_asprintf(*state, "%s, %s", token, token),
    };

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        provider_expect(providers, spellings[i], TOKEN_NOT_THREE_SEGMENTS, spellings[i]);
    }
}

/* RFC 8725 §2.6: of two members with one name one reader takes the first and another the last. */
static void duplicate_members(void **state)
{
    struct providers *providers = *state;
    const char *payload = provider_payload(*state, ACIERS, NULL, NULL);
    static const char *const twice[] = {
        "\"iss\":\"" BANQUE "\"", "\"sub\":\"bob\"",    "\"role\":\"participant\"",
        "\"aud\":\"other\"",      "\"exp\":1795503601",
    };

    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++) {
        const char *first = talloc_asprintf(*state, "{%s,%s", twice[i], payload + 1);
        const char *last =
            talloc_asprintf(*state, "%.*s,%s}", (int)strlen(payload) - 1, payload, twice[i]);

        provider_expect(providers,
                        mint_token(*state, providers->aciers.keys[P256_KEY], "ES256",
                                   provider_header(*state, "ES256", "p256"), first),
                        TOKEN_PAYLOAD_NOT_JSON, first);
        provider_expect(providers,
                        mint_token(*state, providers->aciers.keys[P256_KEY], "ES256",
                                   provider_header(*state, "ES256", "p256"), last),
                        TOKEN_PAYLOAD_NOT_JSON, last);
    }
}

/* RFC 8725 §2.3, §2.4, §3.6: encrypted and nested tokens; RFC 7515 §7.2: other serialisations. */
static void other_serialisations(void **state)
{
    struct providers *providers = *state;
    const char *token = provider_token(providers, NULL, NULL);

    provider_expect(providers, talloc_asprintf(*state, "%s.AAAA.AAAA", token),
                    TOKEN_NOT_THREE_SEGMENTS, "five segments");
    provider_expect(providers, "{\"payload\":\"e30\",\"protected\":\"e30\",\"signature\":\"AA\"}",
                    TOKEN_NOT_THREE_SEGMENTS, "JSON");
    provider_expect(providers,
                    mint_token(*state, providers->aciers.keys[P256_KEY], "ES256",
                               provider_header(*state, "ES256", "p256"), token),
                    TOKEN_PAYLOAD_NOT_JSON, "a token in a token");
}

/* RFC 8725 §3.7: the texts are UTF-8 and nothing else. */
static void other_encodings(void **state)
{
    static const char *const subjects[] = {"\"\xe9\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
                                           "\"\\ud800\"", "\"a\\u0000b\""};

    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        provider_expect(*state, provider_token(*state, "sub", subjects[i]), TOKEN_PAYLOAD_NOT_JSON,
                        subjects[i]);
    }
}

/* RFC 8725 §2.8, §3.12; ASVS 9.2.2: the same key signed an ID token, a logout token without its
 * `typ`, a token bound to its bearer's key. */
static void other_kinds_of_tokens(void **state)
{
    struct providers *providers = *state;

    provider_expect(providers, provider_token(providers, "nonce", "\"x\""), TOKEN_PURPOSE_WRONG,
                    "ID token");
    provider_expect(providers,
                    provider_token(providers, "events",
                                   "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"),
                    TOKEN_PURPOSE_WRONG, "logout token");
    provider_expect(providers, provider_token(providers, "cnf", "{\"jkt\":\"x\"}"),
                    TOKEN_PURPOSE_WRONG, "DPoP");
}

/* ASVS 9.2.1. */
static void expired_token(void **state)
{
    const char *token = provider_token(*state, NULL, NULL);

    forge_expect(provider_judge(*state, token, FORGE_NOW + 3600 + TOKEN_LEEWAY, NULL),
                 TOKEN_EXPIRED, "late");
    forge_expect(provider_judge(*state, token, FORGE_NOW - TOKEN_LEEWAY - 1, NULL),
                 TOKEN_NOT_YET_VALID, "early");
}

/* RFC 8725 §2.7, §3.9; ASVS 9.2.3, 9.2.4: the same key signs for other services too. */
static void token_for_another_service(void **state)
{
    provider_expect(*state, provider_token(*state, "aud", "\"https://other.example\""),
                    TOKEN_AUDIENCE_WRONG, "another service");
    provider_expect(*state, provider_token(*state, "aud", NULL), TOKEN_CLAIM_MISSING,
                    "any service");
}

/* A long token costs no more than a look at its length. */
static void huge_tokens(void **state)
{
    const size_t size = 8u << 20;
    char *token = talloc_size(*state, size + 1);

    memset(token, 'A', size);
    token[size] = '\0';
    provider_expect(*state, token, TOKEN_TOO_LONG, "8 MB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_tokens_are_believed),
        cmocka_unit_test(algorithm_none),
        cmocka_unit_test(hmac_with_public_key),
        cmocka_unit_test(rsa_key_bound_to_another_algorithm),
        cmocka_unit_test(algorithm_named_is_not_the_one_used),
        cmocka_unit_test(key_of_one_issuer_with_the_name_of_another),
        cmocka_unit_test(installation_and_issuers_are_apart),
        cmocka_unit_test(embedded_key),
        cmocka_unit_test(swapped_parts),
        cmocka_unit_test(each_character_changed),
        cmocka_unit_test(each_truncation),
        cmocka_unit_test(other_spellings),
        cmocka_unit_test(duplicate_members),
        cmocka_unit_test(other_serialisations),
        cmocka_unit_test(other_encodings),
        cmocka_unit_test(other_kinds_of_tokens),
        cmocka_unit_test(expired_token),
        cmocka_unit_test(token_for_another_service),
        cmocka_unit_test(huge_tokens),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
