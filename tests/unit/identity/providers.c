/* SPDX-License-Identifier: MPL-2.0 */
/* providers.c: see providers.h. */
#include "providers.h"

#include <codev/plugin.h>
#include <stdbool.h>
#include <string.h>

const char *const key_names[KEY_COUNT] = {"rsa", "ps384", "p256", "p384", "p521", "ed25519"};

static const char *const key_algorithms[KEY_COUNT] = {"RS256", "PS384", "ES256",
                                                      "ES384", "ES512", "EdDSA"};

const struct provider_algorithm provider_algorithms[] = {
    {"RS256", RSA_KEY},  {"RS384", RSA_KEY},     {"RS512", RSA_KEY},  {"PS256", RSA_KEY},
    {"PS384", RSA_KEY},  {"PS512", RSA_KEY},     {"ES256", P256_KEY}, {"ES384", P384_KEY},
    {"ES512", P521_KEY}, {"EdDSA", ED25519_KEY},
};

char *providers_jwks(TALLOC_CTX *arena, const char *const *jwks)
{
    char *text = talloc_strdup(arena, "{\"keys\":[");

    for (size_t i = 0; jwks[i] != NULL; i++) {
        text = talloc_asprintf_append(text, "%s%s", i > 0 ? "," : "", jwks[i]);
    }
    text = talloc_asprintf_append(text, "]}");
    assert_non_null(text);
    return text;
}

static char *make_provider(struct forge *forge, struct provider *provider, const char *name)
{
    const char *jwks[KEY_COUNT + 1] = {NULL};
    const char *text;
    char *path;

    for (int i = 0; i < KEY_COUNT; i++) {
        const char *bound = i == PS384_KEY ? ",\"alg\":\"PS384\"" : "";

        provider->keys[i] = mint_key(key_algorithms[i]);
        jwks[i] = mint_jwk(
            forge, provider->keys[i],
            talloc_asprintf(forge, "\"use\":\"sig\",\"kid\":\"%s\"%s", key_names[i], bound));
    }
    text = providers_jwks(forge, jwks);
    path = forge_path(forge, name);
    forge_write(path, text, strlen(text), 0644);
    return path;
}

struct providers *providers_new(void)
{
    struct providers *providers = talloc_zero(NULL, struct providers);
    struct token_issuer_file files[] = {
        {"aciers", ACIERS, AUDIENCE, CODEV_PARTICIPANT | CODEV_MANAGER, NULL},
        {"banque", BANQUE, AUDIENCE, CODEV_PARTICIPANT, NULL},
    };
    struct error error = {""};

    assert_non_null(providers);
    providers->forge = forge_new();
    files[0].path = make_provider(providers->forge, &providers->aciers, "aciers.jwks.json");
    files[1].path = make_provider(providers->forge, &providers->banque, "banque.jwks.json");
    providers->issuers = token_issuers_load(providers, providers->forge->keys, files, 2, &error);
    if (providers->issuers == NULL) {
        fail_msg("%s", error.text);
    }
    return providers;
}

void providers_free(struct providers *providers)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        EVP_PKEY_free(providers->aciers.keys[i]);
        EVP_PKEY_free(providers->banque.keys[i]);
    }
    forge_free(providers->forge);
    talloc_free(providers);
}

char *provider_header(TALLOC_CTX *arena, const char *algorithm, const char *kid)
{
    char *header =
        talloc_asprintf(arena, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}", algorithm, kid);

    assert_non_null(header);
    return header;
}

char *provider_payload(TALLOC_CTX *arena, const char *issuer, const char *name, const char *json)
{
    const char *const members[][2] = {
        {"iss", talloc_asprintf(arena, "\"%s\"", issuer)},
        {"aud", "\"" AUDIENCE "\""},
        {"sub", "\"alice\""},
        {"role", strcmp(issuer, ACIERS) == 0 ? "\"manager\"" : "\"participant\""},
        {"jti", "\"0123456789abcdef\""},
        {"iat", "1795500000"},
        {"exp", "1795503600"},
    };

    return forge_object(arena, members, sizeof members / sizeof members[0], name, json);
}

char *provider_token(struct providers *providers, const char *name, const char *json)
{
    return mint_token(providers, providers->aciers.keys[P256_KEY], "ES256",
                      provider_header(providers, "ES256", "p256"),
                      provider_payload(providers, ACIERS, name, json));
}

enum token_fault provider_judge(const struct providers *providers, const char *token, int64_t now,
                                struct token_claims *claims_r)
{
    static const struct token_claims none;
    struct token_claims claims;
    enum token_fault fault;

    memset(&claims, 0x5a, sizeof claims);
    fault = token_verify(providers->forge->keys, providers->issuers, token, strlen(token), now,
                         &claims);
    if (fault == TOKEN_BELIEVED) {
        assert_string_not_equal(claims.subject, "");
    } else {
        assert_memory_equal(&claims, &none, sizeof claims);
    }
    if (claims_r != NULL) {
        *claims_r = claims;
    }
    return fault;
}

void provider_expect(const struct providers *providers, const char *token, enum token_fault wanted,
                     const char *tried)
{
    forge_expect(provider_judge(providers, token, FORGE_NOW, NULL), wanted, tried);
}
