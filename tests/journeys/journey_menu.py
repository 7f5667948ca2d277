# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The menu of the tray as panels draw it, with few servers and with many."""

import json
import os
import pathlib
import time
import unittest

import desktop
import keyfob
import panel
import tap
from dunst import Dunst

DAY = 24 * 60 * 60


def write_servers(**servers):
    """The list of hosts, and the tokens where the Python client has them.

    @servers: seconds for which each is signed in, and whether that is renewed; None for no token.
    """
    entries = {}
    hosts = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "keyfob/hosts.ini")
    hosts.parent.mkdir(exist_ok=True)
    with hosts.open("w", encoding="utf-8") as out:
        for name, token in servers.items():
            word = name.lower().replace(" ", "-")
            url = f"https://{word}.example.org"
            out.write(f"[{url}]\nname={name}\n")
            if token is None:
                continue
            life, renews = token
            now = int(time.time())
            entries[url] = {"stored_at": now, "token": {
                "access_token": f"of-{word}", "token_type": "Bearer", "expires": now + life}}
            if renews:
                entries[url]["token"] |= {"refresh_token": "again", "refresh_expires": now + DAY}
    tokens = pathlib.Path(os.environ["XDG_CACHE_HOME"], "py-oidc-auth/token-store.json")
    tokens.parent.mkdir(mode=0o700, exist_ok=True)
    tokens.write_text(json.dumps(entries))
    tokens.chmod(0o600)


class Menu(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(os.environ["BED_DIR"])
        cls.pictures = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"])
        panel.install_icons()
        cls.panels = {"xfce": panel.Panel(cls.folder), "lxqt": panel.LxqtPanel(cls.folder)}

    def start_agent(self, **servers):
        write_servers(**servers)
        keyfob.bus_call(keyfob.AGENT_NAME, keyfob.AGENT_PATH, "org.freedesktop.DBus.Peer", "Ping")
        self.addCleanup(keyfob.kill_owner, keyfob.AGENT_NAME)

    def start_panel(self, name):
        shown = self.panels[name].start()
        self.addCleanup(shown.stop)
        desktop.wait_for(lambda: panel.look()[1][70] >= 3, "the icon")
        return shown

    def picture(self, name):
        desktop.screenshot(self.pictures / f"menu-{name}.png")

    def wait_items(self, *labels):
        """Waits until the menu begins with these."""
        def read():
            return [item[1].get("label", "") for item in panel.read_menu()[2]][:len(labels)]

        desktop.wait_for(lambda: read() == list(labels), lambda: f"{labels} in the menu, and not {read()}")

    def check_few(self, name):
        end = int(time.time()) + 1800
        self.start_agent(**{"Freva data portal": (3600, True), "ESGF Hamburg": (1800, False),
                            "Climate archive": (-DAY, False)})
        shown = self.start_panel(name)
        self.wait_items("Sign in to Climate archive", "", "Copy header of ESGF Hamburg · ends "
                        + time.strftime("at %H:%M", time.localtime(end)), "Copy header of Freva data portal")
        shown.open_menu()
        self.picture(f"few-{name}")

    def check_many(self, name):
        self.start_agent(
            **{f"Server {number}": (DAY, True) for number in range(1, 31)},
            **{f"Archive {number}": None for number in range(1, 31)}, Ended=(-DAY, False))
        shown = self.start_panel(name)
        self.wait_items("Sign in to Ended", "", *(f"Copy header of Server {number}" for number in range(1, 11)),
                        "More…", "", "Sign in to")
        shown.open_menu()
        (left, top, width, height), = shown.menus()
        self.picture(f"many-{name}")
        # all of it is on the screen, also on a small one
        self.assertLess(top + height, 600)
        self.assertLess(left + width, 500)
        shown.click_item("Sign in to")
        desktop.wait_for(lambda: len(shown.menus()) == 2, "the submenu")
        self.picture(f"many-submenu-{name}")
        self.assertLess(shown.menus()[1][3], 700)

    def check_click(self, name):
        """What is clicked on is what was there when the menu was opened."""
        folder = self.folder / name
        folder.mkdir()
        dunst = Dunst(folder)
        dunst.start()
        self.addCleanup(dunst.stop)
        desktop.write_clipboard("nothing yet")
        self.start_agent(Berlin=(DAY, True), Hamburg=(DAY, True))
        shown = self.start_panel(name)
        self.wait_items("Copy header of Berlin", "Copy header of Hamburg")
        shown.open_menu()
        place = desktop.wait_for(lambda: shown.find_item("Copy header of Berlin"), "the entry of Berlin")
        before = shown.menu()
        # from now on Hamburg comes first
        host, = keyfob.bus_call(keyfob.AGENT_NAME, keyfob.AGENT_PATH, keyfob.AGENT_INTERFACE, "FindHost",
                                keyfob.GLib.Variant("(s)", ("https://hamburg.example.org",)))
        keyfob.bus_call(keyfob.AGENT_NAME, host, keyfob.HOST_INTERFACE, "Configure",
                        keyfob.GLib.Variant("(a{sv})", ({"pinned": keyfob.GLib.Variant("b", True)},)))
        self.assertEqual(shown.menu(), before)
        desktop.xdotool("mousemove", *place, "click", 1)
        dunst.wait_told("Header of Berlin copied")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-berlin")

    def test_few_servers_xfce(self):
        self.check_few("xfce")

    def test_few_servers_lxqt(self):
        self.check_few("lxqt")

    def test_many_servers_xfce(self):
        self.check_many("xfce")

    def test_many_servers_lxqt(self):
        self.check_many("lxqt")

    def test_click_xfce(self):
        self.check_click("xfce")

    def test_click_lxqt(self):
        self.check_click("lxqt")


if __name__ == "__main__":
    tap.main()
