/* SPDX-License-Identifier: MPL-2.0 */
/* test_page.c: pages from stylesheets: their parameters, and what a stylesheet cannot reach. */
#include "support.h"

static const char sheet_start[] =
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>\n"
    "<xsl:output method='html' encoding='UTF-8' indent='no'/>\n";

static const struct xml_page *page_of(TALLOC_CTX *arena, const char *body)
{
    struct error error;
    const char *const path =
        scratch_file(arena, scratch_folder(arena), "page.xsl",
                     talloc_asprintf(arena, "%s%s</xsl:stylesheet>", sheet_start, body));
    const struct xml_page *const page = xml_page_load(arena, path, &error);

    if (page == NULL)
        fail_msg("%s", error.text);
    return page;
}

static void test_renders_html_with_quoted_parameters(void **state)
{
    static const char *const parameters[] = {
        "mount", "/codev", "odd", "it's \"quoted\" & <b>', 1+1, document('x')", "empty", "", NULL};
    const struct xml_page *const page =
        page_of(*state, "<xsl:param name='mount'/><xsl:param name='odd'/>\n"
                        "<xsl:param name='empty' select=\"'default'\"/>\n"
                        "<xsl:template match='/'><p id='{$mount}'><xsl:value-of select='$odd'/>\n"
                        "<xsl:value-of select='$empty'/><br/><xsl:value-of select='a'/></p>\n"
                        "</xsl:template>");
    struct error error;
    size_t size;
    const char *const html =
        xml_page_render(*state, page, parse(*state, "<a>é &lt;</a>"), parameters, &size, &error);

    assert_string_equal(html, "<p id=\"/codev\">it's \"quoted\" &amp; &lt;b&gt;', 1+1, "
                              "document('x')<br>é &lt;</p>\n");
    assert_int_equal(size, strlen(html));
}

static void test_parameters_may_be_absent(void **state)
{
    static const char *const none[] = {NULL};
    const struct xml_page *const page = page_of(
        *state, "<xsl:param name='p' select=\"'default'\"/>\n"
                "<xsl:template match='/'><p><xsl:value-of select='$p'/></p></xsl:template>");
    struct error error;
    size_t size;

    assert_string_equal(xml_page_render(*state, page, parse(*state, "<a/>"), NULL, &size, &error),
                        "<p>default</p>\n");
    assert_string_equal(xml_page_render(*state, page, parse(*state, "<a/>"), none, &size, &error),
                        "<p>default</p>\n");
}

static void test_imports_from_files_beside_it(void **state)
{
    const char *const folder = scratch_folder(*state);
    struct error error;
    const char *path;

    (void)scratch_file(*state, folder, "frame.xsl",
                       talloc_asprintf(*state,
                                       "%s<xsl:template match='a'><i/></xsl:template>"
                                       "</xsl:stylesheet>",
                                       sheet_start));
    path = scratch_file(*state, folder, "page.xsl",
                        "<xsl:stylesheet version='1.0'\n"
                        " xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>\n"
                        "<xsl:import href='frame.xsl'/></xsl:stylesheet>");
    if (xml_page_load(*state, path, &error) == NULL)
        fail_msg("%s", error.text);
}

static void test_an_empty_result_is_an_empty_text(void **state)
{
    const struct xml_page *const page = page_of(*state, "<xsl:template match='/'/>");
    struct error error;
    size_t size = 1;

    assert_non_null(xml_page_render(*state, page, parse(*state, "<a/>"), NULL, &size, &error));
    assert_true(size <= 1);
}

static void test_load_errors_have_file_and_reason(void **state)
{
    static const char *const bodies[] = {
        "<xsl:template match='/'></p></xsl:template></xsl:stylesheet>",
        "<xsl:template match='/['/></xsl:stylesheet>",
        "<xsl:template match='/'><xsl:value-of/></xsl:template></xsl:stylesheet>",
        "<xsl:import href='none.xsl'/></xsl:stylesheet>",
        "<xsl:nonsense/></xsl:stylesheet>",
    };
    const char *const folder = scratch_folder(*state);
    struct error error;

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const char *const path = scratch_file(
            *state, folder, "bad.xsl",
            talloc_asprintf(*state, "%s%s",
                            i == 3 ? "<xsl:stylesheet version='1.0' "
                                     "xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
                                   : sheet_start,
                            bodies[i]));

        assert_null(xml_page_load(*state, path, &error));
        if (strstr(error.text, i == 3 ? "none.xsl" : "bad.xsl") == NULL)
            fail_msg("%zu: %s", i, error.text);
        assert_null(strchr(error.text, '\n'));
    }
    assert_null(xml_page_load(*state, "/nowhere/none.xsl", &error));
    assert_non_null(strstr(error.text, "/nowhere/none.xsl"));
}

/* OWASP XXE: schemas and stylesheets. Before xml_freeze() too: the stylesheet's own preferences
 * forbid it. test_startup.c has the rest.
 */
static void test_reaches_nothing(void **state)
{
    static const char *const attempts[] = {
        "<xsl:copy-of select=\"document('file:///etc/passwd')\"/>",
        "<xsl:copy-of select=\"document('/etc/hostname')\"/>",
        "<xsl:copy-of select=\"document('http://127.0.0.1:1/x')\"/>",
        "<xsl:copy-of select=\"document('ftp://127.0.0.1:1/x')\"/>",
        "<xsl:copy-of select=\"document('page.xsl')\"/>",
        "<xsl:message terminate='yes'>stop</xsl:message>",
        "<xsl:call-template name='again'/>",
    };

    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        const struct xml_page *const page =
            page_of(*state, talloc_asprintf(*state,
                                            "<xsl:template match='/'><p>x%s</p></xsl:template>\n"
                                            "<xsl:template name='again'>\n"
                                            "<xsl:call-template name='again'/></xsl:template>",
                                            attempts[i]));
        struct error error = {""};
        size_t size;

        assert_null(xml_page_render(*state, page, parse(*state, "<a/>"), NULL, &size, &error));
        assert_int_equal(size, 0);
        assert_string_not_equal(error.text, "");
        assert_null(strchr(error.text, '\n'));
    }
}

/* OWASP XXE: schemas and stylesheets. */
static void test_writes_nothing(void **state)
{
    const char *const folder = scratch_folder(*state);
    const struct xml_page *const page =
        page_of(*state, talloc_asprintf(*state,
                                        "<xsl:template match='/'><xsl:document href='%s/out'\n"
                                        " xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>x\n"
                                        "</xsl:document></xsl:template>",
                                        folder));
    struct error error = {""};
    size_t size;

    (void)xml_page_render(*state, page, parse(*state, "<a/>"), NULL, &size, &error);
    assert_int_not_equal(access(talloc_asprintf(*state, "%s/out", folder), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_renders_html_with_quoted_parameters),
        test(test_parameters_may_be_absent),
        test(test_imports_from_files_beside_it),
        test(test_an_empty_result_is_an_empty_text),
        test(test_load_errors_have_file_and_reason),
        test(test_reaches_nothing),
        test(test_writes_nothing),
    };

    return cmocka_run_group_tests_name("xml/page", tests, NULL, NULL);
}
