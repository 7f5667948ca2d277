# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Hosts: added, found, changed, removed, and there again after a restart."""

import fcntl
import gettext
import glob
import os
import stat
import subprocess
import unittest

import agentcase
import privatebus
import tap
from gi.repository import Gio, GLib


class Hosts(agentcase.AgentCase):
    def hosts_file(self):
        return self.bus.path("config", "keyfob", "hosts.ini")

    def write_hosts(self, text):
        os.makedirs(os.path.dirname(self.hosts_file()), exist_ok=True)
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.hosts_file(), mode) as out:
            out.write(text)

    def read_hosts(self):
        with open(self.hosts_file(), encoding="utf-8") as file:
            return file.read()

    def test_agent_tells_about_itself(self):
        self.assertEqual(self.agent_property("Store"), "file")
        self.assertEqual(self.agent_property("StoreState"), "ready")
        self.assertEqual(self.agent_property("StoreFile"), self.token_file())
        version = subprocess.run([os.environ["KEYFOB_AGENT"], "--version"], text=True, check=True,
                                 capture_output=True).stdout.split()[-1]
        self.assertEqual(self.agent_property("Version"), version)

    @unittest.skipUnless(os.geteuid() == 0, "only root can look into a program that lets nobody look")
    def test_start_loads_nothing_of_proxies(self):
        with open(f"/proc/{self.agent.pid}/maps", encoding="utf-8") as file:
            self.assertNotIn("proxy", file.read())

    def test_add_shows_the_host(self):
        host = self.add_host("https://Auth.Example.ORG:443/api/", name="Data portal")
        self.assertTrue(host.path.startswith("/org/keyfob/Keyfob/Agent/hosts/"))
        self.assertIn("auth_example_org", host.path)
        self.assertEqual(host.Url, "https://auth.example.org/api")
        self.assertEqual(host.Name, "Data portal")
        self.assertEqual(host.State, "signed-out")
        self.assertEqual((host.Account, host.Scope, host.Error), ("", "", ""))
        self.assertEqual((host.Expires, host.RefreshExpires, host.SignInExpires), (0, 0, 0))
        self.assertEqual(list(self.hosts()), [host.path])

    def test_add_is_signalled(self):
        added = []
        self.bus.connection.signal_subscribe(
            agentcase.NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", agentcase.PATH,
            None, Gio.DBusSignalFlags.NONE, lambda *args: added.append(args[5].unpack()))
        host = self.add_host("https://one.example.org")
        agentcase.wait_until(lambda: added, "InterfacesAdded")
        self.assertEqual(added[0][0], host.path)
        self.assertEqual(added[0][1][agentcase.HOST]["Url"], "https://one.example.org")

    def test_same_host_is_one_object(self):
        one = self.add_host("https://auth.example.org")
        for spelling in ("auth.example.org", "HTTPS://AUTH.example.org/", "auth.example.org:443"):
            with self.subTest(spelling=spelling):
                self.assertEqual(self.add_host(spelling).path, one.path)
                self.assertEqual(self.find_host(spelling).path, one.path)
        self.assertNotEqual(self.add_host("auth.example.org/other").path, one.path)
        self.assertEqual(len(self.hosts()), 2)

    def test_bad_urls(self):
        for url in ("", "  ", "ftp://example.org", "https://", "https://user:pw@example.org",
                    "https://example.org/?q=1", "https://example.org/#x", "http://example.org",
                    "https://exa mple.org", "https://example.org:99999"):
            with self.subTest(url=url):
                sentence = self.assert_fails("InvalidHost", self.add_host, url)
                self.assertRegex(sentence, r"\.$")
                self.assertNotIn("pw", sentence)
        self.assertEqual(self.hosts(), {})

    def test_bad_options(self):
        for options in ({"redirect_ports": "x"}, {"timeout": "soon"}, {"unheard_of": "x"}):
            with self.subTest(options=options), self.assertRaises(GLib.Error):
                self.add_host("https://example.org", **options)
        self.assertEqual(self.hosts(), {})

    def test_unknown_hosts(self):
        self.assert_fails("InvalidHost", self.find_host, "https://nowhere.example.org")
        self.assert_fails("InvalidHost", self.remove_host, agentcase.PATH + "/hosts/none")
        self.assert_fails("InvalidHost", self.remove_host, "/")

    def test_survives_a_restart(self):
        ipv6 = "http://[::1]:8080"
        one = self.add_host("https://one.example.org/api", name="Eins", redirect_ports=[4000, 4001],
                            timeout=60, scope="openid", login_route="/in/here", server_pkce=True)
        two = self.add_host(ipv6)
        before = self.hosts()
        self.restart_agent()
        self.assertEqual(self.hosts(), before)
        self.assertEqual(self.find_host(ipv6).path, two.path)
        self.assertEqual(agentcase.Host(self, one.path).Name, "Eins")
        text = self.read_hosts()
        for line in ("[https://one.example.org/api]", "name=Eins", "redirect-ports=4000;4001;",
                     "timeout=60", "login-route=in/here", "server-pkce=true"):
            self.assertIn(line, text)
        self.assertEqual(os.stat(self.hosts_file()).st_mode & 0o777, 0o600)

    def test_note_and_pin(self):
        host = self.add_host(note="one\r\ntwo\t3 \n\n", pinned=True)
        self.assertEqual((host.Options["note"], host.Options["pinned"]), ("one\ntwo 3", True))
        longest = "😀" * 499 + "\n€"
        host.call("Configure", note=longest[1:])
        for bad in (longest, "a\u202eb", "\x1b[31m"):
            self.assert_fails("InvalidHost", host.call, "Configure", note=bad)
        self.restart_agent()
        host = self.find_host()
        self.assertEqual((host.Options["note"], host.Options["pinned"]), (longest[1:], True))
        host.call("Configure", note=" \n", pinned=False)
        self.assertEqual(list(host.Options), ["redirect-ports"])
        self.assertEqual(self.server.requests, [])

    def test_many(self):
        self.stop_agent()
        self.write_many_hosts(1999)
        self.start_agent()
        self.call(agentcase.PATH, agentcase.AGENT, "WaitForStores")
        self.assertEqual(len(self.hosts()), 1999)
        self.call(agentcase.PATH, agentcase.AGENT, "Looked")
        self.add_host("https://one.example.org")
        self.assertEqual(len(self.hosts()), 2000)

    def test_is_on_disk_when_added(self):
        self.add_host("https://one.example.org")
        self.agent.kill()
        self.agent.wait()
        self.start_agent()
        self.find_host("https://one.example.org")

    def test_is_written_once_when_added(self):
        folder = os.path.dirname(self.hosts_file())
        os.makedirs(folder, exist_ok=True)
        written = []

        def on_event(_monitor, file, other, event):
            if event == Gio.FileMonitorEvent.RENAMED:
                file = other
            # the first write makes the file, to lock it
            if event in (Gio.FileMonitorEvent.RENAMED, Gio.FileMonitorEvent.MOVED_IN) or \
                    file.get_basename() == "end":
                written.append(file.get_basename())

        monitor = Gio.File.new_for_path(folder).monitor_directory(
            Gio.FileMonitorFlags.WATCH_MOVES, None)
        monitor.connect("changed", on_event)
        self.add_host("https://one.example.org", name="One")
        self.stop_agent()
        # what the monitor tells comes in order
        os.mkdir(os.path.join(folder, "end"))
        agentcase.wait_until(lambda: "end" in written, "the monitor to catch up")
        monitor.cancel()
        self.assertEqual(written.count("hosts.ini"), 1, written)

    def test_remove(self):
        one = self.add_host("https://one.example.org")
        two = self.add_host("https://two.example.org")
        self.remove_host(one.path)
        self.assertEqual(list(self.hosts()), [two.path])
        self.assert_fails("InvalidHost", self.find_host, "https://one.example.org")
        self.restart_agent()
        self.assertEqual(list(self.hosts()), [two.path])
        self.assertNotIn("one.example.org", self.read_hosts())

    def test_sign_in_does_not_bring_back_what_is_removed(self):
        for first in ("SignIn", "RemoveHost"):
            with self.subTest(first):
                host = self.add_host()
                host.sign_in()
                gate = self.server.gates["token"] = agentcase.threading.Event()
                self.addCleanup(gate.set)
                asked = self.server.count("token")
                host.start("Refresh")
                agentcase.wait_until(lambda: self.server.count("token") > asked, "the refresh")
                calls = {
                    "SignIn": lambda: host.start("SignIn", force=True, open_browser=False),
                    "RemoveHost": lambda: self.start_call(
                        agentcase.PATH, agentcase.AGENT, "RemoveHost",
                        GLib.Variant("(o)", (host.path,)))}
                pending = {name: calls[name]() for name in sorted(calls, key=lambda name: name != first)}
                self.agent_property("Version")
                gate.set()
                del self.server.gates["token"]
                self.assert_fails("InvalidHost", pending["SignIn"].wait)
                pending["RemoveHost"].wait()
                self.assertEqual(self.hosts(), {})
                self.restart_agent()
                self.assertEqual(self.hosts(), {})

    def test_configure(self):
        host = self.add_host("https://one.example.org")
        host.call("Configure", name="Renamed", redirect_ports=[4000])
        self.assertEqual(host.Name, "Renamed")
        self.assertEqual(host.Options, {"name": "Renamed", "redirect-ports": [4000]})
        self.assert_fails("InvalidHost", host.call, "Configure", redirect_ports=[])
        self.restart_agent()
        host = self.find_host("https://one.example.org")
        self.assertEqual(host.Name, "Renamed")
        host.call("Configure", name="", redirect_ports=list(range(53100, 53106)))
        self.restart_agent()
        self.assertEqual(self.find_host("https://one.example.org").Options, {})

    def test_file_keeps_what_it_does_not_know(self):
        self.stop_agent()
        self.write_hosts("# my hosts\n[https://one.example.org]\n# the name\nname=One\nfuture=1\n\n"
                         "[Something Else]\nkey=value\n")
        self.start_agent()
        self.assertEqual(len(self.hosts()), 1)
        self.add_host("https://two.example.org")
        self.find_host("https://one.example.org").call("Configure", name="Uno")
        self.stop_agent()
        text = self.read_hosts()
        for line in ("# my hosts", "# the name", "name=Uno", "future=1", "[Something Else]",
                     "key=value", "[https://two.example.org]"):
            self.assertIn(line, text)

    def test_bad_group_costs_no_other(self):
        self.stop_agent()
        self.write_hosts("[ftp://bad.example.org]\nname=Bad\n[https://odd.example.org]\n"
                         "redirect-ports=many\n[https://good.example.org]\nname=Good\n")
        self.start_agent()
        self.assertEqual([host["Name"] for host in self.hosts().values()], ["Good"])
        self.add_host("https://new.example.org")
        self.stop_agent()
        self.assertIn("[ftp://bad.example.org]", self.read_hosts())
        self.assertIn("redirect-ports=many", self.read_hosts())

    def test_bad_group_is_told(self):
        self.stop_agent()
        self.write_hosts("# hosts\n[https://odd.example.org]\ntimeout=soon\n"
                         "[https://good.example.org]\nname=Good\n")
        self.start_agent()
        (name, sentence), = self.agent_property("Notices")
        self.assertEqual(name, "hosts-file")
        for part in (self.hosts_file(), "line 2 ", "timeout"):
            self.assertIn(part, sentence)
        self.assertEqual(glob.glob(self.hosts_file() + ".damaged-*"), [])

    def test_secrets_stay_out_of_the_log(self):
        self.stop_agent()
        self.write_hosts("[https://me:hunter2@one.example.org]\n[https://one.example.org/?token=hunter2]\n"
                         "[me:hunter2@one.example.org]\n[a word hunter2]\n[https://two.example.org]\n"
                         "[https://two.example.org/#hunter2]\n[https://TWO.example.org/]\n")
        self.start_agent()
        self.assertEqual([host["Url"] for host in self.hosts().values()], ["https://two.example.org"])
        (_name, notice), = self.agent_property("Notices")
        for text, lines in ((self.log(), (1, 2, 3, 4, 6, 7)), (notice, (1, 2, 3, 6))):
            self.assertNotIn("hunter2", text)
            for line in lines:
                self.assertEqual(text.count(f"The host in line {line} of {self.hosts_file()} is left out"), 1, line)

    def test_merge_conflict_costs_no_host(self):
        text = ("# hosts\n[https://one.example.org]\n<<<<<<< HEAD\nname=Ours\n=======\nname=Theirs\n"
                ">>>>>>> branch\ntimeout=60\n\n<<<<<<< HEAD\n[https://two.example.org]\nname=Two\n"
                "=======\n[https://three.example.org]\nname=Three\n>>>>>>> branch\n"
                "[https://torn.exam\nname=Torn\n[https://four.example.org]\nname=Four\n")
        self.stop_agent()
        self.write_hosts(text)
        self.start_agent()
        self.assertCountEqual([host["Name"] for host in self.hosts().values()],
                              ["Theirs", "Two", "Three", "Four"])
        self.assertEqual(self.find_host("https://one.example.org").Options["timeout"], 60)
        copy, = glob.glob(self.hosts_file() + ".damaged-*")
        with open(copy, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)
        (_name, sentence), = notices = self.agent_property("Notices")
        for part in (self.hosts_file() + " ", "line 3,", copy):
            self.assertIn(part, sentence)

        # written without the lines that cannot be read, so the next start has nothing to say
        self.restart_agent()
        self.assertEqual(self.agent_property("Notices"), notices)
        self.assertEqual(glob.glob(self.hosts_file() + ".damaged-*"), [copy])
        self.assertIn("# hosts", self.read_hosts())
        for part in ("<<<", "===", ">>>", "torn.exam", "Torn"):
            self.assertNotIn(part, self.read_hosts())

    def test_merge_conflict_in_lines_of_windows(self):
        self.stop_agent()
        self.write_hosts(b"[https://one.example.org]\r\n<<<<<<< HEAD\r\nname=Ours\r\n=======\r\nname=Theirs\r\n"
                         b">>>>>>> branch\r\n\r\n[https://two.example.org]\r\ntimeout=60\r\n")
        self.start_agent()
        self.assertCountEqual([host["Name"] for host in self.hosts().values()], ["Theirs", "two.example.org"])
        self.assertEqual(self.find_host("https://two.example.org").Options["timeout"], 60)
        (_name, sentence), = self.agent_property("Notices")
        self.assertIn("line 2,", sentence)

    def test_pipe_does_not_stop_the_agent(self):
        self.stop_agent()
        os.makedirs(os.path.dirname(self.hosts_file()), exist_ok=True)
        os.mkfifo(self.hosts_file(), 0o600)
        self.start_agent()
        texts = [text for _, text in self.agent_property("Notices")]
        self.assertIn("hosts.ini", " ".join(texts))
        self.add_unsaved("https://one.example.org")
        self.stop_agent()
        self.assertTrue(stat.S_ISFIFO(os.stat(self.hosts_file()).st_mode))
        os.unlink(self.hosts_file())
        self.start_agent()

    def test_symbolic_link_stays(self):
        target = self.bus.path("dotfiles", "keyfob.ini")
        self.stop_agent()
        os.makedirs(os.path.dirname(target))
        os.makedirs(os.path.dirname(self.hosts_file()), exist_ok=True)
        os.symlink(os.path.relpath(target, os.path.dirname(self.hosts_file())), self.hosts_file())
        self.start_agent()
        self.add_host("https://one.example.org")
        self.stop_agent()
        self.assertTrue(os.path.islink(self.hosts_file()))
        with open(target, "a", encoding="utf-8") as file:
            file.write("<<<<<<< HEAD\n")
        self.start_agent()
        self.find_host("https://one.example.org")
        self.add_host("https://two.example.org")
        self.assertTrue(os.path.islink(self.hosts_file()))
        with open(target, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("two.example.org", text)
        self.assertNotIn("<<<", text)

    def test_damaged_file_is_kept(self):
        for damage in ("[https://good.example.org]\nname=Good\n[https://torn.exam",
                       b"[https://good.example.org]\nname=Good\n[x\n\xff\xfe\x00\x01 no\n"):
            with self.subTest(damage=damage):
                self.stop_agent()
                for old in glob.glob(self.hosts_file() + ".damaged-*"):
                    os.unlink(old)
                self.write_hosts(damage)
                self.start_agent()
                copy, = glob.glob(self.hosts_file() + ".damaged-*")
                with open(copy, "rb") as file:
                    kept = file.read()
                self.assertEqual(kept, damage if isinstance(damage, bytes) else damage.encode())
                self.assertIn(copy, self.log())
                notice, = self.agent_property("Notices")
                self.assertEqual(notice[0], "hosts-file")
                self.assertIn(copy, notice[1])
                self.assertEqual([host["Name"] for host in self.hosts().values()], ["Good"])

    def test_unreadable_file_is_left_alone(self):
        self.stop_agent()
        os.makedirs(os.path.dirname(self.hosts_file()), exist_ok=True)
        if os.path.lexists(self.hosts_file()):
            os.unlink(self.hosts_file())
        # a link to itself cannot be read, not even by root, and a write would replace it
        os.symlink("hosts.ini", self.hosts_file())
        self.start_agent()
        self.assertEqual([name for name, _sentence in self.agent_property("Notices")], ["hosts-file"])
        self.assertIn("cannot be read", self.add_unsaved("https://one.example.org"))
        self.stop_agent()
        self.assertTrue(os.path.islink(self.hosts_file()))

    def test_file_that_cannot_be_written(self):
        self.stop_agent()
        os.rmdir(self.bus.path("config", "keyfob")) if os.path.isdir(
            self.bus.path("config", "keyfob")) else None
        with open(self.bus.path("config", "keyfob"), "w", encoding="utf-8") as obstacle:
            obstacle.write("in the way")
        self.start_agent()
        sentence = self.add_unsaved("https://one.example.org")
        self.assertIn("list of hosts", sentence)
        self.assertIn("cannot be", sentence)

    def add_unsaved(self, url):
        """Adds a host that is there until the agent ends; gives what is said about it."""
        sentence = self.assert_fails("Store", self.add_host, url)
        self.assertEqual(self.find_host(url).Error, sentence)
        return sentence

    def block_folder(self, folder):
        """A file where the agent is to make its folder."""
        with open(self.bus.path(folder, "keyfob"), "w", encoding="utf-8") as obstacle:
            obstacle.write("in the way")

    def test_quit_tells_what_is_not_saved(self):
        self.block_folder("config")
        self.add_unsaved("https://one.example.org")
        self.assertEqual(self.stop_agent(), 0)
        self.assertIn("The list of hosts cannot be saved", self.log())
        os.unlink(self.bus.path("config", "keyfob"))
        self.start_agent()
        self.assertEqual(self.hosts(), {})
        (name, sentence), = self.agent_property("Notices")
        self.assertEqual(name, "unsaved")
        self.assertIn("The list of hosts cannot be saved", sentence)

    def test_quit_says_what_is_not_saved(self):
        self.block_folder("config")
        self.block_folder("state")
        self.add_unsaved("https://one.example.org")
        self.assertEqual(self.stop_agent(), 0)
        for what in ("list of hosts", "notices"):
            self.assertIn(f"The {what} cannot be saved", self.log())

    def test_activation(self):
        self.stop_agent()
        self.bus.connection.call_sync(
            agentcase.NAME, agentcase.PATH, "org.freedesktop.DBus.Peer", "Ping", None, None,
            Gio.DBusCallFlags.NONE, 20000, None)
        self.assertTrue(self.bus.has_owner(agentcase.NAME))
        activated = self.bus.process_id(agentcase.NAME)
        os.kill(activated, 15)
        self.bus.wait_for_name(agentcase.NAME, present=False)

    def test_second_agent_ends(self):
        second = self.bus.spawn([os.environ["KEYFOB_AGENT"]], stderr=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL)
        self.assertEqual(second.wait(20), 0)
        self.assertEqual(self.bus.process_id(agentcase.NAME), self.agent.pid)


class PathsThatAreNotText(agentcase.AgentCase):
    """Folders whose names are no UTF-8, as an old system of another encoding leaves them."""

    def folder(self, name):
        path = os.path.join(os.fsencode(self.bus.folder), b"f\xfcr " + name.encode())
        os.makedirs(path, exist_ok=True)
        return os.fsdecode(path)

    def setUp(self):
        super().setUp()
        self.stop_agent()
        self.env = {variable: self.folder(variable) for variable in
                    ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}

    def sign_in_and_restart(self):
        host = self.add_host()
        host.sign_in()
        token = host.get_token()
        self.restart_agent(env=self.env)
        host = self.find_host()
        host.wait_for(State="signed-in", Saved=True, Error="")
        self.assertEqual(host.get_token(), token)
        self.assertEqual(self.agent_property("Notices"), [])

    def test_folders(self):
        self.start_agent(env=self.env)
        self.sign_in_and_restart()
        folder = os.path.join(self.env["XDG_CONFIG_HOME"], "keyfob")
        # a write that is under way has another file beside it
        agentcase.wait_until(lambda: os.listdir(folder) == ["hosts.ini"], "hosts.ini alone")

    def test_working_directory(self):
        self.agent_arguments = ("--store", "tokens.json")
        self.working_directory = self.folder("here")
        self.start_agent(env=self.env)
        self.sign_in_and_restart()
        self.assertIn("tokens.json", os.listdir(self.working_directory))

    def test_programs(self):
        cache = self.env["XDG_CACHE_HOME"]
        for program in ("other", os.fsdecode(b"caf\xe9")):
            os.makedirs(os.path.join(cache, program))
            with open(os.path.join(cache, program, "token-store.json"), "w", encoding="utf-8") as out:
                out.write("{}")
        self.start_agent(env=self.env)
        self.assertIn("other", self.agent_property("Programs"))
        host = self.add_host(store="app:other")
        host.sign_in()
        self.assertEqual((host.Saved, host.Error), (True, ""))
        with open(os.path.join(cache, "other", "token-store.json"), encoding="utf-8") as file:
            self.assertIn(host.get_token()["access_token"], file.read())

    def test_trouble_with_the_token_file(self):
        os.makedirs(os.path.join(self.env["XDG_CACHE_HOME"], "py-oidc-auth", "token-store.json"))
        self.start_agent(env=self.env)
        host = self.add_host()
        host.sign_in()
        self.assertIn("is a folder", host.Error)

    def test_notice_of_a_damaged_file(self):
        path = os.path.join(self.env["XDG_CONFIG_HOME"], "keyfob", "hosts.ini")
        os.mkdir(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as out:
            out.write("<<<<<<< HEAD\n[https://one.example.org]\n[https://two.example.org]\ntimeout=no\n")
        self.start_agent(env=self.env)
        (name, sentence), = self.agent_property("Notices")
        self.assertEqual(name, "hosts-file")
        self.assertIn("line 1", sentence)
        self.assertIn("line 3", sentence)


class OneAfterTheOther(agentcase.AgentCase):
    """Calls that do not wait for each other's answers: the last one counts."""

    def start(self, method, signature, *arguments, path=agentcase.PATH, interface=agentcase.AGENT):
        return self.start_call(path, interface, method, GLib.Variant(signature, arguments))

    def add(self, **options):
        return self.start("AddHost", "(sa{sv})", self.server.url, agentcase.variants(**options))

    def remove(self, path):
        return self.start("RemoveHost", "(o)", path)

    def test_added_and_removed(self):
        path = self.add_host().path
        for last in ("removed", "added"):
            for signed_in in (False, True):
                with self.subTest(last=last, signed_in=signed_in):
                    host = self.add_host()
                    if signed_in:
                        host.sign_in()
                    calls = [self.remove(path), self.add(name="One"), self.remove(path),
                             self.add(name="Two"), self.add(name="Three"), self.remove(path)]
                    if last == "added":
                        calls += [self.add(name="Four"), self.add(timeout=60), self.add(name="Last")]
                    for call in calls:
                        call.wait()
                    expected = {} if last == "removed" else {path: "Last"}
                    self.assertEqual({path: host["Name"] for path, host in self.hosts().items()}, expected)
                    self.restart_agent()
                    self.assertEqual({path: host["Name"] for path, host in self.hosts().items()}, expected)

    def test_configured(self):
        host = self.add_host()
        host.sign_in()
        files = [self.bus.path("other", f"{number}.json") for number in range(3)]
        calls = []
        for number in range(30):
            calls.append(host.start("Configure", store=files[number % 3], name=f"Name {number}"))
            calls.append(self.add(timeout=60 + number))
        for call in calls:
            call.wait()
        host.wait_for(Name="Name 29", Store=files[2], State="signed-in")
        self.assertEqual(host.Options["timeout"], 89)
        self.restart_agent()
        self.find_host().wait_for(Name="Name 29", Store=files[2], State="signed-in")
        for path in files[:2]:
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read().strip(), "{}")


class TwoAgents(agentcase.AgentCase):
    """Two agents, each on a bus of its own, with one hosts.ini."""

    def setUp(self):
        super().setUp()
        self.other = privatebus.PrivateBus()
        self.addCleanup(self.other.close)
        self.hosts_file = self.bus.path("config", "keyfob", "hosts.ini")

    def start_other(self):
        with open(self.log_path, "ab") as log:
            self.other.spawn([os.environ[self.program]], stdout=log, stderr=log, cwd=self.other.folder,
                             env={"XDG_CONFIG_HOME": self.bus.path("config"),
                                  "XDG_DATA_DIRS": self.bus.path("share")})
        self.other.wait_for_name(agentcase.NAME)

    def add(self, url, bus=None, **options):
        arguments = GLib.Variant("(sa{sv})", (url, agentcase.variants(**options)))
        return self.start_call(agentcase.PATH, agentcase.AGENT, "AddHost", arguments,
                               (bus or self.bus).connection)

    def remove(self, url, bus):
        self.call(agentcase.PATH, agentcase.AGENT, "RemoveHost", GLib.Variant("(o)", self.call(
            agentcase.PATH, agentcase.AGENT, "FindHost", GLib.Variant("(s)", (url,)), bus.connection)),
            bus.connection)

    def groups(self):
        keys = GLib.KeyFile()
        keys.load_from_file(self.hosts_file, GLib.KeyFileFlags.NONE)
        return keys.get_groups()[0]

    def test_each_keeps_what_the_other_changes(self):
        self.add("https://one.example.org", name="One").wait()
        self.add("https://two.example.org").wait()
        self.start_other()
        self.add("https://three.example.org", self.other).wait()
        self.add("https://one.example.org", self.other, timeout=60).wait()
        self.add("https://four.example.org").wait()
        self.remove("https://two.example.org", self.other)
        self.add("https://one.example.org", name="First").wait()
        self.assertEqual(self.groups(), [f"https://{name}.example.org" for name in ("one", "three", "four")])
        self.restart_agent()
        self.assertEqual(len(self.hosts()), 3)
        options = self.find_host("https://one.example.org").Options
        self.assertEqual((options["name"], options["timeout"]), ("First", 60))

    def test_an_editor_changes_the_file(self):
        self.add("https://one.example.org", name="One").wait()
        with open(self.hosts_file, "a", encoding="utf-8") as out:
            out.write("note=mine\n# by hand\n[https://two.example.org]\nname=Two\n")
        self.add("https://one.example.org", name="First").wait()
        with open(self.hosts_file, encoding="utf-8") as file:
            text = file.read()
        for line in ("name=First", "note=mine", "# by hand", "[https://two.example.org]", "name=Two"):
            self.assertIn(line + "\n", text)

    def test_an_editor_breaks_the_file(self):
        self.add("https://one.example.org").wait()
        with open(self.hosts_file, "a", encoding="utf-8") as out:
            out.write("[https://two.example.org]\n<<<<<<< HEAD\nname=Two\n")
        self.add("https://three.example.org").wait()
        self.assertEqual(self.groups(), [f"https://{name}.example.org" for name in ("one", "two", "three")])
        copy, = glob.glob(self.hosts_file + ".damaged-*")
        with open(copy, encoding="utf-8") as file:
            self.assertIn("<<<<<<< HEAD\n", file.read())

    def test_the_file_is_locked(self):
        self.add("https://one.example.org").wait()
        with open(self.hosts_file, "r+", encoding="utf-8") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            call = self.add("https://two.example.org")
            # begun later, and written to another file
            self.call(agentcase.PATH, agentcase.AGENT, "LockTokens")
            with open(self.hosts_file + ".new", "w", encoding="utf-8") as new:
                new.write(file.read() + "[https://three.example.org]\n")
            os.rename(new.name, self.hosts_file)
        call.wait()
        self.assertEqual(self.groups(), [f"https://{name}.example.org" for name in ("one", "three", "two")])

    def test_the_file_is_locked_for_long(self):
        """As by a program that hangs."""
        self.add("https://one.example.org").wait()
        with open(self.hosts_file, "r+", encoding="utf-8") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            sentence = self.assert_fails("Store", self.add("https://two.example.org").wait)
            self.assertIn("Another program has locked it", sentence)
            self.assertEqual(self.find_host("https://two.example.org").Error, sentence)
            # the agent does not end without a word, either
            self.agent.terminate()
            self.assertEqual(self.agent.wait(privatebus.DEADLINE), 0)
        self.bus.wait_for_name(agentcase.NAME, present=False)
        self.start_agent()
        (_, sentence), = self.agent_property("Notices")
        self.assertIn("Another program has locked it", sentence)

    def test_both_write_at_once(self):
        self.start_other()
        pending = [self.add(f"https://{bus.daemon.pid}-{number}.example.org", bus)
                   for number in range(40) for bus in (self.bus, self.other)]
        for call in pending:
            call.wait()
        self.assertEqual(len(self.groups()), 80)


class German(agentcase.AgentCase):
    program = "KEYFOB_AGENT_UNINSTALLED"

    def test_errors_are_said_in_the_language_of_the_user(self):
        # glibc 2.41 translates nothing in C.UTF-8: the same under the name of another locale
        os.symlink("/usr/lib/locale/C.utf8", self.bus.path("de_DE.UTF-8"))
        self.restart_agent(env={"LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8", "LOCPATH": self.bus.folder})
        url = "https://nowhere.example.org"
        german = gettext.translation("keyfob", os.environ["KEYFOB_LOCALEDIR"], ["de"])
        sentence = german.gettext("There is no host %s. Add it first.") % url
        self.assertIn("Host", sentence)
        self.assertNotIn("There is", sentence)
        self.assertEqual(self.assert_fails("InvalidHost", self.find_host, url), sentence)


class CommandLine(unittest.TestCase):
    def run_agent(self, *arguments, **env):
        return subprocess.run([os.environ["KEYFOB_AGENT"], *arguments], text=True, check=False,
                              capture_output=True, timeout=20, env={**os.environ, **env})

    def test_help(self):
        result = self.run_agent("--help", LC_ALL="C.UTF-8")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--store=FILE", result.stdout)

    def test_unknown_option(self):
        result = self.run_agent("--nonsense")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--nonsense", result.stderr)

    def test_no_bus(self):
        result = self.run_agent(DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        self.assertEqual(result.returncode, 1)
        self.assertIn("bus", result.stderr)


if __name__ == "__main__":
    tap.main()
