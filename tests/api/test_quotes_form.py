# SPDX-License-Identifier: MPL-2.0
"""A visitor asks for a quote with a form, in a browser without JavaScript."""

import random
import re
import urllib.parse

import pytest
from client import BROWSER, FORM
from documents import EXAMPLE, FIELDS, changed, element, field_of, fields
from test_quotes_post import REFERENCE


def post(visitor, form, **headers):
    return visitor.post_form("/quotes/requests", form, **headers)


def sent(visitor, form, **headers):
    """Post a valid form; its reference."""
    answer = post(visitor, form, **headers)
    assert answer.status == 303, answer
    assert not answer.body
    prefix, _, reference = answer["Location"].rpartition("/")
    assert prefix == f"{visitor.base.path}/quotes/confirmation"
    assert re.fullmatch(REFERENCE, reference)
    return reference


def stored(staff, reference):
    """The document of that reference, as staff see it."""
    nodes = staff.get("/quotes/requests").root
    (node,) = [node for node in nodes if node.get("reference") == reference]
    return staff.get(node.get("href"))


def control(page, name):
    """The form's controls of that name."""
    found = page.xpath("//form//*[@name=$name]", name=name)
    assert found, f"the form has no field {name}"
    return found


def value(page, name):
    """What the form would send under that name, as a list."""
    values = []
    for node in control(page, name):
        if node.tag == "textarea":
            values.append(node.text_content().removeprefix("\n"))
        elif node.tag == "select":
            values += node.xpath(".//option[@selected]/@value")
        elif node.get("type") in ("checkbox", "radio"):
            values += [node.get("value")] if node.get("checked") is not None else []
        else:
            values.append(node.get("value") or "")
    return values


def message_beside(page, name):
    """What the page says beside a field: the texts that its controls, or the fieldset around them,
    are described by. Empty where the field is not marked as invalid."""
    nodes = []
    for node in control(page, name):
        nodes += [node, *node.xpath("ancestor::fieldset[1]")]
    described = [node for node in nodes if node.get("aria-invalid") == "true"]
    if not described:
        return ""
    ids = {each for node in nodes for each in (node.get("aria-describedby") or "").split()}
    texts = []
    for each in ids:
        (found,) = page.xpath("//*[@id=$id]", id=each)
        texts.append(" ".join(found.text_content().split()))
    return " ".join(texts)


# ---- the blank form


def test_the_form_page_posts_where_requests_are_taken(visitor):
    answer = visitor.get("/quotes/form", Accept=BROWSER)
    assert answer.status == 200
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert answer.page.get("lang") == "fr"
    (form,) = answer.page.xpath("//form")
    assert form.get("action") == f"{visitor.base.path}/quotes/requests"
    assert form.get("method").lower() == "post"
    assert not answer.page.xpath("//script|//style|//@style")


def test_the_blank_form_has_every_field_of_the_document(visitor):
    page = visitor.get("/quotes/form", Accept=BROWSER).page
    for name in dict(FIELDS):
        control(page, name)
    assert value(page, "consent.text-version") == ["2026-11"]
    assert value(page, "consent.accepted") == [], "consent is never ticked beforehand"
    assert not page.xpath("//*[@aria-invalid='true']")


def test_a_fragment_is_the_form_alone(visitor):
    answer = visitor.get("/quotes/form?fragment=1", Accept=BROWSER)
    assert answer.status == 200
    for word in (b"<!DOCTYPE", b"<html", b"<head", b"<body"):
        assert word not in answer.body
    assert answer.page.xpath("//form[@method='post']")


@pytest.mark.parametrize("accept", ["application/xml", "application/xml, text/html;q=0.9"])
def test_a_program_gets_the_form_as_a_document(visitor, accept):
    answer = visitor.get("/quotes/form", Accept=accept)
    assert (answer.status, answer.media_type) == (200, "application/xml")
    assert answer.root.findtext("{*}consent-text")


@pytest.mark.parametrize("accept", [None, "*/*", "text/html, application/xml"])
def test_the_form_is_a_page_where_both_are_taken(visitor, accept):
    """A website that includes the fragment may send any Accept, or none."""
    assert visitor.get("/quotes/form", Accept=accept).media_type == "text/html"


@pytest.mark.parametrize("query", ["utm_source=x", "fbclid=1&fbclid=2", "a", "=", "%C3%A9=%26",
                                   "fragment=0", "fragment=", "limit=x"])
def test_unknown_query_parameters_break_no_form(visitor, query):
    answer = visitor.get(f"/quotes/form?{query}", Accept=BROWSER)
    assert answer.status == 200
    assert answer.body.startswith(b"<!DOCTYPE html>")


# ---- a valid form


@pytest.mark.parametrize("accept", [None, "*/*", BROWSER, "application/xml", "application/json"])
def test_a_form_is_answered_with_a_way_to_the_confirmation(visitor, accept):
    sent(visitor, FIELDS, Accept=accept)


def test_a_form_stores_what_the_same_document_would(visitor, staff):
    by_form = stored(staff, sent(visitor, FIELDS))
    by_document = staff.get(visitor.post("/quotes/requests", EXAMPLE)["Location"])
    own = {"id", "reference", "received-at", "href"}
    for node in (by_form.root, by_document.root):
        for name in own:
            del node.attrib[name]
    texts = [[(node.tag, (node.text or "").strip(), dict(node.attrib)) for node in root.iter()]
             for root in (by_form.root, by_document.root)]
    assert texts[0] == texts[1]


def test_the_order_of_fields_does_not_matter(visitor, staff):
    shuffled = fields(need_audience=["executives", "project-managers"])
    audiences = [each for each in shuffled if each[0] == "need.audience"]
    others = [each for each in shuffled if each[0] != "need.audience"]
    random.Random(7).shuffle(others)
    document = stored(staff, sent(visitor, audiences[:1] + others + audiences[1:]))
    assert document.text("contact/email") == "helene.brule@aciers.example"
    assert [node.text for node in document.root.iter("{*}audience")] == [
        "executives", "project-managers"]


def test_empty_optional_fields_are_absent(visitor, staff):
    form = fields(organisation_siren="", contact_phone="  ", contact_position="", need_sessions="",
                  need_starting__from="", need_message="\r\n ", need_objective=None)
    document = stored(staff, sent(visitor, form))
    for path in ("organisation/siren", "contact/phone", "contact/position", "need/objective",
                 "need/sessions", "need/starting-from", "need/message"):
        assert document.text(path) is None, path


def test_blanks_around_answers_are_cut(visitor, staff):
    form = fields(organisation_name="  Aciers du Midi ", contact_email=" a@b.example\t",
                  need_participants=" 14 ")
    document = stored(staff, sent(visitor, form))
    assert document.text("organisation/name") == "Aciers du Midi"
    assert document.text("contact/email") == "a@b.example"
    assert document.text("need/participants") == "14"


def test_a_message_keeps_its_lines(visitor, staff):
    document = stored(staff, sent(visitor, fields(need_message="un\r\ndeux\r\n\r\ntrois")))
    assert document.text("need/message") == "un\ndeux\n\ntrois"


@pytest.mark.parametrize("typed", [
    "+33498016050", "04 98 01 60 50", "04.98.01.60.50", "04-98-01-60-50", "0498016050",
    "+33 4 98 01 60 50", "+33 (0)4 98 01 60 50", "0033 498016050", "+33\u00a04\u202f98 01 60 50"])
def test_a_phone_number_is_taken_as_people_type_it(visitor, staff, typed):
    document = stored(staff, sent(visitor, fields(contact_phone=typed)))
    assert document.text("contact/phone") == "+33498016050"


@pytest.mark.parametrize("typed", ["123 456 782", "123\u00a0456\u00a0782", "123.456.782"])
def test_a_siren_is_taken_as_people_type_it(visitor, staff, typed):
    document = stored(staff, sent(visitor, fields(organisation_siren=typed)))
    assert document.text("organisation/siren") == "123456782"


def test_every_character_arrives(visitor, staff):
    text = "œ & < > \" ' + % = ; é 😀 שלום \\ {a} $1"
    assert stored(staff, sent(visitor, fields(need_message=text))).text("need/message") == text


@pytest.mark.parametrize("content_type", [
    FORM, FORM + ";charset=UTF-8", FORM + "; charset=utf-8", FORM.title()])
def test_a_forms_media_type_may_name_utf_8(visitor, content_type):
    sent(visitor, FIELDS, Content_Type=content_type)


def test_fields_of_the_core_are_none_of_the_document(visitor):
    sent(visitor, [*FIELDS, ("_nothing", "y"), ("_", "")])


@pytest.mark.parametrize("method", ["GET", "get", "POST", "PATCH", "delete", ""])
def test_a_field_stands_for_no_method_that_a_form_has(visitor, method):
    sent(visitor, [*FIELDS, ("_method", method)])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_field_stands_for_a_method_that_a_form_has_not(visitor, method):
    answer = post(visitor, [*FIELDS, ("_method", method)])
    assert answer.status == 405
    assert method not in answer["Allow"]


def test_a_document_has_no_field_for_its_method(visitor):
    assert visitor.post("/quotes/requests?_method=DELETE", EXAMPLE).status == 201


# ---- the confirmation


def test_the_confirmation_shows_the_reference(visitor):
    reference = sent(visitor, FIELDS)
    answer = visitor.get(f"/quotes/confirmation/{reference}", Accept=BROWSER)
    assert answer.status == 200
    assert reference in answer.page_text()
    assert "aciers" not in answer.page_text().lower(), "it tells nothing of what was asked"


def test_the_confirmation_is_a_document_as_well(visitor):
    reference = sent(visitor, FIELDS)
    answer = visitor.get(f"/quotes/confirmation/{reference}", Accept="application/xml")
    assert (answer.status, answer.media_type) == (200, "application/xml")
    assert answer.text("@reference") == reference
    assert answer.text("@received-at").endswith("Z")


def test_a_request_by_document_has_its_confirmation_too(visitor):
    reference = visitor.post("/quotes/requests", EXAMPLE).text("@reference")
    assert visitor.get(f"/quotes/confirmation/{reference}").status == 200


@pytest.mark.parametrize("reference", [
    "00000-00000", "x", "'", "%25", "%C3%A9", "%FF", "%ED%A0%80", "x" * 128, "x" * 129, "%0A",
    "7K3F9-QXM2P%20"])
def test_an_unknown_reference_is_not_found(visitor, reference):
    answer = visitor.get(f"/quotes/confirmation/{reference}", Accept="application/xml")
    assert (answer.status, answer.problem) == (404, "not-found")


def test_a_browser_sees_a_page_for_an_unknown_reference(visitor):
    answer = visitor.get("/quotes/confirmation/00000-00000", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (404, "text/html")
    assert answer["X-Request-Id"] in answer.page_text()


# ---- an invalid form


FAULTS = {
    "organisation.name": "",
    "organisation.siren": "123456789",
    "contact.given-name": " ",
    "contact.family-name": "x" * 201,
    "contact.email": "helene.brule",
    "contact.phone": "12",
    "need.audience": "everybody",
    "need.participants": "beaucoup",
    "need.sessions": "101",
    "need.modality": "by-mail",
    "need.starting-from": "2027-02-30",
    "need.message": "x" * 5001,
}


def with_fault(name, text):
    return [(each, text if each == name else old) for each, old in FIELDS]


def document_with_fault(name, text):
    return changed(element(name.rpartition(".")[2], text))


@pytest.mark.parametrize("name, text", FAULTS.items(), ids=FAULTS.keys())
def test_a_fault_is_told_in_french_beside_its_field(visitor, name, text):
    """The sentence is the one that the same fault in a document gets."""
    faults = visitor.post("/quotes/requests", document_with_fault(name, text)).faults
    (fault,) = [each for each in faults if field_of(each.path) == name]
    answer = post(visitor, with_fault(name, text))
    assert (answer.status, answer.media_type) == (422, "text/html")
    beside = message_beside(answer.page, name)
    assert beside, f"nothing marks {name}"
    if text.strip():
        assert " ".join(fault.fr.split()) in beside, (fault, beside)
    assert fault.en not in answer.page_text()
    for other in set(dict(FIELDS)) - {name}:
        assert not message_beside(answer.page, other), other


@pytest.mark.parametrize("accept", [None, "application/xml", "application/json", BROWSER])
def test_an_invalid_form_is_answered_with_a_page_whatever_is_accepted(visitor, accept):
    answer = post(visitor, fields(contact_email=""), Accept=accept)
    assert (answer.status, answer.media_type) == (422, "text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_what_was_typed_is_kept(visitor):
    typed = fields(
        contact_email="helene.brule", organisation_name='A & B <"C"> \'D\'',
        need_audience=["executives", "project-managers"], need_objective=["internal-resources"],
        need_participants="quatorze", need_sessions="12", need_modality="on-site",
        need_starting__from="2027-13-45", need_message="un\r\ndeux <b>œ</b>")
    page = post(visitor, typed).page
    for name in dict(typed):
        expected = [old.replace("\r\n", "\n") for each, old in typed if each == name]
        assert value(page, name) == expected, name


def test_every_missing_field_is_told_beside_it(visitor):
    answer = post(visitor, [])
    assert answer.status == 422
    for name in ("organisation.name", "contact.given-name", "contact.family-name",
                 "contact.email", "need.audience", "need.participants", "need.modality",
                 "consent.accepted"):
        assert message_beside(answer.page, name), name
    for name in ("organisation.siren", "contact.phone", "need.message", "need.objective"):
        assert not message_beside(answer.page, name), name


@pytest.mark.parametrize("accepted", [None, "", "false", "on", "1"])
def test_consent_must_be_given(visitor, accepted):
    answer = post(visitor, fields(consent_accepted=accepted))
    assert answer.status == 422
    assert message_beside(answer.page, "consent.accepted")


def test_a_consent_text_that_does_not_exist_is_refused(visitor):
    answer = post(visitor, fields(consent_text__version="1999-01"))
    assert (answer.status, answer.media_type) == (422, "text/html")
    assert "n’existe pas dans cette version" in answer.page_text()
    assert value(answer.page, "contact.email") == ["helene.brule@aciers.example"]


def test_a_field_that_nobody_knows_is_told(visitor):
    answer = post(visitor, [*FIELDS, ("contact.fax", "1")])
    assert answer.status == 422
    assert "contact.fax" in answer.page_text()


def test_a_field_that_comes_twice_is_told(visitor):
    answer = post(visitor, [*FIELDS, ("contact.email", "b@c.example")])
    assert answer.status == 422
    assert message_beside(answer.page, "contact.email")


def test_a_page_of_faults_runs_no_script(visitor):
    hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>"
    form = [(name, hostile) for name, _ in FIELDS] + [(hostile, hostile)]
    answer = post(visitor, form)
    assert answer.status == 422
    assert not answer.page.xpath("//script|//img[@onerror]|//@onerror")


@pytest.mark.parametrize("body", [
    b"a=%", b"a=%zz", b"a=%00", b"contact.email=%E9", b"contact.email=\xe9", b"a=\0b",
    b"a=%ED%A0%80", b"&".join(b"f%d=1" % number for number in range(1001))])
def test_a_form_that_cannot_be_read_is_400(visitor, body):
    answer = visitor.post("/quotes/requests", body, Content_Type=FORM)
    assert (answer.status, answer.media_type) == (400, "text/html")


def test_a_thousand_fields_are_read(visitor):
    body = "&".join(f"f{number}=1" for number in range(1000))
    answer = visitor.post("/quotes/requests", body, Content_Type=FORM)
    assert answer.status == 422


def test_a_form_too_large_is_413(visitor):
    body = urllib.parse.urlencode(fields(need_message="x" * (1 << 20)))
    answer = visitor.post("/quotes/requests", body, Content_Type=FORM)
    assert (answer.status, answer.media_type) == (413, "text/html")
