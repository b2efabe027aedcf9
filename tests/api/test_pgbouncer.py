# SPDX-License-Identifier: MPL-2.0
"""codev behind Debian's PgBouncer that pools by transaction, with fewer connections than workers."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from documents import EXAMPLE
from instance import alive, free_port, wait_until
from notes import Notes
from turns import Turns

SETTINGS = """\
[databases]
codev = host={sockets} port=5432 dbname=codev
[pgbouncer]
listen_addr =
unix_socket_dir = {home}
listen_port = {port}
auth_type = trust
auth_file = {home}/users
pool_mode = transaction
default_pool_size = 2
pidfile = {home}/pid
logfile = {home}/log
"""


@pytest.fixture(scope="module")
def notes(make_instance, tmp_path_factory):
    return Notes(make_instance(["notes"]), tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def pooled(notes):
    """The instance, its workers on PgBouncer in place of PostgreSQL."""
    own = notes.instance
    home = own.directory / "bouncer"
    home.mkdir(mode=0o755)
    port = free_port()
    (home / "users").write_text('"codev" ""\n')
    (home / "settings").write_text(
        SETTINGS.format(sockets=own.directory / "sockets", home=home, port=port))
    owner = (own.directory / "postgresql").stat()
    for path in (home, *home.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)
    user = {} if owner.st_uid == os.getuid() else {
        "user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    bouncer = subprocess.Popen(["/usr/sbin/pgbouncer", "-q", str(home / "settings")], **user)
    wait_until((home / f".s.PGSQL.{port}").exists)

    direct = own.setting("database/application")
    text = own.config.read_text()
    text = text.replace(f"<application>{direct}<", '<application pooling="transaction">'
                        f"host={home} port={port} dbname=codev user=codev<")
    text = text.replace("/main.sock", "/pooled.sock")
    config = own.directory / "pooled.xml"
    config.write_text(text)
    log = open(own.directory / "log" / "pooled.log", "ab")
    # As the tests' own user, who can read the program wherever it lies.
    codev = subprocess.Popen([own.binary, "serve", "--config", str(config)], stderr=log)
    socket = own.directory / "sockets" / "pooled.sock"
    wait_until(socket.exists)
    os.chown(socket, owner.st_uid, owner.st_gid)
    nginx = own.directory / "nginx" / "codev.conf"
    nginx.write_text(nginx.read_text().replace("/main.sock", "/pooled.sock"))
    os.kill(int((own.directory / "nginx" / "pid").read_text()), 1)
    wait_until(lambda: "pooled.sock" in nginx.read_text() and
               own.visitor.get("/health/ready").status == 200)
    yield own
    for process in (codev, bouncer):
        process.terminate()
        process.wait(20)
    log.close()
    assert not alive(codev.pid)


def test_requests_are_served_through_it(pooled):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: pooled.visitor.post(
            "/quotes/requests", EXAMPLE, Idempotency_Key=f"pooled-{number % 50}"), range(100)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer["Location"] for answer in answers}) == 50
    assert len(pooled.staff.get("/quotes/requests?limit=200").root) == 50
    log = (pooled.directory / "log" / "pooled.log").read_text()
    assert "event=request" in log and "level=error" not in log


def test_what_one_caller_may_does_not_stay_for_the_next(pooled):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda number: (
            pooled.staff if number % 2 else pooled.visitor).get("/quotes/requests").status,
            range(200)))
    assert statuses == [401, 200] * 100


def test_two_organisations_take_turns(notes, pooled):
    """Over the same few connections, each of which serves whoever comes next."""
    assert Turns(notes).take(1000) > 100
