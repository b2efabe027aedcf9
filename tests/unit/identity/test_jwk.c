/* SPDX-License-Identifier: MPL-2.0 */
/* test_jwk.c: which public keys are taken from JWKs, which are passed over, and which refused
 * (RFC 8725 §3.4, §3.5). */
#include "providers.h"

#include <openssl/bn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 7515 A.3 and A.2, RFC 8037 A.2. */
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define RSA_N                                                                                      \
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4" \
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re" \
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX" \
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA "\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\""
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\""

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static enum jwk_outcome read_jwk(void *arena, const char *text, struct jwk *jwk_r,
                                 struct error *error)
{
    json_t *object = json_loads(text, 0, NULL);
    enum jwk_outcome outcome;

    assert_non_null(object);
    *error = (struct error){""};
    outcome = jwk_read(arena, object, jwk_r, error);
    json_decref(object);
    if (outcome != JWK_TAKEN) {
        assert_null(jwk_r->pkey);
    }
    return outcome;
}

static void expect_taken(void **state, const char *text, enum key_kind kind, size_t signature_size)
{
    struct error error;
    struct jwk jwk;

    if (read_jwk(*state, text, &jwk, &error) != JWK_TAKEN) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(jwk.kind, kind);
    assert_int_equal(jwk.signature_size, signature_size);
    EVP_PKEY_free(jwk.pkey);
}

static void expect_ignored(void **state, const char *text)
{
    struct error error;
    struct jwk jwk;

    if (read_jwk(*state, text, &jwk, &error) != JWK_IGNORED) {
        fail_msg("%s is not ignored: %s", text, error.text);
    }
    assert_string_equal(error.text, "");
}

static void expect_refused(void **state, const char *text, const char *reason)
{
    struct error error;
    struct jwk jwk;

    assert_int_equal(read_jwk(*state, text, &jwk, &error), JWK_REFUSED);
    if (strstr(error.text, reason) == NULL || error.text[strlen(error.text) - 1] != '.') {
        fail_msg("%s: \"%s\" does not say \"%s\"", text, error.text, reason);
    }
}

/* An RSA key of that modulus, big-endian. */
static char *rsa_of(void *arena, const BIGNUM *modulus, const char *exponent)
{
    unsigned char bytes[4096];

    assert_in_range(BN_num_bytes(modulus), 0, sizeof bytes);
    return talloc_asprintf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}",
                           mint_base64url(arena, bytes, (size_t)BN_bn2bin(modulus, bytes)),
                           exponent);
}

static void every_kind_is_taken(void **state)
{
    static const struct {
        const char *algorithm;
        enum key_kind kind;
        size_t signature_size;
    } kinds[] = {
        {"RS256", KEY_RSA, 256},  {"ES256", KEY_P256, 64},    {"ES384", KEY_P384, 96},
        {"ES512", KEY_P521, 132}, {"EdDSA", KEY_ED25519, 64},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        EVP_PKEY *pkey = mint_key(kinds[i].algorithm);
        struct error error;
        struct jwk jwk;

        expect_taken(state, mint_jwk(*state, pkey, ""), kinds[i].kind, kinds[i].signature_size);
        assert_int_equal(read_jwk(*state, mint_jwk(*state, pkey, ""), &jwk, &error), JWK_TAKEN);
        assert_int_equal(EVP_PKEY_eq(jwk.pkey, pkey), 1);
        assert_null(jwk.id);
        assert_null(jwk.algorithm);
        EVP_PKEY_free(jwk.pkey);
        EVP_PKEY_free(pkey);
    }
    expect_taken(state, "{" RSA "}", KEY_RSA, 256);
    expect_taken(state, "{" EC "}", KEY_P256, 64);
    expect_taken(state, "{" ED "}", KEY_ED25519, 64);
}

/* RFC 8725 §3.1; ASVS 9.1.2. */
static void alg_binds(void **state)
{
    struct error error;
    struct jwk jwk;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const struct algorithm *algorithm = algorithm_find(provider_algorithms[i].name);
        const char *text = talloc_asprintf(*state, "{" RSA ",\"alg\":\"%s\"}", algorithm->name);

        if (algorithm->kind != KEY_RSA) {
            expect_refused(state, text, "is not one of its kind");
            continue;
        }
        assert_int_equal(read_jwk(*state, text, &jwk, &error), JWK_TAKEN);
        for (size_t j = 0; j < ALGORITHM_COUNT; j++) {
            assert_int_equal(jwk_allows(&jwk, algorithm_find(provider_algorithms[j].name)), i == j);
        }
        EVP_PKEY_free(jwk.pkey);
    }
    expect_refused(state, "{" EC ",\"alg\":\"ES384\"}", "is not one of its kind");
    expect_refused(state, "{" EC ",\"alg\":\"EdDSA\"}", "is not one of its kind");
    expect_refused(state, "{" ED ",\"alg\":\"ES256\"}", "is not one of its kind");
    expect_refused(state, "{" EC ",\"alg\":[\"ES256\"]}", "not a text");
}

static void without_alg_its_kind_binds(void **state)
{
    struct error error;
    struct jwk jwk;

    assert_int_equal(read_jwk(*state, "{" EC "}", &jwk, &error), JWK_TAKEN);
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;

        assert_int_equal(jwk_allows(&jwk, algorithm_find(name)), strcmp(name, "ES256") == 0);
    }
    EVP_PKEY_free(jwk.pkey);
    assert_int_equal(read_jwk(*state, "{" RSA "}", &jwk, &error), JWK_TAKEN);
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;

        assert_int_equal(jwk_allows(&jwk, algorithm_find(name)), name[1] == 'S' && name[0] != 'E');
    }
    EVP_PKEY_free(jwk.pkey);
}

/* RFC 7517 §4.2, §4.3: a key for encryption verifies nothing. */
static void keys_for_something_else_are_ignored(void **state)
{
    static const char *const members[] = {
        EC ",\"use\":\"enc\"",
        EC ",\"use\":\"SIG\"",
        EC ",\"use\":\"\"",
        EC ",\"key_ops\":[]",
        EC ",\"key_ops\":[\"sign\"]",
        EC ",\"key_ops\":[\"deriveKey\",1]",
        RSA ",\"alg\":\"RSA-OAEP\"",
        RSA ",\"alg\":\"RS1\"",
        RSA ",\"alg\":\"HS256\"",
        RSA ",\"alg\":\"none\"",
        RSA ",\"alg\":\"\"",
        EC ",\"alg\":\"ECDH-ES\"",
        "\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"",
        "\"kty\":\"EC\",\"crv\":\"P-192\",\"x\":\"AA\",\"y\":\"AA\"",
        "\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"",
        "\"kty\":\"EC\"",
        "\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED_X "\"",
        "\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"AA\"",
        "\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"",
        "\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"",
        "\"kty\":\"rsa\"",
        "\"kty\":\"\"",
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_ignored(state, talloc_asprintf(*state, "{%s}", members[i]));
    }
    expect_taken(state, "{" EC ",\"use\":\"sig\",\"key_ops\":[\"verify\"]}", KEY_P256, 64);
    expect_taken(state, "{" EC ",\"key_ops\":[\"sign\",\"verify\"]}", KEY_P256, 64);
}

/* Certificates beside the key are nothing to us, and nothing is fetched. */
static void other_members_are_ignored(void **state)
{
    expect_taken(state,
                 "{" EC
                 ",\"x5c\":[\"MIIB\"],\"x5t\":\"AA\",\"x5t#S256\":\"AA\",\"x5u\":\"http://x\","
                 "\"iss\":\"urn:x\",\"exp\":1,\"issuer\":{}}",
                 KEY_P256, 64);
}

/* RFC 7517 §9.2: whoever published it signs as everybody. */
static void private_members_are_refused(void **state)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        static const char *const keys[] = {RSA, EC, ED, "\"kty\":\"other\"", EC ",\"use\":\"enc\""};

        for (size_t j = 0; j < sizeof keys / sizeof keys[0]; j++) {
            expect_refused(state, talloc_asprintf(*state, "{%s,\"%s\":\"AA\"}", keys[j], names[i]),
                           "private member");
        }
    }
    expect_refused(state, "{" EC ",\"d\":null}", "private member");
}

/* RFC 8725 §2.1, §2.2, §3.5: an HMAC key in a set of public keys. */
static void shared_secrets_are_refused(void **state)
{
    expect_refused(state, "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "shared secret");
    expect_refused(state, "{\"kty\":\"oct\"}", "shared secret");
    expect_refused(state, "{\"kty\":\"oct\",\"alg\":\"HS256\",\"use\":\"enc\"}", "shared secret");
}

static void members_have_their_types(void **state)
{
    static const char *const members[][2] = {
        {"\"x\":1", "no \"kty\""},
        {"\"kty\":null", "\"kty\" is not a text"},
        {"\"kty\":[\"EC\"]", "\"kty\" is not a text"},
        {"\"kty\":\"EC\",\"crv\":256", "\"crv\" is not a text"},
        {EC ",\"use\":[\"sig\"]", "\"use\" is not a text"},
        {EC ",\"use\":null", "\"use\" is not a text"},
        {EC ",\"key_ops\":\"verify\"", "\"key_ops\" is not a list"},
        {EC ",\"key_ops\":{}", "\"key_ops\" is not a list"},
        {EC ",\"alg\":null", "\"alg\" is not a text"},
        {EC ",\"kid\":1", "\"kid\" is not a text"},
        {EC ",\"kid\":\"\"", "\"kid\" is empty"},
        {EC ",\"kid\":\"a\\nb\"", "\"kid\" is empty"},
    };
    char id[TOKEN_TEXT_MAX + 2];

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_refused(state, talloc_asprintf(*state, "{%s}", members[i][0]), members[i][1]);
    }
    memset(id, 'a', sizeof id);
    id[TOKEN_TEXT_MAX + 1] = '\0';
    expect_refused(state, talloc_asprintf(*state, "{" EC ",\"kid\":\"%s\"}", id), "\"kid\"");
    id[TOKEN_TEXT_MAX] = '\0';
    expect_taken(state, talloc_asprintf(*state, "{" EC ",\"kid\":\"%s\"}", id), KEY_P256, 64);
}

static void numbers_are_base64url(void **state)
{
    static const char *const bad[] = {"AQAB=", "AQ==", "A Q A B", "+/+/", "A", "AQAB\\n", "*"};
    static const char *const none[] = {"\"\"", "null", "65537", "[\"AQAB\"]", "true"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_refused(
            state,
            talloc_asprintf(*state, "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"%s\"}", bad[i]),
            "\"e\" is not base64url");
        expect_refused(
            state,
            talloc_asprintf(*state, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"AA\"}",
                            bad[i]),
            "\"x\" is not base64url");
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        expect_refused(
            state, talloc_asprintf(*state, "{\"kty\":\"RSA\",\"n\":%s,\"e\":\"AQAB\"}", none[i]),
            "\"n\" is missing");
    }
    expect_refused(state, "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "\"n\" is missing");
    expect_refused(state, "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}", "\"e\" is missing");
    expect_refused(state, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}",
                   "\"y\" is missing");
    expect_refused(state, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "\"x\" is missing");
}

/* RFC 8725 §3.5; each at its limit. */
static void rsa_has_2048_to_8192_bits(void **state)
{
    static const unsigned refused[] = {512, 1024, 2047, 8193, 8200, 16384};
    BIGNUM *modulus = BN_new();
    char *huge = talloc_zero_size(*state, 200000);

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(BN_rand(modulus, (int)refused[i], BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
        expect_refused(state, rsa_of(*state, modulus, "AQAB"),
                       refused[i] > 8200 ? "too long" : "bits; 2048 to 8192 are taken");
    }
    memset(huge, '_', 199999);
    expect_refused(state,
                   talloc_asprintf(*state, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", huge),
                   "too long");
    BN_free(modulus);
}

/* No factor is below this: OpenSSL finds small ones by chance while it looks for primes, and then
 * refuses the modulus, as it should. */
enum { FACTOR_MIN = 100000 };

static BIGNUM *odd_of(int bits)
{
    BIGNUM *odd = BN_new();
    BN_ULONG factor;

    do {
        assert_int_equal(BN_rand(odd, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD), 1);
        for (factor = 3; factor < FACTOR_MIN && BN_mod_word(odd, factor) != 0; factor += 2) {
        }
    } while (factor < FACTOR_MIN);
    return odd;
}

/* What looks like a good modulus is one as far as anybody sees: odd, composite, without factors
 * that are found at once. Nobody has the private key. A product, since one random number in a
 * hundred of that kind is a prime. */
static BIGNUM *modulus_of(int bits)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *modulus = odd_of(bits / 2);
    BIGNUM *other = odd_of(bits - bits / 2);

    assert_int_equal(BN_mul(modulus, modulus, other, context), 1);
    assert_int_equal(BN_num_bits(modulus), bits);
    BN_free(other);
    BN_CTX_free(context);
    return modulus;
}

static void shortest_and_longest_rsa_keys_are_taken(void **state)
{
    static const int bits[] = {JWK_RSA_BITS_MIN, 2049, JWK_RSA_BITS_MAX - 1, JWK_RSA_BITS_MAX};

    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        BIGNUM *modulus = modulus_of(bits[i]);

        expect_taken(state, rsa_of(*state, modulus, "AQAB"), KEY_RSA, ((size_t)bits[i] + 7) / 8);
        BN_free(modulus);
    }
}

/* RFC 8725 §3.4: a modulus that anybody factors: even, with a small factor, a prime, a power of a
 * prime. */
static void weak_moduli_are_refused(void **state)
{
    static const BN_ULONG factors[] = {2, 3, 5, 65, 751};
    BN_CTX *context = BN_CTX_new();
    BIGNUM *modulus;

    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        modulus = modulus_of(2048);
        assert_int_equal(BN_mul_word(modulus, factors[i]), 1);
        expect_refused(state, rsa_of(*state, modulus, "AQAB"), "no sound key");
        BN_free(modulus);
    }
    modulus = BN_new();
    assert_int_equal(BN_generate_prime_ex(modulus, 2048, 0, NULL, NULL, NULL), 1);
    expect_refused(state, rsa_of(*state, modulus, "AQAB"), "no sound key");
    assert_int_equal(BN_generate_prime_ex(modulus, 1024, 0, NULL, NULL, NULL), 1);
    assert_int_equal(BN_sqr(modulus, modulus, context), 1);
    expect_refused(state, rsa_of(*state, modulus, "AQAB"), "no sound key");
    BN_free(modulus);
    BN_CTX_free(context);
}

/* 1 and 3 let signatures be made without the private key, or nearly; a huge one costs seconds. */
static void exponents_are_ordinary(void **state)
{
    static const char *const refused[] = {
        "AA",
        "AQ",
        "Ag",
        "Aw",
        "EQ",
        "__8",
        "AP__",
        "AQAA",
        "AQAC",
        "AQAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    static const char *const taken[] = {"AQAB", "AAEAAQ", "AQAD", "_____w", "__________8"};

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        expect_refused(state,
                       talloc_asprintf(*state, "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"%s\"}",
                                       refused[i]),
                       "exponent");
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        expect_taken(
            state,
            talloc_asprintf(*state, "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"%s\"}", taken[i]),
            KEY_RSA, 256);
    }
    expect_refused(state, "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"" RSA_N "\"}", "exponent");
}

static char *ec_of(void *arena, const char *curve, const unsigned char *x, size_t x_size,
                   const unsigned char *y, size_t y_size)
{
    return talloc_asprintf(arena, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}",
                           curve, mint_base64url(arena, x, x_size),
                           mint_base64url(arena, y, y_size));
}

/* RFC 8725 §2.5, §3.4: invalid points. */
static void points_are_on_their_curve(void **state)
{
    static const unsigned char zero[70];
    static const unsigned char ones[] = {[0 ... 69] = 0xff};
    static const struct {
        const char *name;
        size_t width;
    } curves[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};

    expect_refused(state,
                   "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_X "\"}",
                   "no sound key");
    expect_refused(state,
                   "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_Y "\",\"y\":\"" EC_X "\"}",
                   "no sound key");
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        const char *name = curves[i].name;
        const size_t width = curves[i].width;

        expect_refused(state, ec_of(*state, name, zero, width, zero, width), "no sound key");
        expect_refused(state, ec_of(*state, name, ones, width, ones, width), "no sound key");
        for (size_t j = 1; j < 70; j++) {
            if (j != width) {
                expect_refused(state, ec_of(*state, name, zero, j, zero, width), "bytes each");
                expect_refused(state, ec_of(*state, name, zero, width, zero, j), "bytes each");
            }
        }
    }
    /* a point of another curve */
    expect_refused(state,
                   "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
                   "48 bytes each");
}

/* RFC 8725 §3.4: anybody makes signatures for these, of any text. */
static void ed25519_points_of_small_order_are_refused(void **state)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };

    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        unsigned char bytes[32];

        for (size_t at = 0; at < sizeof bytes; at++) {
            unsigned byte;

            assert_int_equal(sscanf(points[i] + 2 * at, "%2x", &byte), 1);
            bytes[at] = (unsigned char)byte;
        }
        expect_refused(state,
                       talloc_asprintf(*state, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}",
                                       mint_base64url(*state, bytes, sizeof bytes)),
                       "small order");
    }
    expect_refused(state, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "32 bytes");
    expect_refused(state, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "AA\"}",
                   "base64url");
    expect_refused(state, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X ED_X "\"}", "\"x\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_taken),
        cmocka_unit_test(alg_binds),
        cmocka_unit_test(without_alg_its_kind_binds),
        cmocka_unit_test(keys_for_something_else_are_ignored),
        cmocka_unit_test(other_members_are_ignored),
        cmocka_unit_test(private_members_are_refused),
        cmocka_unit_test(shared_secrets_are_refused),
        cmocka_unit_test(members_have_their_types),
        cmocka_unit_test(numbers_are_base64url),
        cmocka_unit_test(rsa_has_2048_to_8192_bits),
        cmocka_unit_test(shortest_and_longest_rsa_keys_are_taken),
        cmocka_unit_test(weak_moduli_are_refused),
        cmocka_unit_test(exponents_are_ordinary),
        cmocka_unit_test(points_are_on_their_curve),
        cmocka_unit_test(ed25519_points_of_small_order_are_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
