/* SPDX-License-Identifier: MPL-2.0 */
/* test_clock.c: the clocks and the text of a moment. */
#include "../unit.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void moments_are_written_as_xs_datetime_in_utc(void **state)
{
    static const struct {
        int64_t moment;
        const char *text;
    } known[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {INT64_C(1795484299123456), "2026-11-24T01:38:19.123456Z"},
        {INT64_C(1795484299000000), "2026-11-24T01:38:19.000000Z"},
        {INT64_C(1795484299999999), "2026-11-24T01:38:19.999999Z"},
        {INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
        {INT64_C(4294967296000000), "2106-02-07T06:28:16.000000Z"}, /* beyond 32 bits */
        {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
    };
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < LENGTH(known); i++) {
        clock_text(known[i].moment, text);
        assert_string_equal(text, known[i].text);
        assert_int_equal(strlen(text), CLOCK_TEXT_SIZE - 1);
    }
}

static void the_time_zone_of_the_machine_does_not_matter(void **state)
{
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    assert_int_equal(setenv("TZ", "Pacific/Auckland", 1), 0);
    tzset();
    clock_text(INT64_C(1795484299123456), text);
    assert_string_equal(text, "2026-11-24T01:38:19.123456Z");
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

static void the_wall_clock_counts_microseconds_since_1970(void **state)
{
    const int64_t before = (int64_t)time(NULL);
    const int64_t now = clock_now() / 1000000;
    const int64_t after = (int64_t)time(NULL);

    (void)state;
    assert_true(before - 1 <= now && now <= after + 1);
}

static void the_steady_clock_measures_and_never_goes_back(void **state)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    const int64_t before = clock_steady();
    int64_t last = before;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        const int64_t next = clock_steady();

        assert_true(next >= last);
        last = next;
    }
    assert_int_equal(nanosleep(&pause, NULL), 0);
    assert_true(clock_steady() - before >= 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_written_as_xs_datetime_in_utc),
        cmocka_unit_test(the_time_zone_of_the_machine_does_not_matter),
        cmocka_unit_test(the_wall_clock_counts_microseconds_since_1970),
        cmocka_unit_test(the_steady_clock_measures_and_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
