/* SPDX-License-Identifier: MPL-2.0 */
/* test_parse.c: which documents are parsed, into what, and how the others are refused. */
#include "support.h"

#include "xml/gate.h"

static struct xml_fault refusal(TALLOC_CTX *arena, const char *text)
{
    struct xml_fault fault = {0};

    assert_null(xml_parse(arena, text, strlen(text), &fault));
    assert_string_equal(fault.path, "");
    assert_non_null(fault.en);
    assert_non_null(fault.fr);
    return fault;
}

static void test_parses_into_lean_trees(void **state)
{
    xmlNode *const root = xmlDocGetRootElement(
        parse(*state, "\xEF\xBB\xBF<?xml version='1.0' encoding='Utf-8'?><?p q?>\n"
                      "<a>x<!-- no -->&lt;<?p q?><![CDATA[<&]]>&#233;é</a><!-- end -->"));

    assert_string_equal(root->name, "a");
    assert_non_null(root->children);
    assert_null(root->children->next); /* one text node, whatever was between */
    assert_string_equal(xml_get(*state, root, "."), "x<<&éé");
    assert_ptr_equal(xml_get(*state, root, "."), root->children->content);
}

static void test_says_what_is_wrong_in_both_languages(void **state)
{
    struct xml_fault fault = refusal(*state, "<a>\n<b>\n</a>");

    assert_int_equal(fault.line, 3);
    assert_string_equal(
        fault.en, "The document cannot be read: an end tag does not match its start tag (line 3).");
    assert_string_equal(fault.fr,
                        "Le document est illisible\u00a0: une balise fermante ne correspond "
                        "pas à l'ouvrante (ligne 3).");
    fault = refusal(*state, "");
    assert_string_equal(fault.en, "The document is empty.");
    assert_string_equal(fault.fr, "Le document est vide.");
    fault = refusal(*state, "<a>\n<!DOCTYPE a></a>");
    assert_int_equal(fault.line, 2);
    assert_string_equal(fault.fr, "Une déclaration de type (DOCTYPE) n'est pas permise (ligne 2).");
}

static void test_tells_the_kinds_apart(void **state)
{
    static const struct {
        const char *text, *en;
        int line;
    } cases[] = {
        {"<a>\xE9</a>", "it is not in UTF-8 (line 1)", 1},
        {"<?xml version='1.1'?><a/>", "only version 1.0 of XML is taken", 1},
        {"<?xml version='1.0' encoding='latin1'?><a/>", "it is not in UTF-8", 1},
        {"<a>\n&nbsp;</a>", "an entity is not known", 2},
        {"<a>R & D</a>", "an entity is not known, or “&” is not written “&amp;”", 1},
        {"<a>R &amp D</a>", "“&” is not written", 1},
        {"<a>\n<p:b/></a>", "a prefix stands for no namespace (line 2)", 2},
        {"<a p:b='1'/>", "a prefix stands for no namespace", 1},
        {"<a b='1' b='2'/>", "the same attribute twice", 1},
        {"<a xmlns:p='u:' xmlns:q='u:' p:b='1' q:b='2'/>", "the same attribute twice", 1},
        {"<a/>\n<b/>", "something follows the root element (line 2)", 2},
        {"<a/>text", "something follows the root element", 1},
        {"<a>\n\n<b>", "it ends before it is complete (line 3)", 3},
        {"<a>\n<b", "it ends before it is complete (line 2)", 2},
        {"<a>&#1;</a>", "a character that XML does not allow", 1},
        {"<a>\x0B</a>", "a character that XML does not allow", 1},
        {"just text", "it is not well-formed XML", 1},
        {"<a b=1/>", "it is not well-formed XML", 1},
        {"<a:b:c xmlns:a='u:'/>", "it is not well-formed XML", 1},
        {"<a b='<'/>", "it is not well-formed XML", 1},
        {"<a>]]></a>", "it is not well-formed XML", 1},
        {" <?xml version='1.0'?><a/>", "it is not well-formed XML", 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct xml_fault fault = refusal(*state, cases[i].text);

        if (strstr(fault.en, cases[i].en) == NULL || fault.line != cases[i].line)
            fail_msg("%s: line %d, %s", cases[i].text, fault.line, fault.en);
    }
}

static void test_names_its_limits(void **state)
{
    char deep[400] = "", wide[1000] = "<a";

    for (int i = 0; i < 65; i++) {
        char attribute[32];

        (void)strcat(deep, "<a>\n");
        (void)snprintf(attribute, sizeof attribute, " a%d=''", i);
        (void)strcat(wide, attribute);
    }
    assert_string_equal(refusal(*state, deep).en,
                        "The elements are nested too deeply: 64 levels at most (line 65).");
    assert_string_equal(refusal(*state, strcat(wide, "/>")).fr,
                        "Un élément a trop d'attributs\u00a0: 64 au plus (ligne 1).");
}

static void test_names_the_limits_of_the_whole(void **state)
{
    struct xml_fault fault;

    (void)parse(*state, many(*state, "<a>", XML_NODES_MAX - 1, "<b/>", "</a>"));
    fault = refusal(*state, many(*state, "<a>\n", XML_NODES_MAX, "<b/>", "</a>"));
    assert_string_equal(fault.en, "The document has too many elements and attributes: 10,000 at "
                                  "most altogether (line 2).");
    assert_string_equal(fault.fr, "Le document a trop d'éléments et d'attributs\u00a0: "
                                  "10\u202f000 au plus en tout (ligne 2).");
    assert_int_equal(fault.line, 2);
    (void)parse(*state, many(*state, "<a>", XML_MARKS_MAX, "&#65;", "</a>"));
    fault = refusal(*state, many(*state, "<a>\n", XML_MARKS_MAX + 1, "&#65;", "</a>"));
    assert_string_equal(fault.en,
                        "The document has too many references, comments, processing instructions "
                        "and CDATA sections: 50,000 at most altogether (line 2).");
    assert_string_equal(fault.fr,
                        "Le document a trop de références, de commentaires, d'instructions de "
                        "traitement et de sections CDATA\u00a0: 50\u202f000 au plus en tout "
                        "(ligne 2).");
}

/* All entity attacks need a DOCTYPE: none gets as far as its entities. */
static void test_refuses_entity_attacks(void **state)
{
    static const char *const attacks[] = {
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>",
        "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;&c;</a>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/passwd'> %b;]><a/>",
        "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
    };

    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
        assert_non_null(strstr(refusal(*state, attacks[i]).en, "DOCTYPE"));
}

static void test_refuses_a_second_document_behind_nul(void **state)
{
    static const char text[] = "<a/>\0<b/>";
    struct xml_fault fault;

    assert_null(xml_parse(*state, text, sizeof text - 1, &fault));
    assert_string_equal(fault.fr,
                        "Le document est illisible\u00a0: il contient un caractère nul (ligne 1).");
}

static void test_does_not_follow_xinclude(void **state)
{
    xmlNode *const root = xmlDocGetRootElement(
        parse(*state, "<a xmlns:x='http://www.w3.org/2001/XInclude'>"
                      "<x:include href='file:///etc/hostname' parse='text'/></a>"));

    assert_string_equal(root->children->name, "include");
    assert_null(root->children->children);
}

/* The parser goes on behind most errors, and could so be led to where the gate did not look: the
 * gate takes these attributes for the text of an instruction. */
static void test_stops_at_the_first_error(void **state)
{
    char *const text = talloc_array(*state, char, 1 << 20);
    char *at = stpcpy(text, "<a><? <b");

    for (int i = 0; i < 80000; i++)
        at += sprintf(at, " a%d=''", i);
    (void)strcpy(at, "/> ?></a>");
    assert_non_null(strstr(refusal(*state, text).en, "not well-formed"));
}

static void test_knows_lines_beyond_65535(void **state)
{
    char *const text = talloc_array(*state, char, 200000);
    struct xml_schema *const schema = shipped(*state, "quotes");
    char *at = stpcpy(text, "<quote-requests xmlns='" QUOTES "'>");

    memset(at, '\n', 70000);
    (void)strcpy(at + 70000, "<b>x</b></quote-requests>");
    assert_int_equal(
        fault_at(faults_of(*state, schema, "quote-requests", text), "/quote-requests/b")->line,
        70001);
}

static void test_documents_go_with_their_arena(void **state)
{
    TALLOC_CTX *const arena = talloc_new(*state);

    (void)parse(arena, "<a/>");
    assert_null(xml_adopt(arena, NULL));
    talloc_free(arena); /* a leak or a double free is the sanitizer's to see */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_parses_into_lean_trees),
        test(test_says_what_is_wrong_in_both_languages),
        test(test_tells_the_kinds_apart),
        test(test_names_its_limits),
        test(test_names_the_limits_of_the_whole),
        test(test_refuses_entity_attacks),
        test(test_refuses_a_second_document_behind_nul),
        test(test_does_not_follow_xinclude),
        test(test_stops_at_the_first_error),
        test(test_knows_lines_beyond_65535),
        test(test_documents_go_with_their_arena),
    };

    return cmocka_run_group_tests_name("xml/parse", tests, NULL, NULL);
}
