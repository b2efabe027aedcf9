/* SPDX-License-Identifier: MPL-2.0 */
/* migrate.c: `codev migrate`: the database up to the newest migrations. */
#include "commands/commands.h"

#include "db/db.h"

#include <stdio.h>
#include <string.h>

static bool is_listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The plugins of all pools, each once, in the configuration's order. */
static const char **all_plugins(TALLOC_CTX *context, const struct config *config, size_t *count_r)
{
    const char **names = NULL;

    *count_r = 0;
    for (size_t i = 0; i < config->pool_count; i++) {
        const struct config_pool *pool = &config->pools[i];

        names = talloc_realloc(context, names, const char *,
                               (unsigned)(*count_r + pool->plugin_count + 1));
        for (size_t j = 0; names != NULL && j < pool->plugin_count; j++) {
            if (!is_listed(names, *count_r, pool->plugins[j])) {
                names[(*count_r)++] = pool->plugins[j];
            }
        }
    }
    return names;
}

static int migrate(TALLOC_CTX *context, int argc, char **argv)
{
    const char *file = NULL;
    const struct option_value options[] = {{"config", &file}};
    const struct config *config;
    const char **plugins;
    struct error error;
    size_t applied = 0;
    size_t count;
    int status;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    if (*config->owner == '\0') {
        (void)error_set(&error, "%s names no database/owner, as whom to migrate.", config->file);
        return command_failed(&error);
    }
    plugins = all_plugins(context, config, &count);
    if (plugins == NULL) {
        (void)error_set(&error, "There is no memory for the plugins' names.");
        return command_failed(&error);
    }
    status = db_migrate(config->owner, config->data_directory, plugins, count, &applied, &error);
    if (status != 0) {
        return command_failed(&error);
    }
    (void)printf("%zu migrations applied.\n", applied);
    return COMMAND_FINE;
}

const struct command migrate_command = {"migrate", "[--config FILE]",
                                        "bring the database up to the newest migrations", migrate};
