/* SPDX-License-Identifier: MPL-2.0 */
/* test_bind.c: elements to parameters and rows to elements, with results that libpq makes without a
 * database. */
#include "../unit.h"

#include "request/request.h"

#include <string.h>

#define NAMESPACE "urn:codev:test:1"

enum {
    OID_TEXT = 25,
    OID_BOOL = 16,
    OID_TIMESTAMPTZ = 1184,
    OID_DATE = 1082,
    OID_TEXT_ARRAY = 1009
};

static struct route route = {
    .segments = {{SEGMENT_LITERAL, "things"}, {SEGMENT_ID, "id"}},
    .segment_count = 2,
};
static const struct xml_field query_fields[] = {{"status", "received"}, {"empty", ""}};

/* A request for /things/7 with that document. */
static int set_up(void **state)
{
    static const char document[] =
        "<thing xmlns='" NAMESPACE "' colour='blue'><name>Brûlé &amp; Cie</name>"
        "<item>a</item><item>b\"c\\d</item><item>{e,f}</item><item/>"
        "<item>NULL</item><part><empty/><foreign xmlns='urn:x'>no</foreign></part></thing>";
    codev_request *request = talloc_zero(NULL, codev_request);
    struct xml_fault fault;

    request->route = &route;
    request->segments[0] = "things";
    request->segments[1] = "7";
    request->query_fields = query_fields;
    request->query_field_count = LENGTH(query_fields);
    request->mount = "/codev";
    request->document = xml_parse(request, document, strlen(document), &fault);
    *state = request;
    return request->document != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

static const char *const *bind_sql(codev_request *request, const char *sql)
{
    struct db_statement statement;
    struct error error;
    const char *const *values;

    assert_int_equal(db_statement_compile(request, sql, "r", &statement, &error), 0);
    values = bind_parameters(request, &statement);
    assert_non_null(values);
    return values;
}

static void texts_and_attributes_are_bound_by_path(void **state)
{
    const char *const *values = bind_sql(*state, "{name} {@colour} {part/empty} {.}");

    assert_string_equal(values[0], "Brûlé & Cie");
    assert_string_equal(values[1], "blue");
    assert_string_equal(values[2], "");
}

static void what_is_absent_is_null(void **state)
{
    const char *const *values =
        bind_sql(*state, "{nothing} {@nothing} {part/nothing/at/all} {part/foreign}"
                         " {path:nothing} {query:nothing}");

    for (int i = 0; i < 6; i++) {
        assert_null(values[i]);
    }
}

static void path_and_query_have_values_too(void **state)
{
    const char *const *values = bind_sql(*state, "{path:id} {query:status} {query:empty}");

    assert_string_equal(values[0], "7");
    assert_string_equal(values[1], "received");
    assert_string_equal(values[2], "");
}

static void a_list_becomes_an_array_with_everything_quoted(void **state)
{
    const char *const *values = bind_sql(*state, "{item[]} {nothing[]} {name[]}");

    assert_string_equal(values[0], "{\"a\",\"b\\\"c\\\\d\",\"{e,f}\",\"\",\"NULL\"}");
    assert_string_equal(values[1], "{}");
    assert_string_equal(values[2], "{\"Brûlé & Cie\"}");
}

static void without_a_document_its_parameters_are_null(void **state)
{
    codev_request *request = *state;
    const char *const *values;

    request->document = NULL;
    values = bind_sql(request, "{name} {item[]} {path:id}");
    assert_null(values[0]);
    assert_null(values[1]);
    assert_string_equal(values[2], "7");
}

/* ---- rows */

struct column {
    const char *name;
    Oid type;
    const char *value; /* NULL: null */
};

/* The document that a row with these columns makes. */
static const char *row_document(codev_request *request, const struct column *columns, int count)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc attributes[8] = {{0}};
    xmlDoc *document = xml_new(request, NAMESPACE, "row");
    char *text;
    size_t size;

    for (int i = 0; i < count; i++) {
        attributes[i].name = talloc_strdup(request, columns[i].name);
        attributes[i].typid = columns[i].type;
    }
    assert_int_equal(PQsetResultAttrs(result, count, attributes), 1);
    for (int i = 0; i < count; i++) {
        char *value = columns[i].value != NULL ? talloc_strdup(request, columns[i].value) : NULL;

        assert_int_equal(PQsetvalue(result, 0, i, value, value != NULL ? (int)strlen(value) : -1),
                         1);
    }
    assert_int_equal(bind_row(request, result, 0, xmlDocGetRootElement(document)), 0);
    PQclear(result);
    text = xml_write(request, document, &size);
    assert_non_null(text);
    text = strstr(text, "<row");
    assert_non_null(text);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

#define ROW "<row xmlns=\"" NAMESPACE "\""

static void columns_stand_where_their_names_say(void **state)
{
    static const struct column columns[] = {
        {"@id", OID_TEXT, "7"},
        {"name", OID_TEXT, "a < b & \"c\""},
        {"part/size", OID_TEXT, "3"},
        {"part/@colour", OID_TEXT, "blue"},
    };

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW " id=\"7\"><name>a &lt; b &amp; \"c\"</name>"
                            "<part colour=\"blue\"><size>3</size></part></row>");
}

static void null_leaves_the_element_out_and_empty_does_not(void **state)
{
    static const struct column columns[] = {
        {"gone", OID_TEXT, NULL},         {"part/gone", OID_TEXT, NULL}, {"@gone", OID_TEXT, NULL},
        {"gone[]", OID_TEXT_ARRAY, NULL}, {"blank", OID_TEXT, ""},
    };

    assert_string_equal(row_document(*state, columns, LENGTH(columns)), ROW "><blank/></row>");
}

static void the_text_of_the_element_itself_is_a_dot(void **state)
{
    static const struct column columns[] = {{"@version", OID_TEXT, "1"}, {".", OID_TEXT, "Texte"}};

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW " version=\"1\">Texte</row>");
}

static void truth_is_written_as_xml_schema_writes_it(void **state)
{
    static const struct column columns[] = {
        {"@yes", OID_BOOL, "t"}, {"@no", OID_BOOL, "f"}, {"@letter", OID_TEXT, "t"}};

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW " yes=\"true\" no=\"false\" letter=\"t\"/>");
}

static void moments_are_written_as_xs_datetime(void **state)
{
    static const struct column columns[] = {
        {"a", OID_TIMESTAMPTZ, "2026-11-24 01:38:19.123456+00"},
        {"b", OID_TIMESTAMPTZ, "2026-11-24 01:38:19+00"},
        {"c", OID_TIMESTAMPTZ, "2026-11-24 01:38:19.1+00"},
        {"d", OID_DATE, "2027-01-11"},
        {"e", OID_TEXT, "2026-11-24 01:38:19+00"},
    };

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW "><a>2026-11-24T01:38:19.123456Z</a><b>2026-11-24T01:38:19.000000Z</b>"
                            "<c>2026-11-24T01:38:19.100000Z</c><d>2027-01-11</d>"
                            "<e>2026-11-24 01:38:19+00</e></row>");
}

static void an_array_makes_an_element_each(void **state)
{
    static const struct column columns[] = {
        {"need/plain[]", OID_TEXT_ARRAY, "{a,b-c,3}"},
        {"need/quoted[]", OID_TEXT_ARRAY, "{\"d e\",\"f,g\",\"h\\\"i\\\\j\",\"{}\",\"\",\"NULL\"}"},
        {"need/none[]", OID_TEXT_ARRAY, "{}"},
        {"need/last", OID_TEXT, "z"},
    };

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW "><need><plain>a</plain><plain>b-c</plain><plain>3</plain>"
                            "<quoted>d e</quoted><quoted>f,g</quoted><quoted>h\"i\\j</quoted>"
                            "<quoted>{}</quoted><quoted/><quoted>NULL</quoted>"
                            "<last>z</last></need></row>");
}

static void links_begin_with_the_mount_point(void **state)
{
    static const struct column columns[] = {
        {"@href", OID_TEXT, "/quotes/requests/7"},
        {"link/@href", OID_TEXT, "/x"},
        {"href", OID_TEXT, "/not/an/attribute"},
    };

    assert_string_equal(row_document(*state, columns, LENGTH(columns)),
                        ROW " href=\"/codev/quotes/requests/7\"><link href=\"/codev/x\"/>"
                            "<href>/not/an/attribute</href></row>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_and_attributes_are_bound_by_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_absent_is_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(path_and_query_have_values_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_becomes_an_array_with_everything_quoted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_document_its_parameters_are_null, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(columns_stand_where_their_names_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(null_leaves_the_element_out_and_empty_does_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_text_of_the_element_itself_is_a_dot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truth_is_written_as_xml_schema_writes_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(moments_are_written_as_xs_datetime, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_array_makes_an_element_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_begin_with_the_mount_point, set_up, tear_down),
    };

    xml_startup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
