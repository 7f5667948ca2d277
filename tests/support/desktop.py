# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a user does on a desktop: reads a window, presses its buttons, types, looks at the clipboard.

To be used on the private desktop of bed.sh. Windows are read and pressed through their
accessibility, as a screen reader does; keys come from xdotool.
"""

import contextlib
import functools
import pathlib
import re
import subprocess
import time
import typing

import gi

gi.require_version("Atspi", "2.0")
import waiting  # noqa: E402
from gi.repository import Atspi, GLib  # noqa: E402

# An object that goes while it is looked at is no news here; the library warns of each.
GLib.log_set_handler("dbind", GLib.LogLevelFlags.LEVEL_WARNING, lambda *_: None, None)

# Seconds: a whole desktop starts its programs only when they are needed, and shows them some time later.
DEADLINE = 2 * waiting.DEADLINE

# Title of the window of Keyfob: a page that fills it has its own there, too.
MAIN_WINDOW = "^(.+ – )?Keyfob$"


def wait_for(condition, what, seconds=DEADLINE):
    """wait_until() for what is read by accessibility, which costs more than a look at a variable."""
    return waiting.wait_until(condition, what, seconds, tick=100)


@contextlib.contextmanager
def acting():
    """Gives a busy program its time where something is done.

    The library waits for 0.8 s. Who looks then looks again; who presses then would press twice.
    """
    startup = 15000  # the library's own, as is the other
    Atspi.set_timeout(int(1000 * DEADLINE), startup)
    try:
        yield
    finally:
        Atspi.set_timeout(800, startup)


def wait_still(look, is_right, what):
    """What @look() says, once that is right and it says the same twice."""
    last = None

    def look_again():
        nonlocal last
        before, last = last, look()
        return last if last == before and is_right(last) else None

    return wait_for(look_again, what)


def read_rest(pid):
    """The time on the processor of each thread of a program; None while one of them runs."""
    try:
        tasks = [((task / "stat").read_text().rpartition(")")[2].split()[0], (task / "schedstat").read_text().split()[0])
                 for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
        return None
    return [spent for _, spent in tasks] if all(state == "S" for state, _ in tasks) else None


def screenshot(path):
    """The whole screen as a picture."""
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def xdotool(*arguments):
    answer = subprocess.run(
        ["xdotool", *map(str, arguments)], check=False, capture_output=True, text=True)
    return answer.stdout.strip()


def find_x_windows(title):
    """Ids of the windows on screen whose title matches the regular expression."""
    return xdotool("search", "--onlyvisible", "--name", title).split()


def read_clipboard(selection="clipboard"):
    """Text of the clipboard, None when it is empty."""
    answer = subprocess.run(
        ["xclip", "-out", "-selection", selection], check=False, capture_output=True, timeout=10)
    return answer.stdout.decode() if answer.returncode == 0 else None


def write_clipboard(text):
    """What another program copied before."""
    subprocess.run(["xclip", "-in", "-selection", "clipboard"], input=text.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Box(typing.NamedTuple):
    """A place in a window, in pixels."""

    x: int
    y: int
    width: int
    height: int


class Node:
    """A thing on screen that can be read and perhaps pressed."""

    def __init__(self, accessible):
        self.accessible = accessible

    @property
    def name(self):
        name = (self.accessible.get_name() or "").replace("_", "")
        # GTK 4.8 says the name of a button twice when its label could have a mnemonic
        half = name[:len(name) // 2]
        return half if name == f"{half} {half}" else name

    @property
    def role(self):
        return self.accessible.get_role_name()

    @property
    def text(self):
        """What can be typed into or selected, where there is such."""
        text = self.accessible.get_text_iface()
        # GTK 4.8 gives nothing of a label up to -1
        return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text else ""

    @property
    def window(self):
        """The window that it stands in."""
        node = self.accessible
        while (parent := node.get_parent()) is not None and parent.get_role() != Atspi.Role.APPLICATION:
            node = parent
        return Node(node)

    @property
    def window_title(self):
        return self.window.accessible.get_name()

    @property
    def has_focus(self):
        """Whether keys reach it. GTK 4.8 tells the focus in a window before the window has it."""
        return self.has_state(Atspi.StateType.FOCUSED) and self.window.has_state(Atspi.StateType.ACTIVE)

    @property
    def is_button(self):
        # a label has actions too, those of its context menu
        return ("label" not in self.role and self.accessible.get_action_iface() is not None
                and self.accessible.get_n_actions() > 0)

    @property
    def is_sensitive(self):
        return self.has_state(Atspi.StateType.SENSITIVE)

    def has_state(self, state):
        return self.accessible.get_state_set().contains(state)

    @property
    def box(self):
        """Where it is in its window. Before it is laid out, and where it is not shown, it has no size."""
        place = self.accessible.get_extents(Atspi.CoordType.WINDOW)
        return Box(place.x, place.y, place.width, place.height)

    def children(self):
        for index in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(index)
            if child is not None:
                yield Node(child)

    def walk(self):
        """This and all below it that is on screen."""
        yield self
        for child in self.children():
            if child.has_state(Atspi.StateType.VISIBLE):
                yield from child.walk()

    def parents(self):
        """What a label is written on."""
        parent = self.accessible.get_parent() if "label" in self.role else None
        if parent is not None and "button" in Node(parent).role:
            yield Node(parent)

    def press(self):
        with acting():
            self.accessible.do_action(0)

    def act(self, action):
        """Does the action of that name; whether there is one."""
        for index in range(self.accessible.get_n_actions() if self.accessible.get_action_iface() else 0):
            if self.accessible.get_action_name(index) == action:
                with acting():
                    return self.accessible.do_action(index)
        return False

    def write(self, text):
        editable = self.accessible.get_editable_text_iface()
        assert editable is not None, f"{self.name} cannot be typed into"
        with acting():
            Atspi.EditableText.set_text_contents(editable, text)


class Application:
    """A running program with a window, by the name it gives to accessibility (or a pattern of it)."""

    def __init__(self, name):
        self.name = name

    def _roots(self):
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for node in Node(desktop).children():
            try:
                name = node.accessible.get_name()
            except GLib.Error:  # a program that has just ended; the others can be read all the same
                continue
            if matches(name or "", self.name):
                yield node

    def read(self, look):
        """What @look makes of all nodes on screen; None where they changed under its eyes."""
        try:
            return look([node for root in self._roots() for node in root.walk()])
        except GLib.Error:  # an object that is gone by now
            return None

    def find(self, name, role=None, within=None):
        """The node of that name (a string, or a compiled regular expression), or None.

        @within: text of the row that it stands in, for buttons that every row has.
        """
        def look(nodes):
            if within is not None:
                nodes = narrow(nodes, within)
            for node in nodes:
                if matches(node.name, name) and (role is None or role in node.role):
                    return node
            return None

        return self.read(look)

    def find_button(self, name, within=None):
        def look(nodes):
            if within is not None:
                nodes = narrow(nodes, within)
            named = [node for node in nodes if matches(node.name, name)]
            # a button that says "Copied" for now is called by what it does, and of which server
            named += [node for node in nodes
                      if isinstance(name, str) and node.is_button and node.name.startswith(name + " of ")]
            # an icon-only button may carry its name where the press does nothing, so look below as well;
            # where a button says more to a screen reader than is written on it, its label has the name
            for node in named:
                for candidate in (*node.walk(), *node.parents()):
                    if candidate.is_button:
                        return candidate
            return None

        return self.read(look)

    def texts(self):
        """All that is written on screen, top to bottom."""
        def look(nodes):
            written = []
            for node in nodes:
                for text in (node.name, node.text):
                    if text and (not written or written[-1] != text):
                        written.append(text)
            return written

        return self.read(look) or []

    def wait_for(self, name, role=None, within=None, seconds=DEADLINE):
        return wait_for(lambda: self.find(name, role, within),
                        lambda: f"“{describe(name)}”; on screen: {self.texts()}", seconds)

    def wait_box(self, name, role=None, within=None, find=None):
        """Where that is in its window, once it has its place and stays there.

        @find: find_button, for a button.
        """
        find = find or functools.partial(self.find, role=role)

        def look():
            node = find(name, within=within)
            try:
                return node and node.box
            except GLib.Error:
                return None

        return wait_still(look, lambda box: box and box.width > 0 and box.height > 0,
                          f"“{describe(name)}” to have its place")

    def wait_gone(self, name, role=None, within=None, seconds=DEADLINE):
        def gone():
            return self.read(lambda nodes: not any(
                matches(node.name, name) and (role is None or role in node.role)
                for node in (narrow(nodes, within) if within is not None else nodes)))

        wait_for(gone, lambda: f"“{describe(name)}” to go; on screen: {self.texts()}", seconds)

    def wait_text(self, pattern, seconds=DEADLINE):
        """Waits until something on screen matches the regular expression; gives the match."""
        def search():
            for text in self.texts():
                found = re.search(pattern, text)
                if found:
                    return found
            return None

        return wait_for(search, lambda: f"“{pattern}”; on screen: {self.texts()}", seconds)

    def press(self, name, within=None, seconds=DEADLINE):
        """Waits for the button and presses it."""
        def try_press():
            button = self.find_button(name, within)
            if button is None or not button.is_sensitive:
                return False
            try:
                button.press()
            except GLib.Error:
                return False
            return True

        wait_for(try_press, lambda: f"button “{describe(name)}”; on screen: {self.texts()}", seconds)

    def act(self, action, within=None, seconds=DEADLINE):
        """Does what has a name in accessibility, but no button, such as "row.menu"."""
        def look(nodes):
            return any(node.act(action) for node in (narrow(nodes, within) if within is not None else nodes))

        wait_for(lambda: self.read(look), lambda: f"action “{action}”; on screen: {self.texts()}", seconds)

    def click(self):
        """Where the pointer is, as slowly as a hand.

        After a layout GTK asks where the pointer is, and forgets a press if the button is up by then, so it is let go
        only once there is nothing to lay out. The press comes by way of the window manager, which may take its time:
        rest before it is none after it.
        """
        self.settle(lambda: xdotool("mousedown", 1))
        xdotool("mouseup", 1)

    def settle(self, act):
        """Does @act, and waits for all that comes of it, which is something."""
        pid = next(self._roots()).accessible.get_process_id()
        before = wait_still(lambda: read_rest(pid), bool, "the program to rest")
        act()
        wait_still(lambda: read_rest(pid), lambda spent: spent and spent != before, "all that comes of it")

    def press_in_dialog(self, name):
        """Presses the button of a dialog that closes on it.

        GTK 4.8 does not survive being read while a dialog closes, so this looks away until then.
        """
        def find_title():
            button = self.find_button(name)
            try:
                return button and [button.window_title]
            except GLib.Error:
                return None

        def find_windows():
            # that of GTK about a file that is there already has no title
            return find_x_windows(f"^{re.escape(title)}$") if title else [xdotool("getactivewindow")]

        # it can be read before it is on screen
        title, = wait_for(find_title, f"a dialog with “{name}”")
        windows = wait_for(find_windows, f"the dialog “{title}”")
        self.press(name)
        wait_for(lambda: not set(windows) & set(find_x_windows(".*")), f"the dialog “{title}” to close")

    def wait_focus(self, name):
        def look(nodes):
            return any(node.name == name and node.has_focus for node in nodes)

        wait_for(lambda: self.read(look), f"the focus to be on “{name}”")

    def open_adding(self):
        """Opens the page on which a server is added; the empty list has the same form, which can be read too."""
        self.press("Add a server")
        self.wait_focus("Address")

    def write(self, name, text, seconds=DEADLINE):
        """Types into the entry of that name."""
        def try_write():
            def look(nodes):
                for node in nodes:
                    if not matches(node.name, name):
                        continue
                    for candidate in node.walk():
                        if candidate.accessible.get_editable_text_iface() is not None:
                            candidate.write(text)
                            return True
                return False

            return self.read(look)

        wait_for(try_write, lambda: f"entry “{describe(name)}”; on screen: {self.texts()}", seconds)


def matches(text, wanted):
    return text == wanted if isinstance(wanted, str) else bool(wanted.search(text))


def describe(name):
    return name if isinstance(name, str) else name.pattern


def narrow(nodes, within):
    """The nodes of the list row that says @within."""
    for row in nodes:
        if "list item" in row.role and any(within in node.name for node in row.walk()):
            return list(row.walk())
    return []
