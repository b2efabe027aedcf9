/* SPDX-License-Identifier: MPL-2.0 */
/* test_keys.c: which key files are taken, and that keys leave nothing behind. */
#include "forge.h"

#include "identity/keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state)
{
    *state = forge_new();
    return 0;
}

static int tear_down(void **state)
{
    forge_free(*state);
    return 0;
}

static char *write_file(const struct forge *forge, const void *bytes, size_t size, mode_t mode)
{
    static int number;
    char name[32];
    char *path;

    (void)snprintf(name, sizeof name, "%d.pem", number++);
    path = forge_path(forge, name);
    forge_write(path, bytes, size, mode);
    return path;
}

static char *write_key(struct forge *forge, EVP_PKEY *pkey, mode_t mode)
{
    const char *pem = forge_private_pem(forge, pkey);

    return write_file(forge, pem, strlen(pem), mode);
}

static struct token_keys *load(struct forge *forge, const char *id, const char *path,
                               struct error *error)
{
    const struct token_key_file file = {id, path};

    *error = (struct error){""};
    return token_keys_load(forge, FORGE_ISSUER, &file, 1, error);
}

static void expect_refused(struct forge *forge, const char *path, const char *reason)
{
    struct error error;

    assert_null(load(forge, "k", path, &error));
    if (strstr(error.text, reason) == NULL || strstr(error.text, path) == NULL) {
        fail_msg("\"%s\" and %s are not both in: %s", reason, path, error.text);
    }
    assert_int_equal(error.text[strlen(error.text) - 1], '.');
}

static void expect_taken(struct forge *forge, const char *path)
{
    struct error error;
    struct token_keys *keys = load(forge, "k", path, &error);

    if (keys == NULL) {
        fail_msg("%s", error.text);
    }
    talloc_free(keys);
}

static void modes(void **state)
{
    static const mode_t taken[] = {0400, 0600, 0440, 0640, 0660};
    static const mode_t refused[] = {0604, 0644, 0602, 0601, 0666, 0777, 0004};
    struct forge *forge = *state;

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        expect_taken(forge, write_key(forge, forge->pkey, taken[i]));
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const char *path = write_key(forge, forge->pkey, refused[i]);

        if (access(path, R_OK) == 0) {
            expect_refused(forge, path, "open to all users");
        }
    }
}

static void traditional_form(void **state)
{
    struct forge *forge = *state;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long size;

    /* As "openssl ecparam -name prime256v1 -genkey" writes it. */
    assert_true(BIO_puts(bio, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                              "-----END EC PARAMETERS-----\n") > 0);
    assert_int_equal(
        PEM_write_bio_PrivateKey_traditional(bio, forge->pkey, NULL, NULL, 0, NULL, NULL), 1);
    size = BIO_get_mem_data(bio, &text);
    assert_non_null(memmem(text, (size_t)size, "BEGIN EC PRIVATE KEY", 20));
    expect_taken(forge, write_file(forge, text, (size_t)size, 0600));
    BIO_free(bio);
}

static void files_that_are_none(void **state)
{
    struct forge *forge = *state;
    char *fifo = forge_path(forge, "fifo");

    expect_refused(forge, forge_path(forge, "absent.pem"), "cannot be opened: No such file");
    expect_refused(forge, forge->directory, "is not a regular file");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    expect_refused(forge, fifo, "is not a regular file");
    expect_refused(forge, "/dev/null", "is not a regular file");
}

static void sizes(void **state)
{
    struct forge *forge = *state;
    const char *pem = forge_private_pem(forge, forge->pkey);
    char *long_file = talloc_size(forge, 1 << 20);

    memset(long_file, '\n', 1 << 20);
    memcpy(long_file, pem, strlen(pem));
    expect_taken(forge, write_file(forge, long_file, 8192, 0600));
    expect_refused(forge, write_file(forge, long_file, 8193, 0600), "longer than 8192 bytes");
    expect_refused(forge, write_file(forge, long_file, 1 << 20, 0600), "longer than 8192 bytes");
    expect_refused(forge, write_file(forge, "", 0, 0600), "no private key");
}

static void contents_that_are_no_private_key(void **state)
{
    struct forge *forge = *state;
    const char *public = forge_public_pem(forge, forge->pkey);
    const char *pem = forge_private_pem(forge, forge->pkey);
    char zero[1000] = "";

    expect_refused(forge, write_file(forge, public, strlen(public), 0600), "no private key");
    expect_refused(forge, write_file(forge, pem, strlen(pem) / 2, 0600), "no private key");
    expect_refused(forge, write_file(forge, zero, sizeof zero, 0600), "no private key");
    expect_refused(forge, write_file(forge, "secret", 6, 0600), "no private key");
}

/* OpenSSL would ask for the passphrase on the terminal and wait. */
static void encrypted_key(void **state)
{
    struct forge *forge = *state;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long size;

    assert_int_equal(PEM_write_bio_PrivateKey(bio, forge->pkey, EVP_aes_256_cbc(),
                                              (const unsigned char *)"secret", 6, NULL, NULL),
                     1);
    size = BIO_get_mem_data(bio, &text);
    expect_refused(forge, write_file(forge, text, (size_t)size, 0600), "encrypted");
    BIO_free(bio);
}

static void expect_key_refused(struct forge *forge, EVP_PKEY *pkey, const char *reason)
{
    assert_non_null(pkey);
    expect_refused(forge, write_key(forge, pkey, 0600), reason);
    EVP_PKEY_free(pkey);
}

/* RFC 8725 §3.2, §3.5: neither short keys nor shared secrets. */
static void other_kinds_of_key(void **state)
{
    expect_key_refused(*state, EVP_RSA_gen(2048), "is not an EC key but RSA");
    expect_key_refused(*state, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
                       "not an EC key but ED25519");
    expect_key_refused(*state, EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "not an EC key but X25519");
    expect_key_refused(*state, forge_key("P-384"), "not on the curve P-256");
    expect_key_refused(*state, forge_key("P-521"), "not on the curve P-256");
    expect_key_refused(*state, forge_key("secp256k1"), "not on the curve P-256");
    expect_key_refused(*state, forge_key("brainpoolP256r1"), "not on the curve P-256");
}

/* RFC 8725 §3.4; CVE-2020-0601: whoever spells the curve out chooses its generator. */
static void explicit_parameters(void **state)
{
    EVP_PKEY *pkey = forge_key("P-256");

    assert_int_equal(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"),
                     1);
    expect_key_refused(*state, pkey, "spells its curve out");
}

/* RFC 8725 §3.4: the private half of one key and the public half of another. */
static void halves_that_do_not_fit(void **state)
{
    EVP_PKEY *one = forge_key("P-256");
    EVP_PKEY *other = forge_key("P-256");
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *mixed = NULL;
    BIGNUM *number = NULL;
    unsigned char point[65];
    size_t size = 0;
    OSSL_PARAM *parameters;

    assert_int_equal(EVP_PKEY_get_bn_param(one, OSSL_PKEY_PARAM_PRIV_KEY, &number), 1);
    assert_int_equal(
        EVP_PKEY_get_octet_string_param(other, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &size),
        1);
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, size);
    parameters = OSSL_PARAM_BLD_to_param(builder);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &mixed, EVP_PKEY_KEYPAIR, parameters), 1);
    expect_key_refused(*state, mixed, "halves");
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(number);
    EVP_PKEY_free(one);
    EVP_PKEY_free(other);
}

static void ids(void **state)
{
    struct forge *forge = *state;
    const char *path = write_key(forge, forge->pkey, 0600);
    const struct token_key_file twice[] = {{"k1", path}, {"k2", path}, {"k1", path}};
    char id[TOKEN_TEXT_MAX + 2] = "";
    struct error error;

    assert_null(load(forge, "", path, &error));
    assert_non_null(strstr(error.text, "is empty"));
    assert_null(load(forge, "a\nb", path, &error));
    assert_null(load(forge, memset(id, 'a', TOKEN_TEXT_MAX + 1), path, &error));
    assert_null(token_keys_load(forge, FORGE_ISSUER, twice, 3, &error));
    assert_non_null(strstr(error.text, "Two token keys have the id \"k1\""));
}

static void issuers_and_counts(void **state)
{
    struct forge *forge = *state;
    const struct token_key_file file = {"k1", write_key(forge, forge->pkey, 0600)};
    struct error error = {""};

    assert_null(token_keys_load(forge, FORGE_ISSUER, NULL, 0, &error));
    assert_non_null(strstr(error.text, "no token key"));
    assert_null(token_keys_load(forge, FORGE_ISSUER, &file, 65, &error));
    assert_non_null(strstr(error.text, "more than 64"));
    assert_null(token_keys_load(forge, "", &file, 1, &error));
    assert_non_null(strstr(error.text, "issuer"));
    assert_null(token_keys_load(forge, "a\x1b[2J", &file, 1, &error));
    assert_non_null(strstr(error.text, "issuer"));
}

/* A rotation: the new key stands first and signs, the old one still verifies. */
static void first_signs_and_all_verify(void **state)
{
    struct forge *forge = *state;
    EVP_PKEY *next = forge_key("P-256");
    const struct token_key_file files[] = {
        {"k2", write_key(forge, next, 0600)},
        {"k1", write_key(forge, forge->pkey, 0600)},
    };
    const char *payload = forge_payload(forge, NULL, NULL);
    const char *const header = "{\"alg\":\"ES256\",\"kid\":\"k2\"}";
    const char *const old = forge_token(forge, forge->pkey, FORGE_HEADER, payload);
    const char *const new = forge_token(forge, next, header, payload);
    const char *const mixed = forge_token(forge, forge->pkey, header, payload);
    struct token_claims claims;
    struct error error = {""};
    const struct token_keys *keys = token_keys_load(forge, FORGE_ISSUER, files, 2, &error);
    const char *token;

    assert_non_null(keys);
    forge_expect(token_verify(keys, NULL, old, strlen(old), FORGE_NOW, &claims), TOKEN_BELIEVED,
                 "old");
    forge_expect(token_verify(keys, NULL, new, strlen(new), FORGE_NOW, &claims), TOKEN_BELIEVED,
                 "new");
    claims.id[0] = '\0';
    token = token_sign(forge, keys, &claims, &error);
    assert_non_null(token);
    forge_expect(forge_judge(forge, token, FORGE_NOW), TOKEN_KEY_UNKNOWN, "made with k2");
    forge_expect(token_verify(keys, NULL, mixed, strlen(mixed), FORGE_NOW, &claims),
                 TOKEN_SIGNATURE_WRONG, "k1 under the name of k2");
    EVP_PKEY_free(next);
}

/* Kept alive here by another context, so that it can be looked at after the keys are gone. */
static void private_key_is_wiped(void **state)
{
    struct forge *forge = *state;
    struct error error;
    struct token_keys *keys = load(forge, "k", write_key(forge, forge->pkey, 0600), &error);
    const char *pem;
    size_t size;

    assert_non_null(keys);
    size = keys->keys[0].private_size;
    pem = talloc_steal(forge, keys->keys[0].private_pem);
    assert_non_null(memmem(pem, size, "PRIVATE KEY", 11));
    talloc_free(keys);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(pem[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes),
        cmocka_unit_test(traditional_form),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(sizes),
        cmocka_unit_test(contents_that_are_no_private_key),
        cmocka_unit_test(encrypted_key),
        cmocka_unit_test(other_kinds_of_key),
        cmocka_unit_test(explicit_parameters),
        cmocka_unit_test(halves_that_do_not_fit),
        cmocka_unit_test(ids),
        cmocka_unit_test(issuers_and_counts),
        cmocka_unit_test(first_signs_and_all_verify),
        cmocka_unit_test(private_key_is_wiped),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
