# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Servers that mean harm: answers that do not end, and that keep whoever reads them busy."""

import socket
import threading
import zlib

import agentcase
import tap
from gi.repository import GLib

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def compress_nothing():
    """The start of a gzip stream from which nothing comes out, and what may follow for ever."""
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(b"") + compressor.flush(zlib.Z_SYNC_FLUSH), b"\0\0\0\xff\xff" * 13000


NOTHING, MORE_NOTHING = compress_nothing()
ENDLESS = {
    "interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2000),
    "leave to go on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "reason": (b"HTTP/1.1 200 ", b"x" * 65000),
    "field": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65000),
    "fields": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10000),
    "body": (HEAD + b"\r\n", b" " * 65000),
    "large chunks": (CHUNKED, b"ffff\r\n" + b" " * 65535 + b"\r\n"),
    "size of a chunk": (CHUNKED, b"0" * 65000),
    "extension of a chunk": (CHUNKED + b"1", b";x" * 30000),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n" * 10000),
    "nothing, compressed": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + NOTHING, MORE_NOTHING),
}


class Endless(agentcase.AgentCase):
    debug = False

    def setUp(self):
        super().setUp()
        self.over = threading.Event()
        self.addCleanup(self.over.set)

    def flood(self, name):
        head, more = ENDLESS[name]

        def write(connection):
            try:
                connection.sendall(head)
                while not self.over.is_set():
                    connection.sendall(more)
            except OSError:
                pass  # the agent has had enough

        return write

    def test_answers(self):
        host = self.add_host()
        host.sign_in()
        token = host.get_token()
        for name in ENDLESS:
            print(f"# {name}", flush=True)
            self.server.faults["token"] = self.flood(name)
            refresh = host.start("Refresh")
            # the agent has time for others
            self.agent_property("Version")
            self.assertRaises(GLib.Error, refresh.wait)
            # and does not take that for the end of the session
            self.assertEqual(host.get_token(), token)


class Https(agentcase.AgentCase):
    def test_no_http_2(self):
        """Where a server reads nothing more, libsoup ends no request of HTTP/2."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host = self.add_host(f"https://127.0.0.1:{listener.getsockname()[1]}")
            sign_in = host.start("SignIn", open_browser=False)
            connection, _ = listener.accept()
            with connection:
                hello = connection.recv(65536)
        self.assertRaises(GLib.Error, sign_in.wait)
        self.assertNotIn(b"\x02h2", hello)


if __name__ == "__main__":
    tap.main()
