# SPDX-License-Identifier: MPL-2.0
"""fastcgi.py: a FastCGI client (FastCGI 1.0) that can stop in the middle of a request, which nginx
never does; and a relay that looks at what nginx tells codev."""

import socket
import struct
import threading
from pathlib import Path

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content=b""):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    name, value = name.encode(), value.encode()
    return struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value


def request(body, **parameters):
    """The bytes of a request before its body, and those of the body."""
    parameters = {"SCRIPT_NAME": "/codev", "REQUEST_ID": "0" * 32,
                  "CONTENT_LENGTH": str(len(body)), **parameters}
    pairs = b"".join(pair(name, value) for name, value in parameters.items())
    head = record(BEGIN, struct.pack("!HB5x", 1, 0)) + record(PARAMS, pairs) + record(PARAMS)
    return head, (record(STDIN, body) if body else b"") + record(STDIN)


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(path))
    return connection


def answer(connection):
    """Status and body of the answer; the status is 0 when the connection ends before its end."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    output, ended, at = b"", False, 0
    while at + 8 <= len(received):
        kind, length, padding = struct.unpack_from("!xBxxHBx", received, at)
        if kind == STDOUT:
            output += received[at + 8 : at + 8 + length]
        ended = ended or kind == END
        at += 8 + length + padding
    head, _, body = output.partition(b"\r\n\r\n")
    if not ended or not head.startswith(b"Status: "):
        return 0, output
    return int(head.split()[1]), body


def _read_record(file):
    """A record's kind, content and bytes; kind 0 at the end."""
    head = file.read(8)
    if len(head) < 8:
        return 0, b"", head
    kind, length, padding = struct.unpack("!xBxxHBx", head)
    content = file.read(length)
    return kind, content, head + content + file.read(padding)


def _length(data, at):
    """A name's or value's length, and where the next begins (FastCGI 1.0 section 3.4)."""
    if data[at] < 128:
        return data[at], at + 1
    return struct.unpack_from("!I", data, at)[0] & 0x7FFFFFFF, at + 4


def _pairs(data):
    at, found = 0, []
    while at < len(data):
        name, at = _length(data, at)
        value, at = _length(data, at)
        found.append((data[at : at + name].decode("latin-1"),
                      data[at + name : at + name + value].decode("latin-1")))
        at += name + value
    return found


class Relay:
    """Stands between nginx and codev's socket, passes all on, and keeps the variables and the body
    of each request."""

    def __init__(self, path):
        self.path = Path(path)
        self.behind = self.path.with_name("behind.sock")
        self.seen = []

    def __enter__(self):
        self.path.rename(self.behind)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.path.chmod(0o666)  # nginx may be another user
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.behind.rename(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self.thread.join()
        self.listener.close()

    @property
    def last(self):
        """The variables of the last request; only what is a header's can have come twice."""
        found, _ = self.seen[-1]
        names = [name for name, _ in found if not name.startswith("HTTP_")] + ["HTTP_HOST"]
        assert len(set(names)) == len(names), names
        return dict(found)

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                self._pass_on(connection)

    def _pass_on(self, connection):
        whole = variables = body = b""
        kind, content = BEGIN, b"-"
        with connection.makefile("rb") as file:
            while kind and not (kind == STDIN and not content):
                kind, content, data = _read_record(file)
                whole += data
                variables += content if kind == PARAMS else b""
                body += content if kind == STDIN else b""
        self.seen.append((_pairs(variables), body))
        with connect(self.behind) as other:
            other.sendall(whole)
            while data := other.recv(65536):
                connection.sendall(data)
