# SPDX-License-Identifier: MPL-2.0
"""catalogue.py: what PostgreSQL itself says there is: tables, views and functions of every plugin, and
whose rows a table holds; and rows for any table, so that a new one needs no test of its own."""

import datetime
import hashlib
import re
import secrets
import uuid

import psycopg2

SCHOOL = "00000000-0000-7000-8000-000000000001"  # core/migrations/0001-core.sql

# Whose a row is, where neither a column `organisation` nor a foreign key tells; of alias {t}.
OWNERS = {
    "core.organisation": "{t}.id = %(organisation)s",
    "core.idempotency": "{t}.principal IN (SELECT id::text FROM core.person"
                        " WHERE organisation = %(organisation)s)",
}

# What a column takes that its type does not tell: "SCHEMA.TABLE": {"COLUMN": value of a Rows}.
VALUES = {
    "core.idempotency": {"principal": lambda rows: rows.any_of("core.person", "id")},
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


class Column:
    def __init__(self, name, kind, required, has_default, is_generated):
        self.name, self.kind, self.required = name, kind, required
        self.has_default, self.is_generated = has_default, is_generated


class Table:
    def __init__(self, oid, schema, name):
        self.oid, self.schema, self.name = oid, schema, f"{schema}.{name}"
        self.columns, self.key = {}, []
        self.references = []  # foreign keys: target's name, {own column: target's column}
        self.words = {}  # columns that take one of some words: the first

    def __repr__(self):
        return self.name


class Function:
    def __init__(self, oid, name, names, kinds):
        self.oid, self.name, self.arguments = oid, name, list(zip(names, kinds))

    def __repr__(self):
        return f"{self.name}({', '.join(name for name, _ in self.arguments)})"


class Catalogue:
    """Of the schemas that belong to the core and to plugins, each with its role."""

    def __init__(self, cursor):
        self.cursor = cursor
        self.schemas = [schema for (schema,) in self._ask(
            "SELECT n.nspname::text FROM pg_namespace n"
            " JOIN pg_roles r ON r.rolname = 'codev_' || n.nspname ORDER BY 1")]
        self.roles = [f"codev_{schema}" for schema in self.schemas]
        self.tables = {table.name: table for table in self._relations("rp")}
        self.views = list(self._relations("v"))
        by_oid = {table.oid: table for table in self.tables.values()}
        for relation in (*self.tables.values(), *self.views):
            self._read_columns(relation)
        for table in self.tables.values():
            self._read_constraints(table, by_oid)
        self.functions = [Function(*row) for row in self._ask(
            "SELECT p.oid, n.nspname || '.' || p.proname, coalesce(p.proargnames, '{}'),"
            " ARRAY(SELECT format_type(kind, NULL) FROM unnest(p.proargtypes) kind)"
            " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = ANY (%s) AND p.prokind = 'f' ORDER BY 1", self.schemas)]

    def _ask(self, sql, *values):
        self.cursor.execute(sql, values)
        return self.cursor.fetchall()

    def _relations(self, kinds):
        return [Table(*row) for row in self._ask(
            "SELECT c.oid, n.nspname::text, c.relname::text FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY (%s) AND c.relkind = ANY (%s) ORDER BY 2, 3",
            self.schemas, list(kinds))]

    def _read_columns(self, relation):
        for row in self._ask(
                "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, atthasdef,"
                " attgenerated <> '' OR attidentity <> '' FROM pg_attribute"
                " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                relation.oid):
            relation.columns[row[0]] = Column(*row)

    def _read_constraints(self, table, by_oid):
        names = ("SELECT array_agg(attname::text ORDER BY place) FROM unnest({key})"
                 " WITH ORDINALITY AS k (number, place)"
                 " JOIN pg_attribute ON attrelid = {table} AND attnum = number")
        for kind, target, own, others, definition in self._ask(
                f"SELECT contype::text, confrelid, ({names.format(key='conkey', table='conrelid')}),"
                f" ({names.format(key='confkey', table='confrelid')}), pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE conrelid = %s ORDER BY conname", table.oid):
            words = re.findall(r"'([^']*)'::text", definition)
            if kind == "p":
                table.key = own
            elif kind == "f" and target in by_oid:
                table.references.append((by_oid[target].name, dict(zip(own, others))))
            elif kind == "c" and len(own) == 1 and "= ANY" in definition and words:
                table.words[own[0]] = words[0]

    def owner_of(self, name, alias="t", seen=()):
        """The condition that a row is an organisation's; None: rows are nobody's in particular."""
        table = self.tables[name]
        if name in OWNERS:
            return OWNERS[name].format(t=alias)
        column = table.columns.get("organisation")
        if column is not None and column.kind == "uuid":
            return f"{alias}.organisation = %(organisation)s"
        found = []
        for target, pairs in table.references:
            inner = None if target in (*seen, name) else self.owner_of(
                target, f"{alias}x", (*seen, name))
            if inner:
                joined = " AND ".join(f"{alias}.{own} = {alias}x.{other}"
                                      for own, other in pairs.items())
                found.append(f"EXISTS (SELECT FROM {target} {alias}x WHERE {joined} AND {inner})")
        return f"({' OR '.join(found)})" if found else None

    def owned(self):
        """Tables whose rows are organisations', those first that others refer to."""
        names = [name for name in self.tables if self.owner_of(name)]
        ordered = []
        while names:
            free = [name for name in names if not any(
                target in names and target != name for target, _ in self.tables[name].references)]
            ordered += free or names[:1]
            names = [name for name in names if name not in ordered]
        return [self.tables[name] for name in ordered]


class Rows:
    """An organisation's rows in all tables, made and found by the database's owner."""

    def __init__(self, catalogue, organisation, mark):
        self.catalogue, self.organisation, self.mark = catalogue, organisation, mark
        self.cursor = catalogue.cursor
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
        for table in self.catalogue.owned():
            for full in (False, True):
                if table.name not in ("core.organisation", "core.person"):
                    self.insert(table, self.values(table, full))

    def insert(self, table, values):
        columns = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        try:
            self.cursor.execute(f"INSERT INTO {table.name} ({columns}) VALUES ({places})",
                                list(values.values()))
        except psycopg2.Error as error:
            raise AssertionError(
                f"No row could be made for the table {table.name}: {error}"
                "Add what its columns take to VALUES in tests/api/catalogue.py.") from error

    def values(self, table, full=True):
        """Of a new row of this organisation's."""
        self.made += 1
        values = {}
        for target, pairs in table.references:
            if full or any(table.columns[own].required for own in pairs):
                values |= self._reference(target, pairs)
        for column in table.columns.values():
            is_wanted = column.required and not column.has_default or full
            if column.name not in values and is_wanted and not column.is_generated:
                values[column.name] = self._value(table, column)
        if "organisation" in table.columns:
            values["organisation"] = self.organisation
        return {name: value for name, value in values.items() if value is not None}

    def _reference(self, target, pairs):
        found = self._owned(target, ", ".join(f"t.{other}" for other in pairs.values()))
        return dict(zip(pairs, found[-1])) if found else {}

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
        for table in self.catalogue.owned():
            names = list(table.columns)
            columns = ", ".join(f"t.{name}::text" for name in names)
            found[table.name] = [dict(zip(names, row)) for row in self._owned(table.name, columns)]
        return found

    def values_of(self, kind, schema=None, names=None):
        """All values of a type in these rows; of a schema, of columns of those names alone."""
        return {row[column.name] for name, rows in self.rows().items() for row in rows
                for column in self.catalogue.tables[name].columns.values()
                if column.kind == kind and row[column.name] is not None
                and (schema is None or name.startswith(f"{schema}."))
                and (names is None or column.name in names)}

    def capabilities(self):
        return self.values_of("text", names=["capability"])

    def secrets(self):
        """Texts by which a row of these is known wherever it is seen."""
        return {self.mark} | self.values_of("uuid") | self.capabilities()
