/* SPDX-License-Identifier: MPL-2.0 */
/* account.c: what is told of requests once they are served: a line of the log, a second one when it
 * took long, and the pool's counts, which GET /metrics shows. */
#include "config.h"
#include "request/request.h"

#include "base/log.h"

#include <string.h>

const char *const request_stages[STAGE_COUNT] = {
    [STAGE_ROUTE] = "route", [STAGE_IDENTIFY] = "identify", [STAGE_NEGOTIATE] = "negotiate",
    [STAGE_BODY] = "body",   [STAGE_HANDLE] = "handle",     [STAGE_ANSWER] = "answer",
};

struct metrics *request_metrics_new(TALLOC_CTX *context, const struct registry *registry,
                                    const struct config_pool *pool, struct error *error)
{
    struct metrics_route *routes =
        talloc_array(context, struct metrics_route, (unsigned)registry->route_count);
    const struct metrics_shape shape = {
        .pool = pool->name,
        .version = PACKAGE_VERSION,
        .workers = pool->workers,
        .routes = routes,
        .route_count = registry->route_count,
        .stages = request_stages,
        .stage_count = STAGE_COUNT,
    };

    for (size_t i = 0; routes != NULL && i < registry->route_count; i++) {
        const struct route *route = &registry->routes[i];

        routes[i] = (struct metrics_route){route->plugin->descriptor->name, route->declared->method,
                                           route->declared->path};
    }
    if (routes == NULL) {
        (void)error_set(error, "There is no memory for the metrics of the pool.");
        return NULL;
    }
    return metrics_new(context, &shape, error);
}

/* As nginx has it: the client closed the request. That it failed then is nobody's error. */
enum { STATUS_CLIENT_GONE = 499 };

static int status_of(const codev_request *request)
{
    return request->status >= 500 && db_client_gone(request->service->db) ? STATUS_CLIENT_GONE
                                                                          : request->status;
}

static void count(const codev_request *request)
{
    const struct registry *registry = request->service->registry;
    const struct metrics_request counted = {
        .route = request->route != NULL ? (size_t)(request->route - registry->routes) : SIZE_MAX,
        .organisation = request->principal.claims.organisation,
        .status = status_of(request),
        .duration = request->total,
        .stages = request->spent,
    };

    metrics_count(request->service->metrics, &counted);
}

static void log_request(const codev_request *request, enum log_level level, const char *event)
{
    const struct route *route = request->route;
    const char *organisation = request->principal.claims.organisation;
    const int64_t *spent = request->spent;

    log_line(
        level,
        "event=%s request=%s method=%.20s plugin=%s route=%s organisation=%s status=%d "
        "route_us=%lld identify_us=%lld negotiate_us=%lld body_us=%lld handle_us=%lld "
        "answer_us=%lld total_us=%lld",
        event, request->id, request->method, route != NULL ? route->plugin->descriptor->name : "-",
        route != NULL ? route->declared->path : "-", *organisation != '\0' ? organisation : "-",
        status_of(request), (long long)spent[STAGE_ROUTE], (long long)spent[STAGE_IDENTIFY],
        (long long)spent[STAGE_NEGOTIATE], (long long)spent[STAGE_BODY],
        (long long)spent[STAGE_HANDLE], (long long)spent[STAGE_ANSWER], (long long)request->total);
}

void request_account(const codev_request *request)
{
    const int64_t slow = request->service->slow;

    log_request(request, LOG_LEVEL_INFO, "request");
    if (slow > 0 && request->total > slow) {
        log_request(request, LOG_LEVEL_WARNING, "slow_request");
    }
    count(request);
}

void request_database_failed(const codev_request *request, const struct db_failure *failure)
{
    struct metrics *metrics = request->service->metrics;

    if (db_client_gone(request->service->db)) {
        return;
    }
    if (failure->fault == DB_UNAVAILABLE) {
        metrics_database_failed(metrics, METRICS_DATABASE_UNAVAILABLE);
    } else if (failure->fault == DB_BROKEN) {
        metrics_database_failed(metrics, METRICS_DATABASE_BROKEN);
    }
}

int metrics_show(codev_request *request)
{
    const bool open = strcmp(codev_media(request), MEDIA_OPENMETRICS) == 0;
    size_t size;
    const char *text = metrics_text(request, request->service->metrics,
                                    open ? METRICS_OPEN : METRICS_CLASSIC, &size);

    if (text == NULL) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    return codev_answer_bytes(request,
                              open ? MEDIA_OPENMETRICS "; version=1.0.0; charset=utf-8"
                                   : MEDIA_TEXT "; version=0.0.4; charset=utf-8",
                              text, size);
}
