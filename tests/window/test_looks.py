# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every state of a row, in words, in the accessibility tree and on a screenshot.

The screenshots are in tests/window/screenshots of the build folder, to be looked at.
"""

import os
import pathlib
import subprocess
import time

import desktop
import tap
from window import DAY, HOUR, LOGIN_URI, MINUTE, PORTAL, QUESTION, WindowCase, host, mixed, question

# What the user reads for each failure; the sentences are the agent's.
FAILURES = {
    "name-does-not-resolve": "Cannot reach climate.example.edu: the name does not resolve. Check the "
                             "address or your network.",
    "refused": "Cannot reach climate.example.edu: nothing answers there. Check the address and its "
               "port, or try again later.",
    "tls-not-trusted": "The certificate of climate.example.edu comes from an issuer that this system "
                       "does not trust. Check the address, or ask whoever runs the host.",
    "route-not-found": "climate.example.edu has nothing at /auth/v2/login. Check the address of the "
                       "host, or set its routes.",
    "html-answer": "climate.example.edu answered with a web page (“Welcome to the portal”) instead of "
                   "data. Check the address, or sign in to the network first.",
    "server-error": "climate.example.edu has a problem of its own (500): “database is locked”. Try "
                    "again later, or ask whoever runs it.",
    "ports-taken": "Other programs hold every port that the browser may come back to (53100, 53101, "
                   "53102, 53103, 53104, 53105). Close one of them and try again.",
    "no-browser": "There is no browser to open the page of climate.example.edu. Install one, or copy "
                  "the link.",
    "denied": "The sign-in to climate.example.edu was refused. Sign in again if that was a mistake.",
    "time-over": "Nobody signed in to climate.example.edu within 5 minutes. Sign in again.",
    "store-full": "There is no room left for the token file "
                  "/home/user/.cache/py-oidc-auth/token-store.json. It is unchanged; free some space.",
}


class States(WindowCase):
    def show(self, name, expected, *hosts, **options):
        self.start(list(hosts), **options)
        for text in expected:
            self.app.wait_for(text)
        self.assert_nothing_cut(440)
        self.picture("state-" + name)

    def assert_buttons(self, present, absent, within=PORTAL):
        for name in present:
            self.assertIsNotNone(self.app.find_button(name, within), name)
        for name in absent:
            self.assertIsNone(self.app.find_button(name, within), name)

    def test_signed_out(self):
        self.show("signed-out", [PORTAL, "Not signed in"], host(PORTAL))
        self.assert_buttons(["Sign in"], ["Copy header", "Cancel"])
        self.app.wait_for(f"{PORTAL}, Not signed in", role="list item")

    def test_signing_in(self):
        self.show("signing-in", ["Waiting for your browser…"],
                  host(PORTAL, State="signing-in", LoginUri=LOGIN_URI))
        self.assert_buttons(["Cancel"], ["Sign in", "Copy header"])

    def test_signing_in_at(self):
        self.show("signing-in-at", ["Finish in your browser · auth.example.org"],
                  host(PORTAL, State="signing-in", LoginUri=LOGIN_URI, Provider="auth.example.org"))

    def test_question(self):
        self.show("question", [QUESTION], host(PORTAL, State="signing-in", Question=QUESTION), host("two.example.org"))
        self.assert_buttons(["Continue", "Cancel"], ["Sign in", "Open again", "Use another device"])

    def test_signed_in(self):
        self.show("signed-in", ["Signed in · renewed by itself", "Alice Example"],
                  host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE))
        self.assert_buttons(["Copy header"], ["Sign in", "Cancel"])

    def test_signed_in_for_hours(self):
        self.show("signed-in-hours", ["Signed in · renewed by itself"],
                  host(PORTAL, State="signed-in", left=2 * HOUR + 40 * MINUTE))

    def test_last_minute(self):
        self.show("last-minute", ["Signed in · ends in less than a minute"],
                  host(PORTAL, State="signed-in", Account="Alice Example", left=10, Renews=False))

    def test_not_renewed(self):
        midnight = time.mktime(time.localtime()[:3] + (0, 0, 0, 0, 0, -1))
        tomorrow = int(midnight) + DAY + 9 * HOUR + 12 * MINUTE
        self.show("not-renewed", ["Signed in · ends tomorrow at 09:12", "Alice Example"],
                  host(PORTAL, State="signed-in", Account="Alice Example", Expires=tomorrow, Renews=False))
        self.assert_buttons(["Copy header"], ["Sign in"])

    def test_not_stored(self):
        self.show("not-stored", ["Signed in · renewed by itself", "The token is kept in memory only: it "
                                 "could not be stored yet. Keyfob goes on trying."],
                  host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE, Saved=False))
        self.assert_buttons(["Copy header"], ["Sign in", "Use another device"])

    def test_not_stored_and_why(self):
        why = "There is no room left for the token file. The token is kept in memory; free some space."
        self.show("not-stored-why", ["Signed in · renewed by itself", why],
                  host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE, Saved=False, Error=why))
        self.assertIsNone(self.app.find("The token is kept in memory only: it could not be stored yet. Keyfob goes "
                                        "on trying."))

    def test_refreshing(self):
        self.show("refreshing", ["Getting a new token…"],
                  host(PORTAL, State="refreshing", Account="Alice Example", left=1))
        self.assert_buttons(["Copy header"], ["Sign in", "Cancel"])

    def test_expired(self):
        yesterday = int(time.mktime(time.localtime()[:3] + (0, 0, 0, 0, 0, -1))) - 6 * HOUR
        self.show("expired", ["The session ended yesterday at 18:00", "Needs you (1)"],
                  host(PORTAL, State="expired", Expires=yesterday))
        self.assert_buttons(["Sign in"], ["Copy header"])

    def test_offline(self):
        self.show("offline", ["Offline · token good for 12 min"],
                  host(PORTAL, State="offline", Account="Alice Example", left=12 * MINUTE))
        self.assert_buttons(["Copy header"], ["Sign in"])

    def test_offline_and_ended(self):
        self.show("offline-ended", ["Offline · the token has ended"],
                  host(PORTAL, State="offline", Expires=int(time.time()) - HOUR))

    def test_locked(self):
        why = "The keyring is locked. Unlock it to get at the tokens in it."
        self.show("locked", ["Locked", "Alice Example", why],
                  host(PORTAL, State="locked", Account="Alice Example", Store="keyring", Error=why))
        self.assert_buttons(["Unlock"], ["Sign in", "Copy header", "Use another device"])
        self.app.press("Unlock")
        self.agent.wait_call("Unlock")

    def test_file_that_cannot_be_read(self):
        why = "The token file cannot be read. Allow yourself to read it."
        self.show("unreadable", ["Cannot be read", "Alice Example", why],
                  host(PORTAL, State="locked", Account="Alice Example", Store="/home/a/tokens.json", Error=why))
        self.assert_buttons([], ["Unlock", "Sign in", "Copy header"])

    def test_one_at_a_time(self):
        self.show("mixed", [PORTAL, "auth.example.org"], *mixed())

    def test_menu(self):
        self.start([host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE)])
        self.app.act("row.menu")
        for item in ("Sign in again", "Refresh now", "Sign out…", "Remove"):
            self.app.wait_for(item)
        self.picture("menu", whole_screen=True)


class Failures(WindowCase):
    """A row under which the sentence of the agent stands whole."""


def add_failure(name, sentence):
    def test(self):
        self.start([host("climate.example.edu", Error=sentence)])
        self.app.wait_for(sentence)
        # beside the sentence there is nothing to say
        self.assertIsNone(self.app.find("Not signed in", role="label"))
        self.assertIsNotNone(self.app.find_button("Sign in"))
        self.assert_nothing_cut(440)
        self.picture("failure-" + name)

    setattr(Failures, "test_" + name.replace("-", "_"), test)


for failure, words in FAILURES.items():
    add_failure(failure, words)


class Notices(WindowCase):
    def test_locked(self):
        self.start(mixed(), agent={"StoreState": "locked"})
        self.app.wait_text("^The keyring is locked")
        self.assertIsNotNone(self.app.find_button("Unlock"))
        self.picture("notice-locked")

    def test_unlock_refused(self):
        self.start(mixed(), agent={"StoreState": "locked"})
        sentence = "The keyring stays locked. Unlock it to get at the tokens in it."
        self.agent.fail("Unlock", "Locked", sentence)
        self.app.press("Unlock")
        self.app.wait_for(sentence)
        self.assertTrue(self.app.find_button("Unlock").is_sensitive)
        self.picture("notice-unlock-refused")

    def test_tokens_locked(self):
        self.start(mixed(), agent={"TokensLocked": True, "StoreState": "locked"})
        # first what the user has done, and what mends that
        self.app.wait_for("Tokens are locked: no program gets one. Your sessions are kept alive.")
        self.assert_nothing_cut(440)
        self.picture("notice-tokens-locked")
        self.app.press("Unlock")
        self.agent.wait_call("UnlockTokens")
        self.assertEqual(self.agent.calls("Unlock"), [])
        self.app.wait_text("^The keyring is locked")

    def test_question(self):
        self.start(mixed(), agent={"TokenRequests": [question()]}, size=(360, 600))
        self.app.wait_for(f"May monitor have the token of {PORTAL}?")
        self.assert_nothing_cut(360)
        self.wait_for_button("Deny")
        self.picture("question")

    def test_no_keyring(self):
        self.start(mixed(), agent={"Store": "file"})
        self.app.wait_text("^There is no keyring on this desktop")
        self.assertIsNone(self.app.find_button("Unlock"))
        self.picture("notice-no-keyring")


    def test_of_the_agent(self):
        sentence = ("The token file /home/user/.cache/py-oidc-auth/token-store.json was damaged. What was in "
                    "it is kept in token-store.json.damaged-2026-11-22 beside it.")
        self.start(mixed(), agent={"Notices": [["damaged-file", sentence]]}, size=(360, 600))
        self.app.wait_for(sentence)
        self.assert_nothing_cut(360)
        self.picture("notice-of-the-agent")


class Pages(WindowCase):
    def test_empty(self):
        self.start()
        self.app.wait_for("Which server do you use?")
        self.assert_nothing_cut(440)
        self.picture("empty")

    def test_wrong_address(self):
        self.start()
        self.app.write("Address", "ftp://data.example.org")
        self.app.press("Add and sign in")
        self.app.wait_text("^A server cannot be reached by “ftp:”")
        self.picture("empty-wrong")

    def test_no_sign_in_found(self):
        sentence = ("data.example.org answers, but no sign-in was found there. Open the portal in a browser and "
                    "copy the address of its sign-in.")
        self.start(mixed(), failing=("Discover", "Unsupported", sentence))
        self.open_adding()
        self.app.write("Address", "data.example.org")
        self.app.wait_for("Add anyway")
        self.picture("nothing-found")

    def test_add_page(self):
        self.start(mixed(), failing=("Discover", "Network", "Cannot reach data.example.org."))
        self.open_adding()
        self.app.write("Address", "http://data.example.org")
        self.app.wait_text("^Whoever is on the way")
        self.picture("add-page")

    def test_many_hosts(self):
        self.start([host(f"host{number:02}.example.org", State="signed-in", left=5 * HOUR)
                    for number in range(12)])
        self.app.wait_for("host11.example.org")
        self.picture("many")

    FOUND = {"FoundTokens": [
        ["https://data.example.org", "file"],
        ["https://a-host-with-a-long-name.climate.example.edu:8443/api", "app:climateclaw-client"]]}

    def test_found(self):
        self.start([host(PORTAL, State="signed-in", left=42 * MINUTE)], agent=self.FOUND, size=(360, 600))
        self.open_adding()
        self.app.wait_for("On this computer")
        for url, _store in self.FOUND["FoundTokens"]:
            self.assertIsNotNone(self.app.find(url, role="list item"))
        self.assert_nothing_cut(360)
        self.picture("found")

    def test_found_while_empty(self):
        self.start(agent=self.FOUND, size=(440, 760))
        self.app.wait_for("On this computer")
        self.assert_nothing_cut(440)
        self.picture("empty-found")

    def test_removal_can_be_undone(self):
        self.start([host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE),
                    host("models.example.com/api/freva-nextgen")])
        self.app.act("row.menu", within=PORTAL)
        self.app.press("Remove")
        self.app.wait_for(f"{PORTAL} removed")
        self.app.wait_for("Undo")
        self.picture("remove")

    def test_sign_out_is_asked_about(self):
        self.start([host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE)])
        self.app.act("row.menu")
        self.app.press("Sign out…")
        self.app.wait_for(f"Sign out of {PORTAL}?")
        self.picture("sign-out", whole_screen=True)


class Settings(WindowCase):
    OPTIONS = {"name": PORTAL, "store": "/home/user/project/tokens.json", "redirect-ports": [53100, 4000, 4001, 4002],
               "token-route": "oauth/token"}

    def test_settings(self):
        self.start([host(PORTAL, Url="https://data.example.org/api/freva-nextgen", Store="keyring", Broker=True,
                         State="signed-in", left=42 * MINUTE, Options={"name": PORTAL})], size=(440, 900))
        self.app.act("row.menu")
        self.app.press("Settings")
        self.app.wait_for("Token storage")
        self.assert_nothing_cut(440)
        self.picture("settings")

    def test_settings_of_all(self):
        self.start([host(PORTAL, Url="https://data.example.org/api/freva-nextgen", State="signed-in", left=42 * MINUTE,
                         Store="/home/user/project/tokens.json", Options=self.OPTIONS)], size=(360, 780))
        self.app.act("row.menu")
        self.app.press("Settings")
        self.app.wait_for("Token storage")
        self.app.write("Path of the file", "tokens.json")
        self.app.wait_for("Type the whole path of the file, beginning with “/”.")
        self.assert_nothing_cut(360)
        self.picture("settings-wrong")


class Preferences(WindowCase):
    def test_preferences(self):
        self.start([host(PORTAL)])
        self.app.press("Main menu")
        self.app.press("Preferences")
        self.app.wait_for("Icon in the tray")
        self.picture("preferences", whole_screen=True)


if __name__ == "__main__":
    tap.main()
