# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in by a code on another device."""

import agentcase
import tap
from agentcase import wait_until
from fake_server import answer, quoted


class Device(agentcase.AgentCase):
    def begin(self, **options):
        host = self.add_host()
        host.call("SignIn", flow="device", **options)
        return host

    def test_to_the_end(self):
        host = self.begin()
        self.assertEqual(host.State, "signing-in")
        self.assertEqual(host.UserCode, "WDJB-MJHT")
        self.assertEqual(host.VerificationUri, self.server.url + "/provider/device")
        self.assertEqual(host.VerificationUriComplete,
                         self.server.url + "/provider/device?user_code=WDJB-MJHT")
        self.assertGreater(host.SignInExpires, 0)
        self.assertEqual(host.LoginUri, "")
        wait_until(lambda: self.server.count("token") > 0, "the first question")
        self.assertEqual(host.State, "signing-in")
        self.server.device_approved = True
        host.wait_for(State="signed-in", Account="Alice Example", UserCode="", SignInExpires=0)
        self.assertEqual((host.VerificationUri, host.VerificationUriComplete), ("", ""))

    def test_denied(self):
        self.server.faults["token"] = quoted("access_denied")
        host = self.begin()
        host.wait_for(State="signed-out", UserCode="")
        self.assertTrue(host.Error.endswith("."), host.Error)

    def test_cancel(self):
        host = self.begin()
        host.call("Cancel")
        self.assertEqual((host.State, host.Error, host.UserCode), ("signed-out", "", ""))

    def test_server_without_it(self):
        self.server.faults["device"] = answer(502, {
            "detail": "OIDC endpoint 'device_authorization_endpoint' not found in discovery."})
        host = self.add_host()
        sentence = self.assert_fails("Unsupported", host.call, "SignIn", flow="device")
        self.assertEqual((host.State, host.Error), ("signed-out", sentence))

    def test_ends_when_its_owner_leaves(self):
        host = self.add_host()
        owner = self.bus.connect()
        host.call("SignIn", owner, flow="device")
        host.wait_for(State="signing-in")
        owner.close_sync(None)
        host.wait_for(State="signed-out", UserCode="", Error="")

    def test_device_code_is_not_said(self):
        host = self.begin()
        self.server.device_approved = True
        host.wait_for(State="signed-in")
        self.assertNotIn(self.server.device_code, self.log())
        self.assertNotIn(self.server.device_code, str(self.hosts()))


if __name__ == "__main__":
    tap.main()
