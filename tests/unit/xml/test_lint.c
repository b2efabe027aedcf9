/* SPDX-License-Identifier: MPL-2.0 */
/* test_lint.c: schemas by which a document could cost seconds are refused when they are loaded, and
 * the limits that the linter draws are where libxml2 becomes slow. */
#include "support.h"

#include "xml/lint.h"
#include "xml/pattern.h"

#include <libxml/xmlregexp.h>
#include <libxml/xmlschemas.h>
#include <time.h>

enum {
    VALUE_LENGTH = 5000, /* characters of a hostile value */
    VALUE_MS_MAX = 50,   /* what it may cost */
    SLOW_MS = 20,        /* what a refused pattern costs at least; most cost ten times that */
};

static double ms_since(clock_t began)
{
    return (double)(clock() - began) * 1000.0 / CLOCKS_PER_SEC;
}

/* The unit over and over, up to so many characters, and the tail. */
static char *repeated(TALLOC_CTX *arena, const char *unit, size_t length, const char *tail)
{
    char *const text = talloc_size(arena, length + strlen(tail) + 1);
    char *at = text;

    while (at + strlen(unit) <= text + length) {
        at = stpcpy(at, unit);
    }
    (void)strcpy(at, tail);
    return text;
}

/* Milliseconds that libxml2 takes for the value; *verdict_r is 1, 0, or -1 when it gave up. */
static double cost(const char *pattern, const char *value, int *verdict_r)
{
    xmlRegexp *const compiled = xmlRegexpCompile((const xmlChar *)pattern);
    clock_t began;
    double ms;

    assert_non_null(compiled);
    began = clock();
    *verdict_r = xmlRegexpExec(compiled, (const xmlChar *)value);
    ms = ms_since(began);
    xmlRegFreeRegexp(compiled);
    return ms;
}

static void expect_cheap(const char *pattern, const char *value)
{
    int verdict;
    const double ms = cost(pattern, value, &verdict);

    if (verdict < 0 || ms >= VALUE_MS_MAX) {
        fail_msg("%s took %.0f ms (verdict %d) for %.40s…", pattern, ms, verdict, value);
    }
}

/* ---- patterns */

static void test_takes_clear_patterns_and_they_are_cheap(void **state)
{
    static const struct {
        const char *pattern, *unit, *tail;
    } cases[] = {
        {"a*", "a", "!"},
        {"(ab)*", "ab", "a"},
        {"(ab?c)*", "abcac", "b"},
        {"(a{1,3}b)*", "aaab", "aaaa"},
        {"(a{2})*", "a", "b"},
        {"(a{2}){1,3000}", "a", ""},
        {"(a{2}){3}", "a", ""},
        {"((a{1,5}b){1,5}c)*", "aabaaaaabc", "aa"},
        {"x{0,5000}y", "x", "x"},
        {"(ab){0,5000}", "ab", "b"},
        {"[^@]{1,64}@[^@]+", "a", "@"},
        {"[^@]+@[^@]{1,6000}", "@", ""},
        {"[a-z]+(\\.[a-z]+)*", "ab.", "!"},
        {"[a-z]+(-+[a-z]+)*", "a--", "."},
        {"-?(0|[1-9][0-9]{0,11})\\.[0-9]{2}", "1", "."},
        {"(0[1-9]|1[0-2])/[0-9]{4}", "1", "/"},
        {"(\\s*[a-f\\-]+,)*;\\S", " a-,", "; "},
        {"[\\s\\S]*", "é\n", "\t"},
        {"[^\\n\\-x-z]+x.?", "ab", "xyz"},
        {"M(me|lle)?|Dr", "M", "me"},
        {"([a-z]{3,}[0-9]{2,})+", "abc12", "ab1"},
        {"(é|è)+[à-ã]", "éè", "e"},
        {"\\(\\)\\[\\]\\{\\}\\.\\\\\\|\\?\\*\\+\\^", "(", ")"},
        {"[a-]+[+\\^](x|[-z])", "a-", "+z"},
        {"(a|b)?c", "a", "c"},
        {"(a?b?)?", "a", "b"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const fault = xml_pattern_fault(*state, cases[i].pattern);

        if (fault != NULL) {
            fail_msg("%s: %s", cases[i].pattern, fault);
        }
        expect_cheap(cases[i].pattern,
                     repeated(*state, cases[i].unit, VALUE_LENGTH, cases[i].tail));
        expect_cheap(cases[i].pattern, repeated(*state, cases[i].unit, VALUE_LENGTH, ""));
    }
}

static void refuse_all(void *state, const char *const *patterns, size_t count, const char *reason)
{
    for (size_t i = 0; i < count; i++) {
        const char *const fault = xml_pattern_fault(state, patterns[i]);

        if (fault == NULL || strstr(fault, reason) == NULL) {
            fail_msg("%s: %s", patterns[i], fault == NULL ? "was taken" : fault);
        }
    }
}

/* OWASP XML: patterns. Each can read one text in two ways, which is said behind it. */
static void test_refuses_ambiguous_patterns(void **state)
{
    static const char *const patterns[] = {
        "(a*)*",           /* a a, aa */
        "(a+)*",           /* a a, aa */
        "(a?){2,9}",       /* a and nothing, nothing and a */
        "(a|a)*",          /* the first a, the second a */
        "(a+b?)*",         /* a a, aa */
        "(a{1,10}){1,10}", /* a a, aa */
        "(a{2,3}){2}",     /* aa aaa, aaa aa */
        "((ab)*){3}",      /* ab, nothing, nothing, … */
        "a*a*",            /* a by either */
        ".*x.*",           /* the x, or one of those before it */
        "[a-z]*[a-m]+",    /* a by either */
        "(a|ab)(c|bcd)*",  /* a bcd, ab cd is no other way, but a reader can't know yet */
        "(a|b|ab)*",       /* a b, ab */
        "(ab|ac)*",        /* which alternative, is known after its second character only */
        "a{2,3}a",         /* the third */
        "(a*b?)*",         /* a a, aa */
        "([a-z]+-?)*",     /* a a, aa */
        "(-[a-z]*)*-?",    /* the last hyphen */
        "[^@]*@?[^@]*",    /* a by either */
        "\\S+[!-~]",       /* the last */
        "(a{0,5}|b)*",     /* nothing, nothing */
        "(x?y?z?)+",       /* x y, xy */
    };

    refuse_all(*state, patterns, sizeof patterns / sizeof patterns[0],
               "The pattern is ambiguous: ");
}

/* That the criterion is worth its strictness. (Not all that it refuses are slow; .*x.*x.* takes two
 * minutes, so it is not here.) */
static void test_refused_patterns_are_slow(void **state)
{
    static const struct {
        const char *pattern, *unit;
        size_t length;
    } cases[] = {
        {"(a{1,10}){1,10}", "a", 40},
        {"([a-c]{1,9}b?){1,9}", "ab", 40},
        {"a*a*", "a", VALUE_LENGTH},
        {"[a-z]*[a-m]+", "a", VALUE_LENGTH},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const value = repeated(*state, cases[i].unit, cases[i].length, "\n!");
        int verdict;
        const double ms = cost(cases[i].pattern, value, &verdict);

        print_message("# %s: %.0f ms, verdict %d\n", cases[i].pattern, ms, verdict);
        assert_non_null(xml_pattern_fault(*state, cases[i].pattern));
        assert_true(verdict == -1 || ms > SLOW_MS);
    }
}

static void test_refuses_what_it_does_not_understand(void **state)
{
    static const char *const patterns[] = {
        "",          "a||b",
        "|a",        "()",
        "(a",        "a)",
        "[a",        "[]",
        "[^]",       "[z-a]",
        "[a-z-[b]]", "[a-c-e]",
        "[[a]",      "a{0}",
        "a{3,2}",    "a{,2}",
        "a{99999}",  "a{2",
        "a{2,",      "a**",
        "a+?",       "*a",
        "{2}",       "a}",
        "a]",        "(?:a)",
        "\\d+",      "\\w",
        "\\p{L}",    "\\i\\c*",
        "\\1",       "\\",
        "[\\d]",     "[a-\\s]",
        "^a",        "a$",
        "\\u0041",   "((((((((((((((((((a))))))))))))))))))",
    };

    refuse_all(*state, patterns, sizeof patterns / sizeof patterns[0], "refused at its character ");
    assert_string_equal(xml_pattern_fault(*state, "é\\d"),
                        "The pattern is refused at its character 2: \\d means the digits of all "
                        "scripts; write [0-9].");
    assert_string_equal(xml_pattern_fault(*state, repeated(*state, "a", 1001, "")),
                        "The pattern is longer than 1,000 bytes.");
    assert_null(xml_pattern_fault(*state, repeated(*state, "a", 1000, "")));
    assert_string_equal(xml_pattern_fault(*state, "a\xa0\x80"), "The pattern is not in UTF-8.");
    assert_string_equal(xml_pattern_fault(*state, "((((((((((a{2}){2}){2}){2}){2}){2}){2}){2}){2}"
                                                  "){2}){2}"),
                        "The pattern is too complex.");
}

static void test_a_faulty_pattern_is_told_by_file_and_line(void **state)
{
    struct error error = {""};
    const char *const path =
        scratch_file(*state, scratch_folder(*state), "test.xsd",
                     schema_text(*state, "<xs:simpleType name='s'>\n"
                                         "<xs:restriction base='xs:token'>\n"
                                         "<xs:pattern value='(a*)*'/></xs:restriction>\n"
                                         "</xs:simpleType>"));

    assert_null(xml_schema_load(*state, path, &error));
    assert_non_null(strstr(error.text, "test.xsd:4: The pattern is ambiguous: at its character 5 "
                                       "it repeats what may be empty."));
}

/* ---- those that are shipped */

static void try_patterns_below(TALLOC_CTX *arena, const xmlNode *node, int *count)
{
    static const char *const units[] = {"a", "0", "a.", "a-", "a@a.", "1-", "/", "é", "+1", "A-"};

    for (const xmlNode *at = node->children; at != NULL; at = at->next) {
        const char *const value = xml_get(arena, at, "@value");

        if (at->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (strcmp((const char *)at->name, "pattern") == 0) {
            ++*count;
            assert_null(xml_pattern_fault(arena, value));
            for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
                expect_cheap(value, repeated(arena, units[i], VALUE_LENGTH, "\x7f"));
            }
        }
        try_patterns_below(arena, at, count);
    }
}

static void test_shipped_patterns_are_clear_and_cheap(void **state)
{
    static const char *const names[] = {"common", "config", "core", "problem", "quotes"};
    int count = 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *const path =
            data_path(*state, talloc_asprintf(*state, "schemas/%s.xsd", names[i]));
        xmlDoc *const document = xml_adopt(*state, xmlReadFile(path, NULL, XML_PARSE_NONET));

        assert_non_null(document);
        try_patterns_below(*state, xmlDocGetRootElement(document), &count);
    }
    assert_true(count >= 20);
}

/* ---- content models */

#define A "<xs:element name='a' type='xs:string'/>"
#define B "<xs:element name='b' type='xs:string'/>"
#define A_OPTIONAL "<xs:element name='a' type='xs:string' minOccurs='0'/>"
#define B_OPTIONAL "<xs:element name='b' type='xs:string' minOccurs='0'/>"
#define A_TO_10 "<xs:element name='a' type='xs:string' maxOccurs='10'/>"
#define A_ANY "<xs:element name='a' type='xs:string' minOccurs='0' maxOccurs='unbounded'/>"
#define FOREIGN "<xs:any namespace='##other' processContents='skip' minOccurs='0'/>"
#define SEQUENCE(inner) "<xs:sequence>" inner "</xs:sequence>"
#define SEQUENCES(inner) "<xs:sequence maxOccurs='unbounded'>" inner "</xs:sequence>"
#define CHOICES(inner) "<xs:choice minOccurs='0' maxOccurs='unbounded'>" inner "</xs:choice>"

/* Why the schema of an element r with this content is refused; NULL: it isn't. */
static const char *refusal(TALLOC_CTX *arena, const char *content)
{
    struct error *const error = talloc_zero(arena, struct error);
    const char *const body =
        talloc_asprintf(arena,
                        "<xs:element name='r'>\n<xs:complexType>%s</xs:complexType>\n"
                        "</xs:element>",
                        content);
    const char *const path =
        scratch_file(arena, scratch_folder(arena), "test.xsd", schema_text(arena, body));

    return xml_schema_load(arena, path, error) == NULL ? error->text : NULL;
}

static void expect_refusal(TALLOC_CTX *arena, const char *content, const char *sentence)
{
    const char *const text = refusal(arena, content);

    if (text == NULL || strstr(text, sentence) == NULL) {
        fail_msg("%s: %s", content, text == NULL ? "was taken" : text);
    }
}

static void test_takes_clear_content_models(void **state)
{
    static const char *const contents[] = {
        SEQUENCE(A B),
        SEQUENCE(A_ANY B_OPTIONAL),
        SEQUENCES(A B_OPTIONAL),
        CHOICES(A B),
        SEQUENCE("<xs:choice>" SEQUENCE(A B) SEQUENCE(B A) "</xs:choice>"),
        SEQUENCES(A_TO_10 B),
        SEQUENCE(A_OPTIONAL FOREIGN B FOREIGN),
        "<xs:sequence minOccurs='0'>" A_OPTIONAL B_OPTIONAL "</xs:sequence>",
        SEQUENCE("<xs:element name='a' type='xs:string' minOccurs='2' maxOccurs='2'/>" A),
        SEQUENCE("<xs:element name='a' type='xs:string' maxOccurs='1000'/>"),
    };

    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        const char *const text = refusal(*state, contents[i]);

        if (text != NULL) {
            fail_msg("%s: %s", contents[i], text);
        }
    }
}

static void test_refuses_ambiguous_content_models(void **state)
{
    static const char *const contents[] = {
        SEQUENCE(A_ANY A_ANY),
        SEQUENCES(A_TO_10),
        "<xs:sequence maxOccurs='10'>" A_TO_10 "</xs:sequence>",
        SEQUENCES(A B_OPTIONAL A_OPTIONAL),
        "<xs:choice>" A SEQUENCE(A B) "</xs:choice>",
        CHOICES(A_TO_10 B),
        SEQUENCE(FOREIGN FOREIGN),
    };

    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        expect_refusal(*state, contents[i], "The type is ambiguous: one element of a document");
    }
    expect_refusal(*state, SEQUENCES(A_OPTIONAL B_OPTIONAL),
                   "test.xsd:3: The type is ambiguous: the group of line 3 comes again, but may "
                   "be empty.");
}

/* libxml2 takes this one for deterministic, and 30 elements cost it half a second. */
static void test_refused_content_models_are_slow(void **state)
{
    static const char schema[] =
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='r'>"
        "<xs:complexType><xs:sequence maxOccurs='10'>" A_TO_10 "</xs:sequence></xs:complexType>"
        "</xs:element></xs:schema>";
    const char *const text =
        talloc_asprintf(*state, "<r>%s</r>", repeated(*state, "<a/>", 30 * 4, "<z/>"));
    xmlSchemaParserCtxt *const parser = xmlSchemaNewMemParserCtxt(schema, sizeof schema - 1);
    xmlSchema *const compiled = xmlSchemaParse(parser);
    xmlSchemaValidCtxt *const validator = xmlSchemaNewValidCtxt(compiled);
    const clock_t began = clock();

    assert_int_not_equal(xmlSchemaValidateDoc(validator, parse(*state, text)), 0);
    print_message("# (a{1,10}){1,10} of elements: %.0f ms\n", ms_since(began));
    assert_true(ms_since(began) > SLOW_MS);
    xmlSchemaFreeValidCtxt(validator);
    xmlSchemaFreeParserCtxt(parser);
    xmlSchemaFree(compiled);
}

static void test_bounds_counts_and_particles(void **state)
{
    static const char sentence[] = "test.xsd:3: A type may have at most 500 elements";
    char *many = talloc_strdup(*state, "");

    expect_refusal(*state, SEQUENCE("<xs:element name='a' type='xs:string' maxOccurs='1001'/>"),
                   "maxOccurs must be a number, 1000 at most, or “unbounded”.");
    expect_refusal(*state, "<xs:sequence maxOccurs='99999999999'>" A "</xs:sequence>",
                   "maxOccurs must be");
    expect_refusal(*state,
                   SEQUENCE("<xs:element name='a' type='xs:string' minOccurs='1001'"
                            " maxOccurs='unbounded'/>"),
                   "minOccurs must be a number, 1000 at most.");
    for (int i = 0; i < XML_PARTICLES_MAX - 1; i++) {
        many = talloc_asprintf_append_buffer(many, "<xs:element name='e%d' type='xs:int'/>", i);
    }
    assert_null(refusal(*state, talloc_asprintf(*state, SEQUENCE("%s"), many)));
    expect_refusal(*state, talloc_asprintf(*state, SEQUENCE("%s" A), many), sentence);
    expect_refusal(*state, talloc_asprintf(*state, SEQUENCE(SEQUENCE("%s")), many), sentence);
}

static void test_wildcards_are_for_other_namespaces_and_not_strict(void **state)
{
    static const char *const bad[] = {
        "<xs:any/>",
        "<xs:any processContents='skip'/>",
        "<xs:any namespace='##any' processContents='lax'/>",
        "<xs:any namespace='##targetNamespace' processContents='skip'/>",
        "<xs:any namespace='##local' processContents='skip'/>",
        "<xs:any namespace='##other'/>",
        "<xs:any namespace='##other' processContents='strict'/>",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_refusal(*state, talloc_asprintf(*state, SEQUENCE("%s"), bad[i]),
                       "xs:any must have namespace=\"##other\"");
    }
    assert_null(refusal(*state, SEQUENCE("<xs:any namespace='##other' processContents='lax'/>")));
}

/* Each of these types alone is below the limits, and compiles in some 100 ms. */
static void test_bounds_the_time_of_compiling(void **state)
{
    char *body = talloc_strdup(*state, "");
    struct error error = {""};
    const char *path;

    for (int type = 0; type < 6; type++) {
        body = talloc_asprintf_append_buffer(
            body, "<xs:element name='r%d'><xs:complexType><xs:sequence>", type);
        for (int i = 0; i < 400; i++) {
            body = talloc_asprintf_append_buffer(
                body, "<xs:element name='e%d' type='xs:int' minOccurs='0'/>", i);
        }
        body = talloc_strdup_append_buffer(body, "</xs:sequence></xs:complexType></xs:element>");
    }
    path = scratch_file(*state, scratch_folder(*state), "test.xsd", schema_text(*state, body));
    assert_null(xml_schema_load(*state, path, &error));
    assert_non_null(strstr(error.text, "test.xsd: The schema is too complex: compiling it takes "
                                       "over 200 ms."));
}

static void test_bounds_what_may_follow_what(void **state)
{
    char *body = talloc_strdup(*state, "");

    for (int i = 0; i < 490; i++) {
        body = talloc_asprintf_append_buffer(
            body, "<xs:element name='e%d' type='xs:int' minOccurs='0'/>", i);
    }
    expect_refusal(*state, talloc_asprintf(*state, SEQUENCE("%s"), body),
                   "The type is too complex.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_takes_clear_patterns_and_they_are_cheap),
        test(test_refuses_ambiguous_patterns),
        test(test_refused_patterns_are_slow),
        test(test_refuses_what_it_does_not_understand),
        test(test_a_faulty_pattern_is_told_by_file_and_line),
        test(test_shipped_patterns_are_clear_and_cheap),
        test(test_takes_clear_content_models),
        test(test_refuses_ambiguous_content_models),
        test(test_refused_content_models_are_slow),
        test(test_bounds_counts_and_particles),
        test(test_wildcards_are_for_other_namespaces_and_not_strict),
        test(test_bounds_the_time_of_compiling),
        test(test_bounds_what_may_follow_what),
    };

    return cmocka_run_group_tests_name("xml/lint", tests, NULL, NULL);
}
