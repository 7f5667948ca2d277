# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A script of the real Python client and Keyfob share one session: each finds what the other got."""

import json
import subprocess

import desktop
import tap
from gi.repository import GLib
from journey import HOST_NAME, Journey

FIND = """
import sys
from py_oidc_auth_client import authenticate
print(authenticate(sys.argv[1])["headers"]["Authorization"])
"""

REFRESH = """
import asyncio, sys
from py_oidc_auth_client import CodeFlow
flow = CodeFlow(sys.argv[1])
print(asyncio.run(flow.refresh(flow.token["refresh_token"]))["headers"]["Authorization"])
"""

# The same server by another name, so that there is a host that nobody has added.
PUT = """
import sys
from py_oidc_auth_client import TokenStore
store = TokenStore()
store.put(sys.argv[2], store.get(sys.argv[1]))
print(store.get(sys.argv[2])["headers"]["Authorization"])
"""


class Python(Journey):
    def run_script(self, script, *more):
        """What the script prints: the value of the header; it has nobody to ask."""
        answer = subprocess.run([self.stack.python, "-c", script, self.stack.url, *more], check=True,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return answer.stdout.strip()

    def token_requests(self):
        return sum(1 for line in self.stack.requests() if line.startswith("POST /auth/v2/token"))

    def header(self):
        return self.host.get_token()["authorization"]

    def test_1_finds_the_token_that_was_clicked_for(self):
        self.host.call("Configure", {"store": GLib.Variant("s", "file")})
        self.sign_in()
        asked = self.token_requests()
        self.assertEqual(self.run_script(FIND), self.header())
        self.assertEqual("Authorization: " + self.run_script(FIND), self.copy_header())
        self.assertEqual(self.token_requests(), asked)

    def test_2_keyfob_takes_up_what_the_script_refreshed(self):
        before = self.header()
        asked = self.token_requests()
        refreshed = self.run_script(REFRESH)
        self.assertNotEqual(refreshed, before)
        desktop.wait_for(lambda: self.header() == refreshed, "the agent to take the token up")
        self.assertEqual(self.token_requests(), asked + 1)
        self.assertEqual(self.stack.fetch_protected(self.copy_header())[0], 200)
        self.window.wait_text("renewed by itself, .*Alice Example")

    def test_3_script_takes_up_what_keyfob_refreshed(self):
        before = self.header()
        self.host.call("Refresh")
        self.assertNotEqual(self.header(), before)
        asked = self.token_requests()
        self.assertEqual(self.run_script(FIND), self.header())
        self.assertEqual(self.token_requests(), asked)

    def test_4_host_of_a_script_is_offered(self):
        other = self.stack.url.replace("127.0.0.1", "localhost")
        self.assertNotEqual(other, self.stack.url)
        header = self.run_script(PUT, other)
        self.window.open_adding()
        self.window.wait_for("On this computer")
        self.picture("found-host")
        self.window.press("Add " + other)
        self.window.wait_gone("On this computer")
        name = other.removeprefix("http://")
        self.window.wait_for("Copy header", within=name)
        self.window.press("Copy header", within=name)
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: " + header,
                         "the header of the script to be copied")

    def test_5_sign_out_is_for_both(self):
        self.sign_out()
        path = self.folder / "cache/py-oidc-auth/token-store.json"
        # the token stays as long as that can be undone
        desktop.wait_for(lambda: self.stack.url not in json.loads(path.read_text()), "the token to go")


if __name__ == "__main__":
    tap.main()
