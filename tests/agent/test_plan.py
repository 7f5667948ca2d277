# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which sessions live on by themselves: those that somebody uses or looks at."""

import os
import time

import agentcase
import tap
from agentcase import wait_until
from fake_server import quoted

LONG_AGO = "2001-01-01T00:00:00Z"


class PlanCase(agentcase.AgentCase):
    def start_with(self, token, age=0, last_used=None, env=None):
        """Starts the agent again with a token that arrived @age seconds ago."""
        self.stop_agent()
        self.write_token(token, stored_at=time.time() - age)
        if last_used is not None:
            self.write_last_used(last_used)
        self.start_agent(env=env)
        return self.find_host()

    def looked(self):
        self.call(agentcase.PATH, agentcase.AGENT, "Looked")

    def hosts_file(self):
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            return file.read()


class Use(PlanCase):
    def setUp(self):
        super().setUp()
        self.add_host()

    def test_token_in_its_last_fifth_is_renewed_at_once(self):
        host = self.start_with(self.server.make_token(life=700), age=2900)
        wait_until(lambda: host.Expires > time.time() + 3000, "the new token")
        self.assertEqual(self.server.count("token"), 1)

    def test_token_in_its_first_half_is_not(self):
        host = self.start_with(self.server.make_token(life=1900), age=1700)
        host.wait_for(State="signed-in", Renews=True)
        self.assertEqual(self.server.requests, [])

    def test_host_that_nobody_used_lapses(self):
        host = self.start_with(self.server.make_token(life=2), age=3600, last_used=LONG_AGO)
        host.wait_for(State="signed-in", Renews=False)
        host.wait_for(State="expired")
        self.assertIn("because nobody has used it", host.Error)
        self.assertEqual(self.server.requests, [])

    def test_lapsed_host_comes_back_when_somebody_looks(self):
        host = self.start_with(self.server.make_token(life=-5), age=3600, last_used=LONG_AGO)
        host.wait_for(State="expired")
        self.looked()
        host.wait_for(State="signed-in", Error="", Renews=True)
        self.assertEqual(self.server.count("token"), 1)

    def test_lapsed_host_comes_back_when_a_program_asks(self):
        host = self.start_with(self.server.make_token(life=-5), age=3600, last_used=LONG_AGO)
        host.wait_for(State="expired")
        self.assertIn("access_token", host.get_token())
        host.wait_for(State="signed-in", Error="", Renews=True)

    def test_lapsed_host_that_is_gone_at_the_server(self):
        host = self.start_with(self.server.make_token(life=-5), age=3600, last_used=LONG_AGO)
        host.wait_for(State="expired")
        self.server.faults["token"] = quoted("invalid_grant")
        for _ in range(3):
            self.assert_fails("InteractionRequired", host.get_token)
            self.looked()
        self.assertEqual(self.server.count("token"), 1)

    def test_use_is_remembered(self):
        self.start_with(self.server.make_token(), last_used=LONG_AGO).get_token()
        self.stop_agent()
        self.assertIn(f"last-used={time.strftime('%Y-', time.gmtime())}", self.hosts_file())
        self.start_agent()
        self.find_host().wait_for(Renews=True)

    def test_use_that_was_never_noted_counts_from_now(self):
        self.stop_agent()
        path = self.bus.path("config", "keyfob", "hosts.ini")
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"[{self.server.url}]\naccount=alice\nlast-used=some day\n")
        self.write_token(self.server.make_token())
        self.start_agent()
        self.find_host().wait_for(State="signed-in", Renews=True)
        self.stop_agent()
        self.assertIn(f"last-used={time.strftime('%Y-', time.gmtime())}", self.hosts_file())

    def test_file_is_not_written_for_each_use(self):
        host = self.start_with(self.server.make_token())
        host.get_token()
        self.restart_agent()
        path = self.bus.path("config", "keyfob", "hosts.ini")
        before = os.stat(path)
        host = self.find_host()
        for _ in range(10):
            host.get_token()
            self.looked()
        self.stop_agent()
        self.assertEqual(os.stat(path).st_ino, before.st_ino)

    def test_token_that_cannot_be_renewed(self):
        self.server.gives_refresh_token = False
        host = self.start_with(self.server.make_token())
        host.wait_for(State="signed-in")
        self.assertIs(host.Renews, False)
        self.assertIs(host.Broker, False)


class Broker(PlanCase):
    """The access token is the refresh token; the server ends the session at the hint it gives."""

    def setUp(self):
        super().setUp()
        self.add_host()

    def make_token(self, life, hint):
        token = self.server.make_token(life=life)
        self.server.refresh_tokens.add(token["access_token"])
        return {**token, "refresh_token": token["access_token"],
                "refresh_expires": int(time.time()) + hint}

    def test_hint_is_believed_for_a_host_in_use(self):
        host = self.start_with(self.make_token(life=3570, hint=150), age=30)
        host.wait_for(State="signed-in", Broker=True, Renews=True)
        host = self.start_with(self.make_token(life=3480, hint=60), age=120)
        wait_until(lambda: self.server.count("token") == 1, "the renewal before the hint")

    def test_host_not_in_use_is_let_go(self):
        host = self.start_with(self.make_token(life=3480, hint=60), age=120, last_used=LONG_AGO)
        host.wait_for(State="signed-in", Broker=True, Renews=False)
        self.assertEqual(self.server.requests, [])

    def test_token_of_days_is_not_exchanged_for_one_of_an_hour(self):
        month = 30 * 24 * 3600
        host = self.start_with(self.make_token(life=month, hint=month), age=30)
        host.wait_for(State="signed-in", Broker=True, Renews=True)
        token = host.get_token()
        self.assertEqual(host.get_token(min_time=2 * month), token)
        self.assertEqual(self.server.count("token"), 0)

    def test_one_try_past_the_hint(self):
        host = self.start_with(self.make_token(life=-60, hint=-3000), age=3660, last_used=LONG_AGO)
        host.wait_for(State="expired", Renews=False)
        self.server.refresh_tokens.clear()
        for _ in range(3):
            self.assert_fails("InteractionRequired", host.get_token)
        self.assertEqual(self.server.count("token"), 1)


class Setting(PlanCase):
    """The schema of the build folder, with what the user set in a file."""

    def setUp(self):
        self.env = {"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"],
                    "GSETTINGS_BACKEND": "keyfile"}
        super().setUp()
        self.add_host()

    def settings_file(self):
        return self.bus.path("config", "glib-2.0", "settings", "keyfile")

    def set_days(self, days):
        os.makedirs(os.path.dirname(self.settings_file()), mode=0o700, exist_ok=True)
        with open(self.settings_file(), "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nlapse-after-days=uint32 {days}\n")

    def days_ago(self, days):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))

    def test_days(self):
        for days, last_used, renews in ((30, 29, True), (30, 31, False), (7, 8, False),
                                        (365, 31, True), (0, 7000, True)):
            with self.subTest(days=days, last_used=last_used):
                self.set_days(days)
                host = self.start_with(self.server.make_token(), env=self.env,
                                       last_used=self.days_ago(last_used))
                host.wait_for(State="signed-in", Renews=renews)

    def test_changed_while_the_agent_runs(self):
        self.set_days(30)
        host = self.start_with(self.server.make_token(), env=self.env, last_used=self.days_ago(10))
        host.wait_for(State="signed-in", Renews=True)
        self.set_days(7)
        host.wait_for(Renews=False)
        self.set_days(0)
        host.wait_for(Renews=True)


if __name__ == "__main__":
    tap.main()
