/* SPDX-License-Identifier: MPL-2.0 */
/* test_gate.c: what the look over a document's bytes lets pass and refuses. */
#include "support.h"

#include "xml/gate.h"

static enum xml_fault_kind gate(const char *text)
{
    int line;

    return xml_gate(text, strlen(text), &line);
}

static int line_of(const char *text)
{
    int line = 0;

    (void)xml_gate(text, strlen(text), &line);
    return line;
}

static void test_passes_what_the_parser_may_have(void **state)
{
    (void)state;
    assert_int_equal(gate("<a/>"), XML_FAULT_NONE);
    assert_int_equal(gate("\xEF\xBB\xBF<a/>"), XML_FAULT_NONE);
    assert_int_equal(gate("<?xml version=\"1.0\"?><a/>"), XML_FAULT_NONE);
    assert_int_equal(gate("<?xml version='1.0' encoding='utf-8'?>\n<a/>"), XML_FAULT_NONE);
    assert_int_equal(gate("<?xml version=\"1.0\" encoding = \"UTF-8\" standalone=\"yes\"?><a/>"),
                     XML_FAULT_NONE);
    assert_int_equal(gate("<!-- <!DOCTYPE a> --><a/>"), XML_FAULT_NONE);
    assert_int_equal(gate("<a><![CDATA[<!DOCTYPE a>]]></a>"), XML_FAULT_NONE);
    assert_int_equal(gate("<?p <!DOCTYPE a> ?><a b='>' c=\"'<!-- \"/>"), XML_FAULT_NONE);
    assert_int_equal(gate("no markup at all"), XML_FAULT_NONE); /* the parser refuses it */
}

static void test_refuses_empty(void **state)
{
    int line;

    (void)state;
    assert_int_equal(xml_gate(NULL, 0, &line), XML_FAULT_EMPTY);
    assert_int_equal(gate(" \r\n\t"), XML_FAULT_EMPTY);
    assert_int_equal(gate("\xEF\xBB\xBF"), XML_FAULT_EMPTY);
}

static void test_refuses_other_encodings(void **state)
{
    static const char nul[] = "<a/>\n\0<b/>";
    static const char utf16[] = "<\0a\0/\0>";
    int line;

    (void)state;
    assert_int_equal(gate("\xFF\xFE<\x01"), XML_FAULT_ENCODING);        /* UTF-16 */
    assert_int_equal(gate("\x4C\x6F\xA7\x94\x93"), XML_FAULT_ENCODING); /* EBCDIC */
    assert_int_equal(gate("<a>\n\xE9t\xE9</a>"), XML_FAULT_ENCODING);   /* Latin-1 */
    assert_int_equal(line_of("<a>\n\xE9t\xE9</a>"), 2);
    assert_int_equal(gate("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), XML_FAULT_ENCODING);
    assert_int_equal(gate("<?xml version='1.0' encoding='UTF-16'?><a/>"), XML_FAULT_ENCODING);
    assert_int_equal(gate("<?xml version='1.0'\nencoding\n=\n'UTF-7'?><a/>"), XML_FAULT_ENCODING);
    assert_int_equal(gate("<?xml version='1.1'?><a/>"), XML_FAULT_VERSION);
    assert_int_equal(xml_gate(utf16, sizeof utf16 - 1, &line), XML_FAULT_NUL);
    assert_int_equal(xml_gate(nul, sizeof nul - 1, &line), XML_FAULT_NUL);
    assert_int_equal(line, 2);
}

/* RFC 3629 §3 and §4: what looks like UTF-8 and is none. */
static void test_refuses_malformed_utf8(void **state)
{
    static const char *const malformed[] = {
        "\xC0\xAF",
        "\xC1\xBF",
        "\xE0\x80\xAF",
        "\xF0\x80\x80\xAF", /* overlong */
        "\xED\xA0\x80",
        "\xED\xBF\xBF", /* surrogates */
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF", /* too high */
        "\x80",
        "\xE2\x82",
        "\xF0\x9F\x98",
        "\xE2\x28\xA1", /* torn */
    };

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        assert_int_equal(gate(malformed[i]), XML_FAULT_ENCODING);
        assert_false(xml_text_allowed(malformed[i], strlen(malformed[i]), NULL));
    }
}

static void test_knows_the_characters_of_xml(void **state)
{
    size_t good;

    (void)state;
    assert_true(xml_text_allowed("é€😀\t\r\n\x7F", strlen("é€😀\t\r\n\x7F"), NULL));
    assert_true(xml_text_allowed("\xEF\xBF\xBD", 3, NULL));
    assert_true(xml_text_allowed("", 0, NULL));
    assert_false(xml_text_allowed("ab\x0B"
                                  "c",
                                  4, &good));
    assert_int_equal(good, 2);
    assert_false(xml_text_allowed("a\0b", 3, &good));
    assert_int_equal(good, 1);
    assert_false(xml_text_allowed("\xEF\xBF\xBE", 3, NULL)); /* U+FFFE */
    assert_false(xml_text_allowed("\xEF\xBF\xBF", 3, NULL)); /* U+FFFF */
}

static void test_refuses_doctype(void **state)
{
    (void)state;
    assert_int_equal(gate("<!DOCTYPE a><a/>"), XML_FAULT_DOCTYPE);
    assert_int_equal(gate("<?xml version='1.0'?>\n<!-- --><!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
                     XML_FAULT_DOCTYPE);
    assert_int_equal(line_of("<?xml version='1.0'?>\n\n<!DOCTYPE a><a/>"), 3);
    assert_int_equal(gate("<a><!ENTITY b 'c'></a>"), XML_FAULT_FORM);
}

static void test_refuses_what_ends_too_early(void **state)
{
    static const char *const cut[] = {"<a><!-- ",      "<a><![CDATA[ ]]", "<a",   "<a b='",
                                      "<?xml version", "<a></a",          "<?p ", "<!-->"};

    (void)state;
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
        assert_int_equal(gate(cut[i]), XML_FAULT_CUT);
    assert_int_equal(gate("</a>"), XML_FAULT_TAG);
    assert_int_equal(gate("<a <b/>"), XML_FAULT_FORM);
}

static void test_bounds_depth_and_attributes(void **state)
{
    const char *const name = " a='1'";
    const char *const space = " xmlns:a='u'";

    assert_int_equal(gate(many(*state, "", 64, "<a>", "")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "", 65, "<a>", "")), XML_FAULT_DEEP);
    assert_int_equal(gate(many(*state, "", 63, "<a>", "<a/><a/>")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "", 64, "<a>", "<a/>")), XML_FAULT_DEEP);
    assert_int_equal(gate(many(*state, "", 1000, "<a></a>", "")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "<a", 64, name, "/>")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "<a", 65, name, "/>")), XML_FAULT_ATTRIBUTES);
    assert_int_equal(gate(many(*state, "<a", 60, space, "><b xmlns='u'/></a>")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "<a", 60, space, many(*state, "><b", 5, space, "/></a>"))),
                     XML_FAULT_NAMESPACES);
    assert_int_equal(gate(many(*state, "<r>", 1000, "<a xmlns:p='u'></a>", "</r>")),
                     XML_FAULT_NONE);
}

static void test_bounds_names(void **state)
{
    const char *const most = many(*state, "", XML_NAME_MAX, "a", "");
    static const struct {
        const char *start, *good_end, *bad_end;
    } cases[] = {
        {"<", "/>", "a/>"},
        {"<", "></a>", "a></a>"},
        {"<", " b='c'/>", "a b='c'/>"},
        {"<b c='d' ", "='e'/>", "a='e'/>"},
        {"<b c='d'", " = 'e'/>", "a = 'e'/>"},
        {"<b\n", "\n=\"<\"/>", "a\n='e'/>"},
        {"<b ", "='c'></b>", "é='c'></b>"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            gate(talloc_asprintf(*state, "%s%s%s", cases[i].start, most, cases[i].good_end)),
            XML_FAULT_NONE);
        assert_int_equal(
            gate(talloc_asprintf(*state, "%s%s%s", cases[i].start, most, cases[i].bad_end)),
            XML_FAULT_NAME);
    }
    assert_int_equal(gate(talloc_asprintf(*state, "<a b='%s%s'>%s%s</a>", most, most, most, most)),
                     XML_FAULT_NONE);
}

static void test_bounds_elements_and_attributes_altogether(void **state)
{
    const int most = XML_NODES_MAX;

    assert_int_equal(gate(numbered(*state, "<r>", most - 1, "<a#/>", "</r>")), XML_FAULT_NONE);
    assert_int_equal(gate(numbered(*state, "<r>", most, "<a#/>", "</r>")), XML_FAULT_NODES);
    assert_int_equal(gate(many(*state, "<r>", most - 1, "<a></a>", "</r>")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "<r>", most, "<a></a>", "</r>")), XML_FAULT_NODES);
    assert_int_equal(
        gate(numbered(*state, "<r>", most / 4 - 1, "<a b='' c#=\"\" d=''/>", "<a b='' c=''/></r>")),
        XML_FAULT_NONE);
    assert_int_equal(gate(numbered(*state, "<r>", most / 4 - 1, "<a b='' c#=\"\" d=''/>",
                                   "<a b='' c='' d=''/></r>")),
                     XML_FAULT_NODES);
    assert_int_equal(gate(numbered(*state, "<r>", most / 2 - 1, "<a xmlns='u#'/>", "<b/></r>")),
                     XML_FAULT_NONE);
    assert_int_equal(
        gate(numbered(*state, "<r>", most / 2 - 1, "<a xmlns:p#='u'/>", "<b c='d'/></r>")),
        XML_FAULT_NODES);
    assert_int_equal(line_of(many(*state, "<r>", most, "\n<a/>", "</r>")), most + 1);
}

static void test_bounds_references_and_sections_altogether(void **state)
{
    static const char *const marks[] = {"&lt;",        "&#65;",       "<!---->",
                                        "<!--&<a&-->", "<?p &amp;?>", "<![CDATA[&]]>"};
    const int most = XML_MARKS_MAX;

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        assert_int_equal(gate(many(*state, "<r>", most, marks[i], "</r>")), XML_FAULT_NONE);
        assert_int_equal(gate(many(*state, "<r>", most + 1, marks[i], "</r>")), XML_FAULT_MARKS);
        assert_int_equal(gate(many(*state, "<r>", most, marks[i], "&#10;</r>")), XML_FAULT_MARKS);
    }
    assert_int_equal(gate(many(*state, "<r a='", most, "&lt;", "'/>")), XML_FAULT_NONE);
    assert_int_equal(gate(many(*state, "<r a='", most, "&lt;", "&gt;'/>")), XML_FAULT_MARKS);
    assert_int_equal(gate(many(*state, "<r a='", most, "&lt;", "'>&gt;</r>")), XML_FAULT_MARKS);
    assert_int_equal(line_of(many(*state, "<r>", most + 1, "\n&lt;", "</r>")), most + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_passes_what_the_parser_may_have),
        test(test_refuses_empty),
        test(test_refuses_other_encodings),
        test(test_refuses_malformed_utf8),
        test(test_knows_the_characters_of_xml),
        test(test_refuses_doctype),
        test(test_refuses_what_ends_too_early),
        test(test_bounds_depth_and_attributes),
        test(test_bounds_names),
        test(test_bounds_elements_and_attributes_altogether),
        test(test_bounds_references_and_sections_altogether),
    };

    return cmocka_run_group_tests_name("xml/gate", tests, NULL, NULL);
}
