# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A token gets to the clipboard in the form that was asked for, and leaves it again."""

import html
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from gi.repository import GLib

import desktop
import tap
from dunst import Dunst
from rows import ListCase, signed_in
from window import AGENT, ROOT, host

KEYFOB = "org.keyfob.Keyfob"
HINT = "x-kde-passwordManagerHint"


def read_target(target):
    answer = subprocess.run(["xclip", "-out", "-selection", "clipboard", "-t", target], check=False,
                            capture_output=True, text=True, timeout=10)
    return answer.stdout if answer.returncode == 0 else None


class ClipboardCase(ListCase):
    def wait_shown(self):
        """The button says so."""
        self.app.wait_text("^Copied")

    def wait_not_shown(self):
        self.app.wait_gone(re.compile("^Copied"))

    def assert_no_count(self):
        self.assertFalse([text for text in self.app.texts() if text.startswith("Copied ·")])

    def copy_as(self, form):
        self.app.act("row.copy-as")
        # the button behind the menu may have the same name
        desktop.wait_for(lambda: self.app.find(form, role="menu item"), f"“{form}” in the menu")
        self.app.find(form, role="menu item").press()
        self.wait_shown()
        return desktop.read_clipboard()

    def wait_left(self, seconds):
        """Waits until the countdown has come that far."""
        desktop.wait_for(lambda: int(self.app.wait_text(r"^Copied · (\d+)\u00a0s$")[1]) <= seconds,
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
        self.copy_as("Token")
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
        self.assertEqual(self.copy_as("Token"), "of-one.example.org")
        # and the button copies what it says, as ever
        self.app.press("Copy header")
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-one.example.org",
                         "the header on the clipboard")

    def test_what_gets_the_token_when_it_runs(self):
        self.start([signed_in("one.example.org")])
        for form, start in (
                ("Command for curl", "keyfobctl header 'https://one.example.org' | curl --header @- "),
                ("Python code", "import subprocess\n"),
                ("R code", 'address <- "https://one.example.org"\n'),
                ("Settings for rclone", "[one.example.org]\ntype = webdav\n"),
                ("Command for the header", "keyfobctl header 'https://one.example.org'")):
            self.copy_as(form)
            desktop.wait_for(lambda: (desktop.read_clipboard() or "").startswith(start), f"{form} on the clipboard")
        # no secret: nobody was asked for one, managers may keep it, and nothing counts down
        self.assertEqual(self.agent.calls("GetToken"), [])
        self.assertNotIn(HINT, read_target("TARGETS").split())
        self.assert_no_count()

    def test_signed_out(self):
        self.start([host("one.example.org")])
        self.app.act("row.menu")
        self.app.press("Copy as")
        self.app.press("Command for the header")
        self.app.wait_for("Command for the header copied")
        self.assertEqual(desktop.read_clipboard(), "keyfobctl header 'https://one.example.org'")
        self.assertIsNone(self.app.find("Token", role="menu item"))

    def test_by_keyboard(self):
        self.start([signed_in("one.example.org")])
        # from the row to the copy button and its menu
        self.focus_row("one.example.org")
        self.press_keys("Right", "space")
        self.wait_shown()
        # what clears the clipboard stands where the menu is else
        self.press_keys("Right", "space")
        self.wait_not_shown()
        self.press_keys("Right", "space")
        desktop.wait_for(lambda: self.app.find("Token", role="menu item"), "the menu")
        # after what is preferred, the first that holds no secret is at hand
        self.press_keys("Down", "Return")
        desktop.wait_for(lambda: "curl" in (desktop.read_clipboard() or ""), "the command on the clipboard")

    def test_preferred(self):
        self.start([signed_in("one.example.org")], settings="copy-form='token'\n")
        self.focus_row("one.example.org")
        self.press_keys("ctrl+shift+c")
        desktop.wait_for(lambda: desktop.read_clipboard() == "of-one.example.org", "the token")
        self.app.act("row.menu")
        self.app.press("Copy as")
        self.app.wait_for("Token", role="menu item")

        def items(nodes):
            return [node.name for node in nodes if "menu item" in node.role]

        forms = self.app.read(items)
        self.assertLess(forms.index("Token"), forms.index("Command for curl"))
        self.assertEqual(forms.count("Token"), 1)


class Leaving(ClipboardCase):
    def test_counts_down_and_clears(self):
        self.start([signed_in("one.example.org")],
                   settings="clipboard-clear-seconds=uint32 6\n")
        self.app.press("Copy header")
        self.wait_left(6)
        self.assertIsNotNone(desktop.read_clipboard())
        self.wait_left(4)
        self.wait_not_shown()
        self.assertIsNone(desktop.read_clipboard())

    def test_clear_now(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.wait_text(r"^Copied · 4\d\u00a0s$")
        self.app.press("Clear the clipboard")
        self.wait_not_shown()
        self.assertIsNone(desktop.read_clipboard())

    def test_tokens_are_locked(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.wait_shown()
        self.app.press("Main menu")
        self.app.press("Lock Tokens")
        self.agent.wait_call("LockTokens")
        desktop.wait_for(lambda: desktop.read_clipboard() is None, "the clipboard to be cleared")
        self.app.wait_for("Tokens are locked: no program gets one. Your sessions are kept alive.")

    def test_never(self):
        self.start([signed_in("one.example.org")],
                   settings="clipboard-clear-seconds=uint32 0\n")
        self.app.press("Copy header")
        self.wait_shown()
        self.assert_no_count()
        self.app.press("Clear the clipboard")
        self.wait_not_shown()
        self.assertIsNone(desktop.read_clipboard())

    def test_copied_elsewhere(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.wait_shown()
        desktop.write_clipboard("something else")
        self.wait_not_shown()
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
        desktop.wait_for(lambda: not desktop.find_x_windows(desktop.MAIN_WINDOW), "the window to close")

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
        self.wait_shown()
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
        self.wait_shown()
        self.app.wait_text(r"^Copied · \d+\u00a0s$")
        # as long as there is a window, a paste takes nothing away
        self.assertIsNotNone(desktop.read_clipboard())
        self.app.press("Clear the clipboard")
        self.wait_not_shown()
        self.assertIsNone(self.process.poll())

    def test_quit_keeps_it_too(self):
        self.copy()
        self.press_keys("ctrl+q")
        desktop.wait_for(lambda: not desktop.find_x_windows(desktop.MAIN_WINDOW), "the window to close")
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")
        self.wait_end()

    def test_nothing_copied(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.app.press("Clear the clipboard")
        self.wait_not_shown()
        self.app.press("Close")
        self.wait_end()


class OutsideCase(ClipboardCase):
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


class FromOutside(OutsideCase):
    """Where nothing shows notifications."""

    def test_without_a_window(self):
        self.start_service([signed_in("one.example.org"), signed_in("two.example.org")],
                           settings="clipboard-clear-seconds=uint32 4\n")
        self.copy_header(self.host_path("two.example.org"))
        # a clipboard manager that looks at once takes nothing away
        desktop.wait_for(lambda: desktop.read_clipboard() == "Authorization: Bearer of-two.example.org",
                         "the header on the clipboard")
        self.assertEqual(read_target(HINT), "secret")
        self.assertEqual(desktop.find_x_windows(desktop.MAIN_WINDOW), [])
        # until it is cleared, and nobody needs the program any more
        self.wait_end()
        self.assertIsNone(read_target("TARGETS"))

    def test_beside_a_window(self):
        self.start([signed_in("one.example.org")])
        self.app.wait_for("one.example.org")
        self.copy_header(self.host_path("one.example.org"))
        self.wait_shown()
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")

    def test_user_is_needed(self):
        self.start_service([host("one.example.org", State="expired")])
        sentence = "The session at one.example.org has ended. Sign in again."
        self.agent.fail("GetToken", "InteractionRequired", sentence)
        self.copy_header(self.host_path("one.example.org"))
        self.app.wait_for(sentence)
        self.app.wait_for("Copy the header of one.example.org")
        self.picture("copy-failed")
        self.app.press("Open Keyfob")
        self.app.wait_for("Servers")
        self.app.wait_gone(sentence)

    def test_no_such_host(self):
        self.start_service([signed_in("one.example.org")])
        self.copy_header(ROOT + "/hosts/none")
        self.app.wait_text("did not answer")
        self.copy_header("not a path")
        self.app.press("Cancel")
        self.wait_end()


class Told(OutsideCase):
    """Told by a notification, which dunst shows, how a copy without a window went."""

    COPIED = "Header of one.example.org copied"
    NOT_COPIED = "Header of one.example.org not copied"

    def setUp(self):
        super().setUp()
        self.dunst = Dunst(pathlib.Path(tempfile.mkdtemp(dir=os.environ["BED_DIR"])))
        self.dunst.start()
        self.addCleanup(self.dunst.stop)

    def copy(self, *failing, clear=45, **properties):
        """Copies the header of a host, for which the agent fails like that."""
        self.start_service([signed_in("one.example.org", **properties)],
                           settings=f"clipboard-clear-seconds=uint32 {clear}\n")
        if failing:
            self.agent.fail("GetToken", *failing)
        self.copy_header(self.host_path("one.example.org"))

    def wait_told(self, summary):
        """Waits until just that is shown, and gives the text below it."""
        self.dunst.wait_told(summary)
        self.dunst.wait_count(1)
        told, body = self.dunst.told()[-1]
        self.assertEqual(told, summary)
        return body

    def wait_copied(self):
        self.wait_told(self.COPIED)
        self.assertEqual(desktop.read_clipboard(), "Authorization: Bearer of-one.example.org")

    def test_what_and_until_when(self):
        self.copy(clear=4)
        body = self.wait_told(self.COPIED)
        self.picture("copied-notification", whole_screen=True)
        self.assertRegex(body, r"^It leaves the clipboard once it is pasted, at the latest at \d\d:\d\d:\d\d\.$")
        told = time.strptime(time.strftime("%Y %j ") + body[-9:-1], "%Y %j %H:%M:%S")
        self.assertLessEqual(abs(time.mktime(told) - time.time()), 5)
        self.assertNotIn("of-one", str(self.dunst.told()))
        # gone with what it tells of, and the program with it
        self.dunst.wait_count(0)
        self.wait_end()
        self.assertIsNone(read_target("TARGETS"))

    def test_gone_when_another_program_copies(self):
        self.copy()
        self.wait_told(self.COPIED)
        desktop.write_clipboard("something else")
        self.dunst.wait_count(0)
        self.wait_end()

    def test_cleared_by_its_button(self):
        self.copy()
        self.wait_told(self.COPIED)
        self.dunst.choose("Clear now")
        self.wait_end()
        self.assertIsNone(read_target("TARGETS"))

    def test_never_cleared(self):
        self.copy(clear=0)
        self.assertEqual(self.wait_told(self.COPIED), "It leaves the clipboard once it is pasted.")

    def test_the_next_copy_replaces_it(self):
        self.start([signed_in("one.example.org"), signed_in("two.example.org")])
        self.app.wait_for("one.example.org")
        self.copy_header(self.host_path("two.example.org"))
        self.assertRegex(self.wait_told("Header of two.example.org copied"),
                         r"^It leaves the clipboard at \d\d:\d\d:\d\d\.$")
        self.copy_header(self.host_path("one.example.org"))
        self.wait_copied()

    def test_gone_when_the_window_copies(self):
        self.start([signed_in("one.example.org")])
        self.app.wait_for("one.example.org")
        self.copy_header(self.host_path("one.example.org"))
        self.wait_told(self.COPIED)
        self.app.press("Copy header")
        self.dunst.wait_count(0)

    def test_session_has_ended(self):
        sentence = "The session at one.example.org has ended. Sign in again."
        self.copy("InteractionRequired", sentence)
        self.assertEqual(self.wait_told(self.NOT_COPIED), sentence)
        self.picture("not-copied-notification", whole_screen=True)
        self.assertEqual(desktop.find_x_windows(desktop.MAIN_WINDOW), [])
        self.dunst.choose("Sign in")
        self.agent.wait_call("SignIn")
        self.dunst.wait_count(0)
        self.wait_end()

    def test_sign_in_that_does_not_begin(self):
        self.copy("InteractionRequired", "The session has ended.")
        self.wait_told(self.NOT_COPIED)
        self.agent.fail("SignIn", "Network", "There is no network.")
        self.dunst.choose("Sign in")
        self.app.wait_for("one.example.org")

    def test_keyring_is_locked(self):
        self.copy("Locked", "The keyring is locked.")
        self.wait_told(self.NOT_COPIED)
        self.dunst.choose("Unlock")
        self.wait_copied()
        self.assertEqual(len(self.agent.calls("Unlock")), 1)

    def test_tokens_are_locked(self):
        self.copy("TokensLocked", "Tokens are locked.")
        self.wait_told(self.NOT_COPIED)
        self.dunst.choose("Unlock tokens")
        self.wait_copied()
        self.assertEqual(len(self.agent.calls("UnlockTokens")), 1)

    def test_server_does_not_answer(self):
        # text of a server is text
        sentence = "<b>one.example.org</b> & others do not answer."
        self.copy("Network", sentence)
        self.assertEqual(html.unescape(self.wait_told(self.NOT_COPIED)), sentence)
        self.dunst.choose("Try again")
        self.wait_copied()

    def test_no_such_host(self):
        self.start_service([])
        self.copy_header(ROOT + "/hosts/none")
        self.assertIn("did not answer", self.wait_told("Header of a server not copied"))
        self.dunst.choose("Open Keyfob")
        desktop.wait_for(lambda: desktop.find_x_windows(desktop.MAIN_WINDOW), "the window")


class Secret(ClipboardCase):
    def test_managers_are_told(self):
        self.start([signed_in("one.example.org")])
        self.app.press("Copy header")
        self.wait_shown()
        self.assertIn(HINT, read_target("TARGETS").split())
        self.assertEqual(read_target(HINT), "secret")
        # and once it is not there any more, they are not
        self.app.press("Clear the clipboard")
        self.wait_not_shown()
        self.assertIsNone(read_target(HINT))

    def test_goes_with_the_sign_in(self):
        """Of its own host, whoever ends that, and also without a window."""
        for end in (lambda: self.agent.set_host("one.example.org", State="signed-out"),
                    lambda: self.agent.remove_host(*self.agent.paths("one.example.org"))):
            for with_window in (True, False):
                with self.subTest(end=end, with_window=with_window):
                    self.start([signed_in("one.example.org"), signed_in("two.example.org")])
                    self.app.press("Copy header", within="one.example.org")
                    self.wait_shown()
                    if not with_window:
                        self.press_keys("ctrl+w")
                        desktop.wait_for(lambda: not desktop.find_x_windows(desktop.MAIN_WINDOW), "the window to close")
                    self.agent.set_host("two.example.org", State="signed-out")
                    self.assertIn("of-one.example.org", desktop.read_clipboard())
                    end()
                    desktop.wait_for(lambda: desktop.read_clipboard() is None, "the clipboard to be empty")
                    if with_window:
                        self.tearDown()
                    else:
                        self.wait_end()

    def test_header_that_renews(self):
        self.start([signed_in("one.example.org", Broker=True), signed_in("two.example.org")])
        self.app.press("Copy header", within="one.example.org")
        self.app.wait_for("Keep what you copied to yourself.")
        self.app.press("Copy header", within="two.example.org")
        self.app.wait_gone("Keep what you copied to yourself.")


class Looks(ClipboardCase):
    """What is on the clipboard, where it is harder to show."""

    def show(self, name, width=440, button="Copy header", **options):
        self.start([signed_in("Freva data portal", Broker=True), host("auth.example.org")],
                   size=(width, 600), **options)
        self.app.press(button)
        self.wait_shown()
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
        self.app.act("row.copy-as")
        desktop.wait_for(lambda: self.app.find("Token", role="menu item"), "the menu")
        self.picture("copy-menu", whole_screen=True)


if __name__ == "__main__":
    tap.main()
