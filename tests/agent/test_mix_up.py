# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A server that sends the user elsewhere than before, or where another server sends its users."""

import os
import secrets

import agentcase
import tap
from agentcase import Page, wait_until
from fake_server import FakeServer, answer

NOTHING_SHOWN = {"LoginUri": "", "UserCode": "", "VerificationUri": "", "Provider": ""}


class MixUp(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        # a provider of its own: the server takes the codes of both
        self.other = FakeServer()
        self.addCleanup(self.other.stop)
        self.other.codes = self.server.codes

    def lead_elsewhere(self):
        self.server.provider = self.other.url + "/provider/authorize"

    def begin(self, host, **options):
        host.call("SignIn", force=True, open_browser=False, **options)
        return host

    def assert_asks(self, host, *words):
        self.assertEqual(host.State, "signing-in")
        for word in words:
            self.assertIn(word, host.Question)
        host.wait_for(**NOTHING_SHOWN)

    def finish(self, host):
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Question="", **NOTHING_SHOWN)

    def assert_no_question(self, host):
        self.begin(host)
        self.assertEqual(host.Question, "")
        self.finish(host)

    def hosts_file(self):
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            return file.read()


class Change(MixUp):
    def set_up_host(self):
        host = self.add_host()
        host.sign_in()
        return host

    def test_same_as_before(self):
        host = self.begin(self.add_host())
        self.assertEqual((host.Provider, host.Question), (f"127.0.0.1:{self.server.port}", ""))
        self.finish(host)
        self.assert_no_question(host)

    def test_asked_remembered_and_not_asked_again(self):
        host = self.set_up_host()
        self.lead_elsewhere()
        self.begin(host)
        self.assert_asks(host, f"used to send you to 127.0.0.1:{self.server.port}; now",
                         f"127.0.0.1:{self.other.port}", "Only go on if you expected this.")
        host.go_on()
        self.assertEqual((host.Question, host.Provider), ("", f"127.0.0.1:{self.other.port}"))
        self.assertTrue(host.LoginUri.startswith(self.other.url))
        self.finish(host)
        self.assert_no_question(host)
        self.restart_agent()
        host = self.find_host()
        self.assert_no_question(host)
        # and back again is a change, too
        self.server.provider = None
        self.assert_asks(self.begin(host), "used to send you to")

    def test_browser_is_not_opened_before_the_answer(self):
        self.install_browser()
        self.restart_agent()
        host = self.set_up_host()
        self.lead_elsewhere()
        host.call("SignIn", force=True)
        self.assert_asks(host)
        host.call("OpenPage")
        self.assertFalse(os.path.exists(self.bus.path("opened")))
        self.assertEqual(self.other.requests, [])
        host.go_on(activation_token="new-token")
        page, token = self.wait_for_browser()
        self.assertEqual((Page(page, follow=False).wait().location, token), (host.LoginUri, "new-token"))

    def test_no(self):
        host = self.set_up_host()
        token = host.get_token()
        self.lead_elsewhere()
        self.assert_asks(self.begin(host))
        host.call("Cancel")
        host.wait_for(State="signed-in", Error="", Question="")
        self.assertEqual(host.get_token(), token)
        # nothing was learnt of it
        self.assert_asks(self.begin(host))

    def test_yes_and_then_no_sign_in(self):
        host = self.set_up_host()
        self.lead_elsewhere()
        self.begin(host)
        host.go_on()
        host.call("Cancel")
        self.assert_asks(self.begin(host))

    def test_answer_to_another_question(self):
        host = self.set_up_host()
        self.lead_elsewhere()
        self.begin(host)
        for question in ("", host.Question + " ", "What else?"):
            self.assert_fails("Failed", host.go_on, question)
        self.assert_asks(host)
        host.call("Cancel")
        self.assert_fails("Failed", host.go_on)
        self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", host.go_on, color="red")

    def test_another_client_answers(self):
        host = self.set_up_host()
        self.lead_elsewhere()
        token = host.start("GetToken", force=True, interactive=True, open_browser=False)
        wait_until(lambda: host.Question, "the question")
        self.assertFalse(token.done)
        host.go_on(connection=self.bus.connect())
        self.finish(host)
        self.assertIn("access_token", token.wait()[0])

    def test_nobody_answers(self):
        host = self.set_up_host()
        host.call("Configure", timeout=1)
        self.lead_elsewhere()
        self.begin(host)
        host.wait_for(State="signed-in", Question="")
        self.assertIn("in time", host.Error)

    def test_asker_leaves(self):
        host = self.set_up_host()
        self.lead_elsewhere()
        owner = self.bus.connect()
        host.call("SignIn", owner, force=True, open_browser=False)
        self.assert_asks(host)
        agentcase.privatebus.close_connection(owner)
        host.wait_for(State="signed-in", Error="", Question="")

    def test_other_client_id(self):
        host = self.set_up_host()
        self.server.client_id = "other"
        self.assert_asks(self.begin(host), "still sends you", "“other”", "“fake”")

    def test_other_path(self):
        """Realms and tenants of one provider are different places."""
        host = self.set_up_host()
        self.server.provider = self.server.url + "/realms/evil/authorize"
        self.assert_asks(self.begin(host), self.server.url + "/provider/authorize",
                         self.server.url + "/realms/evil/authorize")

    def test_page_instead_of_the_provider(self):
        host = self.set_up_host()
        self.server.faults["login"] = answer(200, "<p>Follow me")
        self.assert_asks(self.begin(host), "page of its own")
        # an answer to a page that nobody has seen
        redirect_uri = f"http://localhost:{self.port}/callback"
        page = Page(f"{redirect_uri}?code=evil&state=x|{redirect_uri}|verifier").wait()
        self.assertIn("before you had been sent", page.text)
        host.wait_for(State="signed-in", Question="")
        self.assertEqual(self.server.count("token"), 1)

    def test_path_that_is_another_one_each_time(self):
        # a fake: no provider at hand gives each session a page of its own
        server = self.server
        type(server).provider = property(
            lambda fake: f"{fake.url}/broker/{secrets.token_hex(8)}7/authorize", lambda fake, value: None)
        self.addCleanup(delattr, type(server), "provider")
        host = self.set_up_host()
        self.assert_no_question(host)
        self.assertIn("/broker/*/authorize", self.hosts_file())
        type(server).provider = property(lambda fake: fake.url + "/other/77/authorize")
        self.assert_asks(self.begin(host))

    def test_host_of_an_earlier_keyfob(self):
        """Of which nothing is known: believed once."""
        self.set_up_host()
        self.assertEqual(self.stop_agent(), 0)
        path = self.bus.path("config", "keyfob", "hosts.ini")
        lines = self.hosts_file().splitlines()
        known = [line for line in lines if line.startswith("known-login-page=")
                 or line.startswith("known-client=")]
        self.assertEqual(len(known), 2, lines)
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(line for line in lines if line not in known) + "\n")
        self.start_agent()
        host = self.find_host()
        self.lead_elsewhere()
        self.assert_no_question(host)
        self.server.provider = None
        self.assert_asks(self.begin(host))

    def test_nothing_secret_is_remembered(self):
        self.server.issuer = self.server.url
        self.set_up_host()
        self.assertEqual(self.stop_agent(), 0)
        text = self.hosts_file()
        self.assertIn(f"known-login-page={self.server.url}/provider/authorize\n", text)
        self.assertIn(f"known-issuer={self.server.url}\n", text)
        for secret in self.server.secrets:
            self.assertNotIn(secret, text)


class Code(MixUp):
    """By a code on another device: where the user is to type it."""

    def sign_in(self):
        host = self.add_host()
        host.call("SignIn", flow="device")
        host.wait_for(State="signed-in")
        return host

    def lead_elsewhere(self):
        self.server.faults["device"] = None
        self.server.respond_device = lambda query, form, headers: FakeServer.respond_device(
            self.other, query, form, headers)
        self.server.device_codes = self.other.device_codes

    def test_provider_is_named(self):
        self.server.polls = [agentcase.quoted("authorization_pending")] * 1000
        host = self.add_host()
        host.call("SignIn", flow="device")
        self.assertEqual(host.Provider, f"127.0.0.1:{self.server.port}")

    def test_asked_and_remembered(self):
        host = self.sign_in()
        self.lead_elsewhere()
        self.other.secrets = self.server.secrets
        self.begin(host, flow="device")
        self.assert_asks(host, "used to send you to", f"127.0.0.1:{self.other.port}")
        # the code is not asked about before it was shown
        self.assertEqual(list(self.other.device_codes.values()), [[]])
        host.go_on()
        self.assertEqual((host.UserCode, host.Question), ("WDJB-MJHT", ""))
        self.assertEqual(host.Provider, f"127.0.0.1:{self.other.port}")
        host.wait_for(State="signed-in")
        self.begin(host, flow="device")
        self.assertEqual((host.UserCode, host.Question), ("WDJB-MJHT", ""))

    def test_no(self):
        host = self.sign_in()
        self.lead_elsewhere()
        self.begin(host, flow="device")
        self.assert_asks(host)
        host.call("Cancel")
        host.wait_for(State="signed-in", Error="", Question="")
        self.assertEqual(list(self.other.device_codes.values()), [[]])

    def test_browser_and_code_are_compared_each_for_itself(self):
        host = self.add_host()
        host.sign_in()
        self.lead_elsewhere()
        self.begin(host, flow="device")
        self.assertEqual(host.Question, "")


class AnotherHost(MixUp):
    """A server that leads to the provider of another one as if it were that (RFC 9700 section 4.4)."""

    def add_evil(self):
        evil = FakeServer()
        self.addCleanup(evil.stop)
        evil.provider = self.server.url + "/provider/authorize"
        self.evil = evil
        return self.add_host(evil.url)

    def test_names_both_and_asks(self):
        self.add_host().sign_in()
        evil = self.begin(self.add_evil())
        self.assert_asks(evil, evil.Name, f"as if it were 127.0.0.1:{self.server.port}.", "in your name")
        evil.call("Cancel")
        self.assertEqual(self.evil.count("token"), 0)
        self.assertEqual(self.server.count("authorize"), 1)

    def test_asked_once(self):
        """Two servers may well belong together."""
        self.add_host().sign_in()
        host = self.begin(self.add_evil())
        self.evil.codes = self.server.codes
        host.go_on()
        self.finish(host)
        self.assert_no_question(host)

    def test_path_written_in_another_way(self):
        self.add_host().sign_in()
        evil = self.add_evil()
        self.evil.provider = self.server.url + "/PROVIDER//authorize"
        self.assert_asks(self.begin(evil), "as if it were")

    def test_other_client_of_the_same_provider(self):
        self.add_host().sign_in()
        host = self.add_evil()
        self.evil.client_id = "portal"
        self.evil.codes = self.server.codes
        self.assert_no_question(host)

    def test_two_addresses_of_one_server(self):
        self.add_host().sign_in()
        self.assert_no_question(self.add_host(self.server.url + "/api"))

    def test_change_to_that_of_another_host(self):
        self.add_host().sign_in()
        evil = self.add_evil()
        self.evil.provider = None
        self.evil.client_id = "own"
        evil.sign_in()
        self.evil.provider = self.server.url + "/provider/authorize"
        self.evil.client_id = "fake"
        self.assert_asks(self.begin(evil), "as if it were")


class Issuer(MixUp):
    """RFC 9207: what the provider calls itself in its answer."""

    def refuse(self, host, words):
        asked = self.server.count("token")
        self.begin(host)
        page = Page(host.LoginUri).wait()
        wait_until(lambda: host.State != "signing-in", "the end")
        self.assertIn(words, host.Error)
        self.assertIn(words, page.text)
        self.assertEqual(self.server.count("token"), asked)

    def test_known_one(self):
        self.server.issuer = self.server.url
        host = self.add_host()
        host.sign_in()
        self.assert_no_question(host)

    def test_other_than_before(self):
        self.server.issuer = self.server.url
        host = self.add_host()
        host.sign_in()
        self.server.issuer = self.server.url + "/other"
        self.refuse(host, "from another provider than the one that this host uses")
        self.server.issuer = self.server.url
        self.assert_no_question(host)

    def test_none_any_more(self):
        self.server.issuer = self.server.url
        host = self.add_host()
        host.sign_in()
        self.server.issuer = None
        self.refuse(host, "does not say which provider")

    def test_other_than_announced(self):
        """The page that the user is sent to passes the request on to somebody else's provider."""
        self.server.issuer = self.other.url
        self.refuse(self.add_host(), "than the one that you were sent to")

    def test_other_than_announced_and_configured(self):
        self.server.issuer = self.other.url
        host = self.add_host(issuer=self.other.url)
        host.sign_in()

    def test_after_a_change(self):
        self.server.issuer = self.server.url
        host = self.add_host()
        host.sign_in()
        self.lead_elsewhere()
        self.other.issuer = self.other.url
        self.begin(host)
        host.go_on()
        self.finish(host)
        self.assertIn(f"known-issuer={self.other.url}", self.stop_and_read())
        self.start_agent()

    def stop_and_read(self):
        self.assertEqual(self.stop_agent(), 0)
        return self.hosts_file()


if __name__ == "__main__":
    tap.main()
