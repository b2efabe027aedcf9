/* SPDX-License-Identifier: MPL-2.0 */
/* role.h: the names of roles, as tokens and the command line spell them, and their bits in
 * enum codev_role. */
#ifndef CODEV_IDENTITY_ROLE_H
#define CODEV_IDENTITY_ROLE_H

/* The bit of enum codev_role; 0 when no such role can be given. Exact spelling; "visitor" is nobody
 * and can't be given. */
unsigned role_from_name(const char *name);

/* The same of a token of the installation's own, which may also be codev's itself: "system". */
unsigned role_of_token(const char *name);

/* The name of exactly one bit; NULL for none, several, or the visitor's. */
const char *role_name(unsigned role);

#endif
