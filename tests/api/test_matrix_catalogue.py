# SPDX-License-Identifier: MPL-2.0
"""The rules of rules.py, over every table, view and function of the core and all plugins; and that each
rule can fail."""

import psycopg2
import pytest
from rules import RULES

# SQL of the superuser, in a transaction that is rolled back; what is told then.
OFFENCES = [
    ("tables_are_secured", "CREATE TABLE quotes.x (a int)",
     "The table quotes.x has no row-level security"),
    ("tables_are_secured", "ALTER TABLE notes.note NO FORCE ROW LEVEL SECURITY",
     "The table notes.note has no row-level security, or does not force it."),
    ("tables_are_secured", "ALTER TABLE notes.note DISABLE ROW LEVEL SECURITY",
     "The table notes.note has no row-level security, or does not force it."),
    ("tables_are_secured",
     "CREATE TABLE notes.x (a int) PARTITION BY LIST (a);"
     "ALTER TABLE notes.x ENABLE ROW LEVEL SECURITY; ALTER TABLE notes.x FORCE ROW LEVEL SECURITY;"
     "CREATE TABLE notes.x_1 PARTITION OF notes.x FOR VALUES IN (1)", "The table notes.x_1 has no"),
    ("tables_are_secured", "ALTER TABLE core.migration ENABLE ROW LEVEL SECURITY;"
     "ALTER TABLE core.migration FORCE ROW LEVEL SECURITY", "core.migration is secured, and needs no"),
    ("policies_are_their_plugins", "CREATE POLICY x ON notes.note USING (core.role() = 'staff')",
     "The policy x of notes.note is for PUBLIC."),
    ("policies_are_their_plugins",
     "CREATE POLICY x ON notes.note TO codev_quotes USING (core.role() = 'staff')",
     "The policy x of notes.note is for codev_quotes."),
    ("policies_are_their_plugins",
     "CREATE POLICY x ON notes.note FOR INSERT TO codev_notes WITH CHECK (true)",
     "The policy x of notes.note asks nothing."),
    ("policies_are_their_plugins", "CREATE POLICY x ON notes.note TO codev_notes USING (true)",
     "The policy x of notes.note asks nothing."),
    ("all_is_the_owners", "CREATE TABLE quotes.x (a int)", "quotes.x belongs to postgres."),
    ("all_is_the_owners", "ALTER VIEW notes.summary OWNER TO codev_notes",
     "notes.summary belongs to codev_notes."),
    ("all_is_the_owners", "CREATE FUNCTION notes.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
     "notes.f belongs to postgres."),
    ("all_is_the_owners", "ALTER SCHEMA quotes OWNER TO codev", "quotes belongs to codev."),
    ("all_is_the_owners", "CREATE TYPE notes.t AS ENUM ('a')", "notes.t belongs to postgres."),
    ("the_public_has_what_is_listed", "GRANT SELECT ON notes.note TO PUBLIC",
     "Everybody has notes.note: SELECT."),
    ("the_public_has_what_is_listed", "GRANT SELECT (title) ON notes.note TO PUBLIC",
     "Everybody has notes.note: SELECT."),
    ("the_public_has_what_is_listed",
     "CREATE FUNCTION notes.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
     "Everybody has notes.f: EXECUTE."),
    ("the_public_has_what_is_listed", "GRANT USAGE ON SCHEMA notes TO PUBLIC",
     "Everybody has notes: USAGE."),
    ("the_public_has_what_is_listed", "GRANT USAGE ON SEQUENCE notes.note_version TO PUBLIC",
     "Everybody has notes.note_version: USAGE."),
    ("the_public_has_what_is_listed", "REVOKE EXECUTE ON FUNCTION core.kind FROM PUBLIC",
     "Nobody has core.kind: EXECUTE any more."),
    ("a_plugin_has_its_own_schema", "GRANT SELECT ON notes.note TO codev_quotes",
     "codev_quotes has notes.note: SELECT."),
    ("a_plugin_has_its_own_schema", "GRANT SELECT (slug) ON core.organisation TO codev_notes",
     "codev_notes has core.organisation: SELECT."),
    ("a_plugin_has_its_own_schema", "GRANT EXECUTE ON FUNCTION core.enter TO codev_notes",
     "codev_notes has core.enter: EXECUTE."),
    ("a_plugin_has_its_own_schema", "GRANT SELECT ON notes.note TO codev",
     "codev has notes.note: SELECT."),
    ("a_plugin_has_its_own_schema", "GRANT USAGE ON SCHEMA quotes TO codev_notes",
     "codev_notes has quotes: USAGE."),
    ("nobody_has_dangerous_rights", "GRANT TRUNCATE ON notes.note TO codev_notes",
     "codev_notes has notes.note: TRUNCATE."),
    ("nobody_has_dangerous_rights", "GRANT REFERENCES, TRIGGER ON notes.note TO codev_notes",
     "codev_notes has notes.note: TRIGGER."),
    ("nobody_has_dangerous_rights", "GRANT CREATE ON SCHEMA notes TO codev_notes",
     "codev_notes has notes: CREATE."),
    ("nobody_has_dangerous_rights", "GRANT UPDATE ON SEQUENCE notes.note_version TO codev_notes",
     "codev_notes has notes.note_version: UPDATE."),
    ("nobody_has_dangerous_rights",
     "GRANT SELECT ON notes.note TO codev_notes WITH GRANT OPTION",
     "codev_notes has notes.note: SELECT and may hand it on."),
    ("nothing_is_granted_beforehand", "ALTER DEFAULT PRIVILEGES FOR ROLE codev_owner IN SCHEMA notes"
     " GRANT SELECT ON TABLES TO codev_quotes", "By default r of codev_owner are granted:"),
    ("views_have_their_callers_rights", "ALTER VIEW notes.summary RESET (security_invoker)",
     "The view notes.summary has its owner's rights"),
    ("views_have_their_callers_rights", "ALTER VIEW notes.summary SET (security_invoker = false)",
     "The view notes.summary has its owner's rights"),
    ("nothing_is_kept_beside_tables", "CREATE MATERIALIZED VIEW notes.x AS SELECT * FROM notes.note",
     "notes.x is a materialized view"),
    ("definers_pin_their_search_path", "CREATE FUNCTION notes.f(a int) RETURNS int LANGUAGE sql"
     " SECURITY DEFINER AS 'SELECT a'", "notes.f(integer) runs with its owner's rights"),
    ("definers_pin_their_search_path", "CREATE FUNCTION notes.f(a int) RETURNS int LANGUAGE sql"
     " SECURITY DEFINER SET search_path = public, pg_catalog AS 'SELECT a'", "notes.f(integer) runs"),
    ("definers_pin_their_search_path", "CREATE FUNCTION notes.f(a int) RETURNS int LANGUAGE sql"
     " SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT a'", "notes.f(integer) runs"),
    ("keys_begin_with_the_organisation", "CREATE UNIQUE INDEX x ON notes.note (key, id)",
     "notes.x of notes.note does not begin with the organisation."),
    ("keys_begin_with_the_organisation", "CREATE UNIQUE INDEX x ON notes.note (lower(key), id)",
     "notes.x of notes.note does not begin with the organisation."),
    ("keys_begin_with_the_organisation",
     "CREATE TABLE notes.x (organisation uuid, code text PRIMARY KEY)",
     "notes.x_pkey of notes.x does not begin with the organisation."),
    ("keys_begin_with_the_organisation",
     "CREATE TABLE notes.x (organisation uuid, at tsrange, EXCLUDE USING gist (at WITH &&))",
     "notes.x_at_excl of notes.x does not begin with the organisation."),
    ("schemas_are_the_cores_and_plugins", "CREATE TABLE public.x (a int)",
     "public.x is in a schema that is no plugin's."),
    ("schemas_are_the_cores_and_plugins", "CREATE SCHEMA x", "x is in a schema that is no plugin's."),
]


@pytest.fixture
def cursor(notes):
    """The superuser's, in a transaction that is rolled back."""
    connection = psycopg2.connect(
        notes.instance.owner_database.replace("user=codev_owner", "user=postgres"))
    yield connection.cursor()
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_holds(cursor, rule):
    assert rule(cursor) == []


@pytest.mark.parametrize("name, sql, told", OFFENCES, ids=[
    f"{number}-{name}" for number, (name, _, _) in enumerate(OFFENCES)])
def test_a_rule_can_fail(cursor, name, sql, told):
    (rule,) = [rule for rule in RULES if rule.__name__ == name]
    cursor.execute(sql)
    assert any(told in offence for offence in rule(cursor)), rule(cursor)


def test_every_rule_is_seen_to_fail():
    assert {name for name, _, _ in OFFENCES} == {rule.__name__ for rule in RULES}


def test_a_key_of_a_random_uuid_alone_will_do(cursor):
    """The exception that keys_begin_with_the_organisation has."""
    (rule,) = [rule for rule in RULES if rule.__name__ == "keys_begin_with_the_organisation"]
    cursor.execute("CREATE TABLE notes.x (id uuid PRIMARY KEY, organisation uuid)")
    assert rule(cursor) == []
