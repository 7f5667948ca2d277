# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in by a code on another device."""

import codecs
import itertools
import json
import socket
import time

import agentcase
import tap
from agentcase import Page, wait_until
from fake_server import DROP, FakeServer, answer, quoted

PENDING = quoted("authorization_pending")
SLOW_DOWN = quoted("slow_down")
BAD_GATEWAY = answer(502, "<html><body><h1>502 Bad Gateway</h1></body></html>")
NOTHING = {"UserCode": "", "VerificationUri": "", "VerificationUriComplete": "", "SignInExpires": 0,
           "LoginUri": ""}


class Device(agentcase.AgentCase):
    def begin(self, **options):
        host = self.add_host()
        host.call("SignIn", flow="device", **options)
        return host

    def polls(self, server=None):
        """When each request for the token came, for the one device code there is."""
        times, = (server or self.server).device_codes.values()
        return times

    def hosts_file(self):
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            return file.read()


class ToTheEnd(Device):
    def test_what_is_shown_while_it_runs(self):
        self.server.polls = [PENDING] * 1000
        before = int(time.time())
        host = self.begin()
        self.assertEqual(host.State, "signing-in")
        self.assertEqual(host.UserCode, "WDJB-MJHT")
        self.assertEqual(host.VerificationUri, self.server.url + "/provider/device")
        self.assertEqual(host.VerificationUriComplete,
                         self.server.url + "/provider/device?user_code=WDJB-MJHT")
        self.assertAlmostEqual(host.SignInExpires, before + 600, delta=5)
        self.assertEqual(host.LoginUri, "")
        host.call("Cancel")
        host.wait_for(State="signed-out", Error="", **NOTHING)

    def test_approved(self):
        self.server.polls = [PENDING]
        host = self.begin()
        host.wait_for(State="signed-in", Account="Alice Example", Error="", **NOTHING)
        self.assertIn("access_token", host.get_token())

    def test_gateway_that_breaks_off_what_is_asked(self):
        self.server.polls = [answer(408, "<html><body><h1>408 Request Time-out</h1></body></html>"), PENDING,
                             answer(425, "")]
        host = self.begin()
        wait_until(lambda: host.State != "signing-in", "the token", agentcase.ANSWER)
        self.assertEqual((host.State, host.Error), ("signed-in", ""))

    def test_answers_that_are_not_quite_json(self):
        pending = b'{"error": "authorization_pending", "error_description": "d\xe9j\xe0"}'
        made = self.server.make_token()
        self.server.polls = [answer(400, codecs.BOM_UTF8 + PENDING[1]), answer(400, pending),
                             answer(200, codecs.BOM_UTF8 + json.dumps(made).encode(), "application/json")]
        host = self.begin()
        wait_until(lambda: host.State != "signing-in", "the token", agentcase.ANSWER)
        self.assertEqual((host.State, host.Error), ("signed-in", ""))
        self.assertEqual(host.get_token()["access_token"], made["access_token"])

    def test_second_client_joins(self):
        self.server.polls = [PENDING] * 1000
        host = self.begin()
        host.call("SignIn", self.bus.connect(), flow="device")
        self.assertEqual(self.server.count("device"), 1)

    def test_device_code_is_not_said(self):
        said = []
        self.bus.connection.signal_subscribe(
            agentcase.NAME, None, None, None, None, 0, lambda *args: said.append(args[5].print_(True)))
        # the code comes back in the words of an error
        device_code = "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"
        self.server.device_codes[device_code] = []
        self.server.faults["device"] = answer(200, {
            "device_code": device_code, "user_code": "WDJB-MJHT", "expires_in": 600, "interval": 1,
            "verification_uri": self.server.url + "/provider/device"})
        self.server.polls = [answer(400, {"detail": f"no such code: {device_code}"})]
        host = self.begin()
        host.wait_for(State="signed-out", **NOTHING)
        for where in (self.log(), str(self.hosts()), self.hosts_file(), "\n".join(said)):
            self.assertNotIn(device_code, where)
        self.assertIn("WDJB-MJHT", "\n".join(said))


class Pace(Device):
    def test_never_faster_than_allowed(self):
        # how it adds up over many requests is a unit test, on a clock that is turned by hand
        self.server.polls = [DROP, PENDING, BAD_GATEWAY, SLOW_DOWN]
        # before each request but the first: the interval, doubled after a failure, 5 s more when told
        allowed = [2, 1, 2, 6]
        host = self.begin()
        begun = time.monotonic()
        wait_until(lambda: host.State != "signing-in", "the token", sum(allowed) + agentcase.ANSWER)
        self.assertEqual(host.State, "signed-in", host.Error)
        times = self.polls()
        gaps = [after - before for before, after in itertools.pairwise(times)]
        self.assertEqual(len(gaps), len(allowed))
        for number, (gap, least) in enumerate(zip(gaps, allowed)):
            self.assertGreaterEqual(gap, least, f"request {number + 2} came after {gap} s: {gaps}")
        self.assertGreater(times[0], begun)

    def test_nothing_is_asked_after_cancel(self):
        self.server.polls = [PENDING] * 1000
        other = FakeServer()
        self.addCleanup(other.stop)
        other.polls = [PENDING] * 1000
        host = self.begin()
        wait_until(self.polls, "the first request")
        host.call("Cancel")
        asked = len(self.polls())
        # another sign-in is the clock
        self.add_host(other.url).call("SignIn", flow="device")
        wait_until(lambda: len(self.polls(other)) >= 2, "two requests to the other server")
        self.assertEqual(len(self.polls()), asked)


class NotToTheEnd(Device):
    def check(self, answer_to_poll, words, **properties):
        self.server.polls = [answer_to_poll]
        host = self.begin()
        host.wait_for(State="signed-out", **NOTHING)
        self.assertRegex(host.Error, words)
        return host

    def test_denied(self):
        host = self.check(quoted("access_denied"), "refused|denied")
        host.call("SignIn", flow="device")
        self.assertEqual((host.State, host.Error), ("signing-in", ""))

    def test_denied_after_a_token(self):
        host = self.add_host()
        host.sign_in()
        self.server.polls = [quoted("access_denied")]
        host.call("SignIn", flow="device", force=True)
        host.wait_for(State="signed-in", **NOTHING)
        self.assertRegex(host.Error, "refused|denied")

    def test_address_that_anybody_could_change(self):
        self.server.faults["device"] = answer(200, {
            "device_code": self.server.secret(), "user_code": "WDJB-MJHT", "expires_in": 600,
            "verification_uri": "http://auth.example.org/device"})
        host = self.add_host()
        words = self.assert_fails("BadAnswer", host.call, "SignIn", flow="device")
        self.assertIn("not safe to open", words)
        host.wait_for(State="signed-out", Error=words, **NOTHING)

    def test_provider_says_expired(self):
        self.check(quoted("expired_token"), "Get a new code|Get a new one")

    def test_runs_out(self):
        self.server.device_life = 2
        self.server.polls = [PENDING] * 1000
        host = self.begin()
        end = host.SignInExpires
        host.wait_for(State="signed-out", **NOTHING)
        self.assertGreaterEqual(time.time(), end)
        self.assertIn("The code ran out", host.Error)

    def test_client_leaves(self):
        self.server.polls = [PENDING] * 1000
        host = self.add_host()
        owner = self.bus.connect()
        host.call("SignIn", owner, flow="device")
        agentcase.privatebus.close_connection(owner)
        host.wait_for(State="signed-out", Error="", **NOTHING)

    def test_server_out_of_reach(self):
        host = self.add_host()
        self.server.stop()
        self.assert_fails("Network", host.call, "SignIn", flow="device")
        host.wait_for(State="signed-out", **NOTHING)
        self.stop_agent()
        self.assertNotIn("device-flow", self.hosts_file())


class Unsupported(Device):
    def check(self, response):
        self.server.faults["device"] = response
        host = self.add_host()
        words = self.assert_fails("Unsupported", host.call, "SignIn", flow="device")
        self.assertIn("browser", words)
        host.wait_for(State="signed-out", Error=words, **NOTHING)
        return host

    def test_every_way_to_say_so(self):
        missing = "OIDC endpoint 'device_authorization_endpoint' not found in discovery."
        responses = [answer(502, {"detail": missing}), answer(404, {"detail": "Not Found"}),
                     answer(405, {"detail": "Method Not Allowed"}), answer(501, ""),
                     answer(503, {"detail": "no device flow"}), quoted("unauthorized_client"),
                     quoted("unsupported_grant_type")]
        for response in responses:
            with self.subTest(response=response):
                host = self.check(response)
                self.remove_host(host.path)

    def test_is_remembered(self):
        host = self.check(answer(404, {"detail": "Not Found"}))
        self.assert_fails("Unsupported", host.call, "SignIn", flow="device")
        self.assertEqual(self.server.count("device"), 1)
        self.restart_agent()
        self.assertIn("device-flow=false", self.hosts_file())
        host = self.find_host()
        self.assert_fails("Unsupported", host.call, "SignIn", flow="device")
        self.assertEqual(self.server.count("device"), 1)

    def test_can_be_told_otherwise(self):
        host = self.check(answer(404, {"detail": "Not Found"}))
        del self.server.faults["device"]
        host.call("Configure", device_flow=True)
        host.call("SignIn", flow="device")
        host.wait_for(State="signed-in")

    def test_browser_still_works(self):
        host = self.check(answer(404, {"detail": "Not Found"}))
        host.sign_in()
        self.assertEqual((host.State, host.Error), ("signed-in", ""))


class AnyWay(Device):
    """Where the caller does not say how: in the browser if that works, else by a code."""

    def begin(self, **options):
        host = self.add_host()
        host.call("SignIn", **options)
        return host

    def set_up_browser(self):
        self.install_browser()
        self.restart_agent()

    def wait_until_signed_in(self, host):
        host.wait_for(State="signed-in", Error="", **NOTHING)

    def take_port(self):
        blocker = socket.socket()
        self.addCleanup(blocker.close)
        blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        blocker.bind(("127.0.0.1", self.port))
        blocker.listen()

    def test_browser(self):
        self.set_up_browser()
        host = self.begin()
        self.assertEqual(host.UserCode, "")
        Page(self.wait_for_browser()[0]).wait()
        self.wait_until_signed_in(host)
        self.assertEqual(self.server.count("device"), 0)

    def test_caller_that_opens_the_page_itself(self):
        host = self.begin(open_browser=False)
        self.assertNotEqual(host.LoginUri, "")
        self.assertEqual(self.server.count("device"), 0)

    def test_no_browser(self):
        self.server.polls = [PENDING] * 2
        host = self.begin()
        self.assertEqual((host.State, host.UserCode, host.LoginUri), ("signing-in", "WDJB-MJHT", ""))
        self.assertRegex(host.Error, "^No browser is set up .* sign in on another device")
        self.wait_until_signed_in(host)
        self.assertEqual(self.server.count("login"), 0)

    def test_no_browser_and_a_program_that_waits(self):
        host = self.add_host()
        self.assertIn("access_token", host.get_token(interactive=True))
        self.wait_until_signed_in(host)

    def test_no_browser_and_cancelled(self):
        self.server.polls = [PENDING] * 1000
        host = self.begin()
        host.call("Cancel")
        host.wait_for(State="signed-out", Error="", **NOTHING)

    def test_no_browser_and_no_device_flow(self):
        self.server.faults["device"] = quoted("unauthorized_client")
        host = self.begin()
        self.assertEqual((host.State, host.UserCode), ("signing-in", ""))
        self.assertRegex(host.Error, "^No browser is set up .* offers no sign-in on another device. Copy the link")
        Page(host.LoginUri).wait()
        self.wait_until_signed_in(host)
        # remembered, so the next sign-in asks no more
        host.call("SignIn", force=True)
        wait_until(lambda: host.Error, "the sentence on the browser")
        self.assertEqual(self.server.count("device"), 1)
        self.stop_agent()
        self.assertIn("device-flow=false", self.hosts_file())
        self.start_agent()

    def test_no_browser_and_no_device_flow_at_the_token_route(self):
        self.server.polls = [PENDING, quoted("unauthorized_client")]
        host = self.begin()
        self.assertEqual(host.UserCode, "WDJB-MJHT")
        wait_until(lambda: host.LoginUri, "the address")
        self.assertEqual((host.State, host.UserCode), ("signing-in", ""))
        Page(host.LoginUri).wait()
        self.wait_until_signed_in(host)

    def test_no_browser_and_denied(self):
        """What the user or the server decides is no reason to go on in another way."""
        self.server.polls = [quoted("access_denied")]
        host = self.begin()
        host.wait_for(State="signed-out", **NOTHING)
        self.assertRegex(host.Error, "refused")
        self.server.faults["device"] = BAD_GATEWAY
        self.assert_fails("Unavailable", host.call, "SignIn")
        self.assertEqual(self.server.count("login"), 0)

    def test_no_port(self):
        self.set_up_browser()
        self.take_port()
        self.server.polls = [PENDING] * 2
        host = self.begin()
        self.assertEqual((host.State, host.UserCode, host.LoginUri), ("signing-in", "WDJB-MJHT", ""))
        self.assertRegex(host.Error, "hold every port .* sign in on another device")
        self.wait_until_signed_in(host)

    def test_no_port_and_no_device_flow(self):
        self.set_up_browser()
        self.take_port()
        self.server.faults["device"] = answer(404, {"detail": "Not Found"})
        host = self.add_host()
        words = self.assert_fails("NoPort", host.call, "SignIn")
        host.wait_for(State="signed-out", Error=words, **NOTHING)
        self.assert_fails("NoPort", host.call, "SignIn")
        self.assertEqual(self.server.count("device"), 1)

    def test_as_the_caller_says(self):
        host = self.begin(flow="browser")
        self.assertNotEqual(host.LoginUri, "")
        wait_until(lambda: host.Error, "the sentence on the browser")
        host.call("Cancel")
        # the other port is held for a while
        self.port = agentcase.free_port()
        host.call("Configure", redirect_ports=[self.port])
        self.take_port()
        self.assert_fails("NoPort", host.call, "SignIn", flow="browser")
        self.assertEqual(self.server.count("device"), 0)


if __name__ == "__main__":
    tap.main()
