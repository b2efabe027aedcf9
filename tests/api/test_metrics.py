# SPDX-License-Identifier: MPL-2.0
"""GET /metrics: what Prometheus reads, and whether it is true."""

import http.client
import os
import re
import signal
import subprocess
import time
from collections import Counter
from contextlib import closing

import psycopg2
import pytest
from client import BROWSER
from documents import EXAMPLE
from instance import WORKERS, alive, wait_until
from prometheus_client.openmetrics.parser import text_string_to_metric_families

LIST = "/quotes/requests"
OPENMETRICS = "application/openmetrics-text"
# As Prometheus 2.42 asks.
PROMETHEUS = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
              "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")


def read(instance):
    """All samples, {(name, sorted labels): value}, by the parser of Prometheus' own library."""
    answer = instance.visitor.get("/metrics", Accept=OPENMETRICS)
    assert answer.status == 200, answer
    samples = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in samples, f"{key} is told twice"
            samples[key] = sample.value
    return samples


def value(samples, name, **labels):
    """The sum of the samples with these labels among theirs."""
    return sum(number for (found, pairs), number in samples.items()
               if found == name and labels.items() <= dict(pairs).items())


def differences(before, after, name):
    """What has grown, by (plugin, route, method, organisation, status)."""
    grown = {}
    for (found, pairs), number in after.items():
        gain = number - before.get((found, pairs), 0)
        if found == name and gain:
            labels = dict(pairs)
            grown[tuple(labels[key] for key in
                        ("plugin", "route", "method", "organisation", "status"))] = gain
    return grown


# ---- the formats


def promtool(body):
    done = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True,
                          timeout=60)
    assert done.returncode == 0 and not done.stdout and not done.stderr, done


@pytest.mark.parametrize("accept", [None, "*/*", "text/plain", "text/*", BROWSER])
def test_what_curl_gets_passes_promtool(instance, visitor, staff, accept):
    staff.get(LIST)
    visitor.post(LIST, EXAMPLE)
    visitor.get("/nothing")
    answer = visitor.get("/metrics", Accept=accept)
    assert answer.status == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b'status="404"} ' in answer.body
    promtool(answer.body)


@pytest.mark.parametrize("accept", [PROMETHEUS, OPENMETRICS, OPENMETRICS + "; version=1.0.0",
                                    "text/plain;q=0.9," + OPENMETRICS])
def test_what_prometheus_gets_is_openmetrics(instance, visitor, staff, accept):
    staff.get(LIST)
    visitor.get("/nothing")
    answer = visitor.get("/metrics", Accept=accept)
    assert answer.status == 200
    assert answer["Content-Type"] == OPENMETRICS + "; version=1.0.0; charset=utf-8"
    text = answer.body.decode()
    assert text.endswith("\n# EOF\n") and text.count("# EOF") == 1
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {name: family.type for name, family in families.items()} == {
        "codev_build": "info", "codev_pool_start_time_seconds": "gauge", "codev_workers": "gauge",
        "codev_workers_busy": "gauge", "codev_worker_deaths": "counter",
        "codev_database_failures": "counter", "codev_stage_seconds": "counter",
        "codev_requests": "counter", "codev_errors": "counter",
        "codev_request_duration_seconds": "histogram"}
    assert all(family.documentation.endswith(".") for family in families.values())
    assert all(family.samples for family in families.values())


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "application/json",
                                    "text/plain;q=0"])
def test_it_has_no_other_format(visitor, accept):
    assert visitor.get("/metrics", Accept=accept).status == 406


def test_it_is_kept_by_nobody(visitor):
    assert visitor.get("/metrics")["Cache-Control"] == "no-store"


def test_it_is_read_only(visitor):
    assert visitor.post("/metrics", b"").status == 405


# ---- the counts


def known_requests(instance):
    """Requests, each with the status it is to have and how it is to be counted."""
    visitor, staff = instance.visitor, instance.staff
    created = visitor.post(LIST, EXAMPLE)
    participant = instance.as_role("participant")
    return [
        (created, 201, ("quotes", "/requests", "POST", "-")),
        (staff.get(LIST), 200, ("quotes", "/requests", "GET", "ecole")),
        (staff.get(LIST), 200, ("quotes", "/requests", "GET", "ecole")),
        (staff.request("HEAD", created["Location"]), 200,
         ("quotes", "/requests/{id}", "GET", "ecole")),
        (visitor.get(LIST), 401, ("quotes", "/requests", "GET", "-")),
        (participant.get(LIST), 403, ("quotes", "/requests", "GET", "ecole")),
        (visitor.get("/nothing/at/all"), 404, ("core", "none", "any", "-")),
        (visitor.request("BREW", LIST), 405, ("core", "none", "any", "-")),
        (visitor.post(LIST, "<quote-request xmlns='urn:codev:quotes:1'/>"), 422,
         ("quotes", "/requests", "POST", "-")),
    ]


def test_known_requests_are_counted_once_each(own):
    before = read(own)
    expected = Counter()
    for answer, status, labels in known_requests(own):
        assert answer.status == status
        expected[labels + (str(status),)] += 1
    after = read(own)
    grown = differences(before, after, "codev_requests_total")
    assert grown.pop(("core", "/metrics", "GET", "-", "200")) == 1, "the look before"
    assert grown == expected
    count, seconds = (value(after, "codev_request_duration_seconds_" + suffix, plugin="quotes",
                            route="/requests", method="POST", organisation="-")
                      for suffix in ("count", "sum"))
    assert count == 2 and 0 < seconds < 10
    stages = {dict(labels)["stage"]: number for (name, labels), number in after.items()
              if name == "codev_stage_seconds_total"}
    assert set(stages) == {"route", "identify", "negotiate", "body", "handle", "answer"}
    assert 0 < stages["handle"] < 10


def test_the_histogram_counts_each_request_in_its_bucket(own):
    own.staff.get(LIST)
    samples = read(own)
    labels = {"plugin": "quotes", "route": "/requests", "method": "GET", "organisation": "ecole"}
    buckets = {dict(pairs)["le"]: number for (name, pairs), number in samples.items()
               if name == "codev_request_duration_seconds_bucket" and
               labels.items() <= dict(pairs).items()}
    bounds = sorted(buckets, key=float)
    assert bounds == ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
                      "1.0", "2.5", "5.0", "10.0", "+Inf"]
    counts = [buckets[bound] for bound in bounds]
    assert counts == sorted(counts)
    assert counts[-1] == value(samples, "codev_request_duration_seconds_count", **labels)
    assert counts[-1] == value(samples, "codev_requests_total", **labels)


def test_an_unknown_path_makes_no_series(own):
    before = read(own)
    for number in range(20):
        own.visitor.get(f"/nothing/{number}")
        own.visitor.request("METHOD" + "S" * number, "/")
        own.staff.get(f"{LIST}/00000000-0000-7000-8000-{number:012}")
    after = read(own)
    routes = {(labels["plugin"], labels["route"]) for labels in
              (dict(pairs) for _, pairs in after) if "route" in labels}
    assert ("core", "none") in routes and ("quotes", "/requests/{id}") in routes
    assert not [route for _, route in routes if re.search("[0-9]|nothing|METHOD", route)]
    assert value(after, "codev_requests_total", route="none") - value(
        before, "codev_requests_total", route="none") == 40


def test_the_pool_is_told(own):
    samples = read(own)
    assert value(samples, "codev_workers", pool="main") == WORKERS
    assert 1 <= value(samples, "codev_workers_busy", pool="main") <= WORKERS
    start = value(samples, "codev_pool_start_time_seconds", pool="main")
    assert time.time() - 900 < start < time.time()
    (version,) = [dict(labels)["version"] for name, labels in samples if name == "codev_build_info"]
    assert f"codev {version}\n" == subprocess.run([own.binary, "--version"], capture_output=True,
                                                  text=True).stdout


def test_what_dead_workers_counted_stays(whole):
    assert whole.visitor.post(LIST, EXAMPLE).status == 201
    whole.visitor.get("/nothing")
    before = read(whole)
    time.sleep(1.1)  # one that dies as soon as it has begun is waited for
    for worker in whole.workers():
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not alive(worker))
    whole.wait_until_whole()
    assert whole.visitor.get("/nothing").status == 404
    after = read(whole)
    grown = differences(before, after, "codev_requests_total")
    assert grown.pop(("core", "none", "any", "-", "404")) == 1
    assert {route for _, route, *_ in grown} == {"/metrics", "/health/ready"}
    deaths = [value(samples, "codev_worker_deaths_total") for samples in (before, after)]
    assert deaths[1] - deaths[0] == WORKERS
    wait_until(lambda: value(read(whole), "codev_workers_busy") == 1, 5, "the dead seem busy")
    assert not [key for key in before if key not in after]


def test_without_its_database_failures_are_counted(whole):
    whole.staff.get(LIST)
    before = read(whole)
    whole.stop_postgres()
    try:
        statuses = [whole.staff.get(LIST).status, whole.visitor.post(LIST, EXAMPLE).status,
                    whole.visitor.get("/health/ready").status]
        after = read(whole)
        promtool(whole.visitor.get("/metrics").body)
    finally:
        whole.start_postgres()
    assert statuses == [503, 503, 503]
    for labels in ({"method": "GET", "organisation": "ecole"},
                   {"method": "POST", "organisation": "-"}):
        counts = [value(samples, "codev_requests_total", route="/requests", status="503", **labels)
                  for samples in (before, after)]
        assert counts[1] - counts[0] == 1
    assert value(after, "codev_errors_total") - value(before, "codev_errors_total") == 3
    failures = [value(samples, "codev_database_failures_total", kind="unavailable")
                for samples in (before, after)]
    assert failures[1] - failures[0] == 3


def test_a_client_that_goes_away_is_no_error(own):
    own.visitor.post(LIST, EXAMPLE)
    before = read(own)
    with closing(psycopg2.connect(own.owner_database)) as connection:
        connection.cursor().execute("LOCK TABLE quotes.request IN ACCESS EXCLUSIVE MODE")
        client = http.client.HTTPConnection(own.visitor.base.hostname, own.visitor.base.port)
        client.request("POST", own.visitor.base.path + LIST, EXAMPLE.encode(),
                       {"Content-Type": "application/xml"})
        wait_until(lambda: value(read(own), "codev_workers_busy") == 2, 5)
        time.sleep(0.2)  # until it waits for the lock
        client.close()
        wait_until(lambda: value(read(own), "codev_workers_busy") == 1, 5)
        connection.rollback()
    after = read(own)
    grown = differences(before, after, "codev_requests_total")
    del grown["core", "/metrics", "GET", "-", "200"]
    assert grown == {("quotes", "/requests", "POST", "-", "499"): 1}
    for name in ("codev_errors_total", "codev_database_failures_total"):
        assert value(after, name) == value(before, name)
    (line,) = [line for line in own.log_lines("event=request ") if " status=499 " in line]
    assert "method=POST plugin=quotes route=/requests" in line
