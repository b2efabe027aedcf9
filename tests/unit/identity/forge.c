/* SPDX-License-Identifier: MPL-2.0 */
/* forge.c: see forge.h. */
#include "forge.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

EVP_PKEY *forge_key(const char *curve)
{
    EVP_PKEY *pkey = EVP_EC_gen(curve);

    assert_non_null(pkey);
    return pkey;
}

static char *take_text(TALLOC_CTX *arena, BIO *bio)
{
    char *text = NULL;
    const long size = BIO_get_mem_data(bio, &text);

    assert_true(size > 0);
    text = talloc_strndup(arena, text, (size_t)size);
    assert_non_null(text);
    BIO_free(bio);
    return text;
}

char *forge_private_pem(TALLOC_CTX *arena, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
    return take_text(arena, bio);
}

char *forge_public_pem(TALLOC_CTX *arena, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    return take_text(arena, bio);
}

void forge_write(const char *path, const void *bytes, size_t size, mode_t mode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fchmod(fd, mode), 0); /* whatever the umask is */
    assert_int_equal(close(fd), 0);
}

char *forge_path(const struct forge *forge, const char *name)
{
    char *path = talloc_asprintf(forge, "%s/%s", forge->directory, name);

    assert_non_null(path);
    return path;
}

struct forge *forge_new(void)
{
    struct forge *forge = talloc_zero(NULL, struct forge);
    struct token_key_file file = {"k1", NULL};
    struct error error = {""};
    char *pem;

    assert_non_null(forge);
    strcpy(forge->directory, "/tmp/codev-identity-XXXXXX");
    assert_non_null(mkdtemp(forge->directory));
    forge->pkey = forge_key("P-256");
    pem = forge_private_pem(forge, forge->pkey);
    file.path = forge_path(forge, "k1.pem");
    forge_write(file.path, pem, strlen(pem), 0600);
    forge->keys = token_keys_load(forge, FORGE_ISSUER, &file, 1, &error);
    if (forge->keys == NULL) {
        fail_msg("%s", error.text);
    }
    return forge;
}

void forge_free(struct forge *forge)
{
    DIR *directory = opendir(forge->directory);
    const struct dirent *entry;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            assert_int_equal(remove(forge_path(forge, entry->d_name)), 0);
        }
    }
    assert_int_equal(closedir(directory), 0);
    assert_int_equal(rmdir(forge->directory), 0);
    EVP_PKEY_free(forge->pkey);
    talloc_free(forge);
}

void forge_ecdsa(EVP_PKEY *pkey, const char *digest, const char *text, unsigned char *raw_r,
                 size_t width)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[256];
    const unsigned char *at = der;
    size_t size = sizeof der;
    ECDSA_SIG *numbers;

    assert_int_equal(EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, pkey, NULL), 1);
    assert_int_equal(EVP_DigestSign(context, der, &size, (const unsigned char *)text, strlen(text)),
                     1);
    numbers = d2i_ECDSA_SIG(NULL, &at, (long)size);
    assert_non_null(numbers);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw_r, (int)width), width);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw_r + width, (int)width), width);
    ECDSA_SIG_free(numbers);
    EVP_MD_CTX_free(context);
}

char *forge_token(TALLOC_CTX *arena, EVP_PKEY *pkey, const char *header, const char *payload)
{
    char *input = mint_input(arena, header, payload);
    unsigned char raw[64];
    char *token;

    forge_ecdsa(pkey, "SHA256", input, raw, sizeof raw / 2);
    token = talloc_asprintf(arena, "%s.%s", input, mint_base64url(arena, raw, sizeof raw));
    assert_non_null(token);
    return token;
}

char *forge_object(TALLOC_CTX *arena, const char *const (*members)[2], size_t count,
                   const char *name, const char *json)
{
    char *object = talloc_strdup(arena, "{");
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        const bool is_it = name != NULL && strcmp(members[i][0], name) == 0;
        const char *value = is_it ? json : members[i][1];

        found = found || is_it;
        if (value != NULL) {
            object = talloc_asprintf_append(object, "%s\"%s\":%s", object[1] != '\0' ? "," : "",
                                            members[i][0], value);
        }
    }
    if (name != NULL && json != NULL && !found) {
        object = talloc_asprintf_append(object, ",\"%s\":%s", name, json);
    }
    object = talloc_asprintf_append(object, "}");
    assert_non_null(object);
    return object;
}

char *forge_payload(TALLOC_CTX *arena, const char *name, const char *json)
{
    static const char *const members[][2] = {
        {"iss", "\"" FORGE_ISSUER "\""},
        {"aud", "\"" FORGE_ISSUER "\""},
        {"org", "\"ecole\""},
        {"sub", "\"alice\""},
        {"role", "\"staff\""},
        {"jti", "\"0123456789abcdef\""},
        {"iat", "1795500000"},
        {"exp", "1795503600"},
    };

    return forge_object(arena, members, sizeof members / sizeof members[0], name, json);
}

enum token_fault forge_judge_bytes(const struct forge *forge, const char *token, size_t size,
                                   int64_t now)
{
    static const struct token_claims none;
    struct token_claims claims;
    enum token_fault fault;

    memset(&claims, 0x5a, sizeof claims);
    fault = token_verify(forge->keys, NULL, token, size, now, &claims);
    if (fault == TOKEN_BELIEVED) {
        assert_string_not_equal(claims.subject, "");
    } else {
        assert_memory_equal(&claims, &none, sizeof claims);
    }
    return fault;
}

enum token_fault forge_judge(const struct forge *forge, const char *token, int64_t now)
{
    return forge_judge_bytes(forge, token, strlen(token), now);
}

void forge_expect(enum token_fault got, enum token_fault wanted, const char *tried)
{
    if (got != wanted) {
        fail_msg("got \"%s\" instead of \"%s\" for %s", token_fault_text(got),
                 token_fault_text(wanted), tried);
    }
}
