# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the user does in the window reaches the agent, and what comes back is shown."""

import desktop
import tap
from window import MINUTE, WindowCase, host


class Adding(WindowCase):
    def test_first_host(self):
        self.start()
        self.app.wait_for("Add your first host")
        self.app.write("Address", "data.example.org")
        self.app.wait_for("Will be added as https://data.example.org")
        self.app.press("Add")
        self.app.wait_for("Not signed in", within="data.example.org")
        self.assertEqual(self.agent.calls("AddHost")[-1], ["data.example.org", {}])


class Copying(WindowCase):
    def test_header_is_on_the_clipboard(self):
        self.start([host("one.example.org", State="signed-in", Account="Alice", left=42 * MINUTE),
                    host("two.example.org", State="signed-in", Account="Bob", left=42 * MINUTE)])
        self.app.press("Copy header", within="two.example.org")
        self.app.wait_for("Header copied")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-two.example.org")


if __name__ == "__main__":
    tap.main()
