# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Sign-ins that come to nothing, and a server that goes away: each ends in a sentence."""

import contextlib
import socket
import urllib.parse

import browser as browsers
import desktop
import tap
from gi.repository import GLib
from journey import HOST_NAME, Journey

PORTS = range(53100, 53106)


@contextlib.contextmanager
def taken_ports():
    """Somebody else holds all the redirect ports, on 127.0.0.1 only."""
    with contextlib.ExitStack() as stack:
        for port in PORTS:
            holder = stack.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):  # held by somebody else already, then
                holder.bind(("127.0.0.1", port))
                holder.listen()
        yield


class Trouble(Journey):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # not asked for again after a refusal, and without it this provider lets nothing be renewed
        cls.host.call("Configure", {"consent": GLib.Variant("s", "always")})

    def wait_over(self, pattern):
        """The sign-in is over, and the row says why."""
        self.host.wait_state("signed-out")
        self.window.wait_text(pattern)
        self.assertRegex(self.host.property("Error"), pattern)
        self.window.wait_for("Sign in", within=HOST_NAME)

    def test_1_all_ports_taken(self):
        opened = self.browser.opened()
        with taken_ports():
            self.window.press("Sign in", within=HOST_NAME)
            self.window.wait_for("Copy code")
        self.assertIn("Other programs hold every port", self.host.property("Error"))
        self.window.press("Cancel")
        self.host.wait_state("signed-out")
        # where the host offers no code
        self.host.call("Configure", {"device-flow": GLib.Variant("b", False)})
        self.addCleanup(self.host.call, "Configure", {"device-flow": GLib.Variant("b", True)})
        with taken_ports():
            self.window.press("Sign in", within=HOST_NAME)
            self.window.wait_text("Other programs hold every port")
            self.picture("no-port")
        self.host.wait_state("signed-out")
        self.assertEqual(self.browser.opened(), opened)

    def test_2_denied_by_the_user(self):
        self.open_sign_in()
        self.browser.deny()
        self.browser.show_tab("/callback")
        self.assertNotIn("You are signed in", self.browser.text())
        self.picture("denied-page")
        self.wait_over("said no to this sign-in")
        self.picture("denied")
        self.browser.call("POST", "/refresh", {})
        self.browser.wait_text("The sign-in did not work")

    def test_3_cancelled(self):
        self.close_tabs()
        self.open_sign_in()
        self.window.press("Cancel", within=HOST_NAME)
        self.host.wait_state("signed-out")
        self.window.wait_for("Sign in", within=HOST_NAME)
        self.assertEqual(self.host.property("LoginUri"), "")

    def test_4_browser_that_insists_on_https(self):
        self.close_tabs()
        self.open_sign_in()
        redirect = urllib.parse.parse_qs(urllib.parse.urlsplit(self.host.property("LoginUri")).query)["redirect_uri"][0]
        with self.assertRaisesRegex(LookupError, "ERR_SSL"):
            self.browser.call("POST", "/url", {"url": redirect.replace("http:", "https:")})
        self.window.wait_text("The browser came back with https")
        self.picture("https")
        self.window.press("Cancel", within=HOST_NAME)
        self.host.wait_state("signed-out")

    def test_5_no_browser(self):
        browsers.uninstall()
        self.addCleanup(browsers.install, self.folder / "browser")
        self.window.press("Sign in", within=HOST_NAME)
        self.window.wait_for("Copy code")
        self.picture("no-browser-but-a-code")
        self.assertIn("No browser is set up", self.host.property("Error"))
        self.window.press("Cancel")
        self.host.wait_state("signed-out")
        # where the host offers no code
        self.host.call("Configure", {"device-flow": GLib.Variant("b", False)})
        self.window.press("Sign in", within=HOST_NAME)
        self.window.wait_text("No browser is set up")
        self.picture("no-browser")
        # the way out that the sentence names: the page opened by hand
        self.window.press("Copy link", within=HOST_NAME)
        link = desktop.wait_for(desktop.read_clipboard, "the link")
        self.assertTrue(link.startswith(self.stack.provider.url), link[:40])
        self.browser.call("POST", "/url", {"url": link})
        self.browser.sign_in("bob")
        self.browser.wait_text("You are signed in")
        self.window.wait_text("Bob Sample")

    def test_6_server_gone_for_a_while(self):
        header = self.copy_header()
        self.stack.server.stop()
        self.choose("Refresh now")
        self.host.wait_state("offline")
        self.window.wait_text(r"Offline · token good for \d+ min")
        self.window.wait_text("127.0.0.1")
        self.picture("offline")
        self.assertEqual(self.copy_header(), header)
        self.stack.restart_server()
        self.choose("Refresh now")
        self.host.wait_state("signed-in")
        self.window.wait_text("renewed by itself, .*Bob Sample")
        self.assertEqual(self.host.property("Error"), "")

    def test_7_nobody_at_the_address(self):
        self.stack.server.stop()
        self.sign_out()
        self.window.press("Sign in", within=HOST_NAME)
        self.window.wait_text("Cannot reach 127.0.0.1:[0-9]+: nothing answers there")
        self.picture("refused")


if __name__ == "__main__":
    tap.main()
