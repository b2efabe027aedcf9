/* SPDX-License-Identifier: MPL-2.0 */
/* providers.h: an installation (forge.h) that believes the identity providers of two organisations,
 * whose private keys the test has as well. */
#ifndef CODEV_TESTS_IDENTITY_PROVIDERS_H
#define CODEV_TESTS_IDENTITY_PROVIDERS_H

#include "forge.h"

#include "identity/issuers.h"

#define ACIERS "https://idp.aciers.example"
#define BANQUE "https://banque.example/oidc"
#define AUDIENCE "codev"

/* Each has a key of every kind, whose id is the kind's name: "rsa" without `alg`, "ps384" bound to
 * PS384, "p256", "p384", "p521", "ed25519". */
enum { RSA_KEY, PS384_KEY, P256_KEY, P384_KEY, P521_KEY, ED25519_KEY, KEY_COUNT };
extern const char *const key_names[KEY_COUNT];

struct provider {
    EVP_PKEY *keys[KEY_COUNT];
};

struct providers {
    struct forge *forge;
    struct provider aciers; /* may make participants and managers; audience AUDIENCE */
    struct provider banque; /* may make participants alone; audience AUDIENCE */
    struct token_issuers *issuers;
};
struct providers *providers_new(void);
void providers_free(struct providers *providers);

/* A JWKS of these, which are texts; the last is NULL. */
char *providers_jwks(TALLOC_CTX *arena, const char *const *jwks);

/* Every algorithm, and the key for it. */
extern const struct provider_algorithm {
    const char *name;
    int key;
} provider_algorithms[];
enum { ALGORITHM_COUNT = 10 };

/* {"alg":…,"kid":…,"typ":"JWT"} */
char *provider_header(TALLOC_CTX *arena, const char *algorithm, const char *kid);

/* A payload of that issuer, with the highest role that it may grant, believed at FORGE_NOW; changed
 * as forge_object does. */
char *provider_payload(TALLOC_CTX *arena, const char *issuer, const char *name, const char *json);

/* Signed with ES256 by the "p256" key of aciers. */
char *provider_token(struct providers *providers, const char *name, const char *json);

/* As forge_judge. claims_r may be NULL. */
enum token_fault provider_judge(const struct providers *providers, const char *token, int64_t now,
                                struct token_claims *claims_r);
void provider_expect(const struct providers *providers, const char *token, enum token_fault wanted,
                     const char *tried);

#endif
