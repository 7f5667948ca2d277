# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""dunst, a daemon that shows notifications on a real desktop, and what it shows."""

import json
import subprocess

import desktop
import keyfob

NAME = "org.freedesktop.Notifications"

# What it shows it also tells a script, and its menu of actions is answered by one.
SETTINGS = """[global]
origin = top-right
font = Sans 12
timeout = 0
dmenu = {folder}/choose

[tell]
summary = "*"
script = {folder}/tell
"""

TELL = """#!/usr/bin/python3
import json, os
with open("{folder}/shown", "a") as out:
    out.write(json.dumps([os.environ["DUNST_SUMMARY"], os.environ["DUNST_BODY"]]) + "\\n")
"""

CHOOSE = """#!/bin/sh
tee {folder}/offered | grep -m 1 -F -f {folder}/wanted
"""


class Dunst:
    def __init__(self, folder):
        self.folder = folder / "dunst"
        self.folder.mkdir()
        self.shown = self.folder / "shown"
        self.process = None
        for name, text in (("dunstrc", SETTINGS), ("tell", TELL), ("choose", CHOOSE)):
            path = self.folder / name
            path.write_text(text.format(folder=self.folder))
            path.chmod(0o755)

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["dunst", "-config", str(self.folder / "dunstrc")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT)
        desktop.wait_for(lambda: keyfob.owner_pid(NAME) is not None, "dunst")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
            desktop.wait_for(lambda: keyfob.owner_pid(NAME) is None, "dunst to end")

    def choose(self, action):
        """What a person does in the menu of the notification that is shown."""
        (self.folder / "wanted").write_text(action + "\n")
        subprocess.run(["dunstctl", "context"], check=True)

    def count(self):
        answer = subprocess.run(["dunstctl", "count", "displayed"], check=True,
                                capture_output=True, text=True)
        return int(answer.stdout)

    def wait_count(self, count):
        desktop.wait_for(lambda: self.count() == count, f"{count} to be shown")

    def wait_told(self, summary):
        desktop.wait_for(lambda: summary in [text[0] for text in self.told()], f"{summary} to be shown")

    def told(self):
        """All that was ever shown: (summary, body)."""
        if not self.shown.exists():
            return []
        return [tuple(json.loads(line)) for line in self.shown.read_text().splitlines()]
