/* SPDX-License-Identifier: MPL-2.0 */
/* codev/plugin.h: all that a plugin may include of codev. C99, C++-clean.
 *
 * A plugin is a shared object lib/codev/NAME.so with one exported symbol, made by
 * CODEV_PLUGIN(descriptor). It is loaded, checked and forked into single-threaded workers; a
 * handler runs one request at a time and needs no locks.
 *
 * The API has its own number, major.minor, apart from the product's version. Majors must be equal;
 * a plugin built for an older minor works. While the major is 0 there is no promise yet: the minors
 * must be equal too.
 *
 *   0.1  routes, statements, documents by path, pages and forms
 *   0.2  media types other than XML and HTML; versions (If-Match), conflicts, removal;
 *        capabilities; the client's address
 *
 * Conventions: functions that can fail return CODEV_OK or CODEV_FAILED; after CODEV_FAILED the
 * problem is recorded in the request, the handler returns CODEV_FAILED itself, and nothing of the
 * request is committed. Texts are UTF-8. Whatever a function hands out lives until the request
 * ends. Paths into documents: "contact/email", "@id", "consent/@text-version", "." (the element's
 * own text); names are those of the plugin's own namespace.
 */
#ifndef CODEV_PLUGIN_H
#define CODEV_PLUGIN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CODEV_API_MAJOR 0
#define CODEV_API_MINOR 2

enum { CODEV_OK = 0, CODEV_FAILED = -1 };

typedef struct codev_request codev_request; /* one request and all it allocated */
typedef struct codev_node codev_node;       /* an element of a document */

/* Who may call a route: a set, not a ladder. */
enum codev_role {
    CODEV_VISITOR = 1 << 0,     /* nobody in particular */
    CODEV_PARTICIPANT = 1 << 1, /* member of a group */
    CODEV_FACILITATOR = 1 << 2, /* animateur */
    CODEV_MANAGER = 1 << 3,     /* of an organisation */
    CODEV_STAFF = 1 << 4,       /* the school's back office */
    CODEV_ADMIN = 1 << 5,       /* operator */
    CODEV_SYSTEM = 1 << 6       /* codev itself: events and timers */
};
#define CODEV_SIGNED_IN                                                                            \
    (CODEV_PARTICIPANT | CODEV_FACILITATOR | CODEV_MANAGER | CODEV_STAFF | CODEV_ADMIN)
#define CODEV_ANYONE (CODEV_VISITOR | CODEV_SIGNED_IN)

/* Answer a request: CODEV_OK after one of the codev_answer functions, else CODEV_FAILED. */
typedef int codev_handler(codev_request *request);

/* A statement, prepared once a worker under the plugin's own role. Parameters stand by name in
 * braces and are bound as text:
 *   {contact/email}    the text at that path of the request's document; NULL when absent
 *   {need/audience[]}  all elements of that path, as an array
 *   {path:id}          a segment of the path; of a capability its hash
 *   {query:status}     a query parameter; NULL when not given
 *   {list:after}       id of the last item the client has; NULL at the start
 *   {list:limit}       how many rows to read at most
 *   {request:if-match} the versions that the client will change, as bigint[]; NULL: whichever
 * The columns of a result name the paths where their values go, in the same way; NULL leaves the
 * element out, an array writes an element each. timestamptz is written as xs:dateTime in UTC. */
typedef struct codev_statement {
    const char *sql; /* schema-qualified names */
} codev_statement;

/* A violated constraint that is the client's doing becomes a fault at this path. */
typedef struct codev_constraint {
    const char *name;    /* as in the table's definition */
    const char *path;    /* "/quote-request/consent/@text-version" */
    const char *en, *fr; /* a complete sentence each */
    int conflict;        /* not 0: it contradicts what is there, 409; else it is a fault, 422 */
} codev_constraint;

/* A query parameter by which a list may be narrowed. */
typedef struct codev_filter {
    const char *name;
    const char *values; /* the words it takes, with a space between; NULL: a UUID */
} codev_filter;

typedef struct codev_route {
    const char *method; /* GET (HEAD comes with it), POST, PUT, DELETE */
    const char *path;   /* below the plugin's own: "/requests/{id}"; {id} is one segment, a UUID;
                           {reference:text} one segment of any text up to 128 bytes;
                           {token:capability} one that codev_new_capability gave: who has it may
                           use the route as far as policies say that ask core.capability() */
    unsigned roles;     /* set of enum codev_role */
    const char *body;   /* root element of the document the route takes; NULL: it takes none */
    const char *page;   /* stylesheet in pages/ for text/html; NULL: the route has no page */
    const char *title;  /* of the page, in French, where others link to it; NULL: none do */
    codev_handler *handle;
    codev_handler *form;   /* answers an invalid form post with the form again; NULL: forms are 415,
                              but for   those of a button where the route takes no document */
    const char *form_page; /* its stylesheet */
    /* The route is a list, see codev_select_list; ends with a NULL name. NULL: it is none. A list
     * refuses query parameters other than these, `limit` and `after`. */
    const codev_filter *filters;
    /* Media types that it answers with, a space between, best first: of those that a client takes
     * alike it gets the first. NULL: "application/xml", and "text/html" after it where the route
     * has a page. For other types the handler asks codev_media and gives codev_answer_bytes. */
    const char *media;
    int if_match; /* not 0: If-Match is required, as it is of every PUT and DELETE anyway */
} codev_route;

typedef struct codev_plugin {
    unsigned short api_major, api_minor; /* by CODEV_PLUGIN_HEAD */
    size_t size;                         /* sizeof(codev_plugin) as the plugin knew it */
    const char *name;          /* lower-case letters, digits, '-'; its schema in PostgreSQL too */
    const char *version;       /* of the plugin, for people */
    const char *schema;        /* file in schemas/, its target namespace is the plugin's */
    const codev_route *routes; /* ends with a NULL method */
    const codev_statement *statements;   /* ends with a NULL sql */
    const codev_constraint *constraints; /* ends with a NULL name; may be NULL */
} codev_plugin;

#define CODEV_PLUGIN_HEAD CODEV_API_MAJOR, CODEV_API_MINOR, sizeof(codev_plugin)

#if defined(__GNUC__)
#define CODEV_EXPORT __attribute__((visibility("default")))
#else
#define CODEV_EXPORT
#endif

/* The symbol by which the loader finds the descriptor. */
#define CODEV_PLUGIN(descriptor)                                                                   \
    CODEV_EXPORT const codev_plugin *codev_plugin_descriptor(void);                                \
    const codev_plugin *codev_plugin_descriptor(void)                                              \
    {                                                                                              \
        return &(descriptor);                                                                      \
    }

/* What codev offers is visible to plugins however codev itself was compiled. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* ---- the request */

/* The document that came in, valid for the route's root; NULL when the route takes none. It may be
 * changed with codev_set: it is the handler's own. */
codev_node *codev_document(codev_request *request);
const char *codev_path_parameter(codev_request *request, const char *name);
const char *codev_query_parameter(codev_request *request, const char *name); /* NULL: not given */
/* When the request arrived: xs:dateTime in UTC with microseconds. */
const char *codev_now(codev_request *request);
/* From where the client called: an IPv4 or IPv6 address as nginx saw it, behind a proxy that nginx
 * trusts the client's, not the proxy's. "" when unknown. It is personal data. */
const char *codev_client_address(codev_request *request);
/* A new UUID, version 7 (RFC 9562). */
const char *codev_new_id(codev_request *request);
/* A new capability: the token of a link that lets its holder in, 43 characters that nobody guesses.
 * Only its hash is stored (64 characters, what core.capability() is for the holder); the token goes
 * into the document that is answered and nowhere else: a Location with it is refused (500). */
const char *codev_new_capability(codev_request *request, const char **hash_r);
/* What people read out over the telephone in place of the id: ten characters of Crockford's base 32
 * made of the id's 50 last (random) bits, "7K3F9-QXM2P". */
const char *codev_reference(codev_request *request, const char *id);
const char *codev_format(codev_request *request, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* ---- documents */

/* Root of a new document in the plugin's namespace; NULL: failed, as CODEV_FAILED. */
codev_node *codev_new_document(codev_request *request, const char *root);
/* Text at the path; NULL when absent. */
const char *codev_get(codev_request *request, const codev_node *node, const char *path);
/* Set the text at the path, making what is missing. An "href" is given without the mount point. */
int codev_set(codev_request *request, codev_node *node, const char *path, const char *value);

/* ---- statements; their index is the place in the plugin's table */

/* Queue a statement that changes data. It is sent with the commit, in one round trip, or before the
 * next codev_select; a violated constraint of the plugin's table makes the answer 422, or 409. */
int codev_execute(codev_request *request, size_t statement);

/* Run a statement and write each row as a new child `element` of `into`; when `element` is NULL,
 * into `into` itself, for a statement of at most one row. *rows_r (may be NULL) is the number of
 * rows. */
int codev_select(codev_request *request, size_t statement, codev_node *into, const char *element,
                 size_t *rows_r);

/* Change or remove one thing, in the version that the client means (RFC 9110 §13.1.1). `write` is
 * an UPDATE or DELETE, found by
 *
 *     WHERE … AND ({request:if-match}::bigint[] IS NULL OR version = ANY ({request:if-match}))
 *
 * that RETURNs one row, written into `into` (NULL: nowhere); an UPDATE gives a new version
 * (version + 1, or from a sequence where another thing may take the place of one that was removed),
 * which the row has as "@version": it becomes the entity tag. `lookup` selects a row where the
 * caller may see the thing at all, and has the same conditions but that one. When nothing was
 * changed, the answer is 404, 412 (another version), or 428 (none was named, where it is required).
 * *absent_r (may be NULL): 1 where there is no such thing, instead of 404, unless If-Match was
 * sent: then it can be made. */
int codev_change(codev_request *request, size_t write, size_t lookup, codev_node *into,
                 int *absent_r);

/* Answer a list, newest first, in pages: the statement's rows, each an ELEMENT with an @id, become
 * children of a new document ROOT; what follows is linked by a Link header. The statement ends in
 *
 *     AND ({list:after}::uuid IS NULL OR id < {list:after}::uuid)
 *     ORDER BY id DESC LIMIT {list:limit}
 *
 * since ids of codev_new_id grow with time. */
int codev_answer_list(codev_request *request, const char *root, const char *element,
                      size_t statement);

/* ---- answers */

/* 200 with the document (and, in a browser, the route's page). */
int codev_answer(codev_request *request, codev_node *document);
/* The media type that was negotiated, one of the route's. */
const char *codev_media(codev_request *request);
/* 200 with these bytes, which live as long as the request, and this Content-Type. */
int codev_answer_bytes(codev_request *request, const char *content_type, const char *bytes,
                       size_t size);
/* 201 with Location; a form post is answered 303 to `page` instead. Both without the mount point.
 */
int codev_answer_created(codev_request *request, codev_node *document, const char *location,
                         const char *page);
/* 200 with the document of what was changed; a form post is answered 303 to `page` instead, which
 * is without the mount point. */
int codev_answer_changed(codev_request *request, codev_node *document, const char *page);
/* 204; a form post is answered 303 to `page` instead. */
int codev_answer_removed(codev_request *request, const char *page);
/* The document behind a form's page: root `form` of the core's namespace with the form's token, the
 * faults and the document typed so far, where there are some. Add what the page needs, then
 * codev_answer it. The page sends back what its template hidden-fields writes; a token that is
 * missing, used or too old brings the form again. */
codev_node *codev_form(codev_request *request);
/* Put what is recorded now into the document behind a form that changes it: one row of the
 * statement, with its "@version", as ELEMENT of the plugin's namespace, in `recorded`. The version
 * that the form will change (@if-match) is that one; but of a form that comes back because of a
 * fault it stays the one that its person has seen. No row: 404. */
int codev_form_recorded(codev_request *request, codev_node *form, size_t statement,
                        const char *element);
/* Add a fault of the document: 422, with a complete sentence each. Always returns CODEV_FAILED. */
int codev_fault(codev_request *request, const char *path, const char *en, const char *fr);
/* 404, told without saying whether the object exists. Always returns CODEV_FAILED. */
int codev_not_found(codev_request *request);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
