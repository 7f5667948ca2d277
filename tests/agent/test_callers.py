# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who calls: programs in sandboxes, whose bus is that of the user, and what they may do."""

import json
import os
import socket
import stat
import subprocess
import threading
import time

import agentcase
import tap
from agentcase import AGENT, HOST, PATH, Page
from gi.repository import Gio, GLib
from notifications import Notifications
from waiting import wait_until

PROPERTIES = "org.freedesktop.DBus.Properties"
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
NOT_ALLOWED = "org.keyfob.Keyfob.Error.Denied"  # by the user
LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"
INFO = "[Application]\nname=org.example.Game\nruntime=runtime/org.example.Platform/x86_64/1\n"
CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "bus_client.py")


class Client:
    """A program on the bus that is not the test itself."""

    def __init__(self, case, command=(), options=()):
        self.process = case.bus.spawn(
            [*case.agent_wrapper, *command, "/usr/bin/python3", CLIENT, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = self._read()["name"]

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the client ended")
        return json.loads(line)

    def send(self, path, interface, method, arguments="", name=agentcase.NAME):
        self.process.stdin.write(json.dumps([name, path, interface, method, arguments]) + "\n")
        self.process.stdin.flush()

    def receive(self):
        return self._read()

    def call(self, path, interface, method, arguments="", name=agentcase.NAME):
        self.send(path, interface, method, arguments, name)
        return self.receive()

    def find_host(self, url):
        return self.call(PATH, AGENT, "FindHost", f"('{url}',)")

    def get_token(self, path, options="@a{sv} {}"):
        return self.call(path, HOST, "GetToken", f"({options},)")


class CallersCase(agentcase.AgentCase):
    # root may look into every process, as the user may not
    agent_wrapper = ["setpriv", "--bounding-set=-sys_ptrace"] if os.getuid() == 0 else []

    def sandbox(self, info=None, *options):
        """A program in the mount and user namespaces that Flatpak gives it, with the file @info that Flatpak puts there.

        @info: path of the file; None for that of a Flatpak.
        """
        if info is None:
            info = self.bus.path("flatpak-info")
            with open(info, "w", encoding="utf-8") as out:
                out.write(INFO)
        support = os.path.dirname(CLIENT)
        return Client(self, [
            "bwrap", "--unshare-user", "--unshare-pid", "--die-with-parent", "--ro-bind", "/usr", "/usr",
            "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin",
            "--proc", "/proc", "--dev", "/dev", "--bind", self.bus.folder, self.bus.folder,
            "--ro-bind", support, support, *info_arguments(info)], options)


def info_arguments(info):
    if os.path.islink(info):
        return ["--symlink", os.readlink(info), "/.flatpak-info"]

    return ["--ro-bind", info, "/.flatpak-info"]


class Sandboxes(CallersCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()
        self.host.sign_in()

    def assert_restricted(self, client):
        for call in self.everything():
            with self.subTest(call[2]):
                answer = client.call(*call)
                self.assertEqual(answer.get("error"), DENIED, answer)
        found = client.find_host(self.server.url)
        self.assertEqual(found.get("value"), [self.host.path], found)
        # the user has to be asked, and here is nothing to ask with
        answer = client.get_token(self.host.path)
        self.assertEqual(answer.get("error"), NOT_ALLOWED, answer)
        for options in ("{'interactive': <true>}", "{'force': <true>}", "{'flow': <'device'>}"):
            self.assertEqual(client.get_token(self.host.path, options).get("error"), DENIED)
        self.assertEqual(self.host.State, "signed-in")

    def everything(self):
        """Every call that there is, but for the two that a program in a sandbox may make."""
        host = self.host.path
        return [
            (PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
            (PATH, "org.freedesktop.DBus.Introspectable", "Introspect"),
            (PATH + "/hosts", "org.freedesktop.DBus.Introspectable", "Introspect"),
            (PATH, PROPERTIES, "GetAll", f"('{AGENT}',)"),
            (PATH, PROPERTIES, "Get", f"('{AGENT}', 'FoundHosts')"),
            (host, PROPERTIES, "GetAll", f"('{HOST}',)"),
            (host, PROPERTIES, "Get", f"('{HOST}', 'Account')"),
            (host, PROPERTIES, "Set", f"('{HOST}', 'Account', <'x'>)"),
            (PATH, AGENT, "AddHost", "('https://other.example.org', @a{sv} {})"),
            (PATH, AGENT, "FindHosts", "('',)"),
            (PATH, AGENT, "GetToken", "('', @a{sv} {})"),
            (PATH, AGENT, "RemoveHost", f"(@o '{host}',)"),
            (PATH, AGENT, "ImportToken", "(b'/etc/passwd', 'https://other.example.org', @a{sv} {})"),
            (PATH, AGENT, "Unlock"),
            (PATH, AGENT, "Dismiss", "('x',)"),
            (PATH, AGENT, "Looked"),
            (host, HOST, "SignIn", "(@a{sv} {},)"),
            (host, HOST, "OpenPage", "(@a{sv} {},)"),
            (host, HOST, "Continue", "('', @a{sv} {})"),
            (host, HOST, "Cancel"),
            (host, HOST, "Refresh"),
            (host, HOST, "SignOut", "(@a{sv} {},)"),
            (host, HOST, "Configure", "({'store': <'/tmp/x'>},)"),
            ("/MenuBar", "com.canonical.dbusmenu", "GetLayout", "(0, -1, @as [])"),
            ("/MenuBar", "com.canonical.dbusmenu", "Event", "(1, 'clicked', <0>, @u 0)"),
            ("/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate", "(0, 0)"),
            ("/StatusNotifierItem", PROPERTIES, "GetAll", "('org.kde.StatusNotifierItem',)"),
        ]

    def test_flatpak(self):
        client = self.sandbox()
        self.assert_restricted(client)
        self.assertIn("You are to be asked first", client.get_token(self.host.path)["message"])

    def test_flatpak_that_the_user_allows(self):
        """Also where programs outside a sandbox are not asked about; its id is what is remembered."""
        notifications = Notifications(self.bus)
        client = self.sandbox()
        client.send(self.host.path, HOST, "GetToken", "(@a{sv} {},)")
        note = notifications.wait_for(f"May org.example.Game have the token of {self.host.Name}?")
        self.assertIn("flatpak:org.example.Game", note.body)
        notifications.press(note, "always")
        self.assertIn("access_token", client.receive()["value"][0])
        self.assertEqual([each["program"] for each in self.agent_property("Permissions")], ["flatpak:org.example.Game"])
        # another instance
        self.assertIn("access_token", self.sandbox().get_token(self.host.path)["value"][0])
        self.assertEqual(len(notifications.sent), 1)
        # and it may do no more than before
        self.assertEqual(client.call(PATH, AGENT, "Looked").get("error"), DENIED)

    def test_flatpak_cannot_answer_for_the_user(self):
        notifications = Notifications(self.bus)
        client, accomplice = self.sandbox(), self.sandbox()
        client.send(self.host.path, HOST, "GetToken", "(@a{sv} {},)")
        note = notifications.wait_for(f"May org.example.Game have the token of {self.host.Name}?")
        for call in ((PATH, AGENT, "AnswerTokenRequest", "('1', 'always')"), (PATH, AGENT, "LockTokens"),
                     (PATH, AGENT, "UnlockTokens"), (PATH, AGENT, "Revoke", "('x', 'y')")):
            self.assertEqual(accomplice.call(*call).get("error"), DENIED)
        self.assertFalse(self.agent_property("TokensLocked"))
        notifications.press(note, "deny")
        self.assertEqual(client.receive().get("error"), NOT_ALLOWED)

    def test_outside(self):
        client = Client(self)
        self.assertIn("access_token", client.get_token(self.host.path)["value"][0])
        self.assertIn("value", client.call(PATH, PROPERTIES, "GetAll", f"('{AGENT}',)"))

    def test_outside_and_private(self):
        """As the window and the command are, and ssh-agent."""
        client = Client(self, options=["private"])
        self.assertIn("access_token", client.get_token(self.host.path)["value"][0])

    def test_flatpak_that_hides(self):
        self.assert_restricted(self.sandbox(None, "private"))

    def test_no_privileges_and_private(self):
        """A sandbox of a setuid program looks like that, so it cannot be told."""
        self.assert_restricted(Client(self, ["setpriv", "--no-new-privs"], ["private"]))

    def test_no_privileges(self):
        client = Client(self, ["setpriv", "--no-new-privs"])
        self.assertIn("access_token", client.get_token(self.host.path)["value"][0])

    def test_process_that_ended(self):
        """Its connection lives on in a child, and nothing is known of that."""
        self.assert_restricted(Client(self, options=["fork"]))

    def test_odd_information(self):
        info = self.bus.path("odd")

        def write(content):
            with open(info, "w", encoding="utf-8") as out:
                out.write(content)
        for what, make in {
            "fifo": lambda: os.mkfifo(info),
            "folder": lambda: os.mkdir(info),
            "device": lambda: os.symlink("/dev/zero", info),
            "link that leads nowhere": lambda: os.symlink("/nowhere", info),
            "link out": lambda: os.symlink("/proc/self/root/usr/bin/true", info),
            "no name": lambda: write("[Application]\n"),
            "no text": lambda: write("\0\0\0"),
            "endless": lambda: write(INFO + "#" * 10_000_000),
        }.items():
            with self.subTest(what):
                make()
                client = self.sandbox(info)
                self.assertEqual(client.call(PATH, AGENT, "Looked").get("error"), DENIED)
                self.assertEqual(client.get_token(self.host.path).get("error"), NOT_ALLOWED)
                os.rmdir(info) if os.path.isdir(info) and not os.path.islink(info) else os.unlink(info)

    def test_hears_nothing(self):
        outside = Client(self)
        inside = self.sandbox()
        for client in (outside, inside):
            client.find_host(self.server.url)
        self.host.call("SignIn", force=True, open_browser=False)
        self.host.call("Cancel")
        self.host.call("Configure", name="Secret name")
        self.add_host("https://other.example.org")
        heard = [entry for entry in inside.find_host(self.server.url)["signals"] if entry[0].startswith(PATH)]
        self.assertEqual(heard, [])
        heard = [entry for entry in outside.find_host(self.server.url)["signals"] if entry[0].startswith(PATH)]
        self.assertIn("InterfacesAdded", [signal for _, signal, _ in heard])
        self.assertIn("Secret name", str(heard))


class Order(CallersCase):
    def test_answers_come_in_order(self):
        """Also those of calls that waited until it was known who makes them."""
        heard, answered = [], []
        others = [self.bus.connect() for _ in range(5)]
        host = self.add_host()
        for other in others:
            host.call("Cancel", connection=other)
        connection = self.bus.connect()
        connection.signal_subscribe(None, PROPERTIES, "PropertiesChanged", host.path, None, 0,
                                    lambda *args: heard.append(args[5].unpack()[1].get("Name")))
        for i in range(100):
            connection.call(agentcase.NAME, PATH, agentcase.AGENT, "FindHost", GLib.Variant("(s)", (self.server.url,)),
                            None, Gio.DBusCallFlags.NO_AUTO_START, -1, None,
                            lambda source, result, number: answered.append((number, source.call_finish(result))), i)
        wait_until(lambda: len(answered) == 100, "the answers")
        self.assertEqual([number for number, _ in answered], list(range(100)))
        host.call("Configure", connection, name="new name")
        wait_until(lambda: "new name" in heard, "the signal")


class Limits(CallersCase):
    def test_arguments(self):
        host = self.add_host()
        for call in (
            (PATH, AGENT, "FindHost", GLib.Variant("(s)", ("https://example.org/" + "x" * 5000,))),
            (PATH, AGENT, "Dismiss", GLib.Variant("(s)", ("x" * 5000,))),
            (host.path, HOST, "SignIn", GLib.Variant("(a{sv})", ({"prompt": GLib.Variant("s", "x" * 5000)},))),
            (host.path, HOST, "Configure",
             GLib.Variant("(a{sv})", ({"redirect-ports": GLib.Variant("aq", [1] * 5000)},))),
            (host.path, HOST, "Configure",
             GLib.Variant("(a{sv})", ({f"name{i}": GLib.Variant("s", "x" * 4000) for i in range(20)},))),
            (PATH, AGENT, "ImportToken",
             GLib.Variant("(aysa{sv})", (b"/" + b"x" * 5000, "https://example.org", {}))),
        ):
            with self.subTest(call[2]):
                self.assert_fails(LIMITS, self.call, *call)
        self.assertEqual(len(self.hosts()), 1)

    def test_hosts(self):
        def add(i):
            return self.start_call(PATH, AGENT, "AddHost", GLib.Variant("(sa{sv})", (f"https://h{i}.example.org", {})))
        pending = [add(i) for i in range(200)]
        for call in pending:
            call.wait()
        self.assertIn("200", self.assert_fails("Failed", add(200).wait))
        self.assertEqual(len(self.hosts()), 200)
        add(7).wait()
        self.remove_host(self.find_host("https://h9.example.org").path)
        add(200).wait()
        self.assertEqual(len(self.hosts()), 200)

    def test_calls_at_once(self):
        host = self.add_host()
        host.sign_in()
        gate = self.server.gates["token"] = threading.Event()
        calls = [host.start("Refresh") for _ in range(1100)]
        wait_until(lambda: sum(call.done for call in calls) == 100, "the calls that are refused")
        for call in calls:
            if call.done:
                self.assert_fails(LIMITS, call.wait)
        other = self.bus.connect()
        self.assert_fails(LIMITS, host.call, "Cancel", connection=other)
        self.assertIn("access_token", Client(self).get_token(host.path).get("value", [{}])[0])
        gate.set()
        wait_until(lambda: all(call.done for call in calls), "all answers")
        host.call("Cancel", connection=other)


class Uses(CallersCase):
    def test_each_program_is_shown(self):
        host = self.add_host()
        host.sign_in()
        self.assertEqual(host.Uses, [])
        first, window = Client(self), Client(self, options=["private", "name=keyfob"])
        before = int(time.time())
        for client in (first, window, first):
            client.get_token(host.path)
        wait_until(lambda: len(host.Uses) == 2 and host.Uses[0][2] == 2, "both programs")
        (name, program, count, last), (other, _, other_count, _) = host.Uses
        self.assertIn("python3", name)
        self.assertEqual(program, os.path.realpath("/usr/bin/python3") + ":python3")
        self.assertEqual((count, other_count), (2, 1))
        self.assertTrue(before <= last <= time.time())
        self.assertEqual(other, "Keyfob")

    def test_who_gets_nothing_is_not_shown(self):
        host = self.add_host()
        self.assertIn("error", Client(self).get_token(host.path))
        self.assertEqual(host.Uses, [])

    def test_no_more_than_16(self):
        host = self.add_host()
        host.sign_in()
        for i in range(18):
            Client(self, options=[f"name=program{i}"]).get_token(host.path)
        wait_until(lambda: host.Uses and host.Uses[0][0].startswith("program17"), "the last program")
        self.assertEqual([name.split()[0] for name, *_ in host.Uses], [f"program{i}" for i in range(17, 1, -1)])


class Files(CallersCase):
    """What a call names as a token file, and is none, stays as it is."""

    def setUp(self):
        super().setUp()
        self.host = self.add_host()

    def make_files(self):
        """Paths that are no place for tokens."""
        text = {".bashrc": "export PATH=/bin\n", "settings.json": '{"editor.tabSize": 4}\n', "list.json": "[1, 2]\n",
                "keyfob.desktop": "[Desktop Entry]\nType=Application\nExec=true\n", "string.json": '"text"'}
        for name, content in text.items():
            with open(self.bus.path(name), "w", encoding="utf-8") as out:
                out.write(content)
        os.symlink(self.bus.path(".bashrc"), self.bus.path("link"))
        os.mkfifo(self.bus.path("fifo"))
        os.mkdir(self.bus.path("folder"))
        sockets = socket.socket(socket.AF_UNIX)
        sockets.bind(self.bus.path("socket"))
        self.addCleanup(sockets.close)
        return [self.bus.path(name) for name in (*text, "link", "fifo", "folder", "socket")] + [
            self.bus.path("config", "keyfob", "hosts.ini"), "/proc/self/comm", "/dev/null", "/dev/full",
            self.bus.path(".bashrc", "below"), ".bashrc", "~/.bashrc", "file://" + self.bus.path(".bashrc")]

    def contents(self, names=None):
        """What kind of file each is, and its text; of the agent's own hosts.ini only whether it has a token."""
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            found = {"token in hosts.ini": "access_token" in file.read()}
        for name in names or sorted(os.listdir(self.bus.folder)):
            if name in found:
                continue
            path = self.bus.path(name)
            mode = os.lstat(path).st_mode
            with open(path, encoding="utf-8", errors="replace") if stat.S_ISREG(mode) and name != "agent.log" \
                    else open(os.devnull, encoding="utf-8") as file:
                found[name] = (stat.S_IFMT(mode), file.read())
        return found

    def test_signed_in(self):
        self.host.sign_in()
        place, token = self.host.Store, self.host.get_token()["access_token"]
        paths = self.make_files()
        before = self.contents()
        for path in paths:
            with self.subTest(path):
                with self.assertRaises(GLib.Error):
                    self.host.call("Configure", store=path)
                self.assertEqual((self.host.Store, self.host.State), (place, "signed-in"))
                self.assertEqual(self.contents(before), before)
        self.assertEqual(self.host.get_token()["access_token"], token)

    def test_before_the_sign_in(self):
        """The store is asked for only when there is a token."""
        before = None
        for path in self.make_files():
            with self.subTest(path):
                before = before or self.contents()
                try:
                    self.host.call("Configure", store=path)
                except GLib.Error:
                    continue
                self.host.call("SignIn", open_browser=False, force=True)
                Page(self.host.LoginUri).wait()
                wait_until(lambda: not self.host.Saved, "the store to refuse the token")
                self.assertEqual(self.contents(before), before)


if __name__ == "__main__":
    tap.main()
