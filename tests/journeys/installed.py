# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Keyfob as a package installs it, on a desktop of its own, at the real server of $KEYFOB_TEST_SERVER.

tests/package runs it on a machine that has nothing but the packages and a desktop.
"""

import os
import pathlib
import subprocess
import unittest
import urllib.request

import desktop
import form_browser
import keyfob
import tap

HOST_NAME = "Data portal"
AGENT = "/usr/libexec/keyfob-agent"


def keyfobctl(*arguments):
    return subprocess.run(["keyfobctl", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def fetch_protected(url, header):
    name, _, value = header.partition(": ")
    with urllib.request.urlopen(urllib.request.Request(f"{url}/protected", headers={name: value}), timeout=10) as answer:
        return answer.status


class Installed(unittest.TestCase):
    """The tests are the steps of one journey."""

    @classmethod
    def setUpClass(cls):
        cls.url = os.environ["KEYFOB_TEST_SERVER"]
        cls.folder = pathlib.Path(os.environ["BED_DIR"])
        form_browser.install(cls.folder / "browser")
        cls.keyring = keyfob.Keyring().start()
        cls.window = keyfob.Window("keyfob", cls.folder / "window.log", {"G_DEBUG": "fatal-warnings"})
        cls.addClassCleanup(cls.window.stop)

    def test_1_command_starts_agent(self):
        keyfobctl("add", "--name", HOST_NAME, self.url)
        command = pathlib.Path(f"/proc/{keyfob.owner_pid(keyfob.AGENT_NAME)}/cmdline").read_text()
        self.assertEqual(command.split("\0")[0], AGENT)

    def test_2_window_signs_in(self):
        self.window.start()
        self.window.wait_for(HOST_NAME)
        self.window.press("Sign in", within=HOST_NAME)
        self.window.wait_text("Alice Example")
        # the agent has the token before it answers the browser
        log = self.folder / "browser/browser.log"
        desktop.wait_for(lambda: "You are signed in" in log.read_text(), lambda: f"the page: {log.read_text()}")

    def test_3_header_is_copied(self):
        self.window.press("Copy header", within=HOST_NAME)
        header = desktop.wait_for(desktop.read_clipboard, "the clipboard to be filled")
        self.assertEqual(fetch_protected(self.url, header), 200)

    def test_4_command_gives_header(self):
        self.assertEqual(fetch_protected(self.url, keyfobctl("header", self.url)), 200)

    def test_5_token_is_in_keyring(self):
        self.assertIn("access_token", self.keyring.read(self.url))

    def test_6_launcher_raises_window(self):
        """By the service that the package installs, as launchers and the tray do."""
        self.assertEqual(self.window.close(), 0)
        keyfob.bus_call("org.keyfob.Keyfob", "/org/keyfob/Keyfob", "org.freedesktop.Application", "Activate",
                        keyfob.GLib.Variant("(a{sv})", ({},)))
        self.window.wait_for(HOST_NAME)
        self.window.press("Close")
        desktop.wait_for(lambda: keyfob.owner_pid("org.keyfob.Keyfob") is None, "the window to end")


if __name__ == "__main__":
    tap.main()
