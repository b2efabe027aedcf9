/* SPDX-License-Identifier: MPL-2.0 */
/* test_role.c: names of roles and their bits. */
#include "forge.h"

#include "identity/role.h"

#include <codev/plugin.h>

static void names_and_bits_belong_together(void **state)
{
    static const char *const names[] = {"participant", "facilitator", "manager", "staff", "admin"};
    static const unsigned bits[] = {
        CODEV_PARTICIPANT, CODEV_FACILITATOR, CODEV_MANAGER, CODEV_STAFF, CODEV_ADMIN,
    };
    unsigned all = 0;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(role_from_name(names[i]), bits[i]);
        assert_string_equal(role_name(bits[i]), names[i]);
        all |= bits[i];
    }
    assert_int_equal(all, CODEV_SIGNED_IN);
}

static void nobody_is_no_role(void **state)
{
    static const char *const names[] = {"", "visitor", "Staff", "staff ", "root", "admin,staff"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(role_from_name(names[i]), 0);
    }
    assert_null(role_name(0));
    assert_null(role_name(CODEV_VISITOR));
    assert_null(role_name(CODEV_STAFF | CODEV_ADMIN));
    assert_null(role_name(1u << 31));
}

/* What codev itself may be, no provider can grant, and nobody is given by name. */
static void the_system_is_in_tokens_of_our_own_alone(void **state)
{
    (void)state;
    assert_int_equal(role_of_token("system"), CODEV_SYSTEM);
    assert_string_equal(role_name(CODEV_SYSTEM), "system");
    assert_int_equal(role_from_name("system"), 0);
    assert_int_equal(role_of_token("staff"), CODEV_STAFF);
    assert_int_equal(role_of_token("System"), 0);
    assert_int_equal(CODEV_ANYONE & CODEV_SYSTEM, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_bits_belong_together),
        cmocka_unit_test(nobody_is_no_role),
        cmocka_unit_test(the_system_is_in_tokens_of_our_own_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
