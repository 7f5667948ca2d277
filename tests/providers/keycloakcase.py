# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The real agent with a real Keycloak behind the real server.

The program that imports this starts Keycloak once, in setUpModule(); each class has a server.
"""

import os
import tempfile
import time

import agentcase
from keycloak import PORTS, Keycloak, KeycloakStack, Person

HOUR = 3600
DAY = 24 * HOUR

keycloak = None
realms = {}
folder = None


def start_keycloak():
    """Keycloak with a realm whose offline sessions end (limited) and one whose last for ever."""
    global keycloak, folder
    folder = tempfile.TemporaryDirectory(prefix="keyfob-keycloak-")
    keycloak = Keycloak(folder.name)
    keycloak.start()
    for limited in (True, False):
        realms[limited] = keycloak.create_realm("limited" if limited else "unlimited", limited)


def stop_keycloak():
    keycloak.stop()
    folder.cleanup()


class KeycloakCase(agentcase.AgentCase):
    """Every test has an agent and a bus of its own; those of a class share a server."""

    limited = True
    broker = False
    browser_seconds = 600  # life of an access token that came by the browser
    device_seconds = 600

    @classmethod
    def setUpClass(cls):
        cls.realm = realms[cls.limited]
        cls.server = KeycloakStack(os.path.join(folder.name, cls.__name__), cls.realm, cls.broker)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def start_server(self):
        return self.server

    def setUp(self):
        super().setUp()
        self.port = PORTS[0]
        self.host = self.add_host()

    def begin(self, flow, **options):
        """Starts a sign-in and gives the address that a person has to open for it."""
        if flow == "device":
            self.host.call("SignIn", flow="device", **options)
            return self.host.VerificationUriComplete
        self.host.call("SignIn", flow="browser", open_browser=False, **options)
        return self.host.LoginUri

    def sign_in(self, flow):
        page = Person().approve(self.begin(flow))
        self.host.wait_for_next_poll()
        return page

    def restart(self):
        self.restart_agent()
        self.host = self.find_host()

    def assert_usable(self, seconds):
        """The host is signed in for that long, nothing is wrong, and the server takes the token."""
        self.host.wait_for(State="signed-in", Error="")
        self.assertAlmostEqual(self.host.Expires - time.time(), seconds, delta=60)
        status, answer = self.server.fetch_userinfo(self.host.get_token()["header"])
        self.assertEqual((status, answer["username"]), (200, "alice"))

    def assert_signed_out(self):
        self.host.wait_for(State="signed-out")
        self.assert_fails("InteractionRequired", self.host.get_token)
