# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The machine wakes up, and the network comes and goes.

Runs in a network of its own (`unshare -rn`), where it may take the loopback down and up, with a
system bus of its own, on which it is logind and NetworkManager.
"""

import json
import os
import subprocess
import threading
import time

import agentcase
import tap
from agentcase import privatebus, wait_until
from fake_server import DROP, answer
from gi.repository import Gio, GLib

LOGIND = "org.freedesktop.login1"
MANAGER = "org.freedesktop.NetworkManager"
MANAGER_PATH = "/org/freedesktop/NetworkManager"
PORTAL, FULL = 2, 4  # NMConnectivityState
CONNECTED_SITE, CONNECTED_GLOBAL = 60, 70  # NMState

LOGIND_XML = """<node><interface name="org.freedesktop.login1.Manager">
  <method name="Inhibit">
    <arg name="what" type="s" direction="in"/>
    <arg name="who" type="s" direction="in"/>
    <arg name="why" type="s" direction="in"/>
    <arg name="mode" type="s" direction="in"/>
    <arg name="fd" type="h" direction="out"/>
  </method>
</interface></node>"""

MANAGER_XML = """<node><interface name="org.freedesktop.NetworkManager">
  <property name="State" type="u" access="read"/>
  <property name="Connectivity" type="u" access="read"/>
  <property name="Metered" type="u" access="read"/>
</interface></node>"""


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def network_up():
    ip("link", "set", "lo", "up")
    ip("route", "replace", "default", "dev", "lo")


def network_down():
    """As where a cable is unplugged: there is no way to anywhere, which is known at once."""
    ip("route", "flush", "table", "local", "root", "127.0.0.0/8")
    ip("route", "add", "unreachable", "127.0.0.0/8", "table", "local")
    ip("route", "del", "default")


def network_back():
    ip("route", "del", "unreachable", "127.0.0.0/8", "table", "local")
    ip("link", "set", "lo", "down")
    network_up()


class Inhibitor:
    """A lock against sleep: a descriptor, and the lock is gone when nobody has it open."""

    def __init__(self, arguments):
        self.what, self.who, self.why, self.mode = arguments
        self.held = True
        self.reader, self.writer = os.pipe()
        GLib.io_add_watch(self.reader, GLib.IO_HUP, self.on_gone)

    def hand_out(self, invocation):
        fds = Gio.UnixFDList.new_from_array([self.writer])  # which closes its own
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), fds)

    def on_gone(self, *args):
        self.held = False
        os.close(self.reader)
        return GLib.SOURCE_REMOVE


class SystemBus(privatebus.PrivateBus):
    """A system bus, and who is on it as far as the agent cares."""

    def take_name(self, name):
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", (name, 0)), None, Gio.DBusCallFlags.NONE, -1, None)

    def start_logind(self):
        self.inhibitors = []
        interface = Gio.DBusNodeInfo.new_for_xml(LOGIND_XML).interfaces[0]
        self.connection.register_object(
            "/org/freedesktop/login1", interface,
            lambda *args: self.inhibit(args[5].unpack(), args[6]), None, None)
        self.take_name(LOGIND)

    def inhibit(self, arguments, invocation):
        self.inhibitors.append(Inhibitor(arguments))
        self.inhibitors[-1].hand_out(invocation)

    def prepare_for_sleep(self, about_to_sleep):
        self.connection.emit_signal(
            None, "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
            "PrepareForSleep", GLib.Variant("(b)", (about_to_sleep,)))

    def start_network_manager(self, state, connectivity):
        self.network = {"State": state, "Connectivity": connectivity, "Metered": 4}
        interface = Gio.DBusNodeInfo.new_for_xml(MANAGER_XML).interfaces[0]
        self.connection.register_object(
            MANAGER_PATH, interface, None,
            lambda *args: GLib.Variant("u", self.network[args[4]]), None)
        self.take_name(MANAGER)

    def set_network(self, state, connectivity):
        self.network.update(State=state, Connectivity=connectivity)
        changed = {name: GLib.Variant("u", value) for name, value in self.network.items()}
        self.connection.emit_signal(
            None, MANAGER_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            GLib.Variant("(sa{sv}as)", (MANAGER, changed, [])))


class Wake(agentcase.AgentCase):
    def setUp(self):
        network_up()
        super().setUp()
        self.system_bus = SystemBus()
        self.addCleanup(self.system_bus.close)
        self.add_host()
        self.stop_agent()
        self.write_token(self.server.make_token(life=-10))

    def start_with_system_bus(self):
        self.start_agent(env={"DBUS_SYSTEM_BUS_ADDRESS": self.system_bus.address})
        return self.find_host()

    def wait_for_log(self, text):
        wait_until(lambda: text in self.log(), f"“{text}” in the log")

    def test_tries_again_after_sleep(self):
        self.system_bus.take_name(LOGIND)
        self.server.faults["token"] = DROP
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        self.wait_for_log("Watching for sleep")
        del self.server.faults["token"]
        self.system_bus.prepare_for_sleep(True)
        self.system_bus.prepare_for_sleep(False)
        host.wait_for(State="signed-in", Error="")

    def test_falling_asleep_is_not_waking_up(self):
        self.system_bus.start_logind()
        self.server.faults["token"] = DROP
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        wait_until(lambda: self.system_bus.inhibitors, "the lock against sleep")
        self.wait_for_log("Watching for sleep")
        self.system_bus.prepare_for_sleep(True)
        wait_until(lambda: not self.system_bus.inhibitors[0].held, "the lock to go")
        self.hosts()
        self.assertNotIn("The machine woke up", self.log())
        self.system_bus.prepare_for_sleep(False)
        self.wait_for_log("The machine woke up")

    def test_sleep_waits_for_a_token_that_is_being_renewed(self):
        self.system_bus.start_logind()
        gate = self.server.gates["token"] = threading.Event()
        host = self.start_with_system_bus()
        host.wait_for(State="refreshing")
        wait_until(lambda: self.system_bus.inhibitors, "the lock against sleep")
        self.wait_for_log("Sleep waits for tokens")
        lock, = self.system_bus.inhibitors
        self.assertEqual((lock.what, lock.mode), ("sleep", "delay"))

        self.system_bus.prepare_for_sleep(True)
        self.wait_for_log("renewed before")
        self.assertTrue(lock.held)
        gate.set()
        wait_until(lambda: not lock.held, "the lock to go")
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertGreater(json.load(file)[self.server.url]["token"]["expires"], time.time())

        self.system_bus.prepare_for_sleep(False)
        wait_until(lambda: len(self.system_bus.inhibitors) == 2, "a lock for the next time")
        self.system_bus.prepare_for_sleep(True)
        wait_until(lambda: not self.system_bus.inhibitors[1].held, "the next one to go at once")

    def test_stores_after_sleep_what_the_store_did_not_take(self):
        self.system_bus.take_name(LOGIND)
        os.remove(self.token_file())
        os.mkdir(self.token_file())
        host = self.start_with_system_bus()
        host.sign_in()
        self.assertFalse(host.Saved)
        self.wait_for_log("Watching for sleep")
        os.rmdir(self.token_file())
        self.system_bus.prepare_for_sleep(True)
        self.system_bus.prepare_for_sleep(False)
        host.wait_for(State="signed-in", Saved=True, Error="")
        self.assertEqual(self.server.count("token"), 1)

    def test_going_to_sleep_is_no_reason_to_ask(self):
        self.system_bus.take_name(LOGIND)
        self.server.faults["token"] = answer(503, {"detail": "later"})
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        self.wait_for_log("Watching for sleep")
        for about_to_sleep in (True, False) * 20:
            self.system_bus.prepare_for_sleep(about_to_sleep)
        for _ in range(20):
            self.hosts()
        # nor is waking up, where the server itself has just answered
        self.assertEqual(self.server.count("token"), 1)

    def test_tries_again_when_the_network_is_back(self):
        network_down()
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        self.assertEqual(self.server.requests, [])
        network_back()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(self.server.count("token"), 1)

    def test_network_that_comes_and_goes_does_not_make_it_ask_without_end(self):
        self.server.faults["token"] = DROP
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        for _ in range(30):
            network_down()
            network_back()
            self.hosts()
        # the pauses between tries double, from three seconds to two minutes
        self.assertLessEqual(self.server.count("token"), 4)

    def test_network_that_is_back_before_the_try_has_failed(self):
        gate = self.server.gates["token"] = threading.Event()
        self.server.faults["token"] = DROP
        host = self.start_with_system_bus()
        wait_until(lambda: self.server.count("token") == 1, "the request")
        host.wait_for(State="refreshing")
        ip("route", "del", "default")
        ip("route", "add", "default", "dev", "lo")
        self.wait_for_log("The network is there")
        gate.set()
        host.wait_for(State="offline")
        del self.server.gates["token"], self.server.faults["token"]
        host.wait_for(State="signed-in", Error="")

    def test_tries_again_past_a_captive_portal(self):
        self.system_bus.start_network_manager(CONNECTED_SITE, PORTAL)
        self.server.faults["token"] = answer(200, "<html>Please log in</html>")
        host = self.start_with_system_bus()
        host.wait_for(State="offline")
        del self.server.faults["token"]
        self.system_bus.set_network(CONNECTED_GLOBAL, FULL)
        host.wait_for(State="signed-in", Error="")


if __name__ == "__main__":
    tap.main()
