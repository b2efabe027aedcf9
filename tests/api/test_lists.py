# SPDX-License-Identifier: MPL-2.0
"""Lists come in pages, newest first, and a page stays where it was while others are added."""

import re

import pytest
from client import BROWSER, QUOTES
from documents import EXAMPLE

LIST = "/quotes/requests"


@pytest.fixture(scope="module")
def references(own):
    """Seven requests, the newest first."""
    made = [own.visitor.post(LIST, EXAMPLE).root.get("reference") for _ in range(7)]
    return made[::-1]


def page(client, path):
    answer = client.get(path)
    assert answer.status == 200, answer
    found = [item.get("reference") for item in answer.root.findall(f"{{{QUOTES}}}quote-request")]
    link = answer["Link"]
    following = None
    if link:
        following = re.fullmatch(r'<(/codev/quotes/requests\?[^>]+)>; rel="next"', link)[1]
    return found, following


def test_following_the_links_shows_each_once(own, references):
    found, path = [], f"{LIST}?limit=3"
    sizes = []
    while path:
        items, path = page(own.staff, path)
        sizes.append(len(items))
        found += items
    assert sizes == [3, 3, 1]
    assert found == references


def test_an_exact_page_is_the_last(own, references):
    items, following = page(own.staff, f"{LIST}?limit=7")
    assert items == references
    assert following is None


def test_what_is_added_meanwhile_moves_no_page(own, references):
    _, path = page(own.staff, f"{LIST}?limit=3")
    own.visitor.post(LIST, EXAMPLE)
    items, _ = page(own.staff, path)
    assert items == references[3:6]


def test_filters_narrow_and_stay_in_the_link(own, references):
    _, path = page(own.staff, f"{LIST}?status=received&limit=2")
    assert "status=received" in path
    assert page(own.staff, f"{LIST}?status=closed")[0] == []


@pytest.mark.parametrize("query, paths", [
    ("limit=0", ["?limit"]),
    ("limit=201", ["?limit"]),
    ("limit=-1", ["?limit"]),
    ("limit=1e2", ["?limit"]),
    ("limit=", ["?limit"]),
    ("status=open", ["?status"]),
    ("status=", ["?status"]),
    ("status=received%20quoted", ["?status"]),
    ("after=1", ["?after"]),
    ("after=", ["?after"]),
    ("colour=red", ["?"]),
    ("limit=5&limit=6", ["?"]),
    ("limit=0&status=open&after=x&colour=red", ["?limit", "?status", "?after", "?"]),
])
def test_what_a_list_does_not_take_is_told(staff, query, paths):
    answer = staff.get(f"{LIST}?{query}")
    assert (answer.status, answer.problem) == (400, "invalid-query")
    assert [fault.path for fault in answer.faults] == paths


@pytest.mark.parametrize("query", ["limit=1", "limit=200", "status=quoted",
                                   "after=019ab0c2-7e1f-7b3a-8c4d-0123456789ab"])
def test_what_a_list_takes(staff, query):
    assert staff.get(f"{LIST}?{query}").status == 200


def test_a_page_for_people_is_as_long(own, references):
    answer = own.staff.get(f"{LIST}?limit=3", Accept=BROWSER)
    links = {href for href in answer.page.xpath("//a/@href")
             if re.search("/quotes/requests/[0-9a-f-]{36}$", href)}
    assert len(links) == 3


def test_people_are_told_of_a_wrong_parameter_by_a_page(staff):
    answer = staff.get(f"{LIST}?limit=0", Accept=BROWSER)
    assert (answer.status, answer.media_type) == (400, "text/html")


def test_the_broken_escape_is_400(staff):
    assert staff.get(f"{LIST}?status=%zz").status == 400
