/* SPDX-License-Identifier: MPL-2.0 */
/* gate.c: see gate.h. */
#include "identity/gate.h"

#include "identity/base64url.h"
#include "identity/json_read.h"
#include "identity/text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A provider's payload lists groups and roles of other services, a header has six members. */
static const struct json_limits header_limits = {.depth = 4, .values = 64};
static const struct json_limits payload_limits = {.depth = 8, .values = 512};

/* A segment of the token, decoded. */
struct part {
    const unsigned char *bytes;
    size_t size;
};

enum { HEADER, PAYLOAD, SIGNATURE, PARTS };

/* Exactly three segments, none empty. An empty signature is how an unsecured token looks (RFC 7519
 * §6); five segments are an encrypted one (RFC 7516), which is never ours. The room of the whole
 * token is enough for all parts. */
static bool split(const char *token, size_t size, unsigned char *room, struct part parts[PARTS])
{
    const char *const end = token + size;

    for (int i = 0; i < PARTS; i++) {
        const char *dot = memchr(token, '.', (size_t)(end - token));
        const char *stop = dot != NULL ? dot : end;

        if (stop == token || (dot == NULL) != (i == SIGNATURE)) {
            return false;
        }
        if (!base64url_decode(token, (size_t)(stop - token), room, &parts[i].size)) {
            return false;
        }
        parts[i].bytes = room;
        room += parts[i].size;
        token = i == SIGNATURE ? end : stop + 1;
    }
    return true;
}

/* Who says to have signed it decides by which rules and keys it is judged, and is held to it: the
 * claim is compared again once the signature is right. What names nobody goes the own way, where it
 * ends. */
static enum token_fault choose_issuer(const struct token_keys *keys,
                                      const struct token_issuers *issuers, const json_t *payload,
                                      const struct token_issuer **issuer_r)
{
    const json_t *claim = json_object_get(payload, "iss");
    const char *name = json_string_value(claim);

    *issuer_r = NULL;
    if (name == NULL || !token_text_is_plain(name, json_string_length(claim)) ||
        strcmp(name, keys->issuer) == 0) {
        return TOKEN_BELIEVED;
    }
    *issuer_r = token_issuers_find(issuers, name);
    return *issuer_r != NULL ? TOKEN_BELIEVED : TOKEN_ISSUER_WRONG;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether `alg`, `kid` and `typ` are texts where they are there. */
static bool has_texts(const json_t *header)
{
    static const char *const names[] = {"alg", "kid", "typ"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *value = json_object_get(header, names[i]);

        if (value != NULL && !json_is_string(value)) {
            return false;
        }
    }
    return true;
}

/* ---- the installation's own tokens */

/* Only what we understand. `jwk`, `jku`, `x5u` and `x5c` bring the forger's own key (RFC 8725 §2.9,
 * §3.10), `crit` and `b64` change what is signed (RFC 7515 §4.1.11, RFC 7797), `enc` and `zip` make
 * it another thing, `cty` nests another token. Our own tokens have none of them, nor any other. */
static bool has_known_members(json_t *header)
{
    static const char *const known[] = {"alg", "kid", "typ"};
    const char *name;
    json_t *value;

    json_object_foreach(header, name, value)
    {
        if (!is_one_of(name, known, sizeof known / sizeof known[0])) {
            return false;
        }
    }
    return has_texts(header);
}

/* Cross-JWT confusion (RFC 8725 §2.8, §3.11): another kind of token that the same key signed, for
 * instance a logout token. Media types ignore case (RFC 7515 §4.1.9). */
static bool has_right_type(const json_t *header)
{
    const char *type = json_string_value(json_object_get(header, "typ"));

    return type == NULL || strcasecmp(type, "JWT") == 0;
}

/* Algorithm confusion (RFC 8725 §2.1, §3.1): `none`, or HMAC with the public key for its secret.
 * The key says which algorithm it is for, in exact spelling; the token only repeats it. */
static bool has_algorithm_of(const json_t *header, const struct token_key *key)
{
    const char *algorithm = json_string_value(json_object_get(header, "alg"));

    return algorithm != NULL && strcmp(algorithm, key->algorithm) == 0;
}

static enum token_fault check_own(const struct token_keys *keys, json_t *header,
                                  struct token_gated *passed, size_t *signature_size_r)
{
    const char *id = json_string_value(json_object_get(header, "kid"));

    if (!has_known_members(header) || !has_right_type(header) || id == NULL) {
        return TOKEN_HEADER_REFUSED;
    }
    passed->key = token_keys_find(keys, id);
    if (passed->key == NULL) {
        return TOKEN_KEY_UNKNOWN;
    }
    *signature_size_r = passed->key->signature_size;
    return has_algorithm_of(header, passed->key) ? TOKEN_BELIEVED : TOKEN_HEADER_REFUSED;
}

/* ---- issuers' tokens */

/* As for our own, but providers also send members that change nothing, which are to be ignored (RFC
 * 7515 §4): thumbprints (`x5t`, `x5t#S256`), and inventions of their own. */
static bool has_harmless_members(json_t *header)
{
    static const char *const dangerous[] = {"jku", "jwk", "x5u", "x5c", "crit",
                                            "b64", "enc", "zip", "cty"};
    const char *name;
    json_t *value;

    json_object_foreach(header, name, value)
    {
        if (is_one_of(name, dangerous, sizeof dangerous / sizeof dangerous[0])) {
            return false;
        }
    }
    return has_texts(header);
}

/* An access token says so (RFC 9068 §2.1), or only that it is a JWT; see has_right_type. */
static bool has_right_issuers_type(const json_t *header)
{
    const char *type = json_string_value(json_object_get(header, "typ"));

    return has_right_type(header) || strcasecmp(type, "at+jwt") == 0 ||
           strcasecmp(type, "application/at+jwt") == 0;
}

/* Algorithm confusion, see has_algorithm_of: one of the allowed, of the key's kind and curve, and
 * the very one that the issuer published with the key, if it did. */
static enum token_fault check_issuers(const struct token_issuer *issuer, json_t *header,
                                      struct token_gated *passed, size_t *signature_size_r)
{
    const char *id = json_string_value(json_object_get(header, "kid"));
    const char *name = json_string_value(json_object_get(header, "alg"));

    if (!has_harmless_members(header) || !has_right_issuers_type(header) || name == NULL) {
        return TOKEN_HEADER_REFUSED;
    }
    passed->issuer = issuer;
    passed->algorithm = algorithm_find(name);
    if (passed->algorithm == NULL) {
        return TOKEN_HEADER_REFUSED;
    }
    passed->jwk = jwks_find(issuer->keys, id, passed->algorithm);
    if (passed->jwk == NULL) {
        return TOKEN_KEY_UNKNOWN;
    }
    *signature_size_r = passed->jwk->signature_size;
    return jwk_allows(passed->jwk, passed->algorithm) ? TOKEN_BELIEVED : TOKEN_HEADER_REFUSED;
}

/* ---- both */

/* A signature of another length is of another algorithm or form, DER for instance. */
static enum token_fault take_signature(struct part part, size_t wanted, struct token_gated *passed)
{
    if (part.size != wanted || part.size > sizeof passed->signature) {
        return TOKEN_SIGNATURE_WRONG;
    }
    memcpy(passed->signature, part.bytes, part.size);
    passed->signature_size = part.size;
    return TOKEN_BELIEVED;
}

/* The payload is there. */
static enum token_fault check(const struct token_keys *keys, const struct token_issuers *issuers,
                              json_t *header, struct part signature, struct token_gated *passed)
{
    const struct token_issuer *issuer;
    enum token_fault fault = choose_issuer(keys, issuers, passed->payload, &issuer);
    size_t signature_size = 0;

    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    fault = issuer == NULL ? check_own(keys, header, passed, &signature_size)
                           : check_issuers(issuer, header, passed, &signature_size);
    return fault == TOKEN_BELIEVED ? take_signature(signature, signature_size, passed) : fault;
}

enum token_fault token_gate_pass(const struct token_keys *keys, const struct token_issuers *issuers,
                                 const char *token, size_t size, struct token_gated *passed_r)
{
    unsigned char room[TOKEN_SIZE_MAX];
    struct part parts[PARTS];
    enum token_fault fault;
    json_t *header;

    memset(passed_r, 0, sizeof *passed_r);
    if (size > TOKEN_SIZE_MAX) {
        return TOKEN_TOO_LONG;
    }
    if (size == 0 || !split(token, size, room, parts)) {
        return TOKEN_NOT_THREE_SEGMENTS;
    }
    header = json_read_object(parts[HEADER].bytes, parts[HEADER].size, header_limits);
    if (header == NULL) {
        return TOKEN_HEADER_NOT_JSON;
    }
    passed_r->payload = json_read_object(parts[PAYLOAD].bytes, parts[PAYLOAD].size, payload_limits);
    fault = passed_r->payload == NULL ? TOKEN_PAYLOAD_NOT_JSON
                                      : check(keys, issuers, header, parts[SIGNATURE], passed_r);
    passed_r->signed_size = (size_t)((const char *)memrchr(token, '.', size) - token);
    json_decref(header);
    if (fault != TOKEN_BELIEVED) {
        token_gate_close(passed_r);
    }
    return fault;
}

void token_gate_close(struct token_gated *passed)
{
    json_decref(passed->payload);
    memset(passed, 0, sizeof *passed);
}
