# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""No secret leaves the agent but by GetToken, whatever goes wrong."""

import json
import os
import re
import resource
import signal
import unittest

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

    def find_in_memory(self, secrets):
        """How often the secrets are in the memory of the agent: in pages that core files leave out, and in others."""
        found = {"kept out": 0, "others": 0}
        pages = []
        with open(f"/proc/{self.agent.pid}/smaps", encoding="utf-8") as maps:
            for line in maps:
                bounds = re.match("([0-9a-f]+)-([0-9a-f]+) r", line)
                if bounds:
                    pages.append([int(bounds[1], 16), int(bounds[2], 16), "others"])
                elif re.match("[0-9a-f]+-", line):
                    pages.append([0, 0, "others"])
                elif line.startswith("VmFlags:") and " dd" in line:
                    pages[-1][2] = "kept out"
        with open(f"/proc/{self.agent.pid}/mem", "rb") as memory:
            for start, end, where in pages:
                if end - start > 1 << 30:
                    continue  # of the address sanitizer
                memory.seek(start)
                try:
                    content = memory.read(end - start)
                except (OSError, OverflowError, ValueError):
                    continue  # of the kernel
                found[where] += sum(content.count(secret.encode()) for secret in secrets)
        return found

    @unittest.skipIf(os.geteuid() != 0, "only root can look into a program that lets nobody look")
    def test_tokens_in_memory(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(State="signed-in", Account="Alice Example")
        with open(self.token_file(), encoding="utf-8") as file:
            token = json.load(file)[self.server.url]["token"]
        secrets = token["access_token"], token["refresh_token"]
        signed_in = self.find_in_memory(secrets)
        host.call("SignOut")
        host.wait_for(State="signed-out")
        signed_out = self.find_in_memory(secrets)
        print(f"# signed in: {signed_in}; signed out: {signed_out}")
        # both halves are where core files do not look, and nothing of them stays there
        self.assertGreaterEqual(signed_in["kept out"], 2)
        self.assertEqual(signed_out["kept out"], 0)

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
