# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The refresh token is used by one program at a time, and never where that could lose the session."""

import fcntl
import json
import os
import signal
import threading
import time

import agentcase
import privatebus
import tap
from agentcase import wait_until
from fake_server import DROP, answer


class SecondAgent(agentcase.AgentCase):
    """An agent of its own, on a bus of its own, with server and token file of another one."""

    def __init__(self, first):
        super().__init__("setUp")
        self.server = first.server
        self.port = agentcase.free_port()
        self.bus = privatebus.PrivateBus({agentcase.NAME: os.environ["KEYFOB_AGENT"]})
        self.bus.env["XDG_CACHE_HOME"] = first.bus.env["XDG_CACHE_HOME"]
        os.mkdir(self.bus.path("share"))
        os.symlink("/usr/share/glib-2.0", self.bus.path("share", "glib-2.0"))
        self.log_path = self.bus.path("agent.log")
        self.start_agent()

    def close(self):
        self.stop_agent()
        self.bus.close()


class Unsaved(agentcase.AgentCase):
    """The store does not take the new token: a folder stands in the way of the file."""

    def setUp(self):
        super().setUp()
        os.makedirs(self.token_file())
        self.host = self.add_host()
        self.host.sign_in()
        self.asked = self.server.count("token")

    def stored(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)[self.server.url]["token"]

    def test_told_and_usable(self):
        self.assertFalse(self.host.Saved)
        self.assertIn("could not be saved", self.host.Error)
        self.assertEqual(self.host.State, "signed-in")
        self.assertIn("access_token", self.host.get_token())

    def test_stored_when_the_agent_ends(self):
        token = self.host.get_token()
        os.rmdir(self.token_file())
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in", Saved=True, Error="")
        self.assertEqual(host.get_token(), token)
        self.assertEqual(self.server.count("token"), self.asked)

    def test_said_when_it_is_lost(self):
        self.restart_agent()
        (name, sentence), = self.agent_property("Notices")
        self.assertEqual(name, "unsaved")
        self.assertRegex(sentence, "The token for .* is lost")
        self.assertIn(sentence.removeprefix("When Keyfob ended, not everything could be saved. "),
                      self.log())

    def test_stored_with_the_next_refresh(self):
        os.rmdir(self.token_file())
        self.host.call("Refresh")
        self.host.wait_for(Saved=True, Error="")
        self.assertEqual(self.stored()["access_token"], self.host.get_token()["access_token"])

    def test_stored_as_soon_as_another_program_writes_the_file(self):
        os.rmdir(self.token_file())
        temporary = self.token_file() + ".tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"https://other.example.org": {"token": {}}}, file)
        os.replace(temporary, self.token_file())
        self.host.wait_for(State="signed-in", Saved=True, Error="")
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertIn("https://other.example.org", json.load(file))
        self.assertEqual(self.stored()["access_token"], self.host.get_token()["access_token"])
        self.assertEqual(self.server.count("token"), self.asked)

    def test_refreshed_while_not_stored(self):
        old = self.host.get_token()["access_token"]
        self.host.call("Refresh")
        self.assertNotEqual(self.host.get_token()["access_token"], old)
        self.assertFalse(self.host.Saved)

    def test_sign_out_ends_it(self):
        os.rmdir(self.token_file())
        self.host.call("SignOut")
        self.host.wait_for(State="signed-out", Saved=True, Error="")
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-out")
        # it may have been stored before it was told to sign out, as soon as there was room
        if os.path.exists(self.token_file()):
            with open(self.token_file(), encoding="utf-8") as file:
                self.assertEqual(json.load(file), {})


class Refresh(agentcase.AgentCase):
    def start_with_short(self, life=40, state="signed-in", **changes):
        """Starts the agent again, with a token about to end that it does not renew by itself."""
        self.add_host()
        self.stop_agent()
        self.write_token({**self.server.make_token(life=life), **changes}, time.time() - 3600)
        self.write_last_used("2001-01-01T00:00:00Z")
        self.start_agent()
        host = self.find_host()
        host.wait_for(State=state, Renews=False)
        return host

    def stored(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)[self.server.url]["token"]

    def test_two_programs_cause_one_request(self):
        first = self.start_with_short()
        agent = SecondAgent(self)
        self.addCleanup(agent.close)
        gate = self.server.gates["token"] = threading.Event()
        second = agent.add_host()
        calls = [first.start("GetToken"), second.start("GetToken")]
        wait_until(lambda: self.server.count("token") == 1, "the request")
        first.wait_for(State="refreshing")
        second.wait_for(State="refreshing")
        gate.set()
        given = [call.wait()[0]["access_token"] for call in calls]
        self.assertEqual(given, [self.stored()["access_token"]] * 2)
        self.assertEqual(self.server.count("token"), 1)

    def test_callers_share_a_refresh_that_fails(self):
        host = self.start_with_short(life=-10, state="expired")
        gate = self.server.gates["token"] = threading.Event()
        self.server.faults["token"] = answer(503, {"detail": "in maintenance"})
        calls = [host.start("GetToken") for _ in range(20)]
        wait_until(lambda: self.server.count("token") == 1, "the request")
        self.agent_property("Version")  # answered in turn: by now all calls have arrived
        gate.set()
        sentences = {self.assert_fails("Unavailable", call.wait) for call in calls}
        self.assertEqual(len(sentences), 1)
        self.assertIn("in maintenance", sentences.pop())
        self.assertEqual(self.server.count("token"), 1)

    def test_sign_out_while_another_program_renews(self):
        first = self.start_with_short()
        agent = SecondAgent(self)
        self.addCleanup(agent.close)
        gate = self.server.gates["token"] = threading.Event()
        second = agent.add_host()
        second.wait_for(State="refreshing")
        wait_until(lambda: self.server.count("token") == 1, "the request")
        signing_out = first.start("SignOut")
        self.agent_property("Version")  # answered in turn: by now the call has arrived
        gate.set()
        signing_out.wait()
        first.wait_for(State="signed-out", Error="")
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertEqual(json.load(file), {})
        second.wait_for(State="signed-out", Error="")

    def test_what_another_program_has_renewed_is_taken(self):
        host = self.start_with_short()
        theirs = self.server.make_token()
        self.write_token(theirs)
        self.assertEqual(host.get_token()["access_token"], theirs["access_token"])
        self.assertEqual(self.server.count("token"), 0)

    def empty_token_file(self):
        temporary = self.token_file() + ".tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write("{}")
        os.replace(temporary, self.token_file())

    def test_entry_that_python_leaves_out_is_no_sign_out(self):
        ends = int(time.time()) + 25
        host = self.start_with_short(life=25, refresh_expires=ends)
        self.empty_token_file()
        token = host.get_token()
        self.assertEqual(self.stored()["access_token"], token["access_token"])

    def test_entry_that_another_program_removed_is_a_sign_out(self):
        host = self.start_with_short()
        self.empty_token_file()
        self.assert_fails("InteractionRequired", host.get_token)
        host.wait_for(State="signed-out", Account="", Error="")
        self.assertEqual(self.server.count("token"), 0)
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertEqual(json.load(file), {})

    def test_answer_without_a_refresh_token_keeps_the_old_one(self):
        host = self.start_with_short()
        old = self.stored()
        self.server.gives_refresh_token = False
        self.assertNotEqual(host.get_token()["access_token"], old["access_token"])
        self.assertEqual(self.stored()["refresh_token"], old["refresh_token"])

    def test_field_that_is_nested_too_deep_costs_no_token(self):
        host = self.start_with_short()
        with open(self.token_file(), encoding="utf-8") as file:
            entries = json.load(file)
        other = entries["https://other.example.org"] = entries[self.server.url]
        with open(self.token_file(), "w", encoding="utf-8") as file:
            json.dump(entries, file)
        deep = 0
        for _ in range(99):
            deep = [deep]
        made = self.server.make_token()
        self.server.faults["token"] = answer(200, {**made, "deep": deep})
        host.call("Refresh")
        del self.server.faults["token"]
        self.assertEqual(self.stored()["refresh_token"], made["refresh_token"])
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["https://other.example.org"], other)
        host.call("Refresh")

    def test_server_that_wants_to_be_left_alone(self):
        host = self.start_with_short()
        self.server.faults["token"] = answer(429, {"detail": "slow down"}, headers={"Retry-After": "3600"})
        self.assert_fails("Unavailable", host.call, "Refresh")
        self.assertEqual(host.State, "offline")
        self.assertIn("too often", host.Error)

    def test_gateway_that_breaks_off_what_is_asked(self):
        host = self.start_with_short()
        for status in (408, 425):
            with self.subTest(status=status):
                self.server.faults["token"] = answer(status, "")
                self.assert_fails("Unavailable", host.call, "Refresh")
                self.assertEqual(host.State, "offline")
        del self.server.faults["token"]
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")

    def test_failure_is_shared_by_all_who_asked(self):
        host = self.start_with_short()
        gate = self.server.gates["token"] = threading.Event()
        self.server.faults["token"] = answer(502, {"detail": "out of order"})
        calls = [host.start("Refresh"), host.start("Refresh")]
        wait_until(lambda: self.server.count("token") == 1, "the request")
        gate.set()
        for call in calls:
            self.assert_fails("Unavailable", call.wait)
        self.assertEqual(self.server.count("token"), 1)

    def test_name_that_does_not_resolve(self):
        self.server.url = "http://data.invalid"
        self.add_host(allow_http=True)
        token = self.server.make_token(life=40)
        self.stop_agent()
        self.write_token(token, time.time() - 3600)
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="offline")
        self.assertIn("data.invalid", host.Error)
        self.assertEqual(host.get_token()["access_token"], token["access_token"])

    def test_broker_session_is_not_risked_while_the_server_is_out_of_reach(self):
        self.server.broker = True
        host = self.start_with_short()
        for fault in (DROP, answer(502, "<html>Bad Gateway</html>"), answer(200, "<html>portal</html>"),
                      answer(302, "", headers={"Location": "http://portal.example/"})):
            with self.subTest(fault=fault):
                self.server.faults["userinfo"] = fault
                host.get_token()
                self.assertEqual(host.State, "offline")
                self.assertEqual(self.server.count("token"), 0)
        self.server.faults["userinfo"] = answer(401, {"detail": "Not authenticated"})
        old = self.stored()["access_token"]
        self.assertNotEqual(host.get_token()["access_token"], old)
        self.assertEqual(self.server.count("token"), 1)
        host.wait_for(State="signed-in", Error="")

    def test_token_is_given_to_its_end_after_the_session(self):
        for broker in (False, True):
            with self.subTest(broker=broker):
                self.server.broker = broker
                host = self.start_with_short()
                asked = self.server.count("token")
                self.server.refresh_tokens.clear()
                for _ in range(2):
                    self.assertEqual(host.get_token()["access_token"], self.stored()["access_token"])
                host.wait_for(State="signed-in", Renews=False, Error="")
                self.assertEqual(self.server.count("token"), asked + 1)
                # whoever wants another one than this has to sign in
                self.assert_fails("InteractionRequired", host.get_token, force=True)


class AtTheEnd(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()
        self.host.sign_in()
        self.gate = self.server.gates["token"] = threading.Event()

    def assert_session_lives(self):
        """The agent ends only when it has the answer, which brings the only token that works."""
        before = set(self.server.refresh_tokens)
        self.gate.set()
        self.assertEqual(self.agent.wait(privatebus.DEADLINE), 0)
        wait_until(lambda: self.server.refresh_tokens - before, "the answer of the server")
        with open(self.token_file(), encoding="utf-8") as file:
            token = json.load(file)[self.server.url]["token"]
        self.assertEqual({token["refresh_token"]}, self.server.refresh_tokens)

    def test_terminal_that_is_closed(self):
        self.host.start("Refresh")
        wait_until(lambda: self.server.count("token") == 2, "the request")
        self.agent.send_signal(signal.SIGHUP)
        self.assert_session_lives()

    def test_call_that_comes_while_all_is_saved(self):
        self.host.wait_for(Account="Alice Example")
        self.add_host()  # answered when all of before is on the disk, so that the file stays the same
        hosts = self.bus.path("config", "keyfob", "hosts.ini")
        with open(hosts, "r+", encoding="utf-8") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)  # the agent waits for this program before it writes
            configured = self.host.start("Configure", timeout=77)
            wait_until(lambda: self.host.Options.get("timeout") == 77, "something to save")
            self.agent.send_signal(signal.SIGTERM)
            wait_until(lambda: "Ending" in self.log(), "the agent to be about to end")
            self.host.start("Refresh")
            wait_until(lambda: self.server.count("token") == 2, "the request")
        configured.wait()
        # more than the usual time is over, or the agent has not waited
        wait_until(lambda: "A token is still to come" in self.log() or self.agent.poll() is not None,
                   "the agent to need more time", 2 * agentcase.ANSWER)
        self.assert_session_lives()


if __name__ == "__main__":
    tap.main()
