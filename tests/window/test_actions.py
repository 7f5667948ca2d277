# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the user does in the window reaches the agent, and what comes back is shown."""

import gettext
import itertools
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

import desktop
import tap
import waiting
from gi.repository import Gio, GLib
from window import DAY, HOUR, MINUTE, PORTAL, QUESTION, WindowCase, host, question

HERE = pathlib.Path(__file__).resolve().parent
LOGIN_URI = "https://auth.example.org/authorize?client_id=portal"


def signed_in(name, **properties):
    return host(name, State="signed-in", Account="Alice Example", left=42 * MINUTE, **properties)


def signing_in(name):
    return host(name, State="signing-in", LoginUri=LOGIN_URI)


class Locking(WindowCase):
    def test_locks_and_unlocks(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Main menu")
        self.app.press("Lock Tokens")
        self.agent.wait_call("LockTokens")
        self.app.wait_text("^Tokens are locked: no program")
        self.app.press("Main menu")
        self.assertIsNone(self.app.find("Lock Tokens"))
        self.app.press("Unlock Tokens")
        self.agent.wait_call("UnlockTokens")

    def test_lock_that_is_not_kept(self):
        self.start([signed_in("one.example.org")])
        sentence = "This holds only until Keyfob ends, since it cannot be saved: The disk is full"
        self.agent.fail("LockTokens", "Store", sentence)
        self.app.press("Main menu")
        self.app.press("Lock Tokens")
        self.app.wait_for(sentence)

    def test_copy_says_why_there_is_none(self):
        self.start([signed_in("one.example.org")], agent={"TokensLocked": True})
        sentence = "Tokens are locked, so no program gets one. Unlock them in the window of Keyfob."
        self.agent.fail("GetToken", "TokensLocked", sentence)
        self.app.press("Copy header")
        self.app.wait_for(sentence)


class Asking(WindowCase):
    QUESTION = f"May monitor have the token of {PORTAL}?"

    def answer(self, button, word):
        self.start([signed_in(PORTAL)], agent={"TokenRequests": [question()]})
        self.app.wait_for(self.QUESTION)
        self.app.wait_for("/usr/bin/python3:monitor in monitor.service")
        self.wait_for_button(button)
        self.app.press(button)
        self.assertEqual(self.agent.wait_call("AnswerTokenRequest"), ["1", word])
        self.app.wait_gone(self.QUESTION)

    def test_once(self):
        self.answer("Allow once", "once")

    def test_hours(self):
        self.answer("Allow for 8 hours", "hours")

    def test_always(self):
        self.answer("Always allow", "always")

    def test_deny(self):
        self.answer("Deny", "deny")

    def test_says_what_else_it_holds_for(self):
        warning = "It is run by python3.11."
        self.start([signed_in(PORTAL)], agent={"TokenRequests": [question(warning=warning)]})
        self.app.wait_text("within a minute, it gets none. It is run by python3.11.$")

    def test_new_question_takes_no_click(self):
        self.start([signed_in(PORTAL)])
        self.app.wait_for(PORTAL)

        numbers = itertools.count()

        def ask_and_look():
            number = next(numbers)
            asked = time.monotonic()
            self.agent.set_agent(TokenRequests=[question(number, name=f"program{number}")])
            self.app.wait_for(f"May program{number} have the token of {PORTAL}?")
            takes_clicks = self.app.find_button("Allow once").is_sensitive
            # where the machine is slow, another question is looked at
            if time.monotonic() - asked > 0.9:
                return False
            self.assertFalse(takes_clicks)
            return True

        desktop.wait_for(ask_and_look, "a look at a new question")
        self.wait_for_button("Allow once")
        # and neither does the one that follows
        desktop.wait_for(ask_and_look, "a look at the next question")

    def test_one_after_the_other(self):
        self.start([signed_in(PORTAL)], agent={"TokenRequests": [question(1), question(2, name="another")]})
        self.wait_for_button("Deny")
        self.app.press("Deny")
        self.app.wait_for(f"May another have the token of {PORTAL}?")
        self.agent.set_agent(TokenRequests=[])
        self.app.wait_gone(f"May another have the token of {PORTAL}?")

    def test_program_that_cannot_be_remembered(self):
        self.start([signed_in(PORTAL)], agent={"TokenRequests": [question(program="pid:42", remember=False)]})
        self.app.wait_for(self.QUESTION)
        self.assertIsNotNone(self.app.find_button("Allow once"))
        for name in ("Allow for 8 hours", "Always allow"):
            self.assertIsNone(self.app.find_button(name))

    def test_markup_is_text(self):
        name = "‹b›x‹/b› & <i>y</i>"
        self.start([signed_in(PORTAL)], agent={"TokenRequests": [question(name=name, host="<b>H</b>")]})
        self.app.wait_for(f"May {name} have the token of <b>H</b>?")

    def test_on_every_page(self):
        self.start([signed_in(PORTAL)])
        self.open_adding()
        self.agent.set_agent(TokenRequests=[question()])
        self.app.wait_for(self.QUESTION)


class Importing(WindowCase):
    """A token in a file."""

    URL = "https://one.example.org"

    def setUp(self):
        super().setUp()
        self.file = pathlib.Path(os.environ["BED_DIR"], "downloaded.json")
        self.file.write_text('{"access_token": "secret"}')

    def choose_file(self):
        self.app.press("Main menu")
        self.app.press("Import Token File…")
        chooser = self.x_window("Choose a token file")
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == chooser, "the chooser")
        desktop.xdotool("type", str(self.file))
        self.app.wait_text(self.file.name)
        self.app.press_in_dialog("Open")
        self.app.wait_text("^Which server is the token in downloaded.json for")

    def assert_imported(self, url):
        file, called, options = self.agent.wait_call("ImportToken")
        self.assertEqual((bytes(file), called, options), (bytes(self.file) + b"\0", url, {}))

    def drop(self, *files):
        """Drags files from another window, and drops them here."""
        said = pathlib.Path(os.environ["BED_DIR"], "drag")
        with said.open("w", encoding="ascii") as out:
            source = subprocess.Popen(
                [sys.executable, str(HERE / "drag_source.py"), *map(str, files)], stdout=out)
        self.addCleanup(source.wait)
        self.addCleanup(source.terminate)
        here, there = self.x_window(), self.x_window("Files")
        desktop.xdotool("windowmove", "--sync", here, 20, 20)
        desktop.xdotool("windowmove", "--sync", there, 700, 100)
        desktop.xdotool("mousemove", "--window", there, 50, 100, "mousedown", 1)
        desktop.xdotool("mousemove", "--window", there, 80, 120, "mousemove", "--window", there, 110, 140)
        desktop.wait_for(lambda: "begun" in said.read_text(), "the drag to begin")
        desktop.xdotool("mousemove", "--window", here, 200, 300, "mousemove", "--window", here, 210, 310)
        desktop.wait_for(lambda: "accepted" in said.read_text(), "the files to be accepted")
        desktop.xdotool("mouseup", 1)

    def test_dropped_file(self):
        self.start([host("mine.example.org")])
        self.app.wait_for("mine.example.org")
        self.drop(self.file)
        self.app.wait_text("^Which server is the token in downloaded.json for")
        self.app.write("Address", self.URL)
        self.app.press("Import")
        self.app.wait_for("Delete downloaded.json?")
        self.assert_imported(self.URL)

    def test_dropped_files(self):
        self.start([host("mine.example.org")])
        self.app.wait_for("mine.example.org")
        self.drop(self.file, self.file.with_name("other.json"))
        self.app.wait_for("Drop one token file at a time.")
        self.assertIsNone(self.app.find("Import"))

    def import_file(self):
        self.choose_file()
        self.app.write("Address", self.URL)
        self.app.wait_for("What was found")
        self.app.press("Import")
        self.app.wait_for("Delete downloaded.json?")
        self.assert_imported(self.URL)

    def test_file_is_deleted(self):
        self.start([host("mine.example.org")])
        self.import_file()
        self.app.press_in_dialog("Delete File")
        self.app.wait_for("downloaded.json deleted")
        self.assertFalse(self.file.exists())
        self.app.wait_for("Copy header", within="one.example.org")
        self.open_adding()
        self.assertIsNone(self.app.find("Import"))

    def test_file_behind_a_link_is_deleted(self):
        kept = self.file.with_name("kept")
        kept.mkdir()
        token = self.file.rename(kept / "token.json")
        self.file.symlink_to(token)
        self.start([host("mine.example.org")])
        self.import_file()
        self.app.press_in_dialog("Delete File")
        self.app.wait_for("downloaded.json deleted")
        self.assertEqual(list(kept.iterdir()), [])
        self.assertFalse(self.file.is_symlink())

    def test_file_of_another_user_behind_a_link_is_kept(self):
        token = self.file.rename(self.file.with_name("token.json"))
        os.chown(token, 65534, -1)
        self.file.symlink_to(token)
        self.start([host("mine.example.org")])
        self.import_file()
        self.app.press_in_dialog("Delete File")
        self.app.wait_text("^downloaded.json cannot be deleted: it is a link to")
        self.assertTrue(token.exists())
        self.assertTrue(self.file.is_symlink())

    def test_file_is_kept(self):
        self.start()
        self.app.wait_for("Which server do you use?")
        self.import_file()
        self.app.press_in_dialog("Keep File")
        self.app.wait_for("Copy header", within="one.example.org")
        self.assertTrue(self.file.exists())

    def test_file_that_has_changed_is_kept(self):
        self.start([host("mine.example.org")])
        self.import_file()
        self.file.write_text('{"access_token": "renewed by another program"}')
        self.app.press_in_dialog("Delete File")
        self.app.wait_text("^downloaded.json has changed since it was imported")
        self.assertTrue(self.file.exists())

    def test_host_that_is_listed(self):
        self.start([host("one.example.org", Url=self.URL)])
        self.choose_file()
        self.app.write("Address", self.URL)
        self.app.wait_for(self.URL, role="list item")
        self.app.press("Import")
        self.app.wait_for("Delete downloaded.json?")
        self.assert_imported(self.URL)

    def test_refused(self):
        self.start([host("mine.example.org")])
        sentence = "one.example.org does not accept this token: “Token expired”. Sign in there instead."
        self.agent.fail("ImportToken", "Denied", sentence)
        self.choose_file()
        self.app.write("Address", self.URL)
        self.app.press("Import")
        self.app.wait_for(sentence)
        self.assertIsNone(self.app.find("Delete downloaded.json?"))
        # and can be tried again
        self.app.press("Import")
        self.app.wait_for("Delete downloaded.json?")


def asking(name):
    return host(name, State="signing-in", Question=QUESTION)


class SigningIn(WindowCase):
    def test_sign_in(self):
        self.start([host("one.example.org"), host("two.example.org")])
        self.app.press("Sign in", within="two.example.org")
        self.app.wait_for("Finish in your browser · auth.example.org", within="two.example.org")
        self.assertIsNotNone(self.app.find("Not signed in", within="one.example.org"))
        [[options]] = self.agent.calls("SignIn")
        self.assertLessEqual(set(options), {"activation-token"})

    def test_agent_cannot(self):
        self.start([host("one.example.org")])
        sentence = "Cannot reach one.example.org: the name does not resolve."
        self.agent.fail("SignIn", "Network", sentence)
        self.app.press("Sign in")
        self.app.wait_for(sentence)
        # a new try takes the old sentence away
        self.app.press("Sign in")
        self.app.wait_gone(sentence)

    def test_cancelled_elsewhere_is_no_failure(self):
        self.start([host("one.example.org")])
        sentence = "The sign-in to one.example.org was cancelled."
        self.agent.fail("SignIn", "Cancelled", sentence)
        self.app.press("Sign in")
        self.agent.wait_call("SignIn")
        # the answer is there before this
        self.agent.set_host("one.example.org", Name="renamed.example.org")
        self.app.wait_for("Not signed in", within="renamed.example.org")
        self.assertIsNone(self.app.find(sentence))

    def test_elsewhere_shows_here(self):
        self.start([host("one.example.org")])
        self.app.wait_for("Not signed in")
        self.agent.set_host("one.example.org", State="signing-in", LoginUri=LOGIN_URI)
        self.app.wait_for("Waiting for your browser…")
        self.agent.set_host("one.example.org", State="signed-in", LoginUri="", Account="Alice",
                            Expires=host("", left=2 * HOUR)["Expires"])
        self.app.wait_for("Signed in · renewed by itself")
        self.app.wait_for("Alice")

    def test_cancel(self):
        self.start([signing_in("one.example.org")])
        self.app.press("Cancel")
        self.app.wait_for("Not signed in")
        self.assertEqual(len(self.agent.calls("Cancel")), 1)

    def test_cannot_be_cancelled(self):
        self.start([signing_in("one.example.org")])
        sentence = "The token is being stored already."
        self.agent.fail("Cancel", "Failed", sentence)
        self.app.press("Cancel")
        self.app.wait_for(sentence)

    def test_copy_link(self):
        self.start([signing_in("one.example.org")])
        self.app.press("Copy link")
        self.app.wait_for("Link copied")
        self.assertEqual(desktop.read_clipboard(), LOGIN_URI)

    def test_newest_message_at_once(self):
        """Each message would be shown for 5 seconds."""
        self.start([signing_in("one.example.org"), host("two.example.org", Error="Something else.",
                                                        ErrorDetails={"status": 400})])
        self.app.wait_for("Copy link")

        def copy_both():
            self.app.press("Details")
            self.app.wait_for("Copy")
            begun = time.monotonic()
            self.app.press_in_dialog("Copy")
            self.app.press("Copy link")
            self.app.wait_for("Link copied")
            took = time.monotonic() - begun
            # where the machine is slow, another look is taken
            self.app.wait_gone("Link copied")
            return took < 4

        desktop.wait_for(copy_both, "the newest message in the time of the one before")

    def test_details(self):
        words = "one.example.org refused (400): “The moon is full”. Try again, or ask whoever runs it."
        self.start([host("one.example.org", Error=words, ErrorDetails={
            "time": 1800000000, "url": "https://one.example.org/auth/v2/token", "status": 400,
            "code": "invalid_request", "description": "The moon is full"}),
            host("two.example.org", Error="Something else.")])
        self.app.press("Details")
        self.app.wait_for("Copy")
        self.picture("error-details", whole_screen=True)
        self.app.press_in_dialog("Copy")
        self.app.wait_for("Details copied")
        copied = desktop.read_clipboard().splitlines()
        self.assertEqual(copied[:2], ["one.example.org", words])
        self.assertIn("2027", copied[2])
        self.assertEqual(copied[3:], [
            "Address: https://one.example.org/auth/v2/token", "Status of the answer: 400",
            "Error: invalid_request", "In the server's words: The moon is full"])
        # without an error there is nothing to ask about
        self.agent.set_host("one.example.org", Error="", ErrorDetails={})
        self.app.wait_gone("Details")

    def test_open_the_page_again(self):
        self.start([signing_in("one.example.org")])
        self.app.press("Open again")
        # by the agent, which keeps the address out of what all users can read
        self.agent.wait_call("OpenPage")

    def test_question(self):
        self.start([signing_in("one.example.org")])
        self.app.wait_for("Waiting for your browser…")
        self.assertIsNone(self.app.find_button("Continue"))
        question = "Continue only if yours shows the number 4711."
        self.agent.set_host("one.example.org", Question=question)
        self.app.wait_for(question)
        self.app.wait_gone("Waiting for your browser…")
        self.assertTrue(self.app.find_button("Cancel").is_sensitive)
        self.app.press("Continue")
        self.assertEqual(self.agent.wait_call("Continue")[0], question)
        self.app.wait_for("Waiting for your browser…")

    def test_question_before_anything_is_opened(self):
        """A change is told in the row, and nothing can be opened before the answer."""
        self.start([asking("one.example.org"), host("two.example.org")])
        self.app.wait_for(QUESTION, within="one.example.org")
        for button in ("Open again", "Copy link", "Use another device", "Sign in"):
            self.assertIsNone(self.app.find_button(button, within="one.example.org"), button)
        self.assertIsNotNone(self.app.find_button("Cancel", within="one.example.org"))
        self.app.press("Continue", within="one.example.org")
        question, options = self.agent.wait_call("Continue")
        self.assertEqual(question, QUESTION)
        self.assertLessEqual(set(options), {"activation-token"})
        self.agent.set_host("one.example.org", Question="", LoginUri=LOGIN_URI, Provider="evil.example.net")
        self.app.wait_for("Finish in your browser · evil.example.net", within="one.example.org")
        self.assertIsNone(self.app.find_button("Continue"))

    def test_question_answered_with_no(self):
        self.start([asking("one.example.org")])
        self.app.wait_for(QUESTION)
        self.app.press("Cancel")
        self.app.wait_gone(QUESTION)
        self.assertEqual(self.agent.calls("Continue"), [])

    def test_question_that_is_another_one_by_now(self):
        self.start([asking("one.example.org")])
        sentence = "The sign-in at one.example.org no longer asks this. See what it asks now."
        self.agent.fail("Continue", "Failed", sentence)
        self.app.press("Continue")
        self.app.wait_for(sentence)

    def test_page_not_known_yet(self):
        self.start([host("one.example.org", State="signing-in")])
        self.app.wait_for("Waiting for your browser…")
        self.assertIsNone(self.app.find_button("Open again"))
        self.assertIsNone(self.app.find_button("Copy link"))
        self.assertTrue(self.app.find_button("Cancel").is_sensitive)
        self.agent.set_host("one.example.org", LoginUri=LOGIN_URI)
        self.app.press("Copy link")
        self.app.wait_for("Link copied")

    def test_again(self):
        self.start([signed_in("one.example.org")])
        self.app.act("row.menu")
        self.app.press("Sign in again")
        self.app.wait_for("Finish in your browser · auth.example.org")
        self.assertTrue(self.agent.calls("SignIn")[0][0]["force"])


class Refreshing(WindowCase):
    def refresh(self):
        self.app.act("row.menu")
        self.app.press("Refresh now")

    def test_refresh(self):
        self.start([signed_in("one.example.org")])
        self.refresh()
        self.app.wait_for("Getting a new token…")
        self.assertEqual(len(self.agent.calls("Refresh")), 1)

    def test_agent_cannot(self):
        self.start([signed_in("one.example.org")])
        sentence = "Cannot reach one.example.org: the name does not resolve."
        self.agent.fail("Refresh", "Network", sentence)
        self.refresh()
        self.app.wait_for(sentence)
        # a new try takes the old sentence away
        self.refresh()
        self.app.wait_gone(sentence)

    def assert_offered(self, offered):
        def look():
            self.app.act("row.menu")
            self.app.wait_for("Settings")
            found = self.app.find("Refresh now") is not None
            self.press_keys("Escape")
            self.app.wait_gone("Settings")
            return found == offered

        desktop.wait_for(look, "Refresh now " + ("to be offered" if offered else "to be gone"))

    def test_not_for_a_shorter_token(self):
        """Any new token of a broker is good for an hour."""
        name = "one.example.org"
        self.start([host(name, State="signed-in", Broker=True, left=30 * DAY)])
        self.assert_offered(False)
        for changed, offered in (({"Expires": int(time.time()) + HOUR - 10}, True),
                                 ({"Expires": int(time.time()) + HOUR + MINUTE}, False),
                                 ({"Broker": False}, True),
                                 ({"Broker": True, "State": "offline"}, False),
                                 ({"Expires": 0}, True)):
            self.agent.set_host(name, **changed)
            self.assert_offered(offered)

    def test_only_where_there_is_a_token(self):
        self.start([host("one.example.org")])
        self.app.act("row.menu")
        self.app.wait_for("Settings")
        for item in ("Sign in again", "Refresh now", "Sign out…"):
            self.assertIsNone(self.app.find(item), item)


class Copying(WindowCase):
    def test_header_is_on_the_clipboard(self):
        self.start([signed_in("one.example.org"), signed_in("two.example.org")])
        self.app.press("Copy header", within="two.example.org")
        self.app.wait_text("^Copied")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-two.example.org")

    def test_one_at_a_time(self):
        self.start([signed_in("one.example.org")])
        self.agent.call("Hold", "GetToken")
        self.app.press("Copy header")
        self.agent.wait_call("GetToken")
        self.app.press("Copy header")
        # what the window does on its own comes after the press
        self.open_adding()
        self.app.press("Cancel")
        self.assertEqual(len(self.agent.calls("GetToken")), 1)
        self.agent.call("Release", "GetToken")
        self.app.wait_text("^Copied")
        self.app.press("Copy header")
        desktop.wait_for(lambda: len(self.agent.calls("GetToken")) == 2, "another call")

    def test_user_is_needed(self):
        self.start([signed_in("one.example.org")])
        sentence = "The session at one.example.org has ended. Sign in again."
        self.agent.fail("GetToken", "InteractionRequired", sentence)
        self.app.press("Copy header")
        self.app.wait_for(sentence)
        # nothing is started by itself
        self.assertEqual(self.agent.calls("SignIn"), [])
        self.assertTrue(self.app.find_button("Copy header").is_sensitive)


class Keyring(WindowCase):
    def test_locked_elsewhere(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        for _ in range(2):
            self.agent.set_agent(StoreState="locked")
            self.app.wait_text("^The keyring is locked")
            self.assertTrue(self.app.find_button("Unlock").is_sensitive)
            self.agent.set_agent(StoreState="ready")
            self.app.wait_gone("Unlock")

    def test_unlock(self):
        self.start([host("one.example.org")], agent={"StoreState": "locked"})
        self.app.press("Unlock")
        self.app.wait_gone("Unlock")
        self.assertEqual(len(self.agent.calls("Unlock")), 1)

    def test_unlock_is_asked_for_once(self):
        self.start([host("one.example.org")], agent={"StoreState": "locked"})
        self.agent.call("Hold", "Unlock")
        self.app.press("Unlock")
        desktop.wait_for(lambda: not self.app.find_button("Unlock").is_sensitive, "the button to rest")
        self.agent.call("Release", "Unlock")
        self.app.wait_gone("Unlock")
        self.assertEqual(len(self.agent.calls("Unlock")), 1)

    def test_locked_again(self):
        self.start([host("one.example.org")], agent={"StoreState": "locked"})
        sentence = "The keyring stays locked. Unlock it to get at the tokens in it."
        self.agent.fail("Unlock", "Locked", sentence)
        self.app.press("Unlock")
        self.app.wait_for(sentence)
        self.agent.set_agent(StoreState="ready")
        self.app.wait_gone("Unlock")
        self.agent.set_agent(StoreState="locked")
        self.app.wait_text("^The keyring is locked")
        self.assertIsNone(self.app.find(sentence))

    def test_told_once(self):
        """By the notice, not by each row; a keyring that is not where new tokens go has no notice."""
        why = "The keyring is locked. Unlock it to get at the tokens in it."
        self.start([host(name, State="locked", Store="keyring", Account="alice", Error=why)
                    for name in ("one.example.org", "two.example.org")], agent={"StoreState": "locked"})
        self.app.wait_text("^The keyring is locked. Tokens cannot")
        self.app.wait_for("Locked", within="one.example.org")
        self.assertIsNone(self.app.find(why))
        for name in ("one.example.org", "two.example.org"):
            self.assertIsNone(self.app.find_button("Unlock", within=name))
        self.picture("locked-once")
        self.agent.set_agent(StoreState="ready")
        for name in ("one.example.org", "two.example.org"):
            self.app.wait_for(why, within=name)
            self.assertIsNotNone(self.app.find_button("Unlock", within=name))

    def test_unlock_of_a_host_is_refused(self):
        self.start([host("one.example.org", State="locked", Store="keyring")])
        sentence = "The keyring stays locked. Unlock it to get at the tokens in it."
        self.agent.fail("Unlock", "Locked", sentence)
        self.app.press("Unlock", within="one.example.org")
        self.app.wait_for(sentence)

    def test_no_keyring_is_told_once(self):
        self.start([host("one.example.org")], agent={"Store": "file"})
        notice = "There is no keyring on this desktop. Tokens are kept in a file that only you can read."
        self.app.wait_for(notice)
        self.app.press("Dismiss")
        self.app.wait_gone(notice)
        # a store that is said again is no news
        self.agent.set_agent(Store="keyring")
        self.agent.set_agent(Store="file")
        self.agent.set_host("one.example.org", Error="Something else.")
        self.app.wait_for("Something else.")
        self.assertIsNone(self.app.find(notice))


class Notices(WindowCase):
    MOVED = "The token of data.example.org is in the keyring now."
    DAMAGED = "The token file was damaged. A copy of it is in /home/user/token-store.json.damaged."

    def test_one_after_the_other(self):
        self.start([host("one.example.org")],
                   agent={"Notices": [["moved", self.MOVED], ["damaged-file", self.DAMAGED]]})
        self.app.wait_for(self.MOVED)
        self.assertIsNone(self.app.find(self.DAMAGED))
        self.app.press("Dismiss")
        self.app.wait_for(self.DAMAGED)
        self.assertIsNone(self.app.find(self.MOVED))
        self.app.press("Dismiss")
        self.app.wait_gone(self.DAMAGED)
        self.assertIsNone(self.app.find_button("Dismiss"))
        self.assertEqual(self.agent.calls("Dismiss"), [["moved"], ["damaged-file"]])

    def test_comes_while_somebody_looks(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.agent.set_agent(Notices=[["moved", self.MOVED]])
        self.app.wait_for(self.MOVED)

    def test_a_locked_keyring_comes_first(self):
        self.start([host("one.example.org")], agent={"StoreState": "locked", "Notices": [["moved", self.MOVED]]})
        self.app.wait_text("^The keyring is locked")
        self.assertIsNone(self.app.find(self.MOVED))
        self.app.press("Unlock")
        self.app.wait_for(self.MOVED)


class Looking(WindowCase):
    def test_the_agent_is_told(self):
        self.start([host("one.example.org")])
        self.agent.wait_call("Looked")

    def test_another_agent_is_told_too(self):
        self.start([host("one.example.org")])
        self.agent.wait_call("Looked")
        before = self.agent.pid()
        self.agent.kill()
        desktop.wait_for(lambda: self.agent.pid() not in (None, before), "another agent")
        self.agent.wait_call("Looked")

    def test_each_time_the_window_gets_its_turn(self):
        self.start([host("one.example.org")])
        self.agent.wait_call("Looked")
        before = len(self.agent.calls("Looked"))
        self.app.press("Main menu")
        self.app.press("Preferences")
        preferences = self.x_window("Preferences")
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == preferences, "the preferences")
        self.press_keys("Escape", title="Preferences")
        desktop.wait_for(lambda: len(self.agent.calls("Looked")) > before, "the agent to be told again")


class Finding(WindowCase):
    def test_filter(self):
        self.start([signed_in(f"host{number:02}.example.org") for number in range(12)])
        self.app.wait_for("host11.example.org")
        self.app.press("Find a server")
        self.app.write("Name, address, account or note", "OST07")
        self.app.wait_gone("host11.example.org")
        self.assertIsNotNone(self.app.find("host07.example.org"))
        self.app.write("Name, address, account or note", "nowhere")
        self.app.wait_for("No server has this in its name, address, account or note.")

    def test_nothing_is_hidden_by_a_filter_that_is_not_shown(self):
        self.start([signed_in(f"host{number:02}.example.org") for number in range(12)])
        self.app.press("Find a server")
        self.wait_focus("Name, address, account or note")
        self.app.write("Name, address, account or note", "07")
        self.app.wait_gone("host11.example.org")
        self.app.press("Find a server")
        self.app.wait_for("host11.example.org")

    def test_by_keys(self):
        self.start([signed_in(f"host{number:02}.example.org") for number in range(12)])
        self.app.wait_for("host11.example.org")
        self.press_keys("ctrl+f")
        self.wait_focus("Name, address, account or note")
        desktop.xdotool("type", "07")
        self.app.wait_gone("host11.example.org")
        self.press_keys("Escape")
        self.app.wait_for("host11.example.org")
        # without a key for it
        desktop.xdotool("type", "host08")
        self.app.wait_gone("host11.example.org")
        self.assertIsNotNone(self.app.find("host08.example.org"))

    def test_order_follows_the_names(self):
        self.start([host("a.example.org"), host("b.example.org")])
        self.app.wait_for("b.example.org")
        self.agent.set_host("a.example.org", Name="c.example.org")

        def names(nodes):
            return [node.name.split(",")[0] for node in nodes if "list item" in node.role]

        desktop.wait_for(lambda: self.app.read(names) == ["b.example.org", "c.example.org"], "another order")

    def test_an_error_outlives_another_name(self):
        self.start([host("a.example.org"), host("b.example.org")])
        sentence = "Cannot reach b.example.org: the name does not resolve."
        self.agent.fail("SignIn", "Network", sentence)
        self.app.press("Sign in", within="b.example.org")
        self.app.wait_for(sentence)
        self.agent.set_host("b.example.org", Name="c.example.org")
        # a screen reader gets the new name, too
        self.app.wait_for(re.compile("^c.example.org, "), role="list item")
        self.assertIsNotNone(self.app.find(sentence))


class Agent(WindowCase):
    def test_comes_back(self):
        self.start([signed_in("one.example.org"), host("two.example.org")])
        self.app.wait_for("two.example.org")
        before = self.agent.pid()
        self.agent.kill()
        # the bus starts it again, with the scene it was given
        desktop.wait_for(lambda: self.agent.pid() not in (None, before), "another agent")
        self.app.press("Sign in", within="two.example.org")
        self.app.wait_for("Finish in your browser · auth.example.org")
        self.app.wait_for("Signed in · renewed by itself")


    def test_takes_its_time(self):
        gate = pathlib.Path(os.environ["BED_DIR"], "gate")
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        os.mkfifo(gate)
        self.addCleanup(gate.unlink)
        self.agent.kill()
        self.app.wait_for("Reconnecting…")
        self.app.wait_gone("one.example.org")
        self.assertIsNone(self.app.find_button("Try again"))
        gate.write_text("")
        self.app.wait_for("one.example.org")
        self.app.wait_gone("Reconnecting…")

    FAILS = "Keyfob does not start"

    def test_hosts_cannot_be_read(self):
        self.start([host("one.example.org")], failing=("GetManagedObjects", "Network", "Not now."))
        self.app.wait_for(self.FAILS)
        self.app.press("Try again")
        self.app.wait_for("Not signed in", within="one.example.org")

    def test_no_session_bus(self):
        # GTK names its accessible objects after the bus, so the window is seen, but not read
        self.start(GTK_A11Y="none", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
        self.picture("no-session-bus")
        self.press_keys("ctrl+q")
        self.wait_end()


class Tooltips(WindowCase):
    def test_none_over_an_open_menu(self):
        """A tooltip would come half a second after the pointer has moved over the button."""
        self.start([signed_in("one.example.org")])
        self.app.wait_for("one.example.org")
        for name, item in (("Copy as… for one.example.org", "Python code"), ("Main menu", "Preferences")):
            self.click(name, "button")
            self.app.wait_for(item)
            windows = len(desktop.find_x_windows(".*"))
            desktop.xdotool("mousemove_relative", "1", "1")
            with self.assertRaises(waiting.Timeout, msg=name):
                desktop.wait_for(lambda: len(desktop.find_x_windows(".*")) > windows, "a tooltip", 1)
            desktop.xdotool("key", "Escape")
            self.app.wait_gone(item)


class Keys(WindowCase):
    def test_quit(self):
        self.start([signed_in("one.example.org"), signing_in("two.example.org")])
        self.app.wait_for("Waiting for your browser…")
        self.press_keys("ctrl+q")
        self.wait_end()

    def test_close_keeps_the_size(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        desktop.xdotool("windowsize", "--sync", self.x_window(), 500, 480)
        desktop.wait_for(lambda: self.x_geometry()["WIDTH"] == 500, "the new size")
        self.press_keys("ctrl+w")
        self.wait_end()
        self.assertIn("window-width=500", self.settings.read_text())

    def test_maximized_again_the_next_time(self):
        self.start([host("one.example.org")])
        self.app.press("Maximize")
        desktop.wait_for(lambda: self.x_geometry()["WIDTH"] > 1000, "a large window")
        self.press_keys("ctrl+q")
        self.wait_end()
        self.assertIn("window-maximized=true", self.settings.read_text())

    def test_started_a_second_time(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+comma")
        self.app.wait_for("Icon in the tray")
        windows = desktop.find_x_windows(f"{desktop.MAIN_WINDOW}|^Preferences$")
        subprocess.run([os.environ["KEYFOB"]], check=True)
        for action in ("preferences", "preferences"):
            self.agent.bus.call_sync(
                "org.keyfob.Keyfob", "/org/keyfob/Keyfob", "org.freedesktop.Application", "ActivateAction",
                GLib.Variant("(sava{sv})", (action, [], {})), None, Gio.DBusCallFlags.NONE, -1)
        # what the keys open comes after all of that
        self.press_keys("Escape", title="Preferences")
        self.press_keys("ctrl+n")
        self.app.wait_for("Add and sign in")
        self.assertEqual(desktop.find_x_windows(f"{desktop.MAIN_WINDOW}|^Preferences$"), windows[:1])

    def test_add_the_first_host(self):
        self.start()
        self.app.wait_for("Which server do you use?")
        self.press_keys("F10")
        self.app.wait_for("About Keyfob")
        self.press_keys("Escape")
        self.app.wait_gone("About Keyfob")
        self.press_keys("ctrl+n")
        self.wait_focus("Address")

    def test_add(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+n")
        self.app.wait_for("Add and sign in")
        desktop.xdotool("type", "two.example.org")
        self.press_keys("Return")
        self.app.wait_for("Finish in your browser · auth.example.org", within="two.example.org")

    def test_escape_goes_back(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+n")
        self.app.wait_for("Add and sign in")
        self.press_keys("Escape")
        self.app.wait_for("one.example.org")
        self.app.wait_gone("Add and sign in")

    def test_shortcuts_are_told(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+question")
        self.app.wait_for("Close the window")

    def test_shortcuts_are_in_the_menu(self):
        self.start([host("one.example.org")])
        self.app.press("Main menu")
        self.app.press("Keyboard Shortcuts")
        self.app.wait_for("Close the window")

    def test_preferences(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("ctrl+comma")
        for number in ("30 days", "10 minutes", "45 seconds"):
            desktop.wait_for(lambda number=number: number in self.app.texts(), number)

    def test_about(self):
        self.start([host("one.example.org")])
        self.app.press("Main menu")
        self.app.press("About Keyfob")
        self.app.wait_for("The Keyfob authors")

    def test_what_a_report_of_a_fault_tells(self):
        """Versions and states, and nothing of anybody."""
        hosts = [host("one.example.org", State="signed-in", Account="Alice Example", left=HOUR),
                 host("two.example.org", State="expired"), host("three.example.org", State="signed-in", left=HOUR)]
        self.start(hosts, agent={"Version": "9.8.7", "Tray": "hidden", "Leaves": True, "StoreState": "locked"},
                   XDG_CURRENT_DESKTOP="Nothing", XDG_SESSION_TYPE="x11")
        self.app.wait_for("one.example.org")
        self.app.press("Main menu")
        self.app.press("About Keyfob")
        text = desktop.wait_for(lambda: next((text for text in self.app.texts() if "libadwaita" in text), None), "what is to be copied")
        for line in (f"Keyfob {self.version()}", "Agent: 9.8.7", "Desktop: Nothing", "Session: x11 (GdkX11Display)",
                     "Tokens go to: keyring, which is locked", "Tokens are locked: no", "Icon in the tray: hidden",
                     "Agent ends with the window: yes", "Servers: 3: 2 signed-in, 1 expired"):
            self.assertIn(line + "\n", text)
        for word in ("example.org", "Alice", "of-one"):
            self.assertNotIn(word, text)

    def version(self):
        return subprocess.run([os.environ["KEYFOB"], "--version"], check=True, capture_output=True,
                              text=True).stdout.split()[1]

    def test_help_by_key(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.press_keys("F1")
        self.app.wait_for("What is a header, and where do I paste it?")
        # from question to question, and the answer by a key
        self.wait_focus("Search")
        self.press_keys("Tab", title="Help")
        self.wait_focus("What is a header, and where do I paste it?")
        self.press_keys("space", title="Help")
        self.app.wait_text("whoever has it can act as you there until it ends")
        self.press_keys("F1", title="Help")
        self.assertEqual(len(desktop.find_x_windows("^Help$")), 1)
        self.press_keys("Escape", title="Help")
        desktop.wait_for(lambda: not desktop.find_x_windows("^Help$"), "the help to close")
        self.app.press("Main menu")
        self.app.press("Help")
        self.app.wait_for("How do I report a fault?")


class Focus(WindowCase):
    def test_goes_to_the_page_that_is_shown(self):
        self.start([host("one.example.org")])
        self.app.act("row.menu")
        self.app.press("Settings")
        self.wait_focus("Back")
        desktop.xdotool("key", "space")
        # where the user left the list
        self.wait_focus("one.example.org, Not signed in")
        self.press_keys("ctrl+n")
        self.wait_focus("Address")
        desktop.xdotool("mousemove", "--window", self.x_window(), 200, 200)
        desktop.xdotool("click", 8)
        self.wait_focus("one.example.org, Not signed in")


class WaysBack(WindowCase):
    """Whatever leads back leads to the list."""

    PAGES = {"Add a server": "Add and sign in", "Settings": "Token storage", "Use another device": "Copy code"}

    def check(self, way):
        self.start([host("one.example.org")])
        for item, shown in self.PAGES.items():
            if item != "Add a server":
                self.app.act("row.menu")
            self.app.press(item)
            self.app.wait_for(shown)
            self.app.wait_gone("one.example.org, Not signed in")
            way()
            self.app.wait_for("one.example.org, Not signed in")
            self.app.wait_gone(shown)
        self.agent.wait_call("Cancel")
        self.app.wait_for("Not signed in")

    def click_back(self):
        desktop.xdotool("mousemove", "--window", self.x_window(), 200, 200)
        desktop.xdotool("click", 8)

    def test_button_of_the_mouse(self):
        self.check(self.click_back)

    def test_alt_left(self):
        self.check(lambda: self.press_keys("alt+Left"))

    def test_escape(self):
        self.check(lambda: self.press_keys("Escape"))


class CommandLine(unittest.TestCase):
    def run_keyfob(self, *arguments):
        return subprocess.run([os.environ["KEYFOB"], *arguments], check=True, text=True,
                              capture_output=True).stdout

    def test_version(self):
        self.assertRegex(self.run_keyfob("--version"), r"^keyfob \d+\.\d+\.\d+\n$")

    def test_help(self):
        self.assertIn("Shows the hosts that you sign in to", self.run_keyfob("--help"))

    def test_help_in_german(self):
        answer = subprocess.run([os.environ["KEYFOB_UNINSTALLED"], "--help"], check=True, text=True,
                                capture_output=True, env={**os.environ, "LANGUAGE": "de"})
        german = gettext.translation("keyfob", os.environ["KEYFOB_LOCALEDIR"], ["de"]).gettext
        self.assertIn(german("Print the version and exit"), answer.stdout)

    def test_option_that_does_not_exist(self):
        answer = subprocess.run([os.environ["KEYFOB"], "--nonsense"], check=False, capture_output=True)
        self.assertEqual(answer.returncode, 1)


if __name__ == "__main__":
    tap.main()
