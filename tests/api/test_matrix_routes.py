# SPDX-License-Identifier: MPL-2.0
"""Every route of every plugin × every role × two organisations, from what the program itself tells."""

import itertools

import pytest
from client import CORE
from rows import SCHOOL
from rules import ACROSS
from walker import STAFF, Caller, Walker, pages_of

NOBODYS = "NOBODYS"


@pytest.fixture(scope="module")
def walker(notes):
    made = Walker(notes)
    yield made
    made.close()


@pytest.fixture(scope="module")
def successes(walker):
    """Each victim's people, and everybody else, use what the victim has: who did so, and for whom, by
    operation. So that there are links to try, all is done twice; the first one's things are removed in
    the end as well. Whoever was refused, or let in, against what is told, is in `wrong`."""
    done = {operation: set() for operation in walker.operations}
    wrong = []
    for victim in walker.victims:
        callers = [*walker.members(victim.slug), *walker.others()]
        methods = ("POST", "PUT", "GET", "POST", "PUT", "GET")
        for method in (*methods, "DELETE") if victim is walker.victims[0] else methods:
            for operation in walker.operations:
                if operation.method == method:
                    use(walker, victim, operation, callers, done, wrong)
        victim.own.make()  # what may have been used up
    return done, wrong


def use(walker, victim, operation, callers, done, wrong):
    """Each caller tries until it has succeeded. What others make is marked as nobody's."""
    if operation.method == "DELETE":
        victim.own.make()  # another removal may have taken all of it along
    there = [*walker.paths(operation, victim), *walker.paths(operation, walker.common)]
    for caller in callers:
        mark = walker.fresh(victim) if caller.organisation == victim.slug else NOBODYS
        fresh = walker.nobodys(operation, mark)
        # What is put is made first, and changed the second time.
        makes = operation.method == "PUT" and victim.slug not in done[operation]
        for path in [fresh, *there] if makes or caller.role not in operation.roles \
                else [*there, fresh]:
            headers = {"If_Match": None} if path is fresh else {}
            if operation.method == "POST":
                headers["Idempotency_Key"] = walker.fresh(victim)
            answer = walker.call(caller, operation, path, mark, **headers)
            if caller.organisation == victim.slug:
                walker.harvest(answer, victim)
            if answer.status >= 500 or \
                    (answer.status in (401, 403)) is (caller.role in operation.roles):
                wrong.append(f"{caller}: {operation} {path}: {answer.status}")
            if answer.status < 400:
                done[operation].add(caller.role)
            if answer.status < 400 or caller.role not in operation.roles:
                break
    done[operation].add(victim.slug)


def test_every_route_is_walked(successes):
    """A route that nobody could use was not tried: it needs a row or a document that fits."""
    done, _ = successes
    idle = [f"{operation}: no caller of {', '.join(operation.roles)} got more than a refusal."
            " Are there rows whose columns are called like its parameters (tests/api/rows.py),"
            " and is the example of its document one it takes (tests/api/documents.py)?"
            for operation, callers in done.items() if not callers & set(operation.roles)]
    assert not idle, "\n".join(idle)


def test_a_role_that_is_told_is_never_refused_and_no_other_is_let_in(successes):
    _, wrong = successes
    assert not wrong, "\n".join(wrong)


def test_a_role_of_the_schools_alone_is_nobody_elsewhere(walker):
    """A client's staff, whatever its token says: core.enter refuses it wherever there is more to see
    than a blank form."""
    wrong = []
    for role, operation in itertools.product(STAFF, walker.operations):
        caller = Caller(role, "client", walker.notes.person(role, walker.victims[0].slug))
        answer = walker.call(caller, operation, walker.nobodys(operation, NOBODYS), NOBODYS,
                             Accept="application/xml, */*;q=0.1")
        blank = answer.root is not None and answer.root.tag == f"{{{CORE}}}form" \
            and len(answer.root) == 0
        if answer.status not in (401, 403) and "visitor" not in operation.roles and not blank:
            wrong.append(f"{role}: {operation}: {answer.status}")
    assert not wrong, "\n".join(wrong)


class Intrusion:
    """Somebody else's attempts at what a victim has."""

    def __init__(self, walker, victim, neighbour):
        self.walker, self.victim, self.neighbour = walker, victim, neighbour
        victim.own.make()  # what codev itself has swept away
        self.secrets, self.keys = walker.secrets(victim), walker.keys(victim)
        self.callers = [*walker.members(neighbour.slug), *walker.others()]
        self.wrong = []

    def everything(self, operations=None):
        for operation in operations or self.walker.operations:
            before = self.walker.digests(self.victim)
            # Who has the victim's link is let in: with that, nobody is an intruder.
            is_held = any(self.walker.is_capability(parameter)
                          for parameter in operation.within("path").values())
            theirs = [] if is_held else self.walker.paths(operation, self.victim)
            own = [*self.walker.paths(operation, self.neighbour)[:2],
                   *self.walker.paths(operation, self.walker.common),
                   self.walker.nobodys(operation, self.walker.fresh(self.neighbour))]
            for caller in self.callers:
                self.try_all(caller, operation, theirs, own)
                after = self.walker.digests(self.victim)
                self.compare(caller, operation, before, after)
                before = after
        return self.wrong

    def try_all(self, caller, operation, theirs, own):
        """With what is the victim's, where the answer is no more than 404; with what is nobody's or
        the caller's own, where the answer tells nothing of the victim."""
        if caller.role not in operation.roles:
            theirs, own = theirs[:1], own[:1]
        for path in theirs:
            self.try_one(caller, operation, path, bool(path))
        for path in own:
            self.try_one(caller, operation, path, False)
        if operation.method == "GET" and caller.role in operation.roles:
            self.filter(caller, operation)

    def try_one(self, caller, operation, path, is_theirs):
        for accept in pages_of(operation):
            answer = self.walker.call(
                caller, operation, path, self.neighbour.mark, Accept=accept,
                Idempotency_Key=self.keys.get(operation.address(**path)))
            self.look(caller, operation, path, answer)
            refused = answer.status in (401, 403, 404, 410)
            is_an_intrusion = is_theirs and caller.role != "staff" and not self.may_make(operation)
            if answer.status >= 500 or (is_an_intrusion and not refused):
                self.wrong.append(f"{caller}: {operation} {path}: {answer.status}")
        if is_theirs and self.may_make(operation):
            self.make(caller, operation, path)

    @staticmethod
    def may_make(operation):
        """A key of the client's choice is the organisation's own: the caller may have it too."""
        return operation.method == "PUT" and not any(
            parameter["schema"].get("format") == "uuid"
            for parameter in operation.within("path").values())

    def make(self, caller, operation, path):
        """As if nobody had it: a conflict would tell that somebody has."""
        answer = self.walker.call(caller, operation, path, self.neighbour.mark, If_Match=None)
        self.look(caller, operation, path, answer)
        if answer.status >= 500 or answer.status in (409, 412, 428):
            self.wrong.append(f"{caller}: {operation} {path} without a version: {answer.status}")
        self.walker.forget([self.neighbour.id, SCHOOL], self.victim.mark)

    def filter(self, caller, operation):
        """A list that is narrowed to what is another's is empty."""
        path = self.walker.nobodys(operation, NOBODYS)
        for name, parameter in operation.within("query").items():
            if parameter["schema"].get("format") != "uuid":
                continue
            columns = self.victim.own.values_of("uuid", f"{operation.plugin}.")
            for value in sorted({value for column in columns for value in column[-2:]}):
                query = {name: value, "limit": "200"} if name == "after" else {name: value}
                address = operation.address(**path) + "?" + "&".join(
                    f"{key}={each}" for key, each in query.items())
                self.look(caller, operation, query, caller.client.get(address))

    def look(self, caller, operation, asked, answer):
        """Neither its body nor a header tells what was not in the question. The school's staff may see
        clients' things; which ones, the tables' policies say (test_matrix_sql.py)."""
        text = answer.body.decode(errors="replace") + str(answer.headers)
        asked = str(asked)
        told = sorted(secret for secret in self.secrets if secret in text and secret not in asked)
        if told and caller.role != "staff":
            self.wrong.append(f"{caller}: {operation} {asked}: shows {told[0]} of {self.victim}")

    def compare(self, caller, operation, before, after):
        changed = {table for table in before if before[table] != after[table]}
        meant = {table for who, table, verb in ACROSS if who == caller.role and verb != "SELECT"}
        if changed - meant:
            self.wrong.append(f"{caller}: {operation} changes {sorted(changed - meant)}"
                              f" of {self.victim}")


@pytest.mark.parametrize("victim, neighbour", [(1, 2), (2, 1)], ids=["nord", "sud"])
def test_nothing_of_another_organisation_is_seen_or_changed(walker, successes, victim, neighbour):
    wrong = Intrusion(walker, walker.victims[victim], walker.victims[neighbour]).everything()
    assert not wrong, "\n".join(wrong)


def test_there_was_something_to_find(walker, successes):
    """Made by the routes and not by the tests' rows alone; and links."""
    for victim in walker.victims[1:]:
        assert len(walker.secrets(victim)) > 15 and walker.keys(victim)
        assert any(slug == victim.slug and tokens for (slug, *_), tokens in walker.tokens.items())
        shown = walker.notes.person("manager", victim.slug).get("/notes/notes?limit=200")
        assert f"<title>{victim.mark}-" in shown.body.decode()


# What a plugin's author might get wrong, in SQL; taken back by the other half.
LEAKS = [
    ("CREATE POLICY x ON notes.note FOR SELECT TO codev_notes USING (core.role() = 'manager')",
     "DROP POLICY x ON notes.note",
     ["GET /notes/notes/{id} {", "GET /notes/notes {}: shows", "GET /notes/summary {}: shows"]),
    ("CREATE POLICY x ON notes.link TO codev_notes USING (core.role() = 'participant')",
     "DROP POLICY x ON notes.link",
     ["GET /notes/links/{id} {", "DELETE /notes/links/{id} changes ['notes.link']"]),
    ("CREATE POLICY x ON notes.reply FOR SELECT TO codev_notes USING (true)",
     "DROP POLICY x ON notes.reply", ["GET /notes/replies/{id} {"]),
]


@pytest.mark.parametrize("leak, mending, told", LEAKS, ids=range(len(LEAKS)))
def test_a_leak_is_found(walker, successes, leak, mending, told):
    operations = [each for each in walker.operations if each.plugin == "notes"
                  and each.method != "PUT"]
    walker.cursor.execute(leak)
    try:
        wrong = Intrusion(walker, *walker.victims[1:]).everything(operations)
    finally:
        walker.cursor.execute(mending)
    for each in told:
        assert any(each in line for line in wrong), (each, wrong)


def test_a_document_without_an_example_is_told(walker, monkeypatch):
    """By which its author learns what to add, and where."""
    monkeypatch.setattr("walker.EXAMPLES", {})
    (operation,) = [each for each in walker.operations if each.root == "suggestion"]
    with pytest.raises(AssertionError, match="POST /notes/suggestions takes a suggestion: add an"
                       " example of {urn:codev:notes:1}suggestion.* EXAMPLES in .*documents.py"):
        walker.call(Caller("visitor", None, walker.notes.visitor), operation, {}, NOBODYS)
