# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A proxy in front of a web server that spoils what the test tells it to, at the stage it tells.

    proxy = FaultProxy(server.url, "/auth/v2/token")
    proxy.spoil("answer cut in its body")  # the next post there, and no other
"""

import http.client
import random
import socket
import struct
import threading
import time
import urllib.parse

# The request never comes to the server.
BEFORE = (
    "connection refused",
    "connection dropped",
    "request cut",
    "502 instead of the request",
    "429 instead of the request",
    "sign-in page of a network",
    "redirect of a network",
)
# The server has done its work, and what it says is lost.
AFTER = (
    "answer dropped",
    "answer cut in its header",
    "answer cut in its body",
    "502 instead of the answer",
)
# Nothing is lost.
LATE = ("late request", "late answer")
# Until the test releases it.
HELD = "held answer"


def make_answer(status, content_type, body, headers=()):
    lines = [f"HTTP/1.1 {status} {http.client.responses[status]}", f"Content-Type: {content_type}",
             f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


SPOILED = {
    "502 instead of the request": make_answer(502, "text/html", b"<title>502 Bad Gateway</title>"),
    "502 instead of the answer": make_answer(502, "text/html", b"<title>502 Bad Gateway</title>"),
    "429 instead of the request": make_answer(429, "text/plain", b"slow down", ["Retry-After: 30"]),
    "sign-in page of a network": make_answer(200, "text/html", b"<title>Welcome to our network</title>"),
    "redirect of a network": make_answer(302, "text/html", b"", ["Location: /sign-in-page"]),
}


class Request:
    """A request as it came over a connection, to the last byte."""

    def __init__(self, reader):
        self.method, self.path, _ = reader.readline().decode().split()
        self.headers = http.client.parse_headers(reader)
        self.body = reader.read(int(self.headers.get("Content-Length") or 0))


class FaultProxy:
    def __init__(self, target, path, seed=0):
        """@path: posts to it are spoiled and counted."""
        self.target = urllib.parse.urlsplit(target)
        self.path = path
        self.random = random.Random(seed)
        self.fault = None
        self.posts = 0
        self.held = False  # an answer of the server is here and waits
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.port = 0
        self.listener = None
        self.listen()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self):
        """Refuses connections from now on."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def spoil(self, fault):
        with self.lock:
            self.fault = fault
        if fault == "connection refused":
            self.close()

    def heal(self):
        """What was not spoiled by now is left alone."""
        with self.lock:
            fault, self.fault = self.fault, None
        if fault == "connection refused":
            self.listen()

    def take(self, *faults):
        """The fault that is due, if it is one of these; it is over then."""
        with self.lock:
            fault = self.fault if self.fault in faults else None
            if fault is not None:
                self.fault = None
        return fault

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                if self.take("connection dropped"):
                    self.reset(connection)
                else:
                    self.pass_on(connection)
            except (OSError, ValueError, http.client.HTTPException):
                pass  # who asked has gone, or the server has

    def reset(self, connection):
        """Ends it as a machine does that has lost it."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def pass_on(self, connection):
        reader = connection.makefile("rb")
        with self.lock:
            cut = self.fault == "request cut"
        if cut and self.take("request cut"):
            reader.read(self.random.randrange(1, 100))
            self.reset(connection)
            return
        request = Request(reader)
        if request.method != "POST" or request.path != self.path:
            connection.sendall(self.ask(request))
            return

        self.posts += 1
        fault = self.take(*BEFORE, *AFTER, *LATE, HELD)
        if fault == "late request":
            time.sleep(self.random.uniform(0.01, 0.1))
        answer = SPOILED[fault] if fault in BEFORE else self.ask(request)
        if fault == "late answer":
            time.sleep(self.random.uniform(0.01, 0.1))
        if fault == HELD:
            self.held = True
            self.released.wait(60)
        self.send(connection, answer, fault)

    def send(self, connection, answer, fault):
        header = answer.index(b"\r\n\r\n") + 4
        if fault == "answer dropped":
            self.reset(connection)
        elif fault == "answer cut in its header":
            connection.sendall(answer[:self.random.randrange(1, header)])
        elif fault == "answer cut in its body":
            connection.sendall(answer[:self.random.randrange(header, len(answer))])
        else:
            connection.sendall(SPOILED.get(fault, answer))

    def ask(self, request):
        """What the server answers."""
        server = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=20)
        try:
            headers = {name: value for name, value in request.headers.items()
                       if name.lower() not in ("connection", "content-length")}
            server.request(request.method, request.path, request.body or None, headers)
            answer = server.getresponse()
            body = answer.read()
            kept = [f"{name}: {value}" for name, value in answer.getheaders()
                    if name.lower() not in ("connection", "content-length", "content-type", "transfer-encoding")]
            return make_answer(answer.status, answer.headers.get("Content-Type", "text/plain"), body, kept)
        finally:
            server.close()
