/* SPDX-License-Identifier: MPL-2.0 */
/* test_explain.c: an invalid document has each of its faults told, at its path and line. */
#include "support.h"

#include "xml/gate.h"

/* One fault of the structure at a time, by the part of a request that has it. */
static const struct {
    const char *text;
    int line;
    const char *path, *en, *fr;
} structure[] = {
    {"<quote-request xmlns='" QUOTES "'>\n" REQUEST_NEED REQUEST_END, 1, "/quote-request/contact",
     "The element “contact” is missing.", "L'élément «\u00a0contact\u00a0» manque."},
    {REQUEST_START
     "<need>\n<audience>executives</audience>\n<modality>remote</modality></need>" REQUEST_END,
     5, "/quote-request/need/participants", "The element “participants” is missing.",
     "L'élément «\u00a0participants\u00a0» manque."},
    {REQUEST_START REQUEST_NEED "\n<extra><deep/></extra>" REQUEST_END, 8, "/quote-request/extra",
     "The element “extra” is not expected here.",
     "L'élément «\u00a0extra\u00a0» n'est pas attendu ici."},
    {REQUEST_START REQUEST_NEED "<need xmlns='urn:other'/>" REQUEST_END, 7,
     "/quote-request/need[2]", "The element “need” must be in the namespace “urn:codev:quotes:1”.",
     "L'élément «\u00a0need\u00a0» doit être dans l'espace de noms "
     "«\u00a0urn:codev:quotes:1\u00a0»."},
    {REQUEST_START REQUEST_NEED REQUEST_NEED REQUEST_END, 7, "/quote-request/need[2]",
     "There are too many elements “need”: at most 1.",
     "Il y a trop d'éléments «\u00a0need\u00a0»\u00a0: 1 au plus."},
    {REQUEST_START "<need><audience>executives</audience>\n<modality>remote</modality>\n"
                   "<participants>14</participants></need>" REQUEST_END,
     7, "/quote-request/need/participants",
     "The element “participants” must come before “modality”.",
     "L'élément «\u00a0participants\u00a0» doit venir avant «\u00a0modality\u00a0»."},
    {REQUEST_START REQUEST_NEED "<consent accepted='true'/></quote-request>", 7,
     "/quote-request/consent/@text-version", "The attribute “text-version” is missing.",
     "L'attribut «\u00a0text-version\u00a0» manque."},
    {REQUEST_START REQUEST_NEED "<consent text-version='2026-11'/></quote-request>", 7,
     "/quote-request/consent/@accepted",
     "This box must be ticked to send the form (accepted=\"true\").",
     "Il faut cocher cette case pour envoyer la demande."},
    {REQUEST_START REQUEST_NEED
     "<consent text-version='2026-11' accepted='true' colour='red'/></quote-request>",
     7, "/quote-request/consent/@colour", "The attribute “colour” is not expected here.",
     "L'attribut «\u00a0colour\u00a0» n'est pas attendu ici."},
    {REQUEST_START REQUEST_NEED
     "<consent text-version='2026-11' accepted='true'>yes</consent></quote-request>",
     7, "/quote-request/consent", "The element “consent” must not hold text of its own: “yes”.",
     "L'élément «\u00a0consent\u00a0» ne doit pas contenir de texte\u00a0: "
     "«\u00a0yes\u00a0»."},
    {REQUEST_START "<need><audience>executives<b/></audience>\n"
                   "<participants>14</participants><modality>remote</modality></need>" REQUEST_END,
     5, "/quote-request/need/audience/b", "The element “b” is not expected here.",
     "L'élément «\u00a0b\u00a0» n'est pas attendu ici."},
    {REQUEST_START "<need><audience why='so'>executives</audience>\n"
                   "<participants>14</participants><modality>remote</modality></need>" REQUEST_END,
     5, "/quote-request/need/audience/@why", "The attribute “why” is not expected here.",
     "L'attribut «\u00a0why\u00a0» n'est pas attendu ici."},
};

static void test_tells_faults_of_the_structure(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof structure / sizeof structure[0]; i++) {
        const struct xml_faults *const faults =
            faults_of(*state, schema, "quote-request", structure[i].text);
        const struct xml_fault *const fault = fault_at(faults, structure[i].path);

        assert_string_equal(fault->en, structure[i].en);
        assert_string_equal(fault->fr, structure[i].fr);
        assert_int_equal(fault->line, structure[i].line);
        if (i != 0) /* the first lacks two elements */
            assert_int_equal(faults->count, 1);
    }
}

static void test_tells_each_missing_element(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const struct xml_faults *const faults =
        faults_of(*state, schema, "quote-request", "<quote-request xmlns='" QUOTES "'/>");

    assert_int_equal(faults->count, 4);
    assert_string_equal(faults->items[0].path, "/quote-request/organisation");
    assert_string_equal(faults->items[1].path, "/quote-request/contact");
    assert_string_equal(faults->items[2].path, "/quote-request/need");
    assert_string_equal(faults->items[3].path, "/quote-request/consent");
}

/* Behind a structural fault nothing stays unseen, in order of lines. */
static void test_tells_all_faults_at_once(void **state)
{
    static const struct {
        int line;
        const char *path;
    } expected[] = {
        {1, "/quote-request/@id"},
        {2, "/quote-request/organisation/name"},
        {2, "/quote-request/organisation/siren"},
        {3, "/quote-request/contact/email"},
        {4, "/quote-request/contact/given-name"},
        {5, "/quote-request/contact/phone"},
        {7, "/quote-request/need/audience[2]"},
        {8, "/quote-request/need/audience[3]"},
        {9, "/quote-request/need/participants"},
        {10, "/quote-request/need/colour"},
        {11, "/quote-request/need/starting-from"},
        {13, "/quote-request/consent/@text-version"},
        {13, "/quote-request/consent/@accepted"},
    };
    const struct xml_faults *const faults =
        faults_of(*state, shipped(*state, "quotes"), "quote-request",
                  "<quote-request xmlns='" QUOTES "' id='x'>\n"
                  "<organisation><name> </name><siren>123456789</siren></organisation>\n"
                  "<contact><family-name>B</family-name>\n"
                  "<given-name>A</given-name>\n"
                  "<phone>0498016050</phone></contact>\n"
                  "<need><audience>executives</audience>\n"
                  "<audience>executives</audience>\n"
                  "<audience>executive</audience>\n"
                  "<participants>0</participants>\n"
                  "<colour/><modality>remote</modality>\n"
                  "<starting-from>2027-02-30</starting-from>\n"
                  "</need>\n"
                  "<consent accepted='false'/></quote-request>");

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(fault_at(faults, expected[i].path)->line, expected[i].line);
    assert_int_equal(faults->count, sizeof expected / sizeof expected[0]);
    for (size_t i = 1; i < faults->count; i++)
        assert_true(faults->items[i - 1].line <= faults->items[i].line);
}

static void test_numbers_siblings_of_one_name(void **state)
{
    const struct xml_faults *const faults = faults_of(
        *state, shipped(*state, "quotes"), "quote-requests",
        "<quote-requests xmlns='" QUOTES "'>" REQUEST "<quote-request id='x'/></quote-requests>");

    (void)fault_at(faults, "/quote-requests/quote-request[2]/@id");
    (void)fault_at(faults, "/quote-requests/quote-request[2]/need");
    assert_int_equal(faults->count, 5);
}

static void test_tells_what_is_given_twice(void **state)
{
    const struct xml_faults *faults =
        faults_of(*state, shipped(*state, "quotes"), "quote-request",
                  REQUEST_START "<need><audience>executives</audience>\n"
                                "<audience> executives </audience><participants>1</participants>\n"
                                "<modality>remote</modality></need>" REQUEST_END);

    only_fault(faults, 6, "/quote-request/need/audience[2]",
               "The value “executives” is given more than once.",
               "La valeur «\u00a0executives\u00a0» est donnée plus d'une fois.");
    faults = faults_of(*state, shipped(*state, "config"), "codev",
                       "<codev xmlns='urn:codev:config:1'><database><application>a</application>\n"
                       "</database><tokens issuer='urn:x'><key id='1'>/k</key>\n"
                       "<key id='1'>/l</key></tokens>\n"
                       "<pool name='main' socket='/s'><plugin>quotes</plugin></pool></codev>");
    only_fault(faults, 3, "/codev/tokens/key[2]", "The element “key” repeats an earlier one.",
               "L'élément «\u00a0key\u00a0» en répète un autre.");
}

static const char choices[] =
    "<xs:element name='r'><xs:complexType><xs:sequence><xs:element name='n' type='xs:int'/>\n"
    "<xs:choice><xs:sequence><xs:element name='email' type='xs:token'/>\n"
    "<xs:element name='phone' type='xs:int' minOccurs='0'/></xs:sequence>\n"
    "<xs:element name='phone' type='xs:int'/></xs:choice>\n"
    "</xs:sequence></xs:complexType></xs:element>";

static void test_tells_of_choices(void **state)
{
    const struct xml_schema *const schema = schema_of(*state, choices);
    const struct xml_faults *faults;

    assert_int_equal(
        faults_of(*state, schema, "r", "<r xmlns='urn:test'><n>1</n><phone>2</phone></r>")->count,
        0);
    only_fault(faults_of(*state, schema, "r", "<r xmlns='urn:test'><n>1</n></r>"), 1, "/r",
               "One of these elements is missing: email, phone.",
               "Il manque l'un de ces éléments\u00a0: email, phone.");
    only_fault(faults_of(*state, schema, "r",
                         "<r xmlns='urn:test'><n>1</n><phone>2</phone>\n<email>a</email></r>"),
               2, "/r/email", "The element “email” is not expected here.",
               "L'élément «\u00a0email\u00a0» n'est pas attendu ici.");
    faults = faults_of(*state, schema, "r", "<r xmlns='urn:test'><phone>x</phone><odd/></r>");
    (void)fault_at(faults, "/r/n");
    (void)fault_at(faults, "/r/odd");
}

static void test_tells_of_too_few(void **state)
{
    const struct xml_schema *const schema = schema_of(
        *state, "<xs:element name='r'><xs:complexType><xs:sequence>\n"
                "<xs:element name='a' type='xs:int' minOccurs='2' maxOccurs='3'/>\n"
                "<xs:element name='b' type='xs:int'/></xs:sequence></xs:complexType></xs:element>");
    const struct xml_faults *const faults =
        faults_of(*state, schema, "r", "<r xmlns='urn:test'><a>1</a><b>x</b></r>");

    assert_string_equal(fault_at(faults, "/r/a")->fr,
                        "Il faut au moins 2 éléments «\u00a0a\u00a0».");
    assert_string_equal(fault_at(faults, "/r/b")->fr,
                        "La valeur «\u00a0x\u00a0» n'est pas acceptée\u00a0: il faut un nombre "
                        "entier.");
    assert_int_equal(faults->count, 2);
}

/* As many elements as can be read. */
static void test_tells_a_hundred_of_ten_thousand(void **state)
{
    static const struct {
        const char *start, *unit, *end;
        const char *first, *last; /* paths */
    } cases[] = {
        {REQUEST_START "<need>", "<audience>executives</audience>", "</need>" REQUEST_END,
         "/quote-request/need/audience[5]", "/quote-request/need/audience[104]"},
        {REQUEST_START "<need>", "<audience>#</audience>", "</need>" REQUEST_END,
         "/quote-request/need/audience[5]", "/quote-request/need/audience[104]"},
        {REQUEST_START "<need>", "<odd#/>", "</need>" REQUEST_END, "/quote-request/need/odd0",
         "/quote-request/need/odd99"},
        {REQUEST_START "<need>", "x<odd/>", "</need>" REQUEST_END, "/quote-request/need",
         "/quote-request/need/odd[99]"},
        {"<quote-request xmlns='" QUOTES "'>", "<quote-request/>", "</quote-request>",
         "/quote-request/quote-request[1]", "/quote-request/quote-request[100]"},
        {REQUEST_START "<need/>", "<need/>", REQUEST_END, "/quote-request/need[1]/audience",
         "/quote-request/need[26]/audience"},
        {REQUEST_START "<need><message>", "<a#/>", "</message></need>" REQUEST_END,
         "/quote-request/need/message/a0", "/quote-request/need/message/a99"},
    };
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const text = (strchr(cases[i].unit, '#') == NULL ? many : numbered)(
            *state, cases[i].start, XML_NODES_MAX - 30, cases[i].unit, cases[i].end);
        const struct xml_faults *const faults = faults_of(*state, schema, "quote-request", text);

        assert_int_equal(faults->count, XML_FAULTS_MAX);
        (void)fault_at(faults, cases[i].first);
        (void)fault_at(faults, cases[i].last);
    }
}

static const char lists[] =
    "<xs:element name='r'><xs:complexType><xs:sequence>\n"
    "<xs:element name='a' type='xs:int' maxOccurs='unbounded'/>\n"
    "<xs:element name='b' type='xs:token' minOccurs='0' maxOccurs='unbounded'/>\n"
    "</xs:sequence></xs:complexType>\n"
    "<xs:unique name='once'><xs:selector xpath='t:b'/><xs:field xpath='.'/></xs:unique>\n"
    "</xs:element>";

/* Where only values are wrong, the document itself is judged. */
static void test_tells_values_behind_thousands(void **state)
{
    const struct xml_schema *const schema = schema_of(*state, lists);
    const size_t most = XML_NODES_MAX - 2; /* with the root and the last */
    const struct xml_faults *faults =
        faults_of(*state, schema, "r",
                  many(*state, "<r xmlns='urn:test'>", most - 1, "<a>1</a>", "\n<a>x</a></r>"));

    only_fault(faults, 2, "/r/a[9998]", "The value “x” is not accepted; it must be a whole number.",
               "La valeur «\u00a0x\u00a0» n'est pas acceptée\u00a0: il faut un nombre entier.");
    faults = faults_of(
        *state, schema, "r",
        numbered(*state, "<r xmlns='urn:test'><a>1</a>", most - 2, "<b>#</b>", "\n<b>77</b></r>"));
    only_fault(faults, 2, "/r/b[9997]", "The value “77” is given more than once.",
               "La valeur «\u00a077\u00a0» est donnée plus d'une fois.");
    faults = faults_of(*state, schema, "r",
                       many(*state, "<r xmlns='urn:test'>", most, "<a>x</a>", "</r>"));
    assert_int_equal(faults->count, XML_FAULTS_MAX);
    assert_string_equal(faults->items[XML_FAULTS_MAX - 1].path, "/r/a[100]");
}

/* A long text is told of before patterns are tried on it, and stays as it is. */
static void test_tells_of_texts_that_are_too_long(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const char *const good =
        many(*state,
             REQUEST_START "<need><audience>executives</audience><participants>14"
                           "</participants><modality>remote</modality><message>",
             5000, "é", "</message></need>\n" REQUEST_END);
    const char *const bad =
        many(*state,
             "<quote-request xmlns='" QUOTES "' href='/'>\n"
             "<organisation><name>Aciers</name></organisation>\n"
             "<contact><given-name>A</given-name><family-name>B</family-name>\n"
             "<email>helene</email></contact>\n"
             "<need><audience>executives</audience><participants>0</participants>"
             "<modality>remote</modality>\n<message>",
             5001, "é", "\x7f</message></need>" REQUEST_END);
    xmlDoc *const document = parse(*state, bad);
    struct xml_faults *const faults = no_faults(*state);
    const char *text;

    assert_int_equal(faults_of(*state, schema, "quote-request", good)->count, 0);
    assert_int_equal(xml_validate(schema, "quote-request", document, faults), 1);
    assert_string_equal(fault_at(faults, "/quote-request/need/message")->en,
                        "The text is too long: at most 5,000 characters.");
    assert_int_equal(fault_at(faults, "/quote-request/need/message")->line, 6);
    assert_string_equal(fault_at(faults, "/quote-request/contact/email")->en,
                        "The value “helene” is not accepted; it must be an e-mail address such as "
                        "firstname.lastname@example.com.");
    (void)fault_at(faults, "/quote-request/need/participants");
    assert_int_equal(faults->count, 3);
    text = xml_get(*state, xmlDocGetRootElement(document), "need/message");
    assert_int_equal(strlen(text), 2 * 5001 + 1);
}

static void test_tells_of_attributes_that_are_too_long(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    const char *const rest = strchr(REQUEST, '>') + 1;
    const char *const end = talloc_asprintf(*state, "'>%s", rest);
    const char *const start = "<quote-request xmlns='" QUOTES "' href='/";

    assert_int_equal(
        faults_of(*state, schema, "quote-request", many(*state, start, 1999, "x", end))->count, 0);
    only_fault(faults_of(*state, schema, "quote-request", many(*state, start, 2000, "x", end)), 1,
               "/quote-request/@href", "The text is too long: at most 2,000 characters.",
               "Le texte est trop long\u00a0: 2\u202f000 caractères au plus.");
}

/* Whether it is the document that is judged, or a copy. */
static void test_judging_leaves_the_document_whole(void **state)
{
    static const char *const units[] = {
        "<quote-request id='#'><organisation><name>a</name></organisation>"
        "<contact><email>x</email></contact></quote-request>",
        "<quote-request id='#'><organisation><name>a</name></organisation>"
        "<contact><given-name>a</given-name><family-name>b</family-name><email>x</email>"
        "</contact>" REQUEST_NEED REQUEST_END,
    };
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        xmlDoc *const document =
            parse(*state, numbered(*state, "<quote-requests xmlns='" QUOTES "'>",
                                   3 * XML_FAULTS_MAX, units[i], "</quote-requests>"));
        struct xml_faults *const faults = no_faults(*state);
        const char *before, *after;
        size_t size;

        before = xml_write(*state, document, &size);
        assert_int_equal(xml_validate(schema, "quote-requests", document, faults), 1);
        assert_int_equal(faults->count, XML_FAULTS_MAX);
        after = xml_write(*state, document, &size);
        assert_string_equal(after, before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_tells_faults_of_the_structure),
        test(test_tells_each_missing_element),
        test(test_tells_all_faults_at_once),
        test(test_numbers_siblings_of_one_name),
        test(test_tells_what_is_given_twice),
        test(test_tells_of_choices),
        test(test_tells_of_too_few),
        test(test_tells_a_hundred_of_ten_thousand),
        test(test_tells_values_behind_thousands),
        test(test_tells_of_texts_that_are_too_long),
        test(test_tells_of_attributes_that_are_too_long),
        test(test_judging_leaves_the_document_whole),
    };

    return cmocka_run_group_tests_name("xml/explain", tests, NULL, NULL);
}
