# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The pictures that the window asks the desktop for: themes drop some from one release to the next."""

import pathlib
import re
import unittest

import gi

gi.require_version("Adw", "1")
gi.require_version("Gtk", "4.0")
from gi.repository import Adw, Gdk, Gtk  # noqa: E402

import tap  # noqa: E402

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
NAME = re.compile(r'[">]([a-z]+(?:-[a-z]+)*-symbolic)["<]')


class Icons(unittest.TestCase):
    def test_each_is_there(self):
        Adw.init()
        theme = Gtk.IconTheme.get_for_display(Gdk.Display.get_default())
        names = {name for folder in ("common", "window")
                 for path in (SOURCES / folder).rglob("*.[cu]*") for name in NAME.findall(path.read_text(encoding="utf-8"))}
        self.assertGreater(len(names), 15)
        self.assertEqual(sorted(name for name in names if not theme.has_icon(name)), [])


if __name__ == "__main__":
    tap.main()
