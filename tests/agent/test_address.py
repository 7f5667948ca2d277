# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The address of a host changes: the new one is proven first, and the session moves along."""

import json
import os
import threading

import agentcase
import tap
from agentcase import AGENT, PATH, Host, Page, wait_until
from fake_server import FakeServer, answer
from gi.repository import GLib


class AddressCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.server.base = "/old"
        self.server.also = "/new"
        self.host = self.add_host(self.server.url + "/old", name="My portal", note="Ask Eve;\nthen Bob", pinned=True,
                                  timeout=77, consent="never")

    def move_out(self):
        """The server has its routes at the new address only."""
        self.server.base = "/new"

    def change(self, path, host=None, **options):
        url = path if "://" in path else self.server.url + path
        path, = self.call(PATH, AGENT, "ChangeAddress", GLib.Variant(
            "(osa{sv})", ((host or self.host).path, url, agentcase.variants(**options))))
        return Host(self, path)

    def hosts_file(self):
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            return file.read()

    def assert_nothing_changed(self, before, token):
        self.assertEqual(self.hosts(), before)
        self.assertEqual(self.host.get_token(), token)
        self.restart_agent()
        self.assertEqual(self.find_host(self.server.url + "/old").get_token(), token)
        self.assertEqual([host["Url"] for host in self.hosts().values()], [self.server.url + "/old"])
        self.assertNotIn("/new]", self.hosts_file())

    def assert_moved(self, host, token):
        self.assertEqual(list(self.hosts()), [host.path])
        self.assertEqual((host.Url, host.Name, host.State), (self.server.url + "/new", "My portal", "signed-in"))
        self.assertEqual(host.Options, {"name": "My portal", "note": "Ask Eve;\nthen Bob", "pinned": True, "timeout": 77,
                                        "consent": "never", "redirect-ports": [self.port]})
        self.assertEqual(host.Account, "Alice Example")
        self.assertEqual(host.get_token(), token)


class InTheFile(AddressCase):
    """Which has one place for all addresses of a server."""

    def entries(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)

    def test_a_session(self):
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")
        token = self.host.get_token()
        self.move_out()
        before = len(self.server.requests)
        host = self.change("/new/auth/v2/login?x=1#y")
        # nothing was asked that could end or renew the session
        self.assertEqual({method for method, _ in self.server.methods[before:]}, {"GET"})
        for route, _, headers in self.server.requests[before:]:
            self.assertNotIn(route, ("token", "logout", "authorize"))
            self.assertNotIn("Authorization", headers)
        self.assert_moved(host, token)
        self.assertEqual(list(self.entries()), [self.server.url])
        self.assertNotIn("/old", self.hosts_file())
        self.restart_agent()
        host = self.find_host(self.server.url + "/new")
        host.wait_for(State="signed-in")
        self.assert_moved(host, token)
        host.call("Refresh")
        self.assertNotEqual(host.get_token(), token)

    def test_without_a_session(self):
        host = self.change("/new")
        self.assertEqual((host.Url, host.Name, host.State), (self.server.url + "/new", "My portal", "signed-out"))
        self.assertEqual(list(self.hosts()), [host.path])
        host.sign_in()
        self.restart_agent()
        self.assertEqual([host["Url"] for host in self.hosts().values()], [self.server.url + "/new"])

    def test_what_is_known_of_the_host(self):
        self.server.needs_consent = True
        self.host.call("Configure", consent="automatic")
        self.host.sign_in()
        self.restart_agent()  # which has all that was learned on the disk
        known = self.known()
        self.assertTrue(known)
        self.change("/new", self.find_host(self.server.url + "/old"))
        self.assertEqual(self.known(), known)

    def known(self):
        return {line for line in self.hosts_file().splitlines() if line.startswith("known-")}

    def test_nothing_there(self):
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")
        token, before = self.host.get_token(), self.hosts()
        self.server.also = None
        self.server.faults["/new/auth/v2/login"] = answer(503, "")
        self.assert_fails("Unavailable", self.change, "/new")
        self.server.base = "/nowhere"
        sentence = self.assert_fails("Unsupported", self.change, "/other")
        self.assertIn("no sign-in was found", sentence)
        self.server.base = "/old"
        self.assert_nothing_changed(before, token)

    def test_addresses_that_are_refused(self):
        other = FakeServer()
        self.addCleanup(other.stop)
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")
        token = self.host.get_token()
        asked = self.server.count("token")
        self.assertIn("another site", self.assert_fails("InvalidHost", self.change, other.url))
        self.assertIn("another site", self.assert_fails("InvalidHost", self.change,
                                                        f"http://localhost:{self.server.port}/new"))
        for url in ("/old", "/old/some/page"):
            self.assertIn("in the list already", self.assert_fails("InvalidHost", self.change, url))
        self.add_host(self.server.url + "/new")
        self.assertIn("in the list already", self.assert_fails("InvalidHost", self.change, "/new"))
        self.remove_host(self.find_host(self.server.url + "/new").path)
        for url in ("ftp://127.0.0.1/new", "two words", "https://user:pw@127.0.0.1/"):
            self.assertNotIn("pw", self.assert_fails("InvalidHost", self.change, url if ":" in url else "x://" + url))
        gone = Host(self, self.host.path + "x")
        self.assert_fails("InvalidHost", self.change, "/new", gone)
        for _, _, headers in other.requests:
            self.assertNotIn("Authorization", headers)
        self.assertEqual(self.server.count("token"), asked)
        self.assertEqual(self.host.get_token(), token)

    def test_while_it_is_busy(self):
        """A sign-in is not waited for, and a renewal is."""
        self.host.call("SignIn", open_browser=False)
        self.assertIn("under way", self.assert_fails("Failed", self.change, "/new"))
        Page(self.host.LoginUri).wait()
        self.host.wait_for(State="signed-in", Account="Alice Example")
        gate = self.server.gates["token"] = threading.Event()
        self.server.base, self.server.also = "/new", "/old"
        renewal = self.host.start("Refresh")
        self.host.wait_for(State="refreshing")
        change = self.start_call(PATH, AGENT, "ChangeAddress", GLib.Variant(
            "(osa{sv})", (self.host.path, self.server.url + "/new", {})))
        wait_until(lambda: self.server.count("ports") == 2, "the look for the address")
        self.agent_property("Version")
        self.assertFalse(change.done)
        gate.set()
        renewal.wait()
        host = Host(self, change.wait()[0])
        self.assertEqual(host.get_token()["access_token"], self.entries()[self.server.url]["token"]["access_token"])

    def test_twice_at_once(self):
        self.host.sign_in()
        token = self.host.get_token()
        self.server.base, self.server.also = None, None
        calls = [self.start_call(PATH, AGENT, "ChangeAddress", GLib.Variant(
            "(osa{sv})", (self.host.path, self.server.url + path, {}))) for path in ("/new", "/newer")]
        results = []
        for call in calls:
            try:
                results.append(call.wait()[0])
            except GLib.Error as error:
                results.append(error)
        moved = [result for result in results if isinstance(result, str)]
        self.assertEqual(len(moved), 1, results)
        self.assertEqual(list(self.hosts()), moved)
        self.assertEqual(Host(self, moved[0]).get_token(), token)

    def test_callers_that_come_meanwhile(self):
        """They get the token, or hear that the host is not there."""
        self.host.sign_in()
        token = self.host.get_token()
        change = self.start_call(PATH, AGENT, "ChangeAddress", GLib.Variant(
            "(osa{sv})", (self.host.path, self.server.url + "/new", {})))
        asked = [self.host.start("GetToken")]
        while not change.done:
            asked.append(self.host.start("GetToken"))
            wait_until(lambda: asked[-1].done, "an answer")
        for call in asked:
            if call.error is None:
                self.assertEqual(call.value[0], token)
        self.assertEqual(Host(self, change.wait()[0]).get_token(), token)
        self.assertEqual(self.server.count("token"), 1)

    def test_a_crash_on_the_way(self):
        """Whenever it comes, the session is at one of the two addresses, and that one is in the list."""
        self.host.sign_in()
        token = self.host.get_token()
        at, other = self.server.url + "/old", self.server.url + "/new"
        for path in (self.bus.path("config", "keyfob", "hosts.ini"), self.token_file(), None):
            with self.subTest(path=path):
                change = self.start_call(PATH, AGENT, "ChangeAddress", GLib.Variant(
                    "(osa{sv})", (self.find_host(at).path, other, {})))
                wait_until(lambda: change.done or (path is not None and self.contains(path, other)), "the moment")
                self.assertIsNone(change.error)
                self.agent.kill()
                self.agent.wait()
                self.start_agent()
                holders = [url for url in (at, other) if self.holds(url, token)]
                self.assertEqual(len(holders), 1, self.hosts())
                if holders[0] == other:
                    at, other = other, at
                for path, host in self.hosts().items():
                    if host["Url"] == other:
                        self.remove_host(path)
                self.assertTrue(self.holds(at, token))

    def contains(self, path, text):
        with open(path, encoding="utf-8") as file:
            return text in file.read()

    def holds(self, url, token):
        if url not in [host["Url"] for host in self.hosts().values()]:
            return False
        host = self.find_host(url)
        self.call(PATH, AGENT, "WaitForStores")
        return host.State == "signed-in" and host.get_token() == token

    def test_token_files_end(self):
        self.host.sign_in()
        (path,), = self.host.call("WriteTokenFile")
        path = bytes(path).rstrip(b"\0")
        self.assertTrue(os.path.exists(path))
        host = self.change("/new")
        self.assertFalse(os.path.exists(path))
        self.assertEqual(host.TokenFiles, [])

    def test_a_list_that_cannot_be_saved(self):
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")
        token, before = self.host.get_token(), self.hosts()
        path = self.bus.path("config", "keyfob", "hosts.ini")
        os.rename(path, path + ".away")
        os.mkdir(path)
        self.assert_fails("Store", self.change, "/new")
        os.rmdir(path)
        os.rename(path + ".away", path)
        self.assert_nothing_changed(before, token)

    def test_a_token_file_that_cannot_be_saved(self):
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")
        token, before = self.host.get_token(), self.hosts()
        with open(self.token_file(), "rb") as file:
            text = file.read()
        os.rename(self.token_file(), self.token_file() + ".away")
        os.mkdir(self.token_file())
        self.assert_fails("Store", self.change, "/new")
        os.rmdir(self.token_file())
        os.rename(self.token_file() + ".away", self.token_file())
        with open(self.token_file(), "rb") as file:
            self.assertEqual(file.read(), text)
        self.host.wait_for(State="signed-in")
        self.assert_nothing_changed(before, token)


class InTheKeyring(AddressCase):
    keyring = True

    def test_a_session(self):
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example", Store="keyring")
        token = self.host.get_token()
        host = self.change("/new")
        self.assert_moved(host, token)
        self.restart_agent()
        host = self.find_host(self.server.url + "/new")
        host.wait_for(State="signed-in")
        self.assert_moved(host, token)
        # nothing is left at the old address
        old = self.add_host(self.server.url + "/old")
        old.wait_for(State="signed-out")


class Permissions(AddressCase):
    def test_go_along(self):
        self.host.call("Configure", ask_first=True)
        self.host.sign_in()
        self.permit("/usr/bin/one", "One")
        self.permit("/usr/bin/other é", "Other")
        before = self.agent_property("Permissions")
        self.assertEqual([entry["program"] for entry in before], ["/usr/bin/one", "/usr/bin/other é"])
        self.change("/new")
        self.assertEqual(self.agent_property("Permissions"),
                         [{**entry, "url": self.server.url + "/new"} for entry in before])

    def permit(self, program, name):
        """As the user has said it before the agent was started."""
        path = self.bus.path("state", "keyfob", "permissions.ini")
        self.stop_agent()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        group = " ".join(GLib.uri_escape_string(part, ":/@,", False) for part in (self.server.url + "/old", program))
        with open(path, "a", encoding="utf-8") as out:
            out.write(f"[{group}]\nurl={self.server.url}/old\nprogram={program}\nname={name}\n")
        self.start_agent()
        self.host = self.find_host(self.server.url + "/old")


if __name__ == "__main__":
    tap.main()
