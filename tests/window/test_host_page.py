# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The page of a host, beside the list or over it."""

import json
import os
import re
import subprocess
import time

import desktop
import tap
from gi.repository import Atspi
from window import DAY, HOUR, MINUTE, PORTAL, WindowCase, host

URL = "https://portal.example.org/api/freva-nextgen"
ALICE = "alice@example.org"
NARROW = (360, 600)
WIDE = (900, 700)


def signed_in(**properties):
    now = int(time.time())
    return host(PORTAL, **{
        "Url": URL, "State": "signed-in", "Account": ALICE, "left": 42 * MINUTE, "Scope": "openid profile email",
        "Store": "keyring", "Renewed": now - 18 * MINUTE, "RenewsAt": now + 37 * MINUTE,
        "RefreshExpires": now + 2 * DAY,
        "Uses": [["python3", "/usr/bin/python3", 3, now - 3 * MINUTE]], **properties})


class HostPage(WindowCase):
    def open(self, *hosts, size=NARROW, **properties):
        self.start([signed_in(**properties), host("two.example.org"), *hosts], size=size)
        self.show(PORTAL)

    def show(self, name):
        self.click(name, role="label")
        self.app.wait_for("Use it")

    def scroll_to(self, name):
        """By the wheel, over the page, until that is on screen."""
        geometry = self.x_geometry()
        box = self.app.wait_box(name)
        while not 0 < box.y <= geometry["HEIGHT"] - box.height:
            desktop.xdotool("mousemove", "--window", self.x_window(), geometry["WIDTH"] // 2, geometry["HEIGHT"] // 2)
            desktop.xdotool("click", 5)
            before = box
            # else one turn too many would be on its way
            desktop.wait_for(lambda: self.app.wait_for(name).box != before, f"“{name}” to be scrolled to")
            box = self.app.wait_box(name)

    def close(self):
        self.tearDown()
        self.process = None

    def is_beside(self):
        """Whether list and page are both on screen."""
        return self.app.find("Add a server") is not None and self.app.find("Use it") is not None

    def test_help_and_picture(self):
        path = os.path.join(os.environ["BED_DIR"], "logo.png")
        subprocess.run(["convert", "-size", "64x64", "xc:#ff00aa", path], check=True)
        self.open(Options={"help-page": "https://help.example.org/keyfob", "picture": path})
        self.app.wait_for("help.example.org/keyfob")
        # in the row and on the page
        picture = self.picture("host-page-picture")
        colours = subprocess.run(["convert", str(picture), "-format", "%c", "histogram:info:"], check=True,
                                 capture_output=True, text=True).stdout
        self.assertIn("#FF00AA", colours.upper())
        self.agent.set_host(PORTAL, Options={})
        self.app.wait_gone("help.example.org/keyfob")

    def test_provided(self):
        sentence = "Provided by your institution"
        self.open(Provided=True)
        self.app.wait_for(sentence)
        self.app.press("Back")
        self.show("two.example.org")
        self.app.wait_gone(sentence)
        self.agent.set_host("two.example.org", Provided=True)
        self.app.wait_for(sentence)

    def test_over_the_list(self):
        for leave in (lambda: self.app.press("Back"), lambda: self.press_keys("Escape"),
                      lambda: self.press_keys("alt+Left")):
            with self.subTest(leave):
                self.open()
                self.wait_focus(f"Copy header of {PORTAL}")
                self.app.wait_gone("Add a server")
                leave()
                self.app.wait_gone("Use it")
                self.app.wait_for("Add a server")
                self.close()

    def test_mouse_button_leads_back(self):
        self.open()
        desktop.xdotool("mousemove", "--window", self.x_window(), 180, 300)
        desktop.xdotool("click", 8)
        self.app.wait_gone("Use it")

    def test_beside_the_list(self):
        self.start([signed_in(), host("two.example.org")], size=WIDE)
        self.app.wait_for("Choose a server")
        self.show(PORTAL)
        self.assertTrue(self.is_beside())
        self.assertIsNone(self.app.find("Back"))
        self.wait_focus(f"Copy header of {PORTAL}")
        self.picture("host-page-wide")
        desktop.xdotool("windowsize", self.x_window(), 680, 600)
        self.app.wait_gone("Add a server")
        desktop.xdotool("windowsize", self.x_window(), 720, 600)
        desktop.wait_for(self.is_beside, "list and page")

    def test_unfolds_in_one_step(self):
        """As a window does that is maximised; nothing is animated here."""
        self.open(size=NARROW)
        desktop.xdotool("windowsize", self.x_window(), 1200, 700)
        desktop.wait_for(self.is_beside, "list and page")
        # the page has the room beside the list
        desktop.wait_for(lambda: self.app.wait_box("Use it").x > 400, "the page to be laid out")
        self.picture("host-page-unfolded")

    def test_pages_over_the_page_lead_back_to_it(self):
        for size in (NARROW, WIDE):
            with self.subTest(size):
                self.open(size=size)
                self.scroll_to_end()
                self.click("Advanced")
                self.app.wait_for("Token storage")
                self.app.wait_gone("Use it")
                self.press_keys("Escape")
                self.app.wait_for("Use it")
                self.close()

    def test_removed_by_another_program(self):
        for size in (NARROW, WIDE):
            with self.subTest(size):
                self.open(size=size)
                self.agent.remove_host(*self.agent.paths(PORTAL))
                self.app.wait_gone("Use it")
                self.app.wait_for("Add a server")
                self.close()

    def count_titles(self):
        return self.app.read(lambda nodes: sum(node.name == PORTAL and "label" in node.role for node in nodes))

    def test_name_is_on_top_once(self):
        self.open()
        self.assertEqual(self.count_titles(), 1)
        self.scroll_to_end()
        desktop.wait_for(lambda: self.count_titles() == 2, "the name in the header bar")

    def test_title_of_the_window(self):
        """Names the server, or what else fills the window."""
        self.open()
        desktop.wait_for(lambda: desktop.find_x_windows(f"^{PORTAL} – Keyfob$"), "the name of the server")
        self.agent.set_host(PORTAL, Name="My portal")
        desktop.wait_for(lambda: desktop.find_x_windows("^My portal – Keyfob$"), "its new name")
        desktop.xdotool("windowsize", self.x_window(), *WIDE)
        desktop.wait_for(lambda: desktop.find_x_windows("^Keyfob$"), "the title of list and page")
        desktop.xdotool("windowsize", self.x_window(), *NARROW)
        self.press_keys("ctrl+n")
        desktop.wait_for(lambda: desktop.find_x_windows("^Add a server – Keyfob$"), "the title of the page that adds")

    def restart_agent(self):
        """Until the page shows what the next one says."""
        old = self.agent.pid()
        self.agent.kill()
        desktop.wait_for(lambda: self.agent.pid() not in (None, old), "the next agent")
        self.agent.wait_call("GetClaims")

    def test_agent_that_is_started_again(self):
        """The page stays where it is, with what is typed, and shows what the new agent says."""
        for size in (NARROW, WIDE):
            with self.subTest(size):
                self.open(size=size)
                note = f"Note on {PORTAL}"
                self.scroll_to(note)
                self.click(note)
                self.wait_focus(note)
                desktop.xdotool("type", "Ask Bob")
                desktop.wait_for(lambda: self.app.find(note).text == "Ask Bob", "the typed note")
                before = self.find_box(note)
                self.restart_agent()
                self.agent.set_host(PORTAL, Scope="what the new agent says")
                self.app.wait_for("what the new agent says")
                self.wait_focus(note)
                self.assertEqual(self.app.find(note).text, "Ask Bob")
                self.assertEqual(self.find_box(note).y, before.y)
                self.assertEqual(self.is_beside(), size == WIDE)
                desktop.xdotool("key", "Tab")
                self.assertEqual(self.agent.wait_call("Configure"), [{"note": "Ask Bob"}])
                self.close()

    def test_focus_stays_when_the_agent_is_started_again(self):
        """Also on a button, whose action goes with the agent."""
        self.open()
        self.wait_focus(f"Copy header of {PORTAL}")
        self.restart_agent()
        self.agent.set_host(PORTAL, Account="carol@example.org")
        self.app.wait_text("^Signed in as carol@example.org")
        self.wait_focus(f"Copy header of {PORTAL}")
        self.press_keys("Return")
        self.agent.wait_call("GetToken")

    def test_host_that_the_next_agent_does_not_have(self):
        for size in (NARROW, WIDE):
            with self.subTest(size):
                self.open(size=size)
                self.agent.scene.write_text(json.dumps({"hosts": [host("two.example.org")], "agent": {}}))
                self.agent.kill()
                self.app.wait_gone("Use it")
                self.app.wait_for("two.example.org")
                self.close()

    def test_keys(self):
        """Those of a row of the list, too."""
        self.open(Options={"name": PORTAL})
        self.wait_focus(f"Copy header of {PORTAL}")
        self.press_keys("Tab", "ctrl+c")
        desktop.wait_for(lambda: re.search("^Authorization: Bearer of-", desktop.read_clipboard() or ""), "the header")
        self.press_keys("ctrl+d")
        self.assertEqual(self.agent.wait_call("Configure"), [{"pinned": True}])
        self.app.wait_for(f"{PORTAL} is pinned to the top.")
        self.press_keys("shift+F10")
        self.app.wait_for("Sign in again")
        self.press_keys("Escape")
        self.app.wait_gone("Sign in again")
        self.press_keys("F5")
        self.agent.wait_call("Refresh")
        self.press_keys("Delete")
        self.app.wait_gone("Use it")
        self.app.press("Undo")
        self.app.wait_for(PORTAL)

    def test_find_leads_to_the_list(self):
        for size in (NARROW, WIDE):
            with self.subTest(size):
                self.open(size=size)
                self.press_keys("ctrl+f")
                self.wait_focus("Name, address, account or note")
                self.assertEqual(self.is_beside(), size == WIDE)
                self.close()

    def test_copied_text_is_that_of_an_entry(self):
        """Where the focus is in one, the keys are its own."""
        self.open()
        self.scroll_to(f"Address of {PORTAL}")
        self.click(f"Address of {PORTAL}")
        self.wait_focus(f"Address of {PORTAL}")
        self.press_keys("ctrl+a", "ctrl+c")
        desktop.wait_for(lambda: desktop.read_clipboard() == URL, "the address")
        self.press_keys("Delete")
        desktop.wait_for(lambda: self.app.find(f"Address of {PORTAL}").text == "", "the entry to be empty")
        self.app.wait_for("Use it")

    def test_state_is_told_as_it_is(self):
        self.open()
        self.app.wait_for(f"Signed in as {ALICE}, renewed by itself")
        self.app.wait_text("^not before .*\nA job that takes the header now is covered until ")
        self.app.wait_text(r"^\d\d:\d\d, next about \d\d:\d\d$")
        self.app.wait_for("openid profile email")
        self.app.wait_for("Keyring")
        self.app.wait_for("python3, 3 min ago")
        self.agent.set_host(PORTAL, Renews=False, RenewsAt=0)
        self.app.wait_text(f"^Signed in as {ALICE}, ends (tomorrow )?at ")
        self.app.wait_text("\nA job that starts now is covered until then.$")
        self.agent.set_host(PORTAL, State="expired", Expires=int(time.time()) - DAY, Error="The session has ended.")
        self.app.wait_text("^The session ended yesterday at ")
        self.app.wait_text("The session has ended.")
        self.assertFalse(self.app.find_button(f"Copy header of {PORTAL}").is_sensitive)
        self.app.press(f"Sign in to {PORTAL}")
        self.agent.wait_call("SignIn")
        self.app.wait_for("Finish in your browser · auth.example.org")
        self.app.press(f"Cancel the sign-in to {PORTAL}")
        self.agent.wait_call("Cancel")

    def test_use_it(self):
        self.open(size=(440, 1000))
        self.app.wait_text(r"^Authorization: Bearer •+\nSend this with each request\.$")
        self.app.wait_text(f"^keyfobctl header '?{URL}'? \\| curl --header @- '?{URL}'?\n"
                           r"Asks Keyfob when it runs, and holds no secret\.$")
        self.app.wait_text(r"^import subprocess …\n")
        for button, text in ((f"Copy command for curl for {PORTAL}", f"^keyfobctl header '?{URL}'? \\| curl --header @- '?{URL}'?$"),
                             (f"Copy Python code for {PORTAL}", "(?m)^import subprocess$"),
                             (f"Copy header of {PORTAL}", "^Authorization: Bearer of-")):
            self.app.press(button)
            desktop.wait_for(lambda text=text: re.search(text, desktop.read_clipboard() or ""), text)

    def test_copy_as_leads_with_what_is_preferred(self):
        self.start([signed_in()], size=NARROW, settings="copy-form='python'\n")
        self.show(PORTAL)
        self.app.press(f"Copy as, for {PORTAL}")

        def items(nodes):
            return [node.name for node in nodes if "menu item" in node.role and node.name]

        desktop.wait_for(lambda: self.app.read(items)[:2] == ["Python code", "Command for curl"],
                         lambda: f"Python first, in {self.app.read(items)}")
        self.assertEqual(self.app.read(items).count("Python code"), 1)
        self.settings.write_text(self.settings.read_text().replace("'python'", "'token'"))
        desktop.wait_for(lambda: self.app.read(items)[:2] == ["Token", "Command for curl"],
                         lambda: f"the token first, in {self.app.read(items)}")
        self.press_keys("Escape")
        self.press_keys("ctrl+shift+c")
        desktop.wait_for(lambda: desktop.read_clipboard() == "of-" + PORTAL, "the token")

    def test_copied(self):
        """The buttons of what was copied say so, and the others do not."""
        self.open(size=(440, 1000))

        def find_box(name):
            box = self.app.wait_box(name)
            # with or without its padding
            return box.x + box.width / 2, box.y + box.height / 2

        before = [find_box(name) for name in (f"Copy header of {PORTAL}", f"Copy as, for {PORTAL}", "Use it")]
        self.app.press(f"Copy header of {PORTAL}")
        self.app.wait_text(r"^Copied · 4\d\u00a0s$")
        after = [find_box(name) for name in (f"Copy header of {PORTAL}", "Clear the clipboard", "Use it")]
        self.assertEqual(after, before)
        self.wait_focus(f"Copy header of {PORTAL}")
        self.picture("host-page-copied")
        self.app.press("Clear the clipboard")
        self.app.wait_gone(re.compile("^Copied"))
        self.wait_focus(f"Copy header of {PORTAL}")
        self.assertIsNone(desktop.read_clipboard())

    def test_trouble(self):
        """A card on top says what is wrong, and has what mends it."""
        self.open(State="offline", Error="portal.example.org does not answer.",
                  ErrorDetails={"error": "Network", "cause": "timed out"})
        self.app.wait_for("portal.example.org does not answer.")
        self.app.wait_text("^Your token is good until ")
        self.assertIsNotNone(self.app.find_button("Details"))
        self.picture("host-page-trouble")
        self.app.press("Try again")
        self.agent.wait_call("Refresh")
        self.agent.set_host(PORTAL, State="signed-in", Error="", ErrorDetails={})
        self.app.wait_gone("portal.example.org does not answer.")
        self.assertIsNone(self.app.find_button("Details"))

    def test_nothing_opened(self):
        self.open(State="signing-in", LoginUri="https://auth.example.org/login", Provider="auth.example.org")
        self.app.wait_for("Nothing opened?")
        self.app.press("Open again")
        self.agent.wait_call("OpenPage")

    def find_box(self, name, role=None):
        return self.app.wait_box(name, role)

    def test_nothing_opened_is_laid_out(self):
        """The question stands above what there is to do, in the middle."""
        self.open(size=(440, 600), State="signing-in", LoginUri="https://auth.example.org/login",
                  Provider="auth.example.org", Renewed=0, RenewsAt=0, Expires=0, Scope="", Store="", Uses=[])
        self.app.wait_for("Nothing opened?")
        self.picture("host-page-nothing-opened")
        question = self.find_box("Nothing opened?")
        cancel = self.find_box(f"Cancel the sign-in to {PORTAL}")
        self.assertAlmostEqual(question.x + question.width / 2, cancel.x + cancel.width / 2, delta=3)
        for name in ("Open again", "Copy link", "Use another device"):
            self.assertGreaterEqual(self.find_box(name).y, question.y + question.height)
        # nothing is known of the sign-in yet
        self.agent.set_host(PORTAL, Expires=0)
        self.app.wait_gone("Sign-in")

    def test_buttons_are_in_the_middle(self):
        """Each line of them, where they do not fit beside each other."""
        self.open(State="expired", Expires=int(time.time()) - DAY)
        first = self.find_box(f"Sign in to {PORTAL}")
        second = self.find_box(f"Use another device for {PORTAL}")
        self.assertGreater(second.y, first.y)
        self.assertAlmostEqual(first.x + first.width / 2, second.x + second.width / 2, delta=3)

    def test_focus_goes_on(self):
        """With the sign-in, to what the user wants next."""
        self.open(State="signed-out", Expires=0, Account="")
        self.wait_focus(f"Sign in to {PORTAL}")
        self.press_keys("Return")
        self.wait_focus(f"Cancel the sign-in to {PORTAL}")
        self.agent.set_host(PORTAL, State="signed-in", Expires=int(time.time()) + HOUR, LoginUri="", Provider="")
        self.wait_focus(f"Copy header of {PORTAL}")
        # nobody has to look for what mends an error
        self.agent.set_host(PORTAL, State="expired", Expires=int(time.time()) - DAY, Error="The session has ended.")
        self.wait_focus(f"Sign in to {PORTAL}")

    def test_trouble_without_details(self):
        """The state tells what mends it, and that is there once."""
        self.open(State="offline", Error="portal.example.org does not answer.")
        self.app.wait_for("portal.example.org does not answer.")
        self.assertIsNone(self.app.find_button("Details"))
        self.app.press("Try again")
        self.agent.wait_call("Refresh")
        self.agent.set_host(PORTAL, State="expired", Expires=int(time.time()) - DAY, Error="The session has ended.")
        self.app.wait_for("The session has ended.")
        self.assertIsNone(self.app.find_button("Details"))
        button = f"Sign in to {PORTAL}"
        self.assertLess(self.find_box(button).y, self.find_box(f"Rename {PORTAL}").y)
        self.assertEqual(self.app.read(lambda nodes: sum(node.name == button for node in nodes)), 1)

    def test_everything_has_a_name(self):
        """That says what it does, and to which server."""
        self.open(size=(440, 1000))
        self.app.wait_for("Use it")

        def find_unnamed(nodes):
            return [node.name for node in nodes if node.has_state(Atspi.StateType.FOCUSABLE)
                    and node.name.startswith(("Gtk", "Adw", "Keyfob"))
                    and node.role in ("button", "entry", "link", "list item", "push button", "text", "toggle button")]

        self.scroll_to("More")
        self.click("More", role="label")
        for name in (f"Address of {PORTAL}", f"At another address of {PORTAL}", f"Copy R code for {PORTAL}", f"Copy settings for rclone for {PORTAL}",
                     f"Copy command for the header of {PORTAL}", f"Copy token of {PORTAL}", f"More actions for {PORTAL}",
                     f"Open {PORTAL} in the browser"):
            self.app.wait_for(name)
        self.assertEqual(self.app.read(find_unnamed), [])
        for name in ("More", "Claims", "Last used by"):
            self.app.wait_for(name, role="list item")

    def test_claims(self):
        now = int(time.time())
        claims = [["sub", "text", "4711"], ["aud", "list", ["portal", "files"]], ["exp", "time", now + 12 * MINUTE + 20],
                  ["email_verified", "boolean", True], ["realm_access", "json", '{"roles":["user"]}']]
        self.open(size=(440, 1000), claims=claims)
        self.app.wait_for("What the token says, read and not verified")
        self.scroll_to("Claims")
        self.click("Claims")
        self.app.wait_for("4711")
        self.app.wait_for("Subject · sub")
        self.app.wait_for("portal, files")
        self.app.wait_text(r"^(tomorrow at )?\d\d:\d\d \(in 12 min\)$")
        self.app.wait_for("yes")
        self.app.wait_for('{"roles":["user"]}')
        self.scroll_to("As JSON")
        self.click("As JSON")
        self.app.wait_text('(?m)^  "sub": "4711"')
        # a renewal brings another token
        self.agent.set_host(PORTAL, claims=[["sub", "text", "0815"]], Renewed=now)
        self.app.wait_for("0815")
        self.app.wait_gone("4711")

    def test_opaque_token(self):
        self.open()
        self.app.wait_for("The token is opaque: only its server knows what is in it.")

    def test_access(self):
        for answer, sentence in (
                ({"result": "accepted", "account": ALICE}, f"Accepted as {ALICE}."),
                ({"result": "accepted"}, "The server takes the token."),
                ({"result": "lacks-scope", "scope": "files"}, "The server wants the right “files”, which the token does "
                 "not have. Ask for it under Advanced, and sign in again."),
                ({"result": "lacks-right", "detail": "Not a member."}, "The server knows you, and your account may not do "
                 "this. Ask whoever runs the server.\nIn the server's words: Not a member."),
                ({"result": "refused"}, "Refused: the server does not take the token. Sign in again."),
                ({"result": "not-found"}, "This server does not tell who is signed in. Type an address of it that needs a "
                 "sign-in."),
                ({"result": "trouble", "status": 502}, "The server gave another answer, with status 502.")):
            with self.subTest(answer):
                self.open(access=answer)
                self.app.press(f"Test access to {PORTAL}")
                self.app.wait_for(sentence)
                self.assertEqual(self.agent.calls("TestAccess"), [[{}]])
                self.assertEqual(self.app.find_button(f"Test access to {PORTAL}").accessible.get_description(), sentence)
                self.close()

    def test_access_at_an_address(self):
        self.open(access={"result": "not-found", "status": 404})
        self.app.write(f"At another address of {PORTAL}", "https://portal.example.org/files")
        self.app.press(f"Test access to {PORTAL}")
        self.app.wait_for("There is nothing at this address.")
        self.assertEqual(self.agent.calls("TestAccess"), [[{"url": "https://portal.example.org/files"}]])
        self.agent.fail("TestAccess", "Network", "Cannot reach portal.example.org.")
        self.app.press(f"Test access to {PORTAL}")
        self.app.wait_for("Cannot reach portal.example.org.")

    def write_address(self, url):
        self.scroll_to(f"Address of {PORTAL}")
        self.click(f"Address of {PORTAL}")
        self.wait_focus(f"Address of {PORTAL}")
        desktop.xdotool("key", "ctrl+a")
        desktop.xdotool("type", url)
        desktop.wait_for(lambda: url in self.app.texts(), "the typed address")

    def type_address(self, url):
        self.write_address(url)
        desktop.xdotool("key", "Return")

    def test_address(self):
        self.open()
        self.agent.fail("ChangeAddress", "InvalidHost", "A token never goes to another site.")
        self.type_address("https://other.example.net")
        self.app.wait_for("A token never goes to another site.")
        # nothing is lost of what was typed, and the host is where it was
        self.assertIn("https://other.example.net", self.app.texts())
        self.app.wait_for(f"Copy header of {PORTAL}")
        self.type_address("https://portal.example.org/api")
        self.app.wait_for("Copy header of portal.example.org/api")
        _path, url, options = self.agent.calls("ChangeAddress")[-1]
        self.assertEqual((url, options), ("https://portal.example.org/api", {}))
        self.assertIsNone(self.app.find("Add a server"))

    def test_address_has_its_limits(self):
        """Told while one is typed, and with the entry to a screen reader."""
        limits = ("The token moves along, so the new address has to be on the same site. For another site, add a "
                  "server.")
        self.open(size=(360, 700))
        self.write_address("https://portal.example.org/api")
        self.app.wait_for(limits)
        self.assertEqual(self.app.find(f"Address of {PORTAL}").accessible.get_description(), limits)
        self.press_keys("Escape")
        self.app.wait_gone(limits)
        self.app.wait_for("Use it")

    def test_note(self):
        self.open(size=WIDE, Options={"note": "Ask Bob.", "name": PORTAL})
        note = f"Note on {PORTAL}"
        self.app.wait_text("^Ask Bob.$")
        self.app.write(note, "Ask Bob\nor Carol.")
        self.assertEqual(self.agent.calls("Configure"), [])
        self.scroll_to(note)
        self.click(note)
        self.wait_focus(note)
        self.press_keys("Tab")
        self.assertEqual(self.agent.wait_call("Configure"), [{"note": "Ask Bob\nor Carol."}])
        # another host has another one, and what was typed last is not lost
        self.app.write(note, "Ask Carol.")
        self.click("two.example.org")
        self.assertEqual(self.agent.wait_call("Configure"), [{"note": "Ask Carol."}])
        desktop.wait_for(lambda: self.app.find("Note on two.example.org").text == "", "an empty note")

    def test_rename(self):
        self.open()
        self.press_keys("F2")
        self.wait_focus("Name")
        self.press_keys("Escape")
        self.app.wait_gone("Name", role="text")
        self.assertEqual(self.agent.calls("Configure"), [])
        self.app.press(f"Rename {PORTAL}")
        self.wait_focus("Name")
        desktop.xdotool("key", "ctrl+a")
        desktop.xdotool("type", "My portal")
        desktop.xdotool("key", "Return")
        self.assertEqual(self.agent.wait_call("Configure"), [{"name": "My portal"}])
        self.app.wait_for("Copy header of My portal")

    def test_name_that_is_refused(self):
        self.open()
        self.agent.fail("Configure", "InvalidHost", "The name is too long.")
        self.press_keys("F2")
        self.wait_focus("Name")
        desktop.xdotool("type", "x")
        desktop.xdotool("key", "Return")
        self.app.wait_for("The name is too long.")
        self.app.wait_for("Name", role="text")

    def test_sign_out_and_remove(self):
        self.open()
        self.scroll_to_end()
        self.app.press(f"Sign out of {PORTAL}")
        self.app.wait_for(f"Sign out of {PORTAL}?")
        self.app.press_in_dialog("Sign out")
        self.app.wait_for("Not signed in")
        self.app.wait_gone("Renewed")
        self.app.press(f"Remove {PORTAL}")
        self.app.wait_gone("Use it")
        self.app.wait_for("Add a server")


if __name__ == "__main__":
    tap.main()
