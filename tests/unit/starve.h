/* SPDX-License-Identifier: MPL-2.0 */
/* starve.h: every allocation fails in turn, alone or with all that follow it, in our code and in
 * the libraries below: the program's own malloc stands before the C library's, or the sanitizer's.
 */
#ifndef CODEV_TESTS_STARVE_H
#define CODEV_TESTS_STARVE_H

#include <stdbool.h>
#include <stddef.h>

/* Of one attempt: something false was believed, it was refused, it was done as it should be. */
enum outcome { OUTCOME_WRONG, OUTCOME_REFUSED, OUTCOME_GOOD };
typedef enum outcome attempt(void *fixture, const char *input);

/* A whole row of attempts, each starving at another allocation. */
struct row {
    size_t nth;
    size_t good, refused;
    size_t ended; /* the process, by its own will */
};

/* Each of the first 200 allocations, and then each, many or some of those behind, which in most
 * rows are thousands, to be done in seconds. */
enum density { EACH_ALLOCATION = 1, MANY_ALLOCATIONS = 7, SOME_ALLOCATIONS = 31 };

/* Attempts in children until one needs fewer allocations than the one that would fail. A wrong
 * outcome, a crash or an assertion fails the test. LASTING: all later allocations fail as well. */
struct row starve(attempt *try, void *fixture, const char *input, bool lasting,
                  enum density density);

/* Nothing fails any more, in what is left of this attempt. */
void starve_no_more(void);

#endif
