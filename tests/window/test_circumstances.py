# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""All that the window shows, where it is harder to show: on a narrow screen, dark, in high contrast,
from right to left, in large text, in German.

The screenshots are in tests/window/screenshots of the build folder, to be looked at.
"""

import gettext
import os
import subprocess
import time

import desktop
import tap
from gi.repository import Atspi
from window import DAY, HOUR, LOGIN_URI, MINUTE, PORTAL, WindowCase, host, mixed, question

GERMAN = {"program": "KEYFOB_UNINSTALLED", "LANGUAGE": "de"}

CIRCUMSTANCES = {
    "narrow": {},
    "dark": {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"},
    "high-contrast": {"ADW_DEBUG_HIGH_CONTRAST": "1"},
    "right-to-left": {"program": "KEYFOB_UNINSTALLED", "KEYFOB_TEST_RTL": "1"},
    "large-text": {"large": True},
    "german": GERMAN,
    "german-large-text": {"large": True, **GERMAN},
}

WIDTH = 360
NOTICE = ("The token file /home/user/.cache/py-oidc-auth/token-store.json was damaged. What was in it is kept in "
          "token-store.json.damaged-2026-11-22 beside it.")
FULL = ("There is no room left for the token file /home/user/.cache/py-oidc-auth/token-store.json. The token is "
        "kept in memory; free some space.")
FOUND = [["https://data.example.org", "file"],
         ["https://a-host-with-a-long-name.climate.example.edu:8443", "app:climateclaw-client"]]


class Circumstances(WindowCase):
    """Each page in each of the circumstances; `show_` functions bring the page up."""

    def start_in(self, circumstance, hosts, agent=None, height=760):
        options = dict(CIRCUMSTANCES[circumstance])
        if options.pop("large", False):
            self.set_large_text()
        self.language = options.get("LANGUAGE")
        self.start(hosts, agent=agent, size=(WIDTH, height), **options)

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
        self.app.press(self.say("More actions"))
        self.app.press(self.say(item))

    def show_states(self, circumstance):
        self.start_in(circumstance, mixed(), agent={"StoreState": "locked"})
        self.app.wait_for(self.say("Waiting for your browser…"))
        self.assert_nothing_cut(WIDTH)

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
        self.assert_nothing_cut(WIDTH)

    def show_empty(self, circumstance):
        self.start_in(circumstance, [])
        self.app.wait_for(self.say("Add your first host"))
        self.assert_nothing_cut(WIDTH)

    def show_keeping(self, circumstance):
        tomorrow = int(time.time()) + DAY
        self.start_in(circumstance, [
            host(PORTAL, State="signed-in", Account="Alice Example", Expires=tomorrow, Renews=False),
            host("full.example.org", State="signed-in", left=2 * HOUR, Saved=False, Error=FULL),
            host("memory.example.org", State="signed-in", left=2 * HOUR, Saved=False),
        ], agent={"FoundTokens": FOUND, "Notices": [["damaged-file", NOTICE]]}, height=2000)
        self.app.wait_for(self.say("Found hosts"))
        self.assert_nothing_cut(WIDTH)

    def show_tokens_locked(self, circumstance):
        self.start_signed_in(circumstance, agent={"TokensLocked": True})
        self.app.wait_for(self.say("Tokens are locked: no program gets one. Your sessions are kept alive."))
        self.assert_nothing_cut(WIDTH)

    def show_asking(self, circumstance):
        self.start_signed_in(circumstance, agent={"TokenRequests": [question()]})
        self.wait_for_button(self.say("Deny"))
        self.assert_nothing_cut(WIDTH)

    def show_permissions(self, circumstance):
        url = "https://data.example.org/api/freva-nextgen"
        self.start_signed_in(circumstance, height=1900, agent={"Permissions": [
            {"url": url, "program": "flatpak:org.example.App", "name": "App", "until": 0},
            {"url": url, "program": "/usr/bin/python3:monitor in monitor.service", "name": "monitor",
             "until": int(time.time()) + 8 * HOUR}]})
        self.open_menu("Settings")
        desktop.wait_for(lambda: self.app.find_button(self.say("Revoke")), "the permissions")
        self.assert_nothing_cut(WIDTH)

    def show_ends_with_window(self, circumstance):
        self.start_signed_in(circumstance, agent={"Leaves": True})
        desktop.wait_for(lambda: self.app.find_button(self.say("Start at login")), "the notice")
        self.assert_nothing_cut(WIDTH)

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
        self.assert_nothing_cut(WIDTH)

    def show_routes(self, circumstance):
        self.start_signed_in(circumstance, height=2500)
        self.open_menu("Settings")
        self.click(self.say("Routes, ports and limits"))
        self.app.wait_for(self.say("Login route"))
        self.app.write(self.say("Ports that the browser may come back to"), "http")
        self.app.wait_text("53100-53105")
        self.assert_nothing_cut(WIDTH)

    def show_copied(self, circumstance):
        self.start_signed_in(circumstance)
        self.app.press(self.say("Copy header"))
        self.app.wait_for(self.say("Clear now"))
        self.assert_nothing_cut(WIDTH)

    def show_sign_out(self, circumstance):
        self.start_signed_in(circumstance)
        self.open_menu("Sign out…")
        self.app.wait_for(self.say("Also end the session in the browser"))

    def show_preferences(self, circumstance):
        self.start_signed_in(circumstance)
        self.app.press(self.say("Main menu"))
        self.app.press(self.say("Preferences"))
        self.app.wait_for(self.say("Let unused sessions end"))
        # libadwaita's own limit, and its frame where there is no compositor
        width = 360 + 2 * 5
        preferences = self.x_window(self.say("Preferences"))
        desktop.xdotool("windowsize", "--sync", preferences, width, 600)
        desktop.wait_for(lambda: f"WIDTH={width}" in desktop.xdotool("getwindowgeometry", "--shell", preferences),
                         "the preferences to be narrow")

        def is_laid_out(nodes):
            page = [node for node in nodes if node.name == self.say("Preferences")]
            boxes = [node.accessible.get_extents(Atspi.CoordType.WINDOW) for root in page for node in root.walk()
                     if node.name and "label" in node.role]
            return boxes and all(box.x >= 0 and box.x + box.width <= width for box in boxes)

        desktop.wait_for(lambda: self.app.read(is_laid_out), "all of the preferences to be within their window")


def add_test(page, circumstance):
    def test(self):
        getattr(self, "show_" + page)(circumstance)
        self.picture(f"{circumstance}-{page}", whole_screen=page in ("sign_out", "preferences"))

    setattr(Circumstances, f"test_{page}_{circumstance.replace('-', '_')}", test)


for page in ("states", "question", "empty", "keeping", "ends_with_window", "tokens_locked", "asking", "permissions", "settings", "routes", "copied", "sign_out", "preferences"):
    for circumstance in CIRCUMSTANCES:
        add_test(page, circumstance)


if __name__ == "__main__":
    tap.main()
