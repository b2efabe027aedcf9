# SPDX-License-Identifier: MPL-2.0
"""instance.py: a private instance (PostgreSQL, codev, nginx) of one's own, and its processes."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg2
from client import Client
from lxml import etree

SOURCE = Path(__file__).resolve().parents[2]
PRIVATE = Path(os.environ.get("CODEV_PRIVATE") or SOURCE / "nginx" / "private.sh")
PLUGINS = SOURCE / "tests" / "plugins"
WORKERS = 8


def stage():
    return Path(os.environ.get("CODEV_STAGE") or SOURCE / "_stage")


def built_plugins():
    return Path(os.environ.get("CODEV_TEST_PLUGINS") or stage().parent / "tests" / "plugins")


def stage_with(plugins, directory):
    """A copy of the stage, in that directory, with plugins of tests/plugins in it."""
    copy = directory / "stage"
    shutil.copytree(stage(), copy)
    layout = dict(line.split("=", 1) for line in shlex.split((copy / "layout").read_text()))
    library, data = (Path(f"{copy}{layout[name]}") for name in ("pkglibdir", "pkgdatadir"))
    for name in plugins:
        source, built = PLUGINS / name, built_plugins() / name / ".libs" / f"{name}.so"
        assert built.exists(), f"there is no {built}: make stage makes it"
        shutil.copy(built, library)
        shutil.copy(source / f"{name}.xsd", data / "schemas")
        for folder in ("migrations", "pages"):
            shutil.copytree(source / folder, data / name / folder)
    return copy


def wait_until(condition, seconds=10, message="what was waited for did not happen"):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, message
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- processes


def _stat(pid):
    """State, parent; None when there is no such process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])


def alive(pid):
    found = _stat(pid)
    return found is not None and found[0] not in "ZX"


def arguments(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def children(pid):
    """Living children, in the order of their numbers."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return sorted(child for child in pids if (_stat(child) or ("Z", 0))[1] == pid and alive(child))


class Instance:
    """What DIR/env of a private instance tells, or the environment of a running one."""

    def __init__(self, environment):
        self.environment = environment
        self.url = environment["CODEV_URL"]
        self.staff_token = environment["CODEV_STAFF_TOKEN"]
        self.binary = environment["CODEV_BIN"]
        self.config = Path(environment["CODEV_CONFIG"])
        self.pid = int(environment["CODEV_PID"])
        self.database = environment["CODEV_DATABASE"]
        self.directory = self.config.parent

    # ---- callers

    @property
    def visitor(self):
        return Client(self.url)

    @property
    def staff(self):
        return self.visitor.bearer(self.staff_token)

    def token(self, role, organisation="ecole", subject="somebody", **options):
        arguments = {"organisation": organisation, "subject": subject, "role": role, **options}
        words = [word for name, value in arguments.items() for word in (f"--{name}", str(value))]
        return self.codev("token", *words).stdout.strip()

    def as_role(self, role, **options):
        return self.visitor.bearer(self.token(role, **options))

    # ---- the program

    def codev(self, command, *arguments, config=None, check=True, **options):
        words = [self.binary, command, "--config", str(config or self.config), *arguments]
        return subprocess.run(words, check=check, capture_output=True, text=True, timeout=60,
                              **options)

    @property
    def config_root(self):
        return etree.parse(str(self.config)).getroot()

    def setting(self, path):
        return self.config_root.findtext(path, namespaces={"": "urn:codev:config:1"}).strip()

    @property
    def owner_database(self):
        return self.setting("database/owner")

    def run_as_owner(self, sql, *values):
        """A statement of who sees all; its rows."""
        connection = psycopg2.connect(self.owner_database)
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall() if cursor.description else None
        connection.close()
        return rows

    def loaders(self):
        return children(self.pid)

    def workers(self):
        return [worker for loader in self.loaders() for worker in children(loader)]

    # ---- its log

    def logs(self):
        return [path for path in sorted((self.directory / "log").iterdir()) if path.is_file()]

    def log_lines(self, word, seconds=5, name="codev.log"):
        """Lines of codev's log with that word; the first may take a moment."""
        log = self.directory / "log" / name

        def look():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            return [line for line in lines if word in line]

        return wait_until(look, seconds, f"{word} is not in the log")

    def access_lines(self, word):
        """Lines of nginx's access log with that word."""
        return self.log_lines(word, name="access.log")


class PrivateInstance(Instance):
    """An instance that the tests own: they may stop, start and break it. `plugins` are loaded beside
    those that are installed."""

    def __init__(self, directory, plugins=()):
        # The user postgres, whom root hands it to, must find the way to it.
        directory.chmod(0o711)
        self.home = directory / "instance"
        self.stage = stage_with(plugins, directory) if plugins else stage()
        self.start()

    @staticmethod
    def _private(action, *arguments):
        done = subprocess.run(["sh", str(PRIVATE), action, *arguments], capture_output=True,
                              text=True, timeout=120)
        assert done.returncode == 0, f"private.sh {action}: {done.stdout}\n{done.stderr}"

    def start(self):
        assert self.stage.is_dir(), f"there is no {self.stage}: make stage makes it"
        self._private("start", str(self.home), "--port", str(free_port()),
                      "--stage", str(self.stage))
        lines = shlex.split((self.home / "env").read_text())
        super().__init__(dict(line.split("=", 1) for line in lines))
        self._codev, self._postgres = Program(self.pid), Program(self._postgres_pid())

    def stop(self):
        self._private("stop", str(self.home))

    # ---- nginx

    @property
    def socket(self):
        """The pool's socket, which nginx passes requests to."""
        return Path(self.config_root.find("{*}pool").get("socket"))

    def configure_server(self, text):
        """What nginx's server block includes besides; nginx reads it without losing a request."""
        (self.home / "server.conf").write_text(text)
        self.reload_nginx()

    def reload_nginx(self):
        master = int((self.home / "nginx" / "pid").read_text())
        before = set(children(master))
        os.kill(master, signal.SIGHUP)
        wait_until(lambda: children(master) and not before & set(children(master)), 10,
                   "nginx did not take its configuration")

    # ---- single processes: stopped and started again as they were, while the others run on

    def stop_codev(self, how=signal.SIGTERM):
        os.kill(self.pid, how)
        wait_until(lambda: not alive(self.pid), 20, "codev did not stop")

    def start_codev(self, workers=WORKERS, program=None):
        """For private.sh, which stops it in the end, its number stands in a file. Another program than
        the installed one may be started."""
        self.pid = self._codev.start(self.home / "log" / "codev.log", program)
        (self.home / "codev.pid").write_text(f"{self.pid}\n")
        self.wait_until_whole(workers)

    def wait_until_whole(self, workers=WORKERS):
        wait_until(lambda: len(self.workers()) == workers, 10, "there are not all workers")
        wait_until(lambda: self.visitor.get("/health/ready").status == 200, 10, "it is not ready")

    def mend(self):
        """Make it whole after whatever a test did to it."""
        if not alive(self._postgres_pid()):
            self.start_postgres()
        if alive(self.pid):
            try:
                return self.wait_until_whole()
            except AssertionError:
                pass  # a test that failed left something behind
        for process in self.leftovers():
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not self.leftovers(), 10, "a process of codev is left")
        self.start_codev()

    def leftovers(self):
        """Processes of codev, by its configuration in their arguments."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                if alive(pid) and str(self.config) in arguments(pid)]

    def _postgres_pid(self):
        try:
            return int((self.home / "postgresql" / "postmaster.pid").read_text().split("\n")[0])
        except FileNotFoundError:
            return 0

    def stop_postgres(self):
        pid = self._postgres_pid()
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not alive(pid), 20, "PostgreSQL did not stop")

    def start_postgres(self):
        self._postgres.start(self.home / "log" / "postgresql.log")

        def ready():
            try:
                status = (self.home / "postgresql" / "postmaster.pid").read_text().split("\n")[7]
            except (FileNotFoundError, IndexError):
                return False
            return status.strip() == "ready"

        wait_until(ready, 20, "PostgreSQL did not start")


class Program:
    """How a process was started: its arguments, its user, and what it may look through."""

    CAPABILITIES = {1: "dac_override", 2: "dac_read_search"}

    def __init__(self, pid):
        self.command = arguments(pid)
        status = dict(re.findall(r"^(\w+):\s*(\S+)", Path(f"/proc/{pid}/status").read_text(),
                                 re.MULTILINE))
        self.prefix = ["setsid"]
        if int(status["Uid"]) != os.getuid():
            self.prefix += ["setpriv", f"--reuid={status['Uid']}", f"--regid={status['Gid']}",
                            "--init-groups"]
            for bit, name in self.CAPABILITIES.items():
                if int(status["CapAmb"], 16) >> bit & 1:
                    self.prefix += [f"--inh-caps=+{name}", f"--ambient-caps=+{name}"]

    def start(self, log, program=None):
        """Start it again; its number."""
        command = [str(program or self.command[0]), *self.command[1:]]
        with open(log, "ab") as output:
            return subprocess.Popen([*self.prefix, *command], stdin=subprocess.DEVNULL,
                                    stdout=output, stderr=output, cwd="/").pid
