# SPDX-License-Identifier: MPL-2.0
"""rows.py: rows for any table that the catalogue tells, so that a new one needs no test of its own; and
organisations that have some in each."""

import datetime
import hashlib
import re
import secrets
import uuid

import psycopg2

SCHOOL = "00000000-0000-7000-8000-000000000001"  # core/migrations/0001-core.sql
ROWS_MAX = 8  # that a new row is tried to refer to
MEMBERS = ("participant", "facilitator", "manager")

# What a column takes that its type does not tell: "SCHEMA.TABLE": {"COLUMN": value of a Rows}.
VALUES = {
    "core.idempotency": {"principal": lambda rows: rows.any_of("core.person", "id")},
    "quotes.catalogue_item": {"vat_reason_code": lambda rows: None, "vat_reason": lambda rows: None},
}

# A value of each type. Texts are marked with whose they are.
SAMPLES = {
    "text": lambda mark: mark,
    "text[]": lambda mark: [mark],
    "jsonb": lambda mark: f'"{mark}"',
    "bytea": lambda mark: mark.encode(),
    "uuid": lambda mark: str(uuid.uuid4()),
    "boolean": lambda mark: False,
    "smallint": lambda mark: 1,
    "integer": lambda mark: 1,
    "bigint": lambda mark: 1,
    "numeric": lambda mark: 1,
    "double precision": lambda mark: 1.0,
    "date": lambda mark: datetime.date.today(),
    "timestamp with time zone": lambda mark: datetime.datetime.now(datetime.timezone.utc),
    "interval": lambda mark: "1 hour",
}


def sample(kind, mark):
    kind = re.sub(r"\(.*\)", "", kind)
    return SAMPLES[kind](mark) if kind in SAMPLES else None


class Rows:
    """An organisation's rows in all tables, made and found by the database's owner; without an
    organisation those of all other tables."""

    def __init__(self, catalogue, organisation, mark):
        self.catalogue, self.organisation, self.mark = catalogue, organisation, mark
        self.cursor = catalogue.cursor
        self.tables = catalogue.owned() if organisation else catalogue.common()
        self.made = 0

    def _owned(self, name, columns):
        condition = self.catalogue.owner_of(name) or "true"
        self.cursor.execute(f"SELECT {columns} FROM {name} t WHERE {condition}",
                            {"organisation": self.organisation})
        return self.cursor.fetchall()

    def any_of(self, name, column):
        found = self._owned(name, f"t.{column}::text")
        return found[0][0] if found else None

    # ---- rows that are made

    def make(self):
        """Two rows a table: one with what it must have, one with all that it can have."""
        for table in self.tables:
            for full in (False, True):
                if table.name not in ("core.organisation", "core.person"):
                    self.insert(table, full)

    def insert(self, table, full):
        """Where a row that it refers to may have one such row, another one."""
        for choice in range(ROWS_MAX):
            if self.try_insert(table, self.values(table, full, choice)):
                return
        assert self._owned(table.name, "1"), f"No row could be made for the table {table.name}."

    def try_insert(self, table, values):
        columns = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        try:
            self.cursor.execute(f"INSERT INTO {table.name} ({columns}) VALUES ({places})"
                                " ON CONFLICT DO NOTHING", list(values.values()))
        except psycopg2.Error as error:
            raise AssertionError(
                f"No row could be made for the table {table.name}: {error}"
                "Add what its columns take to VALUES in tests/api/rows.py.") from error
        return self.cursor.rowcount

    def values(self, table, full=True, choice=0):
        """Of a new row of this organisation's; which of the rows there are it refers to."""
        self.made += 1
        values = {}
        for target, pairs in table.references:
            if full or any(table.columns[own].required for own in pairs):
                values |= self._reference(target, pairs, choice)
        for column in table.columns.values():
            is_wanted = column.required and not column.has_default or full
            if column.name not in values and is_wanted and not column.is_generated:
                values[column.name] = self._value(table, column)
        if "organisation" in table.columns:
            values["organisation"] = self.organisation
        return {name: value for name, value in values.items() if value is not None}

    def _reference(self, target, pairs, choice):
        found = self._owned(target, ", ".join(f"t.{other}" for other in pairs.values()))
        return dict(zip(pairs, found[-1 - choice % len(found)])) if found else {}

    def _value(self, table, column):
        chosen = VALUES.get(table.name, {}).get(column.name)
        if chosen is not None:
            return chosen(self)
        if column.name in table.words:
            return table.words[column.name]
        if column.name == "capability":
            return hashlib.sha256(secrets.token_bytes(32)).hexdigest()
        return sample(column.kind, f"{self.mark}-{column.name}-{self.made}")

    # ---- rows that are there

    def rows(self):
        """Of each table: the rows as dictionaries of texts."""
        found = {}
        for table in self.tables:
            names = list(table.columns)
            columns = ", ".join(f"t.{name}::text" for name in names)
            found[table.name] = [dict(zip(names, row)) for row in self._owned(table.name, columns)]
        return found

    def values_of(self, kind, schema="", names=None, keys_alone=False):
        """Values of a type in these rows: a list a column. Of a schema, of columns of those names, of
        primary keys alone."""
        found = []
        for name, rows in self.rows().items():
            table = self.catalogue.tables[name]
            for column in table.columns.values():
                if (column.kind == kind and name.startswith(schema)
                        and (names is None or column.name in names)
                        and (not keys_alone or column.name in table.key)):
                    values = {row[column.name] for row in rows} - {None}
                    found.append(sorted(values))
        return found

    def capabilities(self):
        return set().union(*self.values_of("text", names=["capability"]))

    def secrets(self):
        """Texts by which a row of these is known wherever it is seen."""
        return {self.mark}.union(self.capabilities(), *self.values_of("uuid"))


# ---- organisations


def people(cursor, organisation, roles=MEMBERS):
    """One for each role, who is called like it."""
    for role in roles:
        cursor.execute("INSERT INTO core.person (id, organisation, issuer, subject)"
                       " VALUES (%s, %s, '', %s) ON CONFLICT DO NOTHING",
                       [str(uuid.uuid4()), organisation, role])


class Victim:
    """A client organisation with rows in every table. Its mark is in all texts, and may be a code."""

    def __init__(self, catalogue, name):
        self.slug, self.id = f"{name}-{uuid.uuid4().hex[:8]}", str(uuid.uuid4())
        self.mark = f"{name.upper()}-{uuid.uuid4().hex[:16].upper()}"
        self.own = Rows(catalogue, self.id, self.mark)
        catalogue.cursor.execute("INSERT INTO core.organisation (id, slug, name)"
                                 " VALUES (%s, %s, %s)", [self.id, self.slug, self.mark])
        people(catalogue.cursor, self.id)
        self.own.make()

    def __repr__(self):
        return self.slug


class Common:
    """What is nobody's in particular: the school's, whose staff alone see it unless ACROSS of rules.py
    says otherwise."""

    def __init__(self, catalogue):
        self.slug, self.id = "common", None
        self.mark = f"COMMON-{uuid.uuid4().hex[:16].upper()}"
        self.own = Rows(catalogue, None, self.mark)
        self.own.make()

    def __repr__(self):
        return "nobody in particular"


def secrets_of(victims):
    """Of each one, what is in no other's rows."""
    found = {victim.slug: victim.own.secrets() for victim in victims}
    return {slug: own - set().union(*(each for other, each in found.items() if other != slug))
            for slug, own in found.items()}


def witness(catalogue, victims):
    """SQL that tells a digest of each one's rows, table by table. A row that was rewritten as it was has
    another ctid."""
    return " UNION ALL ".join(
        f"SELECT '{victim.slug}', '{table.name}',"
        f" md5(string_agg(t.ctid::text || t::text, '|' ORDER BY t.ctid)) FROM {table.name} t WHERE "
        + (catalogue.owner_of(table.name) or f"strpos(t::text, '{victim.mark}') > 0")
        % {"organisation": repr(victim.id)}
        for victim in victims for table in victim.own.tables)
