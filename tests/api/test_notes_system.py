# SPDX-License-Identifier: MPL-2.0
"""codev itself as a caller, seen at the plugin notes: it does over all organisations what nobody else
may, and nobody else is taken for it."""

import uuid

import pytest
from notes import KEYS, NOTES, note, put, suggestion, titles
from providers import Provider, issuer_element, write_json

SWEEP = "/notes/sweep"
LONG_AGO = "2001-01-01T00:00:00Z"
ISSUER = "https://idp.aciers.example"


@pytest.fixture
def expired(notes):
    """A note whose time has come, and one of the same author that stays, in each organisation."""
    mark = str(uuid.uuid4())
    for organisation in ("aciers", "banque"):
        author = notes.person(organisation=organisation)
        notes.write(author, title=f"{mark} passée", expires_at=LONG_AGO)
        notes.write(author, title=f"{mark} à venir", expires_at="2199-01-01T00:00:00Z")
        notes.write(author, title=f"{mark} toujours")
    return mark


def left(notes, mark):
    return sorted(title.removeprefix(mark).strip()
                  for (title,) in notes.run("SELECT title FROM notes.note WHERE title LIKE %s",
                                            f"{mark}%"))


def test_it_sweeps_over_all_organisations(notes, expired):
    answer = notes.system.post(SWEEP)
    assert answer.status == 200
    assert int(answer.root.get("notes")) >= 2
    assert left(notes, expired) == ["toujours"] * 2 + ["à venir"] * 2
    again = notes.system.post(SWEEP)
    assert (again.status, again.root.get("notes")) == (200, "0")


def test_nobody_else_does(notes, expired):
    assert notes.visitor.post(SWEEP).status == 401
    callers = [notes.person(role, organisation) for organisation in ("aciers", "banque", "ecole")
               for role in ("participant", "facilitator", "manager")]
    for caller in (*callers, notes.staff, notes.person("admin", "ecole")):
        assert caller.post(SWEEP).status == 403
    assert len(left(notes, expired)) == 6


def test_it_is_nobody_elsewhere(notes, expired):
    """It has no organisation, and no route that is not named its own."""
    made = notes.write()
    for path in (NOTES, made["Location"], "/notes/summary", "/quotes/requests", "/"):
        assert notes.system.get(path).status == 403
    for answer in (put(notes.system, f"{KEYS}/{uuid.uuid4()}", note()),
                   notes.system.post("/notes/suggestions", suggestion())):
        assert answer.status == 403


def test_it_is_no_person(notes):
    assert notes.system.post(SWEEP).status == 200
    assert notes.run("SELECT count(*) FROM core.person WHERE subject = 'codev'") == [(0,)]


def test_its_idempotency_keys_are_its_own(notes, expired):
    key = str(uuid.uuid4())
    answers = [notes.system.post(SWEEP, Idempotency_Key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].root is not None and answers[1].body == b""
    assert notes.run("SELECT principal FROM core.idempotency WHERE key = %s", key) == [("system",)]


# ---- who is believed to be it


@pytest.mark.parametrize("claims", [
    {"role": "system", "org": None}, {"role": "System"}, {"role": "system "}, {"role": ["system"]},
    {"role": "system", "iss": "urn:codev:other"}, {"role": "system", "aud": "urn:codev:other"},
    {"role": "system", "exp": 1000000000, "iat": 999999000}, {"role": "system", "jti": None},
    {"role": "system", "sub": None}], ids=str)
def test_a_token_with_a_fault_is_not_believed(notes, claims):
    assert notes.visitor.bearer(notes.forge.token(**claims)).post(SWEEP).status == 401


def test_only_the_installations_own_key_makes_it(notes):
    forge = notes.forge
    for token in (forge.token(key=forge.other_key, role="system"),
                  forge.token(forge.header(kid="other"), role="system"),
                  forge.unsigned(), forge.by_public_key()):
        assert notes.visitor.bearer(token).post(SWEEP).status == 401


def test_as_a_cookie_it_is_nobody_from_elsewhere(notes):
    cookie = {"Cookie": f"__Host-codev={notes.forge.token(role='system')}"}
    for origin in (None, "https://evil.example"):
        assert notes.visitor.post(SWEEP, Origin=origin, **cookie).status == 403


def test_the_command_makes_no_such_token(notes):
    done = notes.instance.codev("token", "--organisation", "ecole", "--subject", "codev", "--role",
                                "system", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--role takes one of participant, facilitator, manager, staff, admin." in done.stderr


def test_no_issuer_grants_it(notes, tmp_path):
    """Neither by its list of roles, which is refused before anything is served, nor beyond it."""
    provider = Provider("aciers", ISSUER, "participant system")
    jwks = write_json(tmp_path / "jwks.json", provider.jwks())
    text = notes.instance.config.read_text()
    for roles, fine in (("participant system", False), ("system", False), ("participant", True)):
        element = issuer_element("aciers", ISSUER, "codev", roles, jwks)
        config = tmp_path / "codev.xml"
        config.write_text(text.replace("</key>", f"</key>{element}"))
        done = notes.instance.codev("check", config=config, check=False)
        assert (done.returncode == 0) is fine, (roles, done)
        assert fine or "must be some of participant" in done.stderr


@pytest.fixture(scope="module")
def issued(notes):
    """The instance believes an issuer whose people may be participants."""
    provider = Provider("aciers", ISSUER, "participant")
    path = write_json(notes.instance.home / "aciers.jwks.json", provider.jwks())
    issuers = notes.instance.home / "issuers.xml"
    issuers.write_text(issuer_element("aciers", ISSUER, "codev", "participant", path))
    notes.instance.stop()
    notes.instance.start()
    return provider


@pytest.mark.parametrize("role", ["system", ["system"], ["participant", "system"], "participant"],
                         ids=str)
def test_an_issuers_token_that_says_so_is_not_it(notes, issued, role):
    """A list is searched for what the issuer may grant: of two roles the one that it may counts."""
    client = notes.visitor.bearer(issued.token(role=role, org="ecole"))
    granted = "participant" in role
    assert client.post(SWEEP).status == (403 if granted else 401)
    assert client.get(NOTES).status == (200 if granted else 401)


def test_a_form_to_a_route_without_a_page_is_answered_with_the_document(notes, expired):
    """It was the end of a worker, and after five of the plugin's routes."""
    for _ in range(6):
        answer = notes.system.post_form(SWEEP, {"_idempotency-key": str(uuid.uuid4())})
        assert (answer.status, answer.media_type) == (200, "application/xml")
