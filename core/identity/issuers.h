/* SPDX-License-Identifier: MPL-2.0 */
/* issuers.h: the issuers of organisations as the files of this folder see them. */
#ifndef CODEV_IDENTITY_ISSUERS_H
#define CODEV_IDENTITY_ISSUERS_H

#include "identity/jwks.h"
#include "identity/token.h"

struct token_issuer {
    const char *organisation; /* slug: its tokens name no other */
    const char *url;          /* `iss` */
    const char *audience;     /* one of `aud` */
    unsigned roles;           /* that it may grant; bits of enum codev_role */
    const struct jwks *keys;
};

struct token_issuers {
    size_t count;
    struct token_issuer *issuers;
};

/* By its exact name; NULL: none, or no issuers at all. */
const struct token_issuer *token_issuers_find(const struct token_issuers *issuers, const char *url);

#endif
