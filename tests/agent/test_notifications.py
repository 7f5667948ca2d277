# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Notifications: one when a host needs the user, gone when that is over, never a second."""

import os
import time

import agentcase
import tap
from fake_server import DROP
from fake_window import FakeWindow
from notifications import Notifications

NEEDS = "Portal needs you to sign in"
WILL_NEED = "Portal will need you to sign in"


def ended(host):
    return time.strftime("The session ended today at %H:%M", time.localtime(host.Expires))


class NotificationCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.notifications = Notifications(self.bus)

    def start_expired(self, name="Portal"):
        host = self.add_host(name=name)
        host.sign_in()
        self.end_session(host)
        return host

    def wait_for_notifications(self):
        """Waits until the agent knows every answer, and every notification about it has arrived."""
        self.notifications.drain()
        for _ in range(2):
            self.agent_property("Version")
        self.notifications.drain()


class LockedAtLogin(NotificationCase):
    keyring = True

    def test_no_session_has_ended(self):
        self.add_host("https://other.example.org", name="Other")
        host = self.add_host(name="Portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        self.stop_agent()
        self.bus.lock_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")
        self.find_host().wait_for(State="locked")
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)


class NeedsUser(NotificationCase):
    def test_says_who_and_offers_the_way_on(self):
        host = self.start_expired()
        note = self.notifications.wait_for(NEEDS)
        self.assertEqual(note.app_name, "Keyfob")
        self.assertEqual(note.icon, "org.keyfob.Keyfob")
        self.assertEqual(note.body, ended(host))
        self.assertEqual(note.actions, {"default": "Open Keyfob", "sign-in": "Sign in"})
        self.assertEqual(note.hints["desktop-entry"], "org.keyfob.Keyfob")

    def test_nothing_while_all_is_well(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        host.call("Refresh")
        host.call("SignOut")
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)

    def test_what_heals_itself_is_no_news(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        self.server.faults["token"] = DROP
        self.assert_fails("Network", host.call, "Refresh")
        host.wait_for(State="offline")
        del self.server.faults["token"]
        host.call("Refresh")
        host.wait_for(State="signed-in")
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)

    def test_withdrawn_when_the_user_signs_in_elsewhere(self):
        host = self.start_expired()
        self.notifications.wait_for(NEEDS)
        host.sign_in(force=True)
        self.notifications.wait_for()
        self.assertEqual(self.notifications.count, 1)

    def test_withdrawn_with_the_host(self):
        host = self.start_expired()
        self.notifications.wait_for(NEEDS)
        self.remove_host(host.path)
        self.notifications.wait_for()

    def test_withdrawn_when_the_agent_ends(self):
        self.start_expired()
        self.notifications.wait_for(NEEDS)
        self.wait_for_notifications()
        self.assertEqual(self.stop_agent(), 0)
        self.notifications.wait_for()

    def test_never_a_second_for_the_same_trouble(self):
        host = self.start_expired()
        self.notifications.dismiss(self.notifications.wait_for(NEEDS))
        # a sign-in that comes to nothing, and a try that the server refuses, change nothing
        host.call("SignIn", open_browser=False, force=True)
        host.call("Cancel")
        host.wait_for(State="expired")
        self.server.denies = True
        host.call("SignIn", open_browser=False, force=True)
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="expired")
        self.server.denies = False
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 1)
        # the next session is another matter
        host.sign_in(force=True)
        self.end_session(host)
        self.notifications.wait_for(NEEDS)
        self.assertEqual(self.notifications.count, 2)

    def test_expired_from_sight_is_withdrawn_all_the_same(self):
        host = self.start_expired()
        self.notifications.expire(self.notifications.wait_for(NEEDS))
        host.sign_in(force=True)
        self.notifications.wait_for()

    def test_name_is_no_markup(self):
        self.start_expired(name="<b>A & B</b>")
        note = self.notifications.wait_for("<b>A & B</b> needs you to sign in")
        # the summary is plain text everywhere, the body is not
        self.assertNotIn("<", note.body)

    def test_no_secrets(self):
        self.start_expired()
        note = self.notifications.wait_for(NEEDS)
        for secret in self.server.secrets:
            self.assertNotIn(secret, str(vars(note)))

    def test_session_that_ended_while_nobody_was_there(self):
        self.stop_agent()
        self.server.gives_refresh_token = False
        self.write_token(self.server.make_token(life=-100))
        self.start_agent()
        host = self.add_host(name="Portal")
        host.wait_for(State="expired")
        self.notifications.wait_for(NEEDS)


class Restart(NotificationCase):
    """The agent comes and goes; what the user has seen stays seen."""

    def start_with_ended_session(self):
        self.stop_agent()
        self.server.gives_refresh_token = False
        self.write_token(self.server.make_token(life=-100))
        self.start_agent()
        host = self.add_host(name="Portal")
        host.wait_for(State="expired")
        return host

    def wait_until_expired(self):
        host = self.find_host()
        host.wait_for(State="expired")
        self.wait_for_notifications()
        return host

    def test_what_was_dismissed_is_not_told_again(self):
        self.start_with_ended_session()
        self.notifications.dismiss(self.notifications.wait_for(NEEDS))
        self.wait_for_notifications()
        self.restart_agent()
        host = self.wait_until_expired()
        self.assertEqual(self.notifications.count, 1)
        # the end of the next session is another matter
        self.server.gives_refresh_token = True
        host.sign_in()
        self.end_session(host)
        self.notifications.wait_for(NEEDS)

    def test_what_was_not_seen_is_told_again(self):
        self.start_with_ended_session()
        self.notifications.wait_for(NEEDS)
        self.wait_for_notifications()
        self.restart_agent()
        self.wait_until_expired()
        self.notifications.wait_for(NEEDS)
        self.assertEqual(self.notifications.count, 2)


class Actions(NotificationCase):
    def setUp(self):
        super().setUp()
        self.window = FakeWindow(self.bus)

    def test_sign_in_starts_the_browser(self):
        self.install_browser()
        self.restart_agent()
        host = self.start_expired()
        note = self.notifications.wait_for(NEEDS)
        self.notifications.press(note, "sign-in", token="click-3")
        uri, token = self.wait_for_browser()
        self.assertEqual(token, "click-3")
        agentcase.Page(uri).wait()
        host.wait_for(State="signed-in")
        self.assertEqual(self.notifications.count, 1)

    def test_sign_in_without_a_browser_opens_the_window(self):
        host = self.start_expired()
        self.notifications.press(self.notifications.wait_for(NEEDS), "sign-in")
        self.assertEqual(self.window.wait_for_call(), ("Activate", ({},)))
        host.wait_for(State="signing-in")
        host.call("Cancel")
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 1)

    def test_click_opens_the_window(self):
        self.start_expired()
        self.notifications.press(self.notifications.wait_for(NEEDS), "default", token="click-4")
        self.assertEqual(self.window.wait_for_call(), ("Activate", (
            {"activation-token": "click-4", "desktop-startup-id": "click-4"},)))

    def test_click_on_what_others_show_is_theirs(self):
        host = self.start_expired()
        note = self.notifications.wait_for(NEEDS)
        self.notifications.emit("ActionInvoked", "(us)", note.number + 7, "sign-in")
        self.wait_for_notifications()
        self.assertEqual(host.State, "expired")
        self.assertEqual(self.window.calls, [])


class Question(NotificationCase):
    """A sign-in that asks something, begun by somebody who may have no window."""

    ASKS = "The sign-in to Portal waits for your answer"

    def setUp(self):
        super().setUp()
        self.window = FakeWindow(self.bus)

    def lead_elsewhere(self):
        self.server.provider = self.server.url + "/evil/authorize"

    def begin(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        self.lead_elsewhere()
        host.call("SignIn", self.bus.connect(), force=True, open_browser=False)
        return host

    def test_told_and_leads_to_the_window(self):
        host = self.begin()
        note = self.notifications.wait_for(self.ASKS)
        self.assertNotIn("evil", note.body)
        self.notifications.press(note, "default", token="click-5")
        self.assertEqual(self.window.wait_for_call(), ("Activate", (
            {"activation-token": "click-5", "desktop-startup-id": "click-5"},)))
        self.assertNotEqual(host.Question, "")

    def test_withdrawn_with_the_answer_and_told_once(self):
        host = self.begin()
        self.notifications.wait_for(self.ASKS)
        host.go_on()
        self.notifications.wait_for()
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in")
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 1)

    def test_withdrawn_with_a_no(self):
        host = self.begin()
        self.notifications.wait_for(self.ASKS)
        host.call("Cancel")
        self.notifications.wait_for()

    def test_withdrawn_with_the_host(self):
        host = self.begin()
        self.notifications.wait_for(self.ASKS)
        self.remove_host(host.path)
        self.notifications.wait_for()

    def test_begun_without_a_window_opens_it(self):
        self.install_browser()
        self.restart_agent()
        self.start_expired()
        self.lead_elsewhere()
        self.notifications.press(self.notifications.wait_for(NEEDS), "sign-in")
        self.assertEqual(self.window.wait_for_call(), ("Activate", ({},)))
        self.notifications.wait_for(self.ASKS)
        self.assertFalse(os.path.exists(self.bus.path("opened")))


class Early(NotificationCase):
    def setUp(self):
        super().setUp()
        self.server.gives_refresh_token = False
        self.server.token_life = 10

    def test_told_ahead_and_replaced_at_the_end(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        end = time.strftime("%H:%M", time.localtime(host.Expires))
        self.notifications.wait_for(NEEDS, after=self.server.token_life)
        early, late = self.notifications.sent
        self.assertEqual(early.summary, WILL_NEED)
        self.assertEqual(early.body, f"The session ends at {end} and cannot be renewed without you.")
        self.assertEqual(early.actions["sign-in"], "Sign in again")
        self.assertEqual((late.summary, late.number), (NEEDS, early.number))

    def test_good_token_of_a_session_that_the_server_ended(self):
        self.server.gives_refresh_token = True
        self.server.token_life = 3600
        host = self.add_host(name="Portal")
        host.sign_in()
        self.refuse_refresh(host)
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)
        # near the end of the token
        self.server.token_life = 10
        host.sign_in()
        self.refuse_refresh(host)
        self.notifications.wait_for(NEEDS, after=self.server.token_life)
        self.assertEqual([note.summary for note in self.notifications.sent], [WILL_NEED, NEEDS])

    def test_withdrawn_when_the_user_signs_in_again(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        agentcase.wait_until(lambda: self.notifications.sent, "the early one", self.server.token_life)
        self.assertEqual(self.notifications.sent[0].summary, WILL_NEED)
        self.server.token_life = 3600
        host.sign_in(force=True)
        self.notifications.wait_for()

    def test_not_for_a_session_that_renews_itself(self):
        self.server.gives_refresh_token = True
        host = self.add_host(name="Portal")
        host.sign_in()
        first = host.Expires
        agentcase.wait_until(lambda: host.Expires > first, "a new token", self.server.token_life)
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)


class Minutes(NotificationCase):
    """What the user has set in the preferences, which go to a file here."""

    def setUp(self):
        super().setUp()
        self.server.gives_refresh_token = False
        self.server.token_life = 10
        self.set_minutes(0)
        self.restart_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"],
                                "GSETTINGS_BACKEND": "keyfile"})
        self.add_host(name="Portal").sign_in()

    def set_minutes(self, minutes):
        path = self.bus.path("config", "glib-2.0", "settings", "keyfile")
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nexpiry-notice-minutes=uint32 {minutes}\n")

    def test_0_gives_no_early_notice(self):
        self.notifications.wait_for(NEEDS, after=self.server.token_life)
        self.assertEqual([note.summary for note in self.notifications.sent], [NEEDS])

    def test_changed_while_the_agent_runs(self):
        self.set_minutes(10)
        agentcase.wait_until(lambda: self.notifications.sent, "the early notice", self.server.token_life)
        self.assertEqual(self.notifications.sent[0].summary, WILL_NEED)


class Many(NotificationCase):
    def test_one_for_all_of_many_hosts(self):
        self.stop_agent()
        self.server.gives_refresh_token = False
        entries = {}
        os.makedirs(self.bus.path("config", "keyfob"), exist_ok=True)
        with open(self.bus.path("config", "keyfob", "hosts.ini"), "w", encoding="utf-8") as out:
            for number in range(9):
                url = f"https://host{number}.example.org"
                out.write(f"[{url}]\n")
                entries[url] = {"token": self.server.make_token(life=-100), "stored_at": time.time()}
        self.write_entries(entries)
        window = FakeWindow(self.bus)
        self.start_agent()
        note = self.notifications.wait_for("Several servers need you to sign in")
        agentcase.wait_until(lambda: all(host["State"] == "expired" for host in self.hosts().values()),
                   "all to be known")
        self.wait_for_notifications()
        self.notifications.press(note, "default")
        self.assertEqual(window.wait_for_call(), ("Activate", ({},)))
        self.wait_for_notifications()
        self.assertEqual(self.notifications.summaries(), [])


class Daemon(NotificationCase):
    def test_nobody_shows_notifications(self):
        self.notifications.close()
        self.bus.wait_for_name("org.freedesktop.Notifications", present=False)
        host = self.start_expired()
        # warnings are fatal here; and the next one tries again
        host.sign_in(force=True)
        self.notifications = Notifications(self.bus)
        self.end_session(host)
        self.notifications.wait_for(NEEDS)

    def test_daemon_that_restarts(self):
        host = self.start_expired()
        self.notifications.wait_for(NEEDS)
        self.notifications.close()
        self.bus.wait_for_name("org.freedesktop.Notifications", present=False)
        self.notifications = Notifications(self.bus)
        host.sign_in(force=True)
        self.end_session(host)
        note = self.notifications.wait_for(NEEDS)
        self.assertEqual(note.replaces, 0)

    def test_trouble_that_is_over_before_it_is_shown(self):
        # a daemon that takes its time to answer
        answer, waiting = self.notifications.on_call, []
        self.notifications.on_call = lambda *arguments: (
            waiting.append(arguments) if arguments[4] == "Notify" else answer(*arguments))
        host = self.start_expired()
        agentcase.wait_until(lambda: waiting, "the notification")
        host.sign_in(force=True)
        self.wait_for_notifications()
        self.notifications.on_call = answer
        answer(*waiting.pop())
        agentcase.wait_until(lambda: self.notifications.closed, "it to be taken back")
        self.assertEqual(self.notifications.summaries(), [])

    def test_trouble_that_is_over_before_the_daemon_tells_what_it_can(self):
        answer, waiting = self.notifications.on_call, []
        self.notifications.on_call = lambda *arguments: waiting.append(arguments)
        host = self.start_expired()
        agentcase.wait_until(lambda: waiting, "the question")
        host.sign_in(force=True)
        self.wait_for_notifications()
        self.notifications.on_call = answer
        answer(*waiting.pop())
        self.wait_for_notifications()
        self.assertEqual(self.notifications.count, 0)
        self.end_session(host)
        self.notifications.wait_for(NEEDS)

    def test_daemon_without_actions(self):
        self.notifications.capabilities = ["body"]
        host = self.start_expired()
        note = self.notifications.wait_for(NEEDS)
        self.assertEqual((note.actions, note.body), ({}, ended(host)))
        host.sign_in(force=True)
        self.notifications.wait_for()
        # the next one knows them
        self.notifications.capabilities = ["actions"]
        self.end_session(host)
        self.assertIn("sign-in", self.notifications.wait_for(NEEDS).actions)


if __name__ == "__main__":
    tap.main()
