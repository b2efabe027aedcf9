/* SPDX-License-Identifier: MPL-2.0 */
/* pattern.c: a regular expression of XML Schema (part 2, appendix F), as far as we take it, into a
 * tree, which regular.c then judges. */
#include "xml/pattern.h"

#include "base/utf8.h"
#include "xml/regular.h"

#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHARACTER_MAX = 0x10FFFF,
};

struct reader {
    TALLOC_CTX *arena;
    const unsigned char *at;
    int column; /* of the character at `at`, from 1 */
    int groups; /* parentheses that are open */
    char *fault;
};

/* The ranges of a set while it is read. */
struct ranges {
    struct regular_range *items;
    size_t count;
};

static struct regular *read_expression(struct reader *reader);

/* Say what is wrong at the column; the first one counts. */
static void *refuse(struct reader *reader, int column, const char *why)
{
    if (reader->fault == NULL) {
        reader->fault = talloc_asprintf(
            reader->arena, "The pattern is refused at its character %d: %s", column, why);
    }
    return NULL;
}

static void *no_memory(struct reader *reader)
{
    return refuse(reader, reader->column, "there is not enough memory.");
}

static bool is_next(const struct reader *reader, char wanted)
{
    return *reader->at == (unsigned char)wanted;
}

static bool is_one_of(const struct reader *reader, const char *characters)
{
    return *reader->at != '\0' && *reader->at < 0x80 && strchr(characters, *reader->at) != NULL;
}

/* The next character, which is then behind us; 0 at the end. */
static uint32_t take(struct reader *reader)
{
    int length = 4;
    const int character = *reader->at == '\0' ? 0 : xmlGetUTF8Char(reader->at, &length);

    if (character <= 0) {
        return 0;
    }
    reader->at += length;
    reader->column++;
    return (uint32_t)character;
}

/* ---- sets of characters */

static int add(struct reader *reader, struct ranges *ranges, uint32_t low, uint32_t high)
{
    struct regular_range *const grown = talloc_realloc(
        reader->arena, ranges->items, struct regular_range, (unsigned)ranges->count + 1);

    if (grown == NULL) {
        (void)no_memory(reader);
        return -1;
    }
    grown[ranges->count++] = (struct regular_range){low, high};
    ranges->items = grown;
    return 0;
}

static int by_low(const void *left, const void *right)
{
    const struct regular_range *const a = left, *const b = right;

    return (a->low > b->low) - (a->low < b->low);
}

/* In order, and without overlaps: "[a-ff]" is no ambiguity. */
static void merge(struct ranges *ranges)
{
    size_t kept = 0;

    if (ranges->count < 2) {
        return;
    }
    qsort(ranges->items, ranges->count, sizeof *ranges->items, by_low);
    for (size_t i = 1; i < ranges->count; i++) {
        if (ranges->items[i].low <= ranges->items[kept].high) {
            if (ranges->items[i].high > ranges->items[kept].high) {
                ranges->items[kept].high = ranges->items[i].high;
            }
        } else {
            ranges->items[++kept] = ranges->items[i];
        }
    }
    ranges->count = kept + 1;
}

/* All characters but those. */
static int invert(struct reader *reader, struct ranges *ranges)
{
    const struct ranges all = *ranges;
    uint32_t from = 1;

    *ranges = (struct ranges){NULL, 0};
    for (size_t i = 0; i < all.count; i++) {
        if (all.items[i].low > from && add(reader, ranges, from, all.items[i].low - 1) != 0) {
            return -1;
        }
        from = all.items[i].high + 1;
    }
    return from > CHARACTER_MAX ? 0 : add(reader, ranges, from, CHARACTER_MAX);
}

static int add_space(struct reader *reader, struct ranges *ranges, bool all_but_space)
{
    struct ranges space = {NULL, 0};

    if (add(reader, &space, '\t', '\n') != 0 || add(reader, &space, '\r', '\r') != 0 ||
        add(reader, &space, ' ', ' ') != 0 || (all_but_space && invert(reader, &space) != 0)) {
        return -1;
    }
    for (size_t i = 0; i < space.count; i++) {
        if (add(reader, ranges, space.items[i].low, space.items[i].high) != 0) {
            return -1;
        }
    }
    return 0;
}

/* What follows a backslash. The character it stands for; 0: a whole set was added, or it was
 * refused (then there is a fault). */
static uint32_t read_escape(struct reader *reader, struct ranges *ranges)
{
    const int column = reader->column - 1;
    const uint32_t letter = take(reader);

    switch (letter) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 's':
    case 'S':
        (void)add_space(reader, ranges, letter == 'S');
        return 0;
    case 'd':
        (void)refuse(reader, column, "\\d means the digits of all scripts; write [0-9].");
        return 0;
    default:
        break;
    }
    if (letter != 0 && letter < 0x80 && strchr("\\|.-^?*+{}()[]", (int)letter) != NULL) {
        return letter;
    }
    (void)refuse(reader, column,
                 "of the escapes only \\n, \\r, \\t, \\s, \\S and those of punctuation are taken.");
    return 0;
}

/* One character of a class, as itself or by an escape; 0: a set was added, or it was refused. */
static uint32_t read_class_character(struct reader *reader, struct ranges *ranges)
{
    const int column = reader->column;
    const uint32_t character = take(reader);

    if (character == '\\') {
        return read_escape(reader, ranges);
    }
    if (character == '[') {
        (void)refuse(reader, column, "a class within a class is not taken; write \\[.");
        return 0;
    }
    if (character == 0) {
        (void)refuse(reader, column, "a class is not closed.");
    }
    return character;
}

/* A character, or a range of them. */
static int read_class_member(struct reader *reader, struct ranges *ranges, bool is_first)
{
    const int column = reader->column;
    const bool is_hyphen = is_next(reader, '-');
    const uint32_t low = read_class_character(reader, ranges);
    uint32_t high = low;

    if (reader->fault != NULL || low == 0) {
        return reader->fault == NULL ? 0 : -1;
    }
    if (is_hyphen && !is_first && !is_next(reader, ']')) {
        (void)refuse(reader, column, "a hyphen between others is written \\-.");
        return -1;
    }
    if (is_next(reader, '-') && reader->at[1] != ']' && !is_hyphen) {
        (void)take(reader);
        high = read_class_character(reader, ranges);
        if (reader->fault != NULL) {
            return -1;
        }
        if (high < low) {
            (void)refuse(reader, column, "a range ends before it begins.");
            return -1;
        }
    }
    return add(reader, ranges, low, high);
}

/* From behind '[' to behind ']'. */
static int read_class(struct reader *reader, struct ranges *ranges)
{
    const int column = reader->column;
    const bool is_inverted = is_next(reader, '^');

    if (is_inverted) {
        (void)take(reader);
    }
    for (bool is_first = true; !is_next(reader, ']'); is_first = false) {
        if (read_class_member(reader, ranges, is_first) != 0) {
            return -1;
        }
    }
    (void)take(reader);
    if (ranges->count == 0) {
        (void)refuse(reader, column, "a class is empty.");
        return -1;
    }
    merge(ranges);
    return is_inverted ? invert(reader, ranges) : 0;
}

/* Any character but the ends of lines. */
static int add_any(struct reader *reader, struct ranges *ranges)
{
    return add(reader, ranges, '\n', '\n') != 0 || add(reader, ranges, '\r', '\r') != 0
               ? -1
               : invert(reader, ranges);
}

/* A single character or a class. */
static struct regular *read_set(struct reader *reader)
{
    const int column = reader->column;
    struct regular *const set = regular_new(reader->arena, REGULAR_SET, column);
    struct ranges ranges = {NULL, 0};
    uint32_t character;

    if (set == NULL) {
        return no_memory(reader);
    }
    if (is_one_of(reader, "?*+{}]^$")) {
        return refuse(reader, column,
                      is_one_of(reader, "^$")
                          ? "a pattern is for the whole value; write \\^ or [$] for the character."
                          : "there is nothing that this could belong to.");
    }
    character = take(reader);
    if (character == '[') {
        (void)read_class(reader, &ranges);
    } else if (character == '.') {
        (void)add_any(reader, &ranges);
    } else {
        if (character == '\\') {
            character = read_escape(reader, &ranges);
        }
        if (character != 0) {
            (void)add(reader, &ranges, character, character);
        }
    }
    merge(&ranges);
    set->ranges = ranges.items;
    set->range_count = ranges.count;
    return reader->fault == NULL ? set : NULL;
}

/* ---- quantifiers, branches, groups */

/* Digits; -1: none, or too large a number. */
static int read_number(struct reader *reader)
{
    int number = is_one_of(reader, "0123456789") ? 0 : -1;

    while (is_one_of(reader, "0123456789") && number <= PATTERN_COUNT_MAX) {
        number = number * 10 + (int)(take(reader) - '0');
    }
    return number > PATTERN_COUNT_MAX ? -1 : number;
}

/* {n}, {n,} or {n,m}, from behind '{'. */
static int read_counts(struct reader *reader, int *min_r, int *max_r)
{
    *min_r = *max_r = read_number(reader);
    if (*min_r >= 0 && is_next(reader, ',')) {
        (void)take(reader);
        *max_r = is_next(reader, '}') ? REGULAR_UNBOUNDED : read_number(reader);
        if (*max_r < 0 && !is_next(reader, '}')) {
            return -1;
        }
    }
    if (*min_r < 0 || *max_r == 0 || (*max_r > 0 && *max_r < *min_r) || !is_next(reader, '}')) {
        return -1;
    }
    (void)take(reader);
    return 0;
}

static struct regular *read_quantifier(struct reader *reader, struct regular *part)
{
    const int column = reader->column;
    int min = 1, max = 1;

    if (!is_one_of(reader, "?*+{")) {
        return part;
    }
    switch (take(reader)) {
    case '?':
        min = 0;
        break;
    case '*':
        min = 0;
        max = REGULAR_UNBOUNDED;
        break;
    case '+':
        max = REGULAR_UNBOUNDED;
        break;
    default:
        if (read_counts(reader, &min, &max) != 0) {
            return refuse(reader, column, "a count is {n}, {n,} or {n,m}, with 10,000 at most.");
        }
        break;
    }
    if (is_one_of(reader, "?*+{")) {
        return refuse(reader, reader->column, "a quantifier follows another one.");
    }
    part = regular_repeat(reader->arena, part, min, max, column);
    return part == NULL ? no_memory(reader) : part;
}

/* From behind '(' to behind ')'. */
static struct regular *read_group(struct reader *reader, int column)
{
    struct regular *group;

    if (is_next(reader, '?')) {
        return refuse(reader, column, "XML Schema has no (?…).");
    }
    if (++reader->groups > PATTERN_GROUPS_MAX) {
        return refuse(reader, column, "its parentheses are nested too deeply.");
    }
    group = read_expression(reader);
    reader->groups--;
    if (group != NULL && !is_next(reader, ')')) {
        return refuse(reader, column, "a parenthesis is not closed.");
    }
    (void)take(reader);
    return group;
}

static struct regular *read_branch(struct reader *reader)
{
    struct regular *const branch = regular_new(reader->arena, REGULAR_SEQUENCE, reader->column);

    if (branch == NULL) {
        return no_memory(reader);
    }
    while (*reader->at != '\0' && !is_one_of(reader, "|)")) {
        struct regular *part;

        if (is_next(reader, '(')) {
            (void)take(reader);
            part = read_group(reader, reader->column - 1);
        } else {
            part = read_set(reader);
        }
        if (part != NULL) {
            part = read_quantifier(reader, part);
        }
        if (part == NULL) {
            return NULL;
        }
        regular_append(branch, part);
    }
    return branch->parts != NULL
               ? branch
               : refuse(reader, reader->column, "an alternative is empty; write (…)? instead.");
}

static struct regular *read_expression(struct reader *reader)
{
    struct regular *const choice = regular_new(reader->arena, REGULAR_CHOICE, reader->column);
    bool goes_on = true;

    if (choice == NULL) {
        return no_memory(reader);
    }
    while (goes_on) {
        struct regular *const branch = read_branch(reader);

        if (branch == NULL) {
            return NULL;
        }
        regular_append(choice, branch);
        goes_on = is_next(reader, '|');
        if (goes_on) {
            (void)take(reader);
        }
    }
    return choice;
}

/* ---- the verdict in words */

static const char *fault_of(TALLOC_CTX *arena, struct regular_finding finding)
{
    switch (finding.verdict) {
    case REGULAR_CLEAR:
        return NULL;
    case REGULAR_TWO_WAYS:
        if (finding.first == finding.second) {
            return talloc_asprintf(arena,
                                   "The pattern is ambiguous: its character %d is repeated in two "
                                   "ways, by one repetition within another.",
                                   finding.first);
        }
        return talloc_asprintf(arena,
                               "The pattern is ambiguous: what its characters %d and %d begin may "
                               "both go on with the same text.",
                               finding.first, finding.second);
    case REGULAR_EMPTY_ROUND:
        return talloc_asprintf(arena,
                               "The pattern is ambiguous: at its character %d it repeats what may "
                               "be empty.",
                               finding.first);
    case REGULAR_TOO_LARGE:
        return "The pattern is too complex.";
    case REGULAR_NO_MEMORY:
        break;
    }
    return "There is not enough memory for the pattern.";
}

const char *xml_pattern_fault(TALLOC_CTX *arena, const char *pattern)
{
    struct reader reader = {
        .arena = talloc_new(arena), .at = (const unsigned char *)pattern, .column = 1};
    struct regular *expression = NULL;
    const char *fault;

    if (strlen(pattern) > PATTERN_BYTES_MAX) {
        return "The pattern is longer than 1,000 bytes.";
    }
    if (!utf8_valid(pattern)) { /* xmlGetUTF8Char is lax */
        return "The pattern is not in UTF-8.";
    }
    if (reader.arena != NULL) {
        expression = read_expression(&reader);
    }
    if (expression != NULL && *reader.at != '\0') {
        (void)refuse(&reader, reader.column, "there is no parenthesis that this could close.");
    }
    if (reader.fault != NULL) {
        fault = talloc_steal(arena, reader.fault);
    } else if (expression == NULL) {
        fault = "There is not enough memory for the pattern.";
    } else {
        fault = fault_of(arena, regular_judge(reader.arena, expression));
    }
    talloc_free(reader.arena);
    return fault;
}
