# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of hosts, in place of their initials: files of others, which may be made to do harm, and may change."""

import base64
import os
import pathlib
import re
import signal
import struct
import subprocess
import unittest
import zlib

import desktop
import tap
from window import PORTAL, WindowCase, host

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{}" height="{}">{}</svg>'
SQUARE = '<rect width="64" height="64" fill="{}"/>'
PINK = "#FF00AA"
LIME = "#66FF00"
# The kernel ends what decodes for longer, in seconds of a processor.
MAX_CPU_TIME = 3
MEGABYTE = 1 << 20


def folder():
    return pathlib.Path(os.environ["BED_DIR"])


def write_png(name, width, height):
    """A black one, of one bit a pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    path = folder() / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
                     + chunk(b"IDAT", data) + chunk(b"IEND", b""))
    return path


def write_svg(name, content, width=64, height=64):
    path = folder() / name
    path.write_text(SVG.format(width, height, content))
    return path


def write_square(path, colour, size=64):
    """At once, as programs write files that others read."""
    new = path.with_suffix(".new.png")
    subprocess.run(["convert", "-size", f"{size}x{size}", "xc:" + colour, str(new)], check=True)
    new.rename(path)
    return path


def write_uses():
    """Two uses of two uses, and so on: half a billion squares."""
    groups = "".join(f'<g id="g{number}">' + f'<use xlink:href="#g{number - 1}"/>' * 2 + "</g>"
                     for number in range(1, 30))
    return write_svg("uses.svg", f'<defs><g id="g0">{SQUARE.format(PINK)}</g>{groups}</defs><use xlink:href="#g29"/>')


def write_filters():
    """Each waits for those within it."""
    steps = '<feTurbulence numOctaves="9"/><feMorphology radius="30"/><feGaussianBlur stdDeviation="90"/>' * 8
    return write_svg("filters.svg", '<filter id="f" x="-500%" y="-500%" width="1100%" height="1100%">' + steps + "</filter>"
                     + '<g filter="url(#f)">' * 200 + SQUARE.format(PINK) + "</g>" * 200)


class Decoding(unittest.TestCase):
    """The process that decodes one."""

    def decode(self, path):
        """Width, height and length of what it writes, nothing where that is none; and what it took."""
        with open(folder() / "decoded", "wb") as out:
            process = subprocess.Popen([os.environ["KEYFOB"], "--decode-picture", str(path)], stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        data = (folder() / "decoded").read_bytes()
        self.assertEqual(process.returncode == 0, data != b"")
        return (*struct.unpack("II", data[:8]), len(data)) if data else (), usage

    def test_size(self):
        large = write_square(folder() / "large.png", PINK, 1000)
        cases = {
            "as large as shown at twice the scale": (large, (128, 128)),
            "no larger than it is": (write_square(folder() / "small.png", PINK, 16), (16, 16)),
            "wide, and not distorted": (write_png("wide.png", 512, 256), (256, 128)),
            "very wide": (write_png("line.png", 2048, 1), (2048, 1)),
            "too wide": (write_png("too-wide.png", 2049, 1), None),
            "too high": (write_png("too-high.png", 1, 2049), None),
            "sharp at any size": (write_svg("tiny.svg", "", 4, 4), (128, 128)),
            "wide, at any size": (write_svg("tape.svg", "", 100000, 1), (2048, 1)),
            "not a picture": (pathlib.Path(__file__), None),
            "not there": (folder() / "none.png", None),
        }
        for what, (path, size) in cases.items():
            with self.subTest(what):
                written, _ = self.decode(path)
                self.assertEqual(written, (*size, 8 + 4 * size[0] * size[1]) if size else ())

    def test_bombs(self):
        """What is small in its file, and not in memory, does not get there; what never ends is ended."""
        bomb = write_png("bomb.png", 20000, 20000)
        self.assertLess(bomb.stat().st_size, MEGABYTE)
        inner = base64.b64encode(bomb.read_bytes()).decode()
        image = f'<image width="64" height="64" xlink:href="data:image/png;base64,{inner}"/>'
        paths = [bomb, write_uses(), write_filters()]
        # the address sanitizer needs more memory than any limit leaves
        if b"__asan_init" not in pathlib.Path(os.environ["KEYFOB"]).read_bytes():
            paths.append(write_svg("bomb.svg", image))
        for path in paths:
            with self.subTest(path.name):
                written, usage = self.decode(path)
                # that is a picture, without the one in it
                self.assertEqual(written != (), path.name == "bomb.svg")
                self.assertLess(usage.ru_utime + usage.ru_stime, MAX_CPU_TIME + 1)
                self.assertLess(usage.ru_maxrss * 1024, 512 * MEGABYTE)


class Pictures(WindowCase):
    def colours(self):
        """Of the window."""
        shot = subprocess.run(["import", "-window", self.x_window(), "png:-"], check=True, capture_output=True).stdout
        found = subprocess.run(["convert", "png:-", "-format", "%c", "histogram:info:"], check=True, input=shot,
                               capture_output=True).stdout
        return set(re.findall(r"#[0-9A-F]{6}", found.decode()))

    def wait_colour(self, colour):
        desktop.wait_for(lambda: colour in self.colours(), f"{colour} to be shown")

    def wait_no_colour(self, colour):
        desktop.wait_for(lambda: colour not in self.colours(), f"{colour} to be gone")

    def open(self, *paths):
        """A host for each picture."""
        hosts = [host(PORTAL), *(host(f"{number}.example.org") for number in range(1, len(paths)))]
        self.start([{**each, "Options": {"picture": str(path)}} for each, path in zip(hosts, paths)])
        self.app.wait_for(PORTAL)

    def find_decoding(self):
        """Process of the picture that is being decoded, and its path."""
        for name in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            try:
                words = pathlib.Path("/proc", name, "cmdline").read_bytes().split(b"\0")
            except OSError:
                # it has just ended
                continue
            if b"--decode-picture" in words:
                return int(name), words[2].decode()
        return None

    def is_bounded(self, pid):
        """Whether the process has got as far as to set its limits, after which it ends with the window."""
        limit = re.search(r"^Max cpu time +(\d+)", pathlib.Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE)
        return limit is not None and int(limit[1]) == MAX_CPU_TIME

    def read_avatar(self):
        """Pixels of that of PORTAL, which is left of its name."""
        box = self.app.wait_box(PORTAL, role="label")
        shot = subprocess.run(["import", "-window", self.x_window(), "-crop", f"40x40+{box.x - 50}+{box.y}",
                               "-depth", "8", "rgb:-"], check=True, capture_output=True).stdout
        self.assertGreater(len(set(zip(*[iter(shot)] * 3))), 3, "that is no avatar")
        return shot

    def test_window_answers_meanwhile(self):
        """It shows initials and does not wait, not even at its end, after which the picture is not decoded either."""
        self.start([host(PORTAL), host("two.example.org")])
        initials = desktop.wait_still(self.read_avatar, bool, "the initials")
        path = write_uses()
        self.agent.set_host(PORTAL, Options={"picture": str(path)})
        pid, decoded = desktop.wait_for(self.find_decoding, "the picture to be decoded")
        self.assertEqual(decoded, str(path))
        desktop.wait_for(lambda: self.is_bounded(pid), "its limits")
        # for as long as the test wants
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(lambda: pathlib.Path("/proc", str(pid)).exists() and os.kill(pid, signal.SIGKILL))
        self.agent.set_host("two.example.org", Account="alice@example.org",
                            Options={"picture": str(write_square(folder() / "next.png", LIME))})
        self.app.wait_text("alice@example.org")
        self.assertEqual(self.read_avatar(), initials)
        self.assertNotIn(LIME, self.colours())
        self.app.open_adding()
        self.press_keys("ctrl+q")
        self.wait_end()
        desktop.wait_for(lambda: not pathlib.Path("/proc", str(pid)).exists(), "the process to end")

    def test_what_explodes(self):
        """It has initials, and others have their pictures."""
        pipe = folder() / "pipe.png"
        os.mkfifo(pipe)
        self.open(write_png("bomb.png", 20000, 20000), write_uses(), write_filters(), pipe,
                  write_square(folder() / "good.png", LIME))
        self.wait_colour(LIME)
        desktop.wait_for(lambda: self.find_decoding() is None, "all to be decoded")
        self.assertNotIn(PINK, self.colours())

    def test_file_changes(self):
        """It may come once the window is there, and go."""
        path = folder() / "logo.png"
        self.open(path, write_svg("other.svg", SQUARE.format("#00AAFF")))
        self.wait_colour("#00AAFF")
        self.assertNotIn(PINK, self.colours())
        write_square(path, PINK)
        self.wait_colour(PINK)
        write_square(path, LIME)
        self.wait_colour(LIME)
        self.assertNotIn(PINK, self.colours())
        path.unlink()
        self.wait_no_colour(LIME)
        # nor does the page show what it was
        write_square(path, PINK)
        self.wait_colour(PINK)

    def test_change_that_nobody_tells(self):
        """Of what a link leads to: it is seen when the row is filled."""
        target = write_square(folder() / "target.png", PINK)
        link = folder() / "link.png"
        link.symlink_to(target)
        self.open(link)
        self.wait_colour(PINK)
        write_square(target, LIME)
        self.agent.set_host(PORTAL, State="signed-in", Account="alice@example.org")
        self.wait_colour(LIME)


if __name__ == "__main__":
    tap.main()
