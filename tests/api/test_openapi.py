# SPDX-License-Identifier: MPL-2.0
"""/openapi.json: that every route stands in it, and that routes do as it says. Whether it is OpenAPI
at all, tests/browser/openapi.test.mjs asks a validator."""

import http.client
import re
import urllib.parse

import pytest
from client import BROWSER
from lxml import etree
from openapi import ID, METHODS, Document, callers

ANYONE = ["visitor", "participant", "facilitator", "manager", "staff", "admin"]
XS = {"xs": "http://www.w3.org/2001/XMLSchema"}

# By hand: what was promised is not to be lost by an oversight.
PROMISED = [
    ("GET", "/", ANYONE, None),
    ("GET", "/health/live", ANYONE, None),
    ("GET", "/health/ready", ANYONE, None),
    ("GET", "/openapi.json", ANYONE, None),
    ("GET", "/quotes/requests", ["staff"], None),
    ("POST", "/quotes/requests", ANYONE, "quote-request"),
    ("GET", "/quotes/requests/{id}", ["staff"], None),
    ("GET", "/quotes/form", ANYONE, None),
    ("GET", "/quotes/confirmation/{reference}", ANYONE, None),
    ("GET", "/quotes/catalogue", ["staff"], None),
    ("POST", "/quotes/catalogue", ["staff"], "catalogue-item"),
    ("GET", "/quotes/catalogue/form", ["staff"], None),
    ("GET", "/quotes/catalogue/{code}", ["staff"], None),
    ("PUT", "/quotes/catalogue/{code}", ["staff"], "catalogue-item"),
    ("DELETE", "/quotes/catalogue/{code}", ["staff"], None),
]


@pytest.fixture(scope="module")
def document(instance):
    return Document(instance.visitor)


@pytest.fixture(scope="module")
def everybody(instance, document):
    return callers(instance, document.roles)


def operation(document, method, path):
    (found,) = [each for each in document.operations if (each.method, each.path) == (method, path)]
    return found


# ---- the document itself


def test_it_is_json_for_anybody(visitor, staff):
    for client in (visitor, staff):
        for accept in (None, "application/json", BROWSER, "application/*"):
            answer = client.get("/openapi.json", Accept=accept)
            assert (answer.status, answer["Content-Type"]) == (200, "application/json"), accept
    assert visitor.get("/openapi.json", Accept="application/xml").status == 406
    assert visitor.get("/openapi.json")["ETag"] == staff.get("/openapi.json")["ETag"]


def test_it_tells_program_and_mount_point(visitor, document):
    assert document.told["openapi"].startswith("3.1.")
    assert document.told["info"]["title"] == "codev"
    assert re.fullmatch(r"\d+\.\d+\.\d+", document.told["info"]["version"])
    assert document.told["servers"] == [{"url": visitor.base.path}]


def test_the_service_document_links_it(visitor):
    (link,) = visitor.get("/").root.findall("{*}openapi")
    assert visitor.get(link.get("href"))["Content-Type"] == "application/json"


@pytest.mark.parametrize("method, path, roles, root", PROMISED,
                         ids=lambda value: value if isinstance(value, str) else "")
def test_what_was_promised_is_there(document, method, path, roles, root):
    found = operation(document, method, path)
    assert (found.roles, found.root) == (roles, root)


def test_every_plugin_has_operations(visitor, document):
    plugins = {node.get("name") for node in visitor.get("/").root.findall("{*}plugin")} | {"core"}
    assert {tag["name"] for tag in document.told["tags"]} == plugins
    assert {each.plugin for each in document.operations} == plugins


def test_ids_are_unique_words(document):
    ids = [each.id for each in document.operations]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("(get|post|put|delete)(_[A-Za-z0-9]+)+", each) for each in ids)
    assert operation(document, "GET", "/quotes/requests/{id}").id == "get_quotes_requests_id"


def test_nothing_of_the_program_itself_is_told(document):
    assert not re.search(rb"\.xsl|\.so\b|SELECT|codev_|/usr/|/tmp/", document.answer.body)


# ---- schemas


def served(visitor, url):
    """A schema, from the address that the document gives it, without the client's checks."""
    path = urllib.parse.urljoin(f"{visitor.base.path}/openapi.json", url)
    connection = http.client.HTTPConnection(visitor.base.hostname, visitor.base.port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, path
    return etree.fromstring(body)


def test_schemas_that_are_linked_are_served_and_have_the_root(visitor, document):
    roots = 0
    for url, value in document.links:
        schema = served(visitor, url)
        assert schema.tag == "{%(xs)s}schema" % XS
        if "xml" in value:
            assert schema.get("targetNamespace") == value["xml"]["namespace"]
            assert schema.xpath("xs:element[@name=$name]", name=value["xml"]["name"], namespaces=XS)
            roots += 1
    assert roots >= 2


def test_every_document_that_is_taken_has_a_schema(document):
    for each in document.operations:
        content = each.told.get("requestBody", {}).get("content", {})
        if each.root is None:
            assert "application/xml" not in content, each
            continue
        assert {"application/xml", "text/xml"} <= set(content), each
        for media in ("application/xml", "text/xml"):
            assert content[media]["schema"]["xml"]["name"] == each.root, each
            assert content[media]["schema"]["externalDocs"]["url"].endswith(".xsd"), each


# ---- who may ask


def test_a_role_that_is_told_may_ask_and_no_other(document, everybody):
    """406 comes after 401 and 403, and before anything happens."""
    wrong = []
    for each in document.operations:
        for role, client in everybody.items():
            answer = client.request(each.method, each.address(), Accept="image/x-nothing")
            refused = 401 if role == "visitor" else 403
            if answer.status != (406 if role in each.roles else refused):
                wrong.append((each, role, answer.status))
    assert not wrong


def test_security_follows_from_the_roles(document):
    for each in document.operations:
        security = each.told["security"]
        assert ({} in security) == ("visitor" in each.roles), each
        for scheme in ("bearer", "cookie"):
            assert ({scheme: []} in security) == (each.roles != ["visitor"]), each


# ---- what is answered


def check_answer(each, answer):
    told = each.response(answer.status)
    assert told is not None, (each, answer)
    assert answer.status < 500, (each, answer)
    if answer.body:
        assert answer.media_type in told["content"], (each, answer)
    headers = set(told.get("headers", {})) - {"Link"}  # where more follows
    assert all(answer[name] is not None for name in headers), (each, answer)


def test_answers_are_as_told(document, everybody):
    """Without a body, so that nothing is made."""
    for each in document.operations:
        for role in each.roles:
            client = everybody[role]
            check_answer(each, client.request(each.method, each.address()))
            check_answer(each, client.request(each.method, each.address(), Accept=BROWSER))
            check_answer(each, client.request(each.method, each.address() + "?a=%zz"))


def test_each_media_type_is_given(document, everybody):
    for each in document.operations:
        if each.method != "GET" or each.within("path"):
            continue
        for media in each.responses["200"]["content"]:
            answer = everybody[each.roles[0]].get(each.address(), Accept=media)
            assert (answer.status, answer.media_type) == (200, media), each


def test_documents_have_their_status_told(document, staff):
    post = operation(document, "POST", "/quotes/requests")
    for body, content_type, status in (
            ("<x/>", "application/xml", 422), ("<x", "application/xml", 400),
            ("x", "text/plain", 415), ("x" * ((1 << 20) + 1), "application/xml", 413)):
        answer = staff.post(post.address(), body, Content_Type=content_type)
        assert answer.status == status
        assert str(status) in post.responses
        check_answer(post, answer)


# ---- parameters


def test_lists_take_what_is_told_and_nothing_else(document, everybody):
    lists = [each for each in document.operations if "limit" in each.within("query")]
    assert operation(document, "GET", "/quotes/requests") in lists
    for each in lists:
        client, query = everybody[each.roles[0]], each.within("query")
        limit = query["limit"]["schema"]
        for name, value, status in (
                ("limit", limit["minimum"], 200), ("limit", limit["minimum"] - 1, 400),
                ("limit", limit["maximum"], 200), ("limit", limit["maximum"] + 1, 400),
                ("after", ID, 200), ("after", "x", 400), ("unheard-of", "x", 400)):
            answer = client.get(f"{each.address()}?{name}={value}")
            assert answer.status in (status, 404), (each, name, value)
        for name, parameter in query.items():
            for value in parameter["schema"].get("enum", []):
                assert client.get(f"{each.address()}?{name}={value}").status in (200, 404), each
            if "enum" in parameter["schema"]:
                assert client.get(f"{each.address()}?{name}=x").status == 400, each


def test_only_what_a_path_may_have_leads_there(document, visitor):
    checked = 0
    for each in document.operations:
        for name, parameter in each.within("path").items():
            most = parameter["schema"].get("maxLength", 0)
            address = each.address(**{name: "x" * (most + 1)})
            if document.methods_of(address) == {"OPTIONS"}:
                assert visitor.request(each.method, address).status == 404, each
                checked += 1
    assert checked


# ---- methods


def test_options_knows_the_same_methods(document, visitor):
    for each in document.operations:
        answer = visitor.request("OPTIONS", each.address())
        allowed = {word.strip() for word in answer["Allow"].split(",")}
        assert allowed == document.methods_of(each.address()), each


def test_a_method_that_is_not_told_is_405(document, visitor):
    for each in document.operations:
        allowed = document.methods_of(each.address())
        for method in {*METHODS, "PATCH", "PROPFIND"} - allowed:
            answer = visitor.request(method, each.address())
            assert (answer.status, answer.problem) == (405, "method-not-allowed"), (method, each)


def test_head_goes_with_every_get(document, everybody):
    for each in document.operations:
        if each.method == "GET":
            client = everybody[each.roles[0]]
            head = client.request("HEAD", each.address())
            assert head.status == client.get(each.address()).status, each
            assert not head.body
