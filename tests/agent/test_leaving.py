# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""An agent that the bus has started is there when it is needed, and never hidden and unasked."""

import glob
import os
import pathlib
import signal
import subprocess
import time

import agentcase
import privatebus
import tap
from agentcase import AGENT, NAME, PATH
from gi.repository import Gio, GLib
from tray import Tray


PATIENCE = 3  # seconds


def wait_longer(agent):
    """Until an agent that is not needed would have left."""
    now = time.monotonic()
    agentcase.wait_until(lambda: time.monotonic() > now + PATIENCE + 1 or agent.poll() is not None, "time to pass")


class Leaving(agentcase.AgentCase):
    agent_arguments = (f"--leave-after={PATIENCE}",)

    def setUp(self):
        super().setUp()
        # until a test is about to see it leave
        self.looking_client = self.bus.connect()
        self.call(PATH, AGENT, "Looked", connection=self.looking_client)

    def release(self):
        privatebus.close_connection(self.looking_client)

    def wait_end(self):
        self.assertEqual(self.agent.wait(PATIENCE + agentcase.privatebus.DEADLINE), 0, self.log())

    def call_anew(self, method, signature=None, *arguments):
        """As a program does that lets the bus start the agent."""
        return self.bus.connection.call_sync(
            NAME, PATH, AGENT, method, GLib.Variant(signature, arguments) if signature else None,
            None, Gio.DBusCallFlags.NONE, int((PATIENCE + agentcase.privatebus.DEADLINE) * 1000), None).unpack()

    def test_comes_back_when_called(self):
        host = self.add_host()
        self.assertTrue(self.agent_property("Leaves"))
        self.release()
        self.wait_end()
        # gone without trace, and back with all it knew
        self.assertEqual(self.call_anew("FindHost", "(s)", self.server.url), (host.path,))
        self.assertNotEqual(self.bus.process_id(NAME), self.agent.pid)

    def test_tray_keeps_it(self):
        tray = Tray(self.bus)
        tray.wait_for_item()
        agentcase.wait_until(lambda: not self.agent_property("Leaves"), "the agent to know of the tray")
        self.release()
        self.assertIsNone(self.agent.poll())
        privatebus.close_connection(tray.connection)
        self.wait_end()

    def test_window_keeps_it(self):
        window = self.bus.connect()
        self.call(PATH, AGENT, "Looked", connection=window)
        other = self.bus.connect()
        self.call(PATH, AGENT, "Looked", connection=other)
        privatebus.close_connection(other)
        self.release()
        self.assertIsNone(self.agent.poll())
        privatebus.close_connection(window)
        self.wait_end()

    def test_search_from_the_desktop_does_not_keep_it(self):
        """Somebody searches for other things all day."""
        self.add_host(name="Portal")
        self.release()
        found = []

        def search():
            if self.agent.poll() is None and self.bus.has_owner(NAME):
                found.append(self.call("/org/keyfob/Keyfob/Search", "org.gnome.Shell.SearchProvider2",
                                       "GetInitialResultSet", GLib.Variant("(as)", (["port"],))))
            return self.agent.poll() is not None

        agentcase.wait_until(search, "the agent to leave", PATIENCE + privatebus.DEADLINE)
        self.assertTrue(found and all(found), found)

    def test_sign_in_keeps_it(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        self.release()
        wait_longer(self.agent)
        self.assertEqual(host.State, "signing-in")
        host.call("Cancel")
        self.wait_end()

    def test_unsaved_token_keeps_it(self):
        os.makedirs(self.token_file())  # a folder where the file belongs
        host = self.add_host()
        host.sign_in()
        host.wait_for(State="signed-in", Saved=False)
        self.release()
        wait_longer(self.agent)
        self.assertIsNone(self.agent.poll())
        os.rmdir(self.token_file())
        host.call("Refresh")
        host.wait_for(Saved=True)
        self.wait_end()

    def test_token_file_keeps_it(self):
        host = self.add_host()
        host.sign_in()
        path, = host.call("WriteTokenFile")[0]
        self.release()
        wait_longer(self.agent)
        self.assertTrue(os.path.exists(bytes(path[:-1])))
        self.call(host.path, agentcase.HOST, "StopTokenFile")
        self.wait_end()

    def test_token_file_that_is_wanted_while_it_leaves(self):
        """It is kept, or the program is told to ask again."""
        host = self.add_host()
        host.sign_in()
        self.release()
        self.agent.send_signal(signal.SIGSTOP)
        self.addCleanup(lambda: self.agent.poll() is None and self.agent.send_signal(signal.SIGCONT))
        wait_longer(self.agent)
        pending = host.start("WriteTokenFile")
        self.agent.send_signal(signal.SIGCONT)
        try:
            path, = pending.wait()[0]
        except GLib.Error as error:
            self.assertEqual(Gio.DBusError.get_remote_error(error), agentcase.ERROR + "Unavailable")
        else:
            wait_longer(self.agent)
            self.assertTrue(os.path.exists(bytes(path[:-1])))
            self.call(host.path, agentcase.HOST, "StopTokenFile")
        self.wait_end()
        self.assertEqual(glob.glob(self.bus.path("run", "keyfob", "*token*")), [])

    def test_no_call_is_lost(self):
        """A call that comes while it leaves is answered, by it or by the next one."""
        self.add_host()
        self.release()
        agentcase.wait_until(lambda: "Nobody needs the agent any more" in self.log(), "the agent to leave")
        self.assertEqual(len(self.call_anew("FindHost", "(s)", self.server.url)), 1)
        self.wait_end()

    def test_host_that_is_added_meanwhile_stays(self):
        """The call is on its way when the time of the agent is over."""
        self.release()
        self.agent.send_signal(signal.SIGSTOP)
        self.addCleanup(lambda: self.agent.poll() is None and self.agent.send_signal(signal.SIGCONT))
        wait_longer(self.agent)
        pending = self.start_call(PATH, AGENT, "AddHost", GLib.Variant("(sa{sv})", (self.server.url, {})))
        self.agent.send_signal(signal.SIGCONT)
        path, = pending.wait()
        self.assertEqual(self.call_anew("FindHost", "(s)", self.server.url), (path,))
        self.wait_end()
        self.assertEqual(self.call_anew("FindHost", "(s)", self.server.url), (path,))


class Second(agentcase.AgentCase):
    def test_ends(self):
        """Also where a signal that nobody hears is still on its way out; that is a race, so many try."""
        self.add_host().sign_in()
        for _ in range(40):
            other = self.bus.spawn([os.environ["KEYFOB_AGENT"]], stderr=subprocess.DEVNULL)
            self.assertEqual(other.wait(2 * privatebus.DEADLINE), 0)


class AtLogin(agentcase.AgentCase):
    """What the autostart entry runs."""

    def run_start(self):
        started = subprocess.run([os.environ["KEYFOB_AGENT"], "--start"], env=self.bus.env,
                                 check=False, capture_output=True, text=True,
                                 timeout=agentcase.privatebus.DEADLINE)
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertEqual(started.stderr, "")

    def test_there_is_one(self):
        self.run_start()
        self.assertEqual(self.bus.process_id(NAME), self.agent.pid)
        self.stop_agent()
        self.run_start()
        first = self.bus.process_id(NAME)
        self.run_start()
        self.assertEqual(self.bus.process_id(NAME), first)

    def test_no_network_before_it_is_due(self):
        host = self.add_host()
        host.sign_in()
        self.stop_agent()
        del self.server.requests[:]
        self.run_start()
        self.wait_for_store("ready")
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertEqual(self.server.requests, [])


class Autostart(agentcase.AgentCase):
    agent_arguments = Leaving.agent_arguments

    def start_agent(self, **kwargs):
        entry = pathlib.Path(self.bus.path("config", "autostart", NAME + ".desktop"))
        entry.parent.mkdir(exist_ok=True)
        entry.write_text("[Desktop Entry]\nType=Application\nName=Keyfob\n")
        super().start_agent(**kwargs)

    def test_stays_when_it_starts_at_login(self):
        wait_longer(self.agent)
        self.assertIsNone(self.agent.poll())


if __name__ == "__main__":
    tap.main()
