# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Notifications as dunst shows them: said once, acted upon, taken back; and nobody to show them."""

import subprocess

import desktop
import keyfob
import tap
from dunst import Dunst
from journey import HOST_NAME, Journey

NEEDS = f"{HOST_NAME} needs you to sign in"
WILL_NEED = f"{HOST_NAME} will need you to sign in"

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
        (summary, body), = [text for text in self.dunst.told() if text[0] != WILL_NEED]
        self.assertEqual(summary, NEEDS)
        self.assertRegex(body, r"^The session ended (today|yesterday) at \d\d:\d\d$")
        self.assertEqual(self.dunst.count(), 1)
        self.picture("notification")
        # trying in vain is no news
        with self.assertRaises(keyfob.GLib.Error):
            self.host.call("Refresh")
        self.assertEqual(self.dunst.count(), 1)

    def test_3_its_action_signs_in_and_it_is_taken_back(self):
        self.close_tabs()
        self.dunst.choose("Sign in")
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
