/* SPDX-License-Identifier: MPL-2.0 */
/* shared.h: all that a pool counts; for this folder alone. */
#ifndef CODEV_METRICS_SHARED_H
#define CODEV_METRICS_SHARED_H

#include "metrics/series.h"

enum {
    STATUS_COUNT = 23, /* of metrics_statuses */
    BUCKET_COUNT = 13, /* of metrics_buckets */
};
_Static_assert((int)STATUS_COUNT < (int)SERIES_STATUSES_MAX, "and one for any other status");
_Static_assert((int)BUCKET_COUNT < (int)SERIES_BUCKETS_MAX, "and one for any longer time");

/* Statuses that are told apart; the counter behind the last one's is for all others. */
extern const int metrics_statuses[STATUS_COUNT];

/* Upper bounds of the histogram's buckets, in microseconds; they rise. */
extern const int64_t metrics_buckets[BUCKET_COUNT];

/* Series that need no claim: for each route, and for what matched none, one of visitors and one of
 * the organisations that found no room in the table. */
enum fixed_series { FIXED_VISITORS, FIXED_OTHERS, FIXED_COUNT };

/* What processes share. All zero at first, and pages that nobody writes to take no memory. */
struct metrics_shared {
    alignas(CACHE_LINE) _Atomic uint64_t stages[METRICS_STAGES_MAX]; /* microseconds */
    alignas(CACHE_LINE) _Atomic uint64_t failures[METRICS_FAILURES];
    _Atomic uint64_t deaths;
    struct {
        alignas(CACHE_LINE) _Atomic bool busy; /* written by that worker, for every request */
    } workers[METRICS_WORKERS_MAX];
    struct series_table table;
    struct series fixed[]; /* FIXED_COUNT for each route, then as many for no route */
};

struct metrics {
    struct metrics_shape shape;
    int64_t started; /* clock_now() */
    struct metrics_shared *shared;
    size_t size; /* bytes of it */
};

static inline uint64_t counter_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
