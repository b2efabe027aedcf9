/* SPDX-License-Identifier: MPL-2.0 */
/* condition.c: preconditions (RFC 9110 §13). If-Match says which version of a thing the client
 * means to change. It is told in the WHERE of the write itself, since between a look and a write
 * another could write: a lost race is 412 and no lost update. If-None-Match spares a client what it
 * has. */
#include "request/request.h"

#include <string.h>

/* An entity tag (RFC 9110 §8.8.3), without its quotes. */
struct tag {
    bool weak;
    const char *opaque;
    size_t length;
};

/* The next tag of a list, taken off *at. 1: there is one; 0: the end; -1: that is no list of tags.
 */
static int next_tag(const char **at, struct tag *tag_r)
{
    const char *from = *at + strspn(*at, ", \t");
    const char *to;

    if (*from == '\0') {
        return 0;
    }
    tag_r->weak = strncmp(from, "W/", 2) == 0;
    from += tag_r->weak ? 2 : 0;
    if (*from != '"') {
        return -1;
    }
    for (to = ++from; *to != '"'; to++) {
        if (*to <= ' ' || *to >= 0x7f) { /* the standard lets more through; no tag of ours has it */
            return -1;
        }
    }
    *tag_r = (struct tag){tag_r->weak, from, (size_t)(to - from)};
    *at = to + 1;
    to = *at + strspn(*at, " \t");
    return *to == '\0' || *to == ',' ? 1 : -1;
}

static bool is_any(const char *header)
{
    return strcmp(header, "*") == 0;
}

static bool is_list(const char *header)
{
    const bool is_long = strnlen(header, REQUEST_CONDITION_MAX + 1) > REQUEST_CONDITION_MAX;
    struct tag tag;
    size_t count = 0;
    int found = is_long ? -1 : 1;

    while (found == 1 && (found = next_tag(&header, &tag)) == 1) {
        count++;
    }
    return found == 0 && count > 0;
}

/* Whether the list has this tag; by the strong comparison a weak one equals nothing (§8.8.3.2). */
static bool has_tag(const char *list, const char *opaque, bool strong)
{
    struct tag tag;

    while (next_tag(&list, &tag) == 1) {
        if (!(strong && tag.weak) && tag.length == strlen(opaque) &&
            strncmp(tag.opaque, opaque, tag.length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_version(const struct tag *tag)
{
    return !tag->weak && tag->length > 0 && tag->length <= REQUEST_VERSION_DIGITS_MAX &&
           strspn(tag->opaque, "0123456789") == tag->length;
}

/* The versions in the list, as PostgreSQL writes an array; a tag that is none equals no version. */
static const char *version_array(codev_request *request, const char *list)
{
    char *array = talloc_strdup(request, "{");
    struct tag tag;

    while (array != NULL && next_tag(&list, &tag) == 1) {
        if (is_version(&tag)) {
            array = talloc_asprintf_append_buffer(array, "%s%.*s", array[1] != '\0' ? "," : "",
                                                  (int)tag.length, tag.opaque);
        }
    }
    return array != NULL ? talloc_strdup_append_buffer(array, "}") : NULL;
}

/* What is to be changed must be named where it could be overwritten unseen. */
static bool is_required(const codev_request *request)
{
    return strcmp(request->method, "PUT") == 0 || strcmp(request->method, "DELETE") == 0 ||
           request->route->declared->if_match != 0;
}

bool request_is_safe(const codev_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

int condition_check(codev_request *request)
{
    const char *match = request->if_match;
    const char *none_match = request->if_none_match;
    const bool safe = request_is_safe(request);

    if ((*match != '\0' && !is_any(match) && !is_list(match)) ||
        (*none_match != '\0' && !is_any(none_match) && !(safe && is_list(none_match)))) {
        return request_problem(request, PROBLEM_INVALID_PRECONDITION);
    }
    if (safe) {
        return 0;
    }
    if (*none_match != '\0' || (*match == '\0' && is_required(request))) {
        request->versions = "{}"; /* none: nothing that exists may be changed */
    } else if (*match != '\0' && !is_any(match)) {
        request->versions = version_array(request, match);
        if (request->versions == NULL) { /* NULL means any */
            return request_problem(request, PROBLEM_UNAVAILABLE);
        }
    }
    return 0;
}

int condition_fails(codev_request *request)
{
    return request_problem(request, *request->if_match == '\0' && *request->if_none_match == '\0'
                                        ? PROBLEM_PRECONDITION_REQUIRED
                                        : PROBLEM_PRECONDITION_FAILED);
}

int condition_holds(codev_request *request)
{
    const char *match = request->if_match;
    const char *none_match = request->if_none_match;

    /* Of a write it was told in a statement, or in none: then it holds of nothing. The fields of a
     * form are our own page's. */
    if (!request_is_safe(request)) {
        return request->versions_asked || request->is_form ||
                       (*match == '\0' && *none_match == '\0')
                   ? 0
                   : condition_fails(request);
    }

    if (request->status != 200) {
        return 0; /* what is no success has no conditions (RFC 9110 §13.2.1) */
    }
    if (*match != '\0' && !is_any(match) && !has_tag(match, request->etag, true)) {
        return request_problem(request, PROBLEM_PRECONDITION_FAILED);
    }
    if (*none_match != '\0' && (is_any(none_match) || has_tag(none_match, request->etag, false))) {
        request->status = 304;
    }
    return 0;
}
