/* SPDX-License-Identifier: MPL-2.0 */
/* requests.c: visitors ask for a quote; staff read what was asked. */
#include "quotes.h"

#include <stdlib.h>

/* How many groups of at most eight peers (pairs) the participants make. */
static const char *groups_of(codev_request *request, codev_node *document)
{
    enum { PEERS_MAX = 8 };
    const long participants = strtol(codev_get(request, document, "need/participants"), NULL, 10);

    return codev_format(request, "%ld", (participants + PEERS_MAX - 1) / PEERS_MAX);
}

/* POST /quotes/requests: a visitor asks. What is answered is what was stored, made from the very
 * values: a visitor may write a request and not read it. */
int create_request(codev_request *request)
{
    codev_node *document = codev_document(request);
    const char *id = codev_new_id(request);
    const char *reference;
    const char *location;

    if (id == NULL) {
        return CODEV_FAILED;
    }
    reference = codev_reference(request, id);
    location = codev_format(request, "/quotes/requests/%s", id);
    if (codev_set(request, document, "@id", id) != CODEV_OK ||
        codev_set(request, document, "@reference", reference) != CODEV_OK ||
        codev_set(request, document, "@status", "received") != CODEV_OK ||
        codev_set(request, document, "@received-at", codev_now(request)) != CODEV_OK ||
        codev_set(request, document, "@href", location) != CODEV_OK ||
        codev_set(request, document, "need/groups", groups_of(request, document)) != CODEV_OK ||
        codev_execute(request, INSERT_REQUEST) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(request, document, location,
                                codev_format(request, "/quotes/confirmation/%s", reference));
}

/* GET /quotes/requests: the newest first. */
int list_requests(codev_request *request)
{
    return codev_answer_list(request, "quote-requests", "quote-request", SELECT_REQUESTS);
}

int read_request(codev_request *request)
{
    return answer_row(request, "quote-request", SELECT_REQUEST);
}

/* GET /quotes/confirmation/REFERENCE: where a form post ends. */
int confirmation(codev_request *request)
{
    return answer_row(request, "confirmation", SELECT_CONFIRMATION);
}

/* GET /quotes/form, and the answer to an invalid form post. */
int request_form(codev_request *request)
{
    codev_node *document = codev_form(request);

    if (document == NULL ||
        codev_select(request, SELECT_CONSENT_TEXT, document, "consent-text", NULL) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer(request, document);
}
