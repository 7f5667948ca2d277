#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A session manager as GNOME has it, which asks each program that registers whether the session may end.

Prints "ready", then what each program answers.
"""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

INTERFACES = """<node>
  <interface name="org.gnome.SessionManager">
    <method name="RegisterClient">
      <arg name="app_id" type="s" direction="in"/>
      <arg name="startup_id" type="s" direction="in"/>
      <arg name="client" type="o" direction="out"/>
    </method>
    <property name="SessionIsActive" type="b" access="read"/>
  </interface>
  <interface name="org.gnome.SessionManager.ClientPrivate">
    <method name="EndSessionResponse">
      <arg name="is_ok" type="b" direction="in"/>
      <arg name="reason" type="s" direction="in"/>
    </method>
    <signal name="QueryEndSession"><arg name="flags" type="u"/></signal>
  </interface>
  <interface name="org.keyfob.Test">
    <method name="End"/>
  </interface>
</node>"""

NAME = "org.gnome.SessionManager"
ROOT = "/org/gnome/SessionManager"
CLIENT = ROOT + "/Client1"


def main():
    connection = Gio.bus_get_sync(Gio.BusType.SESSION)

    def on_call(_connection, _sender, _path, _interface, method, parameters, invocation):
        if method == "RegisterClient":
            invocation.return_value(GLib.Variant("(o)", (CLIENT,)))
            print("registered", flush=True)
            return
        if method == "End":
            connection.emit_signal(None, CLIENT, NAME + ".ClientPrivate", "QueryEndSession", GLib.Variant("(u)", (0,)))
        else:
            print("answered", parameters.unpack()[0], flush=True)
        invocation.return_value(None)

    manager, client, test = Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces
    for path, interface in ((ROOT, manager), (CLIENT, client), (ROOT, test)):
        connection.register_object(path, interface, on_call, lambda *_: GLib.Variant("b", True), None)
    Gio.bus_own_name_on_connection(connection, NAME, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: print("ready", flush=True), None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
