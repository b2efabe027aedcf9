/* SPDX-License-Identifier: MPL-2.0 */
/* check.c: what XML Schema cannot say of a type, by the type's name in common.xsd: a rule that runs
 * after validation (so it gets a value that fits the type's pattern, or one that is refused
 * anyway), and how people type such a value into a form. */
#include "xml/outline_build.h"

#include <string.h>

/* SIREN: nine digits, the last a check digit by Luhn's rule (ISO/IEC 7812-1 annex B; INSEE): every
 * second digit from the right is doubled, digits are summed, the sum is a multiple of ten. */
static bool is_siren(const char *value)
{
    int sum = 0;

    if (strlen(value) != 9) {
        return false;
    }
    for (int i = 0; i < 9; i++) {
        const int digit = value[i] - '0';
        const int weighted = i % 2 == 1 ? 2 * digit : digit;

        if (digit < 0 || digit > 9) {
            return false;
        }
        sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return sum % 10 == 0;
}

/* What people put between digits. */
static size_t gap(const char *text)
{
    static const char *const gaps[] = {" ", ".", "-", "/", "(0)", "(", ")", "\u00a0", "\u202f"};

    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        if (strncmp(text, gaps[i], strlen(gaps[i])) == 0) {
            return strlen(gaps[i]);
        }
    }
    return 0;
}

enum {
    TYPED_MAX = 100, /* bytes of a number with gaps; what is longer is none */
};

/* The text without gaps; NULL when it is too long, or memory is short. */
static char *close_up(TALLOC_CTX *arena, const char *text)
{
    char *const closed = strlen(text) > TYPED_MAX ? NULL : talloc_strdup(arena, text);
    char *to = closed;

    while (closed != NULL && *text != '\0') {
        const size_t skipped = gap(text);

        if (skipped > 0) {
            text += skipped;
        } else {
            *to++ = *text++;
        }
    }
    if (closed != NULL) {
        *to = '\0';
    }
    return closed;
}

static bool is_digits(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* A telephone number as it is written in France ("04 98 01 60 50") or dialled from there ("0033…"),
 * as E.164 writes it. */
static const char *phone_as_typed(TALLOC_CTX *arena, const char *value)
{
    const char *const closed = close_up(arena, value);

    if (closed == NULL || !is_digits(closed + (closed[0] == '+' ? 1 : 0))) {
        return value;
    }
    if (strncmp(closed, "00", 2) == 0) {
        return talloc_asprintf(arena, "+%s", closed + 2);
    }
    if (closed[0] == '0' && strlen(closed) == 10) {
        return talloc_asprintf(arena, "+33%s", closed + 1);
    }
    return closed;
}

static const char *siren_as_typed(TALLOC_CTX *arena, const char *value)
{
    const char *const closed = close_up(arena, value);

    return closed != NULL && is_digits(closed) ? closed : value;
}

const struct xml_type_rule *xml_type_rule_of(const char *namespace, const char *type_name)
{
    static const struct xml_type_rule rules[] = {
        {"siren", is_siren, siren_as_typed},
        {"phone", NULL, phone_as_typed},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(namespace, "urn:codev:common:1") == 0 && strcmp(rules[i].type, type_name) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}
