/* SPDX-License-Identifier: MPL-2.0 */
/* db.h: a worker's connection to PostgreSQL, its prepared statements, and transactions on
 * somebody's behalf. The only folder, with `codev migrate`'s, that speaks libpq. */
#ifndef CODEV_DB_DB_H
#define CODEV_DB_DB_H

#include "base/error.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum {
    DB_CALLS_MAX = 64,              /* statements a transaction may queue before it reads */
    DB_PARAMETERS_MAX = 64,         /* parameters of one statement */
    DB_STATEMENT_TIMEOUT_MS = 5000, /* PostgreSQL cancels a statement after this time */
    DB_ANSWER_TIMEOUT_MS = 12000,   /* silence after which a connection is given up: two statements
                                       that take their whole time, and a little */
    DB_CONNECT_TIMEOUT_S = 2,       /* libpq's smallest */
};

/* ---- statements (statement.c) */

enum db_source { DB_FROM_DOCUMENT, DB_FROM_PATH, DB_FROM_QUERY, DB_FROM_LIST, DB_FROM_REQUEST };

struct db_parameter {
    enum db_source source;
    bool list;        /* {name[]}: all elements, as an array */
    const char *name; /* path in the document, or name of the parameter */
};

struct db_statement {
    const char *role; /* PostgreSQL role that it runs as */
    const char *sql;  /* with $1, $2, … */
    struct db_parameter parameters[DB_PARAMETERS_MAX];
    size_t count;
};

/* Turn the {named} parameters of sql (codev/plugin.h) into $n. 0, or -1: error says where. */
int db_statement_compile(TALLOC_CTX *context, const char *sql, const char *role,
                         struct db_statement *statement_r, struct error *error);

/* ---- connection (connection.c) */

struct db;

/* A connection that is opened at first use and again when it was lost. conninfo and statements
 * outlive it. unprepared: statements are sent whole each time, as a PgBouncer needs that pools by
 * transaction. NULL when memory is short. Freed (and closed) with the context. */
struct db *db_new(TALLOC_CTX *context, const char *conninfo, bool unprepared,
                  const struct db_statement *statements, size_t count);

/* Connect and prepare unless that is done and well. 0, or -1 (the reason is logged). */
int db_connect(struct db *db);

/* The role one of whose statements PostgreSQL would not prepare when it was last tried, so that
 * there is no connection; NULL: there is none such. */
const char *db_refused(const struct db *db);

/* ---- transactions (transaction.c) */

/* On whose behalf; see core.enter in core/migrations. Texts outlive the transaction. */
struct db_context {
    const char *kind;       /* "visitor", "capability", "person" or "system" */
    const char *capability; /* hash; NULL: none */
    const char *organisation, *issuer, *subject, *role;
    const char *plugin_role; /* PostgreSQL role that the statements run as */
    int client;              /* descriptor whose other end is the client's; -1: none */
    bool writes;             /* false: read-only, and each statement is a transaction of its own */
};

enum db_fault {
    DB_FINE = 0,
    DB_UNAVAILABLE, /* no connection, lost connection, time-out, too many conflicts: try again later
                     */
    DB_REFUSED,     /* core.enter does not let the caller in */
    DB_VIOLATION,   /* a constraint; its name in the failure */
    DB_BROKEN,      /* anything else: a defect of ours; logged */
};

struct db_failure {
    enum db_fault fault;
    char constraint[64]; /* of a violation, else empty */
    bool lost;           /* the connection ended, or was given up, before it had answered all */
};

/* Begin. Nothing is sent before the first statement. */
void db_begin(struct db *db, const struct db_context *context);

/* Whether the client went away while a statement ran, which was cancelled then. */
bool db_client_gone(const struct db *db);

/* Queue a statement whose result is not needed; values (as many as its parameters, NULL for null)
 * live until commit or rollback. 0, or -1 when the queue is full. */
int db_queue(struct db *db, size_t statement, const char *const *values);

/* Send what is queued and this statement in one round trip; its rows, freed with the arena. NULL:
 * failure says why, and the transaction can only be rolled back. */
const PGresult *db_query(struct db *db, TALLOC_CTX *arena, size_t statement,
                         const char *const *values, struct db_failure *failure_r);

/* Send what is queued and commit, in one round trip. 0, or -1: nothing was kept; when the failure
 * says lost, nobody knows whether it was. */
int db_commit(struct db *db, struct db_failure *failure_r);

/* End the transaction without keeping anything; no-op outside of one. */
void db_rollback(struct db *db);

/* ---- migrations (migration.c) */

/* Bring the database up to the newest migration of each named plugin (the core's first), from
 * DATA/NAME/migrations/NNNN-*.sql; each in a transaction, under one advisory lock. Refuses when an
 * applied file has changed or is missing. 0, or -1. *applied_r: how many were applied now. */
int db_migrate(const char *conninfo, const char *data_directory, const char *const *plugins,
               size_t count, size_t *applied_r, struct error *error);

/* The number of the newest migration in DATA/NAME/migrations; 0: there is none. -1: error says why.
 */
int db_newest_migration(const char *directory, struct error *error);

/* What was applied to the database, outside of a transaction: rows of a plugin and the number of
 * its newest migration; freed with the arena. It is asked even where no statement can be prepared.
 * NULL: the failure is DB_UNAVAILABLE, or DB_BROKEN when the database knows no such question. */
const PGresult *db_applied_migrations(struct db *db, TALLOC_CTX *arena,
                                      struct db_failure *failure_r);

#endif
