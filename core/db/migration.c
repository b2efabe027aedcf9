/* SPDX-License-Identifier: MPL-2.0 */
/* migration.c: numbered SQL files a plugin, each applied once, in a transaction of its own; the
 * past is checked by SHA-256 and never changed. */
#include "base/hex.h"
#include "base/log.h"
#include "db/db.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGEST_TEXT_SIZE = 2 * 32 + 1,
    MIGRATION_SIZE_MAX = 1 << 20, /* bytes of one file */
    MIGRATIONS_MAX = 1000,        /* files of one plugin */
    ADVISORY_LOCK = 0x636f6465,   /* "code": one migration at a time in this database */
};

struct run {
    PGconn *connection;
    const char *data_directory;
    size_t applied;
    struct error *error;
};

static int fail(const struct run *run, const char *what)
{
    const char *message = PQerrorMessage(run->connection);

    return error_set(run->error, "%s: %.*s.", what, (int)strcspn(message, "\n"), message);
}

static int execute(const struct run *run, const char *what, const char *sql)
{
    PGresult *result = PQexec(run->connection, sql);
    const ExecStatusType status = PQresultStatus(result);

    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : fail(run, what);
}

/* The schema of a plugin, and the role under which its statements run. The core's own schema has
 * the table of migrations. */
static int make_room(const struct run *run, const char *plugin)
{
    static const char format[] =
        "CREATE SCHEMA IF NOT EXISTS \"%1$s\";"
        "DO $$BEGIN"
        "  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'codev_%1$s') THEN"
        "    CREATE ROLE \"codev_%1$s\" NOLOGIN;"
        "  END IF;"
        "END$$;"
        "GRANT \"codev_%1$s\" TO codev;"
        "GRANT USAGE ON SCHEMA \"%1$s\" TO \"codev_%1$s\";"
        "CREATE TABLE IF NOT EXISTS core.migration (plugin text, number integer,"
        "  name text NOT NULL, sha256 text NOT NULL,"
        "  applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (plugin, number));";
    char *sql = talloc_asprintf(NULL, format, plugin);
    const int status = execute(run, plugin, sql);

    talloc_free(sql);
    return status;
}

/* The application's settings stand with its role, so they hold however it connects. Nobody may make
 * temporary objects, which PostgreSQL lets everybody: they stand in the way of others' names. */
static int set_application(const struct run *run)
{
    char sql[1024];

    (void)snprintf(sql, sizeof sql,
                   "DO $$BEGIN EXECUTE format('REVOKE ALL ON DATABASE %%I FROM PUBLIC',"
                   " current_database()); EXECUTE format('GRANT CONNECT ON DATABASE %%I TO codev',"
                   " current_database()); END$$;"
                   "ALTER ROLE codev SET search_path = pg_catalog;"
                   "ALTER ROLE codev SET timezone = 'UTC';"
                   "ALTER ROLE codev SET datestyle = 'ISO';"
                   "ALTER ROLE codev SET jit = off;"
                   "ALTER ROLE codev SET statement_timeout = %d;"
                   "ALTER ROLE codev SET idle_in_transaction_session_timeout = %d;",
                   DB_STATEMENT_TIMEOUT_MS, 2 * DB_STATEMENT_TIMEOUT_MS);
    return execute(run, "The role codev", sql);
}

static char *read_migration(TALLOC_CTX *context, const char *path, struct error *error)
{
    FILE *file = fopen(path, "re");
    char *text = talloc_zero_size(context, MIGRATION_SIZE_MAX + 1);
    size_t size;

    if (file == NULL || text == NULL) {
        (void)error_set(error, "%s cannot be read: %s.", path, strerror(errno));
        if (file != NULL) {
            (void)fclose(file);
        }
        return NULL;
    }
    size = fread(text, 1, MIGRATION_SIZE_MAX + 1, file);
    (void)fclose(file);
    if (size > MIGRATION_SIZE_MAX || memchr(text, '\0', size) != NULL) {
        (void)error_set(error, "%s is larger than %d bytes, or no text.", path, MIGRATION_SIZE_MAX);
        return NULL;
    }
    return text;
}

static int digest(const char *text, char digest_r[DIGEST_TEXT_SIZE])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (EVP_Digest(text, strlen(text), bytes, &size, EVP_sha256(), NULL) != 1) {
        return -1;
    }
    hex_text(bytes, size, digest_r);
    return 0;
}

/* 1: applied and unchanged. 0: not applied yet. -1: changed since, or no answer. */
static int is_applied(const struct run *run, const char *plugin, const char *number,
                      const char *path, const char *sha256)
{
    const char *const values[] = {plugin, number};
    PGresult *result = PQexecParams(
        run->connection, "SELECT sha256 FROM core.migration WHERE plugin = $1 AND number = $2", 2,
        NULL, values, NULL, NULL, 0);
    int status = PQntuples(result) > 0 ? 1 : 0;

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        status = fail(run, path);
    } else if (status == 1 && strcmp(PQgetvalue(result, 0, 0), sha256) != 0) {
        status = error_set(run->error,
                           "%s was changed after it had been applied; put it back as it "
                           "was and write a new migration instead.",
                           path);
    }
    PQclear(result);
    return status;
}

static int apply(struct run *run, const char *plugin, const char *number, const char *path,
                 const char *text, const char *sha256)
{
    const char *const values[] = {plugin, number, strrchr(path, '/') + 1, sha256};
    PGresult *result;
    bool fine;

    if (execute(run, path, "BEGIN") != 0 || execute(run, path, text) != 0) {
        return -1;
    }
    result = PQexecParams(run->connection,
                          "INSERT INTO core.migration (plugin, number, name, sha256)"
                          " VALUES ($1, $2, $3, $4)",
                          4, NULL, values, NULL, NULL, 0);
    fine = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!fine || execute(run, path, "COMMIT") != 0) {
        return fail(run, path);
    }
    run->applied++;
    log_line(LOG_LEVEL_INFO, "event=migrated plugin=%s file=%s", plugin, values[2]);
    return 0;
}

static int migrate_file(struct run *run, TALLOC_CTX *context, const char *plugin, const char *path)
{
    const char *number = talloc_strndup(context, strrchr(path, '/') + 1, 4);
    char *text = read_migration(context, path, run->error);
    char sha256[DIGEST_TEXT_SIZE] = "";
    int status;

    if (text == NULL || number == NULL || digest(text, sha256) != 0) {
        return -1;
    }
    status = is_applied(run, plugin, number, path, sha256);
    return status == 0 ? apply(run, plugin, number, path, text, sha256) : (status < 0 ? -1 : 0);
}

static int is_migration(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return strspn(entry->d_name, "0123456789") == 4 && entry->d_name[4] == '-' && length > 4 &&
           strcmp(entry->d_name + length - 4, ".sql") == 0;
}

/* Files that were applied once and are gone would leave a database nobody can make again. */
static int check_none_missing(const struct run *run, const char *plugin, const char *present)
{
    const char *const values[] = {plugin, present};
    PGresult *result =
        PQexecParams(run->connection,
                     "SELECT name FROM core.migration WHERE plugin = $1"
                     " AND name <> ALL (string_to_array($2, '/')) ORDER BY number LIMIT 1",
                     2, NULL, values, NULL, NULL, 0);
    int status = 0;

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        status = fail(run, plugin);
    } else if (PQntuples(result) > 0) {
        status = error_set(run->error,
                           "The migration %s of “%s” was applied to this database, but "
                           "its file is missing: is this an older codev?",
                           PQgetvalue(result, 0, 0), plugin);
    }
    PQclear(result);
    return status;
}

static int migrate_entries(struct run *run, const char *plugin, const char *directory,
                           struct dirent **entries, int count)
{
    TALLOC_CTX *context = talloc_new(NULL);
    char *present = talloc_strdup(context, "");
    int status = 0;

    for (int i = 0; i < count; i++) {
        present = talloc_asprintf_append_buffer(present, "%s/", entries[i]->d_name);
        if (i > 0 && strncmp(entries[i - 1]->d_name, entries[i]->d_name, 4) == 0) {
            status = error_set(run->error, "%s has two migrations of one number: %s and %s.",
                               directory, entries[i - 1]->d_name, entries[i]->d_name);
        }
    }
    status = status == 0 ? check_none_missing(run, plugin, present) : status;
    for (int i = 0; i < count && status == 0; i++) {
        status = migrate_file(run, context, plugin,
                              talloc_asprintf(context, "%s/%s", directory, entries[i]->d_name));
    }
    talloc_free(context);
    return status;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
}

/* The migrations in the directory, in their order: how many, none where it is missing, or -1. To be
 * freed in every case. */
static int list_migrations(const char *directory, struct dirent ***entries_r, struct error *error)
{
    const int count = scandir(directory, entries_r, is_migration, alphasort);

    if (count < 0) {
        *entries_r = NULL;
        return errno == ENOENT
                   ? 0
                   : error_set(error, "%s cannot be read: %s.", directory, strerror(errno));
    }
    if (count > MIGRATIONS_MAX) {
        free_entries(*entries_r, count);
        *entries_r = NULL;
        return error_set(error, "%s has more than %d migrations.", directory, MIGRATIONS_MAX);
    }
    return count;
}

int db_newest_migration(const char *directory, struct error *error)
{
    char *path = talloc_asprintf(NULL, "%s/migrations", directory);
    struct dirent **entries;
    const int count = list_migrations(path, &entries, error);
    const int newest = count > 0 ? (int)strtol(entries[count - 1]->d_name, NULL, 10) : count;

    free_entries(entries, count);
    talloc_free(path);
    return newest;
}

static int migrate_plugin(struct run *run, const char *plugin)
{
    char *directory = talloc_asprintf(NULL, "%s/%s/migrations", run->data_directory, plugin);
    struct dirent **entries;
    const int count = list_migrations(directory, &entries, run->error);
    int status = count >= 0 ? make_room(run, plugin) : -1;

    status = status == 0 ? migrate_entries(run, plugin, directory, entries, count) : -1;
    free_entries(entries, count);
    talloc_free(directory);
    return status;
}

int db_migrate(const char *conninfo, const char *data_directory, const char *const *plugins,
               size_t count, size_t *applied_r, struct error *error)
{
    struct run run = {
        .connection = PQconnectdb(conninfo), .data_directory = data_directory, .error = error};
    char lock[64];
    int status;

    (void)snprintf(lock, sizeof lock, "SELECT pg_advisory_lock(%d)", ADVISORY_LOCK);
    if (PQstatus(run.connection) != CONNECTION_OK) {
        status = fail(&run, "The database cannot be reached");
    } else {
        (void)PQsetClientEncoding(run.connection, "UTF8");
        status = execute(&run, "settings",
                         "SET client_min_messages = warning; "
                         "SET search_path = pg_catalog");
        status = status == 0 ? execute(&run, "lock", lock) : -1;
        status = status == 0 ? set_application(&run) : -1;
        status = status == 0 ? migrate_plugin(&run, "core") : -1;
        for (size_t i = 0; i < count && status == 0; i++) {
            status = migrate_plugin(&run, plugins[i]);
        }
    }
    PQfinish(run.connection);
    *applied_r = run.applied;
    return status;
}
