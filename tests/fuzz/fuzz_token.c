/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_token.c: tokens. What begins with '{' is a header and a payload, on a line each, which are
 * then rightly signed, so that the claims are reached: by the provider of aciers where the payload
 * has its name, with the algorithm that the header names, else by the installation. Anything else
 * is a token as it comes. */
#include "../unit/identity/providers.h"

#include "fuzz.h"
#include "identity/role.h"

static struct providers *providers;

static void end(void)
{
    providers_free(providers);
}

static void start(void)
{
    if (providers == NULL) {
        providers = providers_new();
        (void)atexit(end);
    }
}

static const char *sign(TALLOC_CTX *arena, const char *header, const char *payload)
{
    const struct provider_algorithm *algorithm = &provider_algorithms[0];

    if (strstr(payload, ACIERS) == NULL) {
        return forge_token(arena, providers->forge->pkey, header, payload);
    }
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (strstr(header, provider_algorithms[i].name) != NULL) {
            algorithm = &provider_algorithms[i];
        }
    }
    return mint_token(arena, providers->aciers.keys[algorithm->key], algorithm->name, header,
                      payload);
}

static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            return false;
        }
    }
    return text[0] != '\0' && xmlCheckUTF8((const unsigned char *)text) == 1;
}

static void try_token(const char *token, size_t size)
{
    static const struct token_claims none;
    struct token_claims claims;

    memset(&claims, 0x5a, sizeof claims);
    if (token_verify(providers->forge->keys, providers->issuers, token, size, FORGE_NOW, &claims) !=
        TOKEN_BELIEVED) {
        CHECK(memcmp(&claims, &none, sizeof claims) == 0);
        return;
    }
    CHECK(is_plain(claims.organisation) && is_plain(claims.subject));
    CHECK(role_from_name(claims.role) != 0);
    if (claims.issuer[0] == '\0') {
        CHECK(is_plain(claims.id));
    } else {
        CHECK(strcmp(claims.issuer, ACIERS) == 0 && strcmp(claims.organisation, "aciers") == 0);
        CHECK(strcmp(claims.role, "manager") == 0 || strcmp(claims.role, "participant") == 0);
        CHECK(claims.id[0] == '\0' || is_plain(claims.id));
    }
    CHECK(claims.issued_at <= FORGE_NOW + TOKEN_LEEWAY);
    CHECK(claims.expires_at + TOKEN_LEEWAY > FORGE_NOW && claims.expires_at > claims.issued_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    char *const text = talloc_strndup(arena, (const char *)bytes, size);
    char *const line_end = strchr(text, '\n');

    start();
    if (size > 0 && text[0] == '{' && line_end != NULL) {
        const char *token;

        *line_end = '\0';
        token = sign(arena, text, line_end + 1);
        try_token(token, strlen(token));
    } else {
        try_token((const char *)bytes, size);
    }
    talloc_free(arena);
    return 0;
}
