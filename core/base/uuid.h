/* SPDX-License-Identifier: MPL-2.0 */
/* uuid.h: identifiers: UUID version 7, and the short reference that people read out. */
#ifndef CODEV_BASE_UUID_H
#define CODEV_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

enum {
    UUID_TEXT_SIZE = sizeof "019ab0c2-7e1f-7b3a-8c4d-0123456789ab",
    UUID_REFERENCE_SIZE = sizeof "7K3F9-QXM2P",
};

/* A new UUID, version 7 (RFC 9562 §5.7): 48 bits of the time in ms, 74 random bits, so that keys
 * grow with time and nobody guesses one. 0, or -1 when the system gives no randomness. */
int uuid_new(int64_t now_microseconds, char text_r[UUID_TEXT_SIZE]);

/* Whether the text is a UUID in its canonical lower- or upper-case form. */
bool uuid_valid(const char *text);

/* Ten characters of Crockford's base 32 (no I, L, O, U) of the 50 last bits of a valid UUID, which
 * are random in version 7. */
void uuid_reference(const char *uuid, char text_r[UUID_REFERENCE_SIZE]);

#endif
