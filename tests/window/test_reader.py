# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a screen reader makes of each page: all of its accessibility tree, and a walk over it by Tab."""

import warnings

import desktop
import reader
import tap
import test_circumstances
from gi.repository import Atspi

BUTTONS = ("push button", "button", "toggle button", "check box", "switch", "radio button", "combo box", "entry", "text",
           "menu item", "link", "spin button")
# Where the focus may stop.
STOPS = (*BUTTONS, "list item", "label", "page tab", "table row", "tree item", "grouping", "panel")
# What no reader tells of: what only lays out, and the bar of a scroll.
SILENT = ("filler", "scroll bar", "separator")
# Windows that are the toolkit's, with all that is in them, buttons without a name too.
TOOLKIT = ("about", "shortcuts")
MOST_STOPS = 60

warnings.filterwarnings("ignore", category=DeprecationWarning)


def has_place(node):
    """GTK 4.8 does not tell what is shown; what is not has no size."""
    if node.accessible.get_component_iface() is None:
        return any(has_place(child) for child in node.children())
    return node.box.width > 0 and node.box.height > 0


def walk(node):
    """All that is on screen. Of what can be chosen from, only itself: its parts are the toolkit's."""
    yield node
    if "combo box" in node.role and node.has_state(Atspi.StateType.FOCUSABLE):
        return
    for child in node.children():
        if child.has_state(Atspi.StateType.VISIBLE) and has_place(child):
            yield from walk(child)


def find_faults(node):
    role, name = node.role, node.name
    if role in SILENT:
        return []
    faults = []
    # a label without text says nothing
    if reader.TYPE_NAME.match(name) and not ("label" in role and not node.text):
        faults.append(f"{role} has the name of a type: {name}, in {reader.context(node.accessible)}")
    if role in BUTTONS and not name and node.has_state(Atspi.StateType.FOCUSABLE):
        faults.append(f"{role} without a name in {reader.context(node.accessible)}")
    if node.has_state(Atspi.StateType.FOCUSABLE) and role not in STOPS + ("list", "scroll pane"):
        faults.append(f"{role} “{name}” takes the focus")
    return faults


class Pages(test_circumstances.Pages):
    def bring_up(self, page):
        getattr(self, "show_" + page)("light")

    def check_hidden(self):
        """A page that another one covers is not to be found, nor are its buttons.

        In the list of servers, GTK has rows ready that are not on screen yet.
        """
        def read(nodes):
            buttons = [(has_place(node), node.name) for node in nodes
                       if node.role == "push button" and "Servers" not in reader.context(node.accessible)]
            # a dialog has its buttons twice, for when there is room and when there is none
            shown = {name for placed, name in buttons if placed}
            return {name for placed, name in buttons if not placed} - shown

        self.assertEqual(desktop.wait_for(lambda: [self.app.read(read)], "the buttons"), [set()])

    def check_tree(self):
        """On what is shown: names, and no two that sound the same."""
        def look():
            def read(_nodes):
                return [node for root in self.app._roots() for window in root.children() for node in walk(window)]
            return self.app.read(read)

        nodes = desktop.wait_for(look, "the tree")
        faults = [fault for node in nodes for fault in find_faults(node)]
        said = {}
        for node in nodes:
            if node.role in BUTTONS and node.has_state(Atspi.StateType.FOCUSABLE):
                said.setdefault(str(reader.Stop(node.accessible)), []).append(node)
        faults += [f"said of {len(same)} things: {text}" for text, same in said.items() if len(same) > 1]
        self.assertEqual(faults, [])

    def check_stops(self):
        """Tab leads round, and only to what can be told of."""
        heard = reader.Reader()
        self.addCleanup(heard.close)
        seen = []
        while len(seen) < MOST_STOPS:
            before = len(heard.stops)
            desktop.xdotool("key", "Tab")
            stop = heard.wait_stop(before)
            if stop.accessible in seen:
                return
            seen.append(stop.accessible)
            self.assertIn(stop.role, STOPS, stop)
            self.assertNotEqual(stop.name, "", stop)
            self.assertNotRegex(stop.name, reader.TYPE_NAME)
            self.assertTrue(has_place(desktop.Node(stop.accessible)), f"{stop} is not on screen")
        self.fail("Tab does not lead round: " + "\n".join(map(str, heard.stops)))


def add_test(page):
    def test(self):
        self.bring_up(page)
        self.check_hidden()
        self.check_tree()
        self.check_stops()

    setattr(Pages, "test_" + page, test)


for page in test_circumstances.PAGES:
    if page not in TOOLKIT:
        add_test(page)


if __name__ == "__main__":
    tap.main()
