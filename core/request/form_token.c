/* SPDX-License-Identifier: MPL-2.0 */
/* form_token.c: the signed token that a form carries (field _form): that it is a form of ours, of
 * this plugin and for this principal, that it is not too old, and that it is sent once.
 *
 *     base64url( expiry, 8 bytes: seconds since 1970 | nonce, 16 | HMAC-SHA256, 32 )
 *
 * The HMAC covers what stands before it, the plugin's name and who asked. It is no defence against
 * cross-site requests of signed-in people (the Origin is), but what keeps programs from filling in
 * a form that they have not read. */
#include "request/request.h"

#include "base/hex.h"
#include "identity/base64url.h"
#include "identity/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

enum {
    EXPIRY_SIZE = 8,
    NONCE_SIZE = 16,
    SIGNED_SIZE = EXPIRY_SIZE + NONCE_SIZE,
    TOKEN_SIZE = SIGNED_SIZE + SECRET_SIZE,
    TOKEN_TEXT_LENGTH = (TOKEN_SIZE * 8 + 5) / 6,
};

/* Texts end in NUL within what is signed, so that none can pass for the beginning of the next. */
static int sign(const codev_request *request, const unsigned char bytes[SIGNED_SIZE],
                unsigned char hmac_r[SECRET_SIZE])
{
    const struct token_claims *claims = &request->principal.claims;
    const char *const texts[] = {request->route->plugin->descriptor->name, claims->organisation,
                                 claims->issuer, claims->subject};
    char data[SIGNED_SIZE + sizeof texts / sizeof *texts * (TOKEN_TEXT_MAX + 1)];
    size_t size = SIGNED_SIZE;

    memcpy(data, bytes, SIGNED_SIZE);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const size_t length = strlen(texts[i]) + 1;

        if (length > TOKEN_TEXT_MAX + 1) {
            return -1;
        }
        memcpy(data + size, texts[i], length);
        size += length;
    }
    return secret_hmac(request->service->form_key, data, size, hmac_r);
}

const char *form_token_new(codev_request *request)
{
    const uint64_t expiry = (uint64_t)(request->arrived / 1000000) + FORM_LIFETIME_S;
    unsigned char token[TOKEN_SIZE];
    char *text = talloc_size(request, TOKEN_TEXT_LENGTH + 1);

    for (int i = 0; i < EXPIRY_SIZE; i++) {
        token[i] = (unsigned char)(expiry >> (8 * (EXPIRY_SIZE - 1 - i)));
    }
    if (text == NULL || RAND_bytes(token + EXPIRY_SIZE, NONCE_SIZE) != 1 ||
        sign(request, token, token + SIGNED_SIZE) != 0) {
        return NULL;
    }
    base64url_encode(token, TOKEN_SIZE, text);
    return text;
}

const char FORM_CONSTRAINT[] = "used_form_pkey";

static const char *sent_token(const codev_request *request)
{
    for (size_t i = 0; i < request->form_field_count; i++) {
        if (strcmp(request->form_fields[i].name, "_form") == 0) {
            return request->form_fields[i].value;
        }
    }
    return "";
}

/* Whether the token is ours, and not expired; then its parts. */
static bool read_token(const codev_request *request, unsigned char nonce_r[NONCE_SIZE],
                       int64_t *expiry_r)
{
    const char *text = sent_token(request);
    unsigned char token[TOKEN_SIZE];
    unsigned char hmac[SECRET_SIZE];
    uint64_t expiry = 0;
    size_t size = 0;

    if (strlen(text) != TOKEN_TEXT_LENGTH ||
        !base64url_decode(text, TOKEN_TEXT_LENGTH, token, &size) || size != TOKEN_SIZE ||
        sign(request, token, hmac) != 0 ||
        CRYPTO_memcmp(hmac, token + SIGNED_SIZE, SECRET_SIZE) != 0) {
        return false;
    }
    for (int i = 0; i < EXPIRY_SIZE; i++) {
        expiry = expiry << 8 | token[i];
    }
    memcpy(nonce_r, token + EXPIRY_SIZE, NONCE_SIZE);
    *expiry_r = (int64_t)expiry;
    return *expiry_r > request->arrived / 1000000;
}

/* Forms that only a button has are not filled in; they carry none. */
static bool is_needed(const codev_request *request)
{
    return request->is_form && request->route->declared->form != NULL;
}

int form_token_check(codev_request *request)
{
    unsigned char nonce[NONCE_SIZE];
    int64_t expiry;

    return !is_needed(request) || read_token(request, nonce, &expiry)
               ? 0
               : request_problem(request, PROBLEM_STALE_FORM);
}

int form_token_use(codev_request *request)
{
    unsigned char nonce[NONCE_SIZE];
    int64_t expiry;
    const char **values;
    char *text;

    if (!is_needed(request)) {
        return 0;
    }
    values = talloc_array(request, const char *, 2);
    text = talloc_size(request, 2 * NONCE_SIZE + 1);
    if (values == NULL || text == NULL || !read_token(request, nonce, &expiry)) {
        return request_problem(request, PROBLEM_UNAVAILABLE);
    }
    hex_text(nonce, NONCE_SIZE, text);
    values[0] = text;
    values[1] = talloc_asprintf(request, "%lld", (long long)expiry);
    return values[1] != NULL && db_queue(request->service->db, CORE_FORM_USE, values) == 0
               ? 0
               : request_problem(request, PROBLEM_UNAVAILABLE);
}
