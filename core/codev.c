/* SPDX-License-Identifier: MPL-2.0 */
/* codev.c: main: picks a command. */
#include "commands/commands.h"
#include "config.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &serve_command, &reload_command, &upgrade_command, &plugin_command, &migrate_command,
    &token_command, &check_command,  &load_command,
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int help(void)
{
    (void)puts("codev - the backend of a school of codéveloppement professionnel\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (commands[i]->options != NULL) {
            (void)printf("codev %s %s\n    %s\n", commands[i]->name, commands[i]->options,
                         commands[i]->summary);
        }
    }
    (void)puts("codev --help | --version\n\n"
               "Without --config, $CODEV_CONFIG or " SYSCONFDIR "/codev.xml is read. "
               "See codev(8).");
    return COMMAND_FINE;
}

static int run(const struct command *command, int argc, char **argv)
{
    TALLOC_CTX *context = talloc_new(NULL);
    const int status = command->run(context, argc, argv);

    talloc_free(context);
    return status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        return help();
    }
    if (strcmp(name, "--version") == 0) {
        (void)puts("codev " PACKAGE_VERSION);
        return COMMAND_FINE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return run(commands[i], argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "codev: “%s” is not a command; try `codev --help`.\n", name);
    return COMMAND_USAGE;
}
