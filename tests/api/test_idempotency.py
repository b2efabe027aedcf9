# SPDX-License-Identifier: MPL-2.0
"""Idempotency-Key: the same POST sent twice has its effect once, whatever happens in between."""

import itertools
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from documents import FIELDS, changed

REQUESTS = "/quotes/requests"


@pytest.fixture
def key():
    return str(uuid.uuid4())


def company(name, sessions=8):
    return changed(("Aciers du Midi", name), ("<sessions>8<", f"<sessions>{sessions}<"))


def count(database, name):
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM quotes.request WHERE organisation_name = %s", [name])
        found = cursor.fetchone()[0]
    database.rollback()
    return found


def test_a_replay_answers_as_the_first_did(visitor, owner_database, key):
    first = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    again = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    assert (first.status, again.status) == (201, 201)
    assert again["Location"] == first["Location"]
    assert (again.body, again["ETag"]) == (b"", None), "nothing of what was rendered and not stored"
    assert count(owner_database, key) == 1


def test_a_key_that_cannot_be_read_is_told_before_the_document(visitor):
    answer = visitor.post(REQUESTS, "<a/>", Idempotency_Key="a b")
    assert (answer.status, answer.problem) == (400, "invalid-idempotency-key")


def test_without_a_key_each_post_counts(visitor, owner_database, key):
    for _ in range(2):
        assert visitor.post(REQUESTS, company(key)).status == 201
    assert count(owner_database, key) == 2


def test_another_body_under_the_key_is_refused(visitor, owner_database, key):
    visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    answer = visitor.post(REQUESTS, company(key, sessions=9), Idempotency_Key=key)
    assert (answer.status, answer.problem) == (422, "reused-idempotency-key")
    assert count(owner_database, key) == 1


def test_twins_at_once_have_one_effect(visitor, owner_database, key):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda _: visitor.post(REQUESTS, company(key), Idempotency_Key=key), range(16)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer["Location"] for answer in answers}) == 1
    assert count(owner_database, key) == 1


def test_callers_do_not_share_their_keys(visitor, staff, owner_database, key):
    mine = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    theirs = staff.post(REQUESTS, company(key), Idempotency_Key=key)
    assert mine["Location"] != theirs["Location"]
    assert count(owner_database, key) == 2


def test_somebody_first_seen_may_send_a_key(instance, owner_database, key):
    client = instance.as_role("manager", subject=key)
    answers = [client.post(REQUESTS, company(key), Idempotency_Key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert count(owner_database, key) == 1


def test_reading_takes_no_key(staff):
    assert staff.get(REQUESTS, Idempotency_Key="two words").status == 200


def test_a_refused_post_leaves_its_key_free(visitor, owner_database, key):
    wrong = visitor.post(REQUESTS, company(key, sessions=0), Idempotency_Key=key)
    right = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    assert (wrong.status, right.status) == (422, 201)
    assert count(owner_database, key) == 1


@pytest.mark.parametrize("name, status", [
    ("k" * 255, 201), ("k" * 256, 400), ("two words", 400), ("clé", 400), ("!~", 201)])
def test_keys_are_visible_ascii_of_bounded_length(visitor, name, status):
    body = company(str(uuid.uuid4()))
    answer = visitor.post(REQUESTS, body, Idempotency_Key=name.encode())
    if status == 201 and answer.status == 422:
        assert answer.problem == "reused-idempotency-key"  # of an earlier run of this test
    else:
        assert answer.status == status
        assert status == 201 or answer.problem == "invalid-idempotency-key"


def test_a_key_is_free_again_after_24_hours(visitor, owner_database, key):
    first = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    for hours, same in ((23, True), (25, False)):
        with owner_database.cursor() as cursor:
            cursor.execute("UPDATE core.idempotency SET made_at = now() - %s * interval '1 hour'"
                           " WHERE key = %s", [hours, key])
        owner_database.commit()
        answer = visitor.post(REQUESTS, company(key), Idempotency_Key=key)
        assert (answer["Location"] == first["Location"]) is same
    assert count(owner_database, key) == 2


def test_of_a_body_only_an_hmac_is_kept(visitor, owner_database, key):
    visitor.post(REQUESTS, company(key), Idempotency_Key=key)
    with owner_database.cursor() as cursor:
        cursor.execute("SELECT * FROM core.idempotency WHERE key = %s", [key])
        kept = " ".join(str(value) for value in cursor.fetchone())
    owner_database.rollback()
    assert "Hélène" not in kept and "aciers" not in kept


def test_a_form_sent_twice_has_one_effect(visitor, owner_database, key):
    fields = [*((name, key if name == "organisation.name" else value) for name, value in FIELDS),
              ("_idempotency-key", key), ("_form", visitor.form_token("/quotes/form"))]
    answers = [visitor.post_form(REQUESTS, fields) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert count(owner_database, key) == 1


def test_a_changed_form_is_shown_again_with_another_key(visitor, key):
    visitor.post_form(REQUESTS, [*FIELDS, ("_idempotency-key", key)])
    changed_fields = [*((name, "15" if name == "need.participants" else value)
                        for name, value in FIELDS), ("_idempotency-key", key)]
    answer = visitor.post_form(REQUESTS, changed_fields)
    assert answer.status == 422
    assert "déjà été envoyé" in answer.page_text()
    assert answer.page.xpath("string(//input[@name='need.participants']/@value)") == "15"
    new = answer.page.xpath("string(//input[@name='_idempotency-key']/@value)")
    assert new and new != key


def test_the_blank_form_brings_a_key(visitor):
    answer = visitor.get("/quotes/form", Accept="text/html")
    uuid.UUID(answer.page.xpath("string(//input[@name='_idempotency-key']/@value)"))


def test_cut_connections_lose_and_double_nothing(own):
    """1,000 posts, each repeated until it is answered, while the connections to PostgreSQL are cut
    again and again."""
    posts, mark = 1000, str(uuid.uuid4())
    done = threading.Event()
    answered = threading.Semaphore(0)
    cuts = itertools.count()

    def cut():
        """After every tenth answer, so that a slow machine gets on as well."""
        connection = psycopg2.connect(own.database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not done.is_set():
                for _ in range(10):
                    answered.acquire(timeout=1)
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'codev'"
                    " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")
                next(cuts)
        connection.close()

    def post(number):
        for attempt in range(100):
            answer = own.visitor.post(REQUESTS, company(mark), Idempotency_Key=f"{mark}-{number}")
            if answer.status == 201:
                answered.release()
                return attempt
            assert answer.status == 502 or (answer.status == 503 and answer["Retry-After"]), answer
        raise AssertionError("no answer after 100 attempts")

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        with ThreadPoolExecutor(16) as pool:
            repeated = sum(attempt > 0 for attempt in pool.map(post, range(posts)))
    finally:
        done.set()
        cutter.join()
    connection = psycopg2.connect(own.owner_database)
    assert count(connection, mark) == posts
    connection.close()
    assert next(cuts) > 50 and repeated > 0
