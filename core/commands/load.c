/* SPDX-License-Identifier: MPL-2.0 */
/* load.c: `codev load`: a pool's loader, started by the master with its three descriptors. */
#include "commands/commands.h"

#include "master/master.h"
#include "pool/pool.h"

#include <fcntl.h>
#include <stdio.h>

static int load(TALLOC_CTX *context, int argc, char **argv)
{
    const char *file = NULL;
    const char *name = "";
    const char *turn = "0";
    const struct option_value options[] = {{"config", &file}, {"pool", &name}, {"turn", &turn}};
    const struct config *config;
    const struct config_pool *pool;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    if (fcntl(MASTER_LISTEN_FD, F_GETFD) < 0 || fcntl(MASTER_REPORT_FD, F_GETFD) < 0 ||
        fcntl(MASTER_BOARD_FD, F_GETFD) < 0) {
        (void)fprintf(stderr, "codev load: this command is started by `codev serve` alone.\n");
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    pool = config != NULL ? config_pool(config, name) : NULL;
    if (pool == NULL) {
        return COMMAND_FAILED;
    }
    return loader_run(config, pool, (unsigned)(*turn - '0'));
}

const struct command load_command = {"load", NULL, NULL, load};
