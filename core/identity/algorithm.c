/* SPDX-License-Identifier: MPL-2.0 */
/* algorithm.c: see algorithm.h. */
#include "identity/algorithm.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

static const struct algorithm algorithms[] = {
    {"RS256", KEY_RSA, "SHA256", false},  {"RS384", KEY_RSA, "SHA384", false},
    {"RS512", KEY_RSA, "SHA512", false},  {"PS256", KEY_RSA, "SHA256", true},
    {"PS384", KEY_RSA, "SHA384", true},   {"PS512", KEY_RSA, "SHA512", true},
    {"ES256", KEY_P256, "SHA256", false}, {"ES384", KEY_P384, "SHA384", false},
    {"ES512", KEY_P521, "SHA512", false}, {"EdDSA", KEY_ED25519, NULL, false},
};

const struct algorithm *algorithm_find(const char *name)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (strcmp(algorithms[i].name, name) == 0) {
            return &algorithms[i];
        }
    }
    return NULL;
}

/* From the two numbers joined (RFC 7518 §3.4) to DER, which OpenSSL takes. The size of the DER; 0:
 * no memory. OpenSSL refuses numbers that are zero or beyond the group's order. */
static size_t to_der(const unsigned char *raw, size_t size, unsigned char **der_r)
{
    const int half = (int)(size / 2);
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, half, NULL);
    BIGNUM *s = BN_bin2bn(raw + half, half, NULL);
    int length = 0;

    if (numbers != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(numbers, r, s) == 1) {
        r = s = NULL; /* the signature's now */
        length = i2d_ECDSA_SIG(numbers, der_r);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(numbers);
    return length > 0 ? (size_t)length : 0;
}

/* RFC 7518 §3.5: the salt is as long as the hash, and MGF1's hash is that of the signature, which
 * is OpenSSL's default. */
static bool begin(const struct algorithm *algorithm, EVP_MD_CTX *context, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *parameters = NULL;

    return EVP_DigestVerifyInit_ex(context, &parameters, algorithm->digest, NULL, NULL, pkey,
                                   NULL) == 1 &&
           (!algorithm->pss ||
            (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1));
}

enum token_fault algorithm_verify(const struct algorithm *algorithm, EVP_PKEY *pkey,
                                  const void *bytes, size_t size, const unsigned char *signature,
                                  size_t signature_size)
{
    const bool is_ecdsa =
        algorithm->kind == KEY_P256 || algorithm->kind == KEY_P384 || algorithm->kind == KEY_P521;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *der = NULL;
    enum token_fault fault = TOKEN_NO_MEMORY;

    if (is_ecdsa) {
        signature_size = to_der(signature, signature_size, &der);
        signature = der;
    }
    if (context != NULL && signature_size > 0 && begin(algorithm, context, pkey)) {
        fault = EVP_DigestVerify(context, signature, signature_size, bytes, size) == 1
                    ? TOKEN_BELIEVED
                    : TOKEN_SIGNATURE_WRONG;
    }
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return fault;
}
