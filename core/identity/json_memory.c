/* SPDX-License-Identifier: MPL-2.0 */
/* json_memory.c: see json_memory.h. */
#include "identity/json_memory.h"

#include "base/log.h"

#include <jansson.h>
#include <stdlib.h>

static void *allocate_or_end(size_t size)
{
    void *piece = malloc(size);

    if (piece == NULL && size > 0) {
        log_line(LOG_LEVEL_ERROR, "event=out_of_memory in=jansson bytes=%zu", size);
        abort();
    }
    return piece;
}

void json_memory_install(void)
{
    json_set_alloc_funcs(allocate_or_end, free);
}
