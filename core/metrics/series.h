/* SPDX-License-Identifier: MPL-2.0 */
/* series.h: the inside of the shared memory, for this folder and its tests: a table of series, each
 * the counts of a route and an organisation. */
#ifndef CODEV_METRICS_SERIES_H
#define CODEV_METRICS_SERIES_H

#include "metrics/metrics.h"

#include <stdalign.h>
#include <stdatomic.h>

enum {
    SERIES_SLOTS = 2 * METRICS_SERIES_MAX, /* half of them stay free, so that a search is short */
    SERIES_NAME_WORDS = (METRICS_ORGANISATION_MAX + 1) / 8,
    SERIES_STATUSES_MAX = 32, /* statuses that are told apart, and one for the rest */
    SERIES_BUCKETS_MAX = 16,  /* of durations, the endless one included */
    CACHE_LINE = 64,
};

/* A series is found by its key, a hash of route and organisation: one compare-and-swap claims a
 * free slot and says whose it is. What the key stands for is written by everybody who finds it
 * unwritten, and all write the same; so one who dies in between leaves nothing half done. */
struct series {
    alignas(CACHE_LINE) _Atomic uint64_t key; /* 0: free */
    _Atomic bool written;                     /* route and organisation are there */
    _Atomic size_t route;
    _Atomic uint64_t organisation[SERIES_NAME_WORDS]; /* text, filled up with NULs */
    _Atomic uint64_t statuses[SERIES_STATUSES_MAX];
    _Atomic uint64_t buckets[SERIES_BUCKETS_MAX]; /* each without those below it */
    _Atomic uint64_t duration;                    /* microseconds, all together */
};
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in shared memory would outlive its holder");
_Static_assert(SERIES_NAME_WORDS * 8 == METRICS_ORGANISATION_MAX + 1, "the name fills its words");

struct series_table {
    _Atomic size_t used; /* slots claimed, METRICS_SERIES_MAX at most */
    struct series slots[SERIES_SLOTS];
};

/* The series of that route and organisation (at most METRICS_ORGANISATION_MAX bytes), claimed if
 * there is none yet; NULL: there is no room for another. */
struct series *series_find(struct series_table *table, size_t route, const char *organisation);

/* Say whose an unclaimed series outside of the table is. */
void series_name(struct series *series, size_t route, const char *organisation);

/* Whether somebody's series is there, and whose: the text is put into organisation_r. */
bool series_read(const struct series *series, size_t *route_r,
                 char organisation_r[METRICS_ORGANISATION_MAX + 1]);

#endif
