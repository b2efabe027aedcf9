/* SPDX-License-Identifier: MPL-2.0 */
/* health.c: GET /health/live and /health/ready. What is not ready is told by the same document as
 * what is, with 503, so that whoever looks sees which check failed. */
#include "request/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_READY = 200, STATUS_NOT_READY = 503 };

int health_live(codev_request *request)
{
    codev_node *document = codev_new_document(request, "health");

    if (document == NULL || codev_set(request, document, "@status", "live") != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer(request, document);
}

/* A check's element; NULL: failed. */
static codev_node *add_check(codev_request *request, codev_node *document, const char *name,
                             const struct plugin *plugin, bool fine)
{
    codev_node *check;

    if (xml_add((xmlNode *)document, "check", "") != 0) {
        (void)request_problem(request, PROBLEM_UNAVAILABLE);
        return NULL;
    }
    check = (codev_node *)xmlGetLastChild((xmlNode *)document);
    if (plugin != NULL) {
        const char *plugin_name = plugin->descriptor->name;

        name = codev_format(request, "%s-%s", name, plugin_name);
        if (codev_set(request, check, "@plugin", plugin_name) != CODEV_OK) {
            return NULL;
        }
    }
    return codev_set(request, check, "@name", name) == CODEV_OK &&
                   codev_set(request, check, "@status", fine ? "ok" : "failed") == CODEV_OK
               ? check
               : NULL;
}

/* The number of the plugin's newest migration in the database; 0: none. */
static int newest_applied(const PGresult *applied, const char *plugin)
{
    for (int row = 0; row < PQntuples(applied); row++) {
        if (strcmp(PQgetvalue(applied, row, 0), plugin) == 0) {
            return (int)strtol(PQgetvalue(applied, row, 1), NULL, 10);
        }
    }
    return 0;
}

/* 1: none is pending. 0: some are. -1: failed. A database that is newer is no failure: when a new
 * program comes, the database is migrated first, and this one serves until it is replaced. */
static int check_migrations(codev_request *request, codev_node *document,
                            const struct plugin *plugin, const PGresult *applied)
{
    const int shipped = plugin->newest_migration;
    const int newest = applied != NULL ? newest_applied(applied, plugin->descriptor->name) : -1;
    const bool fine = newest >= shipped;
    codev_node *check = add_check(request, document, "migrations", plugin, fine);

    if (check == NULL ||
        codev_set(request, check, "@state",
                  !fine              ? "pending"
                  : newest > shipped ? "newer"
                                     : "current") != CODEV_OK ||
        codev_set(request, check, "@shipped", codev_format(request, "%d", shipped)) != CODEV_OK) {
        return -1;
    }
    if (newest >= 0 &&
        codev_set(request, check, "@applied", codev_format(request, "%d", newest)) != CODEV_OK) {
        return -1;
    }
    return fine ? 1 : 0;
}

/* As check_migrations: whether PostgreSQL takes the plugin's statements. */
static int check_plugin(codev_request *request, codev_node *document, const struct plugin *plugin)
{
    const char *refused = db_refused(request->service->db);
    const bool fine = refused == NULL || strcmp(refused, plugin->role) != 0;

    return add_check(request, document, "plugin", plugin, fine) == NULL ? -1 : fine;
}

/* As check_migrations: all that can be asked of a database that answers. A database that does not
 * even know the question is one whose core has migrations pending, and tells nothing of others. */
static int check_plugins(codev_request *request, codev_node *document, const PGresult *applied)
{
    const struct registry *registry = request->service->registry;
    bool ready = true;

    for (size_t i = 0; i < registry->plugin_count; i++) {
        const struct plugin *plugin = &registry->plugins[i];
        const int migrated =
            applied != NULL || i == 0 ? check_migrations(request, document, plugin, applied) : 1;
        const int usable = check_plugin(request, document, plugin);

        if (migrated < 0 || usable < 0) {
            return -1;
        }
        ready = ready && migrated > 0 && usable > 0;
    }
    return ready;
}

int health_ready(codev_request *request)
{
    codev_node *document = codev_new_document(request, "health");
    struct db_failure failure;
    const PGresult *applied = db_applied_migrations(request->service->db, request, &failure);
    const bool reachable = failure.fault != DB_UNAVAILABLE;
    int ready = reachable;

    request_database_failed(request, &failure);
    if (document == NULL || add_check(request, document, "database", NULL, reachable) == NULL) {
        return CODEV_FAILED;
    }
    if (reachable) {
        ready = check_plugins(request, document, applied);
    }
    if (ready < 0 ||
        codev_set(request, document, "@status", ready ? "ready" : "not-ready") != CODEV_OK) {
        return CODEV_FAILED;
    }
    (void)codev_answer(request, document);
    request->status = ready ? STATUS_READY : STATUS_NOT_READY;
    return CODEV_OK;
}
