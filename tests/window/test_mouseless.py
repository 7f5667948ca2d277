# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""From the first server to the end without a mouse and without eyes: once by keys alone, once by accessibility alone.

A reader listens, as a screen reader does: whatever was done, what came of it is told where the focus is.
"""

import re
import time

import desktop
import reader
import tap
from window import HOUR, WindowCase

NAME = "data.example.org"
OTHER = "models.example.com"


def row(name):
    return re.compile("^" + re.escape(name) + ",")


class Mouseless(WindowCase):
    def setUp(self):
        super().setUp()
        self.reader = reader.Reader()
        self.addCleanup(self.reader.close)

    def sign_in_there(self):
        """What the person does in the browser, as the agent tells it."""
        self.agent.wait_call("SignIn")
        self.agent.set_host(NAME, State="signed-in", Account="Alice Example", Expires=int(time.time()) + HOUR, LoginUri="",
                            Provider="")

    def wait_header(self):
        desktop.wait_for(lambda: desktop.read_clipboard() == f"Authorization: Bearer of-{NAME}", "the header")

    def wait_closed(self):
        """The program stays for what it has copied, which is still on the clipboard."""
        desktop.wait_for(lambda: not desktop.find_x_windows(desktop.MAIN_WINDOW), "the window to close")

    def test_keys_alone(self):
        self.start([])
        self.app.wait_for("Add and sign in")
        self.press_keys("shift")
        desktop.xdotool("type", "https://" + NAME + "/")
        self.app.wait_for("https://" + NAME, role="list item")
        self.press_keys("Return")
        self.reader.wait_outcome(f"{NAME}, Finish in your browser")
        self.sign_in_there()
        self.reader.wait_outcome(f"{NAME}, Signed in · renewed by itself, Alice Example")

        self.press_keys("ctrl+c")
        self.wait_header()
        self.reader.wait_outcome("[Cc]opied")

        # what did not go well
        self.agent.fail("GetToken", "Offline", "Cannot reach data.example.org.")
        self.agent.set_host(NAME, State="offline", Error="Cannot reach data.example.org.")
        self.reader.wait_outcome(f"{NAME}, Offline")

        # a search finds the other one, and Escape leads out of it
        self.agent.add_host("https://" + OTHER)
        self.app.wait_for(row(OTHER), "list item")
        self.press_keys("ctrl+f")
        self.reader.wait_outcome("Name, address, account or note")
        desktop.xdotool("type", "models")
        self.app.wait_gone(row(NAME), "list item")
        self.press_keys("Escape")
        self.app.wait_for(row(NAME), "list item")
        self.reader.wait_outcome(f"^({NAME}|{OTHER}),")

        gone = self.reader.stops[-1].name.split(",")[0]
        left = {NAME: OTHER, OTHER: NAME}[gone]
        self.press_keys("Delete")
        self.app.wait_gone(row(gone), "list item")
        self.reader.wait_outcome(f"^{left},")
        self.press_keys("ctrl+z")
        self.app.wait_for(row(gone), "list item")

        self.press_keys("ctrl+q")
        self.wait_closed()

    def test_accessibility_alone(self):
        self.start([])
        self.app.write("Address", "https://" + NAME + "/")
        self.app.wait_for("https://" + NAME, role="list item")
        self.app.press("Add and sign in")
        self.app.wait_for(re.compile(f"^{NAME}, Finish in your browser"), "list item")
        self.sign_in_there()
        self.app.wait_for(re.compile(f"^{NAME}, Signed in"), "list item")

        self.app.press(f"Copy header of {NAME}")
        self.wait_header()

        self.agent.add_host("https://" + OTHER)
        self.app.wait_for(row(OTHER), "list item")
        self.app.press("Find a server")
        self.wait_focus("Name, address, account or note")
        self.app.write("Name, address, account or note", "models")
        self.app.wait_gone(row(NAME), "list item")
        self.app.press("Find a server")
        self.app.wait_for(row(NAME), "list item")

        self.app.act("row.remove", within=OTHER)
        self.app.wait_gone(row(OTHER), "list item")
        self.app.press("Undo")
        self.app.wait_for(row(OTHER), "list item")

        self.app.press("Close")
        self.wait_closed()


if __name__ == "__main__":
    tap.main()
