/* SPDX-License-Identifier: MPL-2.0 */
/* json_memory.c: see json_memory.h. */
#include "identity/json_memory.h"

#include "base/memory.h"

#include <jansson.h>
#include <stdlib.h>

static void *allocate(size_t size)
{
    return memory_or_end("jansson", size);
}

void json_memory_install(void)
{
    json_set_alloc_funcs(allocate, free);
}
