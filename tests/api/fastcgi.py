# SPDX-License-Identifier: MPL-2.0
"""fastcgi.py: a FastCGI client (FastCGI 1.0) that can stop in the middle of a request, which nginx
never does."""

import socket
import struct

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
