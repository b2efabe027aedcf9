/* SPDX-License-Identifier: MPL-2.0 */
/* test_claims.c: the claims of issuers' tokens, one by one; each token otherwise good and rightly
 * signed. Those of the installation's own, test_token.c tells. */
#include "providers.h"

#include "identity/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
    *state = providers_new();
    return 0;
}

static int tear_down(void **state)
{
    providers_free(*state);
    return 0;
}

static void expect_at(struct providers *providers, const char *name, const char *json, int64_t now,
                      enum token_fault wanted)
{
    const char *tried = talloc_asprintf(providers, "%s: %s", name, json);

    forge_expect(provider_judge(providers, provider_token(providers, name, json), now, NULL),
                 wanted, tried);
}

static void expect(struct providers *providers, const char *name, const char *json,
                   enum token_fault wanted)
{
    expect_at(providers, name, json, FORGE_NOW, wanted);
}

static void read(struct providers *providers, const char *name, const char *json,
                 struct token_claims *claims_r)
{
    forge_expect(
        provider_judge(providers, provider_token(providers, name, json), FORGE_NOW, claims_r),
        TOKEN_BELIEVED, name);
}

static void claims_are_those_of_token_and_configuration(void **state)
{
    struct token_claims claims;

    read(*state, NULL, NULL, &claims);
    assert_string_equal(claims.organisation, "aciers");
    assert_string_equal(claims.issuer, ACIERS);
    assert_string_equal(claims.subject, "alice");
    assert_string_equal(claims.role, "manager");
    assert_string_equal(claims.id, "0123456789abcdef");
    assert_int_equal(claims.issued_at, FORGE_NOW);
    assert_int_equal(claims.expires_at, FORGE_NOW + 3600);
}

/* Its people are of the organisation of the configuration, whatever it says. */
static void organisation_is_never_the_tokens(void **state)
{
    static const char *const values[] = {
        "\"ecole\"", "\"banque\"", "\"\"", "null", "[\"ecole\"]", "1", "{}",
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        static const char *const names[] = {"org", "organisation", "issuer"};

        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
            struct token_claims claims;

            read(*state, names[j], values[i], &claims);
            assert_string_equal(claims.organisation, "aciers");
            assert_string_equal(claims.issuer, ACIERS);
        }
    }
}

static void the_installations_own_have_no_issuer(void **state)
{
    const struct providers *providers = *state;
    struct token_claims claims;

    forge_expect(provider_judge(providers,
                                forge_token(*state, providers->forge->pkey, FORGE_HEADER,
                                            forge_payload(*state, NULL, NULL)),
                                FORGE_NOW, &claims),
                 TOKEN_BELIEVED, "own");
    assert_string_equal(claims.issuer, "");
    assert_string_equal(claims.organisation, "ecole");
}

static void some_claims_are_required(void **state)
{
    static const char *const names[] = {"aud", "sub", "iat", "exp"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect(*state, names[i], NULL, TOKEN_CLAIM_MISSING);
        expect(*state, names[i], "null", TOKEN_CLAIM_MALFORMED);
    }
}

static void jti_is_optional(void **state)
{
    struct token_claims claims;

    read(*state, "jti", NULL, &claims);
    assert_string_equal(claims.id, "");
    expect(*state, "jti", "null", TOKEN_CLAIM_MALFORMED);
    expect(*state, "jti", "\"\"", TOKEN_CLAIM_MALFORMED);
    expect(*state, "jti", "1", TOKEN_CLAIM_MALFORMED);
    expect(*state, "jti", "\"a\\nb\"", TOKEN_CLAIM_MALFORMED);
}

/* RFC 8725 §3.8: names no issuer that is known: neither the organisations' nor, signed by them, our
 * own. */
static void issuer(void **state)
{
    expect(*state, "iss", "\"https://idp.aciers.example/\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"HTTPS://idp.aciers.example\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"https://idp.aciers.example \"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"https://attacker.example\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"" FORGE_ISSUER "\"", TOKEN_KEY_UNKNOWN);
    expect(*state, "iss", NULL, TOKEN_KEY_UNKNOWN);
    expect(*state, "iss", "null", TOKEN_KEY_UNKNOWN);
    expect(*state, "iss", "[\"" ACIERS "\"]", TOKEN_KEY_UNKNOWN);
    expect(*state, "iss", "\"\"", TOKEN_KEY_UNKNOWN);
    /* escapes are another spelling of the same text */
    expect(*state, "iss", "\"https:\\/\\/idp.aciers.\\u0065xample\"", TOKEN_BELIEVED);
}

/* RFC 8725 §3.8: the gate has chosen by it; the claim is compared all the same. */
static void issuer_is_compared_again(void **state)
{
    struct providers *providers = *state;
    const struct token_issuer *const banque = token_issuers_find(providers->issuers, BANQUE);
    json_t *theirs = json_loads(provider_payload(*state, ACIERS, NULL, NULL), 0, NULL);
    json_t *own = json_loads(forge_payload(*state, NULL, NULL), 0, NULL);
    struct token_claims claims;

    forge_expect(token_claims_read_issuers(theirs, banque, FORGE_NOW, &claims), TOKEN_ISSUER_WRONG,
                 "aciers by banque's rules");
    forge_expect(token_claims_read_issuers(own, banque, FORGE_NOW, &claims), TOKEN_ISSUER_WRONG,
                 "our own by banque's rules");
    forge_expect(token_claims_read(theirs, FORGE_ISSUER, FORGE_NOW, &claims), TOKEN_ISSUER_WRONG,
                 "aciers by our own rules");
    forge_expect(token_claims_read(own, "urn:codev:other", FORGE_NOW, &claims), TOKEN_ISSUER_WRONG,
                 "another installation's");
    json_decref(theirs);
    json_decref(own);
}

/* RFC 8725 §2.7, §3.9; ASVS 9.2.3: a token for another service. */
static void audience(void **state)
{
    expect(*state, "aud", "[\"codev\"]", TOKEN_BELIEVED);
    expect(*state, "aud", "[\"other\",\"codev\"]", TOKEN_BELIEVED);
    expect(*state, "aud", "\"other\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"Codev\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"codev2\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"code\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"other codev\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"" FORGE_ISSUER "\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"" ACIERS "\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "[]", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "[\"codev\",1]", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "[[\"codev\"]]", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "{\"codev\":1}", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "1", TOKEN_CLAIM_MALFORMED);
}

/* OpenID Connect asks it of ID tokens; it says nothing about who may be let in. */
static void azp_is_not_asked(void **state)
{
    expect(*state, "azp", "\"somebody\"", TOKEN_BELIEVED);
    expect(*state, "azp", "[1]", TOKEN_BELIEVED);
}

/* RFC 8725 §3.8, §3.10: a person is organisation, issuer and subject, so the subject is one plain
 * text. */
static void subject(void **state)
{
    static const char *const bad[] = {
        "\"\"",         "1", "[]", "[\"a\"]", "{}", "true", "\"a\\u0001b\"", "\"\\u202egnp\"",
        "\"\\ufeffa\"",
    };
    char longest[TOKEN_TEXT_MAX + 4];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(*state, "sub", bad[i], TOKEN_CLAIM_MALFORMED);
    }
    expect(*state, "sub", "\"Hélène|0f3c@x:y/z\"", TOKEN_BELIEVED);
    memset(longest, 'a', sizeof longest);
    longest[0] = longest[TOKEN_TEXT_MAX + 1] = '"';
    longest[TOKEN_TEXT_MAX + 2] = '\0';
    expect(*state, "sub", longest, TOKEN_BELIEVED);
    longest[TOKEN_TEXT_MAX + 1] = 'a';
    longest[TOKEN_TEXT_MAX + 2] = '"';
    longest[TOKEN_TEXT_MAX + 3] = '\0';
    expect(*state, "sub", longest, TOKEN_CLAIM_MALFORMED);
}

/* ---- roles; aciers may make participants and managers */

static void granted_role(struct providers *providers, const char *json, const char *role)
{
    struct token_claims claims;

    read(providers, "role", json, &claims);
    assert_string_equal(claims.role, role);
}

static void roles_that_are_granted(void **state)
{
    granted_role(*state, "\"participant\"", "participant");
    granted_role(*state, "\"manager\"", "manager");
    granted_role(*state, "[\"manager\"]", "manager");
    granted_role(*state, "[\"offline_access\",\"manager\",\"Staff\",7,null,[\"admin\"]]",
                 "manager");
    granted_role(*state, NULL, "participant");
}

/* Escalation: RFC 8725 §3.10. */
static void roles_that_are_not(void **state)
{
    static const char *const refused[] = {
        "\"staff\"", "\"facilitator\"", "\"admin\"", "[\"admin\"]", "[\"x\",\"staff\"]",
    };
    static const char *const malformed[] = {
        "\"\"",
        "\"visitor\"",
        "\"Manager\"",
        "\"manager \"",
        "\"manager,staff\"",
        "\"manager staff\"",
        "[]",
        "[\"x\"]",
        "[[\"manager\"]]",
        "{\"manager\":1}",
        "null",
        "1",
        "true",
        /* two of ours are no one role, whichever are granted */
        "[\"manager\",\"participant\"]",
        "[\"manager\",\"admin\"]",
        "[\"manager\",\"manager\"]",
    };

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        expect(*state, "role", refused[i], TOKEN_ROLE_REFUSED);
    }
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        expect(*state, "role", malformed[i], TOKEN_CLAIM_MALFORMED);
    }
    /* where others look for roles */
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"roles", "groups", "scope"};
        struct token_claims claims;

        read(*state, names[i], "\"admin\"", &claims);
        assert_string_equal(claims.role, "manager");
    }
}

static enum token_fault judge_with_roles(struct providers *providers, unsigned roles,
                                         const char *json, struct token_claims *claims_r)
{
    struct token_issuer *issuer = &providers->issuers->issuers[0];
    const unsigned kept = issuer->roles;
    enum token_fault fault;

    issuer->roles = roles;
    fault = provider_judge(providers, provider_token(providers, "role", json), FORGE_NOW, claims_r);
    issuer->roles = kept;
    return fault;
}

/* Every role that there is against every set of granted ones. */
static void every_role_by_every_grant(void **state)
{
    static const char *const names[] = {"participant", "facilitator", "manager", "staff", "admin"};

    for (unsigned roles = 0; roles < 1u << 4; roles++) {
        struct token_claims claims;

        for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
            /* bits from CODEV_PARTICIPANT on; admin's is never granted */
            const enum token_fault fault = judge_with_roles(
                *state, roles << 1, talloc_asprintf(*state, "\"%s\"", names[i]), &claims);

            forge_expect(fault, (roles >> i & 1) != 0 ? TOKEN_BELIEVED : TOKEN_ROLE_REFUSED,
                         names[i]);
        }
        forge_expect(judge_with_roles(*state, roles << 1, NULL, &claims),
                     (roles & 1) != 0 ? TOKEN_BELIEVED : TOKEN_ROLE_REFUSED, "none");
    }
}

/* ---- other kinds of tokens, by the same key, for the same audience */

/* RFC 8725 §2.8, §3.11, §3.12; ASVS 9.2.2. */
static void tokens_for_another_purpose(void **state)
{
    static const char *const members[][2] = {
        {"nonce", "\"n-0S6_WzA2Mj\""},
        {"at_hash", "\"77QmUPtjPfzWtF2AnpK9RQ\""},
        {"c_hash", "\"LDktKdoQak3Pk0cnXxCltA\""},
        {"s_hash", "\"AA\""},
        {"events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}"},
        {"events", "null"},
        {"cnf", "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}"},
        {"cnf", "{\"x5t#S256\":\"AA\"}"},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect(*state, members[i][0], members[i][1], TOKEN_PURPOSE_WRONG);
    }
}

/* ---- times; the payload's iat is FORGE_NOW, its exp 3600 seconds later */

/* ASVS 9.2.1. */
static void times_with_leeway(void **state)
{
    const int64_t end = FORGE_NOW + 3600 + TOKEN_LEEWAY;

    expect_at(*state, NULL, NULL, end - 1, TOKEN_BELIEVED);
    expect_at(*state, NULL, NULL, end, TOKEN_EXPIRED);
    expect_at(*state, NULL, NULL, INT64_MAX, TOKEN_EXPIRED);
    expect_at(*state, NULL, NULL, FORGE_NOW - TOKEN_LEEWAY, TOKEN_BELIEVED);
    expect_at(*state, NULL, NULL, FORGE_NOW - TOKEN_LEEWAY - 1, TOKEN_NOT_YET_VALID);
    expect(*state, "nbf", "1795500060", TOKEN_BELIEVED);
    expect(*state, "nbf", "1795500061", TOKEN_NOT_YET_VALID);
}

static void times_are_whole_numbers_in_range(void **state)
{
    static const char *const names[] = {"iat", "exp", "nbf"};
    static const char *const values[] = {
        "1795500000.5", "\"1795500000\"", "-1", "true", "[1]", "{}", "253402300800", "1.7955e9",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            expect(*state, names[i], values[j], TOKEN_CLAIM_MALFORMED);
        }
    }
    expect(*state, "exp", "1798092001", TOKEN_CLAIM_MALFORMED); /* 30 days and a second */
    expect(*state, "exp", "1795500000", TOKEN_CLAIM_MALFORMED); /* as iat */
}

/* What real providers send besides. */
static void a_providers_payload(void **state)
{
    struct providers *providers = *state;
    struct token_claims claims;
    char *payload = provider_payload(*state, ACIERS, "role", "[\"offline_access\",\"manager\"]");
    char *groups = talloc_strdup(*state, "\"g0\"");

    for (int i = 1; i < 100; i++) {
        groups = talloc_asprintf_append(groups, ",\"g%d\"", i);
    }
    payload[strlen(payload) - 1] = '\0';
    payload = talloc_asprintf(
        *state,
        "%s,\"typ\":\"Bearer\",\"azp\":\"portail\",\"sid\":\"x\",\"acr\":\"1\",\"scope\":"
        "\"openid\","
        "\"realm_access\":{\"roles\":[\"admin\"]},\"resource_access\":{\"account\":{\"roles\":["
        "\"manage-account\"]}},\"email_verified\":true,\"groups\":[%s],\"client_id\":\"portail\","
        "\"name\":\"Hélène Brûlé\",\"auth_time\":1795499000.25}",
        payload, groups);
    forge_expect(provider_judge(providers,
                                mint_token(*state, providers->aciers.keys[RSA_KEY], "RS256",
                                           provider_header(*state, "RS256", "rsa"), payload),
                                FORGE_NOW, &claims),
                 TOKEN_BELIEVED, payload);
    assert_string_equal(claims.role, "manager");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_are_those_of_token_and_configuration),
        cmocka_unit_test(organisation_is_never_the_tokens),
        cmocka_unit_test(the_installations_own_have_no_issuer),
        cmocka_unit_test(some_claims_are_required),
        cmocka_unit_test(jti_is_optional),
        cmocka_unit_test(issuer),
        cmocka_unit_test(issuer_is_compared_again),
        cmocka_unit_test(audience),
        cmocka_unit_test(azp_is_not_asked),
        cmocka_unit_test(subject),
        cmocka_unit_test(roles_that_are_granted),
        cmocka_unit_test(roles_that_are_not),
        cmocka_unit_test(every_role_by_every_grant),
        cmocka_unit_test(tokens_for_another_purpose),
        cmocka_unit_test(times_with_leeway),
        cmocka_unit_test(times_are_whole_numbers_in_range),
        cmocka_unit_test(a_providers_payload),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
