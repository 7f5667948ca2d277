# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The refresh token is used by one program at a time, and never where that could lose the session."""

import json
import os
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
        self.log_path = self.bus.path("agent.log")
        self.start_agent()

    def close(self):
        self.stop_agent()
        self.bus.close()


class Refresh(agentcase.AgentCase):
    def start_with(self, token):
        """Starts the agent again, with this token in its store, an hour old."""
        self.add_host()
        self.stop_agent()
        self.write_token(token, time.time() - 3600)
        self.start_agent()
        return self.find_host()

    def stored(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)[self.server.url]["token"]

    def start_second(self):
        second = SecondAgent(self)
        self.addCleanup(second.close)
        return second.add_host()

    def test_two_programs_cause_one_request(self):
        first = self.start_with(self.server.make_token(life=40))
        second = self.start_second()
        second.wait_for(State="signed-in")
        gate = self.server.gates["token"] = threading.Event()
        calls = [first.start("GetToken"), second.start("GetToken")]
        wait_until(lambda: self.server.count("token") == 1, "the request")
        first.wait_for(State="refreshing")
        second.wait_for(State="refreshing")
        gate.set()
        given = [call.wait()[0]["access_token"] for call in calls]
        self.assertEqual(given, [self.stored()["access_token"]] * 2)
        self.assertEqual(self.server.count("token"), 1)

    def test_what_another_program_has_renewed_is_taken(self):
        host = self.start_with(self.server.make_token(life=40))
        host.wait_for(State="signed-in")
        theirs = self.server.make_token()
        self.write_token(theirs)
        self.assertEqual(host.get_token()["access_token"], theirs["access_token"])
        self.assertEqual(self.server.count("token"), 0)

    def test_entry_that_another_program_forgot_is_no_sign_out(self):
        host = self.start_with(self.server.make_token(life=40))
        host.wait_for(State="signed-in")
        with open(self.token_file(), "w", encoding="utf-8") as file:
            file.write("{}")
        token = host.get_token()
        self.assertEqual(self.stored()["access_token"], token["access_token"])

    def test_broker_session_is_not_risked_while_the_server_is_out_of_reach(self):
        self.server.broker = True
        host = self.start_with(self.server.make_token(life=40))
        host.wait_for(State="signed-in")
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

    def test_broker_says_that_the_session_is_over(self):
        self.server.broker = True
        host = self.start_with(self.server.make_token(life=40))
        host.wait_for(State="signed-in")
        self.server.refresh_tokens.clear()
        self.assert_fails("InteractionRequired", host.get_token)
        host.wait_for(State="expired")


if __name__ == "__main__":
    tap.main()
