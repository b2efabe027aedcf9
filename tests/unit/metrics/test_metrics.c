/* SPDX-License-Identifier: MPL-2.0 */
/* test_metrics.c: what was counted is what is told, to the last one, by however many processes and
 * whatever became of them. */
#include "../unit.h"

#include "metrics/metrics.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct metrics_route routes[] = {
    {"core", "GET", "/"},
    {"quotes", "POST", "/requests"},
    {"odd", "GET", "/a\"b\\c\nd"},
};
static const char *const stages[] = {"route", "handle"};
static const struct metrics_shape shape = {
    .pool = "main",
    .version = "1.2.3",
    .workers = 4,
    .routes = routes,
    .route_count = LENGTH(routes),
    .stages = stages,
    .stage_count = LENGTH(stages),
};

static int set_up(void **state)
{
    struct error error = {""};

    *state = metrics_new(NULL, &shape, &error);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static void count_one(struct metrics *metrics, size_t route, const char *organisation, int status,
                      int64_t duration)
{
    const struct metrics_request request = {route, organisation, status, duration, NULL};

    metrics_count(metrics, &request);
}

static const char *text_of(struct metrics *metrics)
{
    size_t size;
    const char *text = metrics_text(metrics, metrics, METRICS_CLASSIC, &size);

    assert_non_null(text);
    assert_int_equal(strlen(text), size);
    return text;
}

static void assert_has(struct metrics *metrics, const char *line)
{
    const char *text = text_of(metrics);
    const char *whole = talloc_asprintf(metrics, "\n%s\n", line);

    if (strstr(text, whole) == NULL) {
        (void)fprintf(stderr, "%s\nlacks %s\n", text, line);
        fail();
    }
}

static void assert_lacks(struct metrics *metrics, const char *word)
{
    assert_null(strstr(text_of(metrics), word));
}

/* The sum of all samples whose line begins so and has the word. */
static unsigned long long sum_of(struct metrics *metrics, const char *beginning, const char *word)
{
    char *text = talloc_strdup(metrics, text_of(metrics));
    unsigned long long sum = 0;
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, beginning, strlen(beginning)) == 0 && strstr(line, word) != NULL) {
            sum += strtoull(strrchr(line, ' '), NULL, 10);
        }
    }
    return sum;
}

#define REQUESTS(plugin, route, method, organisation, status)                                      \
    "codev_requests_total{plugin=\"" plugin "\",route=\"" route "\",method=\"" method              \
    "\",organisation=\"" organisation "\",status=\"" status "\"}"
#define FIRST "plugin=\"core\",route=\"/\",method=\"GET\",organisation=\"-\""

static void a_request_is_told_by_all_its_labels(void **state)
{
    count_one(*state, 1, "aciers", 201, 1500);
    count_one(*state, 1, "aciers", 201, 500);
    count_one(*state, 1, "aciers", 422, 10);
    count_one(*state, 1, "ecole", 201, 10);
    count_one(*state, 0, "aciers", 200, 10);
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "aciers", "201") " 2");
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "aciers", "422") " 1");
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "ecole", "201") " 1");
    assert_has(*state, REQUESTS("core", "/", "GET", "aciers", "200") " 1");
    assert_has(*state, "codev_request_duration_seconds_sum{plugin=\"quotes\",route=\"/requests\","
                       "method=\"POST\",organisation=\"aciers\"} 0.002010");
    assert_has(*state, "codev_request_duration_seconds_count{plugin=\"quotes\",route=\"/requests\","
                       "method=\"POST\",organisation=\"aciers\"} 3");
}

static void nobody_and_no_route_have_words_of_their_own(void **state)
{
    count_one(*state, 0, "", 200, 10);
    count_one(*state, LENGTH(routes), "", 404, 10);
    count_one(*state, SIZE_MAX, "", 404, 10);
    assert_has(*state, REQUESTS("core", "/", "GET", "-", "200") " 1");
    assert_has(*state, REQUESTS("core", "none", "any", "-", "404") " 2");
}

/* An organisation of such a name has no second series, which Prometheus would refuse. */
static void an_organisation_that_bears_our_words_is_counted_there(void **state)
{
    count_one(*state, 0, METRICS_OTHERS, 200, 10);
    count_one(*state, 0, METRICS_NOBODY, 200, 10);
    count_one(*state, 0, "", 200, 10);
    assert_has(*state, REQUESTS("core", "/", "GET", "other", "200") " 1");
    assert_has(*state, REQUESTS("core", "/", "GET", "-", "200") " 2");
}

static void a_slug_of_63_bytes_is_told_a_longer_one_is_another(void **state)
{
    char *slug = talloc_zero_size(*state, METRICS_ORGANISATION_MAX + 2);

    memset(slug, 'x', METRICS_ORGANISATION_MAX);
    count_one(*state, 0, slug, 200, 10);
    assert_has(*state,
               talloc_asprintf(*state, REQUESTS("core", "/", "GET", "%s", "200") " 1", slug));
    slug[METRICS_ORGANISATION_MAX] = 'x';
    count_one(*state, 0, slug, 200, 10);
    assert_has(*state, REQUESTS("core", "/", "GET", "other", "200") " 1");
}

static void an_unheard_of_status_is_told_as_another(void **state)
{
    count_one(*state, 0, "", 418, 10);
    count_one(*state, 0, "", 0, 10);
    count_one(*state, 0, "", -1, 10);
    assert_has(*state, REQUESTS("core", "/", "GET", "-", "other") " 3");
}

static void errors_are_those_of_ours_and_told_from_the_start(void **state)
{
    assert_has(*state, "codev_errors_total{" FIRST "} 0");
    count_one(*state, 0, "", 500, 10);
    count_one(*state, 0, "", 502, 10);
    count_one(*state, 0, "", 503, 10);
    count_one(*state, 0, "", 422, 10);
    count_one(*state, 0, "", 200, 10);
    assert_has(*state, "codev_errors_total{" FIRST "} 3");
    count_one(*state, 0, "aciers", 200, 10);
    assert_has(*state, "codev_errors_total{plugin=\"core\",route=\"/\",method=\"GET\","
                       "organisation=\"aciers\"} 0");
}

static void a_bound_belongs_to_its_bucket(void **state)
{
    static const struct {
        int64_t duration;
        const char *lower, *upper; /* the greatest bound below it, the least that holds it */
    } cases[] = {
        {1000, NULL, "0.001"},       {1001, "0.001", "0.0025"}, {2500, "0.001", "0.0025"},
        {1000000, "0.5", "1.0"},     {1000001, "1.0", "2.5"},   {10000000, "5.0", "10.0"},
        {10000001, "10.0", "+Inf"},  {0, NULL, "0.001"},        {-5, NULL, "0.001"},
        {INT64_MAX, "10.0", "+Inf"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct error error;
        struct metrics *metrics = metrics_new(NULL, &shape, &error);

        count_one(metrics, 0, "", 200, cases[i].duration);
        if (cases[i].lower != NULL) {
            assert_has(metrics, talloc_asprintf(metrics,
                                                "codev_request_duration_seconds_bucket{" FIRST
                                                ",le=\"%s\"} 0",
                                                cases[i].lower));
        }
        assert_has(metrics,
                   talloc_asprintf(metrics,
                                   "codev_request_duration_seconds_bucket{" FIRST ",le=\"%s\"} 1",
                                   cases[i].upper));
        assert_has(metrics, "codev_request_duration_seconds_bucket{" FIRST ",le=\"+Inf\"} 1");
        talloc_free(metrics);
    }
}

static void labels_are_escaped(void **state)
{
    count_one(*state, 2, "a\"b\\c\nd", 200, 10);
    assert_has(*state, REQUESTS("odd", "/a\\\"b\\\\c\\nd", "GET", "a\\\"b\\\\c\\nd", "200") " 1");
}

static void what_finds_no_room_is_counted_all_the_same(void **state)
{
    enum { MORE = 50 };

    for (int i = 0; i < METRICS_SERIES_MAX + MORE; i++) {
        count_one(*state, 1, talloc_asprintf(*state, "client-%d", i), 201, 10);
    }
    count_one(*state, 1, "client-0", 201, 10);
    count_one(*state, 0, "client-0", 200, 10);
    count_one(*state, 0, "", 200, 10);
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "client-0", "201") " 2");
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "client-1023", "201") " 1");
    assert_lacks(*state, "client-1024");
    assert_has(*state, REQUESTS("quotes", "/requests", "POST", "other", "201") " 50");
    assert_has(*state, REQUESTS("core", "/", "GET", "other", "200") " 1");
    assert_has(*state, REQUESTS("core", "/", "GET", "-", "200") " 1");
    assert_int_equal(sum_of(*state, "codev_requests_total{", "status="),
                     METRICS_SERIES_MAX + MORE + 3);
}

static void stages_add_up(void **state)
{
    const int64_t spent[] = {1, 2000000};
    const int64_t odd[] = {-7, 5};
    struct metrics_request request = {0, "", 200, 10, spent};

    metrics_count(*state, &request);
    metrics_count(*state, &request);
    request.stages = odd;
    metrics_count(*state, &request);
    assert_has(*state, "codev_stage_seconds_total{pool=\"main\",stage=\"route\"} 0.000002");
    assert_has(*state, "codev_stage_seconds_total{pool=\"main\",stage=\"handle\"} 4.000005");
}

static void workers_and_failures_are_told(void **state)
{
    assert_has(*state, "codev_workers{pool=\"main\"} 4");
    assert_has(*state, "codev_workers_busy{pool=\"main\"} 0");
    metrics_worker_busy(*state, 0, true);
    metrics_worker_busy(*state, 3, true);
    metrics_worker_busy(*state, 3, true);
    assert_has(*state, "codev_workers_busy{pool=\"main\"} 2");
    metrics_worker_died(*state, 3);
    metrics_worker_busy(*state, 0, false);
    assert_has(*state, "codev_workers_busy{pool=\"main\"} 0");
    assert_has(*state, "codev_worker_deaths_total{pool=\"main\"} 1");
    metrics_database_failed(*state, METRICS_DATABASE_BROKEN);
    assert_has(*state, "codev_database_failures_total{pool=\"main\",kind=\"broken\"} 1");
    assert_has(*state, "codev_database_failures_total{pool=\"main\",kind=\"unavailable\"} 0");
    assert_has(*state, "codev_build_info{version=\"1.2.3\"} 1");
}

static void the_formats_differ_in_families_and_types(void **state)
{
    size_t size;
    const char *open = metrics_text(*state, *state, METRICS_OPEN, &size);
    const char *classic = text_of(*state);

    assert_non_null(strstr(open, "# TYPE codev_requests counter\n"));
    assert_non_null(strstr(open, "# TYPE codev_build info\n"));
    assert_non_null(strstr(classic, "# TYPE codev_requests_total counter\n"));
    assert_non_null(strstr(classic, "# TYPE codev_build_info gauge\n"));
    assert_int_equal(strlen(open), size);
    assert_string_equal(open + size - strlen("\n# EOF\n"), "\n# EOF\n");
}

static void its_limits_are_kept(void **state)
{
    static const char *const many[METRICS_STAGES_MAX + 1] = {"x"};
    struct metrics_shape other = shape;
    struct metrics *metrics;
    struct error error;

    (void)state;
    other.workers = METRICS_WORKERS_MAX;
    other.stages = many;
    other.stage_count = METRICS_STAGES_MAX;
    metrics = metrics_new(NULL, &other, &error);
    assert_non_null(metrics);
    metrics_worker_busy(metrics, METRICS_WORKERS_MAX - 1, true);
    talloc_free(metrics);
    other.workers++;
    assert_null(metrics_new(NULL, &other, &error));
    other.workers--;
    other.stage_count++;
    assert_null(metrics_new(NULL, &other, &error));
}

/* ---- processes */

enum { PROCESSES = 4, COUNTS = 1000000 };

/* Once all are there: they begin when nobody holds the other end of the pipe any more. */
static void count_many(struct metrics *metrics, int number, const int *gate)
{
    char nothing;
    static const char *const organisations[] = {"", "aciers", "ecole", "other"};
    const int64_t spent[] = {1, 1};

    (void)close(gate[1]);
    (void)!read(gate[0], &nothing, 1);
    for (int i = 0; i < COUNTS; i++) {
        const struct metrics_request request = {(size_t)(i % 4), organisations[(i + number) % 4],
                                                i % 2 == 0 ? 200 : 503, 1, spent};

        metrics_count(metrics, &request);
        metrics_database_failed(metrics, METRICS_DATABASE_UNAVAILABLE);
    }
    _exit(0);
}

static void nothing_is_lost_among_processes(void **state)
{
    const unsigned long long all = (unsigned long long)PROCESSES * COUNTS;
    int gate[2];
    int status;

    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < PROCESSES; i++) {
        const pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            count_many(*state, i, gate);
        }
    }
    (void)close(gate[0]);
    (void)close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(sum_of(*state, "codev_requests_total{", "status=\"200\""), all / 2);
    assert_int_equal(sum_of(*state, "codev_requests_total{", "status=\"503\""), all / 2);
    assert_int_equal(sum_of(*state, "codev_errors_total{", ""), all / 2);
    assert_int_equal(sum_of(*state, "codev_request_duration_seconds_count{", ""), all);
    assert_has(*state, "codev_stage_seconds_total{pool=\"main\",stage=\"handle\"} 4.000000");
    assert_has(*state, "codev_database_failures_total{pool=\"main\",kind=\"unavailable\"} 4000000");
}

/* Killed again and again while it counts; what it had done by then stays. */
static void what_a_dead_process_counted_stays(void **state)
{
    unsigned long long before = 0;

    for (int round = 0; round < 20; round++) {
        const struct timespec delay = {.tv_nsec = 2000000 + 7919 * round};
        const pid_t pid = fork();
        unsigned long long now;

        assert_true(pid >= 0);
        while (pid == 0) {
            count_one(*state, 1, "aciers", 201, 10);
        }
        (void)nanosleep(&delay, NULL);
        (void)kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        now = sum_of(*state, "codev_requests_total{", "aciers");
        count_one(*state, 1, "aciers", 201, 10);
        assert_int_equal(sum_of(*state, "codev_requests_total{", "aciers"), now + 1);
        assert_true(now >= before);
        before = now + 1;
    }
    assert_true(before > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_told_by_all_its_labels),
        TEST(nobody_and_no_route_have_words_of_their_own),
        TEST(an_organisation_that_bears_our_words_is_counted_there),
        TEST(a_slug_of_63_bytes_is_told_a_longer_one_is_another),
        TEST(an_unheard_of_status_is_told_as_another),
        TEST(errors_are_those_of_ours_and_told_from_the_start),
        TEST(a_bound_belongs_to_its_bucket),
        TEST(labels_are_escaped),
        TEST(what_finds_no_room_is_counted_all_the_same),
        TEST(stages_add_up),
        TEST(workers_and_failures_are_told),
        TEST(the_formats_differ_in_families_and_types),
        TEST(its_limits_are_kept),
        TEST(nothing_is_lost_among_processes),
        TEST(what_a_dead_process_counted_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
