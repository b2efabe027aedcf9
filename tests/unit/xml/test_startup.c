/* SPDX-License-Identifier: MPL-2.0 */
/* test_startup.c: nothing is printed, and once frozen nothing is read. A program of its own, since
 * freezing is for good. */
#include "support.h"

static void test_prints_nothing(void **state)
{
    const int kept = dup(STDERR_FILENO);
    FILE *const file = tmpfile();
    struct xml_fault fault;
    struct error error;
    long size;

    assert_non_null(file);
    (void)dup2(fileno(file), STDERR_FILENO);
    (void)xml_parse(*state, "<a xmlns='relative'><b></a>", 26, &fault);
    (void)xml_schema_load(*state, "/nowhere/none.xsd", &error);
    (void)xml_page_load(*state, "/nowhere/none.xsl", &error);
    (void)fflush(stderr);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    (void)fseek(file, 0, SEEK_END);
    size = ftell(file);
    (void)fclose(file);
    assert_int_equal(size, 0);
}

/* OWASP XML: remote schema. OWASP XXE: schemas and stylesheets. */
static void test_frozen_nothing_is_read(void **state)
{
    const char *const folder = scratch_folder(*state);
    const char *const schema = data_path(*state, "schemas/quotes.xsd");
    const char *const sheet = scratch_file(
        *state, folder, "page.xsl",
        "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>\n"
        "<xsl:param name='href'/><xsl:template match='/'>\n"
        "<p><xsl:copy-of select='document($href)'/></p></xsl:template></xsl:stylesheet>");
    static const char *const places[] = {"file:///etc/passwd", "http://127.0.0.1:1/", "page.xsl"};
    struct error error;
    const struct xml_schema *const loaded = load(*state, schema);
    const struct xml_page *const page = xml_page_load(*state, sheet, &error);

    assert_non_null(page);
    xml_freeze();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *const parameters[] = {"href", places[i], NULL};
        size_t size;

        assert_null(
            xml_page_render(*state, page, parse(*state, "<a/>"), parameters, &size, &error));
        assert_string_not_equal(error.text, "");
    }
    assert_null(xml_schema_load(*state, schema, &error));
    assert_null(xml_page_load(*state, sheet, &error));
    assert_int_equal(faults_of(*state, loaded, "quote-request", REQUEST)->count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_prints_nothing),
        test(test_frozen_nothing_is_read), /* the last: it cannot be undone */
    };

    return cmocka_run_group_tests_name("xml/startup", tests, NULL, NULL);
}
