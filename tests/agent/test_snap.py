# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who calls, as far as the control group tells: Snaps, where no AppArmor labels them.

In a mount namespace of its own, see tests/agent/meson.build. The control groups are fakes, since neither snapd nor
systemd runs what a test starts; the labels of AppArmor are in the unit test caller.
"""

import agentcase
import sandbox
import tap
from agentcase import AGENT, PATH
from notifications import Notifications
from sandbox import DENIED
from test_callers import NOT_ALLOWED, CallersCase, Client

SCOPE = "snap.game.game-0a1b2c3d-0000-4000-8000-123456789abc.scope"


class Snaps(CallersCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()
        self.host.sign_in()

    def start(self, unit, *options):
        client = Client(self, options=options)
        sandbox.pretend_unit(self, client, unit)
        return client

    def test_restricted(self):
        for unit, options in ((SCOPE, ()), (SCOPE, ["private"]), ("snap.game.daemon.service", ())):
            with self.subTest(unit=unit, options=options):
                client = self.start(unit, *options)
                self.assertEqual(client.call(PATH, AGENT, "Looked").get("error"), DENIED)
                self.assertEqual(client.call(PATH, AGENT, "LockTokens").get("error"), DENIED)
                self.assertEqual(client.find_host(self.server.url).get("value"), [self.host.path])
                self.assertEqual(client.get_token(self.host.path).get("error"), NOT_ALLOWED)

    def test_that_the_user_allows(self):
        notifications = Notifications(self.bus)
        client = self.start(SCOPE)
        client.ask_for_token(self.host.path)
        note = notifications.wait_for(f"May game have the token of {self.host.Name}?")
        self.assertIn("snap:game asks for it", note.body)
        # the Snap is one program, whatever runs in it
        self.assertTrue(note.body.endswith("it gets none."), note.body)
        notifications.press(note, "always")
        self.assertIn("access_token", client.receive()["value"][0])
        # its service is the same Snap, another Snap is not
        self.assertIn("access_token", self.start("snap.game.daemon.service").get_token(self.host.path)["value"][0])
        other = self.start("snap.other.game.service")
        other.ask_for_token(self.host.path)
        notifications.press(notifications.wait_for(f"May other have the token of {self.host.Name}?"), "deny")
        self.assertEqual(other.receive().get("error"), NOT_ALLOWED)

    def test_other_units(self):
        for unit in ("app-gnome-snap\\x2dstore-1234.scope", "snapd.session-agent.service", "vte-spawn-1.scope"):
            with self.subTest(unit):
                self.assertIn("value", self.start(unit).call(PATH, AGENT, "Looked"))

    def test_private_program_in_the_unit_of_a_flatpak(self):
        """With every right but the one to look into it, and so not to be told from the sandbox."""
        client = self.start("app-flatpak-org.example.Game-1234.scope", "private")
        self.assertEqual(client.call(PATH, AGENT, "Looked").get("error"), DENIED)


if __name__ == "__main__":
    tap.main()
