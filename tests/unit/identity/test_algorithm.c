/* SPDX-License-Identifier: MPL-2.0 */
/* test_algorithm.c: signatures of every algorithm, by the examples of the RFCs and by our own keys;
 * and what is no signature. */
#include "providers.h"

#include "identity/base64url.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Public halves of the keys, and tokens, as they stand in the RFCs. */
static const struct vector {
    const char *source, *algorithm, *jwk, *token;
} vectors[] = {
    {
        "RFC 7515 A.2",
        "RS256",
        "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
        "-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzj"
        "b_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZl"
        "xvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54"
        "h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZm"
        "h7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyT"
        "yWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqt"
        "FZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Io"
        "ypGlUPQGe77Rw",
    },
    {
        "RFC 7515 A.3",
        "ES256",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISl"
        "SApmWQxfKTUJqPP3-Kg6NU1Q",
    },
    {
        "RFC 7515 A.4",
        "ES512",
        "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBp"
        "Xp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\",\"y\":\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMo"
        "xVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2\"}",
        "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWR"
        "Oc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8"
        "vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
    },
    {
        "RFC 7520 4.1",
        "RS256",
        "{\"kty\":\"RSA\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"n\":\"n4EPt"
        "AOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCp"
        "MaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-O"
        "fVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniU"
        "FAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw\",\"e\":\"AQAB\"}",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFu"
        "Z2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZ"
        "CwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG"
        "1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtaino"
        "FmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuY"
        "v746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xy"
        "IrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogore"
        "e7vjbU5y18kDquDg",
    },
    {
        "RFC 7520 4.2",
        "PS384",
        "{\"kty\":\"RSA\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"n\":\"n4EPt"
        "AOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCp"
        "MaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-O"
        "fVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniU"
        "FAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw\",\"e\":\"AQAB\"}",
        "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFu"
        "Z2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZ"
        "CwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG"
        "1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsn"
        "k2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28z"
        "GWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Ml"
        "p8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD"
        "4ifKo8DYM-X72Eaw",
    },
    {
        "RFC 7520 4.3",
        "ES512",
        "{\"kty\":\"EC\",\"kid\":\"bilbo.baggins@hobbiton.example\",\"use\":\"sig\",\"crv\":\"P-52"
        "1\",\"x\":\"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyR"
        "XYgCF5cj0Kt\",\"y\":\"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrw"
        "QrJmbnX9cwlGfP-HqHZR1\"}",
        "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFu"
        "Z2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZ"
        "CwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG"
        "1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9"
        "qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHA"
        "BlsbEPX6sFY8OcGDqoRuBomu9xQ2",
    },
    {
        "RFC 8037 A.4",
        "EdDSA",
        "{\"kty\":\"OKP\",\"use\":\"sig\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPa"
        "piMlrwIaaPcHURo\"}",
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PG"
        "cvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    },
};

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

static EVP_PKEY *key_of(const struct providers *providers, size_t algorithm)
{
    return providers->aciers.keys[provider_algorithms[algorithm].key];
}

static enum token_fault verify(const char *algorithm, EVP_PKEY *pkey, const char *text,
                               const unsigned char *signature, size_t size)
{
    const struct algorithm *found = algorithm_find(algorithm);

    assert_non_null(found);
    return algorithm_verify(found, pkey, text, strlen(text), signature, size);
}

static void examples_of_the_rfcs(void **state)
{
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *vector = &vectors[i];
        json_t *object = json_loads(vector->jwk, 0, NULL);
        char *input = talloc_strdup(*state, vector->token);
        char *dot = strrchr(input, '.');
        unsigned char signature[SIGNATURE_SIZE_MAX];
        struct error error = {""};
        struct jwk jwk;
        size_t size;

        if (jwk_read(*state, object, &jwk, &error) != JWK_TAKEN) {
            fail_msg("%s: %s", vector->source, error.text);
        }
        assert_true(base64url_decode(dot + 1, strlen(dot + 1), signature, &size));
        *dot = '\0';
        assert_int_equal(size, jwk.signature_size);
        forge_expect(verify(vector->algorithm, jwk.pkey, input, signature, size), TOKEN_BELIEVED,
                     vector->source);
        input[3]++;
        forge_expect(verify(vector->algorithm, jwk.pkey, input, signature, size),
                     TOKEN_SIGNATURE_WRONG, vector->source);
        EVP_PKEY_free(jwk.pkey);
        json_decref(object);
    }
}

/* RFC 8725 §2.2, §3.1, §3.2; ASVS 9.1.2: nothing symmetric, no `none`, no other spelling. */
static void algorithms_by_their_exact_names(void **state)
{
    static const char *const others[] = {
        "none",   "None",    "",       "HS256", "HS384", "HS512",  "rs256",
        "RS256 ", " RS256",  "RS1",    "RS",    "PS",    "eddsa",  "EDDSA",
        "Ed448",  "Ed25519", "ES256K", "ES",    "dir",   "A128KW",
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_null(algorithm_find(others[i]));
    }
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        assert_string_equal(algorithm_find(provider_algorithms[i].name)->name,
                            provider_algorithms[i].name);
    }
}

/* Each algorithm's signature, under each other algorithm of the same kind of key. */
static void one_algorithm_is_not_another(void **state)
{
    const struct providers *providers = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;
        size_t size;
        const unsigned char *signature =
            mint_signature(*state, key_of(providers, i), name, -1, "text", &size);

        for (size_t j = 0; j < ALGORITHM_COUNT; j++) {
            if (provider_algorithms[j].key == provider_algorithms[i].key) {
                forge_expect(verify(provider_algorithms[j].name, key_of(providers, i), "text",
                                    signature, size),
                             i == j ? TOKEN_BELIEVED : TOKEN_SIGNATURE_WRONG, name);
            }
        }
    }
}

static void other_keys_and_other_bytes(void **state)
{
    const struct providers *providers = *state;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        const char *name = provider_algorithms[i].name;
        size_t size;
        unsigned char *signature =
            mint_signature(*state, key_of(providers, i), name, -1, "text", &size);

        forge_expect(verify(name, providers->banque.keys[provider_algorithms[i].key], "text",
                            signature, size),
                     TOKEN_SIGNATURE_WRONG, "another key");
        forge_expect(verify(name, key_of(providers, i), "texT", signature, size),
                     TOKEN_SIGNATURE_WRONG, "another text");
        forge_expect(verify(name, key_of(providers, i), "", signature, size), TOKEN_SIGNATURE_WRONG,
                     "no text");
        for (size_t at = 0; at < size; at += size / 16) {
            signature[at] ^= 1;
            forge_expect(verify(name, key_of(providers, i), "text", signature, size),
                         TOKEN_SIGNATURE_WRONG, name);
            signature[at] ^= 1;
        }
        forge_expect(verify(name, key_of(providers, i), "text", signature, size), TOKEN_BELIEVED,
                     name);
    }
}

/* RFC 7518 §3.5: the salt is as long as the hash. */
static void salt_of_another_length(void **state)
{
    const struct providers *providers = *state;
    EVP_PKEY *pkey = providers->aciers.keys[RSA_KEY];
    static const int salts[] = {0, 1, 20, 31, 33, 48, RSA_PSS_SALTLEN_MAX};
    size_t size;

    for (size_t i = 0; i < sizeof salts / sizeof salts[0]; i++) {
        const unsigned char *signature =
            mint_signature(*state, pkey, "PS256", salts[i], "text", &size);

        forge_expect(verify("PS256", pkey, "text", signature, size), TOKEN_SIGNATURE_WRONG, "salt");
    }
}

/* RFC 8725 §3.4; CVE-2022-21449: zero, one and the group's order for numbers. */
static void degenerate_numbers(void **state)
{
    const struct providers *providers = *state;
    static const struct {
        const char *algorithm, *order;
        int key;
        size_t width;
    } curves[] = {
        {"ES256", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", P256_KEY, 32},
        {"ES384",
         "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a"
         "ccc52973",
         P384_KEY, 48},
        {"ES512",
         "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0"
         "148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
         P521_KEY, 66},
    };

    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        const size_t width = curves[i].width;
        unsigned char numbers[3][66] = {{0}};

        numbers[1][width - 1] = 1;
        for (size_t at = 0; at < width; at++) {
            unsigned byte;

            assert_int_equal(sscanf(curves[i].order + 2 * at, "%2x", &byte), 1);
            numbers[2][at] = (unsigned char)byte;
        }
        for (size_t j = 0; j < 9; j++) {
            unsigned char raw[2 * 66];

            memcpy(raw, numbers[j / 3], width);
            memcpy(raw + width, numbers[j % 3], width);
            forge_expect(verify(curves[i].algorithm, providers->aciers.keys[curves[i].key], "text",
                                raw, 2 * width),
                         TOKEN_SIGNATURE_WRONG, curves[i].algorithm);
        }
    }
}

/* RFC 8032 §5.1.7: S and S + L are the same number, and one of them alone is a signature. */
static void malleable_ed25519(void **state)
{
    static const unsigned char order[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,        0xd6,
        0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10,
    };
    const struct providers *providers = *state;
    EVP_PKEY *pkey = providers->aciers.keys[ED25519_KEY];
    size_t size;
    unsigned char *signature = mint_signature(*state, pkey, "EdDSA", -1, "text", &size);
    unsigned carry = 0;

    forge_expect(verify("EdDSA", pkey, "text", signature, size), TOKEN_BELIEVED, "S");
    for (size_t i = 0; i < sizeof order; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    forge_expect(verify("EdDSA", pkey, "text", signature, size), TOKEN_SIGNATURE_WRONG, "S + L");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfcs),
        cmocka_unit_test(algorithms_by_their_exact_names),
        cmocka_unit_test(one_algorithm_is_not_another),
        cmocka_unit_test(other_keys_and_other_bytes),
        cmocka_unit_test(salt_of_another_length),
        cmocka_unit_test(degenerate_numbers),
        cmocka_unit_test(malleable_ed25519),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
