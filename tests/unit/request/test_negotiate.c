/* SPDX-License-Identifier: MPL-2.0 */
/* test_negotiate.c: Accept (RFC 9110 §12.5.1) and what it makes of a route with and without a page.
 */
#include "../unit.h"

#include "request/request.h"

#include <stdlib.h>
#include <string.h>

enum { XML = REPRESENTATION_XML, HTML = REPRESENTATION_HTML, NEITHER = -1 };

/* What routes with and without a page offer; the places are those of the enum. */
static const char with[] = "application/xml text/html";
static const char without[] = "application/xml";

struct negotiation {
    const char *accept;
    int with_page, without_page;
};

static void check(const struct negotiation *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int with_page = negotiate(table[i].accept, with);
        const int without_page = negotiate(table[i].accept, without);

        if (with_page != table[i].with_page || without_page != table[i].without_page) {
            fail_msg("Accept: %s: %d with a page, %d without", table[i].accept, with_page,
                     without_page);
        }
    }
}

static void without_accept_documents_are_xml(void **state)
{
    static const struct negotiation table[] = {{"", XML, XML}};

    (void)state;
    check(table, LENGTH(table));
}

static void what_is_named_is_given(void **state)
{
    static const struct negotiation table[] = {
        {"application/xml", XML, XML},
        {"text/html", HTML, NEITHER},
        {"Application/XML", XML, XML},
        {"TEXT/HTML", HTML, NEITHER},
        {"application/xml, text/html", XML, XML},
        {"text/html, application/xml", XML, XML},
        {"application/pdf, text/html", HTML, NEITHER},
        {"application/json, application/xml;q=0.1", XML, XML},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void browsers_get_pages(void **state)
{
    static const struct negotiation table[] = {
        /* Firefox */
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML, XML},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,"
         "image/svg+xml,*/*;q=0.8",
         HTML, XML},
        /* Chromium */
        {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
         "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
         HTML, XML},
        /* Safari */
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML, XML},
        /* lynx */
        {"text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01", HTML,
         XML},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void programs_get_documents(void **state)
{
    static const struct negotiation table[] = {
        {"*/*", XML, XML}, /* curl, Python, XMLHttpRequest */
        {"application/xml, */*", XML, XML},
        {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML, XML}, /* Java */
        {"application/problem+xml, application/xml", XML, XML},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void quality_decides(void **state)
{
    static const struct negotiation table[] = {
        {"text/html;q=0.5, application/xml;q=0.4", HTML, XML},
        {"text/html;q=0.4, application/xml;q=0.5", XML, XML},
        {"text/html;q=0.500, application/xml;q=0.501", XML, XML},
        {"text/html;q=0.501, application/xml;q=0.5", HTML, XML},
        {"text/html;q=1.0, application/xml;q=0.999", HTML, XML},
        {"text/html;q=1, application/xml;q=1.000", XML, XML},
        {"application/xml;q=0.001", XML, XML},
        {"text/html;Q=0.2,application/xml;Q=0.1", HTML, XML},
        {"text/html ; q=0.2 , application/xml ; q=0.1", HTML, XML},
        {"text/html;\tq=0.2\t,\tapplication/xml;\tq=0.1", HTML, XML},
        {"text/html;level=1;q=0.2, application/xml;q=0.1", HTML, XML},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void q_0_refuses(void **state)
{
    static const struct negotiation table[] = {
        {"application/xml;q=0", NEITHER, NEITHER},
        {"text/html;q=0", NEITHER, NEITHER},
        {"text/html;q=0.000, application/xml;q=0.0", NEITHER, NEITHER},
        {"*/*;q=0", NEITHER, NEITHER},
        {"application/xml;q=0, */*", HTML, NEITHER},
        {"*/*, application/xml;q=0", HTML, NEITHER},
        {"text/html;q=0, */*", XML, XML},
        {"text/*;q=0, */*;q=0.1", XML, XML},
        {"application/*;q=0, */*;q=0.1", HTML, NEITHER},
        {"text/html, */*;q=0", HTML, NEITHER},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void the_most_specific_range_decides(void **state)
{
    static const struct negotiation table[] = {
        {"text/*", HTML, NEITHER},
        {"application/*", XML, XML},
        {"text/*, application/xml;q=0.9", HTML, XML},
        {"*/*;q=0.1, text/*;q=0.2", HTML, XML},
        {"text/*;q=0.2, */*;q=0.1", HTML, XML},
        {"*/*, text/html;q=0.3", XML, XML},
        {"text/*;q=0.9, text/html;q=0.1, application/xml;q=0.5", XML, XML},
        {"text/html;q=0.1, text/*;q=0.9, application/xml;q=0.5", XML, XML},
        {"application/*;q=0.9, application/xml;q=0.1, text/html;q=0.5", HTML, XML},
        {"*/*;q=0.9, application/*;q=0.1", HTML, XML},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void what_there_is_not_is_not_accepted(void **state)
{
    static const struct negotiation table[] = {
        {"application/json", NEITHER, NEITHER},
        {"application/pdf, image/*", NEITHER, NEITHER},
        {"application/xhtml+xml", NEITHER, NEITHER},
        {"application/xml-dtd", NEITHER, NEITHER},
        {"application/xmlx", NEITHER, NEITHER},
        {"xapplication/xml", NEITHER, NEITHER},
        {"text/htm", NEITHER, NEITHER},
        {"text/html5", NEITHER, NEITHER},
    };

    (void)state;
    check(table, LENGTH(table));
}

static void junk_harms_nobody(void **state)
{
    static const struct negotiation table[] = {
        {",", NEITHER, NEITHER},
        {" ", NEITHER, NEITHER},
        {",,, ,;", NEITHER, NEITHER},
        {";q=1", NEITHER, NEITHER},
        {"*", NEITHER, NEITHER},
        {"text", NEITHER, NEITHER},
        {"/", NEITHER, NEITHER},
        {"application/xml;", XML, XML},
        {"application/xml;;;", XML, XML},
        {"application/xml;q", XML, XML},
        {"application/xml;charset=utf-8", XML, XML},
        {",text/html,,", HTML, NEITHER},
        {"application/json;q=1;q=1, text/html", HTML, NEITHER},
        {"text/html;q=0.99999999999999999999, application/xml;q=0.5", HTML, XML},
        {"text/html;q=7, application/xml", XML, XML},
        {"text/html;q=-1, application/xml;q=0.1", XML, XML},
        {"text/html;q=high, application/xml;q=0.1", XML, XML},
        {"\xff\xfe, text/html", HTML, NEITHER},
    };

    (void)state;
    check(table, LENGTH(table));
}

/* q stands at the very end of the header, so that a reader that looks too far reads beyond it. */
static void a_header_cut_anywhere_is_read_within_its_bounds(void **state)
{
    static const char accept[] = "text/html ;level=1; q=0.125, application/xml;q=0.5,*/*;q=0.1";

    (void)state;
    for (size_t length = 0; length < sizeof accept; length++) {
        char *cut = strndup(accept, length);

        assert_non_null(cut);
        (void)negotiate(cut, with);
        (void)negotiate(cut, without);
        free(cut);
    }
}

static void the_first_of_equals_is_given(void **state)
{
    static const char pages_first[] = "text/html application/xml";
    static const char three[] = "application/xml text/html application/pdf";

    (void)state;
    assert_int_equal(negotiate("*/*", pages_first), 0);
    assert_int_equal(negotiate("", pages_first), 0);
    assert_int_equal(negotiate("application/xml, text/html", pages_first), 0);
    assert_int_equal(negotiate("application/xml, text/html;q=0.9", pages_first), 1);
    assert_int_equal(negotiate("application/pdf", three), 2);
    assert_int_equal(negotiate("application/*", three), 0);
    assert_int_equal(negotiate("application/*;q=0.5, application/xml;q=0.1", three), 2);
    assert_int_equal(negotiate("application/openmetrics-text; version=1.0.0; q=0.75, */*;q=0.1",
                               "text/plain application/openmetrics-text"),
                     1);
    assert_int_equal(negotiate("image/*", three), -1);
}

/* ---- the stage */

static void stage(const char *accept, const char *content_type, const char *page,
                  codev_handler *form, int wanted, bool wanted_form)
{
    const codev_route declared = {
        .method = "POST", .path = "/", .body = "thing", .page = page, .form = form};
    const struct route route = {.declared = &declared, .media = page != NULL ? with : without};
    codev_request *const request = talloc_zero(NULL, codev_request);

    request->route = &route;
    request->accept = accept;
    request->content_type = content_type;
    request->method = "POST";
    request->is_form = request_is_form(request);
    if (wanted == NEITHER) {
        assert_int_equal(request_negotiate(request), -1);
        assert_int_equal(request->problem, PROBLEM_NOT_ACCEPTABLE);
    } else {
        assert_int_equal(request_negotiate(request), 0);
        assert_int_equal(request->problem, PROBLEM_NONE);
        assert_int_equal(request->representation, wanted);
        assert_string_equal(request->media, wanted == HTML ? MEDIA_HTML : MEDIA_XML);
        assert_int_equal(request->is_form, wanted_form);
    }
    talloc_free(request);
}

static int some_form(codev_request *request)
{
    (void)request;
    return CODEV_FAILED;
}

static void a_form_is_answered_to_a_person_whatever_accept_says(void **state)
{
    static const char form[] = "application/x-www-form-urlencoded";

    (void)state;
    stage("", form, NULL, some_form, HTML, true);
    stage("application/xml", form, "a.xsl", some_form, HTML, true);
    stage("application/json", form, NULL, some_form, HTML, true);
    stage("", "application/x-www-form-urlencoded;charset=UTF-8", NULL, some_form, HTML, true);
    stage("", "Application/X-WWW-Form-URLEncoded ; charset=utf-8", NULL, some_form, HTML, true);
}

static void a_route_without_forms_negotiates(void **state)
{
    static const char form[] = "application/x-www-form-urlencoded";

    (void)state;
    stage("application/json", form, NULL, NULL, NEITHER, true);
    stage("application/json", "application/xml", "a.xsl", some_form, NEITHER, false);
    stage("", "application/x-www-form-urlencodedx", "a.xsl", some_form, XML, false);
    stage("", "", "a.xsl", some_form, XML, false);
    stage("text/html", "application/xml", "a.xsl", some_form, HTML, false);
    stage("text/html", "", NULL, NULL, NEITHER, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_accept_documents_are_xml),
        cmocka_unit_test(what_is_named_is_given),
        cmocka_unit_test(browsers_get_pages),
        cmocka_unit_test(programs_get_documents),
        cmocka_unit_test(quality_decides),
        cmocka_unit_test(q_0_refuses),
        cmocka_unit_test(the_most_specific_range_decides),
        cmocka_unit_test(what_there_is_not_is_not_accepted),
        cmocka_unit_test(junk_harms_nobody),
        cmocka_unit_test(a_header_cut_anywhere_is_read_within_its_bounds),
        cmocka_unit_test(the_first_of_equals_is_given),
        cmocka_unit_test(a_form_is_answered_to_a_person_whatever_accept_says),
        cmocka_unit_test(a_route_without_forms_negotiates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
