# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What an administrator has locked by dconf cannot be changed in the window, which says so."""

import os
import pathlib

import desktop
import tap
from dconf_locks import make_profile
from gi.repository import Atspi
from window import HOUR, PORTAL, WindowCase, host

SET = "Set by your administrator"
KEYS = {"tray-icon": "true", "lapse-after-days": "uint32 7", "expiry-notice-minutes": "uint32 5",
        "copy-form": "'curl'", "clipboard-clear-seconds": "uint32 20", "ask-first": "true",
        "lock-with-screen": "true", "forget-permissions-with-screen": "true", "proxy": "'none'",
        "window-width": "500", "sort-by": "'last-used'"}
TITLES = ("Icon in the tray", "Ask before a program gets a token", "Lock with the screen",
          "Ask again after the screen was locked")


class Policy(WindowCase):
    def open(self, defaults, locked=None, **scene):
        folder = pathlib.Path(os.environ["BED_DIR"], "dconf")
        folder.mkdir(exist_ok=True)
        self.start([host(PORTAL, State="signed-in", Account="alice", left=HOUR)],
                   **make_profile(str(folder), defaults, locked), **scene)
        self.app.wait_for(PORTAL)

    def open_preferences(self):
        self.press_keys("ctrl+comma")
        self.app.wait_for("Icon in the tray")

    def switch(self, title):
        return desktop.wait_for(lambda: self.app.find_button(title), title)

    def count(self, text):
        return self.app.texts().count(text)

    def test_locked(self):
        self.open(KEYS)
        self.open_preferences()
        # each says it once; the group of the proxy says it for that
        desktop.wait_for(lambda: self.count(SET) == 9, lambda: f"{self.count(SET)} of 9 sentences")
        for title in TITLES:
            switch = self.switch(title)
            self.assertTrue(switch.has_state(Atspi.StateType.CHECKED), title)
            self.assertFalse(switch.is_sensitive, title)
        for row in ("Stop renewing when unused for 7 days", "Tell me before a sign-in ends 5 minutes",
                    "Clear the clipboard after 20 seconds"):
            self.assertFalse(self.app.wait_for(row).is_sensitive, row)
        self.picture("preferences-locked", whole_screen=True)
        # the window itself goes on, although its size is locked
        self.press_keys("Escape", title="Preferences")
        self.app.press("Copy header of " + PORTAL)
        self.app.wait_text("^Copied")

    def test_not_locked(self):
        self.open(KEYS, locked=["ask-first"])
        self.open_preferences()
        self.assertFalse(self.switch("Ask before a program gets a token").is_sensitive)
        self.assertTrue(self.switch("Lock with the screen").is_sensitive)
        self.assertEqual(self.count(SET), 1)

    def test_longest_clipboard_time(self):
        """What is chosen within the limit counts; what is beyond cannot be chosen."""
        self.open({"clipboard-clear-seconds-maximum": "uint32 60", "clipboard-clear-seconds": "uint32 0"},
                  locked=["clipboard-clear-seconds-maximum"])
        self.app.press("Copy header of " + PORTAL)
        self.app.wait_text(r"^Copied · (60|[1-5]?\d)\u00a0s$")
        self.open_preferences()
        self.app.wait_for("Clear the clipboard after 1 minute")
        # from the first to the last, which is not beyond the limit
        self.choose("Clear the clipboard after 1 minute", "Home")
        self.app.wait_for("Clear the clipboard after 10 seconds")
        self.choose("Clear the clipboard after 10 seconds", "End")
        self.app.wait_for("Clear the clipboard after 1 minute")

    def test_no_file_store(self):
        self.open({}, agent={"FileStoreAllowed": False, "Programs": ["freva"]})
        self.app.act("row.menu", within=PORTAL)
        self.app.press("Settings")
        self.app.wait_for(SET)
        for title in ("File shared with Python programs", "Another file"):
            self.assertFalse(self.app.wait_for(title).is_sensitive, title)
        self.assertTrue(self.app.wait_for("Keyring").is_sensitive)


if __name__ == "__main__":
    tap.main()
