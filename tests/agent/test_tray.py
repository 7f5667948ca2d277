# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The icon in the tray: there as long as there is a tray, and always how the hosts stand."""

import os
import time

import agentcase
import tap
from fake_server import DROP
from fake_window import FakeWindow
from gi.repository import Gio, GLib
from tray import ITEM_PATH, Tray

ICON = "org.keyfob.Keyfob-tray-%s-symbolic"
REST = ["Open Keyfob", "Lock tokens", "Preferences", "Quit"]
RENEWING = [*REST[:-1], "Quit and stop renewing tokens"]
COPY = "Copy header of Portal"
SIGN_IN = "Sign in to Portal"
CANCEL = "Cancel signing in to Portal"


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

    def item_name(self):
        """Of this agent alone, so that the icon goes with the name."""
        name = f"org.kde.StatusNotifierItem-{self.agent.pid}-1"
        self.assertEqual(self.call_bus("GetNameOwner", name), self.call_bus("GetNameOwner", agentcase.NAME))
        return name

    def call_bus(self, method, name):
        return self.bus.connection.call_sync(
            "org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, GLib.Variant("(s)", (name,)),
            None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def objects_below(self, path):
        xml, = self.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
        return xml

    def wait_for_hosts(self, *labels, renews=False):
        """Waits until the menu has just these items above those that it always has."""
        self.tray.wait_for_menu([*labels, *(RENEWING if renews else REST)])

    def end_text(self, host):
        """Of a token that is not renewed."""
        end = time.localtime(host.Expires)
        is_today = end[:3] == time.localtime()[:3]
        return time.strftime("ends at %H:%M" if is_today else "ends tomorrow at %H:%M", end)

    def cut_off(self, host):
        self.server.faults["token"] = DROP
        self.assert_fails("Network", host.call, "Refresh")
        host.wait_for(State="offline")


class Icon(TrayCase):
    def test_registered_when_the_tray_comes_last(self):
        self.assertEqual(self.open_tray().items, [self.item_name()])

    def test_registered_when_the_tray_was_there_first(self):
        self.stop_agent()
        self.start_tray()
        self.start_agent()
        self.tray.wait_for_item()
        self.assertEqual(self.tray.items, [self.item_name()])

    def test_says_what_it_is(self):
        seen = self.open_tray().get_all()
        self.assertEqual(seen["Category"], "ApplicationStatus")
        self.assertEqual(seen["Id"], "org.keyfob.Keyfob")
        self.assertEqual(seen["Title"], "No servers yet")
        self.assertEqual(seen["IconName"], ICON % "good")
        self.assertIs(seen["ItemIsMenu"], False)

    def test_tray_that_restarts_has_it_back(self):
        self.open_tray().close()
        self.bus.wait_for_name("org.kde.StatusNotifierWatcher", present=False)
        tray = self.open_tray()
        self.assertEqual(tray.get("Title"), "No servers yet")

    def test_without_a_tray_nothing_is_exported(self):
        self.assertNotIn("StatusNotifierItem", self.objects_below("/"))
        self.open_tray()
        self.assertIn("StatusNotifierItem", self.objects_below("/"))
        self.tray.close()
        agentcase.wait_until(lambda: "StatusNotifierItem" not in self.objects_below("/"), "the icon to go")
        self.assert_fails("org.freedesktop.DBus.Error.UnknownMethod", self.call, ITEM_PATH,
                          "org.freedesktop.DBus.Properties", "GetAll",
                          GLib.Variant("(s)", ("org.kde.StatusNotifierItem",)))

    def test_collector_of_icons_that_nobody_shows(self):
        self.start_tray(has_host=False)
        self.add_host()
        self.assertNotIn("StatusNotifierItem", self.objects_below("/"))
        self.tray.set_host(True)
        self.tray.wait_for_item()
        self.tray.wait_for(Title="Not signed in")
        self.tray.set_host(False)
        agentcase.wait_until(lambda: "StatusNotifierItem" not in self.objects_below("/"), "the icon to go")
        self.tray.set_host(True)
        self.tray.wait_for_item(2)

    def test_tray_that_takes_no_more_icons(self):
        self.start_tray(refuses=True)
        agentcase.wait_until(lambda: "The tray refuses the icon" in self.log(), "the agent to notice")
        agentcase.wait_until(lambda: "StatusNotifierItem" not in self.objects_below("/"), "the icon to go")

    def test_ends_with_the_agent(self):
        self.open_tray()
        self.assertEqual(self.stop_agent(), 0)
        self.start_agent()
        self.tray.wait_for_item(2)
        self.assertEqual(self.tray.items[-1], self.item_name())


class SwitchedOff(TrayCase):
    """By the user, in the preferences, which are in a file here."""

    def begin(self, icon):
        self.set_icon(icon)
        self.restart_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"], "GSETTINGS_BACKEND": "keyfile"})

    def set_icon(self, icon):
        path = self.bus.path("config", "glib-2.0", "settings", "keyfile")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\ntray-icon={str(icon).lower()}\n")

    def wait_state(self, state):
        agentcase.wait_until(lambda: self.agent_property("Tray") == state, f"the icon to be {state}")

    def test_goes_and_comes_back_at_once(self):
        self.begin(True)
        self.wait_state("none")
        self.open_tray()
        self.wait_state("shown")
        self.tray.get_all()
        self.set_icon(False)
        self.wait_state("hidden")
        agentcase.wait_until(lambda: not self.tray.shown, "the icon to go")
        # for a tray that keeps it
        self.assertIn(("NewStatus", ("Passive",)), self.tray.signals)
        self.set_icon(True)
        self.wait_state("shown")
        self.tray.wait_for_item(2)
        self.assertEqual(self.tray.shown, {self.item_name()})
        self.assertEqual(self.tray.get("Status"), "Active")
        self.tray.menu().find("Quit")

    def test_stays_off_in_a_tray_that_comes_later(self):
        self.begin(False)
        self.start_tray()
        self.wait_state("hidden")
        self.assertEqual(self.tray.items, [])
        self.tray.close()
        self.wait_state("none")


class States(TrayCase):
    def test_each_state_has_its_icon_and_words(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for(IconName=ICON % "signed-out", Title="Not signed in", Status="Active")
        host.call("SignIn", open_browser=False)
        self.tray.wait_for(IconName=ICON % "signing-in", Title="Not signed in; Signing in to Portal")
        host.call("Cancel")
        self.tray.wait_for(IconName=ICON % "signed-out")
        host.sign_in()
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in")
        self.cut_off(host)
        self.tray.wait_for(IconName=ICON % "offline", Title="Signed in; Portal cannot be reached")
        self.end_session(host)
        self.tray.wait_for(IconName=ICON % "needs-user", AttentionIconName=ICON % "needs-user",
                           Title="Not signed in; Portal needs you", Status="NeedsAttention")
        self.assertEqual(self.tray.get("ToolTip"), ("", [], "Not signed in", "Portal needs you"))

    def test_good_token_of_an_ended_session_is_no_alarm(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        self.refuse_refresh(host)
        host.wait_for(State="signed-in", Renews=False)
        # the menu is made after what the agent has to say of the host
        self.wait_for_hosts(f"{COPY} · {self.end_text(host)}")
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in", Status="Active")

    def test_session_that_cannot_be_renewed_comes_to_its_end(self):
        self.open_tray()
        self.server.gives_refresh_token = False
        self.server.token_life = 10
        host = self.add_host(name="Portal")
        host.sign_in()
        self.tray.wait_for(IconName=ICON % "soon", Title="Signed in; Portal: ends in less than a minute",
                           Status="Active",
                           after=self.server.token_life / 2)
        self.wait_for_hosts(f"{SIGN_IN} again", f"{COPY} · ends in less than a minute")
        self.tray.wait_for(IconName=ICON % "needs-user", Title="Not signed in; Portal needs you",
                           after=self.server.token_life / 2)
        self.wait_for_hosts(SIGN_IN)

    def test_drawn_for_a_tray_that_does_not_know_the_name(self):
        drawn = set()
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for(IconName=ICON % "signed-out")
        drawn.add(str(self.tray.get("IconPixmap")))
        host.sign_in()
        self.tray.wait_for(IconName=ICON % "good")
        drawn.add(str(self.tray.get("IconPixmap")))
        self.assertEqual(len(drawn), 2)
        for width, height, pixels in self.tray.get("IconPixmap"):
            self.assertEqual(len(pixels), 4 * width * height)
        self.assertEqual(self.tray.get("AttentionIconPixmap"), self.tray.get("IconPixmap"))

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

    def test_file_that_cannot_be_read_is_not_locked(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        self.stop_agent()
        os.rename(self.token_file(), self.token_file() + ".away")
        os.makedirs(self.token_file())
        self.start_agent()
        self.open_tray()
        self.find_host().wait_for(State="locked", Store=self.token_file())
        self.tray.wait_for(Title="Signed in; The token of Portal cannot be read")
        self.wait_for_hosts(f"{COPY} · cannot be read")
        self.assertFalse(self.tray.menu(COPY).enabled)

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


class Locked(TrayCase):
    keyring = True

    def test_nothing_is_lost_and_unlock_is_offered(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.stop_agent()
        self.bus.lock_keyring()
        prompter = self.bus.start_prompter()
        self.start_agent(wait=False)
        self.open_tray()
        self.tray.wait_for(IconName=ICON % "locked", Title="Signed in; Portal is locked", Status="Active")
        self.wait_for_hosts("Unlock keyring", f"{COPY} · locked")
        self.assertFalse(self.tray.menu(COPY).enabled)
        self.tray.choose("Unlock keyring")
        self.assertEqual(prompter.stdout.readline(), "refused\n")
        self.bus.unlock_keyring()
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in")
        self.wait_for_hosts(COPY, renews=True)


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
        agentcase.wait_until(lambda: "The window cannot be opened" in self.log(), "the agent to notice")
        self.tray.wait_for(Title="No servers yet")


class Menu(TrayCase):
    def test_without_hosts(self):
        menu = self.open_tray().menu()
        self.assertEqual(menu.labels(), REST)
        self.assertEqual(len(menu.children), 4)

    def test_text_direction_is_that_of_the_language(self):
        self.open_tray()
        for language, direction in (("en_GB.UTF-8", "ltr"), ("ar_EG.UTF-8", "rtl"), ("he", "rtl"),
                                    ("fa:en", "rtl"), ("de:he", "ltr")):
            with self.subTest(language):
                count = len(self.tray.items)
                self.restart_agent(env={"LANGUAGE": language})
                self.tray.wait_for_item(count + 1)
                seen, = self.tray.call("org.freedesktop.DBus.Properties", "Get", GLib.Variant(
                    "(ss)", ("com.canonical.dbusmenu", "TextDirection")), self.tray.get("Menu"))
                self.assertEqual(seen, direction)

    def test_who_is_signed_in_is_copied_and_the_others_are_signed_in(self):
        self.open_tray()
        host = self.add_host(name="the_portal")
        self.add_host("https://later.example.org", name="Later")
        self.add_host("https://another.example.org", name="another")
        host.sign_in()
        self.wait_for_hosts("Copy header of the_portal", "Sign in to", renews=True)
        self.assertEqual(self.tray.menu("Sign in to").labels(), ["another", "Later"])
        # groups have a line between them
        self.assertEqual(["line" if "type" in item.properties else item.label
                          for item in self.tray.menu().children],
                         ["Copy header of the_portal", "line", "Sign in to", "line", *RENEWING])

    def test_who_needs_the_user_comes_first(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.add_host("https://one.example.org", name="One")
        self.add_host("https://two.example.org", name="Two")
        host.sign_in()
        self.end_session(host)
        self.wait_for_hosts(SIGN_IN, "Sign in to")
        self.assertEqual(self.tray.menu("Sign in to P").children, [])
        self.assertEqual(self.tray.menu().find("Sign in to").children, [])

    def test_the_only_other_needs_no_submenu(self):
        self.open_tray()
        self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        self.assertEqual(self.tray.menu(SIGN_IN).children, [])

    def test_same_names_are_told_apart(self):
        self.open_tray()
        self.add_host("https://one.example.org", name="Portal")
        self.add_host("https://two.example.org", name="portal")
        self.add_host("https://three.example.org", name="Another")
        self.wait_for_hosts("Sign in to")
        self.assertEqual(self.tray.menu("Sign in to").labels(), [
            "Another", "Portal (https://one.example.org)", "portal (https://two.example.org)"])

    def test_time_left_is_told_when_somebody_looks(self):
        self.server.gives_refresh_token = False
        self.server.token_life = 63
        host = self.add_host(name="Portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.open_tray()
        self.wait_for_hosts(f"{COPY} · {self.end_text(host)}")
        self.tray.menu_signals.clear()
        agentcase.wait_until(lambda: time.time() > host.Expires - 59, "some seconds to pass")
        self.assertEqual(self.tray.menu_signals, [])
        label = f"{COPY} · ends in less than a minute"
        self.assertEqual(self.tray.open_menu().labels()[0], label)
        (name, (updated, removed)), = self.tray.menu_signals
        self.assertEqual((name, removed), ("ItemsPropertiesUpdated", []))
        self.assertEqual([properties for _, properties in updated], [{"label": label, "enabled": True}])

    def test_offline_without_a_good_token(self):
        self.open_tray()
        self.server.token_life = 5
        host = self.add_host(name="Portal")
        host.sign_in()
        self.cut_off(host)
        self.wait_for_hosts(COPY, renews=True)
        agentcase.wait_until(lambda: time.time() > host.Expires, "the token to end")
        # a copy is worth a try all the same
        self.assertEqual(self.tray.open_menu().labels()[0], f"{COPY} · offline")
        self.assertTrue(self.tray.menu(COPY).enabled)

    def test_sign_in_and_cancel(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        host.call("SignIn", open_browser=False)
        self.wait_for_hosts(CANCEL)
        self.tray.choose(CANCEL)
        host.wait_for(State="signed-out")

    def test_sign_in_opens_the_browser_and_else_the_window(self):
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        self.tray.choose(SIGN_IN)
        # there is no browser here, and the window says so
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))
        agentcase.wait_until(lambda: "No browser" in host.Error, "the sentence")

    def test_sign_in_from_the_submenu(self):
        self.install_browser()
        self.restart_agent()
        self.open_tray()
        host = self.add_host(name="Portal")
        self.add_host("https://other.example.org", name="Other")
        self.wait_for_hosts("Sign in to")
        self.tray.choose("Sign in to", "Portal")
        agentcase.Page(self.wait_for_browser()[0]).wait()
        host.wait_for(State="signed-in")
        self.wait_for_hosts(COPY, "Sign in to Other", renews=True)

    def test_window_stays_closed_after_a_sign_in(self):
        self.install_browser()
        self.restart_agent()
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        self.tray.choose(SIGN_IN)
        agentcase.Page(self.wait_for_browser()[0]).wait()
        host.wait_for(State="signed-in")
        # an error that comes later is none of that sign-in
        self.cut_off(host)
        agentcase.wait_until(lambda: host.Error != "", "the error")
        self.tray.choose("Preferences")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("preferences", [], {})))

    def test_window_stays_closed_when_a_sign_in_is_cancelled(self):
        self.install_browser()
        self.restart_agent()
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        self.tray.choose(SIGN_IN)
        self.wait_for_browser()
        self.tray.choose(CANCEL)
        host.wait_for(State="signed-out")
        self.tray.choose("Preferences")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("preferences", [], {})))

    def test_copy_header_is_left_to_the_window(self):
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        self.wait_for_hosts(COPY, renews=True)
        self.tray.choose(COPY)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))

    def test_host_that_has_gone_while_the_menu_was_open(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        item = self.tray.open_menu(SIGN_IN)
        click = GLib.Variant("(isvu)", (item.id, "clicked", GLib.Variant("i", 0), 0))
        removal = self.start_call(agentcase.PATH, agentcase.AGENT, "RemoveHost",
                                  GLib.Variant("(o)", (host.path,)))
        self.tray.connection.call(
            self.tray.items[-1], self.tray.get("Menu"), "com.canonical.dbusmenu", "Event", click,
            None, Gio.DBusCallFlags.NONE, -1, None, None)
        removal.wait()
        self.wait_for_hosts()
        # warnings are fatal here
        self.assertEqual(self.agent_property("StoreState"), "ready")

    def test_open_and_preferences(self):
        window = FakeWindow(self.bus)
        self.open_tray().choose("Open Keyfob")
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))
        self.tray.choose("Preferences")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("preferences", [], {})))

    def test_quit_ends_the_window_and_the_agent(self):
        window = FakeWindow(self.bus)
        self.open_tray().choose("Quit")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("quit", [], {})))
        self.assertEqual(self.agent.wait(agentcase.privatebus.DEADLINE), 0)

    def test_quit_without_a_window_starts_none(self):
        self.open_tray().choose("Quit")
        self.assertEqual(self.agent.wait(agentcase.privatebus.DEADLINE), 0)
        self.assertNotIn("The window cannot be opened", self.log())

    def test_state_changes_words_and_no_layout(self):
        # which would close an open menu in LXQt
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        self.end_session(host)
        self.add_host("https://other.example.org", name="Other")
        self.wait_for_hosts(SIGN_IN, "Sign in to Other")
        before = self.tray.menu()
        self.tray.menu_signals.clear()
        host.call("SignIn", open_browser=False)
        self.wait_for_hosts(CANCEL, "Sign in to Other")
        (name, (updated, removed)), = self.tray.menu_signals
        self.assertEqual((name, removed), ("ItemsPropertiesUpdated", []))
        self.assertEqual(updated, [(before.find(SIGN_IN).id, {"label": CANCEL, "enabled": True})])

    def test_open_menu_keeps_its_items_in_their_places(self):
        # or the next click would copy another token
        self.open_tray()
        host = self.add_host(name="Portal")
        self.add_host("https://other.example.org", name="Other")
        self.wait_for_hosts("Sign in to")
        self.tray.open_menu()
        self.tray.menu_signals.clear()
        host.sign_in()
        self.tray.wait_for(Title="1 of 2 signed in")
        self.assertEqual(self.tray.menu().labels(), ["Sign in to", *REST])
        self.assertEqual(self.tray.menu_signals, [])
        # until it is opened again
        self.assertEqual(self.tray.open_menu().labels(), [COPY, "Sign in to Other", *RENEWING])
        # or closed, of which not all panels tell
        self.tray.call_menu("Event", "(isvu)", 0, "opened", GLib.Variant("i", 0), 0)
        host.call("SignOut")
        self.tray.wait_for(Title="0 of 2 signed in")
        self.assertEqual(self.tray.menu().labels(), [COPY, "Sign in to Other", *RENEWING])
        self.tray.call_menu("Event", "(isvu)", 0, "closed", GLib.Variant("i", 0), 0)
        self.wait_for_hosts("Sign in to")

    def test_host_that_comes_changes_the_layout(self):
        before = self.open_tray().menu()
        self.tray.menu_signals.clear()
        self.add_host(name="Portal")
        self.wait_for_hosts(SIGN_IN)
        self.assertEqual([parent for name, (_, parent) in self.tray.menu_signals
                          if name == "LayoutUpdated"], [0])
        # the others are the items they were
        self.assertEqual([item.id for item in self.tray.menu().children[-4:]],
                         [item.id for item in before.children])

    def test_good_token_during_a_sign_in(self):
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        host.call("SignIn", open_browser=False, force=True)
        host.wait_for(State="signing-in")
        self.tray.wait_for(Title="Signed in; Signing in to Portal", IconName=ICON % "signing-in")
        self.assertEqual(self.tray.menu().labels()[:2], [CANCEL, COPY])
        self.tray.choose(COPY)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))
        self.assertIn("access_token", host.get_token(interactive=False))

    def test_panel_that_knows_only_numbers_from_before(self):
        self.open_tray()
        for method, signature, arguments in (
                ("GetLayout", "(iias)", (77, -1, [])), ("AboutToShow", "(i)", (77,)),
                ("GetProperty", "(is)", (77, "label")),
                ("Event", "(isvu)", (77, "clicked", GLib.Variant("i", 0), 0))):
            with self.subTest(method):
                self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", self.tray.call_menu,
                                  method, signature, *arguments)
        self.assertEqual(self.tray.call_menu("EventGroup", "(a(isvu))", [
            (77, "clicked", GLib.Variant("i", 0), 0)]), ([77],))
        self.assertEqual(self.tray.call_menu("AboutToShowGroup", "(ai)", [0, 77]), ([], [77]))

    def test_properties_that_are_asked_for(self):
        menu = self.open_tray().menu()
        properties, = self.tray.call_menu("GetGroupProperties", "(aias)", [menu.find("Quit").id],
                                          ["type", "label"])
        self.assertEqual(properties, [(menu.find("Quit").id, {"label": "Quit"})])
        everything, = self.tray.call_menu("GetGroupProperties", "(aias)", [], [])
        self.assertEqual(sorted(number for number, _ in everything),
                         sorted(item.id for item in menu.walk()))
        self.assertEqual(self.tray.call_menu("GetProperty", "(is)", menu.find("Quit").id, "label"),
                         ("Quit",))

    def test_what_is_told_of_an_item(self):
        self.open_tray()
        host = self.add_host(name="the_portal")
        for name in "ab":
            self.add_host(f"https://{name}.example.org")
        host.sign_in()
        self.wait_for_hosts("Copy header of the_portal", "Sign in to", renews=True)
        menu = self.tray.menu()
        self.assertEqual(menu.properties, {"children-display": "submenu"})
        # a single underscore marks the access key
        self.assertEqual(menu.children[0].properties,
                         {"label": "Copy header of the__portal", "enabled": True})
        self.assertEqual(menu.children[1].properties, {"type": "separator"})
        self.assertEqual(menu.find("Sign in to").properties,
                         {"label": "Sign in to", "enabled": True, "children-display": "submenu"})

    def test_levels_that_are_asked_for(self):
        self.open_tray()
        for name in "ab":
            self.add_host(f"https://{name}.example.org")
        self.wait_for_hosts("Sign in to")
        self.assertEqual(self.tray.menu(depth=0).children, [])
        self.assertEqual(self.tray.menu("Sign in to", depth=1).children, [])
        submenu = self.tray.menu("Sign in to").id
        self.assertEqual(self.tray.menu(parent=submenu).labels(), ["a.example.org", "b.example.org"])


class ManyHosts(TrayCase):
    """The menu stays one that a person can use; the window has all hosts."""

    def start_with(self, signed_in=0, ended=0, signed_out=0):
        self.stop_agent()
        self.server.gives_refresh_token = False
        folder = self.bus.path("config", "keyfob")
        os.makedirs(folder, exist_ok=True)
        entries = {}
        with open(os.path.join(folder, "hosts.ini"), "w", encoding="utf-8") as out:
            for kind, count, life in (("good", signed_in, 90000), ("ended", ended, -100),
                                      ("out", signed_out, None)):
                for number in range(count):
                    url = f"https://{kind}{number}.example.org"
                    out.write(f"[{url}]\n")
                    if life is not None:
                        entries[url] = {"token": self.server.make_token(life=life), "stored_at": time.time()}
        self.write_entries(entries)
        self.start_agent()
        self.open_tray().wait_for(Title=f"{signed_in} of {signed_in + ended + signed_out} signed in" + (
            f"; {ended} servers need you" if ended > 1 else ""))

    def names(self, *labels):
        """The hosts in the menu, or in a submenu of it, and what else is there without an end."""
        return [label.split(" · ")[0].replace(".example.org", "").removeprefix("Copy header of ")
                for label in self.tray.open_menu(*labels).labels()]

    def test_30_servers(self):
        window = FakeWindow(self.bus)
        self.start_with(signed_in=30)
        self.assertEqual(self.names(), [*(f"good{number}" for number in range(10)), "More…", *REST])
        self.tray.choose("More…")
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))

    def test_who_is_used_is_in_the_menu(self):
        self.start_with(signed_in=30)
        for number in (27, 12):
            self.find_host(f"https://good{number}.example.org").get_token()
        self.tray.open_menu()
        self.assertEqual(self.names()[:11], [*(f"good{number}" for number in range(8)), "good12", "good27",
                                             "More…"])

    def test_who_is_pinned_comes_first(self):
        self.start_with(signed_in=30)
        self.find_host("https://good27.example.org").call("Configure", pinned=True)
        self.assertEqual(self.names()[:11], ["good27", *(f"good{number}" for number in range(9)), "More…"])

    def test_200_servers(self):
        window = FakeWindow(self.bus)
        self.start_with(signed_in=50, ended=7, signed_out=143)
        self.assertEqual(self.names(), [
            *(f"Sign in to ended{number}" for number in range(5)),
            *(f"good{number}" for number in range(10)), "More…", "Sign in to", *REST])
        self.assertLessEqual(max(len(item.children) for item in self.tray.menu().walk()), 25)
        # who needs the user is among them
        submenu = self.tray.menu().children[-6]
        self.assertEqual(submenu.label, "Sign in to")
        self.assertEqual([label.split(".")[0] for label in submenu.labels()], [
            "ended5", "ended6", *(f"out{number}" for number in range(18)), "More…"])
        more = submenu.find("More…")
        self.tray.call_menu("Event", "(isvu)", more.id, "clicked", GLib.Variant("i", 0), 0)
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))


if __name__ == "__main__":
    tap.main()
