/* SPDX-License-Identifier: MPL-2.0 */
/* metrics.c: the shared memory, and counting in it. */
#include "metrics/metrics.h"

#include "base/clock.h"
#include "metrics/shared.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

const int metrics_statuses[STATUS_COUNT] = {
    200, 201, 204, 303, 304, 400, 401, 403, 404, 405, 406, 409,
    410, 412, 413, 415, 422, 428, 429, 499, 500, 502, 503,
};

const int64_t metrics_buckets[BUCKET_COUNT] = {
    1000,   2500,   5000,    10000,   25000,   50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

static int unmap(struct metrics *metrics)
{
    return munmap(metrics->shared, metrics->size);
}

/* Name the series that are there from the start. */
static void name_fixed(struct metrics *metrics)
{
    struct series *fixed = metrics->shared->fixed;

    for (size_t route = 0; route <= metrics->shape.route_count; route++, fixed += FIXED_COUNT) {
        series_name(&fixed[FIXED_VISITORS], route, METRICS_NOBODY);
        series_name(&fixed[FIXED_OTHERS], route, METRICS_OTHERS);
    }
}

struct metrics *metrics_new(TALLOC_CTX *context, const struct metrics_shape *shape,
                            struct error *error)
{
    struct metrics *metrics = talloc_zero(context, struct metrics);
    void *memory;

    if (metrics == NULL || shape->stage_count > METRICS_STAGES_MAX ||
        shape->workers > METRICS_WORKERS_MAX) {
        (void)error_set(error, "There is no room for the metrics of the pool.");
        talloc_free(metrics);
        return NULL;
    }
    metrics->shape = *shape;
    metrics->started = clock_now();
    metrics->size = sizeof *metrics->shared +
                    (shape->route_count + 1) * FIXED_COUNT * sizeof *metrics->shared->fixed;
    memory = mmap(NULL, metrics->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        (void)error_set(error, "There is no shared memory for the metrics: %s.", strerror(errno));
        talloc_free(metrics);
        return NULL;
    }
    metrics->shared = memory;
    talloc_set_destructor(metrics, unmap);
    name_fixed(metrics);
    return metrics;
}

/* Relaxed: a count orders nothing, it is only never lost. */
static void add(_Atomic uint64_t *counter, uint64_t count)
{
    (void)atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

static size_t status_place(int status)
{
    size_t place = 0;

    while (place < STATUS_COUNT && metrics_statuses[place] != status) {
        place++;
    }
    return place;
}

static size_t bucket_place(int64_t duration)
{
    size_t place = 0;

    while (place < BUCKET_COUNT && metrics_buckets[place] < duration) {
        place++;
    }
    return place;
}

/* An organisation that bears one of our own words is counted there, or one name had two series. */
static struct series *series_of(struct metrics *metrics, const struct metrics_request *request)
{
    const size_t known = metrics->shape.route_count;
    const size_t route = request->route < known ? request->route : known;
    struct series *fixed = &metrics->shared->fixed[route * FIXED_COUNT];
    struct series *found = NULL;

    if (*request->organisation == '\0' || strcmp(request->organisation, METRICS_NOBODY) == 0) {
        return &fixed[FIXED_VISITORS];
    }
    if (strlen(request->organisation) <= METRICS_ORGANISATION_MAX &&
        strcmp(request->organisation, METRICS_OTHERS) != 0) {
        found = series_find(&metrics->shared->table, route, request->organisation);
    }
    return found != NULL ? found : &fixed[FIXED_OTHERS];
}

void metrics_count(struct metrics *metrics, const struct metrics_request *request)
{
    struct series *series = series_of(metrics, request);
    const uint64_t duration = request->duration > 0 ? (uint64_t)request->duration : 0;

    add(&series->statuses[status_place(request->status)], 1);
    add(&series->buckets[bucket_place(request->duration)], 1);
    add(&series->duration, duration);
    for (size_t i = 0; request->stages != NULL && i < metrics->shape.stage_count; i++) {
        if (request->stages[i] > 0) {
            add(&metrics->shared->stages[i], (uint64_t)request->stages[i]);
        }
    }
}

void metrics_database_failed(struct metrics *metrics, enum metrics_failure failure)
{
    add(&metrics->shared->failures[failure], 1);
}

void metrics_worker_busy(struct metrics *metrics, unsigned number, bool busy)
{
    atomic_store_explicit(&metrics->shared->workers[number].busy, busy, memory_order_relaxed);
}

void metrics_worker_died(struct metrics *metrics, unsigned number)
{
    metrics_worker_busy(metrics, number, false);
    add(&metrics->shared->deaths, 1);
}
