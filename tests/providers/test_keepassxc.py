# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The agent and a real KeePassXC as the keyring, started and set up as people have it."""

import os

import agentcase
import tap
from gi.repository import GLib
from desktop import find_x_windows
from keepassxc import ACCESS, UNLOCK, KeePassXC


class KeePassXCCase(agentcase.AgentCase):
    confirm = True
    unlocked = True

    def start_agent(self, **kwargs):
        if self.agent is None:
            self.keepassxc = KeePassXC(self.bus, self.confirm)
            self.keepassxc.start(self.unlocked)
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

    def test_no_token_is_left_in_the_recycle_bin(self):
        host = self.sign_in()
        token = host.get_token()["access_token"]
        agentcase.wait_until(lambda: token in self.keepassxc.export(), "KeePassXC to save")
        host.call("SignOut")
        host.wait_for(State="signed-out")
        self.keepassxc.stop()
        self.assertNotIn(token, self.keepassxc.export())


class LockedItem(KeePassXCCase):
    """The collection is open; the item is locked for every program that is new on the bus."""

    def restart_with_item_locked(self):
        self.token = self.sign_in().get_token()
        self.restart_agent(wait=False)
        host = self.find_host()
        host.wait_for(State="locked", Account="Alice Example")
        return host

    def unlock(self):
        return self.start_call(agentcase.PATH, agentcase.AGENT, "Unlock")

    def test_unlock(self):
        host = self.restart_with_item_locked()
        self.unlock()
        self.keepassxc.answer(ACCESS, "Return")
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), self.token)

    def test_program_that_asks_for_the_token(self):
        host = self.restart_with_item_locked()
        self.assert_fails("Locked", host.get_token)
        pending = host.start("GetToken", interactive=True)
        self.keepassxc.answer(ACCESS, "Return")
        self.assertEqual(pending.wait()[0], self.token)
        self.assertEqual(host.State, "signed-in")

    def test_refresh_asks_nobody(self):
        host = self.sign_in()
        self.keepassxc.stop()
        self.keepassxc.start()
        host.call("Refresh")
        self.assertEqual((host.State, host.Saved), ("signed-in", False))
        self.assertEqual(find_x_windows(ACCESS), [])
        token = host.get_token()
        self.unlock()
        self.keepassxc.answer(ACCESS, "Return")
        host.wait_for(Saved=True, Error="")
        self.assertEqual(host.get_token(), token)
        self.assertEqual(self.bus.keyring_items(self.server.url), 1)

    def test_unlock_refused(self):
        host = self.restart_with_item_locked()
        pending = self.unlock()
        self.keepassxc.answer(ACCESS, "Escape")
        with self.assertRaises(GLib.Error):
            pending.wait()
        self.assertEqual(host.State, "locked")
        self.assertEqual(self.bus.keyring_items(self.server.url), 1)

    def test_sign_out_removes_the_locked_item(self):
        host = self.restart_with_item_locked()
        pending = host.start("SignOut")
        self.keepassxc.answer(ACCESS, "Return")
        pending.wait()
        host.wait_for(State="signed-out")
        self.assertEqual(self.bus.keyring_items(self.server.url), 0)

    def test_sign_out_refused(self):
        host = self.restart_with_item_locked()
        pending = host.start("SignOut")
        self.keepassxc.answer(ACCESS, "Escape")
        pending.wait()
        host.wait_for(State="signed-out")
        self.assertIn("a copy of the token is left", host.Error)
        self.assertEqual(self.bus.keyring_items(self.server.url), 1)


class LockedDatabase(KeePassXCCase):
    confirm = False

    def test_started_after_the_agent(self):
        """KeePassXC is on the bus before it has an object there."""
        self.token = self.sign_in().get_token()
        self.assertEqual(self.stop_agent(), 0)
        self.keepassxc.stop()
        self.start_agent(wait=False)
        host = self.find_host()
        host.wait_for(State="locked", Account="Alice Example")
        self.keepassxc.start()
        host.wait_for(State="signed-in", Error="")
        self.wait_for_store("ready")
        self.assertEqual(host.get_token(), self.token)

    def start_locked(self, **how):
        self.token = self.sign_in().get_token()
        self.assertEqual(self.stop_agent(), 0)
        self.keepassxc.stop()
        self.keepassxc.start(unlocked=False, **how)
        self.start_agent(wait=False)
        host = self.find_host()
        host.wait_for(State="locked", Account="Alice Example")
        self.wait_for_store("locked")
        return host

    def test_unlocked_after_the_agent_started(self):
        host = self.start_locked()
        # nobody was asked
        self.assertEqual(find_x_windows(UNLOCK), [])
        self.keepassxc.unlock()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), self.token)

    def test_opened_after_the_agent_started(self):
        """KeePassXC is on the bus before it has any database."""
        host = self.start_locked(with_database=False)
        self.assertIn("no keyring open", host.Error)
        self.assert_fails("Locked", self.call, agentcase.PATH, agentcase.AGENT, "Unlock")
        self.keepassxc.open_database()
        self.keepassxc.unlock()
        host.wait_for(State="signed-in", Error="")
        self.wait_for_store("ready")
        self.assertEqual(host.get_token(), self.token)

    def test_unlock(self):
        host = self.start_locked()
        pending = self.start_call(agentcase.PATH, agentcase.AGENT, "Unlock")
        self.keepassxc.answer_password()
        pending.wait()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), self.token)


class Unconfirmed(KeePassXCCase):
    confirm = False

    def test_what_looks_like_a_placeholder_comes_back(self):
        self.server.scope = "openid {USERNAME} {TITLE} {T-CONV:/a/Upper/}"
        token = self.sign_in().get_token()
        self.assertEqual(token["scope"], self.server.scope)
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)

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
