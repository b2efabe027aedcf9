/* SPDX-License-Identifier: MPL-2.0 */
/* forge.h: keys and tokens of every kind for the tests of this folder, made with OpenSSL alone and
 * not with the code under test. Whatever fails here fails the test. */
#ifndef CODEV_TESTS_IDENTITY_FORGE_H
#define CODEV_TESTS_IDENTITY_FORGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "identity/token.h"
#include "mint.h"

#include <openssl/evp.h>
#include <sys/types.h>
#include <talloc.h>

#define FORGE_NOW INT64_C(1795500000)
#define FORGE_ISSUER "urn:codev:installation"
#define FORGE_HEADER "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"JWT\"}"

/* An installation with one key, "k1", which the test has as well. */
struct forge {
    char directory[64];
    EVP_PKEY *pkey;
    struct token_keys *keys;
};
struct forge *forge_new(void);
void forge_free(struct forge *forge);

/* Files below the forge's directory; removed with it. */
char *forge_path(const struct forge *forge, const char *name);
void forge_write(const char *path, const void *bytes, size_t size, mode_t mode);

EVP_PKEY *forge_key(const char *curve);
char *forge_private_pem(TALLOC_CTX *arena, EVP_PKEY *pkey);
char *forge_public_pem(TALLOC_CTX *arena, EVP_PKEY *pkey);

/* ECDSA with SHA-256 or SHA-384, both numbers padded to `width` bytes and joined (RFC 7518 §3.4).
 */
void forge_ecdsa(EVP_PKEY *pkey, const char *digest, const char *text, unsigned char *raw_r,
                 size_t width);

/* The whole token of texts, with a signature of the key. */
char *forge_token(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *header, const char *payload);

/* A JSON object of these members (name, JSON), but for the one of that name: its value is `json`
 * instead, or it is left out when NULL. A new name adds a member. */
char *forge_object(TALLOC_CTX *arena, const char *const (*members)[2], size_t count,
                   const char *name, const char *json);

/* A payload that is believed at FORGE_NOW, but for that member. */
char *forge_payload(TALLOC_CTX *arena, const char *name, const char *json);

/* token_verify at that time; whatever isn't believed must leave no claims. */
enum token_fault forge_judge(const struct forge *forge, const char *token, int64_t now);
enum token_fault forge_judge_bytes(const struct forge *forge, const char *token, size_t size,
                                   int64_t now);

/* Fails with the faults' names and what was tried. */
void forge_expect(enum token_fault got, enum token_fault wanted, const char *tried);

#endif
