/* SPDX-License-Identifier: MPL-2.0 */
/* gate.c: see gate.h. */
#include "identity/gate.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
    GATE_DEPTH_MAX = 4,   /* objects and arrays in one another */
    GATE_VALUES_MAX = 64, /* members and items of a document, at all depths */
};

/* A segment of the token, decoded. */
struct part {
    const unsigned char *bytes;
    size_t size;
};

enum { HEADER, PAYLOAD, SIGNATURE, PARTS };

static int sextet(char character)
{
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == '-' ? 62 : character == '_' ? 63 : -1;
}

/* base64url as RFC 7515 §2 has it. Junk, padding, NUL and loose last bits give one token many
 * spellings, and two readers two opinions of what was signed. */
static bool decode(const char *text, size_t length, unsigned char *bytes, size_t *size_r)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;

    if (length % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        const int value = sextet(text[i]);

        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[size++] = (unsigned char)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    *size_r = size;
    return bits == 0;
}

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
        if (!decode(token, (size_t)(stop - token), room, &parts[i].size)) {
            return false;
        }
        parts[i].bytes = room;
        room += parts[i].size;
        token = i == SIGNATURE ? end : stop + 1;
    }
    return true;
}

/* Deep nesting exhausts the parser's stack, thousands of values its memory; our own tokens have one
 * level and a dozen values. Looks at the shape alone, the grammar is the parser's. */
static bool is_modest(struct part json)
{
    bool in_string = false;
    unsigned depth = 0;
    unsigned values = 1;

    for (size_t i = 0; i < json.size; i++) {
        const unsigned char byte = json.bytes[i];

        if (in_string && byte == '\\') {
            i++; /* what is escaped ends no string */
        } else if (byte == '"') {
            in_string = !in_string;
        } else if (in_string) {
            continue;
        } else if (byte == '{' || byte == '[') {
            depth++;
            values++;
        } else if (byte == ',') {
            values++;
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
        if (depth > GATE_DEPTH_MAX || values > GATE_VALUES_MAX) {
            return false;
        }
    }
    return true;
}

/* One object and nothing behind it. Of two members with one name, one reader takes the first and
 * another the last (RFC 7515 §4): refused. NUL and broken UTF-8 are refused by the parser. */
static json_t *parse_object(struct part part)
{
    json_t *document = NULL;

    if (is_modest(part)) {
        document = json_loadb((const char *)part.bytes, part.size, JSON_REJECT_DUPLICATES, NULL);
    }
    if (!json_is_object(document)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

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
        bool found = false;

        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            found = found || strcmp(name, known[i]) == 0;
        }
        if (!found || !json_is_string(value)) {
            return false;
        }
    }
    return true;
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

static enum token_fault check_header(const struct token_keys *keys, json_t *header,
                                     const struct token_key **key_r)
{
    const char *id = json_string_value(json_object_get(header, "kid"));
    const struct token_key *key;

    if (!has_known_members(header) || !has_right_type(header) || id == NULL) {
        return TOKEN_HEADER_REFUSED;
    }
    key = token_keys_find(keys, id);
    if (key == NULL) {
        return TOKEN_KEY_UNKNOWN;
    }
    *key_r = key;
    return has_algorithm_of(header, key) ? TOKEN_BELIEVED : TOKEN_HEADER_REFUSED;
}

/* A signature of another length is of another algorithm or form, DER for instance. */
static bool has_length_of(struct part signature, const struct token_key *key)
{
    return signature.size == key->signature_size;
}

static enum token_fault read_header(const struct token_keys *keys, struct part part,
                                    const struct token_key **key_r)
{
    json_t *header = parse_object(part);
    enum token_fault fault = TOKEN_HEADER_NOT_JSON;

    if (header != NULL) {
        fault = check_header(keys, header, key_r);
        json_decref(header);
    }
    return fault;
}

enum token_fault token_gate_pass(const struct token_keys *keys, const char *token, size_t size,
                                 struct token_gated *passed_r)
{
    unsigned char room[TOKEN_SIZE_MAX];
    struct part parts[PARTS];
    const struct token_key *key = NULL;
    enum token_fault fault;

    *passed_r = (struct token_gated){NULL, NULL};
    if (size > TOKEN_SIZE_MAX) {
        return TOKEN_TOO_LONG;
    }
    if (size == 0 || !split(token, size, room, parts)) {
        return TOKEN_NOT_THREE_SEGMENTS;
    }
    fault = read_header(keys, parts[HEADER], &key);
    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    if (!has_length_of(parts[SIGNATURE], key)) {
        return TOKEN_SIGNATURE_WRONG;
    }
    passed_r->payload = parse_object(parts[PAYLOAD]);
    if (passed_r->payload == NULL) {
        return TOKEN_PAYLOAD_NOT_JSON;
    }
    passed_r->key = key;
    return TOKEN_BELIEVED;
}

void token_gate_close(struct token_gated *passed)
{
    json_decref(passed->payload);
    *passed = (struct token_gated){NULL, NULL};
}
