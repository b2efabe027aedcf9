/* SPDX-License-Identifier: MPL-2.0 */
/* openapi_parts.h: the inside of openapi.c: what operations share, written once among the
 * components and referred to.
 *
 * A function that makes a part gives NULL where it can't, and json_pack hands that on: the whole is
 * NULL then. Memory that is out ends the process (identity/json_memory.h), so that it can only be a
 * plugin's text that isn't UTF-8. */
#ifndef CODEV_REQUEST_OPENAPI_PARTS_H
#define CODEV_REQUEST_OPENAPI_PARTS_H

#include "plugin/registry.h"

#include <jansson.h>

/* What of a route decides what its operation takes and answers. */
enum {
    TRAIT_GET = 1 << 0,
    TRAIT_POST = 1 << 1,
    TRAIT_PUT = 1 << 2,
    TRAIT_DELETE = 1 << 3,
    TRAIT_GUARDED = 1 << 4,    /* not for everybody */
    TRAIT_PARAMETERS = 1 << 5, /* in its path */
    TRAIT_LIST = 1 << 6,       /* see codev_answer_list */
    TRAIT_DOCUMENT = 1 << 7,   /* takes one */
    TRAIT_ACTION = 1 << 8,     /* POST without one */
    TRAIT_FORM = 1 << 9,       /* takes a form as well */
    TRAIT_VERSIONED = 1 << 10, /* If-Match is required */

    TRAITS_SENDING = TRAIT_POST | TRAIT_PUT,
    TRAITS_WRITING = TRAITS_SENDING | TRAIT_DELETE,
    TRAITS_ANY = TRAITS_WRITING | TRAIT_GET,
};

/* Drop an array or object that is not whole; always returns NULL. */
json_t *part_drop(json_t *part);

/* Where a file of schemas/ is, from where the document is. */
json_t *part_schema_address(const char *file);

/* {"$ref": "#/components/KIND/NAME"} */
json_t *part_reference(const char *kind, const char *name);

/* A document of the plugin's with this root element. JSON Schema can't describe XML: the schema
 * that does is linked. */
json_t *part_document(const struct plugin *plugin, const char *root);

/* The value of a path's parameter, and of a filter (its words, or NULL for an id). */
json_t *part_segment(enum segment_kind kind);
json_t *part_filter(TALLOC_CTX *arena, const char *words);

/* References to header fields of answers, by their names; a NULL ends them before count. */
json_t *part_headers(const char *const *names, size_t count);

/* Add the parameters that are no route's own, and the problems, to an operation of these traits: an
 * array and an object. 0, or -1. */
int part_add_parameters(json_t *array, unsigned traits);
int part_add_problems(json_t *responses, unsigned traits);

/* All that is referred to. */
json_t *part_components(void);

#endif
