/* SPDX-License-Identifier: MPL-2.0 */
/* test_starved.c: every allocation fails in turn, alone or with all that follow it, in our code and
 * in the libraries below. Whatever happens, a good token is refused or believed as it is, never as
 * another, and a bad one is refused; or the process ends by its own will. The program's own malloc
 * stands before the C library's; under AddressSanitizer, which has its own, OpenSSL's allocations
 * alone fail. */
#include "providers.h"

#include <codev/plugin.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child ends. */
enum { DONE = 0, WRONG = 1, ENDED = 99 };

/* Ours alone: what the C library or an assertion ends by its own abort is a failure. */
void abort(void)
{
    _exit(ENDED);
}

/* The allocation that fails is number `nth` from now on, and the later ones too when `lasting`. */
static struct {
    bool armed, lasting, hit;
    size_t nth;
} starvation;

static bool is_denied(void)
{
    bool denied;

    if (!starvation.armed) {
        return false;
    }
    denied = starvation.nth == 0 ? starvation.lasting : --starvation.nth == 0;
    starvation.hit = starvation.hit || denied;
    if (denied) {
        errno = ENOMEM;
    }
    return denied;
}

/* gcc says it by a macro, clang by a feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__

/* libjwt asks for SIZE_MAX bytes after OpenSSL has failed. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return is_denied() ? NULL : malloc(size);
}

static void *openssl_realloc(void *piece, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return is_denied() ? NULL : realloc(piece, size);
}

static void openssl_free(void *piece, const char *file, int line)
{
    (void)file;
    (void)line;
    free(piece);
}

static bool fails_everywhere(void)
{
    return false;
}

static bool interpose(void)
{
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;
}

#else

void *libc_malloc(size_t size) __asm__("__libc_malloc");
void *libc_calloc(size_t count, size_t size) __asm__("__libc_calloc");
void *libc_realloc(void *piece, size_t size) __asm__("__libc_realloc");

void *malloc(size_t size)
{
    return is_denied() ? NULL : libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_denied() ? NULL : libc_calloc(count, size);
}

void *realloc(void *piece, size_t size)
{
    return is_denied() ? NULL : libc_realloc(piece, size);
}

static bool fails_everywhere(void)
{
    return true;
}

static bool interpose(void)
{
    return true;
}

#endif

static void arm(size_t nth, bool lasting)
{
    starvation.nth = nth;
    starvation.lasting = lasting;
    starvation.hit = false;
    starvation.armed = true;
}

/* Whether an allocation has failed. */
static bool disarm(void)
{
    starvation.armed = false;
    return starvation.hit;
}

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

enum outcome { OUTCOME_WRONG, OUTCOME_REFUSED, OUTCOME_GOOD };
typedef enum outcome attempt(struct fixture *, const char *token);

/* A whole row of attempts, each starving at another allocation; shared with the children. */
struct row {
    size_t nth;
    size_t good, refused, ended;
};

/* jansson's and libjwt's allocations come first, about a hundred; behind them are thousands of
 * OpenSSL's, of which most rows take but some, to be done in seconds. */
enum density { EACH_ALLOCATION = 1, SOME_ALLOCATIONS = 31 };

static size_t next_after(size_t nth, enum density density)
{
    return nth + (nth < 200 ? 1 : (size_t)density);
}

/* In the child, until an attempt needs fewer allocations than the one that would fail. */
static int run_row(struct fixture *fixture, attempt *try, const char *token, bool lasting,
                   enum density density, struct row *row)
{
    bool hit = true;

    for (; hit; row->nth = next_after(row->nth, density)) {
        enum outcome outcome;

        arm(row->nth, lasting);
        outcome = try(fixture, token);
        hit = disarm();
        if (outcome == OUTCOME_WRONG) {
            return WRONG;
        }
        row->good += outcome == OUTCOME_GOOD;
        row->refused += outcome == OUTCOME_REFUSED;
    }
    return DONE;
}

/* A child for the attempts up to the one that ends it, and another for those behind that. */
static struct row starve(struct fixture *fixture, attempt *try, const char *token, bool lasting,
                         enum density density)
{
    struct row *row =
        mmap(NULL, sizeof *row, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct row result;
    int status = ENDED << 8;

    assert_true(row != MAP_FAILED);
    *row = (struct row){.nth = 1};
    while (WIFEXITED(status) && WEXITSTATUS(status) == ENDED) {
        const pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            (void)!freopen("/dev/null", "w", stderr); /* where our code says why it ends */
            _exit(run_row(fixture, try, token, lasting, density, row));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == ENDED) {
            row->ended++;
            row->nth = next_after(row->nth, density);
        } else if (!WIFEXITED(status) || WEXITSTATUS(status) != DONE) {
            fail_msg("allocation %zu: wait status %#x", row->nth, (unsigned)status);
        }
    }
    result = *row;
    assert_int_equal(munmap(row, sizeof *row), 0);
    return result;
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

static enum outcome judge(struct fixture *fixture, const char *token)
{
    struct token_claims claims;
    enum token_fault fault;

    memset(&claims, 0x5a, sizeof claims);
    fault = token_verify(fixture->forge->keys, fixture->providers->issuers, token, strlen(token),
                         FORGE_NOW, &claims);
    return weigh(fixture, fault, &claims);
}

/* With a new memory: made, asked for what it doesn't know and then for what it may know. */
static enum outcome judge_by_memory(struct fixture *fixture, const char *token)
{
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

static enum outcome sign(struct fixture *fixture, const char *unused)
{
    struct token_claims read;
    struct error error = {""};
    char *token = token_sign(fixture, fixture->forge->keys, &fixture->claims, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    (void)unused;
    (void)disarm();
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

static enum outcome load(struct fixture *fixture, const char *token)
{
    const struct token_key_file file = {"k1", fixture->key_path};
    struct token_claims read;
    struct error error = {""};
    struct token_keys *keys = token_keys_load(fixture, FORGE_ISSUER, &file, 1, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    (void)disarm();
    if (keys != NULL) {
        outcome = token_verify(keys, NULL, token, strlen(token), FORGE_NOW, &read) == TOKEN_BELIEVED
                      ? OUTCOME_GOOD
                      : OUTCOME_WRONG;
    }
    talloc_free(keys);
    return outcome;
}

static enum outcome load_issuers(struct fixture *fixture, const char *token)
{
    const struct token_issuer_file file = {"aciers", ACIERS, AUDIENCE,
                                           CODEV_PARTICIPANT | CODEV_MANAGER, fixture->jwks_path};
    struct token_claims read;
    struct error error = {""};
    struct token_issuers *issuers =
        token_issuers_load(fixture, fixture->forge->keys, &file, 1, &error);
    enum outcome outcome = error.text[0] != '\0' ? OUTCOME_REFUSED : OUTCOME_WRONG;

    (void)disarm();
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
            starve(fixture, judge, fixture->token, lasting != 0, EACH_ALLOCATION);

        assert_true(row.refused > 20);
        assert_true(row.good > 0);
        assert_true(!fails_everywhere() || row.ended > 20);
    }
}

static void memory_keeps_no_wrong_claims(void **state)
{
    struct fixture *fixture = *state;

    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row =
            starve(fixture, judge_by_memory, fixture->token, lasting != 0, SOME_ALLOCATIONS);

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
        assert_int_equal(starve(fixture, judge, tokens[i], false, SOME_ALLOCATIONS).good, 0);
        assert_int_equal(starve(fixture, judge, tokens[i], true, SOME_ALLOCATIONS).good, 0);
    }
    EVP_PKEY_free(other);
}

static void no_wrong_token_is_signed(void **state)
{
    assert_true(starve(*state, sign, NULL, false, SOME_ALLOCATIONS).good > 0);
    assert_true(starve(*state, sign, NULL, true, SOME_ALLOCATIONS).good > 0);
}

static void keys_are_whole_or_none(void **state)
{
    const struct fixture *fixture = *state;

    assert_true(starve(*state, load, fixture->token, false, SOME_ALLOCATIONS).good > 0);
    assert_true(starve(*state, load, fixture->token, true, SOME_ALLOCATIONS).good > 0);
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
            struct row row = starve(fixture, judge, token, lasting != 0, EACH_ALLOCATION);

            assert_true(row.refused > 3);
            assert_true(row.good > 0);
            assert_true(!fails_everywhere() || row.ended > 20);
            row = starve(fixture, judge_by_memory, token, lasting != 0, SOME_ALLOCATIONS);
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
            assert_int_equal(starve(fixture, judge, tokens[j], false, SOME_ALLOCATIONS).good, 0);
            assert_int_equal(starve(fixture, judge, tokens[j], true, SOME_ALLOCATIONS).good, 0);
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

        assert_int_equal(starve(fixture, judge, token, false, SOME_ALLOCATIONS).good, 0);
        assert_int_equal(starve(fixture, judge, token, true, SOME_ALLOCATIONS).good, 0);
    }
}

/* Whichever key had no memory: the set has all of them, or the service does not start. */
static void issuers_are_whole_or_none(void **state)
{
    struct fixture *fixture = *state;
    const char *token = issuers_token(fixture, 0, ACIERS);

    prepare(fixture, token);
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(fixture, load_issuers, token, lasting != 0, SOME_ALLOCATIONS);

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

    if (!interpose()) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
