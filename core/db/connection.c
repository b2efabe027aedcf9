/* SPDX-License-Identifier: MPL-2.0 */
/* connection.c: connecting, and preparing every statement once. */
#include "db/connection.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int db_close(struct db *db)
{
    PQfinish(db->connection);
    db->connection = NULL;
    return 0;
}

struct db *db_new(TALLOC_CTX *context, const char *conninfo, bool unprepared,
                  const struct db_statement *statements, size_t count)
{
    struct db *db = talloc_zero(context, struct db);

    if (db != NULL) {
        db->conninfo = conninfo;
        db->unprepared = unprepared;
        db->statements = statements;
        db->count = count;
        talloc_set_destructor(db, db_close);
    }
    return db;
}

/* libpq's messages end in a line end. */
static void log_failure(const struct db *db, const char *what)
{
    const char *message = PQerrorMessage(db->connection);

    log_line(LOG_LEVEL_ERROR, "event=database_failure what=\"%s\" reason=\"%.*s\"", what,
             (int)strcspn(message, "\n"), message);
}

/* The session's settings (search_path, time-outs …) belong to the role: `codev migrate` makes them,
 * since a PgBouncer takes none from a client. */
static PGconn *open_connection(const char *conninfo)
{
    char timeout[16];
    const char *const keywords[] = {"dbname", "connect_timeout", "client_encoding",
                                    "fallback_application_name", NULL};
    const char *const values[] = {conninfo, timeout, "UTF8", "codev", NULL};

    (void)snprintf(timeout, sizeof timeout, "%d", DB_CONNECT_TIMEOUT_S);
    return PQconnectdbParams(keywords, values, 1);
}

static int run(struct db *db, const char *sql)
{
    PGresult *result = PQexec(db->connection, sql);
    const bool fine = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!fine) {
        log_failure(db, sql);
    }
    PQclear(result);
    return fine ? 0 : -1;
}

/* core.enter runs as the login; the plugin's role is taken on after it, until the transaction ends.
 */
static const struct {
    const char *name, *sql;
} own_statements[DB_OWN_COUNT] = {
    [DB_BEGIN] = {"begin", "BEGIN"},
    [DB_COMMIT] = {"commit", "COMMIT"},
    [DB_ENTER] = {"enter", "SELECT set_config('role', $8, true)"
                           " FROM core.enter($1, $2, $3, $4, $5, $6::boolean, $7)"},
};

enum { NAME_SIZE = 24 };

static void statement_name(size_t statement, char name_r[NAME_SIZE])
{
    (void)snprintf(name_r, NAME_SIZE, "s%zu", statement);
}

static int send_statement(struct db *db, const char *name, const char *sql, int count,
                          const char *const *values)
{
    return db->unprepared
               ? PQsendQueryParams(db->connection, sql, count, NULL, values, NULL, NULL, 0)
               : PQsendQueryPrepared(db->connection, name, count, values, NULL, NULL, 0);
}

int db_send(struct db *db, size_t statement, const char *const *values)
{
    char name[NAME_SIZE];

    statement_name(statement, name);
    return send_statement(db, name, db->statements[statement].sql,
                          (int)db->statements[statement].count, values);
}

int db_send_own(struct db *db, enum db_own own, const char *const *values, int count)
{
    return send_statement(db, own_statements[own].name, own_statements[own].sql, count, values);
}

static int prepare(struct db *db, const char *name, const char *sql)
{
    PGresult *result = PQprepare(db->connection, name, sql, 0, NULL);
    const bool fine = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!fine) {
        log_failure(db, sql);
    }
    PQclear(result);
    return fine ? 0 : -1;
}

/* A statement is prepared under the role that runs it: names in schemas are looked up then. */
static int take_role(struct db *db, const char *role)
{
    char sql[128];

    (void)snprintf(sql, sizeof sql, "SET ROLE \"%s\"", role);
    return run(db, sql);
}

static int prepare_all(struct db *db)
{
    db->refused = "codev_core";
    for (size_t i = 0; i < DB_OWN_COUNT; i++) {
        if (prepare(db, own_statements[i].name, own_statements[i].sql) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < db->count; i++) {
        char name[NAME_SIZE];

        statement_name(i, name);
        db->refused = db->statements[i].role;
        if (take_role(db, db->statements[i].role) != 0 ||
            prepare(db, name, db->statements[i].sql) != 0) {
            return -1;
        }
    }
    db->refused = NULL;
    return run(db, "RESET ROLE");
}

/* Nothing is due on an idle connection: what can be read is its end, or PostgreSQL's farewell. */
static bool is_lost(const struct db *db)
{
    char byte;
    const ssize_t length = recv(PQsocket(db->connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return length >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* A new connection in place of the old one. */
static int open_link(struct db *db)
{
    PQfinish(db->connection);
    db->connection = open_connection(db->conninfo);
    if (PQstatus(db->connection) != CONNECTION_OK) {
        log_failure(db, "connect");
        return -1;
    }
    return 0;
}

int db_connect(struct db *db)
{
    if (db->begun || (db->connection != NULL && !is_lost(db))) {
        return 0;
    }
    db->refused = NULL;
    if (open_link(db) == 0 && (db->unprepared || prepare_all(db) == 0) &&
        PQenterPipelineMode(db->connection) == 1) {
        return 0;
    }
    if (PQstatus(db->connection) != CONNECTION_OK) {
        db->refused = NULL; /* it was lost on the way, whatever the statement */
    }
    db_close(db);
    return -1;
}

int db_connect_bare(struct db *db)
{
    if (open_link(db) == 0 && PQenterPipelineMode(db->connection) == 1) {
        return 0;
    }
    db_close(db);
    return -1;
}

const char *db_refused(const struct db *db)
{
    return db->refused;
}
