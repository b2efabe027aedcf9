/* SPDX-License-Identifier: MPL-2.0 */
/* pool.h: the inside of a pool: a loader that loads the plugins and watches the workers, and the
 * workers, each single-threaded. */
#ifndef CODEV_POOL_POOL_H
#define CODEV_POOL_POOL_H

#include "config/config.h"
#include "identity/secret.h"
#include "request/request.h"

enum {
    POOL_STOP_TIMEOUT_MS = 10000, /* until a worker that does not end its request is killed */
    POOL_DRAIN_TIMEOUT_MS = 5000, /* while a stopping worker still takes what is waiting */
    POOL_RESPAWN_DELAY_MS = 1000, /* before another, when a worker died within this time */
};

/* What workers share, made before they are forked. */
struct pool_assets {
    const struct config *config;
    const struct config_pool *pool;
    const struct registry *registry;
    const struct token_keys *keys;
    const struct token_issuers *issuers;
    const char *openapi;                 /* of openapi_make */
    struct metrics *metrics;             /* in memory that all of them write to */
    unsigned char body_key[SECRET_SIZE]; /* for the HMAC of bodies */
    unsigned char form_key[SECRET_SIZE]; /* for the tokens of forms */
};

/* Load everything a pool serves with. NULL: error says why. Freed with the context. */
const struct pool_assets *pool_load(TALLOC_CTX *context, const struct config *config,
                                    const struct config_pool *pool, struct error *error);

/* Load, report on the pipe (and close it), serve until SIGTERM. The loader's exit status. */
int loader_run(const struct config *config, const struct config_pool *pool, int listener,
               int report);

/* A worker's whole life; its exit status. */
int worker_run(const struct pool_assets *assets, unsigned number, int listener);

#endif
