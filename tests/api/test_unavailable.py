# SPDX-License-Identifier: MPL-2.0
"""What nginx says by itself while codev is down."""

import pytest
from client import BROWSER, FORM

LIST = "/quotes/requests"


@pytest.fixture(scope="module")
def stopped(spare):
    spare.mend()
    spare.stop_codev()
    yield spare
    spare.mend()


@pytest.mark.parametrize("path", ["/quotes/form", LIST, "/", "/health/ready"])
def test_while_codev_is_down_nginx_says_unavailable(stopped, path):
    answer = stopped.visitor.get(path)
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert answer["Cache-Control"] == "no-store"


def test_while_codev_is_down_browsers_get_a_page(stopped):
    for answer in (stopped.visitor.get("/quotes/form", Accept=BROWSER),
                   stopped.visitor.post(LIST, "a=b", Content_Type=FORM, Accept=BROWSER)):
        assert (answer.status, answer.media_type) == (503, "text/html")
        assert answer.page.get("lang") == "fr"
        assert "indisponible" in answer.page_text()
        assert answer.body.startswith(b"<!DOCTYPE html>")


def test_while_codev_is_down_the_including_page_stays_whole(stopped):
    """The fragment that a website includes is a sentence, and not a second page in the page."""
    answer = stopped.visitor.get("/quotes/form?fragment=1", Accept=BROWSER)
    assert answer.media_type == "text/html"
    assert b"<html" not in answer.body
    assert "indisponible" in answer.body.decode()


def test_while_codev_is_down_the_stylesheet_is_there(stopped):
    assert stopped.visitor.get("/assets/core/codev.css").status == 200
