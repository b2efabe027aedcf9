/* SPDX-License-Identifier: MPL-2.0 */
/* idempotency.c: Idempotency-Key: the same POST sent twice has its effect once.
 *
 * The key is claimed by the first statement of the write's own transaction, so it is kept exactly
 * when the write is. A twin that comes meanwhile waits at the claim until the first one has ended;
 * then it fails there, is rolled back, and is answered as the first was. Of the body only an HMAC
 * is kept. */
#include "request/request.h"

#include "base/hex.h"
#include "identity/secret.h"

#include <stdlib.h>
#include <string.h>

enum { HMAC_TEXT_SIZE = 2 * SECRET_SIZE + 1 };

const char IDEMPOTENCY_CONSTRAINT[] = "idempotency_pkey";

static bool has_key(const codev_request *request)
{
    return *request->idempotency_key != '\0' && strcmp(request->method, "POST") == 0;
}

static bool is_valid(const char *key)
{
    for (const char *at = key; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~') {
            return false;
        }
    }
    return strlen(key) <= IDEMPOTENCY_KEY_MAX;
}

static int body_hmac(const codev_request *request, char text_r[HMAC_TEXT_SIZE])
{
    unsigned char hmac[SECRET_SIZE];
    const size_t size = request->bytes != NULL ? (size_t)request->content_length : 0;

    if (secret_hmac(request->service->body_key, request->bytes, size, hmac) != 0) {
        return -1;
    }
    hex_text(hmac, SECRET_SIZE, text_r);
    return 0;
}

/* Queue a statement of the core with values that live as long as the request. */
static int queue(codev_request *request, size_t statement, const char *const *values, size_t count)
{
    const char *const *copy = talloc_memdup(request, (const void *)values, count * sizeof *values);

    return copy != NULL && db_queue(request->service->db, statement, copy) == 0
               ? 0
               : request_problem(request, PROBLEM_UNAVAILABLE);
}

int idempotency_check(codev_request *request)
{
    return !has_key(request) || is_valid(request->idempotency_key)
               ? 0
               : request_problem(request, PROBLEM_INVALID_IDEMPOTENCY_KEY);
}

int idempotency_begin(codev_request *request)
{
    char *hmac;

    if (!has_key(request)) {
        return 0;
    }
    hmac = talloc_size(request, HMAC_TEXT_SIZE);
    if (hmac == NULL || body_hmac(request, hmac) != 0) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    return queue(request, CORE_IDEMPOTENCY_CLAIM,
                 (const char *const[]){request->place, request->idempotency_key, hmac}, 3);
}

int idempotency_end(codev_request *request)
{
    const char *status;
    const char *location = request->location;

    if (!has_key(request)) {
        return 0;
    }
    status = talloc_asprintf(request, "%d", request->status);
    location = location != NULL ? capability_hide(request, location) : NULL;
    if (status == NULL || (location == NULL && request->location != NULL)) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    return queue(request, CORE_IDEMPOTENCY_SETTLE,
                 (const char *const[]){request->place, request->idempotency_key, status, location},
                 4);
}

/* A person who went back to a form that was sent, and changed it, gets it again with another key.
 */
static int refuse_reuse(codev_request *request)
{
    if (!request->is_form || request->route->declared->form == NULL) {
        return request_problem(request, PROBLEM_REUSED_IDEMPOTENCY_KEY);
    }
    xml_faults_add(&request->faults, 0, "/",
                   "This form was sent already with other contents. To send this one as well, "
                   "send it again.",
                   "Ce formulaire a déjà été envoyé avec un autre contenu. Pour envoyer aussi "
                   "celui-ci, validez-le de nouveau.");
    return request_problem(request, PROBLEM_INVALID_DOCUMENT);
}

int idempotency_replay(codev_request *request)
{
    const char *const values[] = {request->place, request->idempotency_key};
    struct db *db = request->service->db;
    struct db_failure failure;
    const PGresult *first;
    char hmac[HMAC_TEXT_SIZE];

    handle_begin(request, false);
    first = db_query(db, request, CORE_IDEMPOTENCY_FIND, values, &failure);
    if (first == NULL) {
        return handle_failure(request, &failure);
    }
    if (PQntuples(first) != 1 || body_hmac(request, hmac) != 0) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    if (strcmp(PQgetvalue(first, 0, 0), hmac) != 0) {
        return refuse_reuse(request);
    }
    request->status = (int)strtol(PQgetvalue(first, 0, 1), NULL, 10);
    request->location =
        PQgetisnull(first, 0, 2)
            ? NULL
            : talloc_strdup(request, capability_show(request, PQgetvalue(first, 0, 2)));
    request->body = ""; /* and nothing else of what the twin had rendered */
    request->body_size = 0;
    request->body_media = request->etag = request->next = NULL;
    return 0;
}
