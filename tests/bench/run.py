# SPDX-License-Identifier: MPL-2.0
"""run.py: measures codev beside the least that nginx, libfcgi and PostgreSQL themselves need.

README.md says what is measured and how to read it. BENCH_ROUNDS and BENCH_SECONDS change how often
and how long. A slow machine is no error: the status is 1 only when something failed or answered
with errors.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import signal
import sys
import tempfile
import time

import processes
from hostile import print_hostile
from instance import Instance, postgresql_program
from report import print_report

HERE = pathlib.Path(__file__).resolve().parent
THREADS, CONNECTIONS = 2, 16
WARM_UP_SECONDS = 1

FIELDS = {
    "organisation": "Aciers du Midi",
    "siren": "123456782",
    "given_name": "Hélène",
    "family_name": "Brûlé",
    "email": "helene.brule@aciers.example",
    "phone": "+33498016050",
    "position": "DRH",
    "audience": "proximity-managers",
    "objective": "talent-strategy",
    "participants": "14",
    "sessions": "8",
    "modality": "remote",
    "starting_from": "2027-01-11",
    "message": "Deux groupes, de préférence le mardi. "
               + "Nos équipes se connaissent peu et travaillent sur trois sites. " * 12,
    "consent_text": "2026-11",
}
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<quote-request xmlns="urn:codev:quotes:1">
  <organisation><name>{organisation}</name><siren>{siren}</siren></organisation>
  <contact>
    <given-name>{given_name}</given-name>
    <family-name>{family_name}</family-name>
    <email>{email}</email>
    <phone>{phone}</phone>
    <position>{position}</position>
  </contact>
  <need>
    <audience>{audience}</audience>
    <objective>{objective}</objective>
    <participants>{participants}</participants>
    <sessions>{sessions}</sessions>
    <modality>{modality}</modality>
    <starting-from>{starting_from}</starting-from>
    <message>{message}</message>
  </need>
  <consent text-version="{consent_text}" accepted="true"/>
</quote-request>
""".format(**FIELDS).encode()


class Measure:
    """One thing under load, and its figures round by round."""

    def __init__(self, key, title, load, group=None, rows=False):
        self.key, self.title, self.group = key, title, group
        self._load, self._rows = load, rows
        self.rates, self.p50, self.p99, self.requests = [], [], [], 0
        self.cpu, self.others, self.log_ranges, self.faults = {}, [], [], []

    def warm_up(self):
        self._load(WARM_UP_SECONDS)

    def round(self, instance, seconds):
        rows = self._count_rows(instance)
        log = instance.log_size()
        before, started = _cpu_seconds(instance), time.monotonic()
        figures = self._load(seconds)
        elapsed, after = time.monotonic() - started, _cpu_seconds(instance)
        self.log_ranges.append((log, instance.log_size()))
        used = {name: after[name] - before[name] for name in after}
        others = used.pop("machine") - sum(used.values())
        self.others.append(max(0, others) / elapsed / os.cpu_count())
        for name, value in used.items():
            self.cpu[name] = self.cpu.get(name, 0) + value
        self.requests += figures["requests"]
        self.rates.append(figures["requests"] / figures["seconds"])
        for name in ("p50", "p99"):
            if name in figures:
                getattr(self, name).append(figures[name] / 1000)
        self._check(figures, self._count_rows(instance) - rows)

    def _count_rows(self, instance):
        return int(instance.query("SELECT count(*) FROM quotes.request")) if self._rows else 0

    def _check(self, figures, stored):
        wrong = {name: figures[name]
                 for name in ("connect", "read", "write", "timeout", "status", "failed")
                 if figures.get(name)}
        if wrong:
            self.faults.append(f"{self.title}: errors: {wrong}")
        if figures["requests"] == 0:
            self.faults.append(f"{self.title}: nothing was answered")
        # What is still on its way at the end is stored, and not counted by the client.
        if self._rows and not 0 <= stored - figures["requests"] <= CONNECTIONS:
            self.faults.append(f"{self.title}: {figures['requests']} were acknowledged, "
                               f"{stored} are stored")


def _cpu_seconds(instance):
    """CPU-seconds so far: of the instance's groups, of the loads that ended, of all together."""
    loads = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**processes.cpu_seconds(instance.roots), "load": loads.ru_utime + loads.ru_stime,
            "machine": processes.machine_seconds()}


def wrk(url, method="GET", body=None, headers=()):
    """A load of HTTP requests, as a function of its seconds."""
    arguments = [method] if body is None else [method, body, "application/xml"]

    def load(seconds):
        output = processes.run(
            ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s",
             "-s", str(HERE / "wrk.lua"), *(word for header in headers for word in ("-H", header)),
             url, "--", *arguments], timeout=seconds + 60)
        return json.loads(output.strip().splitlines()[-1])

    return load


def pgbench(instance, script, variables):
    """A load of one statement, prepared, with as many clients; as a function of its seconds."""
    environment = dict(os.environ, PGOPTIONS="-c search_path=pg_catalog -c jit=off")

    def load(seconds):
        output = processes.run(
            [postgresql_program("pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS),
             "-j", str(THREADS), "-T", str(seconds), "-f", str(HERE / script),
             *(word for name, value in variables.items() for word in ("-D", f"{name}={value}")),
             instance.owner_conninfo], timeout=seconds + 60, env=environment)
        done = int(re.search(r"actually processed: (\d+)", output)[1])
        rate = float(re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)[1])
        failed = int(re.search(r"failed transactions: (\d+)", output)[1])
        return {"requests": done, "seconds": done / rate if rate else seconds, "failed": failed}

    return load


def store_one(instance):
    """POST one request and read it back; its id."""
    url = instance.codev_url + "/quotes/requests"
    status, headers, body = instance.request("POST", url, DOCUMENT,
                                             {"Content-Type": "application/xml"})
    if status != 201:
        raise RuntimeError(f"POST {url} answers {status}: {body.decode(errors='replace')}")
    number = headers["Location"].rsplit("/", 1)[1]
    status, _, body = instance.request("GET", f"{url}/{number}", headers=authorised(instance))
    if status != 200 or FIELDS["message"].strip() not in body.decode():
        raise RuntimeError(f"GET {url}/{number} answers {status}: {body.decode(errors='replace')}")
    return number


def authorised(instance):
    return {"Authorization": f"Bearer {instance.token}", "Accept": "application/xml"}


def measures(instance, body):
    number = store_one(instance)
    requests = instance.codev_url + "/quotes/requests"
    headers = [f"{name}: {value}" for name, value in authorised(instance).items()]
    row = dict(FIELDS, audience="{%(audience)s}" % FIELDS, objective="{%(objective)s}" % FIELDS)
    return [
        Measure("a", "nginx, return 200", wrk(instance.plain_url)),
        Measure("b", "trivial responder", wrk(instance.responder_url), group="responder"),
        Measure("c", "codev, GET by id", wrk(f"{requests}/{number}", headers=headers),
                group="codev"),
        Measure("s", "pgbench, same SELECT", pgbench(instance, "select.sql", {"id": number})),
        Measure("d", "codev, POST", wrk(requests, "POST", body, ["Accept: application/xml"]),
                group="codev", rows=True),
        Measure("i", "pgbench, same INSERT", pgbench(instance, "insert.sql", row), rows=True),
    ]


def check_durability(instance):
    settings = [instance.query(f"SHOW {name}")
                for name in ("fsync", "synchronous_commit", "full_page_writes")]
    return [] if settings == ["on"] * 3 else [f"PostgreSQL writes without being sure: {settings}"]


def describe(instance, rounds, seconds):
    """What the figures were had on."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    disk = processes.run(["findmnt", "-n", "-o", "FSTYPE", "-T", instance.directory], 10).strip()
    return (f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, "
            f"Linux {platform.release()}, data on {disk}, load average {os.getloadavg()[0]:.1f}\n"
            f"{CONNECTIONS} connections, {rounds} alternating rounds of {seconds} s each; "
            f"a body of {len(DOCUMENT)} bytes; fsync is on")


def bench(arguments, scratch, rounds, seconds):
    body = os.path.join(scratch, "body.xml")
    pathlib.Path(body).write_bytes(DOCUMENT)
    print("Starting a private instance", flush=True)
    with Instance(scratch, arguments.private, arguments.stage, arguments.responder) as instance:
        title = describe(instance, rounds, seconds)
        faults = check_durability(instance)
        all_measures = measures(instance, body)
        for measure in all_measures:
            measure.warm_up()
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds}", flush=True)
            for measure in all_measures:
                measure.round(instance, seconds)
        memory = [processes.private_bytes(pid)
                  for pid in processes.leaves(instance.roots["codev"])]
        print_report(title, instance, {measure.key: measure for measure in all_measures}, memory)
        print_hostile(instance, DOCUMENT)
        return faults + [fault for measure in all_measures for fault in measure.faults]


def number_from_environment(name, default):
    text = os.environ.get(name, str(default))
    if not text.isdigit() or int(text) == 0:
        sys.exit(f"run.py: {name} takes a number from 1 on, not {text!r}.")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, what in (("private", "nginx/private.sh"), ("stage", "where codev is installed"),
                       ("responder", "the program made of responder.c")):
        parser.add_argument("--" + name, required=True, type=os.path.abspath, help=what)
    arguments = parser.parse_args()
    rounds = number_from_environment("BENCH_ROUNDS", 5)
    seconds = number_from_environment("BENCH_SECONDS", 2)
    if shutil.which("wrk") is None:
        sys.exit("run.py: wrk is missing: install wrk.")
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # the caller's own database is not meant
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scratch = tempfile.mkdtemp(prefix="codev-bench.")
    os.chmod(scratch, 0o711)  # as root, PostgreSQL and nginx run as another user
    try:
        faults = bench(arguments, scratch, rounds, seconds)
    except (RuntimeError, OSError) as error:
        faults = [str(error)]
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(scratch)
    for fault in faults:
        print(f"run.py: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
