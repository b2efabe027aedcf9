/* SPDX-License-Identifier: MPL-2.0 */
/* test_hostile.c: the attacks by size and by bytes that are known against readers of XML, one test
 * each: those of OWASP's cheat sheet on XML Security ("OWASP XML"), and those that libxml2 2.9.14
 * lets pass. test_entities.c has the others. */
#include "hostile.h"

#include "xml/gate.h"

enum {
    MEBIBYTE = 1 << 20,
};

/* ---- sizes */

/* OWASP XML: traditional jumbo payloads. */
static void names_are_bounded(void **state)
{
    assert_non_null(parse(*state, repeated(*state, "<", XML_NAME_MAX, "a", "/>")));
    refused(state, repeated(*state, "<", XML_NAME_MAX + 1, "a", "/>"),
            "name is too long: at most 1,000");
    refused(state, repeated(*state, "<a ", 60000, "b", "='c'/>"), "name is too long");
    refused(state, repeated(*state, "<a xmlns:", 60000, "b", "='c'/>"), "name is too long");
    refused(state, repeated(*state, "<?", 60000, "a", "?><a/>"), "not well-formed");
}

/* OWASP XML: traditional jumbo payloads. */
static void attributes_64_and_65(void **state)
{
    char *text = talloc_strdup(*state, "<a");

    for (int i = 0; i < XML_ATTRIBUTES_MAX; i++) {
        text = talloc_asprintf_append_buffer(text, " b%d='c'", i);
    }
    assert_non_null(parse(*state, talloc_asprintf(*state, "%s/>", text)));
    refused(state, talloc_asprintf(*state, "%s d='e'/>", text), "too many attributes: 64");
}

/* OWASP XML: traditional jumbo payloads. They cost libxml2 16 s. */
static void attributes_100000(void **state)
{
    char *const text = talloc_size(*state, 2 * MEBIBYTE);
    char *at = stpcpy(text, "<a");

    for (int i = 0; i < 100000; i++) {
        at += sprintf(at, " b%d='c'", i);
    }
    (void)strcpy(at, "/>");
    refused(state, text, "too many attributes: 64");
}

/* OWASP XML: coercive parsing. */
static void depth_64_and_65(void **state)
{
    const char *const open = repeated(*state, "", XML_DEPTH_MAX, "<a>", "");
    const char *const close = repeated(*state, "", XML_DEPTH_MAX, "</a>", "");

    assert_non_null(parse(*state, talloc_asprintf(*state, "%s%s", open, close)));
    refused(state, talloc_asprintf(*state, "%s<a/>%s", open, close), "too deeply: 64");
}

/* OWASP XML: coercive parsing. */
static void elements_30000_without_their_ends(void **state)
{
    char *const text = talloc_size(*state, MEBIBYTE);
    char *at = text;

    for (int i = 0; i < 30000; i++) {
        at += sprintf(at, "<A%d>\n", i);
    }
    refused(state, text, "too deeply: 64");
}

static void namespaces_64_and_65(void **state)
{
    char *text = talloc_strdup(*state, "<a");

    for (int i = 0; i < 32; i++) {
        text = talloc_asprintf_append_buffer(text, " xmlns:b%d='c'", i);
    }
    text = talloc_strdup_append_buffer(text, "><d");
    for (int i = 0; i < 32; i++) {
        text = talloc_asprintf_append_buffer(text, " xmlns:e%d='f'", i);
    }
    assert_non_null(parse(*state, talloc_asprintf(*state, "%s/></a>", text)));
    refused(state, talloc_asprintf(*state, "%s xmlns:g='h'/></a>", text), "Too many namespaces");
}

/* ---- bytes */

static void nul_and_a_second_document(void **state)
{
    refused_bytes(state, "<a/>\0<b/>", sizeof "<a/>\0<b/>" - 1, "NUL");
    refused_bytes(state, "<a>\0</a>", sizeof "<a>\0</a>" - 1, "NUL");
}

/* OWASP XML: violation of specification rules. */
static void a_second_root(void **state)
{
    refused(state, "<a/><b/>", "something follows the root element");
    refused(state, "<a/>b", "something follows the root element");
}

/* OWASP XML: violation of specification rules. */
static void control_characters(void **state)
{
    refused(state, "<a>\x01</a>", "");
    refused(state, "<a>&#1;</a>", "a character that XML does not allow");
    refused(state, "<a>&#xFFFE;</a>", "a character that XML does not allow");
    refused(state, "<a>&#xD800;</a>", "a character that XML does not allow");
    refused(state, "<a>&#99999999999;</a>", "a character that XML does not allow");
}

static void xml_1_1(void **state)
{
    refused(state, "<?xml version='1.1'?><a>&#1;</a>", "only version 1.0");
    refused(state, "<?xml version='1.1' encoding='UTF-8'?><a/>", "only version 1.0");
    refused(state, "<?xml version = \"2.0\"?><a/>", "only version 1.0");
}

static void utf_16(void **state)
{
    refused_bytes(state, "\xFF\xFE<\0a\0/\0>\0", 10, "not in UTF-8");
    refused_bytes(state, "\xFE\xFF\0<\0a\0/\0>", 10, "not in UTF-8");
    refused_bytes(state, "<\0a\0/\0>\0", 8, "NUL");
    refused_bytes(state, "\0<\0a\0/\0>", 8, "NUL");
    refused_bytes(state, "\0\0\xFE\xFF\0\0\0<\0\0\0a\0\0\0/\0\0\0>", 20, "not in UTF-8");
    refused(state, "<?xml version='1.0' encoding='UTF-16'?><a/>", "not in UTF-8");
}

static void utf_7(void **state)
{
    refused(state, "<?xml version='1.0' encoding='UTF-7'?>+ADw-a/+AD4-", "not in UTF-8");
    refused(state, "+ADw-?xml version=+ACI-1.0+ACI-?+AD4-+ADw-a/+AD4-", "not well-formed");
}

static void ebcdic(void **state)
{
    /* <?xml version="1.0" encoding="cp037"?><a/> */
    refused(state,
            "\x4C\x6F\xA7\x94\x93\x40\xA5\x85\x99\xA2\x89\x96\x95\x7E\x7F\xF1\x4B\xF0\x7F\x40\x85"
            "\x95\x83\x96\x84\x89\x95\x87\x7E\x7F\x83\x97\xF0\xF3\xF7\x7F\x6F\x6E\x4C\x81\x61\x6E",
            "not in UTF-8");
    refused(state, "<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>", "not in UTF-8");
}

static void shift_jis(void **state)
{
    refused(state, "<?xml version='1.0' encoding='Shift_JIS'?><a>\x83\x5C</a>", "not in UTF-8");
    refused(state, "<?xml version='1.0' encoding='Shift_JIS'?><a/>", "not in UTF-8");
    refused(state, "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>", "not in UTF-8");
}

static void a_byte_order_mark_that_contradicts(void **state)
{
    refused(state, "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-16'?><a/>", "not in UTF-8");
    refused(state, "\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "not in UTF-8");
    refused(state, "\xFF\xFE<?xml version='1.0' encoding='UTF-8'?><a/>", "not in UTF-8");
    assert_non_null(parse(*state, "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a/>"));
}

static void overlong_utf_8(void **state)
{
    refused(state,
            "<a>\xC0\xBC"
            "b/></a>",
            "not in UTF-8");
    refused(state, "<a>\xED\xA0\x80</a>", "not in UTF-8");
    refused(state, "<a>\xF4\x90\x80\x80</a>", "not in UTF-8");
}

/* OWASP XML: violation of specification rules. */
static void unbound_prefixes(void **state)
{
    refused(state, "<a:b/>", "a prefix stands for no namespace");
    refused(state, "<a><b c:d='e'/></a>", "a prefix stands for no namespace");
    refused(state, "<a><b xmlns:c='d'/><c:e/></a>", "a prefix stands for no namespace");
    refused(state, "<a xmlns:b=''/>", "");
    refused(state, "<a xmlns:xml='b'/>", "");
}

/* OWASP XML: violation of specification rules. */
static void attributes_twice(void **state)
{
    refused(state, "<a b='1' b='2'/>", "the same attribute twice");
    refused(state, "<a xmlns:b='u' xmlns:c='u' b:d='1' c:d='2'/>", "the same attribute twice");
}

/* ---- values that libxml2 takes */

/* OWASP XML: ranges. */
static void impossible_years(void **state)
{
    static const char *const days[] = {"99999999999999-01-01", "-0044-03-15", "0000-01-01",
                                       "2027-02-29",           "2027-01-11Z", "12027-01-01"};
    static const char *const moments[] = {"99999999999999-01-01T00:00:00Z", "-0044-03-15T00:00:00Z",
                                          "2027-01-11T14:00:00", "2027-01-11T24:00:01Z"};
    const struct xml_schema *const schema = alone(state, "quotes");

    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const char *const text =
            talloc_asprintf(*state,
                            REQUEST_START "<need><audience>executives</audience><participants>1"
                                          "</participants><modality>remote</modality>"
                                          "<starting-from>%s</starting-from></need>" REQUEST_END,
                            days[i]);

        (void)fault_at(faults_of(*state, schema, "quote-request", text),
                       "/quote-request/need/starting-from");
    }
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const char *const text =
            talloc_asprintf(*state,
                            "<confirmation xmlns='" QUOTES "' reference='7K3F9-QXM2P'"
                            " received-at='%s'/>",
                            moments[i]);

        (void)fault_at(faults_of(*state, schema, "confirmation", text),
                       "/confirmation/@received-at");
    }
}

/* ---- a mebibyte of each; tests/bench/hostile.py tells their price */

/* OWASP XML: more time required. What would cost more than its size is refused before the parser.
 */
static void hostile_mebibytes_are_refused(void **state)
{
    const struct {
        char *bytes;
        const char *words;
    } bodies[] = {
        {repeated(*state, "<!DOCTYPE a [", MEBIBYTE / 20, "<!ENTITY b 'cdefgh'>", "]><a/>"),
         "DOCTYPE"},
        {repeated(*state, "<a", MEBIBYTE / 6, " b='c'", "/>"), "too many attributes"},
        {repeated(*state, "", MEBIBYTE / 3, "<a>", ""), "too deeply"},
        {repeated(*state, "<a>", MEBIBYTE, "\x80", "</a>"), "not in UTF-8"},
        {repeated(*state, "<a>", MEBIBYTE / 2, "é", "\xE9</a>"), "not in UTF-8"},
        {repeated(*state, "<!--", MEBIBYTE, "-", "-><a/>"), "not well-formed"},
        {repeated(*state, "<a b='", MEBIBYTE, "<", ""), "before it is complete"},
        {repeated(*state, "", MEBIBYTE, "<", ""), "not well-formed"},
        {repeated(*state, "", MEBIBYTE, "\n", ""), "empty"},
        {repeated(*state, "<?xml ", MEBIBYTE / 8, "version ", "?><a/>"), "not well-formed"},
        {repeated(*state, "<a>", MEBIBYTE / 4, "<b/>", "</a>"), "too many elements"},
        {repeated(*state, "<a>", MEBIBYTE / 7, "<b></b>", "</a>"), "too many elements"},
        {repeated(*state, "<a>", MEBIBYTE / 9, "<b c=''/>", "</a>"), "too many elements"},
        {repeated(*state, "<a>", MEBIBYTE / 13, "<b xmlns='u'/>", "</a>"), "too many elements"},
        {repeated(*state, "<a>", MEBIBYTE / 4, "&lt;", "</a>"), "too many references"},
        {repeated(*state, "<a b='", MEBIBYTE / 5, "&#10;", "'/>"), "too many references"},
        {repeated(*state, "<a>", MEBIBYTE / 8, "<!---->x", "</a>"), "too many references"},
        {repeated(*state, "<?b?>", MEBIBYTE / 5, "<?b?>", "<a/>"), "too many references"},
        {repeated(*state, "<a>", MEBIBYTE / 13, "<![CDATA[x]]>", "</a>"), "too many references"},
    };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        refused(state, bodies[i].bytes, bodies[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        attack(names_are_bounded),
        attack(attributes_64_and_65),
        attack(attributes_100000),
        attack(depth_64_and_65),
        attack(elements_30000_without_their_ends),
        attack(namespaces_64_and_65),
        attack(nul_and_a_second_document),
        attack(a_second_root),
        attack(control_characters),
        attack(xml_1_1),
        attack(utf_16),
        attack(utf_7),
        attack(ebcdic),
        attack(shift_jis),
        attack(a_byte_order_mark_that_contradicts),
        attack(overlong_utf_8),
        attack(unbound_prefixes),
        attack(attributes_twice),
        attack(impossible_years),
        attack(hostile_mebibytes_are_refused),
    };

    return cmocka_run_group_tests_name("xml/hostile", tests, NULL, NULL);
}
