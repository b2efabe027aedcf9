/* SPDX-License-Identifier: MPL-2.0 */
/* test_memory.c: the memory of verified tokens. That it answers by itself is seen by taking the
 * keys away: then nothing can be verified any more. */
#include "providers.h"

#include "identity/keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct forge *forge;
    struct token_memory *memory;
};

static int set_up(void **state)
{
    struct fixture *fixture = talloc_zero(NULL, struct fixture);

    assert_non_null(fixture);
    fixture->forge = forge_new();
    fixture->memory = token_memory_new(fixture, fixture->forge->keys, NULL);
    assert_non_null(fixture->memory);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    forge_free(fixture->forge);
    talloc_free(fixture);
    return 0;
}

static void hide_keys(struct fixture *fixture, bool hidden)
{
    fixture->forge->keys->count = hidden ? 0 : 1;
}

static char *token_with(struct fixture *fixture, const char *name, const char *json)
{
    return forge_token(fixture, fixture->forge->pkey, FORGE_HEADER,
                       forge_payload(fixture, name, json));
}

static enum token_fault judge_as(struct fixture *fixture, const char *token, int64_t now,
                                 const char *subject)
{
    static const struct token_claims none;
    struct token_claims claims;
    enum token_fault fault;

    memset(&claims, 0x5a, sizeof claims);
    fault = token_memory_verify(fixture->memory, token, strlen(token), now, &claims);
    if (fault == TOKEN_BELIEVED) {
        assert_string_equal(claims.subject, subject);
        assert_string_equal(claims.organisation, "ecole");
        assert_string_equal(claims.role, "staff");
        assert_int_equal(claims.issued_at, FORGE_NOW);
        assert_int_equal(claims.expires_at, FORGE_NOW + 3600);
    } else {
        assert_memory_equal(&claims, &none, sizeof claims);
    }
    return fault;
}

static enum token_fault judge(struct fixture *fixture, const char *token, int64_t now)
{
    return judge_as(fixture, token, now, "alice");
}

static void remembers_what_was_believed(void **state)
{
    const char *token = token_with(*state, NULL, NULL);

    hide_keys(*state, true);
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_KEY_UNKNOWN, "before it was seen");
    hide_keys(*state, false);
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "first");
    hide_keys(*state, true);
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "second");
}

static void remembers_nothing_refused(void **state)
{
    const char *token = token_with(*state, "role", "\"visitor\"");

    for (int i = 0; i < 3; i++) {
        forge_expect(judge(*state, token, FORGE_NOW), TOKEN_CLAIM_MALFORMED, "unknown role");
    }
    token = token_with(*state, NULL, NULL);
    hide_keys(*state, true);
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_KEY_UNKNOWN, "no key");
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_KEY_UNKNOWN, "no key again");
}

/* Same header and payload, another signature: not the token that was verified. */
static void signature_is_part_of_what_is_remembered(void **state)
{
    char *token = token_with(*state, NULL, NULL);
    char *at = strrchr(token, '.') + 10;

    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "good");
    *at = *at == 'A' ? 'B' : 'A';
    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_SIGNATURE_WRONG, "changed");
}

static void truncated_or_longer(void **state)
{
    struct fixture *fixture = *state;
    const char *token = token_with(fixture, NULL, NULL);
    struct token_claims claims;

    forge_expect(judge(fixture, token, FORGE_NOW), TOKEN_BELIEVED, "good");
    for (size_t size = 0; size < strlen(token); size++) {
        assert_int_not_equal(token_memory_verify(fixture->memory, token, size, FORGE_NOW, &claims),
                             TOKEN_BELIEVED);
    }
    forge_expect(token_memory_verify(fixture->memory, token, strlen(token) + 1, FORGE_NOW, &claims),
                 TOKEN_NOT_THREE_SEGMENTS, "with its NUL");
    forge_expect(token_memory_verify(fixture->memory, token, SIZE_MAX, FORGE_NOW, &claims),
                 TOKEN_TOO_LONG, "SIZE_MAX");
}

/* ASVS 9.2.1. */
static void expires_in_memory(void **state)
{
    const char *token = token_with(*state, NULL, NULL);
    const int64_t end = FORGE_NOW + 3600 + TOKEN_LEEWAY;

    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "good");
    hide_keys(*state, true);
    forge_expect(judge(*state, token, end - 1), TOKEN_BELIEVED, "last second");
    forge_expect(judge(*state, token, end), TOKEN_EXPIRED, "expired");
    forge_expect(judge(*state, token, end + 1), TOKEN_EXPIRED, "expired");
}

static void clock_steps_back(void **state)
{
    const char *token = token_with(*state, NULL, NULL);

    forge_expect(judge(*state, token, FORGE_NOW), TOKEN_BELIEVED, "good");
    forge_expect(judge(*state, token, FORGE_NOW - TOKEN_LEEWAY - 1), TOKEN_NOT_YET_VALID, "early");
}

/* ASVS 9.2.1. */
static void not_before_is_awaited(void **state)
{
    const char *token = token_with(*state, "nbf", "1795500161");

    forge_expect(judge(*state, token, FORGE_NOW + 100), TOKEN_NOT_YET_VALID, "early");
    forge_expect(judge(*state, token, FORGE_NOW + 101), TOKEN_BELIEVED, "due");
    hide_keys(*state, true);
    forge_expect(judge(*state, token, FORGE_NOW + 101), TOKEN_BELIEVED, "remembered");
    forge_expect(judge(*state, token, FORGE_NOW + 100), TOKEN_NOT_YET_VALID, "the clock went back");
}

/* More tokens than can all have a slot of their own: each is always its own, and those that were
 * pushed out are verified again. */
static void slots_are_shared(void **state)
{
    enum { TOKENS = 400 };
    const char *tokens[TOKENS];
    size_t remembered = 0;

    for (size_t i = 0; i < TOKENS; i++) {
        const char *subject = talloc_asprintf(*state, "subject%zu", i);

        tokens[i] = token_with(*state, "sub", talloc_asprintf(*state, "\"%s\"", subject));
        forge_expect(judge_as(*state, tokens[i], FORGE_NOW, subject), TOKEN_BELIEVED, subject);
    }
    hide_keys(*state, true);
    for (size_t i = 0; i < TOKENS; i++) {
        const char *subject = talloc_asprintf(*state, "subject%zu", i);
        const enum token_fault fault = judge_as(*state, tokens[i], FORGE_NOW, subject);

        remembered += fault == TOKEN_BELIEVED;
        assert_true(fault == TOKEN_BELIEVED || fault == TOKEN_KEY_UNKNOWN);
    }
    assert_in_range(remembered, TOKENS / 2, TOKENS - 1);
    hide_keys(*state, false);
    for (size_t i = 0; i < TOKENS; i++) {
        const char *subject = talloc_asprintf(*state, "subject%zu", i);

        forge_expect(judge_as(*state, tokens[i], FORGE_NOW, subject), TOKEN_BELIEVED, subject);
    }
}

/* ---- issuers' tokens */

struct shared {
    struct providers *providers;
    struct token_memory *memory;
};

static int set_up_shared(void **state)
{
    struct shared *shared = talloc_zero(NULL, struct shared);

    assert_non_null(shared);
    shared->providers = providers_new();
    shared->memory =
        token_memory_new(shared, shared->providers->forge->keys, shared->providers->issuers);
    assert_non_null(shared->memory);
    *state = shared;
    return 0;
}

static int tear_down_shared(void **state)
{
    struct shared *shared = *state;

    providers_free(shared->providers);
    talloc_free(shared);
    return 0;
}

static enum token_fault ask(struct shared *shared, const char *token, int64_t now,
                            struct token_claims *claims_r)
{
    memset(claims_r, 0x5a, sizeof *claims_r);
    return token_memory_verify(shared->memory, token, strlen(token), now, claims_r);
}

static void expect_whose(struct shared *shared, const char *token, const char *organisation,
                         const char *issuer)
{
    struct token_claims claims;

    forge_expect(ask(shared, token, FORGE_NOW, &claims), TOKEN_BELIEVED, organisation);
    assert_string_equal(claims.organisation, organisation);
    assert_string_equal(claims.issuer, issuer);
    assert_string_equal(claims.subject, "alice");
}

/* One subject of three issuers stays three people, remembered or not. */
static void remembers_whose_token_it_was(void **state)
{
    struct shared *shared = *state;
    struct providers *providers = shared->providers;
    const char *header = provider_header(shared, "ES256", "p256");
    const char *const tokens[] = {
        provider_token(providers, NULL, NULL),
        mint_token(shared, providers->banque.keys[P256_KEY], "ES256", header,
                   provider_payload(shared, BANQUE, NULL, NULL)),
        forge_token(shared, providers->forge->pkey, FORGE_HEADER,
                    forge_payload(shared, NULL, NULL)),
    };

    for (int round = 0; round < 3; round++) {
        expect_whose(shared, tokens[0], "aciers", ACIERS);
        expect_whose(shared, tokens[1], "banque", BANQUE);
        expect_whose(shared, tokens[2], "ecole", "");
        /* from the second round on by memory alone */
        providers->issuers->count = 0;
        hide_keys(&(struct fixture){.forge = providers->forge}, true);
    }
}

/* ASVS 9.2.1. */
static void issuers_tokens_expire_in_memory(void **state)
{
    struct shared *shared = *state;
    const char *token = provider_token(shared->providers, NULL, NULL);
    const int64_t end = FORGE_NOW + 3600 + TOKEN_LEEWAY;
    static const struct token_claims none;
    struct token_claims claims;

    forge_expect(ask(shared, token, FORGE_NOW, &claims), TOKEN_BELIEVED, "good");
    shared->providers->issuers->count = 0;
    forge_expect(ask(shared, token, end - 1, &claims), TOKEN_BELIEVED, "last second");
    forge_expect(ask(shared, token, end, &claims), TOKEN_EXPIRED, "expired");
    assert_memory_equal(&claims, &none, sizeof claims);
    forge_expect(ask(shared, token, FORGE_NOW - TOKEN_LEEWAY - 1, &claims), TOKEN_NOT_YET_VALID,
                 "early");
}

/* More tokens than there are slots take no more memory than the slots. */
static void memory_is_bounded(void **state)
{
    struct shared *shared = *state;
    struct providers *providers = shared->providers;
    const char *header = provider_header(shared, "ES256", "p256");
    const size_t empty = talloc_total_blocks(shared->memory);
    size_t full;

    for (int i = 0; i < TOKEN_MEMORY_SLOTS * 9 / 8; i++) {
        TALLOC_CTX *arena = talloc_new(shared);
        const char *payload =
            provider_payload(arena, ACIERS, "sub", talloc_asprintf(arena, "\"alice%d\"", i));
        struct token_claims claims;

        forge_expect(
            ask(shared,
                mint_token(arena, providers->aciers.keys[P256_KEY], "ES256", header, payload),
                FORGE_NOW, &claims),
            TOKEN_BELIEVED, payload);
        talloc_free(arena);
    }
    full = talloc_total_blocks(shared->memory) - empty;
    assert_in_range(full, TOKEN_MEMORY_SLOTS / 2, TOKEN_MEMORY_SLOTS);
    assert_true(talloc_total_size(shared->memory) <
                (size_t)TOKEN_MEMORY_SLOTS * 2 * sizeof(struct token_claims));
}

static void refused_issuers_tokens_are_not_remembered(void **state)
{
    struct shared *shared = *state;
    struct providers *providers = shared->providers;
    const char *staff = provider_token(providers, "role", "\"staff\"");
    char *changed = provider_token(providers, NULL, NULL);
    struct token_claims claims;

    for (int i = 0; i < 3; i++) {
        forge_expect(ask(shared, staff, FORGE_NOW, &claims), TOKEN_ROLE_REFUSED, "staff");
    }
    forge_expect(ask(shared, changed, FORGE_NOW, &claims), TOKEN_BELIEVED, "good");
    strrchr(changed, '.')[10] ^= 'A' ^ 'B';
    assert_int_not_equal(ask(shared, changed, FORGE_NOW, &claims), TOKEN_BELIEVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers_what_was_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(remembers_nothing_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signature_is_part_of_what_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truncated_or_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(expires_in_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clock_steps_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_before_is_awaited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slots_are_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(remembers_whose_token_it_was, set_up_shared,
                                        tear_down_shared),
        cmocka_unit_test_setup_teardown(issuers_tokens_expire_in_memory, set_up_shared,
                                        tear_down_shared),
        cmocka_unit_test_setup_teardown(memory_is_bounded, set_up_shared, tear_down_shared),
        cmocka_unit_test_setup_teardown(refused_issuers_tokens_are_not_remembered, set_up_shared,
                                        tear_down_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
