# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Notifications as dunst shows them: said once, acted upon, taken back; and nobody to show them."""

import json
import subprocess

import desktop
import keyfob
import tap
from journey import HOST_NAME, Journey

NEEDS = f"{HOST_NAME} needs you to sign in"
WILL_NEED = f"{HOST_NAME} will need you to sign in"
NOTIFICATIONS = "org.freedesktop.Notifications"

# What it shows it also tells a script, and its menu of actions is answered by one.
SETTINGS = """[global]
origin = top-right
font = Sans 12
timeout = 0
dmenu = {folder}/choose

[tell]
summary = "*"
script = {folder}/tell
"""

TELL = """#!/usr/bin/python3
import json, os
with open("{folder}/shown", "a") as out:
    out.write(json.dumps([os.environ["DUNST_SUMMARY"], os.environ["DUNST_BODY"]]) + "\\n")
"""

CHOOSE = """#!/bin/sh
tee {folder}/offered | grep -m 1 'Sign in'
"""


class Dunst:
    def __init__(self, folder):
        self.folder = folder / "dunst"
        self.folder.mkdir()
        self.shown = self.folder / "shown"
        self.process = None
        for name, text in (("dunstrc", SETTINGS), ("tell", TELL), ("choose", CHOOSE)):
            path = self.folder / name
            path.write_text(text.format(folder=self.folder))
            path.chmod(0o755)

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["dunst", "-config", str(self.folder / "dunstrc")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT)
        desktop.wait_for(lambda: keyfob.owner_pid(NOTIFICATIONS) is not None, "dunst")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def count(self):
        answer = subprocess.run(["dunstctl", "count", "displayed"], check=True,
                                capture_output=True, text=True)
        return int(answer.stdout)

    def wait_count(self, count):
        desktop.wait_for(lambda: self.count() == count, f"{count} to be shown")

    def wait_told(self, summary):
        desktop.wait_for(lambda: summary in [text[0] for text in self.told()], f"{summary} to be shown")

    def told(self):
        """All that was ever shown: (summary, body)."""
        if not self.shown.exists():
            return []
        return [tuple(json.loads(line)) for line in self.shown.read_text().splitlines()]


class Notifications(Journey):
    options = {"access_seconds": 10}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dunst = Dunst(cls.folder)
        cls.addClassCleanup(cls.dunst.stop)
        cls.sign_in()
        cls.close_tabs()

    def picture(self, name):
        desktop.screenshot(self.pictures / f"{name}.png")

    def end_session(self):
        """The provider is started anew and knows no session of before."""
        self.stack.restart_provider()
        with self.assertRaises(keyfob.GLib.Error):
            self.host.call("Refresh")
        self.host.wait_state("expired")  # as soon as the access token is over

    def test_1_nobody_shows_them(self):
        self.end_session()
        self.window.wait_for("Sign in", within=HOST_NAME)
        self.open_sign_in()
        self.browser.sign_in("alice")
        self.host.wait_state("signed-in")

    def test_2_says_once_who_needs_the_user(self):
        self.dunst.start()
        self.end_session()
        self.dunst.wait_count(1)
        # where the token was still good, what will be needed was told first, and replaced
        self.dunst.wait_told(NEEDS)
        self.assertEqual([text for text in self.dunst.told() if text[0] != WILL_NEED],
                         [(NEEDS, "The session has ended.")])
        self.assertEqual(self.dunst.count(), 1)
        self.picture("notification")
        # trying in vain is no news
        with self.assertRaises(keyfob.GLib.Error):
            self.host.call("Refresh")
        self.assertEqual(self.dunst.count(), 1)

    def test_3_its_action_signs_in_and_it_is_taken_back(self):
        self.close_tabs()
        subprocess.run(["dunstctl", "context"], check=True)
        self.browser.show_tab("/interaction/")
        self.browser.sign_in("alice")
        self.host.wait_state("signed-in")
        self.dunst.wait_count(0)
        offered = (self.dunst.folder / "offered").read_text()
        self.assertIn("Open Keyfob", offered)
        self.assertEqual(len([text for text in self.dunst.told() if text[0] == NEEDS]), 1)

    def test_4_taken_back_when_the_user_signs_in_elsewhere(self):
        self.end_session()
        self.dunst.wait_count(1)
        self.close_tabs()
        self.open_sign_in()
        self.browser.sign_in("alice")
        self.host.wait_state("signed-in")
        self.dunst.wait_count(0)

    def test_5_click_opens_the_window(self):
        self.end_session()
        self.dunst.wait_count(1)
        self.assertEqual(self.window.close(), 0)
        subprocess.run(["dunstctl", "action", "0"], check=True)
        self.window.wait_for(HOST_NAME)
        self.assertIsNotNone(keyfob.owner_pid("org.keyfob.Keyfob"))

    def test_6_do_not_disturb(self):
        subprocess.run(["dunstctl", "set-paused", "true"], check=True)
        self.host.call("SignOut", {})
        self.host.wait_state("signed-out")
        self.window.wait_for("Sign in", within=HOST_NAME)
        self.dunst.wait_count(0)


if __name__ == "__main__":
    tap.main()
