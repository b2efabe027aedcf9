# SPDX-License-Identifier: MPL-2.0
"""What nginx serves and refuses by itself."""

import re
import subprocess
import urllib.parse

import pytest
from client import BROWSER, SCHEMAS, Client
from instance import SOURCE


def at_root(client):
    """A client of the site around the mount point."""
    other = client.with_headers()
    other.base = urllib.parse.urlsplit(client.origin)
    return other


def test_the_stylesheet_is_served(visitor):
    answer = visitor.get("/assets/core/codev.css")
    assert answer.status == 200
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"{" in answer.body


def test_the_stylesheet_reaches_for_nothing_elsewhere(visitor):
    css = visitor.get("/assets/core/codev.css").body.decode()
    for address in re.findall(r"url\(\s*['\"]?([^'\")]*)", css):
        assert not re.match(r"(?i)[a-z]+:|//", address), address
    assert "@import" not in css


def test_an_unchanged_asset_is_not_sent_again(visitor):
    first = visitor.get("/assets/core/codev.css")
    again = visitor.get("/assets/core/codev.css", If_None_Match=first["ETag"])
    assert again.status == 304 and not again.body


@pytest.mark.parametrize("path", [
    "/assets/core/nothing.css", "/assets/nothing/codev.css", "/assets/core/", "/assets/",
    "/assets/core/../pages/page.xsl", "/assets/core/..%2fpages%2fpage.xsl",
    "/assets/core/%2e%2e/pages/page.xsl", "/assets/../pages/page.xsl",
    "/assets/core/.hidden", "/assets/Core/codev.css", "/assets/core/codev.css/",
    "/assets/schemas/quotes.xsd"])
def test_an_unknown_asset_is_not_found(visitor, path):
    answer = visitor.get(path)
    assert answer.status == 404, answer
    assert answer.problem == "not-found"
    assert b"<xsl:" not in answer.body and b"<xs:" not in answer.body


def test_a_browser_is_told_of_an_unknown_asset_by_a_page(visitor):
    answer = visitor.get("/assets/core/nothing.css", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (404, "text/html")


@pytest.mark.parametrize("schema", sorted(SCHEMAS.glob("*.xsd")), ids=lambda path: path.name)
def test_a_schema_is_served(visitor, schema):
    answer = visitor.request("HEAD", f"/schemas/{schema.name}")
    assert (answer.status, answer.media_type) == (200, "application/xml")
    assert int(answer["Content-Length"]) == schema.stat().st_size
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [
    "/schemas", "/schemas/", "/schemas/nothing.xsd", "/schemas/README.md", "/schemas/quotes.xsd/",
    "/schemas/..%2fcore%2fpages%2fpage.xsl", "/schemas/.%2fquotes.xsd%00", "/schemas/Quotes.xsd"])
def test_an_unknown_schema_is_not_found(visitor, path):
    answer = visitor.get(path)
    assert answer.status in (400, 404), answer
    assert b"<xsl:" not in answer.body and b"<xs:" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_assets_are_read_only(visitor, method):
    answer = visitor.request(method, "/assets/core/codev.css")
    assert answer.status == 405


@pytest.mark.parametrize("path", ["/../codev.xml", "/..%2f..%2fcodev.xml", "/%2e%2e/env",
                                  "/assets/core/..%00", "/assets/..%2f..%2f..%2fetc/passwd"])
def test_nothing_outside_is_served(visitor, path):
    answer = visitor.get(path)
    assert answer.status in (400, 404)
    assert b"urn:codev:config" not in answer.body and b"CODEV_" not in answer.body


def test_an_address_too_long_is_told(visitor):
    answer = visitor.get("/" + "x" * 9000)
    assert answer.status == 414


def test_headers_too_large_are_told(visitor):
    assert visitor.get("/quotes/form", X_Much="x" * 20000).status == 400


def test_a_proxy_by_header_is_no_setting(visitor):
    """CVE-2016-5385: a header Proxy becomes HTTP_PROXY in CGI's manner."""
    assert visitor.get("/quotes/form", Proxy="http://127.0.0.1:9/").status == 200


def test_the_sites_page_includes_the_form(visitor):
    answer = at_root(visitor).get("/", Accept=BROWSER)
    if answer.status == 404:
        pytest.skip("another site than the demo stands around the mount point")
    assert answer.status == 200
    (form,) = answer.page.xpath("//form[@method='post']")
    assert form.get("action") == f"{visitor.base.path}/quotes/requests"
    assert b"<!--#" not in answer.body
    assert len(answer.page.xpath("//html")) == 1
    ids = answer.page.xpath("//@id")
    assert len(set(ids)) == len(ids), "an id stands there twice"


def test_a_file_that_a_condition_does_not_fit_is_a_problem(visitor):
    answer = visitor.get("/assets/core/codev.css", If_Match='"x"')
    assert (answer.status, answer.problem) == (412, "precondition-failed")
    assert answer.headers.get_all("Cache-Control") == ["no-store"]
    assert visitor.get("/assets/core/codev.css", Range="bytes=99999999-").status == 200


def test_the_sites_own_expressions_do_not_reach_below_the_mount_point(own):
    own.configure_server("location ~ (form|css|live|requests|/[.]) { return 410; }")
    site = Client(own.visitor.origin)
    assert site.get("/form").status == 410
    assert own.visitor.get("/quotes/form").status == 200
    assert own.visitor.get("/quotes/requests").status == 401
    assert own.visitor.get("/health/live").status == 200
    assert own.visitor.get("/assets/core/codev.css").status == 200
    assert own.visitor.get("/assets/core/nothing.css").problem == "not-found"
    own.configure_server("")


def test_another_mount_point_is_made_by_the_readmes_line(own):
    """It changes no path of files or sockets, and every link follows."""
    readme = (SOURCE / "nginx" / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    (sed .*) \S+/codev\.conf >codev\.conf$", readme, re.MULTILINE)
    conf = own.home / "nginx" / "codev.conf"
    before = conf.read_text()
    conf.write_text(subprocess.run(["sh", "-c", line], input=before, text=True, check=True,
                                   capture_output=True).stdout)
    own.reload_nginx()
    moved = Client(own.visitor.origin + "/outils")
    for path in ("/", "/quotes/form", "/nothing", "/assets/core/nothing.css"):
        page = moved.get(path, Accept=BROWSER).page
        links = page.xpath("//@href[starts-with(., '/')] | //@action | //@src")
        assert links and not [link for link in links if not link.startswith("/outils/")], links
    assert moved.get("/health/ready").status == 200
    assert moved.get("/assets/core/codev.css").status == 200
    assert moved.request("HEAD", "/schemas/quotes.xsd").status == 200
    assert moved.request("TRACE", "/quotes/form").problem == "method-not-allowed"
    assert own.visitor.get("/quotes/form").status == 404
    conf.write_text(before)
    own.reload_nginx()


@pytest.mark.parametrize("path", ["/quotes/form%0a", "/health/live%0A", "/%0aSet-Cookie:%20x/form",
                                  "/quotes/form%0d%0a", "/%0a/quotes/form"])
def test_a_line_end_is_part_of_the_path(visitor, path):
    """Not lost before the routes are asked, and nothing of it in front of the page's links."""
    answer = visitor.get(path, Accept=BROWSER)
    assert answer.status == 404
    for address in answer.page.xpath("//link/@href | //img/@src"):
        assert re.fullmatch("/codev/assets/core/[a-z.]+", address)
