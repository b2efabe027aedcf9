# SPDX-License-Identifier: MPL-2.0
"""wire.py: a connection to nginx on which a test sends the very bytes that it means, be they HTTP
or not."""

import http.client
import socket

from client import Answer


class _Shared:
    """What the answers of one connection are read from: the end of one is not the end of all."""

    def __init__(self, file):
        self.file = file

    def __getattr__(self, name):
        return getattr(self.file, name)

    def makefile(self, _mode):
        return self

    def close(self):
        pass


class Wire:
    def __init__(self, address, source="127.0.0.1"):
        """To a host and port, from another address of this machine; or to a unix socket's path."""
        if isinstance(address, tuple):
            self.socket = socket.create_connection(address, 20, (source, 0))
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(20)
            self.socket.connect(str(address))
        self.file = self.socket.makefile("rb")

    @classmethod
    def to(cls, client, source="127.0.0.1"):
        return cls((client.base.hostname, client.base.port), source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, *pieces):
        data = b"".join(piece.encode("latin-1") if isinstance(piece, str) else piece
                        for piece in pieces)
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent; the answer tells
        return self

    def line(self):
        return self.file.readline().rstrip(b"\r\n")

    def answer(self, method="GET", sent_id=None):
        """The next answer, with all that it must be."""
        response = http.client.HTTPResponse(_Shared(self.file), method=method)
        response.begin()
        return Answer(response, response.read(), sent_id)

    def rest(self):
        """What else comes until nginx closes the connection, when nothing is sent any more."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            return self.file.read()
        except OSError:
            return b""


def head(client, line, *headers, host=None):
    """A request's whole head: the request line, with MOUNT for the mount point, and headers."""
    lines = [line.replace("MOUNT", client.base.path), f"Host: {host or client.base.netloc}",
             *headers]
    return "\r\n".join(lines) + "\r\n\r\n"
