/* SPDX-License-Identifier: MPL-2.0 */
/* generation.c: another configuration, with the plugins that lie there now, takes over when every
 * one of its pools is ready, and not before: until then the one that serves goes on serving. Both
 * accept on the same sockets for a moment, so that nobody finds one closed. */
#include "master/pools.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/notify.h"

enum { RETIRE_TIMEOUT_MS = 60000 /* for its workers to end what is at work */ };

static void set_coming(struct master *master, const struct config *config)
{
    master->coming = config;
    for (struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        pool->coming = NULL;
    }
}

static int start_all(struct master *master, const struct config *config, struct error *error)
{
    for (size_t i = 0; i < config->pool_count; i++) {
        struct pool *pool = pool_find_or_open(master, &config->pools[i], error);

        if (pool == NULL) {
            return -1;
        }
        pool->coming = &config->pools[i];
        pool->next_loader = loader_start(master, pool, config->file, error);
        if (pool->next_loader == NULL) {
            return -1;
        }
    }
    return 0;
}

int generation_begin(struct master *master, const struct config *config, struct error *error)
{
    set_coming(master, config);
    if (start_all(master, config, error) != 0) {
        generation_failed(master, error);
        return -1;
    }
    return 0;
}

/* Its loaders go, and so do the sockets that it alone had. */
void generation_failed(struct master *master, const struct error *error)
{
    for (struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        if (pool->next_loader != NULL) {
            loader_leave(pool->next_loader, SIGKILL, 0);
            pool->next_loader = NULL;
        }
    }
    log_line(LOG_LEVEL_ERROR, "event=reload_failed reason=\"%s\"", error->text);
    control_answer(master->asker, "failed\n%s\n", error->text);
    master->asker = -1;
    master->reason = *error;
    if (master->serves && !master->stopping) {
        notify_ready(); /* what served before still does */
    }
    talloc_free((void *)master->coming);
    set_coming(master, NULL);
    pools_sweep(master);
}

static bool all_ready(const struct master *master)
{
    for (const struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        if (pool->coming != NULL &&
            (pool->next_loader == NULL || pool->next_loader->state != LOADER_READY)) {
            return false;
        }
    }
    return true;
}

/* A pool that goes is drained like one at a stop: nobody else takes what is waiting. */
static void take_over(struct pool *pool)
{
    struct loader *before = pool->serving;

    pool->serving = pool->next_loader;
    pool->next_loader = NULL;
    pool->config = pool->coming;
    pool->coming = NULL;
    pool->respawn = 0;
    if (pool->config == NULL) {
        pool_refuse_more(pool);
    }
    if (before != NULL) {
        loader_leave(before, pool->config != NULL ? MASTER_RETIRE : MASTER_STOP, RETIRE_TIMEOUT_MS);
    }
}

void generation_ready(struct master *master)
{
    if (master->coming == NULL || !all_ready(master)) {
        return;
    }
    for (struct pool *pool = master->pools; pool != NULL; pool = pool->next) {
        take_over(pool);
    }
    talloc_free((void *)master->config);
    master->config = master->coming;
    master->coming = NULL;
    master->serves = true;
    log_line(LOG_LEVEL_INFO, "event=serving pools=%zu", master->config->pool_count);
    notify_ready();
    control_answer(master->asker, "ok\n");
    master->asker = -1;
    pools_sweep(master);
}
