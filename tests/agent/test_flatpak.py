# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The agent in a Flatpak, where nothing can be told of other programs but their names on the bus."""

import os
import pathlib

import agentcase
import privatebus
import sandbox
import tap
from agentcase import AGENT, PATH
from gi.repository import Gio, GLib
from sandbox import DENIED
from test_callers import NOT_ALLOWED, Client

WINDOW = "org.keyfob.Keyfob"
OWNER = RELEASED = 1  # answers of the bus
INFO = "[Application]\nname=org.keyfob.Keyfob\nruntime=runtime/org.gnome.Platform/x86_64/48\n"


class Flatpak(agentcase.AgentCase):
    """The test has the name of the window."""

    def ask_bus(self, method, arguments):
        return self.bus.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, arguments, None,
            Gio.DBusCallFlags.NONE, -1, None).unpack()

    def take_name(self):
        self.assertEqual(self.ask_bus("RequestName", GLib.Variant("(su)", (WINDOW, 0))), (OWNER,))

    def release_name(self):
        self.assertEqual(self.ask_bus("ReleaseName", GLib.Variant("(s)", (WINDOW,))), (RELEASED,))

    def start_agent(self, *arguments, **options):
        self.take_name()
        info = pathlib.Path(self.bus.path("flatpak-info"))
        info.write_text(INFO)
        programs = [os.path.dirname(os.environ["KEYFOB_AGENT"]), os.environ["KEYFOB_SCHEMAS"]]
        self.agent_wrapper = [*sandbox.command(self.bus.folder, str(info)),
                              *(word for folder in programs for word in ("--ro-bind", folder, folder))]
        super().start_agent(*arguments, **options)
        self.agent_wrapper = []  # nothing else is in it

    def tearDown(self):
        # what starts the sandbox ends by the signal, and the agent with it
        self.agent.terminate()
        self.agent.wait(privatebus.DEADLINE)

    def test_window_may_do_all(self):
        host = self.add_host()
        host.sign_in()
        self.assertIn("access_token", host.get_token())

    def test_others_may_only_ask(self):
        host = self.add_host()
        host.sign_in()
        client = Client(self)
        self.assertEqual(client.call(PATH, AGENT, "LockTokens").get("error"), DENIED)
        self.assertEqual(client.find_host(self.server.url).get("value"), [host.path])
        client.ask_for_token(host.path)
        agentcase.wait_until(lambda: self.agent_property("TokenRequests"), "the question whether it may")
        [question] = self.agent_property("TokenRequests")
        self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", (question["id"], "deny")))
        self.assertEqual(client.receive().get("error"), NOT_ALLOWED)

    def assert_denied(self):
        with self.assertRaises(GLib.Error) as refusal:
            self.call(PATH, AGENT, "LockTokens")
        self.assertEqual(Gio.DBusError.get_remote_error(refusal.exception), DENIED)

    def test_trust_ends_with_the_name(self):
        self.call(PATH, AGENT, "LockTokens")
        self.call(PATH, AGENT, "UnlockTokens")
        self.release_name()
        self.assert_denied()
        self.assert_denied()
        self.take_name()
        self.call(PATH, AGENT, "LockTokens")
        self.call(PATH, AGENT, "UnlockTokens")


if __name__ == "__main__":
    tap.main()
