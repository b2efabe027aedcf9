/* SPDX-License-Identifier: MPL-2.0 */
/* test_issuers.c: whom the installation believes, as it is configured. */
#include "providers.h"

#include <codev/plugin.h>
#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
    *state = providers_new();
    return 0;
}

static int tear_down(void **state)
{
    providers_free(*state);
    return 0;
}

static struct token_issuer_file good_file(const struct providers *providers)
{
    return (struct token_issuer_file){"aciers", ACIERS, AUDIENCE, CODEV_PARTICIPANT,
                                      forge_path(providers->forge, "aciers.jwks.json")};
}

static struct token_issuers *load(struct providers *providers,
                                  const struct token_issuer_file *files, size_t count,
                                  struct error *error)
{
    *error = (struct error){""};
    return token_issuers_load(providers, providers->forge->keys, files, count, error);
}

static void expect_refused(struct providers *providers, struct token_issuer_file file,
                           const char *reason)
{
    struct error error;

    assert_null(load(providers, &file, 1, &error));
    if (strstr(error.text, reason) == NULL || error.text[strlen(error.text) - 1] != '.') {
        fail_msg("\"%s\" does not say \"%s\"", error.text, reason);
    }
}

static void issuers_are_kept_as_they_are_configured(void **state)
{
    const struct providers *providers = *state;
    const struct token_issuer *issuer = token_issuers_find(providers->issuers, ACIERS);

    assert_non_null(issuer);
    assert_string_equal(issuer->organisation, "aciers");
    assert_string_equal(issuer->url, ACIERS);
    assert_string_equal(issuer->audience, AUDIENCE);
    assert_int_equal(issuer->roles, CODEV_PARTICIPANT | CODEV_MANAGER);
    assert_int_equal(issuer->keys->count, KEY_COUNT);
    assert_ptr_not_equal(token_issuers_find(providers->issuers, BANQUE), issuer);
}

/* RFC 8725 §3.8: exactly equal, neither normalised nor by its beginning. */
static void names_are_compared_exactly(void **state)
{
    const struct providers *providers = *state;
    static const char *const others[] = {
        "",
        "https://idp.aciers.example/",
        "https://idp.aciers.exampl",
        ACIERS "x",
        "HTTPS://idp.aciers.example",
        "https://IDP.aciers.example",
        "idp.aciers.example",
        "http://idp.aciers.example",
        "https://idp.aciers.example:443",
        "https://idp.aciers.example#",
        "https://idp.aciers.example?",
        " " ACIERS,
        ACIERS " ",
        "https://banque.example",
        "https://banque.example/oidc/",
        FORGE_ISSUER,
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_null(token_issuers_find(providers->issuers, others[i]));
    }
    assert_null(token_issuers_find(NULL, ACIERS));
}

static void there_may_be_none(void **state)
{
    struct error error;
    const struct token_issuers *issuers = load(*state, NULL, 0, &error);

    assert_non_null(issuers);
    assert_null(token_issuers_find(issuers, ACIERS));
}

static void one_organisation_may_have_several(void **state)
{
    struct token_issuer_file files[] = {good_file(*state), good_file(*state)};
    const struct token_issuers *issuers;
    struct error error;

    files[1].url = ACIERS "/2";
    issuers = load(*state, files, 2, &error);
    assert_non_null(issuers);
    assert_string_equal(token_issuers_find(issuers, ACIERS "/2")->organisation, "aciers");
}

/* Each could speak for the other's organisation. */
static void two_of_one_name_are_refused(void **state)
{
    struct token_issuer_file files[] = {good_file(*state), good_file(*state)};
    struct error error;

    files[1].organisation = "banque";
    assert_null(load(*state, files, 2, &error));
    assert_non_null(strstr(error.text, "The issuer " ACIERS " is there twice."));
}

/* It could speak for every organisation. */
static void name_of_the_installation_is_refused(void **state)
{
    struct token_issuer_file file = good_file(*state);

    file.url = FORGE_ISSUER;
    expect_refused(*state, file, "has the name of the installation itself");
}

static void no_issuer_makes_administrators(void **state)
{
    static const unsigned refused[] = {CODEV_ADMIN, CODEV_ADMIN | CODEV_PARTICIPANT,
                                       CODEV_SIGNED_IN};
    static const unsigned none[] = {0, CODEV_VISITOR, CODEV_ANYONE, 1u << 6, ~0u};
    static const unsigned taken[] = {CODEV_PARTICIPANT, CODEV_FACILITATOR, CODEV_MANAGER,
                                     CODEV_STAFF, CODEV_SIGNED_IN & ~CODEV_ADMIN};
    struct token_issuer_file file = good_file(*state);
    struct error error;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        file.roles = refused[i];
        expect_refused(*state, file, "may not grant the role admin");
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        file.roles = none[i];
        expect_refused(*state, file, "may grant no role");
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        file.roles = taken[i];
        assert_non_null(load(*state, &file, 1, &error));
    }
}

static void texts_are_plain(void **state)
{
    struct token_issuer_file file = good_file(*state);
    char longer[TOKEN_TEXT_MAX + 2];

    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    file.url = longer;
    expect_refused(*state, file, "An issuer's name");
    file = good_file(*state);
    file.organisation = longer;
    expect_refused(*state, file, "An issuer's organisation");
    file.organisation = "";
    expect_refused(*state, file, "An issuer's organisation");
    file = good_file(*state);
    file.audience = "a\nb";
    expect_refused(*state, file, "An issuer's audience");
}

static void keys_are_needed(void **state)
{
    const struct providers *providers = *state;
    struct token_issuer_file file = good_file(providers);

    file.path = forge_path(providers->forge, "none");
    expect_refused(*state, file, "The issuer " ACIERS ": The JWKS ");
    file.path = forge_path(providers->forge, "k1.pem");
    expect_refused(*state, file, "is not one JSON object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuers_are_kept_as_they_are_configured),
        cmocka_unit_test(names_are_compared_exactly),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(one_organisation_may_have_several),
        cmocka_unit_test(two_of_one_name_are_refused),
        cmocka_unit_test(name_of_the_installation_is_refused),
        cmocka_unit_test(no_issuer_makes_administrators),
        cmocka_unit_test(texts_are_plain),
        cmocka_unit_test(keys_are_needed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
