/* SPDX-License-Identifier: MPL-2.0 */
/* test_listener.c: a socket takes the place of a dead process's, and of nothing else. */
#include "../unit.h"

#include "master/listener.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char directory[] = "/tmp/codev-listener.XXXXXX";
static char path[sizeof directory + sizeof "/x.sock"];

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/x.sock", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

static void a_dead_process_s_socket_is_replaced(void **state)
{
    struct error error;
    struct stat status;
    int listener;

    (void)state;
    for (int i = 0; i < 2; i++) {
        listener = listener_open(path, &error);
        assert_true(listener >= 0);
        assert_int_equal(stat(path, &status), 0);
        assert_true(S_ISSOCK(status.st_mode));
        assert_int_equal(status.st_mode & 07777, LISTENER_MODE);
        assert_int_equal(close(listener), 0); /* the file stays */
    }
    assert_int_equal(unlink(path), 0);
}

static void a_served_socket_is_left_alone(void **state)
{
    struct error error;
    int listener;

    (void)state;
    listener = listener_open(path, &error);
    assert_true(listener >= 0);
    assert_int_equal(listener_open(path, &error), -1);
    assert_non_null(strstr(error.text, "served by another"));
    assert_int_equal(close(listener), 0);
    assert_int_equal(unlink(path), 0);
}

static void a_socket_that_is_served_and_full_is_left_alone(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct error error;
    int listener, waiting[2];

    (void)state;
    (void)strcpy(address.sun_path, path);
    listener = listener_open(path, &error);
    assert_true(listener >= 0);
    assert_int_equal(listen(listener, 0), 0); /* room for one */
    for (size_t i = 0; i < LENGTH(waiting); i++) {
        waiting[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(waiting[i], (const struct sockaddr *)&address, sizeof address);
    }
    (void)alarm(5); /* it would wait for ever */
    assert_int_equal(listener_open(path, &error), -1);
    (void)alarm(0);
    assert_non_null(strstr(error.text, "served by another"));
    for (size_t i = 0; i < LENGTH(waiting); i++) {
        assert_int_equal(close(waiting[i]), 0);
    }
    assert_int_equal(close(listener), 0);
    assert_int_equal(unlink(path), 0);
}

/* A slip in the configuration must not cost root a file. */
static void what_is_no_socket_is_left_alone(void **state)
{
    struct error error;
    struct stat status;
    const int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, "precious", 8), 8);
    assert_int_equal(close(file), 0);
    assert_int_equal(listener_open(path, &error), -1);
    assert_non_null(strstr(error.text, "no socket"));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_process_s_socket_is_replaced),
        cmocka_unit_test(a_served_socket_is_left_alone),
        cmocka_unit_test(a_socket_that_is_served_and_full_is_left_alone),
        cmocka_unit_test(what_is_no_socket_is_left_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
