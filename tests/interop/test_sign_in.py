# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in at the real server and a provider that gives a refresh token only with consent."""

import tempfile

import agentcase
import tap
from keycloak import PORTS, Person
from stack import Stack


class SignIn(agentcase.AgentCase):
    broker = False

    def start_server(self):
        folder = tempfile.TemporaryDirectory(prefix="keyfob-sign-in-")
        self.addCleanup(folder.cleanup)
        stack = Stack(folder.name, broker=self.broker)
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
        uri = host.LoginUri
        self.person.approve(uri)
        host.wait_for(LoginUri="")
        return "prompt=consent" in uri


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


if __name__ == "__main__":
    tap.main()
