/* SPDX-License-Identifier: MPL-2.0 */
/* log.h: one logfmt line an event on standard error, for the operator. Never a secret, never a
 * visitor's words. */
#ifndef CODEV_BASE_LOG_H
#define CODEV_BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Name this process in its lines ("master", "pool=main", "pool=main worker=3"); copied. */
void log_identity(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Write one line: time, level, pid, identity, then the formatted rest. Control characters in it
 * are replaced, so that nobody forges a second line. At most 4,096 bytes, cut beyond. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
