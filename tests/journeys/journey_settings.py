# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A token moves to where its user wants it kept, one of another program is taken up, and the session in
the browser ends with it.
"""

import json
import stat
import subprocess

import desktop
import keyfob
import tap
from journey import HOST_NAME, Journey

PYTHON_SIGNED_IN = """
import json, sys
from py_oidc_auth_client import TokenStore
TokenStore().put(sys.argv[1], json.load(sys.stdin))
"""


class Settings(Journey):
    def shared_file(self):
        return self.folder / "cache/py-oidc-auth/token-store.json"

    def read_file(self, path):
        """The entry of the host, None where there is none."""
        return json.loads(path.read_text()).get(self.stack.url) if path.exists() else None

    def assert_session_lives(self, before):
        """The same token, wherever it is."""
        self.assertEqual(self.host.get_token()["access_token"], before)
        self.assertEqual(self.host.property("State"), "signed-in")

    def test_1_says_where_the_token_is(self):
        self.sign_in()
        self.window.wait_for("Copy header", within=HOST_NAME)
        self.choose("Settings")
        self.window.wait_for("The token is in the keyring now.")

    def test_2_moves_it_to_the_shared_file(self):
        before = self.host.get_token()["access_token"]
        self.click("File shared with Python programs")
        self.window.wait_text("^The token is now in .*/token-store.json")
        self.picture("settings-shared-file")
        self.assertEqual(self.read_file(self.shared_file())["token"]["access_token"], before)
        self.assertEqual(stat.S_IMODE(self.shared_file().stat().st_mode), 0o600)
        self.assertIsNone(self.keyring.read(self.stack.url))
        self.assert_session_lives(before)

    def test_3_moves_it_to_another_file(self):
        before = self.host.get_token()["access_token"]
        path = self.folder / "data/my project/tokens.json"
        self.click("Another file")
        self.window.write("Path of the file", str(path))
        self.window.press("Apply")
        self.window.wait_for(f"The token is now in {path}.")
        self.assertEqual(self.read_file(path)["token"]["access_token"], before)
        self.assertIsNone(self.read_file(self.shared_file()))
        self.assert_session_lives(before)

    def test_4_moves_it_back_into_the_keyring(self):
        before = self.host.get_token()["access_token"]
        self.click("Keyring")
        self.window.wait_for("The token is in the keyring now.")
        self.assertEqual(json.loads(self.keyring.read(self.stack.url))["token"]["access_token"], before)
        self.assert_session_lives(before)
        self.window.press("Back")

    def test_5_takes_up_what_a_program_signed_in_to(self):
        token = json.loads(self.keyring.read(self.stack.url))["token"]
        keyfob.remove_host(self.host)
        self.window.wait_for("Which server do you use?")
        subprocess.run([self.stack.python, "-c", PYTHON_SIGNED_IN, self.stack.url], input=json.dumps(token),
                       check=True, text=True)
        self.window.wait_for("On this computer")
        self.picture("settings-found")
        self.window.press("Add " + self.stack.url)
        self.window.wait_text("renewed by itself")
        self.window.wait_gone("On this computer")
        type(self).host = keyfob.add_host(self.stack.url, HOST_NAME)
        self.window.wait_for(HOST_NAME)
        self.assert_session_lives(token["access_token"])
        self.assertEqual(self.host.property("Store"), str(self.shared_file()))

    def test_6_signs_out_of_the_browser_too(self):
        self.choose("Sign out…")
        self.window.wait_for("Also end the session in the browser")
        dialog = desktop.find_x_windows("^Sign out of")[-1]
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == dialog, "the dialog to get its turn")
        desktop.xdotool("key", "space")
        self.window.press_in_dialog("Sign out")
        self.window.wait_text("Not signed in")
        self.assertIsNone(self.read_file(self.shared_file()))
        self.assertIsNone(self.keyring.read(self.stack.url))
        self.browser.show_tab("/session/end")


if __name__ == "__main__":
    tap.main()
