/* SPDX-License-Identifier: MPL-2.0 */
/* request.h: one request on its way: accept → route → identify → negotiate → body → handle →
 * answer. For this folder and the worker; plugins see codev/plugin.h. */
#ifndef CODEV_REQUEST_REQUEST_H
#define CODEV_REQUEST_REQUEST_H

#include "board/board.h"
#include "db/db.h"
#include "identity/token.h"
#include "metrics/metrics.h"
#include "plugin/registry.h"
#include "xml/xml.h"

#include <codev/plugin.h>
#include <fcgiapp.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    REQUEST_BODY_MAX = 1 << 20,  /* bytes of a body */
    REQUEST_PATH_MAX = 1024,     /* bytes of a path below the mount point */
    REQUEST_QUERY_MAX = 4096,    /* bytes of a query */
    REQUEST_FIELDS_MAX = 1000,   /* fields of a form or a query */
    FORM_LIFETIME_S = 12 * 3600, /* a form that was opened longer ago is to be sent again */
    REQUEST_ID_MIN = 8,          /* characters of a request's id, at least */
    REQUEST_ID_MAX = 64,         /* and at most */
    IDEMPOTENCY_KEY_MAX = 255,   /* bytes of an Idempotency-Key */
    LIST_LIMIT_MAX = 200,        /* items of a list's page */
    LIST_LIMIT_DEFAULT = 50,
    REQUEST_CONDITION_MAX = 1024,    /* bytes of If-Match or If-None-Match */
    REQUEST_VERSION_DIGITS_MAX = 18, /* of a version in an entity tag: what a bigint holds */
};

/* What a worker serves every request with. */
struct service {
    const struct registry *registry;
    struct db *db;
    struct token_memory *tokens;
    const unsigned char *body_key; /* SECRET_SIZE bytes, for the HMAC of bodies */
    const unsigned char *form_key; /* SECRET_SIZE bytes, for the tokens of forms */
    const char *openapi;           /* of openapi_make */
    struct metrics *metrics;       /* of the pool */
    int64_t slow;              /* microseconds after which a request is logged as slow; 0: never */
    struct board_place *place; /* where it tells what it does; NULL: nowhere */
    struct board_plugin *const *switches; /* by place in the registry; NULL: all plugins are open */
};

/* The stages, in order; each has its place in the log line. */
enum stage {
    STAGE_ROUTE,
    STAGE_IDENTIFY,
    STAGE_NEGOTIATE,
    STAGE_BODY,
    STAGE_HANDLE,
    STAGE_ANSWER,
    STAGE_COUNT
};
extern const char *const request_stages[STAGE_COUNT]; /* their names (account.c) */

/* How documents are shown, problems included. */
enum representation { REPRESENTATION_XML, REPRESENTATION_HTML };

/* Kinds of problems; status, URI and texts stand in problem.c's table. */
enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_MALFORMED_REQUEST,
    PROBLEM_INVALID_QUERY,
    PROBLEM_INVALID_IDEMPOTENCY_KEY,
    PROBLEM_INVALID_PRECONDITION,
    PROBLEM_EMPTY_DOCUMENT,
    PROBLEM_MALFORMED_DOCUMENT,
    PROBLEM_UNAUTHENTICATED,
    PROBLEM_FORBIDDEN,
    PROBLEM_FOREIGN_ORIGIN,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_NOT_ACCEPTABLE,
    PROBLEM_CONFLICT,
    PROBLEM_PRECONDITION_FAILED,
    PROBLEM_TOO_LARGE,
    PROBLEM_UNSUPPORTED_MEDIA_TYPE,
    PROBLEM_INVALID_DOCUMENT,
    PROBLEM_REUSED_IDEMPOTENCY_KEY,
    PROBLEM_STALE_FORM,
    PROBLEM_PRECONDITION_REQUIRED,
    PROBLEM_INTERNAL,
    PROBLEM_NO_ANSWER,
    PROBLEM_PLUGIN_CLOSED,
    PROBLEM_UNAVAILABLE,
    PROBLEM_KINDS
};

struct principal {
    unsigned role; /* one bit of enum codev_role */
    bool by_cookie;
    struct token_claims claims; /* zero for a visitor */
};

struct codev_request {
    const struct service *service;
    FCGX_Request *fcgi;

    /* as it arrived (accept.c); never NULL, empty when not given */
    const char *method, *path, *query, *mount, *id;
    const char *content_type, *accept, *authorization, *cookie, *origin, *host, *scheme;
    const char *idempotency_key, *if_match, *if_none_match;
    const char *address;    /* the client's, IPv4 or IPv6 */
    int64_t content_length; /* bytes; -1: not a number */
    int64_t arrived;        /* clock_now() */

    /* what the stages found */
    const struct route *route;
    const char *segments[ROUTE_SEGMENTS_MAX]; /* of the path */
    const char *token;                        /* the path's capability; NULL: it has none */
    const char *capability;                   /* its SHA-256, in hexadecimal */
    const char *place;       /* the path, with that in place of the token: fit to be kept */
    const char *made_tokens; /* capabilities that were made, one after the other; NULL: none */
    const char *allow;       /* methods of the path, for 405 */
    struct principal principal;
    enum representation representation;
    const char *media; /* the type that was negotiated, without parameters */
    bool is_form, form_is_broken, query_is_broken;
    const char *bytes; /* the body as it came, content_length of them; NULL: not read */
    const struct xml_field *form_fields;
    size_t form_field_count;
    const struct xml_field *query_fields;
    size_t query_field_count;
    xmlDoc *document;
    bool versions_asked;  /* a statement had them */
    const char *versions; /* {request:if-match}: those that may be changed; NULL: any */
    struct xml_faults faults;

    /* the answer */
    enum problem_kind problem;
    bool changed;   /* the form that comes back was to change what another has changed meanwhile */
    int64_t closed; /* seconds for which the plugin stays closed */
    bool twin;      /* another request with this Idempotency-Key was first */
    int status;
    xmlDoc *answer;
    const struct xml_page *page;
    const char *etag;       /* entity tag without quotes; NULL: none */
    const char *location;   /* with the mount point; NULL: none */
    const char *next;       /* address of a list's next page; NULL: none */
    const char *body;       /* rendered; NULL: none */
    const char *body_media; /* its Content-Type; NULL: the representation's */
    size_t body_size;

    int64_t spent[STAGE_COUNT]; /* microseconds */
    int64_t total; /* microseconds, from accept until libfcgi has the answer, which it then sends */
};

/* Serve what FCGX_Accept_r gave: all stages, the answer, the log line. */
void request_serve(const struct service *service, FCGX_Request *fcgi);

/* ---- the stages: 0, or -1 with the problem set */
int request_accept(codev_request *request);
int request_route(codev_request *request);
int request_identify(codev_request *request);
int request_negotiate(codev_request *request);
int request_body(codev_request *request);
int request_handle(codev_request *request);
int request_show_form(codev_request *request); /* an invalid form post: the form again */
void request_answer(codev_request *request);

/* Record the problem, the first one counts; always returns -1. */
int request_problem(codev_request *request, enum problem_kind kind);

/* The problem as a document (RFC 9457), in English, or in French for a page. NULL: no memory. */
xmlDoc *problem_document(codev_request *request, bool french);
int problem_status(enum problem_kind kind);

/* Whether a form post that ends in the problem is answered with the form again, filled in; then the
 * fault that belongs to no field is added where the problem has told none. */
bool problem_shows_form(codev_request *request);

/* Copy the faults below the node, as elements `error` of its namespace. */
int problem_write_faults(codev_request *request, xmlNode *node);

/* Render the answer's document in the wanted representation. 0, or -1 with the problem set. */
int answer_render(codev_request *request);

/* The place of the best of the offered media types (a space between, the best first) by Accept (RFC
 * 9110 §12.5.1); of those that the client takes alike, the first. -1: it takes none. */
int negotiate(const char *accept, const char *offered);

/* application/x-www-form-urlencoded (WHATWG URL §5.1) taken apart; bytes must be UTF-8 without NUL.
 * -1: malformed or more than REQUEST_FIELDS_MAX. */
int urlencoded_parse(TALLOC_CTX *arena, const char *text, size_t size,
                     const struct xml_field **fields_r, size_t *count_r);

/* Values for a statement's parameters, by name; NULL: no memory. (bind.c) */
const char *const *bind_parameters(codev_request *request, const struct db_statement *statement);

/* Lists (list.c): whether the query is one that the route's list takes, else 400 with a fault each;
 * and a {list:…} parameter, NULL when not given; 0, or -1: no memory. */
int list_check(codev_request *request);
int list_parameter(codev_request *request, const char *name, const char **value_r);

/* Capabilities (capability.c): tokens of links. Whether a segment can be one; make one; its SHA-256
 * in hexadecimal; hash that of the request's path, 0 or -1. */
bool capability_valid(const char *text);
const char *capability_new(codev_request *request); /* NULL: no randomness, no memory */
const char *capability_hash(codev_request *request, const char *token); /* NULL: no memory */
int capability_take(codev_request *request);
/* A text with the hash in place of the path's token, fit to be kept; and the other way round. The
 * text itself where the path has none; NULL: no memory. */
const char *capability_hide(codev_request *request, const char *text);
const char *capability_show(codev_request *request, const char *text);
/* Remember one that was made, 0 or -1; whether the text has such a one in it. */
int capability_remember(codev_request *request, const char *token);
bool capability_is_told(const codev_request *request, const char *text);

/* The token of a form (form_token.c). A new one, NULL: no memory; whether a form post has one that
 * is ours and not too old; queue the statement that fails when it was sent before. 0, or -1. */
extern const char FORM_CONSTRAINT[];
const char *form_token_new(codev_request *request);
int form_token_check(codev_request *request);
int form_token_use(codev_request *request);

/* Preconditions (condition.c). Whether If-Match and If-None-Match can be read, else 400; what a
 * write may change is in `versions` after it. */
int condition_check(codev_request *request);
/* 428 when the write that found nothing to change named no version, else 412; returns -1. */
int condition_fails(codev_request *request);
/* Compare a rendered answer's entity tag: 412, or status 304; of a write, whether any statement
 * asked for the versions that its client means, else 412. 0, or -1 with the problem set. */
int condition_holds(codev_request *request);

/* GET and HEAD (RFC 9110 §9.2.1). */
bool request_is_safe(const codev_request *request);

/* Write a row's columns below the node, by name. 0, or -1: no memory. (bind.c) */
int bind_row(codev_request *request, const PGresult *result, int row, xmlNode *node);

/* Idempotency-Key on POST (idempotency.c): claim the key in the transaction, note the outcome in
 * it, and answer a twin as the first one was. No-ops where no key was given. 0, or -1. */
extern const char IDEMPOTENCY_CONSTRAINT[];
int idempotency_check(codev_request *request);
int idempotency_begin(codev_request *request);
int idempotency_end(codev_request *request);
int idempotency_replay(codev_request *request);

/* What a pool counts (account.c), made from its routes. NULL: error says why. */
struct metrics *request_metrics_new(TALLOC_CTX *context, const struct registry *registry,
                                    const struct config_pool *pool, struct error *error);

/* Log and count a request that was answered; and one that the database failed. */
void request_account(const codev_request *request);
void request_database_failed(const codev_request *request, const struct db_failure *failure);

/* Handlers of /health/live, /health/ready (health.c) and /metrics (account.c), and the media types
 * of the last: Prometheus' own text format first, for promtool, which does not read OpenMetrics. */
codev_handler health_live, health_ready, metrics_show;
#define MEDIA_TEXT "text/plain"
#define MEDIA_OPENMETRICS "application/openmetrics-text"
#define MEDIA_METRICS MEDIA_TEXT " " MEDIA_OPENMETRICS

/* The core's own statements, by their places in its table (core_plugin.c), which comes first. */
enum {
    CORE_IDEMPOTENCY_CLAIM,
    CORE_IDEMPOTENCY_SETTLE,
    CORE_IDEMPOTENCY_FIND,
    CORE_FORM_USE,
};

/* Begin a transaction on behalf of the request's principal. */
void handle_begin(codev_request *request, bool may_write);

/* Whether it is a form post, by method and media type. */
bool request_is_form(const codev_request *request);

/* Read the body as long as it was announced, once; 0, or -1 with the problem set. */
int body_read(codev_request *request);

/* Turn what the database said into the request's problem; always returns -1. */
int handle_failure(codev_request *request, const struct db_failure *failure);

#endif
