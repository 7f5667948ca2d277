# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""From any link of a server to its row in the list."""

import re

import desktop
import tap
from window import WindowCase, host

EMPTY = "Which server do you use?"
NOTHING = "two.example.org answers, but no sign-in was found there. Open it in a browser."


class AddCase(WindowCase):
    def open_page(self, *hosts, **arguments):
        self.start([host("one.example.org"), *hosts], **arguments)
        self.open_adding()

    def close(self):
        """For a test that starts the window more than once."""
        self.tearDown()
        self.process = None

    def find_row(self, url):
        return self.app.find(url, role="list item")

    def is_chosen(self, url):
        row = self.find_row(url)
        return row is not None and row.has_state(desktop.Atspi.StateType.SELECTED)

    def wait_chosen(self, url):
        desktop.wait_for(lambda: self.is_chosen(url), f"{url} to be chosen; on screen: {self.app.texts()}")

    def wait_entry(self, invalid, sentence, name="Address"):
        """Waits until a screen reader says this of the entry."""
        # GTK has used both states for it
        states = (desktop.Atspi.StateType.INVALID, desktop.Atspi.StateType.INVALID_ENTRY)

        def look():
            entry = self.app.find(name, role="text")
            return (entry is not None and any(entry.has_state(state) for state in states) == invalid
                    and re.search(sentence, entry.accessible.get_description()))

        def tell():
            entry = self.app.find(name, role="text")
            return f"{sentence}; it says: {entry and entry.accessible.get_description()}"

        desktop.wait_for(look, tell)

    def wait_focused_row(self, name):
        """Some button in the row of the host has the focus, and the row is seen."""
        def look(nodes):
            for row in desktop.narrow(nodes, name):
                if row.has_focus:
                    return 0 < row.box.height and row.box.y + row.box.height <= self.x_geometry()["HEIGHT"]
            return False

        desktop.wait_for(lambda: self.app.read(look), f"the row of {name} to be seen, with the focus in it")

    def wait_added(self, url, **options):
        self.app.wait_gone("Address")
        self.assertEqual(self.agent.wait_call("AddHost"), [url, options])
        self.assertEqual(len(self.agent.calls("AddHost")), 1)


class Adding(AddCase):
    def test_first_server(self):
        """The entry has the focus at once, what was found is shown, and it is signed in to."""
        self.start()
        self.app.wait_for(EMPTY)
        self.wait_focus("Address")
        desktop.xdotool("type", "data.example.org")
        self.wait_chosen("https://data.example.org")
        self.app.wait_for("Sign in with the browser or another device", within="https://data.example.org")
        self.wait_entry(False, "^Found https://data.example.org. Enter adds it and signs in.$")
        self.app.press("Add and sign in")
        self.app.wait_text("^Finish in your browser")
        self.wait_added("https://data.example.org")
        self.assertEqual(len(self.agent.calls("SignIn")), 1)
        self.wait_focused_row("data.example.org")

    def test_another_server(self):
        self.open_page()
        self.wait_focus("Address")
        self.app.write("Address", "two.example.org/api")
        self.app.press("Add and sign in")
        self.app.wait_text("^Finish in your browser")
        self.wait_added("https://two.example.org/api", name="two.example.org")
        self.wait_focused_row("two.example.org")
        self.assertIsNone(self.app.find(re.compile("in the list already")))

    LINK = "https://two.example.org/auth/v2/login?redirect_uri=http%3A%2F%2Flocalhost&code=secret#access_token=secret"

    def test_any_link(self):
        for link, asked, url in (
                (self.LINK, "https://two.example.org/auth/v2/login", "https://two.example.org"),
                ("  “HTTPS://Portal.Example.ORG/App/#/login” ", "HTTPS://Portal.Example.ORG/App/",
                 "https://portal.example.org/App"),
                ("https//portal", "https://portal", "https://portal"),
        ):
            with self.subTest(link=link):
                self.open_page()
                self.agent.set_servers({"url": url})
                self.wait_focus("Address")
                self.app.write("Address", link)
                self.app.press("Add and sign in")
                self.app.wait_gone("Address")
                self.assertEqual(self.agent.calls("Discover"), [[asked, {}]])
                self.assertEqual(self.agent.calls("AddHost")[0][0], url)
                # what may be secret in a link has gone nowhere
                self.assertNotIn("secret", self.agent.call("Calls")[0])
                self.assertNotIn("secret", self.log.read_text())
                self.close()

    def test_several(self):
        self.open_page()
        first, second = "https://two.example.org/api", "https://two.example.org/api/freva-nextgen"
        self.agent.set_servers({"url": first}, {"url": second, "device": False})
        self.app.write("Address", "two.example.org")
        self.wait_chosen(first)
        self.app.wait_for("Sign in with the browser", within=second)
        self.app.wait_for("A web page only")
        self.app.wait_for("2 sign-ins were found. Choose one.")
        self.picture("several")
        self.wait_focus("Address")
        # along the rows by keys; the page is none of those
        self.press_keys("Tab", "Down")
        self.wait_chosen(second)
        self.press_keys("Down")
        self.assertTrue(self.is_chosen(second))
        self.press_keys("Return")
        self.wait_added(second, name="two.example.org")

    def test_buttons_come_into_sight(self):
        """What is found takes the room that the button had at the first start, in a window of the usual size."""
        def is_in_sight():
            # without its padding
            box = self.app.wait_box("Add and sign in", find=self.app.find_button)
            return box.y + 2 * box.height <= self.x_geometry()["HEIGHT"]

        self.start()
        self.app.wait_for(EMPTY)
        self.agent.set_servers({"url": "https://two.example.org/api"}, {"url": "https://two.example.org/api/freva-nextgen"})
        self.wait_focus("Address")
        desktop.xdotool("type", "two.example.org")
        self.wait_chosen("https://two.example.org/api")
        desktop.wait_for(is_in_sight, "the button to be in sight")
        self.wait_focus("Address")
        self.picture("buttons-in-sight")

    def test_several_are_never_added_unseen(self):
        """Somebody who was faster than the answer chooses, too."""
        self.open_page()
        self.agent.set_servers({"url": "https://two.example.org/a"}, {"url": "https://two.example.org/b"})
        self.wait_focus("Address")
        desktop.xdotool("type", "two.example.org")
        self.press_keys("Return")
        self.wait_chosen("https://two.example.org/a")
        self.wait_entry(False, "^Found https://two.example.org/a. Enter adds it")
        self.assertEqual(self.agent.calls("AddHost"), [])
        self.press_keys("Return")
        self.wait_added("https://two.example.org/a", name="two.example.org")

    def test_page_elsewhere_is_not_shown(self):
        """Only a server that has answered is said to have a page."""
        self.open_page()
        self.agent.set_servers({"url": "https://www.two.example.org"})
        self.app.write("Address", "two.example.org")
        self.wait_chosen("https://www.two.example.org")
        self.assertIsNone(self.find_row("https://two.example.org"))

    def test_name(self):
        self.open_page()
        self.app.write("Address", "two.example.org/api")
        self.wait_chosen("https://two.example.org/api")
        self.assertIn("two.example.org", self.app.texts())
        self.app.write("Name", " My portal ")
        # another address leaves what was typed
        self.app.write("Address", "three.example.org")
        self.wait_chosen("https://three.example.org")
        self.press_keys("Tab", "Tab", "Return")
        self.wait_added("https://three.example.org", name="My portal")

    def test_name_that_another_server_has(self):
        self.open_page(host("two.example.org", Url="https://two.example.org/a"))
        self.app.write("Address", "two.example.org/b")
        self.wait_chosen("https://two.example.org/b")
        self.press_keys("Return")
        self.wait_added("https://two.example.org/b")

    def test_usual_name_is_no_option(self):
        self.open_page()
        self.app.write("Address", "two.example.org")
        self.wait_chosen("https://two.example.org")
        self.press_keys("Return")
        self.wait_added("https://two.example.org")

    def test_name_follows_the_address(self):
        self.open_page()
        for name in ("two.example.org", "three.example.org"):
            self.app.write("Address", name + "/api")
            self.wait_chosen(f"https://{name}/api")
            desktop.wait_for(lambda name=name: self.app.find("Name", role="text").text == name, f"the name {name}")

    def test_half_typed_is_no_error(self):
        self.open_page()
        self.wait_focus("Address")
        for text in ("ftp", "ftp://", "https://", "two", "https://user@example.org"):
            self.app.write("Address", text)
            self.wait_entry(False, "^$")
        # until somebody asks
        self.press_keys("Return")
        self.app.wait_text("^Type the address without a user name")
        self.wait_entry(True, "^Type the address without a user name")
        # what was typed is still there to be mended
        self.assertIn("https://user@example.org", self.app.texts())
        self.assertEqual(self.agent.calls("Discover"), [])

    def test_half_typed_is_looked_for_in_silence(self):
        self.open_page()
        self.agent.call("Hold", "Discover")
        self.app.write("Address", "two.exam")
        self.app.wait_for("Looking for the sign-in of two.exam")
        self.wait_entry(False, "^$")
        # until somebody asks
        self.app.press("Add and sign in")
        self.wait_entry(False, "^Looking for the sign-in of two.exam$")

    def test_wrong_address(self):
        self.open_page()
        for address, sentence in (("https://user@example.org", "^Type the address without a user name"),
                                  ("ftp://two.example.org", "^A server cannot be reached by “ftp:”")):
            self.app.write("Address", address)
            self.app.press("Add and sign in")
            self.app.wait_text(sentence)
            self.wait_entry(True, sentence)
            self.wait_focus("Address")
            self.assertIsNone(self.app.find_button("Add anyway"))
        self.app.write("Address", "two.example.org")
        self.wait_entry(False, "^Found https://two.example.org")

    def test_nothing_found(self):
        self.open_page(failing=("Discover", "Unsupported", NOTHING))
        self.app.write("Address", "two.example.org")
        self.app.wait_for(NOTHING)
        # nobody has asked yet
        self.wait_entry(False, "^$")
        self.assertIsNotNone(self.app.find_button("Add anyway"))
        self.agent.fail("Discover", "Unsupported", NOTHING)
        self.app.press("Add and sign in")
        self.wait_entry(True, NOTHING)
        self.assertEqual(len(self.agent.calls("Discover")), 2)
        self.wait_focus("Address")
        self.assertEqual(self.agent.calls("AddHost"), [])
        self.app.write("Name", "My portal")
        self.app.press("Add anyway")
        self.wait_added("https://two.example.org", name="My portal")
        self.wait_focused_row("My portal")
        self.assertEqual(self.agent.calls("SignIn"), [])

    def test_nothing_there(self):
        self.open_page(failing=("Discover", "Network", "Cannot reach two.example.org."))
        self.app.write("Address", "two.example.org")
        self.app.wait_for("Cannot reach two.example.org. Perhaps it is reached through a VPN only.")
        self.assertIsNotNone(self.app.find_button("Add anyway"))

    def test_another_address_after_nothing(self):
        self.open_page(failing=("Discover", "Unsupported", NOTHING))
        self.app.write("Address", "two.example.org")
        self.app.wait_for("Add anyway")
        self.app.write("Address", "three.example.org")
        self.app.wait_gone("Add anyway")
        self.app.press("Add and sign in")
        self.wait_added("https://three.example.org")

    def test_left_while_it_is_looked_for(self):
        """Nothing is added behind the back of who has left."""
        self.open_page()
        self.agent.call("Hold", "Discover")
        self.app.write("Address", "two.example.org")
        self.app.press("Add and sign in")
        self.app.wait_for("Looking for the sign-in of two.example.org")
        self.wait_entry(False, "^Looking for the sign-in of two.example.org$")
        self.picture("looking")
        self.app.press("Cancel")
        self.app.wait_gone("Address")
        self.agent.call("Release", "Discover")
        self.open_adding()
        self.assertNotIn("two.example.org", self.app.texts())
        self.app.write("Address", "three.example.org")
        self.app.press("Add and sign in")
        self.wait_added("https://three.example.org")

    def test_unencrypted_only_when_insisted(self):
        """An address by http is looked for by https first."""
        sentence = "Cannot reach two.example.org."
        self.open_page(failing=("Discover", "Network", sentence))
        self.app.write("Address", "http://two.example.org")
        self.app.wait_text("^Whoever is on the way")
        self.assertEqual(self.agent.calls("Discover"), [["http://two.example.org", {}]])
        self.assertIsNone(self.app.find_button("Add anyway"))
        # the switch for it comes right after the address
        desktop.xdotool("key", "Tab", "space")
        self.wait_chosen("http://two.example.org")
        self.assertEqual(self.agent.calls("Discover")[1], ["http://two.example.org", {"allow-http": True}])
        self.app.press("Add and sign in")
        self.wait_added("http://two.example.org", **{"allow-http": True})

    def test_https_is_found_instead(self):
        self.open_page()
        self.agent.set_servers({"url": "https://two.example.org"})
        self.app.write("Address", "http://two.example.org")
        self.wait_chosen("https://two.example.org")
        self.app.press("Add and sign in")
        self.wait_added("https://two.example.org")

    def test_what_was_insisted_on_counts_for_one_address(self):
        self.open_page(failing=("Discover", "Network", NOTHING))
        self.app.write("Address", "http://two.example.org")
        self.app.wait_text("^Whoever is on the way")
        desktop.xdotool("key", "Tab", "space")
        self.wait_chosen("http://two.example.org")
        self.agent.fail("Discover", "Network", NOTHING)
        self.app.write("Address", "http://three.example.org")
        self.app.wait_text("^Whoever is on the way")
        self.assertEqual(self.agent.calls("Discover")[-1], ["http://three.example.org", {}])

    def test_listed_server(self):
        """It is asked for nothing, and shown to who asks for it, but never said after adding."""
        names = [f"A{number:02}.example.org" for number in range(12)]
        self.start([*map(host, names), host("Portal", Url="https://two.example.org/api")])
        self.app.press("Find a server")
        self.wait_focus("Name, address, account or note")
        desktop.xdotool("type", "A0")
        self.app.wait_gone("Portal")
        self.open_adding()
        self.app.write("Address", "https://TWO.example.org/api/")
        self.wait_chosen("https://two.example.org/api")
        self.app.wait_for("In the list already", within="https://two.example.org/api")
        self.wait_entry(False, "^https://two.example.org/api is in the list already. Enter leads there.$")
        self.assertIsNone(self.app.find("Name", role="text"))
        self.app.press("Show it in the list")
        self.app.wait_for("Portal is in the list already")
        self.app.wait_gone("Address")
        self.assertEqual(self.agent.calls("AddHost"), [])
        self.assertEqual(self.agent.calls("Discover"), [])
        self.wait_focused_row("Portal")
        self.picture("listed-already")

    def test_sign_in_of_a_listed_server(self):
        self.open_page(host("Portal", Url="https://two.example.org/api"))
        self.wait_focus("Address")
        desktop.xdotool("type", "two.example.org")
        self.press_keys("Return")
        self.app.wait_for("Portal is in the list already")
        self.assertEqual(self.agent.calls("AddHost"), [])
        self.wait_focused_row("Portal")

    def test_added_elsewhere_meanwhile(self):
        self.open_page()
        self.app.write("Address", "two.example.org")
        self.wait_chosen("https://two.example.org")
        self.agent.add_host("two.example.org")
        self.app.wait_for("In the list already", within="https://two.example.org")
        self.app.press("Show it in the list")
        self.app.wait_for("two.example.org is in the list already")

    def test_what_was_left_is_forgotten(self):
        self.open_page()
        self.app.write("Address", "two.example.org")
        self.wait_chosen("https://two.example.org")
        self.press_keys("Escape")
        self.app.wait_gone("Address")
        self.open_adding()
        self.assertNotIn("https://two.example.org", self.app.texts())

    def test_one_after_the_other(self):
        self.start([host("one.example.org")])
        for name in ("two.example.org", "three.example.org"):
            self.open_adding()
            desktop.xdotool("type", name)
            self.press_keys("Return")
            self.app.wait_text("^Finish in your browser")
            self.app.wait_gone("Address")
            self.wait_focused_row(name)

    def test_by_keys(self):
        """The whole way, with what has the focus at each step."""
        self.open_page(agent={"FoundTokens": [["https://found.example.org", "file"]]})
        self.wait_focus("Address")
        self.press_keys("Return")
        desktop.xdotool("type", "two.example.org")
        self.wait_chosen("https://two.example.org")
        for name in ("https://two.example.org", "Name", "Add and sign in", "Add found.example.org"):
            self.press_keys("Tab")
            self.wait_focus(name)
        self.press_keys("shift+Tab", "space")
        self.wait_added("https://two.example.org")

    def test_only_one_page_is_read(self):
        """A page that is covered by another is no longer there for a screen reader."""
        self.open_page()
        self.app.wait_for("Address")
        self.app.wait_gone("Sign in")
        self.app.press("Cancel")
        self.app.wait_gone("Address")
        self.app.act("row.menu", within="one.example.org")
        self.app.press("Settings")
        self.app.wait_for("Token storage")
        self.app.wait_gone("Sign in")
        self.app.press("Back")
        self.app.wait_gone("Token storage")
        self.app.wait_for("Sign in")

    def test_agent_refuses(self):
        self.start()
        self.app.write("Address", "data.example.org")
        self.agent.fail("AddHost", "InvalidHost", "This host is not allowed here. Ask somebody.")
        self.app.press("Add and sign in")
        self.app.wait_for("This host is not allowed here. Ask somebody.")
        self.assertIn("data.example.org", self.app.texts())
        # and can be tried again
        self.app.press("Add and sign in")
        self.app.wait_gone("Address")


class Typing(AddCase):
    def test_anywhere_on_the_empty_page(self):
        self.start()
        self.wait_focus("Address")
        self.press_keys("shift+Tab")
        self.wait_focus("Main menu")
        desktop.xdotool("type", "data.example.org")
        self.wait_chosen("https://data.example.org")
        self.wait_focus("Address")
        self.assertEqual(self.app.find("Address", role="text").text, "data.example.org")


class Pasting(AddCase):
    """A link on the clipboard."""

    LINK = "https://portal.example.org/app?code=secret"
    OFFER = "Paste https://portal.example.org/app"

    def test_is_offered_and_taken(self):
        desktop.write_clipboard(self.LINK)
        self.open_page()
        self.wait_entry(False, f"^{self.OFFER}$")
        self.assertEqual(self.agent.calls("Discover"), [])
        self.picture("paste")
        self.press_keys("Tab")
        self.wait_focus(self.OFFER)
        self.press_keys("space")
        self.wait_chosen("https://portal.example.org/app")
        self.wait_focus("Address")
        self.app.wait_gone(self.OFFER)
        self.assertEqual(self.agent.calls("Discover"), [["https://portal.example.org/app", {}]])
        self.assertFalse(any("secret" in text for text in self.app.texts()))

    def test_only_links(self):
        for text in ("http://portal.example.org", "Authorization: Bearer secret", "portal.example.org",
                     "https://portal.example.org and more", "https://user:secret@portal.example.org", "https://"):
            with self.subTest(text=text):
                desktop.write_clipboard(text)
                self.open_page()
                self.wait_focus("Address")
                desktop.write_clipboard(self.LINK)
                # an offer of something else would stay

                def click_and_look():
                    self.click("Address", role="text")
                    return self.app.find(self.OFFER)

                desktop.wait_for(click_and_look, "the link to be offered, once the window knows of it")
                self.assertFalse(any("secret" in seen for seen in self.app.texts()))
                self.close()

    def test_goes_when_something_is_typed(self):
        desktop.write_clipboard(self.LINK)
        self.open_page()
        self.app.wait_for(self.OFFER)
        desktop.xdotool("type", "two")
        self.app.wait_gone(self.OFFER)

    def test_is_not_read_before_somebody_goes_there(self):
        """The first window gives its entry the focus, which nobody has asked for."""
        desktop.write_clipboard(self.LINK)
        self.start()
        self.wait_focus("Address")
        # time enough for an answer
        self.press_keys("F10")
        self.app.wait_for("About Keyfob")
        self.press_keys("Escape")
        self.app.wait_gone("About Keyfob")
        self.assertIsNone(self.app.find(self.OFFER))
        self.click("Address", role="text")
        self.app.wait_for(self.OFFER)


class Found(AddCase):
    """Servers with a token in a file of other programs."""

    TITLE = "On this computer"
    ONE = "https://one.example.org"
    TWO = "https://two.example.org:8443"
    FOUND = [[ONE, "file"], [TWO, "app:freva"]]

    def open_page(self, *hosts, **arguments):
        self.start([host("mine.example.org"), *hosts], **arguments)
        self.open_adding()

    def test_one_click_adds(self):
        self.open_page(agent={"FoundTokens": self.FOUND})
        self.app.wait_for(self.TITLE)
        self.app.wait_for("A Python program uses it", within=self.ONE)
        self.app.wait_for("The Python program freva uses it", within=self.TWO)
        self.app.press("Add two.example.org:8443")
        self.app.wait_for("Not signed in", within="two.example.org:8443")
        self.wait_focused_row("two.example.org:8443")
        self.assertEqual(self.agent.calls("AddHost"), [[self.TWO, {"store": "app:freva"}]])
        # its token is there already
        self.assertEqual(self.agent.calls("SignIn"), [])
        self.open_adding()
        self.app.wait_for(self.ONE)
        self.assertIsNone(self.find_row(self.TWO))

    def test_bring_back(self):
        """What is provided and was removed is there to come back."""
        self.open_page(agent={"RemovedHosts": [[self.ONE, "Climate"]]})
        self.app.wait_for("Provided by your institution, and removed by you", within=self.ONE)
        self.assertIsNone(self.app.find("Python programs are signed in"))
        self.app.press("Bring Climate back")
        self.app.wait_for("Not signed in", within="one.example.org")
        self.wait_focused_row("one.example.org")
        self.assertEqual(self.agent.calls("AddHost"), [[self.ONE, {}]])
        self.app.press("Add a server")
        self.app.wait_for("Add and sign in")
        self.assertIsNone(self.app.find(self.TITLE))

    def test_the_first_server(self):
        self.start(agent={"FoundTokens": self.FOUND[:1]})
        self.app.wait_for(EMPTY)
        self.app.press("Add one.example.org")
        self.app.wait_for("Not signed in", within="one.example.org")
        self.assertEqual(self.agent.calls("AddHost"), [[self.ONE, {"store": "file"}]])
        self.wait_focused_row("one.example.org")

    def test_comes_and_goes(self):
        self.open_page()
        self.assertIsNone(self.app.find(self.TITLE))
        self.agent.set_agent(FoundTokens=self.FOUND[:1])
        self.app.wait_for(self.ONE)
        self.agent.set_agent(FoundTokens=[])
        self.app.wait_gone(self.TITLE)

    def test_found_by_another_agent(self):
        self.open_page(agent={"FoundTokens": self.FOUND[:1]})
        self.app.wait_for(self.ONE)
        before = self.agent.pid()
        self.agent.kill()
        desktop.wait_for(lambda: self.agent.pid() not in (None, before), "another agent")
        self.agent.set_agent(FoundTokens=self.FOUND[1:])
        self.app.wait_for(self.TWO)

    def test_cannot_be_added(self):
        self.open_page(agent={"FoundTokens": self.FOUND[:1]})
        sentence = "Whoever is on the way to <one> & two could read the token."
        self.agent.fail("AddHost", "InvalidHost", sentence)
        self.app.press("Add one.example.org")
        self.app.wait_for(sentence)
        self.assertIsNotNone(self.app.find(self.ONE))


if __name__ == "__main__":
    tap.main()
