# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Links that offer a server: from the command line, a page or a mail. They open the form, and nothing else."""

import os
import pathlib
import subprocess

import desktop
import tap
from gi.repository import Gio, GLib
from window import WindowCase, host

NEW = "https://portal.example.org"
OTHER = "https://other.example.org/api"


class Links(WindowCase):
    def start_beside(self, *command, status=0):
        done = subprocess.run(command, capture_output=True, text=True, timeout=desktop.DEADLINE,
                              env={**os.environ, "GDK_DEBUG": "gl-disable"})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def open_uri(self, uri):
        """As a desktop that starts programs by their bus names."""
        Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            "org.keyfob.Keyfob", "/org/keyfob/Keyfob", "org.freedesktop.Application", "Open",
            GLib.Variant("(asa{sv})", ([uri], {})), None, Gio.DBusCallFlags.NONE, -1)

    def wait_typed(self, address):
        def look():
            entry = self.app.find("Address", role="text")
            return entry is not None and entry.text == address

        desktop.wait_for(look, lambda: f"{address} to be typed, in {self.app.texts()}")
        self.assertEqual(self.agent.calls("AddHost"), [])
        self.assertEqual(self.agent.calls("SignIn"), [])

    def wait_nothing_typed(self, sentence):
        self.app.wait_for(sentence)
        self.assertIsNone(self.app.find("Add and sign in"))
        self.assertEqual(self.agent.calls("Discover"), [])
        self.assertEqual(self.agent.calls("AddHost"), [])

    def test_command_line(self):
        self.start([host("one.example.org")], arguments=["portal.example.org"])
        self.wait_typed("portal.example.org")
        # looked for as if it was typed, and added only by a person
        self.assertEqual(self.agent.wait_call("Discover")[0], "portal.example.org")
        self.app.press("Add and sign in")
        self.assertEqual(self.agent.wait_call("AddHost")[0], NEW)

    def test_first_server(self):
        self.start(arguments=[NEW])
        self.wait_typed(NEW)

    def test_window_that_is_there(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.start_beside(os.environ["KEYFOB"], NEW)
        self.wait_typed(NEW)
        self.open_uri("keyfob:" + OTHER)
        self.wait_typed(OTHER)
        self.app.press("Cancel")
        self.app.wait_gone("Add and sign in")
        self.start_beside(os.environ["KEYFOB"], "keyfob:" + NEW)
        self.wait_typed(NEW)

    def test_two_addresses(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.assertEqual(self.start_beside(os.environ["KEYFOB"], NEW, OTHER, status=2), "Give one address.\n")

    def test_desktop_file(self):
        """As it is installed, a link finds Keyfob, which may be closed or open."""
        applications = pathlib.Path(os.environ["XDG_DATA_HOME"], "applications")
        applications.mkdir(parents=True, exist_ok=True)
        entry = applications / "org.keyfob.Keyfob.desktop"
        # where the bus cannot start the program, the command does
        entry.write_text(pathlib.Path(os.environ["KEYFOB_DESKTOP_FILE"]).read_text().replace(
            "Exec=keyfob ", f"Exec={os.environ['KEYFOB']} ").replace("DBusActivatable=true\n", ""))
        self.addCleanup(entry.unlink)
        subprocess.run(["update-desktop-database", str(applications)], check=True)
        self.addCleanup((applications / "mimeinfo.cache").unlink)
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.start_beside("gio", "open", "keyfob:" + NEW)
        self.wait_typed(NEW)
        self.start_beside("xdg-open", "keyfob:" + OTHER)
        self.wait_typed(OTHER)

    def test_hostile_links(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        for link, sentence in (
                ("keyfob:file:///etc/passwd", "A server cannot be reached by “file:”. Type an address that begins with https://."),
                ("keyfob:https://portal.example.org/" + 2500 * "a", "The link is too long to be that of a server."),
                ("keyfob:javascript:alert(1)",
                 "A server cannot be reached by “javascript:”. Type an address that begins with https://."),
                ("keyfob:https://a.example.org\nb.example.org",
                 "The link has a blank or an invisible character in it."),
                ("keyfob:keyfob:https://portal.example.org", "The link does not have the address of a server."),
                ("keyfob:https://alice:secret@portal.example.org",
                 "Type the address without a user name or password: you sign in later, in the browser.")):
            self.open_uri(link)
            self.wait_nothing_typed(sentence)
            self.app.press("Close this message")
            self.app.wait_gone(sentence)

    def test_huge_link(self):
        """Comes no further than the door, and whoever brought it is told."""
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        with self.assertRaisesRegex(GLib.Error, "An argument of the call is too long."):
            self.open_uri("keyfob:https://portal.example.org/" + 1024 * 1024 * "a")
        self.open_uri("keyfob:" + NEW)
        self.wait_typed(NEW)

    def test_hostile_address(self):
        self.start([host("one.example.org")], arguments=["file:///etc/passwd"])
        self.wait_nothing_typed("A server cannot be reached by “file:”. Type an address that begins with https://.")


if __name__ == "__main__":
    tap.main()
