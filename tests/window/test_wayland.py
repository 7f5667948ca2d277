# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The clipboard on Wayland, where only a window in use can copy: on a sway inside the private desktop."""

import os
import pathlib
import subprocess

from gi.repository import GLib

import desktop
import tap
from window import AGENT, MINUTE, ROOT, WindowCase, host

KEYFOB = "org.keyfob.Keyfob"
HEADER = "Authorization: Bearer of-one.example.org"


class WaylandCase(WindowCase):
    def setUp(self):
        super().setUp()
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
        with open(pathlib.Path(os.environ["BED_DIR"], "sway.log"), "w") as log:
            self.sway = subprocess.Popen(
                command, stdout=log, stderr=log,
                env={**os.environ, "WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman"})
        self.addCleanup(self.end_sway)
        desktop.wait_for(lambda: ready.exists() or self.sway.poll() is not None, "sway")
        self.assertIsNone(self.sway.poll(), pathlib.Path(os.environ["BED_DIR"], "sway.log").read_text())
        self.wayland = {"GDK_BACKEND": "wayland", "WAYLAND_DISPLAY": ready.read_text().strip()}
        self.screen = desktop.wait_for(self.find_screen, "the screen of sway")

    def end_sway(self):
        self.sway.terminate()
        self.sway.wait(desktop.DEADLINE)

    def find_screen(self):
        """The X window that is the screen of sway."""
        return next((window for window in desktop.find_x_windows(".*")
                     if desktop.xdotool("getwindowname", window).startswith("wlroots")), None)

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
        desktop.wait_for(focus, "the screen of sway to have the focus")
        desktop.xdotool("key", *keys)

    def wait_focus(self, name):
        def has_focus():
            button = self.app.find_button(name)
            return button is not None and button.has_state(desktop.Atspi.StateType.FOCUSED)

        desktop.wait_for(has_focus, f"the focus to be on {name}")

    def paste(self):
        """Text of the clipboard, None when there is none."""
        answer = subprocess.run(["wl-paste", "--no-newline"], env={**os.environ, **self.wayland},
                                check=False, capture_output=True, text=True, timeout=10)
        return answer.stdout if answer.returncode == 0 else None

    def wait_end(self):
        self.assertEqual(self.process.wait(timeout=desktop.DEADLINE), 0, self.log.read_text())
        self.process = None

    def wait_left(self, seconds):
        desktop.wait_for(lambda: int(self.app.wait_text(r"^Clears in (\d+) s$")[1]) <= seconds,
                         "the countdown")


class InTheWindow(WaylandCase):
    def copy(self, seconds=45):
        self.start_wayland(settings=f"clipboard-clear-seconds=uint32 {seconds}\n")
        self.app.wait_for("one.example.org")
        for _ in range(12):
            self.press_wayland("Tab")
            button = self.app.find_button("Copy header")
            if button.has_state(desktop.Atspi.StateType.FOCUSED):
                break
        self.wait_focus("Copy header")
        self.press_wayland("space")
        self.app.wait_for("Header copied")

    def test_copy_and_clear(self):
        self.copy()
        self.assertEqual(self.paste(), HEADER)
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.assertIsNone(self.paste())

    def test_copied_elsewhere(self):
        self.copy()
        subprocess.run(["wl-copy", "something else"], env={**os.environ, **self.wayland}, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.app.wait_gone("Header copied")
        self.assertEqual(self.paste(), "something else")

    def test_outlives_the_window_until_pasted(self):
        self.copy()
        self.wait_left(43)
        self.press_wayland("ctrl+w")
        self.app.wait_gone("one.example.org")
        self.assertEqual(self.paste(), HEADER)
        self.wait_end()
        self.assertIsNone(self.paste())

    def test_outlives_the_window_until_cleared(self):
        self.copy(seconds=4)
        self.press_wayland("ctrl+w")
        self.wait_end()
        self.assertIsNone(self.paste())


class FromOutside(WaylandCase):
    def call(self, name, path, interface, method, arguments=None):
        return self.agent.bus.call_sync(name, path, interface, method, arguments, None, 0, -1).unpack()

    def is_on_bus(self):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", GLib.Variant("(s)", (KEYFOB,)))[0]

    def test_a_window_comes_up_for_it(self):
        self.start_wayland(arguments=["--gapplication-service"])
        desktop.wait_for(self.is_on_bus, "Keyfob on the bus")
        [path] = self.call(AGENT, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")[0]
        self.call(KEYFOB, "/org/keyfob/Keyfob", "org.freedesktop.Application", "ActivateAction",
                  GLib.Variant("(sava{sv})", ("copy-header", [GLib.Variant("s", path)], {})))
        self.app.wait_for("Copy the header of one.example.org")
        self.wait_focus("Copy header")
        self.picture_of_screen("copy-window-wayland")
        self.assertIsNone(self.paste())
        # one key, and the window is gone
        self.press_wayland("Return")
        self.app.wait_gone("Copy the header of one.example.org")
        desktop.wait_for(lambda: self.paste() == HEADER, "the header on the clipboard")

    def picture_of_screen(self, name):
        path = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"], name + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", self.screen, str(path)], check=True)


if __name__ == "__main__":
    tap.main()
