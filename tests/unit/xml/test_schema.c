/* SPDX-License-Identifier: MPL-2.0 */
/* test_schema.c: schemas loaded, verdicts on documents, and what a valid document is afterwards. */
#include "support.h"

#include "xml/schema.h"

#include <time.h>

static void test_every_shipped_schema_loads(void **state)
{
    static const struct {
        const char *name, *namespace, *root;
    } schemas[] = {
        {"quotes", QUOTES, "quote-request"},         {"quotes", QUOTES, "quote-requests"},
        {"quotes", QUOTES, "confirmation"},          {"core", "urn:codev:core:1", "form"},
        {"core", "urn:codev:core:1", "health"},      {"core", "urn:codev:core:1", "service"},
        {"problem", "urn:ietf:rfc:7807", "problem"}, {"config", "urn:codev:config:1", "codev"},
    };

    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        const struct xml_schema *const schema = shipped(*state, schemas[i].name);

        assert_string_equal(xml_schema_namespace(schema), schemas[i].namespace);
        assert_true(xml_schema_declares(schema, schemas[i].root));
        assert_false(xml_schema_declares(schema, "none"));
    }
    assert_string_equal(xml_schema_namespace(shipped(*state, "common")), "urn:codev:common:1");
}

static void test_a_schema_error_has_file_and_line(void **state)
{
    struct error error;
    const char *const path = scratch_file(
        *state, scratch_folder(*state), "bad.xsd",
        schema_text(*state, "<xs:element name='a'><xs:simpleType>\n"
                            "<xs:restriction base='xs:int'><xs:maxInclusive value='many'/>\n"
                            "</xs:restriction></xs:simpleType></xs:element>"));

    assert_null(xml_schema_load(*state, path, &error));
    assert_non_null(strstr(error.text, "bad.xsd:3: "));
    assert_null(xml_schema_load(*state, "/nowhere/none.xsd", &error));
    assert_non_null(strstr(error.text, "/nowhere/none.xsd"));
}

/* The examples of the documentation, and of the design. */
static void test_takes_what_is_valid(void **state)
{
    static const struct {
        const char *schema, *root, *text;
    } cases[] = {
        {"quotes", "quote-request", REQUEST},
        {"quotes", "quote-request",
         "<q:quote-request xmlns:q='" QUOTES "' id='019ab0c2-7e1f-7b3a-8c4d-0123456789ab'\n"
         " reference='7K3F9-QXM2P' status='received' received-at='2026-11-24T01:38:19.5Z'\n"
         " href='/codev/quotes/requests/019ab0c2'>\n"
         "<q:organisation><q:name>A</q:name><q:siren>123456782</q:siren></q:organisation>\n"
         "<q:contact><q:given-name>B</q:given-name><q:family-name>C</q:family-name>\n"
         "<q:email>d@e.example</q:email><q:phone>+33498016050</q:phone>\n"
         "<q:position>DRH</q:position></q:contact>\n"
         "<q:need><q:audience>executives</q:audience><q:audience>project-managers</q:audience>\n"
         "<q:objective>talent-strategy</q:objective><q:participants>10000</q:participants>\n"
         "<q:sessions>100</q:sessions><q:modality>mixed</q:modality>\n"
         "<q:starting-from>2027-01-11</q:starting-from><q:message>Un\n\tdeux</q:message>\n"
         "<q:groups>1250</q:groups></q:need>\n"
         "<q:consent text-version='2026-11' accepted='true'/></q:quote-request>"},
        {"quotes", "quote-requests", "<quote-requests xmlns='" QUOTES "'/>"},
        {"quotes", "confirmation",
         "<confirmation xmlns='" QUOTES "' reference='7K3F9-QXM2P'\n"
         " received-at='2026-11-24T01:38:19Z'/>"},
        {"core", "form",
         "<form xmlns='urn:codev:core:1'\n"
         " idempotency-key='019ab0c2-7e1f-7b3a-8c4d-0123456789ab' token='t'>\n"
         "<error><path>/quote-request/contact/email</path>\n"
         "<message xml:lang='fr'>Ce champ est obligatoire.</message>\n"
         "<message xml:lang='en'>This is required.</message></error>\n"
         "<quote-request xmlns='" QUOTES "'><anything/></quote-request>\n"
         "<consent-text version='2026-11'>J'accepte que</consent-text></form>"},
        {"core", "health",
         "<health xmlns='urn:codev:core:1' status='not-ready'>\n"
         "<check name='database' status='failed'/></health>"},
        {"core", "service",
         "<service xmlns='urn:codev:core:1'>\n"
         "<plugin name='quotes' version='0.1' href='/codev/quotes/requests'/></service>"},
        {"problem", "problem",
         "<problem xmlns='urn:ietf:rfc:7807'><type>urn:codev:problem:invalid-document</type>\n"
         "<title>T</title><status>422</status><detail>D</detail><instance>I</instance>\n"
         "<error><line>7</line><path>/quote-request/contact/email</path>\n"
         "<message xml:lang='fr'>F</message><message xml:lang='en'>E</message></error></problem>"},
        {"config", "codev",
         "<codev xmlns='urn:codev:config:1'><plugin-directory>/lib/codev</plugin-directory>\n"
         "<data-directory>/share/codev</data-directory><database>\n"
         "<application>host=/sockets dbname=codev user=codev</application>\n"
         "<owner>host=/sockets dbname=codev user=codev_owner</owner></database>\n"
         "<tokens issuer='urn:codev:installation'><key id='2026-11'>/path/key.pem</key></tokens>\n"
         "<pool name='main' workers='8' socket='/run/main.sock'><plugin>quotes</plugin></pool>\n"
         "</codev>"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct xml_faults *const faults =
            faults_of(*state, shipped(*state, cases[i].schema), cases[i].root, cases[i].text);

        if (faults->count != 0)
            fail_msg("%s: %s: %s", cases[i].root, faults->items[0].path, faults->items[0].en);
    }
}

static void test_wants_its_root(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");

    only_fault(
        faults_of(*state, schema, "quote-request", "\n<confirmation xmlns='" QUOTES "'/>"), 2,
        "/confirmation",
        "The root element must be “quote-request”; “confirmation”, in the namespace "
        "“urn:codev:quotes:1”, was found.",
        "L'élément racine doit être «\u00a0quote-request\u00a0»\u00a0; c'est "
        "«\u00a0confirmation\u00a0», dans l'espace de noms «\u00a0urn:codev:quotes:1\u00a0».");
    assert_int_equal(faults_of(*state, schema, "quote-request", "<quote-request/>")->count, 1);
    assert_int_equal(
        faults_of(*state, schema, "quote-request", "<quote-request xmlns='urn:other'/>")->count, 1);
    assert_int_equal(faults_of(*state, schema, "none", "<none xmlns='" QUOTES "'/>")->count, 1);
}

/* ---- what is taken is bounded */

/* That text alone in a document, at this path from the root: it is a fault there. */
static void refuse_at(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                      const char *path, const char *text)
{
    xmlDoc *const document = xml_new(arena, xml_schema_namespace(schema), root);
    struct xml_faults *const faults = no_faults(arena);

    assert_int_equal(xml_set(xmlDocGetRootElement(document), path, text), 0);
    assert_int_equal(xml_validate(schema, root, document, faults), 1);
    (void)fault_at(faults, talloc_asprintf(arena, "/%s/%s", root, path));
}

static void refuse_long_texts_at(TALLOC_CTX *arena, const struct xml_schema *schema,
                                 const char *root, const char *path)
{
    static char text[10001];

    for (const char *at = "1aA/-"; *at != '\0'; at++) {
        memset(text, *at, sizeof text - 1);
        refuse_at(arena, schema, root, path, text);
    }
}

/* PREFIX: "need/", the path of the type's element. */
static void expect_bounds(TALLOC_CTX *arena, const struct xml_schema *schema, const char *root,
                          const char *prefix, const struct xml_type *type)
{
    for (int i = 0; i < type->attribute_count; i++) {
        refuse_long_texts_at(arena, schema, root,
                             talloc_asprintf(arena, "%s@%s", prefix, type->attributes[i].name));
    }
    if (type->text != NULL) {
        refuse_long_texts_at(arena, schema, root,
                             talloc_strndup(arena, prefix, strlen(prefix) - 1));
    }
    for (int i = 0; i < type->element_count; i++) {
        const struct xml_element_rule *const rule = &type->elements[i];

        if (rule->max == XML_UNBOUNDED)
            fail_msg("/%s/%s%s may come as often as one likes.", root, prefix, rule->name);
        expect_bounds(arena, schema, root, talloc_asprintf(arena, "%s%s/", prefix, rule->name),
                      rule->type);
    }
}

/* OWASP XML: unrestrictive schema, ranges, occurrences. In what anybody may send, no text and no
 * list is as long as one likes. */
static void test_what_is_taken_is_bounded(void **state)
{
    static const char *const roots[] = {"quote-request", "catalogue-item"};
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        const struct xml_element_rule *const rule =
            xml_outline_root(xml_schema_outline(schema), roots[i]);

        assert_non_null(rule);
        expect_bounds(*state, schema, roots[i], "", rule->type);
    }
}

/* ---- the document as it is checked */

/* What a handler reads is what was checked: no line end may slip into a mail's header. */
static void test_settles_white_space(void **state)
{
    struct xml_faults *const faults = no_faults(*state);
    xmlDoc *const document = parse(
        *state, "<quote-request xmlns='" QUOTES "'><organisation><name>\n Aciers \n\t du  Midi"
                "</name></organisation><contact><given-name>A</given-name>\n"
                "<family-name>B</family-name><email>\n  a@b.example\n</email></contact>\n"
                "<need><audience> executives </audience><participants>\t14</participants>\n"
                "<modality>remote</modality><message>\n un \n  deux</message></need>\n"
                "<consent text-version=' 2026-11 ' accepted='true'/></quote-request>");
    const xmlNode *const root = xmlDocGetRootElement(document);

    assert_int_equal(xml_validate(shipped(*state, "quotes"), "quote-request", document, faults), 0);
    assert_string_equal(xml_get(*state, root, "organisation/name"), "Aciers du Midi");
    assert_string_equal(xml_get(*state, root, "contact/email"), "a@b.example");
    assert_string_equal(xml_get(*state, root, "need/audience"), "executives");
    assert_string_equal(xml_get(*state, root, "need/participants"), "14");
    assert_string_equal(xml_get(*state, root, "need/message"), "\n un \n  deux");
    assert_string_equal(xml_get(*state, root, "consent/@text-version"), "2026-11");
}

static void test_puts_defaults_in(void **state)
{
    xmlDoc *const document =
        parse(*state, "<codev xmlns='urn:codev:config:1'><database><application>a</application>\n"
                      "</database><tokens issuer='urn:x'><key id='1'>/k</key></tokens>\n"
                      "<pool name='main' socket='/s'><plugin>quotes</plugin></pool></codev>");

    assert_int_equal(xml_validate(shipped(*state, "config"), "codev", document, no_faults(*state)),
                     0);
    assert_string_equal(xml_get(*state, xmlDocGetRootElement(document), "pool/@workers"), "8");
}

static void test_leaves_an_invalid_document_as_it_was(void **state)
{
    const char *const text = REQUEST_START "<odd/>" REQUEST_END;
    xmlDoc *const document = parse(*state, text);
    size_t size;
    const char *const before = xml_write(*state, document, &size);

    assert_int_equal(
        xml_validate(shipped(*state, "quotes"), "quote-request", document, no_faults(*state)), 1);
    assert_string_equal(xml_write(*state, document, &size), before);
}

/* OWASP XML: document without schema. xsi:type could swap in another type, with other attributes,
 * behind the back of handlers. */
static void test_types_cannot_be_swapped(void **state)
{
    const struct xml_schema *const schema = shipped(*state, "quotes");
    static const char start[] =
        "<quote-request xmlns='" QUOTES "' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        "xmlns:c='urn:codev:common:1' xsi:schemaLocation='" QUOTES " file:///etc/passwd'>\n";
    const char *const rest = strchr(REQUEST, '\n');
    const char *const swapped = talloc_asprintf(
        *state, "%s<organisation><name xsi:type='c:email'>a@b.example</name></organisation>%s",
        start, strstr(rest, "\n<contact>"));
    const char *const nil =
        talloc_asprintf(*state, "%s<organisation><name xsi:nil='true'/></organisation>%s", start,
                        strstr(rest, "\n<contact>"));

    assert_int_equal(
        faults_of(*state, schema, "quote-request", talloc_asprintf(*state, "%s%s", start, rest))
            ->count,
        0);
    (void)fault_at(faults_of(*state, schema, "quote-request", swapped),
                   "/quote-request/organisation/name");
    (void)fault_at(faults_of(*state, schema, "quote-request", nil),
                   "/quote-request/organisation/name");
}

/* OWASP XML: patterns. They must not be ambiguous: these values made an ambiguous one work for
 * seconds. */
static void test_hostile_values_are_cheap(void **state)
{
    static const char *const hostile[] = {
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a@",
        "a@a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-",
        "a@a--------------------------------------------------------------.",
        "a@a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.!",
    };
    const struct xml_schema *const schema = shipped(*state, "quotes");

    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        const clock_t start = clock();
        const char *const text = talloc_asprintf(
            *state,
            "<quote-request xmlns='" QUOTES "' id='%s' href='%s' received-at='%s'>"
            "<organisation><name>a</name><siren>%s</siren></organisation><contact>"
            "<given-name>a</given-name><family-name>a</family-name><email>%s</email>"
            "<phone>+%s</phone></contact>" REQUEST_NEED REQUEST_END,
            hostile[i], hostile[i], hostile[i], hostile[i], hostile[i], hostile[i]);

        (void)fault_at(faults_of(*state, schema, "quote-request", text),
                       "/quote-request/contact/email");
        assert_true((clock() - start) * 1000 / CLOCKS_PER_SEC < 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_every_shipped_schema_loads), test(test_a_schema_error_has_file_and_line),
        test(test_takes_what_is_valid),        test(test_wants_its_root),
        test(test_what_is_taken_is_bounded),   test(test_settles_white_space),
        test(test_puts_defaults_in),           test(test_leaves_an_invalid_document_as_it_was),
        test(test_types_cannot_be_swapped),    test(test_hostile_values_are_cheap),
    };

    return cmocka_run_group_tests_name("xml/schema", tests, NULL, NULL);
}
