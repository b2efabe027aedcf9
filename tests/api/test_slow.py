# SPDX-License-Identifier: MPL-2.0
"""A request that takes long gets a line of its own in the log."""

import re
import threading
import time
from contextlib import closing, contextmanager

import psycopg2
import pytest

LIST = "/quotes/requests"


@contextmanager
def locked(instance, seconds, table="quotes.request"):
    """Somebody else has the table for so long."""
    with closing(psycopg2.connect(instance.owner_database)) as connection:
        connection.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        timer = threading.Timer(seconds, connection.rollback)
        timer.start()
        yield
        timer.join()


def lines(instance, answer):
    """The slow line of this answer's request, if any, and the ordinary one, as dictionaries."""
    identifier = f"request={answer['X-Request-Id']} "
    instance.log_lines(identifier)
    time.sleep(0.1)
    found = {"slow_request": None, "request": None}
    for line in instance.log_lines(identifier):
        values = dict(re.findall(r"(\w+)=(\S*)", line))
        if values["event"] in found:
            assert found[values["event"]] is None, "told twice"
            found[values["event"]] = values
    return found["slow_request"], found["request"]


def test_a_slow_request_is_told_with_its_stages(own):
    with locked(own, 1.3):
        answer = own.staff.get(LIST)
    assert answer.status == 200
    slow, ordinary = lines(own, answer)
    assert slow["level"] == "warning" and ordinary["level"] == "info"
    assert {name: slow[name] for name in ("method", "plugin", "route", "organisation", "status")} == {
        "method": "GET", "plugin": "quotes", "route": "/requests", "organisation": "ecole",
        "status": "200"}
    stages = {name: int(number) for name, number in slow.items() if name.endswith("_us")}
    assert set(stages) == {"route_us", "identify_us", "negotiate_us", "body_us", "handle_us",
                           "answer_us", "total_us"}
    total = stages.pop("total_us")
    assert 1000000 < total < 5000000
    assert 1000000 < stages["handle_us"] <= total and sum(stages.values()) <= total
    assert {name: slow[name] for name in stages} == {name: ordinary[name] for name in stages}


def test_a_form_that_is_shown_again_slowly_is_slow_in_its_handler(own):
    fields = [("contact.email", "x"), ("_form", own.visitor.form_token("/quotes/form"))]
    with locked(own, 1.3, "core.consent_text"):
        answer = own.visitor.post_form(LIST, fields)
    assert answer.status == 422
    slow, _ = lines(own, answer)
    assert 1000000 < int(slow["handle_us"]) <= int(slow["total_us"])


def test_an_ordinary_request_is_not_slow(own):
    slow, ordinary = lines(own, own.staff.get(LIST))
    assert slow is None
    total = int(ordinary["total_us"])
    assert 0 < sum(int(number) for name, number in ordinary.items()
                   if name.endswith("_us") and name != "total_us") <= total < 1000000


@pytest.fixture
def threshold(own):
    """Serve with this element in the configuration, and as before afterwards."""
    text = own.config.read_text()

    def serve(element):
        own.stop_codev()
        own.config.write_text(text.replace("  <pool ", f"  {element}\n  <pool "))
        own.start_codev()

    yield serve
    serve("")
    assert own.config.read_text() == text.replace("  <pool ", "  \n  <pool ")
    own.config.write_text(text)


@pytest.mark.parametrize("element, seconds, expected", [
    ('<log slow-request-ms="200"/>', 0.5, True), ('<log slow-request-ms="2000"/>', 1.3, False),
    ('<log slow-request-ms="0"/>', 1.3, False), ("<log/>", 1.3, True), ("<log/>", 0.5, False)])
def test_what_is_slow_the_configuration_says(own, threshold, element, seconds, expected):
    threshold(element)
    with locked(own, seconds):
        answer = own.staff.get(LIST)
    assert answer.status == 200
    assert (lines(own, answer)[0] is not None) == expected
