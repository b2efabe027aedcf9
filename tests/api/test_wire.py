# SPDX-License-Identifier: MPL-2.0
"""HTTP as it comes over the wire: what is broken, what is unusual, and what tries to pass for
something else. Every answer is read by client.py, so each problem document is checked whole."""

import http.client

import pytest
from client import BROWSER, FORM
from documents import EXAMPLE
from fastcgi import Relay
from wire import Wire, head

LIST = "/quotes/requests"
GET = "GET MOUNT/quotes/form HTTP/1.1"
POST = f"POST MOUNT{LIST} HTTP/1.1"
XML = "Content-Type: application/xml"
CHUNKED = "Transfer-Encoding: chunked"
BODY = EXAMPLE.encode()


def chunks(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def ask(client, *pieces):
    """The one answer to these bytes."""
    with Wire.to(client) as wire:
        return wire.send(*pieces).answer()


def refused(client, status, problem, *pieces):
    """The one answer is a problem document, and nothing behind the request is taken for another."""
    with Wire.to(client) as wire:
        answer = wire.send(*pieces).answer()
        assert (answer.status, answer.problem) == (status, problem), answer
        assert answer["Cache-Control"] == "no-store" and answer["X-Content-Type-Options"]
        assert wire.rest() == b""
    return answer


# ---- request lines that cannot be read: nothing more is known of them, Accept neither


UNREADABLE = {
    "a method in small letters": "get MOUNT/quotes/form HTTP/1.1",
    "a method with a digit": "GET1 MOUNT/quotes/form HTTP/1.1",
    "a method with a blank before": " GET MOUNT/quotes/form HTTP/1.1",
    "no method": "MOUNT/quotes/form HTTP/1.1",
    "no address": "GET HTTP/1.1",
    "an address without a slash": "GET codev/quotes/form HTTP/1.1",
    "an asterisk": "OPTIONS * HTTP/1.1",
    "a host alone": "CONNECT 127.0.0.1:80 HTTP/1.1",
    "a blank in the address": "GET MOUNT/quotes/ form HTTP/1.1",
    "a tab in the address": "GET MOUNT/quotes/\tform HTTP/1.1",
    "NUL in the address": "GET MOUNT/quotes/form\0 HTTP/1.1",
    "NUL, escaped": "GET MOUNT/quotes/form%00 HTTP/1.1",
    "CR in the address": "GET MOUNT/quotes/\rform HTTP/1.1",
    "an escape that is none": "GET MOUNT/quotes/form%zz HTTP/1.1",
    "an escape cut short": "GET MOUNT/quotes/form% HTTP/1.1",
    "above the root": "GET /../etc/passwd HTTP/1.1",
    "above the root, escaped": "GET /%2e%2e%2fetc/passwd HTTP/1.1",
    "a version in small letters": "GET MOUNT/quotes/form http/1.1",
    "a version that is no number": "GET MOUNT/quotes/form HTTP/x.1",
    "a version with a zero before": "GET MOUNT/quotes/form HTTP/01.1",
    "another protocol": "GET MOUNT/quotes/form SHTTP/1.1",
    "the beginning of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM",
    "the beginning of TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("line", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_request_line_that_cannot_be_read_is_400(visitor, line):
    answer = refused(visitor, 400, "malformed-request",
                     head(visitor, line, f"Accept: {BROWSER}", "X-Request-Id: not-read-yet"))
    assert answer["X-Request-Id"] != "not-read-yet"
    assert answer["Connection"] == "close"


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0", "9.9"])
def test_a_later_version_is_505(visitor, version):
    refused(visitor, 505, "http-version", head(visitor, f"GET MOUNT/quotes/form HTTP/{version}"))


def test_an_address_too_long_is_414(visitor):
    refused(visitor, 414, "address-too-long",
            head(visitor, f"GET MOUNT/{'x' * 9000} HTTP/1.1", f"Accept: {BROWSER}"))


def test_a_line_end_in_the_address_ends_the_request(visitor):
    """What is before it is HTTP/0.9, answered with a body alone; what is behind is no header."""
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, "GET MOUNT/quotes/form\r\nSet-Cookie: a=b HTTP/1.1"))
        body = wire.file.read()
    assert body.startswith(b"<!DOCTYPE html>") and body.rstrip().endswith(b"</html>")
    assert b"Set-Cookie" not in body


# ---- headers that cannot be read; Accept stands before them


BROKEN = {
    "no Host": (GET, None, "X-Y: z"),
    "two Hosts": (GET, "", "Host: evil.example"),
    "an empty Host": (GET, None, "Host:"),
    "a Host with a path": (GET, None, "Host: 127.0.0.1/x"),
    "a Host with NUL": (GET, None, "Host: 127.0.0.1\0"),
    "a header without a name": (GET, "", ": z"),
    "a blank in a header's name": (GET, "", "X Y: z"),
    "a blank before the colon": (GET, "", "Transfer-Encoding : chunked"),
    "a header that goes on in the next line": (GET, "", "X-Y: a\r\n b"),
    "NUL in a header": (GET, "", "X-Y: a\0b"),
    "a header too large": (GET, "", "X-Y: " + "x" * 9000),
    "headers too large together": (GET, "", *(f"X-{n}: {'x' * 1000}" for n in range(40))),
    "a negative length": (POST, "", "Content-Length: -1"),
    "a length with a sign": (POST, "", "Content-Length: +1"),
    "a length in letters": (POST, "", "Content-Length: one"),
    "a hexadecimal length": (POST, "", "Content-Length: 0x1"),
    "an empty length": (POST, "", "Content-Length:"),
    "two lengths in one": (POST, "", "Content-Length: 1, 1"),
    "a length beyond all numbers": (POST, "", "Content-Length: 99999999999999999999"),
    "two lengths": (POST, "", "Content-Length: 1", "Content-Length: 2"),
    "a length twice": (POST, "", "Content-Length: 1", "Content-Length: 1"),
    "a length and chunks": (POST, "", "Content-Length: 5", CHUNKED),
    "chunks and a length": (POST, "", CHUNKED, "Content-Length: 5"),
    "chunked twice": (POST, "", CHUNKED, CHUNKED),
    "chunks in HTTP/1.0": (POST.replace("1.1", "1.0"), "", CHUNKED),
}
HIDDEN = b"0\r\n\r\nGET /codev/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def broken(client, line, host, *headers, accept="application/xml"):
    text = head(client, line, f"Accept: {accept}", XML, *headers)
    return text.replace(f"Host: {client.base.netloc}\r\n", "") if host is None else text


@pytest.mark.parametrize("line, host, headers", [(each[0], each[1], each[2:])
                                                 for each in BROKEN.values()], ids=BROKEN.keys())
def test_broken_headers_are_400(visitor, line, host, headers):
    refused(visitor, 400, "malformed-request", broken(visitor, line, host, *headers), HIDDEN)
    page = ask(visitor, broken(visitor, line, host, *headers, accept=BROWSER))
    assert (page.status, page.media_type) == (400, "text/html")
    assert page["X-Request-Id"] in page.page_text()


@pytest.mark.parametrize("coding", ["gzip", "identity", "deflate, chunked", "gzip, chunked",
                                    "chunked, gzip", "xchunked", "\"chunked\""])
def test_another_transfer_coding_is_501(visitor, coding):
    headers = (POST, "", f"Transfer-Encoding: {coding}")
    refused(visitor, 501, "not-implemented", broken(visitor, *headers), HIDDEN)
    page = ask(visitor, broken(visitor, *headers, accept=BROWSER))
    assert (page.status, page.media_type) == (501, "text/html")


@pytest.mark.parametrize("body", [b"zz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"1\r\nab\r\n",
                                  b"0x1\r\na\r\n", b"\r\n", b";x\r\n"])
def test_broken_chunks_are_400(visitor, body):
    refused(visitor, 400, "malformed-request", head(visitor, POST, XML, CHUNKED), body)


def test_a_chunk_too_large_is_413(visitor):
    refused(visitor, 413, "too-large", head(visitor, POST, XML, CHUNKED), "300000\r\nx")


@pytest.mark.parametrize("line", ["nonsense", "X!Y: z", "X_Y: z", "\xe9: z"])
def test_a_header_that_is_none_is_left_out(visitor, line):
    assert ask(visitor, head(visitor, GET, line)).status == 200


# ---- what is meant for whom


def test_an_absolute_address_names_the_host(visitor):
    address = f"http://{visitor.base.netloc}{visitor.base.path}/quotes/form"
    assert ask(visitor, head(visitor, f"GET {address} HTTP/1.1")).status == 200


def test_a_host_that_contradicts_the_address_is_not_believed(own):
    """RFC 9112 section 3.2.2. codev compares Origin with it, so it must be the one that counts."""
    netloc, path = own.visitor.base.netloc, own.visitor.base.path
    with Relay(own.socket) as relay:
        for line, host, expected in (
                (f"GET http://{netloc}{path}/ HTTP/1.1", "evil.example", "127.0.0.1"),
                (f"GET http://{netloc}{path}/ HTTP/1.1", netloc, netloc),
                (f"GET {path}/ HTTP/1.1", netloc, netloc),
                (f"GET {path}/ HTTP/1.1", "LOCALHOST:81", "LOCALHOST:81"),
                (f"GET {path}/ HTTP/1.1", "localhost.", "localhost.")):
            assert ask(own.visitor, head(own.visitor, line, host=host)).status == 200
            assert relay.last["HTTP_HOST"] == expected
        with Wire.to(own.visitor) as wire:
            wire.send(f"GET {path}/ HTTP/1.0\r\n\r\n")
            assert wire.answer().status == 200
        assert relay.last["HTTP_HOST"] == "127.0.0.1"


@pytest.mark.parametrize("line, host", [
    ("GET MOUNT/quotes/form HTTP/1.1", "evil.example"), ("GET / HTTP/1.1", "127.0.0.1.nip.example"),
    ("GET http://evil.example/codev/quotes/form HTTP/1.1", None),
    (f"POST MOUNT{LIST} HTTP/1.1", "evil.example:80"), ("GET MOUNT/health/live HTTP/1.1", "[::1]"),
    ("GET MOUNT/assets/core/codev.css HTTP/1.1", "127.0.0.2")])
def test_another_host_is_421(visitor, line, host):
    """DNS rebinding: a page of a stranger's whose name leads here."""
    refused(visitor, 421, "wrong-host", head(visitor, line, host=host))
    page = ask(visitor, head(visitor, line, f"Accept: {BROWSER}", host=host))
    assert (page.status, page.media_type) == (421, "text/html")


def test_the_page_of_a_problem_is_not_there_by_itself(visitor):
    for form in ("document", "page", "fragment"):
        answer = ask(visitor, head(visitor, f"GET /.codev-problem/{form} HTTP/1.1"))
        assert answer.status == 404
        answer = ask(visitor, head(visitor, f"GET /.codev-problem/{form} HTTP/1.1", host="x"))
        assert answer.status == 421


# ---- addresses


@pytest.mark.parametrize("address", [
    "MOUNT//quotes//form", "//codev/quotes/form", "MOUNT/./quotes/./form", "MOUNT/quotes%2Fform",
    "MOUNT/quotes%2fform", "MOUNT/x/../quotes/form", "MOUNT%2F%2Fquotes/form",
    "/x/..MOUNT/quotes/form", "MOUNT/%71uotes/form", "MOUNT/quotes/form#fragment",
    "MOUNT/quotes/form?#", "MOUNT/quotes/form?"])
def test_one_address_in_another_spelling_is_the_same_for_codev(own, address):
    with Relay(own.socket) as relay:
        assert ask(own.visitor, head(own.visitor, f"GET {address} HTTP/1.1")).status == 200
        assert relay.last["SCRIPT_NAME"] == own.visitor.base.path
        assert relay.last["PATH_INFO"] == "/quotes/form"


@pytest.mark.parametrize("address", [
    "MOUNT/quotes%252Fform", "MOUNT/quotes/form/", "MOUNT/quotes/form/.", "MOUNT/quotes\\form",
    "MOUNT/quotes/form%0d%0aSet-Cookie:%20a=b", "MOUNT/quotes/form;x", "MOUNT/quotes/form%3fx",
    "MOUNT/quotes/form%20", "MOUNT/quotes/form\xe9", "MOUNT/quotes/form%7f"])
def test_another_address_is_404(visitor, address):
    answer = ask(visitor, head(visitor, f"GET {address} HTTP/1.1"))
    assert (answer.status, answer.problem) == (404, "not-found")
    assert answer["Set-Cookie"] is None


@pytest.mark.parametrize("address", [
    "/CODEV/quotes/form", "/codevx/quotes/form", "/x/codev/quotes/form", "MOUNT/../quotes/form",
    "MOUNT%00/quotes/form"])
def test_beyond_the_mount_point_codev_is_not_asked(own, address):
    with Relay(own.socket) as relay:
        assert ask(own.visitor, head(own.visitor, f"GET {address} HTTP/1.1")).status in (400, 404)
        assert not relay.seen


# ---- methods


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
@pytest.mark.parametrize("path", ["/quotes/form", LIST, "/assets/core/codev.css", "/nothing"])
def test_trace_is_405_and_tells_nothing_back(visitor, method, path):
    answer = refused(visitor, 405, "method-not-allowed",
                     head(visitor, f"{method} MOUNT{path} HTTP/1.1", "Cookie: secret=1"))
    assert b"secret" not in answer.body
    assert {"GET", "POST"} < {each.strip() for each in answer["Allow"].split(",")}


@pytest.mark.parametrize("method", [
    "FOO", "M-SEARCH", "PATCH", "PROPFIND", "COPY", "GETGET", "G_T"])
def test_an_unknown_method_is_405(visitor, method):
    answer = ask(visitor, head(visitor, f"{method} MOUNT/quotes/form HTTP/1.1"))
    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_file_is_read_only(visitor, method):
    for path in ("/assets/core/codev.css", "/schemas/quotes.xsd"):
        answer = visitor.request(method, path, b"x")
        assert (answer.status, answer.problem) == (405, "method-not-allowed")
        assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method, status", [
    ("GET", 415), ("HEAD", 415), ("DELETE", 405), ("OPTIONS", 204), ("PUT", 405), ("TRACE", 405)])
def test_a_body_where_none_belongs_is_no_next_request(visitor, method, status):
    hidden = head(visitor, "GET MOUNT/health/live HTTP/1.1").encode()
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, f"{method} MOUNT/quotes/form HTTP/1.1", XML,
                       f"Content-Length: {len(hidden)}"), hidden)
        assert wire.answer(method).status == status
        assert wire.rest() == b""


def test_head_has_no_body_whoever_answers(visitor):
    for path, status in (("/quotes/form", 200), ("/nothing", 404), ("/assets/core/codev.css", 200),
                         ("/assets/core/nothing.css", 404), ("/x" * 5000, 414)):
        with Wire.to(visitor) as wire:
            wire.send(head(visitor, f"HEAD MOUNT{path} HTTP/1.1"))
            assert wire.answer("HEAD").status == status
            assert wire.rest() == b""


# ---- bodies


@pytest.mark.parametrize("body", [
    chunks(BODY), chunks(BODY[:1], BODY[1:100], BODY[100:]),
    chunks(*(bytes([each]) for each in BODY)),
    b"%X;name=value\r\n%s\r\n000\r\nTrailer-Of: mine\r\n\r\n" % (len(BODY), BODY)],
    ids=["one chunk", "three", "a byte each", "with an extension and a trailer"])
def test_codev_gets_a_body_in_chunks_whole_and_counted(own, body):
    with Relay(own.socket) as relay:
        assert ask(own.visitor, head(own.visitor, POST, XML, CHUNKED), body).status == 201
        variables, received = relay.seen[-1]
    assert received == BODY
    assert dict(variables)["CONTENT_LENGTH"] == str(len(BODY))
    assert "HTTP_TRAILER_OF" not in dict(variables)


def test_a_form_in_chunks_is_a_form(visitor):
    body = chunks(b"organisation.name=x&", b"contact.email=y")
    answer = ask(visitor, head(visitor, POST, f"Content-Type: {FORM}", CHUNKED), body)
    assert answer.status == 422 and "x" in answer.page.xpath("//input/@value")


def test_who_waits_is_told_to_go_on(visitor):
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, POST, XML, f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert wire.line() == b"HTTP/1.1 100 Continue" and wire.line() == b""
        assert wire.send(BODY).answer().status == 201


def test_who_waits_with_too_much_is_told_before(visitor):
    refused(visitor, 413, "too-large",
            head(visitor, POST, XML, f"Content-Length: {3 << 20}", "Expect: 100-continue"))


def test_another_expectation_is_passed_over(visitor):
    """RFC 9110 section 10.1.1 allows it."""
    assert ask(visitor, head(visitor, POST, XML, f"Content-Length: {len(BODY)}", "Expect: tea"),
               BODY).status == 201


# ---- several requests on one connection


def test_requests_in_a_row_are_answered_in_their_order(visitor):
    post = head(visitor, POST, XML, f"Content-Length: {len(BODY)}").encode() + BODY
    chunked = head(visitor, POST, XML, CHUNKED).encode() + chunks(BODY)
    ways = [("GET", "/quotes/form", 200), ("GET", "/nothing", 404), ("OPTIONS", LIST, 204),
            ("GET", LIST, 401), ("HEAD", "/quotes/form", 200), ("DELETE", LIST, 405)]
    plain = [head(visitor, f"{method} MOUNT{path} HTTP/1.1").encode() for method, path, _ in ways]
    with Wire.to(visitor) as wire:
        wire.send(post, *plain, chunked, post, plain[0])
        seen = [wire.answer(), *(wire.answer(method) for method, _, _ in ways), wire.answer(),
                wire.answer(), wire.answer()]
    assert [answer.status for answer in seen] == [
        201, *(status for _, _, status in ways), 201, 201, 200]
    assert len({answer["X-Request-Id"] for answer in seen}) == len(seen)


def test_behind_a_broken_request_nothing_is_read(visitor):
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, GET), broken(visitor, *BROKEN["two lengths"]), head(visitor, GET))
        assert [wire.answer().status, wire.answer().status] == [200, 400]
        assert wire.rest() == b""


def test_each_request_of_a_connection_has_the_id_it_came_with(visitor):
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, GET, "X-Request-Id: first-one"), head(visitor, GET),
                  head(visitor, GET, "X-Request-Id: third-one"))
        ids = [wire.answer()["X-Request-Id"] for _ in range(3)]
    assert ids[0] == "first-one" and ids[2] == "third-one" and len(ids[1]) == 32


def test_http_1_0_ends_the_connection(visitor):
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, "GET MOUNT/quotes/form HTTP/1.0"))
        answer = wire.answer()
        assert answer.status == 200 and answer["Connection"] == "close"
        assert wire.rest() == b""


def test_line_ends_without_cr_are_read(visitor):
    """RFC 9112 section 2.2 allows it; nothing before nginx may read them otherwise."""
    assert ask(visitor, head(visitor, GET).replace("\r\n", "\n")).status == 200


def test_a_connection_stays_open(visitor):
    connection = http.client.HTTPConnection(visitor.base.hostname, visitor.base.port, timeout=20)
    for path, status in (("/quotes/form", 200), ("/nothing", 404), ("/quotes/form", 200)):
        connection.request("GET", visitor.base.path + path)
        port = connection.sock.getsockname()[1]
        response = connection.getresponse()
        response.read()
        assert response.status == status
        assert connection.sock.getsockname()[1] == port
    connection.close()
