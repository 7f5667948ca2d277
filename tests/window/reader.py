# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a screen reader gets to hear, from the same events. For use on the bed of bed.sh.

A reader says the names of what the focus came into, then name, role and description of what has it; what changes there while
it has the focus; and announcements, where the toolkit makes them.
"""

import re

import desktop
from gi.repository import Atspi, GLib

EVENTS = ("object:state-changed:focused", "object:property-change:accessible-description",
          "object:property-change:accessible-name", "object:announcement")

# Names that a toolkit makes up where it was given none.
TYPE_NAME = re.compile(r"^(Gtk|Adw|Gdk|Keyfob)[A-Z][A-Za-z]+$")


def context(accessible):
    """Names of what it is in, from the window inwards."""
    names = []
    parent = accessible.get_parent()
    while parent is not None and parent.get_role() != Atspi.Role.APPLICATION:
        node = desktop.Node(parent)
        if node.name and "filler" not in node.role:
            names.insert(0, node.name)
        parent = parent.get_parent()
    return names


class Stop:
    """Where the focus is, or was."""

    def __init__(self, accessible):
        node = desktop.Node(accessible)
        self.accessible = accessible
        self.name, self.role = node.name, node.role
        self.description = accessible.get_description() or ""
        self.context = context(accessible)

    def __str__(self):
        said = [*self.context, self.name, self.role]
        if self.description not in ("", self.name):
            said.append(self.description)
        return " · ".join(said)


class Reader:
    def __init__(self):
        self.stops = []
        self.outcomes = []  # what was said since the focus last moved
        self.listener = Atspi.EventListener.new(self.on_event)
        for event in EVENTS:
            self.listener.register(event)

    def close(self):
        for event in EVENTS:
            self.listener.deregister(event)

    def on_event(self, event):
        try:
            if event.type.startswith("object:state-changed:focused"):
                if event.detail1:
                    self.stops.append(Stop(event.source))
                    self.outcomes = [self.stops[-1].name, self.stops[-1].description]
            elif event.type.startswith("object:announcement"):
                self.outcomes.append(event.any_data)
            elif self.stops and event.source == self.stops[-1].accessible:
                event.source.clear_cache()
                self.outcomes += [desktop.Node(event.source).name, event.source.get_description() or ""]
        except GLib.Error:  # gone by now
            pass

    def wait_stop(self, before):
        """The stop that came after so many."""
        desktop.wait_for(lambda: len(self.stops) > before, lambda: f"the focus to move on from “{self.stops[-1:]}”")
        return self.stops[-1]

    def wait_outcome(self, pattern):
        """Waits until what has the focus, or an announcement, says so."""
        def look():
            return any(re.search(pattern, text) for text in self.outcomes)

        desktop.wait_for(look, lambda: f"“{pattern}” to be said; at {self.stops and str(self.stops[-1])}: {self.outcomes}")
