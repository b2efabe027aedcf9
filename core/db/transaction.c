/* SPDX-License-Identifier: MPL-2.0 */
/* transaction.c: statements on somebody's behalf, as few round trips as can be.
 *
 * A read is one pipeline: core.enter, the statement, Sync; PostgreSQL runs what stands before a
 * Sync as one transaction, so no BEGIN is needed, and no transaction stays open while a page is
 * made. A write is BEGIN, core.enter, the statements, COMMIT: one round trip too, unless the
 * handler has to read in between. When one fails, PostgreSQL skips the rest, COMMIT included. */
#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "db/connection.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { ENTER_PARAMETERS = 8 };

/* What a batch sends, in this order. */
struct batch {
    bool begin, enter, commit;
    const struct db_call *query; /* the statement whose rows are wanted, or NULL */
};

void db_begin(struct db *db, const struct db_context *context)
{
    db->context = *context;
    db->call_count = 0;
    db->client_gone = false;
}

bool db_client_gone(const struct db *db)
{
    return db->client_gone;
}

int db_queue(struct db *db, size_t statement, const char *const *values)
{
    if (db->call_count == DB_CALLS_MAX) {
        return -1;
    }
    db->calls[db->call_count++] = (struct db_call){statement, values};
    return 0;
}

static int send_enter(struct db *db)
{
    const struct db_context *c = &db->context;
    const char *const values[ENTER_PARAMETERS] = {
        c->kind, c->organisation,       c->issuer,     c->subject,
        c->role, c->writes ? "t" : "f", c->capability, c->plugin_role};

    return db_send_own(db, DB_ENTER, values, ENTER_PARAMETERS);
}

/* Send a batch; the number of commands sent, 0 when the connection is broken. */
static size_t send_batch(struct db *db, const struct batch *batch)
{
    size_t sent = 0;
    int fine = 1;

    if (batch->begin) {
        fine = fine && db_send_own(db, DB_BEGIN, NULL, 0);
        sent++;
    }
    if (batch->enter) {
        fine = fine && send_enter(db);
        sent++;
    }
    for (size_t i = 0; i < db->call_count; i++, sent++) {
        fine = fine && db_send(db, db->calls[i].statement, db->calls[i].values);
    }
    if (batch->query != NULL) {
        fine = fine && db_send(db, batch->query->statement, batch->query->values);
        sent++;
    }
    if (batch->commit) {
        fine = fine && db_send_own(db, DB_COMMIT, NULL, 0);
        sent++;
    }
    return fine && PQpipelineSync(db->connection) ? sent : 0;
}

/* SQLSTATEs of core.enter, see core/migrations. */
static const char REFUSED[] = "CV001";
static const char UNKNOWN_PERSON[] = "CV002";

static void read_failure(const PGresult *result, struct db_failure *failure, bool *unknown_r)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

    failure->lost = state == NULL;
    if (state == NULL || strncmp(state, "08", 2) == 0 || strncmp(state, "57", 2) == 0 ||
        strncmp(state, "53", 2) == 0 || strncmp(state, "40", 2) == 0) {
        failure->fault = DB_UNAVAILABLE;
    } else if (strcmp(state, UNKNOWN_PERSON) == 0) {
        failure->fault = DB_REFUSED;
        *unknown_r = true;
        return;
    } else if (strcmp(state, REFUSED) == 0) {
        failure->fault = DB_REFUSED;
        return;
    } else if (strncmp(state, "23", 2) == 0 && constraint != NULL) {
        failure->fault = DB_VIOLATION;
        (void)snprintf(failure->constraint, sizeof failure->constraint, "%s", constraint);
        return;
    } else {
        failure->fault = DB_BROKEN;
    }
    /* Details quote what people wrote, and so do the primary messages of class 22. */
    log_line(LOG_LEVEL_ERROR, "event=statement_failed sqlstate=%s reason=\"%s\"",
             state != NULL ? state : "-",
             state == NULL                  ? "lost"
             : strncmp(state, "22", 2) == 0 ? "a value that its type cannot hold"
                                            : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

static bool is_fine(const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);

    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static void cancel(struct db *db)
{
    PGcancel *handle = PQgetCancel(db->connection);
    char reason[256];

    if (handle != NULL && PQcancel(handle, reason, sizeof reason)) {
        log_line(LOG_LEVEL_INFO, "event=statement_cancelled reason=\"the client has gone\"");
    }
    PQfreeCancel(handle);
}

/* libpq finds the connection lost, and tells so by its next result. */
static void give_up(const struct db *db)
{
    log_line(LOG_LEVEL_ERROR, "event=database_failure what=\"answer\" reason=\"nothing came\"");
    (void)shutdown(PQsocket(db->connection), SHUT_RDWR);
}

/* Wait until libpq has a whole result. Nobody waits for what a client asked who has gone: then the
 * statement is cancelled, and fails. A machine that vanished, or hangs, ends nothing and answers
 * nothing: the wait has an end of its own, or it would hold every worker for as long as TCP hopes.
 */
static void wait_for_result(struct db *db)
{
    struct pollfd waiting[] = {{.fd = PQsocket(db->connection), .events = POLLIN},
                               {.fd = db->context.client, .events = POLLRDHUP}};
    const int64_t deadline = clock_steady() + DB_ANSWER_TIMEOUT_MS * INT64_C(1000);

    while (PQisBusy(db->connection)) {
        const int64_t left = (deadline - clock_steady()) / 1000;
        const int woken = left > 0 ? poll(waiting, sizeof waiting / sizeof *waiting, (int)left) : 0;

        if (woken == 0) {
            give_up(db);
        } else if (woken > 0 && waiting[1].revents != 0) {
            cancel(db);
            db->client_gone = true;
            waiting[1].fd = -1; /* poll(2) passes over it from now on */
        }
        if (!PQconsumeInput(db->connection)) {
            return; /* the connection is lost; PQgetResult tells */
        }
    }
}

static PGresult *next_result(struct db *db)
{
    wait_for_result(db);
    return PQgetResult(db->connection);
}

/* Read the results of `sent` commands and of the Sync; keep the one at `wanted`. */
static PGresult *receive(struct db *db, size_t sent, size_t wanted, struct db_failure *failure,
                         bool *unknown_r)
{
    PGresult *kept = NULL;
    PGresult *result;

    for (size_t i = 0; i < sent; i++) {
        while ((result = next_result(db)) != NULL) {
            if (!is_fine(result) && failure->fault == DB_FINE) {
                read_failure(result, failure, unknown_r);
            }
            if (i == wanted && is_fine(result) && kept == NULL) {
                kept = result;
            } else {
                PQclear(result);
            }
            if (PQstatus(db->connection) != CONNECTION_OK) {
                failure->lost = failure->lost || failure->fault == DB_FINE;
                failure->fault = DB_UNAVAILABLE;
                PQclear(kept);
                return NULL;
            }
        }
    }
    result = next_result(db);
    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC && failure->fault == DB_FINE) {
        failure->fault = DB_UNAVAILABLE;
        failure->lost = true;
    }
    PQclear(result);
    return kept;
}

/* After what was not sent whole: what did go out would be answered to the next request. */
static void disconnect(struct db *db)
{
    PQfinish(db->connection); /* which rolls back as well; the next request connects anew */
    db->connection = NULL;
}

/* Run one command outside of a batch; 0 when it went well. */
static int run_alone(struct db *db, int sent)
{
    struct db_failure failure = {0};
    bool unknown = false;

    if (!sent || !PQpipelineSync(db->connection)) {
        disconnect(db);
        return -1;
    }
    PQclear(receive(db, 1, 0, &failure, &unknown));
    return failure.fault == DB_FINE ? 0 : -1;
}

/* Make the person whom a valid token names, at first use (core.admit). */
static int admit(struct db *db)
{
    char id[UUID_TEXT_SIZE];
    const char *const values[] = {id, db->context.organisation, db->context.issuer,
                                  db->context.subject};

    if (uuid_new(clock_now(), id) != 0) {
        return -1;
    }
    return run_alone(db, PQsendQueryParams(db->connection, "SELECT core.admit($1, $2, $3, $4)", 4,
                                           NULL, values, NULL, NULL, 0));
}

/* Give up what was begun; what is queued stays queued. */
static void abandon(struct db *db)
{
    static const char rollback[] = "ROLLBACK";

    if (!db->begun) {
        return;
    }
    db->begun = false;
    if (run_alone(db, PQsendQueryParams(db->connection, rollback, 0, NULL, NULL, NULL, NULL, 0)) !=
        0) {
        disconnect(db);
    }
}

void db_rollback(struct db *db)
{
    abandon(db);
    db->call_count = 0;
}

static PGresult *exchange(struct db *db, const struct batch *batch, struct db_failure *failure_r)
{
    PGresult *kept = NULL;

    for (int attempt = 0; attempt < 2; attempt++) {
        bool unknown = false;
        size_t sent;
        size_t wanted;

        *failure_r = (struct db_failure){.fault = DB_FINE};
        sent = db_connect(db) == 0 ? send_batch(db, batch) : 0;
        if (sent == 0) {
            disconnect(db);
            failure_r->fault = DB_UNAVAILABLE;
            return NULL;
        }
        wanted = batch->query != NULL || batch->commit ? sent - 1 : sent;
        kept = receive(db, sent, wanted, failure_r, &unknown);
        if (failure_r->fault == DB_FINE) {
            break;
        }
        PQclear(kept);
        kept = NULL;
        db->begun = batch->begin || db->begun;
        if (!unknown || attempt > 0) {
            break;
        }
        abandon(db);
        if (admit(db) != 0) {
            failure_r->fault = DB_UNAVAILABLE;
            break;
        }
    }
    return kept;
}

static int result_free(PGresult **holder)
{
    PQclear(*holder);
    return 0;
}

static const PGresult *keep(TALLOC_CTX *arena, PGresult *result)
{
    PGresult **holder = talloc(arena, PGresult *);

    if (holder == NULL) {
        PQclear(result);
        return NULL;
    }
    *holder = result;
    talloc_set_destructor(holder, result_free);
    return result;
}

const PGresult *db_query(struct db *db, TALLOC_CTX *arena, size_t statement,
                         const char *const *values, struct db_failure *failure_r)
{
    const struct db_call call = {statement, values};
    const bool first = !db->begun;
    const struct batch batch = {
        .begin = db->context.writes && first, .enter = first, .query = &call};
    PGresult *result = exchange(db, &batch, failure_r);

    if (result == NULL) {
        return NULL;
    }
    db->begun = db->context.writes;
    db->call_count = 0;
    return keep(arena, result);
}

const PGresult *db_applied_migrations(struct db *db, TALLOC_CTX *arena,
                                      struct db_failure *failure_r)
{
    static const char sql[] = "SELECT plugin, newest FROM core.migrations()";
    const bool whole = db_connect(db) == 0;
    const PGresult *kept = NULL;
    PGresult *result = NULL;
    bool unknown = false;

    *failure_r = (struct db_failure){.fault = DB_UNAVAILABLE};
    if (!whole && (db->refused == NULL || db_connect_bare(db) != 0)) {
        return NULL;
    }
    if (PQsendQueryParams(db->connection, sql, 0, NULL, NULL, NULL, NULL, 0) &&
        PQpipelineSync(db->connection)) {
        failure_r->fault = DB_FINE;
        result = receive(db, 1, 0, failure_r, &unknown);
    }
    if (result != NULL) {
        kept = keep(arena, result);
        failure_r->fault = kept != NULL ? DB_FINE : DB_UNAVAILABLE;
    }
    if (!whole || failure_r->fault == DB_UNAVAILABLE) {
        disconnect(db); /* what comes next needs all statements, and connects anew */
    }
    return kept;
}

int db_commit(struct db *db, struct db_failure *failure_r)
{
    const bool first = !db->begun;
    const struct batch batch = {.begin = first, .enter = first, .commit = true};
    PGresult *result;
    bool committed;

    *failure_r = (struct db_failure){.fault = DB_FINE};
    if (first && db->call_count == 0) {
        return 0; /* nothing to keep */
    }
    result = exchange(db, &batch, failure_r);
    committed = result != NULL && strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    if (!committed) {
        failure_r->fault = failure_r->fault == DB_FINE ? DB_BROKEN : failure_r->fault;
        return -1;
    }
    db->call_count = 0;
    db->begun = false;
    return 0;
}
