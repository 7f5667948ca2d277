# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The list of hosts: its sections, its keys, where the focus goes, and the search."""

import re
import time

import desktop
import tap
from gi.repository import Atspi
from rows import ListCase, signed_in
from window import HOUR, LOGIN_URI, PORTAL, QUESTION, host, question

SEARCH = "Name, address, account or note"


class Sections(ListCase):
    def test_what_needs_somebody_comes_first(self):
        self.start([
            signed_in("ready.example.org"), host("out.example.org"),
            host("ended.example.org", State="expired"), host("locked.example.org", State="locked", Store="keyring"),
            host("asks.example.org", State="signing-in", Question=QUESTION),
            host("broken.example.org", Error="Cannot reach broken.example.org."),
            host("offline.example.org", State="offline", left=HOUR)])
        self.app.wait_for("Needs you (4)", within="asks.example.org")
        self.app.wait_for("Ready", within="offline.example.org")
        self.app.wait_for("Not signed in", within="out.example.org", role="heading")
        self.wait_names("asks.example.org", "broken.example.org", "ended.example.org", "locked.example.org",
                        "offline.example.org", "ready.example.org", "out.example.org")
        self.picture("list-sections")

    def test_a_sign_in_moves_nothing(self):
        self.start([signed_in("a.example.org"), host("b.example.org"), host("c.example.org")])
        self.app.press("Sign in", within="c.example.org")
        self.app.wait_for("Cancel", within="c.example.org")
        self.assertEqual(self.names(), ["a.example.org", "b.example.org", "c.example.org"])
        self.agent.set_host("c.example.org", State="signed-in", Expires=int(time.time()) + HOUR)
        self.wait_names("a.example.org", "c.example.org", "b.example.org")

    def test_many_that_are_signed_out_are_folded(self):
        names = [f"out{number:02}.example.org" for number in range(9)]
        self.start([signed_in("in.example.org"), *map(host, names)])
        self.wait_names("in.example.org", "Not signed in (9)")
        self.click("Not signed in (9)", role="label")
        self.app.wait_for(names[0])
        self.focus_row("in.example.org")
        self.press_keys("Down", "Return")
        self.wait_names("in.example.org", "Not signed in (9)")
        # one that is being signed in to is not hidden
        self.agent.set_host(names[3], State="signing-in", LoginUri=LOGIN_URI)
        self.wait_names("in.example.org", "Not signed in (9)", names[3])

    def test_many_that_need_somebody_are_folded_by_somebody(self):
        names = [f"ended{number:02}.example.org" for number in range(9)]
        self.start([signed_in("in.example.org"), *(host(name, State="expired") for name in names)])
        self.wait_names("Needs you (9)", *names, "in.example.org")
        self.click("Needs you (9)", role="label")
        self.wait_names("Needs you (9)", "in.example.org")
        self.agent.set_host("in.example.org", State="expired", Expires=1)
        self.wait_names("Needs you (10)")
        self.press_keys("Home", "Return")
        self.wait_names("Needs you (10)", *names, "in.example.org")

    def test_few_that_are_signed_out_are_not(self):
        names = [f"out{number}.example.org" for number in range(8)]
        self.start([*map(host, names)])
        self.wait_names(*names)

    def test_pinned_first(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org"), host("c.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("ctrl+d")
        self.assertEqual(self.agent.wait_call("Configure"), [{"pinned": True}])
        self.wait_names("b.example.org", "a.example.org", "c.example.org")
        self.app.wait_for("Pinned", within="b.example.org")
        # the focus goes with the host
        self.wait_focus_on("b.example.org, ")
        self.press_keys("ctrl+d")
        self.wait_names("a.example.org", "b.example.org", "c.example.org")
        self.assertEqual(self.agent.calls("Configure")[-1], [{"pinned": False}])

    def test_last_used_first(self):
        now = int(time.time())
        self.start([signed_in("a.example.org"), signed_in("b.example.org", Uses=[["curl", "/usr/bin/curl", 1, now - 60]]),
                    signed_in("c.example.org", Uses=[["curl", "/usr/bin/curl", 1, now - 5]])])
        self.wait_names("a.example.org", "b.example.org", "c.example.org")
        self.app.press("Main menu")
        self.app.press("Last Use")
        self.wait_names("c.example.org", "b.example.org", "a.example.org")
        desktop.wait_for(lambda: "sort-by='last-used'" in self.settings.read_text(), "the order to be remembered")

    def go_down_to(self, name):
        self.go_on(lambda: self.focus() == name, "Down")

    def test_order_by_keys(self):
        """As the menu has it; afterwards the keys are the window's again."""
        now = int(time.time())
        self.start([signed_in("a.example.org"), signed_in("b.example.org", Uses=[["curl", "/usr/bin/curl", 1, now - 5]])])
        self.focus_row("a.example.org")
        for order, names in (("Last Use", ("b.example.org", "a.example.org")), ("Name", ("a.example.org", "b.example.org"))):
            self.press_keys("F10")
            self.go_down_to(order)
            self.press_keys("Return")
            self.app.wait_gone("Select Servers")
            self.wait_names(*names)
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)

    def test_servers_of_one_name(self):
        self.start([signed_in("Portal", Url="https://one.example.org/a"),
                    signed_in("Portal", Url="http://one.example.org/a", Account="bob")])
        self.app.wait_for("one.example.org/a · Alice Example")
        self.app.wait_for("http://one.example.org/a · bob")


class Shape(ListCase):
    def box(self, name, within=None, role="label"):
        return self.app.wait_box(name, role=role, within=within)

    def test_who_provides_a_server_that_nobody_has_added(self):
        self.start([host(PORTAL, Url="https://one.example.org", Provided=True), host("two.example.org", Provided=True),
                    signed_in("three.example.org", Provided=True)], size=(360, 700))
        self.app.wait_for("one.example.org · Provided by your institution")
        self.app.wait_for("Provided by your institution", within="two.example.org")
        self.app.wait_for("Alice Example", within="three.example.org")
        self.picture("list-provided")
        self.agent.set_host("two.example.org", Provided=False)
        self.app.wait_gone("Provided by your institution")

    def test_buttons_go_below_before_words_are_crushed(self):
        self.start([signed_in("climate-data.example.org")], size=(400, 600))
        name = self.box("climate-data.example.org")
        button = self.app.wait_box("Copy header", within="climate-data.example.org", find=self.app.find_button)
        self.picture("list-narrow")
        self.assertGreaterEqual(button.y, name.y + name.height)
        self.assertLess(name.height, 30)

    def test_the_state_says_how_it_is(self):
        """Not what the last sign-in left behind."""
        self.start([signed_in("a.example.org", Provider="sso.example.org")])
        self.app.wait_for(re.compile("^a.example.org, Signed in"), role="list item")
        self.assertIsNone(self.app.find(re.compile("Finish in your browser")))

    def test_a_notice_is_no_stop(self):
        self.start([signed_in("a.example.org")], agent={"Notices": [["damaged-file", "The token file was damaged."]]})
        notice = self.app.wait_for("The token file was damaged.", role="label")
        self.assertFalse(notice.has_state(Atspi.StateType.FOCUSABLE))


class Keys(ListCase):
    def test_one_tab_stop(self):
        self.start([signed_in(f"{letter}.example.org") for letter in "abc"])
        self.focus_row("a.example.org")
        self.press_keys("Tab")
        self.wait_focus_on("Add a server")
        self.press_keys("shift+Tab")
        self.wait_focus_on("a.example.org, ")
        for key, name in (("Down", "b.example.org"), ("End", "c.example.org"), ("Up", "b.example.org"),
                          ("Home", "a.example.org")):
            self.press_keys(key)
            self.wait_focus_on(name + ", ")

    def test_left_and_right_reach_the_buttons(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("a.example.org")
        for key, name in (("Right", "Copy header of a.example.org"), ("Right", "Copy as… for a.example.org"),
                          ("Right", "Copy as… for a.example.org"), ("Left", "Copy header of a.example.org"),
                          ("Left", "a.example.org, "), ("Right", "Copy header of a.example.org"),
                          ("Down", "b.example.org, ")):
            self.press_keys(key)
            self.wait_focus_on(re.escape(name))

    def test_right_reaches_what_stands_below(self):
        self.start([host("a.example.org", State="signing-in", LoginUri=LOGIN_URI, Provider="sso.example.org"),
                    signed_in("b.example.org")])
        self.focus_row("a.example.org")
        self.app.wait_for("Nothing opened?")
        for key, name in (("Right", "Cancel the sign-in to a.example.org"), ("Right", "Open again for a.example.org"),
                          ("Right", "Copy link for a.example.org"), ("Right", "Use another device for a.example.org"),
                          ("Right", "Use another device"), ("Left", "Copy link"), ("Left", "Open again"),
                          ("Left", "Cancel the sign-in"), ("Left", "a.example.org, ")):
            self.press_keys(key)
            self.wait_focus_on(re.escape(name))

    def test_the_menu_begins_with_what_can_be_done(self):
        self.start([host("a.example.org", State="signing-in", LoginUri=LOGIN_URI)])
        self.focus_row("a.example.org")
        self.press_keys("Menu")
        self.app.wait_for("Copy as")
        items = self.app.read(lambda nodes: [node.name for node in nodes if "menu item" in node.role])
        self.assertEqual(items[:3], ["Open again", "Copy link", "Use another device"])
        self.assertIn("Copy as", items)

    def test_long_press_opens_the_menu(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")], program="KEYFOB_UNINSTALLED",
                   KEYFOB_TEST_TOUCH="1")
        self.focus_row("a.example.org")
        box = self.app.wait_box("b.example.org", role="label")
        desktop.xdotool("mousemove", "--window", self.x_window(), box.x + 5, box.y + 5)
        desktop.xdotool("mousedown", 1)
        self.addCleanup(desktop.xdotool, "mouseup", 1)
        self.app.wait_for("Sign out…")
        desktop.xdotool("mouseup", 1)
        self.assertIsNone(self.app.find("1 selected"))
        self.app.press("Sign out…")
        self.app.wait_for("Sign out of b.example.org?")

    def test_enter_and_a_click_open_the_page(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")], size=(440, 600))
        self.focus_row("b.example.org")
        self.press_keys("Return")
        self.app.wait_for("Use it")
        self.press_keys("Escape")
        self.app.wait_gone("Use it")
        self.wait_focus_on("b.example.org, ")
        self.click("a.example.org", role="label")
        self.app.wait_for("Use it")

    def test_copy(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("ctrl+c")
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-b.example.org", "the header")

    def test_what_cannot_be_copied(self):
        self.start([host("a.example.org", State="signing-in", LoginUri=LOGIN_URI), host("b.example.org")])
        self.focus_row("a.example.org")
        self.press_keys("ctrl+c")
        self.app.wait_for("Nothing was copied: the sign-in to a.example.org is not finished.")
        self.assertEqual(self.agent.calls("GetToken"), [])
        sentence = "There is no valid token for b.example.org. Sign in with Keyfob first."
        self.agent.fail("GetToken", "InteractionRequired", sentence)
        self.focus_row("b.example.org")
        self.press_keys("ctrl+c")
        self.app.wait_for(sentence, within="b.example.org")

    def test_what_cannot_be_copied_on_the_page(self):
        self.start([host("a.example.org", State="signing-in", LoginUri=LOGIN_URI)], size=(440, 600))
        self.focus_row("a.example.org")
        self.press_keys("Return")
        self.wait_focus("Cancel the sign-in to a.example.org")
        self.press_keys("ctrl+c")
        self.app.wait_for("Nothing was copied: the sign-in to a.example.org is not finished.")

    def test_copy_as(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("ctrl+shift+c")
        desktop.wait_for(lambda: "b.example.org" in (desktop.read_clipboard() or ""), "what “Copy as” prefers")

    def test_undo(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("a.example.org")
        self.press_keys("Delete")
        self.wait_names("b.example.org")
        self.press_keys("ctrl+z")
        self.wait_names("a.example.org", "b.example.org")
        self.wait_focus_on("a.example.org, ")

    def test_renew(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("F5")
        self.app.wait_for("Getting a new token…", within="b.example.org")

    def test_nothing_to_renew(self):
        self.start([signed_in("a.example.org", Broker=True, left=2 * HOUR), host("b.example.org")])
        for name, sentence in (("a.example.org", "Nothing was renewed: a new token of a.example.org would end sooner."),
                               ("b.example.org", "Nothing was renewed: you are not signed in to b.example.org.")):
            self.focus_row(name)
            self.press_keys("F5")
            self.app.wait_for(sentence)
        self.assertEqual(self.agent.calls("Refresh"), [])

    def test_one_stop_for_each_way_to_use_it(self):
        self.start([signed_in("a.example.org")], size=(900, 700))
        self.focus_row("a.example.org")
        self.press_keys("Return")
        self.wait_focus_on("Copy header of a.example.org")
        stops = [self.focus()]
        while stops[-1] != "More":
            self.assertLess(len(stops), 12, stops)
            self.press_keys("Tab")
            desktop.wait_for(lambda: self.focus() not in ("", stops[-1]), f"the focus to leave {stops[-1]}")
            stops.append(self.focus())
        name = "a.example.org"
        # GTK 4.8 gives the focus to a button in it
        self.assertIn(stops.pop(1), ("Copy as…", f"Copy as, for {name}"))
        self.assertEqual(stops, [f"Copy header of {name}", f"Copy header of {name}",
                                 f"Copy command for curl for {name}", f"Copy Python code for {name}", "More"])

    def test_rename(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("F2")
        self.app.wait_for("Use it")

    def test_menu(self):
        self.start([signed_in("a.example.org"), signed_in("b.example.org")])
        self.focus_row("b.example.org")
        for key in ("Menu", "shift+F10"):
            self.press_keys(key)
            self.app.wait_for("Sign out…")
            self.press_keys("Escape")
            self.app.wait_gone("Sign out…")
            self.wait_focus_on("b.example.org, ")
        box = self.app.wait_box("a.example.org", role="label")
        desktop.xdotool("mousemove", "--window", self.x_window(), box.x + 5, box.y + 5)
        desktop.xdotool("click", 3)
        self.app.press("Sign out…")
        self.app.wait_for("Sign out of a.example.org?")


class Focus(ListCase):
    def test_begins_on_the_first_row(self):
        self.start([signed_in("a.example.org"), host("b.example.org", State="expired")])
        self.wait_focus_on("b.example.org, ")

    def test_begins_in_the_entry_where_there_is_no_row(self):
        self.start([])
        self.wait_focus_on("Address")

    def test_after_a_removal_the_next_has_it(self):
        self.start([signed_in(f"{letter}.example.org") for letter in "abc"])
        self.focus_row("b.example.org")
        self.press_keys("Delete")
        self.wait_names("a.example.org", "c.example.org")
        self.wait_focus_on("c.example.org, ")
        self.press_keys("Delete")
        self.wait_names("a.example.org")
        self.wait_focus_on("a.example.org, ")

    def test_after_sign_in_on_cancel_then_on_copy(self):
        self.start([signed_in("a.example.org"), host("b.example.org"), signed_in("c.example.org")])
        self.focus_row("b.example.org")
        self.press_keys("Right")
        self.wait_focus_on("Sign in to b.example.org")
        self.press_keys("space")
        self.wait_focus_on("Cancel the sign-in to b.example.org")
        self.agent.set_host("b.example.org", State="signed-in", LoginUri="", Provider="",
                            Expires=int(time.time()) + HOUR)
        self.wait_names("a.example.org", "b.example.org", "c.example.org")
        # in the row of the host, wherever that is now
        self.wait_focus_on("Copy header of b.example.org")

    def test_goes_with_the_host(self):
        self.start([signed_in(f"{letter}.example.org") for letter in "abc"])
        self.focus_row("a.example.org")
        self.press_keys("Right")
        self.wait_focus_on("Copy header of a.example.org")
        self.agent.set_host("a.example.org", Name="z.example.org")
        self.wait_names("b.example.org", "c.example.org", "z.example.org")
        self.wait_focus_on("(Copy header of )?z.example.org")


class Search(ListCase):
    HOSTS = [signed_in("Climate", Url="https://data.example.org", Account="alice@example.org"),
             signed_in("Portal", Url="https://portal.example.org", Options={"note": "For the Tuesday runs"}),
             host("Other", Url="https://other.example.net")]

    def test_name_address_account_and_note(self):
        self.start(self.HOSTS)
        self.app.wait_for("Portal")
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        for text, name in (("CLIM", "Climate"), ("example.net", "Other"), ("alice@", "Climate"), ("tuesday", "Portal")):
            self.app.write(SEARCH, text)
            self.wait_names(name)
        self.press_keys("Escape")
        self.wait_names("Climate", "Portal", "Other")

    def test_type_enter_enter_is_copied(self):
        self.start(self.HOSTS, size=(440, 600))
        self.app.wait_for("Portal")
        self.press_keys("p", "o", "r", "t")
        self.wait_names("Portal")
        self.picture("list-search")
        self.press_keys("Return")
        self.wait_focus("Copy header of Portal")
        self.press_keys("Return")
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-Portal", "the header")

    def test_what_is_not_there_is_added(self):
        for key in (True, False):
            with self.subTest(key):
                self.start(self.HOSTS, size=(440, 600))
                self.app.wait_for("Portal")
                self.press_keys("ctrl+f")
                self.wait_focus(SEARCH)
                desktop.xdotool("type", "new.example.org")
                self.app.wait_for("Add “new.example.org”")
                if key:
                    self.press_keys("Return")
                else:
                    self.app.press("Add “new.example.org”")
                self.wait_focus("Address")
                desktop.wait_for(lambda: "new.example.org" in self.app.texts(), "the text in the entry")
                self.tearDown()
                self.process = None

    def test_folded_hosts_are_found(self):
        names = [f"out{number:02}.example.org" for number in range(9)]
        self.start([signed_in("in.example.org"), *map(host, names)])
        self.wait_names("in.example.org", "Not signed in (9)")
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        desktop.xdotool("type", "out07")
        self.wait_names("out07.example.org")


    def test_find_again_selects_what_was_typed(self):
        self.start(self.HOSTS)
        self.focus_row("Portal")
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        desktop.xdotool("type", "clim")
        self.wait_names("Climate")
        self.press_keys("Tab")
        self.wait_focus_on("Climate, ")
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        desktop.xdotool("type", "port")
        self.wait_names("Portal")


class Escape(ListCase):
    """Out of anything, wherever the focus is."""

    HOSTS = [signed_in("one.example.org"), signed_in("two.example.org"), signed_in(PORTAL)]

    def tab_to(self, name):
        passed = []
        # some are called alike, so no name tells that it goes round
        while (focus := self.focus()) != name:
            passed.append(focus)
            self.assertLess(len(passed), 40, f"Tab does not lead to {name}, but to {passed}")
            self.press_keys("Tab")
            desktop.wait_for(lambda: self.focus() not in ("", passed[-1]), lambda: f"the focus to leave {passed[-1]}")

    def search(self, text):
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        desktop.xdotool("type", text)

    def wait_all(self):
        self.wait_names(PORTAL, "one.example.org", "two.example.org")
        self.wait_focus_gone(SEARCH)

    def wait_focus_gone(self, name):
        desktop.wait_for(lambda: self.focus() not in ("", name), lambda: f"the focus to leave {name}")

    def test_ends_the_search(self):
        self.start(self.HOSTS, agent={"TokenRequests": [question()], "Notices": [["damaged-file", "The file was damaged."]]})
        self.focus_row("one.example.org")
        for place in ("Add a server", "Find a server", "Allow once", "Dismiss"):
            with self.subTest(place):
                self.search("two")
                self.wait_names("two.example.org")
                self.tab_to(place)
                self.press_keys("Escape")
                self.wait_all()
                self.wait_focus_on(place)

    def test_ends_the_search_from_a_row(self):
        self.start(self.HOSTS)
        self.focus_row("one.example.org")
        self.search("two")
        self.wait_names("two.example.org")
        self.press_keys("Tab")
        self.wait_focus_on("two.example.org, ")
        self.press_keys("Right")
        self.wait_focus_on("Copy header of two.example.org")
        self.press_keys("Escape")
        self.wait_all()
        self.wait_focus_on("(Copy header of )?two.example.org")

    def test_ends_a_search_in_vain(self):
        self.start(self.HOSTS)
        self.focus_row("one.example.org")
        self.search("nowhere")
        self.tab_to("Add “nowhere”")
        self.press_keys("Escape")
        self.wait_all()
        self.wait_focus_on("one.example.org, ")

    def test_ends_the_selection(self):
        self.start(self.HOSTS)
        self.focus_row("one.example.org")
        for place in ("Add a server", "Main menu", "Remove"):
            with self.subTest(place):
                self.press_keys("ctrl+a")
                self.app.wait_for("3 selected")
                self.tab_to(place)
                self.press_keys("Escape")
                self.app.wait_gone("3 selected")
                self.wait_focus_on("one.example.org, ")

    def test_ends_the_selection_before_the_search(self):
        self.start(self.HOSTS)
        self.focus_row("one.example.org")
        self.search("two")
        self.wait_names("two.example.org")
        self.press_keys("Tab", "ctrl+a")
        self.app.wait_for("1 selected")
        self.press_keys("Escape")
        self.app.wait_gone("1 selected")
        self.wait_names("two.example.org")
        self.press_keys("Escape")
        self.wait_all()

    def test_leads_back_from_the_bar_below_a_page(self):
        self.start(self.HOSTS, agent={"TokenRequests": [question()]}, size=(440, 600))
        self.focus_row("one.example.org")
        self.press_keys("Return")
        self.app.wait_for("Use it")
        self.tab_to("Allow once")
        self.press_keys("Escape")
        self.app.wait_gone("Use it")


class Many(ListCase):
    def test_to_the_end_and_back(self):
        """Rows are made when somebody comes near them."""
        self.start([signed_in(f"host{number:03}.example.org") for number in range(300)])
        self.focus_row("host000.example.org")
        self.assertIsNone(self.app.find(re.compile("^host150.example.org")))
        self.press_keys("End")
        self.wait_focus_on("host299.example.org, ")
        self.app.wait_for("Copy header of host299.example.org")
        self.press_keys("Home")
        self.wait_focus_on("host000.example.org, ")
        self.press_keys("Next")
        self.wait_focus_on("host00[2-9]|host01")

    def test_a_search_from_the_end_shows_the_first_hit(self):
        self.start([signed_in(f"host{number:03}.example.org") for number in range(300)])
        self.focus_row("host000.example.org")
        self.press_keys("End")
        self.wait_focus_on("host299.example.org, ")
        self.app.wait_for("Copy header of host299.example.org")
        self.press_keys("ctrl+f")
        self.wait_focus(SEARCH)
        desktop.xdotool("type", "host1")
        self.app.wait_for("Copy header of host100.example.org")


if __name__ == "__main__":
    tap.main()
