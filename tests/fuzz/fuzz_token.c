/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_token.c: tokens. What begins with '{' is a header and a payload, on a line each, which are
 * then rightly signed, so that the claims are reached; anything else is a token as it comes. */
#include "../unit/identity/forge.h"

#include "fuzz.h"
#include "identity/role.h"

static struct forge *forge;

static void end(void)
{
    forge_free(forge);
}

static void start(void)
{
    if (forge == NULL) {
        forge = forge_new();
        (void)atexit(end);
    }
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
    if (token_verify(forge->keys, token, size, FORGE_NOW, &claims) != TOKEN_BELIEVED) {
        CHECK(memcmp(&claims, &none, sizeof claims) == 0);
        return;
    }
    CHECK(is_plain(claims.organisation) && is_plain(claims.subject) && is_plain(claims.id));
    CHECK(role_from_name(claims.role) != 0);
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
        token = forge_token(arena, forge->pkey, text, line_end + 1);
        try_token(token, strlen(token));
    } else {
        try_token((const char *)bytes, size);
    }
    talloc_free(arena);
    return 0;
}
