/* SPDX-License-Identifier: MPL-2.0 */
/* secret.h: secrets for other purposes, derived from the installation's signing key, so that there
 * is one thing to keep and all nodes agree. */
#ifndef CODEV_IDENTITY_SECRET_H
#define CODEV_IDENTITY_SECRET_H

#include "identity/token.h"

enum { SECRET_SIZE = 32 };

/* The secret of that purpose ("idempotency"): HMAC-SHA256 of its name under the first key.
 * 0, or -1 when memory is short. Another first key makes other secrets. */
int secret_derive(const struct token_keys *keys, const char *purpose,
                  unsigned char secret_r[SECRET_SIZE]);

/* HMAC-SHA256 (RFC 2104) under a secret; 0, or -1 when memory is short. */
int secret_hmac(const unsigned char secret[SECRET_SIZE], const void *data, size_t size,
                unsigned char hmac_r[SECRET_SIZE]);

#endif
