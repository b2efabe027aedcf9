/* SPDX-License-Identifier: MPL-2.0 */
/* test_value.c: the types of common.xsd: what they take, and what is said of what they refuse. */
#include "support.h"

/* A schema whose root element "v" has the type; loaded beside common.xsd and xml.xsd. */
static const struct xml_schema *schema_for(TALLOC_CTX *arena, const char *type)
{
    const char *const folder = scratch_folder(arena);
    const char *const command =
        talloc_asprintf(arena, "cp '%s' '%s'", data_path(arena, "schemas/common.xsd"), folder);
    const char *const text = talloc_asprintf(
        arena,
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:c='urn:codev:common:1'\n"
        " targetNamespace='urn:test' elementFormDefault='qualified'>\n"
        "<xs:import namespace='urn:codev:common:1' schemaLocation='common.xsd'/>\n"
        "<xs:element name='v' type='%s'/></xs:schema>",
        type);

    assert_int_equal(system(command), 0);
    return load(arena, scratch_file(arena, folder, "test.xsd", text));
}

static const struct xml_fault *fault_of(TALLOC_CTX *arena, const struct xml_schema *schema,
                                        const char *value)
{
    const struct xml_faults *const faults =
        faults_of(arena, schema, "v", talloc_asprintf(arena, "<v xmlns='urn:test'>%s</v>", value));

    return faults->count == 0 ? NULL : &faults->items[0];
}

/* Values up to NULL that the type takes, then values that it refuses. */
static void check_type(TALLOC_CTX *arena, const char *type, const char *const *good,
                       const char *const *bad)
{
    const struct xml_schema *const schema = schema_for(arena, type);

    for (; *good != NULL; good++)
        if (fault_of(arena, schema, *good) != NULL)
            fail_msg("%s refuses %s", type, *good);
    for (; *bad != NULL; bad++)
        if (fault_of(arena, schema, *bad) == NULL)
            fail_msg("%s takes %s", type, *bad);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SIXTY_FOUR "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_common_types(void **state)
{
    check_type(
        *state, "c:uuid",
        LIST("019ab0c2-7e1f-7b3a-8c4d-0123456789ab", " 019AB0C2-7E1F-7B3A-8C4D-0123456789AB "),
        LIST("019ab0c27e1f7b3a8c4d0123456789ab", "019ab0c2-7e1f-7b3a-8c4d-0123456789ag", "x"));
    check_type(*state, "c:reference", LIST("7K3F9-QXM2P", "00000-ZZZZZ"),
               LIST("7K3F9QXM2P", "7k3f9-qxm2p", "ILOU0-00000"));
    check_type(*state, "c:email",
               LIST("a@b.example", "helene.brule@aciers.example", "o'neill+tag@a-b--c.co.uk",
                    "a!#$%&amp;*+/=?^_`{|}~-@x.fr", SIXTY_FOUR "@b.fr", "a@1.2"),
               LIST("a", "a@b", "@b.fr", "a@.fr", "a@b.", ".a@b.fr", "a.@b.fr", "a..b@c.fr",
                    "a@-b.fr", "a@b-.fr", "a b@c.fr", "a@b@c.fr", "&lt;a@b.fr&gt;", "é@b.fr",
                    "a@b.fr,c@d.fr", "a@b.fr\nBcc: c@d.fr", "\"a\"@b.fr", "a@[127.0.0.1]",
                    "a" SIXTY_FOUR "@b.fr"));
    check_type(*state, "c:phone", LIST("+33498016050", "+1234567", "+123456789012345"),
               LIST("0498016050", "+33 4 98 01 60 50", "+0123456789", "+1234567890123456", "+",
                    "33498016050", "+123456"));
    check_type(*state, "c:siren", LIST("123456782", "732829320"),
               LIST("123456789", "12345678", "123 456 782", "1234567820", "abcdefghi"));
    check_type(*state, "c:amount", LIST("0.00", "450.00", "-1.05", "999999999999.99"),
               LIST("450", "450.0", "450,00", "450.000", "+1.00", "00.00", ".50", "1e3", "NaN",
                    "1000000000000.00"));
    check_type(*state, "c:currency", LIST("EUR"), LIST("eur", "EURO", "€"));
    check_type(*state, "c:date", LIST("2027-01-11", "1900-01-01", "2199-12-31", "2028-02-29"),
               LIST("2027-02-29", "2027-13-01", "1899-12-31", "2200-01-01", "11/01/2027",
                    "2027-1-1", "2027-01-11Z", "99999999999999-01-01", "-0044-03-15", "demain"));
    check_type(*state, "c:date-time",
               LIST("2027-01-11T14:00:00+01:00", "2026-11-24T01:38:19Z",
                    "2026-11-24T01:38:19.123456-05:00"),
               LIST("2027-01-11T14:00:00", "2027-01-11", "2027-01-11 14:00:00Z",
                    "2027-01-11T25:00:00Z", "2027-01-11T14:00Z", "2027-01-11T14:00:00.1234567Z",
                    "2200-01-11T14:00:00Z", "12027-01-11T14:00:00Z"));
    check_type(*state, "c:line", LIST("a", "Œuvray &amp; fils", " a\nb ", "😀"),
               LIST("", " \n ", "a&#x7F;", "a&#x85;b", "&#x9F;"));
    check_type(*state, "c:text", LIST("a", "a\n\tb", " ", "😀"), LIST("", "a&#xD;b", "&#x80;"));
    check_type(*state, "c:href", LIST("/", "/codev/quotes/requests?limit=5"),
               LIST("", "codev", "http://x/", "/a b", "/é"));
    check_type(*state, "c:text-version", LIST("2026-11", "1"), LIST("", "-1", "a b", "é"));
    check_type(*state, "c:accepted", LIST("true", " true "), LIST("", "1", "false", "TRUE", "on"));
}

static void test_lengths_count_characters(void **state)
{
    const struct xml_schema *const line = schema_for(*state, "c:line");
    const struct xml_schema *const text = schema_for(*state, "c:text");
    char *const value = talloc_zero_array(*state, char, 20000);

    for (int i = 0; i < 200; i++)
        (void)strcat(value, "é");
    assert_null(fault_of(*state, line, value));
    (void)strcat(value, "é");
    assert_string_equal(fault_of(*state, line, value)->fr,
                        "Le texte est trop long\u00a0: 200 caractères au plus.");
    for (int i = 201; i < 5000; i++)
        (void)strcat(value, "é");
    assert_null(fault_of(*state, text, value));
    (void)strcat(value, "é");
    assert_string_equal(fault_of(*state, text, value)->en,
                        "The text is too long: at most 5,000 characters.");
    assert_string_equal(fault_of(*state, text, value)->fr,
                        "Le texte est trop long\u00a0: 5\u202f000 caractères au plus.");
}

static void test_says_what_would_be_right(void **state)
{
    const struct xml_schema *const email = schema_for(*state, "c:email");
    const struct xml_fault *fault = fault_of(*state, email, "abc");

    assert_string_equal(fault->fr,
                        "La valeur «\u00a0abc\u00a0» n'est pas acceptée\u00a0: il faut une adresse "
                        "électronique, par exemple prenom.nom@exemple.fr.");
    assert_string_equal(fault->en, "The value “abc” is not accepted; it must be an e-mail address "
                                   "such as firstname.lastname@example.com.");
    fault = fault_of(*state, email, "  ");
    assert_string_equal(fault->fr, "Ce champ est obligatoire.");
    assert_string_equal(fault->en, "This is required.");
    fault = fault_of(*state, schema_for(*state, "c:accepted"), "false");
    assert_string_equal(fault->fr, "Il faut cocher cette case pour envoyer la demande.");
    fault = fault_of(*state, schema_for(*state, "c:siren"), "123456789");
    assert_string_equal(fault->fr, "La valeur «\u00a0123456789\u00a0» n'est pas acceptée\u00a0: il "
                                   "faut un numéro SIREN valable, de neuf chiffres, par exemple "
                                   "123456782.");
}

static void test_says_bounds_and_lists(void **state)
{
    static const struct {
        const char *facets, *value, *en, *fr;
    } cases[] = {
        {"<xs:restriction base='xs:positiveInteger'><xs:maxInclusive value='10000'/>", "0",
         "The value “0” is not accepted; it must be a whole number from 1 to 10,000.",
         "La valeur «\u00a00\u00a0» n'est pas acceptée\u00a0: il faut un nombre entier de 1 à "
         "10\u202f000."},
        {"<xs:restriction base='xs:nonNegativeInteger'>", "-1",
         "The value “-1” is not accepted; it must be a whole number, at least 0.",
         "La valeur «\u00a0-1\u00a0» n'est pas acceptée\u00a0: il faut un nombre entier, au moins "
         "0."},
        {"<xs:restriction base='xs:decimal'><xs:maxInclusive value='2.5'/>", "3",
         "The value “3” is not accepted; it must be a number, at most 2.5.",
         "La valeur «\u00a03\u00a0» n'est pas acceptée\u00a0: il faut un nombre, au plus 2.5."},
        {"<xs:restriction base='xs:token'><xs:enumeration value='a'/><xs:enumeration value='b'/>"
         "<xs:enumeration value='c'/>",
         "d", "The value “d” is not accepted; it must be “a”, “b” or “c”.",
         "La valeur «\u00a0d\u00a0» n'est pas acceptée\u00a0: il faut «\u00a0a\u00a0», "
         "«\u00a0b\u00a0» ou «\u00a0c\u00a0»."},
        {"<xs:restriction base='xs:token'><xs:minLength value='3'/>", "ab",
         "The text is too short: at least 3 characters.",
         "Le texte est trop court\u00a0: 3 caractères au moins."},
        {"<xs:restriction base='xs:token'><xs:pattern value='x+'/>", "y",
         "The value “y” is not accepted.", "La valeur «\u00a0y\u00a0» n'est pas acceptée."},
        {"<xs:restriction base='xs:boolean'>", "yes",
         "The value “yes” is not accepted; it must be “true” or “false”.",
         "La valeur «\u00a0yes\u00a0» n'est pas acceptée\u00a0: il faut «\u00a0true\u00a0» ou "
         "«\u00a0false\u00a0»."},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct xml_schema *const schema = schema_of(
            *state, talloc_asprintf(*state,
                                    "<xs:element name='v'><xs:simpleType>%s</xs:restriction>"
                                    "</xs:simpleType></xs:element>",
                                    cases[i].facets));
        const struct xml_fault *const fault = fault_of(*state, schema, cases[i].value);

        assert_string_equal(fault->en, cases[i].en);
        assert_string_equal(fault->fr, cases[i].fr);
    }
}

static void test_an_optional_value_may_be_left_out_but_not_empty(void **state)
{
    const struct xml_faults *const faults =
        faults_of(*state, shipped(*state, "quotes"), "quote-request",
                  REQUEST_START "<need><audience>executives</audience><participants/><sessions/>\n"
                                "<modality>remote</modality></need>" REQUEST_END);

    assert_string_equal(fault_at(faults, "/quote-request/need/participants")->fr,
                        "Ce champ est obligatoire.");
    assert_string_equal(fault_at(faults, "/quote-request/need/sessions")->fr,
                        "La valeur est vide\u00a0: il faut la remplir ou l'enlever.");
    assert_int_equal(faults->count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_common_types),
        test(test_lengths_count_characters),
        test(test_says_what_would_be_right),
        test(test_says_bounds_and_lists),
        test(test_an_optional_value_may_be_left_out_but_not_empty),
    };

    return cmocka_run_group_tests_name("xml/value", tests, NULL, NULL);
}
