/* SPDX-License-Identifier: MPL-2.0 */
/* keys.c: the installation's keys from their PEM files. Whatever is not plainly an EC P-256 private
 * key that only its user and group can read stops the start. */
#include "identity/keys.h"

#include "identity/file.h"
#include "identity/json_memory.h"
#include "identity/text.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum {
    KEY_FILE_MAX = 8192, /* bytes; a P-256 key is about 240 */
    KEYS_MAX = 64,       /* a rotation needs two or three */
};

static const char curve[] = "prime256v1"; /* what OpenSSL calls P-256 */

const struct token_key *token_keys_find(const struct token_keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->keys[i].id, id) == 0) {
            return &keys->keys[i];
        }
    }
    return NULL;
}

/* A key that every user of the machine can read lets each of them sign as anyone. The group may:
 * the service's own group reads keys that root owns. */
static const struct key_file_kind key_file = {
    .name = "token key",
    .size_max = KEY_FILE_MAX,
    .mode_refused = S_IRWXO,
    .openness = "open to all users of the machine",
    .advice = "take their rights away with chmod o-rwx",
};

/* OpenSSL would ask on the terminal, where nobody sits. */
static int refuse_passphrase(char *text, int room, int writing, void *asked)
{
    (void)text;
    (void)room;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static EVP_PKEY *parse_private(const char *path, const char *text, size_t size, struct error *error)
{
    BIO *bio = BIO_new_mem_buf(text, (int)size);
    EVP_PKEY *pkey = NULL;
    bool asked = false;

    if (bio != NULL) {
        pkey = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
        BIO_free(bio);
    }
    if (pkey == NULL && asked) {
        error_set(error, "The token key %s is encrypted; it must be without a passphrase.", path);
    } else if (pkey == NULL) {
        error_set(error, "The token key %s holds no private key in PEM.", path);
    }
    return pkey;
}

/* Algorithm confusion (RFC 8725 §2.1): ES256 is ECDSA on P-256 and on no other curve, which libjwt
 * does not check. Parameters spelt out instead of the curve's name are refused: a forger chooses
 * them (CVE-2020-0601). */
static int check_curve(const char *path, EVP_PKEY *pkey, struct error *error)
{
    char name[32] = "";
    int is_explicit = 0;

    if (!EVP_PKEY_is_a(pkey, "EC")) {
        return error_set(error, "The token key %s is not an EC key but %s.", path,
                         EVP_PKEY_get0_type_name(pkey));
    }
    if (EVP_PKEY_get_group_name(pkey, name, sizeof name, NULL) != 1 || strcmp(name, curve) != 0) {
        return error_set(error, "The token key %s is not on the curve P-256 (%s).", path, curve);
    }
    if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                               &is_explicit) != 1 ||
        is_explicit != 0) {
        return error_set(error, "The token key %s spells its curve out instead of naming it.",
                         path);
    }
    return 0;
}

/* A public part that belongs to another private key would verify the other's tokens. */
static int check_pair(const char *path, EVP_PKEY *pkey, struct error *error)
{
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    const bool fits = check != NULL && EVP_PKEY_check(check) == 1;

    EVP_PKEY_CTX_free(check);
    return fits ? 0 : error_set(error, "The halves of the token key %s do not fit.", path);
}

/* Both halves as PEM, which is what libjwt takes. The BIOs wipe their memory when freed. */
static int keep_pem(struct token_keys *keys, struct token_key *key, EVP_PKEY *pkey)
{
    BIO *private_bio = BIO_new(BIO_s_mem());
    BIO *public_bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    int result = -1;

    if (private_bio != NULL && public_bio != NULL &&
        PEM_write_bio_PrivateKey(private_bio, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
        PEM_write_bio_PUBKEY(public_bio, pkey) == 1) {
        key->private_size = (size_t)BIO_get_mem_data(private_bio, &text);
        key->private_pem = talloc_memdup(keys, text, key->private_size);
        key->public_size = (size_t)BIO_get_mem_data(public_bio, &text);
        key->public_pem = talloc_memdup(keys, text, key->public_size);
        result = key->private_pem != NULL && key->public_pem != NULL ? 0 : -1;
    }
    BIO_free(private_bio);
    BIO_free(public_bio);
    return result;
}

static int keep_key(struct token_keys *keys, struct token_key *key, const char *path,
                    const char *text, size_t size, struct error *error)
{
    EVP_PKEY *pkey = parse_private(path, text, size, error);
    int result = -1;

    if (pkey != NULL && check_curve(path, pkey, error) == 0 && check_pair(path, pkey, error) == 0) {
        result = keep_pem(keys, key, pkey);
        if (result != 0) {
            error_set(error, "There is no memory left for the token key %s.", path);
        }
    }
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return result;
}

static int load_key(struct token_keys *keys, const struct token_key_file *file, struct error *error)
{
    struct token_key *key = &keys->keys[keys->count];
    char text[KEY_FILE_MAX + 1];
    size_t size = 0;
    int result;

    if (!token_text_is_plain(file->id, strlen(file->id))) {
        return error_set(error,
                         "The id of the token key %s is empty, longer than %d bytes, or has "
                         "control characters.",
                         file->path, TOKEN_TEXT_MAX);
    }
    if (token_keys_find(keys, file->id) != NULL) {
        return error_set(error, "Two token keys have the id \"%s\"; the second is %s.", file->id,
                         file->path);
    }
    key->id = talloc_strdup(keys, file->id);
    key->algorithm = "ES256";
    key->signature_size = 64; /* two numbers of 32 bytes (RFC 7518 §3.4) */
    result = key->id != NULL ? key_file_read(&key_file, file->path, text, &size, error)
                             : error_set(error, "There is no memory left for token keys.");
    if (result == 0) {
        result = keep_key(keys, key, file->path, text, size, error);
    }
    OPENSSL_cleanse(text, sizeof text);
    return result;
}

/* Over the whole table, not its count: a key may have failed half-way. */
static int wipe(struct token_keys *keys)
{
    for (size_t i = 0; keys->keys != NULL && i < talloc_array_length(keys->keys); i++) {
        if (keys->keys[i].private_pem != NULL) {
            OPENSSL_cleanse(keys->keys[i].private_pem, keys->keys[i].private_size);
        }
    }
    return 0;
}

static int load_all(struct token_keys *keys, const char *issuer, const struct token_key_file *files,
                    size_t count, struct error *error)
{
    if (count == 0) {
        return error_set(error, "There is no token key; one at least must be given.");
    }
    if (count > KEYS_MAX) {
        return error_set(error, "There are more than %d token keys.", KEYS_MAX);
    }
    if (!token_text_is_plain(issuer, strlen(issuer))) {
        return error_set(error,
                         "The issuer of tokens is empty, longer than %d bytes, or has control "
                         "characters.",
                         TOKEN_TEXT_MAX);
    }
    keys->issuer = talloc_strdup(keys, issuer);
    keys->keys = talloc_zero_array(keys, struct token_key, (unsigned)count);
    if (keys->issuer == NULL || keys->keys == NULL) {
        return error_set(error, "There is no memory left for token keys.");
    }
    for (keys->count = 0; keys->count < count; keys->count++) {
        if (load_key(keys, &files[keys->count], error) != 0) {
            return -1;
        }
    }
    return 0;
}

struct token_keys *token_keys_load(TALLOC_CTX *context, const char *issuer,
                                   const struct token_key_file *files, size_t count,
                                   struct error *error)
{
    struct token_keys *keys = talloc_zero(context, struct token_keys);

    if (keys == NULL) {
        error_set(error, "There is no memory left for token keys.");
        return NULL;
    }
    talloc_set_destructor(keys, wipe);
    if (load_all(keys, issuer, files, count, error) != 0) {
        talloc_free(keys);
        return NULL;
    }
    json_memory_install();
    return keys;
}
