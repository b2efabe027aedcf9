/* SPDX-License-Identifier: MPL-2.0 */
/* capability.c: who has a link may use it. Its token is 256 random bits; only their SHA-256 is
 * kept, so that whoever reads the database, a log or a dump gets no link. A hash without salt is
 * enough: nobody finds 256 random bits by trying. */
#include "request/request.h"

#include "base/hex.h"
#include "identity/base64url.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

enum { DIGEST_SIZE = 32, DIGEST_TEXT_SIZE = 2 * DIGEST_SIZE + 1 };

bool capability_valid(const char *text)
{
    unsigned char bytes[CAPABILITY_SIZE];
    size_t size = 0;

    return strlen(text) == CAPABILITY_LENGTH &&
           base64url_decode(text, CAPABILITY_LENGTH, bytes, &size) && size == CAPABILITY_SIZE;
}

const char *capability_new(codev_request *request)
{
    unsigned char bytes[CAPABILITY_SIZE];
    char *text = talloc_size(request, CAPABILITY_LENGTH + 1);

    if (text == NULL || RAND_bytes(bytes, CAPABILITY_SIZE) != 1) {
        return NULL;
    }
    base64url_encode(bytes, CAPABILITY_SIZE, text);
    return text;
}

const char *capability_hash(codev_request *request, const char *token)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text = talloc_size(request, DIGEST_TEXT_SIZE);

    if (text == NULL || EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL) != 1) {
        return NULL;
    }
    hex_text(digest, DIGEST_SIZE, text);
    return text;
}

/* The text with every `from` in it made a `to`; NULL: no memory. */
static const char *replace(codev_request *request, const char *text, const char *from,
                           const char *to)
{
    char *out = talloc_strdup(request, "");
    const char *found;

    while (out != NULL && (found = strstr(text, from)) != NULL) {
        out = talloc_asprintf_append_buffer(out, "%.*s%s", (int)(found - text), text, to);
        text = found + strlen(from);
    }
    return out != NULL ? talloc_strdup_append_buffer(out, text) : NULL;
}

const char *capability_hide(codev_request *request, const char *text)
{
    return request->capability != NULL ? replace(request, text, request->token, request->capability)
                                       : text;
}

const char *capability_show(codev_request *request, const char *text)
{
    return request->capability != NULL ? replace(request, text, request->capability, request->token)
                                       : text;
}

int capability_take(codev_request *request)
{
    const struct route *route = request->route;

    for (size_t i = 0; i < route->segment_count; i++) {
        if (route->segments[i].kind != SEGMENT_CAPABILITY) {
            continue;
        }
        request->token = request->segments[i];
        request->capability = capability_hash(request, request->token);
        if (request->capability == NULL) {
            return request_problem(request, PROBLEM_UNAVAILABLE);
        }
    }
    request->place = capability_hide(request, request->path);
    return request->place != NULL ? 0 : request_problem(request, PROBLEM_UNAVAILABLE);
}

int capability_remember(codev_request *request, const char *token)
{
    request->made_tokens = talloc_asprintf(
        request, "%s%s", request->made_tokens != NULL ? request->made_tokens : "", token);
    return request->made_tokens != NULL ? 0 : -1;
}

bool capability_is_told(const codev_request *request, const char *text)
{
    const char *at = request->made_tokens != NULL ? request->made_tokens : "";

    for (; *at != '\0'; at += CAPABILITY_LENGTH) {
        char token[CAPABILITY_LENGTH + 1] = "";

        (void)memcpy(token, at, CAPABILITY_LENGTH);
        if (strstr(text, token) != NULL) {
            return true;
        }
    }
    return false;
}
