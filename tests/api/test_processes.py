# SPDX-License-Identifier: MPL-2.0
"""Processes that die, and a database that goes away and comes back."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from client import BROWSER
from documents import EXAMPLE, FIELDS
from instance import WORKERS, alive, children, wait_until

LIST = "/quotes/requests"


def backends(whole):
    """Processes of PostgreSQL that serve the application's role."""
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'codev'")
        return [pid for (pid,) in cursor.fetchall()]


def wait_for_workers(whole):
    def all_there():
        workers = whole.workers()
        return workers if len(workers) == WORKERS else None

    return wait_until(all_there, 10, f"there are not {WORKERS} workers")


def many(client, count=4 * WORKERS):
    """Statuses of requests at the same time, so that every worker has its turn."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda _: client.get(LIST).status, range(count)))


# ---- workers and loaders


def test_one_loader_with_its_workers_below_one_master(whole):
    (loader,) = whole.loaders()
    assert len(children(loader)) == WORKERS
    assert [line for line in whole.log_lines("event=pool_ready") if f"loader={loader}" in line]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_worker_that_dies_is_replaced(whole, how):
    before = wait_for_workers(whole)
    time.sleep(1.1)  # one that dies as soon as it has begun is waited for
    os.kill(before[0], how)
    wait_until(lambda: not alive(before[0]))
    assert many(whole.staff) == [200] * (4 * WORKERS)
    after = wait_for_workers(whole)
    assert set(after) > set(before[1:]) and before[0] not in after
    assert [line for line in whole.log_lines("event=worker_ended") if f"pid={before[0]} " in line]


def test_all_workers_that_die_at_once_are_replaced(whole):
    before = wait_for_workers(whole)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not any(alive(worker) for worker in before))
    assert not set(wait_for_workers(whole)) & set(before)
    assert many(whole.staff) == [200] * (4 * WORKERS)


def test_a_loader_that_dies_is_replaced_with_its_workers(whole):
    (before,) = whole.loaders()
    workers = whole.workers()
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: not any(alive(worker) for worker in workers), 10,
               "the workers outlive their loader")
    wait_until(lambda: [each for each in whole.loaders() if each != before], 10)
    whole.wait_until_whole()
    assert many(whole.staff) == [200] * (4 * WORKERS)


def test_a_worker_holds_no_more_descriptors_after_many_requests(whole):
    def descriptors():
        return sum(len(os.listdir(f"/proc/{worker}/fd")) for worker in whole.workers())

    many(whole.staff)
    wait_until(lambda: len(backends(whole)) == WORKERS)
    before = descriptors()
    for _ in range(5):
        many(whole.staff, 10 * WORKERS)
        whole.visitor.post(LIST, "<broken")
        whole.visitor.post(LIST, EXAMPLE, Content_Type="text/plain")
    # the last answer may be there before its connection is closed
    wait_until(lambda: descriptors() <= before, 5, "there are more descriptors than before")


# ---- the database


def unavailable(answer):
    assert answer.status == 503, answer
    assert 1 <= int(answer["Retry-After"]) <= 60
    return answer


@pytest.fixture
def without_postgres(whole):
    assert many(whole.staff) == [200] * (4 * WORKERS)
    whole.stop_postgres()
    yield whole
    whole.start_postgres()


def test_without_its_database_it_says_so_and_comes_back_by_itself(whole):
    workers = wait_for_workers(whole)
    assert many(whole.staff) == [200] * (4 * WORKERS)
    whole.stop_postgres()
    try:
        for _ in range(2):
            for client, method, path, body in (
                    (whole.staff, "GET", LIST, None), (whole.visitor, "POST", LIST, EXAMPLE),
                    (whole.visitor, "GET", "/quotes/form", None)):
                answer = unavailable(client.request(method, path, body, Accept="application/xml",
                                                    Content_Type="application/xml"))
                assert answer.problem == "unavailable", answer
    finally:
        whole.start_postgres()
    assert many(whole.staff) == [200] * (4 * WORKERS)
    assert whole.visitor.post(LIST, EXAMPLE).status == 201
    assert wait_for_workers(whole) == workers, "nobody was restarted"


def test_without_its_database_it_is_alive(without_postgres):
    answer = without_postgres.visitor.get("/health/live")
    assert answer.status == 200
    assert answer.root.get("status") == "live"


def test_without_its_database_faults_are_told_all_the_same(without_postgres):
    visitor = without_postgres.visitor
    assert visitor.get("/nothing").status == 404
    assert visitor.get(LIST).status == 401
    assert visitor.post(LIST, "<broken").status == 400
    assert visitor.post(LIST, EXAMPLE.replace("@", "")).status == 422


def test_without_its_database_people_read_a_sentence(without_postgres):
    answer = unavailable(without_postgres.visitor.post_form(LIST, FIELDS, Accept=BROWSER))
    assert answer.media_type == "text/html"
    assert "réessayer" in answer.page_text()
    assert answer["X-Request-Id"] in answer.page_text()


def test_after_a_restart_of_the_database_the_first_request_is_answered(whole):
    assert many(whole.staff) == [200] * (4 * WORKERS)
    whole.stop_postgres()
    whole.start_postgres()
    assert many(whole.staff) == [200] * (4 * WORKERS)


def test_connections_that_were_cut_are_made_anew(whole):
    assert many(whole.staff) == [200] * (4 * WORKERS)
    before = backends(whole)
    assert len(before) == WORKERS
    for backend in before:
        os.kill(backend, signal.SIGTERM)
    wait_until(lambda: not any(alive(backend) for backend in before))
    assert many(whole.staff) == [200] * (4 * WORKERS)
    assert whole.visitor.post(LIST, EXAMPLE).status == 201


def test_a_worker_has_one_connection(whole):
    assert many(whole.staff) == [200] * (4 * WORKERS)
    assert len(backends(whole)) == WORKERS


def test_no_transaction_stays_open(whole):
    for client in (whole.staff, whole.visitor):
        client.get(LIST)
        client.post(LIST, EXAMPLE)
        client.post(LIST, EXAMPLE.replace("2026-11", "1999-01"))
        client.post_form(LIST, FIELDS + [("x", "y")])
    with psycopg2.connect(whole.database) as connection:  # others do not see this role's states
        cursor = connection.cursor()
        cursor.execute("SELECT state FROM pg_stat_activity WHERE usename = 'codev'"
                       " AND pid <> pg_backend_pid()")
        assert {state for (state,) in cursor.fetchall()} == {"idle"}


def test_a_lock_that_is_not_given_back_is_503_in_time(whole):
    """The statement's time is bounded, so that one transaction does not hold all workers."""
    with psycopg2.connect(whole.owner_database) as connection:
        connection.cursor().execute("LOCK TABLE quotes.request IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        unavailable(whole.staff.get(LIST))
        assert 4 < time.monotonic() - started < 8
        connection.rollback()
    assert whole.staff.get(LIST).status == 200
