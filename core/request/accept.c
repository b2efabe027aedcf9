/* SPDX-License-Identifier: MPL-2.0 */
/* accept.c: FastCGI variables into a request. nginx has decoded and normalised the path; what is
 * still not canonical is refused, so that one path is routed, authorised and logged. */
#include "request/request.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "base/uuid.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *variable(const codev_request *request, const char *name)
{
    const char *value = FCGX_GetParam(name, request->fcgi->envp);

    return value != NULL ? value : "";
}

/* All values of a header: nginx hands on as many variables of its name as there were lines, so that
 * of two sessions in two lines of cookies the first would pass for the only one. NULL: no memory.
 */
static const char *header(codev_request *request, const char *name, const char *separator)
{
    const size_t length = strlen(name);
    const char *all = "";

    for (char **at = request->fcgi->envp; all != NULL && *at != NULL; at++) {
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') {
            const char *value = *at + length + 1;

            all = *all == '\0' ? value : talloc_asprintf(request, "%s%s%s", all, separator, value);
        }
    }
    return all;
}

/* Headers that may come in several lines. -1: no memory. */
static int read_headers(codev_request *request)
{
    const struct {
        const char **value_r;
        const char *name, *separator;
    } headers[] = {
        {&request->cookie, "HTTP_COOKIE", "; "},
        {&request->accept, "HTTP_ACCEPT", ", "},
        {&request->if_match, "HTTP_IF_MATCH", ", "},
        {&request->if_none_match, "HTTP_IF_NONE_MATCH", ", "},
    };
    int status = 0;

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *value = header(request, headers[i].name, headers[i].separator);

        *headers[i].value_r = value != NULL ? value : "";
        status = value != NULL ? status : -1;
    }
    return status;
}

/* The id goes into headers, pages and the log as it is. nginx/codev.conf gives a safe one; an nginx
 * that was set up otherwise may give none, or whatever the client sent: then one of ours. */
static const char *request_id(codev_request *request)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789._-";
    const char *given = variable(request, "REQUEST_ID");
    const size_t length = strlen(given);
    char fresh[UUID_TEXT_SIZE];
    const char *id = NULL;

    if (length >= REQUEST_ID_MIN && length <= REQUEST_ID_MAX &&
        strspn(given, characters) == length) {
        return given;
    }
    if (uuid_new(request->arrived, fresh) == 0) {
        id = talloc_strdup(request, fresh);
    }
    return id != NULL ? id : "-";
}

/* An address that PostgreSQL's inet takes as well; "" for a peer on a unix socket. */
static const char *client_address(const codev_request *request)
{
    const char *given = variable(request, "REMOTE_ADDR");
    struct in6_addr parsed;

    return inet_pton(AF_INET, given, &parsed) == 1 || inet_pton(AF_INET6, given, &parsed) == 1
               ? given
               : "";
}

static int64_t parse_length(const char *text)
{
    const size_t digits = strspn(text, "0123456789");

    if (*text == '\0') {
        return 0;
    }
    return digits <= 12 && text[digits] == '\0' ? strtoll(text, NULL, 10) : -1;
}

static bool is_canonical(const char *path)
{
    for (const char *at = path; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            return false;
        }
        if (*at == '/' && (at[1] == '/' || strcmp(at + 1, ".") == 0 || strcmp(at + 1, "..") == 0 ||
                           strncmp(at + 1, "./", 2) == 0 || strncmp(at + 1, "../", 3) == 0)) {
            return false;
        }
    }
    return *path == '/' && utf8_valid(path);
}

/* Whether the body is a form's, by its media type. */
bool request_is_form(const codev_request *request)
{
    static const char form[] = "application/x-www-form-urlencoded";

    return strcmp(request->method, "POST") == 0 &&
           strncasecmp(request->content_type, form, sizeof form - 1) == 0 &&
           strchr(" ;", request->content_type[sizeof form - 1]) != NULL;
}

/* A form cannot send a method or a header; fields stand for them. That is why a form is read before
 * it is routed. What cannot be read is told in its turn, by the stage of the body. */
static void read_form(codev_request *request)
{
    static const char *const methods[] = {"PUT", "DELETE"};
    const struct {
        const char *field, **value;
    } headers[] = {
        {"_idempotency-key", &request->idempotency_key},
        {"_if-match", &request->if_match},
    };

    if (request->content_length > REQUEST_BODY_MAX || body_read(request) != 0 ||
        urlencoded_parse(request, request->bytes, (size_t)request->content_length,
                         &request->form_fields, &request->form_field_count) != 0) {
        request->problem = PROBLEM_NONE;
        request->form_is_broken = true;
        return;
    }
    for (size_t i = 0; i < request->form_field_count; i++) {
        const struct xml_field *field = &request->form_fields[i];

        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
            if (strcmp(field->name, "_method") == 0 && strcmp(field->value, methods[m]) == 0) {
                request->method = methods[m];
            }
        }
        for (size_t h = 0; h < sizeof headers / sizeof *headers; h++) {
            if (strcmp(field->name, headers[h].field) == 0 && **headers[h].value == '\0') {
                *headers[h].value = field->value;
            }
        }
    }
}

int request_accept(codev_request *request)
{
    request->arrived = clock_now();
    request->faults.arena = request;
    request->principal.role = CODEV_VISITOR;
    request->method = variable(request, "REQUEST_METHOD");
    request->path = variable(request, "PATH_INFO");
    request->query = variable(request, "QUERY_STRING");
    request->mount = variable(request, "SCRIPT_NAME");
    request->id = request_id(request);
    board_request(request->service->place, request->id, request->method);
    request->address = client_address(request);
    request->content_type = variable(request, "CONTENT_TYPE");
    request->content_length = parse_length(variable(request, "CONTENT_LENGTH"));
    request->authorization = variable(request, "HTTP_AUTHORIZATION");
    request->origin = variable(request, "HTTP_ORIGIN");
    request->host = variable(request, "HTTP_HOST");
    request->scheme = variable(request, "REQUEST_SCHEME");
    request->idempotency_key = variable(request, "HTTP_IDEMPOTENCY_KEY");
    if (read_headers(request) != 0) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    /* A problem found before negotiation is shown to a browser as a page all the same. */
    request->representation = negotiate(request->accept, MEDIA_XML " " MEDIA_HTML) == 1
                                  ? REPRESENTATION_HTML
                                  : REPRESENTATION_XML;
    if (strlen(request->path) > REQUEST_PATH_MAX || strlen(request->query) > REQUEST_QUERY_MAX ||
        request->content_length < 0) {
        return request_problem(request, PROBLEM_MALFORMED_REQUEST);
    }
    if (*request->mount != '\0' && !is_canonical(request->mount)) {
        request->mount = ""; /* a part of the client's path: never in a header or a link */
        return request_problem(request, PROBLEM_NOT_FOUND);
    }
    request->is_form = request_is_form(request);
    if (request->is_form) {
        read_form(request);
    }
    if (!is_canonical(request->path)) {
        return request_problem(request, PROBLEM_NOT_FOUND);
    }
    if (urlencoded_parse(request, request->query, strlen(request->query), &request->query_fields,
                         &request->query_field_count) != 0) {
        request->query_is_broken = true; /* lists alone mind: nobody's tracking breaks a page */
    }
    return 0;
}
