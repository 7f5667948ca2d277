# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What every journey stands on: one desktop, one server and one host for the tests of a class.

The tests of a class are the steps of one journey; unittest runs them in the order of their names.
"""

import os
import pathlib
import signal
import unittest

import browser as browsers
import desktop
import keyfob
from stack import Stack

HOST_NAME = "Data portal"
AGENT_ENDS = 10  # seconds


class Journey(unittest.TestCase):
    has_keyring = True
    options = {}  # of the Stack

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(os.environ["BED_DIR"])
        cls.pictures = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"])
        browsers.install(cls.folder / "browser")
        cls.browser = browsers.Browser(cls.folder / "browser")
        cls.keyring = keyfob.Keyring()
        if cls.has_keyring:
            cls.keyring.start()
        cls.stack = Stack(cls.folder / "server", **cls.options)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.window = keyfob.Window(
            os.environ["KEYFOB_WINDOW"], cls.folder / "window.log",
            {"G_DEBUG": "fatal-warnings", "G_MESSAGES_DEBUG": "all"})
        cls.addClassCleanup(cls.window.stop)
        cls.addClassCleanup(cls.browser.close)
        cls.host = keyfob.add_host(cls.stack.url, HOST_NAME)
        cls.window.start()
        cls.window.wait_for(HOST_NAME)

    def setUp(self):
        self.addCleanup(self.tell_logs, len(self._outcome_failures()))

    def _outcome_failures(self):
        result = self._outcome.result
        return result.failures + result.errors

    def tell_logs(self, failures):
        """Where a step failed: the screen as a picture, and what the programs said."""
        if len(self._outcome_failures()) == failures and self._outcome.success:
            return
        self.picture(f"failed-{self.id().rpartition('.')[2]}")
        for log in (self.folder / "agent.log", self.window.log):
            lines = log.read_text(errors="replace").splitlines()[-40:] if log.exists() else []
            for line in lines:
                print(f"# {log.name}: {line}")

    def picture(self, name):
        if self.window.process.poll() is None:
            self.window.to_front()
        desktop.screenshot(self.pictures / f"{name}.png")

    @classmethod
    def open_sign_in(cls):
        """From the click to the provider's page in the browser."""
        cls.window.press("Sign in", within=HOST_NAME)
        cls.show_provider()

    @classmethod
    def show_provider(cls):
        """The page that a sign-in has opened in the browser."""
        if cls.browser.session is None:
            cls.browser.attach()
        cls.browser.show_tab("/interaction/")

    @classmethod
    def sign_in(cls, login="alice"):
        cls.open_sign_in()
        cls.browser.sign_in(login)
        cls.browser.wait_text("You are signed in")
        cls.host.wait_state("signed-in")

    @classmethod
    def close_tabs(cls):
        """One empty tab again, so that the next journey finds its own."""
        handles = cls.browser.call("GET", "/window/handles")
        for handle in handles[1:]:
            cls.browser.call("POST", "/window", {"handle": handle})
            cls.browser.call("DELETE", "/window")
        cls.browser.call("POST", "/window", {"handle": handles[0]})
        cls.browser.call("POST", "/url", {"url": "about:blank"})

    def click(self, title):
        """For a row, which has nothing to press in accessibility."""
        self.window.to_front()
        box = self.window.wait_box(title)
        window = desktop.find_x_windows(desktop.MAIN_WINDOW)[-1]
        desktop.xdotool("mousemove", "--window", window, box.x + box.width // 2, box.y + box.height // 2)
        self.window.click()

    def choose(self, item):
        """An item of the host's menu."""
        self.window.act("row.menu", within=HOST_NAME)
        self.window.press(item)

    def choose_sign_out(self):
        """The window says so at once; the agent does it when nobody can undo it any more."""
        self.choose("Sign out…")
        self.window.wait_text("^Sign out of")
        self.window.press_in_dialog("Sign out")
        self.window.wait_for(f"Signed out of {HOST_NAME}")
        self.window.wait_for("Not signed in", within=HOST_NAME)

    def sign_out(self):
        self.choose_sign_out()
        self.window.wait_gone("Undo")
        self.host.wait_state("signed-out")

    def copy_header(self):
        """Presses Copy header and gives what the clipboard then holds."""
        before = "copied by another program"
        desktop.write_clipboard(before)
        self.window.press("Copy header", within=HOST_NAME)
        desktop.wait_for(lambda: desktop.read_clipboard() not in (before, None),
                         lambda: f"the header to be copied; on screen: {self.window.texts()}")
        return desktop.read_clipboard()

    def end_agent(self):
        """Asks the agent to end, as a logout does."""
        keyfob.kill_owner(keyfob.AGENT_NAME, signal.SIGTERM)

    def restart_window(self):
        self.assertEqual(self.window.close(), 0)
        self.window.start()
        self.window.wait_for(HOST_NAME)
