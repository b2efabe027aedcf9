# SPDX-License-Identifier: MPL-2.0
"""A visitor asks for a quote with a document: what is answered and what is stored."""

import datetime
import re

import pytest
from client import BROWSER, QUOTES
from documents import EXAMPLE, MINIMAL, changed, element, without
from lxml import etree

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
REFERENCE = r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"
COLUMNS = (
    "id::text, reference, status, received_at, organisation_name, organisation_siren,"
    " contact_given_name, contact_family_name, contact_email, contact_phone, contact_position,"
    " audience, objective, participants, groups, sessions, modality, starting_from, message,"
    " consent_text_version"
)


def post(visitor, document):
    answer = visitor.post("/quotes/requests", document)
    assert answer.status == 201, answer
    return answer


def stored(connection, answer):
    """The row of an answered request, as a dictionary."""
    cursor = connection.cursor()
    cursor.execute(f"SELECT {COLUMNS} FROM quotes.request WHERE id = %s", [answer.text("@id")])
    (row,) = cursor.fetchall()
    return dict(zip([column.name for column in cursor.description], row))


def stripped(root):
    """The document as canonical XML without what the server adds and blanks between elements."""
    root = etree.fromstring(etree.tostring(root), etree.XMLParser(remove_blank_text=True))
    root.attrib.clear()
    for groups in root.iter(f"{{{QUOTES}}}groups"):
        groups.getparent().remove(groups)
    return etree.tostring(root, method="c14n").decode()


def test_the_example_is_created(visitor):
    before = datetime.datetime.now(datetime.timezone.utc)
    answer = post(visitor, EXAMPLE)
    after = datetime.datetime.now(datetime.timezone.utc)
    identifier = answer.text("@id")
    assert answer.media_type == "application/xml"
    assert re.fullmatch(UUID, identifier)
    assert re.fullmatch(REFERENCE, answer.text("@reference"))
    assert answer.text("@status") == "received"
    received = datetime.datetime.fromisoformat(answer.text("@received-at").replace("Z", "+00:00"))
    leeway = datetime.timedelta(seconds=1)
    assert before - leeway <= received <= after + leeway
    assert answer.text("@href") == f"{visitor.base.path}/quotes/requests/{identifier}"
    assert answer["Location"] == answer.text("@href")
    assert answer.text("need/groups") == "2"


def test_the_answer_says_what_was_sent_in_the_same_words(visitor):
    answer = post(visitor, EXAMPLE)
    assert stripped(answer.root) == stripped(etree.fromstring(EXAMPLE))


def test_the_stored_row_is_what_was_sent(visitor, owner_database):
    answer = post(visitor, EXAMPLE)
    received = datetime.datetime.fromisoformat(answer.text("@received-at").replace("Z", "+00:00"))
    assert stored(owner_database, answer) == {
        "id": answer.text("@id"),
        "reference": answer.text("@reference"),
        "status": "received",
        "received_at": received,
        "organisation_name": "Aciers du Midi",
        "organisation_siren": "123456782",
        "contact_given_name": "Hélène",
        "contact_family_name": "Brûlé",
        "contact_email": "helene.brule@aciers.example",
        "contact_phone": "+33498016050",
        "contact_position": "DRH",
        "audience": ["proximity-managers"],
        "objective": ["talent-strategy"],
        "participants": 14,
        "groups": 2,
        "sessions": 8,
        "modality": "remote",
        "starting_from": datetime.date(2027, 1, 11),
        "message": "Deux groupes, de préférence le mardi.",
        "consent_text_version": "2026-11",
    }


def test_optional_parts_may_be_absent(visitor, owner_database):
    answer = post(visitor, MINIMAL)
    assert stripped(answer.root) == stripped(etree.fromstring(MINIMAL))
    row = stored(owner_database, answer)
    for name in ("organisation_siren", "contact_phone", "contact_position", "sessions",
                 "starting_from", "message"):
        assert row[name] is None, name
    assert row["objective"] == []


@pytest.mark.parametrize("participants, groups", [
    (1, 1), (7, 1), (8, 1), (9, 2), (16, 2), (17, 3), (9999, 1250), (10000, 1250)])
def test_groups_have_at_most_8_participants(visitor, owner_database, participants, groups):
    answer = post(visitor, changed(element("participants", participants)))
    assert answer.text("need/groups") == str(groups)
    assert answer.text("need/participants") == str(participants)
    assert stored(owner_database, answer)["groups"] == groups


TEXTS = {
    "accents": "Àâäçéèêëîïôöùûüÿ ÆŒæœ – « guillemets » l’été…",
    "special characters of XML": "a < b && c > d \"e\" 'f' ]]> <!-- g --> &amp; &#65; <?h?>",
    "right to left": "שלום עולם مرحبا بالعالم",
    "emoji": "👩🏽‍💻🇫🇷 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 😀",
    "combining marks": "e\u0301 and é are different",
    "outside of Latin": "Ελληνικά Кириллица 日本語 한국어",
    "SQL": "'); DROP TABLE quotes.request; -- $1 {contact/email} \\x00 %s",
    "template": "{{7*7}} ${7*7} <xsl:value-of select=\"/\"/>",
    "array literal": "{\"a\",\"b\"} \\\\ NULL",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_text_is_kept_exactly(visitor, staff, owner_database, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    answer = post(visitor, changed(element("name", escaped), element("family-name", escaped),
                                   element("position", escaped), element("message", escaped)))
    row = stored(owner_database, answer)
    again = staff.get(answer["Location"])
    for path, column in (("organisation/name", "organisation_name"),
                         ("contact/family-name", "contact_family_name"),
                         ("contact/position", "contact_position"), ("need/message", "message")):
        assert answer.text(path) == text
        assert row[column] == text
        assert again.text(path) == text


def test_a_message_keeps_its_lines_tabs_and_blanks(visitor, owner_database):
    text = "  Un\n\n\tdeux   trois \n"
    answer = post(visitor, changed(element("message", text)))
    assert answer.text("need/message") == text
    assert stored(owner_database, answer)["message"] == text


def test_line_ends_of_windows_are_read_as_xml_says(visitor, owner_database):
    document = changed(element("message", "un\ndeux")).replace("\n", "\r\n")
    assert stored(owner_database, post(visitor, document))["message"] == "un\ndeux"


def test_a_cdata_section_and_character_references_are_text(visitor, owner_database):
    answer = post(visitor, changed(element("message", "<![CDATA[<b>&]]> H&#233;l&#xE8;ne")))
    assert stored(owner_database, answer)["message"] == "<b>& Hélène"


def test_a_message_of_5000_characters_is_kept(visitor, staff, owner_database):
    text = "œ€😀é\n" * 1000
    answer = post(visitor, changed(element("message", text)))
    assert stored(owner_database, answer)["message"] == text
    assert staff.get(answer["Location"]).text("need/message") == text


def test_all_audiences_and_objectives_are_kept_in_their_order(visitor, owner_database):
    audiences = ["proximity-managers", "executives", "cross-functional-managers",
                 "project-managers"]
    objectives = ["talent-strategy", "internal-resources", "potentials-and-talents"]
    lists = "".join(f"<audience>{each}</audience>" for each in audiences) + "".join(
        f"<objective>{each}</objective>" for each in objectives)
    answer = post(visitor, changed(without("objective"),
                                   ("<audience>proximity-managers</audience>", lists)))
    row = stored(owner_database, answer)
    assert row["audience"] == audiences
    assert row["objective"] == objectives
    assert stripped(answer.root).count("<audience>") == 4


@pytest.mark.parametrize("modality", ["remote", "on-site", "mixed"])
def test_every_modality_is_taken(visitor, modality):
    answer = post(visitor, changed(element("modality", modality)))
    assert answer.text("need/modality") == modality


@pytest.mark.parametrize("name, value", [
    ("sessions", "1"), ("sessions", "100"), ("starting-from", "2028-02-29"),
    ("starting-from", "1900-01-01"), ("starting-from", "2199-12-31"), ("phone", "+1234567"),
    ("phone", "+123456789012345"), ("email", "a.b+c'd=e@x-y.b.example"), ("siren", "732829320"),
    ("siren", "000000000"), ("name", "x" * 200), ("message", "x")])
def test_values_at_their_bounds_are_taken(visitor, name, value):
    document = changed(element(name, value))
    assert stripped(post(visitor, document).root) == stripped(etree.fromstring(document))


@pytest.mark.parametrize("content_type", [
    "application/xml", "text/xml", "application/xml; charset=utf-8", "text/xml;charset=UTF-8",
    'application/xml; charset="utf-8"', "Application/XML", "text/xml; charset=Utf-8"])
def test_both_media_types_and_utf_8_by_name_are_taken(visitor, content_type):
    answer = visitor.post("/quotes/requests", EXAMPLE, Content_Type=content_type)
    assert answer.status == 201, answer
    assert answer.text("contact/given-name") == "Hélène"


@pytest.mark.parametrize("prologue", [
    '<?xml version="1.0"?>\n', '<?xml version="1.0" encoding="UTF-8"?>\n', "\ufeff",
    '\ufeff<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n', "<!-- bonjour -->\n"])
def test_a_document_may_begin_as_xml_allows(visitor, prologue):
    assert post(visitor, prologue + EXAMPLE).text("contact/family-name") == "Brûlé"


def test_the_namespace_may_have_a_prefix(visitor, owner_database):
    document = re.sub(r"<(/?)(?=[a-z])", r"<\1q:", EXAMPLE).replace("xmlns=", "xmlns:q=")
    answer = post(visitor, document)
    assert stored(owner_database, answer)["contact_family_name"] == "Brûlé"
    assert answer.text("need/groups") == "2"


def test_what_was_read_can_be_sent_back(visitor, staff):
    """The server's own attributes and groups are ignored where they are sent."""
    first = post(visitor, EXAMPLE)
    second = post(visitor, staff.get(first["Location"]).body)
    for name in ("@id", "@reference", "@href"):
        assert second.text(name) != first.text(name)
    assert stripped(second.root) == stripped(first.root)


def test_what_the_server_decides_is_not_the_clients(visitor, owner_database):
    answer = post(visitor, changed(
        ('xmlns="urn:codev:quotes:1"',
         'xmlns="urn:codev:quotes:1" id="00000000-0000-0000-0000-000000000000" status="closed"'
         ' reference="00000-00000" received-at="1999-01-01T00:00:00Z" href="/evil"'),
        ("</message>", "</message><groups>99</groups>")))
    row = stored(owner_database, answer)
    assert row["status"] == answer.text("@status") == "received"
    assert row["reference"] == answer.text("@reference") != "00000-00000"
    assert row["id"] != "00000000-0000-0000-0000-000000000000"
    assert row["received_at"].year >= 2025
    assert row["groups"] == 2 and answer.text("need/groups") == "2"
    assert answer["Location"].endswith(row["id"])


def test_two_requests_alike_are_two(visitor):
    first, second = post(visitor, EXAMPLE), post(visitor, EXAMPLE)
    assert first.text("@id") != second.text("@id")
    assert first.text("@reference") != second.text("@reference")


def test_what_a_visitor_created_a_visitor_may_not_read(visitor):
    answer = visitor.get(post(visitor, EXAMPLE)["Location"])
    assert answer.status == 401
    assert answer.problem == "unauthenticated"


def test_a_browser_that_posts_xml_sees_a_page(visitor):
    answer = visitor.post("/quotes/requests", EXAMPLE, Accept=BROWSER)
    assert answer.status == 201
    assert answer.media_type == "text/html"
    assert "Brûlé" in answer.page_text()


@pytest.mark.parametrize("role", ["participant", "facilitator", "manager", "staff", "admin"])
def test_whoever_is_signed_in_may_ask_as_well(instance, role):
    post(instance.as_role(role), EXAMPLE)


def test_query_parameters_of_a_campaign_do_no_harm(visitor):
    assert visitor.post("/quotes/requests?utm_source=x&utm_medium=y", EXAMPLE).status == 201
