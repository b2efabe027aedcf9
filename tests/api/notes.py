# SPDX-License-Identifier: MPL-2.0
"""notes.py: an instance with the plugin notes (tests/plugins/notes), client organisations, and their
people."""

import functools
import uuid

from client import BROWSER
from tokens import Forge

ORGANISATIONS = {"aciers": "Aciers du Midi", "banque": "Banque du Levant"}
NOTES = "/notes/notes"
KEYS = "/notes/keys"


def note(title="Ordre du jour", body="Tour de table.", expires_at=None):
    expiry = f"<expires-at>{expires_at}</expires-at>" if expires_at else ""
    return (f'<note xmlns="urn:codev:notes:1"><title>{title}</title><body>{body}</body>'
            f"{expiry}</note>")


def link(label="Pour Hélène"):
    return f'<link xmlns="urn:codev:notes:1"><label>{label}</label></link>'


def reply(text="Entendu."):
    return f'<reply xmlns="urn:codev:notes:1"><text>{text}</text></reply>'


def suggestion(text="Plus de pauses."):
    return f'<suggestion xmlns="urn:codev:notes:1"><text>{text}</text></suggestion>'


# As in documents.py.
EXAMPLES = {
    "{urn:codev:notes:1}note": lambda mark, path: note(title=mark, body=mark),
    "{urn:codev:notes:1}link": lambda mark, path: link(mark),
    "{urn:codev:notes:1}reply": lambda mark, path: reply(mark),
    "{urn:codev:notes:1}suggestion": lambda mark, path: suggestion(mark),
}


def put(client, path, document, **headers):
    return client.request("PUT", path, document, Content_Type="application/xml", **headers)


class Notes:
    """The instance, and who calls it."""

    def __init__(self, instance, directory):
        self.instance = instance
        self.forge = Forge(instance, directory)
        for slug, name in ORGANISATIONS.items():
            self.run("INSERT INTO core.organisation (id, slug, name) VALUES (%s, %s, %s)",
                     str(uuid.uuid4()), slug, name)
        self.token = functools.lru_cache(maxsize=None)(instance.token)

    def run(self, sql, *values):
        """As the owner, who sees all."""
        return self.instance.run_as_owner(sql, *values)

    # ---- callers

    @property
    def visitor(self):
        return self.instance.visitor

    @property
    def staff(self):
        return self.instance.staff

    def person(self, role="participant", organisation="aciers", subject=None):
        """A person of that role alone, unless another subject is named."""
        return self.visitor.bearer(self.token(role, organisation, subject or role))

    @property
    def system(self):
        """codev itself: only the installation's own key makes such a token."""
        return self.visitor.bearer(self.forge.token(role="system", org="ecole", sub="codev"))

    # ---- what is there

    def write(self, client=None, key=None, **document):
        """A note; the answer."""
        answer = put(client or self.person(), f"{KEYS}/{key or uuid.uuid4()}", note(**document))
        assert answer.status == 201, answer
        return answer

    def share(self, written, client=None):
        """A new link to the note of that answer: the answer that tells it."""
        path = f"{NOTES}/{written.root.get('id')}/links"
        answer = (client or self.person()).post(path, link())
        assert answer.status == 201, answer
        return answer

    def page(self, address, client=None):
        return (client or self.visitor).get(address, Accept=BROWSER)


def address_of(shared):
    """Where a link leads."""
    return shared.root.get("href")


def token_of(shared):
    return address_of(shared).rpartition("/")[2]


def titles(answer):
    return [node.findtext("{*}title") for node in answer.root.iter("{urn:codev:notes:1}note")]
