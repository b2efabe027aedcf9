# SPDX-License-Identifier: MPL-2.0
"""Tokens of organisations' own identity providers: who is believed, as whom, and what they never
reach. RFC 8725 and OWASP ASVS 5.0 V9 are named where a test is one of theirs."""

import hashlib
import hmac
import json
import time
import uuid

import psycopg2
import pytest
from client import BROWSER
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from documents import EXAMPLE
from lxml import etree
from providers import ALGORITHMS, Provider, issuer_element, jwk, make_key, write_json
from tokens import Forge, encode

LIST = "/quotes/requests"
ACIERS = "https://idp.aciers.example"
BANQUE = "https://banque.example/oidc"


class Site:
    """An instance that believes four issuers: of two client organisations, of the school itself, and
    a second one of the first organisation."""

    def __init__(self, instance, directory):
        self.instance = instance
        self.aciers = Provider("aciers", ACIERS, "participant manager")
        self.banque = Provider("banque", BANQUE, "participant manager")
        self.ecole = Provider("ecole", "https://idp.ecole.example", "facilitator staff")
        self.mines = Provider("aciers", "https://idp.mines.example", "participant staff")
        self.providers = [self.aciers, self.banque, self.ecole, self.mines]
        self.forge = Forge(instance, directory)
        elements = []
        for number, provider in enumerate(self.providers):
            path = write_json(instance.home / f"{number}.jwks.json", provider.jwks())
            elements.append(issuer_element(provider.organisation, provider.url,
                                           provider.audience, provider.roles, path))
        (instance.home / "issuers.xml").write_text("\n".join(elements))
        self.run("INSERT INTO core.organisation (id, slug, name) VALUES"
                 " (gen_random_uuid(), 'aciers', 'Aciers du Midi'),"
                 " (gen_random_uuid(), 'banque', 'Banque')")
        instance.stop()
        instance.start()

    def run(self, sql, *values):
        """As the owner, who sees all."""
        return self.instance.run_as_owner(sql, *values)

    def people(self, subject):
        return sorted(self.run(
            "SELECT o.slug, p.issuer FROM core.person p"
            " JOIN core.organisation o ON o.id = p.organisation WHERE p.subject = %s", subject))

    def bearer(self, token):
        return self.instance.visitor.bearer(token)


@pytest.fixture(scope="module")
def site(make_instance, tmp_path_factory):
    return Site(make_instance(), tmp_path_factory.mktemp("keys"))


def believed(answer):
    """Known, and not let in: the list of requests is the school's staff's."""
    assert (answer.status, answer.problem) == (403, "forbidden"), answer


def refused(answer):
    assert (answer.status, answer.problem) == (401, "unauthenticated"), answer
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


# ---- accepted where right


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_is_believed(site, algorithm):
    believed(site.bearer(site.aciers.token(algorithm)).get(LIST))
    assert site.bearer(site.ecole.token(algorithm)).get(LIST).status == 200


@pytest.mark.parametrize("header", [
    {"typ": None}, {"typ": "JWT"}, {"typ": "application/at+jwt"}, {"x5t": "AAAA"},
    {"x5t#S256": "AAAA"}, {"kid": None}], ids=str)
def test_headers_of_real_providers_are_taken(site, header):
    believed(site.bearer(site.aciers.token(header=site.aciers.header(**header))).get(LIST))


def test_a_manager_writes_as_a_person_of_the_organisation(site):
    subject = f"writer-{uuid.uuid4()}"
    client = site.bearer(site.aciers.token(sub=subject))
    for _ in range(12):  # by several workers
        assert client.post(LIST, EXAMPLE).status == 201
    assert site.people(subject) == [("aciers", ACIERS)]


def test_staff_of_the_schools_own_provider_read(site):
    created = site.instance.visitor.post(LIST, EXAMPLE)
    staff = site.bearer(site.ecole.token(role=["offline_access", "staff"]))
    assert staff.get(created["Location"]).status == 200


def test_without_a_role_one_is_a_participant_where_the_issuer_makes_those(site):
    believed(site.bearer(site.aciers.token(role=None)).get(LIST))
    refused(site.bearer(site.ecole.token(role=None)).get(LIST))


def test_a_browser_is_believed_by_its_cookie(site):
    token = site.ecole.token()
    answer = site.instance.visitor.get(LIST, Accept=BROWSER, Cookie=f"__Host-codev={token}")
    assert answer.status == 200
    answer = site.instance.visitor.get(LIST, Cookie=f"__Host-codev={site.aciers.token()}")
    believed(answer)


# ---- who is who


def test_one_subject_of_each_issuer_is_another_person(site):
    subject = f"alice-{uuid.uuid4()}"
    own = site.instance.token("manager", organisation="aciers", subject=subject)
    tokens = [provider.token(sub=subject, role=provider.roles.split()[0])
              for provider in site.providers] + [own]
    for token in tokens:
        for _ in range(4):
            assert site.bearer(token).post(LIST, EXAMPLE).status == 201
    assert site.people(subject) == sorted(
        [(provider.organisation, provider.url) for provider in site.providers] + [("aciers", "")])


def test_an_idempotency_key_is_one_persons(site):
    subject, key = f"alice-{uuid.uuid4()}", str(uuid.uuid4())
    first, again, other = (
        site.bearer(provider.token(sub=subject)).post(LIST, EXAMPLE, Idempotency_Key=key)
        for provider in (site.aciers, site.aciers, site.banque))
    assert [answer.status for answer in (first, again, other)] == [201] * 3
    assert first["Location"] == again["Location"] != other["Location"]


def test_a_deactivated_person_is_refused_and_the_namesakes_are_not(site):
    subject = f"leaver-{uuid.uuid4()}"
    clients = [site.bearer(provider.token(sub=subject)) for provider in (site.aciers, site.banque)]
    for client in clients:
        assert client.post(LIST, EXAMPLE).status == 201
    site.run("UPDATE core.person SET status = 'deactivated' WHERE subject = %s AND issuer = %s",
             subject, ACIERS)
    for _ in range(10):  # each worker remembers the token
        refused(clients[0].post(LIST, EXAMPLE))
        assert clients[1].post(LIST, EXAMPLE).status == 201


def test_a_suspended_organisation_is_refused_whole(site):
    client = site.bearer(site.banque.token(sub="bob"))
    assert client.post(LIST, EXAMPLE).status == 201
    site.run("UPDATE core.organisation SET status = 'suspended' WHERE slug = 'banque'")
    try:
        refused(client.post(LIST, EXAMPLE))
        assert site.bearer(site.aciers.token(sub="bob")).post(LIST, EXAMPLE).status == 201
    finally:
        site.run("UPDATE core.organisation SET status = 'active' WHERE slug = 'banque'")
    assert client.post(LIST, EXAMPLE).status == 201


# ---- never more than the issuer may grant, never another organisation


@pytest.mark.parametrize("claims", [
    {"role": "staff"}, {"role": "admin"}, {"role": "facilitator"}, {"role": ["staff"]},
    {"role": ["manager", "staff"]}, {"role": ["manager", "admin"]}, {"role": "manager staff"},
    {"role": "visitor"}, {"role": "root"}, {"role": []}, {"role": ["x"]}, {"role": {"staff": 1}},
    {"role": ""}, {"role": 16},
], ids=str)
def test_a_role_that_the_issuer_may_not_grant_is_refused(site, claims):
    """RFC 8725 §3.10."""
    for provider in (site.aciers, site.banque):
        refused(site.bearer(provider.token(**claims)).get(LIST))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_clients_people_never_read_what_is_the_staffs(site, algorithm):
    """Whatever else the token says."""
    created = site.instance.visitor.post(LIST, EXAMPLE)
    for role in ("participant", "manager"):
        token = site.aciers.token(algorithm, role=role, org="ecole", organisation="ecole",
                                  roles=["staff"], groups=["staff", "admin"], scope="staff admin",
                                  realm_access={"roles": ["admin"]}, sub="staff")
        for path in (LIST, created["Location"]):
            believed(site.bearer(token).get(path))


def test_a_client_has_no_staff_even_where_the_operator_says_so(site):
    """The school alone has; PostgreSQL refuses the others'."""
    refused(site.bearer(site.mines.token(role="staff")).get(LIST))
    believed(site.bearer(site.mines.token(role="participant")).get(LIST))


def test_a_token_names_no_other_organisation(site):
    subject = f"mole-{uuid.uuid4()}"
    for claim in ("org", "organisation", "tenant", "azp"):
        token = site.aciers.token(sub=subject, **{claim: "banque"})
        assert site.bearer(token).post(LIST, EXAMPLE).status == 201
    assert site.people(subject) == [("aciers", ACIERS)]


def test_people_of_one_organisation_do_not_enter_as_anothers(site):
    """In the database as well: who was admitted there, is known there alone."""
    subject = f"guest-{uuid.uuid4()}"
    assert site.bearer(site.aciers.token(sub=subject)).post(LIST, EXAMPLE).status == 201
    connection = psycopg2.connect(site.instance.database)
    for organisation, issuer, state in (
            ("banque", ACIERS, "CV002"), ("aciers", BANQUE, "CV002"), ("aciers", "", "CV002"),
            ("ecole", ACIERS, "CV002"), ("nobody", ACIERS, "CV001"), ("aciers", None, "CV002")):
        with pytest.raises(psycopg2.Error) as caught, connection.cursor() as cursor:
            cursor.execute("SELECT core.enter('person', %s, %s, %s, 'manager', true)",
                           [organisation, issuer, subject])
        assert caught.value.pgcode == state
        connection.rollback()
    with connection.cursor() as cursor:
        cursor.execute("SELECT core.enter('person', 'aciers', %s, %s, 'manager', true)",
                       [ACIERS, subject])
    connection.close()


# ---- attacks


def test_the_key_of_one_issuer_with_the_name_of_another_is_refused(site):
    """RFC 8725 §2.7, §3.8; ASVS 9.1.3."""
    for algorithm in ALGORITHMS:
        refused(site.bearer(site.aciers.token(algorithm, iss=BANQUE)).get(LIST))
        refused(site.bearer(site.banque.token(algorithm, iss=ACIERS)).get(LIST))
        refused(site.bearer(site.aciers.token(algorithm, iss=site.ecole.url, role="staff"))
                .get(LIST))


def test_no_issuer_speaks_for_the_installation(site):
    """RFC 8725 §3.8, §3.12."""
    forge = site.forge
    claims = forge.claims(role="admin")
    key = site.aciers.keys["ES256"]
    for header in (forge.header(), site.aciers.header(typ="JWT")):
        refused(site.bearer(site.aciers.token(header=header, key=key, **claims)).get(LIST))


def test_the_installation_speaks_for_no_issuer(site):
    """RFC 8725 §3.8, §3.12."""
    claims = {**site.aciers.claims(), "jti": "x", "org": "aciers"}
    for header in (site.forge.header(), site.forge.header(kid="ES256")):
        refused(site.bearer(site.forge.token(header, **claims)).get(LIST))


def test_unsigned_tokens_are_refused(site):
    """RFC 8725 §2.1; ASVS 9.1.1, 9.1.2."""
    for name in ("none", "None", "NONE"):
        token = site.aciers.token(header=site.aciers.header(alg=name))
        head = token.rpartition(".")[0]
        for text in (token, head, head + ".", head + ".AA"):
            refused(site.bearer(text).get(LIST))


def test_a_public_key_is_no_shared_secret(site):
    """RFC 8725 §2.1; ASVS 9.1.2: alg confusion."""
    for name, key in site.aciers.keys.items():
        public = key.public_key()
        secrets = [public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
                   public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
                   json.dumps(jwk(key)).encode(), b""]
        for secret in secrets:
            for alg in ("HS256", name if name != "RSA" else "RS256"):
                header = site.aciers.header(alg=alg, kid=name)
                text = f"{encode(header)}.{encode(site.aciers.claims())}"
                mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
                refused(site.bearer(f"{text}.{encode(mac)}").get(LIST))


def test_an_algorithm_belongs_to_its_kind_of_key(site):
    """RFC 8725 §3.1; ASVS 9.1.2: every algorithm by every key's id, signed by whichever fits."""
    for algorithm in ALGORITHMS:
        for name in site.aciers.keys:
            if name != site.aciers.key_id(algorithm):
                header = site.aciers.header(algorithm, kid=name)
                refused(site.bearer(site.aciers.token(algorithm, header)).get(LIST))


def test_the_algorithm_named_is_the_one_used(site):
    """RFC 8725 §3.1; ASVS 9.1.2."""
    for named in ALGORITHMS:
        for used in ALGORITHMS:
            if named != used and site.aciers.key_id(named) == site.aciers.key_id(used) == "RSA":
                token = site.aciers.token(used, site.aciers.header(named))
                refused(site.bearer(token).get(LIST))


@pytest.mark.parametrize("header", [
    {"jku": "http://127.0.0.1:9/"}, {"x5u": "http://127.0.0.1:9/"}, {"x5c": ["MIIB"]},
    {"jwk": {"kty": "EC"}}, {"crit": ["exp"]}, {"crit": []}, {"b64": True}, {"zip": "DEF"},
    {"enc": "A128GCM"}, {"cty": "JWT"}, {"typ": "logout+jwt"}, {"typ": "dpop+jwt"}, {"typ": ""},
    {"kid": "other"}, {"kid": "../../key"}, {"kid": 1}, {"alg": None}, {"alg": "ES256K"},
], ids=str)
def test_a_dangerous_header_is_refused(site, header):
    """RFC 8725 §2.9, §3.10, §3.11; ASVS 9.1.3, 9.2.2."""
    refused(site.bearer(site.aciers.token(header=site.aciers.header(**header))).get(LIST))


def test_a_key_that_travels_in_the_token_is_refused(site):
    """RFC 8725 §2.9, §3.10; ASVS 9.1.3."""
    key = make_key("ES256")
    for header in ({"jwk": jwk(key)}, {"jwk": jwk(key), "kid": None}, {}, {"kid": None}):
        token = site.aciers.token(header=site.aciers.header(**header), key=key)
        refused(site.bearer(token).get(LIST))


@pytest.mark.parametrize("claims", [
    {"iss": None}, {"iss": ACIERS + "/"}, {"iss": "https://attacker.example"}, {"iss": [ACIERS]},
    {"iss": ""}, {"aud": None}, {"aud": "other"}, {"aud": ACIERS}, {"aud": ["other"]},
    {"aud": {"codev": 1}}, {"exp": None}, {"exp": 1000000000, "iat": 999999000}, {"iat": None},
    {"iat": 4102444800, "exp": 4102445000}, {"nbf": 4102444800}, {"exp": 253402300799},
    {"exp": "tomorrow"}, {"sub": None}, {"sub": ""}, {"sub": ["alice"]}, {"sub": "x" * 300},
    {"jti": ""}, {"nonce": "n"}, {"at_hash": "x"}, {"cnf": {"jkt": "x"}},
    {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
], ids=str)
def test_a_wrong_claim_is_refused(site, claims):
    """RFC 8725 §2.7, §2.8, §3.8, §3.9, §3.12; ASVS 9.2.1 to 9.2.3."""
    refused(site.bearer(site.aciers.token(**claims)).get(LIST))


def test_an_expired_token_is_refused_though_remembered(site):
    """ASVS 9.2.1."""
    now = int(time.time())
    token = site.aciers.token(iat=now - 600, exp=now - 57)
    for _ in range(10):
        believed(site.bearer(token).get(LIST))
    time.sleep(4)
    for _ in range(10):
        refused(site.bearer(token).get(LIST))


def test_a_token_changed_in_one_letter_is_refused(site):
    """ASVS 9.1.1."""
    for algorithm in ("RS256", "PS512", "ES384", "EdDSA"):
        token = site.aciers.token(algorithm)
        believed(site.bearer(token).get(LIST))
        for at in (5, len(token) // 3, token.rindex(".") + 10):
            letter = "A" if token[at] != "A" else "B"
            refused(site.bearer(token[:at] + letter + token[at + 1:]).get(LIST))


def test_a_token_goes_with_its_key(site):
    """RFC 8725 §3.8; ASVS 9.1.3: the memory of believed tokens does not outlive the keys."""
    token, key = site.aciers.token("ES256"), site.aciers.keys["ES256"]

    def restart_with(key):
        site.aciers.keys["ES256"] = key
        site.instance.stop()
        write_json(site.instance.home / "0.jwks.json", site.aciers.jwks())
        site.instance.start()

    for _ in range(10):
        believed(site.bearer(token).get(LIST))
    try:
        restart_with(make_key("ES256"))
        for _ in range(10):
            refused(site.bearer(token).get(LIST))
        believed(site.bearer(site.aciers.token("ES256")).get(LIST))
    finally:
        restart_with(key)
    believed(site.bearer(token).get(LIST))


def test_why_a_token_was_refused_is_logged_and_not_the_token(site):
    token = site.aciers.token(role="admin")
    answer = site.bearer(token).get(LIST)
    lines = site.instance.log_lines(answer["X-Request-Id"])
    assert any("event=token_refused" in line and "may grant" in line for line in lines)
    log = (site.instance.directory / "log" / "codev.log").read_text()
    assert token.split(".")[2] not in log


# ---- the operator's file


def check(site, tmp_path, *elements):
    """`codev check` with these issuers instead."""
    document = etree.parse(str(site.instance.config))
    tokens = document.find("tokens", {"": "urn:codev:config:1"})
    for node in tokens.findall("issuer", {"": "urn:codev:config:1"}):
        tokens.remove(node)
    config = tmp_path / "codev.xml"
    config.write_text(etree.tostring(document, encoding="unicode")
                      .replace("</key>", "</key>" + "".join(elements)))
    return site.instance.codev("check", config=config, check=False)


def issuer(path, organisation="aciers", url=ACIERS, audience="codev", roles="participant"):
    return issuer_element(organisation, url, audience, roles, path)


def test_issuers_are_checked_before_serving(site, tmp_path):
    good = write_json(tmp_path / "good.json", site.aciers.jwks())
    assert check(site, tmp_path).returncode == 0
    assert check(site, tmp_path, issuer(good)).returncode == 0
    assert check(site, tmp_path, issuer(good), issuer(good, url=BANQUE)).returncode == 0
    for elements, reason in (
            ([issuer(good), issuer(good, organisation="banque")], "repeats an earlier one"),
            ([issuer(good, url="urn:codev:installation")], "has the name of the installation"),
            ([issuer(good, roles="admin")], "must be some of participant"),
            ([issuer(good, roles="participant admin")], "must be some of participant"),
            ([issuer(good, roles="")], "required"),
            ([issuer(good, organisation="Aciers")], "short name"),
            ([issuer(good, audience="")], "required"),
            ([issuer(good, url="aciers")], "URI"),
            ([issuer(tmp_path / "none.json")], "cannot be opened"),
            ([issuer(tmp_path)], "is not a regular file")):
        done = check(site, tmp_path, *elements)
        assert done.returncode == 1, (elements, done)
        assert reason in done.stderr, done.stderr


def test_a_hostile_jwks_is_refused_with_a_sentence(site, tmp_path):
    key = make_key("EdDSA")
    good = jwk(key, kid="a")
    small = {"kty": "RSA", "n": encode(b"\xc5" * 128), "e": "AQAB"}
    curve = jwk(make_key("ES256"))
    for document, reason in (
            ({"keys": []}, "no key for"),
            ({}, "no list"),
            ([good], "not one JSON object"),
            ({"keys": [good, good]}, "Another key has its"),
            ({"keys": [good, {"kty": "oct", "k": "AAAA"}]}, "Key 2: It is a shared secret"),
            ({"keys": [{**good, "d": "AAAA"}]}, "private member"),
            ({"keys": [small]}, "1024 bits"),
            ({"keys": [{**curve, "y": curve["x"]}]}, "no sound key"),
            ({"keys": [{**good, "x": "AAAA"}]}, "32 bytes"),
            ({"keys": [{**good, "x": "A" * 43}]}, "small order"),
            ({"keys": [{**good, "x": good["x"] + "="}]}, "not base64url"),
            ({"keys": [{**good, "alg": "ES256"}]}, "not one of its kind"),
            ({"keys": [{**good, "kid": str(n)} for n in range(65)]}, "more than 64 keys"),
            ({"keys": [good], "x": "y" * 300000}, "longer than 262144 bytes")):
        path = write_json(tmp_path / "bad.json", document)
        done = check(site, tmp_path, issuer(path))
        assert done.returncode == 1, (document, done)
        assert reason in done.stderr, done.stderr
        assert f"The issuer {ACIERS}: The JWKS {path}" in done.stderr, done.stderr


def test_a_jwks_that_everybody_may_write_is_refused(site, tmp_path):
    path = write_json(tmp_path / "open.json", site.aciers.jwks())
    path.chmod(0o646)
    done = check(site, tmp_path, issuer(path))
    assert done.returncode == 1
    assert "writable by all users" in done.stderr


def test_an_organisation_that_the_database_does_not_know_is_refused(site):
    """Configured, and not there, or not yet."""
    site.run("UPDATE core.organisation SET slug = 'autre' WHERE slug = 'banque'")
    try:
        refused(site.bearer(site.banque.token(sub="carol")).post(LIST, EXAMPLE))
    finally:
        site.run("UPDATE core.organisation SET slug = 'banque' WHERE slug = 'autre'")
