# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Whether all that a page says can be read: the contrast of each text, measured in a picture of it.

4.5 : 1 is what WCAG 2.1 asks for. Buttons are libadwaita's, and what cannot be used now may be pale.
"""

import collections
import re
import subprocess

import desktop
import tap
import test_circumstances
from gi.repository import Atspi

LEAST = 4.5
CIRCUMSTANCES = ("narrow", "dark")


def luminance(colour):
    """Relative, as WCAG 2.1 defines it, of three bytes."""
    red, green, blue = (value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
                        for value in (byte / 255 for byte in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure(picture, width, box):
    """Between what is behind most of the box and what stands out most from that."""
    counts = collections.Counter()
    for row in range(box.y, box.y + box.height):
        line = picture[3 * (row * width + box.x):3 * (row * width + box.x + box.width)]
        counts.update(zip(line[0::3], line[1::3], line[2::3]))
    ground = luminance(counts.most_common(1)[0][0])
    ratios = [(max(ground, other) + 0.05) / (min(ground, other) + 0.05) for other in map(luminance, counts)]
    return max(ratios)


class Contrast(test_circumstances.Pages):
    def find_texts(self):
        """[(text, where it is in the window)] of what is not a button and can be used."""
        def walk(node, found):
            # its text is part of its looks
            if "button" in node.role or not node.has_state(Atspi.StateType.SENSITIVE):
                return found
            if "label" in node.role and node.text.strip():
                found.append((node.text, node.box))
            for child in node.children():
                if child.has_state(Atspi.StateType.VISIBLE):
                    walk(child, found)
            return found

        def read(_nodes):
            for root in self.app._roots():
                for window in root.children():
                    if re.search(desktop.MAIN_WINDOW, window.name):
                        return desktop.Node(window.accessible).box, walk(window, [])
            return None

        return desktop.wait_still(lambda: self.app.read(read), bool, "the texts")

    def take(self, name):
        """The texts and a picture, where none has moved meanwhile."""
        before = self.find_texts()
        path = self.picture(name)
        return (before, path) if self.find_texts() == before else None

    def check(self, page, circumstance):
        getattr(self, "show_" + page)(circumstance)
        (frame, texts), path = desktop.wait_for(
            lambda: self.take(f"contrast-{circumstance}-{page}"), "a picture of what stays where it is")
        geometry = self.x_geometry()
        picture = subprocess.run(["convert", str(path), "-depth", "8", "rgb:-"], check=True, capture_output=True).stdout
        # without a compositor there is a frame around what GTK calls the window
        margin = (geometry["WIDTH"] - frame.width) // 2
        pale = []
        measured = 0
        for text, box in texts:
            if min(box.x, box.y, box.width - 1, box.height - 1) < 0 or box.y + box.height > frame.height \
                    or box.x + box.width > frame.width:
                continue
            measured += 1
            ratio = measure(picture, geometry["WIDTH"], box._replace(x=box.x + margin, y=box.y + margin))
            if ratio < LEAST:
                pale.append(f"“{text}”: {ratio:.1f}")
        self.assertEqual(pale, [])
        self.assertGreater(measured, 1)


def add_test(page, circumstance):
    def test(self):
        self.check(page, circumstance)

    setattr(Contrast, f"test_{page}_{circumstance}", test)


# dialogs are the toolkit's
for page in sorted(set(test_circumstances.PAGES) - set(test_circumstances.WINDOWS)):
    for circumstance in CIRCUMSTANCES:
        add_test(page, circumstance)


if __name__ == "__main__":
    tap.main()
