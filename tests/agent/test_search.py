# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Hosts found from the search of the desktop: GNOME Shell and KRunner ask, a person chooses."""

import configparser
import os
import signal

import agentcase
import privatebus
import tap
from agentcase import NAME
from fake_window import FakeWindow
from gi.repository import Gio, GLib

SHELL = "org.gnome.Shell.SearchProvider2"
KRUNNER = "org.kde.krunner1"
POSSIBLE_MATCH = 30
NOT_SIGNED_IN = "Not signed in"


def read_file(name, section):
    """A file that tells a desktop of the search, as it is installed."""
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str
    assert parser.read(os.path.join(os.environ["KEYFOB_DATA"], name))
    return parser[section]


class Shell:
    """GNOME Shell, which knows no more than its file says."""

    def __init__(self, case, connection=None, flags=Gio.DBusCallFlags.NO_AUTO_START):
        self.case = case
        self.connection = connection or case.bus.connection
        self.flags = flags
        entry = read_file("org.keyfob.Keyfob.search-provider.ini", "Shell Search Provider")
        assert (entry["Version"], entry["DesktopId"]) == ("2", "org.keyfob.Keyfob.desktop")
        self.target = entry["BusName"], entry["ObjectPath"], SHELL

    def start(self, method, signature, *arguments):
        pending = agentcase.Pending()

        def on_answer(source, result):
            pending.value = source.call_finish(result).unpack()
            pending.done = True
            privatebus.wake()

        self.connection.call(*self.target, method, GLib.Variant(signature, arguments), None, self.flags,
                             int(agentcase.ANSWER * 1000), None, on_answer)
        return pending

    def call(self, method, signature, *arguments):
        return self.start(method, signature, *arguments).wait()

    def find(self, *terms):
        return self.call("GetInitialResultSet", "(as)", terms)[0]

    def describe(self, ids):
        return self.call("GetResultMetas", "(as)", ids)[0]

    def search(self, *terms):
        """What is shown: name and description of each result."""
        return [(meta["name"], meta["description"]) for meta in self.describe(self.find(*terms))]

    def choose(self, identifier, time=0):
        self.call("ActivateResult", "(sasu)", identifier, [], time)


class KRunner(Shell):
    """KRunner, which knows no more than its file says."""

    def __init__(self, case):
        super().__init__(case)
        entry = read_file("org.keyfob.Keyfob.krunner.desktop", "Desktop Entry")
        assert entry["X-Plasma-API"] == "DBus"
        self.target = entry["X-Plasma-DBusRunner-Service"], entry["X-Plasma-DBusRunner-Path"], KRUNNER

    def find(self, *terms):
        return [match[0] for match in self.match(*terms)]

    def match(self, *terms):
        return self.call("Match", "(s)", " ".join(terms))[0]

    def search(self, *terms):
        return [(match[1], match[5]["subtext"]) for match in self.match(*terms)]

    def choose(self, identifier, token=None):
        if token is not None:
            self.call("SetActivationToken", "(s)", token)
        self.call("Run", "(ss)", identifier, "")


class SearchCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.shell = Shell(self)
        self.krunner = KRunner(self)
        self.desktops = (self.shell, self.krunner)

    def add_portal(self, **options):
        return self.add_host(name="Data Portal", **options)

    def address(self):
        return self.server.url

    def assert_found(self, *found, search):
        for desktop in self.desktops:
            with self.subTest(type(desktop).__name__, search=search):
                self.assertEqual(desktop.search(*search.split()), list(found))


class Results(SearchCase):
    def test_what_can_be_done(self):
        host = self.add_portal()
        self.assert_found(("Sign in to Data Portal", f"{self.address()} · {NOT_SIGNED_IN}"), search="portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        status = f"{self.address()} · Alice Example · renewed by itself"
        self.assert_found(("Copy header of Data Portal", status), search="portal")

    def test_name_address_and_account(self):
        host = self.add_portal()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.add_host("https://archive.example.org", name="Climate")
        for search, name in (("portal", "Data Portal"), ("PORT dat", "Data Portal"), ("127.0", "Data Portal"),
                             ("alice", "Data Portal"), ("archive", "Climate"), ("example.org", "Climate")):
            for desktop in self.desktops:
                with self.subTest(search, desktop=type(desktop).__name__):
                    (title, _), = desktop.search(*search.split())
                    self.assertTrue(title.endswith(name), title)
        for search in ("ortal", "portal climate", "https", "http", "…", ""):
            self.assert_found(search=search)

    def test_accents_need_not_be_typed(self):
        self.add_host(name="Météo")
        self.assertEqual(self.shell.search("meteo")[0][0], "Sign in to Météo")

    def test_pinned_and_last_used_come_first(self):
        self.stop_agent()
        path = self.bus.path("config", "keyfob", "hosts.ini")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            for name, day in (("beta", 20), ("alpha", 20), ("delta", 25), ("gamma", 1)):
                out.write(f"[https://{name}.example.org]\nname={name}\nlast-used=2026-11-{day:02}T00:00:00Z\n"
                          f"pinned={str(name == 'gamma').lower()}\n")
        self.start_agent()
        titles = [f"Sign in to {name}" for name in ("gamma", "delta", "alpha", "beta")]
        for desktop in self.desktops:
            self.assertEqual([title for title, _ in desktop.search("exam")], titles)
        relevance = [match[4] for match in self.krunner.match("exam")]
        self.assertEqual(relevance, sorted(set(relevance), reverse=True))
        self.assertTrue(all(0 < each <= 1 for each in relevance), relevance)

    def test_long_text(self):
        """Somebody pastes a page: what it begins with is looked for."""
        self.add_portal()
        self.add_host("https://archive.example.org", name="Climate")
        page = ["nothing of this is in a host " * 100] * 20
        for desktop in self.desktops:
            with self.subTest(type(desktop).__name__):
                self.assertEqual(desktop.find(*page[:1]), [])
                (title, _), = desktop.search("portal " * 30, *page[:1])
                self.assertEqual(title, "Sign in to Data Portal")
        (title, _), = self.shell.search("climate " * 30, *page)
        self.assertEqual(title, "Sign in to Climate")
        self.assertEqual(self.shell.find("é" * 2000), [])

    def test_many_results_that_are_gone(self):
        self.add_portal()
        self.add_host("https://archive.example.org", name="Climate")
        ids = [*self.shell.find("portal"), *self.shell.find("climate")]
        gone = [f"copy /gone/{number}" for number in range(1500)]
        metas = self.shell.describe([*gone, ids[1], "", "nothing", *gone, ids[0]])
        self.assertEqual([meta["id"] for meta in metas], [ids[1], ids[0]])
        self.assertEqual(self.shell.describe(gone), [])

    def test_the_same_result_many_times(self):
        self.add_portal()
        found, = self.shell.find("portal")
        self.assertEqual([meta["id"] for meta in self.shell.describe([found] * 700)], [found])

    def test_more_results_than_a_search_gives(self):
        for number in range(21):
            self.add_host(f"https://archive{number}.example.org")
        ids = [f"sign-in {path}" for path in self.hosts()]
        self.assertEqual(len(ids), 21)
        self.assertEqual([meta["id"] for meta in self.shell.describe(ids)], ids[:20])

    def test_more_is_typed(self):
        self.add_portal()
        self.add_host("https://archive.example.org", name="Data archive")
        first = self.shell.find("da")
        self.assertEqual(len(first), 2)
        found, = self.shell.call("GetSubsearchResultSet", "(asas)", first, ["data", "arch"])
        self.assertEqual([meta["name"] for meta in self.shell.describe(found)], ["Sign in to Data archive"])

    def test_nothing_while_tokens_are_locked(self):
        self.add_portal().sign_in()
        found = self.shell.find("portal")
        self.call(agentcase.PATH, agentcase.AGENT, "LockTokens")
        self.assert_found(search="portal")
        self.assertEqual(self.shell.describe(found), [])
        self.call(agentcase.PATH, agentcase.AGENT, "UnlockTokens")
        self.assertEqual(self.shell.find("portal"), found)

    def test_no_secret_in_it(self):
        host = self.add_portal()
        host.sign_in()
        token = host.get_token()["access_token"]
        found = self.shell.find("portal")
        for seen in (found, self.shell.describe(found), self.krunner.match("portal")):
            self.assertNotIn(token, str(seen))

    def test_nothing_else_to_do_with_a_match(self):
        self.add_portal()
        self.assertEqual(self.krunner.call("Actions", "()"), ([],))
        self.assertEqual(self.krunner.call("Teardown", "()"), ())
        (_, _, icon, kind, _, _), = self.krunner.match("portal")
        self.assertEqual((icon, kind), ("org.keyfob.Keyfob", POSSIBLE_MATCH))


class Chosen(SearchCase):
    def test_copied_by_the_window(self):
        host = self.add_portal()
        host.sign_in()
        window = FakeWindow(self.bus)
        found, = self.shell.find("portal")
        self.shell.choose(found)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))
        found, = self.krunner.find("portal")
        self.krunner.choose(found)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))

    def test_what_opens_comes_to_the_front(self):
        self.add_portal().sign_in()
        window = FakeWindow(self.bus)
        found, = self.shell.find("portal")
        for desktop, proof, token in ((self.shell, 4711, "keyfob_TIME4711"), (self.krunner, "a token", "a token")):
            desktop.choose(found, proof)
            self.assertEqual(window.wait_for_call()[1][2], {"activation-token": token, "desktop-startup-id": token})
        # a token is for one time
        self.krunner.choose(found)
        self.assertEqual(window.wait_for_call()[1][2], {})

    def sign_in_by(self, desktop):
        self.install_browser()
        self.restart_agent()
        host = self.add_portal()
        desktop.choose(*desktop.find("portal"))
        host.wait_for(State="signing-in")
        self.wait_for_browser()

    def test_sign_in_from_the_shell(self):
        self.sign_in_by(self.shell)

    def test_sign_in_from_krunner(self):
        self.sign_in_by(self.krunner)

    def test_copy_that_is_a_sign_in_by_now(self):
        """What the person has read is done: the window says why there is nothing to copy."""
        host = self.add_portal()
        host.sign_in()
        found, = self.shell.find("portal")
        host.call("SignOut")
        host.wait_for(State="signed-out")
        window = FakeWindow(self.bus)
        self.shell.choose(found)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("copy-header", [host.path], {})))
        self.assertEqual(host.State, "signed-out")

    def test_host_that_is_gone(self):
        host = self.add_portal()
        found, = self.shell.find("portal")
        self.remove_host(host.path)
        window = FakeWindow(self.bus)
        for gone in (found, "nothing", ""):
            self.shell.choose(gone)
            self.assertEqual(window.wait_for_call(), ("Activate", ({},)))

    def test_host_that_was_not_found(self):
        """No search gives such an id: it is not known what the person has read."""
        host = self.add_portal()
        window = FakeWindow(self.bus)
        for unknown in (host.path, f"whatever {host.path}", f"sign-in  {host.path}", f"sign-in x{host.path}"):
            for desktop in (self.shell, self.krunner):
                with self.subTest(unknown, desktop=type(desktop).__name__):
                    desktop.choose(unknown)
                    self.assertEqual(window.wait_for_call(), ("Activate", ({},)))
        self.assertEqual(host.State, "signed-out")

    def test_all_results(self):
        window = FakeWindow(self.bus)
        self.shell.call("LaunchSearch", "(asu)", ["data", "port"], 0)
        self.assertEqual(window.wait_for_call(), ("ActivateAction", ("search", ["data port"], {})))


class JustStarted(SearchCase):
    keyring = True

    def test_waits_until_it_is_known_who_is_signed_in(self):
        """The bus starts the agent for a search, and the keyring is slow."""
        self.add_portal().sign_in()
        self.stop_agent()
        shell = Shell(self, flags=Gio.DBusCallFlags.NONE)
        self.assertEqual([title for title, _ in shell.search("portal")], ["Copy header of Data Portal"])
        os.kill(self.bus.process_id(NAME), signal.SIGTERM)
        self.bus.wait_for_name(NAME, present=False)


if __name__ == "__main__":
    tap.main()
