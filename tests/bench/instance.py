# SPDX-License-Identifier: MPL-2.0
"""instance.py: what is measured: a private instance (nginx/private.sh) whose nginx serves, beside
codev, a plain `return 200` and the trivial FastCGI responder, under the same settings."""
import http.client
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import time
import urllib.parse

import processes

RESPONDER_WORKERS = 8  # as many as codev's in private.sh


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgresql_program(name):
    """PostgreSQL's programs, which Debian keeps out of the PATH; the newest."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
                   key=lambda path: float(path.parts[4]))
    if not found:
        raise RuntimeError(f"{name} is missing: install postgresql-15.")
    return str(found[-1])


class Instance:
    """Use as a context manager: everything is stopped at the end, by process number."""

    def __init__(self, scratch, private, stage, responder):
        self.directory = os.path.join(scratch, "instance")
        self._private, self._stage = private, stage
        self._responder_program = responder
        self._responder_socket = os.path.join(scratch, "responder.sock")
        self._responder = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave half of it running.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if self._responder is not None:
            self._responder.terminate()
            self._responder.wait(timeout=10)
        print(processes.run(["sh", self._private, "stop", self.directory], timeout=90, check=False),
              end="")

    def _start(self):
        processes.run(["sh", self._private, "start", self.directory, "--stage", self._stage],
                      timeout=90)
        env = pathlib.Path(self.directory, "env").read_text()
        settings = dict(word.split("=", 1) for word in shlex.split(env))
        self.codev_url = settings["CODEV_URL"]
        self.token = settings["CODEV_STAFF_TOKEN"]
        # Of two settings of one name the last counts. The role owns the tables.
        self.owner_conninfo = settings["CODEV_DATABASE"] + " user=codev_owner"
        self._responder = subprocess.Popen(
            [self._responder_program, self._responder_socket, str(RESPONDER_WORKERS)],
            stdin=subprocess.DEVNULL, start_new_session=True)
        self.roots = {
            "nginx": self._first_line("nginx/pid"),
            "responder": self._responder.pid,
            "codev": int(settings["CODEV_PID"]),
            "PostgreSQL": self._first_line("postgresql/postmaster.pid"),
        }
        self._add_to_nginx()

    def _first_line(self, name):
        return int(pathlib.Path(self.directory, name).read_text().split("\n")[0])

    def _add_to_nginx(self):
        """A second server in the same nginx: codev's own location with the responder behind it."""
        nginx = pathlib.Path(self.directory, "nginx")
        sockets = pathlib.Path(self.directory, "sockets.path").read_text().strip()
        ours = (nginx / "codev.conf").read_text()
        theirs = ours.replace(f"unix:{sockets}/main.sock", f"unix:{self._responder_socket}")
        if theirs == ours:
            raise RuntimeError("codev.conf of the private instance does not name its socket.")
        (nginx / "responder.conf").write_text(theirs)
        origin = f"127.0.0.1:{_free_port()}"
        whole = (nginx / "nginx.conf").read_text().rstrip()
        (nginx / "nginx.conf").write_text(whole.removesuffix("}") + f"""
    server {{
        listen {origin} backlog=1024;
        location = /plain {{
            return 200 "<answer/>\\n";
        }}
        include "{nginx}/responder.conf";
    }}
}}
""")
        os.kill(self.roots["nginx"], signal.SIGHUP)
        self.plain_url = f"http://{origin}/plain"
        self.responder_url = f"http://{origin}/codev/"
        for url in (self.plain_url, self.responder_url):
            self._wait_until_it_answers(url)
        time.sleep(0.5)  # the old workers of nginx end

    def _wait_until_it_answers(self, url):
        deadline = time.monotonic() + 10
        while True:
            try:
                status, _, _ = self.request("GET", url)
                problem = f"it answers {status}"
            except OSError as error:
                status, problem = 0, str(error)
            if status == 200:
                return
            if time.monotonic() > deadline:
                log = pathlib.Path(self.directory, "log/nginx.log").read_text()[-2000:]
                raise RuntimeError(f"There is no answer from {url}: {problem}\n{log}")
            time.sleep(0.05)

    @staticmethod
    def request(method, url, body=None, headers=None):
        """One request: status, headers, body."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        try:
            connection.request(method, parts.path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def query(self, sql):
        """The first value of what PostgreSQL answers."""
        return processes.run([postgresql_program("psql"), "-X", "-At", "-v", "ON_ERROR_STOP=1",
                              "-c", sql, self.owner_conninfo], timeout=60).strip()

    def log_size(self):
        return os.path.getsize(os.path.join(self.directory, "log/codev.log"))

    def log_lines(self, start, end):
        with open(os.path.join(self.directory, "log/codev.log"), "rb") as log:
            log.seek(start)
            return log.read(end - start).decode(errors="replace").splitlines()
