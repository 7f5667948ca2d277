# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The real agent behind the real window: it is there as long as the window, and goes after it."""

import os
import pathlib
import time
import unittest

import desktop
import keyfob
import tap

WELL_OVER = 5  # seconds; leaving_agent.sh waits for three


class Background(unittest.TestCase):
    def test_agent_leaves_after_the_window(self):
        log = pathlib.Path(os.environ["BED_DIR"], "window.log")
        window = keyfob.Window(os.environ["KEYFOB"], log, {"GDK_DEBUG": "gl-disable"}).start()
        self.addCleanup(window.stop)
        window.wait_for("Which server do you use?")
        agent = keyfob.owner_pid(keyfob.AGENT_NAME)
        opened = time.monotonic()
        desktop.wait_for(lambda: time.monotonic() > opened + WELL_OVER, "time to pass")
        self.assertEqual(keyfob.owner_pid(keyfob.AGENT_NAME), agent)
        self.assertIsNotNone(window.find("Which server do you use?"))

        self.assertEqual(window.close(), 0, log.read_text())
        desktop.wait_for(lambda: keyfob.owner_pid(keyfob.AGENT_NAME) is None, "the agent to leave")


if __name__ == "__main__":
    tap.main()
