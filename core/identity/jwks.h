/* SPDX-License-Identifier: MPL-2.0 */
/* jwks.h: the keys that an issuer publishes (JWKS, RFC 7517 §5), parsed once. A set is never
 * changed: when an issuer's keys change, another set takes its place. */
#ifndef CODEV_IDENTITY_JWKS_H
#define CODEV_IDENTITY_JWKS_H

#include "identity/jwk.h"

enum {
    JWKS_SIZE_MAX = 256 << 10, /* bytes */
    JWKS_KEYS_MAX = 64,
};

struct jwks {
    size_t count; /* at least 1 */
    struct jwk *keys;
};

/* Those keys of the document that verify one of our algorithms; others are passed over. NULL: it
 * has none, or something that no careful issuer publishes: error says what. Freed with the context.
 */
const struct jwks *jwks_read(TALLOC_CTX *context, const char *bytes, size_t size,
                             struct error *error);

/* From a file, which not everybody may write. The error names it. */
const struct jwks *jwks_load(TALLOC_CTX *context, const char *path, struct error *error);

/* The key of that id, whatever its algorithm; without an id the only one that allows the algorithm.
 * NULL: there is none, or no way to tell which. */
const struct jwk *jwks_find(const struct jwks *jwks, const char *id,
                            const struct algorithm *algorithm);

#endif
