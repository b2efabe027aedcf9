/* SPDX-License-Identifier: MPL-2.0 */
/* test_entities.c: the attacks by entities, DTDs and all that could fetch something or change the
 * rules, one test each: those of OWASP's cheat sheets on XML Security ("OWASP XML") and on XML
 * External Entity Prevention ("OWASP XXE"). Nothing is ever fetched. */
#include "hostile.h"

/* ---- entities and DTDs: all of them need a DOCTYPE */

/* OWASP XML: billion laughs. */
static void billion_laughs(void **state)
{
    refused(state,
            "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
            "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;'>\n"
            "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;'>]><l>&f;</l>",
            "DOCTYPE");
}

/* OWASP XML: quadratic blowup. */
static void quadratic_blowup(void **state)
{
    const char *const entity = repeated(*state, "<!DOCTYPE a [<!ENTITY b '", 50000, "b", "'>]><a>");

    refused(state, repeated(*state, entity, 50000, "&b;", "</a>"), "DOCTYPE");
}

/* OWASP XML: recursive entity reference. */
static void recursive_entities(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a>&b;</a>", "DOCTYPE");
}

/* OWASP XML: XXE, reflected file retrieval. OWASP XXE: external entities. */
static void external_entity_of_a_file(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "DOCTYPE");
}

/* OWASP XML: small jumbo payloads, server side request forgery, port scanning, brute forcing. */
static void external_entity_by_http(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'http://169.254.169.254/x'>]><a>&b;</a>",
            "DOCTYPE");
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'http://127.0.0.1:5432/'>]><a>&b;</a>",
            "DOCTYPE");
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'ftp://user:word@127.0.0.1:21/'>]><a>&b;</a>",
            "DOCTYPE");
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'http://127.0.0.1/huge.xml'>]><a>&b;</a>",
            "DOCTYPE");
}

/* OWASP XXE: external entities. */
static void external_entity_in_an_attribute(void **state)
{
    refused(state, "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a c='&b;'/>", "DOCTYPE");
}

/* OWASP XML: external connection, parameter entities. OWASP XXE: parameter entities. */
static void parameter_entities(void **state)
{
    refused(state,
            "<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/passwd'><!ENTITY % c \"<!ENTITY &#x25; "
            "d SYSTEM 'http://127.0.0.1:1/?%b;'>\">%c;%d;]><a/>",
            "DOCTYPE");
}

/* OWASP XML: external DNS resolution, remote schema. OWASP XXE: external DTD. */
static void external_dtd(void **state)
{
    refused(state, "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>", "DOCTYPE");
    refused(state, "<!DOCTYPE a PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'file:///a.dtd'><a/>",
            "DOCTYPE");
    refused(state, "<?xml version='1.0' standalone='no'?><!DOCTYPE a SYSTEM 'a.dtd'><a/>",
            "DOCTYPE");
}

/* OWASP XXE: no DTD at all. */
static void doctype_behind_other_things(void **state)
{
    refused(state, "<!-- --><?a b?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE");
    refused(state, "<a/><!DOCTYPE a [<!ENTITY b 'c'>]>", "DOCTYPE");
    refused(state, "<a><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</a>", "DOCTYPE");
}

/* OWASP XML: embedded schema. */
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

/* OWASP XXE: XInclude. */
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

/* OWASP XML: embedded schema. */
static void an_embedded_schema_is_an_element_like_others(void **state)
{
    const struct xml_schema *const schema = alone(state, "quotes");

    (void)fault_at(
        faults_of(*state, schema, "quote-request",
                  "<quote-request xmlns='" QUOTES "'>"
                  "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='" QUOTES
                  "'><xs:element name='quote-request' type='xs:anyType'/></xs:schema>"
                  "<organisation/></quote-request>"),
        "/quote-request/schema");
}

/* OWASP XML: remote schema. */
static void schema_locations_are_ignored(void **state)
{
    static const char text[] =
        "<quote-requests xmlns='" QUOTES "' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"
        " i:schemaLocation='" QUOTES " http://127.0.0.1:1/a.xsd urn:b file:///b.xsd'"
        " i:noNamespaceSchemaLocation='file:///c.xsd'/>";

    assert_int_equal(faults_of(*state, alone(state, "quotes"), "quote-requests", text)->count, 0);
}

/* OWASP XML: document without schema. A second answer between the tags of the first is not taken,
 * nor is the first alone. */
static void nothing_is_smuggled_between_elements(void **state)
{
    static const char *const needs[] = {
        "<audience>executives</audience><participants>14</participants><participants>1"
        "</participants><modality>remote</modality>",
        "<audience>executives</audience><participants>14</participants><modality></modality>"
        "<participants>1</participants><modality>remote</modality>",
        "<audience>executives</audience><participants>1<participants>4</participants>"
        "</participants><modality>remote</modality>",
    };
    const struct xml_schema *const schema = alone(state, "quotes");

    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        const char *const text =
            talloc_asprintf(*state, "%s<need>%s</need>%s", REQUEST_START, needs[i], REQUEST_END);

        assert_true(faults_of(*state, schema, "quote-request", text)->count > 0);
    }
}

/* OWASP XML: document without schema. blockDefault="#all" in our schemas. */
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
    /* to a type that is derived from the element's own, as XML Schema allows where nobody blocks it
     */
    (void)fault_at(
        faults_of(*state, schema, "quote-request",
                  "<quote-request xmlns='" QUOTES "'><organisation>"
                  "<name xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:q='" QUOTES
                  "' i:type='q:unit'>a</name></organisation>"
                  "<contact><given-name>b</given-name><family-name>c</family-name>"
                  "<email>d@e.example</email></contact>" REQUEST_NEED REQUEST_END),
        "/quote-request/organisation/name");
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

/* OWASP XML: well-formed document normalized. What a section holds is text, whoever reads or writes
 * it next. */
static void cdata_is_text(void **state)
{
    const struct xml_schema *const schema = alone(state, "quotes");
    xmlDoc *const document = parse(*state, "<a><![CDATA[<b>&c;]]>]]&gt;<![CDATA[]]></a>");
    size_t size;

    assert_string_equal(xml_get(*state, xmlDocGetRootElement(document), "."), "<b>&c;]]>");
    assert_int_equal(faults_of(*state, schema, "quote-request",
                               REQUEST_START "<need><audience><![CDATA[ executives ]]></audience>"
                                             "<participants><![CDATA[1]]>4</participants>"
                                             "<modality>remote</modality></need>" REQUEST_END)
                         ->count,
                     0);
    assert_non_null(strstr(xml_write(*state, document, &size), "<a>&lt;b&gt;&amp;c;]]&gt;</a>"));
    refused(state, "<a>]]></a>", "not well-formed");
}

/* OWASP XML: malformed document to malformed document, malformed data. There is no recovery:
 * nothing of it is read. */
static void malformed_documents_are_not_mended(void **state)
{
    static const char *const texts[] = {
        "<a><!-- one\n<!-- another\ncomment --></a>",
        "<a><!-- b --- c --></a>",
        "<a><!-- b --></a><!--",
        "<a><b></a></b>",
        "<a><b></a>",
        "<a b=c/>",
        "<a b='1'c='2'/>",
        "<a b/>",
        "<a>&</a>",
        "<a>&lt</a>",
        "<a>< b/></a>",
        "<a></ a>",
        "<a/ >",
        "<1/>",
        "<a><?xml version='1.0'?></a>",
        "<a><![CDATA[b</a>",
        "<a><![cdata[b]]></a>",
        "<a></a",
        "a<b/>",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        refused(state, texts[i], "");
    }
}

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
        attack(an_embedded_schema_is_an_element_like_others),
        attack(schema_locations_are_ignored),
        attack(nothing_is_smuggled_between_elements),
        attack(a_type_is_not_swapped),
        attack(instructions_have_no_effect),
        attack(cdata_is_text),
        attack(malformed_documents_are_not_mended),
    };

    return cmocka_run_group_tests_name("xml/entities", tests, NULL, NULL);
}
