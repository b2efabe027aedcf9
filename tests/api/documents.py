# SPDX-License-Identifier: MPL-2.0
"""documents.py: requests for a quote, as documents and as forms."""

# Line by line, because the tests of faults tell lines.
EXAMPLE = """\
<quote-request xmlns="urn:codev:quotes:1">
  <organisation>
    <name>Aciers du Midi</name>
    <siren>123456782</siren>
  </organisation>
  <contact>
    <given-name>Hélène</given-name>
    <family-name>Brûlé</family-name>
    <email>helene.brule@aciers.example</email>
    <phone>+33498016050</phone>
    <position>DRH</position>
  </contact>
  <need>
    <audience>proximity-managers</audience>
    <objective>talent-strategy</objective>
    <participants>14</participants>
    <sessions>8</sessions>
    <modality>remote</modality>
    <starting-from>2027-01-11</starting-from>
    <message>Deux groupes, de préférence le mardi.</message>
  </need>
  <consent text-version="2026-11" accepted="true"/>
</quote-request>
"""

MINIMAL = """\
<quote-request xmlns="urn:codev:quotes:1">
  <organisation><name>O</name></organisation>
  <contact>
    <given-name>G</given-name><family-name>F</family-name><email>a@b.example</email>
  </contact>
  <need>
    <audience>executives</audience><participants>1</participants><modality>mixed</modality>
  </need>
  <consent text-version="2026-11" accepted="true"/>
</quote-request>
"""

# As the page's form sends it.
FIELDS = [
    ("consent.text-version", "2026-11"),
    ("organisation.name", "Aciers du Midi"),
    ("organisation.siren", "123456782"),
    ("contact.given-name", "Hélène"),
    ("contact.family-name", "Brûlé"),
    ("contact.email", "helene.brule@aciers.example"),
    ("contact.phone", "+33498016050"),
    ("contact.position", "DRH"),
    ("need.audience", "proximity-managers"),
    ("need.objective", "talent-strategy"),
    ("need.participants", "14"),
    ("need.sessions", "8"),
    ("need.modality", "remote"),
    ("need.starting-from", "2027-01-11"),
    ("need.message", "Deux groupes, de préférence le mardi."),
    ("consent.accepted", "true"),
]


def changed(*changes, document=EXAMPLE):
    """The example with each (old, new) replaced; each old stands in it exactly once."""
    for old, new in changes:
        assert document.count(old) == 1, f"{old!r} stands there {document.count(old)} times"
        document = document.replace(old, new)
    return document


def element(name, value):
    """A change of the example: that element's text, as XML."""
    start = EXAMPLE.index(f"<{name}>")
    end = EXAMPLE.index(f"</{name}>", start)
    return EXAMPLE[start:end], f"<{name}>{value}"


def without(name):
    """A change of the example: that element left out; its line stays."""
    start = EXAMPLE.index(f"<{name}>")
    end = EXAMPLE.index(f"</{name}>", start) + len(f"</{name}>")
    return EXAMPLE[start:end], ""


def line_of(text, document=EXAMPLE):
    """The line where this text begins, from 1."""
    assert document.count(text) == 1
    return document[: document.index(text)].count("\n") + 1


def fields(**changes):
    """The form's fields: contact_email="…" changes one, a list repeats it, None leaves it out."""
    changes = {name.replace("__", "-").replace("_", ".", 1): value
               for name, value in changes.items()}
    result = []
    for name, value in FIELDS:
        values = changes.pop(name, value)
        if values is None:
            continue
        result += [(name, each) for each in ([values] if isinstance(values, str) else values)]
    assert not changes, f"no field is named {changes}"
    return result


def field_of(path):
    """The name of the form's field for a fault's path."""
    return path.removeprefix("/quote-request/").replace("/@", ".").replace("/", ".")


def item(code, price="450.00"):
    """An item of the catalogue."""
    return f"""\
<catalogue-item xmlns="urn:codev:quotes:1">
  <code>{code}</code><description>Séance de codéveloppement</description><unit>séance</unit>
  <unit-price>{price}</unit-price><vat category="S" rate="20.00"/>
</catalogue-item>
"""


def item_fields(code, unit_price="450.00"):
    """The same by the form."""
    return [("code", code), ("description", "Séance de codéveloppement"), ("unit", "séance"),
            ("unit-price", unit_price), ("vat.category", "S"), ("vat.rate", "20.00"),
            ("vat.reason-code", ""), ("vat.reason", "")]


# A document that each route takes, by its root, for tests that walk all routes: marked with a text, and
# where the address has to be in it, by the parameters of the path.
EXAMPLES = {
    "{urn:codev:quotes:1}quote-request":
        lambda mark, path: changed(("Aciers du Midi", mark), ("DRH", mark)),
    "{urn:codev:quotes:1}catalogue-item": lambda mark, path: item(path.get("code", mark)),
}
