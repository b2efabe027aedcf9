/* SPDX-License-Identifier: MPL-2.0 */
/* bind.c: elements to a statement's parameters and rows to elements, by name: the one place where
 * documents and tables meet, so that no handler copies field by field. */
#include "request/request.h"

#include "base/memory.h"

#include <string.h>

/* Types of results that are not written as PostgreSQL writes them (pg_type.dat). */
enum { OID_BOOL = 16, OID_TIMESTAMPTZ = 1184 };

/* PostgreSQL's text form of an array: every element in quotes, quotes and backslashes escaped. */
static const char *array_literal(TALLOC_CTX *arena, const char *const *values, size_t count)
{
    char *out = talloc_strdup(arena, "{");

    for (size_t i = 0; i < count && out != NULL; i++) {
        char *escaped = talloc_size(arena, 2 * strlen(values[i]) + 1);
        char *to = escaped;

        if (escaped == NULL) {
            return NULL;
        }
        for (const char *from = values[i]; *from != '\0'; from++) {
            if (*from == '"' || *from == '\\') {
                *to++ = '\\';
            }
            *to++ = *from;
        }
        *to = '\0';
        out = talloc_asprintf_append_buffer(out, "%s\"%s\"", i > 0 ? "," : "", escaped);
    }
    return out != NULL ? talloc_strdup_append_buffer(out, "}") : NULL;
}

/* A capability itself never goes to the database. */
static const char *path_value(codev_request *request, const char *name)
{
    const struct route *route = request->route;

    for (size_t i = 0; i < route->segment_count; i++) {
        if (route->segments[i].kind == SEGMENT_CAPABILITY &&
            strcmp(route->segments[i].text, name) == 0) {
            return request->capability;
        }
    }
    return codev_path_parameter(request, name);
}

/* All elements of the path, as an array. */
static int list_value(codev_request *request, const xmlNode *root, const char *path,
                      const char **value_r)
{
    const char *const *values;
    const size_t count = xml_get_all(request, root, path, &values);

    *value_r = array_literal(request, values, count);
    return *value_r != NULL ? 0 : -1;
}

/* NULL is a value; that memory is short must not pass for it. */
static int parameter_value(codev_request *request, const struct db_parameter *parameter,
                           const char **value_r)
{
    const xmlNode *root =
        request->document != NULL ? xmlDocGetRootElement(request->document) : NULL;

    *value_r = NULL;
    switch (parameter->source) {
    case DB_FROM_PATH:
        *value_r = path_value(request, parameter->name);
        return 0;
    case DB_FROM_QUERY:
        *value_r = codev_query_parameter(request, parameter->name);
        return 0;
    case DB_FROM_LIST:
        return list_parameter(request, parameter->name, value_r);
    case DB_FROM_REQUEST:
        request->versions_asked = true;
        *value_r = request->versions;
        return 0;
    case DB_FROM_DOCUMENT:
        break;
    }
    if (root != NULL && parameter->list) {
        return list_value(request, root, parameter->name, value_r);
    }
    *value_r = root != NULL ? xml_get(request, root, parameter->name) : NULL;
    return 0;
}

const char *const *bind_parameters(codev_request *request, const struct db_statement *statement)
{
    const char **values = talloc_array(request, const char *, (unsigned)statement->count + 1);

    for (size_t i = 0; values != NULL && i < statement->count; i++) {
        if (parameter_value(request, &statement->parameters[i], &values[i]) != 0) {
            return NULL;
        }
    }
    return values;
}

/* "2026-11-24 01:38:19.1234+00", as the session's settings make it, as xs:dateTime with all six
 * digits of the second, so that what was stored reads as what was answered. */
static const char *date_time(TALLOC_CTX *arena, const char *value)
{
    enum { SECONDS = sizeof "2026-11-24 01:38:19" - 1 };
    const char *fraction = value + SECONDS;
    int digits;

    if (strlen(value) < SECONDS + 3 || strcmp(value + strlen(value) - 3, "+00") != 0) {
        return value;
    }
    fraction += *fraction == '.' ? 1 : 0;
    digits = (int)strspn(fraction, "0123456789");
    return talloc_asprintf(arena, "%.10sT%.8s.%.*s%.*sZ", value, value + 11, digits, fraction,
                           6 - digits, "000000");
}

static const char *column_text(TALLOC_CTX *arena, const char *value, Oid type)
{
    switch (type) {
    case OID_BOOL:
        return *value == 't' ? "true" : "false";
    case OID_TIMESTAMPTZ:
        return date_time(arena, value);
    default:
        return value;
    }
}

/* The next element of an array's text form, taken off *at; NULL at the end. */
static char *next_element(TALLOC_CTX *arena, const char **at)
{
    const char *from = *at + 1; /* behind the brace or comma */
    char *element = talloc_strdup(arena, from);
    char *to = element;
    bool quoted = *from == '"';

    if (element == NULL) {
        memory_is_out("bind_row", 0); /* else the rest of the list would be lost */
    }
    if (**at == '}' || *from == '\0' || *from == '}') {
        return NULL;
    }
    for (from += quoted ? 1 : 0; *from != '\0'; from++) {
        if (quoted ? *from == '"' : *from == ',' || *from == '}') {
            break;
        }
        from += *from == '\\' && from[1] != '\0' ? 1 : 0;
        *to++ = *from;
    }
    *to = '\0';
    *at = from + (quoted ? 1 : 0);
    return element;
}

static int write_list(codev_request *request, xmlNode *node, const char *path, const char *array)
{
    char *element;

    while ((element = next_element(request, &array)) != NULL) {
        if (xml_add(node, path, element) != 0) {
            return -1;
        }
    }
    return 0;
}

int bind_row(codev_request *request, const PGresult *result, int row, xmlNode *node)
{
    const int columns = PQnfields(result);

    for (int i = 0; i < columns; i++) {
        const char *name = PQfname(result, i);
        const char *value = PQgetvalue(result, row, i);
        const size_t length = strlen(name);
        int status;

        if (PQgetisnull(result, row, i)) {
            continue;
        }
        if (length > 2 && strcmp(name + length - 2, "[]") == 0) {
            char *path = talloc_strndup(request, name, length - 2);

            status = path != NULL ? write_list(request, node, path, value) : -1;
        } else {
            status = codev_set(request, (codev_node *)node, name,
                               column_text(request, value, PQftype(result, i)));
        }
        if (status != 0) {
            return -1;
        }
    }
    return 0;
}
