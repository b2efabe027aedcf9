# SPDX-License-Identifier: MPL-2.0
"""client.py: a small HTTP client that believes nothing: every XML answer is validated against its
schema, and every problem document is looked through for what must never be told."""

import http.client
import re
import urllib.parse
from pathlib import Path

from lxml import etree, html

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
PLUGINS = Path(__file__).resolve().parents[1] / "plugins"
QUOTES = "urn:codev:quotes:1"
CORE = "urn:codev:core:1"
PROBLEM = "urn:ietf:rfc:7807"
NAMES = {"q": QUOTES, "c": CORE, "p": PROBLEM}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = "application/x-www-form-urlencoded"

# Where forms are sent, and the pages that have them.
FORMS = {"/quotes/requests": "/quotes/form", "/quotes/catalogue": "/quotes/catalogue/form"}

# What would tell a client how the server is made.
INNARDS = re.compile(
    r"select\b|insert\b|sqlstate|postgres|pg_|psql|relation\b|violat|libxml|libxslt|libpq|libjwt|"
    r"jansson|openssl|talloc|fastcgi|fcgi|nginx|\.(c|h|so|xsd|xsl|sock)\b|/(usr|tmp|var|home|work|"
    r"etc|proc|dev)/|stack|0x[0-9a-f]{4}|errno|nullptr|\(null\)|malloc|schemas?parser|"
    r"\{urn:|xmlns|www\.w3\.org",
    re.IGNORECASE,
)


def parse(text):
    """Parse as strictly as a partner's program might."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(text, parser)


def _load_schemas():
    """Those of tests' plugins find what they import where they will be installed."""
    schemas = {}
    for path in (*SCHEMAS.glob("*.xsd"), *PLUGINS.glob("*/*.xsd")):
        root = etree.fromstring(path.read_bytes(), base_url=str(SCHEMAS / path.name))
        schemas[root.get("targetNamespace")] = etree.XMLSchema(root)
    return schemas


_schemas = {}


def validate(root):
    """Fail unless the document is valid against the schema of its root's namespace."""
    if not _schemas:
        _schemas.update(_load_schemas())
    namespace = etree.QName(root).namespace
    assert namespace in _schemas, f"no schema has the namespace {namespace}"
    schema = _schemas[namespace]
    assert schema.validate(root), f"{schema.error_log}\n{etree.tostring(root, encoding='unicode')}"


class Fault:
    """One error of a problem document."""

    def __init__(self, node):
        self.line = node.findtext("p:line", namespaces=NAMES)
        self.line = None if self.line is None else int(self.line)
        self.path = node.findtext("p:path", namespaces=NAMES)
        messages = {
            message.get("{http://www.w3.org/XML/1998/namespace}lang"): message.text
            for message in node.findall("p:message", NAMES)
        }
        assert set(messages) == {"fr", "en"}, messages
        self.fr, self.en = messages["fr"], messages["en"]
        for sentence in messages.values():
            assert sentence and sentence[-1] in ".!?" and not sentence[0].islower(), sentence
            assert not INNARDS.search(sentence), sentence

    def __repr__(self):
        return f"{self.line}:{self.path}: {self.en} / {self.fr}"


class Answer:
    """An answer whose body has been read and checked."""

    def __init__(self, response, body, sent_id=None, is_valid=True):
        """sent_id is the X-Request-Id of the request: the only one that may come back in place of
        nginx's own. is_valid: what is not an error's is held against its schema, too."""
        self.sent_id = sent_id
        self.status = response.status
        self.headers = response.msg
        self.body = body
        self.media_type = (self["Content-Type"] or "").split(";")[0]
        self.root = None
        self.page = None
        if not body:
            return
        if self.media_type.endswith("xml"):
            self.root = parse(body)
            if is_valid or self.status >= 400:
                validate(self.root)
        elif self.media_type == "text/html":
            assert self["Content-Type"] == "text/html; charset=utf-8"
            self.page = html.document_fromstring(body.decode("utf-8"))
            assert self.status < 500 or not INNARDS.search(self.page_text()), self.page_text()
        if self.media_type == "application/problem+xml":
            self._check_problem()

    def __getitem__(self, header):
        return self.headers[header]

    def __repr__(self):
        return f"<{self.status} {self.media_type} {self.body[:2000]!r}>"

    def _check_problem(self):
        assert etree.QName(self.root).namespace == PROBLEM
        assert self.status >= 400
        assert self.root.findtext("p:status", namespaces=NAMES) == str(self.status)
        assert self.problem and re.fullmatch(r"[a-z]+(-[a-z]+)*", self.problem)
        instance = self.root.findtext("p:instance", namespaces=NAMES)
        assert instance == self.sent_id or re.fullmatch(r"[0-9a-f]{32}", instance)
        assert self["X-Request-Id"] == instance
        for name in ("title", "detail"):
            text = self.root.findtext(f"p:{name}", namespaces=NAMES)
            assert text and not INNARDS.search(text), text

    @property
    def problem(self):
        """The kind of problem, from its type; None when this is no problem document."""
        if self.root is None or etree.QName(self.root).namespace != PROBLEM:
            return None
        return self.root.findtext("p:type", namespaces=NAMES).removeprefix("urn:codev:problem:")

    @property
    def faults(self):
        return [Fault(node) for node in self.root.findall("p:error", NAMES)]

    def text(self, path):
        """Text at a path of elements and @attributes of the quotes namespace; None when absent."""
        steps = [step if step.startswith("@") else f"q:{step}" for step in path.split("/")]
        found = self.root.xpath("string(" + "/".join(steps) + ")", namespaces=NAMES)
        present = self.root.xpath("boolean(" + "/".join(steps) + ")", namespaces=NAMES)
        return str(found) if present else None

    def page_text(self):
        """What a person reads of the page, blanks as one space."""
        return " ".join(self.page.xpath("string(//body)").split())


class Client:
    """One caller: an address to begin with and headers that go with every request."""

    source = None  # the address to call from

    def __init__(self, url, **headers):
        self.is_valid = True  # whether the documents of answers must be
        self.url = url
        self.base = urllib.parse.urlsplit(url)
        self.headers = headers

    def with_headers(self, **headers):
        other = Client(self.url, **{**self.headers, **headers})
        other.source, other.is_valid = self.source, self.is_valid
        return other

    def calling_from(self, address):
        """The same from another address of this machine, such as 127.0.0.2."""
        other = self.with_headers()
        other.source = (address, 0)
        return other

    def bearer(self, token):
        return self.with_headers(Authorization=f"Bearer {token}")

    @property
    def origin(self):
        return f"{self.base.scheme}://{self.base.netloc}"

    def request(self, method, path, body=None, /, **headers):
        """Paths that begin with the mount point (a Location) are taken as they are."""
        if not path.startswith(self.base.path + "/"):
            path = self.base.path + path
        if isinstance(body, str):
            body = body.encode()
        headers = {name.replace("_", "-"): value
                   for name, value in {**self.headers, **headers}.items() if value is not None}
        connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=30,
                                                source_address=self.source)
        try:
            try:
                connection.request(method, path, body, headers)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent; the answer tells
            response = connection.getresponse()
            return Answer(response, response.read(), headers.get("X-Request-Id"), self.is_valid)
        finally:
            connection.close()

    def get(self, path, /, **headers):
        return self.request("GET", path, **headers)

    def post(self, path, body=b"", /, **headers):
        headers.setdefault("Content_Type", "application/xml")
        return self.request("POST", path, body, **headers)

    def form_token(self, page):
        """The token of a new form, as its page has it; empty where that page cannot be had."""
        found = self.get(page, Accept=BROWSER).page.xpath("//input[@name='_form']/@value")
        return found[0] if found else ""

    def post_form(self, path, fields, /, **headers):
        """As a browser sends it. Where the path has a form to fill in, its token goes along."""
        headers.setdefault("Content_Type", FORM)
        fields = list(fields.items() if isinstance(fields, dict) else fields)
        if path in FORMS and "_form" not in dict(fields):
            fields.append(("_form", self.form_token(FORMS[path])))
        return self.post(path, urllib.parse.urlencode(fields), **headers)
