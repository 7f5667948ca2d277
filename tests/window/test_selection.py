# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Several servers at once: how they are selected, what can be done with them, and which row is marked otherwise."""

import os
import pathlib
import time

import desktop
import tap
from gi.repository import Atspi
from rows import ListCase, signed_in
from window import HOUR, LOGIN_URI, QUESTION, host

SIX = [signed_in(f"{letter}.example.org") for letter in "abcdef"]


class SelectionCase(ListCase):
    def selected(self):
        """The names of the rows that a screen reader calls selected."""
        def look(nodes):
            return [node.name.split(",")[0] for node in nodes
                    if "list item" in node.role and node.has_state(Atspi.StateType.SELECTED)]

        return self.app.read(look) or []

    def wait_selected(self, letters):
        names = [f"{letter}.example.org" for letter in letters]
        desktop.wait_for(lambda: self.selected() == names, lambda: f"{names}; selected are {self.selected()}")

    def click_with(self, key, name):
        desktop.xdotool("keydown", key)
        try:
            self.click(name, role="label")
        finally:
            desktop.xdotool("keyup", key)

    def description(self):
        def look(nodes):
            focused = [node for node in nodes if node.has_focus]
            return focused[-1].accessible.get_description() if focused else None

        return self.app.read(look)

    def wait_description(self, text):
        desktop.wait_for(lambda: self.description() == text, lambda: f"“{text}”; it is “{self.description()}”")


class Selecting(SelectionCase):
    def test_by_clicks(self):
        self.start(SIX, size=(440, 700))
        self.focus_row("a.example.org")
        self.click_with("ctrl", "b.example.org")
        self.wait_selected("b")
        self.app.wait_for("1 selected")
        # now without a key, on one more and on the first one again
        self.click("d.example.org", role="label")
        self.wait_selected("bd")
        self.click("b.example.org", role="label")
        self.wait_selected("d")
        self.click_with("shift", "d.example.org")
        self.wait_selected("bcd")
        self.picture("selection")
        self.assertIsNone(self.app.find("Use it"))

    def test_by_a_click_with_shift_from_the_focus_on(self):
        self.start(SIX, size=(440, 700))
        self.focus_row("b.example.org")
        self.click_with("shift", "d.example.org")
        self.wait_selected("bcd")

    def test_by_keys(self):
        self.start(SIX)
        self.focus_row("b.example.org")
        self.press_keys("ctrl+space")
        self.wait_selected("b")
        self.wait_description("1 selected")
        self.press_keys("shift+Down")
        self.wait_focus_on("c.example.org, ")
        self.press_keys("shift+Down")
        self.wait_selected("bcd")
        self.wait_focus_on("d.example.org, ")
        self.wait_description("3 selected")
        self.press_keys("shift+Up")
        self.wait_selected("bc")
        # the focus goes without it, and Enter and space select instead of opening a page
        self.press_keys("End", "Return")
        self.wait_selected("bcf")
        self.press_keys("space")
        self.wait_selected("bc")
        self.press_keys("ctrl+a")
        self.wait_selected("abcdef")
        self.wait_description("6 selected")
        self.press_keys("Escape")
        self.wait_selected("")
        self.app.wait_gone("6 selected")
        self.wait_focus_on("f.example.org, ")
        self.press_keys("shift+Home")
        self.wait_selected("abcdef")

    def test_from_the_menus(self):
        self.start(SIX)
        self.focus_row("c.example.org")
        self.press_keys("Menu")
        self.app.press("Select")
        self.wait_selected("c")
        self.app.press("Cancel")
        self.app.wait_gone("1 selected")
        self.wait_focus_on("c.example.org, ")
        self.app.press("Main menu")
        self.app.press("Select Servers")
        self.app.wait_for("Nothing is selected")
        self.wait_focus_on("c.example.org, ")
        self.wait_description("Nothing is selected")
        self.press_keys("space")
        self.wait_selected("c")

    def test_extended_from_where_nothing_was_selected(self):
        self.start(SIX)
        self.focus_row("b.example.org")
        self.app.press("Main menu")
        self.app.press("Select Servers")
        self.wait_description("Nothing is selected")
        self.wait_focus_on("b.example.org, ")
        self.press_keys("shift+Down")
        self.wait_focus_on("c.example.org, ")
        self.press_keys("shift+Down")
        self.wait_selected("bcd")

    def test_what_a_search_hides_is_not_selected(self):
        self.start(SIX)
        self.focus_row("a.example.org")
        self.press_keys("ctrl+a", "ctrl+f")
        self.wait_focus("Name, address, account or note")
        desktop.xdotool("type", "b.ex")
        self.app.wait_for("1 selected")
        self.press_keys("Escape")
        self.wait_selected("b")

    def test_no_button_is_hit_while_selecting(self):
        self.start(SIX)
        self.focus_row("a.example.org")
        box = self.app.wait_box("Copy header", within="b.example.org", find=self.app.find_button)
        self.press_keys("ctrl+space")
        self.wait_selected("a")
        desktop.xdotool("mousemove", "--window", self.x_window(), box.x + box.width // 2, box.y + box.height // 2)
        self.app.click()
        self.wait_selected("ab")
        self.assertEqual(self.agent.calls("GetToken"), [])


    def test_no_button_of_a_row_acts_while_selecting(self):
        error = "a.example.org does not answer."
        self.start([host("a.example.org", State="offline", left=HOUR, Error=error, ErrorDetails={"error": "Network", "cause": "timed out"}),
                    host("b.example.org", State="signing-in", LoginUri=LOGIN_URI, Provider="sso.example.org"),
                    host("c.example.org", State="signing-in", Question=QUESTION)], size=(440, 700))
        buttons = ("Try again with a.example.org", "Details of a.example.org", "Open again for b.example.org",
                   "Copy link for b.example.org", "Use another device for b.example.org", "Continue with c.example.org")
        for button in buttons:
            self.wait_for_button(button)
        self.focus_row("a.example.org")
        self.press_keys("ctrl+space")
        self.wait_selected("a")
        self.picture("selection-of-trouble")
        # nor by the keys that lead from the row to its buttons
        self.press_keys("Right")
        for button in buttons:
            self.app.find(button).press()
        self.wait_focus_on("a.example.org, ")
        # a press of a button acts some time later, and they do so in turn
        self.app.find("Cancel", "button").press()
        self.app.wait_gone("1 selected")
        for method in ("Refresh", "OpenPage", "Continue"):
            self.assertEqual(self.agent.calls(method), [])
        self.assertIsNone(self.app.find("Link copied"))
        self.press_keys("Right")
        self.app.press("Try again with a.example.org")
        self.agent.wait_call("Refresh")


class Doing(SelectionCase):
    def test_remove_and_undo(self):
        self.start(SIX)
        self.focus_row("b.example.org")
        self.press_keys("shift+Down")
        self.wait_selected("bc")
        self.app.press("Remove")
        self.app.wait_for("2 servers removed")
        self.wait_names(*(f"{letter}.example.org" for letter in "adef"))
        self.wait_focus_on("d.example.org, ")
        self.assertEqual(self.agent.calls("RemoveHost"), [])
        self.press_keys("ctrl+z")
        self.app.wait_for("2 servers are back")
        self.wait_names(*(f"{letter}.example.org" for letter in "abcdef"))
        self.assertEqual(self.agent.calls("RemoveHost"), [])

    def test_remove_all_is_told(self):
        self.start(SIX)
        self.focus_row("b.example.org")
        self.press_keys("ctrl+a")
        self.wait_selected("abcdef")
        self.press_keys("Delete")
        self.wait_focus("Address")
        self.wait_description("6 servers removed")

    def test_remove_by_key(self):
        self.start(SIX)
        paths = self.agent.paths("e.example.org", "f.example.org")
        self.focus_row("f.example.org")
        self.press_keys("shift+Up", "Delete")
        self.app.wait_for("2 servers removed")
        self.wait_focus_on("d.example.org, ")
        self.press_keys("ctrl+w")
        self.wait_end()
        self.assertEqual(sorted(self.agent.calls("RemoveHost")), sorted([path] for path in paths))

    def test_by_keys_in_the_bar(self):
        self.start(SIX)
        self.focus_row("b.example.org")
        self.press_keys("ctrl+space")
        self.wait_selected("b")
        self.press_keys("Tab")
        self.wait_focus("Export…")
        self.press_keys("ctrl+a")
        self.wait_selected("abcdef")
        self.press_keys("Delete")
        self.app.wait_for("6 servers removed")

    def test_export(self):
        self.start(SIX)
        paths = self.agent.paths("b.example.org", "c.example.org")
        file = pathlib.Path(os.environ["BED_DIR"], "some.ini")
        self.focus_row("b.example.org")
        self.press_keys("shift+Down")
        self.app.press("Export…")
        chooser = self.x_window("Export the list")
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == chooser, "the chooser")
        desktop.xdotool("key", "ctrl+a")
        desktop.xdotool("type", str(file))
        desktop.xdotool("key", "Return")
        # GTK 4.8 does not survive being read while a dialog closes
        desktop.wait_for(lambda: not desktop.find_x_windows("^Export the list$"), "the chooser to close")
        self.app.wait_text("^Exported to .*some.ini$")
        self.assertEqual(self.agent.calls("ExportHosts"), [[paths]])
        self.assertEqual(file.read_text(), "[https://b.example.org]\n[https://c.example.org]\n")
        self.wait_selected("bc")


class Series(SelectionCase):
    """Signing in to several, one after the other."""

    def press_bar(self, button):
        """The first button of the bar, by the keys that reach it."""
        self.press_keys("Tab")
        self.wait_focus(button)
        self.press_keys("space")

    def begin(self, *hosts):
        self.start(hosts, size=(440, 700))
        self.sign_in_to_all(len(hosts))

    def sign_in_to_all(self, n_hosts):
        self.focus_row("a.example.org")
        self.press_keys("ctrl+a")
        self.app.wait_for(f"{n_hosts} selected")
        self.press_bar("Sign in")

    def signed_in(self, name):
        self.agent.set_host(name, State="signed-in", LoginUri="", Provider="", Expires=int(time.time()) + HOUR)

    def test_the_next_begins_when_the_one_before_has_ended(self):
        self.begin(*(host(f"{letter}.example.org") for letter in "abc"), signed_in("d.example.org"))
        self.app.wait_for("Signing in to a.example.org (1 of 3)")
        self.wait_focus("Cancel")
        self.assertEqual(len(self.agent.calls("SignIn")), 1)
        self.signed_in("a.example.org")
        self.app.wait_for("Signing in to b.example.org (2 of 3)")
        self.wait_description("Signing in to b.example.org (2 of 3)")
        sentence = "b.example.org does not know you."
        self.agent.set_host("b.example.org", State="signed-out", LoginUri="", Provider="", Error=sentence)
        self.app.wait_for("Signing in to c.example.org (3 of 3)")
        # cancelled in its row
        self.app.press("Cancel", within="c.example.org")
        self.app.wait_for("Signed in to 1 of 3 servers")
        self.app.wait_for("d.example.org: Signed in\na.example.org: Signed in\n"
                          f"b.example.org: {sentence}\nc.example.org: cancelled")
        self.picture("series-over")
        self.assertEqual(len(self.agent.calls("SignIn")), 3)
        self.wait_focus("Close")
        self.press_keys("space")
        self.app.wait_gone("Signed in to 1 of 3 servers")
        desktop.wait_for(lambda: self.focus() in self.rows(), "the focus on a row")

    def test_what_the_agent_refuses(self):
        sentence = "Cannot reach a.example.org."
        self.start([host("a.example.org"), host("b.example.org")], failing=("SignIn", "Network", sentence))
        self.sign_in_to_all(2)
        self.app.wait_for("Signing in to b.example.org (2 of 2)")
        self.app.wait_for(f"a.example.org: {sentence}")

    def test_servers_of_one_name(self):
        self.begin(*(host("a.example.org", Url=f"https://{letter}.example.org") for letter in "ab"),
                   signed_in("a.example.org", Url="https://c.example.org"))
        self.app.wait_for("Signing in to a.example.org (a.example.org) (1 of 2)")
        self.press_keys("space")
        self.app.wait_for("a.example.org (c.example.org): Signed in\na.example.org (a.example.org): cancelled\n"
                          "a.example.org (b.example.org): not begun")

    def test_report_is_read_by_keys(self):
        """It shows its end, and the keys scroll it."""
        names = ["a.example.org"] + [f"{letter}.{'long.' * 12}example.org" for letter in "bcdefgh"]
        lines = [f"{name}: {'not begun' if number else 'cancelled'}" for number, name in enumerate(names)]
        self.begin(*map(host, names))
        self.app.wait_for("Signing in to a.example.org (1 of 8)")
        self.wait_focus("Cancel")
        self.press_keys("space")
        report = "\n".join(lines)
        self.app.wait_for(report)
        self.wait_focus("Close")
        end = self.app.wait_box(report)
        self.assertGreater(end.height, 200)
        self.assertLess(end.y + end.height, self.x_geometry()["HEIGHT"])
        self.picture("series-report")
        self.press_keys("shift+Tab", "Home")
        desktop.wait_for(lambda: self.app.wait_box(report).y > end.y, "the report to be scrolled")

    def test_cancel_ends_the_series(self):
        self.begin(*(host(f"{letter}.example.org") for letter in "abc"))
        self.app.wait_for("Signing in to a.example.org (1 of 3)")
        self.wait_focus("Cancel")
        self.press_keys("space")
        self.app.wait_for("Signed in to 0 of 3 servers")
        self.app.wait_for("a.example.org: cancelled\nb.example.org: not begun\nc.example.org: not begun")
        self.agent.wait_call("Cancel")
        self.assertEqual(len(self.agent.calls("SignIn")), 1)

    def test_cancel_before_the_agent_has_answered(self):
        self.start([host("a.example.org"), host("b.example.org")])
        self.agent.call("Hold", "SignIn")
        self.sign_in_to_all(2)
        self.agent.wait_call("SignIn")
        self.wait_focus("Cancel")
        self.press_keys("space")
        self.app.wait_for("a.example.org: cancelled\nb.example.org: not begun")
        # and no page is left to finish in
        self.agent.call("Release", "SignIn")
        self.agent.wait_call("Cancel")
        self.assertEqual(len(self.agent.calls("SignIn")), 1)

    def test_that_ends_as_soon_as_it_begins(self):
        self.begin(host("a.example.org", **{"after-sign-in": "signed-out"}), host("b.example.org"))
        self.app.wait_for("Signing in to b.example.org (2 of 2)")
        self.app.wait_for("a.example.org: cancelled")

    def test_servers_that_leave_the_list(self):
        self.begin(*(host(f"{letter}.example.org") for letter in "abc"))
        self.app.wait_for("Signing in to a.example.org (1 of 3)")
        first, second = self.agent.paths("a.example.org", "b.example.org")
        # one before its turn, and the one whose turn it is
        self.agent.remove_host(second)
        self.app.wait_gone("b.example.org")
        self.agent.remove_host(first)
        self.app.wait_for("Signing in to c.example.org (3 of 3)")
        self.signed_in("c.example.org")
        self.app.wait_for("Signed in to 1 of 3 servers")
        self.app.wait_for("a.example.org is no longer in the list.\nb.example.org is no longer in the list.\n"
                          "c.example.org: Signed in")

    def test_server_that_the_user_removes(self):
        self.begin(host("a.example.org"), host("b.example.org"))
        self.app.wait_for("Signing in to a.example.org (1 of 2)")
        self.app.act("row.menu", within="a.example.org")
        self.app.press("Remove")
        self.app.wait_for("Signing in to b.example.org (2 of 2)")
        self.app.wait_for("a.example.org is no longer in the list.")

    def test_servers_that_the_user_removes_at_once(self):
        self.begin(*(host(f"{letter}.example.org") for letter in "abcd"))
        self.app.wait_for("Signing in to a.example.org (1 of 4)")
        self.wait_focus("Cancel")
        self.press_keys("shift+Tab")
        self.focus_row("a.example.org")
        self.press_keys("shift+Down", "shift+Down", "Delete")
        self.app.wait_for("3 servers removed")
        self.app.wait_for("Signing in to d.example.org (4 of 4)")
        self.agent.wait_call("SignIn")
        # of those that stayed, and of no removed one
        self.assertEqual(len(self.agent.calls("SignIn")), 2)

    def test_agent_that_ends(self):
        self.begin(host("a.example.org"), host("b.example.org"))
        self.app.wait_for("Signing in to a.example.org (1 of 2)")
        self.agent.kill()
        self.app.wait_for("Signed in to 0 of 2 servers")
        self.app.wait_for("a.example.org: Keyfob's background service did not answer. Try again.\n"
                          "b.example.org: not begun")
        # the window has a button of that name, too
        self.app.act("series.end")
        self.app.wait_gone("Signed in to 0 of 2 servers")


class Shown(SelectionCase):
    def test_row_of_the_page_beside_the_list(self):
        self.start(SIX, size=(900, 600))
        self.focus_row("c.example.org")
        self.press_keys("Return")
        self.app.wait_for("Use it")
        self.wait_selected("c")
        self.picture("shown-row")
        self.agent.set_host("c.example.org", Name="a.example.org/c")
        desktop.wait_for(lambda: self.selected() == ["a.example.org/c"], "the row in its new place")
        # what is selected counts instead, until that is over
        self.press_keys("Escape")
        self.wait_focus_on("a.example.org/c, ")
        self.click_with("ctrl", "e.example.org")
        self.wait_selected("e")
        self.press_keys("Escape")
        desktop.wait_for(lambda: self.selected() == ["a.example.org/c"], "the row to be marked again")

    def test_not_below_the_page(self):
        self.start(SIX, size=(440, 600))
        self.focus_row("c.example.org")
        self.press_keys("Return")
        self.app.wait_for("Use it")
        self.press_keys("Escape")
        self.wait_focus_on("c.example.org, ")
        self.assertEqual(self.selected(), [])


if __name__ == "__main__":
    tap.main()
