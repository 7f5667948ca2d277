# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Tokens: handed out, refreshed once for all, kept through trouble, found again after a restart."""

import json
import os
import threading
import time

import agentcase
import tap
from agentcase import Page, wait_until
from fake_server import DROP, answer, quoted


class Tokens(agentcase.AgentCase):
    def start_with(self, token):
        """Starts the agent again, with this token in its store."""
        self.stop_agent()
        self.write_token(token)
        self.start_agent()
        return self.find_host()

    def start_with_short(self, life=30):
        """... with one of an hour that is about to end, which it does not renew by itself."""
        token = self.server.make_token(life=life)
        self.stop_agent()
        self.write_token(token, stored_at=time.time() - 3600)
        self.write_last_used("2001-01-01T00:00:00Z")
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="signed-in", Renews=False)
        return host, token

    def stored(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)[self.server.url]["token"]

    def test_good_token_is_handed_out_without_asking(self):
        host = self.add_host()
        host.sign_in()
        asked = self.server.count("token")
        self.assertEqual(host.get_token()["access_token"], self.stored()["access_token"])
        self.assertEqual(self.server.count("token"), asked)

    def test_refresh_token_is_never_handed_out(self):
        host = self.add_host()
        host.sign_in()
        self.assertNotIn(self.stored()["refresh_token"], str(host.get_token()))

    def test_found_after_a_restart_without_asking_the_server(self):
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="Alice Example")
        token = host.get_token()
        unkept = {"Uses": [], "RenewsAt": 0}  # the former in memory only, the latter with a chance in it
        before = {**self.hosts()[host.path], **unkept}
        self.stop_agent()
        asked = len(self.server.requests)
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual({**self.hosts()[host.path], **unkept}, before)
        self.assertEqual(host.get_token(), token)
        self.assertEqual(len(self.server.requests), asked)

    def test_file_that_cannot_be_understood_is_told_and_kept(self):
        self.add_host()
        self.stop_agent()
        os.makedirs(os.path.dirname(self.token_file()), mode=0o700, exist_ok=True)
        with open(self.token_file(), "w", encoding="utf-8") as out:
            out.write('{"https://one.example.org": {"tok')
        self.start_agent()
        host = self.find_host()
        wait_until(lambda: self.token_file() in host.Error, f"the file to be named: {host.Error}")
        self.assertEqual(host.State, "signed-out")
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertEqual(file.read(), '{"https://one.example.org": {"tok')

    def test_tokens_that_are_dead_on_arrival_are_not_asked_for_without_end(self):
        self.server.token_life = -60
        self.add_host()
        host = self.start_with(self.server.make_token())
        wait_until(lambda: self.server.count("token") >= 1, "the ended token to be refreshed")
        host.wait_for(State="signed-in")
        for _ in range(200):
            self.hosts()
        self.assertEqual(self.server.count("token"), 1)

    def test_token_of_the_python_client_is_found(self):
        self.write_token(self.server.make_token())
        host = self.add_host()
        host.wait_for(State="signed-in", Account="claimed-alice")

    def test_first_call_after_the_start_waits_for_the_store(self):
        host = self.add_host()
        host.sign_in()
        token = host.get_token()
        self.stop_agent()
        self.start_agent(wait=False)
        self.assertEqual(self.find_host().get_token(), token)

    def test_ended_token_is_refreshed_at_the_start(self):
        self.add_host()
        old = self.server.make_token(life=-10)
        host = self.start_with(old)
        host.wait_for(State="signed-in")
        self.assertNotEqual(host.get_token()["access_token"], old["access_token"])
        self.assertEqual(self.server.count("token"), 1)

    def test_ended_token_without_a_refresh_token(self):
        self.add_host()
        self.server.gives_refresh_token = False
        host = self.start_with(self.server.make_token(life=-10))
        host.wait_for(State="expired")
        self.assertIn("Sign in", host.Error)
        self.assert_fails("InteractionRequired", host.get_token)
        self.assertEqual(self.server.requests, [])

    def test_short_token_is_refreshed_before_it_is_handed_out(self):
        self.add_host()
        host, old = self.start_with_short()
        self.assertEqual(self.server.count("token"), 0)
        given = host.get_token()
        self.assertNotEqual(given["access_token"], old["access_token"])
        self.assertEqual(given["access_token"], self.stored()["access_token"])
        self.assertGreater(given["expires"], time.time() + 3000)

    def test_refreshed_before_it_ends(self):
        self.add_host()
        host = self.start_with(self.server.make_token(life=6))
        host.wait_for(State="signed-in", Renews=True)
        end = host.Expires
        wait_until(lambda: self.server.count("token") == 1, "the refresh ahead of the end")
        self.assertLess(time.time(), end)
        host.wait_for(State="signed-in")
        wait_until(lambda: host.Expires > time.time() + 3000, "the new end")

    def test_expires_when_it_ends(self):
        self.add_host()
        self.server.gives_refresh_token = False
        host = self.start_with(self.server.make_token(life=2))
        host.wait_for(State="expired")
        self.assertEqual(self.server.requests, [])

    def test_any_number_of_callers_cause_one_refresh(self):
        self.add_host()
        host, _ = self.start_with_short()
        gate = self.server.gates["token"] = threading.Event()
        calls = [host.start("GetToken") for _ in range(100)]
        wait_until(lambda: self.server.count("token") == 1, "the request")
        host.wait_for(State="refreshing")
        calls += [host.start("GetToken") for _ in range(100)] + [host.start("Refresh")]
        self.agent_property("Version")  # answered in turn: by now all the calls have arrived
        self.assertFalse(any(call.done for call in calls))
        gate.set()
        given = {call.wait()[0]["access_token"] for call in calls[:200]}
        calls[200].wait()
        self.assertEqual(len(given), 1)
        self.assertEqual(self.server.count("token"), 1)

    def test_refresh_now(self):
        host = self.add_host()
        host.sign_in()
        old = host.get_token()
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")
        self.assertNotEqual(host.get_token()["access_token"], old["access_token"])

    def test_refresh_without_a_refresh_token(self):
        host = self.add_host()
        self.assert_fails("InteractionRequired", host.call, "Refresh")
        self.server.gives_refresh_token = False
        host.sign_in()
        self.assert_fails("InteractionRequired", host.call, "Refresh")
        self.assertEqual(host.State, "signed-in")

    def test_dead_refresh_token(self):
        self.add_host()
        self.server.faults["token"] = quoted("invalid_grant")
        host = self.start_with(self.server.make_token(life=-10))
        host.wait_for(State="expired")
        self.assertIn("Sign in", host.Error)
        self.assert_fails("InteractionRequired", host.get_token)
        self.assert_fails("InteractionRequired", host.get_token)
        self.assertEqual(self.server.count("token"), 1)

    def test_dead_refresh_token_leads_to_the_user(self):
        self.add_host()
        host, _ = self.start_with_short()
        self.server.refresh_tokens.clear()
        pending = host.start("GetToken", interactive=True, open_browser=False)
        wait_until(lambda: host.LoginUri, "the address")
        Page(host.LoginUri).wait()
        self.assertIn("access_token", pending.wait()[0])
        host.wait_for(State="signed-in", Error="")

    def test_trouble_on_the_way_never_ends_a_session(self):
        self.add_host()
        token = self.server.make_token(life=-10)
        for fault in (DROP, answer(502, "<html>Bad Gateway</html>"), answer(503, ""),
                      answer(429, {"detail": "slow"}, headers={"Retry-After": "3600"}),
                      answer(200, "<html>captive portal</html>"),
                      answer(302, "", headers={"Location": "http://portal.example/"}),
                      answer(307, "", headers={"Location": self.server.url + "/login"}),
                      answer(401, "<html>captive portal, please log in</html>"),
                      answer(401, {"detail": "Not authenticated"}),
                      answer(403, {"detail": "the network you are in is not welcome"}),
                      answer(404, {"detail": "Not Found"}),
                      answer(511, "<html>Network Authentication Required</html>"),
                      quoted("invalid_grant", 500), quoted("invalid_client", 401),
                      answer(200, b'{"access_token": "ey'), answer(200, {"scope": "openid"}),
                      answer(500, {"detail": "no"})):
            with self.subTest(fault=fault):
                self.server.faults["token"] = fault
                host = self.start_with(token)
                host.wait_for(State="offline")
                self.assertTrue(host.Error.endswith("."), host.Error)
                self.assertNotIn("<html>", host.Error)
                self.assertEqual(self.stored()["refresh_token"], token["refresh_token"])
                del self.server.faults["token"]
        host.call("Refresh")
        self.assertEqual((host.State, host.Error), ("signed-in", ""))

    def test_token_with_time_left_is_handed_out_when_offline(self):
        self.add_host()
        host, token = self.start_with_short()
        self.server.faults["token"] = DROP
        self.assertEqual(host.get_token()["access_token"], token["access_token"])
        self.assertEqual(host.State, "offline")

    def test_server_that_wants_to_be_left_alone_is(self):
        self.add_host()
        self.server.faults["token"] = answer(429, {"detail": "slow"}, headers={"Retry-After": "600"})
        host = self.start_with(self.server.make_token(life=-10))
        host.wait_for(State="offline")
        for _ in range(10):
            self.assert_fails("Unavailable", host.get_token)
        self.assertEqual(self.server.count("token"), 1)
        del self.server.faults["token"]
        host.call("Refresh")
        self.assertIn("access_token", host.get_token())

    def test_ended_token_is_not_handed_out_when_offline(self):
        self.add_host()
        token = self.server.make_token(life=-10)
        port = self.server.port
        self.server.stop()
        host = self.start_with(token)
        host.wait_for(State="offline")
        self.assert_fails("Network", host.get_token)
        self.server.start(port)
        self.assertIn("access_token", host.get_token())
        host.wait_for(State="signed-in", Error="")


class TokenFile(agentcase.AgentCase):
    def start_agent(self, wait=True, env=None):
        self.named = self.bus.path("named.json")
        super().start_agent(wait, env={"OIDC_TOKEN_FILE": self.named, **(env or {})})

    keyring = True

    def test_named_file_goes_before_the_keyring(self):
        self.assertEqual(self.agent_property("Store"), "file")
        self.assertEqual(self.agent_property("StoreFile"), self.named)
        self.add_host().sign_in()
        self.assertTrue(os.path.exists(self.named))


class StoreOption(agentcase.AgentCase):
    keyring = True

    def setUp(self):
        self.agent_arguments = ("--store=relative/../option.json",)
        super().setUp()

    def test_option_goes_before_the_keyring(self):
        self.assertEqual(self.agent_property("Store"), "file")
        self.assertEqual(self.agent_property("StoreFile"), self.bus.path("option.json"))


if __name__ == "__main__":
    tap.main()
