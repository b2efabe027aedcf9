/* SPDX-License-Identifier: MPL-2.0 */
/* mint.c: see mint.h. */
#include "mint.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
            ERR_print_errors_fp(stderr);                                                           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static bool begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

EVP_PKEY *mint_rsa(unsigned bits)
{
    EVP_PKEY *pkey = EVP_RSA_gen(bits);

    CHECK(pkey != NULL);
    return pkey;
}

EVP_PKEY *mint_key(const char *algorithm)
{
    EVP_PKEY *pkey = NULL;

    if (begins(algorithm, "RS") || begins(algorithm, "PS")) {
        return mint_rsa(2048);
    }
    if (begins(algorithm, "ES")) {
        const char *bits = algorithm + strlen("ES");

        pkey = EVP_EC_gen(begins(bits, "256") ? "P-256" : begins(bits, "384") ? "P-384" : "P-521");
    } else {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    }
    CHECK(pkey != NULL);
    return pkey;
}

char *mint_base64url(TALLOC_CTX *arena, const void *bytes, size_t size)
{
    char *text = talloc_zero_size(arena, size / 3 * 4 + 8);
    size_t length;

    CHECK(text != NULL);
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
    length = strcspn(text, "=");
    text[length] = '\0';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '+') {
            text[i] = '-';
        } else if (text[i] == '/') {
            text[i] = '_';
        }
    }
    return text;
}

char *mint_input(TALLOC_CTX *arena, const char *header, const char *payload)
{
    char *input = talloc_asprintf(arena, "%s.%s", mint_base64url(arena, header, strlen(header)),
                                  mint_base64url(arena, payload, strlen(payload)));

    CHECK(input != NULL);
    return input;
}

/* Both numbers of an ECDSA signature in DER, padded to their width and joined (RFC 7518 §3.4). */
static void join_numbers(EVP_PKEY *pkey, unsigned char *signature, size_t *size)
{
    const unsigned char *at = signature;
    const int width = (EVP_PKEY_get_bits(pkey) + 7) / 8;
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)*size);

    CHECK(numbers != NULL);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature, width) == width);
    CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature + width, width) == width);
    *size = 2 * (size_t)width;
    ECDSA_SIG_free(numbers);
}

unsigned char *mint_signature(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *algorithm, int salt,
                              const char *text, size_t *size_r)
{
    const bool own_digest = strcmp(algorithm, "EdDSA") == 0;
    char *digest = own_digest ? NULL : talloc_asprintf(arena, "SHA%s", algorithm + 2);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    unsigned char *signature;

    CHECK(context != NULL);
    CHECK(EVP_DigestSignInit_ex(context, &parameters, digest, NULL, NULL, pkey, NULL) == 1);
    if (begins(algorithm, "PS")) {
        CHECK(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
        CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt) == 1);
    }
    *size_r = (size_t)EVP_PKEY_get_size(pkey);
    signature = talloc_size(arena, *size_r);
    CHECK(EVP_DigestSign(context, signature, size_r, (const unsigned char *)text, strlen(text)) ==
          1);
    EVP_MD_CTX_free(context);
    if (begins(algorithm, "ES")) {
        join_numbers(pkey, signature, size_r);
    }
    return signature;
}

char *mint_token(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *algorithm, const char *header,
                 const char *payload)
{
    const char *input = mint_input(arena, header, payload);
    size_t size;
    const unsigned char *signature = mint_signature(arena, pkey, algorithm, -1, input, &size);
    char *token = talloc_asprintf(arena, "%s.%s", input, mint_base64url(arena, signature, size));

    CHECK(token != NULL);
    return token;
}

static char *rsa_members(TALLOC_CTX *arena, EVP_PKEY *pkey)
{
    const char *const names[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E};
    char *texts[2];

    for (int i = 0; i < 2; i++) {
        unsigned char bytes[2048];
        BIGNUM *number = NULL;

        CHECK(EVP_PKEY_get_bn_param(pkey, names[i], &number) == 1);
        CHECK(BN_num_bytes(number) <= (int)sizeof bytes);
        texts[i] = mint_base64url(arena, bytes, (size_t)BN_bn2bin(number, bytes));
        BN_free(number);
    }
    return talloc_asprintf(arena, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", texts[0], texts[1]);
}

static char *ec_members(TALLOC_CTX *arena, EVP_PKEY *pkey)
{
    const int bits = EVP_PKEY_get_bits(pkey);
    const size_t width = ((size_t)bits + 7) / 8;
    unsigned char point[1 + 2 * 66];
    size_t size;

    CHECK(EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                          &size) == 1);
    CHECK(size == 1 + 2 * width && point[0] == 4);
    return talloc_asprintf(arena, "\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"", bits,
                           mint_base64url(arena, point + 1, width),
                           mint_base64url(arena, point + 1 + width, width));
}

static char *ed25519_members(TALLOC_CTX *arena, EVP_PKEY *pkey)
{
    unsigned char point[32];
    size_t size = sizeof point;

    CHECK(EVP_PKEY_get_raw_public_key(pkey, point, &size) == 1);
    return talloc_asprintf(arena, "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"",
                           mint_base64url(arena, point, size));
}

char *mint_jwk(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *members)
{
    const char *own = EVP_PKEY_is_a(pkey, "RSA")  ? rsa_members(arena, pkey)
                      : EVP_PKEY_is_a(pkey, "EC") ? ec_members(arena, pkey)
                                                  : ed25519_members(arena, pkey);
    char *jwk = talloc_asprintf(arena, "{%s%s%s}", own, members[0] != '\0' ? "," : "", members);

    CHECK(jwk != NULL);
    return jwk;
}
