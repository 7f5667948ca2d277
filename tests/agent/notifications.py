# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What shows notifications on a desktop, without a screen: org.freedesktop.Notifications."""

import agentcase
from gi.repository import Gio, GLib

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

XML = f"""<node><interface name="{NAME}">
  <method name="Notify">
    <arg type="s" name="app_name" direction="in"/><arg type="u" name="replaces" direction="in"/>
    <arg type="s" name="icon" direction="in"/><arg type="s" name="summary" direction="in"/>
    <arg type="s" name="body" direction="in"/><arg type="as" name="actions" direction="in"/>
    <arg type="a{{sv}}" name="hints" direction="in"/><arg type="i" name="expire" direction="in"/>
    <arg type="u" name="id" direction="out"/>
  </method>
  <method name="GetCapabilities"><arg type="as" name="capabilities" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" name="id" direction="in"/></method>
</interface></node>"""


class Note:
    def __init__(self, number, arguments):
        (self.app_name, self.replaces, self.icon, self.summary, self.body, actions, self.hints,
         self.expire) = arguments
        self.number = number
        self.actions = dict(zip(actions[::2], actions[1::2]))


class Notifications:
    def __init__(self, bus):
        self.capabilities = ["actions", "body"]
        self.connection = bus.connect()
        self.shown = {}  # number → Note
        self.sent = []  # all that ever were
        self.closed = 0  # of those that were taken back
        self.last_number = 0
        info = Gio.DBusNodeInfo.new_for_xml(XML)
        self.connection.register_object(PATH, info.interfaces[0], lambda *arguments: self.on_call(*arguments), None, None)
        Gio.bus_own_name_on_connection(self.connection, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
        bus.wait_for_name(NAME)

    def on_call(self, connection, sender, path, interface, method, arguments, invocation):
        if method == "CloseNotification":
            self.closed += 1
            self._remove(arguments.unpack()[0], 3)
            invocation.return_value(None)
            return
        if method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (self.capabilities,)))
            return
        note = Note(0, arguments.unpack())
        note.number = note.replaces
        if note.number == 0:
            self.last_number += 1
            note.number = self.last_number
        self.shown[note.number] = note
        self.sent.append(note)
        invocation.return_value(GLib.Variant("(u)", (note.number,)))

    def _remove(self, number, reason):
        if self.shown.pop(number, None) is not None:
            self.emit("NotificationClosed", "(uu)", number, reason)

    def emit(self, name, signature, *arguments):
        if self.connection.is_closed():  # the end of a test
            return
        self.connection.emit_signal(None, PATH, NAME, name, GLib.Variant(signature, arguments))

    def drain(self):
        """Takes all that was sent here before."""
        self.connection.call_sync(
            "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", None, None,
            Gio.DBusCallFlags.NONE, -1, None)
        while GLib.MainContext.default().iteration(False):
            pass

    def close(self):
        """The desktop's shell crashes."""
        agentcase.privatebus.close_connection(self.connection)

    @property
    def count(self):
        return len(self.sent)

    def summaries(self):
        return sorted(note.summary for note in self.shown.values())

    def wait_for(self, *summaries, after=0):
        """Waits until just these are shown, maybe only @after some seconds; gives the first."""
        agentcase.wait_until(lambda: self.summaries() == sorted(summaries),
                             lambda: f"{summaries} to be shown, and not {self.summaries()}",
                             after + agentcase.privatebus.DEADLINE)
        return next((note for note in self.shown.values() if note.summary == summaries[0]), None) \
            if summaries else None

    def press(self, note, action, token=None):
        if token is not None:
            self.emit("ActivationToken", "(us)", note.number, token)
        self.emit("ActionInvoked", "(us)", note.number, action)
        self._remove(note.number, 2)

    def dismiss(self, note):
        self._remove(note.number, 2)

    def expire(self, note):
        """It is out of sight, and still in the list."""
        self.emit("NotificationClosed", "(uu)", note.number, 1)
