/* SPDX-License-Identifier: MPL-2.0 */
/* worker.c: accepts one request at a time and serves it. */
#include "pool/pool.h"

#include "base/log.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t stopping;

static void on_terminate(int signal)
{
    (void)signal;
    stopping = 1;
    FCGX_ShutdownPending();
}

/* Without SA_RESTART, so that a blocked accept(2) returns. */
static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_terminate};
    sigset_t none;

    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* End the request. libfcgi would wait, up to seconds, until nginx has closed its side; that is needed
 * only where nginx may still be sending a body that nobody read. */
static void finish(FCGX_Request *fcgi)
{
    int connection;

    if (fcgi->keepConnection || FCGX_GetChar(fcgi->in) != EOF) {
        FCGX_Finish_r(fcgi);
        return;
    }
    (void)FCGX_FClose(fcgi->err);
    (void)FCGX_FClose(fcgi->out);
    connection = fcgi->ipcFd;
    FCGX_Free(fcgi, 0);
    fcgi->ipcFd = -1;
    (void)shutdown(connection, SHUT_WR);
    (void)close(connection);
}

int worker_run(const struct pool_assets *assets, unsigned number, int listener)
{
    const struct registry *registry = assets->registry;
    TALLOC_CTX *context = talloc_new(NULL);
    struct service service = {.registry = registry, .body_key = assets->body_key};
    FCGX_Request fcgi;

    log_identity("pool=%s worker=%u", assets->pool->name, number);
    take_signals();
    service.db = db_new(context, assets->config->application,
                        assets->config->transaction_pooling, registry->statements,
                        registry->statement_count);
    service.tokens = token_memory_new(context, assets->keys);
    if (service.db == NULL || service.tokens == NULL || FCGX_Init() != 0 ||
        FCGX_InitRequest(&fcgi, listener, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        log_line(LOG_LEVEL_ERROR, "event=worker_failed reason=\"no memory\"");
        return 1;
    }
    (void)db_connect(service.db); /* a database that is away is logged, and tried at each request */
    while (!stopping) {
        if (FCGX_Accept_r(&fcgi) != 0) {
            continue;
        }
        request_serve(&service, &fcgi);
        finish(&fcgi);
    }
    FCGX_Free(&fcgi, 1);
    talloc_free(context);
    return 0;
}
