# SPDX-License-Identifier: MPL-2.0
"""`codev migrate`: each file once, and the past is never changed."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from documents import EXAMPLE

NEW = "0900-test.sql"


@pytest.fixture
def data(whole, tmp_path):
    """A copy of the data directory, and a configuration that names it."""
    copy = tmp_path / "data"
    shutil.copytree(whole.setting("data-directory"), copy)
    config = tmp_path / "codev.xml"
    config.write_text(re.sub(r"(<data-directory>)[^<]*", rf"\g<1>{copy}", whole.config.read_text()))
    yield copy
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("DELETE FROM core.migration WHERE number >= 900")
        cursor.execute("DROP TABLE IF EXISTS quotes.added, quotes.other")


def migrate(whole, data, check=True):
    return whole.codev("migrate", config=data.parent / "codev.xml", check=check)


def applied(whole):
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT plugin, number, name, sha256 FROM core.migration ORDER BY 1, 2")
        return cursor.fetchall()


def exists(whole, table):
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return cursor.fetchone()[0]


def refused(whole, data, *words):
    before = applied(whole)
    done = migrate(whole, data, check=False)
    assert done.returncode == 1 and not done.stdout
    for word in words:
        assert word in done.stderr, done.stderr
    assert applied(whole) == before


def test_every_shipped_file_was_applied_with_its_digest(whole):
    shipped = {}
    for path in Path(whole.setting("data-directory")).glob("*/migrations/*.sql"):
        digest = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True)
        shipped[path.parts[-3], int(path.name[:4]), path.name] = digest.stdout.split()[0]
    assert {row[:3]: row[3] for row in applied(whole)} == shipped
    assert ("core", 1, "0001-core.sql") in shipped


def test_nobody_may_make_what_stands_in_the_way_of_names(whole, data):
    """PostgreSQL lets everybody make temporary objects in a new database; a migration ends that."""
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("GRANT TEMPORARY ON DATABASE codev TO PUBLIC")
        connection.commit()
        migrate(whole, data)
        cursor.execute("SELECT has_database_privilege('codev', current_database(), 'TEMP'),"
                       " has_database_privilege('codev', current_database(), 'CONNECT')")
        assert cursor.fetchone() == (False, True)


def test_a_type_of_the_callers_own_is_not_taken_for_postgresqls(whole):
    """A domain named text, in pg_temp, would run its check with the rights of core.enter's owner."""
    with psycopg2.connect(whole.owner_database) as connection:
        cursor = connection.cursor()
        cursor.execute("GRANT TEMPORARY ON DATABASE codev TO codev")
    try:
        with psycopg2.connect(whole.database) as connection:
            cursor = connection.cursor()
            cursor.execute("""
                CREATE FUNCTION pg_temp.spy(value pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
                CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.spy(VALUE));
                CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid
                    CHECK (pg_temp.spy(VALUE::pg_catalog.text));
                SELECT core.enter('visitor', NULL, NULL, NULL, 'visitor', true)""")
            connection.rollback()
    finally:
        with psycopg2.connect(whole.owner_database) as connection:
            connection.cursor().execute("REVOKE TEMPORARY ON DATABASE codev FROM codev")


def test_a_second_time_nothing_is_applied(whole):
    before = applied(whole)
    for _ in range(2):
        assert whole.codev("migrate").stdout == "0 migrations applied.\n"
    assert applied(whole) == before


def test_a_new_file_is_applied_once_while_it_serves(whole, data):
    (data / "quotes/migrations" / NEW).write_text("CREATE TABLE quotes.added (a int);")
    assert migrate(whole, data).stdout == "1 migrations applied.\n"
    assert exists(whole, "quotes.added")
    assert migrate(whole, data).stdout == "0 migrations applied.\n"
    assert whole.visitor.post("/quotes/requests", EXAMPLE).status == 201


def test_several_files_are_applied_in_the_order_of_their_numbers(whole, data):
    (data / "quotes/migrations/0901-b.sql").write_text("ALTER TABLE quotes.added ADD COLUMN b int;")
    (data / "quotes/migrations/0900-a.sql").write_text("CREATE TABLE quotes.added (a int);")
    assert migrate(whole, data).stdout == "2 migrations applied.\n"


@pytest.mark.parametrize("change", ["\n", " -- harmless"])
def test_a_file_that_was_changed_is_refused(whole, data, change):
    path = data / "core/migrations/0001-core.sql"
    path.write_text(path.read_text() + change)
    refused(whole, data, str(path), "changed after it had been applied")


def test_a_file_that_is_gone_is_refused(whole, data):
    (data / "quotes/migrations" / NEW).write_text("CREATE TABLE quotes.added (a int);")
    migrate(whole, data)
    (data / "quotes/migrations" / NEW).unlink()
    refused(whole, data, NEW, "its file is missing")


def test_all_files_that_are_gone_are_refused(whole, data):
    for path in (data / "quotes/migrations").iterdir():
        path.unlink()
    refused(whole, data, "0001-requests.sql", "its file is missing")


def test_a_file_that_fails_leaves_nothing_behind(whole, data):
    (data / "quotes/migrations" / NEW).write_text(
        "CREATE TABLE quotes.added (a int);\nSELECT no_such_function();")
    refused(whole, data, NEW, "no_such_function")
    assert not exists(whole, "quotes.added")


def test_what_stands_before_a_file_that_fails_is_kept(whole, data):
    (data / "quotes/migrations/0900-a.sql").write_text("CREATE TABLE quotes.added (a int);")
    (data / "quotes/migrations/0901-b.sql").write_text("SELECT 1/0;")
    done = migrate(whole, data, check=False)
    assert done.returncode == 1 and "0901-b.sql" in done.stderr
    assert exists(whole, "quotes.added")
    assert ("quotes", 900, "0900-a.sql") in {row[:3] for row in applied(whole)}


def test_two_files_of_one_number_are_refused(whole, data):
    for name in ("0900-a.sql", "0900-b.sql"):
        (data / "quotes/migrations" / name).write_text("SELECT 1;")
    refused(whole, data, "two migrations of one number")


def test_other_files_are_none(whole, data):
    for name in ("README", "0900-a.sql.orig", "900-a.sql", "0900a.sql", ".0900-a.sql.swp"):
        (data / "quotes/migrations" / name).write_text("SELECT 1/0;")
    assert migrate(whole, data).stdout == "0 migrations applied.\n"


def test_two_at_once_apply_each_file_once(whole, data):
    (data / "quotes/migrations" / NEW).write_text(
        "SELECT pg_sleep(0.3); CREATE TABLE quotes.added (a int);")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate(whole, data).stdout, range(4)))
    assert sorted(done) == ["0 migrations applied.\n"] * 3 + ["1 migrations applied.\n"]


def test_the_applications_role_does_not_migrate(whole, data):
    config = data.parent / "codev.xml"
    config.write_text(config.read_text().replace("user=codev_owner", "user=codev"))
    (data / "quotes/migrations" / NEW).write_text("CREATE TABLE quotes.added (a int);")
    refused(whole, data, "permission denied")
