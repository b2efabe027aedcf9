# SPDX-License-Identifier: MPL-2.0
"""Headers of every answer, HEAD, health and the service document."""

import http.client
import re
import uuid

import fastcgi
import pytest
from client import BROWSER, FORM, NAMES, parse
from documents import EXAMPLE, FIELDS
from wire import Wire, head

LIST = "/quotes/requests"
CSP = ("default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self';"
       " base-uri 'none'; frame-ancestors 'none'")

ANSWERS = {
    "a page": lambda visitor, staff: visitor.get("/quotes/form", Accept=BROWSER),
    "a fragment": lambda visitor, staff: visitor.get("/quotes/form?fragment=1", Accept=BROWSER),
    "a document": lambda visitor, staff: staff.get(LIST),
    "a created one": lambda visitor, staff: visitor.post(LIST, EXAMPLE),
    "a way to go": lambda visitor, staff: visitor.post_form(LIST, FIELDS),
    "an invalid form": lambda visitor, staff: visitor.post_form(LIST, []),
    "a problem": lambda visitor, staff: visitor.get(LIST),
    "a problem's page": lambda visitor, staff: visitor.get(LIST, Accept=BROWSER),
    "not found": lambda visitor, staff: visitor.get("/nothing"),
    "an invalid document": lambda visitor, staff: visitor.post(LIST, "<a/>"),
    "too large for nginx": lambda visitor, staff: visitor.post(LIST, b"x" * (3 << 20)),
    "health": lambda visitor, staff: visitor.get("/health/live"),
}


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_has_the_headers_that_guard_it(visitor, staff, ask):
    answer = ask(visitor, staff)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    assert "Accept" in [word.strip() for word in answer["Vary"].split(",")]
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])
    assert answer["Content-Encoding"] is None
    for name in ("X-Powered-By", "Set-Cookie", "Access-Control-Allow-Origin", "Status"):
        assert answer[name] is None, name
    assert answer["Server"] == "nginx", "its version is nobody's business"
    for name in ("X-Content-Type-Options", "Cache-Control", "X-Request-Id", "Content-Type",
                 "Referrer-Policy", "Content-Security-Policy"):
        assert len(answer.headers.get_all(name, [])) <= 1, name


@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if "page" in kind or "form" in kind
                                  or kind == "a fragment"])
def test_every_page_has_its_content_security_policy(visitor, staff, kind):
    answer = ANSWERS[kind](visitor, staff)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Content-Security-Policy"] == CSP


@pytest.mark.parametrize("path, client", [
    ("/quotes/form", "visitor"), (LIST, "staff"), ("/", "visitor"), ("/health/live", "visitor"),
    (LIST, "visitor"), ("/nothing", "visitor")])
@pytest.mark.parametrize("accept", [None, BROWSER])
def test_head_is_get_without_its_body(request, path, client, accept):
    client = request.getfixturevalue(client)
    get = client.get(path, Accept=accept)
    head = client.request("HEAD", path, Accept=accept)
    assert head.status == get.status
    assert head.body == b""
    for name in ("Content-Type", "Vary", "Cache-Control", "Content-Security-Policy",
                 "WWW-Authenticate"):
        assert head[name] == get[name], name


def test_the_length_is_that_of_the_body(staff, visitor):
    for answer in (staff.get(LIST), visitor.get("/quotes/form", Accept=BROWSER),
                   visitor.get("/nothing")):
        assert int(answer["Content-Length"]) == len(answer.body)


def test_what_is_read_and_created_has_a_strong_entity_tag(staff, visitor):
    created = visitor.post(LIST, EXAMPLE)
    tags = [answer["ETag"] for answer in (
        created, staff.get(created["Location"]), staff.get(created["Location"]),
        staff.request("HEAD", created["Location"]), staff.get(LIST),
        staff.get(created["Location"], Accept=BROWSER))]
    assert all(re.fullmatch(r'"[!#-~]+"', tag) for tag in tags)
    assert tags[1] == tags[2] == tags[3]
    assert len({tags[1], tags[4], tags[5]}) == 3, "one tag for each representation"


def test_a_list_that_grew_has_another_entity_tag(staff, visitor):
    before = staff.get(LIST)["ETag"]
    visitor.post(LIST, EXAMPLE)
    assert staff.get(LIST)["ETag"] != before


def test_a_problem_has_no_entity_tag(visitor):
    assert visitor.get("/nothing")["ETag"] is None
    assert visitor.post_form(LIST, FIELDS)["ETag"] is None


def test_no_address_leaves_the_site_as_a_referrer(visitor, staff):
    """Links that are sent by mail hold a secret."""
    with Wire.to(visitor) as wire:
        wire.send("GET\r\n\r\n")
        unread = wire.answer()
    answers = [ask(visitor, staff) for ask in ANSWERS.values()]
    answers += [visitor.request("HEAD", path) for path in (
        "/assets/core/codev.css", "/schemas/quotes.xsd", "/assets/core/nothing.css", "/x" * 5000)]
    answers += [visitor.request("TRACE", "/"), visitor.get("/", Host="evil.example"), unread]
    assert {200, 201, 303, 400, 401, 404, 405, 413, 414, 421, 422} <= {
        answer.status for answer in answers}
    for answer in answers:
        assert answer["Referrer-Policy"] == "same-origin", answer


# ---- the request's id


TAKEN = ["8-letter", "a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5", "019ab0c2-7e1f-7b3a-8c4d-0123456789ab",
         "1-67891233-abcdef012345678912345678", "A.Z_a-z.09", "." * 8, "x" * 64]
REPLACED = ["mine", "7-chars", "x" * 65, "x" * 3000, "two words", "a,bcdefgh", "abcdefg/",
            "abcdefgh;", "abcdefg=", '"abcdefgh"', "<b>bold</b>", "&amp;amp;", "abcdefg\xe9",
            "abcdefgh\x1b[2J", "abcdefgh\t", "", "${request_id}", "%0d%0aSet-Cookie:%20a=b"]


@pytest.mark.parametrize("sent", TAKEN, ids=lambda sent: f"{sent[:12]}({len(sent)})")
@pytest.mark.parametrize("kind", ANSWERS)
def test_a_request_id_of_a_safe_form_is_kept(visitor, staff, kind, sent):
    """client.py looks whether a problem document names the same one."""
    answer = ANSWERS[kind](*(client.with_headers(X_Request_Id=sent) for client in (visitor, staff)))
    assert answer["X-Request-Id"] == sent
    if kind == "a problem's page":
        assert sent in answer.page_text()


@pytest.mark.parametrize("path", ["/assets/core/codev.css", "/assets/core/nothing.css",
                                  "/schemas/quotes.xsd", "/schemas/nothing.xsd"])
def test_files_bear_it_too(visitor, path):
    answer = visitor.request("HEAD", path, X_Request_Id="of-the-client")
    assert answer["X-Request-Id"] == "of-the-client"


@pytest.mark.parametrize("sent", REPLACED, ids=lambda sent: f"{ascii(sent)[:20]}({len(sent)})")
def test_another_one_is_replaced(visitor, sent):
    for path in ("/nothing", "/quotes/form", "/assets/core/nothing.css"):
        answer = visitor.get(path, X_Request_Id=sent)
        assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])
        assert answer["Set-Cookie"] is None


def test_of_two_one_counts_or_none(visitor):
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, "GET MOUNT/nothing HTTP/1.1", "X-Request-Id: first-one",
                       "X-Request-Id: second-one"))
        answer = wire.answer(sent_id="first-one")
    assert answer["X-Request-Id"] == "first-one" or len(answer["X-Request-Id"]) == 32


def test_another_header_is_no_request_id(visitor):
    answer = visitor.get("/nothing", Request_Id="of-the-client", X_Correlation_Id="of-the-client")
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])


def test_codev_asked_without_nginx_makes_an_id_of_its_own(own):
    """An nginx that was set up otherwise may hand on what a client sent, or nothing."""
    for given in ("", "mine", "0123abcd\r\nSet-Cookie: a=b", "<b>0123abcd</b>"):
        with fastcgi.connect(own.socket) as connection:
            connection.sendall(b"".join(fastcgi.request(
                b"", REQUEST_METHOD="GET", PATH_INFO="/nothing", REQUEST_ID=given)))
            status, body = fastcgi.answer(connection)
        assert status == 404
        (instance,) = parse(body).xpath("//p:instance/text()", namespaces=NAMES)
        assert uuid.UUID(instance).version == 7
        own.log_lines(f"request={instance} ")


# ---- other headers


def test_a_compressed_answer_is_not_made(staff):
    assert staff.get(LIST, Accept_Encoding="gzip, br")["Content-Encoding"] is None


# ---- health and service


def test_it_is_alive(visitor):
    answer = visitor.get("/health/live")
    assert answer.status == 200
    assert answer.root.get("status") == "live"


def test_it_is_ready_with_each_check(visitor):
    answer = visitor.get("/health/ready")
    assert answer.status == 200
    assert answer.root.get("status") == "ready"
    checks = {node.get("name"): node.get("status") for node in answer.root}
    assert checks["database"] == "ok"
    assert set(checks.values()) == {"ok"}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_read_only(visitor, path):
    assert visitor.post(path, b"").status == 405


def test_the_service_document_names_the_plugins(visitor):
    answer = visitor.get("/")
    assert answer.status == 200
    plugins = {node.get("name"): node for node in answer.root.findall("{*}plugin")}
    assert re.fullmatch(r"\d+\.\d+\.\d+", plugins["quotes"].get("version"))
    assert plugins["quotes"].get("href").startswith(visitor.base.path + "/")
    assert visitor.get(plugins["quotes"].get("href")).status == 200


def test_the_service_document_shows_each_caller_what_is_open_to_them(visitor, staff):
    for client in (visitor, staff):
        for node in client.get("/").root.iter():
            if node.get("href"):
                assert client.get(node.get("href")).status == 200


def test_the_home_page_is_a_page(visitor):
    answer = visitor.get("/", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (200, "text/html")
    assert answer.page.get("lang") == "fr"


def test_the_mount_point_alone_leads_to_it(visitor):
    connection = http.client.HTTPConnection(visitor.base.hostname, visitor.base.port, timeout=10)
    connection.request("GET", visitor.base.path)
    response = connection.getresponse()
    assert response.status == 308
    assert response.headers["Location"] == visitor.base.path + "/"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-Id"])
    connection.close()


def test_a_form_is_not_kept_by_browsers(visitor):
    assert visitor.post_form(LIST, [], Content_Type=FORM)["Cache-Control"] == "no-store"
