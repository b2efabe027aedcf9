/* SPDX-License-Identifier: MPL-2.0 */
/* algorithm.h: the signature algorithms that an issuer's token may name, each bound to one kind of
 * key. RFC 7518 §3.1, RFC 8037 §3.1, RFC 8725 §3.1. No `none`, and nothing with a shared secret. */
#ifndef CODEV_IDENTITY_ALGORITHM_H
#define CODEV_IDENTITY_ALGORITHM_H

#include "identity/token.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

enum { SIGNATURE_SIZE_MAX = 1024 /* bytes: RSA of 8192 bits */ };

enum key_kind { KEY_RSA, KEY_P256, KEY_P384, KEY_P521, KEY_ED25519 };

struct algorithm {
    const char *name; /* `alg` */
    enum key_kind kind;
    const char *digest; /* as OpenSSL calls it; NULL: the algorithm has its own */
    bool pss;
};

/* By its exact name; NULL: none of them. */
const struct algorithm *algorithm_find(const char *name);

/* Whether that is the key's signature of the bytes; it has the size that such a key's have.
 * TOKEN_BELIEVED, TOKEN_SIGNATURE_WRONG or TOKEN_NO_MEMORY. */
enum token_fault algorithm_verify(const struct algorithm *algorithm, EVP_PKEY *pkey,
                                  const void *bytes, size_t size, const unsigned char *signature,
                                  size_t signature_size);

#endif
