/* SPDX-License-Identifier: MPL-2.0 */
/* tokens.c: what a token costs a worker: the first time, by algorithm, and when it is remembered.
 */
#include "../unit/identity/mint.h"

#include "identity/token.h"

#include <codev/plugin.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, ROUND_MS = 100 };

#define OWN "urn:codev:installation"
#define ISSUER "https://idp.example"

static const int64_t now = INT64_C(1795500000);

static const char *const algorithms[] = {"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"};

enum { ALGORITHM_COUNT = sizeof algorithms / sizeof *algorithms };

struct bench {
    const struct token_keys *keys;
    const struct token_issuers *issuers;
    struct token_memory *memory;
    const char *own, *tokens[ALGORITHM_COUNT];
};

static void fail(const char *why)
{
    (void)fprintf(stderr, "tokens: %s\n", why);
    exit(EXIT_FAILURE);
}

static void load_keys(struct bench *bench, const char *directory)
{
    struct token_key_file file = {"own", talloc_asprintf(bench, "%s/own.pem", directory)};
    EVP_PKEY *pkey = mint_key("ES256");
    FILE *stream = fopen(file.path, "wx");
    struct error error = {""};

    if (stream == NULL || PEM_write_PrivateKey(stream, pkey, NULL, NULL, 0, NULL, NULL) != 1 ||
        fclose(stream) != 0) {
        fail("the key cannot be written");
    }
    EVP_PKEY_free(pkey);
    bench->keys = token_keys_load(bench, OWN, &file, 1, &error);
    (void)unlink(file.path);
    if (bench->keys == NULL) {
        fail(error.text);
    }
}

static void load_issuers(struct bench *bench, const char *directory, const char *jwks)
{
    const struct token_issuer_file file = {"aciers", ISSUER, "codev", CODEV_PARTICIPANT,
                                           talloc_asprintf(bench, "%s/jwks.json", directory)};
    FILE *stream = fopen(file.path, "wx");
    struct error error = {""};

    if (stream == NULL || fputs(jwks, stream) < 0 || fclose(stream) != 0) {
        fail("the JWKS cannot be written");
    }
    bench->issuers = token_issuers_load(bench, bench->keys, &file, 1, &error);
    (void)unlink(file.path);
    if (bench->issuers == NULL) {
        fail(error.text);
    }
}

static void make_own_token(struct bench *bench)
{
    const struct token_claims claims = {.organisation = "ecole",
                                        .subject = "alice",
                                        .role = "participant",
                                        .issued_at = now,
                                        .expires_at = now + TOKEN_TTL_DEFAULT};
    struct error error = {""};

    bench->own = token_sign(bench, bench->keys, &claims, &error);
    if (bench->own == NULL) {
        fail(error.text);
    }
}

static struct bench *prepare(void)
{
    struct bench *bench = talloc_zero(NULL, struct bench);
    const char *payload = talloc_asprintf(
        bench,
        "{\"iss\":\"" ISSUER "\",\"aud\":\"codev\",\"sub\":\"alice\",\"role\":\"participant\","
        "\"jti\":\"0123456789abcdef\",\"iat\":%lld,\"exp\":%lld}",
        (long long)now, (long long)now + TOKEN_TTL_DEFAULT);
    char *jwks = talloc_strdup(bench, "{\"keys\":[");
    char directory[] = "/tmp/codev-tokens-XXXXXX";

    for (int i = 0; i < ALGORITHM_COUNT; i++) {
        EVP_PKEY *pkey = mint_key(algorithms[i]);

        jwks = talloc_asprintf_append(
            jwks, "%s%s", i > 0 ? "," : "",
            mint_jwk(bench, pkey, talloc_asprintf(bench, "\"kid\":\"%s\"", algorithms[i])));
        bench->tokens[i] =
            mint_token(bench, pkey, algorithms[i],
                       talloc_asprintf(bench, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}",
                                       algorithms[i], algorithms[i]),
                       payload);
        EVP_PKEY_free(pkey);
    }
    (void)umask(077); /* a key that others can read is refused */
    if (mkdtemp(directory) == NULL) {
        fail("there is no room in /tmp");
    }
    load_keys(bench, directory);
    load_issuers(bench, directory, talloc_asprintf(bench, "%s]}", jwks));
    (void)rmdir(directory);
    make_own_token(bench);
    bench->memory = token_memory_new(bench, bench->keys, bench->issuers);
    return bench;
}

/* Of processor time, which other programs on the machine disturb less. */
static double seconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void believe(const struct bench *bench, const char *token, struct token_memory *memory)
{
    struct token_claims claims;
    const size_t size = strlen(token);
    const enum token_fault fault =
        memory != NULL ? token_memory_verify(memory, token, size, now, &claims)
                       : token_verify(bench->keys, bench->issuers, token, size, now, &claims);

    if (fault != TOKEN_BELIEVED) {
        fail(token_fault_text(fault));
    }
}

/* Microseconds for one, in one round. */
static double round_of(const struct bench *bench, const char *token, struct token_memory *memory)
{
    const double start = seconds();
    double end = start;
    long count = 0;

    while (end - start < ROUND_MS / 1e3) {
        for (int i = 0; i < 64; i++) {
            believe(bench, token, memory);
        }
        count += 64;
        end = seconds();
    }
    return (end - start) * 1e6 / (double)count;
}

static int compare(const void *one, const void *other)
{
    const double a = *(const double *)one;
    const double b = *(const double *)other;

    return (a > b) - (a < b);
}

static void measure(const struct bench *bench, const char *title, const char *token,
                    struct token_memory *memory)
{
    double rounds[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        rounds[i] = round_of(bench, token, memory);
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    (void)printf("%-28s%11.1f%11.1f%11.1f\n", title, rounds[ROUNDS / 2], rounds[0],
                 rounds[ROUNDS - 1]);
}

int main(void)
{
    struct bench *bench = prepare();

    (void)printf("%-28s%11s%11s%11s\n", "A token, CPU-µs in a worker", "median", "lowest",
                 "highest");
    measure(bench, "own ES256, first seen", bench->own, NULL);
    for (int i = 0; i < ALGORITHM_COUNT; i++) {
        measure(bench,
                talloc_asprintf(bench, "%s%s, first seen", algorithms[i],
                                algorithms[i][1] == 'S' && algorithms[i][0] != 'E' ? "-2048" : ""),
                bench->tokens[i], NULL);
    }
    measure(bench, "remembered", bench->tokens[0], bench->memory);
    talloc_free(bench);
    return EXIT_SUCCESS;
}
