/* SPDX-License-Identifier: MPL-2.0 */
/* token.h: the installation's own tokens (JWT, ES256): made, and verified behind a strict gate.
 * RFC 7515, 7519, 8725. Every doubt refuses. */
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

/* What a token says, once believed. */
struct token_claims {
    char organisation[TOKEN_TEXT_MAX + 1]; /* slug; claim "org" */
    char subject[TOKEN_TEXT_MAX + 1];      /* claim "sub" */
    char role[TOKEN_TEXT_MAX + 1];         /* exactly one of the role names; claim "role" */
    char id[TOKEN_TEXT_MAX + 1];           /* claim "jti" */
    int64_t issued_at, expires_at;         /* seconds since 1970; claims "iat", "exp" */
};

/* Why a token is not believed; for the log and tests. The client hears only that it is invalid. */
enum token_fault {
    TOKEN_BELIEVED = 0,
    TOKEN_TOO_LONG,
    TOKEN_NOT_THREE_SEGMENTS, /* or junk, padding, NUL in the base64url */
    TOKEN_HEADER_NOT_JSON,    /* or not one object, duplicate members */
    TOKEN_HEADER_REFUSED,     /* alg, kid, typ, crit or an unknown key-bearing member */
    TOKEN_KEY_UNKNOWN,
    TOKEN_PAYLOAD_NOT_JSON,
    TOKEN_SIGNATURE_WRONG,
    TOKEN_ISSUER_WRONG,
    TOKEN_AUDIENCE_WRONG,
    TOKEN_EXPIRED,
    TOKEN_NOT_YET_VALID,
    TOKEN_CLAIM_MISSING,
    TOKEN_CLAIM_MALFORMED,
    TOKEN_NO_MEMORY,
};
const char *token_fault_text(enum token_fault fault); /* "expired", … */

/* Believe or refuse. On anything but TOKEN_BELIEVED claims_r is all zero. */
enum token_fault token_verify(const struct token_keys *keys, const char *token, size_t size,
                              int64_t now, struct token_claims *claims_r);

/* Sign with the first key; issued_at and expires_at as given, jti made when id is empty.
 * NULL: error says why. */
char *token_sign(TALLOC_CTX *arena, const struct token_keys *keys,
                 const struct token_claims *claims, struct error *error);

/* Verified tokens remembered by SHA-256, so that a token's signature is verified once a worker.
 * Bounded: a slot holds one token, a newer one replaces it. Never past `exp` (with leeway). */
struct token_memory;
struct token_memory *token_memory_new(TALLOC_CTX *context, const struct token_keys *keys);

/* As token_verify, by memory where possible. */
enum token_fault token_memory_verify(struct token_memory *memory, const char *token, size_t size,
                                     int64_t now, struct token_claims *claims_r);

#endif
