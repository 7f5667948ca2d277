#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the window says of how an action went, and what it offers where something is wrong."""

import re
import time

import desktop
import tap
from rows import ListCase
from window import DAY, LOGIN_URI, MINUTE, QUESTION, host, question

NAME = "one.example.org"
COPY = f"Copy header of {NAME}"
PROVIDER = "auth.example.org"


def signed_in(name=NAME, **properties):
    return host(name, State="signed-in", Account="Alice Example", left=42 * MINUTE, **properties)


class FeedbackCase(ListCase):
    def wait_description(self, name, sentence):
        """The widget of that name has the focus, and a screen reader says the sentence of it."""
        def look(nodes):
            return any(re.search(sentence, node.accessible.get_description() or "") for node in nodes
                       if re.search(name, node.name) and node.has_focus)

        def tell():
            return f"“{sentence}” of {name}; described: " + str(self.app.read(lambda nodes: [
                (node.name, node.accessible.get_description()) for node in nodes
                if node.accessible.get_description() or node.has_focus]))

        desktop.wait_for(lambda: self.app.read(look), tell)

    def focus_button(self, name):
        """By the keys, from the row."""
        self.app.wait_for(re.compile(f"^{name}"))
        self.focus_row(NAME)
        self.press_keys("Right")
        self.wait_focus_of(f"^{name}")

    def has_focus(self, name):
        return bool(self.app.read(lambda nodes: any(
            re.search(name, node.name) and node.has_focus for node in nodes)))

    def wait_focus_of(self, name):
        desktop.wait_for(lambda: self.has_focus(name), f"the focus to be on {name}")

    def box(self, name):
        return self.app.wait_box(re.compile(name))


class Copied(FeedbackCase):
    def test_nothing_moves(self):
        self.start([signed_in(), signed_in("two.example.org")])
        before = [self.box(f"^{COPY}"), self.box("^two.example.org"), self.box("^Copy as… for one")]
        self.app.press(COPY)
        self.app.wait_text(r"^Copied · 4\d\u00a0s$")
        clear = self.box("^Clear the clipboard")
        self.assertEqual([self.box(f"^{COPY}"), self.box("^two.example.org"), clear], before)
        self.picture("copied-in-the-button")

    def test_only_one_server_says_it(self):
        self.start([signed_in(), signed_in("two.example.org")])
        self.app.press(COPY)
        self.app.wait_text(r"^Copied")
        self.app.press("Copy header of two.example.org")
        desktop.wait_for(lambda: self.app.find(re.compile("^Copied"), within="two.example.org"), "the other to say it")
        self.assertEqual(len([text for text in self.app.texts() if text.startswith("Copied")]), 1)
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-two.example.org")

    def test_clear_keeps_the_focus_in_the_row(self):
        self.start([signed_in(), signed_in("two.example.org")])
        self.focus_button(COPY)
        self.press_keys("space")
        self.app.wait_text("^Copied")
        self.press_keys("Right", "space")
        self.app.wait_gone(re.compile("^Copied"))
        self.assertIsNone(desktop.read_clipboard())
        self.wait_focus_of(f"^{COPY}")


class Trouble(FeedbackCase):
    """One button leads to the state without the trouble."""

    def test_try_again(self):
        sentence = f"{NAME} does not answer."
        self.start([host(NAME, State="offline", left=12 * MINUTE, Error=sentence,
                         ErrorDetails={"error": "Network", "cause": "timed out"})])
        self.app.wait_for(sentence)
        # once, in the line of the state
        self.app.wait_for("Offline · token good for 12 min")
        self.assertFalse([text for text in self.app.texts() if text.startswith("Your token is good until")])
        self.app.wait_for("Details")
        self.picture("trouble-offline")
        self.app.press("Try again")
        self.agent.wait_call("Refresh")

    def test_find_the_address(self):
        self.start([host(NAME, Error="That is a web page.", ErrorDetails={"error": "BadAnswer", "status": 200})])
        self.app.press("Find the address")
        path, = self.agent.paths(NAME)
        self.assertEqual(self.agent.wait_call("ChangeAddress"), [path, f"https://{NAME}", {}])
        self.app.wait_for(f"Found the sign-in of {NAME}")

    def test_change_address(self):
        self.start([host(NAME, Error="The certificate is not trusted.", ErrorDetails={"error": "Tls"})])
        path, = self.agent.paths(NAME)
        self.app.press("Change address")
        self.app.wait_for(f"Where is {NAME}?")
        self.picture("change-address", whole_screen=True)
        self.app.write("Address", "https://one.example.org/api")
        self.app.press_in_dialog("Change")
        self.assertEqual(self.agent.wait_call("ChangeAddress"), [path, "https://one.example.org/api", {}])

    def test_address_is_not_found(self):
        self.start([host(NAME, Error="That is a web page.", ErrorDetails={"error": "BadAnswer"})])
        self.agent.fail("ChangeAddress", "Unsupported", "No sign-in was found there.")
        self.agent.call("Hold", "SignIn")
        self.app.press("Find the address")
        self.app.wait_for("No sign-in was found there.")
        self.app.wait_gone("That is a web page.")
        # what the agent tells later is newer
        self.app.press("Change address")
        self.app.wait_for(f"Where is {NAME}?")
        self.app.press_in_dialog("Cancel")
        self.agent.set_host(NAME, Error="The network is down.", ErrorDetails={"error": "Network"})
        self.app.wait_for("The network is down.")
        self.app.wait_gone("No sign-in was found there.")

    def test_sign_in_fails_as_before(self):
        sentence = "There is nothing. Check the address."
        self.start([host(NAME, Error=sentence, ErrorDetails={"error": "BadAnswer", "status": 404})])
        self.app.wait_for("Find the address")
        self.agent.fail("SignIn", "BadAnswer", sentence)
        self.app.press("Sign in")
        self.agent.wait_call("SignIn")
        # comes behind the answer
        self.agent.set_host(NAME, Name="Portal")
        self.app.wait_for("Portal")
        for button in ("Find the address", "Details"):
            self.assertIsNotNone(self.app.find_button(button), button)

    def test_free_the_port(self):
        self.start([host(NAME, Error="Every port is taken.", ErrorDetails={"error": "NoPort"})])
        self.app.press("Free the port")
        self.app.wait_for("Routes, ports and limits")

    def test_use_phone(self):
        self.start([host(NAME)])
        self.agent.fail("SignIn", "NoBrowser", "There is no browser.")
        self.app.press("Sign in")
        self.app.wait_for("There is no browser.")
        self.app.press("Use another device")
        self.app.wait_for("Copy code")

    def test_sign_in_is_there_once(self):
        self.start([host(NAME, State="expired", Expires=int(time.time()) - DAY, Error="The session has ended.",
                         ErrorDetails={"error": "Expired"})])
        self.app.wait_for("The session has ended.")
        self.assertIsNone(self.app.find_button("Try again"))
        self.assertIsNotNone(self.app.find_button(f"Sign in to {NAME}"))


class Asked(FeedbackCase):
    QUESTION = "^May monitor have the token of .*It can then act as you there"

    def ask(self):
        self.start([signed_in(), signed_in("two.example.org")])
        self.focus_row(NAME)
        self.agent.set_agent(TokenRequests=[question()])
        self.wait_description(f"^{NAME}, ", self.QUESTION)

    def go_to(self, button):
        self.wait_for_button(button)
        self.go_on(lambda: self.has_focus(f"^{button}$"), "Tab")
        self.wait_description(f"^{button}$", "^May monitor have the token of ")

    def test_answer_gives_the_focus_back(self):
        self.ask()
        self.go_to("Deny")
        self.press_keys("space")
        self.assertEqual(self.agent.wait_call("AnswerTokenRequest")[1], "deny")
        self.wait_focus_of(f"^{NAME}, ")

    def test_question_that_runs_out_gives_the_focus_back(self):
        self.ask()
        self.go_to("Allow once")
        self.agent.set_agent(TokenRequests=[])
        self.wait_focus_of(f"^{NAME}, ")


class Waiting(FeedbackCase):
    def begin(self, **properties):
        self.start([host(NAME)])
        self.app.wait_for("Not signed in")
        begun = time.monotonic()
        self.agent.set_host(NAME, State="signing-in", LoginUri=LOGIN_URI, Provider=PROVIDER, **properties)
        self.app.wait_for(f"Finish in your browser · {PROVIDER}")
        return begun

    def test_nothing_opened(self):
        begun = self.begin()
        self.assertIsNone(self.app.find("Nothing opened?"))
        self.assertIsNone(self.app.find("Copy link"))
        self.app.wait_for("Nothing opened?")
        self.assertGreater(time.monotonic() - begun, 7)
        self.picture("nothing-opened")
        # which begins anew
        self.app.press("Open again")
        self.agent.wait_call("OpenPage")
        self.app.wait_gone("Nothing opened?")
        self.app.wait_for("Nothing opened?")
        # a browser that was only slow
        self.agent.set_host(NAME, PageVisited=True)
        self.app.wait_gone("Nothing opened?")
        self.assertIsNone(self.app.find("Copy link"))
        self.assertIsNotNone(self.app.find_button(f"Cancel the sign-in to {NAME}"))

    def test_opened(self):
        begun = self.begin(PageVisited=True)
        # as long as the other would wait
        desktop.wait_for(lambda: time.monotonic() - begun > 11, "the time of a browser")
        self.assertIsNone(self.app.find("Nothing opened?"))

    def test_a_reason_at_once(self):
        self.begin()
        self.agent.set_host(NAME, Error="No browser is set up to open web pages. Copy the link.")
        self.app.wait_for("Copy link")
        self.assertIsNone(self.app.find("Nothing opened?"))


class Announced(FeedbackCase):
    """The widget with the focus carries the outcome as its description."""

    def test_copied(self):
        self.start([signed_in()])
        self.focus_button(COPY)
        self.press_keys("space")
        self.wait_description(f"^{COPY}", r"^Header copied\. Cleared in 4\d seconds\.$")
        # and no longer than the focus is there
        self.press_keys("Left")
        self.wait_focus_of(f"^{NAME}, ")
        desktop.wait_for(lambda: "Header copied" not in (
            self.app.find(re.compile(f"^{COPY}")).accessible.get_description() or ""), "the description to go")

    def test_failed(self):
        self.start([signed_in()])
        self.agent.fail("GetToken", "Network", f"{NAME} does not answer.")
        self.focus_button(COPY)
        self.press_keys("space")
        self.wait_description(f"^{COPY}", "does not answer")

    def test_error_of_a_row(self):
        """Whoever comes to the row hears it, also after something else was told there."""
        sentence = f"{NAME} does not answer."
        self.start([host(NAME, State="offline", left=12 * MINUTE, Error=sentence, ErrorDetails={"error": "Network"}),
                    host("two.example.org")])
        self.app.wait_for(sentence)
        self.focus_row(NAME)
        self.wait_description(f"^{NAME}, ", f"^{sentence}$")
        self.press_keys("ctrl+c")
        self.wait_description(f"^{NAME}, ", "^Header copied")
        self.press_keys("Right", "Left")
        self.wait_description(f"^{NAME}, ", f"^{sentence}$")
        self.agent.set_host(NAME, State="signed-in", Error="", ErrorDetails={})
        self.wait_description(f"^{NAME}, Signed in", "^$")

    def test_question_of_a_row(self):
        self.start([host(NAME, State="signing-in", Question=QUESTION)])
        self.focus_row(NAME)
        self.wait_description(f"^{NAME}, ", f"^{re.escape(QUESTION)}$")

    def test_nothing_opened(self):
        """Told where the focus is, and in the row for whoever comes there later."""
        self.start([host(NAME), host("two.example.org")])
        self.focus_row(NAME)
        self.agent.set_host(NAME, State="signing-in", LoginUri=LOGIN_URI, Provider=PROVIDER)
        self.press_keys("Down")
        self.wait_focus_of("^two.example.org, ")
        self.wait_description("^two.example.org, ", rf"^{NAME}: Nothing opened\?$")
        self.press_keys("Home")
        self.wait_description(f"^{NAME}, ", r"^Nothing opened\?$")

    def test_sign_in(self):
        """The focus goes from Sign in to Cancel, and then to Copy header, which tells of it."""
        self.start([host(NAME)])
        self.focus_button(f"Sign in to {NAME}")
        self.press_keys("space")
        self.wait_focus_of("^Cancel the sign-in")
        self.agent.set_host(NAME, State="signed-in", LoginUri="", Account="Alice", Expires=int(time.time()) + 3600)
        self.wait_description(f"^{COPY}|^{NAME}, ", f"^Signed in to {NAME}$")

    def test_undone(self):
        self.start([host(NAME), host("two.example.org")])
        self.focus_row(NAME)
        self.press_keys("Delete")
        self.wait_description("^two.example.org", f"^{NAME} removed$")
        self.press_keys("ctrl+z")
        self.app.wait_for(re.compile(f"^{NAME}, "))
        self.wait_description(f"^{NAME}, ", f"^{NAME} is back$")


if __name__ == "__main__":
    tap.main()
