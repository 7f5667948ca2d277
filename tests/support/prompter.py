# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Refuses to unlock the GNOME keyring, as a user does who closes its prompt.

A program of its own, for a test that waits for the keyring cannot answer for the user meanwhile. It
prints a line when it is on the bus of the session, and one for each refusal.
"""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.gnome.keyring.SystemPrompter"
PATH = "/org/gnome/keyring/Prompter"
CALLBACK = "org.gnome.keyring.internal.Prompter.Callback"
INTERFACE = """<node><interface name="org.gnome.keyring.internal.Prompter">
  <method name="BeginPrompting"><arg name="callback" type="o" direction="in"/></method>
  <method name="PerformPrompt">
    <arg name="callback" type="o" direction="in"/><arg name="type" type="s" direction="in"/>
    <arg name="properties" type="a{sv}" direction="in"/>
    <arg name="exchange" type="s" direction="in"/>
  </method>
  <method name="StopPrompting"><arg name="callback" type="o" direction="in"/></method>
</interface></node>"""


def tell(connection, keyring, callback, method, arguments):
    connection.call(keyring, callback, CALLBACK, method, arguments, None, Gio.DBusCallFlags.NONE,
                    -1, None, None)


def on_call(connection, sender, path, interface, method, arguments, invocation):
    callback, *rest = arguments.unpack()
    invocation.return_value(None)
    if method == "BeginPrompting":
        tell(connection, sender, callback, "PromptReady", GLib.Variant("(sa{sv}s)", ("", {}, "")))
    elif method == "PerformPrompt":
        print("refused", flush=True)
        tell(connection, sender, callback, "PromptReady",
             GLib.Variant("(sa{sv}s)", ("no", {}, rest[2])))
    else:
        tell(connection, sender, callback, "PromptDone", GLib.Variant("()", ()))


def main():
    def on_bus(connection, name):
        connection.register_object(
            PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], on_call, None, None)

    Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus,
                     lambda *args: print("ready", flush=True), None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
