# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""All that the window shows, where it is harder to show: on a narrow screen, dark, in high contrast,
from right to left, in large text, in German and in the language that takes the most room.

The screenshots are in tests/window/screenshots of the build folder, to be looked at.
"""

import gettext
import os
import pathlib
import re
import subprocess
import time

import desktop
import tap
from window import DAY, HOUR, LOGIN_URI, MINUTE, PORTAL, WindowCase, host, mixed, question

PO = pathlib.Path(__file__).resolve().parents[2] / "po"


def find_longest():
    """The language whose short texts, which are those of buttons, take the most room."""
    def measure(path):
        texts = re.findall(r'^msgid "(.{1,30})"\nmsgstr "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        return sum(len(translated) for text, translated in texts) / len(texts)

    return max(PO.glob("*.po"), key=measure).stem


def in_language(name):
    return {"program": "KEYFOB_UNINSTALLED", "LANGUAGE": name}


LONGEST = in_language(os.environ.get("KEYFOB_TEST_LANGUAGE") or find_longest())

CIRCUMSTANCES = {
    "light": {"width": 440},
    "wide": {"width": 920},
    "narrow": {},
    "dark": {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"},
    "high-contrast": {"ADW_DEBUG_HIGH_CONTRAST": "1"},
    "right-to-left": {"program": "KEYFOB_UNINSTALLED", "KEYFOB_TEST_RTL": "1"},
    "large-text": {"large": True},
    "german": in_language("de"),
    "longest": LONGEST,
    "longest-large-text": {"large": True, **LONGEST},
}

WIDTH = 360
# libadwaita's own limit, and its frame where there is no compositor
DIALOG_WIDTH = 360 + 2 * 5
# Pages that are windows of their own.
WINDOWS = ("about", "help", "preferences", "row_menu", "shortcuts", "sign_out")
NOTICE = ("The token file /home/user/.cache/py-oidc-auth/token-store.json was damaged. What was in it is kept in "
          "token-store.json.damaged-2026-11-22 beside it.")
FULL = ("There is no room left for the token file /home/user/.cache/py-oidc-auth/token-store.json. The token is "
        "kept in memory; free some space.")
HEADER = (
    "A program that asks a server for data says who you are in a header, a line that goes with each "
    "request: “Authorization: Bearer” and the token. Keyfob copies that line. Paste it where a program "
    "asks for a header; where it asks for a name and a value, “Authorization” is the name and the rest "
    "is the value. Where only the token is wanted, “Copy as” has it.\n\n"
    "Give it to that server alone: whoever has it can act as you there until it ends."
)
FOUND = [["https://data.example.org", "file"],
         ["https://a-host-with-a-long-name.climate.example.edu:8443", "app:climateclaw-client"]]


class Pages(WindowCase):
    """Brings up each page in any of the circumstances."""

    def start_in(self, circumstance, hosts, agent=None, height=760):
        options = dict(CIRCUMSTANCES[circumstance])
        if options.pop("large", False):
            self.set_large_text()
        self.language = options.get("LANGUAGE")
        self.width = options.pop("width", WIDTH)
        self.start(hosts, agent=agent, size=(self.width, height), **options)

    def set_large_text(self):
        """Twice the size of text, as the accessibility settings of a desktop set it."""
        subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
                        "Xft.dpi:\t192"], check=True)
        self.addCleanup(subprocess.run, ["xprop", "-root", "-remove", "RESOURCE_MANAGER"])

    def say(self, text):
        """What stands on screen for @text."""
        if self.language is None:
            return text
        return gettext.translation("keyfob", os.environ["KEYFOB_LOCALEDIR"], [self.language]).gettext(text)

    def open_menu(self, item):
        self.app.act("row.menu")
        self.app.press(self.say(item))

    def show_states(self, circumstance):
        self.start_in(circumstance, mixed(), agent={"StoreState": "locked"})
        self.app.wait_for(self.say("Waiting for your browser…"))
        self.assert_nothing_cut(self.width)

    def show_selection(self, circumstance):
        self.start_in(circumstance, mixed() + [host("models.example.org", State="signed-in", left=HOUR)])
        self.app.wait_for(PORTAL)
        self.app.press(self.say("Main menu"))
        self.app.press(self.say("Select Servers"))
        self.app.wait_for(self.say("Nothing is selected"))
        self.press_keys("ctrl+a")
        self.app.wait_for(re.compile("^6 "))
        self.assert_nothing_cut(self.width)

    def show_shortcuts(self, circumstance):
        self.start_signed_in(circumstance)
        self.app.wait_for(PORTAL)
        self.press_keys("ctrl+question")
        self.app.wait_for(self.say("Preferences"))

    def show_about(self, circumstance):
        self.start_signed_in(circumstance)
        self.app.press(self.say("Main menu"))
        self.app.press(self.say("About Keyfob"))
        self.app.wait_for(self.say("The Keyfob authors"))

    def show_host_page(self, circumstance):
        now = int(time.time())
        self.open_page(circumstance, Url="https://data.example.org/api/freva-nextgen", State="signed-in",
                       Account="alice@example.org", left=42 * MINUTE, Scope="openid profile email offline_access",
                       Store="keyring", Renewed=now - 18 * MINUTE, RenewsAt=now + 37 * MINUTE,
                       RefreshExpires=now + 2 * DAY, Uses=[["python3", "/usr/bin/python3", 3, now - 3 * MINUTE]],
                       Options={"note": "Ask Bob before the next campaign.", "name": PORTAL})

    def show_host_page_ended(self, circumstance):
        self.open_page(circumstance, Url="https://data.example.org", State="expired", Account="alice@example.org",
                       Expires=int(time.time()) - DAY, Error="The session has ended. Sign in again.",
                       ErrorDetails={"word": "SignInAgain", "time": int(time.time()) - HOUR}, Store="keyring")

    def show_host_page_signed_out(self, circumstance):
        self.open_page(circumstance, Url="https://data.example.org")

    def open_page(self, circumstance, **properties):
        self.start_in(circumstance, [host(PORTAL, **properties)], height=2400)
        self.click(PORTAL, role="label")
        self.app.wait_for(self.say("Use it"))
        self.assert_nothing_cut(self.width)

    def show_device(self, circumstance):
        self.start_in(circumstance, [host(PORTAL, Url="https://data.example.org")], height=1500)
        self.open_menu("Use another device")
        self.app.wait_for(self.say("Copy code"))
        self.assert_nothing_cut(self.width)

    def show_device_ended(self, circumstance):
        self.show_device(circumstance)
        self.agent.set_host(PORTAL, State="signed-out", UserCode="", VerificationUri="", VerificationUriComplete="",
                            SignInExpires=0, Error="The sign-in was not approved on the other device.")
        self.wait_for_button(self.say("Get a new code"))
        self.assert_nothing_cut(self.width)

    def start_with_many(self, circumstance):
        now = int(time.time())
        some = [{"State": "signed-in", "Account": "alice@example.org", "left": 3 * HOUR},
                {"State": "signed-in", "Account": "alice@example.org", "Renews": False, "left": 20 * MINUTE},
                {"State": "expired", "Account": "k204230", "Expires": now - DAY}, {}]
        self.start_in(circumstance, [host(f"node{number:02}.climate.example.edu", **some[number % 4 if number < 12 else 3])
                                     for number in range(30)], height=900)
        self.app.wait_for("node00.climate.example.edu")

    def show_many(self, circumstance):
        self.start_with_many(circumstance)
        self.assert_nothing_cut(self.width)

    def show_search(self, circumstance):
        self.start_with_many(circumstance)
        self.search("node0")
        self.app.wait_gone("node10.climate.example.edu")
        self.assert_nothing_cut(self.width)

    def show_search_in_vain(self, circumstance):
        self.start_with_many(circumstance)
        self.search("portal.climate.example.edu")
        self.app.wait_for(self.say("No server has this in its name, address, account or note."))
        self.assert_nothing_cut(self.width)

    def search(self, text):
        self.press_keys("ctrl+f")
        self.wait_focus(self.say("Name, address, account or note"))
        desktop.xdotool("type", text)

    def show_row_menu(self, circumstance):
        self.start_signed_in(circumstance, height=900)
        self.app.act("row.menu")
        self.app.wait_for(self.say("Refresh now"))

    def show_question(self, circumstance):
        self.language = CIRCUMSTANCES[circumstance].get("LANGUAGE")
        question = self.say("%s used to send you to %s; now it wants to send you to %s. Only go on if you expected "
                            "this.") % ("climate.example.edu", "sso.example.org", "evil.example.net")
        self.start_in(circumstance, [
            host("auth.example.org", State="signing-in", LoginUri=LOGIN_URI, Provider="sso.example.org"),
            host("climate.example.edu", State="signing-in", Question=question),
        ])
        self.app.wait_for(question)
        self.app.wait_for(self.say("Finish in your browser · %s") % "sso.example.org")
        self.assertIsNotNone(self.app.find_button(self.say("Continue")))
        self.assert_nothing_cut(self.width)

    def show_empty(self, circumstance):
        self.start_in(circumstance, [], agent={"FoundTokens": FOUND[:1]}, height=900)
        self.app.wait_for(self.say("Which server do you use?"))
        self.assert_nothing_cut(self.width)

    def show_keeping(self, circumstance):
        tomorrow = int(time.time()) + DAY
        self.start_in(circumstance, [
            host(PORTAL, State="signed-in", Account="Alice Example", Expires=tomorrow, Renews=False),
            host("full.example.org", State="signed-in", left=2 * HOUR, Saved=False, Error=FULL),
            host("memory.example.org", State="signed-in", left=2 * HOUR, Saved=False),
        ], agent={"Notices": [["damaged-file", NOTICE]]}, height=2000)
        self.app.wait_for("memory.example.org")
        self.assert_nothing_cut(self.width)

    def show_add_page(self, circumstance):
        self.start_in(circumstance, mixed(), agent={"FoundTokens": FOUND}, height=1200)
        self.agent.set_servers({"url": "https://portal.climate.example.edu/api/freva-nextgen"},
                               {"url": "https://portal.climate.example.edu/api", "device": False})
        self.app.press(self.say("Add a server"))
        # the page without servers has an entry of that name, too
        self.wait_focus(self.say("Address"))
        self.app.write(self.say("Address"), "portal.climate.example.edu")
        self.app.wait_for("https://portal.climate.example.edu/api/freva-nextgen", role="list item")
        self.assert_nothing_cut(self.width)

    def show_nothing_found(self, circumstance):
        sentence = "portal.climate.example.edu answers, but no sign-in was found there. Open it in a browser."
        self.start_in(circumstance, mixed(), height=900)
        self.app.press(self.say("Add a server"))
        self.wait_focus(self.say("Address"))
        self.agent.fail("Discover", "Unsupported", sentence)
        self.app.write(self.say("Address"), "portal.climate.example.edu")
        self.app.wait_for(self.say("Add anyway"))
        self.assert_nothing_cut(self.width)

    def show_tokens_locked(self, circumstance):
        self.start_signed_in(circumstance, agent={"TokensLocked": True})
        self.app.wait_for(self.say("Tokens are locked: no program gets one. Your sessions are kept alive."))
        self.assert_nothing_cut(self.width)

    def show_asking(self, circumstance):
        self.start_signed_in(circumstance, agent={"TokenRequests": [question()]})
        self.wait_for_button(self.say("Deny"))
        self.assert_nothing_cut(self.width)

    def show_permissions(self, circumstance):
        url = "https://data.example.org/api/freva-nextgen"
        self.start_signed_in(circumstance, height=1900, agent={"Permissions": [
            {"url": url, "program": "flatpak:org.example.App", "name": "App", "until": 0},
            {"url": url, "program": "/usr/bin/python3:monitor in monitor.service", "name": "monitor",
             "until": int(time.time()) + 8 * HOUR}]})
        self.open_menu("Settings")
        desktop.wait_for(lambda: self.app.find_button(self.say("Revoke")), "the permissions")
        self.assert_nothing_cut(self.width)

    def show_ends_with_window(self, circumstance):
        self.start_signed_in(circumstance, agent={"Leaves": True})
        desktop.wait_for(lambda: self.app.find_button(self.say("Start with the session")), "the notice")
        self.assert_nothing_cut(self.width)

    def start_signed_in(self, circumstance, height=760, agent=None):
        self.start_in(circumstance, [
            host(PORTAL, Url="https://data.example.org/api/freva-nextgen", State="signed-in", left=42 * MINUTE,
                 Store="/home/user/project/tokens.json", Broker=True,
                 Options={"name": PORTAL, "store": "/home/user/project/tokens.json"}),
        ], agent=agent, height=height)

    def show_settings(self, circumstance):
        self.start_signed_in(circumstance, height=1500)
        self.open_menu("Settings")
        self.app.wait_for(self.say("Token storage"))
        self.app.write(self.say("Path of the file"), "tokens.json")
        self.app.wait_for(self.say("Type the whole path of the file, beginning with “/”."))
        self.assert_nothing_cut(self.width)

    def show_routes(self, circumstance):
        self.start_signed_in(circumstance, height=2500)
        self.open_menu("Settings")
        self.click(self.say("Routes, ports and limits"))
        self.app.wait_for(self.say("Login route"))
        self.app.write(self.say("Ports that the browser may come back to"), "http")
        self.app.wait_text("53100-53105")
        self.assert_nothing_cut(self.width)

    def show_copied(self, circumstance):
        self.start_signed_in(circumstance)
        self.app.press(self.say("Copy header"))
        self.app.wait_for(self.say("Clear the clipboard"))
        self.assert_nothing_cut(self.width)

    def show_message(self, circumstance):
        name = "climate-archive-of-the-north.example.edu"
        self.start_in(circumstance, [host(name), host(PORTAL)])
        self.app.act("row.menu", within=name)
        self.app.press(self.say("Remove"))
        self.app.wait_for(self.say("%s removed") % name)
        self.app.wait_for(self.say("Undo"))
        self.assert_nothing_cut(self.width)
        if self.width == WIDTH:
            self.assert_has_lines(self.say("%s removed") % name)

    def assert_has_lines(self, message):
        """The message has several lines, and all of them are in the window."""
        text, line = (self.app.wait_box(name, role="label") for name in (message, self.say("Not signed in")))
        self.assertGreater(text.height, 2 * line.height)
        # a column of a few letters cannot be read
        self.assertGreater(text.width, self.width // 3)
        self.assertGreaterEqual(text.y, 0)
        self.assertLessEqual(text.y + text.height, self.x_geometry()["HEIGHT"])

    def show_sign_out(self, circumstance):
        self.start_signed_in(circumstance)
        self.open_menu("Sign out…")
        self.app.wait_for(self.say("Also end the session in the browser"))

    def show_preferences(self, circumstance):
        self.open_dialog(circumstance, "Preferences")
        self.app.wait_for(self.say("Icon in the tray"))
        self.assert_within("Preferences")

    def show_help(self, circumstance):
        self.open_dialog(circumstance, "Help")
        self.app.wait_for(self.say("How long am I signed in?"))
        self.assert_within("Help")
        self.open_first_answer()
        self.app.wait_for(self.say(HEADER))
        self.assert_within("Help")

    def open_first_answer(self):
        def has_focus(nodes):
            return any(child.has_focus for node in nodes if node.name == self.say("Help")
                       for child in node.walk())

        desktop.wait_for(lambda: self.app.read(has_focus), "the focus to be in the help")
        self.press_keys("Tab", title=self.say("Help"))
        self.wait_focus(self.say("What is a header, and where do I paste it?"))
        self.press_keys("space", title=self.say("Help"))

    def open_dialog(self, circumstance, item):
        self.start_signed_in(circumstance)
        self.app.press(self.say("Main menu"))
        self.app.press(self.say(item))
        window = self.x_window(self.say(item))
        desktop.xdotool("windowsize", "--sync", window, DIALOG_WIDTH, 720)
        desktop.wait_for(lambda: f"WIDTH={DIALOG_WIDTH}" in desktop.xdotool("getwindowgeometry", "--shell", window),
                         f"“{item}” to be narrow")

    def assert_within(self, item):
        def is_laid_out(nodes):
            page = [node for node in nodes if node.name == self.say(item)]
            boxes = [node.box for root in page for node in root.walk() if node.name and "label" in node.role]
            return boxes and all(box.x >= 0 and box.x + box.width <= DIALOG_WIDTH for box in boxes)

        desktop.wait_for(lambda: self.app.read(is_laid_out), f"all of “{item}” to be within its window")


class Circumstances(Pages):
    """Nothing of a page is cut, and there is a picture of it."""


def add_test(page, circumstance):
    def test(self):
        getattr(self, "show_" + page)(circumstance)
        self.picture(f"{circumstance}-{page}", whole_screen=page in WINDOWS)

    setattr(Circumstances, f"test_{page}_{circumstance.replace('-', '_')}", test)


class Readme(Pages):
    """The pictures of README.md and of software centres, which tests/sheet --readme puts into their place."""

    def start_with_some(self, size):
        now = int(time.time())
        self.start([
            host("Freva data portal", Url="https://freva.example.org", State="signed-in", Account="alice@example.org",
                 Renews=True, left=42 * MINUTE, Scope="openid profile email", Store="keyring",
                 Renewed=now - 18 * MINUTE, RenewsAt=now + 37 * MINUTE, RefreshExpires=now + 2 * DAY,
                 Uses=[["python3", "/usr/bin/python3", 3, now - 3 * MINUTE]]),
            host("Model archive", Url="https://models.example.org", State="signed-in", Account="alice@example.org",
                 Renews=True, left=25 * MINUTE),
            host("Climate archive", Url="https://climate.example.edu", State="expired", Account="k204230",
                 Expires=now - DAY),
            host("Sea ice", Url="https://ice.example.org"),
        ], size=size)
        self.app.wait_for("Sea ice")

    def test_window(self):
        self.start_with_some((960, 780))
        self.click("Freva data portal", role="label")
        self.app.wait_for("Use it")
        self.picture("readme-window")

    def test_list(self):
        self.start_with_some((560, 560))
        self.wait_for_button("Sign in")
        self.picture("readme-list")

    def test_device(self):
        self.start_with_some((700, 520))
        self.app.act("row.menu", within="Sea ice")
        self.app.press("Use another device")
        self.app.wait_for("Copy code")
        self.picture("readme-device")

    def test_add(self):
        self.start_with_some((560, 560))
        self.agent.set_servers({"url": "https://portal.example.org/api/freva-nextgen"})
        self.app.press("Add a server")
        self.wait_focus("Address")
        self.app.write("Address", "https://portal.example.org/auth/v2/login?redirect_uri=x")
        self.app.wait_for("https://portal.example.org/api/freva-nextgen", role="list item")
        self.picture("readme-add")


PAGES = [name.removeprefix("show_") for name in vars(Pages) if name.startswith("show_")]

for page in PAGES:
    for circumstance in CIRCUMSTANCES:
        add_test(page, circumstance)


if __name__ == "__main__":
    tap.main()
