# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in at Keycloak through py-oidc-auth, in plain and in broker mode, to the end of the session."""

import keycloakcase
import tap
from keycloak import PORTS, Person
from keycloakcase import DAY, HOUR, KeycloakCase

setUpModule = keycloakcase.start_keycloak
tearDownModule = keycloakcase.stop_keycloak


class Denials:
    """What goes the same way in every realm and mode."""

    def test_denied_in_the_browser(self):
        uri = self.begin("browser")
        Person().deny(uri)
        self.host.wait_for(State="signed-out", LoginUri="")
        self.assertIn("denied", self.host.Error)

    def test_denied_on_the_device(self):
        uri = self.begin("device")
        Person().deny(uri)
        self.host.wait_for(State="signed-out", UserCode="")
        self.assertIn("denied", self.host.Error)


class Journeys(Denials):
    def test_browser(self):
        page = self.sign_in("browser")
        self.assertIn("You are signed in", page)
        self.assert_usable(self.browser_seconds)

    def test_device(self):
        self.sign_in("device")
        self.assert_usable(self.device_seconds)

    def test_restart(self):
        self.sign_in("browser")
        token, requests = self.host.get_token(), self.server.requests()
        self.restart()
        self.assert_usable(self.browser_seconds)
        self.assertEqual(self.host.get_token(), token)
        self.assertEqual(self.server.requests()[len(requests):], ["GET /auth/v2/userinfo 200"])

    def test_sign_out(self):
        self.sign_in("browser")
        self.host.call("SignOut")
        self.assert_signed_out()
        self.restart()
        self.assert_signed_out()


class Refreshes:
    """Where the session can be renewed."""

    def refresh(self):
        old = self.host.get_token()["access_token"]
        self.host.call("Refresh")
        self.assert_usable(self.browser_seconds)
        self.assertNotEqual(self.host.get_token()["access_token"], old)

    def sign_in_again(self, token):
        Person().approve(self.begin("browser"))
        self.host.wait_for(State="signed-in", Renews=True)
        self.assertNotEqual(self.host.get_token()["access_token"], token["access_token"])

    def test_consent_is_asked_for_once(self):
        person = Person()
        for consents in (1, 1):
            person.approve(self.begin("browser", force=True))
            self.host.wait_for(State="signed-in", Renews=True)
            self.assertEqual(person.consents, consents)

    def test_refresh(self):
        self.sign_in("browser")
        self.assertTrue(self.host.Renews)
        self.refresh()
        self.refresh()

    def test_session_ended_by_the_administrator(self):
        self.sign_in("browser")
        token = self.host.get_token()
        self.realm.end_sessions()
        self.assert_fails("Expired", self.host.call, "Refresh")
        self.host.wait_for(State="signed-in", Renews=False, Error="")
        self.assertEqual(self.host.get_token(), token)
        # whoever signs in again gets a new session, though the old token is good
        self.sign_in_again(token)

    def test_refresh_after_restart(self):
        self.sign_in("browser")
        self.restart()
        self.refresh()


class PlainLimited(Journeys, Refreshes, KeycloakCase):
    pass


class PlainUnlimited(Journeys, Refreshes, KeycloakCase):
    """The server's hint says that the refresh token is over at once; it never is."""

    limited = False


class BrokerLimited(Journeys, Refreshes, KeycloakCase):
    broker = True
    browser_seconds = HOUR
    device_seconds = 30 * DAY


class BrokerUnlimited(Journeys, KeycloakCase):
    """The server forgets the session at once, so nothing can be renewed; the access token is good."""

    limited = False
    broker = True
    browser_seconds = HOUR
    device_seconds = 30 * DAY

    def test_nothing_is_renewed(self):
        self.sign_in("browser")
        self.assertFalse(self.host.Renews)
        posts = [line for line in self.server.requests() if "/token" in line]
        self.assertTrue(posts[-1].endswith(" 200"), posts)

    def test_refresh_in_vain(self):
        self.sign_in("browser")
        token = self.host.get_token()
        self.assert_fails("Expired", self.host.call, "Refresh")
        self.assert_usable(HOUR)
        self.assertEqual(self.host.get_token(), token)


class Ports(KeycloakCase):
    """The server names the ports, and its administrator chooses others."""

    def begin_at(self, port):
        uri = self.begin("browser", force=True)
        self.assertIn(f"localhost%3A{port}%2F", uri)
        return uri

    def test_chosen_anew(self):
        self.addCleanup(self.realm.register_ports, *PORTS)
        self.host.call("Configure", redirect_ports=list(PORTS))
        self.realm.register_ports(PORTS[4])
        self.server.name_ports(PORTS[4])
        Person().approve(self.begin_at(PORTS[4]))
        self.host.wait_for(State="signed-in", LoginUri="")
        self.realm.register_ports(PORTS[5])
        self.server.name_ports(PORTS[5])
        # a page, from which the browser does not come back
        self.assertIn("Invalid parameter: redirect_uri", Person().approve(self.begin_at(PORTS[4])))
        self.host.call("Cancel")
        Person().approve(self.begin_at(PORTS[5]))
        self.host.wait_for(State="signed-in", LoginUri="", Error="")


if __name__ == "__main__":
    tap.main()
