# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who calls the window: programs in sandboxes, whose bus is that of the user, show it and do no more.

In a mount namespace of its own, see tests/window/meson.build.
"""

import os
import pathlib
import signal
import subprocess

import desktop
import sandbox
import tap
from gi.repository import Gio, GLib
from sandbox import DENIED
from window import PORTAL, WindowCase, host

KEYFOB = "org.keyfob.Keyfob"
PATH = "/org/keyfob/Keyfob"
ACTIVATION = "org.freedesktop.Application"
ACTIONS = "org.gtk.Actions"
PROPERTIES = "org.freedesktop.DBus.Properties"
HOST_PATH = "/org/keyfob/Keyfob/Agent/hosts/h1"


class CallersCase(WindowCase):
    def start(self, *arguments, **options):
        """As a user, who cannot look into every process as root can."""
        super().start(*arguments, wrapper=["setpriv", "--bounding-set=-sys_ptrace"], **options)

    def start_client(self, command=(), options=()):
        client = sandbox.Client(subprocess.Popen, command, options)
        self.addCleanup(client.end)
        return client

    def start_in_sandbox(self):
        info = pathlib.Path(os.environ["BED_DIR"], "flatpak-info")
        info.write_text(sandbox.INFO)
        return self.start_client(sandbox.command(os.environ["BED_DIR"], str(info)))

    def start_private(self):
        """As the agent is where systemd runs it, which is all that a sandbox shows as well."""
        return self.start_client(["setpriv", "--no-new-privs"], ["private", "name=keyfob-agent"])

    def activate_action(self, client, name="preferences", parameters="[]"):
        return client.call(KEYFOB, PATH, ACTIVATION, "ActivateAction", f"('{name}', @av {parameters}, @a{{sv}} {{}})")

    def call(self, method, arguments):
        Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            KEYFOB, PATH, ACTIVATION, method, GLib.Variant.parse(None, arguments, None, None), None,
            Gio.DBusCallFlags.NONE, -1)


class Sandboxes(CallersCase):
    def test_nothing_but_to_show_it(self):
        self.start([host(PORTAL, State="signed-in", left=3600)])
        self.app.wait_for(PORTAL)
        client = self.start_in_sandbox()
        window = PATH + "/window/1"
        for path, interface, method, arguments in [
                *((PATH, ACTIVATION, "ActivateAction", f"('{name}', @av {parameters}, @a{{sv}} {{}})")
                  for name, parameters in (("quit", "[]"), ("about", "[]"), ("preferences", "[]"),
                                           ("copy-header", f"[<'{HOST_PATH}'>]"))),
                *((path, ACTIONS, method, arguments)
                  for path in (PATH, window)
                  for method, arguments in (("List", ""), ("DescribeAll", ""), ("Describe", "('quit',)"),
                                            ("Activate", "('quit', @av [], @a{sv} {})"),
                                            ("SetState", "('find', <true>, @a{sv} {})"))),
                (window, ACTIONS, "Activate", "('add-host', @av [], @a{sv} {})"),
                (PATH, ACTIVATION, "Open", "(['file:///etc/passwd'], @a{sv} {})"),
                (PATH, "org.gtk.Application", "Open", "(['file:///etc/passwd'], '', @a{sv} {})"),
                (PATH, "org.gtk.Application", "CommandLine", "(objectpath '/x', [b'keyfob'], @a{sv} {})"),
                (PATH, "org.freedesktop.DBus.Introspectable", "Introspect", ""),
                (PATH, PROPERTIES, "GetAll", "('org.gtk.Application',)"),
                (PATH, PROPERTIES, "Set", "('org.gtk.Application', 'Busy', <true>)")]:
            with self.subTest(method + arguments):
                answer = client.call(KEYFOB, path, interface, method, arguments)
                self.assertEqual(answer.get("error"), DENIED, answer)
        self.assertIn("open the window", self.activate_action(client)["message"])
        self.assertEqual(self.agent.calls("GetToken"), [])
        self.assertEqual(desktop.find_x_windows("^Preferences$"), [])

    def test_shows_it(self):
        self.start([host(PORTAL)], arguments=["--gapplication-service"])
        self.assertIn("value", self.start_in_sandbox().call(KEYFOB, PATH, ACTIVATION, "Activate", "(@a{sv} {},)"))
        self.app.wait_for(PORTAL)

    def test_what_cannot_be_told(self):
        self.start([host(PORTAL)])
        self.app.wait_for(PORTAL)
        self.assertEqual(self.activate_action(self.start_private()).get("error"), DENIED)

    def test_outside(self):
        self.start([host(PORTAL)])
        self.app.wait_for(PORTAL)
        self.assertIn("value", self.activate_action(self.start_client()))
        desktop.wait_for(lambda: desktop.find_x_windows("^Preferences$"), "the preferences")


class Limits(CallersCase):
    def test_arguments(self):
        self.start([host(PORTAL, State="signed-in", left=3600)])
        self.app.wait_for(PORTAL)
        client = self.start_client()
        long = "x" * 5000
        many = ", ".join(f"'x{i}': <0>" for i in range(5000))
        for path, interface, method, arguments in [
                (PATH, ACTIVATION, "ActivateAction", f"('copy-header', [<'/{long}'>], @a{{sv}} {{}})"),
                (PATH, ACTIVATION, "ActivateAction", f"('{long}', @av [], @a{{sv}} {{}})"),
                (PATH, ACTIVATION, "ActivateAction", f"('copy-header', [{', '.join(['<0>'] * 5000)}], @a{{sv}} {{}})"),
                (PATH, ACTIVATION, "Activate", f"({{'activation-token': <'{long}'>}},)"),
                (PATH, ACTIVATION, "Activate", f"({{{many}}},)"),
                (PATH, "org.gtk.Application", "Activate", f"({{{many}}},)"),
                (PATH, ACTIVATION, "Open", f"(['file:///{long}'], @a{{sv}} {{}})"),
                (PATH, ACTIONS, "Activate", f"('copy-header', [<'/{long}'>], @a{{sv}} {{}})"),
                (PATH, ACTIONS, "Describe", f"('{long}',)"),
                (PATH + "/window/1", ACTIONS, "Activate", f"('find', [<'{long}'>], @a{{sv}} {{}})")]:
            with self.subTest(method + arguments[:20]):
                answer = client.call(KEYFOB, path, interface, method, arguments)
                self.assertEqual(answer.get("error"), "org.freedesktop.DBus.Error.LimitsExceeded", answer)


class AgentOfSystemd(CallersCase):
    def test_may_call_actions(self):
        """Its control group is a fake: no systemd runs in a test."""
        self.start([host(PORTAL)])
        self.app.wait_for(PORTAL)
        agent = self.start_private()
        sandbox.pretend_unit(self, agent, "keyfob-agent.service")
        self.assertIn("value", self.activate_action(agent))
        desktop.wait_for(lambda: desktop.find_x_windows("^Preferences$"), "the preferences")


class GoneBeforeItIsKnown(CallersCase):
    """The window stands still while a program calls and ends, so it can ask nobody who that was."""

    # sends each call, and is gone before it could have an answer
    PROGRAM = """
import sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
for member, arguments in zip(sys.argv[1::2], sys.argv[2::2]):
    call = Gio.DBusMessage.new_method_call("org.keyfob.Keyfob", "/org/keyfob/Keyfob", "org.freedesktop.Application", member)
    call.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
    call.set_body(GLib.Variant.parse(None, arguments, None, None))
    bus.send_message(call, Gio.DBusSendMessageFlags.NONE)
bus.flush_sync()
"""

    def test_may_do_what_a_sandbox_may(self):
        self.start([host(PORTAL)], arguments=["--gapplication-service"])
        desktop.wait_for(self.is_on_bus, "the window on the bus")
        os.kill(self.process.pid, signal.SIGSTOP)
        subprocess.run(["/usr/bin/python3", "-c", self.PROGRAM,
                        "ActivateAction", "('preferences', @av [], @a{sv} {})", "Activate", "(@a{sv} {},)"], check=True)
        os.kill(self.process.pid, signal.SIGCONT)
        self.app.wait_for(PORTAL)
        self.assertEqual(desktop.find_x_windows("^Preferences$"), [])

    def is_on_bus(self):
        return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
            GLib.Variant("(s)", (KEYFOB,)), None, Gio.DBusCallFlags.NONE, -1).unpack()[0]


if __name__ == "__main__":
    tap.main()
