/* SPDX-License-Identifier: MPL-2.0 */
/* test_log.c: log lines, read back from standard error. */
#include "../unit.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static char said[64 * 1024]; /* what went to standard error */

/* Turn standard error into a pipe, and back again with what was said. */
struct capture {
    int before, reader;
};

static struct capture begin(void)
{
    struct capture capture;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    capture.before = dup(STDERR_FILENO);
    assert_true(capture.before >= 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    (void)close(ends[1]);
    capture.reader = ends[0];
    return capture;
}

static void end(struct capture capture)
{
    size_t length = 0;
    ssize_t got;

    assert_int_equal(dup2(capture.before, STDERR_FILENO), STDERR_FILENO);
    (void)close(capture.before);
    while ((got = read(capture.reader, said + length, sizeof said - 1 - length)) > 0) {
        length += (size_t)got;
    }
    said[length] = '\0';
    (void)close(capture.reader);
}

static void assert_said(const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, said, 0, NULL, 0) != 0) {
        fail_msg("\"%s\" does not match %s", said, pattern);
    }
    regfree(&regex);
}

static void a_line_tells_time_level_process_and_event(void **state)
{
    const struct capture capture = begin();

    (void)state;
    log_identity("pool=%s worker=%d", "main", 3);
    log_line(LOG_LEVEL_INFO, "event=%s count=%d", "started", 7);
    end(capture);
    assert_said("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z level=info "
                "pid=[0-9]+ pool=main worker=3 event=started count=7\n$");
}

static void every_level_has_its_name(void **state)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING,
                                            LOG_LEVEL_ERROR};
    static const char *const names[] = {" level=debug ", " level=info ", " level=warning ",
                                        " level=error "};

    (void)state;
    for (size_t i = 0; i < LENGTH(levels); i++) {
        const struct capture capture = begin();

        log_line(levels[i], "event=x");
        end(capture);
        assert_non_null(strstr(said, names[i]));
    }
}

static void nobody_forges_a_second_line(void **state)
{
    const struct capture capture = begin();

    (void)state;
    log_line(LOG_LEVEL_INFO, "path=%s", "/x\n2026-11-24 level=error\r\x1b[31m\x7f\t.");
    end(capture);
    assert_said("path=/x\\?2026-11-24 level=error\\?\\?\\[31m\\?\\?\\.\n$");
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void letters_beyond_ascii_stay_as_they_are(void **state)
{
    const struct capture capture = begin();

    (void)state;
    log_line(LOG_LEVEL_INFO, "plugin=“élève”");
    end(capture);
    assert_non_null(strstr(said, "plugin=“élève”\n"));
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    char text[2 * LINE_MAX_BYTES];
    struct capture capture;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    capture = begin();
    log_line(LOG_LEVEL_INFO, "text=%s", text);
    end(capture);
    assert_int_equal(strlen(said), LINE_MAX_BYTES - 1);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void a_long_identity_is_cut(void **state)
{
    char name[1000];
    struct capture capture;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    capture = begin();
    log_identity("pool=%s", name);
    log_line(LOG_LEVEL_INFO, "event=x");
    end(capture);
    log_identity("codev");
    assert_said("pool=n+ event=x\n$");
    assert_true(strlen(said) < 200);
}

static void errno_survives_a_line(void **state)
{
    const struct capture capture = begin();

    (void)state;
    errno = EXDEV;
    log_line(LOG_LEVEL_INFO, "event=x");
    assert_int_equal(errno, EXDEV);
    end(capture);
}

static void say_much(char letter)
{
    char text[200];

    memset(text, letter, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 40; i++) {
        log_line(LOG_LEVEL_INFO, "text=%s", text);
    }
    _exit(0);
}

static void lines_of_several_processes_never_mix(void **state)
{
    const struct capture capture = begin();
    size_t lines = 0;

    (void)state;
    for (int i = 0; i < 4; i++) {
        const pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            say_much((char)('a' + i));
        }
    }
    while (wait(NULL) > 0) {
    }
    end(capture);
    for (char *line = strtok(said, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        const char *text = strstr(line, "text=");

        assert_non_null(text);
        assert_int_equal(strlen(text + 5), 199);
        assert_int_equal(strspn(text + 5, (const char[]){text[5], '\0'}), 199);
    }
    assert_int_equal(lines, 160);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_tells_time_level_process_and_event),
        cmocka_unit_test(every_level_has_its_name),
        cmocka_unit_test(nobody_forges_a_second_line),
        cmocka_unit_test(letters_beyond_ascii_stay_as_they_are),
        cmocka_unit_test(a_long_line_is_cut_and_still_ends),
        cmocka_unit_test(a_long_identity_is_cut),
        cmocka_unit_test(errno_survives_a_line),
        cmocka_unit_test(lines_of_several_processes_never_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
