# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Who calls: programs in sandboxes, whose bus is that of the user, and what they may do."""

import os
import socket
import stat
import threading
import time

import agentcase
import sandbox
import tap
from agentcase import AGENT, HOST, PATH, Page
from gi.repository import Gio, GLib
from notifications import Notifications
from sandbox import DENIED, INFO
from waiting import wait_until

PROPERTIES = "org.freedesktop.DBus.Properties"
NOT_ALLOWED = "org.keyfob.Keyfob.Error.Denied"  # by the user
SEARCH = "/org/keyfob/Keyfob/Search"
SHELL = "org.gnome.Shell.SearchProvider2"
KRUNNER = "org.kde.krunner1"
LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"


class Client(sandbox.Client):
    """One that calls the agent."""

    def __init__(self, case, command=(), options=()):
        super().__init__(case.bus.spawn, [*case.agent_wrapper, *command], options)

    def call(self, path, interface, method, arguments=""):
        return super().call(agentcase.NAME, path, interface, method, arguments)

    def find_host(self, url):
        return self.call(PATH, AGENT, "FindHost", f"('{url}',)")

    def ask_for_token(self, path, options="@a{sv} {}"):
        self.send(agentcase.NAME, path, HOST, "GetToken", f"({options},)")

    def get_token(self, path, options="@a{sv} {}"):
        self.ask_for_token(path, options)
        return self.receive()


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
        return Client(self, sandbox.command(self.bus.folder, info), options)


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
            (PATH, AGENT, "ChangeAddress", f"(@o '{host}', 'https://other.example.org', @a{{sv}} {{}})"),
            (PATH, AGENT, "ImportToken", "(b'/etc/passwd', 'https://other.example.org', @a{sv} {})"),
            (PATH, AGENT, "Unlock"),
            (PATH, AGENT, "Dismiss", "('x',)"),
            (PATH, AGENT, "Looked"),
            (PATH, AGENT, "WaitForStores"),
            (host, HOST, "SignIn", "(@a{sv} {},)"),
            (host, HOST, "OpenPage", "(@a{sv} {},)"),
            (host, HOST, "Continue", "('', @a{sv} {})"),
            (host, HOST, "FinishSignIn", "('http://localhost:53100/callback?code=1&state=2',)"),
            (host, HOST, "Cancel"),
            (host, HOST, "Refresh"),
            (host, HOST, "GetClaims", "(@a{sv} {},)"),
            (host, HOST, "TestAccess", "(@a{sv} {},)"),
            (host, HOST, "WriteTokenFile", "(@a{sv} {},)"),
            (host, HOST, "StopTokenFile"),
            (host, HOST, "SignOut", "(@a{sv} {},)"),
            (host, HOST, "Configure", "({'store': <'/tmp/x'>},)"),
            ("/MenuBar", "com.canonical.dbusmenu", "GetLayout", "(0, -1, @as [])"),
            ("/MenuBar", "com.canonical.dbusmenu", "Event", "(1, 'clicked', <0>, @u 0)"),
            ("/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate", "(0, 0)"),
            ("/StatusNotifierItem", PROPERTIES, "GetAll", "('org.kde.StatusNotifierItem',)"),
            (SEARCH, SHELL, "GetInitialResultSet", "(['127'],)"),
            (SEARCH, SHELL, "GetResultMetas", f"(['copy {host}'],)"),
            (SEARCH, SHELL, "ActivateResult", f"('sign-in {host}', ['127'], @u 0)"),
            (SEARCH, SHELL, "LaunchSearch", "(['127'], @u 0)"),
            (SEARCH, KRUNNER, "Match", "('127',)"),
            (SEARCH, KRUNNER, "Run", f"('sign-in {host}', '')"),
        ]

    def test_flatpak(self):
        client = self.sandbox()
        self.assert_restricted(client)
        self.assertIn("You are asked before a program gets a token", client.get_token(self.host.path)["message"])

    def test_flatpak_that_the_user_allows(self):
        """Also where programs outside a sandbox are not asked about; its id is what is remembered."""
        notifications = Notifications(self.bus)
        client = self.sandbox()
        client.ask_for_token(self.host.path)
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
        client.ask_for_token(self.host.path)
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

    def test_private_program_that_is_asked_about(self):
        """Its name is all that it shows, and any program can have that."""
        self.host.call("Configure", ask_first=True)
        notifications = Notifications(self.bus)
        client = Client(self, options=["private", "name=tool"])
        client.ask_for_token(self.host.path)
        note = notifications.wait_for(f"May tool have the token of {self.host.Name}?")
        self.assertIn("any program of that name can use as well", note.body)
        notifications.press(note, "deny")
        self.assertEqual(client.receive().get("error"), NOT_ALLOWED)

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
    LONG = "x" * 20000  # longer than any text may be

    def too_big(self, signature):
        """Values of the type that no method takes, whatever it is for."""
        if signature == "ay":
            return [GLib.Variant("ay", b"/" + b"x" * 5000)]
        if signature == "a{sv}":
            return [GLib.Variant(signature, options) for options in (
                {"prompt": GLib.Variant("s", self.LONG)}, {self.LONG: GLib.Variant("b", True)},
                {f"x{i}": GLib.Variant("b", True) for i in range(5000)},
                {f"x{i}": GLib.Variant("s", "x" * 4000) for i in range(20)},
                {"redirect-ports": GLib.Variant("aq", [1] * 5000)},
                {"x": GLib.Variant("v", GLib.Variant("as", [self.LONG]))})]
        return {"s": [GLib.Variant("s", self.LONG)], "o": [GLib.Variant("o", "/" + self.LONG)],
                "v": [GLib.Variant("v", GLib.Variant("s", self.LONG))]}.get(signature, [])

    def small(self, signature):
        texts = {"s": "''", "o": "'/'", "ay": "b''", "b": "true", "u": "0", "v": "<0>"}
        return GLib.Variant.parse(GLib.VariantType(signature), texts.get(signature, "[]"), None, None)

    def methods(self, path, name):
        """Each method of an interface, and the types of its arguments."""
        interface = self.node(path).lookup_interface(name)
        return [(method.name, [argument.signature for argument in method.in_args]) for method in interface.methods]

    def node(self, path):
        return Gio.DBusNodeInfo.new_for_xml(self.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")[0])

    def test_every_argument(self):
        host = self.add_host()
        before = host.Options
        tried = set()
        for path, name in ((PATH, AGENT), (host.path, HOST), (PATH, PROPERTIES), (host.path, PROPERTIES)):
            for method, signatures in self.methods(path, name):
                for position, signature in enumerate(signatures):
                    for value in self.too_big(signature):
                        arguments = [self.small(other) for other in signatures]
                        arguments[position] = value
                        with self.subTest(method, argument=position):
                            self.assert_fails(LIMITS, self.call, path, name, method, GLib.Variant.new_tuple(*arguments))
                        tried.add((name, method, position))
        self.assertGreater(len(tried), 25)
        self.assertEqual((len(self.hosts()), host.Options), (1, before))

    def test_hosts(self):
        def add(i):
            return self.start_call(PATH, AGENT, "AddHost", GLib.Variant("(sa{sv})", (f"https://h{i}.example.org", {})))
        self.stop_agent()
        self.write_many_hosts(1990)
        self.start_agent()
        pending = [add(i) for i in range(1990, 2000)]
        for call in pending:
            call.wait()
        self.assertIn("2000", self.assert_fails("Failed", add(2000).wait))
        self.assertEqual(len(self.hosts()), 2000)
        add(7).wait()
        self.remove_host(self.find_host("https://h9.example.org").path)
        add(2000).wait()
        self.assertEqual(len(self.hosts()), 2000)

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

    def test_calls_with_the_same_number(self):
        """Whose number is that of another call, as no honest program has it, gets no call more by that."""
        host = self.add_host()
        host.sign_in()
        gate = self.server.gates["token"] = threading.Event()
        host.start("Refresh")
        host.wait_for(State="refreshing")
        program = self.bus.connect()
        for _ in range(50):
            call = Gio.DBusMessage.new_method_call(agentcase.NAME, host.path, HOST, "GetToken")
            call.set_body(GLib.Variant("(a{sv})", (agentcase.variants(min_time=7200),)))
            call.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
            call.set_serial(1 << 30)
            program.send_message(call, Gio.DBusSendMessageFlags.PRESERVE_SERIAL)
        program.flush_sync(None)
        gate.set()
        wait_until(lambda: host.Uses, "the token to be taken")
        self.assertEqual(host.Uses[0][2], 1)


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
