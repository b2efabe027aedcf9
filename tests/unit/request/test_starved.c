/* SPDX-License-Identifier: MPL-2.0 */
/* test_starved.c: every allocation fails in turn (../starve.h) between documents and tables. No
 * value of a valid document is lost on the way into a statement, and none of a row on the way out.
 */
#include "../starve.h"
#include "../unit.h"

#include "request/request.h"

#include <string.h>

#define NAMESPACE "urn:codev:test:1"

static const char document[] =
    "<thing xmlns='" NAMESPACE "'><name>a<b/>c</name><item>d\"e</item><item>f</item></thing>";

struct fixture {
    codev_request *request;
    struct db_statement statement;
    PGresult *result;
};

static int set_up(void **state)
{
    struct fixture *const fixture = talloc_zero(NULL, struct fixture);
    PGresAttDesc attribute = {.name = (char *)"item[]", .typid = 1009};
    char array[] = "{\"d\\\"e\",f}";
    struct xml_fault fault;
    struct error error;

    assert_non_null(fixture);
    xml_startup();
    fixture->request = talloc_zero(fixture, codev_request);
    fixture->request->document = xml_parse(fixture, document, strlen(document), &fault);
    assert_non_null(fixture->request->document);
    assert_int_equal(db_statement_compile(fixture, "{name} {nothing} {item[]} {nothing[]}", "r",
                                          &fixture->statement, &error),
                     0);
    fixture->result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    assert_int_equal(PQsetResultAttrs(fixture->result, 1, &attribute), 1);
    assert_int_equal(PQsetvalue(fixture->result, 0, 0, array, (int)strlen(array)), 1);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *const fixture = *state;

    PQclear(fixture->result);
    return talloc_free(fixture);
}

static bool is(const char *text, const char *due)
{
    return text != NULL && strcmp(text, due) == 0;
}

static enum outcome bind(void *from, const char *unused)
{
    const struct fixture *const fixture = from;
    const char *const *const values = bind_parameters(fixture->request, &fixture->statement);

    (void)unused;
    if (values == NULL) {
        return OUTCOME_REFUSED;
    }
    return is(values[0], "ac") && values[1] == NULL && is(values[2], "{\"d\\\"e\",\"f\"}") &&
                   is(values[3], "{}")
               ? OUTCOME_GOOD
               : OUTCOME_WRONG;
}

static enum outcome write_row(void *from, const char *unused)
{
    const struct fixture *const fixture = from;
    xmlDoc *const row = xml_new(fixture->request, NAMESPACE, "row");
    const char *text = NULL;
    size_t size;

    (void)unused;
    if (row != NULL &&
        bind_row(fixture->request, fixture->result, 0, xmlDocGetRootElement(row)) == 0) {
        text = xml_write(fixture->request, row, &size);
    }
    if (text == NULL) {
        return OUTCOME_REFUSED;
    }
    return strstr(text, "<item>d\"e</item><item>f</item></row>") != NULL ? OUTCOME_GOOD
                                                                         : OUTCOME_WRONG;
}

static void whole_or_not(struct fixture *fixture, attempt *try)
{
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(try, fixture, "", lasting != 0, EACH_ALLOCATION);

        assert_true(row.refused > 0);
        assert_true(row.ended > 0);
        assert_true(row.good > 0);
    }
}

static void no_value_is_lost_on_the_way_into_a_statement(void **state)
{
    whole_or_not(*state, bind);
}

static void no_element_is_lost_on_the_way_out_of_a_row(void **state)
{
    whole_or_not(*state, write_row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_value_is_lost_on_the_way_into_a_statement),
        cmocka_unit_test(no_element_is_lost_on_the_way_out_of_a_row),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
