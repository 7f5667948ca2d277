# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Keyfob's programs and the keyring on a private desktop, started, asked and ended."""

import pathlib
import os
import re
import signal
import subprocess

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

import desktop  # noqa: E402
from desktop import Application, find_x_windows, wait_for, write_clipboard, xdotool  # noqa: E402

AGENT_NAME = "org.keyfob.Keyfob.Agent"
AGENT_PATH = "/org/keyfob/Keyfob/Agent"
AGENT_INTERFACE = "org.keyfob.Keyfob.Agent1"
HOST_INTERFACE = "org.keyfob.Keyfob.Host1"
SECRETS_NAME = "org.freedesktop.secrets"
SECRETS_PATH = "/org/freedesktop/secrets"
DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default"


def bus_call(name, path, interface, method, arguments=None, seconds=30):
    """Calls a method on the session bus and gives its results."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    answer = bus.call_sync(
        name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, seconds * 1000, None)
    return answer.unpack()


def ask_bus(method, name):
    arguments = GLib.Variant("(s)", (name,))
    return bus_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", method, arguments)[0]


def owner_pid(name):
    """Process that owns the bus name, None when nobody does."""
    try:
        return ask_bus("GetConnectionUnixProcessID", name)
    except GLib.Error as error:
        if Gio.dbus_error_get_remote_error(error) == "org.freedesktop.DBus.Error.NameHasNoOwner":
            return None
        raise


def kill_owner(name, number=signal.SIGKILL):
    """Ends the process that owns the name, by default without asking it, and waits until the bus knows."""
    pid = owner_pid(name)
    os.kill(pid, number)
    wait_for(lambda: owner_pid(name) != pid, f"{name} to end")


class Host:
    """A host as the agent exports it."""

    def __init__(self, path):
        self.path = path

    def property(self, name):
        arguments = GLib.Variant("(ss)", (HOST_INTERFACE, name))
        return bus_call(AGENT_NAME, self.path, "org.freedesktop.DBus.Properties", "Get", arguments)[0]

    def call(self, method, options=None):
        arguments = None if options is None else GLib.Variant("(a{sv})", (options,))
        return bus_call(AGENT_NAME, self.path, HOST_INTERFACE, method, arguments)

    def get_token(self):
        return self.call("GetToken", {})[0]

    def wait_state(self, state):
        wait_for(lambda: self.property("State") == state,
                 lambda: f"{state}; it is {self.property('State')}: {self.property('Error')}")


def add_host(url, name):
    """What typing the address into the window does; the bus starts the agent where it does not run."""
    options = {"name": GLib.Variant("s", name)}
    arguments = GLib.Variant("(sa{sv})", (url, options))
    return Host(bus_call(AGENT_NAME, AGENT_PATH, AGENT_INTERFACE, "AddHost", arguments)[0])


def remove_host(host):
    bus_call(AGENT_NAME, AGENT_PATH, AGENT_INTERFACE, "RemoveHost", GLib.Variant("(o)", (host.path,)))


def agent_property(name):
    arguments = GLib.Variant("(ss)", (AGENT_INTERFACE, name))
    return bus_call(AGENT_NAME, AGENT_PATH, "org.freedesktop.DBus.Properties", "Get", arguments)[0]


class Window(Application):
    """Keyfob's window."""

    def __init__(self, program, log, environment=None):
        super().__init__(re.compile("^(org.keyfob.)?keyfob$", re.IGNORECASE))
        self.program = program
        self.log = pathlib.Path(log)
        self.environment = environment or {}
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment})
        return self

    def to_front(self):
        """Raises it to the left edge of the screen, where a browser beside it leaves room."""
        window = wait_for(lambda: find_x_windows(desktop.MAIN_WINDOW), "the window to be mapped")[0]
        xdotool("windowactivate", "--sync", window, "windowmove", "--sync", window, 0, 0)

    def open_adding(self):
        """In front of all others: GTK 4.18 says of no other window where its focus is."""
        self.to_front()
        super().open_adding()

    def close(self):
        """Closes it as a user does, by the cross in its corner; gives the exit code.

        What it copied would keep the program alive, so another program copies something first.
        """
        write_clipboard("copied by another program")
        self.press("Close")
        wait_for(lambda: self.process.poll() is not None, "the window to end")
        return self.process.returncode

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


class Keyring:
    """A real GNOME keyring with the password `test`, its files in XDG_DATA_HOME."""

    def __init__(self):
        self.process = None

    def start(self, unlocked=True):
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        if unlocked:
            command.append("--unlock")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process.stdin.write(b"test" if unlocked else b"")
        self.process.stdin.close()
        wait_for(lambda: owner_pid(SECRETS_NAME) == self.process.pid, "the keyring to start")
        return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None
            wait_for(lambda: owner_pid(SECRETS_NAME) is None, "the keyring to leave the bus")

    def lock(self):
        arguments = GLib.Variant("(ao)", ([DEFAULT_COLLECTION],))
        bus_call(SECRETS_NAME, SECRETS_PATH, "org.freedesktop.Secret.Service", "Lock", arguments)

    def read(self, host):
        """The secret that secret-tool finds for the host's address, None when there is none."""
        answer = subprocess.run(
            ["secret-tool", "lookup", "host", host], check=False, capture_output=True, text=True)
        return answer.stdout or None
