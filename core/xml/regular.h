/* SPDX-License-Identifier: MPL-2.0 */
/* regular.h: regular expressions as trees, of characters (an xs:pattern) or of elements (a content
 * model), and whether a reader always knows, from the next item alone, where in the expression it
 * is. libxml2's engine goes back to try the other way wherever it doesn't, in the worst case
 * through all combinations: (a{1,10}){1,10} costs it seconds for 40 characters. */
#ifndef CODEV_XML_REGULAR_H
#define CODEV_XML_REGULAR_H

#include <stdint.h>
#include <talloc.h>

enum {
    REGULAR_UNBOUNDED = -1,
    REGULAR_POSITIONS_MAX = 2000, /* sets in an expression, those of a fixed count twice */
    REGULAR_STEPS_MAX = 100000,   /* from one position to the next */
    REGULAR_RANGES_MAX = 1000000, /* to be compared, over all steps */
};

/* From low to high, both of them in it. */
struct regular_range {
    uint32_t low, high;
};

enum regular_kind {
    REGULAR_SET,      /* one item of the ranges */
    REGULAR_SEQUENCE, /* the parts, one after another; without parts: nothing */
    REGULAR_CHOICE,   /* one of the parts */
    REGULAR_REPEAT,   /* the one part, from min to max times */
};

struct regular {
    enum regular_kind kind;
    int place; /* of a set and a repetition: where it was written, for messages */
    const struct regular_range *ranges;
    size_t range_count;
    int min, max;          /* max may be REGULAR_UNBOUNDED */
    struct regular *parts; /* first of them */
    struct regular *next;  /* part beside this one */
};

enum regular_verdict {
    REGULAR_CLEAR,
    REGULAR_TWO_WAYS,    /* first and second are the places of sets that both may be meant */
    REGULAR_EMPTY_ROUND, /* first is the place of a repetition whose part may be nothing */
    REGULAR_TOO_LARGE,
    REGULAR_NO_MEMORY,
};

struct regular_finding {
    enum regular_verdict verdict;
    int first, second;
};

/* A node of the tree; NULL: no memory. */
struct regular *regular_new(TALLOC_CTX *arena, enum regular_kind kind, int place);

/* Put a part behind the others. */
void regular_append(struct regular *whole, struct regular *part);

/* The part, so many times: a new node, or the part itself for once. NULL: no memory. */
struct regular *regular_repeat(TALLOC_CTX *arena, struct regular *part, int min, int max,
                               int place);

/* Judge it. The tree must not be deeper than the stack bears: callers bound it. */
struct regular_finding regular_judge(TALLOC_CTX *arena, const struct regular *expression);

#endif
