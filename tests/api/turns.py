# SPDX-License-Identifier: MPL-2.0
"""turns.py: people of two organisations, visitors, holders of links and codev itself, one after the
other at the same addresses, each of whom has to see what is the caller's own and nothing else."""

import http.client
import uuid

from notes import KEYS, NOTES, address_of, note


class Turns:
    """The two organisations have a note under the same key, and a link to it each."""

    def __init__(self, notes):
        self.base = notes.visitor.base
        self.key = str(uuid.uuid4())
        self.marks = {name: f"{name}-{uuid.uuid4().hex}" for name in ("aciers", "banque")}
        self.people = {name: notes.person("manager", name).headers for name in self.marks}
        self.links = {}
        for name, mark in self.marks.items():
            made = notes.write(notes.person("manager", name), key=self.key, title=mark, body=mark)
            self.links[name] = address_of(notes.share(made, notes.person("manager", name)))
        self.system, self.staff = notes.system.headers, notes.staff.headers
        self.connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=30)

    def ask(self, method, path, headers, body=None):
        if not path.startswith(self.base.path):
            path = self.base.path + path
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read().decode()

    def expect(self, whose, status, answer):
        """The answer shows the marks of these organisations and of no other."""
        found, text = answer
        assert found == status, (whose, answer)
        for name, mark in self.marks.items():
            assert (mark in text) is (name in whose), (whose, answer)

    def person(self, name, number):
        """One of seven is a write, of the very contents; another a list."""
        headers = self.people[name]
        if number % 7 == 3:
            document = note(self.marks[name], self.marks[name])
            return self.expect([name], 200, self.ask(
                "PUT", f"{KEYS}/{self.key}",
                {**headers, "Content-Type": "application/xml", "If-Match": "*"}, document))
        path = f"{NOTES}?limit=200" if number % 7 == 5 else f"{KEYS}/{self.key}"
        return self.expect([name], 200, self.ask("GET", path, headers))

    def somebody(self, number):
        """Who belongs to no organisation."""
        name = ("aciers", "banque")[number // 5 % 2]
        turn = number // 10 % 5
        if turn == 0:
            self.expect([], 401, self.ask("GET", NOTES, {}))
        elif turn == 1:
            self.expect([name], 200, self.ask("GET", self.links[name], {}))
        elif turn == 2:
            self.expect([], 200, self.ask("POST", "/notes/sweep", self.system))
        elif turn == 3:
            self.expect(list(self.marks), 200, self.ask("GET", f"{NOTES}?limit=200", self.staff))
        else:
            self.expect([], 404, self.ask("GET", f"/notes/shared/{'A' * 43}", {}))

    def take(self, turns):
        """How many of them were neither organisation's."""
        others = 0
        for number in range(turns):
            if number % 5 == 4:
                self.somebody(number)
                others += 1
            else:
                self.person(("aciers", "banque")[number % 2], number)
        self.connection.close()
        return others
