# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a desktop starts of Keyfob: by its desktop file, by the bus, by the agent for the search."""

import os
import subprocess

import desktop
import tap
import window
from gi.repository import Gio, GLib
from window import WindowCase, host, mixed

KEYFOB = "org.keyfob.Keyfob"
# where the commands of the desktop file are found
os.environ["PATH"] = f"{os.path.dirname(os.environ['KEYFOB'])}:{os.environ['PATH']}"
SEARCH = "Name, address, account or note"


class DesktopCase(WindowCase):
    """The bus starts the window."""

    def setUp(self):
        super().setUp()
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.app = desktop.Application("keyfob")
        self.entry = Gio.DesktopAppInfo.new_from_filename(os.environ["KEYFOB_DESKTOP_FILE"])
        self.addCleanup(self.quit)

    def call(self, method, *arguments, flags=Gio.DBusCallFlags.NONE):
        return self.bus.call_sync(KEYFOB, "/org/keyfob/Keyfob", "org.freedesktop.Application", method,
                                  GLib.Variant({"ActivateAction": "(sava{sv})", "Activate": "(a{sv})"}[method],
                                               (*arguments, {})), None, flags, -1)

    def activate(self, action, *parameters):
        self.call("ActivateAction", action, parameters)

    def has_owner(self):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                  "NameHasOwner", GLib.Variant("(s)", (KEYFOB,)), None, Gio.DBusCallFlags.NONE,
                                  -1).unpack()[0]

    def quit(self):
        if self.has_owner():
            self.call("ActivateAction", "quit", [], flags=Gio.DBusCallFlags.NO_AUTO_START)
        desktop.wait_for(lambda: not self.has_owner(), "the end of the window")

    def launch_action(self, action):
        """As the menu of the icon does."""
        self.assertIn(action, self.entry.list_actions())
        self.entry.launch_action(action, None)

    def count_windows(self):
        return len(desktop.xdotool("search", "--onlyvisible", "--class", "keyfob").split())

    def wait_for_title(self, title):
        desktop.wait_for(lambda: desktop.find_x_windows(f"^{title}$"), title)

    def names_in_list(self):
        return [name for name in ("climate.example.edu", "intranet.example.org", window.PORTAL)
                if self.app.find(name) is not None]


class DesktopFile(DesktopCase):
    def test_opens_the_window(self):
        self.agent.set_scene([host("one.example.org")])
        self.entry.launch([], None)
        self.app.wait_for("one.example.org")

    def test_adds_a_server(self):
        for hosts in ((), [host("one.example.org")]):
            with self.subTest(hosts=hosts):
                self.agent.set_scene(hosts)
                self.launch_action("add-server")
                self.wait_focus("Address")
                self.quit()

    def test_adds_a_server_in_the_open_window(self):
        self.agent.set_scene([host("one.example.org")])
        self.entry.launch([], None)
        self.app.wait_for("one.example.org")
        self.launch_action("add-server")
        self.wait_focus("Address")
        self.assertEqual(self.count_windows(), 1)

    def test_shows_the_preferences(self):
        self.agent.set_scene([host("one.example.org")])
        self.launch_action("preferences")
        self.wait_for_title("Preferences")
        self.app.wait_for("Icon in the tray")

    def test_tells_what_it_is(self):
        for key in ("SingleMainWindow", "DBusActivatable", "X-GNOME-UsesNotifications"):
            self.assertTrue(self.entry.get_boolean(key), key)


class CommandLine(DesktopCase):
    """For desktops that start a program for each action."""

    def run_action(self, action):
        """The command that the desktop file has for it."""
        entry = GLib.KeyFile()
        entry.load_from_file(os.environ["KEYFOB_DESKTOP_FILE"], GLib.KeyFileFlags.NONE)
        process = subprocess.Popen(entry.get_string(f"Desktop Action {action}", "Exec").split())
        self.addCleanup(process.wait)
        self.addCleanup(self.quit)

    def test_adds_a_server(self):
        self.agent.set_scene([host("one.example.org")])
        self.run_action("add-server")
        self.wait_focus("Address")

    def test_shows_the_preferences_of_the_one_that_runs(self):
        self.agent.set_scene([host("one.example.org")])
        self.entry.launch([], None)
        self.app.wait_for("one.example.org")
        self.run_action("preferences")
        self.wait_for_title("Preferences")
        self.assertEqual(self.count_windows(), 2)  # with the preferences


class Searched(DesktopCase):
    """The agent asks for it, when somebody wants to see all that the search of the desktop finds."""

    def test_in_a_new_window(self):
        self.agent.set_scene(mixed())
        self.activate("search", GLib.Variant("s", "climate"))
        self.wait_focus(SEARCH)
        desktop.wait_for(lambda: self.names_in_list() == ["climate.example.edu"], "what was searched for")
        self.assertIn("climate", self.app.texts())

    def test_over_what_is_shown(self):
        self.agent.set_scene(mixed())
        self.activate("add-server")
        self.wait_focus("Address")
        self.activate("search", GLib.Variant("s", "intranet"))
        self.wait_focus(SEARCH)
        desktop.wait_for(lambda: self.names_in_list() == ["intranet.example.org"], "what was searched for")
        self.press_keys("Escape")
        desktop.wait_for(lambda: len(self.names_in_list()) == 3, "all hosts")

    def test_before_there_is_a_server(self):
        self.agent.set_scene()
        self.activate("search", GLib.Variant("s", "climate"))
        self.app.wait_for("Which server do you use?")


if __name__ == "__main__":
    tap.main()
