# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Keyfob in the tray of a real panel: seen, hovered over, clicked on, and there again after a crash."""

import os

import desktop
import keyfob
import panel
import tap
from journey import HOST_NAME, Journey

WINDOW_NAME = "org.keyfob.Keyfob"


class Tray(Journey):
    icons = {}  # by state, as the panel draws them

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        panel.install_icons()
        cls.panel = panel.Panel(cls.folder)
        cls.addClassCleanup(cls.panel.stop)
        # from here on the window is what the bus starts
        assert cls.window.close() == 0

    def picture(self, name):
        desktop.screenshot(self.pictures / f"tray-{name}.png")

    def wait_icon(self, state, of=None):
        """The icon of that state, which is unlike all others; kept for later."""
        others = [icon for known, icon in self.icons.items() if known != state]
        icon = self.panel.wait_icon(unlike=others)
        self.picture(state)
        self.assertEqual(self.icons.setdefault(state, icon), icon)

    def wait_window(self):
        self.window.wait_for(HOST_NAME)
        return desktop.wait_for(lambda: desktop.find_x_windows(desktop.MAIN_WINDOW), "the window")[0]

    def close_window(self):
        self.window.press("Close")
        desktop.wait_for(lambda: not desktop.find_x_windows(desktop.MAIN_WINDOW), "the window to close")

    def test_01_appears_with_the_panel(self):
        self.panel.start()
        self.wait_icon("signed-out")
        self.panel.hover()
        self.picture("tooltip")
        self.panel.leave()

    def test_02_click_opens_the_window_and_raises_it(self):
        self.panel.click()
        window = self.wait_window()
        self.assertIsNotNone(keyfob.owner_pid(WINDOW_NAME))
        desktop.xdotool("windowminimize", "--sync", window)
        self.panel.click()
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == window,
                         "the window to be in front again")
        self.close_window()

    def test_03_sign_in_from_the_menu(self):
        self.panel.choose(f"Sign in to {HOST_NAME}")
        self.browser.attach()
        self.browser.show_tab("/interaction/")
        self.wait_icon("signing-in")
        self.browser.sign_in("alice")
        self.browser.wait_text("You are signed in")
        self.host.wait_state("signed-in")
        self.wait_icon("good")

    def test_04_copy_the_header_from_the_menu(self):
        desktop.write_clipboard("copied by another program")
        self.panel.choose(f"Copy header of {HOST_NAME}")
        header = desktop.wait_for(
            lambda: desktop.read_clipboard() not in (None, "copied by another program")
            and desktop.read_clipboard(), "the header in the clipboard")
        self.assertEqual(header, self.host.get_token()["header"])
        self.picture("copied")
        # what somebody else copies takes its place, and nothing keeps the window's process
        desktop.write_clipboard("copied by another program")
        desktop.wait_for(lambda: keyfob.owner_pid(WINDOW_NAME) is None, "the window to end")

    def test_05_preferences_and_window_from_the_menu(self):
        self.panel.choose("Preferences")
        self.window.wait_text("Stop renewing when unused for")
        self.picture("preferences")
        desktop.xdotool("key", "Escape")
        self.window.wait_gone("Preferences")
        if desktop.find_x_windows(desktop.MAIN_WINDOW):
            self.close_window()
        self.panel.choose("Open Keyfob")
        self.wait_window()
        self.close_window()

    def test_06_offline_is_seen(self):
        self.stack.server.stop()
        with self.assertRaises(keyfob.GLib.Error):
            self.host.call("Refresh")
        self.wait_icon("offline")
        self.stack.restart_server()
        self.host.call("Refresh")
        self.wait_icon("good")

    def test_07_panel_that_crashes_has_it_back(self):
        self.panel.crash()
        panel.uninstall_icons()
        self.panel.start()
        # without a file of that name, as it is drawn by the agent; an installed Keyfob has one more file
        icon = self.panel.wait_icon(unlike=() if "BED_PREFIX" in os.environ else self.icons.values())
        self.picture("pixmap")
        self.assertNotEqual(icon, b"")

    def test_08_cancel_from_the_menu(self):
        self.host.call("SignOut", {})
        self.host.wait_state("signed-out")
        self.panel.choose(f"Sign in to {HOST_NAME}")
        self.host.wait_state("signing-in")
        self.panel.choose(f"Cancel signing in to {HOST_NAME}")
        self.host.wait_state("signed-out")

    def test_09_quit_ends_all_of_it(self):
        self.panel.choose("Open Keyfob")
        self.wait_window()
        self.panel.choose("Quit")
        desktop.wait_for(lambda: keyfob.owner_pid(keyfob.AGENT_NAME) is None, "the agent to end")
        desktop.wait_for(lambda: keyfob.owner_pid(WINDOW_NAME) is None, "the window to end")
        self.panel.wait_no_icon()
        self.picture("gone")


if __name__ == "__main__":
    tap.main()
