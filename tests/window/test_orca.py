# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What Orca says while somebody goes through the window by keys alone, from its own log."""

import os
import pathlib
import re
import subprocess
import time

import desktop
import tap
from window import HOUR, MINUTE, PORTAL, WindowCase, host

UTTERANCE = re.compile(r"SPEECH OUTPUT: '(.*)' ?\{")
# Names that GTK and libadwaita make up, wherever in an utterance.
TYPE_NAME = re.compile(r"\b(Gtk|Adw|Gdk|Keyfob)[A-Z]\w+")
OTHER = "three.example.org"
ALICE = "alice@example.org"
# What Orca runs at its start: each line of the log is to be there at once.
CUSTOMIZATIONS = "from orca import debug\ndebug.debugFile.reconfigure(line_buffering=True)\n"


class Orca:
    """The running screen reader."""

    def __init__(self, folder):
        self.log = pathlib.Path(folder, "orca-debug.log")
        # without this, Orca asks whether to log out and in again
        subprocess.run(["gsettings", "set", "org.gnome.desktop.interface", "toolkit-accessibility", "true"], check=True)
        customizations = pathlib.Path(os.environ["XDG_DATA_HOME"], "orca/orca-customizations.py")
        customizations.parent.mkdir(parents=True, exist_ok=True)
        customizations.write_text(CUSTOMIZATIONS)
        with open(pathlib.Path(folder, "orca.log"), "w") as log:
            self.process = subprocess.Popen(["orca", "--replace", f"--debug-file={self.log}"], stdout=log, stderr=log)

    def read(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def utterances(self):
        return UTTERANCE.findall(self.read())

    def wait_known(self, program):
        """Until Orca has heard of the program: what has the focus before that, it does not tell."""
        desktop.wait_for(lambda: f"[application | {program}]" in self.read(), f"Orca to know {program}")

    def wait_said(self, pattern, before=0):
        """Until it is said, after so many utterances."""
        desktop.wait_for(lambda: any(re.search(pattern, text) for text in self.utterances()[before:]),
                         lambda: f"Orca to say “{pattern}”; it says: {self.utterances()[before:]}")

    def end(self):
        self.process.kill()
        self.process.wait()


class Journey(WindowCase):
    def setUp(self):
        super().setUp()
        self.orca = Orca(os.environ["BED_DIR"])
        self.addCleanup(self.orca.end)
        self.orca.wait_said("^Screen reader on")

    def hear(self, pattern, act):
        before = len(self.orca.utterances())
        act()
        self.orca.wait_said(pattern, before)

    def press(self, *keys, says):
        self.hear(says, lambda: self.press_keys(*keys))

    def begin(self):
        self.start([host(PORTAL, State="signed-in", Account=ALICE, left=42 * MINUTE, Options={"name": PORTAL}),
                    host("two.example.org"), host(OTHER)])
        self.app.wait_for(PORTAL)
        self.orca.wait_known("keyfob")

    def test_all_is_told(self):
        self.begin()
        # rows, and their buttons
        self.press("Down", says=rf"^{OTHER}, Not signed in")
        self.press("Up", says=rf"^{PORTAL}, Signed in · renewed by itself, {ALICE}")
        self.press("Right", says=f"^Copy header of {PORTAL}")
        self.press("Return", says=r"^Header copied\. Cleared in \d+ seconds\.")
        # a sign-in, from its beginning to the end in the browser
        self.press("Left", says=f"^{PORTAL}, ")
        self.press("Down", says=f"^{OTHER}, ")
        self.press("Right", says=f"^Sign in to {OTHER}")
        self.press("Return", says=f"^Cancel the sign-in to {OTHER}")
        self.hear(f"^Signed in to {OTHER}", lambda: self.agent.set_host(
            OTHER, State="signed-in", Expires=int(time.time()) + HOUR, LoginUri="", Provider=""))
        self.wait_focus(f"Copy header of {OTHER}")
        # what fails
        self.agent.fail("GetToken", "Network", f"{OTHER} does not answer.")
        self.press("Return", says=rf"^{OTHER} does not answer\.")
        # a removal, and back
        self.press("Delete", says=f"^{OTHER} removed")
        self.press("ctrl+z", says=f"^{OTHER} is back")
        # a server that comes
        self.press("ctrl+n", says="^Address text")
        self.hear(r"^Found https://four\.example\.org\. Enter adds it and signs in\.",
                  lambda: desktop.xdotool("type", "four.example.org"))
        self.press("Return", says=r"^four\.example\.org, Finish in your browser · auth\.example\.org")
        # the page of a server
        self.press("Home", says=f"^{PORTAL}, ")
        self.press("Return", says=f"^Copy header of {PORTAL}")
        self.press("F2", says="^Name text")
        self.press("Escape", says=f"^Rename {PORTAL}")
        utterances = self.orca.utterances()
        pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"]).mkdir(parents=True, exist_ok=True)
        pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"], "orca.txt").write_text("\n".join(utterances) + "\n")
        self.assertEqual([text for text in utterances if TYPE_NAME.search(text)], [])


if __name__ == "__main__":
    tap.main()
