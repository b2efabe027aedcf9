/* SPDX-License-Identifier: MPL-2.0 */
/* test_outline.c: what is read from a schema's file: names, numbers, types and their words; and
 * which schemas are refused, with file and line. */
#include "support.h"

#include "xml/outline.h"

#include <sys/stat.h>

static const struct xml_outline *outline_of(TALLOC_CTX *arena, const char *body)
{
    struct error error;
    const char *const path =
        scratch_file(arena, scratch_folder(arena), "test.xsd", schema_text(arena, body));
    const struct xml_outline *const outline = xml_outline_load(arena, path, &error);

    if (outline == NULL)
        fail_msg("%s", error.text);
    return outline;
}

static const struct xml_element_rule *child(const struct xml_element_rule *rule, const char *name)
{
    for (int i = 0; i < rule->type->element_count; i++)
        if (strcmp(rule->type->elements[i].name, name) == 0)
            return &rule->type->elements[i];
    fail_msg("There is no %s.", name);
    return NULL;
}

static void test_reads_a_request(void **state)
{
    struct error error;
    const struct xml_outline *const outline =
        xml_outline_load(*state, data_path(*state, "schemas/quotes.xsd"), &error);
    const struct xml_element_rule *request, *need;

    if (outline == NULL)
        fail_msg("%s", error.text);
    assert_string_equal(outline->namespace, QUOTES);
    assert_int_equal(outline->root_count, 5);
    assert_null(xml_outline_root(outline, "organisation"));
    request = xml_outline_root(outline, "quote-request");
    assert_int_equal(request->type->element_count, 4);
    assert_string_equal(request->type->elements[3].name, "consent");
    assert_int_equal(request->type->attribute_count, 5);
    assert_false(request->type->attributes[0].required);
    need = child(request, "need");
    assert_int_equal(child(need, "audience")->max, 4);
    assert_int_equal(child(need, "objective")->min, 0);
    assert_string_equal(child(need, "participants")->type->text->high, "10000");
    assert_string_equal(child(need, "participants")->type->text->low, "1");
    assert_string_equal(child(need, "participants")->type->text->noun.fr, "un nombre entier");
    assert_int_equal(child(need, "modality")->type->text->value_count, 3);
    assert_int_equal(child(need, "message")->type->text->length_max, 5000);
    assert_false(child(need, "message")->type->text->collapse);
    assert_true(child(child(request, "contact"), "email")->type->text->collapse);
    assert_non_null(child(child(request, "organisation"), "siren")->type->text->check);
    assert_string_equal(child(request, "consent")->type->attributes[1].type->message.fr,
                        "Il faut cocher cette case pour envoyer la demande.");
    assert_int_equal(xml_outline_root(outline, "quote-requests")->type->elements[0].max,
                     XML_UNBOUNDED);
}

static void test_reads_words_and_inheritance(void **state)
{
    const struct xml_outline *const outline = outline_of(
        *state,
        "<xs:simpleType name='base'><xs:annotation>\n"
        "<xs:documentation xml:lang='en'>  a\n  small   number </xs:documentation>\n"
        "</xs:annotation><xs:restriction base='xs:int'><xs:maxInclusive value='9'/>\n"
        "</xs:restriction></xs:simpleType>\n"
        "<xs:simpleType name='heir'><xs:restriction base='t:base'>\n"
        "<xs:pattern value='[0-9]'/></xs:restriction></xs:simpleType>\n"
        "<xs:simpleType name='narrow'><xs:restriction base='t:base'>\n"
        "<xs:minInclusive value='3'/></xs:restriction></xs:simpleType>\n"
        "<xs:element name='heir' type='t:heir'/><xs:element name='narrow' type='t:narrow'/>\n"
        "<xs:element name='own'><xs:simpleType><xs:restriction>\n"
        "<xs:simpleType><xs:restriction base='xs:string'>\n"
        "<xs:whiteSpace value='replace'/></xs:restriction></xs:simpleType>\n"
        "<xs:length value='4'/></xs:restriction></xs:simpleType></xs:element>");
    const struct xml_text_type *const heir = xml_outline_root(outline, "heir")->type->text;
    const struct xml_text_type *const narrow = xml_outline_root(outline, "narrow")->type->text;
    const struct xml_text_type *const own = xml_outline_root(outline, "own")->type->text;

    assert_string_equal(heir->want.en, "a small number");
    assert_string_equal(heir->want.fr, "a small number"); /* one language serves for both */
    assert_string_equal(heir->high, "9");
    assert_null(narrow->want.en); /* the base's words don't tell the new bound */
    assert_string_equal(narrow->low, "3");
    assert_string_equal(narrow->high, "9");
    assert_true(own->replace);
    assert_false(own->collapse);
    assert_int_equal(own->length_min, 4);
    assert_int_equal(own->length_max, 4);
}

static void test_reads_groups_within_groups(void **state)
{
    const struct xml_outline *const outline =
        outline_of(*state, "<xs:element name='r'><xs:complexType mixed='true'><xs:sequence>\n"
                           "<xs:element name='a' type='xs:string'/>\n"
                           "<xs:choice><xs:sequence><xs:element name='b' type='xs:string'/>\n"
                           "<xs:element name='c' type='xs:string' minOccurs='0'/></xs:sequence>\n"
                           "<xs:element name='c' type='xs:string' maxOccurs='2'/></xs:choice>\n"
                           "<xs:sequence minOccurs='0' maxOccurs='unbounded'>\n"
                           "<xs:element name='d' type='xs:string'/></xs:sequence>\n"
                           "<xs:any namespace='##other' processContents='skip'/>\n"
                           "</xs:sequence></xs:complexType></xs:element>\n"
                           "<xs:element name='plain'><xs:complexType><xs:sequence><xs:sequence>\n"
                           "<xs:element name='a' type='xs:string'/></xs:sequence></xs:sequence>\n"
                           "</xs:complexType></xs:element>");
    const struct xml_element_rule *const root = xml_outline_root(outline, "r");

    assert_int_equal(root->type->element_count, 4);
    assert_true(root->type->irregular);
    assert_true(root->type->open);
    assert_true(root->type->mixed);
    assert_int_equal(child(root, "a")->min, 1);
    assert_false(child(root, "a")->choice);
    assert_int_equal(child(root, "b")->min, 0);
    assert_true(child(root, "b")->choice);
    assert_int_equal(child(root, "c")->max, 2);
    assert_int_equal(child(root, "d")->min, 0);
    assert_int_equal(child(root, "d")->max, XML_UNBOUNDED);
    assert_false(xml_outline_root(outline, "plain")->type->irregular);
}

static void test_types_may_contain_themselves(void **state)
{
    const struct xml_outline *const outline =
        outline_of(*state, "<xs:complexType name='tree'><xs:sequence>\n"
                           "<xs:element name='tree' type='t:tree' minOccurs='0'/></xs:sequence>\n"
                           "</xs:complexType><xs:element name='tree' type='t:tree'/>");
    const struct xml_type *const tree = xml_outline_root(outline, "tree")->type;

    assert_ptr_equal(tree->elements[0].type, tree);
}

static void test_reads_simple_content_and_attributes(void **state)
{
    struct error error;
    const struct xml_outline *const outline =
        xml_outline_load(*state, data_path(*state, "schemas/core.xsd"), &error);
    const struct xml_element_rule *form, *message;

    assert_non_null(outline);
    form = xml_outline_root(outline, "form");
    assert_true(form->type->open);
    message = child(child(form, "error"), "message");
    assert_non_null(message->type->text);
    assert_string_equal(message->type->attributes[0].name, "lang");
    assert_string_equal(message->type->attributes[0].namespace,
                        "http://www.w3.org/XML/1998/namespace");
    assert_true(message->type->attributes[0].required);
}

/* OWASP XML: remote schema. OWASP XXE: schemas and stylesheets. */
static void test_follows_files_of_its_folder_only(void **state)
{
    const char *const folder = scratch_folder(*state);
    struct error error;
    const char *const good =
        scratch_file(*state, folder, "good.xsd",
                     schema_text(*state, "<xs:include schemaLocation='part.xsd'/>\n"
                                         "<xs:include schemaLocation='part.xsd'/>\n"
                                         "<xs:element name='a' type='t:word'/>"));
    static const char *const elsewhere[] = {"../part.xsd", "/etc/passwd", "http://127.0.0.1/x.xsd",
                                            "..",          "a\\b.xsd",    ""};

    (void)scratch_file(*state, folder, "part.xsd",
                       schema_text(*state, "<xs:include schemaLocation='good.xsd'/>\n"
                                           "<xs:simpleType name='word'>\n"
                                           "<xs:restriction base='xs:token'/></xs:simpleType>"));
    assert_non_null(xml_outline_load(*state, good, &error));
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        const char *const bad = scratch_file(
            *state, folder, "bad.xsd",
            schema_text(*state, talloc_asprintf(*state, "\n<xs:include schemaLocation='%s'/>",
                                                elsewhere[i])));

        assert_null(xml_outline_load(*state, bad, &error));
        assert_string_equal(
            error.text,
            talloc_asprintf(*state, "%s:3: The schemaLocation must name a file of the same folder.",
                            bad));
    }
}

/* OWASP XML: embedded schema. libxml2 puts in a schema's own entities when it compiles it, those of
 * files too. */
static void test_refuses_a_doctype(void **state)
{
    static const char *const declarations[] = {
        "<!DOCTYPE xs:schema [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE xs:schema [<!ENTITY e '50'><!ENTITY f '&e;&e;&e;'>]>",
        "<!DOCTYPE xs:schema [<!ATTLIST xs:element nillable CDATA 'true'>]>",
        "<!DOCTYPE xs:schema SYSTEM 'http://127.0.0.1:1/a.dtd'>",
    };
    const char *const folder = scratch_folder(*state);
    const char *const sound = schema_text(*state, "<xs:element name='a' type='xs:int'/>");
    const char *const whole =
        scratch_file(*state, folder, "whole.xsd",
                     schema_text(*state, "<xs:include schemaLocation='part.xsd'/>"));

    for (size_t i = 0; i < sizeof declarations / sizeof declarations[0]; i++) {
        struct error error;
        const char *const part = scratch_file(
            *state, folder, "part.xsd", talloc_asprintf(*state, "%s\n%s", declarations[i], sound));

        assert_null(xml_outline_load(*state, part, &error));
        assert_non_null(strstr(error.text, "part.xsd:3: A schema must have no DOCTYPE."));
        assert_null(xml_outline_load(*state, whole, &error));
        assert_non_null(strstr(error.text, "part.xsd:3: A schema must have no DOCTYPE."));
    }
}

/* OWASP XML: incorrect permissions. */
static void test_refuses_what_everybody_may_write(void **state)
{
    const char *const folder = scratch_folder(*state);
    const char *const part = scratch_file(
        *state, folder, "part.xsd", schema_text(*state, "<xs:element name='a' type='xs:int'/>"));
    const char *const whole =
        scratch_file(*state, folder, "whole.xsd",
                     schema_text(*state, "<xs:include schemaLocation='part.xsd'/>"));
    struct error error;

    assert_int_equal(chmod(part, 0664), 0);
    assert_non_null(xml_outline_load(*state, part, &error));
    assert_int_equal(chmod(part, 0646), 0);
    assert_null(xml_outline_load(*state, part, &error));
    assert_non_null(strstr(error.text, "part.xsd: The schema is writable by all users"));
    assert_null(xml_outline_load(*state, whole, &error));
    assert_non_null(strstr(error.text, "part.xsd: The schema is writable by all users"));
}

static void test_refuses_with_file_and_line(void **state)
{
    static const struct {
        const char *body, *error;
    } cases[] = {
        {"\n<xs:group name='g'/>", "test.xsd:3: codev's schemas do without xs:group."},
        {"<xs:element name='a' type='xs:string'/>\n<xs:element name='b' type='t:none'/>",
         "test.xsd:3: There is no type t:none."},
        {"<xs:element name='a' type='q:none'/>",
         "test.xsd:2: The prefix of q:none is not declared."},
        {"<xs:element name='a'/>", "test.xsd:2: An element must have a type."},
        {"<xs:element name='a'><xs:complexType><xs:all/></xs:complexType></xs:element>",
         "test.xsd:2: codev's schemas do without xs:all here."},
        {"<xs:element name='a'><xs:complexType><xs:sequence><xs:group ref='t:g'/></xs:sequence>"
         "</xs:complexType></xs:element>",
         "test.xsd:2: codev's schemas do without xs:group here."},
        {"<xs:element name='a'><xs:complexType><xs:attribute name='b'/></xs:complexType>"
         "</xs:element>",
         "test.xsd:2: An attribute must have a type."},
        {"<xs:element name='a'><xs:complexType><xs:attribute ref='t:b'/></xs:complexType>"
         "</xs:element>",
         "test.xsd:2: There is no attribute t:b."},
        {"<xs:element name='a'><xs:complexType><xs:sequence><xs:element ref='t:b'/></xs:sequence>"
         "</xs:complexType></xs:element>",
         "test.xsd:2: There is no such element, or elementFormDefault is not qualified."},
        {"<xs:element name='a' type='xs:int'><xs:unique name='u'><xs:selector xpath='t:a/b'/>"
         "<xs:field xpath='.'/></xs:unique></xs:element>",
         "test.xsd:2: The xpath needs a prefix before each name."},
        {"<xs:element name='a'><xs:simpleType><xs:list itemType='xs:int'/></xs:simpleType>"
         "</xs:element>",
         "test.xsd:2: A simple type must be a restriction of another one."},
        {"<xs:element name='a'><xs:simpleType><xs:restriction base='t:b'/></xs:simpleType>"
         "</xs:element>",
         "test.xsd:2: There is no simple type t:b."},
        {"<xs:element name='a'><xs:complexType><xs:simpleContent>"
         "<xs:restriction base='xs:int'/></xs:simpleContent></xs:complexType></xs:element>",
         "test.xsd:2: A simpleContent must be an extension of a type."},
    };
    const char *const folder = scratch_folder(*state);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error;
        const char *const path =
            scratch_file(*state, folder, "test.xsd", schema_text(*state, cases[i].body));

        assert_null(xml_outline_load(*state, path, &error));
        assert_string_equal(strrchr(error.text, '/') + 1, cases[i].error);
    }
}

static void test_refuses_what_is_no_schema(void **state)
{
    const char *const folder = scratch_folder(*state);
    struct error error;

    assert_null(xml_outline_load(*state, scratch_file(*state, folder, "a.xsd", "<a/>"), &error));
    assert_non_null(strstr(error.text, "a.xsd:1: This is no XML Schema."));
    assert_null(
        xml_outline_load(*state, scratch_file(*state, folder, "a.xsd", "<a>\n</b>"), &error));
    assert_non_null(strstr(error.text, "a.xsd:2: "));
    assert_null(xml_outline_load(*state, "/nowhere/a.xsd", &error));
    assert_non_null(strstr(error.text, "/nowhere/a.xsd"));
    assert_null(
        xml_outline_load(*state,
                         scratch_file(*state, folder, "a.xsd",
                                      "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>"),
                         &error));
    assert_non_null(strstr(error.text, "The schema has no targetNamespace."));
}

static void test_finds_rules_in_any_order(void **state)
{
    const struct xml_outline *const outline = outline_of(
        *state, "<xs:element name='r'><xs:complexType><xs:sequence>\n"
                "<xs:element name='a' type='xs:string'/><xs:element name='b' type='xs:string'/>\n"
                "</xs:sequence><xs:attribute name='c' type='xs:string'/></xs:complexType>\n"
                "</xs:element>");
    const struct xml_type *const type = xml_outline_root(outline, "r")->type;
    xmlNode *const root = xmlDocGetRootElement(
        parse(*state, "<r xmlns='urn:test' c='1' d='2'><b/><a/><x/><a xmlns='urn:other'/></r>"));
    xmlNode *const b = root->children;
    int hint = 0;

    assert_string_equal(xml_outline_child(type, b, &hint)->name, "b");
    assert_int_equal(hint, 1);
    assert_string_equal(xml_outline_child(type, b->next, &hint)->name, "a");
    assert_int_equal(hint, 0);
    assert_null(xml_outline_child(type, b->next->next, &hint));
    assert_null(xml_outline_child(type, b->next->next->next, &hint));
    assert_string_equal(xml_outline_attribute(type, root->properties)->name, "c");
    assert_null(xml_outline_attribute(type, root->properties->next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_reads_a_request),
        test(test_reads_words_and_inheritance),
        test(test_reads_groups_within_groups),
        test(test_types_may_contain_themselves),
        test(test_reads_simple_content_and_attributes),
        test(test_follows_files_of_its_folder_only),
        test(test_refuses_a_doctype),
        test(test_refuses_what_everybody_may_write),
        test(test_refuses_with_file_and_line),
        test(test_refuses_what_is_no_schema),
        test(test_finds_rules_in_any_order),
    };

    return cmocka_run_group_tests_name("xml/outline", tests, NULL, NULL);
}
