# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in on another device: its camera is a decoder on a screenshot, its browser has a profile of its own."""

import json
import pathlib
import os
import subprocess
import time

import browser as browsers
import desktop
import tap
from journey import HOST_NAME, Journey

POLL = "POST /auth/v2/token"
INTERVAL = 5  # seconds, of the provider


class Phone:
    """Another browser; it is not the default one of the desktop."""

    def __init__(self, folder):
        browsers.install(folder)
        self.launcher = pathlib.Path(folder, "browser")
        self.browser = browsers.Browser(folder)

    def open(self, address):
        if self.browser.session is None:
            subprocess.Popen([self.launcher, address], start_new_session=True)
            self.browser.attach()
            self.browser.show_tab("/device")
        else:
            self.browser.call("POST", "/url", {"url": address})
        self.browser.wait_find("button[name=abort]")

    def go_on(self):
        self.browser.click("button[type=submit]:not([name=abort])")

    def stop(self):
        self.browser.close()


class DeviceJourney(Journey):
    @classmethod
    def setUpClass(cls):
        cls.phone = Phone(pathlib.Path(os.environ["BED_DIR"], "phone"))
        cls.addClassCleanup(cls.phone.stop)
        super().setUpClass()

    def show_code(self):
        self.choose("Use another device")
        self.window.wait_for("Copy code")

    def scan(self, name):
        """What a camera that is held to the screen reads."""
        def look():
            self.picture(name)
            answer = subprocess.run(
                ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable",
                 str(self.pictures / f"{name}.png")], check=False, capture_output=True, text=True)
            return answer.stdout.strip()

        return desktop.wait_for(look, "a QR code on the screen")

    def count_polls(self):
        return sum(line.startswith(POLL) for line in self.stack.requests())

    def assert_nothing_left(self):
        for name in ("UserCode", "VerificationUri", "VerificationUriComplete"):
            self.assertEqual(self.host.property(name), "", name)


class Device(DeviceJourney):
    def test_1_is_approved_on_the_phone(self):
        self.show_code()
        address = self.scan("device")
        self.assertEqual(address, self.host.property("VerificationUriComplete"))
        self.assertIn(self.host.property("UserCode"), address)
        self.phone.open(address)
        self.phone.go_on()
        self.phone.browser.sign_in("bob")
        self.window.wait_for("Signed in as Bob Sample")
        self.picture("device-signed-in")
        self.window.wait_gone("Copy code")
        self.assert_nothing_left()
        status, text = self.stack.fetch_protected(self.copy_header())
        self.assertEqual((status, json.loads(text)), (200, {"message": "Hello, bob"}))

    def test_2_is_denied_on_the_phone(self):
        self.sign_out()
        self.show_code()
        self.phone.open(self.scan("device-to-deny"))
        self.phone.browser.click("button[name=abort]")
        self.window.wait_text("was refused")
        self.picture("device-denied")
        self.assert_nothing_left()
        self.window.press("Get a new code")
        self.window.wait_for("Copy code")

    def test_3_is_cancelled_and_asks_no_more(self):
        before = self.count_polls()
        desktop.wait_for(lambda: self.count_polls() > before, "a question to the server")
        self.window.press("Cancel")
        self.window.wait_for("Not signed in", within=HOST_NAME)
        self.assert_nothing_left()
        asked = self.count_polls()
        # two more would have come by then
        end = time.monotonic() + 2 * INTERVAL + 1
        desktop.wait_for(lambda: time.monotonic() > end, "the time of two questions")
        self.assertEqual(self.count_polls(), asked)

    def test_4_closes_cleanly(self):
        self.assertEqual(self.window.close(), 0)


if __name__ == "__main__":
    tap.main()
