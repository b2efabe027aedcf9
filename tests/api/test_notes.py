# SPDX-License-Identifier: MPL-2.0
"""Objects of organisations, seen at the plugin notes: each has its own, under keys of its own."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from notes import KEYS, NOTES, note, put, suggestion, titles


@pytest.fixture
def key():
    return str(uuid.uuid4())


def test_two_organisations_use_the_same_key(notes, key):
    """Neither overwrites the other's, nor learns that there is one."""
    aciers, banque = notes.person(), notes.person(organisation="banque")
    first = put(aciers, f"{KEYS}/{key}", note("Des Aciers"))
    second = put(banque, f"{KEYS}/{key}", note("De la Banque"))
    assert (first.status, second.status) == (201, 201)
    assert first["Location"] != second["Location"]
    assert titles(aciers.get(f"{KEYS}/{key}")) == ["Des Aciers"]
    assert titles(banque.get(f"{KEYS}/{key}")) == ["De la Banque"]
    assert banque.request("DELETE", f"{KEYS}/{key}", If_Match="*").status == 204
    assert titles(aciers.get(f"{KEYS}/{key}")) == ["Des Aciers"]


def test_a_first_put_makes_and_the_next_one_names_its_version(notes, key):
    made = notes.write(key=key, title="Un")
    path = f"{KEYS}/{key}"
    assert made["Location"] == made.root.get("href")
    assert put(notes.person(), path, note("Deux")).status == 428
    changed = put(notes.person(), path, note("Deux"), If_Match=made["ETag"])
    assert (changed.status, titles(changed)) == (200, ["Deux"])
    assert put(notes.person(), path, note("Trois"), If_Match=made["ETag"]).status == 412
    assert titles(notes.person().get(made["Location"])) == ["Deux"]


def test_of_first_puts_at_once_each_organisation_keeps_one(notes, key):
    clients = [notes.person(organisation=name) for name in ("aciers", "banque")] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: put(each, f"{KEYS}/{key}", note()), clients))
    for mine in (answers[::2], answers[1::2]):
        assert sorted(answer.status for answer in mine)[0] == 201
        assert {answer.status for answer in mine} <= {201, 409, 428}
        assert [answer.status for answer in mine].count(201) == 1


# ---- who sees what


def test_members_see_their_own_organisations(notes, key):
    notes.write(title=f"{key} A")
    notes.write(notes.person(organisation="banque"), title=f"{key} B")
    for role in ("participant", "facilitator", "manager"):
        for organisation, expected in (("aciers", "A"), ("banque", "B"), ("ecole", None)):
            seen = titles(notes.person(role, organisation).get(f"{NOTES}?limit=200"))
            assert [title[-1] for title in seen if key in title] == [expected] * bool(expected)


def test_the_schools_staff_read_all_and_change_none(notes, key):
    made = [notes.write(notes.person(organisation=name), key=key, title=key)
            for name in ("aciers", "banque")]
    assert titles(notes.staff.get(f"{NOTES}?limit=200")).count(key) == 2
    for answer in made:
        assert notes.staff.get(answer["Location"]).status == 200
        assert notes.staff.get(f"{answer['Location']}/replies").status == 403
    for method in ("PUT", "DELETE"):
        assert notes.staff.request(method, f"{KEYS}/{key}", If_Match="*").status == 403


@pytest.mark.parametrize("role", ["visitor", "admin"])
def test_others_see_none(notes, role):
    made = notes.write()
    client = notes.visitor if role == "visitor" else notes.person(role, "ecole")
    for path in (NOTES, made["Location"], "/notes/summary"):
        assert client.get(path).status == (401 if role == "visitor" else 403)


def test_a_note_is_changed_by_who_wrote_it_and_by_managers(notes, key):
    made = notes.write(key=key)
    path = f"{KEYS}/{key}"
    colleague = notes.person(subject="colleague")
    assert colleague.get(path).status == 200
    assert put(colleague, path, note("Autre"), If_Match=made["ETag"]).status == 412
    assert put(colleague, path, note("Autre")).status == 409
    assert colleague.request("DELETE", path, If_Match="*").status == 404
    assert notes.person("facilitator").request("DELETE", path, If_Match="*").status == 403
    assert titles(colleague.get(path)) == ["Ordre du jour"]
    assert put(notes.person("manager"), path, note("Autre"), If_Match="*").status == 200
    assert notes.person("manager").request("DELETE", path, If_Match="*").status == 204


def test_a_list_is_narrowed(notes, key):
    author = notes.person(subject=key)
    made = notes.write(author, title="toujours")
    notes.write(author, title="un jour", expires_at="2100-01-01T00:00:00Z")
    notes.write(title="d’un autre")
    mine = f"{NOTES}?author={made.root.get('author')}"
    reader = notes.person("facilitator")
    assert titles(reader.get(mine)) == ["un jour", "toujours"]
    assert titles(reader.get(f"{mine}&expires=yes")) == ["un jour"]
    assert titles(reader.get(f"{mine}&expires=no")) == ["toujours"]
    assert titles(notes.person("facilitator", "banque").get(mine)) == []


def test_a_view_shows_what_its_reader_sees(notes):
    """With its owner's rights it would show all organisations to each."""
    aciers = notes.write().root.get("organisation")
    banque = notes.write(notes.person(organisation="banque")).root.get("organisation")

    def rows(client):
        return {node.get("id"): int(node.get("notes")) for node in client.get("/notes/summary").root}

    own = rows(notes.person("manager"))
    assert set(own) == {aciers}
    assert own[aciers] == len(titles(notes.person("manager").get(f"{NOTES}?limit=200")))
    assert set(rows(notes.staff)) >= {aciers, banque}


def test_anybody_suggests_and_staff_read(notes, key):
    answer = notes.visitor.post("/notes/suggestions", suggestion(key))
    assert answer.status == 201
    assert notes.visitor.get(answer["Location"]).status == 401
    assert notes.person("manager").get(answer["Location"]).status == 403
    assert notes.staff.get(answer["Location"]).root.findtext("{*}text") == key
