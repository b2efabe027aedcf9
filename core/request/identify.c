/* SPDX-License-Identifier: MPL-2.0 */
/* identify.c: who is asking, and may they use this route. A bearer token that is not believed is
 * 401. A cookie that is not believed leaves a visitor: browsers send it by themselves long after
 * the session, and the public pages must stay open to them. */
#include "request/request.h"

#include "base/log.h"
#include "identity/role.h"

#include <string.h>
#include <strings.h>

/* The token of a Bearer credential (RFC 6750 §2.1); NULL: another scheme, or none. */
static const char *bearer_token(const codev_request *request)
{
    static const char scheme[] = "Bearer ";

    if (strncasecmp(request->authorization, scheme, sizeof scheme - 1) != 0) {
        return NULL;
    }
    return request->authorization + sizeof scheme - 1;
}

/* The session's cookie; NULL: none. Its prefix __Host- makes browsers keep it to this very host
 * over TLS. Two of that name are a forged or confused request: neither is believed. */
static const char *cookie_token(codev_request *request)
{
    static const char name[] = "__Host-codev=";
    const char *token = NULL;

    for (const char *at = request->cookie; *at != '\0'; at += strspn(at, "; ")) {
        const size_t length = strcspn(at, ";");

        if (strncmp(at, name, sizeof name - 1) == 0) {
            if (token != NULL) {
                return NULL;
            }
            token = talloc_strndup(request, at + sizeof name - 1, length - (sizeof name - 1));
        }
        at += length;
    }
    return token;
}

/* Cross-site request forgery: a browser sends the cookie with another site's form as well, but
 * tells whose form it was. */
static bool is_own_origin(codev_request *request)
{
    const char *own = talloc_asprintf(request, "%s://%s", request->scheme, request->host);

    return own != NULL && strcmp(request->origin, own) == 0;
}

/* 0: the principal is whom the token names. */
static int believe(codev_request *request, const char *token)
{
    struct principal *principal = &request->principal;
    struct token_claims claims;
    const enum token_fault fault = token_memory_verify(
        request->service->tokens, token, strlen(token), request->arrived / 1000000, &claims);
    const unsigned role = fault == TOKEN_BELIEVED ? role_of_token(claims.role) : 0;

    if (role == 0) {
        log_line(LOG_LEVEL_INFO, "event=token_refused request=%s reason=\"%s\"", request->id,
                 token_fault_text(fault));
        return -1;
    }
    principal->claims = claims;
    principal->role = role;
    return 0;
}

static int authenticate(codev_request *request)
{
    const char *token = bearer_token(request);

    if (*request->authorization != '\0') {
        return token != NULL && believe(request, token) == 0
                   ? 0
                   : request_problem(request, PROBLEM_UNAUTHENTICATED);
    }
    token = cookie_token(request);
    request->principal.by_cookie = token != NULL && believe(request, token) == 0;
    return 0;
}

int request_identify(codev_request *request)
{
    const unsigned allowed = request->route->declared->roles;

    if (authenticate(request) != 0) {
        return -1;
    }
    if ((allowed & request->principal.role) == 0) {
        return request_problem(request, request->principal.role == CODEV_VISITOR
                                            ? PROBLEM_UNAUTHENTICATED
                                            : PROBLEM_FORBIDDEN);
    }
    if (request->principal.by_cookie && !request_is_safe(request) && !is_own_origin(request)) {
        return request_problem(request, PROBLEM_FOREIGN_ORIGIN);
    }
    return 0;
}
