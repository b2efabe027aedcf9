# SPDX-License-Identifier: MPL-2.0
"""What exists is changed in the version that the client means (RFC 9110 §13), seen at the catalogue."""

import http.client
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import BROWSER
from documents import item, item_fields

CATALOGUE = "/quotes/catalogue"


@pytest.fixture
def code():
    """A code of the test's own."""
    return f"T-{uuid.uuid4().hex.upper()}"


@pytest.fixture
def made(staff, code):
    """An item that is there; its address and first entity tag."""
    answer = staff.request("PUT", f"{CATALOGUE}/{code}", item(code), Content_Type="application/xml")
    assert answer.status == 201, answer
    return f"{CATALOGUE}/{code}", answer["ETag"]


def put(client, path, document, **headers):
    return client.request("PUT", path, document, Content_Type="application/xml", **headers)


def price(client, path):
    return client.get(path).text("unit-price")


# ---- making


def test_a_first_put_makes(staff, code):
    answer = put(staff, f"{CATALOGUE}/{code}", item(code))
    assert (answer.status, answer["Location"]) == (201, f"{staff.base.path}{CATALOGUE}/{code}")
    assert answer["ETag"] == f'"{answer.root.get("version")}"'
    assert answer.root.get("href") == answer["Location"]


def test_a_post_makes_and_conflicts_are_409(staff, code):
    first = staff.post(CATALOGUE, item(code))
    assert first.status == 201 and first["ETag"]
    second = staff.post(CATALOGUE, item(code, price="1.00"))
    assert (second.status, second.problem) == (409, "conflict")
    assert [fault.path for fault in second.faults] == ["/catalogue-item/code"]
    assert price(staff, first["Location"]) == "450.00"


def test_if_none_match_makes_and_never_changes(staff, code):
    path = f"{CATALOGUE}/{code}"
    assert put(staff, path, item(code), If_None_Match="*").status == 201
    answer = put(staff, path, item(code, price="1.00"), If_None_Match="*")
    assert (answer.status, answer.problem) == (412, "precondition-failed")
    assert price(staff, path) == "450.00"


@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_if_match_of_what_is_not_there_fails(staff, code, tag):
    path = f"{CATALOGUE}/{code}"
    assert put(staff, path, item(code), If_Match=tag).status == 412
    assert staff.get(path).status == 404


def test_of_two_first_puts_one_makes(staff, code):
    path = f"{CATALOGUE}/{code}"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: put(staff, path, item(code)), range(8)))
    statuses = sorted(answer.status for answer in answers)
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {409, 428}, "another's item is never overwritten unseen"


def test_of_two_puts_that_only_make_the_second_fails(staff, code, owner_database):
    """Also when it waits for the first, which is not done yet (RFC 9110 §13.1.2)."""
    path = f"{CATALOGUE}/{code}"
    with owner_database.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("INSERT INTO quotes.catalogue_item (id, code, description, unit, unit_price,"
                       " vat_category, vat_rate) VALUES (gen_random_uuid(), %s, 'd', 'u', 1, 'S', 20)",
                       [code])
        answer = pool.submit(put, staff, path, item(code), If_None_Match="*")
        time.sleep(0.3)
        owner_database.commit()
        assert (answer.result().status, answer.result().problem) == (412, "precondition-failed")


@pytest.mark.parametrize("headers", [{"If_Match": '"999999"'}, {"If_Match": "*"},
                                     {"If_None_Match": "*"}])
def test_a_condition_that_means_nothing_here_is_not_passed_over(staff, code, headers):
    answer = staff.post(CATALOGUE, item(code), **headers)
    assert (answer.status, answer.problem) == (412, "precondition-failed")
    assert staff.get(f"{CATALOGUE}/{code}").status == 404


# ---- changing


def test_a_change_names_its_version(staff, made, code):
    path, tag = made
    answer = put(staff, path, item(code, price="500.00"))
    assert (answer.status, answer.problem) == (428, "precondition-required")
    changed = put(staff, path, item(code, price="500.00"), If_Match=tag)
    assert changed.status == 200 and changed.text("unit-price") == "500.00"
    assert changed["ETag"] not in (None, tag)
    assert staff.get(path)["ETag"] == changed["ETag"]
    lost = put(staff, path, item(code, price="600.00"), If_Match=tag)
    assert (lost.status, lost.problem) == (412, "precondition-failed")
    assert price(staff, path) == "500.00"


@pytest.mark.parametrize("header", ["*", '"0", {}', '{}, "0"', 'W/"7",{}', '"no-version" , {}'])
def test_one_of_the_named_versions_will_do(staff, made, code, header):
    path, tag = made
    assert put(staff, path, item(code), If_Match=header.format(tag)).status == 200


@pytest.mark.parametrize("header", ['"0"', 'W/{}', '"{{}}"', '"1,2"', '"9223372036854775808"',
                                    '"1e3"', '""', '"-1"', '"x"'])
def test_another_version_will_not(staff, made, code, header):
    path, tag = made
    answer = put(staff, path, item(code), If_Match=header.format(tag))
    assert (answer.status, answer.problem) == (412, "precondition-failed")


def test_two_header_lines_are_never_the_first_alone(staff, made, code):
    """nginx refuses them; the core would take both (test_accept)."""
    path, tag = made
    connection = http.client.HTTPConnection(staff.base.hostname, staff.base.port, timeout=30)
    connection.putrequest("PUT", staff.base.path + path)
    body = item(code).encode()
    for name, value in [("Authorization", staff.headers["Authorization"]), ("If-Match", tag),
                        ("If-Match", '"0"'), ("Content-Type", "application/xml"),
                        ("Content-Length", str(len(body)))]:
        connection.putheader(name, value)
    connection.endheaders(body)
    assert connection.getresponse().status == 400


@pytest.mark.parametrize("header", ["1", '"1', '1"', '"1" "2"', "W/1", 'w/"1"', '"1";', '"a b"', ",",
                                    '*, "1"', "'1'"])
def test_what_is_no_list_of_tags_is_400(staff, made, code, header):
    path, _ = made
    answer = put(staff, path, item(code), If_Match=header)
    assert (answer.status, answer.problem) == (400, "invalid-precondition")


def test_if_none_match_with_tags_is_no_condition_of_a_write(staff, made, code):
    path, tag = made
    answer = put(staff, path, item(code), If_Match=tag, If_None_Match='"7"')
    assert (answer.status, answer.problem) == (400, "invalid-precondition")


def test_of_32_writers_one_wins_each_round(staff, made, code):
    """No update is lost: what each winner wrote is what the next one has seen."""
    path, tag = made
    for _ in range(5):
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(
                lambda n: put(staff, path, item(code, price=f"{n}.00"), If_Match=tag), range(32)))
        won = [answer for answer in answers if answer.status == 200]
        assert len(won) == 1
        assert {answer.status for answer in answers} == {200, 412}
        tag = won[0]["ETag"]
        assert staff.get(path)["ETag"] == tag
        assert price(staff, path) == won[0].text("unit-price")


def test_the_order_of_faults(staff, visitor, made, code):
    """404, 401, 415, 400, 422, 404 by object, 428, 412."""
    path, _ = made
    bad = item(code).replace("450.00", "-")
    assert put(visitor, path, bad).status == 401
    assert staff.request("PUT", path, bad, Content_Type="text/plain", If_Match="1").status == 415
    assert put(staff, path, bad, If_Match="1").status == 400
    assert put(staff, path, bad, If_Match='"0"').status == 422
    assert put(staff, path, bad).status == 422
    assert put(staff, path, item("OTHER")).status == 422
    assert staff.request("DELETE", f"{CATALOGUE}/NO-SUCH").status == 404
    assert staff.request("DELETE", f"{CATALOGUE}/NO-SUCH", If_Match='"0"').status == 404


@pytest.mark.parametrize("vat", ['category="S" rate="0"', 'category="E" rate="20.00"',
                                 'category="E" rate="0"',
                                 'category="S" rate="20" reason="x" reason-code="VATEX-FR-X"'])
def test_a_rule_of_the_table_is_a_fault(staff, code, vat):
    answer = put(staff, f"{CATALOGUE}/{code}",
                 item(code).replace('category="S" rate="20.00"', vat))
    assert answer.status == 422
    assert [fault.path for fault in answer.faults] == ["/catalogue-item/vat/@category"]


# ---- removing


def test_a_removal_names_its_version(staff, made, code):
    path, tag = made
    assert staff.request("DELETE", path).status == 428
    assert staff.request("DELETE", path, If_Match='"0"').status == 412
    answer = staff.request("DELETE", path, If_Match=tag)
    assert (answer.status, answer.body, answer["ETag"]) == (204, b"", None)
    assert staff.get(path).status == 404
    assert staff.request("DELETE", path, If_Match=tag).status == 404


def test_what_was_made_again_has_another_version(staff, made, code):
    path, tag = made
    assert staff.request("DELETE", path, If_Match=tag).status == 204
    assert put(staff, path, item(code)).status == 201
    assert put(staff, path, item(code), If_Match=tag).status == 412


# ---- reading


def test_a_reader_who_has_it_is_told_so(staff, made):
    path, tag = made
    for header in (tag, f'"0", {tag}', f"W/{tag}", "*"):
        answer = staff.get(path, If_None_Match=header)
        assert (answer.status, answer.body, answer["ETag"]) == (304, b"", tag)
        assert answer["Cache-Control"] == "no-store" and answer["Vary"] == "Accept"
        assert answer["Content-Type"] is None
    assert staff.request("HEAD", path, If_None_Match=tag).status == 304
    assert staff.get(path, If_None_Match='"0"').status == 200
    assert staff.get(path, If_None_Match="0").status == 400


def test_a_page_has_a_tag_of_its_own(staff, made):
    path, tag = made
    page = staff.get(path, Accept=BROWSER)
    assert page["ETag"] and page["ETag"] != tag


def test_a_list_has_a_tag(staff, made):
    first = staff.get(CATALOGUE)
    assert staff.get(CATALOGUE, If_None_Match=first["ETag"]).status == 304


def test_if_match_holds_for_reading_too(staff, made):
    path, tag = made
    assert staff.get(path, If_Match=tag).status == 200
    assert staff.get(path, If_Match='"0"').status == 412


# ---- by forms


def hidden(page):
    return {node.get("name"): node.get("value")
            for node in page.xpath("//form[.//button[contains(., 'Enregistrer')]]//input")
            if node.get("type") == "hidden"}


def send(staff, path, page, **changes):
    """The page's form, sent as a browser would with another price."""
    fields = dict(item_fields(hidden(page)["code"], **changes))
    return staff.post_form(path, {**fields, **hidden(page)})


def test_a_form_changes_what_its_person_has_seen(staff, made):
    path, _ = made
    page = staff.get(path, Accept=BROWSER).page
    answer = send(staff, path, page, unit_price="500.00")
    assert (answer.status, answer["Location"]) == (303, staff.base.path + CATALOGUE)
    assert price(staff, path) == "500.00"


def test_the_second_of_two_people_is_told_what_changed(staff, made):
    path, _ = made
    first, second = (staff.get(path, Accept=BROWSER).page for _ in range(2))
    assert send(staff, path, first, unit_price="500.00").status == 303
    answer = send(staff, path, second, unit_price="600.00")
    assert answer.status == 412 and answer.media_type == "text/html"
    assert "modifiées depuis que vous les avez affichées" in answer.page_text()
    assert "Enregistré actuellement : « 500.00 »." in answer.page_text()
    assert answer.page.xpath("//input[@name='unit-price']/@value") == ["600.00"]
    assert price(staff, path) == "500.00"
    assert send(staff, path, answer.page, unit_price="600.00").status == 303
    assert price(staff, path) == "600.00"


def test_a_fault_lets_nobody_overwrite_what_is_unseen(staff, made, code):
    """The form that comes back because of a fault still means the version its person saw."""
    path, tag = made
    page = staff.get(path, Accept=BROWSER).page
    assert put(staff, path, item(code, price="500.00"), If_Match=tag).status == 200
    faulty = send(staff, path, page, unit_price="beaucoup")
    assert faulty.status == 422
    assert send(staff, path, faulty.page, unit_price="600.00").status == 412


def test_a_button_removes(staff, made):
    path, tag = made
    answer = staff.post_form(path, {"_method": "DELETE", "_if-match": '"0"'})
    assert answer.status == 412 and answer.media_type == "text/html"
    answer = staff.post_form(path, {"_method": "DELETE", "_if-match": tag})
    assert (answer.status, answer["Location"]) == (303, staff.base.path + CATALOGUE)
    assert staff.get(path).status == 404


def test_a_button_sends_no_fields_of_its_own(staff, made):
    path, tag = made
    answer = staff.post_form(path, {"_method": "DELETE", "_if-match": tag, "why": "x"})
    assert answer.status == 415
