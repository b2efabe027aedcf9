/* SPDX-License-Identifier: MPL-2.0 */
/* json_memory.h: jansson when memory is out.
 *
 * jansson 2.14 ignores it when the buffer of the text that it reads can't grow: letters are lost
 * without an error, so that another subject is believed, or the closing quotation mark is lost and
 * it reads and writes past the end. libjwt 1.10 parses by jansson too, and takes the NULL of a
 * failed json_dumps for a text. So jansson is never told: the process ends, and its master starts
 * another.
 */
#ifndef CODEV_IDENTITY_JSON_MEMORY_H
#define CODEV_IDENTITY_JSON_MEMORY_H

/* For the whole process, before the first token. It is malloc and free, which libjwt relies on. */
void json_memory_install(void);

#endif
