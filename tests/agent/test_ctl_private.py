# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""keyfobctl where there is no message bus, or where a token file is named: with a private agent."""

import array
import fcntl
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import termios
import time
import unittest

import agentcase
import privatebus
import tap
from agentcase import wait_until
from fake_server import quoted
from gi.repository import Gio
from test_ctl import DONE, FAILED, NO_HOST, OFFLINE, SIGN_IN, SSH, USAGE, Command


def processes_of(folder):
    """What runs with that folder in its environment or its arguments: (id, arguments, environment).

    An agent shows its environment to nobody but root.
    """
    def read(process, name):
        try:
            return pathlib.Path("/proc", process, name).read_bytes()
        except OSError:
            return b""

    found = ((int(name), read(name, "cmdline"), read(name, "environ")) for name in os.listdir("/proc") if name.isdigit())
    return [process for process in found if folder.encode() in process[1] + process[2]]


class Private(unittest.TestCase):
    """An environment as that of ssh, cron and batch jobs, on a machine whose bus is of no use."""

    def setUp(self):
        self.server = agentcase.FakeServer()
        self.addCleanup(self.server.stop)
        self.bus = privatebus.PrivateBus()
        self.addCleanup(self.bus.close)
        self.bus.env.update(KEYFOB_AGENT=os.environ["KEYFOB_AGENT"], G_MESSAGES_DEBUG="all",
                            PATH=os.environ["PATH"])
        self.session = self.bus.env.pop("DBUS_SESSION_BUS_ADDRESS")
        self.named = self.bus.path("named.json")
        self.outputs = []

    def tearDown(self):
        """Nothing is left, and nothing that was said has a secret."""
        for output in self.outputs:
            for secret in self.server.secrets:
                self.assertNotIn(secret, output)

    def start(self, *arguments, **how):
        return Command(self, arguments, **how)

    def run_ctl(self, *arguments, status=DONE, **how):
        command = self.start(*arguments, **how).wait()
        self.outputs.append(command.err.decode())
        self.assertEqual(command.status, status, command.err)
        return command.out.decode(), command.err.decode()

    def sentence(self, err):
        """What was said without the messages for developers."""
        return "".join(line + "\n" for line in err.splitlines() if "-DEBUG: " not in line and line)

    def add(self, *arguments, url=None):
        self.run_ctl("add", *arguments, url or self.server.url)
        self.server.requests.clear()

    def put(self, path, life=3600, url=None):
        """A token store with one token, as the Python client writes it."""
        token = self.server.make_token(life)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump({url or self.server.url: {"token": token, "stored_at": 0}}, out)
        return token

    def put_ended(self, path):
        """Likewise, with one that has ended and cannot be renewed."""
        self.put(path, life=-3600)
        entries = self.read(path)
        del entries[self.server.url]["token"]["refresh_token"]
        with open(path, "w", encoding="utf-8") as out:
            json.dump(entries, out)

    def shared_file(self):
        return self.bus.path("cache", "py-oidc-auth", "token-store.json")

    def hosts_file(self):
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            return file.read()

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)


class WithoutBus(Private):
    def test_host_in_the_file_is_used_without_a_bus(self):
        token = self.put(self.shared_file())
        self.add()
        self.assertEqual(self.run_ctl("header")[0], f"Authorization: Bearer {token['access_token']}\n")
        self.assertEqual(self.run_ctl("token", self.server.url)[0], token["access_token"] + "\n")

    def test_what_a_token_says_and_opens(self):
        self.put(self.shared_file())
        self.add()
        self.assertIn("preferred_username\tclaimed-alice\n", self.run_ctl("claims")[0])
        self.assertIn("Alice Example", self.run_ctl("test", self.server.url)[0])

    def test_token_that_ended_is_renewed_and_kept(self):
        self.put(self.shared_file(), life=-1)
        self.add()
        first = self.run_ctl("token")[0].strip()
        self.assertEqual(self.read(self.shared_file())[self.server.url]["token"]["access_token"], first)
        self.assertEqual(self.run_ctl("token")[0].strip(), first)
        self.assertEqual(self.server.count("token"), 1)

    def test_hosts_are_listed_added_and_removed(self):
        self.add("--name", "Portal")
        self.assertIn("name=Portal", self.hosts_file())
        self.assertIn("Portal", self.run_ctl("list")[0])
        self.assertEqual(json.loads(self.run_ctl("status", "--json")[0])["store"], "file")
        self.run_ctl("remove", "portal")
        self.assertNotIn(self.server.url, self.hosts_file())

    def test_host_that_is_provided(self):
        os.makedirs(self.bus.path("xdg", "keyfob", "hosts.d"))
        with open(self.bus.path("xdg", "keyfob", "hosts.d", "a.ini"), "w", encoding="utf-8") as out:
            out.write(f"[{self.server.url}]\nname=Portal\n[https://other.example.org]\n")
        self.put(self.shared_file())
        listed = json.loads(self.run_ctl("list", "--json")[0])["hosts"]
        self.assertEqual({host["name"]: host["provided"] for host in listed}, {"Portal": True, "other.example.org": True})
        self.run_ctl("token", "portal")
        self.run_ctl("remove", "other.example.org")
        self.assertEqual([host["name"] for host in json.loads(self.run_ctl("list", "--json")[0])["hosts"]], ["Portal"])

    def test_host_in_the_keyring_is_out_of_reach(self):
        os.makedirs(self.bus.path("config", "keyfob"))
        with open(self.bus.path("config", "keyfob", "hosts.ini"), "w", encoding="utf-8") as out:
            out.write(f"[{self.server.url}]\naccount=alice\nkept-in=keyring\n")
        for arguments in (("header",), ("login",)):
            _, err = self.run_ctl(*arguments, status=SIGN_IN)
            self.assertIn("in the keyring of the desktop session", err)
            self.assertNotIn("Nobody is asked", err)
        _, err = self.run_ctl("header", status=SIGN_IN)
        self.assertIn("--store FILE", err)
        self.assertIn("kept-in=keyring", self.hosts_file())

    def test_host_for_the_keyring_without_a_token(self):
        self.add("--store", "keyring")
        _, err = self.run_ctl("header", status=SIGN_IN)
        self.assertNotIn("token is", err)
        self.assertIn("keyring of the desktop session", err)
        self.assertIn("--store FILE", err)

    def test_sign_in_over_ssh(self):
        """By a code, and by the address at which a browser on another machine ended; Ctrl-C ends both."""
        port = agentcase.free_port()
        self.add("--redirect-ports", str(port))
        for end, status in (("\x03", USAGE), (None, DONE)):
            command = self.start("login", "--browser", terminal=True, env=SSH)
            command.wait_for_text("paste the address")
            self.assertIn(f"ssh -N -L {port}:localhost:{port} ", command.err.decode())
            page = agentcase.Page(command.wait_for_text(r"http://\S+/authorize\S+").group(), follow=False).wait()
            command.type(end or page.location + "\n")
            self.assertEqual(command.wait().status, status, command.err)
            if end is None:
                self.assertNotIn(page.location, command.err.decode())
        self.assertEqual(list(self.read(self.shared_file())), [self.server.url])
        self.server.polls = [quoted("authorization_pending")] * 100
        command = self.start("login", "--force", terminal=True, env=SSH)
        command.wait_for_text("WDJB-MJHT")
        command.type("\x03")
        self.assertEqual(command.wait().status, USAGE, command.err)

    def test_no_bus_is_started(self):
        """With a display GLib would start one by dbus-launch."""
        folder = self.bus.path("bin")
        os.mkdir(folder)
        with open(os.path.join(folder, "dbus-launch"), "w", encoding="utf-8") as out:
            out.write(f"#!/bin/sh\ntouch {self.bus.path('launched')}\n")
        os.chmod(os.path.join(folder, "dbus-launch"), 0o755)
        self.put(self.shared_file())
        # what reads the settings would want a bus as well
        self.bus.env.update(DISPLAY=":99", PATH=folder + ":" + os.environ["PATH"], GSETTINGS_BACKEND="dconf",
                            GSETTINGS_SCHEMA_DIR=os.environ["KEYFOB_SCHEMAS"])
        self.add()
        self.run_ctl("token")
        # says when the session has ended, which the desktop may have in a form of its own
        self.put_ended(self.shared_file())
        out, _ = self.run_ctl("list")
        self.assertIn("The session ended", out)
        self.assertFalse(os.path.exists(self.bus.path("launched")))

    def test_bus_that_is_gone_is_no_bus(self):
        self.put(self.shared_file())
        self.add()
        self.run_ctl("token", env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=" + self.bus.path("gone")})

    def test_exit_codes(self):
        self.run_ctl("token", status=NO_HOST)
        self.run_ctl("token", "nowhere", status=NO_HOST)
        self.add()
        _, err = self.run_ctl("token", status=SIGN_IN)
        self.assertIn(f"keyfobctl login", err)
        self.put(self.shared_file(), life=-1)
        self.server.stop()
        self.run_ctl("token", status=OFFLINE)
        self.server.start(self.server.port)

    def test_command_runs_with_a_token(self):
        token = self.put(self.shared_file())
        self.add()
        out, _ = self.run_ctl("run", "--", "sh", "-c", "cat /dev/fd/$KEYFOB_TOKEN_FD; echo; ! pgrep -P $$ keyfob-agent")
        self.assertEqual(out.splitlines()[-1], token["access_token"])

    def test_token_file_of_the_session_stays(self):
        kept = self.bus.path("run", "keyfob", "portal~0123456789ab.token")
        os.makedirs(os.path.dirname(kept), mode=0o700)
        with open(kept, "w", encoding="utf-8") as out:
            out.write("token")
        os.chmod(kept, 0o600)
        self.put(self.shared_file())
        self.add()
        self.run_ctl("token")
        self.run_ctl("token-file", status=FAILED)
        self.assertTrue(os.path.exists(kept))

    def test_list_asks_no_server(self):
        self.put(self.shared_file())
        self.add()
        self.run_ctl("token")  # what is in use is renewed by an agent that stays
        self.put(self.shared_file(), life=-1)
        self.run_ctl("list")
        self.assertEqual(self.server.requests, [])


class Named(Private):
    """A token store that --store or OIDC_TOKEN_FILE names."""

    def test_host_need_not_be_listed(self):
        token = self.put(self.named)
        for arguments in (["token", self.server.url], ["token"], ["token", "127.0.0.1"]):
            with self.subTest(arguments):
                self.assertEqual(self.run_ctl(*arguments, "--store", self.named)[0], token["access_token"] + "\n")
                self.assertEqual(self.run_ctl("--store", self.named, *arguments)[0], token["access_token"] + "\n")
                self.assertEqual(self.run_ctl(*arguments, env={"OIDC_TOKEN_FILE": self.named})[0],
                                 token["access_token"] + "\n")
        self.assertIn(self.server.url, self.run_ctl("list", "--store=" + self.named)[0])
        self.assertFalse(os.path.exists(self.bus.path("config", "keyfob")))

    def test_folder_is_told(self):
        for folder in ("/", "/tmp"):
            with self.subTest(folder):
                self.assertIn(f"{folder} is a folder where a file should be", self.run_ctl("list", "--store", folder)[1])

    def test_host_is_named_by_its_host_name(self):
        token = self.put(self.named, url="https://portal")
        self.put(self.shared_file())
        self.assertEqual(self.run_ctl("token", "portal", "--store", self.named)[0], token["access_token"] + "\n")
        self.run_ctl("token", "elsewhere", "--store", self.named, status=NO_HOST)

    def test_token_of_a_server_is_that_of_the_address_below_it(self):
        token = self.put(self.named)
        self.assertEqual(self.run_ctl("token", self.server.url + "/api", "--store", self.named)[0],
                         token["access_token"] + "\n")

    def test_is_used_although_there_is_a_bus(self):
        token = self.put(self.named)
        out, _ = self.run_ctl("token", "--store", self.named, env={"DBUS_SESSION_BUS_ADDRESS": self.session})
        self.assertEqual(out, token["access_token"] + "\n")
        self.assertFalse(self.bus.has_owner(agentcase.NAME))

    def test_is_used_whatever_was_chosen_and_changes_no_choice(self):
        token = self.put(self.named)
        other = self.put(self.shared_file())
        self.add("--store", "file", "--name", "Portal")
        self.assertEqual(self.run_ctl("token", "portal")[0], other["access_token"] + "\n")
        before = self.hosts_file()
        self.assertEqual(self.run_ctl("token", "portal", "--store", self.named)[0], token["access_token"] + "\n")
        self.run_ctl("logout", "portal", "--store", self.named)
        self.assertEqual(self.read(self.named), {})
        self.assertEqual(self.hosts_file(), before)
        self.assertEqual(self.run_ctl("token", "portal")[0], other["access_token"] + "\n")

    def test_host_can_be_added_and_removed(self):
        self.put(self.named)
        self.run_ctl("--store", self.named, "add", "--name", "Portal", self.server.url)
        self.assertIn("name=Portal", self.hosts_file())
        self.run_ctl("remove", "portal", "--store", self.named)
        self.assertNotIn(self.server.url, self.hosts_file())
        self.assertEqual(self.read(self.named), {})

    def test_renewal_is_kept_in_the_file(self):
        old = self.put(self.named, life=-1)
        first = self.run_ctl("token", "--store", self.named)[0].strip()
        kept = self.read(self.named)[self.server.url]["token"]
        self.assertEqual(kept["access_token"], first)
        self.assertNotEqual(kept["refresh_token"], old["refresh_token"])
        self.assertEqual(stat.S_IMODE(os.stat(self.named).st_mode), 0o600)

    def test_sign_in_at_a_host_that_is_nowhere(self):
        command = self.start("login", "--device", "--store", self.named, self.server.url, terminal=True).wait()
        self.assertEqual(command.status, DONE, command.err)
        kept = self.read(self.named)
        self.assertEqual(list(kept), [self.server.url])
        self.assertEqual(self.run_ctl("token", "--store", self.named)[0].strip(),
                         kept[self.server.url]["token"]["access_token"])
        self.assertFalse(os.path.exists(self.bus.path("config", "keyfob")))

    def test_only_one_file_is_named(self):
        for arguments in (("--store", "a", "--store", "b", "list"), ("--store=a", "--store=b", "list"),
                          ("--store=a", "list", "--store=b"), ("list", "--store=a", "--store", "b")):
            with self.subTest(arguments):
                _, err = self.run_ctl(*arguments, status=USAGE)
                self.assertIn("Name only one token file with --store.\n", err)


class Commands(Private):
    """Every other command, without a bus."""

    def setUp(self):
        super().setUp()
        self.token = self.put(self.shared_file())
        self.add("--name", "Portal")

    def test_exec_credential(self):
        credential = json.loads(self.run_ctl("exec-credential", "portal")[0])
        self.assertEqual(credential["status"]["token"], self.token["access_token"])

    def test_run(self):
        out, _ = self.run_ctl("run", "--env", "TOKEN", "portal", "--", "sh", "-c", "echo $TOKEN", env={
            "G_MESSAGES_DEBUG": ""})
        self.assertEqual(out, self.token["access_token"] + "\n")

    def test_command_ends_by_a_pipe_that_is_closed(self):
        out, _ = self.run_ctl("run", "portal", "--", "bash", "-c", "yes | head -n 1; echo ${PIPESTATUS[0]}",
                              env={"G_MESSAGES_DEBUG": ""})
        self.assertEqual(out, f"y\n{128 + signal.SIGPIPE}\n")

    def test_locked_tokens_stay_locked(self):
        os.makedirs(self.bus.path("state", "keyfob"))
        with open(self.bus.path("state", "keyfob", "lock.ini"), "w", encoding="utf-8") as out:
            out.write("[tokens]\nlocked=true\n")
        with open(os.open(self.named, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
            json.dump(self.server.make_token(), out)
        for arguments in (["portal"], ["--store", self.named], ["--store", self.named, self.server.url]):
            with self.subTest(arguments):
                out, err = self.run_ctl("token", *arguments, status=SIGN_IN)
                self.assertEqual(out, "")
                self.assertIn("Tokens are locked", err)

    def test_git_credential(self):
        protocol, host = self.server.url.split("://")
        for arguments in ([], ["--store", self.shared_file()]):
            process = self.bus.spawn([os.environ["KEYFOB_CTL"], "git-credential", *arguments, "get"], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            out = process.communicate(f"protocol={protocol}\nhost={host}\n\n")[0]
            self.assertIn(f"password={self.token['access_token']}\n", out)

    def test_list_and_status(self):
        listed, = json.loads(self.run_ctl("list", "--json")[0])["hosts"]
        self.assertEqual((listed["name"], listed["state"], listed["store"]),
                         ("Portal", "signed-in", self.shared_file()))
        status = json.loads(self.run_ctl("status", "--json")[0])
        self.assertEqual((status["store"], status["store_file"], status["needs"]),
                         ("file", self.shared_file(), []))

    def test_oidc_auth(self):
        self.assertIn(self.server.url, self.run_ctl("oidc-auth", "--list")[0])
        self.assertEqual(json.loads(self.run_ctl("oidc-auth", "--json", self.server.url)[0])["access_token"],
                         self.token["access_token"])
        self.assertIn("Removed", self.run_ctl("oidc-auth", "--remove", self.server.url)[0])
        self.assertEqual(self.read(self.shared_file()), {})

    def test_logout_and_remove_all(self):
        self.run_ctl("logout", "--all")
        self.assertEqual(self.read(self.shared_file()), {})
        self.run_ctl("token", status=SIGN_IN)
        self.run_ctl("remove", "--all")
        self.run_ctl("token", status=NO_HOST)

    def test_sign_in_in_the_browser(self):
        """It opens without portal and systemd, and has the environment of the user."""
        opened = self.bus.path("opened")
        os.makedirs(self.bus.path("share", "applications"))
        os.symlink("/usr/share/glib-2.0", self.bus.path("share", "glib-2.0"))
        with open(self.bus.path("share", "applications", "browser.desktop"), "w", encoding="utf-8") as out:
            out.write("[Desktop Entry]\nType=Application\nName=Browser\nMimeType=x-scheme-handler/http;\n"
                      f"Exec=sh -c 'env >{opened}.env; ls -l /proc/$$/fd >{opened}.fds; echo $1 >{opened}.part; "
                      f"mv {opened}.part {opened}' sh %u\n")
        with open(self.bus.path("share", "applications", "mimeapps.list"), "w", encoding="utf-8") as out:
            out.write("[Default Applications]\nx-scheme-handler/http=browser.desktop\n")
        self.bus.env.update(XDG_DATA_DIRS=self.bus.path("share"), DISPLAY=":99")
        self.add("--redirect-ports", str(agentcase.free_port()))
        for env in ({}, {"DBUS_SESSION_BUS_ADDRESS": self.session}):
            with self.subTest(env):
                command = self.start("login", "--force", "--browser", "--store", self.shared_file(), "portal",
                                     terminal=True, env=env)
                wait_until(lambda: os.path.exists(opened), lambda: f"the browser {command.err}", agentcase.ANSWER)
                with open(opened, encoding="utf-8") as file:
                    agentcase.Page(file.read().strip()).wait()
                self.assertEqual(command.wait().status, DONE, command.err)
                with open(opened + ".env", encoding="utf-8") as file:
                    seen = dict(line.rstrip("\n").split("=", 1) for line in file)
                self.assertEqual(seen.get("DBUS_SESSION_BUS_ADDRESS"), env.get("DBUS_SESSION_BUS_ADDRESS"))
                self.assertNotIn("GIO_USE_NETWORK_MONITOR", seen)
                with open(opened + ".fds", encoding="utf-8") as file:
                    self.assertNotIn("socket:", file.read())
                os.unlink(opened)

    def test_ways_out_name_the_file(self):
        _, err = self.run_ctl("token", "--store", self.named, self.server.url, status=SIGN_IN)
        self.assertIn(f"keyfobctl login --store {self.named} {self.server.url}", err)


class Together(agentcase.AgentCase):
    """Private agents beside that of the session."""

    def run_ctl(self, *arguments):
        env = {"KEYFOB_AGENT": os.environ["KEYFOB_AGENT"], "DBUS_SESSION_BUS_ADDRESS": ""}
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], *arguments], env=env, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        self.assertEqual(process.returncode, DONE, err)
        return out.strip()

    def test_host_that_one_adds_stays_when_the_other_writes(self):
        self.add_host("https://one.example.org")
        with open(self.bus.path("config", "keyfob", "hosts.ini"), "a", encoding="utf-8") as out:
            out.write("\n[https://two.example.org]\naccount=\n")
        self.assertIn("https://two.example.org", self.run_ctl("list"))
        self.add_host("https://three.example.org")
        self.run_ctl("remove", "https://two.example.org")
        self.assertEqual({line.split("\t")[1] for line in self.run_ctl("list").splitlines()},
                         {"https://one.example.org", "https://three.example.org"})

    def test_session_is_renewed_once(self):
        host = self.add_host(store="file")
        host.sign_in()
        before = host.get_token()["access_token"]
        self.server.token_life *= 10
        gate = self.server.gates["token"] = agentcase.threading.Event()
        self.addCleanup(gate.set)
        asked = self.server.count("token")
        renewal = host.start("Refresh")
        wait_until(lambda: self.server.count("token") > asked, "the refresh")
        process = self.bus.spawn(
            [os.environ["KEYFOB_CTL"], "token", "--store", self.token_file(), "--min-time", "7200", self.server.url],
            env={"KEYFOB_AGENT": os.environ["KEYFOB_AGENT"]}, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        gate.set()
        renewal.wait()
        out, err = process.communicate()
        self.assertEqual(process.returncode, DONE, err)
        self.assertNotEqual(out.strip(), before)
        self.assertEqual(out.strip(), host.get_token()["access_token"])
        self.assertEqual(self.server.count("token"), asked + 1)


class Bare(Private):
    """A file with one token object, as web portals offer it for download."""

    def put_bare(self, life=3600, **fields):
        token = {**self.server.make_token(life), **fields}
        with open(os.open(self.named, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(token, out)
        return token

    def setUp(self):
        super().setUp()
        self.bus.env["OIDC_TOKEN_FILE"] = self.named

    def test_good_token_is_handed_out_without_a_host(self):
        token = self.put_bare()
        for arguments in ([], [self.server.url], ["--store", self.named]):
            with self.subTest(arguments):
                self.assertEqual(self.run_ctl("token", *arguments)[0], token["access_token"] + "\n")
        self.assertEqual(self.run_ctl("header")[0], f"Authorization: Bearer {token['access_token']}\n")
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.read(self.named), token)

    def test_renewal_needs_the_host_and_stays_in_place(self):
        old = self.put_bare(-1, id_token="kept", headers={"X-Own": "kept"}, expires_in=77)
        _, err = self.run_ctl("token", status=USAGE)
        self.assertIn("Name the host", err)
        self.assertEqual(self.server.requests, [])
        first = self.run_ctl("token", self.server.url)[0].strip()
        kept = self.read(self.named)
        self.assertEqual(kept["access_token"], first)
        self.assertNotEqual(kept["refresh_token"], old["refresh_token"])
        self.assertIn(kept["refresh_token"], self.server.refresh_tokens)
        self.assertEqual(kept["id_token"], "kept")
        self.assertEqual(kept["headers"], {"X-Own": "kept", "Authorization": "Bearer " + first})
        self.assertNotIn("expires_in", kept)
        self.assertEqual(set(kept), (set(old) - {"expires_in"}) | set(kept) & {"scope"})
        self.assertEqual(stat.S_IMODE(os.stat(self.named).st_mode), 0o600)
        self.assertEqual(self.run_ctl("token")[0].strip(), first)

    def test_host_of_the_list_is_named_in_short(self):
        del self.bus.env["OIDC_TOKEN_FILE"]
        self.add("--name", "Portal")
        self.bus.env["OIDC_TOKEN_FILE"] = self.named
        before = self.hosts_file()
        self.put_bare(-1)
        self.assertEqual(self.run_ctl("token", "portal")[0].strip(), self.read(self.named)["access_token"])
        self.assertEqual(self.hosts_file(), before)

    def test_link_is_followed_and_stays(self):
        self.put_bare(-1)
        link = self.bus.path("link.json")
        os.symlink(self.named, link)
        self.run_ctl("token", self.server.url, "--store", link)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(self.read(self.named)["access_token"], self.run_ctl("token")[0].strip())

    def test_hosts_never_get_into_the_file(self):
        self.put_bare()
        other = agentcase.FakeServer()
        self.addCleanup(other.stop)
        self.run_ctl("add", other.url)
        other.requests.clear()
        text = self.read(self.named)
        for arguments in (["token", other.url], ["list"], ["logout", "--all"]):
            self.start(*arguments).wait()
        self.assertEqual(other.requests, [])
        self.assertEqual([host["state"] for host in json.loads(self.run_ctl("list", "--json")[0])["hosts"]],
                         ["signed-out"])
        self.assertEqual(self.read(self.named), text)

    def test_git_gets_no_token_for_a_host_that_nobody_has_named(self):
        self.put_bare()
        self.run_ctl("add", self.server.url)
        protocol, host = self.server.url.split("://")
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], "git-credential", "get"], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
        out = process.communicate(f"protocol={protocol}\nhost={host}\n\n")[0]
        self.assertEqual(out, "")

    def test_sign_out_removes_the_file(self):
        self.put_bare()
        self.run_ctl("logout", self.server.url)
        self.assertFalse(os.path.exists(self.named))

    def test_host_that_the_file_names_is_the_only_one(self):
        other = agentcase.FakeServer()
        self.addCleanup(other.stop)
        self.run_ctl("add", other.url)
        other.requests.clear()
        token = self.put_bare(host=self.server.url)
        for named in ("nosuch.example", other.url, self.server.url + "/below"):
            for command in ("header", "login", "logout"):
                with self.subTest(f"{command} {named}"):
                    out, err = self.run_ctl(command, named, status=NO_HOST)
                    self.assertEqual(out, "")
                    self.assertIn(f"is that of {self.server.url}, and of no other host", err)
        for arguments in ([], [self.server.url], [self.server.url + "/"], [self.server.url.split("://")[1]]):
            with self.subTest(arguments):
                self.assertEqual(self.run_ctl("token", *arguments)[0].strip(), token["access_token"])
        self.assertEqual(self.server.requests + other.requests, [])
        self.assertEqual(self.read(self.named), token)

    def test_host_that_the_file_names_renews_it(self):
        self.put_bare(-1, host=self.server.url + "/")
        first = self.run_ctl("token")[0].strip()
        kept = self.read(self.named)
        self.assertEqual((kept["access_token"], kept["host"]), (first, self.server.url + "/"))
        self.assertEqual(self.server.count("token"), 1)
        self.assertEqual(self.run_ctl("token")[0].strip(), first)

    def test_host_that_cannot_be_gets_nothing(self):
        for host in ("http://remote.example", "ftp://x"):
            with self.subTest(host):
                self.put_bare(host=host)
                self.assertEqual(self.run_ctl("token", self.server.url, status=NO_HOST)[0], "")

    def git(self, url, status=DONE):
        protocol, host = url.split("://")
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], "git-credential", "get"], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(f"protocol={protocol}\nhost={host}\n\n")
        self.assertEqual(process.returncode, status, err)
        return out, err

    def test_host_that_the_file_names_is_shown_and_used(self):
        token = self.put_bare(host=self.server.url)
        listed, = json.loads(self.run_ctl("list", "--json")[0])["hosts"]
        self.assertEqual((listed["url"], listed["state"]), (self.server.url, "signed-in"))
        self.assertEqual(json.loads(self.run_ctl("status", "--json")[0])["hosts"], 1)
        self.assertIn(self.server.url, self.run_ctl("oidc-auth", "--list")[0])
        self.assertIn(f"password={token['access_token']}\n", self.git(self.server.url)[0])
        self.assertEqual(self.git("https://nosuch.example")[0], "")
        self.assertFalse(os.path.exists(self.bus.path("config", "keyfob", "hosts.ini")))

    def test_token_whose_host_is_not_known_is_told(self):
        self.put_bare()
        self.run_ctl("add", self.server.url)
        sentence = "holds a single token, and does not name its host"
        self.assertEqual(self.run_ctl("list")[1].count(sentence), 1)
        self.assertEqual(self.run_ctl("status")[0].count(sentence), 1)
        self.assertEqual(self.run_ctl("oidc-auth", "--list")[1].count(sentence), 1)
        self.assertNotIn(sentence, self.run_ctl("token")[1])
        out, err = self.git(self.server.url, SIGN_IN)
        self.assertEqual(out, "")
        self.assertIn(sentence, err)
        self.assertNotIn("OIDC_TOKEN_FILE=", self.sentence(err))

    def test_file_that_is_not_there_is_told(self):
        del self.bus.env["OIDC_TOKEN_FILE"]
        self.add("--name", "Lab")
        missing = "/nosuchdir/x.json"
        for env in ({}, {"SLURM_JOB_ID": "1"}, SSH):
            for arguments in (["header", "Lab", "--store", missing], ["header", "Lab"]):
                with self.subTest((env, arguments)):
                    _, err = self.run_ctl(*arguments, env={"OIDC_TOKEN_FILE": missing, **env}, status=SIGN_IN)
                    self.assertIn(f"{missing}, does not exist", err)
                    self.assertNotIn("window", self.sentence(err))
        self.assertIn("window", self.run_ctl("header", "Lab", status=SIGN_IN)[1])
        self.assertNotIn("window", self.sentence(self.run_ctl("header", "Lab", status=SIGN_IN, env=SSH)[1]))

    def test_store_without_a_file_is_wrong_use(self):
        for arguments in (["--store="], ["--store"], ["--store=", "token"], ["--store", "", "token"],
                          ["token", "--store="], ["token", "--store"]):
            with self.subTest(arguments):
                _, err = self.run_ctl(*arguments, status=USAGE)
                self.assertIn("--store", self.sentence(err))
                self.assertNotIn("Usage:", err)

    def test_file_of_a_single_token_is_no_store_of_a_host(self):
        del self.bus.env["OIDC_TOKEN_FILE"]
        token = self.put_bare()
        _, err = self.run_ctl("add", "--anyway", "--store", self.named, self.server.url, status=USAGE)
        self.assertIn("holds a single token", err)
        self.assertEqual(self.run_ctl("list")[0], "")
        self.assertEqual(self.read(self.named), token)

    def test_file_that_goes_with_its_token_is_told(self):
        for command in (["logout", self.server.url], ["remove", self.server.url], ["logout", "--all"]):
            with self.subTest(command):
                self.put_bare(host=self.server.url)
                self.assertIn(f"{self.named} is removed", self.run_ctl(*command)[1])
                self.assertFalse(os.path.exists(self.named))

    def test_import_is_for_the_host_that_the_file_names(self):
        del self.bus.env["OIDC_TOKEN_FILE"]
        self.put_bare(host="https://nosuch.example")
        _, err = self.run_ctl("import", self.named, self.server.url, status=NO_HOST)
        self.assertIn("is that of https://nosuch.example, and of no other host", err)
        self.assertEqual(self.server.requests, [])

    def test_two_at_once_renew_once(self):
        self.put_bare(-1)
        self.server.gates["token"] = gate = agentcase.threading.Event()
        self.addCleanup(gate.set)
        commands = [self.start("token", self.server.url) for _ in range(2)]
        wait_until(lambda: self.server.count("token") > 0, "the refresh")
        gate.set()
        self.assertEqual(len({command.wait().out for command in commands}), 1)
        self.assertEqual(self.server.count("token"), 1)

    def test_readable_file_is_made_private_and_told(self):
        token = self.put_bare()
        os.chmod(self.named, 0o644)
        out, err = self.run_ctl("token", self.server.url)
        self.assertEqual(out.strip(), token["access_token"])
        self.assertEqual(stat.S_IMODE(os.stat(self.named).st_mode), 0o600)
        self.assertIn("Other users of this machine could read", err)

    def test_any_other_file_is_left_alone(self):
        with open(self.named, "w", encoding="utf-8") as out:
            out.write('{"settings": true}')
        for arguments, status in ((["token", self.server.url], FAILED), (["token"], NO_HOST), (["list"], DONE)):
            with self.subTest(arguments):
                _, err = self.run_ctl(*arguments, status=status)
                self.assertEqual(err.count("is not a token file"), 1)
        command = self.start("login", "--device", self.server.url, terminal=True).wait()
        self.assertEqual(command.status, FAILED, command.err)
        self.assertIn(b"is not a token file", command.err)
        self.assertNotIn(b"Signed in", command.err)
        self.assertEqual(self.read(self.named), {"settings": True})


class Export(Private):
    def setUp(self):
        super().setUp()
        self.put(self.shared_file())
        self.add()

    def own(self):
        with open(self.shared_file(), encoding="utf-8") as file:
            return file.read(), self.hosts_file()

    def export(self, *arguments, status=DONE):
        command = self.start("export", self.server.url, *arguments, terminal=True).wait()
        self.assertEqual(command.status, status, command.err)
        return command.out.decode(), command.err.decode()

    def test_file_has_a_session_of_its_own(self):
        own = self.own()
        self.export(self.named)
        self.assertEqual(self.own(), own)
        kept = self.read(self.named)
        self.assertEqual(set(kept), {"access_token", "token_type", "expires", "scope", "refresh_token",
                                     "refresh_expires", "host"})
        self.assertEqual(kept["host"], self.server.url)
        self.assertEqual(stat.S_IMODE(os.stat(self.named).st_mode), 0o600)
        env = {"OIDC_TOKEN_FILE": self.named}
        self.assertEqual(self.run_ctl("token", env=env)[0].strip(), kept["access_token"])
        kept["expires"] = int(time.time()) - 9
        with open(self.named, "w", encoding="utf-8") as out:
            json.dump(kept, out)
        self.run_ctl("header", "nosuch.example", env=env, status=NO_HOST)
        self.assertNotEqual(self.run_ctl("token", env=env)[0].strip(), kept["access_token"])
        self.assertNotEqual(self.run_ctl("token", env=env)[0], self.run_ctl("token")[0])
        self.assertEqual(self.own(), own)

    def test_without_a_file_the_token_is_printed(self):
        before = os.listdir(self.bus.path("run"))
        out, _ = self.export()
        token = json.loads(out)
        self.assertIn(token["refresh_token"], self.server.refresh_tokens)
        self.assertEqual(os.listdir(self.bus.path("run")), before)

    def test_file_that_is_there_is_kept_without_force(self):
        self.export(self.named)
        first = self.read(self.named)
        self.export(self.named, status=USAGE)
        self.assertEqual(self.read(self.named), first)
        self.export("--force", self.named)
        self.assertNotEqual(self.read(self.named)["access_token"], first["access_token"])
        with open(self.named, "w", encoding="utf-8") as out:
            out.write('{"settings": true}')
        asked = self.server.count("device")
        self.export("--force", self.named, status=USAGE)
        self.assertEqual(self.read(self.named), {"settings": True})
        with open(self.named, "w", encoding="utf-8") as out:
            out.write("garbage")
        self.export("--force", self.named, status=USAGE)
        self.assertEqual(self.server.count("device"), asked)
        with open(self.named, "w", encoding="utf-8") as out:
            json.dump({**first, "host": "https://nosuch.example"}, out)
        self.export("--force", self.named)
        self.assertEqual(self.read(self.named)["host"], self.server.url)

    def test_folder_that_is_missing_is_not_made(self):
        asked = self.server.count("device")
        _, err = self.export(self.bus.path("nodir", "x.json"), status=USAGE)
        self.assertIn("There is no folder", err)
        self.assertFalse(os.path.exists(self.bus.path("nodir")))
        self.assertEqual(self.server.count("device"), asked)

    def test_file_that_there_cannot_be_is_told_before_the_sign_in(self):
        folder = self.bus.path("export")
        os.mkdir(folder, 0o700)
        os.symlink("nowhere", os.path.join(folder, "dangling"))
        os.symlink("loop", os.path.join(folder, "loop"))
        with open(os.path.join(folder, "file"), "w", encoding="utf-8"):
            pass
        asked = self.server.count("device")
        for name in ("dangling", "loop", "file/below", "x" * 300):
            with self.subTest(name):
                _, err = self.export("--force", os.path.join(folder, name), status=FAILED)
                self.assertIn(folder, err)
        self.assertEqual(self.server.count("device"), asked)

    def test_terminal_that_is_closed_leaves_nothing(self):
        before = os.listdir(self.bus.path("run"))
        gate = self.server.gates["token"] = agentcase.threading.Event()
        self.addCleanup(gate.set)
        command = self.start("export", self.server.url, terminal=True)
        wait_until(lambda: self.server.count("token") > 0, "the first question")
        os.kill(command.process.pid, signal.SIGHUP)
        command.wait()
        self.assertEqual(os.listdir(self.bus.path("run")), before)

    def test_nobody_to_ask_is_4(self):
        self.run_ctl("export", self.server.url, self.named, status=SIGN_IN)
        self.assertFalse(os.path.exists(self.named))

    def test_host_can_be_new(self):
        self.run_ctl("remove", self.server.url)
        self.export(self.named)
        self.assertNotIn(self.server.url, self.hosts_file())

    def test_import_takes_it_over(self):
        self.export(self.named)
        self.run_ctl("import", self.named, self.server.url, status=FAILED)
        self.run_ctl("logout", self.server.url)
        self.run_ctl("import", self.named, self.server.url)
        self.assertEqual(self.run_ctl("token")[0].strip(), self.read(self.named)["access_token"])
        self.run_ctl("remove", self.server.url)
        self.run_ctl("import", self.named, self.server.url)
        self.assertIn(self.server.url, self.hosts_file())
        self.run_ctl("import", "/nowhere/token.json", self.server.url, status=FAILED)
        self.run_ctl("import", self.named, status=USAGE)


class Ends(Private):
    """How a private agent ends."""

    def wait_for_request(self):
        self.server.gates["token"] = gate = agentcase.threading.Event()
        self.addCleanup(gate.set)
        return gate

    def agents(self):
        return [process for process, arguments, _ in processes_of(self.bus.folder) if b"keyfob-agent" in arguments]

    def test_nothing_is_left(self):
        self.put(self.named, life=-1)
        before = set(os.listdir(self.bus.path("run")))
        self.run_ctl("token", "--store", self.named)
        self.assertEqual(self.agents(), [])
        self.assertEqual(set(os.listdir(self.bus.path("run"))), before)

    def test_renewal_outlives_the_command(self):
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number):
                old = self.put(self.named, life=-1)
                gate = self.wait_for_request()
                asked = self.server.count("token")
                command = self.start("token", "--store", self.named)
                wait_until(lambda: self.server.count("token") > asked, "the refresh")
                os.killpg(command.process.pid, number)
                command.process.wait()
                gate.set()
                wait_until(lambda: not self.agents(), "the end of the agent")
                kept = self.read(self.named)[self.server.url]["token"]
                self.assertNotEqual(kept["refresh_token"], old["refresh_token"])
                self.assertIn(kept["refresh_token"], self.server.refresh_tokens)
                command.wait()

    def test_agent_that_is_killed_is_told(self):
        self.put(self.named, life=-1)
        gate = self.wait_for_request()
        command = self.start("token", "--store", self.named)
        wait_until(lambda: self.server.count("token") > 0, "the refresh")
        agent, = self.agents()
        os.kill(agent, signal.SIGKILL)
        self.assertEqual(command.wait().status, FAILED)
        self.assertIn("agent does not answer", command.err.decode())
        gate.set()

    def test_renewal_that_cannot_be_saved_is_told(self):
        self.put(self.named, life=-1)
        gate = self.wait_for_request()
        command = self.start("token", "--store", self.named, self.server.url)
        wait_until(lambda: self.server.count("token") > 0, "the refresh")
        os.unlink(self.named)
        os.mkdir(self.named)
        gate.set()
        self.assertEqual(command.wait().status, DONE, command.err)
        said = self.sentence(command.err.decode())
        self.assertIn("could not be saved", said)
        self.assertEqual(said.count(self.named), 1, said)

    def test_files_that_may_not_grow(self):
        """As in a job with a limit of the size of files, which the kernel tells by a signal."""
        self.put(self.named, life=-1)
        command = self.start("token", "--store", self.named, self.server.url,
                             wrapper=["sh", "-c", "ulimit -f 0; exec \"$@\"", "sh"])
        self.assertEqual(command.wait().status, DONE, command.err)
        self.assertIn("could not be saved", command.err.decode())
        self.assertTrue(command.out)

    def test_agent_that_is_missing_is_told(self):
        _, err = self.run_ctl("list", status=FAILED, env={"KEYFOB_AGENT": "/nowhere/keyfob-agent"})
        self.assertIn("/nowhere/keyfob-agent", err)

    def test_closed_output_is_no_way_to_the_agent(self):
        """Where standard output is closed, its number is not that of the socket."""
        token = self.put(self.named)
        for closed, status in ((0, DONE), (1, FAILED), (2, DONE)):
            with self.subTest(closed):
                command = Command(self, ["token", "--store", self.named],
                                  wrapper=["sh", "-c", f"exec \"$@\" {closed}>&-", "sh"])
                command.wait()
                self.assertEqual(command.status, status, command.err)
                self.assertEqual(command.out.decode(), token["access_token"] + "\n" if status == DONE else "")
                self.assertNotIn(b"malformed", command.err)

    def test_two_at_once_renew_once(self):
        self.put(self.named, life=-1)
        gate = self.wait_for_request()
        commands = [self.start("token", "--store", self.named) for _ in range(2)]
        wait_until(lambda: self.server.count("token") > 0, "the refresh")
        gate.set()
        tokens = {command.wait().out for command in commands}
        self.assertEqual([command.status for command in commands], [DONE, DONE])
        self.assertEqual(len(tokens), 1)
        self.assertEqual(self.server.count("token"), 1)

    def test_no_secret_in_arguments_or_environment(self):
        token = self.put(self.named, life=-1)
        gate = self.wait_for_request()
        command = self.start("token", "--store", self.named, self.server.url)
        wait_until(lambda: self.server.count("token") > 0, "the refresh")
        seen = [arguments + environment for _, arguments, environment in processes_of(self.bus.folder)]
        gate.set()
        self.assertEqual(command.wait().status, DONE)
        self.assertGreaterEqual(len(seen), 2)
        for secret in (token["access_token"], token["refresh_token"]):
            self.assertFalse([text for text in seen if secret.encode() in text])


class Peer(Private):
    def test_that_stops_to_read_keeps_no_agent(self):
        ours, theirs = socket.socketpair()
        with ours:
            agent = subprocess.Popen([self.bus.env["KEYFOB_AGENT"], f"--peer-fd={theirs.fileno()}"],
                                     env=self.bus.env, pass_fds=[theirs.fileno()],
                                     stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(agent.wait)
            self.addCleanup(agent.kill)
            theirs.close()
            # more answers than the socket holds
            for serial in range(1, 200):
                call = Gio.DBusMessage.new_method_call(
                    None, agentcase.PATH, "org.freedesktop.DBus.Introspectable", "Introspect")
                call.set_serial(serial)
                ours.sendall(call.to_blob(Gio.DBusCapabilityFlags.NONE))
            self.assertTrue(ours.recv(1))
            wait_until(lambda: self.is_full(ours), "the answers to fill the socket")
            agent.terminate()
            self.assertEqual(agent.wait(privatebus.DEADLINE), 0)

    def is_full(self, ours):
        """Whether the agent has written all that it can: nothing more has come for a while."""
        waiting = array.array("i", [0])
        fcntl.ioctl(ours, termios.FIONREAD, waiting)
        before = getattr(self, "waiting", None)
        self.waiting = waiting[0]
        return waiting[0] > 0 and waiting[0] == before


if __name__ == "__main__":
    tap.main()
