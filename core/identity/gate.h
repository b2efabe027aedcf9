/* SPDX-License-Identifier: MPL-2.0 */
/* gate.h: the strict gate that every token passes before its signature is looked at. Libraries take
 * junk, padding, duplicate members, any algorithm, and crash on long headers; behind the gate there
 * is one spelling of a token and one algorithm a key. RFC 7515, 7519, 8725. */
#ifndef CODEV_IDENTITY_GATE_H
#define CODEV_IDENTITY_GATE_H

#include "identity/issuers.h"
#include "identity/keys.h"

#include <jansson.h>

/* What a well-formed token holds. Nothing of it is believed yet: the signature comes after. */
struct token_gated {
    json_t *payload; /* an object, of the very bytes that are signed */

    /* the installation's own token */
    const struct token_key *key; /* that its header names; lives as long as the keys */

    /* an issuer's; NULL: the installation's own */
    const struct token_issuer *issuer;
    const struct jwk *jwk;
    const struct algorithm *algorithm; /* which the key allows */
    size_t signed_size;                /* bytes of the token that are signed */
    size_t signature_size;
    unsigned char signature[SIGNATURE_SIZE_MAX];
};

/* issuers may be NULL. TOKEN_BELIEVED: well-formed, to be closed with token_gate_close. Otherwise
 * passed_r needs no closing. */
enum token_fault token_gate_pass(const struct token_keys *keys, const struct token_issuers *issuers,
                                 const char *token, size_t size, struct token_gated *passed_r);
void token_gate_close(struct token_gated *passed);

#endif
