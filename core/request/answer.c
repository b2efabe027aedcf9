/* SPDX-License-Identifier: MPL-2.0 */
/* answer.c: the answer's document into bytes, with the headers that every answer has, and the one
 * place where a request is served from its first stage to its log line. */
#include "request/request.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"

#include <openssl/evp.h>
#include <string.h>

enum {
    RETRY_AFTER_SECONDS = 2,
    POOL_BYTES = 32 << 10, /* most requests allocate less; what is beyond comes from malloc */
};

static const char *query_flag(codev_request *request, const char *name)
{
    const char *value = codev_query_parameter(request, name);

    return value != NULL && strcmp(value, "1") == 0 ? "1" : "";
}

/* The whole page, or the fragment of it that another page includes. */
static int render_page(codev_request *request, const struct xml_page *page, xmlDoc *document)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    const char *fragment = query_flag(request, "fragment");
    const char *const parameters[] = {
        "mount",    request->mount, "request-id", request->id,
        "fragment", fragment,       "next",       request->next != NULL ? request->next : "",
        NULL,
    };
    struct error error;
    size_t size;
    char *html = xml_page_render(request, page, document, parameters, &size, &error);

    if (html == NULL) {
        log_line(LOG_LEVEL_ERROR, "event=page_failed request=%s reason=\"%s\"", request->id,
                 error.text);
        return request_problem(request, PROBLEM_INTERNAL);
    }
    request->body = *fragment != '\0' ? html : talloc_asprintf(request, "%s%s", doctype, html);
    request->body_size = size + (*fragment != '\0' ? 0 : sizeof doctype - 1);
    return request->body != NULL ? 0 : request_problem(request, PROBLEM_UNAVAILABLE);
}

/* A form that a program sent to a route without a page hears the document all the same. */
static int render_document(codev_request *request)
{
    if (request->representation == REPRESENTATION_HTML && request->page != NULL) {
        return render_page(request, request->page, request->answer);
    }
    request->representation = REPRESENTATION_XML;
    request->body = xml_write(request, request->answer, &request->body_size);
    return request->body != NULL ? 0 : request_problem(request, PROBLEM_UNAVAILABLE);
}

/* A strong entity tag (RFC 9110 §8.8.3): the version that the document bears, so that If-Match can
 * be told in a statement; else a digest of the very bytes. */
static const char *entity_tag(codev_request *request)
{
    enum { TAG_BYTES = 16 };
    const char *version =
        request->body_media == NULL && request->representation == REPRESENTATION_XML
            ? xml_get(request, xmlDocGetRootElement(request->answer), "@version")
            : NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text;

    if (version != NULL) {
        return version;
    }
    text = talloc_size(request, 2 * TAG_BYTES + 1);
    if (text == NULL ||
        EVP_Digest(request->body, request->body_size, digest, NULL, EVP_sha256(), NULL) != 1) {
        return request->id; /* unlike any other: it matches nothing */
    }
    hex_text(digest, TAG_BYTES, text);
    return text;
}

int answer_render(codev_request *request)
{
    if (request->status == 303 || request->status == 204) {
        request->body = "";
        request->body_size = 0;
        return 0;
    }
    if (request->body_media == NULL && render_document(request) != 0) {
        return -1;
    }
    request->etag = entity_tag(request);
    return 0;
}

/* The problem in place of whatever was rendered. When not even that can be made, its status alone.
 */
static void render_problem(codev_request *request)
{
    const bool html = request->representation == REPRESENTATION_HTML;
    xmlDoc *document = problem_document(request, html);

    request->status = problem_status(request->problem);
    request->location = NULL;
    request->next = NULL;
    request->etag = NULL;
    request->body = NULL;
    if (document != NULL && html &&
        render_page(request, request->service->registry->problem_page, document) == 0) {
        return;
    }
    request->representation = REPRESENTATION_XML;
    request->body = document != NULL ? xml_write(request, document, &request->body_size) : NULL;
    if (request->body == NULL) {
        request->body = "";
        request->body_size = 0;
    }
}

static const char *media_type(const codev_request *request)
{
    if (request->problem == PROBLEM_NONE && request->body_media != NULL) {
        return request->body_media;
    }
    if (request->representation == REPRESENTATION_HTML) {
        return "text/html; charset=utf-8";
    }
    return request->problem != PROBLEM_NONE ? "application/problem+xml" : "application/xml";
}

/* For people; programs read the number alone (RFC 9110 §15). */
static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "";
}

/* RFC 6750 §3.1: no error where no token was given. */
static const char *challenge(const codev_request *request)
{
    return *request->authorization != '\0'
               ? "WWW-Authenticate: Bearer realm=\"codev\", error=\"invalid_token\"\r\n"
               : "WWW-Authenticate: Bearer realm=\"codev\"\r\n";
}

void request_answer(codev_request *request)
{
    static const char page_headers[] =
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n";
    FCGX_Stream *out = request->fcgi->out;

    if (request->problem != PROBLEM_NONE) {
        render_problem(request);
    }
    (void)FCGX_FPrintF(out, "Status: %d %s\r\nX-Request-Id: %s\r\n", request->status,
                       reason_phrase(request->status), request->id);
    if (request->location != NULL) {
        (void)FCGX_FPrintF(out, "Location: %s\r\n", request->location);
    }
    if (request->next != NULL) {
        (void)FCGX_FPrintF(out, "Link: <%s>; rel=\"next\"\r\n", request->next);
    }
    if (request->status == 304) {
        request->body_size = 0; /* RFC 9110 §15.4.5 */
    }
    if (request->body_size > 0) {
        (void)FCGX_FPrintF(out, "Content-Type: %s\r\nContent-Length: %d\r\n", media_type(request),
                           (int)request->body_size);
    }
    if (request->representation == REPRESENTATION_HTML) {
        (void)FCGX_PutS(page_headers, out);
    }
    if (request->allow != NULL && request->route == NULL) {
        (void)FCGX_FPrintF(out, "Allow: %s\r\n", request->allow);
    }
    if (request->etag != NULL) {
        (void)FCGX_FPrintF(out, "ETag: \"%s\"\r\n", request->etag);
    }
    if (request->problem == PROBLEM_UNAUTHENTICATED) {
        (void)FCGX_PutS(challenge(request), out);
    }
    if (request->status == 503) {
        (void)FCGX_FPrintF(out, "Retry-After: %lld\r\n",
                           request->closed > 0 ? (long long)request->closed
                                               : (long long)RETRY_AFTER_SECONDS);
    }
    (void)FCGX_PutS("Cache-Control: no-store\r\nVary: Accept\r\n"
                    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n\r\n",
                    out);
    if (request->body_size > 0) {
        (void)FCGX_PutStr(request->body, (int)request->body_size, out);
    }
}

static void run_stages(codev_request *request)
{
    static int (*const stages[])(codev_request *) = {
        [STAGE_ROUTE] = request_route,         [STAGE_IDENTIFY] = request_identify,
        [STAGE_NEGOTIATE] = request_negotiate, [STAGE_BODY] = request_body,
        [STAGE_HANDLE] = request_handle,
    };
    int status = request_accept(request);

    for (int stage = STAGE_ROUTE; stage < STAGE_ANSWER && status == 0; stage++) {
        const int64_t started = clock_steady();

        board_stage(request->service->place, request_stages[stage]);
        status = stages[stage](request);
        request->spent[stage] = clock_steady() - started;
    }
    if (problem_shows_form(request)) {
        const int64_t started = clock_steady();

        (void)request_show_form(request);
        request->spent[STAGE_HANDLE] += clock_steady() - started;
    }
}

void request_serve(const struct service *service, FCGX_Request *fcgi)
{
    TALLOC_CTX *pool = talloc_pool(NULL, POOL_BYTES);
    codev_request *request = pool != NULL ? talloc_zero(pool, codev_request) : NULL;
    const int64_t began = clock_steady();
    int64_t started;

    if (request == NULL) {
        (void)FCGX_PutS("Status: 503\r\nRetry-After: 2\r\n\r\n", fcgi->out);
        talloc_free(pool);
        return;
    }
    request->service = service;
    request->fcgi = fcgi;
    board_begin(service->place, began);
    run_stages(request);
    started = clock_steady();
    board_stage(service->place, request_stages[STAGE_ANSWER]);
    request_answer(request);
    request->spent[STAGE_ANSWER] = clock_steady() - started;
    request->total = clock_steady() - began;
    request_account(request);
    talloc_free(pool);
    board_end(service->place);
}
