# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A small proxy, for http and SOCKS 5, that leads wherever one wants to go to one port of this machine."""

import socket
import socketserver
import struct
import threading


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.request.recv(1, socket.MSG_PEEK)
        target = self.take_socks() if first == b"\x05" else self.take_connect()
        if target is None:
            return
        self.server.targets.append(target)
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:
            self.connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n" if first != b"\x05" else
                                    b"\x05\x00\x00\x01" + bytes(6))
            back = threading.Thread(target=copy, args=(there, self.connection), daemon=True)
            back.start()
            copy(self.connection, there)
            back.join()

    def take_connect(self):
        method, target, _ = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        return target if method == "CONNECT" else None

    def take_socks(self):
        """RFC 1928, without a password and for host names."""
        self.rfile.read(self.rfile.read(2)[1])
        self.connection.sendall(b"\x05\x00")
        if self.rfile.read(4)[3] != 3:
            return None
        host = self.rfile.read(self.rfile.read(1)[0]).decode()
        return f"{host}:{struct.unpack('>H', self.rfile.read(2))[0]}"


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class TunnelProxy:
    def __init__(self, leads_to):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.leads_to = leads_to
        self.server.targets = []
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def take_targets(self):
        """Where was wanted to since this was asked last."""
        targets, self.server.targets = self.server.targets, []
        return targets
