# SPDX-License-Identifier: MPL-2.0
"""What the logs tell of a request, and what they never tell."""

import re
import time
import uuid

import psycopg2
import pytest
from client import BROWSER, Client
from documents import EXAMPLE, changed, element, fields
from wire import Wire, head

LIST = "/quotes/requests"
STAGES = ["route_us", "identify_us", "negotiate_us", "body_us", "handle_us", "answer_us"]


def line_of(instance, answer):
    """The one line of codev's log about this answer's request."""
    lines = [line for line in instance.log_lines(f"request={answer['X-Request-Id']} ")
             if " event=request " in line]
    assert len(lines) == 1, lines
    return dict(re.findall(r"(\w+)=(\S*)", lines[0])), lines[0]


def test_a_request_is_one_line_with_its_stages(instance, visitor):
    answer = visitor.post(LIST, EXAMPLE)
    values, line = line_of(instance, answer)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z level=info pid=\d+ pool=main"
                    r" worker=\d ", line)
    assert values["method"] == "POST"
    assert values["plugin"] == "quotes"
    assert values["route"] == "/requests"
    assert values["status"] == "201"
    assert all(int(values[stage]) >= 0 for stage in STAGES)
    assert int(values["handle_us"]) > 0


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/nothing", 404), ("DELETE", LIST, 405), ("GET", LIST, 401), ("GET", "/", 200)])
def test_a_refused_request_is_logged_with_its_status(instance, visitor, method, path, status):
    values, _ = line_of(instance, visitor.request(method, path))
    assert values["status"] == str(status)


def test_the_pattern_of_a_route_is_logged_and_not_the_path(instance, visitor, staff):
    created = visitor.post(LIST, EXAMPLE)
    values, line = line_of(instance, staff.get(created["Location"]))
    assert values["route"] == "/requests/{id}"
    assert created.text("@id") not in line
    values, line = line_of(
        instance, visitor.get(f"/quotes/confirmation/{created.text('@reference')}"))
    assert created.text("@reference") not in line


def test_a_signed_in_request_is_logged_with_its_organisation(instance, visitor, staff):
    assert line_of(instance, staff.get(LIST))[0]["organisation"] == "ecole"
    assert line_of(instance, visitor.get("/"))[0]["organisation"] == "-"


def test_a_refused_token_is_logged_with_its_reason(instance, visitor):
    answer = visitor.bearer("x.y.z").get(LIST)
    (line,) = [line for line in instance.log_lines(f"request={answer['X-Request-Id']} ")
               if "event=token_refused" in line]
    assert "x.y.z" not in line


def test_no_log_has_what_people_wrote_or_who_they_are(instance, visitor, staff):
    """Whatever becomes of a request: taken, refused by the schema, by the database, as a form."""
    mark = uuid.uuid4().hex[:12]
    words = [f"{mark}@visitor.example", f"Nom{mark}", f"Prénom{mark}", f"Société {mark}",
             f"message {mark}", f"poste{mark}"]
    mail, family, given, company, message, position = words
    texts = (element("email", mail), element("family-name", family), element("given-name", given),
             element("name", company), element("message", message), element("position", position))
    answers = [
        visitor.post(LIST, changed(*texts)),
        visitor.post(LIST, changed(*texts, element("participants", mail))),
        visitor.post(LIST, changed(*texts, ("2026-11", "1999-01"))),
        visitor.post(LIST, changed(*texts)[:-30]),
        visitor.post(LIST, changed(*texts).replace("\n", "\n" + " " * 60000)),
        visitor.post(LIST, changed(*texts), Content_Type="text/plain"),
        visitor.post(LIST, f"<{family}/>"),
        visitor.get(f"/quotes/form?email={mail}&name={family}", Accept=BROWSER),
        visitor.get(f"/nothing?email={mail}"),
        visitor.get(f"/quotes/confirmation/{family}"),
        visitor.get("/quotes/form", Referer=f"http://x.example/?email={mail}", User_Agent=family),
        visitor.get(LIST, Cookie=f"other={family}"),
    ]
    for form in (fields(contact_email=mail, need_message=message, contact_family__name=family),
                 fields(contact_email=mail, need_participants=family),
                 fields(contact_email=mail, consent_text__version="1999-01"),
                 [(mail, family)]):
        answers.append(visitor.post_form(LIST, form))
    assert {answer.status for answer in answers} >= {200, 201, 303, 400, 401, 404, 413, 415, 422}
    staff.get(answers[0]["Location"])
    instance.log_lines(answers[-1]["X-Request-Id"])
    time.sleep(0.2)
    for path in instance.logs():
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in (mark, mail.replace("@", "%40")):
            found = [line for line in text.splitlines() if word in line]
            # a path below /codev is what nginx's access log is for
            assert not [line for line in found if path.name != "access.log"
                        or f"/quotes/confirmation/{family}" not in line], (path, found)


def test_no_log_has_a_token(instance, visitor):
    token = instance.token("staff", subject=f"s{uuid.uuid4().hex[:8]}")
    parts = token.split(".")
    visitor.bearer(token).get(LIST)
    visitor.get(LIST, Cookie=f"__Host-codev={token}")
    visitor.bearer(token[:-8]).get(LIST)
    visitor.bearer(token).post(LIST, b"x" * (3 << 20))
    answer = visitor.bearer(token).get("/nothing")
    instance.log_lines(answer["X-Request-Id"])
    time.sleep(0.2)
    for path in instance.logs():
        text = path.read_text(encoding="utf-8", errors="replace")
        for part in (*parts[1:], instance.staff_token.split(".")[2]):
            assert part not in text, path


def test_no_log_has_the_key(instance):
    for line in open(instance.setting("tokens/key"), encoding="ascii"):
        if not line.startswith("-----"):
            for path in instance.logs():
                assert line.strip() not in path.read_text(encoding="utf-8", errors="replace")


def test_nobody_writes_a_line_of_the_log(instance, visitor):
    mark = uuid.uuid4().hex
    visitor.get(f"/nothing/%0A2026-11-24T00:00:00.000000Z%20level=error%20{mark}")
    answer = visitor.get("/nothing")
    line_of(instance, answer)
    log = (instance.directory / "log" / "codev.log").read_text(encoding="utf-8", errors="replace")
    assert not [line for line in log.splitlines() if mark in line]


def test_without_a_defect_nothing_is_an_error(instance, visitor, staff):
    """Clients' faults are no errors of the service: an operator may watch for level=error."""
    before = len(instance.log_lines("level=", 5))
    for document in (EXAMPLE, "<x", "<a/>", changed(element("email", "x")),
                     changed(("2026-11", "1999-01"))):
        visitor.post(LIST, document)
    visitor.bearer("x").get(LIST)
    visitor.get("/nothing")
    line_of(instance, staff.get(LIST))
    after = instance.log_lines("level=", 5)[before:]
    assert after and not [line for line in after if "level=error" in line]


# ---- nginx's access log


TOKEN = "Zq3-_bX9" * 5 + "Ab1"  # 32 bytes in base64url, as links and feeds have them
HEX = "0123456789abcdef" * 2
ID = "019ab0c2-7e1f-7b3a-8c4d-0123456789ab"
ESCAPED = "".join(f"%{ord(letter):02x}" for letter in TOKEN)
WORDS = "le-codeveloppement-professionnel-pour-tous"

LOGGED = {
    f"/quotes/offers/{TOKEN}": "/quotes/offers/*",
    f"/quotes/offers/{TOKEN}/acceptance": "/quotes/offers/*/acceptance",
    f"/quotes/offers/{TOKEN}/": "/quotes/offers/*/",
    f"/scheduling/feeds/{TOKEN}.ics": "/scheduling/feeds/*.ics",
    f"/auth/email/{TOKEN}?return=/x": "/auth/email/*",
    f"/quotes/offers/{HEX}": "/quotes/offers/*",
    f"/quotes/offers/{HEX[:-1]}": f"/quotes/offers/{HEX[:-1]}",
    f"/quotes/offers/{ESCAPED}": "/quotes/offers/*",
    f"/quotes/offers/%5A{TOKEN[1:]}": "/quotes/offers/*",
    f"/quotes/offers/x%2F{TOKEN}": "/quotes/offers/*",
    f"/quotes/offers/{TOKEN}%20": "/quotes/offers/*",
    f"/quotes/offers/token={TOKEN};x": "/quotes/offers/token=*;x",
    f"/auth/email/{TOKEN}/x/{TOKEN}.y": "/auth/email/*.y",
    f"/auth/{HEX}.{TOKEN}.{TOKEN}": "/auth/*",
    f"/quotes/requests/{ID}": f"/quotes/requests/{ID}",
    f"/quotes/requests/{ID.upper()}/x": f"/quotes/requests/{ID.upper()}/x",
    f"/quotes/{ID}/{TOKEN}/{ID}": f"/quotes/{ID}/*/{ID}",
    f"/quotes/{ID}x": "/quotes/*",
    f"/quotes/x{ID}": "/quotes/*",
    f"/quotes/{WORDS}.html": f"/quotes/{WORDS}.html",
    f"/quotes/form?token={TOKEN}": "/quotes/form",
    f"/quotes/%3F{TOKEN}": "/quotes/*",
    f"/{'a/' * 1000}{TOKEN}": f"/{'a/' * 1000}*",
    f"/{TOKEN * 180}": "/*",
}


def asked(instance, answer):
    """Method and address as the access log has them."""
    (line,) = instance.access_lines(f"request={answer['X-Request-Id']} ")
    return re.search(r'"([A-Z-]+) (\S+)"', line).groups()


@pytest.mark.parametrize("path, logged", LOGGED.items(),
                         ids=lambda path: path.replace(TOKEN, "TOKEN")[:40])
def test_the_access_log_has_no_token_of_an_address(instance, visitor, path, logged):
    answer = visitor.get(path)
    assert answer.status in (200, 400, 401, 404)
    assert asked(instance, answer) == ("GET", visitor.base.path + logged)


def test_nor_where_nginx_answers_itself(instance, visitor):
    path = f"/quotes/offers/{TOKEN}/acceptance"
    answers = {
        "POST": visitor.post(path, b"x" * (3 << 20)), "TRACE": visitor.request("TRACE", path),
        "PUT": visitor.request("PUT", f"/assets/core/{TOKEN}.css", b"x"),
        "GET": visitor.get(path, Host="evil.example"),
        "DELETE": visitor.request("DELETE", path, X_Much="x" * 9000)}
    assert [answer.status for answer in answers.values()] == [413, 405, 405, 421, 400]
    for method, answer in answers.items():
        logged = "/assets/core/*.css" if method == "PUT" else "/quotes/offers/*/acceptance"
        assert asked(instance, answer) == (method, visitor.base.path + logged)


def test_nor_of_an_absolute_address_nor_of_the_page_before(instance, visitor):
    path = f"{visitor.base.path}/quotes/offers/{TOKEN}"
    with Wire.to(visitor) as wire:
        wire.send(head(visitor, f"GET {visitor.origin}{path} HTTP/1.1"))
        assert asked(instance, wire.answer())[1] == f"{visitor.base.path}/quotes/offers/*"
    answer = visitor.get("/quotes/form", Referer=visitor.origin + path)
    asked(instance, answer)
    assert TOKEN not in (instance.directory / "log" / "access.log").read_text()


@pytest.mark.parametrize("line", [f"GET /quotes/offers/{TOKEN} x HTTP/1.1", f"GET {TOKEN}",
                                  f"{TOKEN} /x HTTP/1.1", f"GET /{TOKEN} HTTP/9.9"])
def test_of_a_line_that_cannot_be_read_the_access_log_has_no_address(instance, visitor, line):
    with Wire.to(visitor) as wire:
        answer = wire.send(line, "\r\n\r\n").answer()
    assert answer.status in (400, 505)
    (line,) = instance.access_lines(answer["X-Request-Id"])
    assert TOKEN not in line and re.search(r'"(GET|-) -"', line)


def test_nobody_writes_a_line_of_the_access_log(instance, visitor):
    with Wire.to(visitor) as wire:
        answer = wire.send(head(visitor, 'GET MOUNT/x%0A2026"\xe9 HTTP/1.1')).answer()
    (line,) = instance.access_lines(answer["X-Request-Id"])
    assert '/x%0A2026\\x22\\xE9" 404 ' in line


def test_nginxs_error_log_at_alert_has_no_token(own):
    """As the README says of it; what went wrong can be seen in the access log."""
    log = own.home / "log" / "nginx.log"
    path = f"/quotes/offers/{TOKEN}"
    stranger = own.visitor.calling_from("127.0.0.2")

    def go_wrong():
        away = own.socket.with_name("away.sock")
        own.socket.rename(away)
        try:
            answers = [own.visitor.get(path, Referer=own.visitor.origin + path)]
        finally:
            away.rename(own.socket)
        answers.append(own.visitor.post(path, b"x" * (3 << 20)))
        answers.append(own.visitor.get(f"/assets/core/{TOKEN}.css"))
        answers += [stranger.post(path, b"") for _ in range(40)][-1:]
        answers.append(stranger.get("/health/live"))
        for answer in answers:
            own.access_lines(answer["X-Request-Id"])
        return [answer.status for answer in answers]

    assert go_wrong() == [503, 413, 404, 429, 403]
    assert TOKEN in log.read_text(), "without it there is one: the README is right to warn"
    own.configure_server(f'error_log "{log}" alert;')
    before = log.stat().st_size
    assert go_wrong() == [503, 413, 404, 429, 403]
    assert TOKEN not in log.read_text()[before:]
    own.configure_server("")


# ---- the id by which a request is found


@pytest.mark.parametrize("sent", [None, "of-the-client"])
def test_the_id_of_a_request_is_in_both_logs(instance, visitor, sent):
    sent = sent and f"{sent}-{uuid.uuid4()}"
    answer = visitor.get("/nothing", X_Request_Id=sent)
    assert sent in (None, answer["X-Request-Id"])
    assert line_of(instance, answer)[0]["status"] == "404"
    (line,) = instance.access_lines(f"request={answer['X-Request-Id']} ")
    assert '/nothing" 404 ' in line


@pytest.mark.parametrize("sent", [None, "of-the-page"])
def test_what_a_page_includes_has_the_id_of_the_page(own, sent):
    """nginx asks codev for the form while it serves the site's page (SSI)."""
    site = Client(own.visitor.origin)
    sent = sent and f"{sent}-{uuid.uuid4()}"
    assert b"/codev/quotes/requests" in site.get("/", X_Request_Id=sent).body
    line = own.access_lines(sent or '"GET /" 200')[-1]
    (given,) = re.findall(r"request=(\S+)", line)
    assert given == sent or re.fullmatch(r"[0-9a-f]{32}", given)
    (line,) = own.log_lines(f"request={given} ")
    assert "route=/form status=200" in re.sub(r" organisation=\S+", "", line)


def test_a_violation_that_is_our_defect_is_logged(own):
    with psycopg2.connect(own.owner_database) as connection:
        connection.cursor().execute("ALTER TABLE quotes.request ADD CONSTRAINT unforeseen"
                                    " CHECK (participants <> 13) NOT VALID")
    answer = own.visitor.post(LIST, changed(element("participants", "13")))
    assert answer.status == 500
    assert "unforeseen" not in answer.body.decode()
    (line,) = own.log_lines("event=constraint_violated")
    assert f"request={answer['X-Request-Id']} constraint=unforeseen" in line
