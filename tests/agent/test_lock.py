# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Locked tokens are not handed out, whatever they are wanted for, and sessions are renewed all the same."""

import os
import stat
import threading

import agentcase
import tap
from agentcase import AGENT, PATH
from screen import Logind, ScreenSaver
from tray import Tray

SAVERS = (("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
          ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"))


class LockCase(agentcase.AgentCase):
    def lock(self, locked=True):
        self.call(PATH, AGENT, "LockTokens" if locked else "UnlockTokens")

    def is_locked(self):
        return self.agent_property("TokensLocked")

    def wait_for_lock(self, locked=True):
        agentcase.wait_until(lambda: self.is_locked() == locked, f"the tokens to be {'' if locked else 'un'}locked")

    def assert_locked(self, host, **options):
        # screen saver and logind are in this program, and answer while it waits for the token
        sentence = self.assert_fails("TokensLocked", host.start("GetToken", **options).wait)
        self.assertIn("Unlock them in the window of Keyfob", sentence)

    def lock_file(self):
        return self.bus.path("state", "keyfob", "lock.ini")


class ByTheUser(LockCase):
    def test_no_token_until_it_is_unlocked(self):
        host = self.add_host()
        host.sign_in()
        self.assertFalse(self.is_locked())
        self.lock()
        self.assertTrue(self.is_locked())
        self.assert_locked(host)
        # the keyring has nothing to do with it
        self.assertEqual((host.State, self.agent_property("StoreState")), ("signed-in", "ready"))
        self.lock(False)
        self.assertFalse(self.is_locked())
        self.assertTrue(host.get_token()["header"].startswith("Authorization: Bearer "))

    def test_sessions_are_renewed(self):
        host = self.add_host()
        host.sign_in()
        first = host.Expires
        self.lock()
        self.server.token_life += 100
        host.call("Refresh")
        self.assertGreater(host.Expires, first)
        self.assertEqual(host.State, "signed-in")

    def test_renewed_by_itself(self):
        self.server.token_life = 4
        host = self.add_host()
        host.sign_in()
        self.lock()
        first = host.Expires
        agentcase.wait_until(lambda: host.Expires > first, "a new token", agentcase.ANSWER)

    def test_no_sign_in_begins(self):
        host = self.add_host()
        self.lock()
        self.assert_locked(host, interactive=True)
        self.assertEqual((host.State, host.LoginUri), ("signed-out", ""))

    def test_token_that_comes_after_the_lock_is_not_handed_out(self):
        self.add_host()
        self.stop_agent()
        self.write_token(self.server.make_token(life=-10))
        self.server.gates["token"] = threading.Event()
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="refreshing")
        asked = host.start("GetToken")
        # the call is with the agent before the lock is: both come on one connection
        self.lock()
        self.assertFalse(asked.done)
        self.server.gates["token"].set()
        host.wait_for(State="signed-in")
        self.assert_fails("TokensLocked", asked.wait)

    def test_lasts_over_a_restart(self):
        host = self.add_host()
        host.sign_in()
        self.lock()
        self.stop_agent(9)
        self.start_agent()
        self.assertTrue(self.is_locked())
        self.assert_locked(self.find_host())
        self.lock(False)
        self.restart_agent()
        self.assertFalse(self.is_locked())

    def test_file_is_private(self):
        self.lock()
        self.assertEqual(os.stat(self.lock_file()).st_mode & 0o777, 0o600)

    def test_file_that_cannot_be_read_locks(self):
        self.lock(False)
        self.stop_agent()
        os.makedirs(os.path.dirname(self.lock_file()), exist_ok=True)
        with open(self.lock_file(), "w", encoding="utf-8") as out:
            out.write("no key file\n")
        # the agent tells that, which would end it here
        self.start_agent(env={"G_DEBUG": ""})
        self.assertTrue(self.is_locked())
        self.lock(False)
        self.assertFalse(self.is_locked())

    def test_lock_that_cannot_be_saved_is_told(self):
        os.makedirs(self.lock_file())
        self.assertIn("only until Keyfob ends", self.assert_fails("Store", self.lock))
        self.assertTrue(self.is_locked())
        os.rmdir(self.lock_file())

    def test_device_stays_a_device(self):
        """A pipe stands for /dev/null, which root could replace."""
        device = self.bus.path("device")
        os.mkfifo(device)
        os.makedirs(os.path.dirname(self.lock_file()), exist_ok=True)
        os.symlink(device, self.lock_file())
        self.assertIn("is not a regular file", self.assert_fails("Store", self.lock))
        self.assertTrue(self.is_locked())
        self.assertTrue(stat.S_ISFIFO(os.stat(device).st_mode))
        os.unlink(self.lock_file())


class InTheTray(LockCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host(name="Portal")
        self.host.sign_in()
        self.tray = Tray(self.bus)
        self.tray.wait_for_item()
        self.tray.wait_for(Title="Signed in")

    def test_locks_and_unlocks(self):
        self.tray.choose("Lock tokens")
        self.tray.wait_for(Title="Signed in; tokens are locked")
        self.assertEqual(self.tray.get("ToolTip"), ("", [], "Signed in", "Tokens are locked"))
        self.assert_locked(self.host)
        # where nothing else can be done, what mends it comes first
        self.assertEqual(self.tray.menu().labels()[0], "Unlock tokens")
        self.assertNotIn("Lock tokens", self.tray.menu().labels())
        self.tray.choose("Unlock tokens")
        self.tray.wait_for(Title="Signed in")
        self.assertIn("header", self.host.get_token())

    def test_nothing_to_copy_while_locked(self):
        self.assertTrue(self.tray.menu("Copy header of Portal").enabled)
        self.tray.choose("Lock tokens")
        agentcase.wait_until(lambda: not self.tray.menu("Copy header of Portal").enabled, "no copy to be offered")


class WithTheScreen(LockCase):
    """As the preference has it, in a file here."""

    def setUp(self):
        super().setUp()
        self.host = self.add_host()
        self.host.sign_in()
        self.stop_agent()
        self.set_preference(True)

    def set_preference(self, follows):
        path = self.bus.path("config", "glib-2.0", "settings", "keyfile")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nlock-with-screen={str(follows).lower()}\n")

    def start(self, **env):
        self.start_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"],
                              "GSETTINGS_BACKEND": "keyfile", **env})
        self.host = self.find_host()

    def start_saver(self, number=0, **options):
        return ScreenSaver(self.bus, *SAVERS[number], **options)

    def start_logind(self):
        logind = Logind()
        self.addCleanup(logind.close)
        return logind

    def start_with(self, logind):
        asked = len(logind.asked)
        self.start(DBUS_SYSTEM_BUS_ADDRESS=logind.address)
        agentcase.wait_until(lambda: len(logind.asked) > asked, "the session to be asked for")
        # answered once the hint is known
        self.host.get_token()

    def test_each_screen_saver(self):
        for number in range(len(SAVERS)):
            with self.subTest(saver=SAVERS[number][0]):
                saver = self.start_saver(number)
                self.start()
                self.assertIn("header", self.host.get_token())
                saver.set_active(True)
                self.wait_for_lock()
                self.assert_locked(self.host)
                saver.set_active(False)
                self.wait_for_lock(False)
                self.assertIn("header", self.host.get_token())
                saver.close()
                self.stop_agent()

    def test_token_file_is_not_there_while_the_screen_is_locked(self):
        saver = self.start_saver()
        self.start()
        path = bytes(self.host.call("WriteTokenFile")[0][0][:-1])
        saver.set_active(True)
        agentcase.wait_until(lambda: not os.path.exists(path), "the file to go")
        saver.set_active(False)
        agentcase.wait_until(lambda: os.path.exists(path), "the file to come back")

    def test_screen_saver_that_comes_later(self):
        self.start()
        self.assertFalse(self.is_locked())
        self.start_saver(active=True)
        self.wait_for_lock()

    def test_locked_screen_when_the_agent_starts(self):
        saver = self.start_saver(active=True)
        self.start()
        self.assert_locked(self.host)
        saver.set_active(False)
        self.wait_for_lock(False)

    def test_no_token_before_it_is_known(self):
        saver = self.start_saver(active=True)
        saver.held = []
        self.start()
        agentcase.wait_until(lambda: saver.held, "the screen saver to be asked")
        asked = self.host.start("GetToken")
        self.assertEqual(self.agent_property("StoreState"), "ready")
        self.assertFalse(asked.done)
        saver.release()
        self.assert_fails("TokensLocked", asked.wait)

    def test_screen_saver_that_hangs_holds_nobody_up(self):
        saver = self.start_saver()
        saver.held = []
        self.start()
        self.assertIn("header", self.host.get_token())

    def test_screen_saver_that_crashes_opens_nothing(self):
        saver = self.start_saver()
        self.start()
        saver.set_active(True)
        self.wait_for_lock()
        saver.close()
        self.bus.wait_for_name(saver.name, present=False)
        self.assert_locked(self.host)
        self.start_saver(active=False)
        self.wait_for_lock(False)

    def test_unlocked_by_the_user_while_the_screen_is_not(self):
        saver = self.start_saver()
        self.start()
        saver.set_active(True)
        self.wait_for_lock()
        self.lock(False)
        self.assertIn("header", self.host.get_token())
        # the next time locks again
        saver.set_active(False)
        saver.set_active(True)
        self.wait_for_lock()

    def test_the_screen_does_not_open_what_the_user_has_locked(self):
        saver = self.start_saver()
        self.start()
        saver.set_active(True)
        self.wait_for_lock()
        self.lock()
        saver.set_active(False)
        self.start_saver(1)
        self.assert_locked(self.host)

    def test_screen_lock_is_not_kept_over_a_restart(self):
        saver = self.start_saver()
        self.start()
        saver.set_active(True)
        self.wait_for_lock()
        self.stop_agent()
        saver.set_active(False)
        self.start()
        self.assertIn("header", self.host.get_token())

    def test_only_where_the_user_wants_that(self):
        self.set_preference(False)
        saver = self.start_saver(active=True)
        self.start()
        self.assertIn("header", self.host.get_token())
        self.set_preference(True)
        self.wait_for_lock()
        self.set_preference(False)
        self.wait_for_lock(False)
        saver.close()

    def test_logind_says_that_the_screen_is_locked(self):
        logind = self.start_logind()
        self.start_with(logind)
        self.assertEqual(set(logind.asked), {"auto"})
        logind.set_locked(True)
        self.wait_for_lock()
        self.assert_locked(self.host)
        logind.set_locked(False)
        self.wait_for_lock(False)

    def test_logind_asks_for_a_lock(self):
        logind = self.start_logind()
        self.start_with(logind)
        logind.ask("Lock")
        self.wait_for_lock()
        logind.ask("Unlock")
        self.wait_for_lock(False)

    def test_lock_of_logind_ends_with_the_screen_saver(self):
        logind = self.start_logind()
        saver = self.start_saver()
        self.start_with(logind)
        logind.ask("Lock")
        self.wait_for_lock()
        saver.set_active(True)
        saver.set_active(False)
        self.wait_for_lock(False)

    def test_locked_in_logind_when_the_agent_starts(self):
        logind = self.start_logind()
        logind.set_locked(True)
        self.start(DBUS_SYSTEM_BUS_ADDRESS=logind.address)
        self.assert_locked(self.host)

    def test_session_of_the_next_login(self):
        logind = self.start_logind()
        self.start_with(logind)
        old = logind.session
        logind.log_in_again()
        agentcase.wait_until(lambda: len(logind.asked) > 1, "the new session to be asked for")
        logind.set_locked(True, old)
        logind.set_locked(True)
        self.wait_for_lock()


if __name__ == "__main__":
    tap.main()
