/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_jwks.c: sets of keys, as issuers publish them. */
#include "fuzz.h"
#include "identity/jwks.h"

/* A key that was taken is one that OpenSSL works with, whatever it was made from. */
static void check_key(const struct jwk *key)
{
    static const char *const names[] = {"RS256", "ES256", "ES384", "ES512", "EdDSA"};
    static const unsigned char signature[SIGNATURE_SIZE_MAX] = {1};
    const struct algorithm *algorithm = key->algorithm;

    CHECK(key->pkey != NULL && key->signature_size > 0);
    CHECK(key->signature_size <= sizeof signature);
    for (size_t i = 0; algorithm == NULL && i < sizeof names / sizeof names[0]; i++) {
        algorithm = jwk_allows(key, algorithm_find(names[i])) ? algorithm_find(names[i]) : NULL;
    }
    CHECK(algorithm != NULL && algorithm->kind == key->kind);
    CHECK(algorithm_verify(algorithm, key->pkey, "", 0, signature, key->signature_size) ==
          TOKEN_SIGNATURE_WRONG);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    TALLOC_CTX *const arena = talloc_new(NULL);
    struct error error = {""};
    const struct jwks *const jwks = jwks_read(arena, (const char *)bytes, size, &error);

    if (jwks == NULL) {
        CHECK(error.text[0] != '\0' && error.text[strlen(error.text) - 1] == '.');
    } else {
        CHECK(jwks->count > 0 && jwks->count <= JWKS_KEYS_MAX);
        for (size_t i = 0; i < jwks->count; i++) {
            check_key(&jwks->keys[i]);
        }
    }
    talloc_free(arena);
    return 0;
}
