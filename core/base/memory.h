/* SPDX-License-Identifier: MPL-2.0 */
/* memory.h: memory where its want cannot be borne: libraries that then crash or say something
 * false, and our own functions whose NULL means something else. There an allocation never fails:
 * the process ends instead, and its master starts another. */
#ifndef CODEV_BASE_MEMORY_H
#define CODEV_BASE_MEMORY_H

#include <stddef.h>

/* Ends the process; the log's last line says where. */
void memory_is_out(const char *where, size_t size) __attribute__((noreturn));

/* As malloc and realloc. */
void *memory_or_end(const char *where, size_t size);
void *memory_resized_or_end(const char *where, void *piece, size_t size);

#endif
