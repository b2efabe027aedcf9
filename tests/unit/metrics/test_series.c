/* SPDX-License-Identifier: MPL-2.0 */
/* test_series.c: the table of series: one slot for each route and organisation, however many
 * processes ask for it and whenever one of them dies. */
#include "../unit.h"

#include "metrics/series.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int set_up(void **state)
{
    void *memory = mmap(NULL, sizeof(struct series_table), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    *state = memory;
    return memory == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
    return munmap(*state, sizeof(struct series_table));
}

static const char *numbered(size_t number)
{
    static char text[32];

    (void)snprintf(text, sizeof text, "client-%zu", number);
    return text;
}

static void assert_is(const struct series *series, size_t route, const char *organisation)
{
    char found[METRICS_ORGANISATION_MAX + 1];
    size_t found_route;

    assert_non_null(series);
    assert_true(series_read(series, &found_route, found));
    assert_int_equal(found_route, route);
    assert_string_equal(found, organisation);
}

static void a_series_is_found_again(void **state)
{
    struct series_table *table = *state;
    struct series *series = series_find(table, 3, "aciers");

    assert_is(series, 3, "aciers");
    assert_ptr_equal(series_find(table, 3, "aciers"), series);
    assert_ptr_not_equal(series_find(table, 4, "aciers"), series);
    assert_ptr_not_equal(series_find(table, 3, "acier"), series);
    assert_ptr_not_equal(series_find(table, 3, "aciers-"), series);
    assert_int_equal(table->used, 4);
}

static void a_name_has_its_whole_length(void **state)
{
    struct series_table *table = *state;
    char longest[METRICS_ORGANISATION_MAX + 1] = "";
    struct series *series;

    memset(longest, 'x', METRICS_ORGANISATION_MAX);
    series = series_find(table, 0, longest);
    assert_is(series, 0, longest);
    longest[METRICS_ORGANISATION_MAX - 1] = 'y';
    assert_ptr_not_equal(series_find(table, 0, longest), series);
    longest[METRICS_ORGANISATION_MAX - 1] = '\0';
    assert_ptr_not_equal(series_find(table, 0, longest), series);
}

static void a_free_slot_is_nobody_s(void **state)
{
    struct series_table *table = *state;
    char organisation[METRICS_ORGANISATION_MAX + 1];
    size_t route;

    for (size_t i = 0; i < SERIES_SLOTS; i++) {
        assert_false(series_read(&table->slots[i], &route, organisation));
    }
}

static void as_many_as_named_find_room_and_no_more(void **state)
{
    struct series_table *table = *state;
    struct series *all[METRICS_SERIES_MAX];

    for (size_t i = 0; i < METRICS_SERIES_MAX; i++) {
        all[i] = series_find(table, i % 7, numbered(i));
        assert_is(all[i], i % 7, numbered(i));
    }
    for (size_t i = METRICS_SERIES_MAX; i < 3 * METRICS_SERIES_MAX; i++) {
        assert_null(series_find(table, i % 7, numbered(i)));
    }
    for (size_t i = 0; i < METRICS_SERIES_MAX; i++) {
        assert_ptr_equal(series_find(table, i % 7, numbered(i)), all[i]);
    }
    assert_int_equal(table->used, METRICS_SERIES_MAX);
}

/* ---- processes that die half-way */

static void one_who_died_before_writing_the_name_is_done_for(void **state)
{
    struct series_table *table = *state;
    struct series *series = series_find(table, 3, "aciers");
    char organisation[METRICS_ORGANISATION_MAX + 1];
    size_t route;

    series->written = false; /* as it was between the claim and the name */
    series->route = 0;
    memset((void *)series->organisation, 0, sizeof series->organisation);
    assert_false(series_read(series, &route, organisation));
    assert_non_null(series_find(table, 4, "others"));
    assert_ptr_equal(series_find(table, 3, "aciers"), series);
    assert_is(series, 3, "aciers");
}

static void one_who_died_before_the_claim_took_one_place(void **state)
{
    struct series_table *table = *state;

    table->used = 1; /* counted, and no slot claimed */
    for (size_t i = 1; i < METRICS_SERIES_MAX; i++) {
        assert_non_null(series_find(table, 0, numbered(i)));
    }
    assert_null(series_find(table, 0, numbered(METRICS_SERIES_MAX)));
    assert_non_null(series_find(table, 0, numbered(1)));
}

static void two_of_one_key_have_a_slot_each(void **state)
{
    struct series_table *table = *state;
    struct series *first = series_find(table, 3, "aciers");
    struct series *second;

    series_name(first, 3, "another"); /* as if its key were the same */
    second = series_find(table, 3, "aciers");
    assert_ptr_not_equal(second, first);
    assert_is(second, 3, "aciers");
    assert_is(first, 3, "another");
}

/* ---- processes at the same time */

enum { PROCESSES = 2, NAMES = 1000, SPINS = 20000 };

/* Ask for every name in the same moment as the others do: nobody goes on to the next one before all
 * have come to it. The slot that is used for meeting is no part of the table. */
static void find_all(struct series_table *table, struct series *meeting)
{
    int missing = 0;

    (void)alarm(60); /* the other one may be no more */
    for (size_t i = 0; i < NAMES; i++) {
        struct series *series;

        (void)atomic_fetch_add(&meeting->duration, 1);
        for (int spins = 0; atomic_load(&meeting->duration) < (i + 1) * PROCESSES; spins++) {
            if (spins > SPINS) {
                (void)sched_yield(); /* the other one is not running */
            }
        }
        series = series_find(table, i % 5, numbered(i));
        if (series == NULL) {
            missing++;
        } else {
            (void)atomic_fetch_add(&series->duration, 1);
        }
    }
    _exit(missing > 0 ? 1 : 0);
}

static void all_who_ask_at_once_find_the_same(void **state)
{
    struct series_table *table = *state;
    struct series *meeting =
        mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    assert_ptr_not_equal(meeting, MAP_FAILED);
    for (size_t i = 0; i < PROCESSES; i++) {
        const pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            find_all(table, meeting);
        }
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(table->used, NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        assert_int_equal(series_find(table, i % 5, numbered(i))->duration, PROCESSES);
    }
    assert_int_equal(munmap(meeting, sizeof *meeting), 0);
}

/* Claim until it is killed: in a table that is emptied again and again, it dies anywhere. */
static void claim_for_ever(struct series_table *table)
{
    for (;;) {
        (void)memset((void *)table, 0, sizeof *table);
        for (size_t i = 0; i < NAMES; i++) {
            (void)series_find(table, i % 5, numbered(i));
        }
    }
}

static void whoever_is_killed_anywhere_blocks_nobody(void **state)
{
    struct series_table *table = *state;

    for (int round = 0; round < 100; round++) {
        const struct timespec delay = {.tv_nsec = 100000 + 7919 * round};
        const pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            claim_for_ever(table);
        }
        (void)nanosleep(&delay, NULL);
        (void)kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        for (size_t i = 0; i < NAMES; i++) {
            struct series *series = series_find(table, i % 5, numbered(i));

            assert_is(series, i % 5, numbered(i));
            assert_ptr_equal(series_find(table, i % 5, numbered(i)), series);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_series_is_found_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_has_its_whole_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_free_slot_is_nobody_s, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_as_named_find_room_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_who_died_before_writing_the_name_is_done_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_who_died_before_the_claim_took_one_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(two_of_one_key_have_a_slot_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_who_ask_at_once_find_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_is_killed_anywhere_blocks_nobody, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
