/* SPDX-License-Identifier: MPL-2.0 */
/* quotes.c: requests for a quote ("sur devis"): taken from visitors, read by staff. */
#include <codev/plugin.h>
#include <stdlib.h>

enum { INSERT_REQUEST, SELECT_REQUESTS, SELECT_REQUEST, SELECT_CONFIRMATION, SELECT_CONSENT_TEXT };

/* The columns of a request, by their places in its document. */
#define REQUEST_COLUMNS                                                                            \
    "id AS \"@id\", reference AS \"@reference\", status AS \"@status\","                           \
    " received_at AS \"@received-at\", '/quotes/requests/' || id AS \"@href\","                    \
    " organisation_name AS \"organisation/name\", organisation_siren AS \"organisation/siren\","   \
    " contact_given_name AS \"contact/given-name\","                                               \
    " contact_family_name AS \"contact/family-name\", contact_email AS \"contact/email\","         \
    " contact_phone AS \"contact/phone\", contact_position AS \"contact/position\","               \
    " audience AS \"need/audience[]\", objective AS \"need/objective[]\","                         \
    " participants AS \"need/participants\", sessions AS \"need/sessions\","                       \
    " modality AS \"need/modality\", starting_from AS \"need/starting-from\","                     \
    " message AS \"need/message\", groups AS \"need/groups\","                                     \
    " consent_text_version AS \"consent/@text-version\", true AS \"consent/@accepted\""

static const codev_statement statements[] = {
    [INSERT_REQUEST] =
        {"INSERT INTO quotes.request (id, reference, received_at, organisation_name,"
         " organisation_siren, contact_given_name, contact_family_name, contact_email,"
         " contact_phone, contact_position, audience, objective, participants, sessions, modality,"
         " starting_from, message, consent_text_version)"
         " VALUES ({@id}, {@reference}, {@received-at}, {organisation/name}, {organisation/siren},"
         " {contact/given-name}, {contact/family-name}, {contact/email}, {contact/phone},"
         " {contact/position}, {need/audience[]}, {need/objective[]}, {need/participants},"
         " {need/sessions}, {need/modality}, {need/starting-from}, {need/message},"
         " {consent/@text-version})"},
    [SELECT_REQUESTS] = {"SELECT " REQUEST_COLUMNS " FROM quotes.request"
                         " WHERE ({query:status}::text IS NULL OR status = {query:status})"
                         " AND ({list:after}::uuid IS NULL OR id < {list:after}::uuid)"
                         " ORDER BY id DESC LIMIT {list:limit}"},
    [SELECT_REQUEST] = {"SELECT " REQUEST_COLUMNS " FROM quotes.request WHERE id = {path:id}"},
    [SELECT_CONFIRMATION] =
        {"SELECT {path:reference} AS \"@reference\", received_at AS \"@received-at\""
         " FROM quotes.confirmation({path:reference}) AS received_at"
         " WHERE received_at IS NOT NULL"},
    [SELECT_CONSENT_TEXT] = {"SELECT version AS \"@version\", body AS \".\""
                             " FROM core.consent_text ORDER BY valid_from DESC LIMIT 1"},
    {NULL},
};

static const codev_constraint constraints[] = {
    {"request_consent_text", "/quote-request/consent/@text-version",
     "There is no consent text of this version.",
     "Le texte de consentement n’existe pas dans cette version ; rechargez la page."},
    {NULL, NULL, NULL, NULL},
};

/* How many groups of at most eight peers (pairs) the participants make. */
static const char *groups_of(codev_request *request, codev_node *document)
{
    enum { PEERS_MAX = 8 };
    const long participants = strtol(codev_get(request, document, "need/participants"), NULL, 10);

    return codev_format(request, "%ld", (participants + PEERS_MAX - 1) / PEERS_MAX);
}

/* POST /quotes/requests: a visitor asks. What is answered is what was stored, made from the very
 * values: a visitor may write a request and not read it. */
static int create_request(codev_request *request)
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
static int list_requests(codev_request *request)
{
    return codev_answer_list(request, "quote-requests", "quote-request", SELECT_REQUESTS);
}

/* A document of one row, or 404. */
static int answer_row(codev_request *request, const char *root, size_t statement)
{
    codev_node *document = codev_new_document(request, root);
    size_t rows;

    if (document == NULL || codev_select(request, statement, document, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return rows == 1 ? codev_answer(request, document) : codev_not_found(request);
}

static int read_request(codev_request *request)
{
    return answer_row(request, "quote-request", SELECT_REQUEST);
}

/* GET /quotes/confirmation/REFERENCE: where a form post ends. */
static int confirmation(codev_request *request)
{
    return answer_row(request, "confirmation", SELECT_CONFIRMATION);
}

/* GET /quotes/form, and the answer to an invalid form post. */
static int form(codev_request *request)
{
    codev_node *document = codev_form(request);

    if (document == NULL ||
        codev_select(request, SELECT_CONSENT_TEXT, document, "consent-text", NULL) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer(request, document);
}

static const codev_filter request_filters[] = {
    {"status", "received quoted closed"},
    {NULL, NULL},
};

static const codev_route routes[] = {
    {.method = "GET",
     .path = "/requests",
     .roles = CODEV_STAFF,
     .page = "requests.xsl",
     .title = "Demandes de devis",
     .handle = list_requests,
     .filters = request_filters},
    {.method = "GET",
     .path = "/requests/{id}",
     .roles = CODEV_STAFF,
     .page = "request.xsl",
     .handle = read_request},
    {.method = "POST",
     .path = "/requests",
     .roles = CODEV_ANYONE,
     .body = "quote-request",
     .page = "request.xsl",
     .handle = create_request,
     .form = form,
     .form_page = "form.xsl"},
    {.method = "GET",
     .path = "/form",
     .roles = CODEV_ANYONE,
     .page = "form.xsl",
     .title = "Demander un devis",
     .handle = form,
     .media = "text/html application/xml"},
    {.method = "GET",
     .path = "/confirmation/{reference:text}",
     .roles = CODEV_ANYONE,
     .page = "confirmation.xsl",
     .handle = confirmation,
     .media = "text/html application/xml"},
    {.method = NULL},
};

static const codev_plugin quotes = {
    CODEV_PLUGIN_HEAD, "quotes", "0.1.0", "quotes.xsd", routes, statements, constraints,
};

CODEV_PLUGIN(quotes)
