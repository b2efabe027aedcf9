# SPDX-License-Identifier: MPL-2.0
"""A new generation, or a new binary, takes over while requests run, and nobody notices."""

import os
import re
import shutil
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
from documents import EXAMPLE
from instance import WORKERS, alive, wait_until

LIST = "/quotes/requests"


@contextmanager
def load(whole, threads=8):
    """Requests all the time, some of them writing; yields the statuses so far."""
    statuses = Counter()
    ends = threading.Event()
    lock = threading.Lock()

    def ask(number):
        client = whole.staff
        while not ends.is_set():
            answer = client.get("/quotes/form") if number % 4 else client.post(LIST, EXAMPLE)
            with lock:
                statuses[answer.status] += 1

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(ask, number) for number in range(threads)]
        try:
            yield statuses
        finally:
            ends.set()
            for each in running:
                each.result()


def settled(whole):
    """No generation is leaving any more."""
    wait_until(lambda: len(whole.loaders()) == 1 and len(whole.workers()) == WORKERS, 10)


def assert_none_failed(statuses, least):
    assert set(statuses) <= {200, 201}, statuses
    assert sum(statuses.values()) >= least, statuses


def test_50_reloads_under_load_fail_no_request(whole):
    with load(whole) as statuses:
        for _ in range(50):
            before = set(whole.loaders())
            assert whole.codev("reload").returncode == 0
            assert set(whole.loaders()) - before, "no other generation serves"
    assert_none_failed(statuses, 1000)
    wait_until(lambda: len(whole.loaders()) == 1, 10, "an old generation stays")
    wait_until(lambda: len(whole.workers()) == WORKERS)


def test_25_bursts_meet_a_reload_each_and_none_fails(whole):
    statuses = Counter()
    for _ in range(25):
        with ThreadPoolExecutor(65) as pool:
            answers = [pool.submit(whole.visitor.get, "/quotes/form") for _ in range(64)]
            reload = pool.submit(whole.codev, "reload")
            statuses.update(answer.result().status for answer in answers)
            assert reload.result().returncode == 0
    assert statuses == {200: 25 * 64}


def test_a_reload_returns_when_the_new_generation_serves(whole):
    settled(whole)
    (before,) = whole.loaders()
    assert whole.codev("reload").returncode == 0
    wait_until(lambda: not alive(before), 10, "the old generation stays")
    (after,) = whole.loaders()
    assert after != before
    assert whole.visitor.get("/health/ready").status == 200


def test_sighup_reloads(whole):
    settled(whole)
    (before,) = whole.loaders()
    os.kill(whole.pid, signal.SIGHUP)
    wait_until(lambda: whole.loaders() not in ([], [before]) and not alive(before), 10)
    assert whole.visitor.get("/health/ready").status == 200


@contextmanager
def changed(whole, pattern, replacement):
    """The configuration with a change, put back afterwards."""
    kept = whole.config.read_text()
    text, count = re.subn(pattern, replacement, kept, count=1)
    assert count == 1
    whole.config.write_text(text)
    try:
        yield
    finally:
        whole.config.write_text(kept)


@pytest.mark.parametrize("pattern, replacement, words", [
    ('workers="8"', 'workers="0"', "/codev/pool/@workers"),
    ("<plugin>quotes", "<plugin>nothing", "nothing"),
    ("</codev>", "", "codev.xml"),
    ('<key id="private">[^<]*', '<key id="private">/nonexistent.pem', "/nonexistent.pem"),
])
def test_a_generation_that_cannot_serve_never_takes_over(whole, pattern, replacement, words):
    settled(whole)
    before = [*whole.loaders(), *whole.workers()]
    with changed(whole, pattern, replacement):
        done = whole.codev("reload", check=False)
    assert done.returncode == 1
    assert words in done.stderr, done.stderr
    assert [*whole.loaders(), *whole.workers()] == before
    assert whole.visitor.get("/health/ready").status == 200
    assert whole.codev("reload").returncode == 0


def test_a_new_configuration_counts(whole):
    with changed(whole, 'workers="8"', 'workers="3"'):
        assert whole.codev("reload").returncode == 0
        wait_until(lambda: len(whole.loaders()) == 1 and len(whole.workers()) == 3, 10)
        assert whole.visitor.get("/health/ready").status == 200
    assert whole.codev("reload").returncode == 0
    wait_until(lambda: len(whole.loaders()) == 1 and len(whole.workers()) == WORKERS, 10)


def test_pools_come_and_go(whole, tmp_path):
    (socket,) = re.findall('socket="([^"]*)/main.sock"', whole.config.read_text())
    second = f'<pool name="second" workers="1" socket="{socket}/second.sock">' \
             "<plugin>quotes</plugin></pool></codev>"
    with changed(whole, "</codev>", second):
        assert whole.codev("reload").returncode == 0
        assert os.path.exists(f"{socket}/second.sock")
        wait_until(lambda: len(whole.loaders()) == 2, 10)
    assert whole.codev("reload").returncode == 0
    wait_until(lambda: len(whole.loaders()) == 1, 10)
    wait_until(lambda: not os.path.exists(f"{socket}/second.sock"))
    assert whole.visitor.get("/health/ready").status == 200


def test_a_request_at_work_is_ended_by_its_own_generation(whole):
    """It waits for another with its Idempotency-Key, which is not done yet."""
    with psycopg2.connect(whole.owner_database) as connection, ThreadPoolExecutor(1) as pool:
        connection.cursor().execute("INSERT INTO core.idempotency VALUES ('', %s, 'k-reload', 'x')",
                                    [LIST])
        answer = pool.submit(whole.visitor.post, LIST, EXAMPLE, Idempotency_Key="k-reload")
        time.sleep(0.3)
        assert whole.codev("reload").returncode == 0
        assert whole.visitor.get("/health/ready").status == 200
        assert not answer.done()
        connection.rollback()
        assert answer.result().status == 201


def test_without_a_master_a_reload_says_so(whole):
    whole.stop_codev()
    done = whole.codev("reload", check=False)
    assert done.returncode == 1 and "No codev is running" in done.stderr
    whole.start_codev()


def test_only_its_own_user_may_ask(whole):
    control = whole.socket.with_name("main.sock.control")
    assert control.stat().st_mode & 0o777 == 0o660


# ---- upgrades


@pytest.fixture
def own_binary(whole):
    """The instance runs a copy of the program, which a test may replace."""
    whole.stop_codev()
    copy = whole.directory / "codev-copy"
    shutil.copy2(whole.binary, copy)
    copy.chmod(0o755)
    whole.start_codev(program=copy)
    yield copy
    whole.stop_codev()
    whole.start_codev()


def replace(binary, source):
    """As an installation does: the name gets another file."""
    new = binary.with_suffix(".new")
    shutil.copy2(source, new)
    new.chmod(0o755)
    os.rename(new, binary)


def test_upgrades_under_load_fail_no_request(whole, own_binary):
    with load(whole) as statuses:
        for _ in range(5):
            replace(own_binary, whole.binary)
            assert whole.codev("upgrade").returncode == 0
            assert os.readlink(f"/proc/{whole.pid}/exe") == str(own_binary)
            wait_until(lambda: len(whole.loaders()) == 1, 10, "an old generation stays")
            assert os.readlink(f"/proc/{whole.loaders()[0]}/exe") == str(own_binary)
    assert_none_failed(statuses, 100)


def test_a_binary_that_does_not_work_is_never_executed(whole, own_binary):
    settled(whole)
    before = [*whole.loaders(), *whole.workers()]
    broken = own_binary.with_suffix(".broken")
    broken.write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 1\n")
    replace(own_binary, broken)
    done = whole.codev("upgrade", check=False)
    assert done.returncode == 1 and "it is broken" in done.stderr
    assert [*whole.loaders(), *whole.workers()] == before
    assert whole.visitor.get("/health/ready").status == 200


def test_while_a_binary_is_tried_nothing_else_begins(whole, own_binary):
    """And whoever asked first is answered."""
    slow = own_binary.with_suffix(".slow")
    slow.write_text("#!/bin/sh\nsleep 1.5\necho 'tried and broken' >&2\nexit 1\n")
    replace(own_binary, slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(whole.codev, "upgrade", check=False)
        time.sleep(0.5)
        for command in ("upgrade", "reload"):
            done = whole.codev(command, check=False)
            assert done.returncode == 1 and "under way" in done.stderr, command
        assert first.result().returncode == 1 and "tried and broken" in first.result().stderr
    assert whole.codev("reload").returncode == 0
    assert whole.visitor.get("/health/ready").status == 200


def test_a_stop_after_an_upgrade_leaves_nothing(whole, own_binary):
    replace(own_binary, whole.binary)
    assert whole.codev("upgrade").returncode == 0
    processes = [whole.pid, *whole.loaders(), *whole.workers()]
    whole.stop_codev()
    wait_until(lambda: not any(alive(process) for process in processes), 20)
    whole.start_codev()
    assert whole.visitor.get("/health/ready").status == 200
