/* SPDX-License-Identifier: MPL-2.0 */
/* body.c: the body into a valid document: media type, size, well-formedness, schema, in this order.
 */
#include "request/request.h"

#include <string.h>
#include <strings.h>

/* Whether what follows the media type names a charset other than UTF-8 (RFC 7303 §3). */
static bool names_another_charset(const char *parameters)
{
    const char *charset = strcasestr(parameters, "charset=");
    size_t length;

    if (charset == NULL) {
        return false;
    }
    charset += strlen("charset=");
    length = strcspn(charset, "; \t");
    return !(length == strlen("utf-8") && strncasecmp(charset, "utf-8", length) == 0) &&
           !(length == strlen("\"utf-8\"") && strncasecmp(charset, "\"utf-8\"", length) == 0);
}

static bool is_media_type(const char *content_type, const char *wanted)
{
    const size_t length = strcspn(content_type, "; \t");

    return length == strlen(wanted) && strncasecmp(content_type, wanted, length) == 0 &&
           !names_another_charset(content_type + length);
}

static bool is_xml(const codev_request *request)
{
    return is_media_type(request->content_type, "application/xml") ||
           is_media_type(request->content_type, "text/xml");
}

/* The whole body, as long as it was announced: a cut or aborted one commits nothing. */
int body_read(codev_request *request)
{
    const int size = (int)request->content_length;
    char *bytes;

    if (request->bytes != NULL) {
        return 0;
    }
    bytes = talloc_size(request, (size_t)size + 1);
    if (bytes == NULL) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    if (FCGX_GetStr(bytes, size, request->fcgi->in) != size ||
        FCGX_GetChar(request->fcgi->in) != -1) {
        return request_problem(request, PROBLEM_MALFORMED_REQUEST);
    }
    bytes[size] = '\0';
    request->bytes = bytes;
    return 0;
}

static int parse_xml(codev_request *request)
{
    struct xml_fault fault = {0};

    if (body_read(request) != 0) {
        return -1;
    }
    request->document = xml_parse(request, request->bytes, (size_t)request->content_length, &fault);
    if (request->document == NULL) {
        xml_faults_add(&request->faults, fault.line, fault.path, fault.en, fault.fr);
        return request_problem(request, PROBLEM_MALFORMED_DOCUMENT);
    }
    return 0;
}

static int map_form(codev_request *request)
{
    if (request->form_is_broken) {
        return request_problem(request, PROBLEM_MALFORMED_REQUEST);
    }
    request->document =
        xml_from_form(request, request->route->plugin->schema, request->route->declared->body,
                      request->form_fields, request->form_field_count, &request->faults);
    return request->document != NULL ? 0 : request_problem(request, PROBLEM_UNAVAILABLE);
}

/* A button's form, whose fields all speak to the core, is as good as an empty body. */
static bool is_empty(const codev_request *request)
{
    for (size_t i = 0; i < request->form_field_count; i++) {
        if (*request->form_fields[i].name != '_') {
            return false;
        }
    }
    return request->content_length == 0 || (request->is_form && !request->form_is_broken);
}

/* The route takes no document. */
static int check_no_body(codev_request *request)
{
    if (!is_empty(request)) {
        return request_problem(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    if (idempotency_check(request) != 0 || condition_check(request) != 0) {
        return -1;
    }
    return request->route->declared->filters != NULL ? list_check(request) : 0;
}

int request_body(codev_request *request)
{
    const codev_route *declared = request->route->declared;
    int status;

    if (request->content_length > REQUEST_BODY_MAX) {
        return request_problem(request, PROBLEM_TOO_LARGE);
    }
    if (declared->body == NULL) {
        return check_no_body(request);
    }
    if ((request->content_length > 0 || *request->content_type != '\0') && !is_xml(request) &&
        !(request->is_form && declared->form != NULL)) {
        return request_problem(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    if (idempotency_check(request) != 0 || condition_check(request) != 0) {
        return -1;
    }
    if (request->content_length == 0 && !request->is_form) {
        return request_problem(request, PROBLEM_EMPTY_DOCUMENT);
    }
    if ((request->is_form ? map_form(request) : parse_xml(request)) != 0) {
        return -1;
    }
    status = xml_validate(request->route->plugin->schema, declared->body, request->document,
                          &request->faults);
    return status == 0 && request->faults.count == 0
               ? form_token_check(request)
               : request_problem(request, PROBLEM_INVALID_DOCUMENT);
}
