# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What can be set: for one host on its page, for all of them in the preferences."""

import os
import pathlib
import re

import desktop
import tap
from gi.repository import Atspi, Gio, GLib
from window import HOUR, MINUTE, WindowCase, host


def signed_in(name, **properties):
    return host(name, State="signed-in", Account="Alice Example", left=42 * MINUTE, **properties)


def is_invalid(entry):
    # GTK has used both states for it
    return any(entry.has_state(state) for state in (Atspi.StateType.INVALID, Atspi.StateType.INVALID_ENTRY))


class Settings(WindowCase):
    """The page with what can be set for one host."""

    NAME = "one.example.org"

    def open(self, **properties):
        self.start([signed_in(self.NAME, **properties), host("two.example.org")], size=(440, 760))
        self.app.act("row.menu", within=self.NAME)
        self.app.press("Settings")
        self.app.wait_for("Token storage")

    def open_routes(self):
        self.scroll_to_end()
        self.click("Routes, ports and limits")
        self.app.wait_for("Login route")

    def find_switch(self, name):
        return self.app.find(name, role="check")

    def flip(self, name):
        desktop.wait_for(lambda: self.find_switch(name), name).press()

    def configured(self):
        return self.agent.calls("Configure")

    def test_every_option_has_a_row(self):
        typed = {
            "name": "My portal", "login-route": "l/in", "token-route": "t/ok", "device-route": "d/ev",
            "logout-route": "o/ut", "userinfo-route": "w/ho",
            "auth-ports-route": "p/orts", "redirect-ports": [4000], "timeout": 77,
            "scope": "openid", "issuer": "https://id.example.org", "store": "/srv/tokens.json",
            "ca-file": "/etc/ssl/institute.pem", "proxy": "http://proxy.example.org:3128",
            "help-page": "https://help.example.org", "picture": "/usr/share/institute/logo.png",
        }
        chosen = {"consent": "always"}
        switched = {
            "device-flow": "Sign-in on another device", "server-pkce": "Use the code verifier of the host",
            "allow-http": "Allow an unencrypted connection", "ask-first": "Ask me first",
        }
        table = pathlib.Path(__file__).parents[2] / "src/common/keyfob-config-options.c"
        rows = re.findall(r'\[KEYFOB_OPTION_\w+\] = \{\s*"([^"]+)"[^}]*KEYFOB_OPTION_SECTION_(\w+)', table.read_text())
        names = {name for name, section in rows if section != "NONE"}
        self.assertEqual(names, {*typed, *chosen, *switched})

        self.open(Options={**typed, **chosen, "device-flow": False, "server-pkce": True, "allow-http": True,
                           "ask-first": True})
        self.open_routes()
        self.app.wait_for("At every sign-in")
        for value in typed.values():
            text = str(value[0] if isinstance(value, list) else value)
            desktop.wait_for(lambda text=text: text in self.app.texts(), text)
        for option, title in switched.items():
            row = desktop.wait_for(lambda title=title: self.find_switch(title), title)
            self.assertEqual(row.has_state(Atspi.StateType.CHECKED), option != "device-flow", option)
        self.picture("settings-every-option")

    def test_name(self):
        self.open()
        self.app.write("Name", "My portal")
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"name": "My portal"}])
        self.app.wait_gone("Apply")
        self.app.press("Back")
        self.app.wait_for("Signed in · renewed by itself", within="My portal")

    def type_name(self, text):
        self.click("Name", role="text")
        self.wait_focus("Name")
        desktop.xdotool("type", text)
        self.app.wait_for("Apply")

    def test_enter(self):
        self.open()
        self.type_name("My portal")
        self.agent.call("Hold", "Configure")
        # the second one does not count
        desktop.xdotool("key", "Return", "Return")
        self.assertEqual(self.agent.wait_call("Configure"), [{"name": "My portal"}])
        self.press_keys("Escape")
        self.app.wait_gone("Token storage")
        self.agent.call("Release", "Configure")
        self.app.wait_for("Signed in · renewed by itself", within="My portal")
        self.assertEqual(len(self.configured()), 1)

    def test_what_is_not_confirmed_is_not_set(self):
        self.open()
        self.app.write("Name", "My portal")
        self.app.wait_for("Apply")
        self.press_keys("Escape")
        self.app.wait_for("Signed in · renewed by itself", within=self.NAME)
        self.assertEqual(self.configured(), [])
        self.app.act("row.menu", within=self.NAME)
        self.app.press("Settings")
        self.app.wait_for("Token storage")
        self.assertNotIn("My portal", self.app.texts())

    def test_wrong_as_typed(self):
        self.open()
        for text, sentence in (("x" * 101, "^The name is too long"), ("a\u202eb", "^The name has an invisible")):
            self.app.write("Name", text)
            self.app.wait_text(sentence)
            self.assertIsNone(self.app.find_button("Apply"))
            self.wait_entry(True, sentence)
        self.assertEqual(self.configured(), [])
        self.app.write("Name", "My portal")
        self.wait_entry(False, "^$")

    def wait_entry(self, invalid, sentence):
        """Waits until a screen reader says this of the entry for the name."""
        def look():
            entry = self.app.find("Name", role="text")
            return is_invalid(entry) == invalid and re.search(sentence, entry.accessible.get_description())

        desktop.wait_for(look, f"the entry to be {'in' if invalid else ''}valid: {sentence}")

    def test_agent_refuses(self):
        self.open()
        sentence = "The settings cannot be written: there is no room left. Free some space."
        self.agent.fail("Configure", "Store", sentence)
        self.app.write("Name", "My portal")
        self.app.press("Apply")
        self.app.wait_for(sentence)
        self.assertIn("My portal", self.app.texts())
        # and can be tried again
        self.app.press("Apply")
        self.app.wait_gone(sentence)

    def test_routes(self):
        self.open(Options={"token-route": "oauth/token"})
        self.open_routes()
        self.assertIn("oauth/token", self.app.texts())
        self.app.write("Login route", "oauth/login?x")
        self.app.wait_text("^A route is only a path")
        self.app.write("Login route", "oauth/login")
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"login-route": "oauth/login"}])

    def test_ports(self):
        self.open()
        self.open_routes()
        entry = "Ports that the browser may come back to"
        self.app.write(entry, "http")
        self.app.wait_text("^Type port numbers")
        self.app.write(entry, "1-100")
        self.app.wait_text("^Give from 1 to 64 redirect ports")
        self.app.write(entry, "4000, 4001, 4002 8080")
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"redirect-ports": [4000, 4001, 4002, 8080]}])
        # as it is written from now on
        self.app.wait_text("^4000-4002, 8080$")

    def test_consent(self):
        self.open()
        self.app.wait_for("Where it is needed")
        self.click("Where it is needed")
        self.app.wait_for("Never")
        self.press_keys("Down", "Return")
        self.assertEqual(self.agent.wait_call("Configure"), [{"consent": "always"}])
        # a screen reader hears both where the focus is
        self.app.wait_for("Ask for consent At every sign-in", role="button")
        sentence = "The list of hosts cannot be saved: there is no room left."
        self.agent.fail("Configure", "Store", sentence)
        self.click("At every sign-in")
        self.app.wait_for("Never")
        self.press_keys("Down", "Return")
        self.app.wait_for(sentence)
        self.app.wait_for("At every sign-in")
        self.agent.set_host(self.NAME, Options={"consent": "never"})
        self.app.wait_for("Never")

    def test_time_limit(self):
        self.open(Options={"timeout": 60})
        self.open_routes()
        entry = "Time limit of a sign-in in seconds"
        self.app.write(entry, "0")
        self.app.wait_text("^The time limit is from 1 to 3600 seconds")
        # as usual again
        self.app.write(entry, "")
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"timeout": 300}])

    def test_another_device_is_asked_again(self):
        self.open(Options={"device-flow": False})
        self.flip("Sign-in on another device")
        self.assertEqual(self.agent.wait_call("Configure"), [{"device-flow": True}])

    def test_a_switch_that_the_agent_refuses(self):
        self.open()
        self.open_routes()
        sentence = "Type the address of the provider without encryption only where you allow that."
        self.agent.fail("Configure", "InvalidHost", sentence)
        self.flip("Allow an unencrypted connection")
        self.app.wait_for(sentence)
        self.assertFalse(self.find_switch("Allow an unencrypted connection").has_state(Atspi.StateType.CHECKED))
        self.assertEqual(self.find_switch("Allow an unencrypted connection").accessible.get_description(), sentence)

    def test_what_is_being_typed_stays(self):
        self.open()
        self.open_routes()
        self.app.write("Name", "Mine")
        self.agent.set_host(self.NAME, Options={"name": "Theirs", "scope": "openid"})
        self.app.wait_text("^openid$")
        self.assertIn("Mine", self.app.texts())
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"name": "Mine"}])

    def test_others_change_it_too(self):
        self.open()
        self.agent.set_host(self.NAME, Options={"name": "Theirs"})
        self.app.wait_text("^Theirs$")

    def test_removed_by_somebody_else(self):
        self.open()
        self.agent.set_scene([host("two.example.org")])
        self.app.wait_gone("Token storage")
        self.app.wait_for("two.example.org")


class Keeping(WindowCase):
    """Where the token of a host is kept."""

    FILE = "/home/user/.cache/py-oidc-auth/token-store.json"

    def open(self, **properties):
        self.start([signed_in("one.example.org", **properties)])
        self.app.act("row.menu")
        self.app.press("Settings")
        self.app.wait_for("Token storage")

    def is_chosen(self, title):
        def look(nodes):
            rows = [list(node.walk()) for node in nodes if "list item" in node.role]
            return any(node.has_state(Atspi.StateType.CHECKED) for row in rows
                       for node in row if any(other.name == title for other in row))

        return self.app.read(look)

    def test_says_where(self):
        self.open(Store="keyring")
        self.app.wait_for("The token is in the keyring now.")
        self.agent.set_host("one.example.org", Store="/home/user/R&D/<tokens>.json")
        self.app.wait_for("The token is now in /home/user/R&D/<tokens>.json.")
        self.agent.set_host("one.example.org", Store="")
        self.app.wait_gone("The token is now in /home/user/R&D/<tokens>.json.")

    def test_who_took_the_token(self):
        self.open()
        self.assertIsNone(self.app.find("Used by"))
        self.agent.set_host("one.example.org", Uses=[
            ("<b>R&D</b>", "/usr/bin/rd", 3, 1900000000), ("Keyfob", "/usr/bin/keyfob", 1, 1900000000)])
        self.app.wait_for("Used by")
        self.app.wait_for("<b>R&D</b>")
        self.app.wait_text("^3 times, last on ")
        self.app.wait_text("^1 time, on ")
        self.agent.set_host("one.example.org", Uses=[])
        self.app.wait_gone("Used by")

    def test_broker(self):
        self.open(Store="keyring", Broker=True)
        self.app.wait_text("^The token is in the keyring now. Give its header to nobody")

    def test_choose(self):
        self.open()
        self.assertTrue(self.is_chosen("Automatic"))
        self.assertIsNotNone(self.app.find(self.FILE))
        for title, value in (("File shared with Python programs", "file"), ("Keyring", "keyring"), ("Automatic", "")):
            self.click(title)
            desktop.wait_for(lambda: [{"store": value}] in self.agent.calls("Configure"), f"“{title}” to be set")
            desktop.wait_for(lambda: self.is_chosen(title), f"“{title}” to be shown")
        self.assertEqual(len(self.agent.calls("Configure")), 3)

    def test_file_of_a_program(self):
        self.start([signed_in("one.example.org")],
                   agent={"Programs": ["climateclaw-client", "R&D <tools>"]})
        self.app.act("row.menu")
        self.app.press("Settings")
        for title, value in (("Token file of climateclaw-client", "app:climateclaw-client"),
                             ("Token file of R&D <tools>", "app:R&D <tools>"), ("Keyring", "keyring")):
            self.click(title)
            desktop.wait_for(lambda: [{"store": value}] in self.agent.calls("Configure"), f"“{title}” to be set")
            desktop.wait_for(lambda: self.is_chosen(title), f"“{title}” to be shown")

    def test_file_of_a_program_that_is_not_there_yet(self):
        self.open(Options={"store": "app:freva"})
        self.assertTrue(self.is_chosen("Token file of freva"))
        self.click("Another file")
        self.app.wait_for("Path of the file")
        self.assertNotIn("app:freva", self.app.texts())

    def test_cannot_move(self):
        self.open(Options={"store": "file"}, Store=self.FILE)
        self.assertTrue(self.is_chosen("File shared with Python programs"))
        sentence = "The keyring is locked, so the token stays where it is. Unlock it first."
        self.agent.fail("Configure", "Locked", sentence)
        self.click("Keyring")
        self.app.wait_for(sentence)
        desktop.wait_for(lambda: self.is_chosen("File shared with Python programs"), "the old choice")

    def test_another_file(self):
        self.open()
        self.assertIsNone(self.app.find("Path of the file"))
        self.click("Another file")
        self.app.write("Path of the file", "tokens.json")
        self.app.wait_for("Type the whole path of the file, beginning with “/”.")
        self.app.write("Path of the file", "/data/tokens.json")
        self.app.press("Apply")
        self.assertEqual(self.agent.wait_call("Configure"), [{"store": "/data/tokens.json"}])
        self.app.wait_gone("Apply")
        self.assertTrue(self.is_chosen("Another file"))

    def test_file_chooser(self):
        tokens = pathlib.Path(os.environ["BED_DIR"], "tokens.json")
        tokens.write_text("{}")
        self.open(Options={"store": "/data/tokens.json"})
        self.app.wait_text("^/data/tokens.json$")
        self.app.press("Choose a file")
        chooser = self.x_window("Choose a token file")
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == chooser, "the chooser")
        desktop.xdotool("type", str(tokens))
        self.app.wait_text(tokens.name)
        self.app.press_in_dialog("Open")
        self.assertEqual(self.agent.wait_call("Configure"), [{"store": str(tokens)}])

    def test_file_chooser_is_left(self):
        tokens = pathlib.Path(os.environ["BED_DIR"], "tokens.json")
        tokens.write_text("{}")
        self.open(Options={"store": "/data/tokens.json"})
        # each time anew, though a file was typed before
        for _ in range(2):
            self.app.press("Choose a file")
            chooser = self.x_window("Choose a token file")
            desktop.wait_for(lambda chooser=chooser: desktop.xdotool("getactivewindow") == chooser, "the chooser")
            desktop.xdotool("type", str(tokens))
            self.app.wait_text(tokens.name)
            self.app.press_in_dialog("Cancel")
            desktop.wait_for(lambda: not desktop.find_x_windows("^Choose a token file$"), "the chooser to go")
        self.app.wait_text("^/data/tokens.json$")
        self.assertEqual(self.agent.calls("Configure"), [])


class Permissions(WindowCase):
    PORTAL = "https://portal.example.org"
    ALLOWED = [
        {"url": PORTAL, "program": "flatpak:org.example.App", "name": "App", "until": 0},
        {"url": PORTAL, "program": "/usr/bin/python3:monitor", "name": "monitor", "until": 4102444800},
        {"url": "https://other.example.org", "program": "/usr/bin/other", "name": "other", "until": 0},
    ]

    def open(self, **options):
        self.start([host("portal.example.org", Url=self.PORTAL, State="signed-in", left=HOUR)], size=(440, 1400),
                   **options)
        self.app.act("row.menu")
        self.app.press("Settings")
        self.app.wait_for("Ask me first")

    def test_listed_and_revoked(self):
        self.open(agent={"Permissions": self.ALLOWED})
        self.app.wait_for("flatpak:org.example.App · always")
        self.app.wait_text(r"^/usr/bin/python3:monitor · until \d\d:\d\d$")
        self.assertIsNone(self.app.find("other"))
        self.picture("settings-permissions")
        self.app.press("Revoke", within="App")
        self.assertEqual(self.agent.wait_call("Revoke"), [self.PORTAL, "flatpak:org.example.App"])
        self.app.wait_gone("flatpak:org.example.App · always")
        self.assertIsNotNone(self.app.find_button("Revoke", "monitor"))

    def test_that_comes_while_the_page_is_open(self):
        self.open()
        self.agent.set_agent(Permissions=self.ALLOWED)
        self.app.wait_for("flatpak:org.example.App · always")


class Preferences(WindowCase):
    def open(self, **options):
        self.start([host("one.example.org")], **options)
        self.app.press("Main menu")
        self.app.press("Preferences")
        self.app.wait_for("Icon in the tray")

    def wait_kept(self, text):
        desktop.wait_for(lambda: re.search(text, self.settings.read_text()), lambda: f"{text} to be kept, and not: "
                         + self.settings.read_text())

    def test_numbers_in_words(self):
        self.open()
        for title, before, keys, shown, kept in (
                ("Stop renewing when unused for", "30 days", ("Home", "Down", "Down"), "14 days", "lapse-after-days=(uint32 )?14\n"),
                ("Tell me before a sign-in ends", "10 minutes", ("Home", "Down", "Down", "Down"), "1 hour",
                 "expiry-notice-minutes=(uint32 )?60\n"),
                ("Clear the clipboard after", "45 seconds", ("End",), "Never",
                 "clipboard-clear-seconds=(uint32 )?0\n"),
        ):
            self.choose(f"{title} {before}", *keys)
            self.wait_kept(kept)
            self.app.wait_for(shown)
            self.app.wait_for(f"{title} {shown}", role="combo box")

    def test_number_that_was_set_elsewhere(self):
        self.open(settings="lapse-after-days=uint32 11\n")
        self.app.wait_for("11 days")
        self.choose("Stop renewing when unused for 11 days", "Home", "Down", "Down", "Down")
        self.wait_kept("lapse-after-days=(uint32 )?14\n")
        # and can be had again
        self.press_keys("space", "Home", "Down", "Down", "Return", title="Preferences")
        self.wait_kept("lapse-after-days=(uint32 )?11\n")
        self.settings.write_text(re.sub("(?<=lapse-after-days=).*", "uint32 400", self.settings.read_text()))
        self.app.wait_for("400 days")
        self.wait_kept("lapse-after-days=uint32 400")

    def test_what_copy_as_prefers(self):
        self.open()
        self.choose("“Copy as” prefers Header", "Down", "Down")
        self.wait_kept("copy-form='curl'")
        self.app.wait_for("“Copy as” prefers Command for curl", role="combo box")

    def test_switches(self):
        self.open()
        for title, kept in (
                ("Icon in the tray", "tray-icon=false"),
                ("Ask before a program gets a token", "ask-first=true"),
                ("Lock with the screen", "lock-with-screen=true"),
                ("Ask again after the screen was locked", "forget-permissions-with-screen=true"),
        ):
            self.assertIsNotNone(self.app.find(title, role="check"), title)
            self.wait_row(title)
            self.press_keys("space", title="Preferences")
            self.wait_kept(kept)

    def test_what_is_chosen_is_never_shortened(self):
        self.open()
        window = self.x_window("Preferences")

        def measure():
            return self.app.wait_box("45 seconds", role="label").width

        desktop.xdotool("windowsize", "--sync", window, 600, 700)
        wide = measure()
        desktop.xdotool("windowsize", "--sync", window, 370, 700)
        desktop.wait_for(lambda: "WIDTH=370" in desktop.xdotool("getwindowgeometry", "--shell", window), "less room")
        self.assertEqual(measure(), wide)

    def test_proxy(self):
        self.open()
        self.app.wait_text("^An address such as http")
        for typed, kept in (("http://proxy.example.org:3128/", "http://proxy.example.org:3128"), ("none", "none")):
            self.app.write("Proxy", typed)
            self.app.press("Apply")
            self.wait_kept(f"proxy='{kept}'")
            self.app.wait_gone("Apply")
        self.app.write("Proxy", "http://alice:secret@proxy.example.org")
        self.app.press("Apply")
        self.app.wait_text("^Give the proxy without a user name and password")
        self.assertNotIn("secret", self.settings.read_text())
        self.picture("preferences-proxy", whole_screen=True)

    def test_no_tray(self):
        sentence = "There is no tray here, or none that takes icons"
        self.open(agent={"Tray": "none"})
        self.app.wait_for(sentence)
        self.agent.set_agent(Tray="hidden")
        self.app.wait_gone(sentence)
        self.app.wait_text("^Without it Keyfob ends some time after its window")

    def test_what_stands_below_a_row_is_said(self):
        self.open()
        for row, role, text in (
                ("Start with the session", "list item", "Sign-ins are renewed while no window is open, too"),
                (re.compile("^Clear the clipboard after"), "combo box", "Unless something else was copied since")):
            self.app.wait_for(row, role=role)
            self.assertEqual(self.app.find(row, role=role).accessible.get_description(), text)

    def choose_file(self, row, title, path, button):
        self.wait_row(row)
        self.press_keys("Return", title="Preferences")
        chooser = self.x_window(title)
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == chooser, "the chooser")
        desktop.xdotool("key", "ctrl+a")
        desktop.xdotool("type", str(path))
        self.app.wait_text(path.name)
        if path.exists() and button == "Save":
            self.app.press(button)
            self.app.press_in_dialog("Replace")
        else:
            self.app.press_in_dialog(button)

    def wait_outcome(self, row, text):
        """What a screen reader says of the row."""
        self.app.wait_for(text)
        self.assertEqual(self.app.find(row, role="list item").accessible.get_description(), text)

    def test_export(self):
        path = pathlib.Path(os.environ["BED_DIR"], "servers.ini")
        path.write_text("before")
        path.chmod(0o640)
        number = path.stat().st_ino
        self.open()
        self.choose_file("Export the list…", "Export the list", path, "Save")
        self.wait_outcome("Export the list…", f"Exported to {path}")
        self.assertEqual(path.read_text(), "[https://one.example.org]\n")
        # another file in its place, that those can read who could
        self.assertNotEqual(path.stat().st_ino, number)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)

    def test_export_that_fails(self):
        path = pathlib.Path(os.environ["BED_DIR"], "nowhere.ini")
        path.unlink(missing_ok=True)
        self.open()
        sentence = "The agent cannot do this now."
        self.agent.fail("ExportHosts", "Failed", sentence)
        self.choose_file("Export the list…", "Export the list", path, "Save")
        self.wait_outcome("Export the list…", sentence)
        self.assertFalse(path.exists())

    def test_import(self):
        path = pathlib.Path(os.environ["BED_DIR"], "servers.ini")
        path.write_text("[https://b.example.org]\n")
        self.open()
        self.choose_file("Import a list…", "Import a list", path, "Open")
        self.app.wait_for("Add 1 Server That Is Less Safe?")
        self.app.wait_text("^1 server was added. 1 is in the list already.\nhttp://b.example.org is left out.$")
        self.app.press_in_dialog("Add")
        self.wait_outcome("Import a list…", "1 server was added. 2 are in the list already.")
        calls = self.agent.calls("ImportHosts")
        self.assertEqual([bytes(file).rstrip(b"\0").decode() for file, _ in calls], [str(path)] * 2)
        self.assertEqual([options["trust"] for _, options in calls], [False, True])

    def test_import_is_undone(self):
        path = pathlib.Path(os.environ["BED_DIR"], "servers.ini")
        path.write_text("[https://a.example.org]\n")
        self.open()
        self.choose_file("Import a list…", "Import a list", path, "Open")
        self.app.wait_for("Add 1 Server That Is Less Safe?")
        self.app.press_in_dialog("Add")
        self.app.wait_for("2 servers added")
        paths = self.agent.paths("a.example.org", "b.example.org")
        self.app.press("Undo")
        self.wait_outcome("Import a list…", "2 servers were removed again.")
        self.assertEqual(self.agent.calls("RemoveHost"), [[path] for path in paths])

    def test_import_of_what_is_no_list(self):
        path = pathlib.Path(os.environ["BED_DIR"], "servers.ini")
        path.write_text("rubbish")
        self.open()
        sentence = f"{path} is no list of servers as Keyfob exports it. Choose another file."
        self.agent.fail("ImportHosts", "Store", sentence)
        self.choose_file("Import a list…", "Import a list", path, "Open")
        self.wait_outcome("Import a list…", sentence)

    def test_asked_for_by_the_panel(self):
        self.start([host("one.example.org")])
        self.app.wait_for("one.example.org")
        self.agent.bus.call_sync(
            "org.keyfob.Keyfob", "/org/keyfob/Keyfob", "org.freedesktop.Application", "ActivateAction",
            GLib.Variant("(sava{sv})", ("preferences", [], {})), None, Gio.DBusCallFlags.NONE, -1)
        self.app.wait_for("Icon in the tray")


if __name__ == "__main__":
    tap.main()
