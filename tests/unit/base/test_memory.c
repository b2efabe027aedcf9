/* SPDX-License-Identifier: MPL-2.0 */
/* test_memory.c: memory that never fails: the process ends instead, and says why. */
#include "../unit.h"

#include "base/memory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Else the address sanitizer ends the process by itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void memory_is_given_and_resized(void **state)
{
    char *piece = memory_or_end("test", 6);

    (void)state;
    strcpy(piece, "hello");
    piece = memory_resized_or_end("test", piece, 1000);
    assert_string_equal(piece, "hello");
    free(piece);
    piece = memory_resized_or_end("test", NULL, 1);
    assert_non_null(piece);
    free(piece);
    free(memory_or_end("test", 0));
}

static void allocate(void)
{
    free(memory_or_end("libtest", SIZE_MAX / 4));
}

static void resize(void)
{
    free(memory_resized_or_end("libtest", NULL, SIZE_MAX / 4));
}

static void no_memory_at_all(void)
{
    memory_is_out("libtest", SIZE_MAX / 4);
}

/* In a child, whose last words are read. */
static void ends(void (*function)(void))
{
    static const struct rlimit no_core = {0, 0};
    char text[4096] = "";
    size_t length = 0;
    int words[2], status;
    ssize_t got;
    pid_t child;

    assert_int_equal(pipe(words), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGABRT, SIG_DFL); /* cmocka goes on behind it */
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)dup2(words[1], STDERR_FILENO);
        function();
        _exit(0);
    }
    assert_int_equal(close(words[1]), 0);
    while (length < sizeof text - 1 &&
           (got = read(words[0], text + length, sizeof text - 1 - length)) > 0) {
        length += (size_t)got;
    }
    assert_int_equal(close(words[0]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(text, "level=error"));
    assert_non_null(strstr(text, "event=out_of_memory in=libtest bytes=4611686018427387903"));
}

static void without_it_the_process_ends(void **state)
{
    (void)state;
    ends(allocate);
    ends(resize);
    ends(no_memory_at_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_given_and_resized),
        cmocka_unit_test(without_it_the_process_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
