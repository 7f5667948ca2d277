# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The icon can be seen on panels of several desktops, light and dark."""

import os
import pathlib
import unittest

import desktop
import keyfob
import panel
import tap

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
        keyfob.add_host("https://portal.example.org", "Portal")

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
        self.check(panel.LxqtPanel(self.folder), "lxqt")

    def test_panel_that_does_not_find_the_file(self):
        panel.uninstall_icons()
        self.addCleanup(panel.install_icons)
        self.check(self.xfce, "pixmap")


if __name__ == "__main__":
    tap.main()
