# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in at the real server and a provider that gives a refresh token only with consent.

The address of a sign-in tells what the provider is asked for.
"""

import tempfile

import agentcase
import tap
from gi.repository import GLib
from keycloak import PORTS, Person
from stack import Stack


class SignIn(agentcase.AgentCase):
    broker = False
    device_seconds = 600

    def start_server(self):
        folder = tempfile.TemporaryDirectory(prefix="keyfob-sign-in-")
        self.addCleanup(folder.cleanup)
        stack = Stack(folder.name, broker=self.broker, device_seconds=self.device_seconds)
        self.addCleanup(stack.stop)
        stack.start()
        return stack

    def setUp(self):
        super().setUp()
        self.port = PORTS[0]
        self.person = Person()

    def sign_in(self, host):
        """Gives whether the provider was asked for consent; it shows that page to native programs anyway."""
        host.call("SignIn", force=True, open_browser=False)
        agentcase.wait_until(lambda: host.LoginUri, "the address")
        self.uri = host.LoginUri
        self.person.approve(self.uri)
        host.wait_for(LoginUri="")
        return "prompt=consent" in self.uri


class Found(SignIn):
    def test_from_the_link_of_a_page(self):
        for path in ("", "/docs", "/auth/v2/login?redirect_uri=http%3A%2F%2Flocalhost%3A53100%2Fcallback"):
            servers = self.call(agentcase.PATH, agentcase.AGENT, "Discover",
                                GLib.Variant("(sa{sv})", (self.server.url + path, {})))[0]
            self.assertEqual([(server["url"], server["device"], server["userinfo"]) for server in servers],
                             [(self.server.url, True, True)])


class Access(SignIn):
    def test_what_the_token_says_and_opens(self):
        host = self.add_host()
        self.sign_in(host)
        host.wait_for(State="signed-in")
        claims = {name: (kind, value) for name, kind, value in host.call("GetClaims")[0]["claims"]}
        self.assertEqual(claims["iss"][0], "text")
        self.assertEqual(claims["exp"], ("time", host.Expires))
        self.assertLess(claims["iat"][1], claims["exp"][1])

        results = {}
        for path in ("protected", "scoped", "members", "nowhere", "auth/v2/token"):
            answer = host.call("TestAccess", url=f"{self.server.url}/{path}")[0]
            results[path] = answer["result"], answer["status"], answer.get("scope", "")
        self.assertEqual(results, {
            "protected": ("accepted", 200, ""), "scoped": ("lacks-scope", 403, "files:write"),
            "members": ("lacks-right", 401, ""), "nowhere": ("not-found", 404, ""),
            "auth/v2/token": ("not-found", 405, "")})
        answer, = host.call("TestAccess")
        self.assertEqual((answer["result"], answer["account"]), ("accepted", host.Account))


class Consent(SignIn):
    def test_where_it_brings_the_refresh_token(self):
        host = self.add_host()
        for asked, renews in ((True, True), (False, False), (True, True), (True, True)):
            self.assertEqual(self.sign_in(host), asked)
            host.wait_for(State="signed-in", Renews=renews, Error="")

    def test_never(self):
        host = self.add_host(consent="never")
        for _ in range(2):
            self.assertFalse(self.sign_in(host))
            host.wait_for(State="signed-in", Renews=False, Error="")


class Broker(SignIn):
    """The server keeps no session without a refresh token, and says so when it is to be renewed."""

    broker = True

    def test_where_it_brings_the_refresh_token(self):
        host = self.add_host()
        for asked in (True, False, True, True):
            self.assertEqual(self.sign_in(host), asked)
            host.wait_for(State="signed-in", Renews=True, Error="")
            self.restart_agent()
            host = self.find_host()
            host.wait_for(State="signed-in")
            if asked:
                host.call("Refresh")
            else:
                self.assert_fails("Expired", host.call, "Refresh")


class Ports(SignIn):
    def ask(self, host):
        """Signs in; gives how often the server was asked for ports so far."""
        self.sign_in(host)
        host.wait_for(State="signed-in", Error="")
        return sum("/auth-ports" in request for request in self.server.requests())

    def test_named_by_the_server(self):
        self.server.name_ports(80, PORTS[4])
        host = self.add_host(redirect_ports=list(PORTS))
        self.assertEqual(self.ask(host), 1)
        self.assertEqual(self.ask(host), 1)
        self.assertIn(f"localhost%3A{PORTS[4]}%2F", self.uri)

    def test_not_named(self):
        host = self.add_host(redirect_ports=list(PORTS))
        self.assertEqual(self.ask(host), 1)
        self.assertIn("GET /auth/v2/auth-ports 404", self.server.requests())
        self.assertIn(f"localhost%3A{PORTS[0]}%2F", self.uri)


class Provider(SignIn):
    """Where the server sends the user, and what the provider calls itself."""

    def name(self):
        return self.server.provider.url.split("://")[1]

    def hosts_file(self):
        self.assertEqual(self.stop_agent(), 0)
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            text = file.read()
        self.start_agent()
        return text

    def test_other_one_than_before(self):
        host = self.add_host()
        self.sign_in(host)
        host.wait_for(State="signed-in")
        before = self.name()
        self.server.move_provider()
        self.assertNotEqual(self.name(), before)
        host.call("SignIn", force=True, open_browser=False)
        self.assertIn(f"used to send you to {before}; now it wants to send you to {self.name()}.", host.Question)
        self.assertEqual(host.LoginUri, "")
        host.go_on()
        self.assertEqual(host.Provider, self.name())
        self.person.approve(host.LoginUri)
        host.wait_for(State="signed-in", LoginUri="", Error="")
        self.assertIn(f"known-issuer={self.server.provider.url}\n", self.hosts_file())
        self.sign_in(self.find_host())

    def test_same_client_for_another_server(self):
        host = self.add_host()
        self.sign_in(host)
        folder = tempfile.TemporaryDirectory(prefix="keyfob-sign-in-")
        self.addCleanup(folder.cleanup)
        other = Stack(folder.name)
        self.addCleanup(other.server.stop)
        other.server.environment["SERVER_PROVIDER"] = self.server.provider.url
        other.server.start()
        evil = self.add_host(other.url)
        evil.call("SignIn", open_browser=False)
        self.assertIn(f"{evil.Name} signs you in at {self.name()} as if it were {host.Name}.", evil.Question)
        evil.call("Cancel")
        self.assertNotIn("POST /auth/v2/token", " ".join(other.requests()))

    def test_code_elsewhere(self):
        host = self.add_host()
        host.call("SignIn", flow="device")
        before = self.name()
        self.assertEqual(host.Provider, before)
        self.person.approve(host.VerificationUriComplete)
        host.wait_for_next_poll()
        self.server.move_provider()
        host.call("SignIn", flow="device", force=True)
        self.assertIn(f"used to send you to {before}; now it wants to send you to {self.name()}.", host.Question)
        self.assertEqual((host.UserCode, host.VerificationUri), ("", ""))
        host.go_on()
        self.person.approve(host.VerificationUriComplete)
        host.wait_for_next_poll()


class NoBrowser(SignIn):
    def test_by_a_code(self):
        host = self.add_host()
        host.call("SignIn")
        self.assertIn("sign in on another device", host.Error)
        self.person.approve(host.VerificationUriComplete)
        host.wait_for_next_poll()
        host.wait_for(Error="", UserCode="")


class NoBrowserAndNoDeviceFlow(SignIn):
    device_seconds = 0

    def test_by_the_link(self):
        host = self.add_host()
        host.call("SignIn")
        self.assertIn("offers no sign-in on another device. Copy the link", host.Error)
        self.person.approve(host.LoginUri)
        host.wait_for(State="signed-in", Error="", LoginUri="")
        self.assertEqual(host.Options["device-flow"], False)


if __name__ == "__main__":
    tap.main()
