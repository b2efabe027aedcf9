/* SPDX-License-Identifier: MPL-2.0 */
/* claims.h: what the payload of a token must say to be believed, once its signature is right. */
#ifndef CODEV_IDENTITY_CLAIMS_H
#define CODEV_IDENTITY_CLAIMS_H

#include "identity/issuers.h"
#include "identity/token.h"

#include <jansson.h>
#include <stdint.h>

/* Of the installation's own token: every claim, each required but nbf. claims_r is whole only when
 * TOKEN_BELIEVED is returned. */
enum token_fault token_claims_read(const json_t *payload, const char *issuer, int64_t now,
                                   struct token_claims *claims_r);

/* Of an issuer's token: iss, aud, exp, iat and sub are required; role and jti may be missing; org
 * counts nothing, since the organisation is the issuer's. */
enum token_fault token_claims_read_issuers(const json_t *payload, const struct token_issuer *issuer,
                                           int64_t now, struct token_claims *claims_r);

/* TOKEN_EXPIRED, TOKEN_NOT_YET_VALID or TOKEN_BELIEVED: the times alone, for claims read before. */
enum token_fault token_claims_at(const struct token_claims *claims, int64_t now);

#endif
