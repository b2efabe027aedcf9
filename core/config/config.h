/* SPDX-License-Identifier: MPL-2.0 */
/* config.h: codev.xml, read once, validated by schemas/config.xsd, frozen after load. */
#ifndef CODEV_CONFIG_CONFIG_H
#define CODEV_CONFIG_CONFIG_H

#include "base/error.h"
#include "identity/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct config_pool {
    const char *name;
    const char *socket; /* absolute path, at most 107 bytes (sockaddr_un) */
    unsigned workers;
    const char *const *plugins;
    size_t plugin_count;
};

struct config {
    const char *file;             /* absolute path of codev.xml */
    const char *plugin_directory; /* holds NAME.so */
    const char *data_directory;   /* holds schemas/ and NAME/{pages,migrations} */
    const char *application;      /* conninfo of the role that serves */
    bool transaction_pooling;     /* it leads to a PgBouncer that pools by transaction */
    const char *owner;            /* conninfo of the role that migrates */
    const char *issuer;           /* iss and aud of the installation's own tokens */
    const struct token_key_file *keys;
    size_t key_count;
    const struct token_issuer_file *issuers; /* of organisations */
    size_t issuer_count;
    unsigned slow_request_ms; /* a request that takes longer is logged as slow; 0: none is */
    const struct config_pool *pools;
    size_t pool_count;
};

/* Read and check; NULL: error says file, line and what was expected. Freed with the context. */
const struct config *config_load(TALLOC_CTX *context, const char *file, struct error *error);

/* The pool of that name, or NULL. */
const struct config_pool *config_pool(const struct config *config, const char *name);

#endif
