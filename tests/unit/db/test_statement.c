/* SPDX-License-Identifier: MPL-2.0 */
/* test_statement.c: named parameters become numbered ones. */
#include "../unit.h"

#include "db/db.h"

#include <string.h>

static struct db_statement statement;
static struct error error;

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static void compile(void **state, const char *sql, const char *wanted)
{
    error.text[0] = '\0';
    if (db_statement_compile(*state, sql, "codev_quotes", &statement, &error) != 0) {
        fail_msg("%s: %s", sql, error.text);
    }
    assert_string_equal(statement.sql, wanted);
    assert_string_equal(statement.role, "codev_quotes");
}

static void refuse(void **state, const char *sql, const char *reason)
{
    error.text[0] = '\0';
    if (db_statement_compile(*state, sql, "codev_quotes", &statement, &error) != -1) {
        fail_msg("%s was taken as %s", sql, statement.sql);
    }
    if (strstr(error.text, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, reason);
    }
}

static void assert_parameter(size_t index, enum db_source source, bool list, const char *name)
{
    assert_true(index < statement.count);
    assert_int_equal(statement.parameters[index].source, source);
    assert_int_equal(statement.parameters[index].list, list);
    assert_string_equal(statement.parameters[index].name, name);
}

static void a_statement_without_parameters_stays_as_it_is(void **state)
{
    compile(state, "SELECT 1 AS \"@one\"", "SELECT 1 AS \"@one\"");
    assert_int_equal(statement.count, 0);
    compile(state, "", "");
    assert_int_equal(statement.count, 0);
}

static void every_source_has_its_prefix(void **state)
{
    compile(state,
            "SELECT {contact/email}, {consent/@text-version}, {need/audience[]}, {path:id},"
            " {query:status}",
            "SELECT $1, $2, $3, $4, $5");
    assert_int_equal(statement.count, 5);
    assert_parameter(0, DB_FROM_DOCUMENT, false, "contact/email");
    assert_parameter(1, DB_FROM_DOCUMENT, false, "consent/@text-version");
    assert_parameter(2, DB_FROM_DOCUMENT, true, "need/audience");
    assert_parameter(3, DB_FROM_PATH, false, "id");
    assert_parameter(4, DB_FROM_QUERY, false, "status");
}

static void a_name_used_again_keeps_its_number(void **state)
{
    compile(state, "{a} {b} {a} {b}{a}", "$1 $2 $1 $2$1");
    assert_int_equal(statement.count, 2);
}

static void one_name_of_several_sources_is_several_parameters(void **state)
{
    compile(state, "{id} {path:id} {query:id} {id[]}", "$1 $2 $3 $4");
    assert_int_equal(statement.count, 4);
}

static void a_cast_stands_behind_its_parameter(void **state)
{
    compile(state, "({path:id}::uuid)", "($1::uuid)");
}

static void braces_in_sql_strings_are_no_parameters(void **state)
{
    compile(state, "SELECT '{}'::text[], '{a}', 'it''s {b}', {c}",
            "SELECT '{}'::text[], '{a}', 'it''s {b}', $1");
    assert_int_equal(statement.count, 1);
    assert_parameter(0, DB_FROM_DOCUMENT, false, "c");
}

static void a_brace_that_is_not_closed_is_refused(void **state)
{
    refuse(state, "SELECT {a", "not closed");
    refuse(state, "SELECT {a}, {", "not closed");
}

static void a_parameter_without_a_name_is_refused(void **state)
{
    refuse(state, "SELECT {}", "{} has no name");
    refuse(state, "SELECT {path:}", "{path:} has no name");
    refuse(state, "SELECT {query:}", "{query:} has no name");
    refuse(state, "SELECT {[]}", "{[]} has no name");
}

static void only_documents_have_lists(void **state)
{
    refuse(state, "SELECT {path:id[]}", "{path:id[]}");
    refuse(state, "SELECT {query:status[]}", "{query:status[]}");
}

/* NULL means any version there: a slip of the pen must not. */
static void of_the_request_there_is_one_parameter(void **state)
{
    assert_int_equal(db_statement_compile(*state, "{request:if-match}", "r", &statement, &error),
                     0);
    assert_int_equal(statement.parameters[0].source, DB_FROM_REQUEST);
    refuse(state, "SELECT {request:if-matches}", "no parameter {request:if-matches}");
    refuse(state, "SELECT {request:if_match}", "no parameter");
    refuse(state, "SELECT {request:}", "{request:} has no name");
}

static char *many(void *arena, size_t count)
{
    char *sql = talloc_strdup(arena, "");

    for (size_t i = 0; i < count; i++) {
        sql = talloc_asprintf_append(sql, "{p%zu}", i);
    }
    return sql;
}

static void as_many_parameters_as_there_is_room_for(void **state)
{
    assert_int_equal(
        db_statement_compile(*state, many(*state, DB_PARAMETERS_MAX), "r", &statement, &error), 0);
    assert_int_equal(statement.count, DB_PARAMETERS_MAX);
    assert_non_null(strstr(statement.sql, "$63$64"));
    refuse(state, many(*state, DB_PARAMETERS_MAX + 1), "more than 64 parameters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_without_parameters_stays_as_it_is),
        cmocka_unit_test(every_source_has_its_prefix),
        cmocka_unit_test(a_name_used_again_keeps_its_number),
        cmocka_unit_test(one_name_of_several_sources_is_several_parameters),
        cmocka_unit_test(a_cast_stands_behind_its_parameter),
        cmocka_unit_test(braces_in_sql_strings_are_no_parameters),
        cmocka_unit_test(a_brace_that_is_not_closed_is_refused),
        cmocka_unit_test(a_parameter_without_a_name_is_refused),
        cmocka_unit_test(only_documents_have_lists),
        cmocka_unit_test(of_the_request_there_is_one_parameter),
        cmocka_unit_test(as_many_parameters_as_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
