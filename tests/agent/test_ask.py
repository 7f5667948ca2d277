# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A program gets a token only when the user allows it, where the user has set that for the host, or for all.

The notifications are those of a daemon that presses its buttons when a test says so; the programs that
ask are processes of their own.
"""

import json
import os
import select
import subprocess
import threading

import agentcase
import tap
from agentcase import AGENT, PATH
from fake_window import FakeWindow
from gi.repository import Gio, GLib
from notifications import Notifications
from screen import ScreenSaver

# Asks for the token of an object, and says on one line what came of it. A second argument is how often at once.
PROGRAM = """
import json, sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
left = int(sys.argv[2])
loop = GLib.MainLoop()
def on_answer(source, result):
    global left
    try:
        answer = {"header": source.call_finish(result).unpack()[0]["header"]}
    except GLib.Error as error:
        answer = {"error": Gio.DBusError.get_remote_error(error), "message": error.message}
    print(json.dumps(answer), flush=True)
    left -= 1
    if left == 0:
        loop.quit()
for _ in range(left):
    bus.call("org.keyfob.Keyfob.Agent", sys.argv[1], "org.keyfob.Keyfob.Host1", "GetToken",
             GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE, 2**31 - 1, None, on_answer)
# the bus has all calls once it has answered
bus.call_sync("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", None, None, Gio.DBusCallFlags.NONE, -1, None)
print("asked", flush=True)
loop.run()
"""

# A script is known by its own name and that of what runs it.
PYTHON = os.path.basename(os.path.realpath("/usr/bin/python3"))


def question(name="monitor.py", host="Portal"):
    return f"May {name} ({PYTHON}) have the token of {host}?"


QUESTION = question()
DENIED = "org.keyfob.Keyfob.Error.Denied"


class Program:
    """A script that asks for the token of a host."""

    def __init__(self, case, host, name="monitor.py", times=1):
        path = case.bus.path("home", name)
        with open(path, "w", encoding="utf-8") as out:
            out.write("#!/usr/bin/python3\n" + PROGRAM)
        os.chmod(path, 0o755)
        self.process = case.bus.spawn([path, host.path, str(times)], stdout=subprocess.PIPE, text=True,
                                      env={"G_DEBUG": ""})
        case.assertEqual(self.process.stdout.readline(), "asked\n")

    def answer(self):
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.kill()
        self.process.wait()


class AskCase(agentcase.AgentCase):
    daemon = True

    def setUp(self):
        super().setUp()
        self.notifications = Notifications(self.bus) if self.daemon else None
        self.host = self.add_host(name="Portal", ask_first=True)
        self.host.sign_in()

    def ask(self, **options):
        return Program(self, self.host, **options)

    def assert_has_token(self, program):
        self.assertTrue(program.answer()["header"].startswith("Authorization: Bearer "))

    def assert_denied(self, program, message):
        answer = program.answer()
        self.assertEqual(answer["error"], DENIED)
        self.assertIn(message, answer["message"])

    def press(self, action, summary=QUESTION):
        self.notifications.press(self.notifications.wait_for(summary), action)

    def questions(self):
        return self.agent_property("TokenRequests")

    def permissions(self):
        return self.agent_property("Permissions")

    def wait_for_question(self, count=1):
        agentcase.wait_until(lambda: len(self.questions()) == count, f"{count} questions")
        return self.questions()

    def answer(self, word, number=0):
        self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", (self.questions()[number]["id"], word)))


class ByNotification(AskCase):
    def test_says_who_wants_what(self):
        program = self.ask()
        note = self.notifications.wait_for(QUESTION)
        self.assertIn("python3", note.body)
        self.assertIn("monitor.py", note.body)
        self.assertIn("asks for it, and can then act as you there", note.body)
        self.assertIn(f"other programs that are run by {PYTHON} can use as well", note.body)
        self.assertEqual(note.actions, {"default": "Open Keyfob", "once": "Allow once", "hours": "Allow for 8 hours",
                                        "deny": "Deny", "always": "Always allow"})
        # as long as the question is open
        self.assertGreater(note.expire, 50000)
        self.assertLessEqual(note.expire, 60000)
        self.press("deny")
        self.assert_denied(program, "You did not allow this program to have the token of Portal")

    def test_says_nothing_of_others_where_there_are_none(self):
        """A program that nothing else runs."""
        program = self.bus.spawn(
            ["gdbus", "call", "--session", "--dest", agentcase.NAME, "--object-path", self.host.path, "--method",
             agentcase.HOST + ".GetToken", "{}"], stdout=subprocess.PIPE, text=True)
        note = self.notifications.wait_for("May gdbus have the token of Portal?")
        self.assertTrue(note.body.endswith("it gets none."), note.body)
        self.assertEqual(self.questions()[0]["warning"], "")
        self.notifications.press(note, "once")
        self.assertIn("Authorization: Bearer ", program.communicate()[0])

    def test_once(self):
        program = self.ask()
        self.press("once")
        self.assert_has_token(program)
        self.assertEqual(self.permissions(), [])
        program = self.ask()
        self.press("deny")
        self.assert_denied(program, "You did not allow")

    def test_token_file_is_asked_about_once(self):
        call = self.host.start("WriteTokenFile")
        asked, = self.wait_for_question()
        self.assertTrue(asked["warning"].startswith("The token stays in a file that all your programs can read"))
        # a program that wants the token now is asked about for itself
        other = self.host.start("GetToken")
        self.assertEqual(self.wait_for_question(2)[1]["warning"].find("file"), -1)
        self.answer("deny", 1)
        self.assert_fails("Denied", other.wait)
        folder = self.bus.path("run", "keyfob")
        self.assertFalse(os.path.isdir(folder) and [name for name in os.listdir(folder) if "token" in name])
        self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", (asked["id"], "once")))
        path, = call.wait()[0]
        path = bytes(path[:-1])
        with open(path, "rb") as file:
            before = file.read()
        self.host.call("Refresh")
        with open(path, "rb") as file:
            self.assertNotEqual(file.read(), before)
        self.assertEqual(self.questions(), [])
        self.call(self.host.path, agentcase.HOST, "StopTokenFile")
        call = self.host.start("WriteTokenFile")
        self.wait_for_question()
        self.answer("deny")
        self.assert_fails("Denied", call.wait)
        self.assertFalse(os.path.exists(path))

    def test_token_file_ends_with_the_permission(self):
        call = self.host.start("WriteTokenFile")
        asked, = self.wait_for_question()
        self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", (asked["id"], "always")))
        path = bytes(call.wait()[0][0][:-1])
        self.call(PATH, AGENT, "Revoke", GLib.Variant("(ss)", (self.server.url, "another program")))
        self.assertTrue(os.path.exists(path))
        self.call(PATH, AGENT, "Revoke", GLib.Variant("(ss)", (self.server.url, asked["program"])))
        self.assertFalse(os.path.exists(path))
        self.assertEqual(self.host.TokenFiles, [])

    def test_token_file_from_before_is_asked_about_anew(self):
        self.host.call("Configure", ask_first=False)
        path = bytes(self.host.call("WriteTokenFile")[0][0][:-1])
        self.host.call("Configure", name="Gate")
        self.assertTrue(os.path.exists(path))
        self.host.call("Configure", ask_first=True)
        self.assertFalse(os.path.exists(path))

    def test_no_token_before_the_answer(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        # the agent answers another call meanwhile
        self.assertEqual(self.agent_property("StoreState"), "ready")
        self.assertEqual(select.select([program.process.stdout], [], [], 0)[0], [])
        self.press("once")
        self.assert_has_token(program)

    def test_hours_are_remembered_over_a_restart(self):
        program = self.ask()
        self.press("hours")
        self.assert_has_token(program)
        self.assert_has_token(self.ask())
        permission, = self.permissions()
        self.assertEqual((permission["url"], permission["name"]), (self.server.url, f"monitor.py ({PYTHON})"))
        self.assertGreater(permission["until"], 0)
        self.restart_agent()
        self.assert_has_token(self.ask())
        self.assertEqual(len(self.notifications.sent), 1)

    def test_always(self):
        program = self.ask()
        self.press("always")
        self.assert_has_token(program)
        permission, = self.permissions()
        self.assertEqual(permission["until"], 0)
        # neither the bus name of the program nor its number
        self.assertNotIn(":1.", permission["program"])
        self.assertNotIn(str(program.process.pid), permission["program"])
        self.restart_agent()
        self.assertEqual(os.stat(self.bus.path("state", "keyfob", "permissions.ini")).st_mode & 0o777, 0o600)
        self.assert_has_token(self.ask())
        # another program is another question
        other = self.ask(name="other.py")
        self.press("deny", question("other.py"))
        self.assert_denied(other, "You did not allow")

    def test_another_host_is_another_question(self):
        program = self.ask()
        self.press("always")
        self.assert_has_token(program)
        second = self.add_host(self.server.url + "/second", name="Second", ask_first=True)
        program = Program(self, second)
        self.press("deny", question(host="Second"))
        self.assert_denied(program, "You did not allow")

    def test_revoked(self):
        program = self.ask()
        self.press("always")
        self.assert_has_token(program)
        permission, = self.permissions()
        self.call(PATH, AGENT, "Revoke", GLib.Variant("(ss)", (permission["url"], permission["program"])))
        self.assertEqual(self.permissions(), [])
        program = self.ask()
        self.press("deny")
        self.assert_denied(program, "You did not allow")

    def ask_during_a_renewal(self):
        """A call that waits for the server, and what lets the server answer."""
        gate = self.server.gates["token"] = threading.Event()
        call = self.host.start("GetToken", min_time=7200)
        self.host.wait_for(State="refreshing")
        return call, gate

    def test_taken_back_before_the_token_comes(self):
        call = self.host.start("GetToken")
        self.wait_for_question()
        self.answer("always")
        call.wait()
        permission, = self.permissions()
        call, gate = self.ask_during_a_renewal()
        self.call(PATH, AGENT, "Revoke", GLib.Variant("(ss)", (permission["url"], permission["program"])))
        gate.set()
        self.wait_for_question()
        self.answer("deny")
        self.assert_fails("Denied", call.wait)

    def test_to_be_asked_before_the_token_comes(self):
        self.host.call("Configure", ask_first=False)
        call, gate = self.ask_during_a_renewal()
        self.host.call("Configure", ask_first=True)
        gate.set()
        self.wait_for_question()
        self.answer("once")
        self.assertIn("access_token", call.wait()[0])

    def test_goes_with_its_host(self):
        program = self.ask()
        self.press("always")
        self.assert_has_token(program)
        self.remove_host(self.host.path)
        self.assertEqual(self.permissions(), [])

    def test_click_on_it_answers_nothing(self):
        window = FakeWindow(self.bus)
        program = self.ask()
        self.notifications.press(self.notifications.wait_for(QUESTION), "default")
        self.assertEqual(window.wait_for_call()[0], "Activate")
        self.assertEqual(len(self.questions()), 1)
        self.answer("once")
        self.assert_has_token(program)

    def test_closed_by_the_user_answers_nothing(self):
        program = self.ask()
        self.notifications.dismiss(self.notifications.wait_for(QUESTION))
        self.assertEqual(len(self.wait_for_question()), 1)
        self.answer("deny")
        self.assert_denied(program, "You did not allow")

    def test_goes_when_it_is_answered_elsewhere(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        self.answer("once")
        self.assert_has_token(program)
        self.notifications.wait_for()

    def test_late_answer_changes_nothing(self):
        program = self.ask()
        note = self.notifications.wait_for(QUESTION)
        self.answer("deny")
        self.assert_denied(program, "You did not allow")
        self.notifications.press(note, "always")
        self.notifications.drain()
        self.assertEqual(self.permissions(), [])

    def test_answered_twice(self):
        """The first answer counts, and the second is no error."""
        program = self.ask()
        note = self.notifications.wait_for(QUESTION)
        number = self.questions()[0]["id"]
        for word in ("once", "always", "deny"):
            self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", (number, word)))
        self.notifications.press(note, "hours")
        self.notifications.drain()
        self.assert_has_token(program)
        self.assertEqual(self.permissions(), [])
        # that was no “no” either
        program = self.ask()
        self.press("once")
        self.assert_has_token(program)

    def test_host_is_removed(self):
        program = self.ask()
        note = self.notifications.wait_for(QUESTION)
        self.remove_host(self.host.path)
        answer = program.answer()
        self.assertEqual(answer["error"], "org.keyfob.Keyfob.Error.InvalidHost")
        self.assertIn("Add it first", answer["message"])
        self.notifications.wait_for()
        self.assertEqual(self.questions(), [])
        self.notifications.press(note, "always")
        self.notifications.drain()
        self.assertEqual(self.permissions(), [])

    def test_agent_ends(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        # the agent knows which notification it is
        self.notifications.drain()
        self.agent_property("TokenRequests")
        self.restart_agent()
        self.assertIn(program.answer()["error"], ("org.keyfob.Keyfob.Error.Cancelled",
                                                  "org.freedesktop.DBus.Error.NoReply"))
        self.notifications.wait_for()

    def test_one_question_for_calls_at_once(self):
        program = self.ask(times=5)
        note = self.notifications.wait_for(QUESTION)
        # each of the calls has asked by now whether the screen is locked, and has had the answer
        for _ in range(2):
            self.agent_property("TokenRequests")
        self.notifications.press(note, "once")
        for _ in range(5):
            self.assert_has_token(program)
        self.assertEqual(len(self.notifications.sent), 1)

    def test_program_that_vanishes_withdraws_it(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        program.end()
        self.notifications.wait_for()
        self.assertEqual(self.questions(), [])

    def test_no_is_for_a_while(self):
        program = self.ask()
        self.press("deny")
        self.assert_denied(program, "You did not allow")
        self.assert_denied(self.ask(), "Try again in a minute")
        self.assertEqual(len(self.notifications.sent), 1)

    def test_daemon_without_buttons(self):
        self.notifications.capabilities = ["body"]
        program = self.ask()
        note = self.notifications.wait_for(QUESTION)
        self.assertEqual(note.actions, {})
        self.answer("once")
        self.assert_has_token(program)

    def test_name_of_a_program_is_text(self):
        name = "<b>a&b"
        program = self.ask(name=name)
        note = self.notifications.wait_for(question("‹b›a＆b"))
        self.assertNotIn("<", note.body)
        self.press("deny", note.summary)
        self.assert_denied(program, "You did not allow")

    def test_no_secret_in_it(self):
        program = self.ask()
        self.press("once")
        self.assert_has_token(program)
        said = json.dumps([[note.summary, note.body] for note in self.notifications.sent])
        for secret in self.server.secrets:
            self.assertNotIn(secret, said)

    def test_not_where_the_user_did_not_ask_for_it(self):
        self.host.call("Configure", ask_first=False)
        self.assert_has_token(self.ask())
        self.assertEqual(self.notifications.sent, [])

    def test_locked_tokens_close_it(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        self.call(PATH, AGENT, "LockTokens")
        self.assertEqual(program.answer()["error"], "org.keyfob.Keyfob.Error.TokensLocked")
        self.notifications.wait_for()

    def test_wrong_answer(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", self.answer, "yes")
        self.answer("deny")
        self.assert_denied(program, "You did not allow")
        # one that is closed is no error
        self.call(PATH, AGENT, "AnswerTokenRequest", GLib.Variant("(ss)", ("1", "always")))
        self.assertEqual(self.permissions(), [])


class ByWindow(AskCase):
    """Nothing shows notifications."""

    daemon = False

    def test_nobody_to_ask(self):
        self.assert_denied(self.ask(), "Open the window of Keyfob")

    def test_window_asks(self):
        FakeWindow(self.bus)
        program = self.ask()
        asked, = self.wait_for_question()
        self.assertEqual((asked["name"], asked["host"], asked["url"], asked["remember"]),
                         (f"monitor.py ({PYTHON})", "Portal", self.server.url, True))
        self.answer("once")
        self.assert_has_token(program)

    def test_window_closes_before_the_answer(self):
        window = FakeWindow(self.bus)
        program = self.ask()
        self.wait_for_question()
        agentcase.privatebus.close_connection(window.connection)
        self.assert_denied(program, "Open the window of Keyfob")

    def test_daemon_that_crashes(self):
        notifications = Notifications(self.bus)
        program = self.ask()
        notifications.wait_for(QUESTION)
        notifications.close()
        self.assert_denied(program, "Open the window of Keyfob")

    def test_window_itself_is_not_asked_about(self):
        window = FakeWindow(self.bus)
        # known to the agent once it has read this
        self.assertEqual(self.questions(), [])
        token, = self.host.call("GetToken", connection=window.connection)
        self.assertTrue(token["header"].startswith("Authorization: Bearer "))


class OfEveryHost(AskCase):
    """The user has set it for all hosts, in the preferences, which are in a file here."""

    def set_preference(self, ask):
        path = self.bus.path("config", "glib-2.0", "settings", "keyfile")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nask-first={str(ask).lower()}\n")

    def test_asked_about_as_with_the_option(self):
        self.set_preference(False)
        self.restart_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"], "GSETTINGS_BACKEND": "keyfile"})
        self.host = self.find_host()
        self.host.call("Configure", ask_first=False)
        self.assert_has_token(self.ask())
        path, = self.host.call("WriteTokenFile")[0]
        self.set_preference(True)
        # nobody was asked about it
        agentcase.wait_until(lambda: not os.path.exists(bytes(path[:-1])), "the token file to go")
        program = self.ask()
        self.press("deny")
        self.assert_denied(program, "You did not allow this program to have the token of Portal")
        self.assertEqual(self.host.Options.get("ask-first"), None)


class AtALockedScreen(AskCase):
    def setUp(self):
        super().setUp()
        self.saver = ScreenSaver(self.bus, "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver")

    def set_preference(self, forget):
        path = self.bus.path("config", "glib-2.0", "settings", "keyfile")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nforget-permissions-with-screen={str(forget).lower()}\n")
        self.restart_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"],
                                "GSETTINGS_BACKEND": "keyfile"})

    def test_nobody_answers_there(self):
        program = self.ask()
        self.notifications.wait_for(QUESTION)
        self.saver.set_active(True)
        self.assert_denied(program, "the screen is locked")
        self.notifications.wait_for()
        self.assert_denied(self.ask(), "the screen is locked")
        self.saver.set_active(False)
        # that was no answer of the user
        program = self.ask()
        self.press("once")
        self.assert_has_token(program)

    def test_permissions_are_kept(self):
        self.set_preference(False)
        program = self.ask()
        self.press("always")
        self.assert_has_token(program)
        self.saver.set_active(True)
        self.assert_has_token(self.ask())
        self.assertEqual(len(self.permissions()), 1)

    def test_permissions_are_forgotten_where_the_user_wants_that(self):
        self.set_preference(True)
        for action in ("always", "hours"):
            with self.subTest(action):
                program = self.ask()
                self.press(action)
                self.assert_has_token(program)
                self.assert_has_token(self.ask())
                self.saver.set_active(True)
                agentcase.wait_until(lambda: self.permissions() == [], "the permissions to be forgotten")
                self.saver.set_active(False)
        program = self.ask()
        self.press("deny")
        self.assert_denied(program, "You did not allow")


if __name__ == "__main__":
    tap.main()
