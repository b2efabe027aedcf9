# SPDX-License-Identifier: MPL-2.0
"""Documents that are well-formed and invalid: every fault is told, its place and what is wanted."""

import pytest
from documents import EXAMPLE, changed, element, line_of, without

ROOT = "/quote-request"
CONSENT = 'text-version="2026-11" accepted="true"'


def refused(visitor, document):
    answer = visitor.post("/quotes/requests", document)
    assert (answer.status, answer.problem) == (422, "invalid-document"), answer
    assert answer.faults, "no fault is told"
    return answer.faults


def places(faults):
    return [(fault.line, fault.path) for fault in faults]


def line(name):
    return line_of(f"<{name}>", EXAMPLE)


# ---- values

WRONG_VALUES = {
    "organisation/name": ["", "   ", "x" * 201, "a\x7fb", "a\x9fb"],
    "organisation/siren": ["123456789", "12345678", "1234567820", "12345678A", "123 456 782",
                           "", "１２３４５６７８２"],
    "contact/given-name": ["", "x" * 201],
    "contact/family-name": ["\n"],
    "contact/email": ["", "helene", "helene@", "@aciers.example", "a@b", "a b@c.example",
                      "a@@b.example", "a@b..example", "a@-b.example", "a@b.example.",
                      ".a@b.example", "a..b@c.example", "a@b.example, c@d.example",
                      "x" * 65 + "@b.example", "a@" + "b." * 130 + "example",
                      "hélène@b.example", "a@b_c.example", "Bob &lt;a@b.example&gt;"],
    "contact/phone": ["", "0498016050", "+0498016050", "+33 4 98 01 60 50", "33498016050",
                      "+1234567890123456", "+12345", "+33-498016050", "++33498016050"],
    "contact/position": ["", "x" * 201],
    "need/audience": ["", "everybody", "Executives", "executives managers"],
    "need/objective": ["", "money"],
    "need/participants": ["", "0", "10001", "-1", "1e3", "1.0", "14,5", "quatorze", "00000000014",
                          "+14", "0x10", "99999999999999999999", "١٤", "NaN", "INF", "-INF",
                          "Infinity", "-0", "14 &lt;!-- --&gt;", "1" * 100000],
    "need/sessions": ["", "0", "101", "-1", "1e2", "8.0", "4294967304", "INF", "NaN"],
    "need/modality": ["", "by-mail", "Remote"],
    "need/starting-from": ["", "2027-02-30", "2027-13-01", "2027-00-10", "99999-01-01",
                           "0000-01-01", "1899-12-31", "2200-01-01", "-2027-01-11", "2027-1-1", "11/01/2027",
                           "2027-01-11Z", "2027-01-11+01:00", "2027-01-11T00:00:00",
                           "2027-02-29", "tomorrow"],
    "need/message": ["", "x" * 5001, "é" * 5001, "a\x80b"],
}
CASES = [(path, value) for path, values in WRONG_VALUES.items() for value in values]


@pytest.mark.parametrize("path, value", CASES, ids=[f"{p}={v[:24]!r}" for p, v in CASES])
def test_a_wrong_value_is_the_one_fault_at_its_line(visitor, path, value):
    """OWASP XML: string data types, negative and positive restrictions, divide by zero, infinity and
    NaN, prefixed values, ranges, patterns."""
    name = path.rpartition("/")[2]
    faults = refused(visitor, changed(element(name, value)))
    assert places(faults) == [(line(name), f"{ROOT}/{path}")], faults
    assert faults[0].fr != faults[0].en


@pytest.mark.parametrize("path, value, fr, en", [
    ("organisation/siren", "123456789", "SIREN", "SIREN"),
    ("contact/email", "helene", "adresse", "e-mail"),
    ("contact/phone", "0498016050", "indicatif", "country code"),
    ("need/participants", "10001", "10\u202f000", "10,000"),
    ("need/message", "x" * 5001, "5\u202f000", "5,000"),
    ("need/starting-from", "2027-02-30", "date", "date"),
    ("need/modality", "by-mail", "on-site", "on-site"),
])
def test_a_sentence_says_what_is_wanted(visitor, path, value, fr, en):
    (fault,) = refused(visitor, changed(element(path.rpartition("/")[2], value)))
    # spaces that don't break are a matter of typography
    assert fr.replace("\u202f", " ") in fault.fr.replace("\u202f", " ").replace("\xa0", " ")
    assert en in fault.en


# ---- lists

AUDIENCE = "<audience>proximity-managers</audience>"
OBJECTIVE = "<objective>talent-strategy</objective>"
AUDIENCES = ["executives", "project-managers", "cross-functional-managers", "proximity-managers"]
OBJECTIVES = ["internal-resources", "potentials-and-talents", "talent-strategy"]


def elements(name, values):
    return "\n".join(f"<{name}>{value}</{name}>" for value in values)


def test_no_audience_is_a_fault(visitor):
    (fault,) = refused(visitor, changed(without("audience")))
    assert fault.path == f"{ROOT}/need/audience"
    assert "audience" in fault.en


def test_a_fifth_audience_is_a_fault(visitor):
    """OWASP XML: occurrences."""
    faults = refused(visitor, changed((AUDIENCE, elements("audience", [*AUDIENCES, "executives"]))))
    assert places(faults) == [(line("audience") + 4, f"{ROOT}/need/audience[5]")]


def test_a_fourth_objective_is_a_fault(visitor):
    many = [*OBJECTIVES, "talent-strategy"]
    faults = refused(visitor, changed((OBJECTIVE, elements("objective", many))))
    assert places(faults) == [(line("objective") + 3, f"{ROOT}/need/objective[4]")]


@pytest.mark.parametrize("old, name, values", [
    (AUDIENCE, "audience", ["executives", "project-managers", "executives"]),
    (OBJECTIVE, "objective", ["talent-strategy", "internal-resources", "talent-strategy"])])
def test_the_same_twice_is_a_fault_at_the_second(visitor, old, name, values):
    faults = refused(visitor, changed((old, elements(name, values))))
    assert places(faults) == [(line(name) + 2, f"{ROOT}/need/{name}[3]")]


def test_one_wrong_item_among_right_ones_is_told_by_its_number(visitor):
    faults = refused(visitor, changed((AUDIENCE, elements("audience", ["executives", "bosses"]))))
    assert places(faults) == [(line("audience") + 1, f"{ROOT}/need/audience[2]")]


# ---- consent


@pytest.mark.parametrize("accepted", ["false", "0", "1", "", "yes", "TRUE", "True"])
def test_consent_must_be_true(visitor, accepted):
    (fault,) = refused(visitor, changed((CONSENT, f'text-version="2026-11" accepted="{accepted}"')))
    assert fault.path == f"{ROOT}/consent/@accepted"
    assert fault.line == line_of("<consent", EXAMPLE)


@pytest.mark.parametrize("attributes, missing", [
    ('accepted="true"', "text-version"), ('text-version="2026-11"', "accepted")])
def test_consent_has_both_attributes(visitor, attributes, missing):
    (fault,) = refused(visitor, changed((CONSENT, attributes)))
    assert fault.path == f"{ROOT}/consent/@{missing}"
    assert missing in fault.en


@pytest.mark.parametrize("version", ["1999-01", "2026-11.", "2026-12", "x"])
def test_a_consent_text_that_does_not_exist_is_a_fault(visitor, version):
    """OWASP XML: assertions. What the schema cannot know, the database does."""
    (fault,) = refused(visitor, changed((CONSENT, f'text-version="{version}" accepted="true"')))
    assert fault.path == f"{ROOT}/consent/@text-version"


@pytest.mark.parametrize("version", ["", " ", "a b", "x" * 41, "'", "é", "-1"])
def test_a_consent_texts_version_has_a_form(visitor, version):
    (fault,) = refused(visitor, changed((CONSENT, f'text-version="{version}" accepted="true"')))
    assert fault.path == f"{ROOT}/consent/@text-version"
    assert fault.line == line_of("<consent", EXAMPLE)


def test_nothing_is_stored_of_what_was_refused(visitor, owner_database):
    name = element("name", "Refused Ltd")
    for change in (element("email", "x"), ('text-version="2026-11"', 'text-version="1999-01"')):
        refused(visitor, changed(name, change))
    cursor = owner_database.cursor()
    cursor.execute("SELECT count(*) FROM quotes.request WHERE organisation_name = 'Refused Ltd'")
    assert cursor.fetchone() == (0,)


# ---- structure


@pytest.mark.parametrize("name, parent", [
    ("name", "organisation"), ("given-name", "contact"), ("family-name", "contact"),
    ("email", "contact"), ("participants", "need"), ("modality", "need")])
def test_a_missing_element_is_told_by_its_own_path(visitor, name, parent):
    (fault,) = refused(visitor, changed(without(name)))
    assert fault.path == f"{ROOT}/{parent}/{name}"
    assert name in fault.en


@pytest.mark.parametrize("name", ["organisation", "contact", "need"])
def test_a_missing_group_is_told(visitor, name):
    (fault,) = refused(visitor, changed(without(name)))
    assert fault.path == f"{ROOT}/{name}"


def test_every_missing_element_is_told(visitor):
    faults = refused(visitor, changed(
        without("name"), without("email"), without("given-name"), without("participants"),
        ("  <consent " + CONSENT + "/>", "")))
    assert {fault.path for fault in faults} == {
        f"{ROOT}/organisation/name", f"{ROOT}/contact/email", f"{ROOT}/contact/given-name",
        f"{ROOT}/need/participants", f"{ROOT}/consent"}
    assert len(faults) == 5


def test_an_empty_root_misses_everything(visitor):
    faults = refused(visitor, '<quote-request xmlns="urn:codev:quotes:1"/>')
    assert {fault.path for fault in faults} == {
        f"{ROOT}/{name}" for name in ("organisation", "contact", "need", "consent")}
    assert {fault.line for fault in faults} == {1}


@pytest.mark.parametrize("after, added, path", [
    ("</siren>", "<vat>FR1</vat>", "organisation/vat"),
    ("</position>", "<fax>1</fax>", "contact/fax"),
    ("</message>", "<budget>1</budget>", "need/budget"),
    ("</need>", "<priority/>", "priority")])
def test_an_unknown_element_is_the_one_fault(visitor, after, added, path):
    """OWASP XML: document without schema."""
    document = changed((after, after + "\n" + added))
    faults = refused(visitor, document)
    assert places(faults) == [(line_of(added, document), f"{ROOT}/{path}")]
    assert path.rpartition("/")[2] in faults[0].en


def test_an_element_of_another_namespace_is_a_fault(visitor):
    document = changed(("</siren>", "</siren>\n<x:siren xmlns:x='urn:x'>1</x:siren>"))
    faults = refused(visitor, document)
    assert [fault.line for fault in faults] == [line_of("<x:siren", document)]


@pytest.mark.parametrize("old, new, path", [
    ("<organisation>", '<organisation vip="1">', "organisation/@vip"),
    ("<email>", '<email type="work">', "contact/email/@type"),
    ('accepted="true"', 'accepted="true" by="me"', "consent/@by")])
def test_an_unknown_attribute_is_the_one_fault(visitor, old, new, path):
    document = changed((old, new))
    faults = refused(visitor, document)
    assert places(faults) == [(line_of(new, document), f"{ROOT}/{path}")]


def test_text_between_elements_is_a_fault(visitor):
    (fault,) = refused(visitor, changed(("<contact>", "<contact>Bonjour")))
    assert fault.path == f"{ROOT}/contact"


def test_an_element_inside_of_text_is_a_fault(visitor):
    faults = refused(visitor, changed(element("message", "un <b>mot</b>")))
    assert faults[0].path.startswith(f"{ROOT}/need/message")
    assert faults[0].line == line("message")


def test_elements_out_of_order_are_a_fault(visitor):
    (fault,) = refused(visitor, changed(
        ("<given-name>Hélène</given-name>", "<family-name>Brûlé</family-name>"),
        ("    <family-name>Brûlé</family-name>\n    <email>",
         "    <given-name>Hélène</given-name>\n    <email>")))
    assert fault.path.startswith(f"{ROOT}/contact/")


def test_an_element_that_comes_twice_is_a_fault(visitor):
    """OWASP XML: document without schema."""
    document = changed(("</email>", "</email>\n<email>b@c.example</email>"))
    (fault,) = refused(visitor, document)
    assert (fault.line, fault.path) == (line("email") + 1, f"{ROOT}/contact/email[2]")


# ---- several


def test_every_fault_is_told_with_its_own_line_path_and_sentences(visitor):
    faults = refused(visitor, changed(
        element("siren", "123456789"), element("email", "helene"), element("phone", "0498"),
        element("participants", "10001"), element("sessions", "0"), element("modality", "x"),
        element("starting-from", "2027-02-30"), ('accepted="true"', 'accepted="false"')))
    assert places(faults) == [
        (line("siren"), f"{ROOT}/organisation/siren"),
        (line("email"), f"{ROOT}/contact/email"),
        (line("phone"), f"{ROOT}/contact/phone"),
        (line("participants"), f"{ROOT}/need/participants"),
        (line("sessions"), f"{ROOT}/need/sessions"),
        (line("modality"), f"{ROOT}/need/modality"),
        (line("starting-from"), f"{ROOT}/need/starting-from"),
        (line_of("<consent", EXAMPLE), f"{ROOT}/consent/@accepted"),
    ]
    assert len({fault.fr for fault in faults}) == len({fault.en for fault in faults}) == 8


def test_a_thousand_faults_are_told_in_reason(visitor):
    many = "\n".join("<audience>x</audience>" for _ in range(1000))
    faults = refused(visitor, changed((AUDIENCE, many)))
    assert 1 <= len(faults) <= 100


# ---- the wrong document


@pytest.mark.parametrize("document", [
    '<quote-requests xmlns="urn:codev:quotes:1"/>',
    '<confirmation xmlns="urn:codev:quotes:1" reference="00000-00000"'
    ' received-at="2026-11-24T00:00:00Z"/>',
    '<message xmlns="urn:codev:contact:1"/>',
    '<Quote-Request xmlns="urn:codev:quotes:1"/>',
    "<html/>",
    '<problem xmlns="urn:ietf:rfc:7807"/>',
])
def test_another_root_is_one_fault(visitor, document):
    (fault,) = refused(visitor, document)
    assert fault.line == 1
    assert "quote-request" in fault.en and "quote-request" in fault.fr


@pytest.mark.parametrize("namespace", ["urn:codev:quotes:2", "urn:codev:quotes", "", "urn:x"])
def test_another_namespace_is_one_fault(visitor, namespace):
    (fault,) = refused(visitor, changed(("urn:codev:quotes:1", namespace)))
    assert fault.line == 1
    assert "urn:codev:quotes:1" in fault.en


def test_a_schema_location_is_not_followed(visitor):
    """OWASP XML: remote schema."""
    hint = ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xsi:schemaLocation="urn:codev:quotes:1 file:///etc/passwd"')
    answer = visitor.post("/quotes/requests", changed(
        ('xmlns="urn:codev:quotes:1"', f'xmlns="urn:codev:quotes:1" {hint}')))
    assert answer.status in (201, 422)
    assert b"root:" not in answer.body


@pytest.mark.parametrize("attribute", ['xsi:nil="true"', 'xsi:type="xs:string"'])
def test_schema_instance_attributes_open_no_door(visitor, attribute):
    namespaces = ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
                  ' xmlns:xs="http://www.w3.org/2001/XMLSchema"')
    faults = refused(visitor, changed(
        ("<email>helene.brule@aciers.example</email>", f"<email {namespaces} {attribute}/>")))
    assert faults[0].line == line("email")
