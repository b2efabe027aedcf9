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
    const char *issuer, *audience;
    const struct token_issuer *by; /* NULL: the installation itself */
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

static bool is_audience(const json_t *value, const char *audience)
{
    return json_is_string(value) && json_string_length(value) == strlen(audience) &&
           strcmp(json_string_value(value), audience) == 0;
}

/* Substitution (RFC 8725 §2.7, §3.9): a token made for another service, replayed here. An array is
 * legal when all its items are strings and one is us (RFC 7519 §4.1.3). `azp` is not asked for: it
 * tells the client of an ID token that the token is its own (OpenID Connect Core §3.1.3.7); access
 * tokens need not have it (RFC 9068), and ID tokens are refused below. */
static enum token_fault check_audience(const struct reading *reading)
{
    const json_t *value = json_object_get(reading->payload, "aud");
    bool found = is_audience(value, reading->audience);

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
        found = found || is_audience(item, reading->audience);
    }
    return found ? TOKEN_BELIEVED : TOKEN_AUDIENCE_WRONG;
}

/* ---- times: each claim by itself, and by the same function when a token is remembered */

/* `exp` is the first second that is too late (RFC 7519 §4.1.4). */
static enum token_fault by_expiry(const struct token_claims *claims, int64_t now)
{
    return now >= claims->expires_at + TOKEN_LEEWAY ? TOKEN_EXPIRED : TOKEN_BELIEVED;
}

static enum token_fault by_not_before(const struct token_claims *claims, int64_t now)
{
    return now < claims->not_before - TOKEN_LEEWAY ? TOKEN_NOT_YET_VALID : TOKEN_BELIEVED;
}

/* One issued in the future comes from a clock that is wrong, or was made to outlive its owner's
 * key. */
static enum token_fault by_issued_at(const struct token_claims *claims, int64_t now)
{
    return now < claims->issued_at - TOKEN_LEEWAY ? TOKEN_NOT_YET_VALID : TOKEN_BELIEVED;
}

static enum token_fault check_issued_at(const struct reading *reading)
{
    const enum token_fault fault = read_time(reading, "iat", &reading->claims->issued_at);

    return fault == TOKEN_BELIEVED ? by_issued_at(reading->claims, reading->now) : fault;
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
    return by_expiry(claims, reading->now);
}

/* A token handed out ahead of its time. Optional, and nothing we write ourselves. */
static enum token_fault check_not_before(const struct reading *reading)
{
    const enum token_fault fault = read_time(reading, "nbf", &reading->claims->not_before);

    if (fault != TOKEN_BELIEVED) {
        return fault == TOKEN_CLAIM_MISSING ? TOKEN_BELIEVED : fault;
    }
    return by_not_before(reading->claims, reading->now);
}

enum token_fault token_claims_at(const struct token_claims *claims, int64_t now)
{
    enum token_fault fault = by_expiry(claims, now);

    if (fault == TOKEN_BELIEVED) {
        fault = by_not_before(claims, now);
    }
    return fault == TOKEN_BELIEVED ? by_issued_at(claims, now) : fault;
}

/* ---- who and what */

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
    return role_of_token(reading->claims->role) != 0 ? TOKEN_BELIEVED : TOKEN_CLAIM_MALFORMED;
}

static enum token_fault check_id(const struct reading *reading)
{
    return read_text(reading, "jti", reading->claims->id);
}

/* Cross-JWT confusion (RFC 8725 §2.8, §3.12): what the same issuer signs with the same key for the
 * same audience, but not to be let in with. ID tokens have `nonce` or hashes (OpenID Connect Core
 * §2, §3.3.2.11), logout tokens and security events have `events` (RFC 8417). `cnf` binds a token
 * to a key that its bearer proves to have (RFC 9449 §7.2); whoever only shows it may have stolen
 * it. */
static enum token_fault check_purpose(const struct reading *reading)
{
    static const char *const others[] = {"nonce", "at_hash", "c_hash", "s_hash", "events", "cnf"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (json_object_get(reading->payload, others[i]) != NULL) {
            return TOKEN_PURPOSE_WRONG;
        }
    }
    return TOKEN_BELIEVED;
}

/* The operator said of which organisation this issuer's people are: one that could name another in
 * its tokens would let its people in everywhere. Both texts were checked when they were loaded. */
static enum token_fault take_organisation(const struct reading *reading)
{
    (void)strcpy(reading->claims->organisation, reading->by->organisation);
    (void)strcpy(reading->claims->issuer, reading->by->url);
    return TOKEN_BELIEVED;
}

/* The one of our roles in the claim: a text, or a list of which other items are other services'.
 * NULL: none, or several, which would give the rights of all. */
static const char *find_role(const json_t *value)
{
    const char *found = NULL;

    if (json_is_string(value)) {
        return role_from_name(json_string_value(value)) != 0 ? json_string_value(value) : NULL;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));

        if (name != NULL && role_from_name(name) != 0) {
            if (found != NULL) {
                return NULL;
            }
            found = name;
        }
    }
    return found;
}

/* More rights than the operator gave the issuer: whatever it signs, it makes nobody an
 * administrator (RFC 8725 §3.10). Who has no role is a participant, where the issuer may make
 * participants. */
static enum token_fault check_granted_role(const struct reading *reading)
{
    const json_t *value = json_object_get(reading->payload, "role");
    const char *role = value == NULL ? "participant" : find_role(value);

    if (role == NULL) {
        return TOKEN_CLAIM_MALFORMED;
    }
    (void)strcpy(reading->claims->role, role);
    return (role_from_name(role) & reading->by->roles) != 0 ? TOKEN_BELIEVED : TOKEN_ROLE_REFUSED;
}

static enum token_fault check_id_if_any(const struct reading *reading)
{
    const enum token_fault fault = check_id(reading);

    return fault == TOKEN_CLAIM_MISSING ? TOKEN_BELIEVED : fault;
}

typedef enum token_fault check(const struct reading *);

static enum token_fault check_each(check *const *checks, size_t count,
                                   const struct reading *reading)
{
    for (size_t i = 0; i < count; i++) {
        const enum token_fault fault = checks[i](reading);

        if (fault != TOKEN_BELIEVED) {
            return fault;
        }
    }
    return TOKEN_BELIEVED;
}

enum token_fault token_claims_read(const json_t *payload, const char *issuer, int64_t now,
                                   struct token_claims *claims_r)
{
    static check *const checks[] = {
        check_issuer,       check_audience, check_issued_at, check_expiry, check_not_before,
        check_organisation, check_subject,  check_role,      check_id,
    };
    const struct reading reading = {
        .payload = payload, .issuer = issuer, .audience = issuer, .now = now, .claims = claims_r};

    return check_each(checks, sizeof checks / sizeof checks[0], &reading);
}

enum token_fault token_claims_read_issuers(const json_t *payload, const struct token_issuer *issuer,
                                           int64_t now, struct token_claims *claims_r)
{
    static check *const checks[] = {
        check_issuer,  check_audience, check_issued_at,    check_expiry,    check_not_before,
        check_purpose, check_subject,  check_granted_role, check_id_if_any, take_organisation,
    };
    const struct reading reading = {.payload = payload,
                                    .issuer = issuer->url,
                                    .audience = issuer->audience,
                                    .by = issuer,
                                    .now = now,
                                    .claims = claims_r};

    return check_each(checks, sizeof checks / sizeof checks[0], &reading);
}
