# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the user should know once: told until it is dismissed, also after a restart."""

import os

import agentcase
import tap
from agentcase import wait_until
from gi.repository import GLib

MOVED = ("moved", "Two tokens moved into the keyring.")
DAMAGED = ("damaged-file", "The token file was damaged. A copy of it is copy.json.")


class Notices(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.stop_agent()
        folder = self.bus.path("state", "keyfob")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(os.path.join(folder, "notices.ini"), "w", encoding="utf-8") as out:
            for name, sentence in (MOVED, DAMAGED):
                out.write(f"[{name}]\nsentence={sentence}\n")
        self.start_agent()

    def notices(self):
        return self.agent_property("Notices")

    def dismiss(self, name):
        self.call(agentcase.PATH, agentcase.AGENT, "Dismiss", GLib.Variant("(s)", (name,)))

    def test_dismissed_once_and_for_all(self):
        self.assertEqual(self.notices(), [MOVED, DAMAGED])
        self.dismiss("moved")
        wait_until(lambda: self.notices() == [DAMAGED], "the notice to go")
        self.dismiss("never-there")
        self.stop_agent()
        self.start_agent()
        self.assertEqual(self.notices(), [DAMAGED])

    def test_pipe_in_place_of_the_file(self):
        self.stop_agent()
        path = self.bus.path("state", "keyfob", "notices.ini")
        os.unlink(path)
        os.mkfifo(path, 0o600)
        self.start_agent()
        self.assertEqual(self.notices(), [])
        self.assertIn("is not a regular file", self.log())


if __name__ == "__main__":
    tap.main()
