# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in on another device: what the page shows, says and does."""

import os
import pathlib
import subprocess
import time

import desktop
import tap
from window import WindowCase, host

NAME = "auth.example.org"
COMPLETE = "https://auth.example.org/device?user_code=WDJB-MJHT"
DEVICE = {"flow": "device", "force": True}
SCREENSHOTS = pathlib.Path(os.environ["KEYFOB_SCREENSHOTS"])


def read_qr(picture):
    """What the QR codes in a picture say, by a decoder that is not ours."""
    answer = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
        check=False, capture_output=True, text=True)
    return answer.stdout.splitlines()


class DeviceCase(WindowCase):
    def show_code(self, **environment):
        self.start([host(NAME)], **environment)
        self.choose()
        self.app.wait_for("Copy code")

    def choose(self):
        self.app.act("row.menu", within=NAME)
        self.app.press("Use another device")

    def end(self, **properties):
        """The sign-in is over, as the agent tells it."""
        self.agent.set_host(NAME, UserCode="", VerificationUri="", VerificationUriComplete="",
                            SignInExpires=0, **properties)

    def wait_for_call(self, method, count=1):
        return desktop.wait_for(
            lambda: len(self.agent.calls(method)) >= count and self.agent.calls(method),
            f"{method} to be called {count} times")

    def wait_for_list(self):
        self.app.wait_for("Add a server")
        self.app.wait_gone("Copy code")

    def photograph(self, name):
        """A picture of the page, once it has stopped moving."""
        path = SCREENSHOTS / f"device-{name}.png"
        before = None

        def look():
            nonlocal before
            desktop.screenshot(path)
            before, now = path.read_bytes(), before
            return before == now

        desktop.wait_for(look, "the picture to stand still")
        return path

    def check_qr(self, name, expected=(COMPLETE,)):
        self.assertEqual(read_qr(self.photograph(name)), list(expected))


class Picture(DeviceCase):
    def check(self, name, **environment):
        self.show_code(**environment)
        self.check_qr(name)

    def test_light(self):
        self.check("light")

    def test_right_to_left(self):
        self.check("right-to-left", program="KEYFOB_UNINSTALLED", KEYFOB_TEST_RTL="1")

    def test_dark(self):
        self.check("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")

    def test_high_contrast(self):
        self.check("contrast", ADW_DEBUG_HIGH_CONTRAST="1")

    def test_light_at_scale_2(self):
        self.check("light-2", GDK_SCALE="2")

    def test_dark_at_scale_2(self):
        self.check("dark-2", GDK_SCALE="2", ADW_DEBUG_COLOR_SCHEME="prefer-dark")

    def test_drawn_by_gl(self):
        self.check("gl", GSK_RENDERER="gl")

    def test_new_address(self):
        self.show_code()
        self.agent.set_host(NAME, UserCode="BCDF-GHJK",
                            VerificationUriComplete="http://localhost:1/device?user_code=BCDF-GHJK")
        self.check_qr("new-address", ["http://localhost:1/device?user_code=BCDF-GHJK"])

    def test_address_without_code(self):
        self.show_code()
        self.agent.set_host(NAME, VerificationUriComplete="")
        self.check_qr("without-code", ["https://auth.example.org/device"])


class Tight(DeviceCase):
    """There is room for everything in a narrow window, and for large text."""

    def test_narrow(self):
        self.show_code()
        window = desktop.wait_for(lambda: desktop.find_x_windows(desktop.MAIN_WINDOW), "the window")[-1]
        # the window remembers its size
        self.addCleanup(pathlib.Path(os.environ["XDG_CONFIG_HOME"], "glib-2.0/settings/keyfile").unlink)
        desktop.xdotool("windowsize", window, 360, 640)
        desktop.wait_for(lambda: "WIDTH=360" in desktop.xdotool("getwindowgeometry", "--shell", window),
                         "the window to be 360 pixels wide")
        self.check_qr("narrow")

    def test_large_text(self):
        # 200 %
        subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s",
                        "-set", "RESOURCE_MANAGER", "Xft.dpi:\t192\n"], check=True)
        self.addCleanup(subprocess.run, ["xprop", "-root", "-remove", "RESOURCE_MANAGER"], check=True)
        self.show_code()
        self.check_qr("large-text")


class Words(DeviceCase):
    def test_what_is_said(self):
        self.show_code()
        for text in ("Scan this with your phone, or open", "auth.example.org/device", "and enter",
                     "10 min left", "Never approve a code that someone sent you."):
            self.app.wait_for(text)

    def test_why_another_device(self):
        """Where the browser was asked for, and a code came instead."""
        self.show_code()
        for sentence in ("No browser is set up to open web pages, so sign in on another device.",
                         "Other programs hold every port that the browser may come back to, so sign in on "
                         "another device."):
            self.agent.set_host(NAME, Error=sentence)
            self.app.wait_for(sentence)
            self.photograph("why")
            self.app.wait_for("Copy code")
        self.agent.set_host(NAME, Error="")
        self.app.wait_gone(sentence)

    def test_what_a_screen_reader_gets(self):
        self.show_code()
        # desktop.py takes underscores for mnemonics
        self.app.wait_for("QR code of the address " + COMPLETE.replace("_", ""))
        code = self.app.wait_for("W D J B - M J H T")
        self.assertEqual(code.text, "WDJB-MJHT")
        copy = self.app.wait_for("Copy code")
        self.assertEqual(copy.accessible.get_description(),
                         "Scan this with your phone, or open auth.example.org/device and enter W D J B - M J H T")
        for name in ("Copy code", "Open here", "Cancel", "Back"):
            self.assertIsNotNone(self.app.find_button(name), name)

    def test_codes_are_spelled(self):
        self.show_code()
        for code, spelled in (("12 34", "1 2 3 4"), ("ÄÖ-7", "Ä Ö - 7")):
            self.agent.set_host(NAME, UserCode=code)
            label = self.app.wait_for(spelled)
            self.assertEqual(label.text, code)
            self.assertRegex(self.app.wait_for("Copy code").accessible.get_description(), f" and enter {spelled}$")

    def test_keys_reach_all_of_it(self):
        self.show_code()
        self.wait_focus("Copy code")
        reached = ["Copy code"]

        def has_gone_on():
            name = self.app.read(lambda nodes: [node.name for node in nodes if node.has_focus])
            return name and name[-1] != reached[-1] and name[-1]

        for _ in range(6):
            self.press_keys("Tab")
            reached.append(desktop.wait_for(has_gone_on, lambda: f"the focus to go on from {reached}"))
        self.assertLessEqual({"Open here", "Copy code", "Cancel", "Back"}, set(reached))

    def test_minutes_are_rounded_down(self):
        self.show_code()
        # each a few seconds before the minute turns
        for left, text in ((30 * 60 + 50, "30 min left"), (10 * 60 - 10, "9 min left"), (3 * 60 - 10, "2 min left")):
            self.agent.set_host(NAME, SignInExpires=int(time.time()) + left)
            self.app.wait_for(text)

    def test_unknown_end_shows_no_countdown(self):
        self.show_code()
        self.app.wait_for("Time left")
        self.agent.set_host(NAME, SignInExpires=0)
        self.app.wait_gone("Time left")
        self.app.wait_for("Copy code")

    def test_last_two_minutes_are_counted(self):
        self.show_code()
        self.agent.set_host(NAME, SignInExpires=int(time.time()) + 100)
        first = int(self.app.wait_text(r"(\d+) seconds left").group(1))
        self.assertLessEqual(first, 100)
        desktop.wait_for(lambda: int(self.app.wait_text(r"(\d+) seconds left").group(1)) <= first - 2, "the next seconds")

    def test_address_that_cannot_be_opened(self):
        self.show_code()
        self.agent.set_host(NAME, VerificationUri="javascript:alert(1)",
                            VerificationUriComplete="file:///etc/passwd")
        self.app.wait_for("On another device, open")
        self.app.wait_for("javascript:alert(1)")
        self.assertFalse(self.app.find_button("Open here").is_sensitive)
        self.check_qr("bad-address", [])


class Question(DeviceCase):
    QUESTION = (f"{NAME} used to send you to sso.example.org; now it wants to send you to evil.example.net. "
                "Only go on if you expected this.")

    def ask(self, **environment):
        """As the agent does, instead of sending a code."""
        self.start([host(NAME)], **environment)
        self.agent.call("Hold", "SignIn")
        self.choose()
        self.app.wait_for("Asking the server for a code…")
        self.agent.set_host(NAME, State="signing-in", Question=self.QUESTION)
        self.app.wait_for(self.QUESTION)
        self.assertIsNone(self.app.find_button("Copy code"))
        self.assertIsNone(self.app.find_button("Get a new code"))

    def test_yes(self):
        self.ask()
        self.assertEqual(read_qr(self.photograph("question")), [])
        self.app.press("Continue")
        self.assertEqual(self.wait_for_call("Continue")[0], [self.QUESTION, {}])
        self.agent.call("Release", "SignIn")
        self.app.wait_for("Copy code")

    def test_no(self):
        self.ask(ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        self.photograph("question-dark")
        self.app.press("Cancel")
        self.wait_for_call("Cancel")
        self.assertEqual(self.agent.calls("Continue"), [])
        self.wait_for_list()

    def test_nobody_answers(self):
        self.ask()
        self.end(State="signed-out", Question="", Error="The code ran out before it was used. Get a new code.")
        self.app.wait_for("The code ran out before it was used. Get a new code.")
        self.app.wait_gone("Continue")

    def test_another_question(self):
        self.ask()
        self.agent.set_host(NAME, Question="Something else?")
        self.app.wait_for("Something else?")
        self.app.press("Continue")
        self.assertEqual(self.wait_for_call("Continue")[0], ["Something else?", {}])


class Doing(DeviceCase):
    def test_asks_for_the_device_flow(self):
        self.show_code()
        self.assertEqual(self.agent.calls("SignIn")[-1], [DEVICE])

    def test_copy_code(self):
        self.show_code()
        self.app.press("Copy code")
        self.app.wait_for("Code copied")
        self.assertEqual(desktop.read_clipboard(), "WDJB-MJHT")

    def test_open_here(self):
        opened = pathlib.Path(os.environ["BED_DIR"], "opened")
        applications = pathlib.Path(os.environ["XDG_DATA_HOME"], "applications")
        applications.mkdir(parents=True, exist_ok=True)
        (applications / "browser.desktop").write_text(
            "[Desktop Entry]\nType=Application\nName=Browser\n"
            f"Exec=sh -c 'echo \"$0\" >{opened}' %u\nMimeType=x-scheme-handler/https;\n")
        pathlib.Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list").write_text(
            "[Default Applications]\nx-scheme-handler/https=browser.desktop\n")
        self.show_code()
        self.app.press("Open here")
        desktop.wait_for(lambda: opened.exists() and opened.read_text(), "the browser")
        self.assertEqual(opened.read_text().strip(), COMPLETE)

    def check_ends(self, leave):
        self.show_code()
        before = len(self.agent.calls("Cancel"))
        leave()
        self.wait_for_list()
        self.wait_for_call("Cancel", before + 1)
        self.app.wait_for("Not signed in", within=NAME)

    def test_cancel(self):
        self.check_ends(lambda: self.app.press("Cancel"))

    def test_back(self):
        self.check_ends(lambda: self.app.press("Back"))

    def test_escape(self):
        self.check_ends(lambda: desktop.xdotool("key", "Escape"))

    def test_keyboard(self):
        self.show_code()
        # the first thing that has the focus is Copy code
        desktop.xdotool("key", "space")
        self.app.wait_for("Code copied")

    def test_cancel_before_there_is_a_code(self):
        self.start([host(NAME)])
        self.agent.call("Hold", "SignIn")
        before = len(self.agent.calls("Cancel"))
        self.choose()
        self.app.wait_for("Asking the server for a code…")
        self.app.press("Cancel")
        self.app.wait_for("Add a server")
        self.wait_for_call("Cancel", before + 1)
        self.agent.call("Release", "SignIn")

    def test_window_closed_meanwhile(self):
        self.show_code()
        desktop.xdotool("key", "alt+F4")
        self.wait_end()

    def test_replaces_a_sign_in_in_the_browser(self):
        self.start([host(NAME)])
        self.app.press("Sign in", within=NAME)
        self.app.wait_for("Finish in your browser · auth.example.org", within=NAME)
        before = len(self.agent.calls("Cancel"))
        self.app.press("Use another device", within=NAME)
        self.app.wait_for("Copy code")
        self.assertEqual(len(self.agent.calls("Cancel")), before + 1)
        self.assertEqual(self.agent.calls("SignIn")[-1], [DEVICE])

    def test_joins_one_that_runs(self):
        self.start([host(NAME, State="signing-in", UserCode="BCDF-GHJK",
                         VerificationUri="https://auth.example.org/device", Provider="auth.example.org",
                         SignInExpires=int(time.time()) + 600)])
        self.app.wait_for("Finish on your other device · auth.example.org", within=NAME)
        self.agent.call("Hold", "SignIn")
        before = len(self.agent.calls("Cancel"))
        self.app.press("Use another device", within=NAME)
        self.app.wait_for("B C D F - G H J K")
        self.assertEqual(len(self.agent.calls("Cancel")), before)
        self.agent.call("Release", "SignIn")


class Ending(DeviceCase):
    def test_signed_in(self):
        self.show_code()
        self.end(State="signed-in", Account="Alice Example", Expires=int(time.time()) + 3600)
        self.app.wait_for("Signed in as Alice Example")
        self.wait_for_list()

    def test_who_it_was_comes_later(self):
        self.show_code()
        self.end(State="signed-in", Expires=int(time.time()) + 3600)
        self.agent.set_host(NAME, Account="Alice Example")
        self.app.wait_for("Signed in as Alice Example")
        self.wait_for_list()

    def test_nobody_says_who_it_was(self):
        self.show_code()
        self.end(State="signed-in", Expires=int(time.time()) + 3600)
        self.app.wait_for(f"Signed in to {NAME}")
        self.wait_for_list()

    def test_denied(self):
        self.show_code()
        self.end(State="signed-out", Error="The sign-in was denied. Try again, or ask the provider.")
        self.app.wait_for("Not signed in")
        self.app.wait_for("The sign-in was denied. Try again, or ask the provider.")
        self.photograph("denied")
        before = len(self.agent.calls("SignIn"))
        self.app.press("Get a new code")
        self.app.wait_for("Copy code")
        self.assertEqual(self.agent.calls("SignIn")[before:], [[DEVICE]])

    def test_ran_out(self):
        self.show_code()
        self.agent.set_host(NAME, SignInExpires=int(time.time()) + 2)
        self.app.wait_for("The code ran out")
        self.app.wait_gone("Copy code")
        self.photograph("ran-out")
        # the agent says so a moment later, and changes nothing for the user
        self.end(State="signed-out", Error="The code ran out before it was used. Get a new code.")
        self.app.press("Get a new code")
        self.app.wait_for("Copy code")
        self.app.wait_for("10 min left")

    def test_unsupported(self):
        self.start([host(NAME)])
        self.agent.fail("SignIn", "Unsupported", "No device flow.")
        self.choose()
        self.app.wait_for(
            "This server does not offer sign-in by code. Sign in with the browser instead. Should it offer it "
            "by now, switch it on in the settings of the host.")
        self.photograph("unsupported")
        self.app.press("Sign in with browser")
        self.app.wait_for("Finish in your browser · auth.example.org", within=NAME)
        self.assertNotIn("flow", self.agent.calls("SignIn")[-1][0])

    def test_server_out_of_reach(self):
        self.start([host(NAME)])
        self.agent.fail("SignIn", "Network", "Cannot reach auth.example.org: connection refused.")
        self.choose()
        self.app.wait_for("Cannot reach auth.example.org: connection refused.")
        self.app.press("Get a new code")
        self.app.wait_for("Copy code")

    def test_agent_dies(self):
        self.show_code()
        self.agent.kill()
        self.wait_for_list()
        self.app.wait_for("Not signed in", within=NAME)

    def test_host_is_removed(self):
        self.show_code()
        self.agent.set_scene([host("other.example.org")])
        self.app.wait_gone("Copy code")
        self.app.wait_for("other.example.org")


class Offering(DeviceCase):
    def test_no_browser(self):
        self.start([host(NAME)])
        self.assertIsNone(self.app.wait_for("Sign in", within=NAME)
                          and self.app.find_button("Use another device", within=NAME))
        self.agent.fail("SignIn", "NoBrowser", "There is no browser to open the page with.")
        self.app.press("Sign in", within=NAME)
        self.app.wait_for("There is no browser to open the page with.", within=NAME)
        self.app.press("Use another device", within=NAME)
        self.app.wait_for("Copy code")

    def test_browser_sign_in_failed(self):
        self.start([host(NAME, State="signing-in", LoginUri="https://auth.example.org/login",
                         Error="Your browser has not come back yet.")])
        self.app.press("Use another device", within=NAME)
        self.app.wait_for("Copy code")

    def test_not_where_all_is_well(self):
        self.start([host(NAME, State="signed-in", Account="Alice", left=3600)])
        self.app.wait_for("Copy header", within=NAME)
        self.assertIsNone(self.app.find_button("Use another device", within=NAME))


if __name__ == "__main__":
    tap.main()
