# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Ask me first, as dunst and the window show it: a program waits for the token until the user has answered."""

import json
import subprocess

import desktop
import keyfob
import tap
from dunst import Dunst
from journey import HOST_NAME, Journey

# Asks for the token, and says what it got.
PROGRAM = """#!/usr/bin/python3
import json, sys
from gi.repository import Gio, GLib
try:
    answer, = Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
        "org.keyfob.Keyfob.Agent", sys.argv[1], "org.keyfob.Keyfob.Host1", "GetToken", GLib.Variant("(a{sv})", ({},)),
        None, Gio.DBusCallFlags.NONE, 100000)
    print(json.dumps({"header": answer["header"]}))
except GLib.Error as error:
    print(json.dumps({"error": Gio.DBusError.get_remote_error(error), "message": error.message}))
"""

DENIED = "org.keyfob.Keyfob.Error.Denied"


class Asking(Journey):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dunst = Dunst(cls.folder)
        cls.addClassCleanup(cls.dunst.stop)
        cls.sign_in()
        cls.close_tabs()
        cls.host.call("Configure", {"ask-first": keyfob.GLib.Variant("b", True)})

    def ask(self, name):
        """Starts a program of that name that asks for the token."""
        path = self.folder / name
        path.write_text(PROGRAM)
        path.chmod(0o755)
        program = subprocess.Popen([path, self.host.path], stdout=subprocess.PIPE, text=True)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        self.addCleanup(program.stdout.close)
        return program

    def wait_for_question(self, name):
        """The body of the notification about the program of that name."""
        found = desktop.wait_for(lambda: [text for text in self.dunst.told() if f"May {name} (" in text[0]], "a question")
        self.assertIn(f"have the token of {HOST_NAME}?", found[-1][0])
        self.dunst.wait_count(1)
        return found[-1][1]

    def answer(self, program):
        return json.loads(program.stdout.readline())

    def test_1_allowed_once(self):
        self.dunst.start()
        program = self.ask("monitor.py")
        body = self.wait_for_question("monitor.py")
        self.assertIn("asks for it, and can then act as you there", body)
        self.assertIn("what you allow for longer than once, other programs that are run by python3", body)
        desktop.screenshot(self.pictures / "asking.png")
        self.window.wait_text("^May monitor.py .*have the token of")
        self.dunst.choose("Allow once")
        self.assertIn("Authorization: Bearer ", self.answer(program)["header"])
        self.dunst.wait_count(0)
        offered = (self.dunst.folder / "offered").read_text()
        for action in ("Open Keyfob", "Allow once", "Allow for 8 hours", "Always allow", "Deny"):
            self.assertIn(action, offered)
        self.window.wait_gone("Allow once")
        self.assertEqual(keyfob.agent_property("Permissions"), [])

    def test_2_denied(self):
        program = self.ask("monitor.py")
        self.wait_for_question("monitor.py")
        self.dunst.choose("Deny")
        answer = self.answer(program)
        self.assertEqual(answer["error"], DENIED)
        self.assertIn(f"You did not allow this program to have the token of {HOST_NAME}", answer["message"])
        self.dunst.wait_count(0)
        # and is not asked about again at once
        self.assertIn("Try again in a minute", self.answer(self.ask("monitor.py"))["message"])

    def test_3_answered_in_the_window(self):
        program = self.ask("report.py")
        self.wait_for_question("report.py")
        self.window.press("Allow once")
        self.assertIn("Authorization: Bearer ", self.answer(program)["header"])
        self.dunst.wait_count(0)

    def test_4_always(self):
        program = self.ask("report.py")
        self.wait_for_question("report.py")
        self.dunst.choose("Always allow")
        self.assertIn("Authorization: Bearer ", self.answer(program)["header"])
        self.assertIn("Authorization: Bearer ", self.answer(self.ask("report.py"))["header"])
        self.assertEqual(len(keyfob.agent_property("Permissions")), 1)

    def test_5_nothing_shows_it(self):
        self.dunst.stop()
        self.assertEqual(self.window.close(), 0)
        answer = self.answer(self.ask("another.py"))
        self.assertEqual(answer["error"], DENIED)
        self.assertIn("Open the window of Keyfob, and try again.", answer["message"])


if __name__ == "__main__":
    tap.main()
