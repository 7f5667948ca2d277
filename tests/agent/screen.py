# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What locks the screen, without a screen: the screen saver of a desktop, and logind."""

import agentcase
from agentcase import privatebus
from gi.repository import Gio, GLib

LOGIND = "org.freedesktop.login1"
SESSION = LOGIND + ".Session"
PROPERTIES = "org.freedesktop.DBus.Properties"

SAVER_XML = """<node><interface name="{name}">
  <method name="GetActive"><arg name="active" type="b" direction="out"/></method>
  <signal name="ActiveChanged"><arg name="active" type="b"/></signal>
</interface></node>"""

LOGIND_XML = """<node><interface name="org.freedesktop.login1.Manager">
  <method name="GetSession">
    <arg name="id" type="s" direction="in"/><arg name="path" type="o" direction="out"/>
  </method>
  <method name="Inhibit">
    <arg name="what" type="s" direction="in"/><arg name="who" type="s" direction="in"/>
    <arg name="why" type="s" direction="in"/><arg name="mode" type="s" direction="in"/>
    <arg name="fd" type="h" direction="out"/>
  </method>
  <signal name="SessionNew"><arg name="id" type="s"/><arg name="path" type="o"/></signal>
</interface>
<interface name="org.freedesktop.login1.Session">
  <property name="LockedHint" type="b" access="read"/>
  <signal name="Lock"/><signal name="Unlock"/>
</interface></node>"""


class ScreenSaver:
    def __init__(self, bus, name, path, active=False):
        self.name = name
        self.path = path
        self.active = active
        self.held = None  # GetActive calls that are not answered, where they are held
        self.connection = bus.connect()
        interface = Gio.DBusNodeInfo.new_for_xml(SAVER_XML.format(name=name)).interfaces[0]
        self.connection.register_object(path, interface, lambda *args: self.on_call(args[6]), None, None)
        Gio.bus_own_name_on_connection(self.connection, name, Gio.BusNameOwnerFlags.NONE, None, None)
        bus.wait_for_name(name)

    def on_call(self, invocation):
        if self.held is not None:
            self.held.append(invocation)
        else:
            invocation.return_value(GLib.Variant("(b)", (self.active,)))

    def release(self):
        held, self.held = self.held, None
        for invocation in held:
            self.on_call(invocation)

    def set_active(self, active):
        self.active = active
        self.connection.emit_signal(None, self.path, self.name, "ActiveChanged", GLib.Variant("(b)", (active,)))

    def close(self):
        """The screen saver crashes."""
        privatebus.close_connection(self.connection)


class Logind(privatebus.PrivateBus):
    """A system bus with logind on it, where the user has one session at a time."""

    def __init__(self):
        super().__init__()
        self.locked = {}  # path of a session → LockedHint
        self.asked = []  # what GetSession was asked for
        self.interfaces = Gio.DBusNodeInfo.new_for_xml(LOGIND_XML).interfaces
        self.connection.register_object("/org/freedesktop/login1", self.interfaces[0],
                                        lambda *args: self.on_call(*args[4:7]), None, None)
        self.session = self.add_session("_31")
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", (LOGIND, 0)), None, Gio.DBusCallFlags.NONE, -1, None)

    def add_session(self, name):
        path = "/org/freedesktop/login1/session/" + name
        self.locked[path] = False
        self.connection.register_object(path, self.interfaces[1], None,
                                        lambda *args: GLib.Variant("b", self.locked[args[2]]), None)
        return path

    def on_call(self, method, arguments, invocation):
        if method == "GetSession":
            self.asked.append(arguments.unpack()[0])
            invocation.return_value(GLib.Variant("(o)", (self.session,)))
        else:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "not here")

    def log_in_again(self):
        self.session = self.add_session("_32")
        self.connection.emit_signal(None, "/org/freedesktop/login1", LOGIND + ".Manager", "SessionNew",
                                    GLib.Variant("(so)", ("2", self.session)))

    def set_locked(self, locked, session=None):
        session = session or self.session
        self.locked[session] = locked
        changed = {"LockedHint": GLib.Variant("b", locked)}
        self.connection.emit_signal(None, session, PROPERTIES, "PropertiesChanged",
                                    GLib.Variant("(sa{sv}as)", (SESSION, changed, [])))

    def ask(self, name):
        """What `loginctl lock-session` does: Lock or Unlock."""
        self.connection.emit_signal(None, self.session, SESSION, name, None)
