# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of places for tokens have in common."""

import json
import time

import agentcase


def token(access="from-python", seconds=3600):
    now = int(time.time())
    return {"access_token": access, "token_type": "Bearer", "expires": now + seconds,
            "refresh_token": "refresh-" + access, "refresh_expires": now + 86400, "scope": "openid"}


class StoresCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.other_file = self.bus.path("other", "tokens.json")

    def read(self, path=None):
        """The entries of a token file."""
        try:
            with open(path or self.token_file(), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def access(self, path=None):
        """The access token of the server's host in a token file, None when there is none."""
        entry = self.read(path).get(self.server.url)
        return entry and entry["token"]["access_token"]

    def assert_nobody_was_asked(self, prompter):
        """A question that this test asks is the first that the prompter sees."""
        self.assert_fails("Locked", self.call, agentcase.PATH, agentcase.AGENT, "Unlock")
        self.assertEqual(prompter.stdout.readline(), "refused\n")
        prompter.terminate()
        self.assertEqual(prompter.stdout.read(), "")

    def notices(self):
        return dict(self.agent_property("Notices"))
