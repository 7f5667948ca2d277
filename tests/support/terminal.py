# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A picture of what a terminal shows: half blocks in their colours, other characters as blanks.

It knows the sequences that keyfobctl uses, and no others.
"""

import re

DARK, LIGHT = (20, 20, 20), (250, 250, 245)
COLOURS = {16: (0, 0, 0), 231: (255, 255, 255)}
WIDTH, HEIGHT = 8, 16  # of a character, in pixels
# whether the upper and the lower half of a character have the colour of the text
HALVES = {"▀": (True, False), "▄": (False, True), "█": (True, True)}
PART = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(.)", re.DOTALL)


class Terminal:
    def __init__(self, columns, background):
        self.columns = columns
        self.background = background
        self.text = LIGHT if background == DARK else DARK
        self.colours = self.text, background
        self.rows = [{}]  # column → halves
        self.column = 0

    def feed(self, data):
        for parameters, command, character in PART.findall(data.decode()):
            if command == "m":
                self.set_colours([int(number or 0) for number in parameters.split(";")])
            elif command == "K":
                row = self.rows[-1]
                for column in [column for column in row if column >= self.column]:
                    del row[column]
            elif command:
                raise ValueError(f"unknown sequence {parameters}{command}")
            elif character == "\r":
                self.column = 0
            elif character == "\n":
                self.rows.append({})
            elif character == "\x1b" or ord(character) < 32:
                raise ValueError(f"unknown control character {character!r}")
            else:
                self.put(character)

    def set_colours(self, numbers):
        text, background = self.colours
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                text, background = self.text, self.background
            elif number in (38, 48) and numbers[0] == 5:
                colour = COLOURS[numbers[1]]
                text, background = (colour, background) if number == 38 else (text, colour)
                del numbers[:2]
            else:
                raise ValueError(f"unknown colour {number}")
        self.colours = text, background

    def put(self, character):
        if self.column == self.columns:
            self.rows.append({})
            self.column = 0
        upper, lower = HALVES.get(character, (False, False))
        text, background = self.colours
        self.rows[-1][self.column] = text if upper else background, text if lower else background
        self.column += 1

    def find_modules(self):
        """The modules of the QR code with what is around it in its own colours: rows of whether each is dark."""
        black, white = COLOURS[16], COLOURS[231]
        rows = []
        for row in self.rows:
            cells = [cell for _, cell in sorted(row.items()) if set(cell) <= {black, white}]
            if cells:
                rows += [[cell[half] == black for cell in cells] for half in (0, 1)]
        return rows

    def write_picture(self, path):
        blank = self.background, self.background
        with open(path, "wb") as out:
            out.write(f"P6 {self.columns * WIDTH} {len(self.rows) * HEIGHT} 255\n".encode())
            for row in self.rows:
                for half in (0, 1):
                    line = b"".join(bytes(row.get(column, blank)[half]) * WIDTH for column in range(self.columns))
                    out.write(line * (HEIGHT // 2))
