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

    def choices(self, host):
        """What can be chosen in the submenu of the host."""
        return [item.label for item in self.tray.menu(host).children if item.enabled]

    def ended_text(self, host):
        return time.strftime("The session ended today at %H:%M", time.localtime(host.Expires))

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

    def test_good_token_of_an_ended_session_is_no_alarm(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        self.refuse_refresh(host)
        host.wait_for(State="signed-in", Renews=False)
        # the menu is made after what the agent has to say of the host
        self.tray.wait_for_menu(["Portal: 60 min left", *Menu.REST])
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in", Status="Active")

    def test_session_that_cannot_be_renewed_comes_to_its_end(self):
        self.open_tray()
        self.server.gives_refresh_token = False
        self.server.token_life = 10
        host = self.add_host(name="Portal")
        host.sign_in()
        self.tray.wait_for(IconName=ICON % "soon", Title="Signed in; Portal needs you soon",
                           Status="Active",
                           after=self.server.token_life / 2)
        self.assertTrue(self.tray.menu("Portal", "Sign in again").enabled)
        self.tray.wait_for(IconName=ICON % "needs-user", Title="Not signed in; Portal needs you",
                           after=self.server.token_life / 2)
        self.assertEqual(self.choices("Portal"), ["Sign in"])

    def test_drawn_for_a_tray_that_does_not_know_the_name(self):
        drawn = set()
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for(IconName=ICON % "needs-user")
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
        self.tray.wait_for_menu(["Portal: Cannot be read", *Menu.REST])

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
        self.tray.wait_for_menu(["Portal: Locked", *Menu.REST])
        self.assertEqual(self.tray.menu("Portal").labels(), ["Alice Example", "Copy header", "Unlock"])
        self.tray.choose("Portal", "Unlock")
        self.assertEqual(prompter.stdout.readline(), "refused\n")
        self.bus.unlock_keyring()
        self.tray.wait_for(IconName=ICON % "good", Title="Signed in")


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
        self.tray.wait_for(Title="No hosts yet")


class Menu(TrayCase):
    REST = ["Open Keyfob", "Lock tokens", "Preferences", "Quit"]

    def setUp(self):
        super().setUp()
        self.server.token_life = 3630  # so that it is an hour for a while

    def test_without_hosts(self):
        menu = self.open_tray().menu()
        self.assertEqual(menu.labels(), self.REST)
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

    def test_hosts_by_name_with_state_and_time_left(self):
        self.open_tray()
        host = self.add_host(name="the_portal")
        self.add_host("https://later.example.org", name="Another")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.tray.wait_for_menu(["Another: Not signed in", "the_portal: 60 min left", *self.REST])
        self.assertEqual(self.tray.menu("the_portal").labels(), ["Alice Example", "Copy header", "Sign in"])
        self.assertEqual(self.choices("the_portal"), ["Copy header"])
        self.assertEqual(self.tray.menu("Another").labels(),
                         ["https://later.example.org", "Copy header", "Sign in"])
        self.assertEqual(self.choices("Another"), ["Sign in"])
        self.end_session(host)
        self.tray.wait_for_menu(
            ["Another: Not signed in", f"the_portal: {self.ended_text(host)}", *self.REST])

    def test_time_left_is_told_when_somebody_looks(self):
        self.server.token_life = 122
        host = self.add_host(name="Portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.open_tray()
        self.tray.wait_for_menu(["Portal: 2 min left", *self.REST])
        self.tray.menu_signals.clear()
        agentcase.wait_until(lambda: time.time() > host.Expires - 119, "some seconds to pass")
        self.assertEqual(self.tray.menu_signals, [])
        self.assertEqual(self.tray.open_menu().labels()[0], "Portal: 1 min left")
        (name, (updated, removed)), = self.tray.menu_signals
        self.assertEqual((name, removed), ("ItemsPropertiesUpdated", []))
        self.assertEqual([properties for _, properties in updated], [{"label": "Portal: 1 min left", "enabled": True, "children-display": "submenu"}])

    def test_sign_in_and_cancel(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        host.call("SignIn", open_browser=False)
        self.tray.wait_for_menu(["Portal: Waiting for your browser…", *self.REST])
        self.tray.choose("Portal", "Cancel")
        host.wait_for(State="signed-out")

    def test_sign_in_opens_the_browser_and_else_the_window(self):
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        self.tray.choose("Portal", "Sign in")
        # there is no browser here, and the window says so
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))
        agentcase.wait_until(lambda: "No browser" in host.Error, "the sentence")

    def test_window_stays_closed_after_a_sign_in(self):
        self.install_browser()
        self.restart_agent()
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        self.tray.choose("Portal", "Sign in")
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
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        self.tray.choose("Portal", "Sign in")
        self.wait_for_browser()
        self.tray.choose("Portal", "Cancel")
        host.wait_for(State="signed-out")
        self.tray.choose("Preferences")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("preferences", [], {})))

    def test_copy_header_is_left_to_the_window(self):
        window = FakeWindow(self.bus)
        self.open_tray()
        host = self.add_host(name="Portal")
        host.sign_in()
        self.tray.wait_for_menu(["Portal: 60 min left", *self.REST])
        self.tray.choose("Portal", "Copy header")
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))

    def test_host_that_has_gone_while_the_menu_was_open(self):
        self.open_tray()
        host = self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        item = self.tray.open_menu("Portal", "Sign in")
        click = GLib.Variant("(isvu)", (item.id, "clicked", GLib.Variant("i", 0), 0))
        removal = self.start_call(agentcase.PATH, agentcase.AGENT, "RemoveHost",
                                  GLib.Variant("(o)", (host.path,)))
        self.tray.connection.call(
            self.tray.items[-1], self.tray.get("Menu"), "com.canonical.dbusmenu", "Event", click,
            None, Gio.DBusCallFlags.NONE, -1, None, None)
        removal.wait()
        self.tray.wait_for_menu(self.REST)
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
        self.add_host("https://other.example.org", name="Other")
        self.tray.wait_for_menu(["Other: Not signed in", "Portal: Not signed in", *self.REST])
        before = self.tray.menu()
        portal = before.find("Portal")
        self.tray.menu_signals.clear()
        host.call("SignIn", open_browser=False)
        self.tray.wait_for_menu(
            ["Other: Not signed in", "Portal: Waiting for your browser…", *self.REST])
        self.assertEqual(self.choices("Portal"), ["Cancel"])
        (name, (updated, removed)), = self.tray.menu_signals
        self.assertEqual((name, removed), ("ItemsPropertiesUpdated", []))
        self.assertEqual(dict(updated), {
            portal.id: {"label": "Portal: Waiting for your browser…", "enabled": True,
                        "children-display": "submenu"},
            portal.find("Sign in").id: {"label": "Cancel", "enabled": True}})
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Account="Alice Example")
        self.tray.wait_for_menu(["Other: Not signed in", "Portal: 60 min left", *self.REST])
        self.assertEqual(self.choices("Portal"), ["Copy header"])
        self.assertEqual({name for name, _ in self.tray.menu_signals}, {"ItemsPropertiesUpdated"})
        self.assertEqual([item.id for item in self.tray.menu().walk()], [item.id for item in before.walk()])

    def test_host_that_comes_changes_the_layout(self):
        before = self.open_tray().menu()
        self.tray.menu_signals.clear()
        self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
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
        self.assertEqual(self.choices("Portal"), ["Copy header", "Cancel"])
        self.tray.choose("Portal", "Copy header")
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
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.tray.wait_for_menu(["the_portal: 60 min left", *self.REST])
        menu = self.tray.menu()
        self.assertEqual(menu.properties, {"children-display": "submenu"})
        portal = menu.find("the_portal")
        # a single underscore marks the access key
        self.assertEqual(portal.properties, {"label": "the__portal: 60 min left", "enabled": True,
                                             "children-display": "submenu"})
        self.assertEqual(portal.find("Alice").properties, {"label": "Alice Example", "enabled": False})
        self.assertEqual(menu.children[1].properties, {"type": "separator"})
        self.assertEqual(menu.find("Quit").properties, {"label": "Quit", "enabled": True})

    def test_levels_that_are_asked_for(self):
        self.open_tray()
        self.add_host(name="Portal")
        self.tray.wait_for_menu(["Portal: Not signed in", *self.REST])
        self.assertEqual(self.tray.menu(depth=0).children, [])
        self.assertEqual(self.tray.menu("Portal", depth=1).children, [])
        portal = self.tray.menu("Portal").id
        self.assertEqual(self.tray.menu(parent=portal).labels()[1:], ["Copy header", "Sign in"])

    def test_200_hosts(self):
        self.stop_agent()
        folder = self.bus.path("config", "keyfob")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "hosts.ini"), "w", encoding="utf-8") as out:
            for number in range(199):
                out.write(f"[https://host{number}.example.org]\n")
        self.start_agent()
        host = self.add_host(name="Zebra")
        self.open_tray().wait_for(Title="0 of 200 signed in")
        host.sign_in()
        self.end_session(host)
        self.tray.wait_for(Title="0 of 200 signed in; Zebra needs you")
        menu = self.tray.open_menu()
        # who needs the user comes first, and no menu is longer than a screen
        self.assertEqual(menu.labels()[0], f"Zebra: {self.ended_text(host)}")
        self.assertEqual(menu.labels()[-5:], ["192 more hosts", *self.REST])
        self.assertLessEqual(max(len(item.children) for item in menu.walk()), 20)
        # all are there, once, as a person would sort them
        more = menu.find("192 more hosts")
        self.assertEqual(more.labels()[0].split(" – ")[0], "host7.example.org")
        shown = [child.label.split(":")[0] for group in more.children for child in group.children]
        shown = [label.split(":")[0] for label in menu.labels()[1:8]] + shown
        self.assertEqual(shown, [f"host{number}.example.org" for number in range(199)])


if __name__ == "__main__":
    tap.main()
