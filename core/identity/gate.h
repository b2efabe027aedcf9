/* SPDX-License-Identifier: MPL-2.0 */
/* gate.h: the strict gate that every token passes before a JWT library sees it. Libraries take
 * junk, padding, duplicate members, any algorithm, and crash on long headers; behind the gate there
 * is one spelling of a token and one algorithm a key. RFC 7515, 7519, 8725. */
#ifndef CODEV_IDENTITY_GATE_H
#define CODEV_IDENTITY_GATE_H

#include "identity/keys.h"

#include <jansson.h>

/* What a well-formed token holds. Nothing of it is believed yet: the signature comes after. */
struct token_gated {
    const struct token_key *key; /* that its header names; lives as long as the keys */
    json_t *payload;             /* an object, of the very bytes that are signed */
};

/* TOKEN_BELIEVED: well-formed, to be closed with token_gate_close. Otherwise passed_r is all zero
 * and needs no closing. */
enum token_fault token_gate_pass(const struct token_keys *keys, const char *token, size_t size,
                                 struct token_gated *passed_r);
void token_gate_close(struct token_gated *passed);

#endif
