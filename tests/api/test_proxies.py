# SPDX-License-Identifier: MPL-2.0
"""Who the client is when proxies stand before nginx: what codev is told, who is limited, who may
look at health. The directives are those of nginx/README.md; the proxy they trust is 127.0.0.1, and
127.0.0.2 is somebody else."""

import pytest
from client import BROWSER
from documents import EXAMPLE
from fastcgi import Relay
from instance import SOURCE
from wire import Wire, head

LIST = "/quotes/requests"
README = (SOURCE / "nginx" / "README.md").read_text(encoding="utf-8")
BURST = 30


def directives(word):
    """The first block of the README with that line, as an operator would copy it."""
    lines = README.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"    {word}"))
    block = []
    while lines[at].startswith("    "):
        block.append(lines[at].strip())
        at += 1
    return "\n".join(block) + "\n"


@pytest.fixture(scope="module")
def behind(own):
    """nginx behind a proxy at 127.0.0.1."""
    own.configure_server(directives("set_real_ip_from").replace("192.0.2.10", "127.0.0.1"))
    return own


@pytest.fixture(scope="module")
def relay(behind):
    with Relay(behind.socket) as relay:
        yield relay


@pytest.fixture(scope="module")
def bare(make_instance):
    """nginx that was told of no proxy."""
    return make_instance()


def address_of(relay, client, **headers):
    """REMOTE_ADDR as codev gets it."""
    assert client.get("/quotes/form", **headers).status == 200
    return relay.last["REMOTE_ADDR"]


@pytest.mark.parametrize("forwarded, address", [
    ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:4711", "192.0.2.7"), ("2001:db8::7", "2001:db8::7"),
    ("[2001:db8::7]:4711", "2001:db8::7"),
    ("192.0.2.66, 192.0.2.7", "192.0.2.7"),  # the left one is what the client wrote itself
    ("127.0.0.1, 192.0.2.7", "192.0.2.7"), ("::1,192.0.2.7", "192.0.2.7"),
    ("192.0.2.66, 192.0.2.7, 127.0.0.1", "192.0.2.7"),  # two trusted ones in a row
    ("nonsense", "127.0.0.1"), ("192.0.2.7, nonsense", "127.0.0.1"), ("", "127.0.0.1"),
    (None, "127.0.0.1")])
def test_codev_gets_the_address_that_a_trusted_proxy_tells(behind, relay, forwarded, address):
    assert address_of(relay, behind.visitor, X_Forwarded_For=forwarded) == address


def test_of_two_headers_the_last_address_counts(behind, relay):
    with Wire.to(behind.visitor) as wire:
        wire.send(head(behind.visitor, "GET MOUNT/quotes/form HTTP/1.1",
                       "X-Forwarded-For: 192.0.2.66", "X-Forwarded-For: 192.0.2.7"))
        assert wire.answer().status == 200
    assert relay.last["REMOTE_ADDR"] == "192.0.2.7"


@pytest.mark.parametrize("forwarded", ["192.0.2.7", "127.0.0.1", "127.0.0.1, 127.0.0.1"])
def test_of_anybody_else_it_is_not_believed(behind, relay, forwarded):
    stranger = behind.visitor.calling_from("127.0.0.2")
    assert address_of(relay, stranger, X_Forwarded_For=forwarded) == "127.0.0.2"


@pytest.mark.parametrize("header", ["Forwarded", "X_Real_IP", "Client_IP", "True_Client_IP"])
def test_other_headers_are_not_believed(behind, relay, header):
    value = "for=192.0.2.7" if header == "Forwarded" else "192.0.2.7"
    assert address_of(relay, behind.visitor, **{header: value}) == "127.0.0.1"


@pytest.mark.parametrize("name, value, variable", [
    ("X_Forwarded_For", "192.0.2.7", "HTTP_X_FORWARDED_FOR"),
    ("Content_Length", "3", "HTTP_CONTENT_LENGTH"),
    ("Remote_Addr", "192.0.2.7", "HTTP_REMOTE_ADDR"),
    ("X_Request_Id", "of-the-client", "HTTP_X_REQUEST_ID"),
    ("Idempotency_Key", "k", "HTTP_IDEMPOTENCY_KEY")])
def test_a_name_with_underscores_smuggles_nothing(behind, relay, name, value, variable):
    with Wire.to(behind.visitor) as wire:
        wire.send(head(behind.visitor, "GET MOUNT/quotes/form HTTP/1.1", f"{name}: {value}"))
        answer = wire.answer()
    assert answer.status == 200 and answer["X-Request-Id"] != value
    assert variable not in relay.last
    assert (relay.last["REMOTE_ADDR"], relay.last["CONTENT_LENGTH"]) == ("127.0.0.1", "")


def test_health_is_for_those_who_are_really_here(behind):
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert behind.visitor.get(path).status == 200
        for forwarded in ("192.0.2.7", "127.0.0.1", "127.0.0.1, 192.0.2.7", "::1", "nonsense"):
            answer = behind.visitor.get(path, X_Forwarded_For=forwarded)
            assert (answer.status, answer.problem) == (403, "forbidden"), forwarded
        stranger = behind.visitor.calling_from("127.0.0.2")
        assert stranger.get(path).status == 403
        assert stranger.get(path, X_Forwarded_For="127.0.0.1").status == 403


def too_many(client, count=BURST + 10, headers=lambda number: {}):
    """Whether that many posts, as quickly as they go, are too many."""
    answers = [client.post("/quotes/form", b"", **headers(number)) for number in range(count)]
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} <= {405, 429}
    assert all(answer.problem == "too-many-requests" and int(answer["Retry-After"]) > 0
               for answer in refused)
    return bool(refused)


def test_each_client_of_a_proxy_is_limited_by_itself(behind):
    def told(address):
        return lambda number: {"X_Forwarded_For": f"192.0.2.{number}, {address}"}

    assert too_many(behind.visitor, headers=told("198.51.100.1"))
    assert not too_many(behind.visitor, BURST, headers=told("198.51.100.2"))
    assert too_many(behind.visitor, headers=told("2001:db8::1"))


def test_a_network_of_ipv6_is_one_client(behind):
    """Whoever has one address of it has 2^64 of them."""
    assert too_many(behind.visitor, headers=lambda number: {
        "X_Forwarded_For": f"2001:db8:7:1::{number + 1:x}"})
    assert not too_many(behind.visitor, headers=lambda number: {
        "X_Forwarded_For": f"2001:db8:8:{number + 1:x}::1"})


def test_nobody_else_escapes_the_limit_by_the_header(behind):
    stranger = behind.visitor.calling_from("127.0.0.2")
    assert too_many(stranger, headers=lambda number: {"X_Forwarded_For": f"198.51.100.{number}"})


def test_this_machine_itself_is_not_limited(behind):
    assert not too_many(behind.visitor, 3 * BURST)


def test_reading_is_not_limited(behind):
    stranger = behind.visitor.calling_from("127.0.0.3")
    assert {stranger.get("/quotes/form").status for _ in range(3 * BURST)} == {200}
    assert not too_many(stranger, BURST)


def test_who_writes_too_often_sees_a_page(behind):
    stranger = behind.visitor.calling_from("127.0.0.4")
    answers = [stranger.post_form(LIST, [], Accept=BROWSER) for _ in range(BURST + 10)]
    page = answers[-1]
    assert (page.status, page.media_type) == (429, "text/html")
    assert "quelques secondes" in page.page_text()
    assert answers[0].status == 422, "the first ones were answered"


def test_a_refused_write_is_in_the_log_with_its_address(behind):
    stranger = behind.visitor.calling_from("127.0.0.5")
    refused = [answer for answer in (stranger.post(LIST, b"") for _ in range(BURST + 10))
               if answer.status == 429][0]
    (line,) = behind.access_lines(refused["X-Request-Id"])
    assert f' 127.0.0.5 "POST {behind.visitor.base.path}{LIST}" 429 ' in line


# ---- a proxy on this same machine, by a unix socket


@pytest.fixture(scope="module")
def by_socket(make_instance):
    instance = make_instance()
    path = instance.socket.with_name("proxy.sock")
    instance.configure_server(
        directives("listen unix:").replace("/run/nginx-school.sock", str(path)))
    return instance, path


def over(by_socket, line, *headers):
    instance, path = by_socket
    with Wire(path) as wire:
        wire.send(head(instance.visitor, line, *headers))
        return wire.answer()


def test_by_a_unix_socket_the_client_is_told_apart_from_this_machine(by_socket):
    instance, _ = by_socket
    with Relay(instance.socket) as relay:
        assert over(by_socket, "GET MOUNT/quotes/form HTTP/1.1",
                    "X-Forwarded-For: 192.0.2.7").status == 200
        assert relay.last["REMOTE_ADDR"] == "192.0.2.7"
        assert over(by_socket, "GET MOUNT/quotes/form HTTP/1.1").status == 200
        assert relay.last["REMOTE_ADDR"] == "unix:"
        assert address_of(relay, instance.visitor, X_Forwarded_For="192.0.2.7") == "127.0.0.1"


def test_by_a_unix_socket_nobody_sees_health(by_socket):
    instance, _ = by_socket
    for headers in ([], ["X-Forwarded-For: 192.0.2.7"], ["X-Forwarded-For: 127.0.0.1"],
                    ["X-Forwarded-For: unix:"]):
        for path in ("/health/live", "/metrics"):
            assert over(by_socket, f"GET MOUNT{path} HTTP/1.1", *headers).status == 403
    assert instance.visitor.get("/health/live").status == 200


# ---- a proxy on this machine that nginx was not told of: its clients all seem to be here


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
def test_through_an_unknown_proxy_health_is_closed(bare, header):
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert bare.visitor.get(path, **{header: "192.0.2.7"}).status == 403
        assert bare.visitor.get(path).status == 200


def test_through_an_unknown_proxy_all_are_limited_together(bare):
    assert too_many(bare.visitor, headers=lambda number: {"X_Forwarded_For": f"192.0.2.{number}"})
    assert not too_many(bare.visitor), "who really is here is not"


def test_a_proxy_that_nginx_was_not_told_of_is_not_believed(bare):
    with Relay(bare.socket) as relay:
        assert address_of(relay, bare.visitor, X_Forwarded_For="192.0.2.7") == "127.0.0.1"


# ---- where HTTPS ends at the proxy


def test_a_signed_in_person_may_write_where_https_ends_at_the_proxy(bare):
    """By the README's change: https in place of $scheme."""
    assert "put `https` in place of `$scheme`" in " ".join(README.split())
    token = bare.token("staff", subject="origin")
    conf = bare.home / "nginx" / "codev.conf"
    before = conf.read_text()
    origin = {"Cookie": f"__Host-codev={token}", "Origin": f"https://{bare.visitor.base.netloc}"}

    assert bare.visitor.post(LIST, EXAMPLE, **origin).problem == "foreign-origin"
    conf.write_text(before.replace("$scheme", "https"))
    bare.reload_nginx()
    assert bare.visitor.post(LIST, EXAMPLE, **origin).status == 201
    conf.write_text(before)
    bare.reload_nginx()
