# SPDX-License-Identifier: MPL-2.0
"""/health/ready tells by the same document what is ready and what is not."""

import re
import shutil
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import fastcgi
import psycopg2
import pytest
from client import parse, validate
from documents import EXAMPLE
from instance import wait_until

LIST = "/quotes/requests"


def check(root):
    """The checks by name, from a document that is valid."""
    validate(root)
    checks = {node.get("name"): dict(node.attrib) for node in root}
    assert len(checks) == len(root), "a name is told twice"
    failed = [name for name, check in checks.items() if check["status"] != "ok"]
    assert root.get("status") == ("not-ready" if failed else "ready")
    return checks, failed


def ready(whole, status):
    """What fails, and all checks, with the status that is expected."""
    answer = whole.visitor.get("/health/ready")
    assert answer.status == status, answer
    assert answer.media_type == "application/xml"
    assert answer.root.tag == "{urn:codev:core:1}health"
    assert answer["Cache-Control"] == "no-store"
    assert bool(answer["Retry-After"]) == (status == 503)
    checks, failed = check(answer.root)
    assert bool(failed) == (status == 503)
    return failed, checks


def as_owner(whole, *statements):
    with closing(psycopg2.connect(whole.owner_database)) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


@contextmanager
def changed(whole, statement, back):
    as_owner(whole, statement)
    try:
        yield
    finally:
        as_owner(whole, back)


def shipped(whole, plugin):
    """The number of a plugin's newest migration."""
    files = Path(whole.setting("data-directory"), plugin, "migrations").glob("*.sql")
    return max(int(path.name[:4]) for path in files)


def test_all_is_told_when_all_is_fine(whole):
    failed, checks = ready(whole, 200)
    assert not failed
    assert {"database", "migrations-core", "plugin-core", "migrations-quotes",
            "plugin-quotes"} <= set(checks)
    for name, found in checks.items():
        plugin = name.partition("-")[2]
        assert found.get("plugin", "") == plugin
        if name.startswith("migrations-"):
            assert found["state"] == "current"
            assert found["applied"] == found["shipped"]
    assert int(checks["migrations-core"]["applied"]) >= 4


def test_without_its_database_that_alone_is_told(whole):
    whole.stop_postgres()
    try:
        for _ in range(2):
            failed, checks = ready(whole, 503)
            assert failed == ["database"] == list(checks)
        for condition in ({"If_None_Match": "*"}, {"If_Match": '"x"'}):
            assert whole.visitor.get("/health/ready", **condition).status == 503
    finally:
        whole.start_postgres()
    ready(whole, 200)


def test_a_pending_migration_is_told_with_its_plugin(whole):
    newest = shipped(whole, "quotes")
    newest_row = f"WHERE plugin = 'quotes' AND number = {newest}"
    with changed(whole, f"UPDATE core.migration SET plugin = 'quotes-' {newest_row}",
                 "UPDATE core.migration SET plugin = 'quotes' WHERE plugin = 'quotes-'"):
        failed, checks = ready(whole, 503)
        assert failed == ["migrations-quotes"]
        assert checks["migrations-quotes"] == {
            "name": "migrations-quotes", "plugin": "quotes", "status": "failed",
            "state": "pending", "applied": str(newest - 1), "shipped": str(newest)}
    ready(whole, 200)


def test_a_plugin_that_was_never_migrated_is_told(whole):
    with changed(whole, "UPDATE core.migration SET plugin = 'quotes-' WHERE plugin = 'quotes'",
                 "UPDATE core.migration SET plugin = 'quotes' WHERE plugin = 'quotes-'"):
        failed, checks = ready(whole, 503)
        assert failed == ["migrations-quotes"]
        assert checks["migrations-quotes"]["applied"] == "0"


def test_a_database_that_is_newer_is_told_and_no_failure(whole):
    """The database is migrated before the old program is replaced, which serves on until then."""
    with changed(whole, "INSERT INTO core.migration VALUES ('quotes', 9000, '9000-x.sql', '')",
                 "DELETE FROM core.migration WHERE number = 9000"):
        _, checks = ready(whole, 200)
        assert checks["migrations-quotes"]["state"] == "newer"
        assert checks["migrations-quotes"]["applied"] == "9000"
        assert checks["migrations-core"]["state"] == "current"


def restart_workers(whole):
    before = whole.workers()
    subprocess.run(["kill", "-TERM", *map(str, before)], check=True)
    wait_until(lambda: len(whole.workers()) == len(before) and
               not set(whole.workers()) & set(before), 15)


def test_a_plugin_whose_statements_do_not_fit_is_told(whole):
    """As when the tables are not those that the program was made for."""
    with changed(whole, "ALTER TABLE quotes.request RENAME TO other",
                 "ALTER TABLE quotes.other RENAME TO request"):
        restart_workers(whole)
        failed, checks = ready(whole, 503)
        assert failed == ["plugin-quotes"]
        assert checks["database"]["status"] == checks["plugin-core"]["status"] == "ok"
        assert whole.visitor.post(LIST, EXAMPLE).status == 503
    ready(whole, 200)
    assert whole.visitor.post(LIST, EXAMPLE).status == 201


def test_a_database_older_than_the_question_is_told(whole):
    """core.migrations came with a migration itself."""
    with changed(whole, "ALTER FUNCTION core.migrations RENAME TO other",
                 "ALTER FUNCTION core.other RENAME TO migrations"):
        failed, checks = ready(whole, 503)
        assert failed == ["migrations-core"]
        assert checks["migrations-core"]["state"] == "pending"
        assert "applied" not in checks["migrations-core"]
        assert "migrations-quotes" not in checks, "nothing is known of it"
    ready(whole, 200)


@pytest.fixture
def newer(whole, tmp_path):
    """A second master on the same database, whose program came with one more migration."""
    copy = tmp_path / "data"
    shutil.copytree(whole.setting("data-directory"), copy)
    (copy / "quotes/migrations/0900-later.sql").write_text("CREATE TABLE quotes.later ();")
    text = re.sub(r"(<data-directory>)[^<]*", rf"\g<1>{copy}", whole.config.read_text())
    socket = tmp_path / "s"
    config = tmp_path / "codev.xml"
    config.write_text(re.sub(r'socket="[^"]*"', f'socket="{socket}"', text))
    with open(tmp_path / "log", "wb") as log:
        master = subprocess.Popen([whole.binary, "serve", "--config", str(config)], stderr=log)
    wait_until(lambda: "event=serving" in (tmp_path / "log").read_text(), 10)
    yield config, socket
    master.terminate()
    master.wait(20)
    as_owner(whole, "DELETE FROM core.migration WHERE number = 900",
             "DROP TABLE IF EXISTS quotes.later")


def test_a_new_program_is_ready_once_the_database_was_migrated(whole, newer):
    config, socket = newer

    def ask():
        with closing(fastcgi.connect(socket)) as connection:
            head, tail = fastcgi.request(b"", REQUEST_METHOD="GET", PATH_INFO="/health/ready")
            connection.sendall(head + tail)
            status, body = fastcgi.answer(connection)
        checks, failed = check(parse(body))
        return status, failed, checks["migrations-quotes"]

    status, failed, found = ask()
    assert (status, failed, found["state"]) == (503, ["migrations-quotes"], "pending")
    assert (found["applied"], found["shipped"]) == (str(shipped(whole, "quotes")), "900")
    assert ready(whole, 200)[1]["migrations-quotes"]["state"] == "current"
    assert whole.codev("migrate", config=config).stdout == "1 migrations applied.\n"
    status, failed, found = ask()
    assert (status, failed, found["state"]) == (200, [], "current")
    assert ready(whole, 200)[1]["migrations-quotes"]["state"] == "newer"


def test_the_application_sees_no_more_of_the_migrations(whole):
    with closing(psycopg2.connect(whole.database)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT plugin, newest FROM core.migrations() ORDER BY plugin")
        assert [plugin for plugin, _ in cursor.fetchall()][:2] == ["core", "quotes"]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT * FROM core.migration")
        for role in ("codev_core", "codev_quotes"):
            cursor.execute(f"SET ROLE {role}")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("SELECT * FROM core.migrations()")
