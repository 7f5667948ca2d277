# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Where tokens are kept: the choice of each host, and tokens that move."""

import json
import os
import re
import signal
import threading
import time
import unittest

import agentcase
import tap
from agentcase import wait_until
from fake_server import answer
from storescase import StoresCase, token


class Files(StoresCase):
    def watched(self):
        """The inodes that the agent watches, and what it has open."""
        folder = f"/proc/{self.agent.pid}"
        inodes, paths = set(), set()
        for number in os.listdir(folder + "/fd"):
            try:
                paths.add(os.readlink(f"{folder}/fd/{number}"))
                with open(f"{folder}/fdinfo/{number}", encoding="utf-8") as file:
                    inodes.update(int(inode, 16) for inode in re.findall("inotify .* ino:([0-9a-f]+)", file.read()))
            except FileNotFoundError:
                pass
        return inodes, paths

    def is_let_go(self, folder):
        inodes, paths = self.watched()
        return os.stat(folder).st_ino not in inodes and not any(path.startswith(folder) for path in paths)

    @unittest.skipUnless(os.geteuid() == 0, "only root can look into a program that lets nobody look")
    def test_stores_that_no_host_uses_are_let_go(self):
        folders = [self.bus.path(f"used {number}") for number in range(50)]
        host = self.add_host()
        host.sign_in()
        for number, folder in enumerate(folders):
            os.mkdir(folder, 0o700)
            host.call("Configure", store=os.path.join(folder, "one.json"))
            other = self.add_host("https://other.example.org", store=os.path.join(folder, "other.json"))
            if number % 2:
                self.remove_host(other.path)
        wait_until(lambda: all(map(self.is_let_go, folders[:-1])), "the stores to be let go")
        self.assertFalse(self.is_let_go(folders[-1]))
        self.remove_host(host.path)
        wait_until(lambda: self.is_let_go(folders[-1]), "the last store to be let go")

    def test_place_is_told(self):
        host = self.add_host()
        self.assertEqual(host.Store, "")
        host.sign_in()
        self.assertEqual(host.Store, self.token_file())
        host.call("SignOut")
        self.assertEqual(host.Store, "")

    def test_relative_folders_count_for_nothing(self):
        """As the specification of the folders has it: where they would be depends on who starts the agent."""
        names = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
        self.restart_agent(env={name: "folder" for name in names})
        self.assertEqual(self.agent_property("StoreFile"),
                         self.bus.path("home", ".cache", "py-oidc-auth", "token-store.json"))
        host = self.add_host()
        host.sign_in()
        self.assertTrue(host.Saved)
        self.assertFalse(os.path.exists(self.bus.path("folder")))

    def test_another_file(self):
        host = self.add_host(store=self.other_file)
        host.sign_in()
        self.assertEqual(host.Store, self.other_file)
        self.assertEqual(self.access(self.other_file), host.get_token()["access_token"])
        self.assertEqual(os.stat(self.other_file).st_mode & 0o777, 0o600)
        self.assertFalse(os.path.exists(self.token_file()))
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in", Store=self.other_file)

    def test_moves_on_configure(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        host.call("Configure", store=self.other_file)
        self.assertEqual((host.Store, host.Error), (self.other_file, ""))
        self.assertEqual(host.Options["store"], self.other_file)
        self.assertEqual(self.access(), None)
        self.assertEqual(self.access(self.other_file), before["access_token"])
        self.assertEqual(host.get_token(), before)

        host.call("Configure", store="")
        self.assertEqual(host.Store, self.token_file())
        self.assertEqual(self.access(self.other_file), None)
        self.assertEqual(self.access(), before["access_token"])

    def test_same_file_by_another_path(self):
        host = self.add_host()
        host.sign_in()
        access = host.get_token()["access_token"]
        folder = self.bus.path("linked")
        os.symlink(os.path.dirname(self.token_file()), folder)
        path = os.path.join(folder, os.path.basename(self.token_file()))
        for store, place in ((path, path), ("", self.token_file())):
            host.call("Configure", store=store)
            self.assertEqual((self.access(), host.Store, host.Saved, host.Error), (access, place, True, ""))
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        host.call("SignOut")
        self.assertIsNone(self.access())

    def test_moves_when_added_again(self):
        host = self.add_host()
        host.sign_in()
        self.add_host(store=self.other_file)
        self.assertEqual(host.Store, self.other_file)
        self.assertEqual(self.access(), None)

    def test_configure_of_something_else_moves_nothing(self):
        host = self.add_host()
        host.sign_in()
        written = os.stat(self.token_file()).st_mtime_ns
        host.call("Configure", name="Renamed")
        self.assertEqual(host.Store, self.token_file())
        self.assertEqual(os.stat(self.token_file()).st_mtime_ns, written)

    def test_stays_where_the_new_place_is_no_good(self):
        host = self.add_host()
        host.sign_in()
        os.makedirs(self.other_file)
        sentence = self.assert_fails("Store", host.call, "Configure", store=self.other_file)
        self.assertIn(self.other_file, sentence)
        self.assertEqual((host.Store, host.State), (self.token_file(), "signed-in"))
        self.assertNotIn("store", host.Options)
        self.assertEqual(self.access(), host.get_token()["access_token"])

    def test_beside_what_is_no_token_store_nothing_is_made(self):
        folder = os.path.dirname(self.other_file)
        os.mkdir(folder, 0o700)
        name = os.path.basename(self.other_file)
        host = self.add_host()
        host.sign_in()
        for what, make in (
                ("settings", lambda: self.write_other('{"theme": "dark"}')),
                ("notes", lambda: self.write_other("not JSON at all")),
                ("bare token", lambda: self.write_other(json.dumps(token()))),
                ("folder", lambda: os.mkdir(self.other_file)),
                ("pipe", lambda: os.mkfifo(self.other_file)),
                ("link to nothing", lambda: os.symlink("/nowhere/at/all", self.other_file))):
            with self.subTest(what=what):
                make()
                self.assert_fails("Store", host.call, "Configure", store=self.other_file)
                if os.path.isfile(self.other_file):
                    sentence = self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", self.add_host,
                                                 "http://localhost:1", store=self.other_file)
                    self.assertIn("is left as it is", sentence)
                    self.assertEqual(len(self.hosts()), 1)
                else:
                    new = self.add_host("http://localhost:1", store=self.other_file)
                    new.call("SignOut")
                    self.remove_host(new.path)
                # with a token, and nowhere to keep it
                host.call("SignOut")
                host.call("Configure", store=self.other_file)
                host.sign_in()
                self.assertEqual((host.Saved, host.Store), (False, ""))
                host.call("Refresh")
                host.call("SignOut")
                self.restart_agent()
                host = self.find_host()
                host.call("Configure", store="")
                host.sign_in()
                self.assertEqual((host.Saved, host.Store), (True, self.token_file()))
                self.assertEqual(os.listdir(folder), [name])
                os.rmdir(self.other_file) if os.path.isdir(self.other_file) else os.unlink(self.other_file)

    def test_error_goes_with_the_store_that_it_is_about(self):
        folder = self.bus.path("folder")
        os.mkdir(folder)
        host = self.add_host(store=folder)
        for good in (self.other_file, "file", ""):
            with self.subTest(good):
                wait_until(lambda: "is a folder" in host.Error, "the error")
                host.call("Configure", store=good)
                host.wait_for(Error="")
                host.call("Configure", store=folder)

    def test_error_of_a_sign_in_stays_with_another_store(self):
        host = self.add_host()
        self.server.faults["login"] = answer(500, {"detail": "Out of order"})
        self.assert_fails("Unavailable", host.call, "SignIn", open_browser=False)
        self.assertIn("Out of order", host.Error)
        host.call("Configure", store=self.other_file)
        self.call(agentcase.PATH, agentcase.AGENT, "WaitForStores")
        self.assertIn("Out of order", host.Error)

    def write_other(self, text):
        with open(self.other_file, "w", encoding="utf-8") as out:
            out.write(text)

    def test_no_keyring_to_move_to(self):
        host = self.add_host()
        host.sign_in()
        sentence = self.assert_fails("Store", host.call, "Configure", store="keyring")
        self.assertIn("There is no keyring", sentence)
        self.assertEqual(host.Store, self.token_file())
        self.assertNotIn("store", host.Options)

    def test_no_keyring_to_sign_in_with(self):
        host = self.add_host(store="keyring")
        host.wait_for(State="signed-out")
        self.assertIn("There is no keyring", host.Error)
        self.assert_fails("Store", host.get_token)
        self.assert_fails("Store", host.call, "SignIn", open_browser=False)
        self.assertFalse(os.path.exists(self.token_file()))

    def test_copy_that_cannot_be_removed(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        os.rename(self.token_file(), self.token_file() + ".away")
        os.mkdir(self.token_file())
        host.call("Configure", store=self.other_file)
        self.assertEqual((host.State, host.Store), ("signed-in", self.other_file))
        self.assertIn("a copy could not be removed", host.Error)
        self.assertEqual(host.get_token(), before)

        self.stop_agent()
        os.rmdir(self.token_file())
        os.rename(self.token_file() + ".away", self.token_file())
        self.start_agent()
        wait_until(lambda: self.access() is None, "the copy to go")
        self.find_host().wait_for(State="signed-in", Store=self.other_file)

    def test_token_of_python_is_taken_up(self):
        self.write_token(token())
        host = self.add_host(store="file")
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token()["access_token"], "from-python")
        self.assertEqual(self.server.count("token"), 0)

    def test_sign_out_is_everywhere(self):
        host = self.add_host(store=self.other_file)
        host.sign_in()
        host.call("Configure", store="")
        host.sign_in(force=True)
        host.call("SignOut")
        self.assertEqual((self.access(), self.access(self.other_file)), (None, None))

    def test_living_token_wins_over_a_dead_one(self):
        dead = {**token("dead", -10), "refresh_expires": int(time.time()) - 10}
        del dead["refresh_token"]
        self.write_token(dead)
        host = self.add_host()
        host.wait_for(State="expired")
        os.makedirs(os.path.dirname(self.other_file), mode=0o700)
        self.write_token(token("alive"))
        os.rename(self.token_file(), self.other_file)
        host.call("Configure", store=self.other_file)
        host.wait_for(State="signed-in", Store=self.other_file)
        self.assertEqual(host.get_token()["access_token"], "alive")


class Keyring(StoresCase):
    keyring = True

    def test_to_the_file_and_back(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.assertEqual(host.Store, "keyring")
        host.call("Configure", store="file")
        self.assertEqual((host.Store, self.access()), (self.token_file(), before["access_token"]))
        self.assertEqual(self.bus.keyring_items(host.Url), 0)
        host.call("Configure", store="keyring")
        self.assertEqual((host.Store, self.access()), ("keyring", None))
        self.assertEqual(self.bus.keyring_items(host.Url), 1)
        self.restart_agent()
        self.assertEqual(self.find_host().get_token(), before)
        self.assertEqual(self.notices(), {})

    def test_out_of_a_locked_keyring(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        self.bus.start_prompter()
        host.call("Configure", store="file")
        self.assertEqual((host.Store, self.access()), (self.token_file(), before["access_token"]))
        self.assertIn("a copy could not be removed", host.Error)
        self.assertEqual(self.bus.keyring_items(host.Url), 1)
        self.bus.unlock_keyring()
        host.wait_for(Error="")
        self.assertEqual(self.bus.keyring_items(host.Url), 0)
        self.assertEqual(host.get_token(), before)

    def test_into_a_locked_keyring(self):
        host = self.add_host(store="file")
        host.sign_in()
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        self.bus.start_prompter()
        self.assert_fails("Locked", host.call, "Configure", store="keyring")
        self.assertEqual((host.Store, host.Options["store"]), (self.token_file(), "file"))
        self.assertIsNotNone(self.access())

    def test_chosen_while_the_token_cannot_be_read(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.stop_agent()
        self.bus.lock_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        host = self.find_host()
        host.wait_for(State="locked")
        host.call("Configure", store="file")
        self.bus.unlock_keyring()
        host.wait_for(State="signed-in", Store=self.token_file())
        self.assertEqual(self.access(), before["access_token"])
        self.assertEqual(self.bus.keyring_items(host.Url), 0)

    def test_sign_out_of_a_host_in_the_file_asks_for_no_keyring(self):
        host = self.add_host(store="file")
        host.sign_in()
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        prompter = self.bus.start_prompter()
        host.call("SignOut")
        self.assertEqual((host.State, host.Error), ("signed-out", ""))
        self.assertIsNone(self.access())
        self.assert_nobody_was_asked(prompter)


class Comes(StoresCase):
    """There is no keyring when the agent starts."""

    def test_tokens_move_into_it(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.bus.start_keyring()
        host.wait_for(Store="keyring", State="signed-in", Error="")
        self.assertEqual(self.agent_property("Store"), "keyring")
        self.assertIsNone(self.access())
        self.assertEqual(self.bus.keyring_items(host.Url), 1)
        self.assertEqual(host.get_token(), before)
        self.assertIn("keyring", self.notices()["moved-to-keyring"])
        self.call(agentcase.PATH, agentcase.AGENT, "Dismiss",
                  agentcase.GLib.Variant("(s)", ("moved-to-keyring",)))

        self.restart_agent()
        self.assertEqual(self.find_host().get_token(), before)
        self.assertEqual(self.notices(), {})

    def test_while_the_agent_is_away(self):
        self.add_host().sign_in()
        self.stop_agent()
        self.bus.start_keyring()
        self.start_agent()
        self.find_host().wait_for(Store="keyring", State="signed-in")
        self.assertIsNone(self.access())
        self.assertIn("moved-to-keyring", self.notices())

    def test_locked_one_is_waited_for(self):
        keyring = self.bus.start_keyring()
        keyring.kill()
        keyring.wait()
        self.restart_agent()
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        prompter = self.bus.start_prompter()
        self.bus.start_locked_keyring()
        self.wait_for_store("locked")
        self.assertEqual((host.Store, host.State, host.Error),
                         (self.token_file(), "signed-in", ""))
        self.assertEqual(host.get_token(), before)
        self.assert_nobody_was_asked(prompter)
        self.bus.unlock_keyring()
        host.wait_for(Store="keyring")
        self.assertEqual(host.get_token(), before)
        self.assertIsNone(self.access())

    def test_what_is_no_token_says_nothing_of_a_locked_one(self):
        keyring = self.bus.start_keyring()
        keyring.kill()
        keyring.wait()
        self.restart_agent()
        self.add_host().sign_in()
        self.stop_agent()
        with open(self.token_file(), "w", encoding="utf-8") as file:
            json.dump({self.server.url: {"token": {"access_token": ""}}}, file)
        self.bus.start_locked_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        host = self.find_host()
        host.wait_for(State="locked")
        self.assertIn("keyring is locked", host.Error)

    def test_entry_of_python_stays(self):
        self.write_token(token())
        host = self.add_host()
        host.wait_for(State="signed-in")
        self.bus.start_keyring()
        wait_until(lambda: self.agent_property("Store") == "keyring", "the keyring")
        host.wait_for(Store=self.token_file(), Options={"redirect-ports": [self.port], "store": "file"})
        self.assertEqual(self.access(), "from-python")
        self.assertEqual(self.bus.keyring_items(host.Url), 0)
        self.assertEqual(self.notices(), {})

    def test_chosen_file_stays(self):
        host = self.add_host(store="file")
        host.sign_in()
        self.bus.start_keyring()
        wait_until(lambda: self.agent_property("Store") == "keyring", "the keyring")
        self.assertEqual(host.Store, self.token_file())
        self.assertIsNotNone(self.access())


class Unsaved(StoresCase):
    """A token that could not be saved: a folder stands in the way of the file."""

    def sign_in(self):
        os.makedirs(self.token_file())
        host = self.add_host()
        host.sign_in()
        self.assertEqual((host.Saved, host.Store), (False, ""))
        return host

    def test_refresh_notes_the_store_with_which_it_began(self):
        host = self.sign_in()
        gate = self.server.gates["token"] = threading.Event()
        call = host.start("Refresh")
        host.wait_for(State="refreshing")
        # now the token can be saved, but is to be elsewhere
        os.rmdir(self.token_file())
        host.call("Configure", store=self.other_file)
        gate.set()
        call.wait()
        host.wait_for(Saved=True, Store=self.other_file)
        self.assertEqual(self.access(self.other_file), host.get_token()["access_token"])
        self.assertIsNone(self.access())

    def test_refresh_without_a_store(self):
        host = self.sign_in()
        token = host.get_token()
        asked = self.server.count("token")
        host.call("Configure", store="keyring")
        self.assertIn("no keyring", self.assert_fails("Store", host.call, "Refresh"))
        self.assertEqual((host.State, host.get_token()), ("signed-in", token))
        self.assertEqual(self.server.count("token"), asked)

        # the token is saved as soon as there is a keyring
        self.bus.start_keyring()
        host.wait_for(Saved=True, Store="keyring", Error="")
        self.assertEqual(host.get_token(), token)

    def test_renewal_without_a_store(self):
        self.server.token_life = 4
        host = self.sign_in()
        asked = self.server.count("token")
        host.call("Configure", store="keyring")
        host.wait_for(State="offline")
        self.assertIn("no keyring", host.Error)
        self.assertEqual(self.server.count("token"), asked)

        # it is renewed as soon as there is a keyring
        self.bus.start_keyring()
        host.wait_for(State="signed-in", Error="", Store="keyring")
        self.assertEqual(self.server.count("token"), asked + 1)


class HangsAtStart(StoresCase):
    keyring = True

    def setUp(self):
        super().setUp()
        self.file_host = self.add_host("https://file.example.org", store="file")
        self.host = self.add_host()
        self.host.sign_in()
        self.before = self.host.get_token()
        self.stop_agent()
        self.write_token(token(), url="https://file.example.org")
        self.keyring_process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.keyring_process.send_signal, signal.SIGCONT)
        self.start_agent(wait=False)
        self.host = self.find_host()

    def test_hosts_in_the_file_do_not_wait(self):
        file_host = self.find_host("https://file.example.org")
        self.assertEqual(file_host.get_token()["access_token"], "from-python")
        self.assertEqual(self.agent_property("StoreState"), "opening")

    def test_is_told_and_comes_back(self):
        sentence = self.assert_fails("Store", self.host.get_token)
        self.assertIn("does not answer", sentence)
        self.assertEqual((self.host.State, self.host.Error), ("locked", sentence))
        self.wait_for_store("locked")
        self.assertFalse(os.path.exists(self.token_file()) and self.access())
        self.keyring_process.send_signal(signal.SIGCONT)
        self.host.wait_for(State="signed-in", Error="")
        self.wait_for_store("ready")
        self.assertEqual(self.host.get_token(), self.before)

    def test_unlock_asks_again(self):
        self.wait_for_store("locked")
        sentence = self.assert_fails("Store", self.call, agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertIn("does not answer", sentence)
        self.keyring_process.send_signal(signal.SIGCONT)
        self.call(agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertEqual(self.host.get_token(), self.before)


class NeverComesUp(StoresCase):
    """The bus starts a keyring that does not come."""

    services = {"org.freedesktop.secrets": "/bin/sleep 60"}

    def start_agent(self, wait=False, env=None):
        super().start_agent(wait=wait, env=env)

    def test_is_told(self):
        host = self.add_host()
        self.wait_for_store("locked")
        self.assertIn("does not answer", self.assert_fails("Store", host.get_token))
        self.assertIn("does not answer", host.Error)

    def test_token_in_memory_is_good_to_its_end(self):
        self.server.token_life = 40
        host = self.add_host()
        self.wait_for_store("locked")
        host.sign_in()
        self.assertFalse(host.Saved)
        before = host.get_token()
        for options in ({}, {"interactive": True}, {"interactive": True, "min_time": 600}):
            self.assertEqual(host.get_token(open_browser=False, **options), before)
        self.assertEqual((host.State, self.server.count("token")), ("signed-in", 1))

    def test_hosts_in_the_file_do_not_wait(self):
        self.write_token(token())
        host = self.add_host(store="file")
        self.assertEqual(host.get_token()["access_token"], "from-python")


class Vanishes(StoresCase):
    keyring = True

    def end_keyring(self):
        self.keyring_process.kill()
        self.keyring_process.wait()
        self.bus.wait_for_name("org.freedesktop.secrets", present=False)

    def test_token_stays_good(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.end_keyring()
        self.assertEqual(host.get_token(), before)
        self.assertEqual((host.State, host.Store), ("signed-in", "keyring"))
        self.bus.start_keyring()
        host.call("SignOut")
        self.assertEqual((host.State, host.Error), ("signed-out", ""))
        self.assertEqual(self.bus.keyring_items(host.Url), 0)

    def test_sign_out_meanwhile(self):
        host = self.add_host()
        host.sign_in()
        self.end_keyring()
        host.call("SignOut")
        self.assertEqual(host.State, "signed-out")
        self.assertIn("a copy of the token is left", host.Error)
        self.assertIn("keyring does not answer", host.Error)
        self.bus.start_keyring()
        host.wait_for(Error="", State="signed-out")
        self.assertEqual(self.bus.keyring_items(host.Url), 0)

    def test_host_is_removed_meanwhile(self):
        host = self.add_host(name="Data portal")
        host.sign_in()
        self.end_keyring()
        self.remove_host(host.path)
        self.assertEqual(self.hosts(), {})
        notice = self.notices()["copy-left"]
        self.assertIn("Data portal is removed", notice)
        self.assertIn("keyring does not answer", notice)

    def test_gone_when_the_agent_starts(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        before = host.get_token()
        self.stop_agent()
        self.end_keyring()
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="locked")
        self.assertIn("There is no keyring", host.Error)
        self.bus.start_keyring()
        host.wait_for(State="signed-in", Store="keyring", Account="Alice Example")
        self.assertEqual(host.get_token(), before)

    def test_signed_in_again_meanwhile(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.stop_agent()
        self.end_keyring()
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="locked")
        host.sign_in()
        self.assertEqual(host.Store, self.token_file())
        newer = host.get_token()
        self.bus.start_keyring()
        host.wait_for(Store="keyring")
        self.assertEqual(host.get_token(), newer)
        self.assertIsNone(self.access())
        self.restart_agent()
        self.assertEqual(self.find_host().get_token(), newer)


if __name__ == "__main__":
    tap.main()
