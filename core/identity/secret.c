/* SPDX-License-Identifier: MPL-2.0 */
/* secret.c: see secret.h. */
#include "identity/secret.h"

#include "identity/keys.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static int hmac(const void *key, size_t key_size, const void *data, size_t size,
                unsigned char hmac_r[SECRET_SIZE])
{
    unsigned length = 0;

    return HMAC(EVP_sha256(), key, (int)key_size, data != NULL ? data : (const void *)"", size,
                hmac_r, &length) != NULL &&
                   length == SECRET_SIZE
               ? 0
               : -1;
}

int secret_derive(const struct token_keys *keys, const char *purpose,
                  unsigned char secret_r[SECRET_SIZE])
{
    const struct token_key *key = &keys->keys[0];

    return hmac(key->private_pem, key->private_size, purpose, strlen(purpose), secret_r);
}

int secret_hmac(const unsigned char secret[SECRET_SIZE], const void *data, size_t size,
                unsigned char hmac_r[SECRET_SIZE])
{
    return hmac(secret, SECRET_SIZE, data, size, hmac_r);
}
