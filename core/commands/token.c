/* SPDX-License-Identifier: MPL-2.0 */
/* token.c: `codev token`: a JWT of the installation's own, for integrations and tests. */
#include "commands/commands.h"

#include "base/clock.h"
#include "identity/role.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int copy_text(char *to, const char *option, const char *from, struct error *error)
{
    if (from == NULL || *from == '\0' || strlen(from) > TOKEN_TEXT_MAX) {
        return error_set(error, "--%s takes a text of 1 to %d bytes.", option, TOKEN_TEXT_MAX);
    }
    (void)strcpy(to, from);
    return 0;
}

static int parse_ttl(const char *text, int64_t *seconds_r, struct error *error)
{
    char *end = NULL;

    errno = 0;
    *seconds_r = text == NULL ? TOKEN_TTL_DEFAULT : strtoll(text, &end, 10);
    if (errno != 0 || (end != NULL && (end == text || *end != '\0')) || *seconds_r < 1 ||
        *seconds_r > TOKEN_TTL_MAX) {
        return error_set(error, "--ttl takes a number of seconds from 1 to %d.", TOKEN_TTL_MAX);
    }
    return 0;
}

static int make_claims(const char *organisation, const char *subject, const char *role,
                       const char *ttl, struct token_claims *claims_r, struct error *error)
{
    int64_t seconds;

    *claims_r = (struct token_claims){.issued_at = clock_now() / 1000000};
    if (copy_text(claims_r->organisation, "organisation", organisation, error) != 0 ||
        copy_text(claims_r->subject, "subject", subject, error) != 0 ||
        copy_text(claims_r->role, "role", role, error) != 0 ||
        parse_ttl(ttl, &seconds, error) != 0) {
        return -1;
    }
    if (role_from_name(role) == 0) {
        return error_set(error, "--role takes one of participant, facilitator, manager, staff, "
                                "admin.");
    }
    claims_r->expires_at = claims_r->issued_at + seconds;
    return 0;
}

static int token(TALLOC_CTX *context, int argc, char **argv)
{
    const char *file = NULL;
    const char *organisation = NULL;
    const char *subject = NULL;
    const char *role = NULL;
    const char *ttl = NULL;
    const struct option_value options[] = {{"config", &file},
                                           {"organisation", &organisation},
                                           {"subject", &subject},
                                           {"role", &role},
                                           {"ttl", &ttl}};
    const struct config *config;
    const struct token_keys *keys;
    struct token_claims claims;
    struct error error;
    const char *text;

    if (command_options(argc, argv, options, sizeof options / sizeof *options) != 0) {
        return COMMAND_USAGE;
    }
    if (make_claims(organisation, subject, role, ttl, &claims, &error) != 0) {
        (void)command_failed(&error);
        return COMMAND_USAGE;
    }
    config = command_config(context, file);
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    keys = token_keys_load(context, config->issuer, config->keys, config->key_count, &error);
    text = keys != NULL ? token_sign(context, keys, &claims, &error) : NULL;
    if (text == NULL) {
        return command_failed(&error);
    }
    return puts(text) >= 0 ? COMMAND_FINE : COMMAND_FAILED;
}

const struct command token_command = {
    "token", "[--config FILE] --organisation SLUG --subject SUB --role ROLE [--ttl SECONDS]",
    "print a JWT signed with the installation's own key", token};
