# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What a token opens: asked of the server that it is for, and of nobody else."""

import threading
import time

import agentcase
import tap
from agentcase import AGENT, PATH, wait_until
from fake_server import DROP, FakeServer, answer

INVALID = "org.freedesktop.DBus.Error.InvalidArgs"


def challenge(value, body="", status=403):
    return answer(status, body, headers={"WWW-Authenticate": value})


class Access(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()
        self.host.sign_in()
        self.host.wait_for(Account="Alice Example")

    def ask(self, path=None, host=None):
        options = {} if path is None else {"url": path if "://" in path else self.server.url + path}
        return (host or self.host).call("TestAccess", **options)[0]

    def headers(self, route):
        return [headers for seen, _, headers in self.server.requests if seen == route]

    def test_who_the_server_knows(self):
        self.assertEqual(self.ask(), {"result": "accepted", "status": 200, "account": "Alice Example", "detail": ""})
        self.assertEqual(self.headers("userinfo")[-1]["Authorization"], self.host.get_token()["authorization"])
        self.server.user = {}
        self.assertEqual(self.ask(), {"result": "accepted", "status": 200, "detail": ""})

    def test_an_address_of_the_person(self):
        self.server.faults["/data"] = answer(200, "<h1>Any page</h1>")
        for url in ("/data", "/data?secret=query#part", f"HTTP://127.0.0.1:{self.server.port}/data"):
            with self.subTest(url=url):
                self.assertEqual(self.ask(url), {"result": "accepted", "status": 200, "detail": ""})
                self.assertEqual(self.headers("/data")[-1]["Authorization"], self.host.get_token()["authorization"])
        self.assertEqual(self.server.requests[-2][1], {"secret": "query"})
        self.assertNotIn("secret=", self.log())
        self.assertEqual(self.server.methods[-1], ("GET", "/data"))

    def test_answers(self):
        lacks_scope = 'Bearer realm="x, y", error="insufficient_scope", scope="files:read files:write"'
        table = [
            (challenge(lacks_scope), "lacks-scope", "files:read files:write", ""),
            (challenge(lacks_scope, status=401), "lacks-scope", "files:read files:write", ""),
            (challenge('Basic realm="a", bearer scope=a, error=insufficient_scope, error_description="You \u0007may not"'),
             "lacks-scope", "a", "You may not"),
            (challenge('Basic error="insufficient_scope"'), "lacks-right", None, ""),
            (challenge('Bearer error="insufficient_scope"', {"detail": "Not you"}), "lacks-scope", None, "Not you"),
            (challenge('Bearer error="invalid_token", error_description="It ended"', status=401), "refused", None,
             "It ended"),
            (challenge('Bearer error="invalid_token"'), "refused", None, ""),
            (challenge('Bearer', {"detail": "Not authenticated"}, 401), "refused", None, "Not authenticated"),
            (answer(401, "<title>Log in</title>error: 'insufficient_scope'"), "refused", None, "Log in"),
            (challenge(',,=",Bearer "=,'), "lacks-right", None, ""),
            (answer(403, {"detail": "Token missing required scopes: a, b:c"}), "lacks-scope", "a b:c",
             "Token missing required scopes: a, b:c"),
            (answer(401, {"detail": "Insufficient permissions based on token claims."}), "lacks-right", None,
             "Insufficient permissions based on token claims."),
            (answer(403, {"error": "forbidden", "message": "Only for members"}), "lacks-right", None, "Only for members"),
            (answer(400, {"error": "invalid_token"}), "refused", None, ""),
            (answer(400, {"detail": "no"}), "trouble", None, "no"),
            (answer(404, {"detail": "Not Found"}), "not-found", None, "Not Found"),
            (answer(405, ""), "not-found", None, ""),
            (answer(503, "<html><title>Out of order\u202e</title>"), "trouble", None, "Out of order"),
            (answer(500, "x" * 5000), "trouble", None, "x" * 200 + "…"),
        ]
        for url in (None, "/data"):
            for response, result, scope, detail in table:
                with self.subTest(url=url, response=response[:2]):
                    self.server.faults = {"userinfo": response, "/data": response}
                    expected = {"result": result, "status": response[0], "detail": detail}
                    if scope is not None:
                        expected["scope"] = scope
                    self.assertEqual(self.ask(url), expected)
        # none of it is about the session
        self.assertEqual((self.host.State, self.host.Error), ("signed-in", ""))

    def test_a_page_instead_of_userinfo(self):
        """As a network that wants a sign-in of its own shows it."""
        self.server.faults["userinfo"] = answer(200, "<title>Welcome to the hotel</title>")
        self.assertEqual(self.ask(), {"result": "trouble", "status": 200, "detail": "Welcome to the hotel"})

    def test_redirects_are_not_followed(self):
        other = FakeServer()
        self.addCleanup(other.stop)
        for location, detail in ((other.url + "/data?code=1", f"127.0.0.1:{other.port}"), ("/data", ""),
                                 (f"http://127.0.0.1:{self.server.port}/data", f"127.0.0.1:{self.server.port}")):
            with self.subTest(location=location):
                self.server.faults["/old"] = answer(307, "", headers={"Location": location})
                self.assertEqual(self.ask("/old"), {"result": "trouble", "status": 307, "detail": detail})
        self.assertEqual((other.requests, self.server.count("/data")), ([], 0))

    def test_addresses_that_get_no_token(self):
        other = FakeServer()
        self.addCleanup(other.stop)
        port = self.server.port
        for url in (other.url, f"http://localhost:{port}/", "https://example.org/", "http://127.0.0.1/",
                    f"http://127.0.0.1:{port}@example.org/", f"http://me@127.0.0.1:{port}/",
                    f"http://127.0.0.1:{port}.example.org/", f"http://example.org:{port}/", "ftp://127.0.0.1/",
                    f"http://127.0.0.1:{port}\\@{other.url}", "file:///etc/passwd", "://", "https://",
                    f"https://www.example.org\\.127.0.0.1:{port}"):
            with self.subTest(url=url):
                sentence = self.assert_fails(INVALID, self.ask, url)
                self.assertRegex(sentence, r"\.$")
        for options in ({"url": True}, {"link": "x"}, {"url": self.server.url, "x": 1}):
            self.assert_fails(INVALID, self.host.call, "TestAccess", **options)
        self.assert_fails(INVALID, self.host.call, "TestAccess", url="/data")
        self.assertEqual(other.requests, [])
        self.assertEqual(self.server.count("/"), 0)

    def test_a_token_that_is_about_to_end(self):
        """It is renewed first, as for GetToken."""
        self.stop_agent()
        self.write_token(self.server.make_token(life=30), stored_at=time.time() - 3600)
        self.write_last_used("2001-01-01T00:00:00Z")
        self.start_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        asked = self.server.count("token")
        self.assertEqual(self.ask(host=host)["result"], "accepted")
        self.assertEqual(self.server.count("token"), asked + 1)
        self.assertEqual(self.headers("userinfo")[-1]["Authorization"], host.get_token()["authorization"])

    def test_no_token_to_test(self):
        self.call(PATH, AGENT, "LockTokens")
        self.assert_fails("TokensLocked", self.ask)
        self.call(PATH, AGENT, "UnlockTokens")
        self.host.call("SignOut")
        sentence = self.assert_fails("InteractionRequired", self.ask)
        self.assertEqual(sentence, self.assert_fails("InteractionRequired", self.host.get_token))

    def test_no_answer(self):
        self.server.faults["userinfo"] = DROP
        self.assert_fails("Network", self.ask)
        self.server.stop()
        self.assert_fails("Network", self.ask)
        self.server.start()

    def test_caller_that_leaves(self):
        """The request ends with it."""
        asked, left = threading.Event(), []

        def wait_for_end(connection):
            asked.set()
            connection.settimeout(20)
            left.append(connection.recv(1))
            agentcase.privatebus.wake()

        self.server.faults["/slow"] = wait_for_end
        client = self.bus.connect()
        self.host.start("TestAccess", client, url=self.server.url + "/slow")
        wait_until(asked.is_set, "the request")
        self.assertEqual(left, [])
        agentcase.privatebus.close_connection(client)
        wait_until(lambda: left, "the end of the request")
        self.assertEqual(left, [b""])

    def test_secrets_stay_in_the_agent(self):
        token = self.host.get_token()["access_token"]
        self.server.faults["userinfo"] = answer(403, {"detail": f"Your token {token} is not enough"})
        self.assertNotIn(token, str(self.ask()))
        self.assertNotIn(token, self.log())

    def test_token_that_the_server_quotes(self):
        token = self.host.get_token()["access_token"]
        wanted = f'Bearer error="insufficient_scope", scope="read Bearer {token}"'
        self.server.faults["/data"] = challenge(wanted, {"detail": f"You sent {token}"})
        self.assertEqual(self.ask("/data"), {"result": "lacks-scope", "status": 403, "scope": "read Bearer …",
                                             "detail": "You sent ….….…"})
        self.server.user = {"first_name": token, "last_name": "Example"}
        self.assertEqual(self.ask()["account"], "… Example")
        self.server.user = {"username": f"alice {token}"}
        self.assertEqual(self.ask()["account"], "alice …")

    def test_name_that_is_the_token(self):
        make = self.server.make_token

        def make_and_quote(*arguments, **options):
            made = make(*arguments, **options)
            self.server.user = {"username": f"alice {made['access_token']}"}
            return made

        self.server.make_token = make_and_quote
        self.host.call("SignOut")
        self.host.sign_in()
        self.host.wait_for(Account="alice …")


if __name__ == "__main__":
    tap.main()
