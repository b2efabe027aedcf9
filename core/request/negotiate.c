/* SPDX-License-Identifier: MPL-2.0 */
/* negotiate.c: which representation the client wants (RFC 9110 §12.5.1). */
#include "request/request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUALITY_MAX = 1000 /* thousandths; q=1 */ };

/* q of a media range's parameters, in thousandths (RFC 9110 §12.4.2: at most three decimals). */
static int parse_quality(const char *parameters, size_t length)
{
    const char *at = parameters;
    const char *end = parameters + length;

    while (at < end) {
        at += strspn(at, "; \t");
        if (end - at >= 3 && strncasecmp(at, "q=", 2) == 0) {
            const int whole = at[2] == '1' ? QUALITY_MAX : 0;
            const char *point = at[2] == '.' ? at + 2 : at + 3; /* Java sends "q=.2" */
            int fraction = 0;
            int unit = QUALITY_MAX / 10;

            if (*point == '.') {
                for (const char *digit = point + 1; digit < end && isdigit((unsigned char)*digit);
                     digit++, unit /= 10) {
                    fraction += (*digit - '0') * unit;
                }
            }
            return whole + fraction > QUALITY_MAX ? QUALITY_MAX : whole + fraction;
        }
        at += strcspn(at, ";");
    }
    return QUALITY_MAX;
}

/* One media type that is offered, and what the client thinks of it. */
struct offer {
    const char *type; /* as many bytes as its length */
    size_t length;
    int specificity; /* of the range that decided: 0: none has matched, 1: any, 2: type, 3: both */
    int quality;
};

/* How closely the media range means the type; 0: not at all. */
static int specificity_of(const char *range, size_t length, const struct offer *offer)
{
    const size_t slash =
        (size_t)((const char *)memchr(offer->type, '/', offer->length) - offer->type);

    if (length == 3 && strncmp(range, "*/*", 3) == 0) {
        return 1;
    }
    if (length == slash + 2 && strncmp(range + slash, "/*", 2) == 0) {
        return strncasecmp(range, offer->type, slash) == 0 ? 2 : 0;
    }
    return length == offer->length && strncasecmp(range, offer->type, length) == 0 ? 3 : 0;
}

/* Of the ranges that match a type, the most specific one decides. */
static void read_range(const char *range, size_t length, struct offer *offers, size_t count)
{
    const size_t type = strcspn(range, ";,");
    const int quality = type < length ? parse_quality(range + type, length - type) : QUALITY_MAX;
    size_t name = type < length ? type : length;

    while (name > 0 && isspace((unsigned char)range[name - 1])) {
        name--;
    }
    for (size_t i = 0; i < count; i++) {
        const int specificity = specificity_of(range, name, &offers[i]);

        if (specificity > offers[i].specificity) {
            offers[i].specificity = specificity;
            offers[i].quality = quality;
        }
    }
}

static size_t read_offers(const char *offered, struct offer *offers)
{
    size_t count = 0;

    while (*offered != '\0' && count < ROUTE_MEDIA_MAX) {
        const size_t length = strcspn(offered, " ");

        offers[count++] = (struct offer){.type = offered, .length = length};
        offered += length + strspn(offered + length, " ");
    }
    return count;
}

int negotiate(const char *accept, const char *offered)
{
    struct offer offers[ROUTE_MEDIA_MAX];
    const size_t count = read_offers(offered, offers);
    int best = -1;

    if (*accept == '\0') {
        return 0;
    }
    for (const char *at = accept; *at != '\0';) {
        size_t length;

        at += strspn(at, ", \t");
        length = strcspn(at, ",");
        read_range(at, length, offers, count);
        at += length;
    }
    for (size_t i = 0; i < count; i++) {
        if (offers[i].quality > (best < 0 ? 0 : offers[best].quality)) {
            best = (int)i;
        }
    }
    return best;
}

/* The offered type of that place. */
static const char *media_at(codev_request *request, const char *offered, int place)
{
    for (; place > 0; place--) {
        offered += strcspn(offered, " ");
        offered += strspn(offered, " ");
    }
    return talloc_strndup(request, offered, strcspn(offered, " "));
}

int request_negotiate(codev_request *request)
{
    const struct route *route = request->route;
    int found;

    /* A form, or a button's, is answered to a person. */
    if (request->is_form && (route->declared->form != NULL || route->declared->body == NULL)) {
        request->representation = REPRESENTATION_HTML;
        request->media = MEDIA_HTML;
        return 0;
    }
    found = negotiate(request->accept, route->media);
    if (found < 0) {
        return request_problem(request, PROBLEM_NOT_ACCEPTABLE);
    }
    request->media = media_at(request, route->media, found);
    if (request->media == NULL) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    request->representation =
        strcmp(request->media, MEDIA_HTML) == 0 ? REPRESENTATION_HTML : REPRESENTATION_XML;
    return 0;
}
