/* SPDX-License-Identifier: MPL-2.0 */
/* handle.c: the plugin's handler inside its transaction. The answer is rendered first, then the
 * transaction is committed, then the answer is sent: what fails to render changes nothing, and what
 * the client hears is true. */
#include "request/request.h"

#include "base/log.h"

#include <string.h>

/* See core.enter. */
static const char *kind_of(const codev_request *request)
{
    switch (request->principal.role) {
    case CODEV_VISITOR:
        return request->capability != NULL ? "capability" : "visitor";
    case CODEV_SYSTEM:
        return "system";
    default:
        return "person";
    }
}

void handle_begin(codev_request *request, bool may_write)
{
    const struct principal *principal = &request->principal;
    const bool visitor = principal->role == CODEV_VISITOR;
    const struct db_context context = {
        .kind = kind_of(request),
        .capability = request->capability,
        .organisation = principal->claims.organisation,
        .issuer = principal->claims.issuer,
        .subject = principal->claims.subject,
        .role = visitor ? "visitor" : principal->claims.role,
        .client = request->fcgi != NULL ? request->fcgi->ipcFd : -1,
        .plugin_role = request->route->plugin->role,
        .writes = may_write,
    };

    db_begin(request->service->db, &context);
}

/* A constraint that the plugin has named is the client's doing; any other is a defect. */
static int handle_violation(codev_request *request, const char *name)
{
    const codev_constraint *known = request->route->plugin->descriptor->constraints;

    for (; known != NULL && known->name != NULL; known++) {
        if (strcmp(known->name, name) == 0) {
            /* Another was faster to make what was to be made: it is there (RFC 9110 §13.1.2). */
            if (known->conflict && *request->if_none_match != '\0') {
                return condition_fails(request);
            }
            xml_faults_add(&request->faults, 0, known->path, known->en, known->fr);
            return request_problem(request,
                                   known->conflict ? PROBLEM_CONFLICT : PROBLEM_INVALID_DOCUMENT);
        }
    }
    log_line(LOG_LEVEL_ERROR, "event=constraint_violated request=%s constraint=%s", request->id,
             name);
    return request_problem(request, PROBLEM_INTERNAL);
}

int handle_failure(codev_request *request, const struct db_failure *failure)
{
    request_database_failed(request, failure);
    switch (failure->fault) {
    case DB_UNAVAILABLE:
        return request_problem(request, PROBLEM_UNAVAILABLE);
    case DB_REFUSED: /* deactivated, or an organisation that is gone: the token counts no more */
        return request_problem(request, PROBLEM_UNAUTHENTICATED);
    case DB_VIOLATION:
        if (strcmp(failure->constraint, IDEMPOTENCY_CONSTRAINT) == 0) {
            request->twin = true;
            return -1;
        }
        if (strcmp(failure->constraint, FORM_CONSTRAINT) == 0) {
            return request_problem(request, PROBLEM_STALE_FORM);
        }
        return handle_violation(request, failure->constraint);
    case DB_FINE:
    case DB_BROKEN:
        break;
    }
    return request_problem(request, PROBLEM_INTERNAL);
}

int request_handle(codev_request *request)
{
    struct db *db = request->service->db;
    struct db_failure failure;

    handle_begin(request, !request_is_safe(request));
    request->page = request->route->page;
    if (idempotency_begin(request) == 0 && form_token_use(request) == 0 &&
        request->route->declared->handle(request) == CODEV_OK && request->status != 0 &&
        answer_render(request) == 0 && condition_holds(request) == 0 &&
        idempotency_end(request) == 0 && request->problem == PROBLEM_NONE) {
        if (db_commit(db, &failure) == 0) {
            return 0;
        }
        if (failure.lost) {
            (void)request_problem(request, PROBLEM_NO_ANSWER);
        }
        (void)handle_failure(request, &failure);
    }
    db_rollback(db);
    return request->twin ? idempotency_replay(request) : request_problem(request, PROBLEM_INTERNAL);
}

int request_show_form(codev_request *request)
{
    const int status = problem_status(request->problem);

    request->changed = request->problem == PROBLEM_PRECONDITION_FAILED;
    request->problem = PROBLEM_NONE;
    request->location = NULL;
    request->body_media = NULL;
    request->page = request->route->form_page;
    handle_begin(request, false);
    if (request->route->declared->form(request) != CODEV_OK) {
        return request_problem(request, PROBLEM_INTERNAL);
    }
    request->status = status;
    return answer_render(request);
}
