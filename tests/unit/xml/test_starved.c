/* SPDX-License-Identifier: MPL-2.0 */
/* test_starved.c: every allocation fails in turn (../starve.h) while documents are read, checked,
 * explained, made from forms and written, and while schemas are loaded. Whatever happens, a valid
 * document is refused or taken as it is, to the byte, and an invalid one is refused; or the process
 * ends by its own will. */
#include "support.h"

#include "../starve.h"
#include "../unit.h"

struct fixture {
    TALLOC_CTX *arena;
    const char *path; /* of the schema */
    const struct xml_schema *schema;
    const char *taken; /* what is written of the good document */
};

static struct fixture *fixture_new(void)
{
    struct fixture *const fixture = talloc_zero(NULL, struct fixture);

    assert_non_null(fixture);
    xml_startup();
    fixture->arena = fixture;
    fixture->path = data_path(fixture, "schemas/quotes.xsd");
    fixture->schema = load(fixture, fixture->path);
    return fixture;
}

static int set_up_all(void **state)
{
    *state = fixture_new();
    return 0;
}

/* ---- documents */

#define CHOSEN(need) REQUEST_START need REQUEST_END

/* White space to settle, CDATA, references, all that is optional. */
static const char good[] =
    "<quote-request xmlns=\"" QUOTES "\"\n"
    " id=\" 019ab0c2-7e1f-7b3a-8c4d-0123456789ab\n\" status=' received '>\n"
    "<organisation><name> Aciers  &amp;\n <![CDATA[<Midi>]]> &#233;</name>\n"
    "<siren>\t123456782 </siren></organisation>\n"
    "<contact><given-name>Hélène</given-name><family-name>Brûlé</family-name>\n"
    "<email>helene.brule@aciers.example</email><phone>+33498016050</phone></contact>\n"
    "<need><audience>executives</audience><audience>project-managers</audience>\n"
    "<objective>talent-strategy</objective><participants>14</participants>"
    "<modality>remote</modality><starting-from>2027-01-11</starting-from>\n"
    "<message>Deux groupes,\nde &lt;préférence&gt; le mardi.</message></need>\n"
    "<consent text-version=\"2026-11\" accepted=\"true\"/></quote-request>\n";

static const char *const bad[] = {
    CHOSEN(""),
    CHOSEN("<need><audience>executives</audience><participants>0</participants>"
           "<modality>remote</modality></need>"),
    CHOSEN("<need><audience>bosses</audience><participants>14</participants>"
           "<modality>remote</modality></need>"),
    CHOSEN("<need><audience>executives</audience><audience>executives</audience>"
           "<participants>14</participants><modality>remote</modality></need>"),
    CHOSEN("<need><participants>14</participants><audience>executives</audience>"
           "<modality>remote</modality></need>"),
    CHOSEN("<need><audience>executives</audience><participants>14</participants>"
           "<modality>remote</modality><budget>1</budget></need>"),
    CHOSEN("<need vip='1'><audience>executives</audience><participants>14</participants>"
           "<modality>remote</modality></need>"),
    CHOSEN("<need><audience>executives</audience><participants>14</participants>"
           "<modality>remote</modality><message>\x7f</message></need>"),
    CHOSEN("<need><audience>executives</audience><participants>14</participants>"
           "<modality>remote</modality>Bonjour</need>"),
    CHOSEN("<need><audience>executives</audience><participants>14</participants>"
           "<modality>remote</modality><x xmlns='urn:x'/></need>"),
    "<quote-request xmlns=\"" QUOTES "\"/>",
    "<quote-requests xmlns=\"" QUOTES "\"/>",
    "<quote-request/>",
    /* SIREN's check digit, which is ours to check */
    "<quote-request xmlns=\"" QUOTES "\">"
    "<organisation><name>a</name><siren>123456789</siren></organisation>"
    "<contact><given-name>a</given-name><family-name>b</family-name><email>a@b.fr</email></"
    "contact>" REQUEST_NEED REQUEST_END,
    /* consent */
    REQUEST_START REQUEST_NEED "<consent text-version='1' accepted='false'/></quote-request>",
    REQUEST_START REQUEST_NEED "<consent accepted='true'/></quote-request>",
    /* malformed */
    REQUEST_START REQUEST_NEED REQUEST_END "<a/>",
    REQUEST_START REQUEST_NEED "<consent text-version='1' accepted='true'/>",
    REQUEST_START REQUEST_NEED
    "<consent text-version='1' text-version='1' accepted='true'/></quote-request>",
    REQUEST_START REQUEST_NEED "<p:consent text-version='1' accepted='true'/></quote-request>",
    REQUEST_START "<need>&e;</need>" REQUEST_END,
    "<!DOCTYPE a [<!ENTITY e 'f'>]>" REQUEST,
};

/* Every fault has what an answer is made of. */
static bool are_told(const struct xml_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct xml_fault *const fault = &faults->items[i];

        if (fault->path == NULL || fault->en == NULL || fault->fr == NULL || fault->en[0] == '\0') {
            return false;
        }
    }
    return faults->count > 0;
}

/* Valid: as it is written, it is what is due. */
static enum outcome weigh(const struct fixture *fixture, TALLOC_CTX *arena,
                          const struct xml_schema *schema, xmlDoc *document,
                          struct xml_faults *faults)
{
    const int verdict = xml_validate(schema, "quote-request", document, faults);
    const char *text;
    size_t size;

    if (verdict != 0 || faults->count > 0) {
        return are_told(faults) ? OUTCOME_REFUSED : OUTCOME_WRONG;
    }
    text = xml_write(arena, document, &size);
    if (text == NULL) {
        return OUTCOME_REFUSED;
    }
    return fixture->taken == NULL || (size == strlen(text) && strcmp(text, fixture->taken) == 0)
               ? OUTCOME_GOOD
               : OUTCOME_WRONG;
}

static enum outcome check_by(const struct fixture *fixture, const struct xml_schema *schema,
                             const char *text)
{
    TALLOC_CTX *const arena = talloc_new(fixture->arena);
    struct xml_faults *const faults = arena == NULL ? NULL : talloc_zero(arena, struct xml_faults);
    enum outcome outcome = OUTCOME_REFUSED;
    struct xml_fault fault = {0};
    xmlDoc *document;

    if (faults != NULL) {
        faults->arena = arena;
        document = xml_parse(arena, text, strlen(text), &fault);
        if (document != NULL) {
            outcome = weigh(fixture, arena, schema, document, faults);
        } else if (fault.en == NULL || fault.fr == NULL) {
            outcome = OUTCOME_WRONG;
        }
    }
    talloc_free(arena);
    return outcome;
}

static enum outcome check(void *from, const char *text)
{
    const struct fixture *const fixture = from;

    return check_by(fixture, fixture->schema, text);
}

static void due(struct fixture *fixture, const char *text)
{
    size_t size;
    xmlDoc *const document = parse(fixture, text);

    assert_int_equal(xml_validate(fixture->schema, "quote-request", document, no_faults(fixture)),
                     0);
    fixture->taken = xml_write(fixture, document, &size);
    assert_non_null(fixture->taken);
}

static void good_documents_are_refused_or_taken_as_they_are(void **state)
{
    struct fixture *const fixture = *state;

    due(fixture, good);
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(check, fixture, good, lasting != 0, EACH_ALLOCATION);

        assert_true(row.refused > 5);
        assert_true(row.ended > 100);
        assert_true(row.good > 0);
    }
}

static void never_taken(struct fixture *fixture, attempt *try, const char *input)
{
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(try, fixture, input, lasting != 0,
                                      lasting != 0 ? SOME_ALLOCATIONS : EACH_ALLOCATION);

        assert_true(row.refused > 1);
        if (row.good > 0) {
            fail_msg("%zu times taken: %s", row.good, input);
        }
    }
}

static void bad_documents_are_refused(void **state)
{
    struct fixture *const fixture = *state;

    fixture->taken = NULL;
    for (size_t i = 0; i < LENGTH(bad); i++) {
        never_taken(fixture, check, bad[i]);
    }
}

/* ---- forms */

#define FIELDS                                                                                     \
    "organisation.name= Aciers & Cie ", "contact.given-name=Hélène", "contact.family-name=Brûlé",  \
        "contact.email=a@b.example", "need.audience=executives", "need.audience=project-managers", \
        "need.participants=14", "need.modality=remote", "need.message=Un,\r\ndeux",                \
        "consent.text-version=2026-11", "consent.accepted=true", "_form=secret"

/* Each wrong in one field alone, which must not be overlooked. */
static const char *const wrong_fields[] = {
    "need.budget=1",            /* not the form's */
    "need.modality=mixed",      /* a second answer */
    "need.audience=executives", /* twice */
    "contact.position=a\x01",   /* no character of XML, and cut out */
    "organisation.siren=123456789",
    "contact.phone=12",
};

/* The good fields, and the INPUT when it is not empty. */
static enum outcome map(void *from, const char *input)
{
    static const char *const texts[] = {FIELDS};
    struct fixture *const fixture = from;
    struct xml_field fields[LENGTH(texts) + 1];
    char room[LENGTH(texts) + 1][80]; /* nothing of the test itself may starve */
    TALLOC_CTX *const arena = talloc_new(fixture->arena);
    struct xml_faults *const faults = arena == NULL ? NULL : talloc_zero(arena, struct xml_faults);
    const size_t count = LENGTH(texts) + (input[0] == '\0' ? 0 : 1);
    enum outcome outcome = OUTCOME_REFUSED;
    xmlDoc *document = NULL;

    for (size_t i = 0; i < count; i++) {
        char *const sign = strchr(strcpy(room[i], i < LENGTH(texts) ? texts[i] : input), '=');

        *sign = '\0';
        fields[i] = (struct xml_field){.name = room[i], .value = sign + 1};
    }
    if (faults != NULL) {
        faults->arena = arena;
        document = xml_from_form(arena, fixture->schema, "quote-request", fields, count, faults);
    }
    if (document != NULL) {
        outcome = weigh(fixture, arena, fixture->schema, document, faults);
    }
    talloc_free(arena);
    return outcome;
}

static void good_forms_are_refused_or_taken_as_they_are(void **state)
{
    struct fixture *const fixture = *state;

    due(fixture, "<quote-request xmlns=\"" QUOTES "\"><organisation><name>Aciers &amp; Cie</name>"
                 "</organisation><contact><given-name>Hélène</given-name><family-name>Brûlé"
                 "</family-name><email>a@b.example</email></contact><need><audience>executives"
                 "</audience><audience>project-managers</audience><participants>14</participants>"
                 "<modality>remote</modality><message>Un,\ndeux</message></need>"
                 "<consent text-version=\"2026-11\" accepted=\"true\"/></quote-request>");
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(map, fixture, "", lasting != 0, EACH_ALLOCATION);

        assert_true(row.refused > 20);
        assert_true(row.ended > 100);
        assert_true(row.good > 0);
    }
}

static void bad_forms_are_refused(void **state)
{
    struct fixture *const fixture = *state;

    fixture->taken = NULL;
    for (size_t i = 0; i < LENGTH(wrong_fields); i++) {
        never_taken(fixture, map, wrong_fields[i]);
    }
}

/* ---- what handlers do */

static const char *all_texts(TALLOC_CTX *arena, const xmlNode *node, const char *path)
{
    const char *const *values;
    const size_t count = xml_get_all(arena, node, path, &values);
    char *text = talloc_strdup(arena, "");

    for (size_t i = 0; i < count; i++) {
        text = text == NULL ? NULL : talloc_asprintf_append(text, "%s;", values[i]);
    }
    return text;
}

/* A document made, read again and written. */
static enum outcome make(void *from, const char *unused)
{
    const struct fixture *const fixture = from;
    TALLOC_CTX *const arena = talloc_new(fixture->arena);
    xmlDoc *const document = arena == NULL ? NULL : xml_new(arena, QUOTES, "quote-request");
    xmlNode *const root = document == NULL ? NULL : xmlDocGetRootElement(document);
    enum outcome outcome = OUTCOME_REFUSED;
    const char *text;
    size_t size;

    (void)unused;
    if (root != NULL && xml_set(root, "@id", "7") == 0 &&
        xml_set(root, "contact/email", "a&b") == 0 &&
        xml_add(root, "need/audience", "executives") == 0 &&
        xml_add(root, "need/audience", "<>") == 0) {
        text = all_texts(arena, root, "need/audience");
        outcome = text == NULL || strcmp(text, "executives;<>;") == 0 ? outcome : OUTCOME_WRONG;
        text = xml_get(arena, root, "need"); /* of two elements: made, not found */
        outcome = text == NULL || strcmp(text, "executives<>") != 0 ? OUTCOME_WRONG : outcome;
        text = xml_write(arena, document, &size);
        if (text != NULL && outcome == OUTCOME_REFUSED) {
            outcome = strcmp(text, fixture->taken) == 0 ? OUTCOME_GOOD : OUTCOME_WRONG;
        }
    }
    talloc_free(arena);
    return outcome;
}

static void documents_are_made_whole_or_not(void **state)
{
    struct fixture *const fixture = *state;

    fixture->taken = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<quote-request xmlns=\"" QUOTES "\" id=\"7\"><contact><email>a&amp;b</email>"
                     "</contact><need><audience>executives</audience><audience>&lt;&gt;</audience>"
                     "</need></quote-request>\n";
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(make, fixture, "", lasting != 0, EACH_ALLOCATION);

        assert_true(row.ended > 20);
        assert_true(row.good > 0);
    }
}

/* ---- schemas and pages, which are loaded before the service starts */

/* A schema that was loaded judges as it always does. */
static enum outcome load_schema(void *from, const char *path)
{
    const struct fixture *const fixture = from;
    struct error error = {""};
    struct xml_schema *const schema = xml_schema_load(fixture->arena, path, &error);
    enum outcome outcome = schema != NULL          ? check_by(fixture, schema, good)
                           : error.text[0] != '\0' ? OUTCOME_REFUSED
                                                   : OUTCOME_WRONG;

    starve_no_more();
    if (schema != NULL) {
        outcome = check_by(fixture, schema, good) == OUTCOME_GOOD ? OUTCOME_GOOD : OUTCOME_WRONG;
        for (size_t i = 0; i < LENGTH(bad); i++) {
            outcome =
                check_by(fixture, schema, bad[i]) == OUTCOME_REFUSED ? outcome : OUTCOME_WRONG;
        }
    }
    talloc_free(schema);
    return outcome;
}

static void schemas_are_whole_or_none(void **state)
{
    struct fixture *const fixture = *state;

    due(fixture, good);
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row =
            starve(load_schema, fixture, fixture->path, lasting != 0, MANY_ALLOCATIONS);

        assert_true(row.refused > 20);
        assert_true(row.ended > 100);
        assert_true(row.good > 0);
    }
}

/* The page of a problem, loaded and made. */
static enum outcome render(void *from, const char *path)
{
    static const char *const parameters[] = {"mount", "/codev", "request-id", "7", NULL};
    const struct fixture *const fixture = from;
    TALLOC_CTX *const arena = talloc_new(fixture->arena);
    struct error error = {""};
    struct xml_page *const page = arena == NULL ? NULL : xml_page_load(arena, path, &error);
    xmlDoc *const document = page == NULL ? NULL : xml_new(arena, "urn:ietf:rfc:7807", "problem");
    enum outcome outcome = OUTCOME_REFUSED;
    const char *html = NULL;
    size_t size;

    if (document != NULL && xml_set(xmlDocGetRootElement(document), "title", "<Hélas>") == 0) {
        html = xml_page_render(arena, page, document, parameters, &size, &error);
    }
    if (html != NULL && fixture->taken != NULL) {
        outcome = strcmp(html, fixture->taken) == 0 ? OUTCOME_GOOD : OUTCOME_WRONG;
    } else if (html != NULL) {
        outcome = strstr(html, "&lt;Hélas&gt;") != NULL ? OUTCOME_GOOD : OUTCOME_WRONG;
        ((struct fixture *)from)->taken = talloc_strdup(fixture->arena, html);
    }
    talloc_free(arena);
    return outcome;
}

static void pages_are_whole_or_none(void **state)
{
    struct fixture *const fixture = *state;
    const char *const path = data_path(fixture, "core/pages/problem.xsl");

    fixture->taken = NULL;
    assert_int_equal(render(fixture, path), OUTCOME_GOOD); /* what is due */
    for (int lasting = 0; lasting < 2; lasting++) {
        const struct row row = starve(render, fixture, path, lasting != 0, SOME_ALLOCATIONS);

        assert_true(row.ended > 100);
        assert_true(row.good > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_are_refused_or_taken_as_they_are),
        cmocka_unit_test(bad_documents_are_refused),
        cmocka_unit_test(good_forms_are_refused_or_taken_as_they_are),
        cmocka_unit_test(bad_forms_are_refused),
        cmocka_unit_test(documents_are_made_whole_or_not),
        cmocka_unit_test(schemas_are_whole_or_none),
        cmocka_unit_test(pages_are_whole_or_none),
    };

    return cmocka_run_group_tests_name("xml/starved", tests, set_up_all, tear_down);
}
