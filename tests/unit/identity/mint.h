/* SPDX-License-Identifier: MPL-2.0 */
/* mint.h: keys, JWKs and tokens of every algorithm that issuers may use, for tests and
 * measurements; made with OpenSSL alone and not with the code under test. Whatever fails ends the
 * program. */
#ifndef CODEV_TESTS_IDENTITY_MINT_H
#define CODEV_TESTS_IDENTITY_MINT_H

#include <openssl/evp.h>
#include <stddef.h>
#include <talloc.h>

/* A new key for that algorithm; RSA of 2048 bits. */
EVP_PKEY *mint_key(const char *algorithm);
EVP_PKEY *mint_rsa(unsigned bits);

char *mint_base64url(TALLOC_CTX *arena, const void *bytes, size_t size);

/* HEADER.PAYLOAD of texts. */
char *mint_input(TALLOC_CTX *arena, const char *header, const char *payload);

/* Signature of the text, as a JWS has it. For PS the salt has that many bytes; -1: as the hash. */
unsigned char *mint_signature(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *algorithm, int salt,
                              const char *text, size_t *size_r);

/* The whole token. */
char *mint_token(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *algorithm, const char *header,
                 const char *payload);

/* The public half as a JWK, with more members behind: mint_jwk(arena, pkey, "\"kid\":\"a\""); ""
 * for none. */
char *mint_jwk(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *members);

#endif
