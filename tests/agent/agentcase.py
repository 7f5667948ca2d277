# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The real keyfob-agent on a bus of its own, against a fake server."""

import errno
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import privatebus  # noqa: E402
from fake_server import FakeServer, quoted  # noqa: E402
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.keyfob.Keyfob.Agent"
PATH = "/org/keyfob/Keyfob/Agent"
AGENT = NAME + "1"
HOST = "org.keyfob.Keyfob.Host1"
ERROR = "org.keyfob.Keyfob.Error."

# Seconds: the agent itself waits for a keyring that hangs before it tells so, and for what opens pages.
KEYRING_PATIENCE = 5
# Seconds between two questions about a device code, where the provider says nothing (RFC 8628 section 3.2).
POLL_INTERVAL = 5
ANSWER = privatebus.DEADLINE + KEYRING_PATIENCE

# Asks the loopback for argv[2] in a way of its own (argv[3]) and prints the answer.
VISITOR = """
import socket, ssl, sys
port, target, way = int(sys.argv[1]), sys.argv[2], sys.argv[3]
families = {"ipv6": socket.AF_INET6, "mapped": socket.AF_INET6}
visitor = socket.socket(families.get(way, socket.AF_INET), socket.SOCK_STREAM)
visitor.settimeout(20)
if way == "bound":
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
elif way == "elsewhere":
    visitor.bind(("127.0.0.77", 0))
if way == "many":
    crowd = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(100)]
    for visitor in crowd[:50]:
        visitor.recv(1)
    sys.exit()
visitor.connect(({"ipv6": "::1", "mapped": "::ffff:127.0.0.1"}.get(way, "127.0.0.1"), port))
if way == "tls":
    try:
        ssl.create_default_context().wrap_socket(visitor, server_hostname="localhost")
    except ssl.SSLError as error:
        print(error)
    sys.exit()
visitor.sendall(f"GET {target} HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n".encode())
if way != "gone":
    print(visitor.makefile("rb").read().decode())
"""
OTHER_USER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

wait_until = privatebus.wait_until


def variants(**options):
    """`a{sv}` of Python values; a ready GLib.Variant is taken as it is."""
    made = {}
    for key, value in options.items():
        if isinstance(value, bool):
            value = GLib.Variant("b", value)
        elif isinstance(value, str):
            value = GLib.Variant("s", value)
        elif isinstance(value, list):
            value = GLib.Variant("aq", value)
        elif isinstance(value, int):
            value = GLib.Variant("u", value)
        made[key.replace("_", "-")] = value
    return made


# Below those that Linux gives to programs which name no port: such a program would take one
# between the look and the use.
PORTS = range(20000, 32768)


def free_port():
    """A port that is free on both loopback addresses."""
    while True:
        port = random.choice(PORTS)
        try:
            for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                with socket.socket(family, socket.SOCK_STREAM) as probe:
                    probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
        return port


def is_listening(port):
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.settimeout(5)
                probe.connect((address, port))
                return True
        except OSError:
            continue
    return False


class Pending:
    """A method call that has not been answered yet."""

    def __init__(self):
        self.value = None
        self.error = None
        self.done = False

    def wait(self, what="an answer"):
        wait_until(lambda: self.done, what, ANSWER)
        if self.error is not None:
            raise self.error
        return self.value


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Page:
    """What a browser without a screen makes of an address; it follows redirects, if not told not to."""

    def __init__(self, uri, follow=True):
        self.status = None
        self.text = ""
        self.location = None  # of a redirect that is not followed
        handlers = [urllib.request.ProxyHandler({})] + ([] if follow else [StayHere])
        self.thread = threading.Thread(target=self._open, args=(uri, handlers), daemon=True)
        self.thread.start()

    def _open(self, uri, handlers):
        opener = urllib.request.build_opener(*handlers)
        try:
            with opener.open(uri, timeout=ANSWER) as response:
                self.text = response.read().decode()
                self.status = response.status
        except urllib.error.HTTPError as error:
            self.text = error.read().decode()
            self.location = error.headers["Location"]
            self.status = error.code
        except OSError as error:
            self.text = str(error)
            self.status = 0
        privatebus.wake()

    def wait(self):
        # the agent answers once it has tried to save the token
        wait_until(lambda: self.status is not None, "the page", ANSWER)
        return self


class Host:
    """A host of the agent, with its properties as attributes: host.State"""

    def __init__(self, case, path):
        self.case = case
        self.path = path
        self.proxy = Gio.DBusProxy.new_sync(
            case.bus.connection, Gio.DBusProxyFlags.DO_NOT_AUTO_START, None, NAME, path, HOST, None)

    def __getattr__(self, name):
        if name[0].isupper():
            value = self.proxy.get_cached_property(name)
            return value.unpack() if value is not None else None
        raise AttributeError(name)

    def wait_for(self, **properties):
        wait_until(lambda: all(getattr(self, name) == value for name, value in properties.items()),
                   lambda: f"{properties}, and not {self.State}: {self.Error}")

    def wait_for_next_poll(self):
        """Waits until the host is signed in; a real provider may be asked again only after a while."""
        wait_until(lambda: self.State == "signed-in", lambda: f"signed-in, and not {self.State}: {self.Error}",
                   POLL_INTERVAL + privatebus.DEADLINE)

    def call(self, method, connection=None, **options):
        arguments = None if method in ("Cancel", "Refresh") else \
            GLib.Variant("(a{sv})", (variants(**options),))
        return self.case.call(self.path, HOST, method, arguments, connection)

    def start(self, method, connection=None, **options):
        arguments = None if method in ("Cancel", "Refresh") else \
            GLib.Variant("(a{sv})", (variants(**options),))
        return self.case.start_call(self.path, HOST, method, arguments, connection)

    def go_on(self, question=None, connection=None, **options):
        """Answers the question of a sign-in."""
        question = self.Question if question is None else question
        self.case.call(self.path, HOST, "Continue",
                       GLib.Variant("(sa{sv})", (question, variants(**options))), connection)

    def get_token(self, **options):
        return self.call("GetToken", **options)[0]

    def sign_in(self, **options):
        """Signs in as a user does, and waits until that is over."""
        self.call("SignIn", open_browser=False, **options)
        page = Page(self.LoginUri).wait()
        self.wait_for(State="signed-in")
        return page


class AgentCase(unittest.TestCase):
    """Every test has an agent, a server and a bus of its own."""

    keyring = False
    services = {}  # that the bus starts, beside the agent
    program = "KEYFOB_AGENT"  # the variable that names it
    debug = True
    agent_wrapper = []  # a command that starts the agent
    agent_arguments = ()
    working_directory = None  # of the agent; None is the folder of the bus

    def setUp(self):
        self.server = self.start_server()
        self.bus = privatebus.PrivateBus({NAME: os.environ["KEYFOB_AGENT"], **self.services})
        self.addCleanup(self.bus.close)
        # the schemas of the system, but no desktop files, so no browser
        os.mkdir(self.bus.path("share"))
        os.symlink("/usr/share/glib-2.0", self.bus.path("share", "glib-2.0"))
        self.port = free_port()
        self.log_path = self.bus.path("agent.log")
        self.agent = None
        if self.keyring:
            self.keyring_process = self.bus.start_keyring()
        self.start_agent()

    def start_server(self):
        server = FakeServer()
        self.addCleanup(server.stop)
        return server

    def start_agent(self, wait=True, env=None):
        log = open(self.log_path, "ab")
        self.agent = self.bus.spawn(
            [*self.agent_wrapper, os.environ[self.program], *self.agent_arguments],
            env={"G_MESSAGES_DEBUG": "all" if self.debug else "",
                 "XDG_DATA_DIRS": self.bus.path("share"), **(env or {})},
            stdout=log, stderr=log, cwd=self.working_directory or self.bus.folder)
        log.close()
        self.bus.wait_for_name(NAME)
        if wait:
            self.wait_for_store("ready")

    def stop_agent(self, number=signal.SIGTERM):
        self.agent.send_signal(number)
        status = self.agent.wait(privatebus.DEADLINE)
        self.bus.wait_for_name(NAME, present=False)
        return status

    def restart_agent(self, **kwargs):
        self.assertEqual(self.stop_agent(), 0)
        self.start_agent(**kwargs)

    def tearDown(self):
        if self.agent.poll() is None:
            self.assertEqual(self.stop_agent(), 0, self.log())

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def call(self, path, interface, method, arguments=None, connection=None):
        try:
            return (connection or self.bus.connection).call_sync(
                NAME, path, interface, method, arguments, None, Gio.DBusCallFlags.NO_AUTO_START,
                int(ANSWER * 1000), None).unpack()
        finally:
            # the signals that came before the answer
            while GLib.MainContext.default().iteration(False):
                pass

    def start_call(self, path, interface, method, arguments=None, connection=None):
        pending = Pending()

        def on_answer(source, result):
            try:
                pending.value = source.call_finish(result).unpack()
            except GLib.Error as error:
                pending.error = error
            pending.done = True
            privatebus.wake()

        (connection or self.bus.connection).call(
            NAME, path, interface, method, arguments, None, Gio.DBusCallFlags.NO_AUTO_START,
            int(ANSWER * 1000), None, on_answer)
        return pending

    def agent_property(self, name):
        return self.call(PATH, "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (AGENT, name)))[0]

    def wait_for_store(self, state):
        proxy = Gio.DBusProxy.new_sync(
            self.bus.connection, Gio.DBusProxyFlags.DO_NOT_AUTO_START, None, NAME, PATH, AGENT, None)
        wait_until(lambda: proxy.get_cached_property("StoreState").unpack() == state,
                   f"the store to be {state}", ANSWER)

    def add_host(self, url=None, **options):
        options.setdefault("redirect_ports", [self.port])
        path, = self.call(PATH, AGENT, "AddHost",
                          GLib.Variant("(sa{sv})", (self.server.url if url is None else url, variants(**options))))
        return Host(self, path)

    def find_host(self, url=None):
        path, = self.call(PATH, AGENT, "FindHost", GLib.Variant("(s)", (url or self.server.url,)))
        return Host(self, path)

    def remove_host(self, path):
        self.call(PATH, AGENT, "RemoveHost", GLib.Variant("(o)", (path,)))

    def hosts(self):
        objects, = self.call(PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        return {path: interfaces[HOST] for path, interfaces in objects.items()}

    def assert_fails(self, name, function, *args, **kwargs):
        """The call fails with that D-Bus error; returns its sentence."""
        with self.assertRaises(GLib.Error) as raised:
            function(*args, **kwargs)
        remote = Gio.DBusError.get_remote_error(raised.exception)
        self.assertEqual(remote, name if "." in name else ERROR + name, raised.exception.message)
        return raised.exception.message.removeprefix(f"GDBus.Error:{remote}: ")

    def find_callback(self, host):
        """Where the provider sends the browser back to: path and query."""
        wait_until(lambda: host.LoginUri, "the address of the sign-in")
        callback = urllib.parse.urlsplit(Page(host.LoginUri, follow=False).wait().location)
        return f"{callback.path}?{callback.query}"

    def visit_as(self, who, target, way="plain"):
        """What the loopback answers to a program that is started by @who, a list of arguments."""
        command = [*who, "/usr/bin/python3", "-I", "-c", VISITOR, str(self.port), target, way]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                              timeout=2 * privatebus.DEADLINE).stdout

    def install_browser(self, command=None):
        """A browser that writes down what it is to open, for agents that start from now on."""
        opened = self.bus.path("opened")
        command = command or (f"sh -c 'echo \"$1 $XDG_ACTIVATION_TOKEN\" >{opened}.part; "
                              f"mv {opened}.part {opened}' sh %u")
        applications = self.bus.path("share", "applications")
        os.makedirs(applications)
        with open(os.path.join(applications, "browser.desktop"), "w", encoding="utf-8") as out:
            out.write("[Desktop Entry]\nType=Application\nName=Browser\n"
                      f"Exec={command}\n"
                      "MimeType=x-scheme-handler/http;x-scheme-handler/https;\n")
        with open(os.path.join(applications, "mimeapps.list"), "w", encoding="utf-8") as out:
            out.write("[Default Applications]\nx-scheme-handler/http=browser.desktop\n")

    def wait_for_browser(self):
        """The address that the browser is to open, and the activation token, if there is one."""
        opened = self.bus.path("opened")
        wait_until(lambda: os.path.exists(opened), "the browser to start", ANSWER)
        with open(opened, encoding="utf-8") as file:
            return file.read().split()

    def token_file(self):
        return self.bus.path("cache", "py-oidc-auth", "token-store.json")

    def write_many_hosts(self, count):
        """A list of so many hosts, as an agent before has written it; while the agent does not run."""
        path = self.bus.path("config", "keyfob", "hosts.ini")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            for i in range(count):
                out.write(f"[https://h{i}.example.org]\naccount=\nname=Host number {i}\n"
                          "last-used=2026-11-26T00:00:00Z\n\n")

    def write_last_used(self, time):
        """When every host was last used, as ISO 8601 has it; while the agent does not run."""
        path = self.bus.path("config", "keyfob", "hosts.ini")
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("last-used=")]
        with open(path, "w", encoding="utf-8") as out:
            for line in lines:
                out.write(line + "\n")
                if line.startswith("["):
                    out.write(f"last-used={time}\n")

    def refuse_refresh(self, host):
        """The server says that the session is over."""
        self.server.faults["token"] = quoted("invalid_grant")
        self.assert_fails("Expired", host.call, "Refresh")
        del self.server.faults["token"]

    def end_session(self, host):
        """The server says that the session is over, after its last token has ended."""
        life, self.server.token_life = self.server.token_life, -1
        self.server.faults.pop("token", None)
        host.call("Refresh")
        self.server.token_life = life
        self.refuse_refresh(host)
        host.wait_for(State="expired")

    def write_token(self, token, stored_at=None, url=None):
        """Puts a token where the Python client has it."""
        self.write_entries({url or self.server.url: {
            "token": {**token, "headers": {"Authorization": "Bearer " + token["access_token"]}},
            "stored_at": stored_at or time.time()}})

    def write_entries(self, entries):
        """Puts the tokens of these hosts there, and no others."""
        os.makedirs(os.path.dirname(self.token_file()), mode=0o700, exist_ok=True)
        with open(self.token_file(), "w", encoding="utf-8") as out:
            json.dump(entries, out)
        os.chmod(self.token_file(), 0o600)
