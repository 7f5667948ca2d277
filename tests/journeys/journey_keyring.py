# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A keyring that is locked: asked about, refused, unlocked; nothing is lost on the way."""

import desktop
import keyfob
import tap
from journey import HOST_NAME, Journey

PROMPT = "^Unlock .*Keyring"


class LockedKeyring(Journey):
    def wait_prompt(self):
        """The keyring's own question for its password, with the keyboard in it."""
        def look():
            return keyfob.owner_pid("org.gnome.keyring.SystemPrompter") and desktop.find_x_windows(PROMPT)

        window = desktop.wait_for(look, "the keyring to ask for its password")[0]
        desktop.wait_for(lambda: desktop.xdotool("getwindowfocus") == window, "the question to be typed into")

    def test_1_is_said_and_refused(self):
        self.sign_in()
        self.window.close()
        self.end_agent()
        self.keyring.lock()
        self.window.start()
        self.window.wait_text("The keyring is locked")
        self.window.wait_text("[Ll]ocked$")
        self.assertNotIn("The session has ended", self.window.texts())
        self.picture("keyring-locked")
        self.window.press("Unlock")
        self.wait_prompt()
        self.picture("keyring-prompt")
        desktop.xdotool("key", "Escape")
        desktop.wait_for(lambda: not desktop.find_x_windows(PROMPT), "the question to go")
        self.window.wait_text("The keyring is locked")
        self.picture("keyring-refused")
        self.assertEqual(keyfob.agent_property("Store"), "keyring")

    def test_2_does_not_fall_back_by_itself(self):
        self.assertFalse((self.folder / "cache/py-oidc-auth/token-store.json").exists())

    def test_3_is_unlocked_and_nothing_is_lost(self):
        requests = self.stack.requests()
        self.window.press("Unlock")
        self.wait_prompt()
        desktop.xdotool("type", "test")
        desktop.xdotool("key", "Return")
        self.window.wait_text("renewed by itself, .*Alice Example")
        self.window.wait_gone("Unlock")
        self.assertEqual(self.stack.requests(), requests)
        self.assertEqual(self.stack.fetch_protected(self.copy_header())[0], 200)


if __name__ == "__main__":
    tap.main()
