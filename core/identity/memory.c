/* SPDX-License-Identifier: MPL-2.0 */
/* memory.c: verified tokens remembered, see token.h. Only what was believed is ever stored, so
 * nobody without a token can push others out or fill the table. */
#include "identity/token.h"

#include "identity/claims.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

enum { DIGEST_SIZE = 32 };

struct entry {
    unsigned char digest[DIGEST_SIZE];
    struct token_claims claims;
};

struct token_memory {
    const struct token_keys *keys;
    const struct token_issuers *issuers;
    EVP_MD *sha256;      /* fetched once: a fetch costs more than the digest */
    EVP_MD_CTX *context; /* kept from digest to digest */
    struct entry *slots[TOKEN_MEMORY_SLOTS];
};

static int forget(struct token_memory *memory)
{
    EVP_MD_CTX_free(memory->context);
    EVP_MD_free(memory->sha256);
    return 0;
}

struct token_memory *token_memory_new(TALLOC_CTX *context, const struct token_keys *keys,
                                      const struct token_issuers *issuers)
{
    struct token_memory *memory = talloc_zero(context, struct token_memory);

    if (memory == NULL) {
        return NULL;
    }
    memory->keys = keys;
    memory->issuers = issuers;
    memory->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    memory->context = EVP_MD_CTX_new();
    talloc_set_destructor(memory, forget);
    if (memory->sha256 == NULL || memory->context == NULL) {
        ERR_clear_error();
        talloc_free(memory);
        return NULL;
    }
    return memory;
}

static bool digest_token(struct token_memory *memory, const char *token, size_t size,
                         unsigned char digest_r[DIGEST_SIZE])
{
    const bool done = EVP_DigestInit_ex2(memory->context, memory->sha256, NULL) == 1 &&
                      EVP_DigestUpdate(memory->context, token, size) == 1 &&
                      EVP_DigestFinal_ex(memory->context, digest_r, NULL) == 1;

    if (!done) {
        ERR_clear_error();
    }
    return done;
}

static struct entry **slot_of(struct token_memory *memory, const unsigned char *digest)
{
    return &memory->slots[(digest[0] | (size_t)digest[1] << 8) % TOKEN_MEMORY_SLOTS];
}

/* The whole digest is compared: a slot is shared by many tokens, and only this very one, signature
 * and all, was verified. */
static bool is_remembered(const struct entry *entry, const unsigned char *digest)
{
    return entry != NULL && CRYPTO_memcmp(entry->digest, digest, DIGEST_SIZE) == 0;
}

/* Without memory for it, it is verified again next time. */
static void remember(struct token_memory *memory, const unsigned char *digest,
                     const struct token_claims *claims)
{
    struct entry **slot = slot_of(memory, digest);

    if (*slot == NULL) {
        *slot = talloc(memory, struct entry);
    }
    if (*slot != NULL) {
        memcpy((*slot)->digest, digest, DIGEST_SIZE);
        (*slot)->claims = *claims;
    }
}

/* A remembered token is judged by the clock each time: it expires here as it does everywhere. */
static enum token_fault recall(const struct entry *entry, int64_t now,
                               struct token_claims *claims_r)
{
    const enum token_fault fault = token_claims_at(&entry->claims, now);

    if (fault == TOKEN_BELIEVED) {
        *claims_r = entry->claims;
    }
    return fault;
}

enum token_fault token_memory_verify(struct token_memory *memory, const char *token, size_t size,
                                     int64_t now, struct token_claims *claims_r)
{
    unsigned char digest[DIGEST_SIZE];
    enum token_fault fault;

    memset(claims_r, 0, sizeof *claims_r);
    if (size > TOKEN_SIZE_MAX) {
        return TOKEN_TOO_LONG;
    }
    if (!digest_token(memory, token, size, digest)) {
        return token_verify(memory->keys, memory->issuers, token, size, now, claims_r);
    }
    if (is_remembered(*slot_of(memory, digest), digest)) {
        return recall(*slot_of(memory, digest), now, claims_r);
    }
    fault = token_verify(memory->keys, memory->issuers, token, size, now, claims_r);
    if (fault == TOKEN_BELIEVED) {
        remember(memory, digest, claims_r);
    }
    return fault;
}
