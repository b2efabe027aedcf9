/* SPDX-License-Identifier: MPL-2.0 */
/* metrics.c: what counting a request costs a worker, alone and while others count the same. */
#include "metrics/metrics.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, COUNTS = 200000, ROUTES = 40, STAGES = 6 };

static struct metrics *prepare(void)
{
    static const char *const stages[STAGES] = {"a", "b", "c", "d", "e", "f"};
    static struct metrics_route routes[ROUTES];
    const struct metrics_shape shape = {"main", "0", 8, routes, ROUTES, stages, STAGES};
    struct error error;

    for (size_t i = 0; i < ROUTES; i++) {
        routes[i] = (struct metrics_route){"plugin", "GET", "/a/path/of/a/route"};
    }
    return metrics_new(NULL, &shape, &error);
}

static void count(struct metrics *metrics, size_t route, const char *organisation)
{
    static const int64_t spent[STAGES] = {1, 1, 1, 10, 500, 4};
    const struct metrics_request request = {route, organisation, 422, 600, spent};

    metrics_count(metrics, &request);
}

/* Of processor time, which other programs on the machine disturb less. */
static double seconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare(const void *one, const void *other)
{
    const double a = *(const double *)one;
    const double b = *(const double *)other;

    return (a > b) - (a < b);
}

static void measure(struct metrics *metrics, const char *title, const char *organisation)
{
    double rounds[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        const double start = seconds();

        for (size_t j = 0; j < COUNTS; j++) {
            count(metrics, j % ROUTES, organisation);
        }
        rounds[i] = (seconds() - start) * 1e9 / COUNTS;
    }
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    (void)printf("%-28s%11.0f%11.0f%11.0f\n", title, rounds[ROUNDS / 2], rounds[0],
                 rounds[ROUNDS - 1]);
    (void)fflush(stdout);
}

/* Another process counts in the same series meanwhile. */
static void measure_among_others(struct metrics *metrics, const char *title,
                                 const char *organisation)
{
    const pid_t other = fork();

    while (other == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (size_t i = 0; i < ROUTES; i++) {
            count(metrics, i, organisation);
        }
    }
    measure(metrics, title, organisation);
    if (other > 0) {
        (void)kill(other, SIGKILL);
        (void)waitpid(other, NULL, 0);
    }
}

static void fill(struct metrics *metrics)
{
    char organisation[32];

    for (size_t i = 0; i < METRICS_SERIES_MAX; i++) {
        (void)snprintf(organisation, sizeof organisation, "client-%zu", i);
        count(metrics, i % ROUTES, organisation);
    }
}

int main(void)
{
    struct metrics *metrics = prepare();
    size_t size;
    double start;

    if (metrics == NULL) {
        return EXIT_FAILURE;
    }
    (void)printf("%-28s%11s%11s%11s\n", "Counting a request, CPU-ns", "median", "lowest",
                 "highest");
    measure(metrics, "a visitor's", "");
    measure(metrics, "an organisation's", "aciers");
    measure_among_others(metrics, "while another counts it too", "aciers");
    fill(metrics);
    measure(metrics, "when the table is full", "aciers");
    measure(metrics, "of one that has no place", "late");
    start = seconds();
    if (metrics_text(metrics, metrics, METRICS_OPEN, &size) == NULL) {
        return EXIT_FAILURE;
    }
    (void)printf("GET /metrics of a full table: %zu KiB, %.1f ms\n\n", size / 1024,
                 (seconds() - start) * 1e3);
    talloc_free(metrics);
    return EXIT_SUCCESS;
}
