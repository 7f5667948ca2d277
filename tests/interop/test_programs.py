# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Programs of the real Python client that have a token file of their own, which Keyfob shares, and
tokens that come as a file."""

import json
import os
import subprocess
import tempfile
import time
import types

import agentcase
import person
import privatebus
import tap
from agentcase import wait_until
from stack import Stack

PUT = """
import json, sys
from py_oidc_auth_client import TokenStore
TokenStore(app_name=sys.argv[1]).put(sys.argv[2], json.load(sys.stdin))
"""

AUTHENTICATE = """
import sys
from py_oidc_auth_client import authenticate
print(authenticate(sys.argv[2], app_name=sys.argv[1])["access_token"])
"""

REFRESH = """
import asyncio, sys
from py_oidc_auth_client import CodeFlow, TokenStore
store = TokenStore(app_name=sys.argv[1])
flow = CodeFlow(sys.argv[2], store=store)
token = asyncio.run(flow.refresh(store.get(sys.argv[2])["refresh_token"]))
store.put(sys.argv[2], token)
print(token["access_token"])
"""

REMOVE = """
import sys
from py_oidc_auth_client import TokenStore
TokenStore(app_name=sys.argv[1]).remove(sys.argv[2])
"""


class RealServer(agentcase.AgentCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="keyfob-programs-")
        cls.addClassCleanup(folder.cleanup)
        cls.stack = Stack(folder.name)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()

    def setUp(self):
        self.server = types.SimpleNamespace(url=self.stack.url)
        self.bus = privatebus.PrivateBus({agentcase.NAME: os.environ["KEYFOB_AGENT"]})
        self.addCleanup(self.bus.close)
        os.mkdir(self.bus.path("share"))
        os.symlink("/usr/share/glib-2.0", self.bus.path("share", "glib-2.0"))
        self.port = agentcase.free_port()
        self.log_path = self.bus.path("agent.log")
        self.start_agent()


class Programs(RealServer):
    def run_program(self, script, name, token=None):
        """What the program of that name prints."""
        answer = subprocess.run(
            [self.stack.python, "-c", script, name, self.stack.url], env=self.bus.env, check=True,
            input=json.dumps(token), capture_output=True, text=True)
        return answer.stdout.strip()

    def wait_for_tokens(self, *found):
        proxy = agentcase.Gio.DBusProxy.new_sync(
            self.bus.connection, agentcase.Gio.DBusProxyFlags.DO_NOT_AUTO_START, None,
            agentcase.NAME, agentcase.PATH, agentcase.AGENT, None)
        wait_until(lambda: proxy.get_cached_property("FoundTokens").unpack() == list(found),
                   f"{found} to be found")

    def requests(self):
        return sum(1 for line in self.stack.requests() if line.startswith("POST /auth/v2/token"))

    def test_one_session_for_both(self):
        signed_in = person.sign_in(self.stack.url)
        self.run_program(PUT, "freva", signed_in)
        self.wait_for_tokens((self.stack.url, "app:freva"))
        host = self.add_host(store="app:freva")
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token()["access_token"], signed_in["access_token"])
        path = self.bus.path("cache", "freva", "token-store.json")
        self.assertEqual(host.Store, path)

        host.call("Refresh")
        asked = self.requests()
        renewed = host.get_token()["access_token"]
        self.assertNotEqual(renewed, signed_in["access_token"])
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), renewed)
        self.assertEqual(self.requests(), asked)

        by_program = self.run_program(REFRESH, "freva")
        self.assertNotEqual(by_program, renewed)
        wait_until(lambda: host.get_token()["access_token"] == by_program, "the token of the program")
        self.assertEqual(self.requests(), asked + 1)
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")

        written = os.stat(path).st_mtime
        wait_until(lambda: time.time() > written + 3, "an end to what counts as a lost update")
        self.run_program(REMOVE, "freva")
        host.wait_for(State="signed-out")

    def test_each_program_has_its_own(self):
        one, other = person.sign_in(self.stack.url), person.sign_in(self.stack.url)
        self.run_program(PUT, "freva", one)
        self.run_program(PUT, "climateclaw-client", other)
        self.wait_for_tokens((self.stack.url, "app:climateclaw-client"), (self.stack.url, "app:freva"))
        host = self.add_host(store="app:climateclaw-client")
        host.wait_for(State="signed-in")
        host.call("Refresh")
        self.assertEqual(self.run_program(AUTHENTICATE, "climateclaw-client"),
                         host.get_token()["access_token"])
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), one["access_token"])
        host.call("SignOut")
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), one["access_token"])
        self.wait_for_tokens()


class Import(RealServer):
    def import_token(self, made):
        path = self.bus.path("downloaded.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({name: value for name, value in made.items() if name != "headers"}, out)
        arguments = agentcase.GLib.Variant("(aysa{sv})", (path.encode() + b"\0", self.stack.url, {}))
        path, = self.call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments)
        return agentcase.Host(self, path)

    def test_session_goes_on(self):
        made = person.sign_in(self.stack.url)
        host = self.import_token(made)
        self.assertEqual(host.get_token()["access_token"], made["access_token"])
        host.call("Refresh")
        renewed = host.get_token()
        self.assertNotEqual(renewed["access_token"], made["access_token"])
        self.assertEqual(self.stack.fetch_protected(renewed["header"])[0], 200)

    def test_token_that_has_ended(self):
        made = person.sign_in(self.stack.url)
        host = self.import_token({**made, "expires": int(time.time()) - 1})
        self.assertEqual(self.stack.fetch_protected(host.get_token()["header"])[0], 200)

    def test_bad_token(self):
        made = person.sign_in(self.stack.url)
        sentence = self.assert_fails("Denied", self.import_token, {**made, "access_token": "bogus"})
        self.assertIn("does not accept this token", sentence)
        self.assertEqual(self.hosts(), {})
        self.assertFalse(os.path.exists(self.token_file()))


if __name__ == "__main__":
    tap.main()
