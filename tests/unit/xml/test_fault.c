/* SPDX-License-Identifier: MPL-2.0 */
/* test_fault.c: the sentences of faults, their paths, and the list that holds them. */
#include "support.h"

static struct xml_fault said(TALLOC_CTX *arena, enum xml_fault_kind kind,
                             struct xml_fault_about about)
{
    struct xml_fault fault = {0};

    xml_fault_say(arena, kind, &about, &fault);
    return fault;
}

/* Each kind has a sentence in each language, whose placeholders all stand for something. */
static void test_every_kind_has_its_sentences(void **state)
{
    const struct xml_fault_about about = {
        .line = 7, .name = "NAME", .other = "OTHER", .value = "VALUE", .want = {"WANT.", "WANT."}};

    for (int kind = XML_FAULT_NONE + 1; kind < XML_FAULT_KINDS; kind++) {
        const struct xml_fault fault = said(*state, (enum xml_fault_kind)kind, about);

        assert_string_not_equal(fault.en, "");
        assert_string_not_equal(fault.fr, "");
        assert_null(strpbrk(fault.en, "{}"));
        assert_null(strpbrk(fault.fr, "{}"));
        assert_int_equal(fault.en[strlen(fault.en) - 1], '.');
        assert_int_equal(fault.fr[strlen(fault.fr) - 1], '.');
    }
}

static void test_fills_in_what_it_speaks_of(void **state)
{
    struct xml_fault fault =
        said(*state, XML_FAULT_MISSING, (struct xml_fault_about){.name = "email"});

    assert_string_equal(fault.en, "The element “email” is missing.");
    assert_string_equal(fault.fr, "L'élément «\u00a0email\u00a0» manque.");
    fault = said(*state, XML_FAULT_WANTED,
                 (struct xml_fault_about){.value = "abc", .want = {"a date", "une date"}});
    assert_string_equal(fault.en, "The value “abc” is not accepted; it must be a date.");
    assert_string_equal(fault.fr,
                        "La valeur «\u00a0abc\u00a0» n'est pas acceptée\u00a0: il faut une date.");
    xml_fault_say(*state, XML_FAULT_REQUIRED, NULL, &fault);
    assert_string_equal(fault.fr, "Ce champ est obligatoire.");
}

static void test_cuts_long_values_between_characters(void **state)
{
    const char *const long_value = "ééééééééééééééééééééééééééééééééééééééééé"; /* 41 */
    const char *const cut = "ééééééééééééééééééééééééééééééééééééééé"
                            "é…";

    assert_string_equal(
        said(*state, XML_FAULT_VALUE, (struct xml_fault_about){.value = long_value}).en,
        talloc_asprintf(*state, "The value “%s” is not accepted.", cut));
    assert_string_equal(
        said(*state, XML_FAULT_VALUE, (struct xml_fault_about){.value = long_value + 2}).en,
        talloc_asprintf(*state, "The value “%s” is not accepted.", long_value + 2));
    assert_string_equal(
        said(*state, XML_FAULT_VALUE, (struct xml_fault_about){.value = "a\nb {name} \t"}).en,
        "The value “a b {name}” is not accepted.");
}

static void test_groups_digits_for_reading(void **state)
{
    assert_string_equal(xml_fault_number(*state, "7").en, "7");
    assert_string_equal(xml_fault_number(*state, "200").fr, "200");
    assert_string_equal(xml_fault_number(*state, "5000").en, "5,000");
    assert_string_equal(xml_fault_number(*state, "5000").fr, "5\u202f000");
    assert_string_equal(xml_fault_number(*state, "1234567").en, "1,234,567");
    assert_string_equal(xml_fault_number(*state, "2027-01-11").en, "2027-01-11");
    assert_string_equal(xml_fault_number(*state, "").en, "");
}

static void test_tells_paths_and_lines(void **state)
{
    xmlNode *const root =
        xmlDocGetRootElement(parse(*state, "<a xmlns:p='u:'>\n<p:b/><b\nc='1'/>\n<d><e/></d></a>"));
    xmlNode *const first = xml_child(root, NULL);
    xmlNode *const second = xml_next(first, NULL);
    xmlNode *const last = xml_next(second, NULL);

    for (int numbered = 0; numbered < 2; numbered++) {
        assert_string_equal(xml_fault_path(*state, root), "/a");
        assert_string_equal(xml_fault_path(*state, first), "/a/b[1]");
        assert_string_equal(xml_fault_path(*state, second), "/a/b[2]");
        assert_string_equal(xml_fault_path(*state, (xmlNode *)second->properties), "/a/b[2]/@c");
        assert_string_equal(xml_fault_path(*state, xml_child(last, NULL)), "/a/d/e");
        xml_fault_number_places(*state, root->doc);
        assert_true(root->_private != NULL && second->_private != NULL);
    }
    assert_int_equal(xml_fault_line(root), 1);
    assert_int_equal(xml_fault_line(first), 2);
    assert_int_equal(xml_fault_line(last), 4);
    assert_int_equal(xml_fault_line(NULL), 0);
    assert_int_equal(xml_fault_line(xmlDocGetRootElement(xml_new(*state, "urn:x", "a"))), 0);
}

static void test_keeps_the_first_fault_of_a_path(void **state)
{
    struct xml_faults *const faults = no_faults(*state);
    char path[] = "/a";

    xml_faults_add(faults, 3, path, "One.", "Un.");
    xml_faults_add(faults, 3, "/a", "Two.", "Deux.");
    path[1] = 'b'; /* it was copied */
    assert_int_equal(faults->count, 1);
    assert_string_equal(faults->items[0].path, "/a");
    assert_string_equal(faults->items[0].fr, "Un.");
    assert_int_equal(faults->items[0].line, 3);
}

static void test_drops_what_is_too_many(void **state)
{
    struct xml_faults *const faults = no_faults(*state);

    for (int i = 0; i < 2 * XML_FAULTS_MAX; i++)
        xml_faults_add(faults, i, talloc_asprintf(*state, "/a[%d]", i), "E.", "F.");
    xml_fault_add(faults, "/more", XML_FAULT_REQUIRED, NULL);
    assert_int_equal(faults->count, XML_FAULTS_MAX);
    assert_string_equal(faults->items[XML_FAULTS_MAX - 1].path, "/a[99]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_every_kind_has_its_sentences),
        test(test_fills_in_what_it_speaks_of),
        test(test_cuts_long_values_between_characters),
        test(test_groups_digits_for_reading),
        test(test_tells_paths_and_lines),
        test(test_keeps_the_first_fault_of_a_path),
        test(test_drops_what_is_too_many),
    };

    return cmocka_run_group_tests_name("xml/fault", tests, NULL, NULL);
}
