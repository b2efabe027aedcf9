/* SPDX-License-Identifier: MPL-2.0 */
/* quotes.c: quotes ("sur devis"): the plugin's tables. */
#include "quotes.h"

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

/* An item of the catalogue: what of it is stored, and its whole document. */
#define ITEM_COLUMNS                                                                               \
    "id AS \"@id\", version AS \"@version\", '/quotes/catalogue/' || code AS \"@href\","           \
    " code, description, unit, unit_price AS \"unit-price\","                                      \
    " vat_category AS \"vat/@category\", vat_rate AS \"vat/@rate\","                               \
    " vat_reason_code AS \"vat/@reason-code\", vat_reason AS \"vat/@reason\""
#define WANTED_VERSION                                                                             \
    " AND ({request:if-match}::bigint[] IS NULL OR version = ANY ({request:if-match}))"

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
    [SELECT_ITEMS] = {"SELECT " ITEM_COLUMNS " FROM quotes.catalogue_item"
                      " WHERE ({list:after}::uuid IS NULL OR id < {list:after}::uuid)"
                      " ORDER BY id DESC LIMIT {list:limit}"},
    [SELECT_ITEM] = {"SELECT " ITEM_COLUMNS " FROM quotes.catalogue_item WHERE code = {path:code}"},
    [INSERT_ITEM] = {"INSERT INTO quotes.catalogue_item (id, code, description, unit, unit_price,"
                     " vat_category, vat_rate, vat_reason_code, vat_reason)"
                     " VALUES ({@id}, {code}, {description}, {unit}, {unit-price}, {vat/@category},"
                     " {vat/@rate}, {vat/@reason-code}, {vat/@reason}) RETURNING " ITEM_COLUMNS},
    [UPDATE_ITEM] =
        {"UPDATE quotes.catalogue_item SET version = DEFAULT, description = {description},"
         " unit = {unit}, unit_price = {unit-price}, vat_category = {vat/@category},"
         " vat_rate = {vat/@rate}, vat_reason_code = {vat/@reason-code},"
         " vat_reason = {vat/@reason} WHERE code = {path:code}" WANTED_VERSION
         " RETURNING " ITEM_COLUMNS},
    [DELETE_ITEM] = {"DELETE FROM quotes.catalogue_item WHERE code = {path:code}" WANTED_VERSION
                     " RETURNING id AS \"@id\""},
    {NULL},
};

static const codev_constraint constraints[] = {
    {"request_consent_text", "/quote-request/consent/@text-version",
     "There is no consent text of this version.",
     "Le texte de consentement n’existe pas dans cette version ; rechargez la page.", 0},
    {"catalogue_item_code", "/catalogue-item/code", "Another item has this code already.",
     "Une autre offre porte déjà ce code.", 1},
    {"catalogue_item_standard", "/catalogue-item/vat/@category",
     "Category S has a rate above 0 and no reason for an exemption.",
     "Une offre soumise à la TVA a un taux supérieur à 0 et pas de motif d’exonération.", 0},
    {"catalogue_item_exempt", "/catalogue-item/vat/@category",
     "Category E has the rate 0, and the exemption's reason with its code.",
     "Une offre exonérée a le taux 0, et le motif de l’exonération avec son code.", 0},
    {NULL, NULL, NULL, NULL, 0},
};

static const codev_filter request_filters[] = {
    {"status", "received quoted closed"},
    {NULL, NULL},
};
static const codev_filter no_filters[] = {{NULL, NULL}};

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
     .form = request_form,
     .form_page = "form.xsl"},
    {.method = "GET",
     .path = "/form",
     .roles = CODEV_ANYONE,
     .page = "form.xsl",
     .title = "Demander un devis",
     .handle = request_form,
     .media = "text/html application/xml"},
    {.method = "GET",
     .path = "/confirmation/{reference:text}",
     .roles = CODEV_ANYONE,
     .page = "confirmation.xsl",
     .handle = confirmation,
     .media = "text/html application/xml"},
    {.method = "GET",
     .path = "/catalogue",
     .roles = CODEV_STAFF,
     .page = "catalogue.xsl",
     .title = "Catalogue",
     .handle = list_items,
     .filters = no_filters},
    {.method = "POST",
     .path = "/catalogue",
     .roles = CODEV_STAFF,
     .body = "catalogue-item",
     .handle = create_item,
     .form = item_form,
     .form_page = "catalogue-item.xsl"},
    {.method = "GET",
     .path = "/catalogue/form",
     .roles = CODEV_STAFF,
     .page = "catalogue-item.xsl",
     .handle = item_form,
     .media = "text/html application/xml"},
    {.method = "GET",
     .path = "/catalogue/{code:text}",
     .roles = CODEV_STAFF,
     .page = "catalogue-item.xsl",
     .handle = read_item},
    {.method = "PUT",
     .path = "/catalogue/{code:text}",
     .roles = CODEV_STAFF,
     .body = "catalogue-item",
     .handle = save_item,
     .form = item_form,
     .form_page = "catalogue-item.xsl"},
    {.method = "DELETE",
     .path = "/catalogue/{code:text}",
     .roles = CODEV_STAFF,
     .handle = remove_item},
    {.method = NULL},
};

int answer_row(codev_request *request, const char *root, size_t statement)
{
    codev_node *document = codev_new_document(request, root);
    size_t rows;

    if (document == NULL || codev_select(request, statement, document, NULL, &rows) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return rows == 1 ? codev_answer(request, document) : codev_not_found(request);
}

static const codev_plugin quotes = {
    CODEV_PLUGIN_HEAD, "quotes", "0.1.0", "quotes.xsd", routes, statements, constraints,
};

CODEV_PLUGIN(quotes)
