/* SPDX-License-Identifier: MPL-2.0 */
/* commands.h: what `codev NAME …` does, a file a command. */
#ifndef CODEV_COMMANDS_COMMANDS_H
#define CODEV_COMMANDS_COMMANDS_H

#include "config/config.h"

#include <getopt.h>

/* Exit statuses. */
enum { COMMAND_FINE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

struct command {
    const char *name;
    const char *options; /* for --help; NULL: not shown, for codev's own use */
    const char *summary;
    /* argv[0] is the command's name; the context is freed when it returns */
    int (*run)(TALLOC_CTX *context, int argc, char **argv);
};

extern const struct command serve_command, load_command, migrate_command, token_command,
    check_command, reload_command, upgrade_command, plugin_command;

/* A command's options: each takes a value, which is put in *value (kept as it was when absent). */
struct option_value {
    const char *name;
    const char **value;
};

/* Read `--NAME VALUE` options; anything else is a usage error, told on standard error.
 * 0 or COMMAND_USAGE. */
int command_options(int argc, char **argv, const struct option_value *options, size_t count);

/* The configuration that --config or $CODEV_CONFIG names, or the installed default. NULL: told on
 * standard error. Freed with the context. */
const struct config *command_config(TALLOC_CTX *context, const char *file);

/* Tell a failure on standard error; returns COMMAND_FAILED. */
int command_failed(const struct error *error);

#endif
