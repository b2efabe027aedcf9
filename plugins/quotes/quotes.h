/* SPDX-License-Identifier: MPL-2.0 */
/* quotes.h: what the files of this plugin share. */
#ifndef QUOTES_H
#define QUOTES_H

#include <codev/plugin.h>

/* Places in the table of statements (quotes.c). */
enum {
    INSERT_REQUEST,
    SELECT_REQUESTS,
    SELECT_REQUEST,
    SELECT_CONFIRMATION,
    SELECT_CONSENT_TEXT,
    SELECT_ITEMS,
    SELECT_ITEM,
    INSERT_ITEM,
    UPDATE_ITEM,
    DELETE_ITEM,
};

/* ---- handlers */

/* requests.c */
int create_request(codev_request *request);
int list_requests(codev_request *request);
int read_request(codev_request *request);
int confirmation(codev_request *request);
int request_form(codev_request *request);

/* catalogue.c */
int list_items(codev_request *request);
int read_item(codev_request *request);
int create_item(codev_request *request);
int save_item(codev_request *request);
int remove_item(codev_request *request);
int item_form(codev_request *request);

/* A document of the statement's one row, or 404. */
int answer_row(codev_request *request, const char *root, size_t statement);

#endif
