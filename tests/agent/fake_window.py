# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The process of the window, as far as other programs see it: org.freedesktop.Application."""

import agentcase
from gi.repository import Gio

NAME = "org.keyfob.Keyfob"
PATH = "/org/keyfob/Keyfob"

XML = """<node><interface name="org.freedesktop.Application">
  <method name="Activate"><arg type="a{sv}" name="platform-data" direction="in"/></method>
  <method name="ActivateAction">
    <arg type="s" name="action" direction="in"/>
    <arg type="av" name="parameters" direction="in"/>
    <arg type="a{sv}" name="platform-data" direction="in"/>
  </method>
</interface></node>"""


class FakeWindow:
    def __init__(self, bus):
        self.calls = []  # (method, arguments)
        self.connection = bus.connect()
        info = Gio.DBusNodeInfo.new_for_xml(XML)
        self.connection.register_object(PATH, info.interfaces[0], self._on_call, None, None)
        Gio.bus_own_name_on_connection(self.connection, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
        bus.wait_for_name(NAME)

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        self.calls.append((method, arguments.unpack()))
        invocation.return_value(None)

    def wait_for_call(self):
        agentcase.wait_until(lambda: self.calls, "a call of the window")
        return self.calls.pop(0)
