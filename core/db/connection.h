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
    const struct db_statement *statements;
    size_t count;
    struct db_context context;
    struct db_call calls[DB_CALLS_MAX]; /* queued, not sent */
    size_t call_count;
    bool begun; /* BEGIN was sent and neither COMMIT nor ROLLBACK */
};

enum { DB_NAME_SIZE = 24 };

/* Name of a prepared statement by its index. */
void db_statement_name(size_t statement, char name_r[DB_NAME_SIZE]);

#endif
