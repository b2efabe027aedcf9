/* SPDX-License-Identifier: MPL-2.0 */
/* error.h: why something failed, as a complete English sentence for the operator. */
#ifndef CODEV_BASE_ERROR_H
#define CODEV_BASE_ERROR_H

struct error {
    char text[1024]; /* a sentence, cut at the size; empty when nothing failed */
};

/* Write the sentence; its value is -1, so that a caller can `return error_set(…)`. (A macro, so
 * that compilers and analysers see the -1.) */
#define error_set(...) (error_write(__VA_ARGS__), error_value())
static inline int error_value(void)
{
    return -1;
}
void error_write(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "PREFIX: " before the sentence, to tell where it happened; always returns -1. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
