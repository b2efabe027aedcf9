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

struct weight {
    int specificity; /* 0: no range has matched, 1: any, 2: type, 3: type and subtype */
    int quality;
};

/* Of the ranges that match, the most specific one decides. */
static void consider(struct weight *weight, int specificity, int quality)
{
    if (specificity > weight->specificity) {
        weight->specificity = specificity;
        weight->quality = quality;
    }
}

static void read_range(const char *range, size_t length, struct weight *xml, struct weight *html)
{
    const size_t type = strcspn(range, ";,");
    const int quality = type < length ? parse_quality(range + type, length - type) : QUALITY_MAX;
    size_t name = type < length ? type : length;

    while (name > 0 && isspace((unsigned char)range[name - 1])) {
        name--;
    }
    if (name == 3 && strncmp(range, "*/*", 3) == 0) {
        consider(xml, 1, quality);
        consider(html, 1, quality);
    } else if (name == 13 && strncasecmp(range, "application/*", 13) == 0) {
        consider(xml, 2, quality);
    } else if (name == 6 && strncasecmp(range, "text/*", 6) == 0) {
        consider(html, 2, quality);
    } else if (name == 15 && strncasecmp(range, "application/xml", 15) == 0) {
        consider(xml, 3, quality);
    } else if (name == 9 && strncasecmp(range, "text/html", 9) == 0) {
        consider(html, 3, quality);
    }
}

int negotiate(const char *accept, bool has_page, enum representation preferred)
{
    struct weight xml = {0, 0};
    struct weight html = {0, 0};

    if (*accept == '\0') {
        return (int)(has_page ? preferred : REPRESENTATION_XML);
    }
    for (const char *at = accept; *at != '\0';) {
        size_t length;

        at += strspn(at, ", \t");
        length = strcspn(at, ",");
        read_range(at, length, &xml, &html);
        at += length;
    }
    if (has_page && html.quality > 0 &&
        (html.quality > xml.quality ||
         (html.quality == xml.quality && preferred == REPRESENTATION_HTML))) {
        return REPRESENTATION_HTML;
    }
    return xml.quality > 0 ? REPRESENTATION_XML : -1;
}

int request_negotiate(codev_request *request)
{
    const codev_route *declared = request->route->declared;
    int found;

    if (request->is_form && declared->form != NULL) {
        request->representation = REPRESENTATION_HTML; /* a form is answered to a person */
        return 0;
    }
    found = negotiate(request->accept, declared->page != NULL,
                      declared->page_first ? REPRESENTATION_HTML : REPRESENTATION_XML);
    if (found < 0) {
        return request_problem(request, PROBLEM_NOT_ACCEPTABLE);
    }
    request->representation = (enum representation)found;
    return 0;
}
