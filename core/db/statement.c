/* SPDX-License-Identifier: MPL-2.0 */
/* statement.c: named parameters of a statement, numbered for PostgreSQL. */
#include "db/db.h"

#include <string.h>

static const struct {
    const char *prefix;
    enum db_source source;
} sources[] = {{"path:", DB_FROM_PATH},
               {"query:", DB_FROM_QUERY},
               {"list:", DB_FROM_LIST},
               {"request:", DB_FROM_REQUEST},
               {"", DB_FROM_DOCUMENT}};

static int parse_parameter(TALLOC_CTX *context, const char *text, size_t length,
                           struct db_parameter *parameter_r, struct error *error)
{
    const char *const whole = text;
    const size_t whole_length = length;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const size_t prefix = strlen(sources[i].prefix);

        if (length >= prefix && strncmp(text, sources[i].prefix, prefix) == 0) {
            parameter_r->source = sources[i].source;
            text += prefix;
            length -= prefix;
            break;
        }
    }
    parameter_r->list = length >= 2 && strncmp(text + length - 2, "[]", 2) == 0;
    length -= parameter_r->list ? 2 : 0;
    if (length == 0 || (parameter_r->list && parameter_r->source != DB_FROM_DOCUMENT)) {
        return error_set(error,
                         "The parameter {%.*s} has no name, or is a list that is not in the "
                         "document.",
                         (int)whole_length, whole);
    }
    /* An unknown name would be NULL, which here means that any version will do. */
    if (parameter_r->source == DB_FROM_REQUEST &&
        (length != strlen("if-match") || strncmp(text, "if-match", length) != 0)) {
        return error_set(error, "There is no parameter {%.*s}.", (int)whole_length, whole);
    }
    parameter_r->name = talloc_strndup(context, text, length);
    return parameter_r->name == NULL ? error_set(error, "There is no memory for a statement.") : 0;
}

/* The number of the parameter, which is added when it is new; 0 when that is impossible. */
static size_t number_of(struct db_statement *statement, const struct db_parameter *parameter)
{
    for (size_t i = 0; i < statement->count; i++) {
        const struct db_parameter *known = &statement->parameters[i];

        if (known->source == parameter->source && known->list == parameter->list &&
            strcmp(known->name, parameter->name) == 0) {
            return i + 1;
        }
    }
    if (statement->count == DB_PARAMETERS_MAX) {
        return 0;
    }
    statement->parameters[statement->count] = *parameter;
    return ++statement->count;
}

int db_statement_compile(TALLOC_CTX *context, const char *sql, const char *role,
                         struct db_statement *statement_r, struct error *error)
{
    char *out = talloc_strdup(context, "");
    bool quoted = false;
    const char *from = sql;

    *statement_r = (struct db_statement){.role = role};
    for (const char *at = sql; *at != '\0'; at++) {
        struct db_parameter parameter;
        const char *end;
        size_t number;

        quoted = *at == '\'' ? !quoted : quoted;
        if (*at != '{' || quoted) {
            continue;
        }
        end = strchr(at, '}');
        if (end == NULL) {
            return error_set(error, "A brace is not closed in the statement “%s”.", sql);
        }
        if (parse_parameter(context, at + 1, (size_t)(end - at - 1), &parameter, error) != 0) {
            return -1;
        }
        number = number_of(statement_r, &parameter);
        if (number == 0) {
            return error_set(error, "The statement “%s” has more than %d parameters.", sql,
                             DB_PARAMETERS_MAX);
        }
        out = talloc_asprintf_append_buffer(out, "%.*s$%zu", (int)(at - from), from, number);
        from = end + 1;
        at = end;
    }
    statement_r->sql = talloc_asprintf_append_buffer(out, "%s", from);
    return statement_r->sql == NULL ? error_set(error, "There is no memory for a statement.") : 0;
}
