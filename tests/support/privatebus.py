# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A message bus of its own for one test, with folders of its own, and nobody else on it.

    with PrivateBus() as bus:
        bus.spawn([program])
        bus.connection.call_sync(...)

Everything started is ended by its process id when the bus closes.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402
from waiting import DEADLINE, wait_until, wake  # noqa: E402, F401

DEFAULT_COLLECTION = "/org/freedesktop/secrets/aliases/default"

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  {services}
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <!-- as on the bus of a real session -->
  <limit name="max_replies_per_connection">50000</limit>
</busconfig>
"""


class PrivateBus:
    """A dbus-daemon that knows only the services it is told, and an environment that leads to it.

    @services: {bus name: command line} that the bus starts when they are called.
    """

    def __init__(self, services=None):
        self.folder = tempfile.mkdtemp(prefix="keyfob-bus-")
        self.processes = []
        self.connections = []
        self.env = self._make_env()
        self._write_config(services or {})
        self.daemon, self.address = self._start_daemon()
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self.connection = self.connect()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def _make_env(self):
        env = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "GIO_USE_VFS": "local",
            "GSETTINGS_BACKEND": "memory",
            "G_DEBUG": "fatal-warnings",
            "HOME": self.path("home"),
            "XDG_RUNTIME_DIR": self.path("run"),
            "XDG_CONFIG_HOME": self.path("config"),
            "XDG_CONFIG_DIRS": self.path("xdg"),
            "XDG_DATA_HOME": self.path("data"),
            "XDG_CACHE_HOME": self.path("cache"),
            "XDG_STATE_HOME": self.path("state"),
            # no system bus, unless a test brings one
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + self.path("no-system-bus"),
        }
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "RES_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        for name, folder in env.items():
            if name == "HOME" or name.startswith("XDG_"):
                os.makedirs(folder, mode=0o700, exist_ok=True)
        return env

    def _write_config(self, services):
        servicedir = self.path("services")
        os.mkdir(servicedir)
        for name, command in services.items():
            with open(os.path.join(servicedir, name + ".service"), "w", encoding="utf-8") as out:
                out.write(f"[D-BUS Service]\nName={name}\nExec={command}\n")
        with open(self.path("bus.conf"), "w", encoding="utf-8") as out:
            out.write(CONFIG.format(
                folder=self.folder, services=f"<servicedir>{servicedir}</servicedir>"))

    def _start_daemon(self):
        reader, writer = os.pipe()
        daemon = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--nopidfile", "--config-file=" + self.path("bus.conf"),
             f"--print-address={writer}"],
            env=self.env, pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        ready, _, _ = select.select([reader], [], [], DEADLINE)
        address = os.read(reader, 4096).decode().strip() if ready else ""
        os.close(reader)
        if not address:
            daemon.kill()
            daemon.wait()
            raise RuntimeError("dbus-daemon did not start")
        return daemon, address

    def connect(self):
        """Another client of the bus."""
        connection = Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        connection.set_exit_on_close(False)
        self.connections.append(connection)
        return connection

    def spawn(self, argv, env=None, **kwargs):
        """Starts a program on the bus; it is ended when the bus closes."""
        process = subprocess.Popen(argv, env={**self.env, **(env or {})}, **kwargs)
        self.processes.append(process)
        return process

    def has_owner(self, name):
        return self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "NameHasOwner", GLib.Variant("(s)", (name,)), GLib.VariantType("(b)"),
            Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def wait_for_name(self, name, present=True):
        """Waits until @name has an owner, or has none."""
        seen = []
        subscription = self.connection.signal_subscribe(
            "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
            "/org/freedesktop/DBus", name, Gio.DBusSignalFlags.NONE,
            lambda *args: seen.append(args[5].unpack()[2]))
        try:
            if self.has_owner(name) != present:
                wait_until(lambda: seen and bool(seen[-1]) == present,
                           f"{name} to be {'there' if present else 'gone'}")
        finally:
            self.connection.signal_unsubscribe(subscription)

    def process_id(self, name):
        return self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "GetConnectionUnixProcessID", GLib.Variant("(s)", (name,)), GLib.VariantType("(u)"),
            Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def start_keyring(self, password="test"):
        """A real GNOME keyring with an unlocked default collection."""
        daemon = self.spawn(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            # its warnings are its own
            env={"G_DEBUG": ""},
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        daemon.stdin.write(password.encode())
        daemon.stdin.close()
        self.wait_for_name("org.freedesktop.secrets")
        return daemon

    def start_locked_keyring(self):
        """The real GNOME keyring as it starts where nobody gives it a password."""
        daemon = self.spawn(
            ["gnome-keyring-daemon", "--foreground", "--start", "--components=secrets"],
            env={"G_DEBUG": ""},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_name("org.freedesktop.secrets")
        return daemon

    def start_prompter(self):
        """What refuses to unlock the keyring on behalf of the user; see prompter.py."""
        prompter = self.spawn(
            [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                          "prompter.py")], stdout=subprocess.PIPE, text=True)
        if prompter.stdout.readline() != "ready\n":
            raise RuntimeError("the prompter did not start")
        return prompter

    def _keyring(self, interface, method, arguments, reply=None):
        return self.connection.call_sync(
            "org.freedesktop.secrets", "/org/freedesktop/secrets", interface, method, arguments,
            GLib.VariantType(reply) if reply else None, Gio.DBusCallFlags.NONE, -1, None)

    def keyring_items(self, url):
        """How many items of the host the keyring has, locked or not."""
        attributes = GLib.Variant("(a{ss})", ({"host": url},))
        unlocked, locked = self._keyring(
            "org.freedesktop.Secret.Service", "SearchItems", attributes, "(aoao)").unpack()
        return len(unlocked) + len(locked)

    def lock_keyring(self):
        self._keyring("org.freedesktop.Secret.Service", "Lock",
                      GLib.Variant("(ao)", ([DEFAULT_COLLECTION],)))

    def find_locked_items(self):
        """What the keyring tells of items in its locked collections."""
        return self._keyring("org.freedesktop.Secret.Service", "SearchItems", GLib.Variant("(a{ss})", ({},)),
                             "(aoao)").unpack()[1]

    def _keyring_secret(self, password):
        """The password as the keyring takes it."""
        _, session = self._keyring(
            "org.freedesktop.Secret.Service", "OpenSession",
            GLib.Variant("(sv)", ("plain", GLib.Variant("s", ""))), "(vo)").unpack()
        return session, b"", password.encode(), "text/plain"

    def unlock_keyring(self, password="test", collection=DEFAULT_COLLECTION):
        """Unlocks it as another program would, without a prompt."""
        self._keyring(
            "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
            "UnlockWithMasterPassword",
            GLib.Variant("(o(oayays))", (collection, self._keyring_secret(password))))

    def change_default_keyring(self):
        """Makes an open collection the default one; gives the path of the one before."""
        before, = self._keyring("org.freedesktop.Secret.Service", "ReadAlias",
                                GLib.Variant("(s)", ("default",))).unpack()
        label = {"org.freedesktop.Secret.Collection.Label": GLib.Variant("s", "Second")}
        made, = self._keyring(
            "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "CreateWithMasterPassword",
            GLib.Variant("(a{sv}(oayays))", (label, self._keyring_secret("second")))).unpack()
        self._keyring("org.freedesktop.Secret.Service", "SetAlias", GLib.Variant("(so)", ("default", made)))
        return before

    def close(self):
        """Ends everything that was started and removes the folders."""
        for connection in self.connections:
            if not connection.is_closed():
                close_connection(connection)
        for process in reversed(self.processes):
            end(process)
        end(self.daemon)
        shutil.rmtree(self.folder, ignore_errors=True)


def close_connection(connection):
    """GLib 2.74 may never come back from close_sync(), though it has closed."""
    connection.close(None, None, None)
    wait_until(connection.is_closed, "a connection to close")


def end(process):
    """Ends a process by its id, and waits for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
