/* SPDX-License-Identifier: MPL-2.0 */
/* catalogue.c: the offers and their prices, kept by staff. */
#include "quotes.h"

#include <string.h>

static const char CATALOGUE[] = "/quotes/catalogue";

int list_items(codev_request *request)
{
    return codev_answer_list(request, "catalogue-items", "catalogue-item", SELECT_ITEMS);
}

/* The form: blank, or with what is recorded and what was typed over it. */
int item_form(codev_request *request)
{
    codev_node *form = codev_form(request);

    if (form == NULL) {
        return CODEV_FAILED;
    }
    if (codev_path_parameter(request, "code") != NULL &&
        codev_form_recorded(request, form, SELECT_ITEM, "catalogue-item") != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer(request, form);
}

/* An item's page is the form that changes it. */
int read_item(codev_request *request)
{
    return strcmp(codev_media(request), "text/html") == 0
               ? item_form(request)
               : answer_row(request, "catalogue-item", SELECT_ITEM);
}

/* Answers with what was stored. */
int create_item(codev_request *request)
{
    codev_node *stored = codev_new_document(request, "catalogue-item");
    const char *id = codev_new_id(request);

    if (stored == NULL || id == NULL ||
        codev_set(request, codev_document(request), "@id", id) != CODEV_OK ||
        codev_select(request, INSERT_ITEM, stored, NULL, NULL) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return codev_answer_created(
        request, stored,
        codev_format(request, "%s/%s", CATALOGUE, codev_get(request, stored, "code")), CATALOGUE);
}

/* PUT: change the item of this code, or make it. */
int save_item(codev_request *request)
{
    codev_node *document = codev_document(request);
    codev_node *stored = codev_new_document(request, "catalogue-item");
    int absent;

    if (strcmp(codev_get(request, document, "code"), codev_path_parameter(request, "code")) != 0) {
        return codev_fault(request, "/catalogue-item/code",
                           "The code is that of the address; an item never changes it.",
                           "Le code est celui de l’adresse ; une offre n’en change jamais.");
    }
    if (stored == NULL ||
        codev_change(request, UPDATE_ITEM, SELECT_ITEM, stored, &absent) != CODEV_OK) {
        return CODEV_FAILED;
    }
    return absent ? create_item(request) : codev_answer_changed(request, stored, CATALOGUE);
}

int remove_item(codev_request *request)
{
    return codev_change(request, DELETE_ITEM, SELECT_ITEM, NULL, NULL) == CODEV_OK
               ? codev_answer_removed(request, CATALOGUE)
               : CODEV_FAILED;
}
