/* SPDX-License-Identifier: MPL-2.0 */
/* body.c: the body into a valid document: media type, size, well-formedness, schema, in this order. */
#include "request/request.h"

#include <string.h>
#include <strings.h>

/* Whether the media type is this one, with no charset but UTF-8 (RFC 7303 §3). */
static bool is_media_type(const char *content_type, const char *wanted)
{
    const size_t length = strcspn(content_type, "; \t");
    const char *charset = strcasestr(content_type + length, "charset=");

    if (length != strlen(wanted) || strncasecmp(content_type, wanted, length) != 0) {
        return false;
    }
    return charset == NULL || strncasecmp(charset + 8, "utf-8", 5) == 0 ||
           strncasecmp(charset + 8, "\"utf-8\"", 7) == 0;
}

static bool is_xml(const codev_request *request)
{
    return is_media_type(request->content_type, "application/xml") ||
           is_media_type(request->content_type, "text/xml");
}

/* The whole body, as long as it was announced: a cut or aborted one commits nothing. */
static const char *read_body(codev_request *request)
{
    const int size = (int)request->content_length;
    char *bytes = talloc_size(request, (size_t)size + 1);

    if (bytes == NULL) {
        (void)request_problem(request, PROBLEM_UNAVAILABLE);
        return NULL;
    }
    if (FCGX_GetStr(bytes, size, request->fcgi->in) != size ||
        FCGX_GetChar(request->fcgi->in) != -1) {
        (void)request_problem(request, PROBLEM_MALFORMED_REQUEST);
        return NULL;
    }
    bytes[size] = '\0';
    return bytes;
}

static int parse_xml(codev_request *request, const char *bytes)
{
    struct xml_fault fault = {0};

    request->document = xml_parse(request, bytes, (size_t)request->content_length, &fault);
    if (request->document == NULL) {
        xml_faults_add(&request->faults, fault.line, fault.path, fault.en, fault.fr);
        return request_problem(request, PROBLEM_MALFORMED_DOCUMENT);
    }
    return 0;
}

static int parse_form(codev_request *request, const char *bytes)
{
    const struct xml_field *fields;
    size_t count;

    if (urlencoded_parse(request, bytes, (size_t)request->content_length, &fields, &count) != 0) {
        return request_problem(request, PROBLEM_MALFORMED_REQUEST);
    }
    request->document =
        xml_from_form(request, request->route->plugin->schema, request->route->declared->body,
                      fields, count, &request->faults);
    return request->document != NULL ? 0 : request_problem(request, PROBLEM_UNAVAILABLE);
}

int request_body(codev_request *request)
{
    const codev_route *declared = request->route->declared;
    const char *bytes;
    int status;

    if (request->content_length > REQUEST_BODY_MAX) {
        return request_problem(request, PROBLEM_TOO_LARGE);
    }
    if (declared->body == NULL && request->content_length > 0) {
        return request_problem(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    if (declared->body == NULL) {
        return declared->filters != NULL ? list_check(request) : 0;
    }
    if ((request->content_length > 0 || *request->content_type != '\0') && !is_xml(request) &&
        !(request->is_form && declared->form != NULL)) {
        return request_problem(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    if (request->content_length == 0 && !request->is_form) {
        return request_problem(request, PROBLEM_EMPTY_DOCUMENT);
    }
    bytes = read_body(request);
    if (bytes == NULL ||
        (request->is_form ? parse_form(request, bytes) : parse_xml(request, bytes)) != 0) {
        return -1;
    }
    status = xml_validate(request->route->plugin->schema, declared->body, request->document,
                          &request->faults);
    return status == 0 && request->faults.count == 0
               ? 0
               : request_problem(request, PROBLEM_INVALID_DOCUMENT);
}
