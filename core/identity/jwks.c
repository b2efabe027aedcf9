/* SPDX-License-Identifier: MPL-2.0 */
/* jwks.c: see jwks.h. */
#include "identity/jwks.h"

#include "identity/file.h"
#include "identity/json_memory.h"
#include "identity/json_read.h"

#include <string.h>
#include <sys/stat.h>

/* A key has a dozen members, and its certificates in a list. */
static const struct json_limits limits = {.depth = 6, .values = 4096};

/* Everybody may read it; who may write it signs as anyone of the organisation. */
static const struct key_file_kind jwks_file = {
    .name = "JWKS",
    .size_max = JWKS_SIZE_MAX,
    .mode_refused = S_IWOTH,
    .openness = "writable by all users of the machine",
    .advice = "take that right away with chmod o-w",
};

static int release(struct jwks *jwks)
{
    for (size_t i = 0; i < jwks->count; i++) {
        EVP_PKEY_free(jwks->keys[i].pkey);
    }
    return 0;
}

static const struct jwk *find_id(const struct jwks *jwks, const char *id)
{
    for (size_t i = 0; i < jwks->count; i++) {
        if (jwks->keys[i].id != NULL && strcmp(jwks->keys[i].id, id) == 0) {
            return &jwks->keys[i];
        }
    }
    return NULL;
}

const struct jwk *jwks_find(const struct jwks *jwks, const char *id,
                            const struct algorithm *algorithm)
{
    const struct jwk *found = NULL;

    if (id != NULL) {
        return find_id(jwks, id);
    }
    for (size_t i = 0; i < jwks->count; i++) {
        if (jwk_allows(&jwks->keys[i], algorithm)) {
            if (found != NULL) {
                return NULL;
            }
            found = &jwks->keys[i];
        }
    }
    return found;
}

/* Of two keys with one id, one reader takes the first and another the last. */
static int add_key(struct jwks *jwks, const json_t *object, struct error *error)
{
    struct jwk *key = &jwks->keys[jwks->count];
    const enum jwk_outcome outcome = jwk_read(jwks, object, key, error);

    if (outcome != JWK_TAKEN) {
        return outcome == JWK_IGNORED ? 0 : -1;
    }
    if (key->id != NULL && find_id(jwks, key->id) != NULL) {
        EVP_PKEY_free(key->pkey);
        return error_set(error, "Another key has its \"kid\", \"%s\".", key->id);
    }
    jwks->count++;
    return 0;
}

static int read_keys(struct jwks *jwks, const json_t *list, struct error *error)
{
    const size_t count = json_array_size(list);

    if (!json_is_array(list)) {
        return error_set(error, "It has no list \"keys\".");
    }
    if (count > JWKS_KEYS_MAX) {
        return error_set(error, "It has more than %d keys.", JWKS_KEYS_MAX);
    }
    jwks->keys = talloc_zero_array(jwks, struct jwk, (unsigned)count);
    if (jwks->keys == NULL) {
        return error_set(error, "There is no memory left for it.");
    }
    for (size_t i = 0; i < count; i++) {
        if (!json_is_object(json_array_get(list, i))) {
            return error_set(error, "Key %zu: It is no JSON object.", i + 1);
        }
        if (add_key(jwks, json_array_get(list, i), error) != 0) {
            return error_prefix(error, "Key %zu", i + 1);
        }
    }
    return jwks->count > 0
               ? 0
               : error_set(error, "It has no key for RS, PS or ES signatures or for EdDSA.");
}

const struct jwks *jwks_read(TALLOC_CTX *context, const char *bytes, size_t size,
                             struct error *error)
{
    struct jwks *jwks = talloc_zero(context, struct jwks);
    json_t *document;
    int result;

    if (jwks == NULL) {
        (void)error_set(error, "There is no memory left for it.");
        return NULL;
    }
    talloc_set_destructor(jwks, release);
    json_memory_install();
    document =
        size <= JWKS_SIZE_MAX ? json_read_object((const unsigned char *)bytes, size, limits) : NULL;
    result = document == NULL
                 ? error_set(error, "It is not one JSON object, or far too large a one.")
                 : read_keys(jwks, json_object_get(document, "keys"), error);
    json_decref(document);
    if (result != 0) {
        talloc_free(jwks);
        return NULL;
    }
    return jwks;
}

const struct jwks *jwks_load(TALLOC_CTX *context, const char *path, struct error *error)
{
    char *bytes = talloc_size(context, JWKS_SIZE_MAX + 1);
    const struct jwks *jwks = NULL;
    size_t size = 0;

    if (bytes == NULL) {
        (void)error_set(error, "There is no memory left for the JWKS %s.", path);
        return NULL;
    }
    if (key_file_read(&jwks_file, path, bytes, &size, error) == 0) {
        jwks = jwks_read(context, bytes, size, error);
        if (jwks == NULL) {
            (void)error_prefix(error, "The JWKS %s", path);
        }
    }
    talloc_free(bytes);
    return jwks;
}
