# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Real panels (xfce4-panel, lxqt-panel) with nothing in them but the tray, and a hand on the mouse.

The menus of a panel do not show themselves to accessibility. What stands in them comes from the
agent, as the panel gets it; where it stands is reckoned from the windows of the menus.
"""

import collections
import os
import pathlib
import shutil
import signal
import subprocess

from gi.repository import Gio, GLib

import desktop
import keyfob

WATCHER = "org.kde.StatusNotifierWatcher"
MENU_PATH = "/org/keyfob/Keyfob/Agent/Menu"
ICON = (1, 1, 22, 28)  # left, top, width, height of the only icon there is
ICONS = sorted((pathlib.Path(__file__).resolve().parents[2] / "data/icons/tray").glob("*.svg"))
CORNER = (1, 1, 28, 28)  # of the panel, with the icon of any of these panels in it
LINE = 2  # height of a line between items, one or two pixels
EDGES = (4, 0)  # above the first item of a menu, and below the last; Qt 6 has none
ROW = range(22, 27)  # height of an item in whole pixels

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"""

LXQT_SETTINGS = """[General]
panels=panel1

[panel1]
position=Top
panelSize=32
width=100
width-percent=true
background-color="{background}"
plugins=statusnotifier

[statusnotifier]
type=statusnotifier
alignment=Left
"""


class Panel:
    window_class = "wrapper"  # of what belongs to the tray

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.write_settings()

    def write_settings(self):
        settings = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "xfce4/xfconf/xfce-perchannel-xml")
        settings.mkdir(parents=True)
        (settings / "xfce4-panel.xml").write_text(SETTINGS)

    def set_dark(self, dark):
        """From the next start on."""
        subprocess.run(["xfconf-query", "--channel", "xfce4-panel", "--property", "/panels/dark-mode",
                        "--create", "--type", "bool", "--set", str(dark).lower()], check=True)

    def command(self):
        return ["xfce4-panel", "--disable-wm-check"]

    def start(self):
        with (self.folder / "panel.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        desktop.wait_for(lambda: keyfob.owner_pid(WATCHER) is not None, "the tray")
        return self

    def crash(self):
        """All of it at once, without a word."""
        watcher = keyfob.owner_pid(WATCHER)
        self.process.kill()
        os.kill(watcher, signal.SIGKILL)
        self.process.wait(10)
        desktop.wait_for(lambda: keyfob.owner_pid(WATCHER) is None, "the tray to be gone")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            desktop.wait_for(lambda: keyfob.owner_pid(WATCHER) is None, "the tray to be gone")

    def click(self, button=1):
        desktop.xdotool("mousemove", ICON[0] + ICON[2] // 2, ICON[1] + ICON[3] // 2, "click", button)

    def leave(self):
        """Takes the mouse away, and with it what lights up below it."""
        desktop.xdotool("mousemove", 600, 700)

    def icon(self):
        """The picture of the icon, empty where there is none."""
        self.leave()
        drawn = picture(*ICON)
        return drawn if len(set(drawn)) > 8 else b""

    def wait_icon(self, unlike=()):
        """Waits for an icon that is none of those."""
        return desktop.wait_for(lambda: (self.icon() not in (b"", *unlike)) and self.icon(),
                                "another icon in the tray")

    def wait_no_icon(self):
        desktop.wait_for(lambda: self.icon() == b"", "the icon to go")

    def windows(self, kind):
        """Left, top, width and height of the panel's windows of that kind, from left to right."""
        found = []
        for window in desktop.xdotool("search", "--onlyvisible", "--class", self.window_class).split():
            types = subprocess.run(["xprop", "-id", window, "_NET_WM_WINDOW_TYPE"], check=False,
                                   capture_output=True, text=True).stdout
            geometry = dict(line.split("=") for line in desktop.xdotool(
                "getwindowgeometry", "--shell", window).split())
            if kind in types and geometry:
                found.append(tuple(int(geometry[name]) for name in ("X", "Y", "WIDTH", "HEIGHT")))
        return sorted(found)

    def hover(self):
        """Rests the mouse on the icon until the tooltip is there."""
        self.leave()
        desktop.xdotool("mousemove", ICON[0] + 8, ICON[1] + 8)
        desktop.xdotool("mousemove", ICON[0] + 10, ICON[1] + 10)
        desktop.wait_for(lambda: self.windows("TOOLTIP"), "the tooltip")

    def menus(self):
        """The menus that are open, each further to the right than the one that it belongs to."""
        return self.windows("POPUP_MENU")

    def find_item(self, *labels):
        """Where an item of a menu that is open stands; each label is the beginning of one.

        None while the panel shows the menu as it was before, or not yet.
        """
        layout = read_menu()
        for label in labels:
            items = layout[2]
            shown = [item[1].get("label", "") for item in items]
            place = shown.index(label) if label in shown else next(
                (i for i, text in enumerate(shown) if text.startswith(label)), None)
            if place is None:
                return None
            layout = items[place]
        menus = self.menus()
        if len(menus) < len(labels):
            return None
        left, top, _, height = menus[len(labels) - 1]
        is_line = [item[1].get("type") == "separator" for item in items]
        above = is_line[:place]
        for edge in EDGES:
            row = (height - 2 * edge - LINE * sum(is_line)) / is_line.count(False)
            if int(row) in ROW:
                return left + 30, int(top + edge + LINE * sum(above) + row * (above.count(False) + 0.5))
        return None

    def click_item(self, *labels):
        """Clicks on that item."""
        place = desktop.wait_for(lambda: self.find_item(*labels), lambda: f"{labels} in the menu: {read_menu()}")
        desktop.xdotool("mousemove", *place, "click", 1)

    def choose(self, *labels):
        """Goes through the menu with the mouse."""
        self.open_menu_with(labels[0])
        for level in range(len(labels)):
            desktop.wait_for(lambda: len(self.menus()) > level, "the menu")
            self.click_item(*labels[:level + 1])

    def open_menu(self):
        self.click(3)
        desktop.wait_for(self.menus, "the menu")

    def open_menu_with(self, label):
        """Opens the menu until it has that item: a panel leaves an open one as it was when it was opened."""
        def find():
            if self.find_item(label):
                return True
            desktop.xdotool("key", "Escape")
            desktop.wait_for(lambda: not self.menus(), "the menu to close")
            self.open_menu()
            return False

        self.open_menu()
        desktop.wait_for(find, lambda: f"“{label}” in the menu: {read_menu()}")

    def menu(self):
        """The picture of the menu; empty where none is open."""
        menus = self.menus()
        return picture(*menus[0]) if menus else b""


class LxqtPanel(Panel):
    """A panel of Qt, which draws the file of an icon as it is."""

    window_class = "lxqt-panel"

    def write_settings(self):
        self.set_dark(False)

    def set_dark(self, dark):
        (self.folder / "lxqt-panel.conf").write_text(
            LXQT_SETTINGS.format(background="#202020" if dark else "#eff0f1"))

    def command(self):
        return ["env", "QT_QPA_PLATFORM=xcb", "lxqt-panel", "-c", str(self.folder / "lxqt-panel.conf")]


def picture(left, top, width, height, pixels="gray"):
    """A part of the screen, pixel by pixel."""
    return subprocess.run(
        ["import", "-window", "root", "-crop", f"{width}x{height}+{left}+{top}", "-depth", "8",
         f"{pixels}:-"], check=True, capture_output=True).stdout


def contrast(one, other):
    """Of two colours, as WCAG has it: from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    red, green, blue = (part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
                        for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def look():
    """What is drawn in the corner of the panel where the icon is.

    The colour of the panel, and the contrast of each pixel to it, the highest first.
    """
    colours = collections.Counter(zip(*[iter(picture(*CORNER, "rgb"))] * 3))
    panel = colours.most_common(1)[0][0]
    contrasts = sorted((contrast(colour, panel) for colour in colours.elements()), reverse=True)
    return panel, contrasts


def read_menu():
    """The menu as the panel has got it: (number, properties, children)."""
    arguments = GLib.Variant("(iias)", (0, -1, []))
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    return bus.call_sync(keyfob.AGENT_NAME, MENU_PATH, "com.canonical.dbusmenu", "GetLayout",
                         arguments, None, Gio.DBusCallFlags.NONE, 10000, None).unpack()[1]


def install_icons():
    """As `meson install` does; trays look into this folder, too."""
    target = icon_folder()
    target.mkdir(parents=True)
    for icon in ICONS:
        shutil.copy(icon, target)


def uninstall_icons():
    shutil.rmtree(pathlib.Path(os.environ["XDG_DATA_HOME"], "icons"))


def icon_folder():
    return pathlib.Path(os.environ["XDG_DATA_HOME"], "icons/hicolor/symbolic/apps")
