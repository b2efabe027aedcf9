/* SPDX-License-Identifier: MPL-2.0 */
/* test_board.c: what workers do, and what closes a plugin. */
#include "../unit.h"

#include "board/board.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECOND = 1000000, KILLED = SIGKILL /* a wait status: ended by that signal */ };

static struct board *board;
static struct board_place *place;

static int set_up(void **state)
{
    const int descriptor = board_new();

    (void)state;
    board = board_map(descriptor, true);
    (void)close(descriptor);
    place = board != NULL ? &board->places[0] : NULL;
    return board != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    board_unmap(board);
    return 0;
}

static void work(const char *plugin)
{
    board_begin(place, 1);
    board_request(place, "r-1", "POST");
    board_route(place, plugin, "/requests");
    board_stage(place, "handle");
}

static bool die(const char *plugin, int64_t steady)
{
    work(plugin);
    return board_crashed(board, place, 7, KILLED, 1000, steady);
}

static void a_death_is_noted_with_what_was_at_work(void **state)
{
    const struct board_crash *crash = &board->crashes[0];

    (void)state;
    assert_false(die("quotes", SECOND));
    assert_int_equal(board->crash_count, 1);
    assert_int_equal(crash->pid, 7);
    assert_int_equal(crash->signal, SIGKILL);
    assert_int_equal(crash->at, 1000);
    assert_string_equal(crash->activity.request, "r-1");
    assert_string_equal(crash->activity.plugin, "quotes");
    assert_string_equal(crash->activity.method, "POST");
    assert_string_equal(crash->activity.route, "/requests");
    assert_string_equal(crash->activity.stage, "handle");
}

static void who_died_idle_was_doing_nothing(void **state)
{
    (void)state;
    work("quotes");
    board_end(place);
    assert_int_equal(place->served, 1);
    assert_false(board_crashed(board, place, 7, 3 << 8, 1000, SECOND));
    assert_string_equal(board->crashes[0].activity.plugin, "");
    assert_int_equal(board->crashes[0].status, 3);
    assert_int_equal(board->crashes[0].signal, 0);
}

static void a_new_request_forgets_the_one_before(void **state)
{
    (void)state;
    work("quotes");
    board_begin(place, 2);
    assert_string_equal(place->activity.plugin, "");
    assert_string_equal(place->activity.request, "");
    assert_string_equal(place->activity.stage, "accept");
}

static void five_deaths_in_60_seconds_close_a_plugin(void **state)
{
    struct board_plugin *plugin = board_plugin(board, "quotes");

    (void)state;
    for (int i = 0; i < BOARD_STRIKES - 1; i++) {
        assert_false(die("quotes", (100 + i) * SECOND));
    }
    assert_int_equal(board_closed(plugin, 103 * SECOND), 0);
    assert_true(die("quotes", 160 * SECOND));
    assert_int_equal(board_closed(plugin, 160 * SECOND), BOARD_PAUSE_S);
    assert_int_equal(board_closed(plugin, (160 + BOARD_PAUSE_S) * (int64_t)SECOND - 1), 1);
    assert_int_equal(board_closed(plugin, (160 + BOARD_PAUSE_S) * (int64_t)SECOND), 0);
    assert_int_equal(plugin->crashes, BOARD_STRIKES);
}

static void five_deaths_in_61_seconds_do_not(void **state)
{
    struct board_plugin *plugin = board_plugin(board, "quotes");

    (void)state;
    for (int i = 0; i < BOARD_STRIKES - 1; i++) {
        assert_false(die("quotes", (100 + i) * SECOND));
    }
    assert_false(die("quotes", 161 * SECOND));
    assert_int_equal(board_closed(plugin, 161 * SECOND), 0);
}

static void deaths_of_others_count_for_others(void **state)
{
    struct board_plugin *quotes = board_plugin(board, "quotes");
    struct board_plugin *contact = board_plugin(board, "contact");

    (void)state;
    assert_ptr_not_equal(quotes, contact);
    assert_ptr_equal(board_plugin(board, "quotes"), quotes);
    for (int i = 0; i < 2 * BOARD_STRIKES; i++) {
        (void)die("contact", 100 * SECOND);
        assert_false(die("core", 100 * SECOND)); /* the core has no entry: it never closes */
    }
    assert_int_equal(board_closed(quotes, 100 * SECOND), 0);
    assert_true(board_closed(contact, 100 * SECOND) > 0);
}

static void each_pause_is_twice_as_long_up_to_an_hour(void **state)
{
    struct board_plugin *plugin = board_plugin(board, "quotes");
    int64_t now = 100 * SECOND;
    int64_t pause = BOARD_PAUSE_S;

    (void)state;
    for (int closings = 0; closings < 10; closings++) {
        for (int i = 0; i < BOARD_STRIKES; i++) {
            assert_int_equal(die("quotes", now), i == BOARD_STRIKES - 1);
        }
        assert_int_equal(board_closed(plugin, now), pause);
        now += pause * SECOND;
        pause = 2 * pause < BOARD_PAUSE_MAX_S ? 2 * pause : BOARD_PAUSE_MAX_S;
    }
    assert_true(board_open(board, "quotes"));
    assert_int_equal(board_closed(plugin, now - 1), 0);
    for (int i = 0; i < BOARD_STRIKES; i++) {
        (void)die("quotes", now);
    }
    assert_int_equal(board_closed(plugin, now), BOARD_PAUSE_S);
}

static void nobody_opens_what_is_not_there(void **state)
{
    (void)state;
    assert_false(board_open(board, "quotes"));
    assert_false(board_open(board, ""));
}

static void there_is_room_for_64_plugins(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i < BOARD_PLUGINS_MAX; i++) {
        (void)snprintf(name, sizeof name, "p%d", i);
        assert_non_null(board_plugin(board, name));
    }
    assert_null(board_plugin(board, "another"));
    assert_non_null(board_plugin(board, "p0"));
}

static void the_last_32_deaths_are_kept(void **state)
{
    (void)state;
    for (int i = 0; i < BOARD_CRASHES_MAX + 1; i++) {
        work("core");
        (void)board_crashed(board, place, 100 + i, KILLED, 1, SECOND);
    }
    assert_int_equal(board->crashes[0].pid, 100 + BOARD_CRASHES_MAX);
    assert_int_equal(board->crashes[1].pid, 101);
}

/* A pool whose plugins are not trusted may have written anything. */
static void texts_are_copied_within_their_bounds(void **state)
{
    char wild[2 * BOARD_TEXT_SIZE];
    char copy[BOARD_TEXT_SIZE];

    (void)state;
    memset(wild, '\n', sizeof wild);
    board_text(copy, wild);
    assert_int_equal(strlen(copy), BOARD_TEXT_SIZE - 1);
    assert_null(strchr(copy, '\n'));
    memset(wild, 'x', sizeof wild);
    board_request(place, wild, "GET");
    assert_int_equal(strlen(place->activity.request), BOARD_TEXT_SIZE - 1);
}

static void without_a_place_nothing_is_told(void **state)
{
    (void)state;
    board_begin(NULL, 1);
    board_request(NULL, "a", "b");
    board_route(NULL, "a", "b");
    board_stage(NULL, "a");
    board_end(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_death_is_noted_with_what_was_at_work),
        TEST(who_died_idle_was_doing_nothing),
        TEST(a_new_request_forgets_the_one_before),
        TEST(five_deaths_in_60_seconds_close_a_plugin),
        TEST(five_deaths_in_61_seconds_do_not),
        TEST(deaths_of_others_count_for_others),
        TEST(each_pause_is_twice_as_long_up_to_an_hour),
        TEST(nobody_opens_what_is_not_there),
        TEST(there_is_room_for_64_plugins),
        TEST(the_last_32_deaths_are_kept),
        TEST(texts_are_copied_within_their_bounds),
        TEST(without_a_place_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
