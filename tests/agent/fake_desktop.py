# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What opens web pages on a desktop, as the agent sees it on the session bus.

Fakes: neither a portal nor the systemd of a session runs in a session that is made for a test, and neither can be
told to fail.
"""

import os
import subprocess
import threading

import privatebus
from gi.repository import Gio, GLib

PORTAL = """<node><interface name="org.freedesktop.portal.OpenURI">
  <method name="OpenURI"><arg type="s"/><arg type="s"/><arg type="a{sv}"/><arg type="o" direction="out"/></method>
</interface></node>"""

SYSTEMD = """<node><interface name="org.freedesktop.systemd1.Manager">
  <method name="Subscribe"/>
  <method name="StartTransientUnit"><arg type="s"/><arg type="s"/><arg type="a(sv)"/><arg type="a(sa(sv))"/>
    <arg type="o" direction="out"/></method>
</interface></node>"""


class Service:
    """A service with a connection of its own; @fault: how it fails, None when it does not."""

    def __init__(self, bus, name, path, xml, fault=None):
        self.fault = fault
        self.asked = []
        self.connection = bus.connect()
        interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        self.connection.register_object(path, interface, self._on_call, None, None)
        Gio.bus_own_name_on_connection(self.connection, name, Gio.BusNameOwnerFlags.NONE, None, None)
        bus.wait_for_name(name)

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        if self.fault == "hangs":
            self.asked.append(None)
        elif self.fault == "refuses":
            self.asked.append(None)
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", "out of order")
        else:
            self.answer(sender, method, arguments, invocation)


class FakePortal(Service):
    """Stands for xdg-desktop-portal: what it opens goes nowhere.

    Its response can be another than "done": 1 where the user closes its dialog, 2 where it fails, None while it asks.
    With the fault "looks" it looks at who asks as the real one does, and refuses what it cannot look into.
    """

    def __init__(self, bus, fault=None, response=0):
        self.bus = bus
        self.response = response
        super().__init__(bus, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", PORTAL, fault)

    def answer(self, sender, method, arguments, invocation):
        if self.fault == "looks" and not self._can_look_into(sender):
            self.asked.append(None)
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied",
                                         "Portal operation not allowed: Unable to open /proc/1/root")
            return
        _, uri, options = arguments.unpack()
        handle = (f"/org/freedesktop/portal/desktop/request/{sender[1:].replace('.', '_')}/"
                  f"{options['handle_token']}")
        self.asked.append((uri, options))
        invocation.return_value(GLib.Variant("(o)", (handle,)))
        if self.response is not None:
            self.connection.emit_signal(sender, handle, "org.freedesktop.portal.Request", "Response",
                                        GLib.Variant("(ua{sv})", (self.response, {})))


    def _can_look_into(self, sender):
        """Whether the root folder of the program can be opened with the rights of a user."""
        user = ["setpriv", "--bounding-set=-sys_ptrace"] if os.getuid() == 0 else []
        root = f"/proc/{self.bus.process_id(sender)}/root/"
        return subprocess.run([*user, "ls", root], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0


class FakeSystemd(Service):
    """Stands for the systemd of a session: runs the program with the environment of the bus, and tells how it ends."""

    def __init__(self, bus, fault=None):
        self.bus = bus
        super().__init__(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", SYSTEMD, fault)

    def answer(self, sender, method, arguments, invocation):
        if method == "Subscribe":
            invocation.return_value(None)
            return
        name, _, properties, _ = arguments.unpack()
        properties = dict(properties)
        self.asked.append((name, properties))
        (program, words, _), = properties["ExecStart"]
        process = self.bus.spawn(
            [program, *(word.replace("$$", "$") for word in words[1:])],
            env=dict(variable.split("=", 1) for variable in properties["Environment"]))
        # as the real one does before the unit begins to start
        self._tell(name, "inactive")
        invocation.return_value(GLib.Variant("(o)", ("/org/freedesktop/systemd1/job/1",)))
        self._tell(name, "active")
        threading.Thread(target=self._wait, args=(name, process), daemon=True).start()

    def _wait(self, name, process):
        try:
            status = process.wait(privatebus.DEADLINE)
        except subprocess.TimeoutExpired:
            return
        self._tell(name, "inactive" if status == 0 else "failed")

    def _tell(self, name, state):
        label = "".join(char if char.isalnum() else f"_{ord(char):02x}" for char in name)
        changed = {"ActiveState": GLib.Variant("s", state)}
        if not self.connection.is_closed():
            self.connection.emit_signal(
                None, "/org/freedesktop/systemd1/unit/" + label, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                GLib.Variant("(sa{sv}as)", ("org.freedesktop.systemd1.Unit", changed, [])))
