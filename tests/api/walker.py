# SPDX-License-Identifier: MPL-2.0
"""walker.py: every route that /openapi.json tells, called by everybody with everything that is there.
What a route takes is made from its own description, the database's catalogue and an example document
for its root: a new route is walked unasked, or it is said what there has to be."""

import itertools
import re

import documents
import notes as notes_plugin
import psycopg2
from catalogue import Catalogue
from client import BROWSER
from openapi import Document
from rows import MEMBERS, SCHOOL, Common, Victim, people, secrets_of, witness

EXAMPLES = {**documents.EXAMPLES, **notes_plugin.EXAMPLES}
STAFF = ("staff", "admin")
ID = "019ab0c2-7e1f-7b3a-8c4d-0123456789ab"
NO_TOKEN = "A" * 43
TRIED_MAX = 4  # values of one column
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Caller:
    """A role of an organisation, or a visitor, or codev itself."""

    def __init__(self, role, organisation, client):
        self.role, self.organisation, self.client = role, organisation, client
        client.is_valid = False  # rows that were made from their columns' types are not

    def __repr__(self):
        return f"{self.role} of {self.organisation}" if self.organisation else self.role


class Walker:
    def __init__(self, notes):
        self.notes = notes
        self.owner = psycopg2.connect(notes.instance.owner_database)
        self.owner.autocommit = True
        self.cursor = self.owner.cursor()
        self.operations = Document(notes.visitor).operations
        self.catalogue = Catalogue(self.cursor)
        self.victims = [Victim(self.catalogue, name) for name in ("ouest", "nord", "sud")]
        self.common = Common(self.catalogue)
        people(self.cursor, SCHOOL, (*MEMBERS, *STAFF))
        self.tokens = {}  # of capabilities: (victim's slug, plugin, parameter): those that were told
        self.number = itertools.count()

    def close(self):
        self.owner.close()

    # ---- who calls

    def members(self, organisation):
        return [Caller(role, organisation, self.notes.person(role, organisation))
                for role in MEMBERS]

    def others(self):
        """Who belongs to no client."""
        yield Caller("visitor", None, self.notes.visitor)
        yield Caller("system", None, self.notes.system)
        yield from self.members("ecole")
        for role in STAFF:
            yield Caller(role, "ecole", self.notes.person(role, "ecole"))

    # ---- what is in a path

    def is_capability(self, parameter):
        return "pattern" in parameter["schema"]

    def values(self, operation, name, parameter, victim):
        """What of the victim's the parameter could be: ids of all the plugin's tables, texts of columns
        called like it, tokens that were told. Of each column the first, made by routes, and the last,
        made by the tests."""
        if self.is_capability(parameter):
            columns = [sorted(self.tokens.get((victim.slug, operation.plugin, name), set()))]
        elif parameter["schema"].get("format") == "uuid":
            columns = victim.own.values_of("uuid", f"{operation.plugin}.", keys_alone=True)
        else:
            columns = victim.own.values_of("text", f"{operation.plugin}.", [name.replace("-", "_")])
        return sorted({value for column in columns
                       for value in column[:TRIED_MAX // 2] + column[-TRIED_MAX // 2:]})

    @staticmethod
    def combined(operation, values_of):
        """The parameters of paths with these values."""
        names = list(operation.within("path"))
        values = [values_of(name, parameter)
                  for name, parameter in operation.within("path").items()]
        return [dict(zip(names, each)) for each in itertools.product(*values)]

    def paths(self, operation, victim):
        return self.combined(operation, lambda name, parameter: self.values(
            operation, name, parameter, victim))

    def fresh(self, victim):
        return f"{victim.mark}-{next(self.number)}"

    def nobodys(self, operation, text):
        """The path's parameters when they are nobody's."""
        return {name: NO_TOKEN if self.is_capability(parameter)
                else ID if parameter["schema"].get("format") == "uuid" else text
                for name, parameter in operation.within("path").items()}

    # ---- calling

    def document(self, operation, mark, path):
        if operation.root is None:
            return None
        schema = operation.told["requestBody"]["content"]["application/xml"]["schema"]["xml"]
        root = f"{{{schema['namespace']}}}{operation.root}"
        assert root in EXAMPLES, (
            f"{operation} takes a {operation.root}: add an example of {root}, with a text of the"
            " test's choice in it, to EXAMPLES in tests/api/documents.py.")
        return EXAMPLES[root](mark, path)

    def call(self, caller, operation, path, mark, **headers):
        """The answer to a good request."""
        body = self.document(operation, mark, path)
        headers = {"If_Match": "*" if operation.method in ("PUT", "DELETE") else None,
                   "Content_Type": None if body is None else "application/xml", **headers}
        return caller.client.request(operation.method, operation.address(**path), body, **headers)

    def harvest(self, answer, victim):
        """Keep the tokens of links that the answer tells."""
        if answer.root is None:
            return
        mount = self.notes.visitor.base.path
        for address in answer.root.xpath("//@href"):
            for operation in self.operations:
                for name, parameter in operation.within("path").items():
                    if self.is_capability(parameter) and operation.leads_to(
                            address.removeprefix(mount)):
                        key = (victim.slug, operation.plugin, name)
                        self.tokens.setdefault(key, set()).update(TOKEN.findall(address))

    # ---- what is there

    def secrets(self, victim):
        """By which is known what is the victim's, or nobody's in particular."""
        found = secrets_of([*self.victims, self.common])
        told = [tokens for (slug, _, _), tokens in self.tokens.items() if slug == victim.slug]
        return found[victim.slug].union(found["common"], *told)

    def keys(self, victim):
        """Idempotency keys that its people have used, by the paths they used them at."""
        return {row["route"]: row["key"] for row in victim.own.rows()["core.idempotency"]}

    def digests(self, victim):
        self.cursor.execute(witness(self.catalogue, [victim]))
        return {table: digest for _, table, digest in self.cursor.fetchall()}

    def forget(self, makers, mark):
        """Remove what these organisations have made under another's mark."""
        for organisation in makers:
            for table in reversed(self.catalogue.owned()):
                self.cursor.execute(f"DELETE FROM {table.name} t WHERE"
                                    f" {self.catalogue.owner_of(table.name)}"
                                    " AND strpos(t::text, %(mark)s) > 0",
                                    {"organisation": organisation, "mark": mark})


def pages_of(operation):
    """What Accept to ask for to see all that the route shows."""
    shown = operation.responses.get("200", {}).get("content", {})
    return [None] + [BROWSER] * (operation.method == "GET" and "text/html" in shown)
