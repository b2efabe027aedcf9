# SPDX-License-Identifier: MPL-2.0
"""Who is believed: bearer tokens and the session's cookie."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import BROWSER, FORM
from documents import EXAMPLE, FIELDS
from tokens import Forge

LIST = "/quotes/requests"
COOKIE = "__Host-codev"


@pytest.fixture(scope="module")
def forge(instance, tmp_path_factory):
    return Forge(instance, tmp_path_factory.mktemp("keys"))


def refused(answer):
    assert (answer.status, answer.problem) == (401, "unauthenticated"), answer
    assert answer["WWW-Authenticate"].startswith('Bearer realm="codev"')
    return answer


# ---- bearer tokens


def test_a_token_signed_as_it_should_be_is_believed(visitor, forge):
    """What the other tests change is right before it is changed."""
    assert visitor.bearer(forge.token()).get(LIST).status == 200


def test_the_scheme_may_be_spelt_in_any_case(visitor, instance):
    for scheme in ("bearer", "BEARER"):
        answer = visitor.get(LIST, Authorization=f"{scheme} {instance.staff_token}")
        assert answer.status == 200


def test_without_a_token_no_error_is_told(visitor):
    """RFC 6750 §3.1."""
    assert "error" not in refused(visitor.get(LIST))["WWW-Authenticate"]


def test_a_wrong_token_is_told_to_be_invalid(visitor):
    answer = refused(visitor.bearer("x").get(LIST))
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("authorization", [
    "Bearer", "Bearer ", "Bearer x", "Bearer x.y", "Bearer x.y.z", "Bearer ..", "Bearer a.b.c.d",
    "Basic c3RhZmY6c3RhZmY=", "Negotiate x", "x", "Bearer " + "x" * 7000, "Bearer \xff"])
def test_malformed_credentials_are_refused_even_where_visitors_may_go(visitor, authorization):
    for path in (LIST, "/quotes/form"):
        refused(visitor.get(path, Authorization=authorization))


def test_a_token_changed_in_one_letter_is_refused(visitor, instance):
    """RFC 8725 §3.3; ASVS 9.1.1."""
    token = instance.staff_token
    for at in (5, len(token) // 2, token.rindex(".") + 10):
        letter = "A" if token[at] != "A" else "B"
        refused(visitor.bearer(token[:at] + letter + token[at + 1:]).get(LIST))
    unsigned = token.rpartition(".")[0]
    for other in (token[:-2], token + "A", token + "=", token + ".x", unsigned + ".", unsigned):
        refused(visitor.bearer(other).get(LIST))


def test_parts_of_two_tokens_make_none(visitor, forge):
    """RFC 8725 §3.3; ASVS 9.1.1."""
    one, other = forge.token(role="participant").split("."), forge.token().split(".")
    refused(visitor.bearer(f"{one[0]}.{other[1]}.{one[2]}").get(LIST))


@pytest.mark.parametrize("claims", [
    {"exp": 1000000000, "iat": 999999000},
    {"iss": "urn:codev:other"}, {"iss": None}, {"aud": "urn:codev:other"}, {"aud": None},
    {"exp": None}, {"iat": None}, {"exp": "tomorrow"}, {"iat": 4102444800, "exp": 4102445000},
    {"nbf": 4102444800}, {"exp": 253402300799},
    {"role": None}, {"role": "visitor"}, {"role": "root"}, {"role": ["staff"]},
    {"role": "staff,admin"}, {"sub": None}, {"sub": ""}, {"sub": "x" * 300}, {"org": None},
    {"org": ""}, {"org": ["ecole"]}, {"jti": None},
], ids=str)
def test_a_wrong_claim_is_refused(visitor, forge, claims):
    """RFC 8725 §2.7, §3.8, §3.9; ASVS 9.2.1, 9.2.3."""
    refused(visitor.bearer(forge.token(**claims)).get(LIST))


def test_an_expired_token_is_refused_after_a_minute_of_leeway(visitor, forge):
    """ASVS 9.2.1."""
    now = int(time.time())
    assert visitor.bearer(forge.token(iat=now - 600, exp=now - 20)).get(LIST).status == 200
    refused(visitor.bearer(forge.token(iat=now - 600, exp=now - 90)).get(LIST))


def test_another_algorithm_is_refused(visitor, forge):
    """RFC 8725 §2.1, §3.1; ASVS 9.1.2, 9.1.3."""
    refused(visitor.bearer(forge.unsigned()).get(LIST))
    refused(visitor.bearer(forge.by_public_key()).get(LIST))
    for header in ({"alg": "ES384"}, {"alg": None}, {"alg": "es256"}, {"crit": ["exp"]},
                   {"jwk": {"kty": "EC"}}, {"jku": "http://127.0.0.1:9/"}):
        refused(visitor.bearer(forge.token(forge.header(**header))).get(LIST))


def test_another_key_is_refused(visitor, forge):
    """RFC 8725 §3.8, §3.10; ASVS 9.1.3."""
    refused(visitor.bearer(forge.token(key=forge.other_key)).get(LIST))
    refused(visitor.bearer(forge.token(forge.header(kid="other"))).get(LIST))
    refused(visitor.bearer(forge.token(forge.header(kid="../../key"))).get(LIST))


@pytest.mark.parametrize("organisation", ["nobody", "ECOLE", "ecole ", "'", "ecole%"])
def test_an_organisation_that_is_unknown_is_refused(visitor, forge, organisation):
    """RFC 8725 §2.9, §3.8, §3.10."""
    answer = visitor.bearer(forge.token(org=organisation)).get(LIST)
    assert answer.status == 401, answer


@pytest.mark.parametrize("subject", [
    "'", "x'; DELETE FROM core.person; --", "%", "\\", "$1", '"', "*)(uid=*", "../../etc/passwd"])
def test_a_subject_is_a_value_and_nothing_that_is_run(visitor, forge, owner_database, subject):
    """RFC 8725 §2.9, §3.10."""
    assert visitor.bearer(forge.token(sub=subject)).get(LIST).status == 200
    cursor = owner_database.cursor()
    cursor.execute("SELECT count(*) FROM core.person WHERE subject = %s", [subject])
    assert cursor.fetchone() == (1,)


def test_a_deactivated_person_is_refused(visitor, forge, owner_database):
    """RFC 8725 §3.8: the subject must be somebody here."""
    client = visitor.bearer(forge.token(sub="leaver"))
    assert client.get(LIST).status == 200
    cursor = owner_database.cursor()
    for status, expected in (("deactivated", 401), ("active", 200)):
        cursor.execute("UPDATE core.person SET status = %s WHERE subject = 'leaver'", [status])
        owner_database.commit()
        for _ in range(10):  # each worker remembers the token
            assert client.get(LIST).status == expected


def test_people_of_one_name_first_seen_at_once_are_one(instance, owner_database):
    subject = f"twin-{time.time_ns()}"
    client = instance.as_role("staff", subject=subject)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: client.get(LIST).status, range(16)))
    assert statuses == [200] * 16
    cursor = owner_database.cursor()
    cursor.execute("SELECT count(*) FROM core.person WHERE subject = %s", [subject])
    assert cursor.fetchone() == (1,)


def test_a_writer_first_seen_is_admitted_as_well(instance):
    client = instance.as_role("manager", subject=f"writer-{time.time_ns()}")
    assert client.post(LIST, EXAMPLE).status == 201


def test_the_command_makes_tokens_of_one_role(instance):
    token = instance.token("manager", subject="alice", ttl=120)
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["role"] == "manager"
    assert claims["sub"] == "alice"
    assert claims["org"] == "ecole"
    assert claims["exp"] - claims["iat"] == 120
    assert abs(claims["iat"] - time.time()) < 60


# ---- the cookie


def with_cookie(client, *values, name=COOKIE, others=""):
    pairs = [f"{name}={value}" for value in values]
    return client.with_headers(Cookie="; ".join([*pairs, *([others] if others else [])]))


def test_the_cookie_opens_what_the_token_opens(visitor, instance):
    client = with_cookie(visitor, instance.staff_token)
    assert client.get(LIST).status == 200
    assert client.get(LIST, Accept=BROWSER).media_type == "text/html"


def test_the_cookie_is_found_among_others(visitor, instance):
    own = f"{COOKIE}={instance.staff_token}"
    for cookie in (f"a=b; {own}; c=d", f"{own};", f"x{COOKIE}=1; {own}"):
        assert visitor.get(LIST, Cookie=cookie).status == 200


@pytest.mark.parametrize("name", ["codev", "__host-codev", "__Secure-codev", "x__Host-codev",
                                  "__Host-codev2", "__Host-Codev"])
def test_a_cookie_of_another_name_is_none(visitor, instance, name):
    refused(with_cookie(visitor, instance.staff_token, name=name).get(LIST))


@pytest.mark.parametrize("value", ["", "x", "x.y.z", '"', "x" * 3000])
def test_a_broken_cookie_leaves_a_visitor(visitor, value):
    client = with_cookie(visitor, value)
    refused(client.get(LIST))
    assert client.get("/quotes/form").status == 200
    assert client.post(LIST, EXAMPLE).status == 201
    assert client.post_form(LIST, FIELDS, Origin="https://school.example").status == 303


def test_an_expired_cookie_leaves_a_visitor(visitor, forge):
    now = int(time.time())
    client = with_cookie(visitor, forge.token(iat=now - 600, exp=now - 90))
    refused(client.get(LIST))
    assert client.get("/quotes/form").status == 200


def test_two_cookies_of_that_name_are_not_believed(visitor, instance):
    token = instance.staff_token
    for values in ((token, token), (token, "x"), ("x", token), ("", token)):
        client = with_cookie(visitor, *values)
        refused(client.get(LIST))
        assert client.get("/quotes/form").status == 200


def test_a_bearer_token_counts_before_a_cookie(visitor, instance):
    client = with_cookie(visitor, instance.staff_token)
    refused(client.bearer("x").get(LIST))
    answer = client.bearer(instance.token("participant")).get(LIST)
    assert answer.status == 403


FOREIGN = ["https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1:1",
           "http://localhost", "{origin}.evil.example", "{origin}/", "https{tail}", "{origin} x"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_post_with_the_cookie_from_a_foreign_origin_is_refused(visitor, instance, origin):
    origin = origin.format(origin=visitor.origin, tail=visitor.origin.removeprefix("http"))
    client = with_cookie(visitor, instance.staff_token)
    for content_type, body in (("application/xml", EXAMPLE), (FORM, "a=b")):
        answer = client.post(LIST, body, Origin=origin, Content_Type=content_type)
        assert answer.status == 403, origin
        assert content_type == FORM or answer.problem == "foreign-origin"


def test_a_post_with_the_cookie_and_no_origin_is_refused(visitor, instance):
    answer = with_cookie(visitor, instance.staff_token).post(LIST, EXAMPLE)
    assert (answer.status, answer.problem) == (403, "foreign-origin")


def test_a_post_with_the_cookie_from_the_own_origin_is_taken(visitor, instance):
    client = with_cookie(visitor, instance.staff_token).with_headers(Origin=visitor.origin)
    assert client.post(LIST, EXAMPLE).status == 201
    assert client.post_form(LIST, FIELDS).status == 303


def test_reading_with_the_cookie_does_not_ask_for_an_origin(visitor, instance):
    client = with_cookie(visitor, instance.staff_token)
    assert client.get(LIST, Origin="https://evil.example").status == 200
    assert client.request("HEAD", LIST).status == 200


def test_a_bearer_token_and_a_visitor_may_come_from_anywhere(visitor, staff):
    for client in (visitor, staff):
        assert client.post(LIST, EXAMPLE, Origin="https://evil.example").status == 201


@pytest.mark.parametrize("role, status", [
    ("staff", 401), ("admin", 403), ("manager", 403), ("participant", 403)])
def test_the_school_alone_has_staff(instance, owner_database, role, status):
    """A client's organisation that names somebody staff names nobody of the school's."""
    with owner_database.cursor() as cursor:
        cursor.execute("INSERT INTO core.organisation (id, slug, name)"
                       " VALUES (gen_random_uuid(), 'aciers', 'Aciers') ON CONFLICT DO NOTHING")
    owner_database.commit()
    caller = instance.as_role(role, organisation="aciers")
    assert caller.get("/quotes/requests").status == status
