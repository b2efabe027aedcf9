/* SPDX-License-Identifier: MPL-2.0 */
/* test_accept.c: FastCGI variables into a request; what is not canonical is refused. */
#include "../unit.h"

#include "request/request.h"

#include "base/clock.h"
#include "base/uuid.h"

#include <string.h>

static const struct service service; /* of which nothing is needed to accept */

static int set_up(void **state)
{
    *state = talloc_new(NULL);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    return talloc_free(*state);
}

/* A request with these variables; the list ends with NULL. It hangs on the test's memory. */
static codev_request *request_with(void *arena, char **variables)
{
    codev_request *request = talloc_zero(arena, codev_request);
    FCGX_Request *fcgi = talloc_zero(request, FCGX_Request);

    fcgi->envp = variables;
    request->fcgi = fcgi;
    request->service = &service;
    return request;
}

static codev_request *with_path(void *arena, const char *path)
{
    char **variables = talloc_zero_array(arena, char *, 3);

    variables[0] = talloc_asprintf(variables, "PATH_INFO=%s", path);
    variables[1] = talloc_strdup(variables, "REQUEST_METHOD=GET");
    return request_with(arena, variables);
}

static void what_is_not_given_is_empty(void **state)
{
    char *variables[] = {(char[]){"PATH_INFO=/"}, NULL};
    codev_request *request = request_with(*state, variables);

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->path, "/");
    assert_string_equal(request->method, "");
    assert_string_equal(request->query, "");
    assert_string_equal(request->mount, "");
    assert_string_equal(request->address, "");
    assert_string_equal(request->content_type, "");
    assert_string_equal(request->authorization, "");
    assert_string_equal(request->cookie, "");
    assert_string_equal(request->origin, "");
    assert_int_equal(request->content_length, 0);
    assert_int_equal(request->query_field_count, 0);
    assert_int_equal(request->principal.role, CODEV_VISITOR);
}

static void every_variable_has_its_place(void **state)
{
    char *variables[] = {(char[]){"REQUEST_METHOD=POST"},
                         (char[]){"SCRIPT_NAME=/codev"},
                         (char[]){"PATH_INFO=/quotes/requests"},
                         (char[]){"QUERY_STRING=status=received&limit=5"},
                         (char[]){"CONTENT_TYPE=text/xml"},
                         (char[]){"CONTENT_LENGTH=1048577"},
                         (char[]){"REQUEST_ID=0123abcd"},
                         (char[]){"REMOTE_ADDR=192.0.2.7"},
                         (char[]){"HTTP_ACCEPT=text/html"},
                         (char[]){"HTTP_AUTHORIZATION=Bearer x"},
                         (char[]){"HTTP_COOKIE=a=b"},
                         (char[]){"HTTP_ORIGIN=https://a.example"},
                         (char[]){"HTTP_HOST=b.example"},
                         (char[]){"REQUEST_SCHEME=https"},
                         NULL};
    codev_request *request = request_with(*state, variables);

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->mount, "/codev");
    assert_string_equal(request->path, "/quotes/requests");
    assert_int_equal(request->query_field_count, 2);
    assert_string_equal(request->query_fields[1].name, "limit");
    assert_string_equal(request->content_type, "text/xml");
    assert_int_equal(request->content_length, 1048577);
    assert_string_equal(request->id, "0123abcd");
    assert_string_equal(request->address, "192.0.2.7");
    assert_string_equal(request->authorization, "Bearer x");
    assert_string_equal(request->cookie, "a=b");
    assert_string_equal(request->origin, "https://a.example");
    assert_string_equal(request->host, "b.example");
    assert_string_equal(request->scheme, "https");
    assert_int_equal(request->representation, REPRESENTATION_HTML);
    assert_true(clock_now() - request->arrived < 60 * INT64_C(1000000));
}

static void all_cookies_are_read(void **state)
{
    char *variables[] = {(char[]){"PATH_INFO=/"}, (char[]){"HTTP_COOKIE=a=b"},
                         (char[]){"HTTP_COOKIE_X=e=f"}, (char[]){"HTTP_COOKIE=c=d"}, NULL};
    codev_request *request = request_with(*state, variables);

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->cookie, "a=b; c=d");
}

static void lists_in_several_lines_are_one(void **state)
{
    char *variables[] = {(char[]){"PATH_INFO=/"},
                         (char[]){"HTTP_IF_MATCH=\"1\""},
                         (char[]){"HTTP_IF_NONE_MATCH=\"2\""},
                         (char[]){"HTTP_ACCEPT=text/html;q=0.1"},
                         (char[]){"HTTP_IF_MATCH=\"3\""},
                         (char[]){"HTTP_ACCEPT=application/xml"},
                         NULL};
    codev_request *request = request_with(*state, variables);

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->if_match, "\"1\", \"3\"");
    assert_string_equal(request->if_none_match, "\"2\"");
    assert_string_equal(request->accept, "text/html;q=0.1, application/xml");
}

/* What nginx could not take apart stands in SCRIPT_NAME whole, decoded. */
static void a_mount_point_that_is_no_path_is_dropped(void **state)
{
    static const char *const mounts[] = {"/codev\r\nSet-Cookie: a=b", "codev", "//evil.example",
                                         "/a/../b", "/\xff"};

    for (size_t i = 0; i < LENGTH(mounts); i++) {
        char **variables = talloc_zero_array(*state, char *, 3);
        codev_request *request;

        variables[0] = talloc_strdup(variables, "PATH_INFO=/");
        variables[1] = talloc_asprintf(variables, "SCRIPT_NAME=%s", mounts[i]);
        request = request_with(*state, variables);
        assert_int_equal(request_accept(request), -1);
        assert_int_equal(request->problem, PROBLEM_NOT_FOUND);
        assert_string_equal(request->mount, "");
    }
}

static void canonical_paths_pass(void **state)
{
    static const char *const paths[] = {
        "/",
        "/quotes/requests",
        "/quotes/requests/",
        "/a.b/..c/d..",
        "/...",
        "/.a",
        "/é/œ/😀",
        "/a b",
        "/%2e%2e" /* decoded once by nginx: these are letters */,
    };

    for (size_t i = 0; i < LENGTH(paths); i++) {
        codev_request *request = with_path(*state, paths[i]);

        if (request_accept(request) != 0) {
            fail_msg("the path %s was refused", paths[i]);
        }
    }
}

static void other_paths_are_not_found(void **state)
{
    static const char *const paths[] = {
        "",         "quotes",    "*",
        "//",       "//quotes",  "/quotes//requests",
        "/a//",     "/.",        "/..",
        "/./a",     "/../a",     "/a/../b",
        "/a/./b",   "/a/..",     "/a/.",
        "/a\x01",   "/a\nb",     "/a\x7f",
        "/caf\xe9", "/\xc0\xaf", "/\xed\xa0\x80",
        "/\xff",
    };

    for (size_t i = 0; i < LENGTH(paths); i++) {
        codev_request *request = with_path(*state, paths[i]);

        if (request_accept(request) != -1 || request->problem != PROBLEM_NOT_FOUND) {
            fail_msg("the path %s was taken", paths[i]);
        }
    }
}

static void a_path_has_at_most_1024_bytes(void **state)
{
    char path[REQUEST_PATH_MAX + 2];
    codev_request *request;

    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[REQUEST_PATH_MAX] = '\0';
    assert_int_equal(request_accept(with_path(*state, path)), 0);
    path[REQUEST_PATH_MAX] = 'a';
    path[REQUEST_PATH_MAX + 1] = '\0';
    request = with_path(*state, path);
    assert_int_equal(request_accept(request), -1);
    assert_int_equal(request->problem, PROBLEM_MALFORMED_REQUEST);
}

static codev_request *with(void *arena, const char *name, const char *value)
{
    char **variables = talloc_zero_array(arena, char *, 3);

    variables[0] = talloc_strdup(variables, "PATH_INFO=/");
    variables[1] = talloc_asprintf(variables, "%s=%s", name, value);
    return request_with(arena, variables);
}

static void a_query_has_at_most_4096_bytes(void **state)
{
    char query[REQUEST_QUERY_MAX + 2];
    codev_request *request;

    memset(query, 'a', sizeof query);
    query[REQUEST_QUERY_MAX] = '\0';
    assert_int_equal(request_accept(with(*state, "QUERY_STRING", query)), 0);
    query[REQUEST_QUERY_MAX] = 'a';
    query[REQUEST_QUERY_MAX + 1] = '\0';
    request = with(*state, "QUERY_STRING", query);
    assert_int_equal(request_accept(request), -1);
    assert_int_equal(request->problem, PROBLEM_MALFORMED_REQUEST);
}

/* Only a list minds its query: test_lists.py. */
static void a_broken_query_has_no_parameters(void **state)
{
    static const char *const queries[] = {"a=%", "a=%00", "%zz", "a=%E9", "a=\xff"};

    for (size_t i = 0; i < LENGTH(queries); i++) {
        codev_request *request = with(*state, "QUERY_STRING", queries[i]);

        assert_int_equal(request_accept(request), 0);
        assert_true(request->query_is_broken);
        assert_int_equal(request->query_field_count, 0);
    }
}

static void a_length_is_digits_alone(void **state)
{
    static const char *const wrong[] = {"-1",   "+1",  " 1",   "1 ",
                                        "0x10", "1.0", "12ab", "9999999999999"};
    codev_request *request = with(*state, "CONTENT_LENGTH", "999999999999");

    assert_int_equal(request_accept(request), 0);
    assert_true(request->content_length == INT64_C(999999999999));
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        request = with(*state, "CONTENT_LENGTH", wrong[i]);
        if (request_accept(request) != -1 || request->problem != PROBLEM_MALFORMED_REQUEST) {
            fail_msg("the length \"%s\" was taken", wrong[i]);
        }
    }
}

static void an_id_of_a_safe_form_is_kept(void **state)
{
    static const char *const ids[] = {"a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
                                      "019ab0c2-7e1f-7b3a-8c4d-0123456789ab", "Az09._-.",
                                      "1-67891233-abcdef012345678912345678"};

    for (size_t i = 0; i < LENGTH(ids); i++) {
        codev_request *request = with(*state, "REQUEST_ID", ids[i]);

        assert_int_equal(request_accept(request), 0);
        assert_string_equal(request->id, ids[i]);
    }
}

/* What goes into a header, a page and the log. */
static void another_id_is_replaced_by_a_fresh_one(void **state)
{
    static const char *const ids[] = {"",
                                      "-",
                                      "0123abcd\r\nSet-Cookie: a=b",
                                      "0123abcd\n",
                                      "0123abcd status=200",
                                      "0123abcd\"",
                                      "<b>0123abcd</b>",
                                      "0123abcd&",
                                      "0123abcd\x1b[2J",
                                      "0123abc\xc3\xa9",
                                      "0123abc\xff"};

    for (size_t i = 0; i < LENGTH(ids); i++) {
        codev_request *request = with(*state, "REQUEST_ID", ids[i]);
        codev_request *next = with(*state, "REQUEST_ID", ids[i]);

        assert_int_equal(request_accept(request), 0);
        assert_int_equal(request_accept(next), 0);
        if (!uuid_valid(request->id) || strcmp(request->id, next->id) == 0) {
            fail_msg("in place of %s there is %s, then %s", ids[i], request->id, next->id);
        }
    }
}

static void an_id_has_8_to_64_characters(void **state)
{
    char id[REQUEST_ID_MAX + 2];

    memset(id, 'a', sizeof id);
    for (size_t length = REQUEST_ID_MAX + 1; length >= REQUEST_ID_MIN - 1; length--) {
        codev_request *request;

        id[length] = '\0';
        request = with(*state, "REQUEST_ID", id);
        assert_int_equal(request_accept(request), 0);
        assert_int_equal(strcmp(request->id, id) == 0,
                         length >= REQUEST_ID_MIN && length <= REQUEST_ID_MAX);
    }
}

static void the_clients_address_is_an_address_or_unknown(void **state)
{
    static const struct {
        const char *given, *address;
    } table[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"2001:db8::7", "2001:db8::7"},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
        {"", ""},
        {"unix:", ""},
        {"192.0.2", ""},
        {"192.0.2.7:80", ""},
        {"192.0.2.7, 127.0.0.1", ""},
        {"school.example", ""},
        {"192.0.2.7\n", ""},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        codev_request *request = with(*state, "REMOTE_ADDR", table[i].given);

        assert_int_equal(request_accept(request), 0);
        assert_string_equal(codev_client_address(request), table[i].address);
    }
}

/* ---- forms, which are read before they are routed */

#define FORM "application/x-www-form-urlencoded"

static void nothing_follows(FCGX_Stream *stream)
{
    stream->isClosed = 1;
}

/* A request of that method and media type, with the text as its body. */
static codev_request *with_body(void *arena, const char *method, const char *type, const char *text)
{
    char **variables = talloc_zero_array(arena, char *, 5);
    FCGX_Stream *in = talloc_zero(arena, FCGX_Stream);
    codev_request *request;

    variables[0] = talloc_strdup(variables, "PATH_INFO=/");
    variables[1] = talloc_asprintf(variables, "REQUEST_METHOD=%s", method);
    variables[2] = talloc_asprintf(variables, "CONTENT_TYPE=%s", type);
    variables[3] = talloc_asprintf(variables, "CONTENT_LENGTH=%zu", strlen(text));
    request = request_with(arena, variables);
    in->rdNext = (unsigned char *)talloc_strdup(arena, text);
    in->stop = in->rdNext + strlen(text);
    in->isReader = 1;
    in->fillBuffProc = nothing_follows;
    request->fcgi->in = in;
    return request;
}

static void a_form_post_is_known_by_its_media_type(void **state)
{
    static const struct {
        const char *method, *type;
        bool is_form;
    } table[] = {
        {"POST", FORM, true},
        {"POST", FORM ";charset=UTF-8", true},
        {"POST", "Application/X-WWW-Form-URLEncoded ; charset=utf-8", true},
        {"POST", FORM "x", false},
        {"POST", "application/xml", false},
        {"POST", "", false},
        {"PUT", FORM, false},
        {"GET", FORM, false},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        codev_request *request = with_body(*state, table[i].method, table[i].type, "a=b");

        assert_int_equal(request_accept(request), 0);
        assert_int_equal(request->is_form, table[i].is_form);
        assert_int_equal(request->form_field_count, table[i].is_form ? 1 : 0);
    }
}

static void a_field_stands_for_a_method_that_forms_have_not(void **state)
{
    static const struct {
        const char *form, *method;
    } table[] = {
        {"_method=PUT", "PUT"},     {"a=b&_method=DELETE&c=d", "DELETE"},
        {"_method=GET", "POST"},    {"_method=put", "POST"},
        {"_method=HEAD", "POST"},   {"_method=PATCH", "POST"},
        {"_method=", "POST"},       {"method=PUT", "POST"},
        {"_method=PUT%20", "POST"}, {"a=%zz&_method=PUT", "POST"}, /* not read at all */
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        codev_request *request = with_body(*state, "POST", FORM, table[i].form);

        assert_int_equal(request_accept(request), 0);
        assert_string_equal(request->method, table[i].method);
    }
}

static void a_field_stands_for_the_idempotency_key(void **state)
{
    codev_request *request = with_body(*state, "POST", FORM, "_idempotency-key=k%201&a=b");

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->idempotency_key, "k 1");
    request = with_body(*state, "POST", "application/xml", "_idempotency-key=k");
    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->idempotency_key, "");
}

static void a_field_stands_for_if_match(void **state)
{
    codev_request *request = with_body(*state, "POST", FORM, "_if-match=%221%22");

    assert_int_equal(request_accept(request), 0);
    assert_string_equal(request->if_match, "\"1\"");
}

static void what_is_wrong_with_a_form_is_told_in_its_turn(void **state)
{
    codev_request *request = with_body(*state, "POST", FORM, "a=%");

    assert_int_equal(request_accept(request), 0);
    assert_int_equal(request->problem, PROBLEM_NONE);
    assert_true(request->form_is_broken);
    assert_int_equal(request->form_field_count, 0);
}

static void a_form_that_was_cut_is_broken(void **state)
{
    codev_request *request = with_body(*state, "POST", FORM, "a=bc");

    request->fcgi->in->stop--;
    assert_int_equal(request_accept(request), 0);
    assert_int_equal(request->problem, PROBLEM_NONE);
    assert_true(request->form_is_broken);
    request = with_body(*state, "POST", FORM, "a=b");
    request->fcgi->envp[3] = (char[]){"CONTENT_LENGTH=2"}; /* and one that is longer than it says */
    assert_int_equal(request_accept(request), 0);
    assert_true(request->form_is_broken);
}

static void a_problem_has_a_representation_even_when_accept_has_none(void **state)
{
    static const struct {
        const char *accept;
        enum representation wanted;
    } table[] = {
        {"text/html", REPRESENTATION_HTML},
        {"application/json", REPRESENTATION_XML},
        {"text/html;q=0", REPRESENTATION_XML},
        {"", REPRESENTATION_XML},
    };

    for (size_t i = 0; i < LENGTH(table); i++) {
        codev_request *request = with(*state, "HTTP_ACCEPT", table[i].accept);

        assert_int_equal(request_accept(request), 0);
        assert_int_equal(request->representation, table[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_is_empty),
        cmocka_unit_test(every_variable_has_its_place),
        cmocka_unit_test(all_cookies_are_read),
        cmocka_unit_test(lists_in_several_lines_are_one),
        cmocka_unit_test(a_mount_point_that_is_no_path_is_dropped),
        cmocka_unit_test(canonical_paths_pass),
        cmocka_unit_test(other_paths_are_not_found),
        cmocka_unit_test(a_path_has_at_most_1024_bytes),
        cmocka_unit_test(a_query_has_at_most_4096_bytes),
        cmocka_unit_test(a_broken_query_has_no_parameters),
        cmocka_unit_test(a_length_is_digits_alone),
        cmocka_unit_test(an_id_of_a_safe_form_is_kept),
        cmocka_unit_test(another_id_is_replaced_by_a_fresh_one),
        cmocka_unit_test(an_id_has_8_to_64_characters),
        cmocka_unit_test(the_clients_address_is_an_address_or_unknown),
        cmocka_unit_test(a_form_post_is_known_by_its_media_type),
        cmocka_unit_test(a_field_stands_for_a_method_that_forms_have_not),
        cmocka_unit_test(a_field_stands_for_the_idempotency_key),
        cmocka_unit_test(a_field_stands_for_if_match),
        cmocka_unit_test(what_is_wrong_with_a_form_is_told_in_its_turn),
        cmocka_unit_test(a_form_that_was_cut_is_broken),
        cmocka_unit_test(a_problem_has_a_representation_even_when_accept_has_none),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
