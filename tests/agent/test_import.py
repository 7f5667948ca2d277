# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tokens that come in a file, as web portals offer it for download."""

import json
import os
import time

import agentcase
import tap
from agentcase import wait_until
from fake_server import answer
from gi.repository import GLib
from storescase import StoresCase, token


class ImportCase(StoresCase):
    def setUp(self):
        super().setUp()
        self.file = self.bus.path("downloaded.json")
        self.signals = []
        self.bus.connection.signal_subscribe(
            agentcase.NAME, None, None, None, None, 0,
            lambda *args: self.signals.append(args[5].print_(False)))

    def write(self, made, path=None):
        with open(path or self.file, "w", encoding="utf-8") as out:
            json.dump(made, out)
        os.chmod(path or self.file, 0o600)

    def bare(self, **changed):
        """A token object of the server, as its portal would offer it."""
        return {**self.server.make_token(), **changed}

    def import_token(self, file=None, url=None, **options):
        options.setdefault("redirect_ports", [self.port])
        arguments = GLib.Variant("(aysa{sv})", (
            os.fsencode(file or self.file) + b"\0", url or self.server.url,
            agentcase.variants(**options)))
        path, = self.call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments)
        return agentcase.Host(self, path)

    def assert_refused(self, name, **kwargs):
        """Returns the sentence; file, hosts and stores are as they were."""
        before = self.state()
        sentence = self.assert_fails(name, self.import_token, **kwargs)
        self.assertEqual(self.state(), before)
        return sentence

    def state(self):
        hosts = {path: (host["State"], host["Store"], host["Options"])
                 for path, host in self.hosts().items()}
        text = None
        if os.path.isfile(self.file):
            with open(self.file, encoding="utf-8", errors="replace") as file:
                text = file.read()
        return hosts, text, self.read()


class Import(ImportCase):
    def test_new_host(self):
        made = self.bare()
        self.write(made)
        os.chmod(self.file, 0o644)
        before = os.stat(self.file)
        host = self.import_token()
        self.assertEqual((host.State, host.Store, host.Error), ("signed-in", self.token_file(), ""))
        self.assertEqual(host.get_token()["access_token"], made["access_token"])
        self.assertEqual(self.access(), made["access_token"])
        self.assertEqual(self.server.count("token"), 0)
        host.wait_for(Account="Alice Example")
        self.assertEqual(os.stat(self.file)[:9], before[:9])

        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in", Account="Alice Example")
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")

    def test_no_secret_on_the_bus_or_in_the_log(self):
        made = self.bare()
        self.write(made)
        host = self.import_token()
        host.wait_for(Account="Alice Example")
        seen = "\n".join(self.signals) + self.log() + repr(self.hosts())
        for secret in (made["access_token"], made["refresh_token"]):
            self.assertNotIn(secret, seen)

    def test_where_the_tokens_of_the_host_are_kept(self):
        self.add_host(store=self.other_file, name="Portal")
        made = self.bare()
        self.write(made)
        host = self.import_token(store="file")
        self.assertEqual((host.State, host.Store, host.Name),
                         ("signed-in", self.other_file, "Portal"))
        self.assertEqual(self.access(self.other_file), made["access_token"])
        self.assertEqual(self.read(), {})

    def test_options_are_for_a_new_host(self):
        self.write(self.bare())
        host = self.import_token(store="app:freva", name="Portal")
        self.assertEqual((host.Name, host.Store),
                         ("Portal", self.bus.path("cache", "freva", "token-store.json")))

    def test_token_that_has_ended_is_refreshed(self):
        made = self.bare(expires=int(time.time()) - 10)
        self.write(made)
        host = self.import_token()
        self.assertEqual(host.State, "signed-in")
        self.assertEqual(self.server.count("token"), 1)
        self.assertNotEqual(self.access(), made["access_token"])
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")

    def test_life_counts_from_when_the_file_was_written(self):
        made = self.bare(expires_in=3600)
        del made["expires"]
        self.write(made)
        written = int(time.time()) - 1800
        os.utime(self.file, (written, written))
        self.assertEqual(self.import_token().Expires, written + 3600)

    def test_host_whose_session_has_ended(self):
        host = self.add_host()
        host.sign_in()
        self.end_session(host)
        self.write(self.bare())
        self.import_token()
        host.wait_for(State="signed-in", Error="")

    def test_name_of_the_file_in_any_encoding(self):
        path = os.fsencode(self.bus.folder) + b"/t\xf6ken.json"
        self.write(self.bare(), path)
        self.assertEqual(self.import_token(path).State, "signed-in")

    def test_server_that_names_nobody(self):
        self.server.user = {}
        self.write(self.bare())
        self.assertEqual(self.import_token().State, "signed-in")

    def test_caller_that_leaves_ends_it(self):
        self.write(self.bare())
        gate = self.server.gates["userinfo"] = agentcase.threading.Event()
        self.addCleanup(gate.set)
        client = self.bus.connect()
        arguments = GLib.Variant("(aysa{sv})", (os.fsencode(self.file) + b"\0", self.server.url, {}))
        self.start_call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments, client)
        wait_until(lambda: any(host["State"] == "signing-in" for host in self.hosts().values()),
                   "the check")
        agentcase.privatebus.close_connection(client)
        wait_until(lambda: self.hosts() == {}, "the host to go")
        self.assertEqual(self.read(), {})

    def test_caller_that_leaves_during_the_refresh_loses_no_session(self):
        """The server has ended the refresh token of the file by then."""
        made = self.bare(expires=int(time.time()) - 10)
        self.write(made)
        gate = self.server.gates["token"] = agentcase.threading.Event()
        self.addCleanup(gate.set)
        client = self.bus.connect()
        arguments = GLib.Variant("(aysa{sv})", (os.fsencode(self.file) + b"\0", self.server.url, {}))
        self.start_call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments, client)
        wait_until(lambda: self.server.count("token") == 1, "the refresh")
        agentcase.privatebus.close_connection(client)
        self.agent_property("Version")
        gate.set()
        wait_until(lambda: self.access() not in (None, made["access_token"]), "the new token in the store")
        self.find_host().wait_for(State="signed-in", Error="")


class NoUserinfo(ImportCase):
    """Deployments without the route that checks a token."""

    ANSWERS = (answer(404, {"detail": "Not Found"}), answer(404, "<title>404</title>"),
               answer(405, {"detail": "Method Not Allowed"}), answer(410, ""))

    def test_checked_by_a_refresh(self):
        for reply in self.ANSWERS:
            with self.subTest(reply):
                self.server.faults["userinfo"] = reply
                made = self.bare()
                self.write(made)
                asked = self.server.count("token")
                host = self.import_token()
                self.assertEqual((host.State, host.Error), ("signed-in", ""))
                self.assertEqual(self.server.count("token"), asked + 1)
                self.assertNotEqual(self.access(), made["access_token"])
                self.call(agentcase.PATH, agentcase.AGENT, "RemoveHost", GLib.Variant("(o)", (host.path,)))

    def test_session_that_is_over(self):
        self.server.faults["userinfo"] = self.ANSWERS[0]
        self.write(self.bare(refresh_token="used-up"))
        self.assertIn("has ended", self.assert_refused("Expired"))

    def assert_unchecked(self, made):
        for reply in self.ANSWERS:
            with self.subTest(reply):
                self.server.faults["userinfo"] = reply
                self.write(made)
                host = self.import_token()
                self.assertEqual(host.State, "signed-in")
                self.assertIn("no way to check a token", host.Error)
                self.assertEqual(host.get_token()["access_token"], made["access_token"])
                self.assertEqual(self.server.count("token"), 0)
                self.call(agentcase.PATH, agentcase.AGENT, "RemoveHost", GLib.Variant("(o)", (host.path,)))

    def test_without_a_refresh_token_it_is_told_as_unchecked(self):
        made = self.bare()
        del made["refresh_token"]
        self.assert_unchecked(made)

    def test_token_of_a_broker_is_not_exchanged_for_a_shorter_one(self):
        made = self.bare(expires=int(time.time()) + 30 * 24 * 3600)
        self.assert_unchecked({**made, "refresh_token": made["access_token"]})


class Refused(ImportCase):
    def test_server_does_not_take_it(self):
        self.write(self.bare())
        self.server.faults["userinfo"] = answer(401, {"detail": "Invalid token"})
        sentence = self.assert_refused("Denied")
        self.assertIn("does not accept this token: “Invalid token”", sentence)
        self.assertEqual(self.hosts(), {})
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            self.assertNotIn(self.server.url, file.read())
        self.restart_agent()
        self.assertEqual(self.hosts(), {})

    def test_host_that_somebody_else_has_added_stays(self):
        self.write(self.bare())
        self.server.faults["userinfo"] = answer(401, {"detail": "Invalid token"})
        gate = self.server.gates["userinfo"] = agentcase.threading.Event()
        self.addCleanup(gate.set)
        arguments = GLib.Variant("(aysa{sv})", (os.fsencode(self.file) + b"\0", self.server.url, {}))
        pending = self.start_call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments)
        wait_until(lambda: self.server.count("userinfo") == 1, "the check")
        self.add_host(name="Mine")
        gate.set()
        self.assert_fails("Denied", pending.wait)
        self.assertEqual(self.find_host().Name, "Mine")
        self.restart_agent()
        self.assertEqual(self.find_host().Name, "Mine")

    def test_nothing_is_sent_to_a_web_page(self):
        made = self.bare()
        self.write(made)
        self.server.faults["userinfo"] = answer(200, "<title>Parked</title>")
        self.assertIn("web page", self.assert_refused("BadAnswer"))
        self.assertEqual(self.server.count("userinfo"), 1)

    def test_nobody_answers(self):
        self.write(self.bare())
        self.assert_refused("Network", url=f"http://127.0.0.1:{agentcase.free_port()}")

    def test_session_that_is_over(self):
        self.write(self.bare(expires=int(time.time()) - 10, refresh_token="used-up"))
        self.assertIn("has ended", self.assert_refused("Expired"))

    def test_token_that_has_ended_and_cannot_be_renewed(self):
        made = self.bare(expires=int(time.time()) - 10)
        del made["refresh_token"]
        self.write(made)
        self.assertIn("nothing can renew it", self.assert_refused("Expired"))

    def test_session_is_not_overwritten(self):
        host = self.add_host()
        host.sign_in()
        before = host.get_token()
        self.write(self.bare())
        self.assertIn("Sign out there first", self.assert_refused("Failed"))
        self.assertEqual(host.get_token(), before)

    def test_sign_in_under_way(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        self.write(self.bare())
        self.assertIn("under way", self.assert_refused("Failed"))
        self.assertEqual(host.State, "signing-in")

    def test_store_that_takes_nothing(self):
        self.write(self.bare())
        os.makedirs(self.other_file)
        sentence = self.assert_fails("Store", self.import_token, store=self.other_file)
        self.assertIn(self.other_file, sentence)
        host = self.find_host()
        self.assertEqual((host.State, host.Saved), ("signed-in", False))
        self.assertTrue(os.path.exists(self.file))

    def test_bad_address(self):
        self.write(self.bare())
        self.assert_refused("InvalidHost", url="ftp://data.example.org")

    def test_files(self):
        self.write({self.server.url: {"token": token(), "stored_at": time.time()}},
                   self.bus.path("store"))
        os.mkdir(self.bus.path("folder"))
        os.mkfifo(self.bus.path("fifo"))
        os.symlink("nowhere", self.bus.path("link"))
        for name, text in (("empty", ""), ("page", "<html>"), ("other", '{"a": 1}'),
                           ("null", '{"access_token": null}'), ("blank", '{"access_token": " "}'),
                           ("large", json.dumps(self.bare(filler="x" * 2**20))),
                           ("deep", '{"access_token": "x", "y": ' + "[" * 1001 + "]" * 1001 + "}")):
            with open(self.bus.path(name), "w", encoding="utf-8") as out:
                out.write(text)
        for name, says in (("store", "token file of hosts"), ("folder", "is a folder"),
                           ("fifo", "not a regular file"), ("link", "leads nowhere"),
                           ("missing", "There is no file"), ("empty", "There is no token"),
                           ("page", "There is no token"), ("other", "There is no token"),
                           ("null", "There is no token"), ("blank", "There is no token"),
                           ("large", "more than 1 MB"), ("deep", "There is no token")):
            with self.subTest(name):
                sentence = self.assert_refused("Store", file=self.bus.path(name))
                self.assertIn(says, sentence)
                self.assertIn(self.bus.path(name), sentence)
        self.assert_refused("org.freedesktop.DBus.Error.InvalidArgs", file="downloaded.json")
        self.assertEqual(self.server.count("userinfo"), 0)


class Keyring(ImportCase):
    keyring = True

    def test_into_the_keyring(self):
        made = self.bare()
        self.write(made)
        host = self.import_token()
        self.assertEqual((host.State, host.Store), ("signed-in", "keyring"))
        self.assertEqual(self.bus.keyring_items(host.Url), 1)
        self.restart_agent()
        self.assertEqual(self.find_host().get_token()["access_token"], made["access_token"])

    def test_not_while_it_is_locked(self):
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        self.write(self.bare())
        self.assert_refused("Locked")
        self.assertEqual(self.server.count("userinfo"), 0)


if __name__ == "__main__":
    tap.main()
