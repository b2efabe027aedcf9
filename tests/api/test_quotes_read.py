# SPDX-License-Identifier: MPL-2.0
"""Staff read requests for a quote; nobody else does."""

import pytest
from client import BROWSER, QUOTES
from documents import EXAMPLE, MINIMAL, changed, element
from lxml import etree

NOT_STAFF = ["participant", "facilitator", "manager", "admin"]
UNKNOWN = "/quotes/requests/019ab0c2-7e1f-7b3a-8c4d-0123456789ab"


@pytest.fixture(scope="module")
def created(instance):
    answer = instance.visitor.post("/quotes/requests", EXAMPLE)
    assert answer.status == 201, answer
    return answer


def canonical(node):
    document = etree.fromstring(etree.tostring(node), etree.XMLParser(remove_blank_text=True))
    return etree.tostring(document, method="c14n")


def listed(answer):
    assert answer.status == 200, answer
    assert etree.QName(answer.root) == etree.QName(QUOTES, "quote-requests")
    return answer.root.findall(f"{{{QUOTES}}}quote-request")


def test_the_location_shows_the_very_document_that_was_answered(created, staff):
    answer = staff.get(created["Location"])
    assert answer.status == 200
    assert answer.media_type == "application/xml"
    assert canonical(answer.root) == canonical(created.root)


def test_a_minimal_one_is_shown_without_what_it_has_not(visitor, staff):
    created = visitor.post("/quotes/requests", MINIMAL)
    answer = staff.get(created["Location"])
    for path in ("organisation/siren", "contact/phone", "contact/position", "need/objective",
                 "need/sessions", "need/starting-from", "need/message"):
        assert answer.text(path) is None, path


def test_an_id_may_be_written_in_capitals(created, staff):
    answer = staff.get(f"/quotes/requests/{created.text('@id').upper()}")
    assert answer.status == 200
    assert answer.text("@id") == created.text("@id")


def test_the_list_begins_with_the_newest(visitor, staff):
    made = [visitor.post("/quotes/requests", EXAMPLE).text("@id") for _ in range(3)]
    ids = [node.get("id") for node in listed(staff.get("/quotes/requests"))]
    positions = [ids.index(each) for each in made]
    assert positions == sorted(positions, reverse=True)
    moments = [node.get("received-at") for node in listed(staff.get("/quotes/requests"))]
    assert moments == sorted(moments, reverse=True)


def test_the_list_shows_each_in_full(visitor, staff):
    created = visitor.post("/quotes/requests", EXAMPLE)
    alone = staff.get(created["Location"])
    (item,) = [node for node in listed(staff.get("/quotes/requests"))
               if node.get("id") == created.text("@id")]
    assert canonical(item) == canonical(alone.root)


def test_references_are_unique(staff):
    references = [node.get("reference") for node in listed(staff.get("/quotes/requests"))]
    assert len(set(references)) == len(references)


@pytest.mark.parametrize("path", ["/quotes/requests", UNKNOWN])
def test_a_visitor_is_asked_to_sign_in(visitor, path):
    answer = visitor.get(path)
    assert answer.status == 401
    assert answer.problem == "unauthenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("role", NOT_STAFF)
def test_every_other_role_is_refused(instance, created, role):
    client = instance.as_role(role)
    for path in ("/quotes/requests", created["Location"], UNKNOWN):
        answer = client.get(path)
        assert (answer.status, answer.problem) == (403, "forbidden"), path


def test_an_unknown_person_is_made_at_first_use(instance, created, owner_database):
    client = instance.as_role("staff", subject=f"new-{created.text('@id')}")
    for _ in range(2):
        assert client.get(created["Location"]).status == 200
    cursor = owner_database.cursor()
    cursor.execute("SELECT count(*) FROM core.person WHERE subject = %s",
                   [f"new-{created.text('@id')}"])
    assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("identifier", [
    "019ab0c2-7e1f-7b3a-8c4d-0123456789ab", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_one_is_not_found(staff, identifier):
    answer = staff.get(f"/quotes/requests/{identifier}")
    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("segment", [
    "1", "x", "019ab0c2-7e1f-7b3a-8c4d-0123456789a", "019ab0c2-7e1f-7b3a-8c4d-0123456789abc",
    "019ab0c27e1f7b3a8c4d0123456789ab", "%7B019ab0c2-7e1f-7b3a-8c4d-0123456789ab%7D", "%20",
    "'", "%FF", "019ab0c2-7e1f-7b3a-8c4d-0123456789ab%0A", "", "%C3%A9", "quotes%2Frequests"])
def test_what_is_no_uuid_is_not_found(staff, segment):
    answer = staff.get(f"/quotes/requests/{segment}")
    assert (answer.status, answer.problem) == (404, "not-found")


# ---- pages


def test_staff_in_a_browser_read_the_list_as_a_page(staff, visitor):
    name = element("name", "Société É. &amp; &lt;Fils>")
    created = visitor.post("/quotes/requests", changed(name))
    answer = staff.get("/quotes/requests", Accept=BROWSER)
    assert answer.status == 200
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert answer.page.get("lang") == "fr"
    (link,) = answer.page.xpath("//a[@href=$href]", href=created["Location"])
    assert "Société É. & <Fils>" in link.text_content()


def test_staff_in_a_browser_read_one_as_a_page(created, staff):
    answer = staff.get(created["Location"], Accept=BROWSER)
    assert answer.status == 200
    text = answer.page_text()
    for word in ("Aciers du Midi", "Hélène", "Brûlé", "helene.brule@aciers.example", "DRH", "14",
                 "Deux groupes, de préférence le mardi.", created.text("@reference")):
        assert word in text, word


def test_pages_show_text_as_text(visitor, staff):
    hostile = '<script>alert(1)</script>" onmouseover="x'
    escaped = hostile.replace("<", "&lt;")
    created = visitor.post("/quotes/requests",
                           changed(element("message", escaped), element("family-name", escaped)))
    for path in (created["Location"], "/quotes/requests"):
        answer = staff.get(path, Accept=BROWSER)
        assert hostile in answer.page_text()
        assert not answer.page.xpath("//script|//@onmouseover")


@pytest.mark.parametrize("accept", ["text/html", BROWSER, "text/*", "text/html;q=0.2, image/png"])
def test_accept_chooses_the_page(staff, accept):
    assert staff.get("/quotes/requests", Accept=accept).media_type == "text/html"


@pytest.mark.parametrize("accept", [
    None, "*/*", "application/xml", "application/*", "text/html, application/xml",
    "text/html;q=0.5, application/xml;q=0.6", "text/html;q=0, */*", "application/json, */*;q=0.1"])
def test_accept_chooses_the_document(staff, accept):
    answer = staff.get("/quotes/requests", Accept=accept)
    assert (answer.status, answer.media_type) == (200, "application/xml")


@pytest.mark.parametrize("accept", [
    "application/json", "application/pdf", "image/*", "application/xml;q=0", "*/*;q=0",
    "text/html;q=0, application/xml;q=0.0"])
def test_what_there_is_not_is_not_acceptable(staff, accept):
    answer = staff.get("/quotes/requests", Accept=accept)
    assert (answer.status, answer.problem) == (406, "not-acceptable")


def test_a_browser_without_leave_sees_a_page_that_says_so(visitor, instance):
    answer = visitor.get("/quotes/requests", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (401, "text/html")
    assert "connecter" in answer.page_text()
    answer = instance.as_role("manager").get("/quotes/requests", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (403, "text/html")
