/* SPDX-License-Identifier: MPL-2.0 */
/* series.c: see series.h. */
#include "metrics/series.h"

#include <string.h>

struct name {
    uint64_t words[SERIES_NAME_WORDS];
};

static struct name pack(const char *organisation)
{
    struct name name = {{0}};

    (void)memcpy(name.words, organisation, strnlen(organisation, METRICS_ORGANISATION_MAX));
    return name;
}

/* FNV-1a, and its bits mixed once more, since the low ones choose the slot. */
static uint64_t hash(size_t route, const struct name *name)
{
    const unsigned char *bytes = (const unsigned char *)name->words;
    uint64_t value = UINT64_C(0xcbf29ce484222325) ^ route;

    value *= UINT64_C(0x100000001b3);
    for (size_t i = 0; i < sizeof name->words && bytes[i] != '\0'; i++) {
        value = (value ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    value = (value ^ value >> 32) * UINT64_C(0xd6e8feb86659fd93);
    value ^= value >> 32;
    return value != 0 ? value : 1;
}

static void write_name(struct series *series, size_t route, const struct name *name)
{
    atomic_store_explicit(&series->route, route, memory_order_relaxed);
    for (size_t i = 0; i < SERIES_NAME_WORDS; i++) {
        atomic_store_explicit(&series->organisation[i], name->words[i], memory_order_relaxed);
    }
    atomic_store_explicit(&series->written, true, memory_order_release);
}

/* Whether the slot, which has the key, is that of this very route and organisation. */
static bool is_named(struct series *series, size_t route, const struct name *name)
{
    if (!atomic_load_explicit(&series->written, memory_order_acquire)) {
        write_name(series, route, name); /* whoever claimed it is about to, or died before it */
        return true;
    }
    if (atomic_load_explicit(&series->route, memory_order_relaxed) != route) {
        return false;
    }
    for (size_t i = 0; i < SERIES_NAME_WORDS; i++) {
        if (atomic_load_explicit(&series->organisation[i], memory_order_relaxed) !=
            name->words[i]) {
            return false;
        }
    }
    return true;
}

/* Put the key into a free slot. The key that is there afterwards; 0: the table is full. Who dies
 * between the two steps has used up one place of many. */
static uint64_t claim(struct series_table *table, struct series *series, uint64_t key)
{
    uint64_t found = 0;

    if (atomic_load_explicit(&table->used, memory_order_relaxed) >= METRICS_SERIES_MAX) {
        return 0;
    }
    if (atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed) >= METRICS_SERIES_MAX) {
        atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
        return 0;
    }
    if (atomic_compare_exchange_strong_explicit(&series->key, &found, key, memory_order_relaxed,
                                                memory_order_relaxed)) {
        return key;
    }
    atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
    return found;
}

struct series *series_find(struct series_table *table, size_t route, const char *organisation)
{
    const struct name name = pack(organisation);
    const uint64_t key = hash(route, &name);

    for (size_t i = 0; i < SERIES_SLOTS; i++) {
        struct series *series = &table->slots[(key + i) % SERIES_SLOTS];
        uint64_t found = atomic_load_explicit(&series->key, memory_order_relaxed);

        if (found == 0) {
            found = claim(table, series, key);
        }
        if (found == 0) {
            return NULL;
        }
        if (found == key && is_named(series, route, &name)) {
            return series;
        }
    }
    return NULL;
}

void series_name(struct series *series, size_t route, const char *organisation)
{
    const struct name name = pack(organisation);

    write_name(series, route, &name);
}

bool series_read(const struct series *series, size_t *route_r,
                 char organisation_r[METRICS_ORGANISATION_MAX + 1])
{
    struct name name;

    if (!atomic_load_explicit(&series->written, memory_order_acquire)) {
        return false;
    }
    *route_r = atomic_load_explicit(&series->route, memory_order_relaxed);
    for (size_t i = 0; i < SERIES_NAME_WORDS; i++) {
        name.words[i] = atomic_load_explicit(&series->organisation[i], memory_order_relaxed);
    }
    (void)memcpy(organisation_r, name.words, sizeof name.words);
    return true;
}
