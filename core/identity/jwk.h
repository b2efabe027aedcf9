/* SPDX-License-Identifier: MPL-2.0 */
/* jwk.h: one public key of an issuer, from its JWK. RFC 7517, RFC 7518 §6, RFC 8037 §2. */
#ifndef CODEV_IDENTITY_JWK_H
#define CODEV_IDENTITY_JWK_H

#include "base/error.h"
#include "identity/algorithm.h"

#include <jansson.h>
#include <stdbool.h>
#include <talloc.h>

enum {
    JWK_RSA_BITS_MIN = 2048, /* RFC 7518 §3.3 */
    JWK_RSA_BITS_MAX = 8192, /* beyond, each verification costs milliseconds */
};

struct jwk {
    const char *id; /* kid; NULL: none */
    enum key_kind kind;
    const struct algorithm *algorithm; /* the only one it allows; NULL: all of its kind */
    size_t signature_size;             /* bytes */
    EVP_PKEY *pkey;
};

enum jwk_outcome {
    JWK_TAKEN,
    JWK_IGNORED, /* for something else than our algorithms: encryption, another curve */
    JWK_REFUSED, /* what no careful issuer publishes: error says it */
};

/* jwk_r is whole only when JWK_TAKEN is returned; its pkey is then to be freed, its id hangs on the
 * context. */
enum jwk_outcome jwk_read(TALLOC_CTX *context, const json_t *object, struct jwk *jwk_r,
                          struct error *error);

bool jwk_allows(const struct jwk *jwk, const struct algorithm *algorithm);

#endif
