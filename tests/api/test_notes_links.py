# SPDX-License-Identifier: MPL-2.0
"""Links that are capabilities, seen at the plugin notes: who has one sees one thing, and nobody finds
a link in the database or a log."""

import hashlib
import subprocess
import uuid
from pathlib import Path

import pytest
from client import BROWSER
from notes import NOTES, address_of, note, put, reply, titles, token_of

OTHERS = "A" * 43  # as good as any token, and nobody's


@pytest.fixture
def written(notes):
    return notes.write(title="Partagée")


@pytest.fixture
def shared(notes, written):
    return notes.share(written)


def replies(notes, written):
    answer = notes.person().get(f"{written['Location']}/replies")
    return [node.findtext("{*}text") for node in answer.root]


def fields_of(page):
    """The hidden fields of the page's form."""
    return {node.get("name"): node.get("value") for node in page.xpath("//form//input")}


# ---- what a link lets its holder do


def test_a_holder_sees_that_note_alone(notes, written, shared):
    other = notes.write(title="Pas partagée")
    answer = notes.visitor.get(address_of(shared))
    assert (answer.status, titles(answer)) == (200, ["Partagée"])
    assert set(answer.root.keys()) == {"version", "made-at"}, "it is not told whose it is"
    for made in (written, other):
        assert notes.visitor.get(made["Location"]).status == 401
    assert notes.visitor.get(NOTES).status == 401


def test_it_is_a_page_too(notes, shared):
    page = notes.page(address_of(shared))
    assert page.media_type == "text/html" and "Partagée" in page.page_text()
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", [OTHERS, "", "x", "A" * 42, "A" * 44, "A" * 42 + "=",
                                   "A" * 42 + "%C3%A9", "A" * 42 + "B",
                                   "A" * 42 + "%41%41", "../shared", "%00"])
def test_another_token_is_404(notes, shared, token):
    for client in (notes.visitor, notes.person(), notes.staff):
        for answer in (client.get(f"/notes/shared/{token}"),
                       client.post(f"/notes/shared/{token}", reply())):
            assert answer.status == 404 or (answer.status, token) == (400, "%00")


def test_a_token_is_its_very_letters(notes, shared):
    """No other spelling of it, nor its hash, which whoever reads the database has."""
    token = token_of(shared)
    turned = token.swapcase()
    digest = hashlib.sha256(token.encode()).hexdigest()
    for other in (turned, token[:-1], token + "A", digest, digest[:43]):
        assert notes.visitor.get(f"/notes/shared/{other}").status == 404


def test_a_revoked_link_leads_nowhere(notes, written, shared):
    another = notes.share(written)
    page = notes.page(address_of(shared)).page
    assert notes.person().request("DELETE", shared["Location"]).status == 428
    assert notes.person().request("DELETE", shared["Location"], If_Match="*").status == 204
    assert notes.visitor.get(address_of(shared)).status == 404
    assert notes.page(address_of(shared)).status == 404
    assert notes.visitor.post(address_of(shared), reply()).status == 404
    answer = notes.visitor.post_form(address_of(shared), {**fields_of(page), "text": "Trop tard"})
    assert answer.status == 404
    assert notes.visitor.get(address_of(another)).status == 200, "another link is another"
    assert replies(notes, written) == []


def test_links_go_with_their_note(notes):
    made = notes.write(key=(key := str(uuid.uuid4())))
    shared = notes.share(made)
    assert notes.person().request("DELETE", f"/notes/keys/{key}", If_Match="*").status == 204
    assert notes.visitor.get(address_of(shared)).status == 404


def test_a_holder_replies_and_reads_no_replies(notes, written, shared):
    answer = notes.visitor.post(address_of(shared), reply("Bien reçu"))
    assert answer.status == 201
    assert notes.visitor.get(answer["Location"]).status == 401
    assert notes.visitor.get(f"{written['Location']}/replies").status == 401
    assert replies(notes, written) == ["Bien reçu"]
    assert notes.person(organisation="banque").get(answer["Location"]).status == 404
    assert notes.person(organisation="banque").get(f"{written['Location']}/replies").status == 404


def test_a_holder_replies_by_the_pages_form(notes, written, shared):
    page = notes.page(address_of(shared)).page
    answer = notes.visitor.post_form(address_of(shared), {**fields_of(page), "text": " "})
    assert (answer.status, answer.media_type) == (422, "text/html")
    assert "pas encore envoyée" in answer.page_text() and "Partagée" in answer.page_text()
    answer = notes.visitor.post_form(address_of(shared),
                                     {**fields_of(answer.page), "text": "Bien reçu"})
    assert (answer.status, answer["Location"]) == (303, address_of(shared))
    assert replies(notes, written) == ["Bien reçu"]


# ---- somebody who is signed in, and has a link as well


def test_a_person_of_another_organisation_sees_it_by_the_link(notes, written, shared):
    notes.write(notes.person(organisation="banque"), title="À la Banque")
    for role in ("participant", "facilitator", "manager"):
        client = notes.person(role, "banque")
        assert client.get(address_of(shared)).root.findtext("{*}title") == "Partagée"
        assert client.get(address_of(shared), Accept=BROWSER).status == 200
        assert client.get(written["Location"]).status == 404
        assert "Partagée" not in titles(client.get(f"{NOTES}?limit=200"))
        assert client.get(f"{written['Location']}/replies").status == 404


def test_such_a_person_replies_and_changes_nothing(notes, written, shared):
    client = notes.person("manager", "banque")
    assert client.post(address_of(shared), reply("De la Banque")).status == 201
    assert replies(notes, written) == ["De la Banque"]
    assert client.post(f"{written['Location']}/links", '<link xmlns="urn:codev:notes:1">'
                       "<label>x</label></link>").status == 404
    assert client.get(shared["Location"]).status == 404
    assert client.request("DELETE", shared["Location"], If_Match="*").status == 404
    assert notes.visitor.get(address_of(shared)).status == 200


def test_a_link_opens_nothing_more_to_its_organisations_members(notes, shared):
    """They see all notes; by the link they see the one."""
    notes.write(title="Pas partagée")
    answer = notes.person().get(address_of(shared))
    assert answer.root.findtext("{*}title") == "Partagée"
    assert notes.person("facilitator").get(shared["Location"]).status == 403


def test_a_system_token_is_nobody_who_holds_a_link(notes, shared):
    assert notes.system.get(address_of(shared)).status == 403


# ---- what is kept


def test_keys_of_two_holders_do_not_meet(notes, written):
    """Nor those of a holder, a person and a visitor; of one and the same they do."""
    first, second = notes.share(written), notes.share(written)
    key = str(uuid.uuid4())
    for text, address in (("un", address_of(first)), ("deux", address_of(second))):
        for _ in range(2):
            answer = notes.visitor.post(address, reply(text), Idempotency_Key=key)
            assert answer.status == 201
    mine = notes.person("manager", "banque")
    for client in (mine, mine, notes.person("manager")):
        assert client.post(address_of(first), reply("trois"), Idempotency_Key=key).status == 201
    assert sorted(replies(notes, written)) == ["deux", "trois", "trois", "un"]
    reused = notes.visitor.post(address_of(first), reply("deux"), Idempotency_Key=key)
    assert (reused.status, reused.problem) == (422, "reused-idempotency-key")


def test_a_replay_leads_back_to_the_link(notes, written, shared):
    """Though of the address only a hash is kept."""
    form = {**fields_of(notes.page(address_of(shared)).page), "text": "Deux fois"}
    assert form["_idempotency-key"]
    answers = [notes.visitor.post_form(address_of(shared), form) for _ in range(2)]
    assert [(answer.status, answer["Location"]) for answer in answers] == \
        [(303, address_of(shared))] * 2
    assert replies(notes, written) == ["Deux fois"]


def dump(notes):
    """All that the database holds, as its owner sees it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    done = subprocess.run([str(programs[-1]), "--enable-row-security", "--data-only",
                           "--dbname", notes.instance.owner_database],
                          capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def test_a_token_is_in_no_dump_and_in_no_log_of_codevs(notes, written):
    """Its hash is: what is looked for would be found."""
    key = str(uuid.uuid4())
    path = f"{written['Location']}/links"
    document = '<link xmlns="urn:codev:notes:1"><label>Une fois</label></link>'
    made, again = (notes.person().post(path, document, Idempotency_Key=key) for _ in range(2))
    address, token = address_of(made), token_of(made)
    assert (again.status, again["Location"], again.body) == (201, made["Location"], b"")
    for client in (notes.visitor, notes.person("manager", "banque"), notes.staff):
        assert client.get(address).status == 200
        assert notes.page(address, client).status == 200
        for _ in range(2):
            assert client.post(address, reply(), Idempotency_Key=key).status == 201
        assert client.post(address, "<x/>", Idempotency_Key=key).status == 422
        form = {**fields_of(notes.page(address, client).page), "text": "Par la page"}
        for _ in range(2):
            assert client.post_form(address, form).status == 303
        assert client.request("DELETE", address).status == 405
        assert client.get(address, Accept="image/png").status == 406
        assert client.get(f"{address}/x").status == 404
    digest = hashlib.sha256(token.encode()).hexdigest()
    held = dump(notes)
    assert digest in held and f"/notes/shared/{digest}" in held
    assert token not in held
    assert notes.person().request("DELETE", made["Location"], If_Match="*").status == 204
    last = notes.visitor.get(address)
    assert last.status == 404
    notes.instance.log_lines(last["X-Request-Id"])
    log = (notes.instance.directory / "log" / "codev.log").read_text()
    assert "route=/shared/{token:capability}" in log
    assert token not in log and digest not in log
    assert token not in (notes.instance.directory / "log" / "postgresql.log").read_text()


def test_a_problem_tells_no_token(notes, shared):
    token = token_of(shared)
    for answer in (notes.visitor.post(address_of(shared), reply("")),
                   notes.visitor.post(address_of(shared), "<x"),
                   notes.visitor.request("DELETE", address_of(shared)),
                   put(notes.visitor, address_of(shared), note()),
                   notes.visitor.get(address_of(shared), Accept="image/png"),
                   notes.page(f"{address_of(shared)}/x")):
        assert answer.status >= 400
        assert token.encode() not in answer.body and token not in str(answer.headers)
