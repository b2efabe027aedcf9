/* SPDX-License-Identifier: MPL-2.0 */
/* test_structure.c: which documents are given to the validator as they are, and that it finds
 * nothing but values in them. */
#include "support.h"

#include "xml/schema.h"
#include "xml/structure.h"

static const char schema_body[] =
    "<xs:element name='r'><xs:complexType><xs:sequence>\n"
    "<xs:element name='a' type='t:short' minOccurs='0' maxOccurs='2'/>\n"
    "<xs:element name='b' type='xs:int'/>\n"
    "<xs:element name='c' type='xs:string' minOccurs='2' maxOccurs='unbounded'/>\n"
    "<xs:element name='d' type='t:leaf' minOccurs='0'/>\n"
    "<xs:element name='e' type='t:either' minOccurs='0'/>\n"
    "<xs:element name='f' type='t:mixed' minOccurs='0'/>\n"
    "<xs:element name='g' type='t:open' minOccurs='0'/>\n"
    "<xs:element name='h' type='t:octets' minOccurs='0'/>\n"
    "</xs:sequence><xs:attribute name='x' type='xs:string' use='required'/><xs:attribute name='y' "
    "type='t:short'/>\n"
    "</xs:complexType></xs:element>\n"
    "<xs:simpleType name='short'><xs:restriction base='xs:token'><xs:maxLength value='3'/>\n"
    "</xs:restriction></xs:simpleType>\n"
    "<xs:simpleType name='octets'><xs:restriction base='xs:hexBinary'><xs:maxLength value='3'/>\n"
    "</xs:restriction></xs:simpleType>\n"
    "<xs:complexType name='leaf'><xs:simpleContent><xs:extension base='t:short'>\n"
    "<xs:attribute name='z' type='xs:string'/></xs:extension></xs:simpleContent></xs:complexType>\n"
    "<xs:complexType name='either'><xs:sequence><xs:element name='n' type='xs:int'/><xs:choice>\n"
    "<xs:element name='o' type='xs:int'/><xs:element name='p' type='xs:int'/></xs:choice>\n"
    "</xs:sequence></xs:complexType>\n"
    "<xs:complexType name='mixed' mixed='true'><xs:sequence>\n"
    "<xs:element name='q' type='xs:int'/></xs:sequence></xs:complexType>\n"
    "<xs:complexType name='open'><xs:sequence>\n"
    "<xs:any namespace='##other' processContents='skip' minOccurs='0' maxOccurs='unbounded'/>\n"
    "</xs:sequence></xs:complexType>";

#define INSTANCE "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"

static const char *document(TALLOC_CTX *arena, const char *attributes, const char *content)
{
    return talloc_asprintf(arena, "<r xmlns='urn:test' %s>%s</r>", attributes, content);
}

static bool is_sound(TALLOC_CTX *arena, const struct xml_schema *schema, const char *text)
{
    return xml_is_sound(arena, xmlDocGetRootElement(parse(arena, text)),
                        xml_outline_root(xml_schema_outline(schema), "r"));
}

static void test_sound_is_what_only_has_values_to_be_judged(void **state)
{
    static const char *const sound[] = {
        "<b/><c/><c/>",
        "<a>abc</a><a/><b>x</b>\n<c/><c/><c/><c/>",
        "<b/><c/><c/><d z=''>éèà</d>",
        "<b/><c/><c/><e><n/><o/></e>",
        "<b/><c/><c/><e><n/></e>",         /* what is due of a choice is the validator's to tell */
        "<b/><c/><c/><e><p/><n/><o/></e>", /* and so is the order in it */
        "<b/><c/><c/><f>text<q/>text</f>", /* and so are elements in mixed content */
        "<b/><c/><c/><g><x:y xmlns:x='u'><b/></x:y><y xmlns=''/></g>", /* and what is foreign */
        "<b/><c/><c/><h>012345</h>",
        "<b/><c/><c/><h>0123456789</h>", /* five octets; they are not counted here */
        "<b " INSTANCE " i:nil='true'/><c/><c/>",
    };
    const struct xml_schema *const schema = schema_of(*state, schema_body);

    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        if (!is_sound(*state, schema, document(*state, "x=''", sound[i])))
            fail_msg("%s is said to be unsound", sound[i]);
    }
    assert_true(is_sound(*state, schema, document(*state, "x='' y='éèà'", sound[0])));
}

/* Octets are not characters: the validator alone knows how many there are. */
static void test_lengths_are_characters_or_none_of_ours(void **state)
{
    const struct xml_schema *const schema = schema_of(*state, schema_body);

    assert_int_equal(
        faults_of(*state, schema, "r", document(*state, "x=''", "<b>1</b><c/><c/><h>012345</h>"))
            ->count,
        0);
    only_fault(
        faults_of(*state, schema, "r", document(*state, "x=''", "<b>1</b><c/><c/><h>01234567</h>")),
        1, "/r/h", "The value “01234567” is not accepted.",
        "La valeur «\u00a001234567\u00a0» n'est pas acceptée.");
}

static void test_unsound_is_what_has_to_be_mended(void **state)
{
    static const char *const unsound[] = {
        "",
        "<b/><c/>",
        "<c/><c/>",
        "<c/><c/><b/>",
        "<b/><c/><c/><b/>",
        "<b/><c/><d/><c/>",
        "<a/><a/><a/><b/><c/><c/>",
        "<b/><b/><c/><c/>",
        "<b/><c/><c/><odd/>",
        "<b/><c xmlns=''/><c/>",
        "<b/><c/><x:c xmlns:x='u'/>",
        "text<b/><c/><c/>",
        "<b/><c/><c/><![CDATA[text]]>",
        "<b><c/></b><c/><c/>",
        "<b/><c odd=''/><c/>",
        "<b xmlns:x='u' x:odd=''/><c/><c/>",
        "<a>abcd</a><b/><c/><c/>",
        "<a>éèàç</a><b/><c/><c/>",
        "<b/><c/><c/><d>abcd</d>",
        "<b/><c/><c/><e><o/></e>",
        "<b/><c/><c/><e><n/><odd/></e>",
        "<b/><c/><c/><f/>",
        "<b/><c/><c/><g>text</g>",
        "<b/><c/><c/><g><b/></g>",
    };
    const struct xml_schema *const schema = schema_of(*state, schema_body);

    for (size_t i = 0; i < sizeof unsound / sizeof unsound[0]; i++) {
        const char *const text = document(*state, "x=''", unsound[i]);

        if (is_sound(*state, schema, text))
            fail_msg("%s is said to be sound", unsound[i]);
        assert_true(faults_of(*state, schema, "r", text)->count > 0);
    }
    assert_false(is_sound(*state, schema, document(*state, "", "<b/><c/><c/>")));
    assert_false(is_sound(*state, schema, document(*state, "y=''", "<b/><c/><c/>")));
    assert_false(is_sound(*state, schema, document(*state, "x='' odd=''", "<b/><c/><c/>")));
    assert_false(is_sound(*state, schema, document(*state, "x='' y='abcd'", "<b/><c/><c/>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_sound_is_what_only_has_values_to_be_judged),
        test(test_unsound_is_what_has_to_be_mended),
        test(test_lengths_are_characters_or_none_of_ours),
    };

    return cmocka_run_group_tests_name("xml/structure", tests, NULL, NULL);
}
