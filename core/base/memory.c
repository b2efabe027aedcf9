/* SPDX-License-Identifier: MPL-2.0 */
/* memory.c: see memory.h. */
#include "base/memory.h"

#include "base/log.h"

#include <stdlib.h>

void memory_is_out(const char *where, size_t size)
{
    log_line(LOG_LEVEL_ERROR, "event=out_of_memory in=%s bytes=%zu", where, size);
    abort();
}

/* Nothing at all may be asked for, and be answered with NULL. */
static void *needed(const char *where, size_t size, void *piece)
{
    if (piece == NULL && size > 0) {
        memory_is_out(where, size);
    }
    return piece;
}

void *memory_or_end(const char *where, size_t size)
{
    return needed(where, size, malloc(size));
}

void *memory_resized_or_end(const char *where, void *piece, size_t size)
{
    return needed(where, size, realloc(piece, size));
}
