/* SPDX-License-Identifier: MPL-2.0 */
/* regular.c: the criterion of A. Brüggemann-Klein and D. Wood, "One-unambiguous regular languages"
 * (1998), by Glushkov's automaton: a position for each set of the expression, and a step from each
 * position to those that may follow it. The expression is clear when the sets at the ends of the
 * steps from any one position don't overlap. Steps are kept as often as the expression makes them:
 * in (a+)* the step from a to a exists twice, by either repetition, which is ambiguous as well.
 *
 * Counts (P. Kilpeläinen, "Checking determinism of XML Schema content models in optimal time",
 * 2011): where a repetition may end or go on, both kinds of steps are taken together; after a fixed
 * count only one is possible, which is modelled by two copies of the part, and steps between. */
#include "xml/regular.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct list {
    int *items;
    int count;
};

/* What Glushkov's construction knows of a part. */
struct fragment {
    struct list first, last; /* positions that it may begin and end with */
    bool nullable;           /* it may be nothing */
};

struct step {
    int from, to;
};

struct automaton {
    TALLOC_CTX *arena;
    const struct regular *positions[REGULAR_POSITIONS_MAX]; /* 0 is before the beginning */
    int position_count;
    struct step *steps;
    int step_count, step_room;
    struct regular_finding finding;
};

struct regular *regular_new(TALLOC_CTX *arena, enum regular_kind kind, int place)
{
    struct regular *const node = talloc_zero(arena, struct regular);

    if (node != NULL) {
        node->kind = kind;
        node->place = place;
    }
    return node;
}

void regular_append(struct regular *whole, struct regular *part)
{
    struct regular **at = &whole->parts;

    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = part;
}

struct regular *regular_repeat(TALLOC_CTX *arena, struct regular *part, int min, int max, int place)
{
    struct regular *node;

    if (min == 1 && max == 1) {
        return part;
    }
    node = regular_new(arena, REGULAR_REPEAT, place);
    if (node != NULL) {
        node->min = min;
        node->max = max;
        node->parts = part;
    }
    return node;
}

static int found(struct automaton *automaton, enum regular_verdict verdict, int first, int second)
{
    automaton->finding = (struct regular_finding){verdict, first, second};
    return -1;
}

/* ---- Glushkov's construction */

static int join(struct automaton *automaton, struct list *list, const struct list *with)
{
    int *items;

    if (with->count == 0) {
        return 0;
    }
    items =
        talloc_realloc(automaton->arena, list->items, int, (unsigned)(list->count + with->count));
    if (items == NULL) {
        return found(automaton, REGULAR_NO_MEMORY, 0, 0);
    }
    memcpy(items + list->count, with->items, (size_t)with->count * sizeof *items);
    list->items = items;
    list->count += with->count;
    return 0;
}

static int step(struct automaton *automaton, int from, int to)
{
    if (automaton->step_count == REGULAR_STEPS_MAX) {
        return found(automaton, REGULAR_TOO_LARGE, 0, 0);
    }
    if (automaton->step_count == automaton->step_room) {
        const int room = automaton->step_room == 0 ? 64 : 2 * automaton->step_room;
        struct step *const steps =
            talloc_realloc(automaton->arena, automaton->steps, struct step, (unsigned)room);

        if (steps == NULL) {
            return found(automaton, REGULAR_NO_MEMORY, 0, 0);
        }
        automaton->steps = steps;
        automaton->step_room = room;
    }
    automaton->steps[automaton->step_count++] = (struct step){from, to};
    return 0;
}

static int connect(struct automaton *automaton, const struct list *last, const struct list *first)
{
    for (int i = 0; i < last->count; i++) {
        for (int j = 0; j < first->count; j++) {
            if (step(automaton, last->items[i], first->items[j]) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int build(struct automaton *automaton, const struct regular *node,
                 struct fragment *fragment_r);

static int build_set(struct automaton *automaton, const struct regular *node,
                     struct fragment *fragment)
{
    const struct list one = {&automaton->position_count, 1};

    if (automaton->position_count == REGULAR_POSITIONS_MAX) {
        return found(automaton, REGULAR_TOO_LARGE, 0, 0);
    }
    if (join(automaton, &fragment->first, &one) != 0 ||
        join(automaton, &fragment->last, &one) != 0) {
        return -1;
    }
    automaton->positions[automaton->position_count++] = node;
    return 0;
}

static int build_sequence(struct automaton *automaton, const struct regular *node,
                          struct fragment *fragment)
{
    fragment->nullable = true;
    for (const struct regular *part = node->parts; part != NULL; part = part->next) {
        struct fragment its;

        if (build(automaton, part, &its) != 0 ||
            connect(automaton, &fragment->last, &its.first) != 0 ||
            (fragment->nullable && join(automaton, &fragment->first, &its.first) != 0)) {
            return -1;
        }
        if (!its.nullable) {
            fragment->last.count = 0;
        }
        if (join(automaton, &fragment->last, &its.last) != 0) {
            return -1;
        }
        fragment->nullable = fragment->nullable && its.nullable;
    }
    return 0;
}

static int build_choice(struct automaton *automaton, const struct regular *node,
                        struct fragment *fragment)
{
    for (const struct regular *part = node->parts; part != NULL; part = part->next) {
        struct fragment its;

        if (build(automaton, part, &its) != 0 ||
            join(automaton, &fragment->first, &its.first) != 0 ||
            join(automaton, &fragment->last, &its.last) != 0) {
            return -1;
        }
        fragment->nullable = fragment->nullable || its.nullable;
    }
    return 0;
}

static int build_repeat(struct automaton *automaton, const struct regular *node,
                        struct fragment *fragment)
{
    struct fragment again;

    if (node->max == 0) {
        fragment->nullable = true;
        return 0;
    }
    if (build(automaton, node->parts, fragment) != 0) {
        return -1;
    }
    if (fragment->nullable && node->max != 1) {
        return found(automaton, REGULAR_EMPTY_ROUND, node->place, node->place);
    }
    if (node->min == node->max) {
        if (build(automaton, node->parts, &again) != 0 ||
            connect(automaton, &fragment->last, &again.first) != 0) {
            return -1;
        }
        fragment->last = again.last;
        return 0;
    }
    fragment->nullable = fragment->nullable || node->min == 0;
    return node->max == 1 ? 0 : connect(automaton, &fragment->last, &fragment->first);
}

static int build(struct automaton *automaton, const struct regular *node,
                 struct fragment *fragment_r)
{
    *fragment_r = (struct fragment){.nullable = false};
    switch (node->kind) {
    case REGULAR_SET:
        return build_set(automaton, node, fragment_r);
    case REGULAR_SEQUENCE:
        return build_sequence(automaton, node, fragment_r);
    case REGULAR_CHOICE:
        return build_choice(automaton, node, fragment_r);
    case REGULAR_REPEAT:
        return build_repeat(automaton, node, fragment_r);
    }
    return -1;
}

/* ---- the verdict */

struct owned_range {
    struct regular_range range;
    int place;
};

static int by_low(const void *left, const void *right)
{
    const struct owned_range *const a = left, *const b = right;

    return (a->range.low > b->range.low) - (a->range.low < b->range.low);
}

static int by_start(const void *left, const void *right)
{
    const struct step *const a = left, *const b = right;

    return (a->from > b->from) - (a->from < b->from);
}

/* The steps of one position: all ranges at their ends in order, so that neighbours overlap if any
 * do. */
static int check_steps(struct automaton *automaton, const struct step *steps, int count,
                       struct owned_range *ranges)
{
    size_t filled = 0;

    for (int i = 0; i < count; i++) {
        const struct regular *const set = automaton->positions[steps[i].to];

        for (size_t j = 0; j < set->range_count; j++) {
            ranges[filled++] = (struct owned_range){set->ranges[j], set->place};
        }
    }
    if (filled == 0) {
        return 0;
    }
    qsort(ranges, filled, sizeof *ranges, by_low);
    for (size_t i = 1; i < filled; i++) {
        if (ranges[i].range.low <= ranges[i - 1].range.high) {
            const int one = ranges[i - 1].place, other = ranges[i].place;

            return found(automaton, REGULAR_TWO_WAYS, one < other ? one : other,
                         one < other ? other : one);
        }
    }
    return 0;
}

static int check(struct automaton *automaton)
{
    struct owned_range *ranges;
    size_t total = 0;

    for (int i = 0; i < automaton->step_count; i++) {
        total += automaton->positions[automaton->steps[i].to]->range_count;
    }
    if (total > REGULAR_RANGES_MAX) {
        return found(automaton, REGULAR_TOO_LARGE, 0, 0);
    }
    ranges = talloc_array(automaton->arena, struct owned_range, (unsigned)total);
    if (ranges == NULL) {
        return found(automaton, REGULAR_NO_MEMORY, 0, 0);
    }
    if (automaton->step_count > 0) {
        qsort(automaton->steps, (size_t)automaton->step_count, sizeof *automaton->steps, by_start);
    }
    for (int at = 0, next; at < automaton->step_count; at = next) {
        for (next = at; next < automaton->step_count &&
                        automaton->steps[next].from == automaton->steps[at].from;
             next++) {
        }
        if (check_steps(automaton, automaton->steps + at, next - at, ranges) != 0) {
            return -1;
        }
    }
    return 0;
}

struct regular_finding regular_judge(TALLOC_CTX *arena, const struct regular *expression)
{
    struct automaton *const automaton = talloc_zero(arena, struct automaton);
    struct regular_finding finding = {REGULAR_NO_MEMORY, 0, 0};
    struct fragment whole;
    const struct list start = {(int[]){0}, 1};

    if (automaton == NULL) {
        return finding;
    }
    automaton->arena = automaton;
    automaton->position_count = 1;
    if (build(automaton, expression, &whole) == 0 &&
        connect(automaton, &start, &whole.first) == 0) {
        (void)check(automaton);
    }
    finding = automaton->finding;
    talloc_free(automaton);
    return finding;
}
