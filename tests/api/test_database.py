# SPDX-License-Identifier: MPL-2.0
"""What PostgreSQL itself keeps from the application's role, whatever the program does. What must hold
of every table is in test_matrix_catalogue.py and test_matrix_sql.py."""

import uuid

import psycopg2
import pytest
from documents import EXAMPLE
from psycopg2 import errors

INSERT = (
    "INSERT INTO quotes.request (id, reference, received_at, organisation_name,"
    " contact_given_name, contact_family_name, contact_email, audience, objective, participants,"
    " modality, consent_text_version) VALUES (%s, %s, now(), 'O', 'G', 'F', 'a@b.example',"
    " '{executives}', '{}', 1, 'remote', '2026-11')"
)


class Session:
    """The application's connection, one statement a line."""

    def __init__(self, connection):
        connection.autocommit = True  # psycopg2 would begin and end by itself
        self.cursor = connection.cursor()
        self.run("BEGIN")

    def run(self, sql, *values):
        self.cursor.execute(sql, values)
        return self.cursor.fetchall() if self.cursor.description else None

    def one(self, sql, *values):
        ((value,),) = self.run(sql, *values)
        return value

    def enter(self, role="visitor", writes=True, subject="staff", organisation="ecole"):
        kind = "visitor" if role == "visitor" else "person"
        self.run("SELECT core.enter(%s, %s, '', %s, %s, %s)", kind, organisation, subject, role,
                 writes)
        self.take("codev_quotes")

    def take(self, role):
        self.run(f'SET LOCAL ROLE "{role}"')

    def insert(self):
        identifier = str(uuid.uuid4())
        self.run(INSERT, identifier, identifier[:11])
        return identifier

    def count(self):
        return self.one("SELECT count(*) FROM quotes.request")

    def refuses(self, error, sql, *values):
        """The statement fails so, and the transaction goes on."""
        self.run("SAVEPOINT before")
        with pytest.raises(error):
            self.cursor.execute(sql, values)
        self.run("ROLLBACK TO before")


@pytest.fixture
def session(database):
    return Session(database)


@pytest.fixture(autouse=True)
def a_request(instance):
    """There is something to see."""
    assert instance.visitor.post("/quotes/requests", EXAMPLE).status == 201


# ---- the login


def test_the_login_has_no_powers(session):
    powers = session.run("SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication,"
                         " rolbypassrls, rolinherit FROM pg_roles WHERE rolname = current_user")
    assert powers == [(False,) * 6]
    assert session.one("SELECT current_user::text") == "codev"


def test_the_login_owns_nothing(session):
    assert session.one("SELECT count(*) FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass"
                       " AND refobjid = 'codev'::regrole AND deptype = 'o'") == 0
    for catalogue, owner in (("pg_class", "relowner"), ("pg_proc", "proowner"),
                             ("pg_namespace", "nspowner"), ("pg_database", "datdba"),
                             ("pg_type", "typowner")):
        owned = session.one(f"SELECT count(*) FROM {catalogue} WHERE {owner} IN ("
                            " SELECT oid FROM pg_roles WHERE rolname ~ '^codev($|_)'"
                            " AND rolname <> 'codev_owner')")
        assert owned == 0, catalogue


def test_the_login_may_become_the_plugins_roles_alone(session):
    roles = {role for (role,) in session.run(
        "SELECT r.rolname::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " WHERE m.member = 'codev'::regrole")}
    assert {"codev_core", "codev_quotes"} <= roles
    assert all(role.startswith("codev_") and role != "codev_owner" for role in roles)
    for role in ("codev_owner", "postgres"):
        session.refuses(errors.InsufficientPrivilege, f"SET ROLE {role}")
    assert session.run("SELECT rolname FROM pg_roles WHERE rolname ~ '^codev_'"
                       " AND rolname <> 'codev_owner' AND (rolcanlogin OR rolsuper)") == []


@pytest.mark.parametrize("role", ["codev", "codev_quotes", "codev_core"])
def test_nobody_makes_anything(session, role):
    session.take(role)
    for sql in ("CREATE TABLE quotes.x ()", "CREATE TABLE core.x ()", "CREATE TABLE public.x ()",
                "CREATE TEMPORARY TABLE x ()", "CREATE SCHEMA x", "CREATE ROLE x",
                "CREATE FUNCTION quotes.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "ALTER TABLE quotes.request DISABLE ROW LEVEL SECURITY",
                "DROP POLICY read ON quotes.request", "DROP TABLE quotes.request",
                "CREATE POLICY x ON quotes.request USING (true)"):
        session.refuses(errors.InsufficientPrivilege, sql)


def test_consent_texts_are_read_only(session):
    session.enter()
    assert session.one("SELECT count(*) FROM core.consent_text WHERE version = '2026-11'") == 1
    for sql in ("UPDATE core.consent_text SET body = 'x'", "DELETE FROM core.consent_text",
                "INSERT INTO core.consent_text VALUES ('2099-01', 'x')"):
        session.refuses(errors.InsufficientPrivilege, sql)


# ---- requests for a quote


def test_the_login_itself_reads_no_request(session):
    session.refuses(errors.InsufficientPrivilege, "SELECT * FROM quotes.request")
    session.run("SELECT core.enter('person', 'ecole', '', 'staff', 'staff', true)")
    session.refuses(errors.InsufficientPrivilege, "SELECT * FROM quotes.request")
    session.refuses(errors.InsufficientPrivilege, INSERT, str(uuid.uuid4()), "x")


def test_who_did_not_enter_sees_and_writes_nothing(session):
    session.take("codev_quotes")
    assert session.count() == 0
    session.refuses(errors.InsufficientPrivilege, INSERT, str(uuid.uuid4()), "x")


def test_a_visitor_writes_a_request_and_sees_none(session):
    session.enter()
    assert session.count() == 0
    identifier = session.insert()
    assert session.count() == 0
    assert session.one("SELECT count(*) FROM quotes.request WHERE id = %s", identifier) == 0


def test_a_visitor_does_not_read_by_writing(session):
    session.enter()
    session.refuses(errors.InsufficientPrivilege, INSERT + " RETURNING contact_email",
                    str(uuid.uuid4()), "x")


def test_a_visitor_writes_no_other_status(session):
    session.enter()
    session.refuses(errors.InsufficientPrivilege,
                    INSERT.replace("(id,", "(status, id,").replace("(%s,", "('closed', %s,"),
                    str(uuid.uuid4()), "x")


def test_staff_see_requests(session):
    session.enter("staff", writes=False)
    assert session.count() > 0


@pytest.mark.parametrize("role", ["participant", "facilitator", "manager", "admin"])
def test_other_roles_see_none(session, role):
    session.enter(role)
    assert session.count() == 0


@pytest.mark.parametrize("role", ["visitor", "staff", "admin"])
def test_nobody_changes_or_removes_a_request(session, role):
    session.enter(role)
    for sql in ("UPDATE quotes.request SET message = 'x'", "DELETE FROM quotes.request",
                "TRUNCATE quotes.request"):
        session.refuses(errors.InsufficientPrivilege, sql)


def test_a_confirmation_tells_the_time_and_nothing_else(session):
    session.enter()
    identifier = session.insert()
    reference = identifier[:11]
    assert session.one("SELECT quotes.confirmation(%s)", reference) is not None
    assert session.one("SELECT quotes.confirmation('00000-00000')") is None
    session.run("RESET ROLE")
    session.refuses(errors.InsufficientPrivilege, "SELECT quotes.confirmation(%s)", reference)


# ---- transactions


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_nothing_survives_the_transaction(session, end):
    session.enter("staff")
    assert session.count() > 0
    session.run(end)
    session.run("BEGIN")
    for name in ("kind", "role", "organisation", "person"):
        assert not session.one(f"SELECT current_setting('codev.{name}', true)"), name
    assert session.one("SELECT core.role()") is None
    assert session.one("SELECT core.person()") is None
    assert session.one("SELECT core.organisation()") is None
    assert session.one("SELECT current_user::text") == "codev"
    session.take("codev_quotes")
    assert session.count() == 0
    session.refuses(errors.InsufficientPrivilege, INSERT, str(uuid.uuid4()), "x")


def test_one_caller_after_another_on_one_connection_do_not_mix(session):
    session.enter("staff")
    assert session.count() > 0
    session.run("COMMIT")
    session.run("BEGIN")
    session.enter("visitor")
    assert session.count() == 0
    assert session.one("SELECT core.person()") is None


def test_a_reader_writes_nothing(session):
    session.enter("staff", writes=False)
    session.refuses(errors.ReadOnlySqlTransaction, INSERT, str(uuid.uuid4()), "x")
    session.refuses(psycopg2.Error, "SET TRANSACTION READ WRITE")


@pytest.mark.parametrize("call, state", [
    (("visitor", None, None, None, "staff", True), "CV001"),
    (("visitor", "ecole", "", "staff", "staff", True), "CV001"),
    (("system", None, None, None, "staff", True), "CV001"),
    (("system", None, None, None, "system", True, "a"), "CV001"),
    (("visitor", None, None, None, "system", True), "CV001"),
    (("visitor", None, None, None, "visitor", True, "a"), "CV001"),
    (("capability", None, None, None, "visitor", True), "CV001"),
    (("capability", None, None, None, "staff", True, "a"), "CV001"),
    (("person", "ecole", "", "staff", "system", True), "CV001"),
    (("", None, None, None, "visitor", True), "CV001"),
    (("person", "nobody", "", "staff", "staff", True), "CV001"),
    (("person", None, "", "staff", "staff", True), "CV001"),
    (("person", "ecole", "", "never seen", "staff", True), "CV002"),
    (("person", "ecole", "", None, "staff", True), "CV002"),
    (("person", "ecole", None, "staff", "staff", True), "CV002"),
    (("person", "ecole", "https://idp.example", "staff", "staff", True), "CV002"),
])
def test_who_may_not_enter_is_told_so(session, call, state):
    with pytest.raises(psycopg2.Error) as caught:
        session.run(f"SELECT core.enter({', '.join(['%s'] * len(call))})", *call)
    assert caught.value.pgcode == state


@pytest.mark.parametrize("call, context", [
    (("visitor", None, None, None, "visitor", True), ("visitor", "visitor", None, False)),
    (("capability", None, None, None, "visitor", True, "a"), ("capability", "visitor", "a", False)),
    (("person", "ecole", "", "staff", "staff", True), ("person", "staff", None, True)),
    (("person", "ecole", "", "staff", "staff", True, "a"), ("person", "staff", "a", True)),
    (("system", None, None, None, "system", True), ("system", "system", None, False)),
])
def test_policies_can_ask_for_whom(session, call, context):
    session.run(f"SELECT core.enter({', '.join(['%s'] * len(call))})", *call)
    session.take("codev_quotes")
    asked = session.run("SELECT core.kind(), core.role(), core.capability(),"
                        " core.person() IS NOT NULL AND core.organisation() IS NOT NULL")
    assert asked == [context]
    session.run("COMMIT")
    session.run("BEGIN")
    assert session.run("SELECT core.kind(), core.role(), core.capability(), core.person(),"
                       " core.organisation()") == [(None,) * 5]


@pytest.mark.parametrize("call", [
    (None, None, None, None, "visitor", True), ("visitor", None, None, None, None, True),
    ("person", "ecole", "", "staff", None, True), (None, None, None, None, None, None)])
def test_entering_as_nobody_opens_nothing(session, call):
    """NULL is neither equal nor unequal to anything: a check must not fall through."""
    with pytest.raises(psycopg2.Error) as caught:
        session.run("SELECT core.enter(%s, %s, %s, %s, %s, %s)", *call)
    assert caught.value.pgcode.startswith("CV")


def test_whoever_is_suspended_does_not_enter(session, owner_database):
    cursor = owner_database.cursor()
    cursor.execute("INSERT INTO core.organisation (id, slug, name, status)"
                   " VALUES (gen_random_uuid(), 'suspended', 'S', 'suspended')"
                   " ON CONFLICT (slug) DO NOTHING")
    owner_database.commit()
    session.run("SELECT core.admit(gen_random_uuid(), 'suspended', '', 'a')")
    with pytest.raises(psycopg2.Error) as caught:
        session.enter("manager", organisation="suspended", subject="a")
    assert caught.value.pgcode == "CV001"
