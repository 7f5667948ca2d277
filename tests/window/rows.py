# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The rows of the list, as a person finds and reaches them."""

import re

import desktop
from window import MINUTE, WindowCase, host


def signed_in(name, **properties):
    return host(name, **{"State": "signed-in", "Account": "Alice Example", "left": 42 * MINUTE, **properties})


class ListCase(WindowCase):
    def rows(self):
        """What a screen reader says of the rows, from the top."""
        return self.app.read(lambda nodes: [node.name for node in nodes if "list item" in node.role]) or []

    def names(self):
        return [row.split(",")[0] for row in self.rows()]

    def wait_names(self, *names):
        desktop.wait_for(lambda: self.names() == list(names), lambda: f"{names}; there are {self.rows()}")

    def focus(self):
        def look(nodes):
            focused = [node for node in nodes if node.has_focus]
            return focused[-1].name if focused else ""

        return self.app.read(look) or ""

    def wait_focus_on(self, pattern):
        desktop.wait_for(lambda: re.match(pattern, self.focus()), lambda: f"the focus on {pattern}; it is on {self.focus()}")

    def focus_row(self, name):
        """By the keys of somebody without a mouse."""
        self.app.wait_for(re.compile(f"^{re.escape(name)}, "), role="list item")
        desktop.wait_for(lambda: self.focus() in self.rows(), lambda: f"the focus on a row; it is on {self.focus()}")
        self.press_keys("Home", *["Down"] * self.names().index(name))
        self.wait_focus_on(re.escape(name) + ", ")
