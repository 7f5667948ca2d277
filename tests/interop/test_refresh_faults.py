# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Refreshes through a network that spoils them, against the real server and provider.

The provider gives a new refresh token with each answer, and ends the session when an old one comes
again. So an answer that is lost on the way may end a session, whatever a client does. Nothing else
may, and the agent must not take anything else for the end.
"""

import collections
import itertools
import json
import os
import random
import signal
import tempfile
import time
import types

import agentcase
import person
import tap
from fault_proxy import AFTER, BEFORE, HELD, LATE, FaultProxy
from gi.repository import Gio, GLib
from stack import Stack

SEED = 4
QUIT = 5  # seconds that the agent has at its end, where no token is about to come


class SpoiledStack(Stack):
    """A server whose ways to the provider and to its clients can be spoiled."""

    def start(self):
        self.provider.start()
        self.behind = FaultProxy(self.provider.url, "/token", SEED)
        self.server.environment["SERVER_PROVIDER"] = self.behind.url
        self.server.start()
        self.front = FaultProxy(self.server.url, "/auth/v2/token", SEED)

    def stop(self):
        super().stop()
        self.front.close()
        self.behind.close()


class Faults(agentcase.AgentCase):
    debug = False
    broker = False

    def start_server(self):
        folder = tempfile.TemporaryDirectory(prefix="keyfob-faults-")
        self.addCleanup(folder.cleanup)
        self.stack = SpoiledStack(folder.name, broker=self.broker)
        self.addCleanup(self.stack.stop)
        self.stack.start()
        return types.SimpleNamespace(url=self.stack.front.url)

    def setUp(self):
        super().setUp()
        self.add_host()
        self.count = collections.Counter()
        self.lost = collections.Counter()
        self.sign_in()

    def sign_in(self):
        """A new session, as a Python program would have begun it."""
        self.assertEqual(self.stop_agent(), 0)
        self.write_token(person.sign_in(self.stack.server.url))
        self.start_agent()
        self.host = self.find_host()
        self.host.wait_for(State="signed-in")

    def stored(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return json.load(file)[self.server.url]["token"]

    def refresh(self):
        """Name of the error, or nothing."""
        self.count["refreshes"] += 1
        posts = self.stack.front.posts
        try:
            self.host.call("Refresh")
            return None
        except GLib.Error as error:
            return Gio.DBusError.get_remote_error(error).removeprefix(agentcase.ERROR)
        finally:
            # nothing below Keyfob posts a refresh token a second time by itself
            self.assertLessEqual(self.stack.front.posts - posts, 1)

    def refresh_well(self):
        old = self.stored()
        self.assertIsNone(self.refresh(), self.host.Error)
        self.assertEqual((self.host.State, self.host.Saved, self.host.Error), ("signed-in", True, ""))
        self.assertNotEqual(self.stored()["refresh_token"], old["refresh_token"])
        self.assertEqual(self.stored()["access_token"], self.host.get_token()["access_token"])

    def refresh_in_vain(self, proxy, fault):
        old = self.stored()
        proxy.spoil(fault)
        error = self.refresh()
        proxy.heal()
        self.assertIn(error, ("Network", "Unavailable", "BadAnswer", "Server"), fault)
        self.assertEqual(self.host.State, "offline", fault)
        self.assertEqual(self.stored(), old, fault)

    def find_dead(self):
        self.assertEqual(self.refresh(), "Expired")
        # the access token is good for a while yet
        self.host.wait_for(State="signed-in", Renews=False)

    def play(self, way, proxy, fault):
        """One refresh with a fault, and one that shows what came of it."""
        self.count[f"{way}: {fault}"] += 1
        if fault in LATE:
            proxy.spoil(fault)
            self.refresh_well()
            return
        self.refresh_in_vain(proxy, fault)
        if self.is_lost_at_the_server(way, fault):
            self.find_dead()
            self.lost[f"{way}: {fault}"] += 1
            self.sign_in()
        else:
            self.refresh_well()

    def is_lost_at_the_server(self, way, fault):
        """The provider has used up the refresh token, and nobody got the new one."""
        return fault in AFTER

    def play_all(self, refreshes):
        ways = (("agent to server", self.stack.front), ("server to provider", self.stack.behind))
        faults = list(itertools.product(ways, BEFORE + AFTER + LATE))
        chance = random.Random(SEED)
        while self.count["refreshes"] < refreshes:
            chance.shuffle(faults)
            for (way, proxy), fault in faults:
                self.play(way, proxy, fault)
                self.refresh_well()
        status, _ = self.stack.fetch_protected(self.host.get_token()["header"])
        self.assertEqual(status, 200)
        self.tell()

    def end_during_refresh(self, number):
        """A slow server has renewed the session, and the agent is asked to end before it says so."""
        old = self.stored()
        self.stack.front.spoil(HELD)
        refresh = self.host.start("Refresh")
        agentcase.wait_until(lambda: self.stack.front.held, "the server to have its answer")
        self.agent.send_signal(number)
        # longer than for anything else
        begun = time.monotonic()
        agentcase.wait_until(lambda: time.monotonic() > begun + QUIT + 1 or self.agent.poll() is not None,
                             "time to pass", QUIT + 2)
        self.assertIsNone(self.agent.poll(), "the agent is gone")
        self.stack.front.released.set()
        refresh.wait()
        self.assertEqual(self.agent.wait(agentcase.ANSWER), 0, self.log())
        self.assertNotEqual(self.stored(), old)
        self.start_agent()
        self.host = self.find_host()
        self.host.wait_for(State="signed-in", Renews=True)
        self.refresh_well()

    def tell(self):
        total = self.count.pop("refreshes")
        print(f"# {total} refreshes, {sum(self.count.values())} with a fault, {sum(self.lost.values())} sessions lost")
        for fault, number in sorted(self.count.items()):
            lost = f"{self.lost[fault]} lost at the server" if self.lost[fault] else "none lost"
            print(f"#   {number:3} x {fault}: {lost}")


class Rotation(Faults):
    def test_sessions_live_unless_the_server_lost_them(self):
        self.play_all(500)


class Broker(Faults):
    """The server forgets a session as soon as it is asked to renew it."""

    broker = True

    def is_lost_at_the_server(self, way, fault):
        return fault in AFTER or way == "server to provider"

    def test_sessions_live_unless_the_server_lost_them(self):
        self.play_all(50)

    def test_asked_to_end_during_a_refresh(self):
        self.end_during_refresh(signal.SIGTERM)


if __name__ == "__main__":
    tap.main()
