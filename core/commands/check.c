/* SPDX-License-Identifier: MPL-2.0 */
/* check.c: `codev check`: everything that serving needs, tried without serving. */
#include "commands/commands.h"

#include "pool/pool.h"

#include <stdio.h>

static int check_pool(const struct config *config, const struct config_pool *pool)
{
    TALLOC_CTX *context = talloc_new(NULL);
    struct error error;
    const struct pool_assets *assets = pool_load(context, config, pool, &error);
    struct db *db;
    int status = COMMAND_FINE;

    if (assets == NULL) {
        status = command_failed(&error);
    } else {
        db = db_new(context, config->application, config->transaction_pooling,
                    assets->registry->statements, assets->registry->statement_count);
        if (db == NULL || db_connect(db) != 0) {
            (void)error_set(&error, "The pool “%s” has no use of its database; see above.",
                            pool->name);
            status = command_failed(&error);
        }
    }
    if (status == COMMAND_FINE) {
        (void)printf("pool %s: %zu plugins, %zu routes, %zu statements: fine\n", pool->name,
                     pool->plugin_count, assets->registry->route_count,
                     assets->registry->statement_count);
    }
    talloc_free(context);
    return status;
}

static int check(int argc, char **argv)
{
    const char *file = NULL;
    const struct option_value options[] = {{"config", &file}};
    const struct config *config;
    int status = COMMAND_FINE;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    config = command_config(file);
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    for (size_t i = 0; i < config->pool_count; i++) {
        if (check_pool(config, &config->pools[i]) != COMMAND_FINE) {
            status = COMMAND_FAILED;
        }
    }
    return status;
}

const struct command check_command = {
    "check", "[--config FILE]", "try configuration, keys, plugins and database without serving",
    check};
