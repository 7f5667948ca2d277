# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""From a host just added to a header on the clipboard, through restarts and a crash, to signed out."""

import json
import signal

import desktop
import keyfob
import tap
from journey import HOST_NAME, Journey


class SignIn(Journey):
    def test_1_signs_in_by_the_browser(self):
        self.picture("signed-out")
        self.open_sign_in()
        self.window.wait_text("Finish in your browser · " + self.stack.provider.url.split("://")[1])
        self.picture("signing-in")
        self.browser.sign_in("alice")
        self.browser.wait_text("You are signed in")
        self.picture("result-page")
        self.window.wait_text(r"Alice Example · (9|10) min left")
        self.picture("signed-in")
        stored = json.loads(self.keyring.read(self.stack.url))
        self.assertEqual(stored["token"]["access_token"], self.host.get_token()["access_token"])

    def test_2_puts_a_header_on_the_clipboard_that_opens_the_door(self):
        header = self.copy_header()
        self.window.wait_for("Header copied")
        self.picture("copied")
        self.assertRegex(header, r"^Authorization: Bearer [\w.-]+$")
        status, text = self.stack.fetch_protected(header)
        self.assertEqual((status, json.loads(text)), (200, {"message": "Hello, alice"}))

    def test_3_finds_the_session_again_without_asking_the_server(self):
        before = self.stack.requests()
        token = self.host.get_token()
        self.window.close()
        self.end_agent()
        self.window.start()
        self.window.wait_text(r"Alice Example · \d+ min left")
        self.assertEqual(self.host.property("State"), "signed-in")
        self.assertEqual(self.host.get_token()["access_token"], token["access_token"])
        self.assertEqual(self.stack.requests(), before)

    def test_4_survives_the_death_of_the_agent(self):
        pid = keyfob.owner_pid(keyfob.AGENT_NAME)
        keyfob.kill_owner(keyfob.AGENT_NAME, signal.SIGKILL)
        desktop.wait_for(lambda: keyfob.owner_pid(keyfob.AGENT_NAME) not in (None, pid),
                         "the agent to be started again")
        self.window.wait_text(r"Alice Example · \d+ min left")
        self.assertRegex(self.copy_header(), "^Authorization: Bearer ")
        self.assertIsNone(self.window.process.poll())

    def test_5_refreshes_on_request(self):
        before = self.host.get_token()["access_token"]
        self.choose("Refresh now")
        desktop.wait_for(lambda: self.host.get_token()["access_token"] != before, "a new token")
        self.host.wait_state("signed-in")
        status, _ = self.stack.fetch_protected(self.copy_header())
        self.assertEqual(status, 200)

    def test_6_signs_out(self):
        self.sign_out()
        self.window.wait_text("Not signed in")
        self.picture("signed-out-again")
        self.assertEqual(self.host.property("State"), "signed-out")
        self.assertIsNone(self.keyring.read(self.stack.url))
        self.end_agent()
        self.window.wait_for("Sign in", within=HOST_NAME)
        self.assertEqual(self.host.property("State"), "signed-out")

    def test_7_signs_in_again_at_once_where_the_provider_knows_the_user(self):
        self.close_tabs()
        self.sign_in()
        # this provider lets a session be renewed only with consent, which was not asked for again
        self.window.wait_text(r"Alice Example · good until .*, then sign in again")

    def test_8_asks_for_consent_where_that_lets_the_session_be_renewed(self):
        self.close_tabs()
        self.choose("Sign in again")
        self.browser.show_tab("/interaction/")
        self.browser.sign_in("alice")
        self.browser.wait_text("You are signed in")
        self.window.wait_text(r"Alice Example · \d+ min left")

    def test_9_closes_cleanly(self):
        self.assertEqual(self.window.close(), 0)


if __name__ == "__main__":
    tap.main()
