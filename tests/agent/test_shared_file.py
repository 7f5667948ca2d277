# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What other programs do to the token files while the agent runs, and what it does about that."""

import json
import os
import shutil
import time

import agentcase
import privatebus
import tap
from agentcase import wait_until
from storescase import StoresCase, token


class SecondAgent(agentcase.AgentCase):
    """An agent of its own, on a bus of its own, with server and token file of another one."""

    def __init__(self, first):
        super().__init__("setUp")
        self.server = first.server
        self.port = agentcase.free_port()
        self.bus = privatebus.PrivateBus({agentcase.NAME: os.environ["KEYFOB_AGENT"]})
        self.bus.env["XDG_CACHE_HOME"] = first.bus.env["XDG_CACHE_HOME"]
        os.symlink(first.bus.path("share"), self.bus.path("share"))
        self.log_path = self.bus.path("agent.log")
        self.start_agent()

    def close(self):
        self.stop_agent()
        self.bus.close()


class SharedCase(StoresCase):
    def write(self, entries, path=None):
        """Replaces the file as the Python client does."""
        path = path or self.token_file()
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path + ".tmp", "w", encoding="utf-8") as out:
            json.dump(entries, out)
        os.chmod(path + ".tmp", 0o600)
        os.replace(path + ".tmp", path)

    def put(self, made, url=None, path=None, stored_at=None):
        entries = self.read(path)
        headers = {"Authorization": "Bearer " + made["access_token"]}
        entries[url or self.server.url] = {
            "token": {**made, "headers": headers}, "stored_at": stored_at or time.time()}
        self.write(entries, path)

    def wait_for_found(self, *urls):
        proxy = self.agent_proxy()
        wait_until(lambda: sorted(proxy.get_cached_property("FoundHosts").unpack()) == sorted(urls),
                   f"{urls} to be found")

    def agent_proxy(self):
        return agentcase.Gio.DBusProxy.new_sync(
            self.bus.connection, agentcase.Gio.DBusProxyFlags.DO_NOT_AUTO_START, None,
            agentcase.NAME, agentcase.PATH, agentcase.AGENT, None)


class Shared(SharedCase):
    """What other programs do to the file while the agent runs."""

    def wait_for_access(self, expected, path=None):
        monitor = agentcase.Gio.File.new_for_path(path or self.token_file()).monitor_file(0, None)
        handler = monitor.connect("changed", lambda *args: None)
        wait_until(lambda: self.access(path) == expected, f"{expected} in the file")
        monitor.disconnect(handler)

    def signed_in(self, **options):
        host = self.add_host(**options)
        host.sign_in()
        host.wait_for(Account="Alice Example")
        return host

    def test_token_of_another_program_is_taken_up(self):
        host = self.add_host()
        self.assertEqual(host.State, "signed-out")
        self.put(token())
        host.wait_for(State="signed-in", Store=self.token_file())
        self.assertEqual(host.get_token()["access_token"], "from-python")
        self.assertEqual(self.server.count("token"), 0)

    def test_newer_token_is_taken_up(self):
        host = self.signed_in()
        asked = self.server.count("token")
        self.put(token("rotated", 7200), stored_at=time.time() + 1)
        host.wait_for(Expires=self.read()[self.server.url]["token"]["expires"])
        self.assertEqual(host.get_token()["access_token"], "rotated")
        self.assertEqual(self.server.count("token"), asked)

    def test_other_token_of_the_same_second_is_taken_up(self):
        host = self.signed_in()
        entry = self.read()[self.server.url]
        made = {**entry["token"], "access_token": "rotated", "refresh_token": "refresh-rotated"}
        self.put(made, stored_at=entry["stored_at"])
        wait_until(lambda: host.get_token()["access_token"] == "rotated", "the token of the program")
        self.assertEqual(self.access(), "rotated")

    def test_newer_token_ends_the_need_for_the_user(self):
        dead = {**token("dead", -10), "refresh_expires": int(time.time()) - 10}
        del dead["refresh_token"]
        self.put(dead, stored_at=time.time() - 100)
        host = self.add_host()
        host.wait_for(State="expired")
        self.put(token("alive"))
        host.wait_for(State="signed-in", Error="")

    def test_another_file_is_watched(self):
        host = self.signed_in(store=self.other_file)
        self.put(token("rotated", 7200), path=self.other_file, stored_at=time.time() + 1)
        host.wait_for(Expires=self.read(self.other_file)[self.server.url]["token"]["expires"])

    def change_during_sign_in(self, host, made):
        """Replaces the host's entry while the host is busy, and ends that when the agent knows."""
        host.call("SignIn", force=True, open_browser=False)
        self.put(made, stored_at=time.time() + 1)
        self.put(token("other"), "https://other.example.org")
        self.wait_for_found("https://other.example.org")
        self.assertNotEqual(host.LoginUri, "")
        host.call("Cancel")

    def test_token_that_came_during_a_sign_in_is_taken_up_afterwards(self):
        host = self.add_host()
        self.change_during_sign_in(host, token())
        host.wait_for(State="signed-in", Store=self.token_file())
        self.assertEqual(host.get_token()["access_token"], "from-python")

    def test_newer_token_that_came_during_a_sign_in_is_taken_up_afterwards(self):
        host = self.signed_in()
        made = token("rotated", 7200)
        self.change_during_sign_in(host, made)
        host.wait_for(Expires=made["expires"])
        self.assertEqual(host.get_token()["access_token"], "rotated")

    def test_lost_entry_is_put_back(self):
        host = self.signed_in()
        before = host.get_token()
        self.write({"https://other.example.org": {"token": token("other"), "stored_at": time.time()}})
        self.wait_for_access(before["access_token"])
        self.assertIn("https://other.example.org", self.read())
        self.assertEqual((host.State, host.Saved), ("signed-in", True))

    def test_entry_that_was_removed_signs_out(self):
        host = self.signed_in()
        written = os.stat(self.token_file()).st_mtime
        wait_until(lambda: time.time() > written + 3, "an end to what counts as a lost update")
        self.write({"https://other.example.org": {"token": token("other"), "stored_at": time.time()}})
        host.wait_for(State="signed-out", Account="")
        self.assertIsNone(self.access())

    def test_entry_that_was_overwritten_with_an_old_one_is_put_back(self):
        host = self.signed_in()
        before = host.get_token()
        self.put(token("used-up", 100), stored_at=time.time() - 1000)
        self.wait_for_access(before["access_token"])
        self.assertEqual(host.get_token(), before)

    def test_token_of_the_refresh_before_does_not_win(self):
        host = self.signed_in()
        before = self.read()
        while True:
            host.call("Refresh")
            after = self.read()
            times = [entries[self.server.url]["stored_at"] for entries in (before, after)]
            if int(times[0]) == int(times[1]):
                break
            before = after
        last = self.access()
        # by a program that read the file before the second refresh
        self.write(before)
        self.wait_for_access(last)
        self.assertEqual(host.get_token()["access_token"], last)

    def test_deleted_file_signs_out(self):
        host = self.signed_in()
        os.unlink(self.token_file())
        host.wait_for(State="signed-out", Account="", Store="", Error="")
        self.assert_fails("InteractionRequired", host.get_token)

    def test_sign_out_by_another_keyfob(self):
        host = self.signed_in()
        second = SecondAgent(self)
        self.addCleanup(second.close)
        other = second.add_host()
        other.wait_for(State="signed-in")
        written = os.stat(self.token_file()).st_mtime
        wait_until(lambda: time.time() > written + 3, "an end to what counts as a lost update")
        other.call("SignOut")
        host.wait_for(State="signed-out", Account="")
        self.assertIsNone(self.access())
        other.sign_in()
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token(), other.get_token())

    def sign_out_with_copy_left(self):
        host = self.signed_in()
        os.rename(self.token_file(), self.token_file() + ".away")
        os.mkdir(self.token_file())
        host.call("SignOut")
        self.assertIn("a copy of the token is left", host.Error)
        return host

    def test_copy_that_was_left_goes_as_soon_as_it_can(self):
        host = self.sign_out_with_copy_left()
        os.rmdir(self.token_file())
        self.write(self.read(self.token_file() + ".away"))
        self.wait_for_access(None)
        host.wait_for(State="signed-out", Error="")

    def test_newer_entry_in_the_place_of_a_copy_stays(self):
        host = self.sign_out_with_copy_left()
        os.rmdir(self.token_file())
        self.put(token(), stored_at=time.time() + 5)
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(host.get_token()["access_token"], "from-python")
        self.assertEqual(self.access(), "from-python")

    def test_damaged_file_is_told(self):
        self.add_host()
        os.makedirs(os.path.dirname(self.token_file()), mode=0o700, exist_ok=True)
        with open(self.token_file(), "w", encoding="utf-8") as file:
            file.write('{"https://lost')
        self.find_host().sign_in()
        wait_until(lambda: "damaged-file" in self.notices(), "the notice")
        self.assertIn(self.token_file() + ".damaged", self.notices()["damaged-file"])

    def test_entry_that_is_no_token(self):
        self.add_host().sign_in()
        self.stop_agent()
        self.write({self.server.url: {"token": {"access_token": ""}, "stored_at": time.time()}})
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="expired")
        self.assertIn("is no token. Sign in again", host.Error)
        self.assert_fails("InteractionRequired", host.get_token)
        host.sign_in()
        host.wait_for(State="signed-in", Saved=True, Error="")
        self.assertEqual(self.access(), host.get_token()["access_token"])

    def test_readable_file_is_told(self):
        self.write_token(token())
        os.chmod(self.token_file(), 0o644)
        host = self.add_host()
        host.wait_for(State="signed-in")
        wait_until(lambda: "readable-file" in self.notices(), "the notice")
        self.assertEqual(os.stat(self.token_file()).st_mode & 0o777, 0o600)


class Named(SharedCase):
    """A file that OIDC_TOKEN_FILE names."""

    def setUp(self):
        super().setUp()
        self.named = self.bus.path("named.json")

    def restart_with(self, text):
        with open(self.named, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(self.named, 0o600)
        self.restart_agent(env={"OIDC_TOKEN_FILE": self.named})

    def read_text(self):
        with open(self.named, encoding="utf-8") as file:
            return file.read()

    def test_single_token_is_told_and_left_alone(self):
        text = json.dumps(token("bare"), indent=4)
        self.restart_with(text)
        wait_until(lambda: "unusable-file" in self.notices(), "the notice")
        sentence = self.notices()["unusable-file"]
        self.assertTrue(sentence.startswith(f"{self.named} holds a single token"), sentence)
        host = self.add_host()
        wait_until(lambda: host.Error == sentence, "the sentence")
        self.assertEqual(self.agent_property("FoundTokens"), [])
        host.sign_in()
        self.assertEqual((host.Saved, host.Store), (False, ""))
        self.assertIn("holds a single token", host.Error)
        host.call("SignOut")
        self.assertEqual(self.read_text(), text)

    def test_notice_goes_when_the_file_can_be_used(self):
        self.restart_with(json.dumps(token("bare")))
        wait_until(lambda: "unusable-file" in self.notices(), "the notice")
        self.put(token("one"), "https://one.example.org", self.named + ".store")
        os.replace(self.named + ".store", self.named)
        self.wait_for_found("https://one.example.org")
        self.assertEqual(self.notices(), {})

    def test_any_other_file_is_told(self):
        self.restart_with('{"settings": true}')
        wait_until(lambda: "unusable-file" in self.notices(), "the notice")
        self.assertIn("is not a token file", self.notices()["unusable-file"])


class Found(SharedCase):
    def test_comes_and_goes(self):
        self.assertEqual(self.agent_property("FoundHosts"), [])
        self.put(token("one"), "https://one.example.org")
        self.wait_for_found("https://one.example.org")
        self.put(token("two"), "https://two.example.org:8443")
        self.wait_for_found("https://one.example.org", "https://two.example.org:8443")
        self.put(token("dead", -1) | {"refresh_expires": 1}, "https://one.example.org")
        self.wait_for_found("https://two.example.org:8443")
        os.unlink(self.token_file())
        self.wait_for_found()

    def test_is_there_at_the_start(self):
        self.put(token("one"), "https://one.example.org")
        self.restart_agent()
        self.wait_for_found("https://one.example.org")

    def test_added_with_one_click(self):
        self.put(token("one"), "https://one.example.org")
        self.wait_for_found("https://one.example.org")
        host = self.add_host("https://one.example.org", store="file")
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token()["access_token"], "one")
        self.wait_for_found()

    def test_host_that_is_listed_is_not_found(self):
        self.add_host("https://one.example.org/api")
        self.put(token("one"), "https://one.example.org")
        self.put(token("two"), "https://two.example.org")
        self.wait_for_found("https://two.example.org")

    def test_host_that_is_removed_is_found(self):
        host = self.add_host("https://one.example.org", store=self.other_file)
        self.put(token("one"), "https://one.example.org")
        self.remove_host(host.path)
        self.wait_for_found("https://one.example.org")

    def test_address_that_keyfob_does_not_take_is_not_found(self):
        self.put(token("bad"), "http://intranet.example.org")
        self.put(token("one"), "https://one.example.org")
        self.wait_for_found("https://one.example.org")


class FoundInPrograms(SharedCase):
    """In the token files of programs that keep one of their own."""

    def app_file(self, name):
        return self.bus.path("cache", name, "token-store.json")

    def wait_for_tokens(self, *found):
        proxy = self.agent_proxy()
        wait_until(lambda: proxy.get_cached_property("FoundTokens").unpack() == list(found),
                   lambda: f"{found}, and not {proxy.get_cached_property('FoundTokens')}")

    def wait_for_programs(self, *names):
        proxy = self.agent_proxy()
        wait_until(lambda: proxy.get_cached_property("Programs").unpack() == list(names),
                   lambda: f"{names}, and not {proxy.get_cached_property('Programs')}")

    def test_come_and_go(self):
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.wait_for_tokens(("https://one.example.org", "app:freva"))
        self.put(token("two"), "https://two.example.org", self.app_file("climateclaw-client"))
        self.wait_for_tokens(("https://two.example.org", "app:climateclaw-client"),
                             ("https://one.example.org", "app:freva"))
        self.put(token("three"), "https://three.example.org")
        self.wait_for_tokens(("https://three.example.org", "file"),
                             ("https://two.example.org", "app:climateclaw-client"),
                             ("https://one.example.org", "app:freva"))
        self.assertEqual(self.agent_property("FoundHosts"), ["https://three.example.org"])
        self.wait_for_programs("climateclaw-client", "freva")
        shutil.rmtree(self.bus.path("cache", "freva"))
        self.wait_for_tokens(("https://three.example.org", "file"),
                             ("https://two.example.org", "app:climateclaw-client"))
        self.wait_for_programs("climateclaw-client")
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.wait_for_programs("climateclaw-client", "freva")

    def test_folder_that_has_been_there(self):
        os.mkdir(self.bus.path("cache", "freva"))
        self.restart_agent()
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.wait_for_tokens(("https://one.example.org", "app:freva"))

    def test_there_at_the_start(self):
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.restart_agent()
        self.wait_for_tokens(("https://one.example.org", "app:freva"))

    def test_cache_folder_comes_later(self):
        self.stop_agent()
        shutil.rmtree(self.bus.path("cache"))
        self.start_agent()
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.wait_for_tokens(("https://one.example.org", "app:freva"))

    def test_cache_folder_is_replaced(self):
        self.put(token("one"), "https://one.example.org", self.app_file("freva"))
        self.wait_for_tokens(("https://one.example.org", "app:freva"))
        shutil.rmtree(self.bus.path("cache"))
        self.wait_for_tokens()
        self.put(token("two"), "https://two.example.org", self.app_file("freva"))
        self.wait_for_tokens(("https://two.example.org", "app:freva"))

    def test_stays_in_its_file(self):
        self.put(token("one"), path=self.app_file("freva"))
        self.wait_for_tokens((self.server.url, "app:freva"))
        host = self.add_host(store="app:freva")
        host.wait_for(State="signed-in", Store=self.app_file("freva"))
        self.assertEqual(host.get_token()["access_token"], "one")
        self.wait_for_tokens()
        self.put(token("newer", 7200), path=self.app_file("freva"), stored_at=time.time() + 1)
        host.wait_for(Expires=self.read(self.app_file("freva"))[self.server.url]["token"]["expires"])
        self.assertEqual(host.get_token()["access_token"], "newer")
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in", Store=self.app_file("freva"))
        self.assertEqual(host.Options["store"], "app:freva")
        self.assertFalse(os.path.exists(self.token_file()))

    def test_new_session_stays_in_its_file(self):
        host = self.add_host(store="app:freva")
        host.sign_in()
        self.assertEqual(host.Store, self.app_file("freva"))
        self.assertEqual(self.access(self.app_file("freva")), host.get_token()["access_token"])
        self.wait_for_programs("freva")
        host.call("SignOut")
        self.assertIsNone(self.access(self.app_file("freva")))

    def test_file_that_goes_while_its_host_stays(self):
        host = self.add_host(store="app:freva")
        host.sign_in()
        self.wait_for_programs("freva")
        shutil.rmtree(self.bus.path("cache", "freva"))
        host.wait_for(State="signed-out")
        self.wait_for_programs()
        self.put(token("one"), path=self.app_file("freva"))
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token()["access_token"], "one")

    def test_foreign_file_is_left_alone(self):
        self.put(token("one"), "https://one.example.org", self.app_file("b"))
        for name, text in (("a", '{"some": "cache"}'), ("c", '{"access_token": "bare"}'),
                           ("d", "no JSON"), (".hidden", json.dumps(self.read(self.app_file("b"))))):
            os.mkdir(self.bus.path("cache", name), 0o700)
            with open(self.app_file(name), "w", encoding="utf-8") as out:
                out.write(text)
            os.chmod(self.app_file(name), 0o644)
        self.restart_agent()
        self.wait_for_tokens(("https://one.example.org", "app:b"))
        host = self.add_host(store="app:a")
        wait_until(lambda: "is not a token file" in host.Error, "the sentence")
        host.sign_in()
        self.assertEqual((host.Saved, host.Store), (False, ""))
        with open(self.app_file("a"), encoding="utf-8") as file:
            self.assertEqual(file.read(), '{"some": "cache"}')
        for name in ("a", "c", "d", ".hidden"):
            self.assertEqual(os.stat(self.app_file(name)).st_mode & 0o777, 0o644)
            self.assertEqual(os.listdir(self.bus.path("cache", name)), ["token-store.json"])

    def test_name_is_one_folder(self):
        for name in ("", "..", ".hidden", "../up", "a/b", "/abs"):
            self.assert_fails("InvalidHost", self.add_host, store="app:" + name)
        self.assertEqual(self.hosts(), {})


class FoundWithKeyring(SharedCase):
    keyring = True

    def test_added_with_one_click(self):
        self.put(token("one"), "https://one.example.org")
        self.wait_for_found("https://one.example.org")
        host = self.add_host("https://one.example.org", store="file")
        host.wait_for(State="signed-in", Store=self.token_file())
        self.wait_for_found()


if __name__ == "__main__":
    tap.main()
