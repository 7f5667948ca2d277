# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The clipboard on Wayland: on sway, where a program can copy and clear at any time, and on Weston and
Mutter, where only the program with the focus can, and where the compositor keeps a copy of its own. Each
is in a window of the private desktop."""

import os
import pathlib
import re
import subprocess

from gi.repository import GLib

import desktop
import tap
import waiting
from window import AGENT, MINUTE, ROOT, WindowCase, host

KEYFOB = "org.keyfob.Keyfob"
HINT = "x-kde-passwordManagerHint"
HEADER = "Authorization: Bearer of-one.example.org"

# Another program, which has the focus from its start on.
OTHER_WINDOW = """
import gi
gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk
GLib.set_prgname("other")
application = Gtk.Application(application_id="org.example.Other")
application.connect("activate", lambda _: Gtk.ApplicationWindow(application=application, title="Other").present())
application.run()
"""


class WaylandCase(WindowCase):
    screen_name = None  # pattern for the title of the X window that is the compositor's screen

    def start_compositor(self):
        """Starts the compositor, waits until clients can connect and gives its WAYLAND_DISPLAY."""
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.wayland = {"GDK_BACKEND": "wayland", "WAYLAND_DISPLAY": self.start_compositor()}
        self.screen = desktop.wait_for(self.find_screen, "the screen of the compositor")

    def spawn(self, name, command, condition, **environment):
        """Starts a program that ends with the test, and waits for @condition."""
        path = pathlib.Path(os.environ["BED_DIR"], name + ".log")
        with open(path, "w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
        self.addCleanup(process.wait, desktop.DEADLINE)
        self.addCleanup(process.terminate)
        desktop.wait_for(lambda: condition() or process.poll() is not None, name)
        self.assertIsNone(process.poll(), path.read_text())

    def spawn_with_socket(self, name, command):
        """A compositor whose socket is there once it takes clients."""
        socket = pathlib.Path(os.environ["XDG_RUNTIME_DIR"], name)
        self.spawn(name, [*command, name], socket.exists)
        return name

    def find_screen(self):
        """The X window that is the screen of the compositor."""
        return next((window for window in desktop.find_x_windows(".*")
                     if re.match(self.screen_name, desktop.xdotool("getwindowname", window))), None)

    def start_wayland(self, **options):
        self.start([host("one.example.org", State="signed-in", Account="Alice", left=42 * MINUTE)],
                   **options, **self.wayland)

    def press_wayland(self, *keys):
        def focus():
            if desktop.xdotool("getwindowfocus") == self.screen:
                return True
            desktop.xdotool("windowactivate", self.screen)
            return False

        # xdotool's own --sync misses some changes and then waits for 15 s
        desktop.wait_for(focus, "the screen of the compositor to have the focus")
        desktop.xdotool("key", *keys)

    def has_focus(self, name):
        node = self.app.find(name)
        return node is not None and node.has_focus

    def wait_focus(self, name):
        desktop.wait_for(lambda: self.has_focus(name), f"the focus to be on {name}")

    def copy(self, seconds=45):
        self.start_wayland(settings=f"clipboard-clear-seconds=uint32 {seconds}\n")
        self.wait_focus(re.compile("^one.example.org, "))
        self.press_wayland("Right")
        self.wait_focus("Copy header of one.example.org")
        self.press_wayland("space")
        self.app.wait_text("^Copied")

    def close(self):
        self.app.press("Close")
        self.app.wait_gone("one.example.org")

    def copy_elsewhere(self, text):
        subprocess.run(["wl-copy", text], env={**os.environ, **self.wayland}, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def read_type(self, mime_type):
        """What another program gets of that type; empty where there is nothing."""
        return subprocess.run(["wl-paste", "--no-newline", "--type", mime_type],
                              env={**os.environ, **self.wayland}, check=False, capture_output=True,
                              text=True, timeout=10).stdout

    def list_types(self):
        return subprocess.run(["wl-paste", "--list-types"], env={**os.environ, **self.wayland}, check=True,
                              capture_output=True, text=True, timeout=10).stdout.split()

    def paste(self):
        return self.read_type("text/plain;charset=utf-8")

    def picture_of_screen(self, name):
        path = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"], name + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)

        def take():
            subprocess.run(["import", "-window", self.screen, str(path)], check=True)
            bright = subprocess.run(["convert", str(path), "-threshold", "90%", "-format", "%[fx:mean]",
                                     "info:"], check=True, capture_output=True, text=True)
            return float(bright.stdout) > 0.05

        # a window is on screen before its first frame is; the background is dark
        desktop.wait_for(take, f"{name} to be drawn")

    def wait_left(self, seconds):
        desktop.wait_for(lambda: int(self.app.wait_text(r"^Copied · (\d+)\u00a0s$")[1]) <= seconds,
                         "the countdown")


class SwayCase(WaylandCase):
    screen_name = "wlroots"

    def start_compositor(self):
        config = pathlib.Path(os.environ["BED_DIR"], "sway.conf")
        # sway runs its commands once clients can connect
        ready = pathlib.Path(os.environ["BED_DIR"], "sway.ready")
        ready.unlink(missing_ok=True)
        config.write_text("xwayland disable\nfocus_on_window_activation focus\n"
                          f"exec echo $WAYLAND_DISPLAY >{ready}.new && mv {ready}.new {ready}\n")
        command = ["sway", "--config", str(config)]
        if os.getuid() == 0:
            # it refuses to run as root
            command = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--", *command]
        self.spawn("sway", command, ready.exists, WLR_BACKENDS="x11", WLR_RENDERER="pixman")
        return ready.read_text().strip()


class WestonCase(WaylandCase):
    screen_name = "Weston"

    def start_compositor(self):
        return self.spawn_with_socket("weston", ["weston", "--no-config", "--backend=x11-backend.so",
                                                 "--use-pixman", "--socket"])


class MutterCase(WaylandCase):
    """The compositor of GNOME Shell."""

    screen_name = "mutter"

    def start_compositor(self):
        return self.spawn_with_socket("mutter", ["mutter", "--nested", "--wayland", "--no-x11",
                                                 "--wayland-display"])


class Copies:
    """What holds on every compositor."""

    def test_types(self):
        self.copy()
        self.assertEqual(self.read_type("text/plain;charset=utf-8"), HEADER)
        self.assertEqual(self.read_type("text/plain"), HEADER)

    def test_clear_now(self):
        self.copy()
        self.assertEqual(self.paste(), HEADER)
        self.app.press("Clear the clipboard")
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.paste(), "")

    def show_another_window(self):
        self.spawn("other", ["/usr/bin/python3", "-c", OTHER_WINDOW],
                   lambda: desktop.Application("other").find("Other"), **self.wayland)

    def test_deadline_while_another_window_has_the_focus(self):
        self.copy(seconds=4)
        self.show_another_window()
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.paste(), "")
        # nothing of it comes back when the window is closed
        self.close()
        self.assertEqual(self.paste(), "")
        self.wait_end_without_a_secret()

    def test_copied_again(self):
        self.copy(seconds=4)
        self.app.wait_gone(re.compile("^Copied"))
        self.press_wayland("space")
        self.app.wait_text("^Copied")
        self.assertEqual(self.paste(), HEADER)

    def test_copied_again_while_another_window_has_the_focus(self):
        """As when the agent needs long for the answer."""
        self.copy(seconds=4)
        self.app.wait_gone(re.compile("^Copied"))
        self.show_another_window()
        self.app.press("Copy header")
        self.app.wait_text("^Copied")
        self.assertEqual(self.paste(), HEADER)
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.paste(), "")

    def test_copied_elsewhere(self):
        self.copy()
        self.copy_elsewhere("something else")
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.paste(), "something else")
        self.close()
        self.wait_end()

    def copy_and_close(self):
        self.copy()
        # whoever reads it within a second is no person
        self.wait_left(43)
        self.close()


class FocusCopies(Copies):
    """Where only the program with the focus can copy and clear."""

    def wait_end_without_a_secret(self):
        # Keyfob owns the clipboard until then
        self.assertIsNone(self.process.poll())
        self.copy_elsewhere("something else")
        self.wait_end()
        self.assertEqual(self.paste(), "something else")

    def test_deadline_after_the_window_is_closed(self):
        self.copy(seconds=4)
        self.close()
        desktop.wait_for(lambda: self.paste() == "", "the deadline")
        self.wait_end_without_a_secret()

    def test_left_before_the_answer(self):
        self.start_wayland()
        self.app.wait_for("one.example.org")
        self.show_another_window()
        self.app.press("Copy header")
        self.app.wait_text("^Nothing was copied")
        self.picture_of_screen("copy-refused-wayland")
        self.assertIsNone(self.app.find("Header copied"))
        self.assertEqual(self.paste(), "")

    def test_pasted_after_the_window_is_closed(self):
        self.copy_and_close()
        self.assertEqual(self.paste(), HEADER)
        # each paste has a whole second, so look less often
        waiting.wait_until(lambda: self.paste() == "", "the second after the paste to be over",
                           desktop.DEADLINE, tick=1500)


class OnWeston(FocusCopies, WestonCase):
    pass


class OnMutter(FocusCopies, MutterCase):
    pass


class OnSway(Copies, SwayCase):
    def wait_end_without_a_secret(self):
        self.wait_end()
        self.assertEqual(self.paste(), "")

    def test_deadline_after_the_window_is_closed(self):
        self.copy(seconds=4)
        self.close()
        self.wait_end_without_a_secret()

    def test_pasted_after_the_window_is_closed(self):
        self.copy_and_close()
        self.assertEqual(self.paste(), HEADER)
        self.wait_end_without_a_secret()

    def test_managers_are_told(self):
        self.copy()
        # some managers of clipboards only look whether it is there
        self.assertIn(HINT, self.list_types())
        self.assertEqual(self.read_type(HINT), "secret")
        self.app.press("Clear the clipboard")
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.read_type(HINT), "")

    def test_copied_in_keyfob(self):
        """GTK copies what is selected in an entry: to Keyfob's clipboard that is another program."""
        self.copy()
        self.press_wayland("ctrl+n")
        self.app.write("Address", "https://two.example.org")
        self.press_wayland("ctrl+a", "ctrl+c")
        self.app.wait_gone(re.compile("^Copied"))
        self.assertEqual(self.paste(), "https://two.example.org")


class FromOutside:
    """A header is copied by an action of the application, as the tray does."""

    def call(self, name, path, interface, method, arguments=None):
        return self.agent.bus.call_sync(name, path, interface, method, arguments, None, 0, -1).unpack()

    def is_on_bus(self):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", GLib.Variant("(s)", (KEYFOB,)))[0]

    def copy_header(self, seconds):
        self.start_wayland(arguments=["--gapplication-service"],
                           settings=f"clipboard-clear-seconds=uint32 {seconds}\n")
        desktop.wait_for(self.is_on_bus, "Keyfob on the bus")
        [path] = self.call(AGENT, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]
        self.call(KEYFOB, "/org/keyfob/Keyfob", "org.freedesktop.Application", "ActivateAction",
                  GLib.Variant("(sava{sv})", ("copy-header", [GLib.Variant("s", path)], {})))


class FromOutsideOnSway(FromOutside, SwayCase):
    def test_without_a_window(self):
        self.copy_header(seconds=4)
        desktop.wait_for(lambda: self.paste() == HEADER, "the header on the clipboard")
        self.assertEqual(self.app.texts(), [])
        self.wait_end()
        self.assertEqual(self.paste(), "")


class FromOutsideOnMutter(FromOutside, MutterCase):
    def test_a_window_comes_up_for_it(self):
        self.copy_header(seconds=45)
        self.app.wait_for("Copy the header of one.example.org")
        self.wait_focus("Copy")
        self.picture_of_screen("copy-window-wayland")
        # one key, and the window is gone
        self.press_wayland("Return")
        self.app.wait_gone("Copy the header of one.example.org")
        desktop.wait_for(lambda: self.paste() == HEADER, "the header on the clipboard")


if __name__ == "__main__":
    tap.main()
