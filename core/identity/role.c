/* SPDX-License-Identifier: MPL-2.0 */
/* role.c: see role.h. */
#include "identity/role.h"

#include <codev/plugin.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bit;
} roles[] = {
    {"participant", CODEV_PARTICIPANT},
    {"facilitator", CODEV_FACILITATOR}, /* animateur */
    {"manager", CODEV_MANAGER},
    {"staff", CODEV_STAFF},
    {"admin", CODEV_ADMIN},
};

unsigned role_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strcmp(roles[i].name, name) == 0) {
            return roles[i].bit;
        }
    }
    return 0;
}

unsigned role_of_token(const char *name)
{
    return strcmp(name, "system") == 0 ? CODEV_SYSTEM : role_from_name(name);
}

const char *role_name(unsigned role)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (roles[i].bit == role) {
            return roles[i].name;
        }
    }
    return role == CODEV_SYSTEM ? "system" : NULL;
}
