/* SPDX-License-Identifier: MPL-2.0 */
/* token.c: see token.h. libjwt signs and verifies the installation's own tokens, OpenSSL verifies
 * those of issuers; the gate stands before both, and the claims are read from what the gate parsed,
 * never from what libjwt made of it. */
#include "identity/token.h"

#include "base/hex.h"
#include "identity/claims.h"
#include "identity/gate.h"
#include "identity/keys.h"
#include "identity/role.h"
#include "identity/text.h"

#include <errno.h>
#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *token_fault_text(enum token_fault fault)
{
    static const char *const texts[] = {
        [TOKEN_BELIEVED] = "believed",
        [TOKEN_TOO_LONG] = "too long",
        [TOKEN_NOT_THREE_SEGMENTS] = "not three base64url segments",
        [TOKEN_HEADER_NOT_JSON] = "header is not one JSON object",
        [TOKEN_HEADER_REFUSED] = "header refused",
        [TOKEN_KEY_UNKNOWN] = "unknown key",
        [TOKEN_PAYLOAD_NOT_JSON] = "payload is not one JSON object",
        [TOKEN_SIGNATURE_WRONG] = "wrong signature",
        [TOKEN_ISSUER_WRONG] = "wrong issuer",
        [TOKEN_AUDIENCE_WRONG] = "wrong audience",
        [TOKEN_EXPIRED] = "expired",
        [TOKEN_NOT_YET_VALID] = "not yet valid",
        [TOKEN_CLAIM_MISSING] = "a claim is missing",
        [TOKEN_CLAIM_MALFORMED] = "a claim is malformed",
        [TOKEN_PURPOSE_WRONG] = "made for another purpose",
        [TOKEN_ROLE_REFUSED] = "no role that its issuer may grant",
        [TOKEN_NO_MEMORY] = "out of memory",
    };

    return (size_t)fault < sizeof texts / sizeof texts[0] ? texts[fault] : "unknown";
}

/* Forgery. libjwt takes a NULL key for "don't verify", and answers 0 without having verified when
 * it can't copy the key; the algorithm is then none, so that is asked as well. */
static enum token_fault check_signature(const struct token_key *key, const char *token, size_t size)
{
    char text[TOKEN_SIZE_MAX + 1];
    enum token_fault fault = TOKEN_SIGNATURE_WRONG;
    jwt_t *jwt = NULL;
    int result;

    memcpy(text, token, size);
    text[size] = '\0';
    result = jwt_decode(&jwt, text, (const unsigned char *)key->public_pem, (int)key->public_size);
    if (result == 0 && jwt != NULL && jwt_get_alg(jwt) == JWT_ALG_ES256) {
        fault = TOKEN_BELIEVED;
    } else if (result == ENOMEM || result == 0) {
        fault = TOKEN_NO_MEMORY;
    }
    jwt_free(result == 0 ? jwt : NULL);
    ERR_clear_error();
    OPENSSL_cleanse(text, size);
    return fault;
}

static enum token_fault verify_own(const struct token_keys *keys, const struct token_gated *passed,
                                   const char *token, size_t size, int64_t now,
                                   struct token_claims *claims_r)
{
    const enum token_fault fault = check_signature(passed->key, token, size);

    return fault == TOKEN_BELIEVED ? token_claims_read(passed->payload, keys->issuer, now, claims_r)
                                   : fault;
}

static enum token_fault verify_issuers(const struct token_gated *passed, const char *token,
                                       int64_t now, struct token_claims *claims_r)
{
    const enum token_fault fault =
        algorithm_verify(passed->algorithm, passed->jwk->pkey, token, passed->signed_size,
                         passed->signature, passed->signature_size);

    return fault == TOKEN_BELIEVED
               ? token_claims_read_issuers(passed->payload, passed->issuer, now, claims_r)
               : fault;
}

enum token_fault token_verify(const struct token_keys *keys, const struct token_issuers *issuers,
                              const char *token, size_t size, int64_t now,
                              struct token_claims *claims_r)
{
    struct token_gated passed;
    enum token_fault fault = token_gate_pass(keys, issuers, token, size, &passed);

    memset(claims_r, 0, sizeof *claims_r);
    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    fault = passed.issuer == NULL ? verify_own(keys, &passed, token, size, now, claims_r)
                                  : verify_issuers(&passed, token, now, claims_r);
    token_gate_close(&passed);
    if (fault != TOKEN_BELIEVED) {
        memset(claims_r, 0, sizeof *claims_r);
    }
    return fault;
}

/* 128 random bits in hexadecimal: nobody guesses the name of another's token. */
static int make_id(char id_r[TOKEN_TEXT_MAX + 1])
{
    unsigned char random[16];

    if (RAND_bytes(random, sizeof random) != 1) {
        ERR_clear_error();
        return -1;
    }
    hex_text(random, sizeof random, id_r);
    return 0;
}

/* What token_verify would refuse is told by name, before it is signed. */
static int check_claims(const struct token_claims *claims, struct error *error)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"organisation", claims->organisation},
        {"subject", claims->subject},
        {"identifier", claims->id},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!token_text_is_plain(texts[i].text, strnlen(texts[i].text, TOKEN_TEXT_MAX + 1))) {
            return error_set(error,
                             "The token's %s is empty, longer than %d bytes, or has control "
                             "characters.",
                             texts[i].name, TOKEN_TEXT_MAX);
        }
    }
    if (memchr(claims->role, '\0', sizeof claims->role) == NULL ||
        role_of_token(claims->role) == 0) {
        return error_set(error, "The token's role is none of participant, facilitator, manager, "
                                "staff, admin and system.");
    }
    if (claims->issued_at < 0 || claims->expires_at <= claims->issued_at ||
        claims->expires_at - claims->issued_at > TOKEN_TTL_MAX) {
        return error_set(error, "A token is valid for 1 to %d seconds.", TOKEN_TTL_MAX);
    }
    return 0;
}

static int add_members(jwt_t *jwt, const struct token_keys *keys, const struct token_claims *claims)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"iss", keys->issuer},    {"aud", keys->issuer},  {"org", claims->organisation},
        {"sub", claims->subject}, {"role", claims->role}, {"jti", claims->id},
    };
    int failed = jwt_add_header(jwt, "kid", keys->keys[0].id);

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        failed |= jwt_add_grant(jwt, texts[i].name, texts[i].text);
    }
    failed |= jwt_add_grant_int(jwt, "iat", claims->issued_at);
    failed |= jwt_add_grant_int(jwt, "exp", claims->expires_at);
    return failed != 0 ? -1 : 0;
}

/* libjwt adds `alg` and `typ` to the header, and wipes its copy of the key. */
static char *make_token(TALLOC_CTX *arena, const struct token_keys *keys,
                        const struct token_claims *claims)
{
    const struct token_key *key = &keys->keys[0];
    jwt_t *jwt = NULL;
    char *text = NULL;
    char *token = NULL;

    if (jwt_new(&jwt) != 0) {
        return NULL;
    }
    if (add_members(jwt, keys, claims) == 0 &&
        jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)key->private_pem,
                    (int)key->private_size) == 0) {
        text = jwt_encode_str(jwt);
    }
    if (text != NULL) {
        token = talloc_strdup(arena, text);
        OPENSSL_cleanse(text, strlen(text));
        free(text);
    }
    jwt_free(jwt);
    ERR_clear_error();
    return token;
}

/* libjwt may lose members when memory is short: a token is given out only when it says what it
 * should, by the same judgement that it will meet. */
static bool says(const struct token_keys *keys, const char *token,
                 const struct token_claims *claims)
{
    struct token_claims read;

    return token_verify(keys, NULL, token, strlen(token), claims->issued_at, &read) ==
               TOKEN_BELIEVED &&
           strcmp(read.organisation, claims->organisation) == 0 &&
           strcmp(read.subject, claims->subject) == 0 && strcmp(read.role, claims->role) == 0 &&
           strcmp(read.id, claims->id) == 0 && read.issued_at == claims->issued_at &&
           read.expires_at == claims->expires_at && read.not_before == claims->not_before;
}

char *token_sign(TALLOC_CTX *arena, const struct token_keys *keys,
                 const struct token_claims *claims, struct error *error)
{
    struct token_claims whole = *claims;
    char *token;

    if (whole.id[0] == '\0' && make_id(whole.id) != 0) {
        error_set(error, "There is no randomness for the token's identifier.");
        return NULL;
    }
    if (check_claims(&whole, error) != 0) {
        return NULL;
    }
    token = make_token(arena, keys, &whole);
    if (token == NULL || !says(keys, token, &whole)) {
        error_set(error, "The token cannot be signed with the key \"%s\".", keys->keys[0].id);
        talloc_free(token);
        return NULL;
    }
    return token;
}
