# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""One switch lets Keyfob start at login, and nothing is left of it when it is off again."""

import configparser
import os
import pathlib
import re
import shutil
import time

import desktop
import tap
from window import MINUTE, WindowCase, host

TITLE = "Start at login"


class AutostartCase(WindowCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "autostart")
        self.entry = self.folder / "org.keyfob.Keyfob.Agent.desktop"
        self.addCleanup(self.remove_folder)

    def remove_folder(self):
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
        else:
            self.folder.unlink(missing_ok=True)


class StartAtLogin(AutostartCase):
    def open_preferences(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+comma")
        self.app.wait_for(TITLE)

    def is_on(self):
        switch = self.app.find_button(TITLE)
        return switch is not None and switch.has_state(desktop.Atspi.StateType.CHECKED)

    def test_on_and_off(self):
        self.open_preferences()
        self.assertFalse(self.is_on())
        self.app.press(TITLE)
        desktop.wait_for(self.entry.exists, "the entry")
        entry = configparser.ConfigParser(interpolation=None)
        entry.read(self.entry)
        self.assertRegex(entry["Desktop Entry"]["Exec"], r"^/.*/keyfob-agent --start$")
        self.assertEqual(entry["Desktop Entry"]["TryExec"] + " --start", entry["Desktop Entry"]["Exec"])
        desktop.wait_for(self.is_on, "the switch")
        self.app.press(TITLE)
        desktop.wait_for(lambda: not self.folder.exists(), "nothing to be left")

    def test_as_the_desktop_has_it(self):
        self.folder.mkdir()
        self.entry.write_text("[Desktop Entry]\nType=Application\nName=Keyfob\n")
        self.open_preferences()
        desktop.wait_for(self.is_on, "the switch to be on")

    def test_switched_off_by_the_desktop(self):
        self.folder.mkdir()
        self.entry.write_text("[Desktop Entry]\nType=Application\nName=Keyfob\nHidden=true\n")
        self.open_preferences()
        self.assertFalse(self.is_on())
        self.app.press(TITLE)
        desktop.wait_for(lambda: "Hidden" not in self.entry.read_text(), "the entry to be on")

    def test_cannot_be_written(self):
        self.folder.write_text("no folder")
        self.open_preferences()
        self.app.press(TITLE)
        self.app.wait_text("^It cannot be changed: ")
        desktop.wait_for(lambda: not self.is_on(), "the switch to be off again")
        self.picture("autostart-failed")


class EndsWithTheWindow(AutostartCase):
    """Told once where there is no tray."""

    NOTICE = re.compile("^There is no tray here")

    def start_signed_in(self, **options):
        self.start([host("one.example.org", State="signed-in", Account="Alice", left=42 * MINUTE)],
                   agent={"Leaves": True}, **options)

    def test_start_at_login(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.picture("notice-ends")
        self.app.press("Start at login")
        desktop.wait_for(self.entry.exists, "the entry")
        self.app.wait_gone(self.NOTICE)

    def test_cannot_be_written(self):
        self.folder.write_text("no folder")
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.app.press("Start at login")
        self.app.wait_text("^There is no tray here.* kept alive. It cannot be changed: ")
        # the next try
        self.folder.unlink()
        self.app.press("Start at login")
        self.app.wait_gone(self.NOTICE)
        self.assertTrue(self.entry.exists())

    def test_switched_on_in_the_preferences(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.press_keys("ctrl+comma")
        self.app.wait_for("Let unused sessions end")
        desktop.wait_for(lambda: self.app.find(TITLE, role="check"), "the switch").press()
        self.app.wait_gone(self.NOTICE)
        self.assertTrue(self.entry.exists())

    def test_dismissed_for_good(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.app.press("Dismiss")
        self.app.wait_gone(self.NOTICE)
        desktop.wait_for(lambda: "background-noticed=true" in self.settings.read_text(), "the setting")
        self.assertFalse(self.entry.exists())

    def test_a_tray_comes(self):
        self.start_signed_in()
        self.app.wait_for(self.NOTICE)
        self.agent.set_agent(Leaves=False)
        self.app.wait_gone(self.NOTICE)

    def test_nobody_is_signed_in(self):
        self.start([host("one.example.org")], agent={"Leaves": True})
        self.app.wait_for("Not signed in")
        self.agent.set_host("one.example.org", State="signed-in", Expires=int(time.time()) + 3600)
        self.app.wait_for(self.NOTICE)


if __name__ == "__main__":
    tap.main()
