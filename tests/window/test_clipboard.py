# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A token gets to the clipboard in the form that was asked for, and leaves it again."""

import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess

from gi.repository import GLib

import desktop
import tap
from window import AGENT, MINUTE, ROOT, WindowCase, host

KEYFOB = "org.keyfob.Keyfob"
HINT = "x-kde-passwordManagerHint"

# Tells what it is asked for, instead of asking a server.
HTTPX = """
class Client:
    def __init__(self, base_url, headers):
        self.said = base_url, headers["Authorization"]

    def get(self, path):
        print(*self.said, path)
"""


def signed_in(name, **properties):
    return host(name, State="signed-in", Account="Alice Example", left=42 * MINUTE, **properties)


def read_target(target):
    answer = subprocess.run(["xclip", "-out", "-selection", "clipboard", "-t", target], check=False,
                            capture_output=True, text=True, timeout=10)
    return answer.stdout if answer.returncode == 0 else None


class ClipboardCase(WindowCase):
    def copy_as(self, form, done):
        self.app.press("Copy as…")
        # the button behind the menu may have the same name
        desktop.wait_for(lambda: self.app.find(form, role="menu item"), f"“{form}” in the menu")
        self.app.find(form, role="menu item").press()
        self.app.wait_for(done)
        return desktop.read_clipboard()

    def wait_left(self, seconds):
        """Waits until the countdown has come that far."""
        desktop.wait_for(lambda: int(self.app.wait_text(r"^Clears in (\d+) s$")[1]) <= seconds,
                         "the countdown")

    def write_program(self, name, text):
        path = pathlib.Path(os.environ["BED_DIR"], name)
        path.write_text(text)
        path.chmod(0o755)
        self.addCleanup(path.unlink)
        return path


class Memory(ClipboardCase):
    def test_no_core_file(self):
        """A token is in the window while it is on the clipboard."""
        self.start([signed_in("one.example.org")])
        self.copy_as("Copy token", "Token copied")
        # as if the user wanted core files
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_CORE)
        resource.prlimit(self.process.pid, resource.RLIMIT_CORE, (hard, hard))
        process, self.process = self.process, None
        process.send_signal(signal.SIGABRT)
        end = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual(end.si_code, os.CLD_KILLED)
        process.wait()


class Forms(ClipboardCase):
    def test_token(self):
        self.start([signed_in("one.example.org")])
        self.assertEqual(self.copy_as("Copy token", "Token copied"), "of-one.example.org")

    def test_curl(self):
        self.start([signed_in("one.example.org")])
        command = self.copy_as("Copy curl command", "Curl command copied; it gets the token from Keyfob")
        # a shell keeps its commands in a file
        self.assertNotIn("of-one", command)
        # what shells make of it
        curl = self.write_program("curl", '#!/bin/sh\necho "$@"; cat\n')
        self.write_program("keyfobctl", "#!/bin/sh\n"
                                        "[ \"$*\" = 'header https://one.example.org' ] && echo 'Authorization: x'\n")
        for shell in ("sh", "bash", "zsh", "dash"):
            if shutil.which(shell) is None:
                continue
            answer = subprocess.run([shell, "-c", command], check=True, capture_output=True, text=True,
                                    env={**os.environ, "PATH": f"{curl.parent}:{os.environ['PATH']}"})
            self.assertEqual(answer.stdout, "--header @- https://one.example.org\nAuthorization: x\n")

    def test_python(self):
        self.start([signed_in("one.example.org")])
        code = self.copy_as("Copy Python code", "Python code copied")
        httpx = self.write_program("httpx.py", HTTPX)
        answer = subprocess.run(["/usr/bin/python3", "-B", "-c", code], check=True, text=True,
                                capture_output=True,
                                env={**os.environ, "PYTHONPATH": str(httpx.parent)})
        self.assertEqual(answer.stdout,
                         "https://one.example.org Bearer of-one.example.org /\n")

    def test_last_form_is_remembered(self):
        self.start([signed_in("one.example.org"), signed_in("two.example.org")])
        self.copy_as("Copy token", "Token copied")
        # in all rows, and when Keyfob is started again
        self.app.press("Copy token", within="two.example.org")
        desktop.wait_for(lambda: desktop.read_clipboard() == "of-two.example.org", "the token")
        desktop.wait_for(lambda: "copy-form='token'" in self.settings.read_text(), "the setting")

    def test_form_of_last_time(self):
        self.start([signed_in("one.example.org")], settings="copy-form='token'\n")
        self.app.press("Copy token")
        self.app.wait_for("Token copied")
        self.assertEqual(desktop.read_clipboard(), "of-one.example.org")

    def test_by_keyboard(self):
        self.start([signed_in("one.example.org")])
        self.app.wait_for("Copy as…")
        # past the buttons of the header bar to the copy button and its menu
        for _ in range(12):
            self.press_keys("Tab")
            if self.has_focus("Copy header"):
                break
        self.press_keys("space")
        self.app.wait_for("Header copied")
        self.press_keys("Tab", "space")
        desktop.wait_for(lambda: self.app.find("Copy token", role="menu item"), "the menu")
        self.press_keys("Down", "Return")
        self.app.wait_for("Token copied")
        self.assertEqual(desktop.read_clipboard(), "of-one.example.org")

    def has_focus(self, name):
        button = self.app.find_button(name)
        return button is not None and button.has_state(desktop.Atspi.StateType.FOCUSED)


class Leaving(ClipboardCase):
    def test_counts_down_and_clears(self):
        self.start([signed_in("one.example.org")],
                   settings="clipboard-clear-seconds=uint32 6\n")
        self.app.press("Copy header")
        self.wait_left(6)
        self.assertIsNotNone(desktop.read_clipboard())
        self.wait_left(4)
        self.app.wait_gone("Header copied")
        self.assertIsNone(desktop.read_clipboard())

    def test_clear_now(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.wait_text(r"^Clears in 4\d s$")
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.assertIsNone(desktop.read_clipboard())

    def test_tokens_are_locked(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.wait_for("Header copied")
        self.app.press("Main menu")
        self.app.press("Lock Tokens")
        self.agent.wait_call("LockTokens")
        desktop.wait_for(lambda: desktop.read_clipboard() is None, "the clipboard to be cleared")
        self.app.wait_for("Tokens are locked: no program gets one. Your sessions are kept alive.")

    def test_never(self):
        self.start([signed_in("one.example.org")],
                   settings="clipboard-clear-seconds=uint32 0\n")
        self.app.press("Copy header")
        self.app.wait_for("Header copied")
        self.assertFalse([text for text in self.app.texts() if text.startswith("Clears in")])
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.assertIsNone(desktop.read_clipboard())

    def test_copied_elsewhere(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.wait_for("Header copied")
        desktop.write_clipboard("something else")
        self.app.wait_gone("Header copied")
        self.assertEqual(desktop.read_clipboard(), "something else")


class OutlivingTheWindow(ClipboardCase):
    """A copy stays when its window is closed, and its process ends when it is gone."""

    def copy(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        # whoever reads it within a second is no person
        self.wait_left(43)

    def close(self):
        self.app.press("Close")
        desktop.wait_for(lambda: not desktop.find_x_windows("^Keyfob$"), "the window to close")

    def copy_and_close(self):
        self.copy()
        self.close()

    def test_until_pasted(self):
        self.copy_and_close()
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")
        self.wait_end()
        self.assertIsNone(desktop.read_clipboard())

    def test_until_replaced(self):
        self.copy_and_close()
        self.assertIn(HINT, read_target("TARGETS").split())
        self.assertIsNone(self.process.poll())
        desktop.write_clipboard("something else")
        self.wait_end()
        self.assertEqual(desktop.read_clipboard(), "something else")

    def test_until_cleared(self):
        self.start([signed_in("one.example.org")], settings="clipboard-clear-seconds=uint32 6\n")
        self.app.press("Copy header")
        self.app.wait_for("Header copied")
        self.close()
        self.assertIn(HINT, read_target("TARGETS").split())
        self.wait_end()
        self.assertIsNone(read_target("TARGETS"))

    def test_until_the_tokens_are_locked(self):
        self.copy_and_close()
        self.agent.set_agent(TokensLocked=True)
        self.wait_end()
        self.assertIsNone(desktop.read_clipboard())

    def test_starts_no_agent(self):
        self.copy_and_close()
        self.agent.kill()
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")
        self.wait_end()
        names = self.agent.bus.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames",
            None, None, 0, -1).unpack()[0]
        self.assertNotIn(AGENT, names)

    def test_another_window(self):
        self.copy_and_close()
        subprocess.run([os.environ["KEYFOB"]], check=True)
        self.app.wait_for("Header copied")
        self.app.wait_text(r"^Clears in \d+ s$")
        # as long as there is a window, a paste takes nothing away
        self.assertIsNotNone(desktop.read_clipboard())
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.assertIsNone(self.process.poll())

    def test_quit_keeps_it_too(self):
        self.copy()
        self.press_keys("ctrl+q")
        desktop.wait_for(lambda: not desktop.find_x_windows("^Keyfob$"), "the window to close")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")
        self.wait_end()

    def test_nothing_copied(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.app.press("Close")
        self.wait_end()


class FromOutside(ClipboardCase):
    """A header is copied by an action of the application, as the tray does."""

    def start_service(self, hosts, **environment):
        """Starts Keyfob as the bus does: without a window."""
        self.start(hosts, arguments=["--gapplication-service"], **environment)
        desktop.wait_for(self.is_on_bus, "Keyfob on the bus")

    def is_on_bus(self):
        return self.agent.bus.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "NameHasOwner", GLib.Variant("(s)", (KEYFOB,)), None, 0, -1).unpack()[0]

    def copy_header(self, path):
        self.agent.bus.call_sync(
            KEYFOB, "/org/keyfob/Keyfob", "org.freedesktop.Application", "ActivateAction",
            GLib.Variant("(sava{sv})", ("copy-header", [GLib.Variant("s", path)], {})), None, 0, -1)

    def host_path(self, name):
        """Object path of the host of that name."""
        objects = self.agent.bus.call_sync(
            AGENT, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None, None, 0,
            -1).unpack()[0]
        return next(path for path, interfaces in objects.items()
                    for properties in interfaces.values() if properties["Name"] == name)

    def test_without_a_window(self):
        self.start_service([signed_in("one.example.org"), signed_in("two.example.org")],
                           settings="clipboard-clear-seconds=uint32 4\n")
        self.copy_header(self.host_path("two.example.org"))
        # a clipboard manager that looks at once takes nothing away
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-two.example.org",
                         "the header on the clipboard")
        self.assertEqual(read_target(HINT), "secret")
        self.assertEqual(desktop.find_x_windows("^Keyfob$"), [])
        # until it is cleared, and nobody needs the program any more
        self.wait_end()
        self.assertIsNone(read_target("TARGETS"))

    def test_beside_a_window(self):
        self.start([signed_in("one.example.org")], settings="copy-form='token'\n")
        self.app.wait_for("one.example.org")
        self.copy_header(self.host_path("one.example.org"))
        self.app.wait_for("Header copied")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")
        # the choice that was made in the window stays
        self.assertIsNotNone(self.app.find_button("Copy token"))

    def test_user_is_needed(self):
        self.start_service([host("one.example.org", State="expired")])
        sentence = "The session at one.example.org has ended. Sign in again."
        self.agent.fail("GetToken", "InteractionRequired", sentence)
        self.copy_header(self.host_path("one.example.org"))
        self.app.wait_for(sentence)
        self.app.wait_for("Copy the header of one.example.org")
        self.picture("copy-failed")
        self.app.press("Open Keyfob")
        self.app.wait_for("Hosts")
        self.app.wait_gone(sentence)

    def test_no_such_host(self):
        self.start_service([signed_in("one.example.org")])
        self.copy_header(ROOT + "/hosts/none")
        self.app.wait_text("did not answer")
        self.copy_header("not a path")
        self.app.press("Cancel")
        self.wait_end()


class Secret(ClipboardCase):
    def test_managers_are_told(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.wait_for("Header copied")
        self.assertIn(HINT, read_target("TARGETS").split())
        self.assertEqual(read_target(HINT), "secret")
        # and once it is not there any more, they are not
        self.app.press("Clear now")
        self.app.wait_gone("Header copied")
        self.assertIsNone(read_target(HINT))

    def test_header_that_renews(self):
        self.start([signed_in("one.example.org", Broker=True), signed_in("two.example.org")])
        self.app.press("Copy header", within="one.example.org")
        self.app.wait_text("^It can also renew the session")
        self.app.press("Copy header", within="two.example.org")
        self.app.wait_gone(re.compile("^It can also renew the session"))


class Looks(ClipboardCase):
    """What is on the clipboard, where it is harder to show."""

    def show(self, name, width=440, text="Header copied", button="Copy header", **options):
        self.start([signed_in("Freva data portal", Broker=True), host("auth.example.org")],
                   size=(width, 600), **options)
        self.app.press(button)
        self.app.wait_for(text)
        self.picture("copied-" + name)
        self.assert_nothing_cut(width)

    def test_light(self):
        self.show("light")

    def test_dark(self):
        self.show("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")

    def test_high_contrast(self):
        self.show("high-contrast", ADW_DEBUG_HIGH_CONTRAST="1")

    def test_right_to_left(self):
        self.show("right-to-left", program="KEYFOB_UNINSTALLED", KEYFOB_TEST_RTL="1")

    def test_narrow_and_large(self):
        subprocess.run(["xprop", "-root", "-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER",
                        "Xft.dpi:\t192"], check=True)
        self.addCleanup(subprocess.run, ["xprop", "-root", "-remove", "RESOURCE_MANAGER"])
        self.show("narrow-large", width=360)

    def test_menu(self):
        self.start([signed_in("Freva data portal")])
        self.app.press("Copy as…")
        desktop.wait_for(lambda: self.app.find("Copy token", role="menu item"), "the menu")
        self.picture("copy-menu", whole_screen=True)


if __name__ == "__main__":
    tap.main()
