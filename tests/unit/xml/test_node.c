/* SPDX-License-Identifier: MPL-2.0 */
/* test_node.c: reading and writing a tree by paths. */
#include "support.h"

static xmlNode *sample(TALLOC_CTX *arena)
{
    return xmlDocGetRootElement(
        parse(arena, "<r xmlns='urn:a' xmlns:p='urn:a' xmlns:o='urn:o' id='7' o:id='8'>\n"
                     "<o:name>other</o:name><name>Brûlé</name><p:list>1</p:list><list>2</list>\n"
                     "<list/><deep><er><est at=\"&lt;'&quot;\">x</est></er></deep>"
                     "<mixed>a<list>b</list>c</mixed></r>"));
}

static void test_gets_texts(void **state)
{
    xmlNode *const root = sample(*state);

    assert_string_equal(xml_get(*state, root, "name"), "Brûlé");
    assert_string_equal(xml_get(*state, root, "./name"), "Brûlé");
    assert_string_equal(xml_get(*state, root, "@id"), "7");
    assert_string_equal(xml_get(*state, root, "deep/er/est"), "x");
    assert_string_equal(xml_get(*state, root, "deep/er/est/@at"), "<'\"");
    assert_string_equal(xml_get(*state, root, "list"), "1");
    assert_string_equal(xml_get(*state, root, "mixed"), "abc");
    assert_string_equal(xml_get(*state, xml_child(root, "name"), "."), "Brûlé");
}

static void test_does_not_copy_a_leaf(void **state)
{
    xmlNode *const root = sample(*state);

    assert_ptr_equal(xml_get(*state, root, "name"), xml_child(root, "name")->children->content);
}

static void test_gets_nothing_where_nothing_is(void **state)
{
    static const char *const absent[] = {"nam",   "names", "@i",   "@",        "deep/none/est", "",
                                         "/name", "name/", "a//b", "@id/name", "deep/@at"};
    xmlNode *const root = sample(*state);

    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_null(xml_get(*state, root, absent[i]));
    assert_string_equal(xml_get(*state, xml_next(xml_child(root, "list"), "list"), "."), "2");
    assert_null(xml_get(*state, xml_child(root, NULL), "@id"));
}

static void test_gets_all_texts(void **state)
{
    const char *const *values = NULL;
    xmlNode *const root = sample(*state);

    assert_int_equal(xml_get_all(*state, root, "list", &values), 3);
    assert_string_equal(values[0], "1");
    assert_string_equal(values[1], "2");
    assert_string_equal(values[2], "");
    assert_int_equal(xml_get_all(*state, root, "mixed/list", &values), 1);
    assert_string_equal(values[0], "b");
    assert_int_equal(xml_get_all(*state, root, "none/list", &values), 0);
    assert_int_equal(xml_get_all(*state, root, "list/", &values), 0);
    assert_non_null(values);
}

static void test_walks_children_by_name(void **state)
{
    xmlNode *const root = sample(*state);
    xmlNode *const first = xml_child(root, NULL);

    assert_string_equal(xml_get(*state, first, "."), "other"); /* any name, any namespace */
    assert_string_equal(xml_get(*state, xml_child(root, "name"), "."), "Brûlé");
    assert_null(xml_child(root, "none"));
    assert_string_equal(xml_get(*state, xml_next(first, NULL), "."), "Brûlé");
    assert_null(xml_next(xml_child(root, "mixed"), NULL));
}

static void test_sets_texts_and_makes_what_is_missing(void **state)
{
    xmlNode *const root = xmlDocGetRootElement(xml_new(*state, "urn:a", "r"));
    size_t size;

    assert_int_equal(xml_set(root, "contact/name", "R & D <x> \"'"), 0);
    assert_int_equal(xml_set(root, "contact/email", "a@b.example"), 0);
    assert_int_equal(xml_set(root, "contact/@kind", "R & D <x> \"'\n"), 0);
    assert_int_equal(xml_set(root, "@id", "1"), 0);
    assert_int_equal(xml_set(root, "@id", "2"), 0);
    assert_int_equal(xml_set(root, "contact/name", "&amp;"), 0); /* replaced, not read */
    assert_int_equal(xml_set(xml_child(root, "contact"), "email/.", ""), 0);
    assert_string_equal(xml_write(*state, root->doc, &size),
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<r xmlns=\"urn:a\" id=\"2\"><contact kind=\"R &amp; D &lt;x&gt; "
                        "&quot;'&#10;\"><name>&amp;amp;</name><email/></contact></r>\n");
}

static void test_adds_elements(void **state)
{
    xmlNode *const root = xmlDocGetRootElement(xml_new(*state, "urn:a", "r"));
    const char *const *values;

    assert_int_equal(xml_add(root, "need/audience", "one"), 0);
    assert_int_equal(xml_add(root, "need/audience", "two"), 0);
    assert_int_equal(xml_get_all(*state, root, "need/audience", &values), 2);
    assert_string_equal(values[1], "two");
    assert_int_equal(xml_add(root, "@id", "1"), -1);
    assert_int_equal(xml_add(root, ".", "1"), -1);
}

static void test_refuses_malformed_paths_and_texts(void **state)
{
    static const char *const malformed[] = {"", "/", "a/", "/a", "a//b", "@", "@a/b"};
    xmlNode *const root = xmlDocGetRootElement(xml_new(*state, "urn:a", "r"));

    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        assert_int_equal(xml_set(root, malformed[i], "x"), -1);
    assert_int_equal(xml_set(root, "a", "\x01"), -1);
    assert_int_equal(xml_set(root, "@a", "\xE9t\xE9"), -1);
    assert_int_equal(xml_add(root, "a", "\xFF"), -1);
    assert_null(xml_child(root, "a"));
}

static void test_makes_documents(void **state)
{
    xmlNode *const root = xmlDocGetRootElement(xml_new(*state, QUOTES, "confirmation"));

    assert_string_equal(root->name, "confirmation");
    assert_string_equal(root->ns->href, QUOTES);
    assert_null(root->ns->prefix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_gets_texts),
        test(test_does_not_copy_a_leaf),
        test(test_gets_nothing_where_nothing_is),
        test(test_gets_all_texts),
        test(test_walks_children_by_name),
        test(test_sets_texts_and_makes_what_is_missing),
        test(test_adds_elements),
        test(test_refuses_malformed_paths_and_texts),
        test(test_makes_documents),
    };

    return cmocka_run_group_tests_name("xml/node", tests, NULL, NULL);
}
