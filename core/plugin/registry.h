/* SPDX-License-Identifier: MPL-2.0 */
/* registry.h: the plugins of a pool, loaded and checked; their routes, schemas, pages and
 * statements, ready before the workers are forked and read-only afterwards. */
#ifndef CODEV_PLUGIN_REGISTRY_H
#define CODEV_PLUGIN_REGISTRY_H

#include "base/error.h"
#include "config/config.h"
#include "db/db.h"
#include "xml/xml.h"

#include <codev/plugin.h>
#include <stdbool.h>

/* Media types of documents (RFC 7303, HTML). */
#define MEDIA_XML "application/xml"
#define MEDIA_HTML "text/html"

enum {
    ROUTE_SEGMENTS_MAX = 8,
    ROUTE_MEDIA_MAX = 8,                               /* media types that a route answers with */
    ROUTE_TEXT_MAX = 128,                              /* bytes of a {name:text} segment */
    CAPABILITY_SIZE = 32,                              /* bytes of a capability: 256 bits */
    CAPABILITY_LENGTH = (CAPABILITY_SIZE * 8 + 5) / 6, /* characters of it, base64url */
};

struct plugin {
    const codev_plugin *descriptor;
    struct xml_schema *schema;
    const char *role;       /* PostgreSQL role "codev_NAME" */
    const char *directory;  /* DATA/NAME */
    size_t first_statement; /* index of its first in the registry's table */
    size_t statement_count;
    int newest_migration; /* its number among the files that this program came with; 0: none */
};

enum segment_kind { SEGMENT_LITERAL, SEGMENT_ID, SEGMENT_TEXT, SEGMENT_CAPABILITY };

struct segment {
    enum segment_kind kind;
    const char *text; /* the literal, or the parameter's name */
};

struct route {
    const struct plugin *plugin;
    const codev_route *declared;
    struct segment segments[ROUTE_SEGMENTS_MAX];
    size_t segment_count;
    const struct xml_page *page, *form_page; /* NULL where there is none */
    const char *media;                       /* types it answers with, the best first */
};

struct registry {
    const struct plugin *plugins; /* the core's own first */
    size_t plugin_count;
    const struct route *routes;
    size_t route_count;
    const struct db_statement *statements;
    size_t statement_count;
    const struct xml_page *problem_page;
};

/* Load all plugins of the pool, the built-in one of the core included. NULL: error says which
 * plugin and why. Freed with the context; the shared objects stay mapped. */
const struct registry *registry_load(TALLOC_CTX *context, const struct config *config,
                                     const struct config_pool *pool, struct error *error);

/* Check a descriptor before anything else of the plugin is touched: API number, size, mandatory
 * fields, name. 0, or -1: error says what was expected and what was found. */
int registry_check(const codev_plugin *descriptor, const char *name, struct error *error);

/* Take a route's declared path apart; 0, or -1. */
int route_compile(TALLOC_CTX *context, const char *prefix, const codev_route *declared,
                  struct route *route_r, struct error *error);

/* The core's own routes (/, /health/…), in the contract of every plugin. */
extern const codev_plugin core_plugin;

#endif
