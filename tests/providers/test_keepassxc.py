# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The agent and a real KeePassXC as the keyring, started and set up as people have it."""

import os

import agentcase
import tap
from keepassxc import KeePassXC


class KeePassXCCase(agentcase.AgentCase):
    confirm = True

    def start_agent(self, **kwargs):
        if self.agent is None:
            self.keepassxc = KeePassXC(self.bus, self.confirm)
            self.keepassxc.start()
            # asked to end, it may ask in turn whether to save
            self.addCleanup(lambda: self.keepassxc.process.kill())
        super().start_agent(**kwargs)

    def sign_in(self):
        """A host with its token in KeePassXC, in the only place."""
        self.assertEqual(self.agent_property("Store"), "keyring")
        host = self.add_host()
        host.sign_in()
        host.wait_for(Saved=True, Account="Alice Example")
        self.assertEqual(self.bus.keyring_items(self.server.url), 1)
        self.assertFalse(os.path.exists(self.token_file()))
        return host


class Confirmed(KeePassXCCase):
    """As KeePassXC comes: each program is allowed each item by its user."""

    def test_sign_in(self):
        self.sign_in()

    def test_refresh_replaces_the_item(self):
        host = self.sign_in()
        old = host.get_token()["access_token"]
        host.call("Refresh")
        self.assertNotEqual(host.get_token()["access_token"], old)
        self.assertEqual((host.State, host.Saved), ("signed-in", True))
        self.assertEqual(self.bus.keyring_items(self.server.url), 1)

    def test_sign_out_removes_the_item(self):
        host = self.sign_in()
        host.call("SignOut")
        host.wait_for(State="signed-out")
        self.assertEqual(self.bus.keyring_items(self.server.url), 0)


class Unconfirmed(KeePassXCCase):
    confirm = False

    def test_restart_of_the_agent(self):
        token = self.sign_in().get_token()
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.Account, "Alice Example")
        self.assertEqual(host.get_token(), token)

    def test_restart_of_keepassxc(self):
        token = self.sign_in().get_token()
        self.assertEqual(self.stop_agent(), 0)
        self.keepassxc.stop()
        self.keepassxc.start()
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)

    def test_sign_out_removes_the_item(self):
        self.sign_in()
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        host.call("SignOut")
        host.wait_for(State="signed-out")
        self.assertEqual(self.bus.keyring_items(self.server.url), 0)


if __name__ == "__main__":
    tap.main()
