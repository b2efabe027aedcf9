/* SPDX-License-Identifier: MPL-2.0 */
/* token.h: tokens (JWT): the installation's own (ES256) made and verified, those of organisations'
 * issuers verified, all behind a strict gate. RFC 7515, 7519, 8725, 9068. Every doubt refuses. */
#ifndef CODEV_IDENTITY_TOKEN_H
#define CODEV_IDENTITY_TOKEN_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum {
    TOKEN_SIZE_MAX = 8192,      /* bytes of a token; longer ones crash or slow libraries */
    TOKEN_LEEWAY = 60,          /* seconds by which clocks may differ */
    TOKEN_TTL_DEFAULT = 3600,   /* seconds */
    TOKEN_TTL_MAX = 86400 * 30, /* seconds */
    TOKEN_TEXT_MAX = 255,       /* bytes of a text claim */
    TOKEN_MEMORY_SLOTS = 4096,  /* verified tokens remembered by a worker */
};

struct token_key_file {
    const char *id;   /* kid */
    const char *path; /* PEM, EC P-256 private key */
};

/* Keys of this installation, and its issuer name, which is `iss` and `aud` of its tokens. */
struct token_keys;

/* The first file signs, all verify. Each must be a P-256 private key; ids unique and not empty.
 * NULL: error names the file and the reason. Freed with the context; key text is wiped then. */
struct token_keys *token_keys_load(TALLOC_CTX *context, const char *issuer,
                                   const struct token_key_file *files, size_t count,
                                   struct error *error);

/* Whose tokens are believed as well: an organisation's own provider of identities. */
struct token_issuer_file {
    const char *organisation; /* slug; its tokens are of this one, whatever they say */
    const char *url;          /* `iss`, compared exactly */
    const char *audience;     /* that `aud` must name */
    unsigned roles;           /* that it may grant: bits of enum codev_role, never admin */
    const char *path;         /* JWKS (RFC 7517) with its public keys */
};

/* Issuers with their keys. */
struct token_issuers;

/* No two of one name, nor one of the installation's own. NULL: error names the issuer and the
 * reason. Freed with the context. */
struct token_issuers *token_issuers_load(TALLOC_CTX *context, const struct token_keys *keys,
                                         const struct token_issuer_file *files, size_t count,
                                         struct error *error);

/* What a token says, once believed. A person is organisation, issuer and subject. */
struct token_claims {
    char organisation[TOKEN_TEXT_MAX + 1]; /* slug; claim "org", or as the issuer's is configured */
    char issuer[TOKEN_TEXT_MAX + 1];       /* claim "iss"; empty: the installation itself */
    char subject[TOKEN_TEXT_MAX + 1];      /* claim "sub" */
    char role[TOKEN_TEXT_MAX + 1];         /* exactly one of the role names; claim "role" */
    char id[TOKEN_TEXT_MAX + 1];           /* claim "jti"; may be empty in an issuer's */
    int64_t issued_at, expires_at;         /* seconds since 1970; claims "iat", "exp" */
    int64_t not_before;                    /* claim "nbf"; 0: none */
};

/* Why a token is not believed; for the log and tests. The client hears only that it is invalid. */
enum token_fault {
    TOKEN_BELIEVED = 0,
    TOKEN_TOO_LONG,
    TOKEN_NOT_THREE_SEGMENTS, /* or junk, padding, NUL in the base64url */
    TOKEN_HEADER_NOT_JSON,    /* or not one object, duplicate members */
    TOKEN_HEADER_REFUSED,     /* alg, kid, typ, crit or an unknown key-bearing member */
    TOKEN_KEY_UNKNOWN,        /* or not named, where several could be meant */
    TOKEN_PAYLOAD_NOT_JSON,
    TOKEN_SIGNATURE_WRONG,
    TOKEN_ISSUER_WRONG,
    TOKEN_AUDIENCE_WRONG,
    TOKEN_EXPIRED,
    TOKEN_NOT_YET_VALID,
    TOKEN_CLAIM_MISSING,
    TOKEN_CLAIM_MALFORMED,
    TOKEN_PURPOSE_WRONG, /* an ID token, a logout token, or one bound to a key of its bearer */
    TOKEN_ROLE_REFUSED,  /* none that its issuer may grant */
    TOKEN_NO_MEMORY,
};
const char *token_fault_text(enum token_fault fault); /* "expired", … */

/* Believe or refuse. issuers may be NULL: the installation's own tokens alone. On anything but
 * TOKEN_BELIEVED claims_r is all zero. */
enum token_fault token_verify(const struct token_keys *keys, const struct token_issuers *issuers,
                              const char *token, size_t size, int64_t now,
                              struct token_claims *claims_r);

/* Sign with the first key, as the installation itself; issued_at and expires_at as given,
 * not_before never, jti made when id is empty. NULL: error says why. */
char *token_sign(TALLOC_CTX *arena, const struct token_keys *keys,
                 const struct token_claims *claims, struct error *error);

/* Verified tokens remembered by SHA-256, so that a token's signature is verified once a worker.
 * Bounded: a slot holds one token, a newer one replaces it. Never before `nbf` or past `exp` (with
 * leeway), nor past the keys and issuers, which never change and outlive it. */
struct token_memory;
struct token_memory *token_memory_new(TALLOC_CTX *context, const struct token_keys *keys,
                                      const struct token_issuers *issuers);

/* As token_verify, by memory where possible. */
enum token_fault token_memory_verify(struct token_memory *memory, const char *token, size_t size,
                                     int64_t now, struct token_claims *claims_r);

#endif
