# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The agent and a real GNOME keyring: open, locked, unlocked, gone."""

import os

import agentcase
import tap
from agentcase import wait_until


class Keyring(agentcase.AgentCase):
    keyring = True

    def test_tokens_are_in_the_keyring(self):
        self.assertEqual(self.agent_property("Store"), "keyring")
        host = self.add_host()
        host.sign_in()
        self.assertFalse(os.path.exists(self.token_file()))
        token = host.get_token()
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)

    def start_locked(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.token = host.get_token()
        self.stop_agent()
        self.bus.lock_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        host = self.find_host()
        host.wait_for(State="expired")
        return host

    def test_locked_at_the_start(self):
        host = self.start_locked()
        self.assertIn("keyring is locked", host.Error)
        self.assertEqual(host.Account, "Alice Example")
        self.assert_fails("Locked", host.get_token)
        self.assertEqual(self.agent_property("Store"), "keyring")
        self.assertFalse(os.path.exists(self.token_file()))

    def test_unlocked_by_another_program(self):
        host = self.start_locked()
        self.bus.unlock_keyring()
        host.wait_for(State="signed-in", Error="", Account="Alice Example")
        self.wait_for_store("ready")
        self.assertEqual(host.get_token(), self.token)

    def test_unlock_of_an_open_keyring(self):
        self.call(agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertEqual(self.agent_property("StoreState"), "ready")

    def test_host_without_a_user_is_not_troubled(self):
        self.add_host("https://other.example.org")
        self.start_locked()
        other = self.find_host("https://other.example.org")
        self.assertEqual((other.State, other.Error), ("signed-out", ""))


if __name__ == "__main__":
    tap.main()
