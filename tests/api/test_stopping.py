# SPDX-License-Identifier: MPL-2.0
"""A stop cuts nobody off."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import fastcgi
import psycopg2
import pytest
from documents import EXAMPLE
from instance import alive, wait_until
from lxml import etree

LIST = "/quotes/requests"


def socket_of(whole):
    return etree.parse(str(whole.config)).find("{*}pool").get("socket")


def count(whole):
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM quotes.request")
        return cursor.fetchone()[0]


def test_a_stop_among_200_requests_cuts_none_that_was_accepted(whole):
    """What had reached codev is answered as a whole; what came later has reached nobody, and hears
    that it may try again."""
    before = count(whole)
    answered = threading.Semaphore(0)

    def ask(_):
        answer = whole.visitor.post(LIST, EXAMPLE)
        answered.release()
        return answer

    with ThreadPoolExecutor(200) as pool:
        answers = pool.map(ask, range(200))
        for _ in range(20):
            answered.acquire()
        os.kill(whole.pid, signal.SIGTERM)
        answers = list(answers)
    statuses = [answer.status for answer in answers]
    created = statuses.count(201)
    assert set(statuses) <= {201, 503}, statuses
    assert created >= 20
    assert count(whole) - before == created
    for answer in answers:
        assert answer.problem in (None, "unavailable")
    wait_until(lambda: not alive(whole.pid), 20)


@pytest.mark.parametrize("when", ["in the parameters", "before the body", "in the body"])
def test_a_request_that_is_still_arriving_is_served_before_the_stop(whole, when):
    body = EXAMPLE.encode()
    head, rest = fastcgi.request(body, REQUEST_METHOD="POST", PATH_INFO=LIST,
                                 CONTENT_TYPE="application/xml")
    cut = {"in the parameters": 40, "before the body": len(head), "in the body": len(head) + 300}
    message, at = head + rest, cut[when]
    connection = fastcgi.connect(socket_of(whole))
    connection.sendall(message[:at])
    time.sleep(0.3)  # until a worker waits for more
    os.kill(whole.pid, signal.SIGTERM)
    time.sleep(0.3)
    connection.sendall(message[at:])
    status, answer = fastcgi.answer(connection)
    assert status == 201, (status, answer)
    wait_until(lambda: not alive(whole.pid), 20)


@contextmanager
def waiting_request(whole):
    """A request whose statement waits for a lock, which goes with the context."""
    with psycopg2.connect(whole.owner_database) as connection, ThreadPoolExecutor(1) as pool:
        cursor = connection.cursor()
        cursor.execute("LOCK TABLE quotes.request IN ACCESS EXCLUSIVE MODE")
        answer = pool.submit(whole.visitor.post, LIST, EXAMPLE)

        def waits():
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            return cursor.fetchall()

        wait_until(waits, 5, "nobody waits for the lock")
        yield answer
        connection.rollback()


def test_a_statement_that_is_running_ends_before_the_stop(whole):
    with waiting_request(whole) as answer:
        os.kill(whole.pid, signal.SIGTERM)
        time.sleep(0.3)
    assert answer.result().status == 201
    wait_until(lambda: not alive(whole.pid), 20)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_no_process_and_no_socket(whole, how):
    path = socket_of(whole)
    processes = [whole.pid, *whole.loaders(), *whole.workers()]
    assert len(processes) == 10 and os.path.exists(path)
    started = time.monotonic()
    whole.stop_codev(how)
    assert time.monotonic() - started < 5
    assert not any(alive(process) for process in processes)
    assert not os.path.exists(path)


def test_a_client_that_never_ends_its_request_does_not_hold_the_stop_for_ever(whole):
    head, _ = fastcgi.request(b"x" * 100, REQUEST_METHOD="POST", PATH_INFO=LIST)
    connection = fastcgi.connect(socket_of(whole))
    connection.sendall(head)
    time.sleep(0.3)
    os.kill(whole.pid, signal.SIGTERM)
    wait_until(lambda: not alive(whole.pid), 18, "codev waits for ever")
    connection.close()


def test_a_second_master_on_the_socket_is_refused(whole):
    done = whole.codev("serve", check=False)
    assert done.returncode == 1
    assert "served by another process already" in done.stderr
    assert whole.visitor.get("/health/ready").status == 200
    assert os.path.exists(socket_of(whole))


def test_a_socket_that_a_crash_left_behind_is_no_hindrance(whole):
    processes = [*whole.loaders(), *whole.workers()]
    os.kill(whole.pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(process) for process in [whole.pid, *processes]), 10,
               "workers outlive the master")
    assert os.path.exists(socket_of(whole))
    whole.start_codev()
    assert whole.visitor.get("/health/ready").status == 200


def test_a_worker_that_dies_under_a_request_is_502(whole):
    workers = whole.workers()
    with waiting_request(whole) as answer:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        answer = answer.result()
        wait_until(lambda: not any(alive(worker) for worker in workers))
    assert (answer.status, answer.problem) == (502, "no-answer")
    assert whole.visitor.get("/health/live").status == 200


def test_stopping_while_the_loader_starts_anew_ends_all_the_same(whole):
    (loader,) = whole.loaders()
    os.kill(loader, signal.SIGKILL)
    time.sleep(1.05)  # the next one is loading
    whole.stop_codev()
    wait_until(lambda: not whole.leftovers(), 5, "a process is left")
