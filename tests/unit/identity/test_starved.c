/* SPDX-License-Identifier: MPL-2.0 */
/* test_starved.c: every allocation fails in turn (starve.h). Whatever happens, a good token is
 * refused or believed as it is, never as another, and a bad one is refused; or the process ends by
 * its own will. */
#include "providers.h"

#include "../starve.h"

#include <codev/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long enough for jansson to grow its text buffer several times. */
#define SUBJECT "a-subject-of-some-length-of-which-no-letter-may-get-lost-0123456789-0123456789"

struct fixture {
    struct providers *providers;
    struct forge *forge; /* the providers' */
    const char *token;   /* the installation's own */
    const char *key_path, *jwks_path;
    struct token_claims claims; /* of the token that is tried */
};

/* Nothing fails yet: what libraries allocate once is there afterwards. */
static void prepare(struct fixture *fixture, const char *token)
{
    forge_expect(token_verify(fixture->forge->keys, fixture->providers->issuers, token,
                              strlen(token), FORGE_NOW, &fixture->claims),
                 TOKEN_BELIEVED, token);
    assert_string_equal(fixture->claims.subject, SUBJECT);
}

static int set_up(void **state)
{
    struct fixture *fixture = talloc_zero(NULL, struct fixture);

    assert_non_null(fixture);
    fixture->providers = providers_new();
    fixture->forge = fixture->providers->forge;
    fixture->token = forge_token(fixture, fixture->forge->pkey, FORGE_HEADER,
                                 forge_payload(fixture, "sub", "\"" SUBJECT "\""));
    fixture->key_path = forge_path(fixture->forge, "k1.pem");
    fixture->jwks_path = forge_path(fixture->forge, "aciers.jwks.json");
    prepare(fixture, fixture->token);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    providers_free(fixture->providers);
    talloc_free(fixture);
    return 0;
}

static enum outcome weigh(const struct fixture *fixture, enum token_fault fault,
                          const struct token_claims *claims)
{
    static const struct token_claims none;
    const struct token_claims *due = fault == TOKEN_BELIEVED ? &fixture->claims : &none;

    if (memcmp(claims, due, sizeof *claims) != 0) {
        return OUTCOME_WRONG;
    }
    return fault == TOKEN_BELIEVED ? OUTCOME_GOOD : OUTCOME_REFUSED;
}

static enum outcome judge(void *from, const char *token)
{
    struct fixture *fixture = from;
    struct token_claims claims;
    enum token_fault fault;

    memset(&claims, 0x5a, sizeof claims);
    fault = token_verify(fixture->forge->keys, fixture->providers->issuers, token, strlen(token),
                         FORGE_NOW, &claims);
    return weigh(fixture, fault, &claims);
}

/* With a new memory: made, asked for what it doesn't know and then for what it may know. */
static enum outcome judge_by_memory(void *from, const char *token)
{
    struct fixture *fixture = from;
    struct token_memory *memory =
        token_memory_new(fixture, fixture->forge->keys, fixture->providers->issuers);
    enum outcome outcome = OUTCOME_REFUSED;

    for (int i = 0; memory != NULL && outcome != OUTCOME_WRONG && i < 2; i++) {
        struct token_claims claims;
        enum token_fault fault;

        memset(&claims, 0x5a, sizeof claims);
        fault = token_memory_verify(memory, token, strlen(token), FORGE_NOW, &claims);
        outcome = weigh(fixture, fault, &claims);
    }
    talloc_free(memory);
    return outcome;
}

static enum outcome sign(void *from, const char *unused)
{
    struct fixture *fixture = from;
    struct token_claims read;
    struct error error = {""};
    char *token = token_sign(fixture, fixture->forge->keys, &fixture->claims, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    (void)unused;
    starve_no_more();
    if (token != NULL) {
        outcome = token_verify(fixture->forge->keys, NULL, token, strlen(token), FORGE_NOW,
                               &read) == TOKEN_BELIEVED &&
                          memcmp(&read, &fixture->claims, sizeof read) == 0
                      ? OUTCOME_GOOD
                      : OUTCOME_WRONG;
    }
    talloc_free(token);
    return outcome;
}

static enum outcome load(void *from, const char *token)
{
    struct fixture *fixture = from;
    const struct token_key_file file = {"k1", fixture->key_path};
    struct token_claims read;
    struct error error = {""};
    struct token_keys *keys = token_keys_load(fixture, FORGE_ISSUER, &file, 1, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    starve_no_more();
    if (keys != NULL) {
        outcome = token_verify(keys, NULL, token, strlen(token), FORGE_NOW, &read) == TOKEN_BELIEVED
                      ? OUTCOME_GOOD
                      : OUTCOME_WRONG;
    }
    talloc_free(keys);
    return outcome;
}

static enum outcome load_issuers(void *from, const char *token)
{
    struct fixture *fixture = from;
    const struct token_issuer_file file = {"aciers", ACIERS, AUDIENCE,
                                           CODEV_PARTICIPANT | CODEV_MANAGER, fixture->jwks_path};
    struct token_claims read;
    struct error error = {""};
    struct token_issuers *issuers =
        token_issuers_load(fixture, fixture->forge->keys, &file, 1, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    starve_no_more();
    if (issuers != NULL) {
        outcome = issuers->issuers[0].keys->count == KEY_COUNT &&
                          token_verify(fixture->forge->keys, issuers, token, strlen(token),
                                       FORGE_NOW, &read) == TOKEN_BELIEVED &&
                          memcmp(&read, &fixture->claims, sizeof read) == 0
                      ? OUTCOME_GOOD
                      : OUTCOME_WRONG;
    }
    talloc_free(issuers);
    return outcome;
}

static void good_token_is_refused_or_believed_rightly(void **state)
{
    struct fixture *fixture = *state;

    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row =
            starve(judge, fixture, fixture->token, lasting != 0, EACH_ALLOCATION);

        assert_true(row.refused > 20);
        assert_true(row.good > 0);
        assert_true(row.ended > 20);
    }
}

static void memory_keeps_no_wrong_claims(void **state)
{
    struct fixture *fixture = *state;

    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row =
            starve(judge_by_memory, fixture, fixture->token, lasting != 0, SOME_ALLOCATIONS);

        assert_true(row.refused > 0);
        assert_true(row.good > 0);
    }
}

/* Each wrong in one thing alone, which must not be overlooked. */
static void bad_tokens_are_refused(void **state)
{
    struct fixture *fixture = *state;
    EVP_PKEY *pkey = fixture->forge->pkey;
    EVP_PKEY *other = forge_key("P-256");
    const char *payload = forge_payload(fixture, NULL, NULL);
    const char *const tokens[] = {
        forge_token(fixture, other, FORGE_HEADER, payload),
        talloc_asprintf(fixture, "%s%s",
                        mint_input(fixture, FORGE_HEADER, forge_payload(fixture, "sub", "\"b\"")),
                        strrchr(fixture->token, '.')),
        forge_token(fixture, pkey, "{\"alg\":\"HS256\",\"kid\":\"k1\"}", payload),
        forge_token(fixture, pkey, "{\"alg\":\"none\",\"kid\":\"k1\"}", payload),
        forge_token(fixture, pkey, FORGE_HEADER, forge_payload(fixture, "exp", "1795400000")),
        forge_token(fixture, pkey, FORGE_HEADER, forge_payload(fixture, "role", NULL)),
        forge_token(fixture, pkey, FORGE_HEADER,
                    forge_payload(fixture, "iss", "\"urn:codev:installXation\"")),
        forge_token(fixture, pkey, FORGE_HEADER,
                    forge_payload(fixture, "aud", "\"urn:codev:instaXllation\"")),
    };

    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        assert_int_equal(starve(judge, fixture, tokens[i], false, SOME_ALLOCATIONS).good, 0);
        assert_int_equal(starve(judge, fixture, tokens[i], true, SOME_ALLOCATIONS).good, 0);
    }
    EVP_PKEY_free(other);
}

static void no_wrong_token_is_signed(void **state)
{
    assert_true(starve(sign, *state, NULL, false, SOME_ALLOCATIONS).good > 0);
    assert_true(starve(sign, *state, NULL, true, SOME_ALLOCATIONS).good > 0);
}

static void keys_are_whole_or_none(void **state)
{
    const struct fixture *fixture = *state;

    assert_true(starve(load, *state, fixture->token, false, SOME_ALLOCATIONS).good > 0);
    assert_true(starve(load, *state, fixture->token, true, SOME_ALLOCATIONS).good > 0);
}

/* ---- issuers' tokens */

static const char *issuers_token(struct fixture *fixture, size_t algorithm, const char *issuer)
{
    const char *name = provider_algorithms[algorithm].name;
    const int key = provider_algorithms[algorithm].key;

    return mint_token(fixture, fixture->providers->aciers.keys[key], name,
                      provider_header(fixture, name, key_names[key]),
                      provider_payload(fixture, issuer, "sub", "\"" SUBJECT "\""));
}

static void good_issuers_tokens_are_refused_or_believed_rightly(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i += 3) { /* one of each kind */
        const char *token = issuers_token(fixture, i, ACIERS);

        prepare(fixture, token);
        for (int lasting = 0; lasting < 2; lasting++) {
            struct row row = starve(judge, fixture, token, lasting != 0, EACH_ALLOCATION);

            assert_true(row.refused > 3);
            assert_true(row.good > 0);
            assert_true(row.ended > 20);
            row = starve(judge_by_memory, fixture, token, lasting != 0, SOME_ALLOCATIONS);
            assert_true(row.refused > 0);
            assert_true(row.good > 0);
        }
    }
    prepare(fixture, fixture->token);
}

/* Each wrong in one thing alone, for each algorithm. */
static void bad_issuers_tokens_are_refused(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i += 3) { /* one of each kind */
        char *changed = talloc_strdup(fixture, issuers_token(fixture, i, ACIERS));
        const char *const tokens[] = {changed, issuers_token(fixture, i, BANQUE)};
        char *at = strrchr(changed, '.') + 20;

        *at = *at == 'A' ? 'B' : 'A';
        for (size_t j = 0; j < sizeof tokens / sizeof tokens[0]; j++) {
            assert_int_equal(starve(judge, fixture, tokens[j], false, SOME_ALLOCATIONS).good, 0);
            assert_int_equal(starve(judge, fixture, tokens[j], true, SOME_ALLOCATIONS).good, 0);
        }
    }
}

static void bad_issuers_claims_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char *const claims[][2] = {
        {"exp", "1795400000"}, {"aud", "\"coXdev\""}, {"iss", "\"https://idp.acXiers.example\""},
        {"sub", NULL},         {"role", "\"admin\""}, {"role", "[\"manager\",\"admin\"]"},
        {"nonce", "\"x\""},
    };

    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        const char *token = provider_token(fixture->providers, claims[i][0], claims[i][1]);

        assert_int_equal(starve(judge, fixture, token, false, SOME_ALLOCATIONS).good, 0);
        assert_int_equal(starve(judge, fixture, token, true, SOME_ALLOCATIONS).good, 0);
    }
}

/* Whichever key had no memory: the set has all of them, or the service does not start. */
static void issuers_are_whole_or_none(void **state)
{
    struct fixture *fixture = *state;
    const char *token = issuers_token(fixture, 0, ACIERS);

    prepare(fixture, token);
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(load_issuers, fixture, token, lasting != 0, SOME_ALLOCATIONS);

        assert_true(row.refused > 20);
        assert_true(row.good > 0);
    }
    prepare(fixture, fixture->token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_token_is_refused_or_believed_rightly),
        cmocka_unit_test(memory_keeps_no_wrong_claims),
        cmocka_unit_test(bad_tokens_are_refused),
        cmocka_unit_test(no_wrong_token_is_signed),
        cmocka_unit_test(keys_are_whole_or_none),
        cmocka_unit_test(good_issuers_tokens_are_refused_or_believed_rightly),
        cmocka_unit_test(bad_issuers_tokens_are_refused),
        cmocka_unit_test(bad_issuers_claims_are_refused),
        cmocka_unit_test(issuers_are_whole_or_none),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
