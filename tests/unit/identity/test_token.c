/* SPDX-License-Identifier: MPL-2.0 */
/* test_token.c: tokens made and believed, claim by claim; each one otherwise good and rightly
 * signed. */
#include "forge.h"

#include "identity/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void expect_at(const struct forge *forge, const char *name, const char *json, int64_t now,
                      enum token_fault wanted)
{
    TALLOC_CTX *arena = talloc_new(forge);
    const char *payload = forge_payload(arena, name, json);

    forge_expect(forge_judge(forge, forge_token(arena, forge->pkey, FORGE_HEADER, payload), now),
                 wanted, payload);
    talloc_free(arena);
}

static void expect(const struct forge *forge, const char *name, const char *json,
                   enum token_fault wanted)
{
    expect_at(forge, name, json, FORGE_NOW, wanted);
}

static struct token_claims some_claims(void)
{
    return (struct token_claims){
        .organisation = "ecole",
        .subject = "Hélène d’Œuvray",
        .role = "facilitator",
        .issued_at = FORGE_NOW,
        .expires_at = FORGE_NOW + TOKEN_TTL_DEFAULT,
    };
}

/* ---- made here */

static void signed_token_is_believed(void **state)
{
    const struct forge *forge = *state;
    const struct token_claims claims = some_claims();
    struct token_claims read;
    struct error error = {""};
    const char *token = token_sign(*state, forge->keys, &claims, &error);

    assert_non_null(token);
    forge_expect(token_verify(forge->keys, NULL, token, strlen(token), FORGE_NOW, &read),
                 TOKEN_BELIEVED, token);
    assert_string_equal(read.organisation, claims.organisation);
    assert_string_equal(read.subject, claims.subject);
    assert_string_equal(read.role, claims.role);
    assert_int_equal(strlen(read.id), 32);
    assert_int_equal(read.issued_at, claims.issued_at);
    assert_int_equal(read.expires_at, claims.expires_at);
}

static void signed_token_names_type_key_and_algorithm(void **state)
{
    const struct forge *forge = *state;
    const struct token_claims claims = some_claims();
    struct error error = {""};
    const char *token = token_sign(*state, forge->keys, &claims, &error);
    unsigned char header[128] = "";
    char *padded;
    int length;

    assert_non_null(token);
    length = (int)strcspn(token, ".");
    padded = talloc_asprintf(*state, "%.*s%.*s", length, token, (4 - length % 4) % 4, "===");
    assert_in_range(EVP_DecodeBlock(header, (unsigned char *)padded, (int)strlen(padded)), 1, 127);
    assert_non_null(strstr((char *)header, "\"alg\":\"ES256\""));
    assert_non_null(strstr((char *)header, "\"typ\":\"JWT\""));
    assert_non_null(strstr((char *)header, "\"kid\":\"k1\""));
}

static void ids_differ_and_given_ones_are_kept(void **state)
{
    const struct forge *forge = *state;
    struct token_claims claims = some_claims();
    struct token_claims first, second;
    struct error error = {""};
    const char *token = token_sign(*state, forge->keys, &claims, &error);

    assert_int_equal(token_verify(forge->keys, NULL, token, strlen(token), FORGE_NOW, &first), 0);
    token = token_sign(*state, forge->keys, &claims, &error);
    assert_int_equal(token_verify(forge->keys, NULL, token, strlen(token), FORGE_NOW, &second), 0);
    assert_string_not_equal(first.id, second.id);
    strcpy(claims.id, "given");
    token = token_sign(*state, forge->keys, &claims, &error);
    assert_int_equal(token_verify(forge->keys, NULL, token, strlen(token), FORGE_NOW, &first), 0);
    assert_string_equal(first.id, "given");
}

static void expect_no_token(const struct forge *forge, const struct token_claims *claims,
                            const char *sentence)
{
    struct error error = {""};

    assert_null(token_sign(NULL, forge->keys, claims, &error));
    if (strstr(error.text, sentence) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", sentence, error.text);
    }
}

static void what_would_be_refused_is_not_signed(void **state)
{
    struct token_claims claims = some_claims();

    strcpy(claims.role, "visitor");
    expect_no_token(*state, &claims, "role");
    strcpy(claims.role, "staff admin");
    expect_no_token(*state, &claims, "role");
    memset(claims.role, 'a', sizeof claims.role);
    expect_no_token(*state, &claims, "role");
    claims = some_claims();
    claims.subject[0] = '\0';
    expect_no_token(*state, &claims, "subject");
    strcpy(claims.subject, "a\nb");
    expect_no_token(*state, &claims, "subject");
    strcpy(claims.subject, "\xc3\x28");
    expect_no_token(*state, &claims, "subject");
    memset(claims.subject, 'a', sizeof claims.subject);
    expect_no_token(*state, &claims, "subject");
    claims = some_claims();
    claims.organisation[0] = '\0';
    expect_no_token(*state, &claims, "organisation");
    claims = some_claims();
    strcpy(claims.id, "\x7f");
    expect_no_token(*state, &claims, "identifier");
    claims = some_claims();
    claims.expires_at = claims.issued_at;
    expect_no_token(*state, &claims, "seconds");
    claims.expires_at = claims.issued_at + TOKEN_TTL_MAX + 1;
    expect_no_token(*state, &claims, "seconds");
    claims.expires_at = INT64_MAX;
    expect_no_token(*state, &claims, "seconds");
    claims.issued_at = INT64_MIN;
    expect_no_token(*state, &claims, "seconds");
    claims.issued_at = INT64_MAX - 1; /* beyond the year 9999, which token_verify refuses */
    expect_no_token(*state, &claims, "signed");
}

static void longest_claims_are_signed(void **state)
{
    const struct forge *forge = *state;
    struct token_claims claims = some_claims();
    struct error error = {""};
    struct token_claims read;
    const char *token;

    /* \u0001 is the longest escape, but refused; a quotation mark takes two bytes */
    memset(claims.subject, '"', TOKEN_TEXT_MAX);
    memset(claims.organisation, '\\', TOKEN_TEXT_MAX);
    memset(claims.id, '/', TOKEN_TEXT_MAX);
    claims.expires_at = claims.issued_at + TOKEN_TTL_MAX;
    token = token_sign(*state, forge->keys, &claims, &error);
    assert_non_null(token);
    assert_true(strlen(token) < TOKEN_SIZE_MAX);
    assert_int_equal(token_verify(forge->keys, NULL, token, strlen(token), FORGE_NOW, &read), 0);
    assert_memory_equal(&read, &claims, sizeof claims);
}

/* ---- claims */

static void good_payload_is_believed(void **state)
{
    expect(*state, NULL, NULL, TOKEN_BELIEVED);
    expect(*state, "unknown", "{\"ignored\":[1,2.5,null]}", TOKEN_BELIEVED);
    expect(*state, "sub", "\"H\\u00e9l\\u00e8ne \\ud83d\\ude00\"", TOKEN_BELIEVED);
}

static void each_claim_is_required(void **state)
{
    static const char *const names[] = {"iss", "aud", "org", "sub", "role", "jti", "iat", "exp"};
    TALLOC_CTX *arena = talloc_new(*state);
    const struct forge *forge = *state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect(*state, names[i], NULL, TOKEN_CLAIM_MISSING);
        expect(*state, names[i], "null", TOKEN_CLAIM_MALFORMED);
    }
    forge_expect(forge_judge(forge, forge_token(arena, forge->pkey, FORGE_HEADER, "{}"), FORGE_NOW),
                 TOKEN_CLAIM_MISSING, "{}");
    talloc_free(arena);
}

static void texts_are_strings(void **state)
{
    static const char *const names[] = {"iss", "org", "sub", "role", "jti"};
    static const char *const values[] = {
        "1", "0", "1.5", "true", "false", "{}", "[]", "[\"staff\"]", "{\"staff\":true}", "\"\"",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            expect(*state, names[i], values[j], TOKEN_CLAIM_MALFORMED);
        }
    }
}

/* Log lines and pages are forged with these. */
static void texts_have_no_control_characters(void **state)
{
    static const char *const values[] = {
        "\"a\\nb\"",     "\"a\\rb\"",    "\"a\\tb\"",     "\"\\u0001\"", "\"a\\u001b[2J\"",
        "\"\\u007f\"",   "\"\\u0085\"",  "\"\\u009b2J\"", "\"\\u2028\"", "\"\\u202egnp\"",
        "\"a\\u200bb\"", "\"\\u2066a\"", "\"\\ufeffa\"",  "\"\\uffff\"", "\"\\u200e\"",
    };
    static const char *const names[] = {"iss", "org", "sub", "role", "jti"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            expect(*state, names[i], values[j], TOKEN_CLAIM_MALFORMED);
        }
    }
}

/* A claim that was cut would be another subject's. */
static void texts_are_never_cut(void **state)
{
    static const char *const names[] = {"org", "sub", "jti"};
    char value[TOKEN_TEXT_MAX + 4];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        memset(value, 'a', sizeof value);
        value[0] = value[TOKEN_TEXT_MAX + 1] = '"';
        value[TOKEN_TEXT_MAX + 2] = '\0';
        expect(*state, names[i], value, TOKEN_BELIEVED);
        value[TOKEN_TEXT_MAX + 1] = 'a';
        value[TOKEN_TEXT_MAX + 2] = '"';
        value[TOKEN_TEXT_MAX + 3] = '\0';
        expect(*state, names[i], value, TOKEN_CLAIM_MALFORMED);
    }
}

/* RFC 8725 §3.8. */
static void wrong_issuer(void **state)
{
    expect(*state, "iss", "\"urn:codev:other\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"urn:codev:installation2\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"urn:codev:installatio\"", TOKEN_ISSUER_WRONG);
    expect(*state, "iss", "\"URN:codev:installation\"", TOKEN_ISSUER_WRONG);
}

static void audience_may_be_a_list(void **state)
{
    expect(*state, "aud", "[\"" FORGE_ISSUER "\"]", TOKEN_BELIEVED);
    expect(*state, "aud", "[\"other\",\"" FORGE_ISSUER "\"]", TOKEN_BELIEVED);
    expect(*state, "aud", "[\"other\"]", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "[]", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "[\"" FORGE_ISSUER "\",1]", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "[[\"" FORGE_ISSUER "\"]]", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "[null]", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "{\"" FORGE_ISSUER "\":1}", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "1", TOKEN_CLAIM_MALFORMED);
    expect(*state, "aud", "true", TOKEN_CLAIM_MALFORMED);
}

/* RFC 8725 §2.7, §3.9; ASVS 9.2.3: a token for another service. */
static void wrong_audience(void **state)
{
    expect(*state, "aud", "\"other\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"\"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"" FORGE_ISSUER " \"", TOKEN_AUDIENCE_WRONG);
    expect(*state, "aud", "\"other " FORGE_ISSUER "\"", TOKEN_AUDIENCE_WRONG);
}

static void one_known_role(void **state)
{
    static const char *const good[] = {
        "\"participant\"", "\"facilitator\"", "\"manager\"", "\"staff\"", "\"admin\"",
    };
    static const char *const bad[] = {
        "\"visitor\"",
        "\"root\"",
        "\"Staff\"",
        "\"STAFF\"",
        "\"staff \"",
        "\" staff\"",
        "\"staff admin\"",
        "\"staff,admin\"",
        "\"staff|admin\"",
        "\"staffadmin\"",
        "[\"staff\",\"admin\"]",
        "[\"staff\"]",
        "\"adm\"",
        "\"admins\"",
        "32",
        "{\"staff\":1}",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        expect(*state, "role", good[i], TOKEN_BELIEVED);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(*state, "role", bad[i], TOKEN_CLAIM_MALFORMED);
    }
}

static void two_roles_by_duplicate_member(void **state)
{
    const struct forge *forge = *state;
    const char *payload = forge_payload(*state, NULL, NULL);
    const char *twice = talloc_asprintf(*state, "{\"role\":\"admin\",%s", payload + 1);

    forge_expect(
        forge_judge(forge, forge_token(*state, forge->pkey, FORGE_HEADER, twice), FORGE_NOW),
        TOKEN_PAYLOAD_NOT_JSON, twice);
}

/* ---- times; the payload's iat is FORGE_NOW, its exp 3600 seconds later */

/* ASVS 9.2.1. */
static void expires_with_leeway(void **state)
{
    const int64_t end = FORGE_NOW + 3600 + TOKEN_LEEWAY;

    expect_at(*state, NULL, NULL, end - 1, TOKEN_BELIEVED);
    expect_at(*state, NULL, NULL, end, TOKEN_EXPIRED);
    expect_at(*state, NULL, NULL, end + 1, TOKEN_EXPIRED);
    expect_at(*state, NULL, NULL, INT64_MAX, TOKEN_EXPIRED);
}

/* ASVS 9.2.1. */
static void issued_in_the_future(void **state)
{
    expect_at(*state, NULL, NULL, FORGE_NOW - TOKEN_LEEWAY, TOKEN_BELIEVED);
    expect_at(*state, NULL, NULL, FORGE_NOW - TOKEN_LEEWAY - 1, TOKEN_NOT_YET_VALID);
    expect_at(*state, NULL, NULL, 0, TOKEN_NOT_YET_VALID);
    expect_at(*state, NULL, NULL, INT64_MIN, TOKEN_NOT_YET_VALID);
}

/* ASVS 9.2.1. */
static void not_before_with_leeway(void **state)
{
    expect(*state, "nbf", "1795500000", TOKEN_BELIEVED);
    expect(*state, "nbf", "0", TOKEN_BELIEVED);
    expect(*state, "nbf", "1795500060", TOKEN_BELIEVED);
    expect(*state, "nbf", "1795500061", TOKEN_NOT_YET_VALID);
    expect_at(*state, "nbf", "1795500061", FORGE_NOW + 1, TOKEN_BELIEVED);
    expect(*state, "nbf", "253402300799", TOKEN_NOT_YET_VALID);
}

static void times_are_whole_numbers_in_range(void **state)
{
    static const char *const names[] = {"iat", "exp", "nbf"};
    static const char *const values[] = {
        "1795500000.0",
        "1795500000.5",
        "1.7955e9",
        "1e300",
        "\"1795500000\"",
        "-1",
        "true",
        "[1]",
        "{}",
        "null",
        "253402300800",
        "9223372036854775807",
        "-9223372036854775808",
        "\"\"",
    };
    static const char *const unreadable[] = {"9223372036854775808", "1e999", "0x7fffffff", "01"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            expect(*state, names[i], values[j], TOKEN_CLAIM_MALFORMED);
        }
        for (size_t j = 0; j < sizeof unreadable / sizeof unreadable[0]; j++) {
            expect(*state, names[i], unreadable[j], TOKEN_PAYLOAD_NOT_JSON);
        }
    }
}

/* Milliseconds instead of seconds would live for 50,000 years. */
static void life_is_bounded(void **state)
{
    expect(*state, "exp", "1798092000", TOKEN_BELIEVED); /* 30 days */
    expect(*state, "exp", "1798092001", TOKEN_CLAIM_MALFORMED);
    expect(*state, "exp", "253402300799", TOKEN_CLAIM_MALFORMED);
    expect(*state, "iat", "0", TOKEN_CLAIM_MALFORMED);
    expect(*state, "exp", "1795500000", TOKEN_CLAIM_MALFORMED); /* as iat */
    expect(*state, "exp", "0", TOKEN_CLAIM_MALFORMED);
}

static void every_fault_has_a_text(void **state)
{
    (void)state;
    for (int fault = TOKEN_BELIEVED; fault <= TOKEN_NO_MEMORY; fault++) {
        assert_non_null(token_fault_text((enum token_fault)fault));
        assert_string_not_equal(token_fault_text((enum token_fault)fault), "unknown");
    }
    assert_string_equal(token_fault_text((enum token_fault)(TOKEN_NO_MEMORY + 1)), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_token_is_believed),
        cmocka_unit_test(signed_token_names_type_key_and_algorithm),
        cmocka_unit_test(ids_differ_and_given_ones_are_kept),
        cmocka_unit_test(what_would_be_refused_is_not_signed),
        cmocka_unit_test(longest_claims_are_signed),
        cmocka_unit_test(good_payload_is_believed),
        cmocka_unit_test(each_claim_is_required),
        cmocka_unit_test(texts_are_strings),
        cmocka_unit_test(texts_have_no_control_characters),
        cmocka_unit_test(texts_are_never_cut),
        cmocka_unit_test(wrong_issuer),
        cmocka_unit_test(audience_may_be_a_list),
        cmocka_unit_test(wrong_audience),
        cmocka_unit_test(one_known_role),
        cmocka_unit_test(two_roles_by_duplicate_member),
        cmocka_unit_test(expires_with_leeway),
        cmocka_unit_test(issued_in_the_future),
        cmocka_unit_test(not_before_with_leeway),
        cmocka_unit_test(times_are_whole_numbers_in_range),
        cmocka_unit_test(life_is_bounded),
        cmocka_unit_test(every_fault_has_a_text),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
