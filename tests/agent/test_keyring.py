# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The agent and a real GNOME keyring: open, locked, unlocked, gone."""

import os

import time

import agentcase
import tap
from agentcase import wait_until
from fake_secrets import FakeSecrets
from gi.repository import GLib


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
        host.wait_for(State="locked")
        return host

    def test_locked_at_the_start(self):
        host = self.start_locked()
        self.assertIn("keyring is locked", host.Error)
        self.assertEqual((host.Account, host.Store), ("Alice Example", "keyring"))
        for method in ("GetToken", "GetClaims", "TestAccess", "Refresh"):
            self.assertEqual(self.assert_fails("Locked", host.call, method), host.Error)
        sentence = self.assert_fails("Locked", self.call, agentcase.PATH, agentcase.AGENT, "ChangeAddress", GLib.Variant(
            "(osa{sv})", (host.path, self.server.url + "/elsewhere", {})))
        self.assertEqual((sentence, list(self.hosts())), (host.Error, [host.path]))
        self.assertEqual(self.agent_property("Store"), "keyring")
        self.assertFalse(os.path.exists(self.token_file()))

    def test_locked_at_the_start_of_nobody_in_particular(self):
        """Not every server tells who has signed in."""
        self.add_host().sign_in()
        self.find_host().wait_for(Account="Alice Example", Saved=True)
        self.stop_agent()
        path = self.bus.path("config", "keyfob", "hosts.ini")
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("account=")]
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(lines)
        self.bus.lock_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        self.find_host().wait_for(State="locked", Account="")

    def test_no_sign_in_where_unlocking_is_refused(self):
        prompter = self.bus.start_prompter()
        host = self.start_locked()
        self.assert_fails("Locked", host.get_token, interactive=True)
        self.assertEqual(prompter.stdout.readline(), "refused\n")
        self.assertEqual((host.State, host.LoginUri), ("locked", ""))

    def test_keyring_that_started_locked(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        token = host.get_token()
        self.stop_agent()
        self.keyring_process.kill()
        self.keyring_process.wait()
        self.bus.start_locked_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        host = self.find_host()
        host.wait_for(State="locked", Account="Alice Example")
        self.assertIn("keyring is locked", host.Error)
        self.bus.unlock_keyring()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), token)

    def test_refresh_while_it_is_gone(self):
        host = self.add_host()
        host.sign_in()
        self.keyring_process.kill()
        self.keyring_process.wait()
        host.call("Refresh")
        self.assertEqual((host.State, host.Saved), ("signed-in", False))
        self.assertIn("keyring does not answer", host.Error)
        fresh = host.get_token()
        asked = self.server.count("token")
        self.bus.start_keyring()
        host.wait_for(Saved=True, Error="")
        self.assertEqual(self.server.count("token"), asked)
        self.restart_agent()
        self.assertEqual(self.find_host().get_token(), fresh)

    def test_unlocked_by_another_program(self):
        host = self.start_locked()
        self.bus.unlock_keyring()
        host.wait_for(State="signed-in", Error="", Account="Alice Example")
        self.wait_for_store("ready")
        self.assertEqual(host.get_token(), self.token)

    def test_another_keyring_than_the_default_one_is_unlocked(self):
        """The token is still in the one that was the default before."""
        host = self.add_host()
        host.sign_in()
        # a host without an account may never have had a token
        host.wait_for(Account="Alice Example")
        token = host.get_token()
        self.stop_agent()
        self.bus.lock_keyring()
        before = self.bus.change_default_keyring()
        wait_until(self.bus.find_locked_items, "the keyring to know what is in the one before")
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="locked")
        self.bus.unlock_keyring(collection=before)
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), token)

    def test_unlock_refused(self):
        prompter = self.bus.start_prompter()
        host = self.start_locked()
        sentence = self.assert_fails("Locked", self.call, agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertEqual(prompter.stdout.readline(), "refused\n")
        self.assertTrue(sentence.endswith("."), sentence)
        self.assertEqual(host.State, "locked")
        self.assertEqual(self.agent_property("StoreState"), "locked")
        self.bus.unlock_keyring()
        host.wait_for(State="signed-in")

    def test_unlock_of_an_open_keyring(self):
        self.call(agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertEqual(self.agent_property("StoreState"), "ready")

    def test_locked_while_signing_in(self):
        host = self.add_host()
        self.bus.lock_keyring()
        self.bus.start_prompter()
        page = host.sign_in()
        self.assertEqual(page.status, 200)
        self.assertIn("could not be saved", host.Error)
        self.assertIn("access_token", host.get_token())
        self.assertFalse(os.path.exists(self.token_file()))

    def test_locked_while_refreshing(self):
        prompter = self.bus.start_prompter()
        host = self.add_host()
        host.sign_in()
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        host.call("Refresh")
        self.assertEqual((host.State, host.Saved), ("signed-in", False))
        self.assertIn("Unlock", host.Error)
        token = host.get_token()
        asked = self.server.count("token")
        self.bus.unlock_keyring()
        host.wait_for(Saved=True, Error="")
        self.assertEqual(host.get_token(), token)
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)
        self.assertEqual(self.server.count("token"), asked)
        # nobody was asked to unlock it
        prompter.terminate()
        self.assertEqual(prompter.stdout.read(), "")

    def test_locked_when_signing_out(self):
        host = self.add_host()
        host.sign_in()
        self.bus.lock_keyring()
        self.bus.start_prompter()
        host.call("SignOut")
        self.assertEqual((host.State, host.Account, host.Store), ("signed-out", "", ""))
        self.assertIn("a copy of the token is left", host.Error)
        self.assertIn("keyring is locked", host.Error)
        self.assertEqual(self.bus.keyring_items(host.Url), 1)

        self.restart_agent(wait=False)
        self.wait_for_store("locked")
        host = self.find_host()
        self.assertEqual(host.State, "signed-out")
        self.bus.unlock_keyring()
        self.wait_for_store("ready")
        wait_until(lambda: self.bus.keyring_items(host.Url) == 0, "the copy to go")
        host.wait_for(State="signed-out", Error="")

    def test_locked_when_removing_a_host(self):
        host = self.add_host()
        host.sign_in()
        self.bus.lock_keyring()
        self.bus.start_prompter()
        self.assert_fails("Locked", self.remove_host, host.path)
        host.wait_for(State="signed-out")
        self.bus.unlock_keyring()
        host.wait_for(Error="")
        self.remove_host(host.path)
        self.assertEqual(self.hosts(), {})
        self.assertEqual(self.bus.keyring_items(host.Url), 0)

    def test_host_without_a_user_is_not_troubled(self):
        self.add_host("https://other.example.org")
        self.start_locked()
        other = self.find_host("https://other.example.org")
        self.assertEqual((other.State, other.Error), ("signed-out", ""))


class OtherService(agentcase.AgentCase):
    """A Secret Service that is none of the usual ones."""

    def start_agent(self, **kwargs):
        if self.agent is None:
            self.secrets = FakeSecrets(self.bus)
        super().start_agent(**kwargs)

    def sign_in(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.assertEqual((host.Saved, host.Store), (True, "keyring"))
        return host

    def start_silent(self, *methods):
        """An agent that starts while the service does not answer these."""
        self.stop_agent()
        self.secrets.silent.update(methods)
        self.start_agent(wait=False)
        return self.find_host()

    def assert_signs_in_soon(self, host):
        begun = time.monotonic()
        page = host.sign_in(force=True)
        self.assertEqual(page.status, 200)
        # not the time that D-Bus waits
        self.assertLess(time.monotonic() - begun, 25)
        host.wait_for(Saved=False)
        self.assertIn("could not be saved", host.Error)
        self.assertIn("keyring does not answer", host.Error)

    def test_no_object_at_the_path_of_the_alias(self):
        host = self.sign_in()
        token = host.get_token()
        self.assertEqual(len(self.secrets.items), 1)
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)
        host.call("SignOut")
        self.assertEqual(self.secrets.items, {})

    def put(self, value):
        """Writes what is no token into the item of the host while no agent runs."""
        self.stop_agent()
        (item, (attributes, _, number)), = self.secrets.items.items()
        self.secrets.items[item] = (attributes, value, number)

    def test_what_is_stored_is_no_token(self):
        for value in (b"", b"rubbish", b"{}"):
            with self.subTest(value=value):
                host = self.sign_in()
                self.put(value)
                self.start_agent(wait=False)
                self.wait_for_store("ready")
                host = self.find_host()
                host.wait_for(State="expired")
                self.assertIn("is no token. Sign in again", host.Error)
                self.assertEqual((host.Account, host.Store), ("Alice Example", ""))
                self.assert_fails("InteractionRequired", host.get_token)
                host.sign_in()
                host.wait_for(State="signed-in", Saved=True, Error="")
                token = host.get_token()
                self.restart_agent()
                host = self.find_host()
                host.wait_for(State="signed-in")
                self.assertEqual(host.get_token(), token)
                self.remove_host(host.path)

    def test_what_is_no_token_goes_with_the_sign_out(self):
        self.sign_in()
        self.put(b"rubbish")
        path = self.bus.path("config", "keyfob", "hosts.ini")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("account=Alice Example\n", ""))
        self.start_agent(wait=False)
        host = self.find_host()
        host.wait_for(State="expired", Account="")
        host.call("SignOut")
        host.wait_for(State="signed-out", Error="")
        self.assertEqual(self.secrets.items, {})

    def test_what_is_stored_beside_a_locked_item_is_no_token(self):
        self.sign_in()
        self.put(b"rubbish")
        self.secrets.add_locked()
        wait_until(lambda: self.secrets.locked, "the locked item")
        self.start_agent(wait=False)
        host = self.find_host()
        host.wait_for(State="locked")
        self.assertIn("has not let Keyfob read the token", host.Error)

    def test_search_is_not_answered(self):
        token = self.sign_in().get_token()
        host = self.start_silent("SearchItems")
        wait_until(lambda: host.State == "locked", "the host to give up", agentcase.ANSWER)
        self.assertEqual(host.Account, "Alice Example")
        self.assertIn("keyring does not answer", host.Error)
        self.secrets.answer()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token(), token)

    def test_service_that_leaves_between_two_answers(self):
        token = self.sign_in().get_token()
        self.stop_agent()
        self.secrets.last.add("GetSecrets")
        self.start_agent(wait=False)
        host = self.find_host()
        wait_until(lambda: self.secrets.left == 1, "the service to leave", agentcase.ANSWER)
        wait_until(lambda: host.State == "locked", lambda: f"locked, and not {host.State}", agentcase.ANSWER)
        self.secrets.come_back()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), token)

    def test_sign_in_while_nothing_is_answered(self):
        self.sign_in()
        host = self.start_silent("OpenSession", "ReadAlias", "SearchItems", "Unlock")
        pending = host.start("SignIn", open_browser=False)
        pending.wait()
        self.assertIn("in memory only until the keyring answers", host.Error)
        host.call("Cancel")
        self.assert_signs_in_soon(host)
        newer = host.get_token()
        self.secrets.answer()
        host.wait_for(Saved=True, Error="")
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), newer)

    def test_sign_in_after_the_service_has_hung(self):
        host = self.sign_in()
        self.secrets.silent.update(["ReadAlias", "SearchItems", "Unlock"])
        self.assert_signs_in_soon(host)
        self.secrets.answer()
        host.wait_for(Saved=True, Error="")

    def test_refused_session_is_not_asked_for_again(self):
        self.stop_agent()
        self.secrets.refuses.add("OpenSession")
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        for _ in range(100):
            self.agent_property("Version")
        self.assertEqual(self.secrets.refused, 1)


if __name__ == "__main__":
    tap.main()
