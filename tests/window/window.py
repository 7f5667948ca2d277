# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The window on a private desktop, and the fake agent behind it. For use on the bed of bed.sh."""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from gi.repository import Gio, GLib

import desktop
import waiting

AGENT = "org.keyfob.Keyfob.Agent"
ROOT = "/org/keyfob/Keyfob/Agent"
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

PORTAL = "Freva data portal"
QUESTION = ("one.example.org used to send you to sso.example.org; now it wants to send you to "
            "evil.example.net. Only go on if you expected this.")
LOGIN_URI = "https://auth.example.org/authorize?client_id=portal"

SETTINGS = """[org/keyfob/Keyfob]
window-width={width}
window-height={height}
"""


class Agent:
    """The fake agent, as the tests drive it."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.scene = pathlib.Path(os.environ["BED_DIR"], "scene.json")
        # how many calls of each method wait_call() has told
        self.told = collections.Counter()

    def call(self, method, *arguments):
        parameters = GLib.Variant("(" + "s" * len(arguments) + ")", arguments)
        return self.bus.call_sync(AGENT, ROOT, "org.keyfob.Test", method, parameters, None,
                                  Gio.DBusCallFlags.NONE, -1).unpack()

    def set_scene(self, hosts=(), **agent):
        text = json.dumps({"hosts": list(hosts), "agent": agent})
        # what an agent that is started again begins with
        self.scene.write_text(text)
        self.call("SetScene", text)
        self.told.clear()

    def set_agent(self, **properties):
        self.call("SetAgent", json.dumps(properties))

    def set_host(self, name, **properties):
        self.call("SetHost", name, json.dumps(properties))

    def add_host(self, url):
        """As another client of the agent does."""
        self.bus.call_sync(AGENT, ROOT, AGENT + "1", "AddHost", GLib.Variant("(sa{sv})", (url, {})), None,
                           Gio.DBusCallFlags.NONE, -1)

    def set_servers(self, *servers):
        """What Discover finds from now on."""
        self.call("SetServers", json.dumps(servers))

    def remove_host(self, path):
        """Likewise."""
        self.bus.call_sync(AGENT, ROOT, AGENT + "1", "RemoveHost", GLib.Variant("(o)", (path,)), None,
                           Gio.DBusCallFlags.NONE, -1)

    def paths(self, *names):
        """Of the objects of the hosts with these names."""
        objects = self.bus.call_sync(AGENT, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None,
                                     None, Gio.DBusCallFlags.NONE, -1).unpack()[0]
        by_name = {host[AGENT.removesuffix("Agent") + "Host1"]["Name"]: path for path, host in objects.items()}
        return [by_name[name] for name in names]

    def fail(self, method, error, sentence):
        self.call("Fail", method, error, sentence)

    def calls(self, method):
        """Arguments of every call of @method since the scene was set."""
        return [call[2] for call in json.loads(self.call("Calls")[0]) if call[0] == method]

    def wait_call(self, method):
        """Arguments of the next call of @method: the first one, then the one after that."""
        told = self.told[method]
        calls = desktop.wait_for(lambda: self.calls(method)[told:], f"call {told + 1} of {method}")
        self.told[method] += 1
        return calls[0]

    def pid(self):
        """Of the running agent, which is started where there is none; None where it just died."""
        try:
            return self.call("GetPid")[0]
        except GLib.Error:
            return None

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)
        self.told.clear()


def host(name, **properties):
    """A host of a scene; `left` is for how many seconds its token is good."""
    if "left" in properties:
        # 40 s more, so that the minute does not turn while somebody looks
        properties["Expires"] = int(time.time()) + properties.pop("left") + 40
    return {"Name": name, **properties}


def question(number=1, **properties):
    """A program that wants the token of PORTAL, as Agent1.TokenRequests has it."""
    return {"id": str(number), "url": "https://" + PORTAL, "host": PORTAL, "name": "monitor",
            "program": "/usr/bin/python3:monitor in monitor.service", "remember": True,
            "ends": int(time.time()) + MINUTE} | properties


def mixed():
    """One host in each state."""
    return [
        host(PORTAL, State="signed-in", Account="Alice Example", left=42 * MINUTE),
        host("auth.example.org", State="signing-in", LoginUri=LOGIN_URI),
        host("climate.example.edu", State="expired", Expires=int(time.time()) - DAY),
        host("intranet.example.org", State="offline", left=12 * MINUTE,
             Error="Cannot reach intranet.example.org: the name does not resolve. Check the address "
                   "or your network."),
        host("models.example.com/api/freva-nextgen"),
    ]


class WindowCase(unittest.TestCase):
    """Starts the window for every test, and ends it."""

    def setUp(self):
        self.agent = Agent()
        self.process = None
        self.app = None
        self.settings = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "glib-2.0/settings/keyfile")
        self.log = pathlib.Path(os.environ["BED_DIR"], "window.log")

    def start(self, hosts=(), agent=None, size=(440, 600), program="KEYFOB", settings="",
              arguments=(), failing=(), wrapper=(), **environment):
        """@failing: a method of the agent that fails once, its error and sentence.
        @wrapper: a command that becomes the program.
        """
        program = os.environ[program]
        self.app = desktop.Application(pathlib.Path(program).name)
        self.agent.set_scene(hosts, **(agent or {}))
        if failing:
            self.agent.fail(*failing)
        self.settings.parent.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(SETTINGS.format(width=size[0], height=size[1]) + settings)
        # in a corner: GTK 4.8 does not survive it when what a tooltip was to be shown for goes meanwhile
        desktop.xdotool("mousemove", "10000", "10000")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [*wrapper, program, *arguments], stderr=log,
                # without OpenGL, whose drivers take a second to load and leak
                env={**os.environ, "G_DEBUG": "fatal-warnings", "GDK_DEBUG": "gl-disable",
                     **environment})
        # what a failed subtest leaves would take what is meant for the window of the next test
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        waiting.Watch.in_vain = self.tell_crash

    def tell_crash(self):
        """What the window said last if it has crashed, or a warning has ended it."""
        crashed = self.process and self.process.poll() in (-signal.SIGTRAP, -signal.SIGABRT, -signal.SIGSEGV)
        return "the window ended by itself: " + self.log.read_text() if crashed else None

    def tearDown(self):
        waiting.Watch.in_vain = waiting.find_nothing_wrong
        if self.process is None:
            return
        alive = self.process.poll() is None
        self.process.terminate()
        self.process.wait()
        said = self.log.read_text()
        self.assertTrue(alive, "the window ended by itself: " + said)

    def press_keys(self, *keys, title=None):
        """Presses keys in the window of that title, else in that of the servers, once it is the one that gets them."""
        window = self.x_window(title)
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == window, "the window's turn")
        desktop.xdotool("key", *keys)

    def click(self, name, role=None):
        """For what has nothing to press in accessibility, such as a row."""
        def is_in_window(box):
            return box.width > 0 and box.height > 0 and 0 <= box.y <= self.x_geometry()["HEIGHT"] - box.height

        box = desktop.wait_still(lambda: self.app.wait_for(name, role).box, is_in_window, f"“{name}” to be scrolled to")
        window = self.x_window()
        # once the window manager has put it where it stays
        desktop.wait_for(lambda: desktop.xdotool("getactivewindow") == window, "the window's turn")
        desktop.xdotool("mousemove", "--window", window, box.x + box.width // 2, box.y + box.height // 2)
        self.app.click()

    def scroll_to_end(self):
        """By the wheel, over the middle of the window."""
        geometry = self.x_geometry()
        desktop.xdotool("mousemove", "--window", self.x_window(), geometry["WIDTH"] // 2, geometry["HEIGHT"] // 2)
        desktop.xdotool("click", "--repeat", 20, 5)

    def choose(self, title, *keys):
        """Opens the choices of that row of the preferences, and goes through them by keys."""
        self.wait_row(title)
        # they get the keys once they are open
        self.app.settle(lambda: self.press_keys("space", title="Preferences"))
        self.press_keys(*keys, "Return", title="Preferences")

    def wait_row(self, name):
        """Goes on by Tab until the row of that name has the focus."""
        def look(nodes):
            return any(node.role in ("list item", "combo box") and node.has_focus
                       and node.name == name for node in nodes)

        self.go_on(lambda: self.app.read(look), "Tab", title="Preferences")

    def go_on(self, is_there, key, title=None):
        """By a key, until the focus @is_there. Who presses without a look is a key too far when it is."""
        for _ in range(60):
            if is_there():
                return
            self.app.settle(lambda: self.press_keys(key, title=title))
        self.fail(f"{key} does not lead there, but goes round {self.app.texts()}")

    def wait_focus(self, name):
        self.app.wait_focus(name)

    def open_adding(self):
        self.app.open_adding()

    def wait_for_button(self, name):
        """Waits until the button of that name takes clicks."""
        def look():
            button = self.app.find_button(name)
            return button is not None and button.is_sensitive

        desktop.wait_for(look, f"“{name}” to take clicks")

    def wait_end(self):
        """The window has ended by itself, and well."""
        self.assertEqual(self.process.wait(timeout=desktop.DEADLINE), 0, self.log.read_text())
        self.process = None

    def x_window(self, title=None):
        """Id of the window of that title, else of that of the servers."""
        pattern = f"^{re.escape(title)}$" if title else desktop.MAIN_WINDOW
        return desktop.wait_for(lambda: desktop.find_x_windows(pattern), "a window")[-1]

    def x_geometry(self):
        text = desktop.xdotool("getwindowgeometry", "--shell", self.x_window())
        return {key: int(value) for key, value in re.findall(r"(\w+)=(-?\d+)", text)}

    def picture(self, name, whole_screen=False):
        """Takes a screenshot once something is drawn.

        Menus and dialogs are windows of their own: for them the @whole_screen is taken.
        """
        path = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"], name + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)

        def take():
            subprocess.run(["import", "-window", "root" if whole_screen else self.x_window(), str(path)], check=True)
            colours = subprocess.run(["identify", "-format", "%k", str(path)], check=True,
                                     capture_output=True, text=True)
            return int(colours.stdout) > 30

        # a window is on screen before its first frame is
        desktop.wait_for(take, f"{name} to be drawn")
        return path

    def assert_nothing_cut(self, width):
        """The window is no wider than asked for, and no text reaches beyond its sides."""
        self.assertEqual(self.x_geometry()["WIDTH"], width)

        def is_in_window(node):
            # a tooltip has one of its own, and comes wherever the pointer happens to be
            while node is not None and node.get_name() != "GtkTooltipWindow":
                node = node.get_parent()
            return node is None

        def find_boxes(nodes):
            return [(node.name, node.box)
                    for node in nodes if node.name and "label" in node.role and is_in_window(node.accessible)]

        for name, box in desktop.wait_still(lambda: self.app.read(find_boxes), bool, "labels"):
            self.assertGreaterEqual(box.x, 0, f"“{name}” begins left of the window")
            self.assertLessEqual(box.x + box.width, width, f"“{name}” ends right of the window")
