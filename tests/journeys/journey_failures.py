# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Hosts that cannot be signed in to, each with the sentence that its row shows."""

import http.server
import json
import ssl
import subprocess
import threading

import keyfob
import tap
from gi.repository import GLib
from journey import Journey

ANSWERS = {
    "/html": (502, "text/html", "<!DOCTYPE html><title>Bad gateway</title><h1>The gate is shut</h1>"),
    "/json": (500, "application/json", json.dumps({"detail": "The user database is asleep"})),
    "/empty": (404, "application/json", json.dumps({"detail": "Not Found"})),
}


class BadServer(http.server.BaseHTTPRequestHandler):
    """Answers by the first part of the path, and never well."""

    def do_GET(self):
        status, kind, text = ANSWERS["/" + self.path.split("/")[1]]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Failures(Journey):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.serve()
        certificate, key = cls.folder / "certificate.pem", cls.folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        cls.tls = cls.serve(context)

    @classmethod
    def serve(cls, context=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BadServer)
        server.daemon_threads = True
        if context is not None:
            # the handshake is the handler's: one that fails must not end the server
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        return server.server_port

    def assert_says(self, url, name, pattern, options=None):
        """Sign in at that host ends in the row with a sentence that matches."""
        opened = self.browser.opened()
        host = keyfob.add_host(url, name)
        self.addCleanup(keyfob.remove_host, host)
        if options:
            host.call("Configure", options)
        self.window.press("Sign in", within=name)
        self.window.wait_text(pattern)
        self.picture(name.lower().replace(" ", "-"))
        self.assertRegex(host.property("Error"), pattern)
        host.wait_state("signed-out")
        return self.browser.opened()[len(opened):]

    def test_1_name_does_not_resolve(self):
        opened = self.assert_says("https://data.keyfob.invalid", "No such name",
                                  "Cannot reach data.keyfob.invalid: .*(does not resolve|cannot be looked up)")
        self.assertEqual(opened, [])

    def test_2_certificate_not_trusted(self):
        opened = self.assert_says(f"https://localhost:{self.tls}", "Strange certificate",
                                  "certificate of localhost:[0-9]+ comes from an issuer that this system does not trust")
        self.assertEqual(opened, [])

    def test_3_nothing_at_the_route(self):
        opened = self.assert_says(f"http://127.0.0.1:{self.plain}/empty", "No such route",
                                  "127.0.0.1:[0-9]+ has nothing at .*/empty/auth/v2/login")
        self.assertEqual(opened, [])

    def test_4_a_web_page_for_an_answer(self):
        opened = self.assert_says(f"http://127.0.0.1:{self.plain}/html", "Web page",
                                  "answered with an error page .502, “.*(Bad gateway|The gate is shut)")
        self.assertEqual(opened, [])

    def test_5_a_server_with_a_problem(self):
        opened = self.assert_says(f"http://127.0.0.1:{self.plain}/json", "Server problem",
                                  "problem of its own .500.: “The user database is asleep”")
        self.assertEqual(opened, [])

    def test_6_time_over(self):
        before = len(self.browser.opened())
        self.assert_says(self.stack.url, "Time over", "Nobody completed the sign-in in time",
                         {"timeout": GLib.Variant("u", 2)})
        # which may have started too late to show the page
        self.browser.attach()
        self.assertEqual(len(self.browser.opened()), before + 1)

    def test_7_address_that_is_none(self):
        self.window.open_adding()
        self.window.write("Address", "http://data.example.org")
        self.window.wait_text("Type https://")
        self.picture("bad-address")
        self.assertIsNone(self.window.find_button("Add anyway"))
        self.window.write("Address", "Data.Example.ORG/portal/")
        self.window.press("Add and sign in")
        self.window.wait_text("^Cannot reach data.example.org")
        self.picture("no-such-server")
        self.window.press("Add anyway")
        self.window.wait_for("Not signed in", within="data.example.org")
        self.picture("added")


if __name__ == "__main__":
    tap.main()
