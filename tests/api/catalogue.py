# SPDX-License-Identifier: MPL-2.0
"""catalogue.py: what PostgreSQL itself says there is: tables, views and functions of every plugin, and
whose rows a table holds."""

import re

from rules import OPEN_TABLES

# Whose a row is, where neither a column `organisation` nor a foreign key tells; of alias {t}.
OWNERS = {
    "core.organisation": "{t}.id = %(organisation)s",
    "core.idempotency": "{t}.principal IN (SELECT id::text FROM core.person"
                        " WHERE organisation = %(organisation)s)",
}

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
        """Tables whose rows are organisations'."""
        return self._in_order(name for name in self.tables if self.owner_of(name))

    def common(self):
        """Tables whose rows are nobody's in particular, so the school's alone."""
        return self._in_order(name for name in self.tables
                              if not self.owner_of(name) and name not in OPEN_TABLES)

    def _in_order(self, names):
        """Those first that others refer to."""
        names = list(names)
        ordered = []
        while names:
            free = [name for name in names if not any(
                target in names and target != name for target, _ in self.tables[name].references)]
            ordered += free or names[:1]
            names = [name for name in names if name not in ordered]
        return [self.tables[name] for name in ordered]
