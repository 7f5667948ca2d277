# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The icon in the tray: there as long as there is a tray, and always how the hosts stand."""

import agentcase
import tap
from fake_server import DROP, quoted
from fake_window import FakeWindow
from gi.repository import Gio, GLib
from tray import ITEM_PATH, Tray, look_often

ICON = "org.keyfob.Keyfob-tray-%s-symbolic"


class TrayCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.tray = None

    def start_tray(self, **options):
        self.tray = Tray(self.bus, **options)
        return self.tray

    def open_tray(self):
        self.start_tray().wait_for_item()
        return self.tray

    def agent_name(self):
        return self.call_bus("GetNameOwner", agentcase.NAME)

    def call_bus(self, method, name):
        return self.bus.connection.call_sync(
            "org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, GLib.Variant("(s)", (name,)),
            None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def objects_below(self, path):
        xml, = self.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
        return xml

    def end_session(self, host):
        """The server says that the session is over."""
        self.server.faults["token"] = quoted("invalid_grant")
        self.assert_fails("Expired", host.call, "Refresh")
        del self.server.faults["token"]
        host.wait_for(State="expired")

    def cut_off(self, host):
        self.server.faults["token"] = DROP
        self.assert_fails("Network", host.call, "Refresh")
        host.wait_for(State="offline")


class Icon(TrayCase):
    def test_registered_when_the_tray_comes_last(self):
        self.assertEqual(self.open_tray().items, [self.agent_name()])

    def test_registered_when_the_tray_was_there_first(self):
        self.stop_agent()
        self.start_tray()
        self.start_agent()
        self.tray.wait_for_item()
        self.assertEqual(self.tray.items, [self.agent_name()])

    def test_says_what_it_is(self):
        seen = self.open_tray().get_all()
        self.assertEqual(seen["Category"], "ApplicationStatus")
        self.assertEqual(seen["Id"], "org.keyfob.Keyfob")
        self.assertEqual(seen["Title"], "No hosts yet")
        self.assertEqual(seen["IconName"], ICON % "good")
        self.assertIs(seen["ItemIsMenu"], False)

    def test_tray_that_restarts_has_it_back(self):
        self.open_tray().close()
        self.bus.wait_for_name("org.kde.StatusNotifierWatcher", present=False)
        tray = self.open_tray()
        self.assertEqual(tray.get("Title"), "No hosts yet")

    def test_without_a_tray_nothing_is_exported(self):
        self.assertNotIn("StatusNotifierItem", self.objects_below("/"))
        self.open_tray()
        self.assertIn("StatusNotifierItem", self.objects_below("/"))
        self.tray.close()
        look_often(lambda: "StatusNotifierItem" not in self.objects_below("/"), "the icon to go")
        self.assert_fails("org.freedesktop.DBus.Error.UnknownMethod", self.call, ITEM_PATH,
                          "org.freedesktop.DBus.Properties", "GetAll",
                          GLib.Variant("(s)", ("org.kde.StatusNotifierItem",)))

    def test_tray_that_takes_no_more_icons(self):
        self.start_tray(refuses=True)
        look_often(lambda: "The tray refuses the icon" in self.log(), "the agent to notice")
        self.assertNotIn("StatusNotifierItem", self.objects_below("/"))

    def test_ends_with_the_agent(self):
        self.open_tray()
        self.assertEqual(self.stop_agent(), 0)
        self.start_agent()
        self.tray.wait_for_item(2)
        self.assertEqual(self.tray.items[-1], self.agent_name())


class States(TrayCase):
    def test_each_state_has_its_icon_and_words(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for(IconName=ICON % "needs-user", Title="Not signed in", Status="Active")
        host.call("SignIn", open_browser=False)
        self.tray.wait_for(IconName=ICON % "signing-in", Title="Not signed in; Signing in to Portal")
        host.call("Cancel")
        self.tray.wait_for(IconName=ICON % "needs-user")
        host.sign_in()
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in")
        self.cut_off(host)
        self.tray.wait_for(IconName=ICON % "offline", Title="Signed in; Portal cannot be reached")
        self.end_session(host)
        self.tray.wait_for(IconName=ICON % "needs-user", AttentionIconName=ICON % "needs-user",
                           Title="Not signed in; Portal needs you", Status="NeedsAttention")
        self.assertEqual(self.tray.get("ToolTip"), ("", [], "Not signed in", "Portal needs you"))

    def test_counts_hosts_and_names_the_one(self):
        self.open_tray()
        host = self.add_host(name="data & <more>")
        for number in range(2):
            self.add_host(f"https://{number}.example.org")
        host.sign_in()
        self.tray.wait_for(Title="1 of 3 signed in", IconName=ICON % "good")
        self.end_session(host)
        self.tray.wait_for(Title="0 of 3 signed in; data & <more> needs you")
        # a tooltip is markup
        self.assertEqual(self.tray.get("ToolTip")[2:],
                         ("0 of 3 signed in", "data &amp; &lt;more&gt; needs you"))

    def test_removed_host_does_not_count(self):
        self.open_tray()
        host = self.add_host("https://one.example.org")
        self.add_host("https://two.example.org")
        self.tray.wait_for(Title="0 of 2 signed in")
        self.remove_host(host.path)
        self.tray.wait_for(Title="Not signed in")

    def test_says_nothing_where_nothing_changes(self):
        self.open_tray()
        host = self.add_host()
        host.sign_in()
        self.tray.wait_for(Title="Signed in")
        self.tray.signals.clear()
        host.call("Configure", timeout=20)
        host.call("Refresh")
        self.assertEqual(self.tray.signals, [])


class Clicks(TrayCase):
    def test_click_opens_the_window(self):
        window = FakeWindow(self.bus)
        self.open_tray().click()
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))

    def test_click_hands_on_the_activation_token(self):
        window = FakeWindow(self.bus)
        self.open_tray().click(token="panel-7")
        self.assertEqual(window.wait_for_call(), ("Activate", (
            {"activation-token": "panel-7", "desktop-startup-id": "panel-7"},)))
        # it is good for once
        self.tray.click()
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))

    def test_window_that_cannot_be_opened(self):
        self.open_tray().click()
        look_often(lambda: "The window cannot be opened" in self.log(), "the agent to notice")
        self.tray.wait_for(Title="No hosts yet")


if __name__ == "__main__":
    tap.main()
