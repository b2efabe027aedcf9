/* SPDX-License-Identifier: MPL-2.0 */
/* issuers.c: whose tokens are believed beside the installation's own, as the operator decided. What
 * is doubtful stops the start. */
#include "identity/issuers.h"

#include "identity/keys.h"
#include "identity/text.h"

#include <codev/plugin.h>
#include <string.h>

const struct token_issuer *token_issuers_find(const struct token_issuers *issuers, const char *url)
{
    for (size_t i = 0; issuers != NULL && i < issuers->count; i++) {
        if (strcmp(issuers->issuers[i].url, url) == 0) {
            return &issuers->issuers[i];
        }
    }
    return NULL;
}

static int check_texts(const struct token_issuer_file *file, struct error *error)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"name", file->url}, {"organisation", file->organisation}, {"audience", file->audience}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!token_text_is_plain(texts[i].text, strlen(texts[i].text))) {
            return error_set(error,
                             "An issuer's %s is empty, longer than %d bytes, or has control "
                             "characters.",
                             texts[i].name, TOKEN_TEXT_MAX);
        }
    }
    return 0;
}

/* One issuer's name in two organisations would let either speak for the other; the installation's
 * own name would let an issuer speak for all (RFC 8725 §3.8). */
static int check_name(const struct token_issuers *issuers, const char *own, const char *url,
                      struct error *error)
{
    if (strcmp(url, own) == 0) {
        return error_set(error, "The issuer %s has the name of the installation itself.", url);
    }
    if (token_issuers_find(issuers, url) != NULL) {
        return error_set(error, "The issuer %s is there twice.", url);
    }
    return 0;
}

/* An administrator rules the installation: no organisation's provider makes one. */
static int check_roles(const struct token_issuer_file *file, struct error *error)
{
    if (file->roles == 0 || (file->roles & ~(unsigned)CODEV_SIGNED_IN) != 0) {
        return error_set(error, "The issuer %s may grant no role, or one that there is not.",
                         file->url);
    }
    if ((file->roles & CODEV_ADMIN) != 0) {
        return error_set(error, "The issuer %s may not grant the role admin.", file->url);
    }
    return 0;
}

static int load_issuer(struct token_issuers *issuers, const char *own,
                       const struct token_issuer_file *file, struct error *error)
{
    struct token_issuer *issuer = &issuers->issuers[issuers->count];

    if (check_texts(file, error) != 0 || check_name(issuers, own, file->url, error) != 0 ||
        check_roles(file, error) != 0) {
        return -1;
    }
    issuer->organisation = talloc_strdup(issuers, file->organisation);
    issuer->url = talloc_strdup(issuers, file->url);
    issuer->audience = talloc_strdup(issuers, file->audience);
    issuer->roles = file->roles;
    if (issuer->organisation == NULL || issuer->url == NULL || issuer->audience == NULL) {
        return error_set(error, "There is no memory left for the issuer %s.", file->url);
    }
    issuer->keys = jwks_load(issuers, file->path, error);
    if (issuer->keys == NULL) {
        return error_prefix(error, "The issuer %s", file->url);
    }
    issuers->count++;
    return 0;
}

struct token_issuers *token_issuers_load(TALLOC_CTX *context, const struct token_keys *keys,
                                         const struct token_issuer_file *files, size_t count,
                                         struct error *error)
{
    struct token_issuers *issuers = talloc_zero(context, struct token_issuers);

    if (issuers != NULL) {
        issuers->issuers = talloc_zero_array(issuers, struct token_issuer, (unsigned)count);
    }
    if (issuers == NULL || issuers->issuers == NULL) {
        (void)error_set(error, "There is no memory left for issuers.");
        talloc_free(issuers);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (load_issuer(issuers, keys->issuer, &files[i], error) != 0) {
            talloc_free(issuers);
            return NULL;
        }
    }
    return issuers;
}
