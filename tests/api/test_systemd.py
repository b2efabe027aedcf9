# SPDX-License-Identifier: MPL-2.0
"""What systemd is told, and the unit file that is installed for it."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from instance import alive, stage, wait_until


@pytest.fixture
def unit(tmp_path):
    """The unit file, with the programs where they are."""
    (found,) = stage().rglob("codev.service")
    text = found.read_text()
    (binary,) = stage().rglob("sbin/codev")
    program = text.split("ExecStart=")[1].split(" ")[0]
    copy = tmp_path / "codev.service"
    copy.write_text(text.replace(program, str(binary)).replace("User=codev", "User=root")
                    .replace("Group=codev", "Group=root"))
    return copy


def test_the_unit_file_is_sound(unit):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True,
                          text=True, timeout=60)
    about = [line for line in done.stderr.splitlines() if "codev.service" in line]
    assert (done.returncode, about) == (0, []), done.stderr


def test_the_unit_file_exposes_little(unit):
    """At most 1.5 of 10, by systemd-analyze's own reckoning."""
    kept = unit.read_text().replace("User=root", "User=codev").replace("Group=root", "Group=codev")
    unit.write_text(kept)
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15",
                           "--no-pager", str(unit)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15",
                           "--no-pager", str(unit)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0, "the threshold is one"


@contextmanager
def listening(whole, monkeypatch, path, **environment):
    """codev started as by systemd; yields what it has said so far."""
    whole.stop_codev()
    said = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        os.chmod(path, 0o777)
        systemd.setblocking(False)

        def heard():
            try:
                while True:
                    said.append(systemd.recv(4096).decode())
            except BlockingIOError:
                return said

        for name, value in {"NOTIFY_SOCKET": path, **environment}.items():
            monkeypatch.setenv(name, value)
        whole.start_codev()
        monkeypatch.undo()
        try:
            yield heard
        finally:
            if alive(whole.pid):
                whole.stop_codev()
            whole.start_codev()


@pytest.fixture
def path(whole):
    """Where codev's own user may write, and short enough for a socket."""
    found = Path(f"/tmp/codev-notify-{os.getpid()}")
    yield str(found)
    found.unlink(missing_ok=True)


def test_systemd_is_told_of_starts_reloads_and_stops(whole, monkeypatch, path):
    with listening(whole, monkeypatch, path) as heard:
        wait_until(lambda: "READY=1" in heard(), 10)
        assert whole.codev("reload").returncode == 0
        wait_until(lambda: heard().count("READY=1") == 2, 10)
        (reloading,) = [text for text in heard() if text.startswith("RELOADING=1\nMONOTONIC_USEC=")]
        moment = int(reloading.split("=")[2])
        assert 0 < time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6 - moment < 30e6
        assert heard().index(reloading) < len(heard()) - 1 - heard()[::-1].index("READY=1")
        os.kill(whole.pid, signal.SIGTERM)
        wait_until(lambda: "STOPPING=1" in heard(), 10)


def test_a_reload_that_fails_is_over_as_well(whole, monkeypatch, path):
    with listening(whole, monkeypatch, path) as heard:
        wait_until(lambda: "READY=1" in heard(), 10)
        kept = whole.config.read_text()
        whole.config.write_text("<broken")
        try:
            os.kill(whole.pid, signal.SIGHUP)
            wait_until(lambda: heard().count("READY=1") == 2, 10)
        finally:
            whole.config.write_text(kept)


def test_the_watchdog_is_fed(whole, monkeypatch, path):
    with listening(whole, monkeypatch, path, WATCHDOG_USEC="900000") as heard:
        wait_until(lambda: heard().count("WATCHDOG=1") >= 3, 10)
