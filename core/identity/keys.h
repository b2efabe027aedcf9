/* SPDX-License-Identifier: MPL-2.0 */
/* keys.h: the installation's keys as the files of this folder see them. */
#ifndef CODEV_IDENTITY_KEYS_H
#define CODEV_IDENTITY_KEYS_H

#include "identity/token.h"

#include <stddef.h>

struct token_key {
    const char *id;        /* kid */
    const char *algorithm; /* the only `alg` that this key allows (RFC 8725 §3.1) */
    size_t signature_size; /* bytes of a signature of that algorithm */
    const char *public_pem;
    size_t public_size;
    char *private_pem; /* not encrypted; wiped when the keys are freed */
    size_t private_size;
};

struct token_keys {
    const char *issuer;
    size_t count; /* at least 1 */
    struct token_key *keys;
};

/* NULL: no key of that id. */
const struct token_key *token_keys_find(const struct token_keys *keys, const char *id);

#endif
