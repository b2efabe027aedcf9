/* SPDX-License-Identifier: MPL-2.0 */
/* check.c: rules of types that XML Schema cannot say, by the type's name in common.xsd. They run
 * after validation, so each gets a value that fits its type's pattern or is refused anyway. */
#include "xml/outline_build.h"

#include <string.h>

/* SIREN: nine digits, the last a check digit by Luhn's rule (ISO/IEC 7812-1 annex B; INSEE): every
 * second digit from the right is doubled, digits are summed, the sum is a multiple of ten. */
static bool is_siren(const char *value)
{
    int sum = 0;

    if (strlen(value) != 9)
        return false;
    for (int i = 0; i < 9; i++) {
        const int digit = value[i] - '0';
        const int weighted = i % 2 == 1 ? 2 * digit : digit;

        if (digit < 0 || digit > 9)
            return false;
        sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return sum % 10 == 0;
}

bool (*xml_check_of(const char *namespace, const char *type_name))(const char *value)
{
    static const struct {
        const char *type;
        bool (*check)(const char *value);
    } checks[] = {
        {"siren", is_siren},
    };

    if (strcmp(namespace, "urn:codev:common:1") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (strcmp(checks[i].type, type_name) == 0)
            return checks[i].check;
    return NULL;
}
