# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Removing and signing out, and what becomes of that when it is undone or the window ends."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import desktop
import tap
from gi.repository import Gio
from rows import signed_in
from window import LOGIN_URI, WindowCase, host

HERE = pathlib.Path(__file__).resolve().parent


def signing_in(name):
    return host(name, State="signing-in", LoginUri=LOGIN_URI)


class Leaving(WindowCase):
    """Removing and signing out: the agent is told when nobody can undo it any more."""

    def choose(self, item, within=None):
        self.app.act("row.menu", within=within)
        self.app.press(item)

    def sign_out(self, name="one.example.org"):
        self.choose("Sign out…", within=name)
        self.app.wait_for(f"Sign out of {name}?")
        self.app.press_in_dialog("Sign out")
        self.app.wait_for(f"Signed out of {name}")

    def remove(self, name):
        self.choose("Remove", within=name)
        self.app.wait_for(f"{name} removed")
        self.app.wait_gone(name)

    def close_window(self):
        self.press_keys("ctrl+w")
        self.wait_end()

    def test_sign_out(self):
        self.start([signed_in("one.example.org")])
        self.sign_out()
        self.app.wait_for("Not signed in")
        self.assertEqual(self.agent.calls("SignOut"), [])
        self.app.wait_gone("Undo")
        self.assertEqual(self.agent.wait_call("SignOut"), [{}])
        self.app.wait_for("Not signed in")

    def test_sign_out_is_undone(self):
        self.start([signed_in("one.example.org")])
        self.sign_out()
        self.app.press("Undo")
        self.app.wait_for("Signed in · renewed by itself")
        self.app.wait_gone("Undo")
        self.close_window()
        self.assertEqual(self.agent.calls("SignOut"), [])

    def test_sign_in_after_sign_out(self):
        """Perhaps as somebody else: the session before is not wanted back."""
        self.start([signed_in("one.example.org")])
        self.sign_out()
        self.app.press("Sign in")
        self.agent.wait_call("SignIn")
        self.assertEqual(self.agent.calls("SignOut"), [[{}]])
        self.app.wait_gone("Undo")

    def test_sign_out_of_the_browser_too(self):
        """The page is opened at once, so there is nothing to undo."""
        self.start([signed_in("one.example.org")])
        self.choose("Sign out…")
        self.app.wait_for("Also end the session in the browser")
        # it has the focus
        self.press_keys("space", title="Sign out of one.example.org?")
        self.app.press_in_dialog("Sign out")
        self.app.wait_for("Not signed in")
        self.assertEqual(self.agent.calls("SignOut"), [[{"end-session": True}]])
        self.app.wait_for("Signed out of one.example.org")
        self.assertIsNone(self.app.find_button("Undo"))

    def test_sign_out_is_cancelled(self):
        self.start([signed_in("one.example.org")])
        self.choose("Sign out…")
        self.app.wait_for("Sign out of one.example.org?")
        self.app.press_in_dialog("Cancel")
        self.app.wait_for("Signed in · renewed by itself")
        self.assertIsNone(self.app.find_button("Undo"))

    def test_sign_out_says_what_it_could_not_do(self):
        self.start([signed_in("one.example.org"), host("two.example.org")])
        sentence = "The token is still in the keyring, which is locked. Unlock it to have it removed."
        self.agent.fail("SignOut", "Locked", sentence)
        self.sign_out()
        self.remove("two.example.org")
        self.app.wait_for(sentence)
        self.app.wait_for("Signed in · renewed by itself")

    def test_remove(self):
        self.start([signed_in("one.example.org")])
        self.remove("one.example.org")
        self.app.wait_for("Which server do you use?")
        self.wait_focus("Address")
        self.assertEqual(self.agent.calls("RemoveHost"), [])
        self.app.wait_gone("Undo")
        self.agent.wait_call("RemoveHost")

    def test_remove_and_undo(self):
        for undo in (lambda: self.app.press("Undo"), lambda: self.press_keys("ctrl+z")):
            with self.subTest():
                self.start([host("one.example.org"), signed_in("two.example.org")])
                self.remove("two.example.org")
                undo()
                self.app.wait_for("Signed in · renewed by itself", within="two.example.org")
                self.app.wait_gone("Undo")
                self.close_window()
                self.assertEqual(self.agent.calls("RemoveHost"), [])

    def test_the_next_one_carries_out_the_first(self):
        self.start([host("one.example.org"), host("two.example.org"), host("three.example.org")])
        first, second = self.agent.paths("one.example.org", "two.example.org")
        self.remove("one.example.org")
        self.remove("two.example.org")
        self.assertEqual(self.agent.wait_call("RemoveHost"), [first])
        self.app.press("Undo")
        self.app.wait_for("Not signed in", within="two.example.org")
        self.close_window()
        self.assertEqual(self.agent.calls("RemoveHost"), [[first]])
        self.assertEqual(self.agent.paths("two.example.org"), [second])

    def test_closing_the_window_carries_it_out(self):
        for keys in ("ctrl+w", "ctrl+q"):
            with self.subTest(keys):
                self.start([host("one.example.org"), host("two.example.org")])
                path, = self.agent.paths("one.example.org")
                self.remove("one.example.org")
                self.assertEqual(self.agent.calls("RemoveHost"), [])
                self.press_keys(keys)
                self.wait_end()
                self.assertEqual(self.agent.wait_call("RemoveHost"), [path])

    def test_a_crash_leaves_all_as_it_was(self):
        self.start([host("one.example.org"), host("two.example.org")])
        self.remove("one.example.org")
        self.process.kill()
        self.process.wait()
        self.process = None
        self.assertEqual(self.agent.calls("RemoveHost"), [])

    def test_a_signal_carries_it_out(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number.name):
                self.start([host("one.example.org"), host("two.example.org")])
                path, = self.agent.paths("one.example.org")
                self.remove("one.example.org")
                self.process.send_signal(number)
                self.wait_end()
                self.assertEqual(self.agent.calls("RemoveHost"), [[path]])

    def test_the_session_ends(self):
        said = pathlib.Path(os.environ["BED_DIR"], "session")
        with said.open("w", encoding="ascii") as out:
            manager = subprocess.Popen([sys.executable, str(HERE / "session_manager.py")], stdout=out)
        self.addCleanup(manager.wait)
        self.addCleanup(manager.terminate)
        desktop.wait_for(lambda: "ready" in said.read_text(), "the session manager")
        self.start([host("one.example.org"), host("two.example.org")])
        path, = self.agent.paths("one.example.org")
        desktop.wait_for(lambda: "registered" in said.read_text(), "the window to register")
        self.remove("one.example.org")
        self.agent.bus.call_sync("org.gnome.SessionManager", "/org/gnome/SessionManager", "org.keyfob.Test", "End", None,
                                 None, Gio.DBusCallFlags.NONE, -1)
        self.assertEqual(self.agent.wait_call("RemoveHost"), [path])
        desktop.wait_for(lambda: "answered True" in said.read_text(), "the answer of the window")

    def test_sign_out_before_a_signal(self):
        self.start([signed_in("one.example.org")])
        self.sign_out()
        self.process.send_signal(signal.SIGTERM)
        self.wait_end()
        self.assertEqual(self.agent.calls("SignOut"), [[{}]])

    def test_a_signal_ends_a_program_that_owns_the_clipboard(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-one.example.org", "the header")
        self.process.send_signal(signal.SIGTERM)
        self.wait_end()

    def start_again(self):
        """With the settings that the window before wrote."""
        settings = self.settings.read_text()
        self.start([host("one.example.org"), signed_in("two.example.org")], settings=settings)

    def test_what_was_not_carried_out_is_told(self):
        for leave, name, sentence in (
                (self.remove, "one.example.org", "Keyfob was ended before one.example.org was removed"),
                (self.sign_out, "two.example.org", "Keyfob was ended before it had signed out of two.example.org")):
            with self.subTest(name):
                self.start([host("one.example.org"), signed_in("two.example.org")])
                leave(name)
                self.process.kill()
                self.process.wait()
                self.start_again()
                self.app.wait_for(sentence)
                # once
                self.close_window()
                self.start_again()
                self.app.wait_for("Copy header", within="two.example.org")
                self.assertIsNone(self.app.find(sentence))
                self.close_window()

    def test_what_was_carried_out_is_not_told(self):
        self.start([host("one.example.org"), signed_in("two.example.org")])
        self.remove("one.example.org")
        self.close_window()
        self.start_again()
        self.app.wait_for("Copy header", within="two.example.org")
        self.assertIsNone(self.app.find(re.compile("^Keyfob was ended")))

    def test_agent_that_starts_again_has_the_host(self):
        self.start([host("one.example.org"), host("two.example.org")])
        self.remove("one.example.org")
        self.agent.kill()
        self.app.wait_for("Not signed in", within="one.example.org")
        self.app.wait_gone("Undo")
        self.assertEqual(self.agent.calls("RemoveHost"), [])

    def test_removed_by_another_program_meanwhile(self):
        self.start([host("one.example.org"), host("two.example.org")])
        path, = self.agent.paths("one.example.org")
        self.remove("one.example.org")
        self.agent.remove_host(path)
        self.remove("two.example.org")
        self.close_window()
        # of the other program, and of the second removal
        self.assertEqual(len(self.agent.calls("RemoveHost")), 2)
        self.assertEqual(self.agent.calls("RemoveHost")[0], [path])

    def test_added_again_meanwhile(self):
        """The removal is not carried out on the host that was added after it."""
        self.start([host("one.example.org")])
        self.remove("one.example.org")
        self.app.write("Address", "one.example.org")
        self.app.press("Add and sign in")
        self.agent.wait_call("SignIn")
        self.assertEqual(len(self.agent.calls("RemoveHost")), 1)
        self.app.wait_text("^Finish in your browser")
        self.assertIsNone(self.app.find_button("Undo"))

    def test_removed_before_the_sign_out_has_ended(self):
        self.start([signed_in("one.example.org"), host("two.example.org")])
        self.agent.call("Hold", "SignOut")
        self.sign_out()
        self.remove("one.example.org")
        self.agent.wait_call("SignOut")
        self.agent.call("Release", "SignOut")
        # what the agent tells after its answer
        self.agent.set_host("two.example.org", Name="three.example.org")
        self.app.wait_for("three.example.org")
        self.assertIsNone(self.app.find("one.example.org"))
        self.app.press("Undo")
        self.app.wait_for("Not signed in", within="one.example.org")

    def test_undo_is_not_lost_by_another_message(self):
        self.start([host("one.example.org"), signing_in("two.example.org")])
        self.app.wait_for("Copy link")
        self.remove("one.example.org")
        self.app.press("Copy link")
        self.app.press("Undo")
        self.app.wait_for("Not signed in", within="one.example.org")
        self.app.wait_for("Link copied")

    def test_cannot_be_removed(self):
        self.start([host("one.example.org"), host("two.example.org")])
        sentence = "The list of hosts cannot be saved: there is no room left."
        self.agent.fail("RemoveHost", "Store", sentence)
        self.remove("one.example.org")
        self.remove("two.example.org")
        self.app.wait_for("Not signed in", within="one.example.org")
        self.app.press("Undo")
        self.app.wait_for(sentence)

    def leave_dialog(self, item, title, *keys):
        """Opens the question and leaves it by keys that the window manager or the dialog has for that."""
        self.app.act("row.menu")
        self.app.press(item)
        self.app.wait_for(title)
        window = self.x_window(title)
        self.press_keys(*keys, title=title)
        desktop.wait_for(lambda: window not in desktop.find_x_windows(".*"), "the dialog to close")
        self.assertIsNone(self.app.find_button("Undo"))

    def test_sign_out_question_is_left_by_other_ways(self):
        self.start([signed_in("one.example.org")])
        for keys in ("Escape", "alt+F4"):
            self.leave_dialog("Sign out…", "Sign out of one.example.org?", keys)
        self.close_window()
        self.assertEqual(self.agent.calls("SignOut"), [])


if __name__ == "__main__":
    tap.main()
