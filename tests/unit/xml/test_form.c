/* SPDX-License-Identifier: MPL-2.0 */
/* test_form.c: from the fields of a form to a document. */
#include "support.h"

struct mapped {
    struct xml_faults *faults;
    xmlNode *root;
};

/* Map "name=value" texts, up to NULL. */
static struct mapped map(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                         const char *const *texts)
{
    struct mapped mapped = {no_faults(arena), NULL};
    struct xml_field fields[100];
    size_t count = 0;
    xmlDoc *document;

    for (; texts[count] != NULL; count++) {
        const char *const sign = strchr(texts[count], '=');

        fields[count].name = talloc_strndup(arena, texts[count], (size_t)(sign - texts[count]));
        fields[count].value = sign + 1;
    }
    document = xml_from_form(arena, schema, root, fields, count, mapped.faults);
    assert_non_null(document);
    mapped.root = xmlDocGetRootElement(document);
    return mapped;
}

static const char *written(TALLOC_CTX *arena, struct mapped mapped)
{
    size_t size;

    return strchr(xml_write(arena, mapped.root->doc, &size), '\n') + 1;
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define COMPLETE                                                                                   \
    "consent.accepted=true", "need.message=  Un,\r\ndeux\rtrois \n", "contact.email=a@b.example",  \
        "need.audience=executives", "organisation.name=Aciers", "need.audience=project-managers",  \
        "contact.family-name=Brûlé", "need.participants=14", "contact.given-name=Hélène",          \
        "consent.text-version=2026-11", "need.modality=remote", "_form=secret", "_method=PUT"

static void test_makes_the_document_in_the_schemas_order(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const struct mapped mapped = map(*state, schema, "quote-request",
                                     FIELDS(COMPLETE, "contact.phone=", "need.objective=",
                                            "organisation.siren= ", "need.starting-from="));

    assert_string_equal(written(*state, mapped),
                        "<quote-request xmlns=\"" QUOTES
                        "\"><organisation><name>Aciers</name></organisation>"
                        "<contact><given-name>Hélène</given-name><family-name>Brûlé</family-name>"
                        "<email>a@b.example</email></contact><need><audience>executives</audience>"
                        "<audience>project-managers</audience><participants>14</participants>"
                        "<modality>remote</modality><message>Un,\ndeux\ntrois</message></need>"
                        "<consent text-version=\"2026-11\" accepted=\"true\"/></quote-request>\n");
    assert_int_equal(xml_validate(schema, "quote-request", mapped.root->doc, mapped.faults), 0);
    assert_int_equal(mapped.faults->count, 0);
}

static void test_an_empty_form_has_a_message_beside_each_field(void **state)
{
    static const struct {
        const char *path, *fr;
    } expected[] = {
        {"/quote-request/organisation/name", "Ce champ est obligatoire."},
        {"/quote-request/contact/given-name", "Ce champ est obligatoire."},
        {"/quote-request/contact/family-name", "Ce champ est obligatoire."},
        {"/quote-request/contact/email", "Ce champ est obligatoire."},
        {"/quote-request/need/audience", "Ce champ est obligatoire."},
        {"/quote-request/need/participants", "Ce champ est obligatoire."},
        {"/quote-request/need/modality", "Ce champ est obligatoire."},
        {"/quote-request/consent/@text-version", "Ce champ est obligatoire."},
        {"/quote-request/consent/@accepted", "Il faut cocher cette case pour envoyer la demande."},
    };
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const struct mapped mapped =
        map(*state, schema, "quote-request", FIELDS("need.audience=", "contact.phone="));

    assert_int_equal(xml_validate(schema, "quote-request", mapped.root->doc, mapped.faults), 1);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct xml_fault *const fault = fault_at(mapped.faults, expected[i].path);

        assert_string_equal(fault->fr, expected[i].fr);
        assert_int_equal(fault->line, 0);
    }
    assert_int_equal(mapped.faults->count, sizeof expected / sizeof expected[0]);
}

static void test_keeps_what_was_typed_wrong(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const struct mapped mapped = map(
        *state, schema, "quote-request",
        FIELDS("organisation.name=R & D <x>", "contact.phone=04 98 ?", "need.participants=many"));

    assert_int_equal(xml_validate(schema, "quote-request", mapped.root->doc, mapped.faults), 1);
    assert_string_equal(xml_get(*state, mapped.root, "organisation/name"), "R & D <x>");
    assert_string_equal(xml_get(*state, mapped.root, "contact/phone"), "04 98 ?");
    assert_string_equal(xml_get(*state, mapped.root, "need/participants"), "many");
    (void)fault_at(mapped.faults, "/quote-request/contact/phone");
}

static void test_tells_of_fields_that_are_not_the_forms(void **state)
{
    static const char *const unknown[] = {"colour=red",        "contact=x",  "contact.=x",
                                          "contact.email.x=y", ".contact=x", "quote-request.id=x",
                                          "contact/email=x",   "=x",         "consent.Accepted=x"};
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        const struct mapped mapped =
            map(*state, schema, "quote-request", FIELDS(COMPLETE, unknown[i]));
        const char *const name = talloc_strndup(*state, unknown[i], strcspn(unknown[i], "="));

        only_fault(
            mapped.faults, 0, "/quote-request",
            talloc_asprintf(*state, "The form has no field “%s”.", name),
            talloc_asprintf(*state, "Le formulaire n'a pas de champ «\u00a0%s\u00a0».", name));
    }
}

static void test_tells_of_second_answers(void **state)
{
    const struct mapped mapped =
        map(*state, shipped(*state, "quotes"), "quote-request",
            FIELDS(COMPLETE, "contact.email=c@d.example", "consent.accepted=false"));

    assert_string_equal(fault_at(mapped.faults, "/quote-request/contact/email")->fr,
                        "Une seule réponse est attendue.");
    (void)fault_at(mapped.faults, "/quote-request/consent/@accepted");
    assert_int_equal(mapped.faults->count, 2);
    assert_string_equal(xml_get(*state, mapped.root, "contact/email"), "a@b.example");
}

static void test_tells_of_characters_that_xml_cannot_hold(void **state)
{
    const struct mapped mapped =
        map(*state, shipped(*state, "quotes"), "quote-request",
            FIELDS("organisation.name=A\x01"
                   "B",
                   "contact.email=\xFF", "b\xE9=1", "need.message=ok\xF0\x9F\x98"));

    assert_string_equal(fault_at(mapped.faults, "/quote-request/organisation/name")->fr,
                        "Le texte contient un caractère qui n'est pas permis.");
    (void)fault_at(mapped.faults, "/quote-request/contact/email");
    (void)fault_at(mapped.faults, "/quote-request/need/message");
    assert_string_equal(fault_at(mapped.faults, "/quote-request")->en,
                        "The form has no field “?”.");
    assert_string_equal(xml_get(*state, mapped.root, "organisation/name"), "AB");
    assert_string_equal(xml_get(*state, mapped.root, "contact/email"), "");
    assert_string_equal(xml_get(*state, mapped.root, "need/message"), "ok");
}

static const char order[] =
    "<xs:element name='order'><xs:complexType><xs:sequence>\n"
    "<xs:element name='line' maxOccurs='5'><xs:complexType><xs:sequence>\n"
    "<xs:element name='code' type='xs:token'/>\n"
    "<xs:element name='note' type='xs:token' minOccurs='0'/>\n"
    "<xs:element name='price' minOccurs='0'><xs:complexType><xs:simpleContent>\n"
    "<xs:extension base='xs:decimal'><xs:attribute name='currency' type='xs:token'/>\n"
    "</xs:extension></xs:simpleContent></xs:complexType></xs:element>\n"
    "</xs:sequence></xs:complexType></xs:element>\n"
    "<xs:element name='gift' minOccurs='0'><xs:complexType><xs:sequence>\n"
    "<xs:element name='to' type='xs:token'/><xs:element name='text' type='xs:token' "
    "minOccurs='0'/>\n"
    "</xs:sequence></xs:complexType></xs:element>\n"
    "<xs:element name='next' type='t:next' minOccurs='0'/>\n"
    "</xs:sequence></xs:complexType></xs:element>\n"
    "<xs:complexType name='next'><xs:sequence>\n"
    "<xs:element name='next' type='t:next' minOccurs='0'/>\n"
    "<xs:element name='n' type='xs:int' minOccurs='0'/></xs:sequence></xs:complexType>";

static void test_lists_of_groups_and_optional_groups(void **state)
{
    const struct xml_schema *const schema = schema_of(*state, order);

    assert_string_equal(
        written(*state,
                map(*state, schema, "order",
                    FIELDS("line.code=A", "line.note=", "line.price=1.5", "line.price.currency=EUR",
                           "line.code=B", "line.note=b", "line.price=", "line.price.currency=EUR",
                           "line.code=", "line.note=", "gift.to=", "gift.text="))),
        "<order xmlns=\"urn:test\"><line><code>A</code><price currency=\"EUR\">1.5</price></line>"
        "<line><code>B</code><note>b</note></line></order>\n");
    assert_string_equal(
        written(*state, map(*state, schema, "order", FIELDS("gift.text=x", "gift.to="))),
        "<order xmlns=\"urn:test\"><line><code/></line><gift><to/><text>x</text></gift></order>\n");
    assert_string_equal(written(*state, map(*state, schema, "order", FIELDS("next.next.n=1"))),
                        "<order xmlns=\"urn:test\"><line><code/></line>"
                        "<next><next><n>1</n></next></next></order>\n");
}

static void test_deep_names_and_many_fields_end(void **state)
{
    const struct xml_schema *const schema = schema_of(*state, order);
    char *const name = talloc_zero_array(*state, char, 10000);
    struct xml_field *const fields = talloc_array(*state, struct xml_field, 3000);
    struct xml_faults *const faults = no_faults(*state);
    char *at = name;

    for (int i = 0; i < 1000; i++)
        at = stpcpy(at, "next.");
    (void)strcpy(at, "n");
    assert_non_null(xml_from_form(*state, schema, "order",
                                  &(struct xml_field){.name = name, .value = "1"}, 1, faults));
    assert_non_null(strstr(fault_at(faults, "/order")->en, "The form has no field “next.next."));
    for (size_t i = 0; i < 3000; i++)
        fields[i] =
            (struct xml_field){.name = i % 2 == 0 ? "line.code" : "line.note", .value = "x"};
    faults->count = 0;
    assert_non_null(xml_from_form(*state, schema, "order", fields, 3000, faults));
    assert_string_equal(fault_at(faults, "/order")->fr,
                        "Le formulaire a trop de champs\u00a0: 1\u202f000 au plus.");
}

/* A list within a list makes the product of both: 70 of 70 (with two elements each), not 71. */
static void test_bounds_what_lists_within_lists_make(void **state)
{
    const struct xml_schema *const schema =
        schema_of(*state, "<xs:element name='r'><xs:complexType><xs:sequence>\n"
                          "<xs:element name='g' maxOccurs='unbounded'><xs:complexType><xs:sequence>"
                          "<xs:element name='h' maxOccurs='unbounded'><xs:complexType><xs:sequence>"
                          "<xs:element name='n' type='xs:token'/>\n"
                          "</xs:sequence></xs:complexType></xs:element>\n"
                          "</xs:sequence></xs:complexType></xs:element>\n"
                          "</xs:sequence></xs:complexType></xs:element>");
    struct xml_faults *const faults = no_faults(*state);
    struct xml_field fields[71];

    for (size_t i = 0; i < 71; i++)
        fields[i] = (struct xml_field){.name = "g.h.n", .value = "x"};
    assert_non_null(xml_from_form(*state, schema, "r", fields, 70, faults));
    assert_int_equal(faults->count, 0);
    assert_non_null(xml_from_form(*state, schema, "r", fields, 71, faults));
    only_fault(faults, 0, "/r",
               "The form makes too many elements and attributes: at most 10,000 altogether.",
               "Le formulaire donne trop d'éléments et d'attributs\u00a0: 10\u202f000 au plus en "
               "tout.");
}

/* What is refused for its length is shown again, up to twice that length, or 10,000 characters. */
static void test_cuts_absurd_answers(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const char *const long_enough = many(*state, "", 10000, "é", "");
    const char *const longer = many(*state, "", 10001, "é", "x");
    struct mapped mapped = map(*state, schema, "quote-request",
                               FIELDS(talloc_asprintf(*state, "need.message=%s", long_enough),
                                      talloc_asprintf(*state, "need.sessions=%s", long_enough)));

    assert_int_equal(mapped.faults->count, 0);
    assert_string_equal(xml_get(*state, mapped.root, "need/message"), long_enough);
    assert_string_equal(xml_get(*state, mapped.root, "need/sessions"), long_enough);
    mapped = map(*state, schema, "quote-request",
                 FIELDS(talloc_asprintf(*state, "need.message=%s", longer),
                        talloc_asprintf(*state, "need.sessions=%s", longer),
                        talloc_asprintf(*state, "consent.text-version=%s", longer),
                        talloc_asprintf(*state, "need.audience=%s", longer)));
    assert_string_equal(fault_at(mapped.faults, "/quote-request/need/message")->en,
                        "The text is too long: at most 5,000 characters.");
    assert_string_equal(fault_at(mapped.faults, "/quote-request/need/sessions")->en,
                        "The text is too long: at most 10,000 characters.");
    (void)fault_at(mapped.faults, "/quote-request/consent/@text-version");
    (void)fault_at(mapped.faults, "/quote-request/need/audience");
    assert_int_equal(mapped.faults->count, 4);
    assert_int_equal(strlen(xml_get(*state, mapped.root, "need/message")), 2 * 10001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_makes_the_document_in_the_schemas_order),
        test(test_an_empty_form_has_a_message_beside_each_field),
        test(test_keeps_what_was_typed_wrong),
        test(test_tells_of_fields_that_are_not_the_forms),
        test(test_tells_of_second_answers),
        test(test_tells_of_characters_that_xml_cannot_hold),
        test(test_lists_of_groups_and_optional_groups),
        test(test_deep_names_and_many_fields_end),
        test(test_bounds_what_lists_within_lists_make),
        test(test_cuts_absurd_answers),
    };

    return cmocka_run_group_tests_name("xml/form", tests, NULL, NULL);
}
