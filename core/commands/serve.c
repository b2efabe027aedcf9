/* SPDX-License-Identifier: MPL-2.0 */
/* serve.c: `codev serve`: the master, in the foreground. */
#include "commands/commands.h"

#include "master/master.h"

static int serve(TALLOC_CTX *context, int argc, char **argv)
{
    const char *file = NULL;
    const struct option_value options[] = {{"config", &file}};
    const struct config *config;
    struct error error;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    return master_run(config, &error) == 0 ? COMMAND_FINE : command_failed(&error);
}

const struct command serve_command = {"serve", "[--config FILE]",
                                      "start the pools and serve until SIGTERM or Ctrl-C", serve};
