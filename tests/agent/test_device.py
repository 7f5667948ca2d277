# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in by a code on another device."""

import itertools
import time

import agentcase
import tap
from agentcase import wait_until
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
        owner.close_sync(None)
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


if __name__ == "__main__":
    tap.main()
