# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""bus_client.py [private] [fork] [name=NAME]: calls what it is told, and tells what it hears.

Each line of its standard input is a call, as JSON: name, path, interface, method, arguments as text of
GVariant. Each answer is a line of JSON: "value", or "error" and "message", and under "signals" what came
over the bus since the last answer, whoever it was meant for. NAME becomes that of the process.

With `private` no other program may look into the process. With `fork` a child goes on with the
connection, and the process that made it has ended.
"""

import ctypes
import json
import os
import socket
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PR_SET_DUMPABLE = 4
PR_SET_NAME = 15


def main():
    for argument in sys.argv[1:]:
        if argument.startswith("name="):
            ctypes.CDLL(None).prctl(PR_SET_NAME, argument.removeprefix("name=").encode(), 0, 0, 0)
    if "private" in sys.argv:
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if "fork" in sys.argv:
        serve_from_child()
    else:
        serve(connect())


def connect():
    return Gio.DBusConnection.new_for_address_sync(
        os.environ["DBUS_SESSION_BUS_ADDRESS"],
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


def serve_from_child():
    """The parent makes the connection to the bus, whose threads would not survive in the child."""
    address = dict(part.split("=") for part in os.environ["DBUS_SESSION_BUS_ADDRESS"].split(":")[1].split(","))
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(address["path"])
    ended, alive = os.pipe()
    if os.fork():
        os._exit(0)
    os.close(alive)
    os.read(ended, 1)  # closed by the end of the parent
    stream = Gio.Socket.new_from_fd(bus.detach()).connection_factory_create_connection()
    serve(Gio.DBusConnection.new_sync(
        stream, None,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None))


def serve(bus):
    signals = []
    bus.set_exit_on_close(False)
    bus.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE,
                         lambda *args: signals.append([args[2], args[4], args[5].print_(False)]))
    print(json.dumps({"name": bus.get_unique_name(), "pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        name, path, interface, method, arguments = json.loads(line)
        try:
            value = bus.call_sync(name, path, interface, method,
                                  GLib.Variant.parse(None, arguments, None, None) if arguments else None,
                                  None, Gio.DBusCallFlags.NO_AUTO_START, -1, None)
            answer = {"value": value.unpack()}
        except GLib.Error as error:
            answer = {"error": Gio.DBusError.get_remote_error(error), "message": error.message.split(": ", 1)[-1]}
        while GLib.MainContext.default().iteration(False):
            pass
        answer["signals"], signals[:] = list(signals), []
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
