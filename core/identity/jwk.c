/* SPDX-License-Identifier: MPL-2.0 */
/* jwk.c: see jwk.h. Keys come from outside of the house: each number is judged before OpenSSL makes
 * a key of it, and the key before it is kept (RFC 8725 §3.4). */
#include "identity/jwk.h"

#include "identity/base64url.h"
#include "identity/text.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

enum {
    MEMBER_MAX =
        JWK_RSA_BITS_MAX / 8 + 1, /* bytes of a member, decoded; one more for a leading zero */
    COORDINATE_MAX = 66,          /* bytes: P-521 */
    ED25519_SIZE = 32,
    EXPONENT_MIN = 65537,
    EXPONENT_BITS_MAX = 64,
};

static const char no_memory[] = "There is no memory left for it.";

/* What `kty` and `crv` say. */
static const struct kind_name {
    enum key_kind kind;
    const char *type, *curve; /* curve NULL: the type has none */
    size_t width;             /* bytes of a coordinate */
} kind_names[] = {
    {KEY_RSA, "RSA", NULL, 0},
    {KEY_P256, "EC", "P-256", 32},
    {KEY_P384, "EC", "P-384", 48},
    {KEY_P521, "EC", "P-521", 66},
    {KEY_ED25519, "OKP", "Ed25519", ED25519_SIZE},
};

/* A member, decoded. */
struct number {
    unsigned char bytes[MEMBER_MAX];
    size_t size;
};

static int refuse(struct error *error, const char *sentence)
{
    return error_set(error, "%s", sentence);
}

static int read_number(const json_t *object, const char *name, struct number *number_r,
                       struct error *error)
{
    const json_t *value = json_object_get(object, name);
    const size_t length = json_string_length(value);

    if (length == 0 || length > (MEMBER_MAX * 4 + 2) / 3) {
        return error_set(error, "Its \"%s\" is missing, no text, or too long.", name);
    }
    if (!base64url_decode(json_string_value(value), length, number_r->bytes, &number_r->size)) {
        return error_set(error, "Its \"%s\" is not base64url.", name);
    }
    return 0;
}

/* ---- what a member may say */

/* Text of a member. 0; -1: it is there, and is no text. *text_r is NULL when it is not there. */
static int read_text(const json_t *object, const char *name, const char **text_r,
                     struct error *error)
{
    const json_t *value = json_object_get(object, name);

    *text_r = json_string_value(value);
    return value == NULL || *text_r != NULL ? 0
                                            : error_set(error, "Its \"%s\" is not a text.", name);
}

/* A private key that was published is everybody's, and a shared secret would be no secret in this
 * file: whoever reads either signs as anyone of the organisation. */
static int check_public(const json_t *object, const char *type, struct error *error)
{
    static const char *const secrets[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"};

    if (strcmp(type, "oct") == 0) {
        return refuse(error, "It is a shared secret (oct); only public keys are taken.");
    }
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (json_object_get(object, secrets[i]) != NULL) {
            return error_set(error,
                             "It has the private member \"%s\"; only public keys are taken, and "
                             "its owner should replace this one.",
                             secrets[i]);
        }
    }
    return 0;
}

/* `key_ops` names "verify", or is absent (RFC 7517 §4.3). */
static enum jwk_outcome check_operations(const json_t *object, struct error *error)
{
    const json_t *operations = json_object_get(object, "key_ops");
    enum jwk_outcome outcome = operations == NULL ? JWK_TAKEN : JWK_IGNORED;

    if (operations != NULL && !json_is_array(operations)) {
        (void)refuse(error, "Its \"key_ops\" is not a list.");
        return JWK_REFUSED;
    }
    for (size_t i = 0; i < json_array_size(operations); i++) {
        const char *operation = json_string_value(json_array_get(operations, i));

        if (operation != NULL && strcmp(operation, "verify") == 0) {
            outcome = JWK_TAKEN;
        }
    }
    return outcome;
}

/* A key for encryption must verify nothing (RFC 7517 §4.2). */
static enum jwk_outcome check_use(const json_t *object, struct error *error)
{
    const char *use;

    if (read_text(object, "use", &use, error) != 0) {
        return JWK_REFUSED;
    }
    if (use != NULL && strcmp(use, "sig") != 0) {
        return JWK_IGNORED;
    }
    return check_operations(object, error);
}

static enum jwk_outcome find_kind(const json_t *object, const char *type,
                                  const struct kind_name **name_r, struct error *error)
{
    const char *curve;

    if (read_text(object, "crv", &curve, error) != 0) {
        return JWK_REFUSED;
    }
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        const struct kind_name *name = &kind_names[i];

        if (strcmp(name->type, type) == 0 &&
            (name->curve == NULL || (curve != NULL && strcmp(name->curve, curve) == 0))) {
            *name_r = name;
            return JWK_TAKEN;
        }
    }
    return JWK_IGNORED;
}

/* `alg` binds the key to one algorithm, which must be one of its kind: two readers of a key that
 * contradicts itself would verify differently (RFC 8725 §3.1). */
static enum jwk_outcome find_algorithm(const json_t *object, struct jwk *jwk, struct error *error)
{
    const char *name;

    if (read_text(object, "alg", &name, error) != 0) {
        return JWK_REFUSED;
    }
    if (name == NULL) {
        return JWK_TAKEN;
    }
    jwk->algorithm = algorithm_find(name);
    if (jwk->algorithm == NULL) {
        return JWK_IGNORED;
    }
    if (jwk->algorithm->kind != jwk->kind) {
        (void)error_set(error, "Its \"alg\", %s, is not one of its kind of key.",
                        jwk->algorithm->name);
        return JWK_REFUSED;
    }
    return JWK_TAKEN;
}

static int read_id(TALLOC_CTX *context, const json_t *object, struct jwk *jwk, struct error *error)
{
    const char *id;

    if (read_text(object, "kid", &id, error) != 0) {
        return -1;
    }
    if (id == NULL) {
        return 0;
    }
    if (!token_text_is_plain(id, strlen(id))) {
        return error_set(error,
                         "Its \"kid\" is empty, longer than %d bytes, or has control characters.",
                         TOKEN_TEXT_MAX);
    }
    jwk->id = talloc_strdup(context, id);
    return jwk->id != NULL ? 0 : refuse(error, no_memory);
}

/* ---- keys: NULL when there is none, the reason in error */

/* A modulus that is prime or has a small factor is factored at once, and for a point beside its
 * curve nothing holds that signatures rest on. A key without a size is one that memory was short
 * for. */
static bool is_sound(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    const bool sound = context != NULL && EVP_PKEY_public_check(context) == 1;

    EVP_PKEY_CTX_free(context);
    return sound && EVP_PKEY_get_size(pkey) > 0;
}

static EVP_PKEY *make_key(const char *type, OSSL_PARAM *parameters, struct error *error)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *pkey = NULL;

    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1) {
        (void)refuse(error, no_memory);
    } else if (EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1 ||
               !is_sound(pkey)) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
        (void)refuse(error, "Its numbers make no sound key.");
    }
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return pkey;
}

/* Small moduli are factored, huge ones and huge exponents let one token cost seconds. */
static int check_rsa(const BIGNUM *modulus, const BIGNUM *exponent, struct error *error)
{
    const int bits = BN_num_bits(modulus);

    if (bits < JWK_RSA_BITS_MIN || bits > JWK_RSA_BITS_MAX) {
        return error_set(error, "Its modulus has %d bits; %d to %d are taken.", bits,
                         JWK_RSA_BITS_MIN, JWK_RSA_BITS_MAX);
    }
    /* A word beyond 64 bits reads as the greatest there is. */
    if (!BN_is_odd(exponent) || BN_get_word(exponent) < EXPONENT_MIN ||
        BN_num_bits(exponent) > EXPONENT_BITS_MAX) {
        return error_set(error, "Its exponent is not an odd number from %d on, of at most %d bits.",
                         EXPONENT_MIN, EXPONENT_BITS_MAX);
    }
    return 0;
}

static OSSL_PARAM *rsa_parameters(const BIGNUM *modulus, const BIGNUM *exponent)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *parameters = NULL;

    if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        parameters = OSSL_PARAM_BLD_to_param(builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return parameters;
}

static EVP_PKEY *make_rsa(const json_t *object, struct error *error)
{
    struct number n, e;
    EVP_PKEY *pkey = NULL;
    BIGNUM *modulus, *exponent;

    if (read_number(object, "n", &n, error) != 0 || read_number(object, "e", &e, error) != 0) {
        return NULL;
    }
    modulus = BN_bin2bn(n.bytes, (int)n.size, NULL);
    exponent = BN_bin2bn(e.bytes, (int)e.size, NULL);
    if (modulus == NULL || exponent == NULL) {
        (void)refuse(error, no_memory);
    } else if (check_rsa(modulus, exponent, error) == 0) {
        OSSL_PARAM *parameters = rsa_parameters(modulus, exponent);

        pkey = make_key("RSA", parameters, error);
        OSSL_PARAM_free(parameters);
    }
    BN_free(modulus);
    BN_free(exponent);
    return pkey;
}

/* Both coordinates in their full width (RFC 7518 §6.2.1.2), as an uncompressed point: neither
 * infinity nor a compressed or hybrid point can be spelt so. */
static EVP_PKEY *make_ec(const json_t *object, const struct kind_name *kind, struct error *error)
{
    struct number x, y;
    unsigned char point[1 + 2 * COORDINATE_MAX] = {4};
    char curve[sizeof "P-256"];
    OSSL_PARAM parameters[3];

    if (read_number(object, "x", &x, error) != 0 || read_number(object, "y", &y, error) != 0) {
        return NULL;
    }
    if (x.size != kind->width || y.size != kind->width) {
        (void)error_set(error, "Its coordinates are not of %zu bytes each.", kind->width);
        return NULL;
    }
    memcpy(curve, kind->curve, sizeof curve);
    memcpy(point + 1, x.bytes, kind->width);
    memcpy(point + 1 + kind->width, y.bytes, kind->width);
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    parameters[1] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * kind->width);
    parameters[2] = OSSL_PARAM_construct_end();
    return make_key("EC", parameters, error);
}

/* Points of order 1, 2, 4 and 8, whose signatures anyone makes; OpenSSL 3.0 does not ask. Their
 * y-coordinates, in all spellings below 2^255; the last bit is the sign of x. */
static bool has_small_order(const unsigned char point[ED25519_SIZE])
{
    static const unsigned char small[][ED25519_SIZE] = {
        {0x00},
        {0x01},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    };
    unsigned char y[ED25519_SIZE];

    memcpy(y, point, sizeof y);
    y[ED25519_SIZE - 1] &= 0x7f;
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        if (memcmp(y, small[i], sizeof y) == 0) {
            return true;
        }
    }
    /* p - 1, p and p + 1, where p = 2^255 - 19: they begin with ec, ed, ee, and all the rest is set
     */
    for (size_t i = 1; i < ED25519_SIZE - 1; i++) {
        if (y[i] != 0xff) {
            return false;
        }
    }
    return y[0] >= 0xec && y[0] <= 0xee && y[ED25519_SIZE - 1] == 0x7f;
}

static EVP_PKEY *make_ed25519(const json_t *object, struct error *error)
{
    struct number x;
    OSSL_PARAM parameters[2];

    if (read_number(object, "x", &x, error) != 0) {
        return NULL;
    }
    if (x.size != ED25519_SIZE) {
        (void)error_set(error, "Its \"x\" is not of %d bytes.", ED25519_SIZE);
        return NULL;
    }
    if (has_small_order(x.bytes)) {
        (void)refuse(error, "Its \"x\" is a point of small order.");
        return NULL;
    }
    parameters[0] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, x.bytes, ED25519_SIZE);
    parameters[1] = OSSL_PARAM_construct_end();
    return make_key("ED25519", parameters, error);
}

static int read_key(const json_t *object, const struct kind_name *kind, struct jwk *jwk,
                    struct error *error)
{
    if (kind->kind == KEY_RSA) {
        jwk->pkey = make_rsa(object, error);
    } else if (kind->kind == KEY_ED25519) {
        jwk->pkey = make_ed25519(object, error);
    } else {
        jwk->pkey = make_ec(object, kind, error);
    }
    if (jwk->pkey == NULL) {
        return -1;
    }
    jwk->signature_size =
        kind->kind == KEY_RSA ? (size_t)EVP_PKEY_get_size(jwk->pkey) : 2 * kind->width;
    return 0;
}

enum jwk_outcome jwk_read(TALLOC_CTX *context, const json_t *object, struct jwk *jwk_r,
                          struct error *error)
{
    const struct kind_name *kind = NULL;
    const char *type = NULL;
    enum jwk_outcome outcome;

    *jwk_r = (struct jwk){.id = NULL};
    if (read_text(object, "kty", &type, error) != 0) {
        return JWK_REFUSED;
    }
    if (type == NULL) {
        (void)refuse(error, "It has no \"kty\".");
        return JWK_REFUSED;
    }
    if (check_public(object, type, error) != 0) {
        return JWK_REFUSED;
    }
    outcome = check_use(object, error);
    if (outcome == JWK_TAKEN) {
        outcome = find_kind(object, type, &kind, error);
    }
    if (outcome == JWK_TAKEN) {
        jwk_r->kind = kind->kind;
        outcome = find_algorithm(object, jwk_r, error);
    }
    if (outcome == JWK_TAKEN && (read_id(context, object, jwk_r, error) != 0 ||
                                 read_key(object, kind, jwk_r, error) != 0)) {
        outcome = JWK_REFUSED;
    }
    return outcome;
}

bool jwk_allows(const struct jwk *jwk, const struct algorithm *algorithm)
{
    return jwk->algorithm != NULL ? jwk->algorithm == algorithm : jwk->kind == algorithm->kind;
}
