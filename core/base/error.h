/* SPDX-License-Identifier: MPL-2.0 */
/* error.h: why something failed, as a complete English sentence for the operator. */
#ifndef CODEV_BASE_ERROR_H
#define CODEV_BASE_ERROR_H

struct error {
    char text[1024]; /* a sentence, cut at the size; empty when nothing failed */
};

/* Write the sentence; always returns -1, so that a caller can `return error_set(…)`. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "PREFIX: " before the sentence, to tell where it happened; always returns -1. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
