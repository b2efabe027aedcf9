# SPDX-License-Identifier: MPL-2.0
"""What ends a worker: a request that lasts too long, limits it has reached, its death; and what is
told of it."""

import os
import re
import signal
import threading
import time
from contextlib import contextmanager

import fastcgi
import psycopg2
import pytest
from documents import EXAMPLE, MINIMAL
from instance import WORKERS, alive, wait_until

LIST = "/quotes/requests"


@contextmanager
def configured(whole, **attributes):
    """The pool with these attributes; the configuration is put back afterwards."""
    kept = whole.config.read_text()
    words = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    whole.config.write_text(re.sub("<pool ", f"<pool {words} ", kept))
    try:
        assert whole.codev("reload").returncode == 0
        wait_until(lambda: len(whole.loaders()) == 1, 10)
        yield
    finally:
        whole.config.write_text(kept)
        assert whole.codev("reload").returncode == 0
        wait_until(lambda: len(whole.loaders()) == 1, 10)


@contextmanager
def stuck(whole):
    """Whatever reads or writes requests for a quote waits."""
    with psycopg2.connect(whole.owner_database) as connection:
        connection.cursor().execute("LOCK TABLE quotes.request IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_a_request_that_lasts_too_long_ends_its_worker(whole):
    with configured(whole, request_seconds=1):
        before = set(whole.workers())
        with stuck(whole):
            started = time.monotonic()
            answer = whole.staff.get(LIST)
        assert (answer.status, answer.problem) == (502, "no-answer")
        assert 1.9 < time.monotonic() - started < 4
        (line,) = [line for line in whole.log_lines("its request lasted too long")
                   if answer["X-Request-Id"] in line]
        for words in ("signal=9", "plugin=quotes", "method=GET", "route=/requests", "stage=handle"):
            assert words in line
        wait_until(lambda: len(whole.workers()) == WORKERS, 10)
        assert len(before - set(whole.workers())) == 1
        assert whole.staff.get(LIST).status == 200


def test_nginx_gives_up_first(whole):
    """With nginx's fastcgi_read_timeout at the seconds of a request, clients hear 504."""
    nginx = whole.home / "nginx" / "codev.conf"
    kept = nginx.read_text()
    assert "fastcgi_read_timeout 30s;" in kept
    try:
        nginx.write_text(kept.replace("fastcgi_read_timeout 30s;", "fastcgi_read_timeout 1s;"))
        whole.reload_nginx()
        with configured(whole, request_seconds=1), stuck(whole):
            answer = whole.staff.get(LIST)
            assert (answer.status, answer.problem) == (504, "timeout")
            assert whole.log_lines(f"request={answer['X-Request-Id']} method=GET plugin=quotes")
    finally:
        nginx.write_text(kept)
        whole.reload_nginx()


def test_after_its_requests_a_worker_is_replaced_and_nobody_notices(whole):
    with configured(whole, max_requests=10):
        seen = set()
        for _ in range(40):
            seen.update(whole.workers())
            assert [whole.staff.get(LIST).status for _ in range(10)] == [200] * 10
        assert len(seen) > WORKERS + 10
        assert whole.log_lines("event=worker_spent requests=10")
        assert not [line for line in whole.log_lines("event=worker_ended")
                    if "level=warning" in line and "status=" in line]


@pytest.mark.parametrize("attributes", [{"memory_mib": 16}, {"descriptors": 16}])
def test_limits_of_the_smallest_kind_do_no_harm(whole, attributes):
    with configured(whole, **attributes):
        for _ in range(50):
            assert whole.staff.get(LIST).status == 200


@pytest.mark.parametrize("attributes, words", [
    ({"request_seconds": 0}, "request-seconds"), ({"request_seconds": 3601}, "request-seconds"),
    ({"max_requests": 0}, "max-requests"), ({"max_requests": 1000000001}, "max-requests"),
    ({"memory_mib": 15}, "memory-mib"), ({"memory_mib": 65537}, "memory-mib"),
    ({"descriptors": 15}, "descriptors"), ({"descriptors": 65537}, "descriptors")])
def test_limits_have_limits(whole, attributes, words):
    kept = whole.config.read_text()
    ((name, value),) = attributes.items()
    try:
        whole.config.write_text(
            kept.replace("<pool ", f'<pool {name.replace("_", "-")}="{value}" '))
        done = whole.codev("check", check=False)
    finally:
        whole.config.write_text(kept)
    assert done.returncode == 1 and words in done.stderr


def test_who_hung_up_while_waiting_costs_nothing(whole):
    """A flood of such requests kept everybody else out: each was served, and its statement cancelled."""
    workers = whole.workers()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    for number in range(20):
        begin(whole, f"hung-up-{number}", REQUEST_METHOD="GET", PATH_INFO="/quotes/form",
              pause=0).close()
    for worker in workers:
        os.kill(worker, signal.SIGCONT)
    answer = whole.visitor.get("/quotes/form")
    assert answer.status == 200
    assert whole.log_lines(answer["X-Request-Id"])
    served = [line for line in whole.log_lines("event=request") if "request=hung-up-" in line]
    assert len(served) <= len(workers), "but for those that were accepted before their clients left"


# ---- the record of a death, in the stages in which a worker can be held


def kill_the_one_at_work(whole, wanted):
    """Kill every worker; the last line in the log of one that had this at work."""
    for worker in whole.workers():
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not alive(worker))

    def found():
        return [line for line in whole.log_lines("event=worker_ended") if wanted in line]

    return wait_until(found, 5, f"no line has {wanted}")[-1]


def begin(whole, request_id, body=b"", cut=None, pause=0.3, **variables):
    """A request to the socket itself, of which only a part is sent."""
    head, rest = fastcgi.request(body, REQUEST_ID=request_id, **variables)
    connection = fastcgi.connect(str(whole.socket))
    connection.sendall((head + rest)[:cut if cut is not None else None])
    time.sleep(pause)
    return connection


def test_death_while_a_form_arrives(whole):
    connection = begin(whole, "death-accept", b"a=b" * 100, -60, REQUEST_METHOD="POST",
                       PATH_INFO=LIST, CONTENT_TYPE="application/x-www-form-urlencoded")
    line = kill_the_one_at_work(whole, "request=death-accept")
    assert "stage=accept" in line and "method=POST" in line and "plugin=-" in line
    connection.close()


def test_death_while_a_body_arrives(whole):
    connection = begin(whole, "death-in-body", EXAMPLE.encode(), -60, REQUEST_METHOD="POST",
                       PATH_INFO=LIST, CONTENT_TYPE="application/xml")
    line = kill_the_one_at_work(whole, "request=death-in-body")
    for words in ("stage=body", "method=POST", "plugin=quotes", "route=/requests"):
        assert words in line
    connection.close()


def test_death_while_a_statement_waits(whole):
    with stuck(whole):
        connection = begin(whole, "death-in-handle", REQUEST_METHOD="GET", PATH_INFO=LIST,
                           HTTP_AUTHORIZATION=f"Bearer {whole.staff_token}")
        line = kill_the_one_at_work(whole, "request=death-in-handle")
    for words in ("stage=handle", "method=GET", "plugin=quotes", "signal=9"):
        assert words in line
    connection.close()


def test_death_while_an_answer_is_sent(whole):
    """A client that does not read: the answer is longer than what the socket holds."""
    big = MINIMAL.replace("<modality>mixed</modality>",
                          f"<modality>mixed</modality><message>{'x' * 5000}</message>")
    threads = [threading.Thread(target=lambda: [whole.visitor.post(LIST, big) for _ in range(30)])
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection = begin(whole, "death-in-answer", REQUEST_METHOD="GET", PATH_INFO=LIST,
                       QUERY_STRING="limit=200", HTTP_AUTHORIZATION=f"Bearer {whole.staff_token}")
    line = kill_the_one_at_work(whole, "request=death-in-answer")
    assert "stage=answer" in line
    connection.close()


def test_an_idle_worker_dies_of_nothing(whole):
    line = kill_the_one_at_work(whole, "request=- plugin=- method=- route=- stage=-")
    assert "signal=9" in line
