# SPDX-License-Identifier: MPL-2.0
"""Processes that neither answer nor end, as when their machine has gone."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest
from documents import EXAMPLE
from instance import WORKERS, arguments, children, wait_until

LIST = "/quotes/requests"


def at_once(client, count):
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda _: client.get(LIST), range(count)))


@pytest.fixture
def silent_backends(whole):
    """The connections of all workers lead to nowhere, though new ones can be made."""
    def backends():
        at_once(whole.staff, 2 * WORKERS)
        with psycopg2.connect(whole.owner_database) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'codev'")
            pids = [pid for (pid,) in cursor.fetchall()]
        return pids if len(pids) == WORKERS else None

    pids = wait_until(backends, 10, "not every worker has a connection")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield whole
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def test_a_database_that_says_nothing_is_given_up(silent_backends):
    started = time.monotonic()
    answers = at_once(silent_backends.staff, WORKERS)
    assert 10 < time.monotonic() - started < 20
    assert {(answer.status, answer.problem) for answer in answers} == {(503, "unavailable")}
    answers = at_once(silent_backends.staff, 4 * WORKERS)
    assert [answer.status for answer in answers] == [200] * (4 * WORKERS), "connections made anew"
    assert silent_backends.log_lines('reason="nothing came"')


@pytest.fixture
def standby(whole):
    """Says for which second machine a commit waits when it has been written down."""
    def wait_for(name):
        server = whole.owner_database.replace("user=codev_owner", "user=postgres")
        with closing(psycopg2.connect(server)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("ALTER SYSTEM SET synchronous_standby_names = %s", (name,))
            cursor.execute("SELECT pg_reload_conf()")

    yield wait_for
    wait_for("")


def test_nobody_is_told_to_try_again_whose_request_may_have_been_kept(whole, standby):
    """As when the connection ends between a commit and its answer."""
    standby("nobody")
    answer = whole.visitor.post(LIST, EXAMPLE.replace("Aciers", "Doutes"))
    assert (answer.status, answer.problem) == (502, "no-answer")
    assert not answer["Retry-After"]
    standby("")
    wait_until(lambda: b"Doutes" in whole.staff.get(LIST).body, 10, "it was kept")


def stop_the_next_loader(whole):
    """Kill the loader, and stop the one that follows as soon as it is there."""
    (loader,) = whole.loaders()
    os.kill(loader, signal.SIGKILL)

    def other():
        return [pid for pid in children(whole.pid) if pid != loader and "load" in arguments(pid)]

    (loader,) = wait_until(other)
    os.kill(loader, signal.SIGSTOP)
    return loader


def test_a_loader_that_hangs_is_replaced(whole):
    def outcome():
        """The loader had been ready before it was stopped, or another took its place."""
        if any(f"loader={loader} " in line for line in whole.log_lines("event=pool_ready")):
            return "ready"
        return "replaced" if whole.loaders() not in ([], [loader]) else None

    for _ in range(10):
        loader = stop_the_next_loader(whole)
        found = wait_until(outcome, 40, "no other loader came")
        if found == "ready":
            os.kill(loader, signal.SIGCONT)
        whole.wait_until_whole()
        if found == "replaced":
            break
    assert found == "replaced", "loaders were always faster"
