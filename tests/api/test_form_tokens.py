# SPDX-License-Identifier: MPL-2.0
"""A form carries a token that is ours, not too old, and good for one sending; a person whose token is
not finds the form again, filled in, with a new one."""

import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import BROWSER, FORM
from documents import EXAMPLE, FIELDS, fields, item_fields

FORM_PAGE = "/quotes/form"
REQUESTS = "/quotes/requests"


def post(client, form, path=REQUESTS):
    """Exactly these fields."""
    return client.post(path, urllib.parse.urlencode(form), Content_Type=FORM)


def token_of(answer):
    return answer.page.xpath("//input[@name='_form']/@value")[0]


def assert_shown_again(answer, old):
    assert (answer.status, answer.media_type) == (422, "text/html")
    assert "envoyez-le de nouveau" in answer.page_text()
    assert answer.page.xpath("//input[@name='organisation.name']/@value") == ["Aciers du Midi"]
    assert token_of(answer) not in ("", old)


def test_a_token_is_good_for_one_sending(visitor):
    token = visitor.form_token(FORM_PAGE)
    assert post(visitor, [*FIELDS, ("_form", token)]).status == 303
    again = post(visitor, [*FIELDS, ("_form", token)])
    assert_shown_again(again, token)
    assert post(visitor, [*FIELDS, ("_form", token_of(again))]).status == 303


def test_of_16_sendings_at_once_one_counts(visitor, owner_database):
    name = "Seize à la fois"
    form = [*fields(organisation_name=name), ("_form", visitor.form_token(FORM_PAGE))]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(visitor, form), range(16)))
    assert sorted(answer.status for answer in answers) == [303] + [422] * 15
    with owner_database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quotes.request WHERE organisation_name = %s", [name])
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("form", [
    FIELDS, [*FIELDS, ("_form", "")], [*FIELDS, ("_form", "x")], [*FIELDS, ("_form", "A" * 75)],
    [*FIELDS, ("_form", "é" * 75)], [*FIELDS, ("_form", "A" * 100_000)]])
def test_without_a_good_one_the_form_comes_back(visitor, form):
    assert_shown_again(post(visitor, form), dict(form).get("_form"))


def test_a_refused_form_spends_no_token(visitor):
    token = visitor.form_token(FORM_PAGE)
    refused = post(visitor, [*fields(contact_email="x"), ("_form", token)])
    assert refused.status == 422 and "envoyez-le de nouveau" not in refused.page_text()
    assert post(visitor, [*FIELDS, ("_form", token)]).status == 303


def test_a_double_click_is_no_second_sending(visitor):
    """The key is looked at first: the same form with the same key is the same request."""
    form = [*FIELDS, ("_form", visitor.form_token(FORM_PAGE)), ("_idempotency-key", "k-double")]
    first, second = post(visitor, form), post(visitor, form)
    assert (first.status, second.status) == (303, 303)
    assert first["Location"] == second["Location"]


def test_a_new_key_makes_no_new_token(visitor):
    token = visitor.form_token(FORM_PAGE)
    for key, status in (("k-one", 303), ("k-two", 422)):
        answer = post(visitor, [*FIELDS, ("_form", token), ("_idempotency-key", f"{token[:8]}{key}")])
        assert answer.status == status


def test_a_token_is_good_for_who_asked_alone(visitor, instance):
    staff, other = instance.staff, instance.as_role("staff", subject="another")
    form = item_fields("T-FORM-TOKEN")
    token = staff.form_token("/quotes/catalogue/form")
    assert post(other, [*form, ("_form", token)], "/quotes/catalogue").status == 422
    assert post(staff, [*form, ("_form", visitor.form_token(FORM_PAGE))],
                "/quotes/catalogue").status == 422
    assert post(staff, [*form, ("_form", token)], "/quotes/catalogue").status == 303


def test_a_document_needs_none(visitor):
    assert visitor.post(REQUESTS, EXAMPLE).status == 201


def test_pages_with_tokens_are_kept_by_nobody(visitor):
    for path in (FORM_PAGE, FORM_PAGE + "?fragment=1"):
        answer = visitor.get(path, Accept=BROWSER)
        assert answer["Cache-Control"] == "no-store"
        assert token_of(answer) != token_of(visitor.get(path, Accept=BROWSER))


def test_old_tokens_are_swept_up(visitor, owner_database):
    with owner_database.cursor() as cursor:
        cursor.execute("INSERT INTO core.used_form SELECT 'old-' || n, now() - interval '2 hours'"
                       " FROM generate_series(1, 12) AS n")
        cursor.execute("INSERT INTO core.used_form VALUES ('recent', now() - interval '1 minute')")
        owner_database.commit()
        for _ in range(2):
            assert visitor.post_form(REQUESTS, FIELDS).status == 303
        cursor.execute("SELECT count(*) FILTER (WHERE nonce LIKE 'old-%'),"
                       " count(*) FILTER (WHERE nonce = 'recent') FROM core.used_form")
        assert cursor.fetchone() == (0, 1)
