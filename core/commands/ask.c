/* SPDX-License-Identifier: MPL-2.0 */
/* ask.c: commands that the running master carries out: reload, upgrade, plugin enable. */
#include "commands/commands.h"

#include "master/pools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 2048 };

static int connect_to(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connection < 0 ||
        connect(connection, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)error_set(error, "No codev is running that could be asked at %s: %s.", path,
                        strerror(errno));
        if (connection >= 0) {
            (void)close(connection);
        }
        return -1;
    }
    return connection;
}

/* Send the line and wait for the answer, however long that takes: "ok", or "failed" and why. */
static int ask(const struct config *config, const char *line)
{
    char answer[ANSWER_MAX];
    struct error error;
    const char *path = control_path((void *)config, config);
    const int connection = path != NULL ? connect_to(path, &error) : -1;
    size_t length = 0;
    ssize_t got;

    if (connection < 0) {
        return command_failed(&error);
    }
    (void)dprintf(connection, "%s\n", line);
    while (length < sizeof answer - 1 &&
           (got = read(connection, answer + length, sizeof answer - 1 - length)) > 0) {
        length += (size_t)got;
    }
    (void)close(connection);
    answer[length] = '\0';
    if (strcmp(answer, "ok\n") == 0) {
        return COMMAND_FINE;
    }
    (void)error_set(&error, "%s",
                    length > 0 ? answer + strcspn(answer, "\n") + 1
                               : "The master ended without an answer.");
    error.text[strcspn(error.text, "\n")] = '\0';
    return command_failed(&error);
}

static int ask_with_options(TALLOC_CTX *context, int argc, char **argv, const char *line)
{
    const char *file = NULL;
    const struct option_value options[] = {{"config", &file}};
    const struct config *config;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    return config != NULL ? ask(config, line) : COMMAND_FAILED;
}

static int reload(TALLOC_CTX *context, int argc, char **argv)
{
    return ask_with_options(context, argc, argv, "reload");
}

static int upgrade(TALLOC_CTX *context, int argc, char **argv)
{
    return ask_with_options(context, argc, argv, "upgrade");
}

static int plugin(TALLOC_CTX *context, int argc, char **argv)
{
    const char *line;

    if (argc < 3 || strcmp(argv[1], "enable") != 0 || strchr(argv[2], '\n') != NULL) {
        (void)fprintf(stderr, "codev plugin: this takes “enable NAME”.\nTry `codev --help`.\n");
        return COMMAND_USAGE;
    }
    line = talloc_asprintf(context, "enable %s", argv[2]);
    argv[2] = argv[0];
    return line != NULL ? ask_with_options(context, argc - 2, argv + 2, line) : COMMAND_FAILED;
}

const struct command reload_command = {
    "reload", "[--config FILE]",
    "let the running codev take its configuration and plugins anew; ends when they serve", reload};
const struct command upgrade_command = {
    "upgrade", "[--config FILE]",
    "let the running codev become the binary that is installed now; ends when that serves",
    upgrade};
const struct command plugin_command = {"plugin", "enable NAME [--config FILE]",
                                       "open a plugin that was closed after several crashes",
                                       plugin};
