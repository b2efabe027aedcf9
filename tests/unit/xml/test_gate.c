/* SPDX-License-Identifier: MPL-2.0 */
/* test_gate.c: what the look over a document's bytes lets pass and refuses, and in what time. */
#include "support.h"

#include "xml/gate.h"

#include <time.h>

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

/* START COUNT times MIDDLE, then END. */
static const char *repeated(TALLOC_CTX *arena, const char *start, int count, const char *middle,
                            const char *end)
{
    const size_t length = strlen(middle);
    char *const text = talloc_array(
        arena, char, (unsigned)(strlen(start) + strlen(end) + 1 + (size_t)count * length));
    char *at = stpcpy(text, start);

    for (int i = 0; i < count; i++)
        at = stpcpy(at, middle);
    (void)strcpy(at, end);
    return text;
}

static void test_bounds_depth_and_attributes(void **state)
{
    const char *const name = " a='1'";
    const char *const space = " xmlns:a='u'";

    assert_int_equal(gate(repeated(*state, "", 64, "<a>", "")), XML_FAULT_NONE);
    assert_int_equal(gate(repeated(*state, "", 65, "<a>", "")), XML_FAULT_DEEP);
    assert_int_equal(gate(repeated(*state, "", 63, "<a>", "<a/><a/>")), XML_FAULT_NONE);
    assert_int_equal(gate(repeated(*state, "", 64, "<a>", "<a/>")), XML_FAULT_DEEP);
    assert_int_equal(gate(repeated(*state, "", 1000, "<a></a>", "")), XML_FAULT_NONE);
    assert_int_equal(gate(repeated(*state, "<a", 64, name, "/>")), XML_FAULT_NONE);
    assert_int_equal(gate(repeated(*state, "<a", 65, name, "/>")), XML_FAULT_ATTRIBUTES);
    assert_int_equal(gate(repeated(*state, "<a", 60, space, "><b xmlns='u'/></a>")),
                     XML_FAULT_NONE);
    assert_int_equal(
        gate(repeated(*state, "<a", 60, space, repeated(*state, "><b", 5, space, "/></a>"))),
        XML_FAULT_NAMESPACES);
    assert_int_equal(gate(repeated(*state, "<r>", 1000, "<a xmlns:p='u'></a>", "</r>")),
                     XML_FAULT_NONE);
}

/* A hostile megabyte costs no more than an honest one. 20 ms is the promise; twenty times that
 * still tells linear from quadratic on a slow machine, and under a sanitizer. */
static void test_hostile_documents_are_cheap(void **state)
{
    const char *const hostile[] = {
        repeated(*state, "<a", 150000, " b='1'", "/>"),
        repeated(*state, "", 330000, "<a>", ""),
        repeated(*state, "<!--", 1000000, ">", ""),
        repeated(*state, "<!--", 330000, "-->", ""),
        repeated(*state, "<a b='", 1000000, "<", ""),
        repeated(*state, "", 1000000, "<", ""),
        repeated(*state, "<?xml ", 110000, " version", "?><a/>"),
        repeated(*state, "<a>", 80000, "<![CDATA[>", ""),
    };

    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        const clock_t start = clock();

        (void)gate(hostile[i]);
        assert_true((clock() - start) * 1000 / CLOCKS_PER_SEC < 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_passes_what_the_parser_may_have), test(test_refuses_empty),
        test(test_refuses_other_encodings),         test(test_refuses_malformed_utf8),
        test(test_knows_the_characters_of_xml),     test(test_refuses_doctype),
        test(test_refuses_what_ends_too_early),     test(test_bounds_depth_and_attributes),
        test(test_hostile_documents_are_cheap),
    };

    return cmocka_run_group_tests_name("xml/gate", tests, NULL, NULL);
}
