/* SPDX-License-Identifier: MPL-2.0 */
/* test_file.c: which files are read, and what is said of the others. */
#include "forge.h"

#include "identity/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct key_file_kind kind = {
    .name = "thing",
    .size_max = 10,
    .mode_refused = S_IWOTH,
    .openness = "open",
    .advice = "close it",
};

static int set_up(void **state)
{
    *state = forge_new();
    return 0;
}

static int tear_down(void **state)
{
    forge_free(*state);
    return 0;
}

static void expect_refused(const char *path, const char *reason)
{
    struct error error = {""};
    char bytes[11];
    size_t size;
    const char *sentence;

    assert_int_equal(key_file_read(&kind, path, bytes, &size, &error), -1);
    sentence = error.text;
    if (strstr(sentence, path) == NULL || strstr(sentence, reason) == NULL ||
        strncmp(sentence, "The thing ", strlen("The thing ")) != 0) {
        fail_msg("%s, of %s, says: %s", path, reason, sentence);
    }
}

static void whole_file_is_read(void **state)
{
    const char *path = forge_path(*state, "f");
    struct error error = {""};
    char bytes[11];
    size_t size;

    for (size_t length = 0; length <= 10; length++) {
        forge_write(path, "0123456789", length, 0644);
        assert_int_equal(key_file_read(&kind, path, bytes, &size, &error), 0);
        assert_int_equal(size, length);
        assert_memory_equal(bytes, "0123456789", length);
    }
}

static void other_files_are_refused(void **state)
{
    const struct forge *forge = *state;
    const char *path = forge_path(forge, "f");
    const char *fifo = forge_path(forge, "fifo");

    expect_refused(forge_path(forge, "none"), "cannot be opened: No such file");
    expect_refused(forge->directory, "is not a regular file.");
    expect_refused("/dev/null", "is not a regular file.");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    expect_refused(fifo, "is not a regular file."); /* and nobody waits for a writer */
    forge_write(path, "0123456789a", 11, 0644);
    expect_refused(path, "is longer than 10 bytes.");
    forge_write(path, "0", 1, 0646);
    expect_refused(path, "is open (mode 0646); close it.");
}

static void links_are_followed(void **state)
{
    const char *path = forge_path(*state, "f");
    const char *link = forge_path(*state, "link");
    struct error error = {""};
    char bytes[11];
    size_t size;

    forge_write(path, "0", 1, 0600);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(key_file_read(&kind, link, bytes, &size, &error), 0);
    assert_int_equal(size, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_file_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_followed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
