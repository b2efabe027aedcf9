/* SPDX-License-Identifier: MPL-2.0 */
/* exposition.c: the counts as text, in the two formats that Prometheus reads: OpenMetrics 1.0, and
 * its own older one, which promtool checks. They differ in the names of counters' families and in
 * types. */
#include "metrics/metrics.h"
#include "metrics/shared.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const struct metrics *metrics;
    FILE *out;
    bool open; /* OpenMetrics */
};

enum family_type { TYPE_COUNTER, TYPE_GAUGE, TYPE_HISTOGRAM, TYPE_INFO };

/* Name, type and meaning of a family; its samples follow. In OpenMetrics the suffix of counters and
 * infos is the sample's alone. */
static void write_family(const struct writer *writer, const char *name, enum family_type type,
                         const char *help)
{
    static const struct {
        const char *suffix, *classic, *open;
    } types[] = {
        [TYPE_COUNTER] = {"_total", "counter", "counter"},
        [TYPE_GAUGE] = {"", "gauge", "gauge"},
        [TYPE_HISTOGRAM] = {"", "histogram", "histogram"},
        [TYPE_INFO] = {"_info", "gauge", "info"},
    };
    const char *suffix = writer->open ? "" : types[type].suffix;

    (void)fprintf(writer->out, "# TYPE %s%s %s\n# HELP %s%s %s\n", name, suffix,
                  writer->open ? types[type].open : types[type].classic, name, suffix, help);
}

/* A label's value: what would end it is escaped. */
static void write_value(FILE *out, const char *value)
{
    while (*value != '\0') {
        const size_t plain = strcspn(value, "\"\\\n");

        (void)fwrite(value, 1, plain, out);
        value += plain;
        if (*value != '\0') {
            (void)fputc('\\', out);
            (void)fputc(*value == '\n' ? 'n' : *value, out);
            value++;
        }
    }
}

static void write_label(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "%s=\"", name);
    write_value(out, value);
    (void)fputc('"', out);
}

static void write_seconds(FILE *out, uint64_t microseconds)
{
    (void)fprintf(out, " %" PRIu64 ".%06" PRIu64 "\n", microseconds / 1000000,
                  microseconds % 1000000);
}

/* ---- series */

/* The beginning of a sample of the series, up to where another label or the end may follow. */
static bool write_series(const struct writer *writer, const char *name, const struct series *series)
{
    static const struct metrics_route none = {"core", "any", "none"};
    const struct metrics_shape *shape = &writer->metrics->shape;
    char organisation[METRICS_ORGANISATION_MAX + 1];
    const struct metrics_route *route = &none;
    size_t place;

    if (!series_read(series, &place, organisation)) {
        return false;
    }
    if (place < shape->route_count) {
        route = &shape->routes[place];
    }
    (void)fprintf(writer->out, "%s{", name);
    write_label(writer->out, "plugin", route->plugin);
    write_label(writer->out, ",route", route->path);
    write_label(writer->out, ",method", route->method);
    write_label(writer->out, ",organisation", organisation);
    return true;
}

static void write_requests(const struct writer *writer, const struct series *series)
{
    for (size_t i = 0; i <= STATUS_COUNT; i++) {
        const uint64_t count = counter_read(&series->statuses[i]);

        if (count == 0 || !write_series(writer, "codev_requests_total", series)) {
            continue;
        }
        if (i < STATUS_COUNT) {
            (void)fprintf(writer->out, ",status=\"%d\"} %" PRIu64 "\n", metrics_statuses[i], count);
        } else {
            (void)fprintf(writer->out, ",status=\"other\"} %" PRIu64 "\n", count);
        }
    }
}

/* Zero is told as well: an increase from nothing at all is none to Prometheus. */
static void write_errors(const struct writer *writer, const struct series *series)
{
    uint64_t count = 0;

    for (size_t i = 0; i < STATUS_COUNT; i++) {
        count += metrics_statuses[i] >= 500 ? counter_read(&series->statuses[i]) : 0;
    }
    if (write_series(writer, "codev_errors_total", series)) {
        (void)fprintf(writer->out, "} %" PRIu64 "\n", count);
    }
}

/* The count is what the buckets add up to, whatever is counted meanwhile. */
static void write_durations(const struct writer *writer, const struct series *series)
{
    static const char *const bounds[BUCKET_COUNT + 1] = {
        "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
        "0.25",  "0.5",    "1.0",   "2.5",  "5.0",   "10.0", "+Inf",
    };
    uint64_t buckets[BUCKET_COUNT + 1];
    uint64_t count = 0;

    for (size_t i = 0; i <= BUCKET_COUNT; i++) {
        buckets[i] = count += counter_read(&series->buckets[i]);
    }
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i <= BUCKET_COUNT; i++) {
        if (write_series(writer, "codev_request_duration_seconds_bucket", series)) {
            (void)fprintf(writer->out, ",le=\"%s\"} %" PRIu64 "\n", bounds[i], buckets[i]);
        }
    }
    if (write_series(writer, "codev_request_duration_seconds_sum", series)) {
        (void)fputc('}', writer->out);
        write_seconds(writer->out, counter_read(&series->duration));
    }
    if (write_series(writer, "codev_request_duration_seconds_count", series)) {
        (void)fprintf(writer->out, "} %" PRIu64 "\n", count);
    }
}

static void write_all_series(const struct writer *writer,
                             void (*write)(const struct writer *, const struct series *))
{
    const struct metrics_shared *shared = writer->metrics->shared;
    const size_t fixed = (writer->metrics->shape.route_count + 1) * FIXED_COUNT;

    for (size_t i = 0; i < fixed; i++) {
        write(writer, &shared->fixed[i]);
    }
    for (size_t i = 0; i < SERIES_SLOTS; i++) {
        write(writer, &shared->table.slots[i]);
    }
}

/* ---- of the pool */

static void write_pool(const struct writer *writer, const char *name)
{
    (void)fprintf(writer->out, "%s{", name);
    write_label(writer->out, "pool", writer->metrics->shape.pool);
}

static void write_number(const struct writer *writer, const char *name, uint64_t number)
{
    write_pool(writer, name);
    (void)fprintf(writer->out, "} %" PRIu64 "\n", number);
}

static void write_stages(const struct writer *writer)
{
    const struct metrics_shape *shape = &writer->metrics->shape;

    write_family(writer, "codev_stage_seconds", TYPE_COUNTER,
                 "Time that requests spent in each stage.");
    for (size_t i = 0; i < shape->stage_count; i++) {
        write_pool(writer, "codev_stage_seconds_total");
        write_label(writer->out, ",stage", shape->stages[i]);
        (void)fputc('}', writer->out);
        write_seconds(writer->out, counter_read(&writer->metrics->shared->stages[i]));
    }
}

static void write_failures(const struct writer *writer)
{
    static const char *const kinds[METRICS_FAILURES] = {
        [METRICS_DATABASE_UNAVAILABLE] = "unavailable",
        [METRICS_DATABASE_BROKEN] = "broken",
    };

    write_family(writer, "codev_database_failures", TYPE_COUNTER,
                 "Times that the database failed a request: it was unavailable or too slow, or a "
                 "statement was broken.");
    for (size_t i = 0; i < METRICS_FAILURES; i++) {
        write_pool(writer, "codev_database_failures_total");
        write_label(writer->out, ",kind", kinds[i]);
        (void)fprintf(writer->out, "} %" PRIu64 "\n",
                      counter_read(&writer->metrics->shared->failures[i]));
    }
}

static void write_workers(const struct writer *writer)
{
    const struct metrics *metrics = writer->metrics;
    uint64_t busy = 0;

    for (unsigned i = 0; i < metrics->shape.workers; i++) {
        busy += atomic_load_explicit(&metrics->shared->workers[i].busy, memory_order_relaxed);
    }
    write_family(writer, "codev_workers", TYPE_GAUGE, "Workers of the pool, as configured.");
    write_number(writer, "codev_workers", metrics->shape.workers);
    write_family(writer, "codev_workers_busy", TYPE_GAUGE,
                 "Workers that serve a request now, the one that answers this included.");
    write_number(writer, "codev_workers_busy", busy);
    write_family(writer, "codev_worker_deaths", TYPE_COUNTER,
                 "Workers that ended without having been told to.");
    write_number(writer, "codev_worker_deaths_total", counter_read(&metrics->shared->deaths));
}

static void write_about(const struct writer *writer)
{
    write_family(writer, "codev_build", TYPE_INFO, "The program that serves.");
    (void)fputs("codev_build_info{", writer->out);
    write_label(writer->out, "version", writer->metrics->shape.version);
    (void)fputs("} 1\n", writer->out);
    write_family(writer, "codev_pool_start_time_seconds", TYPE_GAUGE,
                 "When the pool was loaded, in seconds since 1970; the counts began then.");
    write_pool(writer, "codev_pool_start_time_seconds");
    (void)fputc('}', writer->out);
    write_seconds(writer->out, (uint64_t)writer->metrics->started);
}

static void write_everything(const struct writer *writer)
{
    write_about(writer);
    write_workers(writer);
    write_failures(writer);
    write_stages(writer);
    write_family(writer, "codev_requests", TYPE_COUNTER, "Requests answered, by status.");
    write_all_series(writer, write_requests);
    write_family(writer, "codev_errors", TYPE_COUNTER, "Requests answered with a status of 5xx.");
    write_all_series(writer, write_errors);
    write_family(writer, "codev_request_duration_seconds", TYPE_HISTOGRAM,
                 "Time from a worker's taking a request to its having sent the answer.");
    write_all_series(writer, write_durations);
    (void)fputs("# EOF\n", writer->out); /* a comment like any other in the classic format */
}

char *metrics_text(TALLOC_CTX *context, const struct metrics *metrics, enum metrics_format format,
                   size_t *size_r)
{
    char *text = NULL;
    struct writer writer = {metrics, open_memstream(&text, size_r), format == METRICS_OPEN};
    char *copy = NULL;

    if (writer.out == NULL) {
        return NULL;
    }
    write_everything(&writer);
    if (fclose(writer.out) == 0) {
        copy = talloc_memdup(context, text, *size_r + 1);
    }
    free(text);
    return copy;
}
