# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What an administrator has set for all users of the computer, by dconf, binds the agent and its clients."""

import os
import subprocess

import agentcase
import tap
from dconf_locks import make_profile

SET = "Set by your administrator"


class PolicyCase(agentcase.AgentCase):
    def restart_with(self, **defaults):
        folder = self.bus.path("dconf")
        os.makedirs(folder, exist_ok=True)
        defaults = {key.replace("_", "-"): value for key, value in defaults.items()}
        self.assertEqual(self.stop_agent(), 0)
        self.start_agent(wait=False, env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"],
                                          **make_profile(folder, defaults)})


class WithKeyring(PolicyCase):
    keyring = True

    def test_no_file_store(self):
        host = self.add_host(store="file")
        host.sign_in()
        self.assertEqual(host.Store, self.token_file())
        self.restart_with(allow_file_store="false")
        self.wait_for_store("ready")
        self.assertFalse(self.agent_property("FileStoreAllowed"))
        # what was in the file moves
        host = self.find_host()
        host.wait_for(State="signed-in", Store="keyring")
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertNotIn(self.server.url, file.read())
        for store in ("file", "app:freva", self.bus.path("own.json")):
            self.assertIn(SET, self.assert_fails("InvalidHost", host.call, "Configure", store=store))
            self.assertIn(SET, self.assert_fails("InvalidHost", self.add_host, "https://two.example.org", store=store))
        host.call("Configure", store="keyring")
        refused = subprocess.run([os.environ["KEYFOB_CTL"], "add", "--anyway", "--store", "file", "two.example.org"],
                                 env=self.bus.env, capture_output=True, text=True)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(SET, refused.stderr)

    def test_allowed_as_usual(self):
        self.restart_with(proxy="'none'")
        self.wait_for_store("ready")
        self.assertTrue(self.agent_property("FileStoreAllowed"))
        host = self.add_host(store="file")
        host.sign_in()
        self.assertEqual(host.Store, self.token_file())


class WithoutKeyring(PolicyCase):
    def test_no_file_store(self):
        """Nobody can sign in, and is told why."""
        self.restart_with(allow_file_store="false")
        host = self.add_host()
        sentence = self.assert_fails("Store", host.call, "SignIn", open_browser=False)
        self.assertIn(SET, sentence)
        self.assertFalse(os.path.exists(self.token_file()))
        self.assertEqual(self.agent_property("Store"), "")

    def test_ask_first(self):
        host = self.add_host()
        host.sign_in()
        self.restart_with(ask_first="true")
        # the user's own wish does not count
        folder = self.bus.path("config", "glib-2.0", "settings")
        os.makedirs(folder)
        with open(os.path.join(folder, "keyfile"), "w", encoding="utf-8") as out:
            out.write("[org/keyfob/Keyfob]\nask-first=false\n")
        host = self.find_host()
        host.wait_for(State="signed-in")
        host.call("Configure", ask_first=False)
        # there is nobody to ask here
        self.assert_fails("Denied", host.get_token)



if __name__ == "__main__":
    tap.main()
