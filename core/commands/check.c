/* SPDX-License-Identifier: MPL-2.0 */
/* check.c: `codev check`: everything that serving needs, tried without serving. */
#include "commands/commands.h"

#include "pool/pool.h"

#include <stdio.h>

static int check_pool(TALLOC_CTX *context, const struct config *config,
                      const struct config_pool *pool)
{
    struct error error;
    const struct pool_assets *assets = pool_load(context, config, pool, &error);
    struct db *db;

    if (assets == NULL) {
        return command_failed(&error);
    }
    db = db_new(context, config->application, config->transaction_pooling,
                assets->registry->statements, assets->registry->statement_count);
    if (db == NULL || db_connect(db) != 0) {
        (void)error_set(&error, "The pool “%s” has no use of its database; see above.", pool->name);
        return command_failed(&error);
    }
    (void)printf("pool %s: %zu plugins, %zu routes, %zu statements: fine\n", pool->name,
                 pool->plugin_count, assets->registry->route_count,
                 assets->registry->statement_count);
    return COMMAND_FINE;
}

static int check(TALLOC_CTX *context, int argc, char **argv)
{
    const char *file = NULL;
    const struct option_value options[] = {{"config", &file}};
    const struct config *config;
    int status = COMMAND_FINE;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    for (size_t i = 0; i < config->pool_count; i++) {
        if (check_pool(context, config, &config->pools[i]) != COMMAND_FINE) {
            status = COMMAND_FAILED;
        }
    }
    return status;
}

const struct command check_command = {
    "check", "[--config FILE]", "try configuration, keys, plugins and database without serving",
    check};
