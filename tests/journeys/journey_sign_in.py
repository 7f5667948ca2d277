# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""From a link of the server to a header on the clipboard, through restarts and a crash, to signed out."""

import json
import signal

import desktop
import keyfob
import tap
from journey import HOST_NAME, Journey


class SignIn(Journey):
    def test_1_signs_in_by_a_link_of_the_server(self):
        keyfob.remove_host(self.host)
        self.window.wait_for("Which server do you use?")
        self.window.write("Address", self.stack.url + "/auth/v2/login?redirect_uri=http%3A%2F%2Flocalhost&state=x#top")
        self.window.wait_for(self.stack.url, role="list item")
        self.window.wait_for("Sign in with the browser or another device")
        self.window.write("Name", HOST_NAME)
        self.picture("found")
        self.window.press("Add and sign in")
        self.show_provider()
        type(self).host = keyfob.add_host(self.stack.url, HOST_NAME)
        self.window.wait_text("Finish in your browser · " + self.stack.provider.url.split("://")[1])
        self.picture("signing-in")
        self.browser.sign_in("alice")
        self.browser.wait_text("You are signed in")
        self.picture("result-page")
        self.window.wait_text("renewed by itself, .*Alice Example")
        self.picture("signed-in")
        stored = json.loads(self.keyring.read(self.stack.url))
        self.assertEqual(stored["token"]["access_token"], self.host.get_token()["access_token"])

    def test_2_puts_a_header_on_the_clipboard_that_opens_the_door(self):
        header = self.copy_header()
        self.window.wait_text("^Copied")
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
        self.window.wait_text("renewed by itself, .*Alice Example")
        self.assertEqual(self.host.property("State"), "signed-in")
        self.assertEqual(self.host.get_token()["access_token"], token["access_token"])
        self.assertEqual(self.stack.requests(), before)

    def test_4_survives_the_death_of_the_agent(self):
        pid = keyfob.owner_pid(keyfob.AGENT_NAME)
        keyfob.kill_owner(keyfob.AGENT_NAME, signal.SIGKILL)
        desktop.wait_for(lambda: keyfob.owner_pid(keyfob.AGENT_NAME) not in (None, pid),
                         "the agent to be started again")
        self.window.wait_text("renewed by itself, .*Alice Example")
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
        self.choose_sign_out()
        self.window.press("Undo")
        self.window.wait_text("renewed by itself, .*Alice Example")
        self.window.wait_gone("Undo")
        self.assertEqual(self.host.property("State"), "signed-in")
        self.sign_out()
        self.picture("signed-out-again")
        self.assertIsNone(self.keyring.read(self.stack.url))
        self.end_agent()
        self.window.wait_for("Sign in", within=HOST_NAME)
        self.assertEqual(self.host.property("State"), "signed-out")

    def test_7_signs_in_again_at_once_where_the_provider_knows_the_user(self):
        self.close_tabs()
        self.sign_in()
        # this provider lets a session be renewed only with consent, which was not asked for again
        self.window.wait_text(r"ends (at|tomorrow at) \d\d:\d\d, .*Alice Example")

    def test_8_asks_for_consent_where_that_lets_the_session_be_renewed(self):
        self.close_tabs()
        self.choose("Sign in again")
        self.browser.show_tab("/interaction/")
        self.browser.sign_in("alice")
        self.browser.wait_text("You are signed in")
        self.window.wait_text("renewed by itself, .*Alice Example")

    def test_9_tests_access_on_the_page_of_the_server(self):
        self.click(HOST_NAME)
        self.window.wait_for("Signed in as Alice Example, renewed by itself")
        self.picture("page")
        desktop.write_clipboard("copied by another program")
        self.window.press(f"Copy header of {HOST_NAME}")
        desktop.wait_for(lambda: desktop.read_clipboard() == self.host.get_token()["header"], "the header to be copied")
        before = len(self.stack.requests())
        self.window.press(f"Test access to {HOST_NAME}")
        self.window.wait_text("^Accepted as Alice Example")
        self.assertEqual(self.stack.requests()[before:], ["GET /auth/v2/userinfo 200"])
        # an address of the server that is no part of its sign-in
        self.window.write(f"At another address of {HOST_NAME}", self.stack.url + "/protected")
        self.window.press(f"Test access to {HOST_NAME}")
        self.window.wait_for("The server takes the token.")
        self.assertEqual(self.stack.requests()[before + 1:], ["GET /protected 200"])
        self.picture("page-access")
        self.assertEqual(self.window.close(), 0)


if __name__ == "__main__":
    tap.main()
