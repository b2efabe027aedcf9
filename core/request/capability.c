/* SPDX-License-Identifier: MPL-2.0 */
/* capability.c: who has a link may use it. Its token is 256 random bits; only their SHA-256 is
 * kept, so that whoever reads the database, a log or a dump gets no link. A hash without salt is
 * enough: nobody finds 256 random bits by trying. */
#include "request/request.h"

#include "identity/base64url.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
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
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        (void)sprintf(text + 2 * i, "%02x", digest[i]);
    }
    return text;
}

int capability_take(codev_request *request)
{
    const struct route *route = request->route;

    request->place = request->path;
    for (size_t i = 0; i < route->segment_count; i++) {
        const char *token = request->segments[i];

        if (route->segments[i].kind != SEGMENT_CAPABILITY) {
            continue;
        }
        request->capability = capability_hash(request, token);
        if (request->capability != NULL) {
            const char *rest = strstr(request->path, token) + CAPABILITY_LENGTH;

            request->place = talloc_asprintf(request, "%.*s%s%s",
                                             (int)(rest - CAPABILITY_LENGTH - request->path),
                                             request->path, request->capability, rest);
        }
        return request->capability != NULL && request->place != NULL
                   ? 0
                   : request_problem(request, PROBLEM_UNAVAILABLE);
    }
    return 0;
}
