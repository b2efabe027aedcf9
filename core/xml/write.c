/* SPDX-License-Identifier: MPL-2.0 */
/* write.c: a tree into bytes. */
#include "xml/xml.h"

char *xml_write(TALLOC_CTX *arena, xmlDoc *document, size_t *size_r)
{
    xmlChar *bytes = NULL;
    int size = 0;
    char *copy;

    *size_r = 0;
    xmlDocDumpMemoryEnc(document, &bytes, &size, "UTF-8");
    if (bytes == NULL) {
        return NULL;
    }
    copy = talloc_strndup(arena, (const char *)bytes, (size_t)size);
    xmlFree(bytes);
    if (copy != NULL) {
        *size_r = (size_t)size;
    }
    return copy;
}
