# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What can be read of a token: told to a person, without the token."""

import json
import threading
import time

import agentcase
import tap
from agentcase import AGENT, PATH, wait_until
from fake_server import jwt

CLAIMS = {"sub": "1", "preferred_username": "alice", "aud": ["portal", "files"], "scope": "openid profile",
          "exp": 1900000000, "email_verified": True, "realm_access": {"roles": ["user"]}, "level": 3}
TOLD = [("sub", "text", "1"), ("preferred_username", "text", "alice"), ("aud", "list", ["portal", "files"]),
        ("scope", "list", ["openid", "profile"]), ("exp", "time", 1900000000), ("email_verified", "boolean", True),
        ("realm_access", "json", '{"roles":["user"]}'), ("level", "number", "3")]


class Claims(agentcase.AgentCase):
    def start_with(self, access_token, life=3600, **members):
        """A host that has this token, which the Python client has stored."""
        self.server.gives_refresh_token = False
        self.write_token({**self.server.make_token(life=life), "access_token": access_token, **members})
        host = self.add_host()
        wait_until(lambda: host.Store != "", "the token to be found")
        return host

    def test_a_jwt(self):
        token = jwt(CLAIMS)
        told, = self.start_with(token).call("GetClaims")
        self.assertEqual(told["claims"], TOLD)
        self.assertEqual(json.loads(told["json"]), CLAIMS)
        self.assertIn('\n  "sub": "1"', told["json"])
        self.assertFalse(told["opaque"])
        self.assertEqual(sorted(told), ["claims", "json", "opaque"])
        for secret in (token, *token.split(".")):
            self.assertNotIn(secret, str(told))
        # nobody is asked, and this is no use of the token
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.find_host().Uses, [])

    def test_an_opaque_token(self):
        for token in ("opaque", "a.b.c", "e30.e30.c.d.e"):
            with self.subTest(token=token):
                host = self.start_with(token)
                self.assertEqual(host.call("GetClaims"), ({"opaque": True, "claims": [], "json": ""},))
                self.remove_host(host.path)

    def test_an_id_token(self):
        for id_token, told in ((jwt({"sub": "2"}), [("sub", "text", "2")]), ("unreadable", None)):
            with self.subTest(id_token=id_token):
                host = self.start_with("opaque", id_token=id_token)
                answer, = host.call("GetClaims")
                self.assertEqual(answer.get("id-claims"), told)
                self.assertEqual("id-json" in answer, told is not None)
                self.assertTrue(answer["opaque"])
                self.assertNotIn(id_token, str(answer))
                self.remove_host(host.path)

    def test_a_token_that_has_ended(self):
        host = self.start_with(jwt(CLAIMS), life=-10)
        host.wait_for(State="expired")
        self.assertEqual(host.call("GetClaims")[0]["claims"], TOLD)

    def test_no_token(self):
        host = self.add_host()
        sentence = self.assert_fails("InteractionRequired", host.call, "GetClaims")
        self.assertEqual(sentence, self.assert_fails("InteractionRequired", host.get_token))

    def test_locked_tokens(self):
        host = self.start_with(jwt(CLAIMS))
        self.call(PATH, AGENT, "LockTokens")
        self.assert_fails("TokensLocked", host.call, "GetClaims")
        self.call(PATH, AGENT, "UnlockTokens")
        self.assertEqual(host.call("GetClaims")[0]["claims"], TOLD)

    def test_options(self):
        host = self.start_with(jwt(CLAIMS))
        sentence = self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", host.call, "GetClaims", wrong=True)
        self.assertIn("wrong", sentence)

    def test_the_server_is_not_waited_for(self):
        host = self.add_host()
        host.sign_in()
        gate = self.server.gates["token"] = threading.Event()
        pending = host.start("Refresh")
        host.wait_for(State="refreshing")
        self.assertIn(("preferred_username", "text", "claimed-alice"), host.call("GetClaims")[0]["claims"])
        gate.set()
        pending.wait()

    def test_right_after_the_start(self):
        """The store is still being asked."""
        self.start_with(jwt(CLAIMS))
        self.stop_agent()
        self.start_agent(wait=False)
        self.assertEqual(self.find_host().call("GetClaims")[0]["claims"], TOLD)


class Times(agentcase.AgentCase):
    """When a token was got, and when there will be another."""

    def test_while_it_is_renewed(self):
        host = self.add_host()
        self.assertEqual((host.Renewed, host.RenewsAt), (0, 0))
        before = int(time.time())
        host.sign_in()
        self.assertGreaterEqual(host.Renewed, before)
        self.assertLessEqual(host.Renewed, time.time())
        self.assertTrue(host.Renews)
        # at four fifths of its hour, or somewhat before
        self.assertGreater(host.RenewsAt, host.Renewed + 3600 * 0.7)
        self.assertLessEqual(host.RenewsAt, host.Renewed + 3600 * 0.8)
        first, self.server.token_life = host.RenewsAt, 7200
        host.call("Refresh")
        self.assertGreater(host.RenewsAt, first + 1800)
        host.call("SignOut")
        self.assertEqual((host.Renewed, host.RenewsAt), (0, 0))

    def test_where_it_is_not(self):
        self.server.gives_refresh_token = False
        host = self.add_host()
        host.sign_in()
        self.assertGreater(host.Renewed, 0)
        self.assertEqual((host.Renews, host.RenewsAt), (False, 0))

    def test_while_the_server_is_away(self):
        host = self.add_host()
        host.sign_in()
        self.server.stop()
        self.assert_fails("Network", host.call, "Refresh")
        self.assertEqual((host.State, host.Renews), ("offline", True))
        self.assertGreater(host.RenewsAt, time.time())
        self.assertLess(host.RenewsAt, time.time() + 600)
        self.server.start()

    def test_after_a_restart(self):
        host = self.add_host()
        host.sign_in()
        renewed = host.Renewed
        self.restart_agent()
        host = self.find_host()
        self.assertEqual(host.Renewed, renewed)
        self.assertGreater(host.RenewsAt, time.time())


if __name__ == "__main__":
    tap.main()
