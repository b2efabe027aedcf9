/* SPDX-License-Identifier: MPL-2.0 */
/* starve.c: see starve.h. */
#include "starve.h"

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

/* How a child ends. */
enum { DONE = 0, WRONG = 1, BROKEN = 2, ENDED = 99 };

/* Ours alone: what the C library or an assertion ends by its own abort is a failure. */
void abort(void)
{
    _exit(ENDED);
}

/* Of talloc's too: it aborts on memory that was freed before. */
static void talloc_is_broken(const char *reason)
{
    (void)reason;
    _exit(BROKEN);
}

/* The allocation that fails is number `nth` from now on, and the later ones too when `lasting`. */
static struct {
    bool armed, lasting, hit;
    size_t nth;
} starvation;

static bool is_denied(void)
{
    bool denied;

    if (!starvation.armed) {
        return false;
    }
    denied = starvation.nth == 0 ? starvation.lasting : --starvation.nth == 0;
    starvation.hit = starvation.hit || denied;
    if (denied) {
        errno = ENOMEM;
    }
    return denied;
}

/* gcc says it by a macro, clang by a feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__

#define BELOW(name) "__interceptor_" name

/* libjwt asks for SIZE_MAX bytes after OpenSSL has failed. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

#else
#define BELOW(name) "__libc_" name
#endif

void *below_malloc(size_t size) __asm__(BELOW("malloc"));
void *below_calloc(size_t count, size_t size) __asm__(BELOW("calloc"));
void *below_realloc(void *piece, size_t size) __asm__(BELOW("realloc"));

void *malloc(size_t size)
{
    return is_denied() ? NULL : below_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_denied() ? NULL : below_calloc(count, size);
}

void *realloc(void *piece, size_t size)
{
    return is_denied() ? NULL : below_realloc(piece, size);
}

static void arm(size_t nth, bool lasting)
{
    starvation.nth = nth;
    starvation.lasting = lasting;
    starvation.hit = false;
    starvation.armed = true;
}

void starve_no_more(void)
{
    starvation.armed = false;
}

static size_t next_after(size_t nth, enum density density)
{
    return nth + (nth < 200 ? 1 : (size_t)density);
}

/* In the child, until an attempt was not starved. */
static int run_row(attempt *try, void *fixture, const char *input, bool lasting,
                   enum density density, struct row *row)
{
    bool hit = true;

    for (; hit; row->nth = next_after(row->nth, density)) {
        enum outcome outcome;

        arm(row->nth, lasting);
        outcome = try(fixture, input);
        starve_no_more();
        hit = starvation.hit;
        if (outcome == OUTCOME_WRONG) {
            return WRONG;
        }
        row->good += outcome == OUTCOME_GOOD;
        row->refused += outcome == OUTCOME_REFUSED;
    }
    return DONE;
}

/* cmocka catches them, and would go on with the next test. */
static void leave_signals_alone(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};

    for (size_t i = 0; i < LENGTH(signals); i++) {
        (void)signal(signals[i], SIG_DFL);
    }
}

/* A child for the attempts up to the one that ends it, and another for those behind that. */
struct row starve(attempt *try, void *fixture, const char *input, bool lasting,
                  enum density density)
{
    struct row *row =
        mmap(NULL, sizeof *row, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct row result;
    int status = ENDED << 8;

    assert_true(row != MAP_FAILED);
    *row = (struct row){.nth = 1};
    while (WIFEXITED(status) && WEXITSTATUS(status) == ENDED) {
        const pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            (void)!freopen("/dev/null", "w", stderr); /* where our code says why it ends */
            talloc_set_abort_fn(talloc_is_broken);
            leave_signals_alone();
            _exit(run_row(try, fixture, input, lasting, density, row));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == ENDED) {
            row->ended++;
            row->nth = next_after(row->nth, density);
        } else if (!WIFEXITED(status) || WEXITSTATUS(status) != DONE) {
            fail_msg("allocation %zu: wait status %#x", row->nth, (unsigned)status);
        }
    }
    result = *row;
    assert_int_equal(munmap(row, sizeof *row), 0);
    return result;
}
