# SPDX-License-Identifier: MPL-2.0
"""Requests that cannot be read, and the order in which faults are found."""

import http.client

import pytest
from client import BROWSER, FORM, Answer
from documents import EXAMPLE, FIELDS, MINIMAL, changed, element, line_of

MEBIBYTE = 1 << 20
UNKNOWN = "/quotes/requests/019ab0c2-7e1f-7b3a-8c4d-0123456789ab"


def expect(answer, status, problem):
    assert (answer.status, answer.problem) == (status, problem), answer
    return answer


# ---- 400: no document


MALFORMED = {
    "cut": (EXAMPLE[:-20], None),
    "cut in a tag": (EXAMPLE[: EXAMPLE.index("<email>") + 4], None),
    "tags that do not match": (changed(("</email>", "</mail>")), "<email>"),
    "a bare ampersand": (changed(element("name", "A & B")), "<name>"),
    "a bare less-than": (changed(element("name", "A < B")), "<name>"),
    "an attribute twice": (changed(('accepted="true"', 'accepted="true" accepted="true"')),
                           "<consent"),
    "a prefix that nobody declared": (changed(("<siren>", "<x:siren>"), ("</siren>", "</x:siren>")),
                                      "<x:siren"),
    "two roots": (MINIMAL + MINIMAL, None),
    "text behind": (EXAMPLE + "bonjour", None),
    "text before": ("bonjour" + EXAMPLE, None),
    "a declaration too late": ("\n<?xml version='1.0'?>" + EXAMPLE, None),
    "XML 1.1": ("<?xml version='1.1'?>" + EXAMPLE, None),
    "a control character": (changed(element("message", "a\x01b")), "<message>"),
    "a reference to a control character": (changed(element("message", "a&#1;b")), "<message>"),
    "a reference to NUL": (changed(element("message", "&#0;")), "<message>"),
    "a reference to a surrogate": (changed(element("message", "&#xD800;")), "<message>"),
    "a noncharacter": (changed(element("message", "a\uffffb")), "<message>"),
    "JSON": ('{"organisation": {"name": "x"}}', None),
    "a form": ("organisation.name=x", None),
    "blanks": ("  \n\t ", None),
    "a declaration alone": ("<?xml version='1.0'?>", None),
}


@pytest.mark.parametrize("document, at", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_well_formed_is_400_with_its_line(visitor, document, at):
    """OWASP XML: malformed data, violation of specification rules."""
    answer = expect(visitor.post("/quotes/requests", document), 400, "malformed-document")
    (fault,) = answer.faults
    assert fault.line is not None and 1 <= fault.line <= document.count("\n") + 1
    if at is not None:
        assert fault.line == line_of(at, document)
    assert fault.fr != fault.en


HOSTILE = {
    "DOCTYPE": "<!DOCTYPE quote-request>",
    "an internal subset": '<!DOCTYPE quote-request [<!ENTITY e "x">]>',
    "an external subset": '<!DOCTYPE quote-request SYSTEM "file:///etc/passwd">',
    "a public identifier": '<!DOCTYPE q PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/">',
    "a parameter entity": '<!DOCTYPE q [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    "default attributes": '<!DOCTYPE q [<!ATTLIST consent accepted CDATA "true">]>',
}


@pytest.mark.parametrize("doctype", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0'?>\n<!-- x -->\n"])
def test_a_document_type_is_refused(visitor, declaration, doctype):
    """OWASP XXE: no DTD at all, external DTD, parameter entities."""
    document = declaration + doctype + "\n" + EXAMPLE
    answer = expect(visitor.post("/quotes/requests", document), 400, "malformed-document")
    assert "DOCTYPE" in answer.faults[0].en
    assert answer.faults[0].line == line_of("<!DOCTYPE", document)


@pytest.mark.parametrize("reference", ["&e;", "&nbsp;", "&eacute;", "&file;"])
def test_an_entity_is_refused(visitor, reference):
    document = changed(element("name", f"A{reference}B"))
    answer = expect(visitor.post("/quotes/requests", document), 400, "malformed-document")
    assert answer.faults[0].line == line_of("<name>", document)


def test_a_bomb_of_entities_does_not_go_off(visitor):
    """OWASP XML: billion laughs."""
    lines = ['<!ENTITY a0 "ha">'] + [
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    document = f"<!DOCTYPE q [{''.join(lines)}]>" + changed(element("name", "&a9;"))
    expect(visitor.post("/quotes/requests", document), 400, "malformed-document")


def test_a_file_is_not_read_by_an_entity(visitor):
    """OWASP XML: XXE, reflected file retrieval."""
    document = '<!DOCTYPE q [<!ENTITY e SYSTEM "/etc/passwd">]>' + changed(element("name", "&e;"))
    answer = expect(visitor.post("/quotes/requests", document), 400, "malformed-document")
    assert b"root:" not in answer.body


def test_xinclude_is_not_followed(visitor):
    """OWASP XXE: XInclude."""
    include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    answer = visitor.post("/quotes/requests", changed(("</siren>", "</siren>" + include)))
    expect(answer, 422, "invalid-document")
    assert b"root:" not in answer.body


def test_a_stylesheet_instruction_is_not_followed(visitor, staff):
    instruction = '<?xml-stylesheet href="http://127.0.0.1:9/" type="text/xsl"?>\n'
    answer = visitor.post("/quotes/requests", instruction + EXAMPLE)
    assert answer.status in (201, 400)
    if answer.status == 201:
        assert b"xml-stylesheet" not in answer.body
        assert b"xml-stylesheet" not in staff.get(answer["Location"]).body


@pytest.mark.parametrize("body", [
    EXAMPLE.encode("utf-16"), EXAMPLE.encode("utf-16-le"), EXAMPLE.encode("utf-32"),
    EXAMPLE.encode("latin-1"),
    ("<?xml version='1.0' encoding='ISO-8859-1'?>" + EXAMPLE).encode("latin-1"),
    ("<?xml version='1.0' encoding='UTF-16'?>" + EXAMPLE).encode("utf-16"),
    ("<?xml version='1.0' encoding='windows-1252'?>" + EXAMPLE).encode("cp1252"),
    ("<?xml version='1.0' encoding='EBCDIC-CP-FR'?>" + EXAMPLE).encode("cp500", "replace"),
    EXAMPLE.encode().replace(b"14<", b"1\x004<"), EXAMPLE.encode() + b"\0",
    EXAMPLE.encode().replace("é".encode(), b"\xc3"), EXAMPLE.encode().replace(b"DRH", b"\xff"),
    EXAMPLE.encode().replace(b"DRH", b"\xed\xa0\x80"),
    EXAMPLE.encode().replace(b"DRH", b"\xc0\xbc"),
], ids=["UTF-16", "UTF-16LE", "UTF-32", "Latin-1", "declared Latin-1", "declared UTF-16",
        "declared windows-1252", "EBCDIC", "NUL within", "NUL behind", "a letter cut", "0xFF",
        "a surrogate", "overlong"])
def test_only_utf_8_is_read(visitor, body):
    answer = expect(visitor.post("/quotes/requests", body), 400, "malformed-document")
    assert answer.faults[0].line is not None


def test_depth_is_bounded(visitor):
    """OWASP XML: coercive parsing."""
    document = "<a>" * 100000 + "</a>" * 100000
    expect(visitor.post("/quotes/requests", document), 400, "malformed-document")


def test_attributes_are_bounded(visitor):
    """OWASP XML: traditional jumbo payloads."""
    attributes = " ".join(f'a{number}="1"' for number in range(60000))
    document = f'<quote-request xmlns="urn:codev:quotes:1" {attributes}/>'
    expect(visitor.post("/quotes/requests", document), 400, "malformed-document")


@pytest.mark.parametrize("unit, nodes", [("<a/>", 1), ("<a></a>", 1), ('<a b="" c=""/>', 3),
                                         ('<a xmlns="u"/>', 2)])
def test_elements_and_attributes_are_bounded_altogether(visitor, unit, nodes):
    # The root and its declaration are two, the rest of them elements alone.
    units = 9998 // nodes
    document = f'<quote-request xmlns="urn:codev:quotes:1">{unit * units}%s</quote-request>'
    most = "<b/>" * (9998 - units * nodes)
    expect(visitor.post("/quotes/requests", document % most), 422, "invalid-document")
    answer = expect(visitor.post("/quotes/requests", document % (most + "\n<b/>")), 400,
                    "malformed-document")
    (fault,) = answer.faults
    assert "10,000" in fault.en and "10\u202f000" in fault.fr and fault.line == 2


@pytest.mark.parametrize("unit", ["&#233;", "&lt;", "<!-- -->", "<?a?>", "<![CDATA[x]]>"])
def test_references_and_sections_are_bounded_altogether(visitor, unit):
    document = f'<quote-request xmlns="urn:codev:quotes:1">{unit * 50000}%s</quote-request>'
    expect(visitor.post("/quotes/requests", document % ""), 422, "invalid-document")
    answer = expect(visitor.post("/quotes/requests", document % "\n&gt;"), 400,
                    "malformed-document")
    (fault,) = answer.faults
    assert "50,000" in fault.en and "50\u202f000" in fault.fr and fault.line == 2


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", None])
def test_an_empty_body_is_400(visitor, content_type):
    answer = visitor.request("POST", "/quotes/requests", b"", Content_Type=content_type)
    expect(answer, 400, "empty-document")
    assert not answer.faults


# ---- 413


def padded(size):
    """The example, of this many bytes."""
    comment = "<!--" + "x" * (size - len(EXAMPLE.encode()) - 7) + "-->"
    document = (comment + EXAMPLE).encode()
    assert len(document) == size
    return document


def test_a_mebibyte_is_taken(visitor):
    assert visitor.post("/quotes/requests", padded(MEBIBYTE)).status == 201


def test_one_byte_more_is_too_large(visitor):
    """OWASP XML: traditional jumbo payloads."""
    answer = expect(visitor.post("/quotes/requests", padded(MEBIBYTE + 1)), 413, "too-large")
    assert "1,048,576" in answer.root.findtext("{*}detail")


def test_what_nginx_refuses_is_too_large_in_the_same_way(visitor):
    expect(visitor.post("/quotes/requests", padded(3 * MEBIBYTE)), 413, "too-large")
    page = visitor.post("/quotes/requests", padded(3 * MEBIBYTE), Accept=BROWSER)
    assert (page.status, page.media_type) == (413, "text/html")


# ---- 415


@pytest.mark.parametrize("content_type", [
    None, "", "text/plain", "application/json", "application/xhtml+xml", "image/svg+xml",
    "application/problem+xml", "multipart/form-data; boundary=x", "application/xmlx", "xml",
    "application/octet-stream", "application/xml; charset=iso-8859-1", "text/xml; charset=utf-16",
    "application/xml; charset=utf-8x", 'text/xml; charset="utf-16"', "application/xml, text/xml"])
def test_another_media_type_is_415(visitor, content_type):
    answer = visitor.request("POST", "/quotes/requests", EXAMPLE, Content_Type=content_type)
    expect(answer, 415, "unsupported-media-type")


def test_a_document_where_none_is_taken_is_415(visitor, staff):
    answer = staff.request("GET", "/quotes/requests", EXAMPLE, Content_Type="application/xml")
    expect(answer, 415, "unsupported-media-type")


# ---- 404, 405


@pytest.mark.parametrize("path", [
    "/nothing", "/quotes", "/quotes/", "/quotes/requests/", "/quotes/request", "/Quotes/requests",
    "/quotes/requests;x=1", "/contact/messages", "/quotes/form/x", "/health/",
    "/quotes/requests/019ab0c2-7e1f-7b3a-8c4d-0123456789ab/x", "/quotes/confirmation",
    "/quotes/confirmation/", "/%2e%2e/etc/passwd", "/quotes%2Frequests%2F", "/caf%E9", "/%C0%AF",
    "/a/b/c/d/e/f/g/h/i/j/k/l"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_path_is_404_whatever_the_method(visitor, method, path):
    answer = visitor.request(method, path)
    if path.startswith("/%2e"):  # nginx looks beyond the mount point
        assert answer.status in (400, 404, 405)
        return
    expect(answer, 404, "not-found")


@pytest.mark.parametrize("method, path, allow", [
    ("DELETE", "/quotes/requests", {"GET", "HEAD", "POST", "OPTIONS"}),
    ("PUT", "/quotes/requests", {"GET", "HEAD", "POST", "OPTIONS"}),
    ("PATCH", "/quotes/requests", {"GET", "HEAD", "POST", "OPTIONS"}),
    ("POST", UNKNOWN, {"GET", "HEAD", "OPTIONS"}),
    ("POST", "/quotes/form", {"GET", "HEAD", "OPTIONS"}),
    ("DELETE", "/", {"GET", "HEAD", "OPTIONS"}),
    ("PROPFIND", "/quotes/form", {"GET", "HEAD", "OPTIONS"}),
])
def test_another_method_is_405_with_those_allowed(visitor, method, path, allow):
    answer = expect(visitor.request(method, path), 405, "method-not-allowed")
    assert sorted(each.strip() for each in answer["Allow"].split(",")) == sorted(allow)


@pytest.mark.parametrize("path, allow", [
    ("/quotes/requests", {"GET", "HEAD", "POST", "OPTIONS"}), ("/", {"GET", "HEAD", "OPTIONS"}),
    (UNKNOWN, {"GET", "HEAD", "OPTIONS"}),
    ("/quotes/catalogue/form", {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})])
def test_options_tells_the_methods_to_anybody(visitor, path, allow):
    for client in (visitor, visitor.bearer("x")):
        answer = client.request("OPTIONS", path, Accept="application/json")
        assert answer.status == 204 and not answer.body
        assert sorted(each.strip() for each in answer["Allow"].split(",")) == sorted(allow)


def test_options_of_nothing_is_404(visitor):
    expect(visitor.request("OPTIONS", "/nothing"), 404, "not-found")


@pytest.mark.parametrize("query", ["a=%", "a=%zz", "a=%00", "utm_source=caf%E9", "d=50%"])
def test_a_query_that_cannot_be_read_breaks_lists_alone(visitor, staff, query):
    assert visitor.get(f"/quotes/form?{query}", Accept="application/xml").status == 200
    expect(visitor.get(f"/nothing?{query}"), 404, "not-found")
    expect(staff.get(f"/quotes/requests?{query}"), 400, "malformed-request")


def test_a_query_too_long_is_400(visitor):
    expect(visitor.get("/quotes/form?a=" + "x" * 4096), 400, "malformed-request")


def test_a_path_too_long_is_400(visitor):
    expect(visitor.get("/" + "x" * 1100), 400, "malformed-request")


# ---- bodies that are not as long as they say


def raw(client, head, body):
    connection = http.client.HTTPConnection(client.base.hostname, client.base.port, timeout=20)
    connection.connect()
    connection.sock.sendall(head.encode() + b"\r\n\r\n" + body)
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    answer = Answer(response, response.read())
    connection.close()
    return answer


def head_of(client, *headers):
    lines = [f"POST {client.base.path}/quotes/requests HTTP/1.1", f"Host: {client.base.netloc}",
             "Content-Type: application/xml", "Connection: close", *headers]
    return "\r\n".join(lines)


def test_a_body_in_chunks_is_taken(visitor):
    body = EXAMPLE.encode()
    chunks = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (100, body[:100], len(body) - 100, body[100:])
    assert raw(visitor, head_of(visitor, "Transfer-Encoding: chunked"), chunks).status == 201


def test_a_cut_body_stores_nothing(visitor, owner_database):
    body = changed(element("name", "Coupée SA")).encode()
    connection = http.client.HTTPConnection(visitor.base.hostname, visitor.base.port, timeout=20)
    connection.connect()
    head = head_of(visitor, f"Content-Length: {len(body)}")
    connection.sock.sendall(head.encode() + b"\r\n\r\n" + body[:-30])
    connection.close()
    assert visitor.get("/quotes/form").status == 200
    cursor = owner_database.cursor()
    cursor.execute("SELECT count(*) FROM quotes.request WHERE organisation_name = 'Coupée SA'")
    assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("headers", [
    ["Content-Length: -1"], ["Content-Length: x"], ["Content-Length: 5", "Content-Length: 6"],
    ["Content-Length: 5", "Transfer-Encoding: chunked"]])
def test_a_length_that_says_nothing_is_refused(visitor, headers):
    answer = raw(visitor, head_of(visitor, *headers), b"<a/>x")
    assert answer.status in (400, 501)


# ---- the order in which faults are found: 404 and 405, 401, 403, 406, 413, 415, 400, 422


LARGE = padded(MEBIBYTE + 1)
JSON = {"Accept": "application/json"}
PLAIN = {"Content_Type": "text/plain"}


def test_a_path_comes_before_credentials(visitor):
    broken = visitor.bearer("x")
    expect(broken.get("/nothing", **JSON), 404, "not-found")
    expect(visitor.get("/quotes/requests/1"), 404, "not-found")


def test_a_method_comes_before_credentials(visitor):
    expect(visitor.bearer("x").request("DELETE", "/quotes/requests"), 405, "method-not-allowed")


def test_credentials_come_before_accept(visitor):
    expect(visitor.get("/quotes/requests", **JSON), 401, "unauthenticated")
    expect(visitor.bearer("x").post("/quotes/requests", LARGE, **JSON, **PLAIN), 401,
           "unauthenticated")


def test_a_role_comes_before_accept(instance):
    expect(instance.as_role("participant").get("/quotes/requests", **JSON), 403, "forbidden")


def test_accept_comes_before_the_size(visitor):
    expect(visitor.post("/quotes/requests", LARGE, **JSON, **PLAIN), 406, "not-acceptable")


def test_the_size_comes_before_the_media_type(visitor):
    expect(visitor.post("/quotes/requests", LARGE, **PLAIN), 413, "too-large")


def test_the_media_type_comes_before_the_document(visitor):
    expect(visitor.post("/quotes/requests", "<broken", **PLAIN), 415, "unsupported-media-type")


def test_well_formedness_comes_before_validity(visitor):
    document = changed(element("email", "x"), ("</need>", ""))
    expect(visitor.post("/quotes/requests", document), 400, "malformed-document")


def test_the_schema_comes_before_the_database(visitor):
    document = changed(element("email", "x"), ('"2026-11"', '"1999-01"'))
    answer = expect(visitor.post("/quotes/requests", document), 422, "invalid-document")
    assert [fault.path for fault in answer.faults] == ["/quote-request/contact/email"]


def test_accept_comes_before_the_query(staff):
    expect(staff.get("/quotes/requests?x=1", **JSON), 406, "not-acceptable")


def test_credentials_come_before_the_query(visitor):
    expect(visitor.get("/quotes/requests?limit=x"), 401, "unauthenticated")


def test_credentials_come_before_an_object(visitor, staff):
    expect(visitor.get(UNKNOWN), 401, "unauthenticated")
    expect(staff.get(UNKNOWN), 404, "not-found")


# ---- problems for people


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/nothing", 404), ("DELETE", "/quotes/form", 405), ("GET", "/quotes/requests", 401)])
def test_a_browser_sees_a_page_in_french(visitor, method, path, status):
    answer = visitor.request(method, path, Accept=BROWSER)
    assert (answer.status, answer.media_type) == (status, "text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert answer.page.get("lang") == "fr"
    assert answer["X-Request-Id"] in answer.page_text(), "people can tell which one it was"


def test_a_form_with_faults_of_http_is_answered_with_a_page(visitor):
    answer = visitor.bearer("x").post_form("/quotes/requests", FIELDS, Accept=BROWSER)
    assert (answer.status, answer.media_type) == (401, "text/html")


def test_every_request_has_its_own_instance(visitor):
    assert len({visitor.get("/nothing")["X-Request-Id"] for _ in range(20)}) == 20


def test_a_form_where_none_is_taken_is_415_or_405(staff):
    answer = staff.request("GET", "/quotes/requests", b"a=b", Content_Type=FORM)
    expect(answer, 415, "unsupported-media-type")
