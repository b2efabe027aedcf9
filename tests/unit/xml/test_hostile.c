/* SPDX-License-Identifier: MPL-2.0 */
/* test_hostile.c: the attacks that are known against readers of XML, one test each: those of
 * OWASP's XML Security Cheat Sheet, and those that libxml2 2.9.14 lets pass. Nothing is ever
 * fetched. */
#include "support.h"

#include "xml/gate.h"

#include <libxml/parser.h>

enum {
    MEBIBYTE = 1 << 20,
};

static int fetched;

static xmlParserInput *count_fetch(const char *url, const char *id, xmlParserCtxt *parser)
{
    (void)url, (void)id, (void)parser;
    fetched++;
    return NULL;
}

/* Schemas are loaded by the tests themselves, so the counting begins with `alone`. */
static const struct xml_schema *alone(void **state, const char *name)
{
    const struct xml_schema *const schema = shipped(*state, name);

    fetched = 0;
    xmlSetExternalEntityLoader(count_fetch);
    return schema;
}

static int nothing_was_fetched(void **state)
{
    const int count = fetched;

    fetched = 0;
    xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
    return tear_down(state) == 0 && count == 0 ? 0 : -1;
}

/* The document is refused, with these words in the sentence. */
static void refused_bytes(void **state, const char *bytes, size_t size, const char *words)
{
    struct xml_fault fault = {0};

    xmlSetExternalEntityLoader(count_fetch);
    assert_null(xml_parse(*state, bytes, size, &fault));
    if (strstr(fault.en, words) == NULL) {
        fail_msg("%.40s…: %s", bytes, fault.en);
    }
}

static void refused(void **state, const char *text, const char *words)
{
    refused_bytes(state, text, strlen(text), words);
}

/* START, the unit so many times, END. */
static char *repeated(TALLOC_CTX *arena, const char *start, size_t times, const char *unit,
                      const char *end)
{
    const size_t size = strlen(start) + times * strlen(unit) + strlen(end) + 1;
    char *const text = talloc_size(arena, size);
    char *at = stpcpy(text, start);

    for (size_t i = 0; i < times; i++) {
        at = stpcpy(at, unit);
    }
    (void)strcpy(at, end);
    return text;
}

/* ---- entities and DTDs: all of them need a DOCTYPE */

static void billion_laughs(void **state)
{
    refused(state,
            "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
            "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;'>\n"
            "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;'>]><l>&f;</l>",
            "DOCTYPE");
}

static void quadratic_blowup(void **state)
{
    const char *const entity = repeated(*state, "<!DOCTYPE a [<!ENTITY b '", 50000, "b", "'>]><a>");

    refused(state, repeated(*state, entity, 50000, "&b;", "</a>"), "DOCTYPE");
}

static void recursive_entities(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a>&b;</a>", "DOCTYPE");
}

static void external_entity_of_a_file(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "DOCTYPE");
}

static void external_entity_by_http(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'http://169.254.169.254/x'>]><a>&b;</a>",
            "DOCTYPE");
}

static void external_entity_in_an_attribute(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a c='&b;'/>", "DOCTYPE");
}

static void parameter_entities(void **state)
{
    refused(state,
            "<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/passwd'><!ENTITY % c \"<!ENTITY &#x25; "
            "d SYSTEM 'http://127.0.0.1:1/?%b;'>\">%c;%d;]><a/>",
            "DOCTYPE");
}

static void external_dtd(void **state)
{
    refused(state, "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>", "DOCTYPE");
    refused(state, "<!DOCTYPE a PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'file:///a.dtd'><a/>",
            "DOCTYPE");
    refused(state, "<?xml version='1.0' standalone='no'?><!DOCTYPE a SYSTEM 'a.dtd'><a/>",
            "DOCTYPE");
}

static void doctype_behind_other_things(void **state)
{
    refused(state, "<!-- --><?a b?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE");
    refused(state, "<a/><!DOCTYPE a [<!ENTITY b 'c'>]>", "DOCTYPE");
    refused(state, "<a><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</a>", "DOCTYPE");
}

static void default_attributes_of_a_dtd(void **state)
{
    refused(state, "<!DOCTYPE a [<!ATTLIST a xmlns CDATA '" QUOTES "'>]><a/>", "DOCTYPE");
}

static void undeclared_entities(void **state)
{
    refused(state, "<a>&nbsp;</a>", "an entity is not known");
    refused(state, "<a b='&c;'/>", "an entity is not known");
}

/* ---- what could fetch or change the rules */

static void xinclude_is_an_element_like_others(void **state)
{
    const struct xml_schema *const schema = alone(state, "quotes");
    const struct xml_faults *const faults =
        faults_of(*state, schema, "quote-request", REQUEST_START REQUEST_NEED REQUEST_END);

    assert_int_equal(faults->count, 0);
    (void)fault_at(faults_of(*state, schema, "quote-request",
                             REQUEST_START
                             "<need><x:include "
                             "xmlns:x='http://www.w3.org/2001/XInclude' "
                             "href='file:///etc/passwd' parse='text'/></need>" REQUEST_END),
                   "/quote-request/need/include");
}

static void schema_locations_are_ignored(void **state)
{
    static const char text[] =
        "<quote-requests xmlns='" QUOTES "' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"
        " i:schemaLocation='" QUOTES " http://127.0.0.1:1/a.xsd urn:b file:///b.xsd'"
        " i:noNamespaceSchemaLocation='file:///c.xsd'/>";

    assert_int_equal(faults_of(*state, alone(state, "quotes"), "quote-requests", text)->count, 0);
}

/* blockDefault="#all" in our schemas. */
static void a_type_is_not_swapped(void **state)
{
    const struct xml_schema *const schema = alone(state, "quotes");
    const struct xml_faults *const faults = faults_of(
        *state, schema, "quote-request",
        "<quote-request xmlns='" QUOTES "' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"
        " xmlns:q='" QUOTES "' xmlns:x='http://www.w3.org/2001/XMLSchema'>\n"
        "<organisation i:type='q:contact'><name>a</name></organisation>"
        "<contact i:type='x:anyType'><odd/></contact>"
        "<need i:nil='true'/>\n"
        "<consent text-version='2026-11' accepted='true'/></quote-request>");

    assert_true(faults->count >= 3);
}

static void instructions_have_no_effect(void **state)
{
    xmlDoc *const document =
        parse(*state, "<?xml-stylesheet type='text/xsl' href='file:///etc/a.xsl'?><a>b<?php c ?>d"
                      "<?xml-model href='http://127.0.0.1:1/'?></a><?e?>");

    assert_null(document->children->next);
    assert_string_equal(xml_get(*state, xmlDocGetRootElement(document), "."), "bd");
    for (const xmlNode *at = xmlDocGetRootElement(document)->children; at != NULL; at = at->next) {
        assert_int_equal(at->type, XML_TEXT_NODE);
    }
}

static void cdata_is_text(void **state)
{
    const struct xml_schema *const schema = alone(state, "quotes");
    xmlDoc *const document = parse(*state, "<a><![CDATA[<b>&c;]]>]]&gt;<![CDATA[]]></a>");

    assert_string_equal(xml_get(*state, xmlDocGetRootElement(document), "."), "<b>&c;]]>");
    assert_int_equal(faults_of(*state, schema, "quote-request",
                               REQUEST_START "<need><audience><![CDATA[ executives ]]></audience>"
                                             "<participants><![CDATA[1]]>4</participants>"
                                             "<modality>remote</modality></need>" REQUEST_END)
                         ->count,
                     0);
    refused(state, "<a>]]></a>", "not well-formed");
}

/* ---- sizes */

static void names_are_bounded(void **state)
{
    assert_non_null(parse(*state, repeated(*state, "<", XML_NAME_MAX, "a", "/>")));
    refused(state, repeated(*state, "<", XML_NAME_MAX + 1, "a", "/>"),
            "name is too long: at most 1,000");
    refused(state, repeated(*state, "<a ", 60000, "b", "='c'/>"), "name is too long");
    refused(state, repeated(*state, "<a xmlns:", 60000, "b", "='c'/>"), "name is too long");
    refused(state, repeated(*state, "<?", 60000, "a", "?><a/>"), "not well-formed");
}

static void attributes_64_and_65(void **state)
{
    char *text = talloc_strdup(*state, "<a");

    for (int i = 0; i < XML_ATTRIBUTES_MAX; i++) {
        text = talloc_asprintf_append_buffer(text, " b%d='c'", i);
    }
    assert_non_null(parse(*state, talloc_asprintf(*state, "%s/>", text)));
    refused(state, talloc_asprintf(*state, "%s d='e'/>", text), "too many attributes: 64");
}

/* They cost libxml2 16 s. */
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

static void depth_64_and_65(void **state)
{
    const char *const open = repeated(*state, "", XML_DEPTH_MAX, "<a>", "");
    const char *const close = repeated(*state, "", XML_DEPTH_MAX, "</a>", "");

    assert_non_null(parse(*state, talloc_asprintf(*state, "%s%s", open, close)));
    refused(state, talloc_asprintf(*state, "%s<a/>%s", open, close), "too deeply: 64");
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

static void a_second_root(void **state)
{
    refused(state, "<a/><b/>", "something follows the root element");
    refused(state, "<a/>b", "something follows the root element");
}

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

static void unbound_prefixes(void **state)
{
    refused(state, "<a:b/>", "a prefix stands for no namespace");
    refused(state, "<a><b c:d='e'/></a>", "a prefix stands for no namespace");
    refused(state, "<a><b xmlns:c='d'/><c:e/></a>", "a prefix stands for no namespace");
    refused(state, "<a xmlns:b=''/>", "");
    refused(state, "<a xmlns:xml='b'/>", "");
}

static void attributes_twice(void **state)
{
    refused(state, "<a b='1' b='2'/>", "the same attribute twice");
    refused(state, "<a xmlns:b='u' xmlns:c='u' b:d='1' c:d='2'/>", "the same attribute twice");
}

/* ---- values that libxml2 takes */

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

#define attack(function) cmocka_unit_test_setup_teardown(function, set_up, nothing_was_fetched)

int main(void)
{
    const struct CMUnitTest tests[] = {
        attack(billion_laughs),
        attack(quadratic_blowup),
        attack(recursive_entities),
        attack(external_entity_of_a_file),
        attack(external_entity_by_http),
        attack(external_entity_in_an_attribute),
        attack(parameter_entities),
        attack(external_dtd),
        attack(doctype_behind_other_things),
        attack(default_attributes_of_a_dtd),
        attack(undeclared_entities),
        attack(xinclude_is_an_element_like_others),
        attack(schema_locations_are_ignored),
        attack(a_type_is_not_swapped),
        attack(instructions_have_no_effect),
        attack(cdata_is_text),
        attack(names_are_bounded),
        attack(attributes_64_and_65),
        attack(attributes_100000),
        attack(depth_64_and_65),
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
