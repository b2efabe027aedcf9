/* SPDX-License-Identifier: MPL-2.0 */
/* connection.h: the inside of a connection, for this folder alone. */
#ifndef CODEV_DB_CONNECTION_H
#define CODEV_DB_CONNECTION_H

#include "db/db.h"

struct db_call {
    size_t statement;
    const char *const *values;
};

struct db {
    PGconn *connection; /* in pipeline mode; NULL or bad: not connected */
    const char *conninfo;
    bool unprepared;
    const struct db_statement *statements;
    size_t count;
    struct db_context context;
    struct db_call calls[DB_CALLS_MAX]; /* queued, not sent */
    size_t call_count;
    bool begun; /* BEGIN was sent and neither COMMIT nor ROLLBACK */
    bool client_gone;
    const char *refused; /* see db_refused */
};

/* The statements that every transaction may need beside the plugins'. */
enum db_own { DB_BEGIN, DB_COMMIT, DB_ENTER, DB_OWN_COUNT };

/* Send a statement, by its name or whole. 1, or 0 when the connection is broken (as libpq tells).
 */
int db_send(struct db *db, size_t statement, const char *const *values);
int db_send_own(struct db *db, enum db_own own, const char *const *values, int count);

/* Connect without preparing anything. 0, or -1 (the reason is logged). */
int db_connect_bare(struct db *db);

#endif
