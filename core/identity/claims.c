/* SPDX-License-Identifier: MPL-2.0 */
/* claims.c: see claims.h. One function a claim; RFC 7519 §4.1. A claim that is absent or of another
 * JSON type than its own is never taken for a default: libraries return 0 or "" for such. */
#include "identity/claims.h"

#include "identity/role.h"
#include "identity/text.h"

#include <string.h>

/* Year 9999. What lies beyond would overflow a sum, or says "for ever". */
static const json_int_t time_max = 253402300799;

struct reading {
    const json_t *payload;
    const char *issuer;
    int64_t now;
    struct token_claims *claims;
};

static enum token_fault read_text(const struct reading *reading, const char *name,
                                  char text_r[TOKEN_TEXT_MAX + 1])
{
    const json_t *value = json_object_get(reading->payload, name);

    if (value == NULL) {
        return TOKEN_CLAIM_MISSING;
    }
    if (!json_is_string(value) ||
        !token_text_is_plain(json_string_value(value), json_string_length(value))) {
        return TOKEN_CLAIM_MALFORMED;
    }
    memcpy(text_r, json_string_value(value), json_string_length(value) + 1);
    return TOKEN_BELIEVED;
}

/* Seconds, whole: a float is rounded differently by every reader. */
static enum token_fault read_time(const struct reading *reading, const char *name, int64_t *time_r)
{
    const json_t *value = json_object_get(reading->payload, name);

    if (value == NULL) {
        return TOKEN_CLAIM_MISSING;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > time_max) {
        return TOKEN_CLAIM_MALFORMED;
    }
    *time_r = json_integer_value(value);
    return TOKEN_BELIEVED;
}

/* A token of another installation that shares a key with this one (RFC 8725 §3.8). */
static enum token_fault check_issuer(const struct reading *reading)
{
    char issuer[TOKEN_TEXT_MAX + 1] = "";
    const enum token_fault fault = read_text(reading, "iss", issuer);

    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    return strcmp(issuer, reading->issuer) == 0 ? TOKEN_BELIEVED : TOKEN_ISSUER_WRONG;
}

static bool is_audience(const json_t *value, const char *issuer)
{
    return json_is_string(value) && json_string_length(value) == strlen(issuer) &&
           strcmp(json_string_value(value), issuer) == 0;
}

/* Substitution (RFC 8725 §2.7, §3.9): a token made for another service, replayed here. An array is
 * legal when all its items are strings and one is us (RFC 7519 §4.1.3). */
static enum token_fault check_audience(const struct reading *reading)
{
    const json_t *value = json_object_get(reading->payload, "aud");
    bool found = is_audience(value, reading->issuer);

    if (value == NULL) {
        return TOKEN_CLAIM_MISSING;
    }
    if (!json_is_string(value) && !json_is_array(value)) {
        return TOKEN_CLAIM_MALFORMED;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);

        if (!json_is_string(item)) {
            return TOKEN_CLAIM_MALFORMED;
        }
        found = found || is_audience(item, reading->issuer);
    }
    return found ? TOKEN_BELIEVED : TOKEN_AUDIENCE_WRONG;
}

static enum token_fault check_issued_at(const struct reading *reading)
{
    return read_time(reading, "iat", &reading->claims->issued_at);
}

/* A replay for years: a token can't be taken back when it has leaked, so its life is bounded here,
 * whatever was signed. */
static enum token_fault check_expiry(const struct reading *reading)
{
    struct token_claims *claims = reading->claims;
    const enum token_fault fault = read_time(reading, "exp", &claims->expires_at);

    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    if (claims->expires_at <= claims->issued_at ||
        claims->expires_at - claims->issued_at > TOKEN_TTL_MAX) {
        return TOKEN_CLAIM_MALFORMED;
    }
    return token_claims_at(claims, reading->now);
}

/* A token handed out ahead of its time. Optional, and nothing we write ourselves. */
static enum token_fault check_not_before(const struct reading *reading)
{
    int64_t not_before = 0;
    const enum token_fault fault = read_time(reading, "nbf", &not_before);

    if (fault != TOKEN_BELIEVED) {
        return fault == TOKEN_CLAIM_MISSING ? TOKEN_BELIEVED : fault;
    }
    return reading->now < not_before - TOKEN_LEEWAY ? TOKEN_NOT_YET_VALID : TOKEN_BELIEVED;
}

static enum token_fault check_organisation(const struct reading *reading)
{
    return read_text(reading, "org", reading->claims->organisation);
}

static enum token_fault check_subject(const struct reading *reading)
{
    return read_text(reading, "sub", reading->claims->subject);
}

/* More rights than one role gives: a list, or names run together, is no role. */
static enum token_fault check_role(const struct reading *reading)
{
    const enum token_fault fault = read_text(reading, "role", reading->claims->role);

    if (fault != TOKEN_BELIEVED) {
        return fault;
    }
    return role_from_name(reading->claims->role) != 0 ? TOKEN_BELIEVED : TOKEN_CLAIM_MALFORMED;
}

static enum token_fault check_id(const struct reading *reading)
{
    return read_text(reading, "jti", reading->claims->id);
}

enum token_fault token_claims_read(const json_t *payload, const char *issuer, int64_t now,
                                   struct token_claims *claims_r)
{
    typedef enum token_fault check(const struct reading *);
    static check *const checks[] = {
        check_issuer,       check_audience, check_issued_at, check_expiry, check_not_before,
        check_organisation, check_subject,  check_role,      check_id,
    };
    const struct reading reading = {payload, issuer, now, claims_r};

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const enum token_fault fault = checks[i](&reading);

        if (fault != TOKEN_BELIEVED) {
            return fault;
        }
    }
    return TOKEN_BELIEVED;
}

/* `exp` is the first second that is too late (RFC 7519 §4.1.4). One issued in the future comes from
 * a clock that is wrong, or was made to outlive its owner's key. */
enum token_fault token_claims_at(const struct token_claims *claims, int64_t now)
{
    if (now >= claims->expires_at + TOKEN_LEEWAY) {
        return TOKEN_EXPIRED;
    }
    return now < claims->issued_at - TOKEN_LEEWAY ? TOKEN_NOT_YET_VALID : TOKEN_BELIEVED;
}
