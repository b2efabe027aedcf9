/* SPDX-License-Identifier: MPL-2.0 */
/* metrics.h: what a pool counts, in memory that its loader and all its workers share, and the text
 * that Prometheus reads. Nothing here waits: a process that dies at any moment keeps nobody else
 * from counting, and what it had counted stays. */
#ifndef CODEV_METRICS_METRICS_H
#define CODEV_METRICS_METRICS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum {
    METRICS_SERIES_MAX = 1024,     /* pairs of a route and an organisation that are told apart */
    METRICS_ORGANISATION_MAX = 63, /* bytes of an organisation's slug, as in core.organisation */
    METRICS_STAGES_MAX = 16,       /* stages of a request */
    METRICS_WORKERS_MAX = 256,     /* workers of a pool, as in config.xsd */
};

/* Organisations that are none: nobody signed in, and all that found no room. */
#define METRICS_NOBODY "-"
#define METRICS_OTHERS "other"

/* What is counted, and under which names; all of it outlives the metrics. */
struct metrics_route {
    const char *plugin, *method, *path; /* the path as declared, never as asked for */
};
struct metrics_shape {
    const char *pool, *version;
    unsigned workers;
    const struct metrics_route *routes;
    size_t route_count;
    const char *const *stages;
    size_t stage_count;
};

struct metrics;

/* To be made before the workers are forked. NULL: error says why. Given back with the context. */
struct metrics *metrics_new(TALLOC_CTX *context, const struct metrics_shape *shape,
                            struct error *error);

/* An answered request. */
struct metrics_request {
    size_t route;             /* its place in the shape's table; any beyond: it matched none */
    const char *organisation; /* slug; empty: of nobody who is signed in */
    int status;
    int64_t duration;      /* microseconds */
    const int64_t *stages; /* microseconds of each; NULL: not known */
};
void metrics_count(struct metrics *metrics, const struct metrics_request *request);

/* The database failed a request. */
enum metrics_failure { METRICS_DATABASE_UNAVAILABLE, METRICS_DATABASE_BROKEN, METRICS_FAILURES };
void metrics_database_failed(struct metrics *metrics, enum metrics_failure failure);

/* Worker `number` serves a request, or no more; and it ended without having been told to. */
void metrics_worker_busy(struct metrics *metrics, unsigned number, bool busy);
void metrics_worker_died(struct metrics *metrics, unsigned number);

/* Prometheus' own text format, or OpenMetrics 1.0. NULL: no memory. */
enum metrics_format { METRICS_CLASSIC, METRICS_OPEN };
char *metrics_text(TALLOC_CTX *context, const struct metrics *metrics, enum metrics_format format,
                   size_t *size_r);

#endif
