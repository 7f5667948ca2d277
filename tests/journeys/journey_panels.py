# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Panels of several desktops: the icon can be seen, light and dark, and an open menu stays true."""

import os
import pathlib
import shutil
import socket
import unittest

import desktop
import keyfob
import panel
import tap

ICON = "org.keyfob.Keyfob-tray-signed-out-symbolic"  # of a host that nobody is signed in to
ENOUGH = 3  # contrast of what is to be seen at all, WCAG 1.4.11
AREA = 70  # pixels, of about 130 in the smallest drawing of the icon


class Panels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(os.environ["BED_DIR"])
        cls.pictures = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"])
        cls.bus = keyfob.Gio.bus_get_sync(keyfob.Gio.BusType.SESSION, None)
        cls.xfce = panel.Panel(cls.folder)
        panel.install_icons()
        # a server that takes its time to answer
        cls.server = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(cls.server.close)
        cls.host = keyfob.add_host(f"http://127.0.0.1:{cls.server.getsockname()[1]}", "Portal")

    def assert_seen(self, dark, name):
        def is_seen():
            colour, contrasts = panel.look()
            return (panel.luminance(colour) < 0.2) == dark and contrasts[AREA] >= ENOUGH

        def what():
            colour, contrasts = panel.look()
            return f"the icon to be seen on {colour}; its contrast is {contrasts[AREA]:.2f}"

        try:
            desktop.wait_for(is_seen, what)
        finally:
            desktop.screenshot(self.pictures / f"panel-{name}-{'dark' if dark else 'light'}.png")

    def check(self, shown, name):
        self.addCleanup(shown.stop)
        for dark in (False, True):
            with self.subTest(name, dark=dark):
                shown.set_dark(dark)
                shown.start()
                self.assert_seen(dark, name)
                shown.stop()

    def test_panel_that_draws_it_in_its_own_colour(self):
        self.check(self.xfce, "xfce")

    def test_panel_that_draws_the_file_as_it_is(self):
        shown = panel.icon_folder() / f"{ICON}.svg"
        kept = shutil.copy(shown, self.folder)
        self.addCleanup(shutil.copy, kept, shown)
        for icon in panel.ICONS:
            # in the place of the one that is shown
            shutil.copy(icon, shown)
            self.check(panel.LxqtPanel(self.folder), icon.stem.rpartition("-tray-")[2].removesuffix("-symbolic"))

    def test_panel_that_does_not_find_the_file(self):
        panel.uninstall_icons()
        self.addCleanup(panel.install_icons)
        self.check(self.xfce, "pixmap")

    def check_open_menu(self, shown):
        self.addCleanup(shown.stop)
        shown.start()
        desktop.wait_for(lambda: panel.look()[1][AREA] >= ENOUGH, "the icon")
        shown.open_menu()
        before = desktop.wait_for(shown.menu, "the menu")
        self.bus.call(keyfob.AGENT_NAME, self.host.path, keyfob.HOST_INTERFACE, "SignIn",
                      keyfob.GLib.Variant("(a{sv})", ({},)), None, 0, -1, None, None)
        self.host.wait_state("signing-in")
        desktop.wait_for(lambda: shown.menu() not in (b"", before), "the menu to change")
        desktop.screenshot(self.pictures / f"panel-menu-{shown.window_class}.png")
        shown.click_item("Cancel signing in to Portal")
        self.host.wait_state("signed-out")

    def set_icon(self, icon):
        settings = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "glib-2.0/settings/keyfile")
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"[org/keyfob/Keyfob]\ntray-icon={str(icon).lower()}\n")

    def check_switched_off(self, shown):
        self.addCleanup(shown.stop)
        self.addCleanup(self.set_icon, True)
        shown.start()
        desktop.wait_for(lambda: panel.look()[1][AREA] >= ENOUGH, "the icon")
        self.set_icon(False)
        desktop.wait_for(lambda: panel.look()[1][AREA] < ENOUGH, "the icon to go")
        self.set_icon(True)
        desktop.wait_for(lambda: panel.look()[1][AREA] >= ENOUGH, "the icon to come back")

    def test_switched_off_xfce(self):
        self.check_switched_off(self.xfce)

    def test_switched_off_lxqt(self):
        self.check_switched_off(panel.LxqtPanel(self.folder))

    def test_open_menu_xfce(self):
        self.check_open_menu(self.xfce)

    def test_open_menu_lxqt(self):
        self.check_open_menu(panel.LxqtPanel(self.folder))


if __name__ == "__main__":
    tap.main()
