/* SPDX-License-Identifier: MPL-2.0 */
/* worker.c: accepts one request at a time and serves it. */
#include "pool/pool.h"

#include "base/clock.h"
#include "base/log.h"
#include "master/master.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { ACCEPT_TIMEOUT_S = 1 };

/* The signal that came: MASTER_STOP, MASTER_RETIRE, or 0. */
static volatile sig_atomic_t told;

static void on_signal(int signal)
{
    told = signal;
}

/* With SA_RESTART, so that a request that is being read or answered is not cut by the signal. */
static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigset_t none;

    (void)sigaction(MASTER_STOP, &action, NULL);
    (void)sigaction(MASTER_RETIRE, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A blocked accept(2) returns at a signal all the same when it has a time-out (signal(7)), and at
 * the latest then, should the signal have come in the moment before. */
static void bound_accept(int listener)
{
    const struct timeval timeout = {.tv_sec = ACCEPT_TIMEOUT_S};

    (void)setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

/* End the request. libfcgi would wait, up to seconds, until nginx has closed its side; that is
 * needed only where nginx may still be sending a body that nobody read. */
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

/* Whether the worker has had its time; what leaks, leaks no further. ru_maxrss is the most it had.
 */
static bool is_spent(const struct config_pool *pool, unsigned served)
{
    struct rusage usage;
    const int lowest = fcntl(STDERR_FILENO, F_DUPFD, 0);

    if (lowest >= 0) {
        (void)close(lowest);
    }
    return served >= pool->max_requests || lowest < 0 || (unsigned)lowest > pool->descriptors ||
           (getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss / 1024 > (long)pool->memory_mib);
}

/* Who has gone while the request was waiting in the backlog gets no answer, and costs no statement
 * that is then to be cancelled: nothing of it has been begun. */
static bool client_has_gone(const FCGX_Request *fcgi)
{
    struct pollfd peer = {.fd = fcgi->ipcFd, .events = POLLRDHUP};

    return poll(&peer, 1, 0) > 0;
}

/* When it has to stop, what is waiting already is served as well: nginx has sent it, and could not
 * tell its client whether it counted. When it retires, others have what is waiting. */
static void serve(const struct service *service, const struct config_pool *pool, FCGX_Request *fcgi,
                  unsigned number)
{
    int64_t deadline = INT64_MAX;
    unsigned served = 0;

    while (clock_steady() < deadline && told != MASTER_RETIRE) {
        const bool accepted = FCGX_Accept_r(fcgi) == 0;

        if (accepted) {
            metrics_worker_busy(service->metrics, number, true);
            if (!client_has_gone(fcgi)) {
                request_serve(service, fcgi);
            }
            finish(fcgi);
            metrics_worker_busy(service->metrics, number, false);
            if (is_spent(pool, ++served) && told == 0) {
                log_line(LOG_LEVEL_INFO, "event=worker_spent requests=%u", served);
                return;
            }
        }
        if (told == MASTER_STOP && !accepted) {
            return;
        }
        if (told == MASTER_STOP && deadline == INT64_MAX) {
            deadline = clock_steady() + POOL_DRAIN_TIMEOUT_MS * 1000LL;
        }
    }
}

int worker_run(const struct pool_assets *assets, unsigned number, int listener,
               struct board_place *place)
{
    const struct registry *registry = assets->registry;
    TALLOC_CTX *context = talloc_new(NULL);
    struct service service = {
        .registry = registry,
        .place = place,
        .switches = assets->switches,
        .body_key = assets->body_key,
        .form_key = assets->form_key,
        .openapi = assets->openapi,
        .metrics = assets->metrics,
        .slow = assets->config->slow_request_ms * INT64_C(1000),
    };
    FCGX_Request fcgi;

    log_identity("pool=%s worker=%u", assets->pool->name, number);
    take_signals();
    bound_accept(listener);
    service.db = db_new(context, assets->config->application, assets->config->transaction_pooling,
                        registry->statements, registry->statement_count);
    service.tokens = token_memory_new(context, assets->keys, assets->issuers);
    if (service.db == NULL || service.tokens == NULL || FCGX_Init() != 0 ||
        FCGX_InitRequest(&fcgi, listener, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        log_line(LOG_LEVEL_ERROR, "event=worker_failed reason=\"no memory\"");
        return 1;
    }
    (void)db_connect(service.db); /* a database that is away is logged, and tried at each request */
    serve(&service, assets->pool, &fcgi, number);
    FCGX_Free(&fcgi, 1);
    talloc_free(context);
    return 0;
}
