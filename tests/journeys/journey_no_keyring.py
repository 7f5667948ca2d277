# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A desktop without a keyring: tokens go to the file of the Python client, which reads them there."""

import stat
import subprocess

import keyfob
import tap
from journey import Journey

ASK_PYTHON = """
import sys
from py_oidc_auth_client import TokenStore
token = TokenStore().get(sys.argv[1])
print(token and token["headers"]["Authorization"])
"""


class NoKeyring(Journey):
    has_keyring = False

    def ask_python(self):
        answer = subprocess.run([self.stack.python, "-c", ASK_PYTHON, self.stack.url],
                                check=True, capture_output=True, text=True)
        return answer.stdout.strip()

    def test_1_is_said(self):
        self.window.wait_text("There is no keyring")
        self.picture("no-keyring")
        self.assertEqual(keyfob.agent_property("Store"), "file")

    def test_2_shares_its_file_with_python(self):
        self.sign_in()
        self.window.wait_text("renewed by itself, .*Alice Example")
        path = self.folder / "cache/py-oidc-auth/token-store.json"
        self.assertEqual(keyfob.agent_property("StoreFile"), str(path))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual("Authorization: " + self.ask_python(), self.copy_header())

    def test_3_finds_it_again(self):
        self.window.close()
        self.end_agent()
        self.window.start()
        self.window.wait_text("renewed by itself, .*Alice Example")

    def test_4_signs_out_of_it(self):
        self.choose_sign_out()
        self.assertNotEqual(self.ask_python(), "None")
        # whoever closes the window does not want it undone
        self.assertEqual(self.window.close(), 0)
        self.host.wait_state("signed-out")
        self.assertEqual(self.ask_python(), "None")


if __name__ == "__main__":
    tap.main()
