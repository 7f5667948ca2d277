# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A code that nobody enters."""

import desktop
import tap
from journey_device import DeviceJourney


class Expiry(DeviceJourney):
    options = {"device_seconds": 8}

    def test_1_runs_out(self):
        self.show_code()
        code = self.host.property("UserCode")
        self.window.wait_for("The code ran out")
        desktop.wait_for(lambda: self.host.property("UserCode") == "", "the code to be gone")
        self.assert_nothing_left()
        self.picture("device-ran-out")
        self.window.press("Get a new code")
        self.window.wait_for("Copy code")
        self.assertNotEqual(self.host.property("UserCode"), code)


if __name__ == "__main__":
    tap.main()
