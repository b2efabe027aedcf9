/* SPDX-License-Identifier: MPL-2.0 */
/* pools.c: the pools' sockets and boards, which outlive those who serve them. */
#include "master/pools.h"

#include "base/log.h"
#include "master/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pool_close(struct pool *pool)
{
    board_unmap(pool->board);
    if (pool->board_fd >= 0) {
        (void)close(pool->board_fd);
    }
    if (pool->listener >= 0) {
        (void)close(pool->listener);
    }
    return 0;
}

struct pool *pool_adopt(struct master *master, const char *name, const char *socket, int listener,
                        int board_fd)
{
    struct pool *pool = talloc_zero(NULL, struct pool);

    if (pool == NULL) {
        return NULL;
    }
    talloc_set_destructor(pool, pool_close);
    pool->listener = listener;
    pool->board_fd = board_fd;
    pool->name = talloc_strdup(pool, name);
    pool->socket = talloc_strdup(pool, socket);
    pool->board = board_map(board_fd, true);
    if (pool->name == NULL || pool->socket == NULL || pool->board == NULL) {
        talloc_free(pool);
        return NULL;
    }
    pool->next = master->pools;
    master->pools = pool;
    return pool;
}

struct pool *pool_find_or_open(struct master *master, const struct config_pool *config,
                               struct error *error)
{
    struct pool *pool = master->pools;
    int listener;

    while (pool != NULL &&
           (strcmp(pool->name, config->name) != 0 || strcmp(pool->socket, config->socket) != 0)) {
        pool = pool->next;
    }
    if (pool != NULL) {
        return pool;
    }
    listener = listener_open(config->socket, error);
    if (listener < 0) {
        return NULL;
    }
    pool = pool_adopt(master, config->name, config->socket, listener, board_new());
    if (pool == NULL) {
        (void)error_set(error, "There is no memory for the pool “%s”: %s.", config->name,
                        strerror(errno));
        (void)unlink(config->socket);
    }
    return pool;
}

/* From here on nginx is told that nobody listens, which is safe to repeat, and does not wait in
 * vain. */
void pool_refuse_more(const struct pool *pool)
{
    (void)shutdown(pool->listener, SHUT_RD);
}

static bool is_served(const struct master *master, const struct pool *pool)
{
    for (const struct loader *loader = master->loaders; loader != NULL; loader = loader->next) {
        if (loader->pool == pool) {
            return true;
        }
    }
    return false;
}

void pools_sweep(struct master *master)
{
    for (struct pool **at = &master->pools; *at != NULL;) {
        struct pool *pool = *at;

        if (pool->config != NULL || pool->coming != NULL || is_served(master, pool)) {
            at = &pool->next;
            continue;
        }
        *at = pool->next;
        (void)unlink(pool->socket);
        log_line(LOG_LEVEL_INFO, "event=pool_closed pool=%s", pool->name);
        talloc_free(pool);
    }
}
