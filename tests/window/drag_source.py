#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""drag_source.py FILE...: a window that is dragged from, as a file manager is.

It prints `begun` when a drag has begun, and `accepted` when what is under the pointer takes the files.
"""

import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, GObject, Gtk  # noqa: E402


def prepare(*_):
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
    value = GObject.Value(Gdk.FileList, files)
    return Gdk.ContentProvider.new_for_value(value)


def on_action(drag, _):
    if drag.get_selected_action() != 0:
        print("accepted", flush=True)


def on_begin(_source, drag):
    print("begun", flush=True)
    drag.connect("notify::selected-action", on_action)


def main():
    Gtk.init()
    window = Gtk.Window(title="Files", default_width=200, default_height=200)
    source = Gtk.DragSource()
    source.connect("prepare", prepare)
    source.connect("drag-begin", on_begin)
    window.add_controller(source)
    window.present()
    GLib.MainLoop().run()


main()
