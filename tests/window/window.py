# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The window on a private desktop, and the fake agent behind it. For use on the bed of bed.sh."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from gi.repository import Gio, GLib

import desktop

AGENT = "org.keyfob.Keyfob.Agent"
ROOT = "/org/keyfob/Keyfob/Agent"
MINUTE = 60
HOUR = 60 * MINUTE


class Agent:
    """The fake agent, as the tests drive it."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.scene = pathlib.Path(os.environ["BED_DIR"], "scene.json")

    def call(self, method, *arguments):
        parameters = GLib.Variant("(" + "s" * len(arguments) + ")", arguments)
        return self.bus.call_sync(AGENT, ROOT, "org.keyfob.Test", method, parameters, None,
                                  Gio.DBusCallFlags.NONE, -1).unpack()

    def set_scene(self, hosts=(), **agent):
        text = json.dumps({"hosts": list(hosts), "agent": agent})
        # what an agent that is started again begins with
        self.scene.write_text(text)
        self.call("SetScene", text)

    def set_agent(self, **properties):
        self.call("SetAgent", json.dumps(properties))

    def set_host(self, name, **properties):
        self.call("SetHost", name, json.dumps(properties))

    def fail(self, method, error, sentence):
        self.call("Fail", method, error, sentence)

    def calls(self, method):
        """Arguments of every call of @method so far."""
        return [call[2] for call in json.loads(self.call("Calls")[0]) if call[0] == method]

    def pid(self):
        return self.call("GetPid")[0]

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)


def host(name, **properties):
    """A host of a scene; `left` is for how many seconds its token is good."""
    if "left" in properties:
        # 20 s more, so that the minute does not turn while somebody looks
        properties["Expires"] = int(time.time()) + properties.pop("left") + 20
    return {"Name": name, **properties}


class WindowCase(unittest.TestCase):
    """Starts the window for every test, and ends it."""

    environment = {}

    def setUp(self):
        self.agent = Agent()
        self.app = desktop.Application("keyfob")
        self.process = None

    def start(self, hosts=(), agent=None, **environment):
        self.agent.set_scene(hosts, **(agent or {}))
        self.process = subprocess.Popen(
            [os.environ["KEYFOB"]],
            env={**os.environ, "G_DEBUG": "fatal-warnings", **self.environment, **environment})

    def tearDown(self):
        if self.process is None:
            return
        alive = self.process.poll() is None
        self.process.terminate()
        self.process.wait()
        self.assertTrue(alive, "the window ended by itself")
