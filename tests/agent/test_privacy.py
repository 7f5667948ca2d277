# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""No secret leaves the agent but by GetToken, whatever goes wrong."""

import os
import resource
import signal

import agentcase
import tap
from agentcase import Page
from fake_server import answer, quoted
from gi.repository import Gio, GLib


class Privacy(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.signals = []
        self.bus.connection.signal_subscribe(
            agentcase.NAME, None, None, None, None, Gio.DBusSignalFlags.NONE,
            lambda *args: self.signals.append(args[5].print_(True)))

    def everything_said(self):
        objects = str(self.hosts())
        agent = str(self.call(agentcase.PATH, "org.freedesktop.DBus.Properties", "GetAll",
                              GLib.Variant("(s)", (agentcase.AGENT,))))
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            hosts = file.read()
        with open(f"/proc/{self.agent.pid}/cmdline", encoding="utf-8") as file:
            command = file.read()
        return {"log": self.log(), "objects": objects, "agent": agent, "hosts.ini": hosts,
                "signals": "\n".join(self.signals), "command": command}

    def test_no_secret_is_said(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        # the address for the browser holds the state, and has to; nothing else of it may be said
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Account="Alice Example")
        host.get_token()
        host.call("Refresh")
        self.server.faults["token"] = quoted("server_error", 500)
        self.assertRaises(GLib.Error, host.call, "Refresh")
        self.server.faults["token"] = answer(400, str(self.server.secrets))
        self.assertRaises(GLib.Error, host.call, "Refresh")
        del self.server.faults["token"]
        self.server.denies = True
        host.call("SignIn", force=True, open_browser=False)
        Page(host.LoginUri).wait()
        host.wait_for(LoginUri="")
        states = {parameters["state"] for route, parameters, _ in self.server.requests
                  if "state" in parameters}
        said = self.everything_said()
        self.assertGreater(len(self.server.secrets), 10)
        self.assertIn("keyfob-agent", said["log"])
        for where, text in said.items():
            for secret in self.server.secrets:
                if where == "signals" and secret in states:
                    continue
                self.assertNotIn(secret, text, f"a secret is in {where}")

    def test_no_core_file(self):
        # as if the user wanted core files, in a folder that takes them
        _, hard = resource.prlimit(self.agent.pid, resource.RLIMIT_CORE)
        resource.prlimit(self.agent.pid, resource.RLIMIT_CORE, (hard, hard))
        # not SIGQUIT, which is ignored in what a shell starts in the background
        self.agent.send_signal(signal.SIGABRT)
        end = os.waitid(os.P_PID, self.agent.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual(end.si_code, os.CLD_KILLED)
        self.assertEqual(self.agent.wait(20), -signal.SIGABRT)


if __name__ == "__main__":
    tap.main()
