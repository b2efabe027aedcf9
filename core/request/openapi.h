/* SPDX-License-Identifier: MPL-2.0 */
/* openapi.h: the routes of a pool as an OpenAPI 3.1 document, for those who write clients. */
#ifndef CODEV_REQUEST_OPENAPI_H
#define CODEV_REQUEST_OPENAPI_H

#include "plugin/registry.h"

/* The document as JSON, without the servers, which nginx alone knows; made once, before the workers
 * are forked. It tells nothing but what the tables of routes and the rules of the core say. NULL:
 * error tells what of a plugin can't be written. */
const char *openapi_make(TALLOC_CTX *context, const struct registry *registry, struct error *error);

/* What was made, with its server: the path where the backend is mounted. NULL: no memory. */
const char *openapi_complete(TALLOC_CTX *context, const char *made, const char *mount);

#endif
