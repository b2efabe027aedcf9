# SPDX-License-Identifier: MPL-2.0
"""What a plugin's statements could do at worst: as the application's login, under each plugin's role
and in every context, all tables, views and functions that the catalogue tells are tried, and nothing of
another organisation is seen or changed."""

import io

import psycopg2
import pytest
from catalogue import Catalogue
from psycopg2 import errors
from rows import MEMBERS, SCHOOL, Common, Victim, people, sample, secrets_of, witness
from rules import ACROSS

# What is seen before anybody has entered.
OPEN = {"core.consent_text"}

NOT_HELD = "0" * 64  # the hash of no link's token

# Compares what is an organisation's before and after: with the rights of the owner, who sees all, and
# within the very transaction.
WITNESS = """
CREATE SCHEMA matrix AUTHORIZATION codev_owner;
GRANT USAGE ON SCHEMA matrix TO PUBLIC;
CREATE FUNCTION matrix.witness() RETURNS TABLE (organisation text, name text, digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN RETURN QUERY {}; END$$;
ALTER FUNCTION matrix.witness OWNER TO codev_owner;
"""


class Context:
    """On whose behalf; `who` is as ACROSS names it, `own` whose rows it may see."""

    def __init__(self, who, own=None, kind=None, organisation=None, capability=None):
        self.who, self.own = who, own
        role = "visitor" if kind in ("visitor", "capability") else who
        subject = who if kind == "person" else None
        self.call = None if kind is None else (
            kind, organisation, "" if subject else None, subject, role, True, capability)
        self.name = f"{who} of {own or organisation or 'nobody'}"

    def __repr__(self):
        return self.name


class Matrix:
    def __init__(self, notes):
        self.instance = notes.instance
        self.owner = psycopg2.connect(self.instance.owner_database)
        with self.owner, self.owner.cursor() as cursor:
            self.catalogue = Catalogue(cursor)
            self.victims = [Victim(self.catalogue, name) for name in ("nord", "sud")]
            people(cursor, SCHOOL, (*MEMBERS, "staff", "admin"))
            self.all = [*self.victims, Common(self.catalogue)]
            self.secrets = secrets_of(self.all)
            self.rows = {victim.slug: victim.own.rows() for victim in self.all}
            self.capabilities = {victim.slug: victim.own.capabilities() for victim in self.victims}
            self.new = {victim.slug: {table.name: victim.own.values(table)
                                      for table in victim.own.tables
                                      if table.name != "core.organisation"}
                        for victim in self.victims}
        self.rule(WITNESS.format(witness(self.catalogue, self.all)))
        self.used = set()

    def rule(self, sql):
        """As the superuser."""
        superuser = psycopg2.connect(
            self.instance.owner_database.replace("user=codev_owner", "user=postgres"))
        with superuser, superuser.cursor() as cursor:
            cursor.execute(sql)
        superuser.close()

    def contexts(self):
        yield Context("nobody")
        yield Context("visitor", kind="visitor")
        yield Context("system", kind="system")
        yield Context("capability", kind="capability", capability=NOT_HELD)
        for role in (*MEMBERS, "staff", "admin"):
            yield Context(role, kind="person", organisation="ecole")
        for victim in self.victims:
            for role in MEMBERS:
                yield Context(role, victim.slug, "person", victim.slug)
            for capability in sorted(self.capabilities[victim.slug]):
                yield Context("capability", victim.slug, "capability", capability=capability)

    def look_again(self):
        """After something was made that the catalogue tells."""
        with self.owner, self.owner.cursor() as cursor:
            self.catalogue = Catalogue(cursor)

    def close(self):
        self.rule("DROP SCHEMA matrix CASCADE")
        self.owner.close()


class Attempt:
    """One context under one role, in a transaction; whatever is done in it is undone."""

    def __init__(self, matrix, cursor, context, role):
        self.matrix, self.cursor, self.context, self.role = matrix, cursor, context, role
        self.others = [victim for victim in matrix.all if victim.slug != context.own
                       and not (context.who == "staff" and victim.slug == "common")]
        self.wrong = []
        cursor.execute("BEGIN")
        if context.call:
            cursor.execute("SELECT core.enter(%s, %s, %s, %s, %s, %s, %s)", context.call)
        if role != "codev":
            cursor.execute(f'SET LOCAL ROLE "{role}"')
        self.before = self.witness()

    def witness(self):
        self.cursor.execute("SELECT organisation, name, digest FROM matrix.witness()")
        return {(slug, name): digest for slug, name, digest in self.cursor.fetchall()}

    def blame(self, verb, name, victim, what):
        """Unless it is so on purpose."""
        purpose = (self.context.who, name, verb)
        if purpose in ACROSS:
            self.matrix.used.add(purpose)
            return
        self.wrong.append(f"{self.context} under {self.role}, {verb} {name}: {what}"
                          f"{f' of {victim.slug}' if victim else ''}")

    def run(self, sql, values=()):
        """Rows, or how many were written; an error of PostgreSQL's is returned."""
        self.cursor.execute("SAVEPOINT attempt")
        try:
            self.cursor.execute(sql, values)
            return self.cursor.fetchall() if self.cursor.description else self.cursor.rowcount
        except psycopg2.Error as error:
            return error

    def undo(self):
        self.cursor.execute("ROLLBACK TO attempt")

    # ---- reading

    def look(self, verb, name, found, asked=()):
        """Nothing of what was found tells of another's rows what was not in the question."""
        if isinstance(found, psycopg2.Error):
            found = str(found)
        text = str(found)
        for victim in self.others:
            told = {secret for secret in self.matrix.secrets[victim.slug] if secret in text}
            told -= {secret for secret in told if any(secret in str(each) for each in asked)}
            if told:
                self.blame(verb, name, victim, f"shows {sorted(told)[0]}")

    def read(self, relation):
        columns = self.granted("SELECT", relation)
        if not columns:
            return
        wanted = ", ".join(f"{column}::text" for column in columns)
        found = self.run(f"SELECT {wanted} FROM {relation.name}")
        self.undo()
        self.look("SELECT", relation.name, found)
        if self.context.who == "nobody" and found and relation.name not in OPEN:
            self.blame("SELECT", relation.name, None, f"shows {len(found)} rows")
        self.cursor.execute("SAVEPOINT attempt")
        out = io.StringIO()
        try:
            source = f"{relation.name} ({', '.join(columns)})"
            if relation in self.matrix.catalogue.views:
                source = f"(SELECT {', '.join(columns)} FROM {relation.name})"
            self.cursor.copy_expert(f"COPY {source} TO STDOUT", out)
        except psycopg2.Error as error:
            out.write(str(error))
        self.undo()
        self.look("SELECT", relation.name, out.getvalue())

    def granted(self, right, relation):
        self.cursor.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' AND has_schema_privilege(%s, 'USAGE')"
            " AND has_column_privilege(attrelid, attnum, %s)",
            [relation.oid, relation.schema, right])
        return [column for (column,) in self.cursor.fetchall()]

    # ---- writing

    def write(self, verb, name, sql, values=(), inserts=False):
        """Try it; whether that told anything: another's rows stay as they were, or PostgreSQL
        refused. A constraint is no refusal: without it the row would be there."""
        found = self.run(sql, values)
        if isinstance(found, psycopg2.Error):
            self.undo()
            self.look(verb, name, found, values)
            if inserts and isinstance(found, psycopg2.IntegrityError):
                self.blame(verb, name, None, f"was let through to a constraint: {found}".strip())
            return not isinstance(found, psycopg2.IntegrityError)
        after = self.witness() if found != 0 else self.before
        self.undo()
        self.look(verb, name, found, values)
        for victim in self.others:
            for (slug, table), digest in self.before.items():
                if slug == victim.slug and after[slug, table] != digest:
                    self.blame(verb, table, victim, "changes rows")
        return True

    def refused(self, verb, relation, sql):
        found = self.run(sql)
        self.undo()
        if not isinstance(found, errors.InsufficientPrivilege):
            self.blame(verb, relation.name, None, f"is not refused: {found}")

    def update(self, relation):
        columns = self.granted("UPDATE", relation)
        conclusive = not columns
        for column in columns:
            kind = relation.columns[column].kind
            self.write("UPDATE", relation.name, f"UPDATE {relation.name} SET {column} = {column}")
            conclusive |= self.write("UPDATE", relation.name,
                                     f"UPDATE {relation.name} SET {column} = %s", [sample(kind, "x")])
        if not conclusive:
            self.blame("UPDATE", relation.name, None, "is told by constraints alone")

    def move(self, relation, victim):
        """Make own rows another's: all that says whose they are is that of a row of theirs."""
        new = self.matrix.new.get(victim.slug, {}).get(relation.name)
        deciding = {column for _, pairs in getattr(relation, "references", []) for column in pairs}
        chosen = [column for column in self.granted("UPDATE", relation)
                  if new and column in deciding | {"organisation"} and column in new]
        if chosen:
            self.write("UPDATE", relation.name, f"UPDATE {relation.name} SET "
                       + ", ".join(f"{column} = %s" for column in chosen),
                       [new[column] for column in chosen], inserts=True)

    def insert(self, relation, victim):
        new = self.matrix.new.get(victim.slug, {}).get(relation.name)
        columns = [column for column in self.granted("INSERT", relation) if new and column in new]
        if columns:
            self.write("INSERT", relation.name,
                       f"INSERT INTO {relation.name} ({', '.join(columns)})"
                       f" VALUES ({', '.join(['%s'] * len(columns))})",
                       [new[column] for column in columns], inserts=True)

    def delete(self, relation):
        """All at once, which asks no policy for reading; then each row of the others by its key."""
        self.write("DELETE", relation.name, f"DELETE FROM {relation.name}")
        for victim in self.others:
            for row in self.matrix.rows[victim.slug].get(relation.name, []):
                condition = " AND ".join(f"{column}::text = %s" for column in relation.key)
                if condition:
                    self.write("DELETE", relation.name,
                               f"DELETE FROM {relation.name} WHERE {condition}",
                               [row[column] for column in relation.key])

    def copy_in(self, relation):
        self.cursor.execute("SAVEPOINT attempt")
        try:
            self.cursor.copy_expert(f"COPY {relation.name} FROM STDIN", io.StringIO(""))
            self.blame("COPY", relation.name, None, "is not refused")
        except (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.WrongObjectType):
            pass
        self.undo()

    # ---- functions

    def call(self, function):
        """With what is in each row of the others: by the names of its arguments, else anything."""
        self.cursor.execute("SELECT has_function_privilege(%s, 'EXECUTE')", [function.oid])
        if not self.cursor.fetchone()[0] or self.is_entering(function):
            return
        tried = set()
        for victim in self.others:
            for rows in self.matrix.rows[victim.slug].values():
                for row in rows:
                    values = tuple(self.argument(row, *each) for each in function.arguments)
                    if values not in tried:
                        tried.add(values)
                        places = ", ".join(f"%s::{kind}" for _, kind in function.arguments)
                        self.write("EXECUTE", function.name,
                                   f"SELECT ({function.name}({places}))::text", values)

    def is_entering(self, function):
        """core.enter and core.admit are how a context comes about: the login's alone."""
        return self.role == "codev" and function.name in ("core.enter", "core.admit")

    @staticmethod
    def argument(row, name, kind):
        if row.get(name) is not None and kind in ("text", "uuid"):
            return row[name]
        return row.get("id") if kind == "uuid" else sample(kind, "x")

    def everything(self):
        catalogue = self.matrix.catalogue
        for relation in (*catalogue.tables.values(), *catalogue.views):
            self.read(relation)
            self.update(relation)
            self.delete(relation)
            for victim in self.others:
                self.insert(relation, victim)
                self.move(relation, victim)
            self.copy_in(relation)
        for relation in catalogue.tables.values():
            self.refused("TRUNCATE", relation, f"TRUNCATE {relation.name} CASCADE")
        for function in catalogue.functions:
            self.call(function)
        self.cursor.execute("ROLLBACK")
        return self.wrong


@pytest.fixture(scope="module")
def matrix(notes):
    made = Matrix(notes)
    yield made
    made.close()


@pytest.fixture
def cursor(matrix):
    connection = psycopg2.connect(matrix.instance.database)
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.fixture
def undone(matrix):
    """The owner's cursor; what is done by it is undone."""
    connection = psycopg2.connect(matrix.instance.owner_database)
    yield connection.cursor()
    connection.rollback()
    connection.close()


def test_there_is_something_to_see(matrix):
    """Of each table that is organisations', both have rows; of each kind of secret, some."""
    names = {table.name for table in matrix.catalogue.owned()}
    assert {"core.person", "core.idempotency", "notes.note", "notes.link", "notes.reply"} <= names
    for victim in matrix.victims:
        assert all(matrix.rows[victim.slug][name] for name in names)
        assert len(matrix.secrets[victim.slug]) > 10 and matrix.capabilities[victim.slug]
    names = {table.name for table in matrix.catalogue.common()}
    assert {"quotes.request", "quotes.catalogue_item", "notes.suggestion"} <= names
    assert all(matrix.rows["common"][name] for name in names)


def test_a_new_table_has_an_owner_and_rows(undone):
    """Whatever its columns are called, as long as a foreign key leads to an organisation."""
    undone.execute(
        "CREATE TABLE notes.a (organisation uuid, id uuid, kind text CHECK (kind IN ('x', 'y')),"
        " PRIMARY KEY (organisation, id));"
        "CREATE TABLE notes.b (id uuid PRIMARY KEY, owner uuid NOT NULL, a uuid NOT NULL, n int,"
        " FOREIGN KEY (owner, a) REFERENCES notes.a);"
        "CREATE TABLE notes.c (b uuid PRIMARY KEY REFERENCES notes.b, by uuid"
        " REFERENCES core.person, texts text[], version text REFERENCES core.consent_text);"
        "CREATE TABLE notes.nobodys (id uuid PRIMARY KEY)")
    catalogue = Catalogue(undone)
    victim = Victim(catalogue, "est")
    names = [table.name for table in catalogue.owned() if table.name.startswith("notes.")]
    assert {"notes.a", "notes.b", "notes.c"} <= set(names)
    assert "notes.nobodys" not in names
    assert names.index("notes.a") < names.index("notes.b") < names.index("notes.c")
    rows = victim.own.rows()
    assert all(len(rows[name]) == 2 for name in names)
    assert {row["kind"] for row in rows["notes.a"]} == {None, "x"}
    assert any(victim.mark in str(row["texts"]) for row in rows["notes.c"])
    assert not Victim(catalogue, "sud").own.secrets() & victim.own.secrets()


def test_a_row_that_cannot_be_made_is_told(undone):
    undone.execute("CREATE TABLE notes.x (organisation uuid, n text CHECK (n ~ '^[0-9]$'))")
    with pytest.raises(AssertionError, match="No row could be made for the table notes.x: (.*\n)*"
                       "Add what its columns take to VALUES in tests/api/rows.py"):
        Victim(Catalogue(undone), "est")


def test_a_link_adds_what_it_shows_and_nothing_else(matrix, cursor):
    """Who is signed in and has another organisation's link sees what is the own, and what the link
    shows to anybody."""

    def seen(context):
        attempt = Attempt(matrix, cursor, context, "codev_notes")
        found = {relation.name: attempt.run(f"SELECT t::text FROM {relation.name} t")
                 for relation in matrix.catalogue.tables.values()
                 if relation.schema == "notes"}
        cursor.execute("ROLLBACK")
        return {(name, row) for name, rows in found.items() for (row,) in rows}

    nord, sud = matrix.victims
    (capability, *_) = sorted(matrix.capabilities[sud.slug])
    link = seen(Context("capability", sud.slug, "capability", capability=capability))
    assert any(sud.mark in row for _, row in link)
    for role in MEMBERS:
        alone = seen(Context(role, nord.slug, "person", nord.slug))
        both = seen(Context(role, nord.slug, "person", nord.slug, capability))
        assert both == alone | link


def test_own_rows_are_seen(matrix, cursor):
    """What the matrix looks for would be found."""
    for victim in matrix.victims:
        cursor.execute("BEGIN")
        cursor.execute("SELECT core.enter('person', %s, '', 'manager', 'manager', true)",
                       [victim.slug])
        cursor.execute("SET LOCAL ROLE codev_notes")
        cursor.execute("SELECT t::text FROM notes.note t")
        assert all(victim.mark in row for (row,) in cursor.fetchall())
        assert cursor.rowcount == len(matrix.rows[victim.slug]["notes.note"])
        cursor.execute("ROLLBACK")


def test_nothing_of_others_is_seen_or_changed(matrix, cursor):
    wrong = []
    for context in matrix.contexts():
        for role in ("codev", *matrix.catalogue.roles):
            wrong += Attempt(matrix, cursor, context, role).everything()
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert matrix.used == set(ACROSS), "an exception that nobody uses"


# What an author might get wrong: made, found by a manager or whoever is named, taken back.
LEAKS = [
    ("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes USING (core.role() = 'manager')",
     "DROP POLICY x ON notes.note", "manager", "SELECT notes.note: shows"),
    ("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes USING (core.role() IS NULL)",
     "DROP POLICY x ON notes.note", "nobody", "SELECT notes.note: shows"),
    ("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes USING (core.kind() = 'visitor')",
     "DROP POLICY x ON notes.note", "visitor", "SELECT notes.note: shows"),
    ("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes USING (core.capability() <> '')",
     "DROP POLICY x ON notes.note", "capability", "SELECT notes.note: shows"),
    ("CREATE POLICY x ON notes.note FOR INSERT TO codev_notes WITH CHECK (core.role() = 'manager')",
     "DROP POLICY x ON notes.note", "manager", "INSERT notes.note: changes rows"),
    ("CREATE POLICY x ON notes.note FOR UPDATE TO codev_notes USING (core.role() = 'manager')",
     "DROP POLICY x ON notes.note", "manager", "UPDATE notes.note: changes rows"),
    ("CREATE POLICY x ON notes.note FOR UPDATE TO codev_notes"
     " USING (notes.is_member(organisation)) WITH CHECK (core.role() = 'manager')",
     "DROP POLICY x ON notes.note", "manager", "UPDATE notes.note: "),
    ("CREATE POLICY x ON notes.note FOR DELETE TO codev_notes USING (core.role() = 'manager')",
     "DROP POLICY x ON notes.note", "manager", "DELETE notes.note: changes rows"),
    ("CREATE POLICY x ON notes.reply FOR INSERT TO codev_notes"
     " WITH CHECK (core.capability() IS NOT NULL)",
     "DROP POLICY x ON notes.reply", "capability", "INSERT notes.reply: changes rows"),
    ("CREATE POLICY x ON notes.suggestion FOR SELECT TO codev_notes USING (core.kind() = 'person')",
     "DROP POLICY x ON notes.suggestion", "admin", "SELECT notes.suggestion: shows"),
    ("GRANT DELETE ON notes.suggestion TO codev_notes;"
     "CREATE POLICY x ON notes.suggestion FOR DELETE TO codev_notes USING (core.kind() = 'visitor')",
     "REVOKE DELETE ON notes.suggestion FROM codev_notes; DROP POLICY x ON notes.suggestion",
     "visitor", "DELETE notes.suggestion: changes rows"),
    ("GRANT TRUNCATE ON notes.reply TO codev_notes",
     "REVOKE TRUNCATE ON notes.reply FROM codev_notes", "manager", "TRUNCATE notes.reply"),
    ("ALTER VIEW notes.summary RESET (security_invoker)",
     "ALTER VIEW notes.summary SET (security_invoker = true)", "manager",
     "SELECT notes.summary: shows"),
    ("ALTER TABLE notes.note DISABLE ROW LEVEL SECURITY",
     "ALTER TABLE notes.note ENABLE ROW LEVEL SECURITY", "admin", "SELECT notes.note: shows"),
    ("CREATE FUNCTION notes.x(key text) RETURNS uuid LANGUAGE sql SECURITY DEFINER AS"
     " 'SELECT id FROM notes.note n WHERE n.key = x.key'", "DROP FUNCTION notes.x", "participant",
     "EXECUTE notes.x: shows"),
    ("CREATE FUNCTION notes.x(id uuid) RETURNS void LANGUAGE sql SECURITY DEFINER AS"
     " 'DELETE FROM notes.reply r WHERE r.id = x.id'", "DROP FUNCTION notes.x", "participant",
     "EXECUTE notes.reply: changes rows"),
    ("GRANT SELECT ON core.person TO codev_notes;"
     "CREATE POLICY x ON core.person FOR SELECT TO codev_notes USING (true)",
     "REVOKE SELECT ON core.person FROM codev_notes; DROP POLICY x ON core.person", "facilitator",
     "SELECT core.person: shows"),
]


@pytest.mark.parametrize("leak, mending, who, told", LEAKS, ids=range(len(LEAKS)))
def test_a_leak_is_found(matrix, cursor, leak, mending, who, told):
    (*_, context) = [context for context in matrix.contexts() if context.who == who]
    matrix.rule(leak)
    try:
        matrix.look_again()
        wrong = Attempt(matrix, cursor, context, "codev_notes").everything()
    finally:
        matrix.rule(mending)
        matrix.look_again()
    assert any(told in each for each in wrong), wrong
    assert not Attempt(matrix, cursor, context, "codev_notes").everything()


def test_statistics_tell_nothing_of_others(matrix, cursor):
    """What ANALYZE keeps of the values of a table, PostgreSQL shows to whom it hides no row."""
    matrix.rule("ANALYZE")
    for context in matrix.contexts():
        for role in ("codev", *matrix.catalogue.roles):
            attempt = Attempt(matrix, cursor, context, role)
            for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
                attempt.look("SELECT", view, attempt.run(
                    f"SELECT * FROM {view} WHERE schemaname = ANY (%s)", [matrix.catalogue.schemas]))
            cursor.execute("ROLLBACK")
            assert not attempt.wrong
