# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where the sign-in of a server is, found out from any link to it."""

import socket
import threading
import unittest

import agentcase
import tap
from fake_server import DROP, FakeServer, answer
from gi.repository import GLib

ROUTES = {"login", "device", "userinfo", "ports"}


class Discover(agentcase.AgentCase):
    """The server has its routes below `base` only."""

    def setUp(self):
        super().setUp()
        self.server.base = "/portal/api"
        self.server.valid_ports = [8080, 8443]

    def discover(self, link, **options):
        values = {name: GLib.Variant("b", value) for name, value in options.items()}
        (servers,) = self.call(agentcase.PATH, agentcase.AGENT, "Discover",
                               GLib.Variant("(sa{sv})", (link, values)))
        return servers

    def assert_found(self, link, *bases):
        self.assertEqual([server["url"] for server in self.discover(link)],
                         [self.server.url + base for base in bases])

    def test_from_any_link(self):
        url = self.server.url + "/portal/api"
        for link in (url, url + "/", url + "/auth/v2/login?redirect_uri=http://localhost:53100/callback",
                     url + "/docs/page.html#top", f" “{url}/x/y”. ", url.replace("http://", "http:/"),
                     f"Sign in at <{url}>, please", url.removeprefix("http://")):
            with self.subTest(link=link):
                self.assert_found(link, "/portal/api")

    def test_what_it_offers(self):
        (found,) = self.discover(self.server.url + "/portal/api/")
        self.assertEqual(found, {"url": self.server.url + "/portal/api", "device": True, "userinfo": True,
                                 "ports": [8080, 8443]})
        self.server.faults["device"] = answer(404, "")
        self.server.faults["userinfo"] = answer(200, "a page for whatever there is not")
        self.server.valid_ports = None
        (found,) = self.discover(self.server.url + "/portal/api/")
        self.assertEqual(found, {"url": self.server.url + "/portal/api", "device": False, "userinfo": False})

    def test_where_deployments_have_it(self):
        for base in ("/api", "/api/freva-nextgen"):
            with self.subTest(base=base):
                self.server.base = base
                self.assert_found(self.server.url, base)
                self.assert_found(self.server.url + "/welcome/", base)

    def test_several(self):
        self.server.base = ""
        self.server.also = "/api"
        self.assert_found(self.server.url + "/api", "/api", "")
        self.assert_found(self.server.url, "", "/api")

    def test_begins_nothing(self):
        """No request could sign anybody in, renew or end something, or tell who asks."""
        self.add_host(self.server.url + "/portal/api").sign_in()
        before = len(self.server.requests)
        self.discover(self.server.url + "/portal/api/x")
        self.assertGreater(len(self.server.requests), before)
        for _, parameters, headers in self.server.requests[before:]:
            self.assertEqual(parameters, {})
            for header in ("Authorization", "Cookie", "Referer"):
                self.assertNotIn(header, headers)
        self.assertEqual({method for method, _ in self.server.methods[before:]}, {"GET"})

    def test_redirect_on_the_same_site(self):
        moved = answer(301, "", headers={"Location": self.server.url + "/portal/api/auth/v2/login"})
        self.server.faults["/old/auth/v2/login"] = moved
        self.assert_found(self.server.url + "/old", "/portal/api")
        self.server.faults["/old/auth/v2/login"] = answer(
            302, "", headers={"Location": "/portal/api/auth/v2/login"})
        self.assert_found(self.server.url + "/old", "/portal/api")

    def test_redirects_that_are_not_followed(self):
        other = FakeServer()
        self.addCleanup(other.stop)
        elsewhere = f"http://localhost:{other.port}/auth/v2/login"
        for location in (elsewhere, "ftp://127.0.0.1/", "http://me@127.0.0.1/", "//", "", "http://["):
            with self.subTest(location=location):
                self.server.faults["/old/auth/v2/login"] = answer(307, "", headers={"Location": location})
                self.assert_fails("Unsupported", self.discover, self.server.url + "/old")
        self.assertEqual(other.requests, [])

    def test_endless_redirects(self):
        route = "/old/auth/v2/login"
        self.server.faults[route] = answer(302, "", headers={"Location": self.server.url + route})
        self.assert_fails("Unsupported", self.discover, self.server.url + "/old")
        self.assertLessEqual(self.server.count(route), 4)

    def test_a_web_page_only(self):
        for page in (answer(200, "<h1>Welcome</h1>"), answer(400, {"detail": "no"}), answer(404, ""),
                     answer(401, {"detail": "Missing redirect_uri"}), answer(400, b"\xff\0" * 1000)):
            with self.subTest(page=page):
                self.server.faults = {path + "/auth/v2/login": page for path in ("", "/api")}
                self.server.faults["/api/freva-nextgen/auth/v2/login"] = answer(404, "")
                sentence = self.assert_fails("Unsupported", self.discover, self.server.url)
                self.assertIn("no sign-in was found", sentence)
                self.assertIn(f"127.0.0.1:{self.server.port}", sentence)

    def test_out_of_order(self):
        self.server.base = "/nowhere"
        self.server.faults["/auth/v2/login"] = answer(503, "")
        self.assert_fails("Unavailable", self.discover, self.server.url)

    def test_nobody_there(self):
        self.server.stop()
        self.assert_fails("Network", self.discover, self.server.url)
        self.assert_fails("Network", self.discover, "https://portal.invalid")
        self.server.start()

    def test_one_address_that_hangs(self):
        """What is found does not wait for it longer than a few seconds."""
        self.server.gates["/x/auth/v2/login"] = threading.Event()
        self.server.base = ""
        self.assert_found(self.server.url + "/x", "")

    def test_many_at_once(self):
        """Each asks for a dozen addresses, and the files that the agent may have open are few."""
        gate = self.server.gates["/x/auth/v2/login"] = threading.Event()
        self.addCleanup(gate.set)
        self.server.base = ""
        arguments = GLib.Variant("(sa{sv})", (self.server.url + "/x", {}))
        calls = [self.start_call(agentcase.PATH, agentcase.AGENT, "Discover", arguments) for _ in range(50)]
        answers = []
        for call in calls:
            try:
                answers.append(str(call.wait()))
            except GLib.Error as error:
                answers.append(error.message)
        self.assertEqual(len([answer for answer in answers if "too many calls" in answer]), 40)
        self.assert_found(self.server.url, "")

    def test_connections_that_are_dropped(self):
        self.server.faults["/x/auth/v2/login"] = DROP
        self.server.base = ""
        self.assert_found(self.server.url + "/x", "")

    def test_http_elsewhere(self):
        """Is not asked unless that is wanted: the answer may be anybody's."""
        name = socket.gethostname()
        with self.subTest("a name that is no address"):
            self.assert_fails("InvalidHost", self.discover, "ftp://portal.example.org")
        self.assert_fails("Network", self.discover, f"http://{name}.invalid:{self.server.port}")
        self.assertEqual(self.server.requests, [])

    def test_bad_links(self):
        for link in ("", "  ", "two words", "https://user:pw@example.org", "\x1b[2J"):
            with self.subTest(link=link):
                sentence = self.assert_fails("InvalidHost", self.discover, link)
                self.assertNotIn("pw", sentence)

    def test_changes_nothing(self):
        self.discover(self.server.url + "/portal/api")
        self.assertEqual(self.hosts(), {})


if __name__ == "__main__":
    tap.main()
