# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The access token in a file, for programs that read it from one."""

import fcntl
import hashlib
import json
import os
import signal
import stat
import subprocess
import threading

import agentcase
import privatebus
import tap
from agentcase import AGENT, HOST, PATH, wait_until

DONE, FAILED, USAGE, SIGN_IN, NO_HOST = 0, 1, 2, 4, 6


class FileCase(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()

    def tearDown(self):
        super().tearDown()
        self.assertEqual([secret for secret in self.server.secrets if secret in self.log()], [])

    def ctl(self, *arguments, status=DONE, **how):
        """Runs keyfobctl; returns what it printed on standard output and on standard error."""
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], *arguments], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)
        out, err = process.communicate(timeout=agentcase.ANSWER)
        self.assertEqual(process.returncode, status, err)
        return out, err

    def folder(self, *parts):
        return self.bus.path("run", "keyfob", *parts)

    def name(self, url):
        """As the manual page says it, for a host that is not reached by https."""
        rest = url.partition("://")[2].replace(":", "+").replace("/", "_")
        return f"{rest}~{hashlib.sha256(url.encode()).hexdigest()[:12]}.token"

    @property
    def path(self):
        return self.folder(self.name(self.server.url))

    @property
    def wlcg_path(self):
        return self.bus.path("run", f"bt_u{os.geteuid()}")

    def write(self, host=None, **options):
        files, = (host or self.host).call("WriteTokenFile", **options)
        return [bytes(file).rstrip(b"\0").decode() for file in files]

    def stop(self, host=None):
        self.call((host or self.host).path, HOST, "StopTokenFile")

    def signed_in(self):
        self.host.sign_in()
        self.write()

    def read(self, path=None):
        with open(path or self.path, encoding="ascii") as file:
            return file.read()

    def token(self):
        return self.host.get_token()["access_token"]

    def assert_gone(self):
        self.assertEqual([name for name in os.listdir(self.folder()) if "token" in name], [])
        self.assertFalse(os.path.lexists(self.wlcg_path))


class Content(FileCase):
    def test_the_token_alone_for_this_user_alone(self):
        self.host.sign_in()
        self.assertEqual(self.write(), [self.path])
        self.assertEqual(self.read(), self.token() + "\n")
        file, folder = os.stat(self.path), os.stat(self.folder())
        self.assertEqual((stat.S_IMODE(file.st_mode), stat.S_IMODE(folder.st_mode)), (0o600, 0o700))
        self.assertEqual(self.host.TokenFiles, [self.path])

    def test_folder_that_others_can_read_is_closed(self):
        self.host.sign_in()
        os.makedirs(self.folder(), exist_ok=True)
        os.chmod(self.folder(), 0o755)
        self.write()
        self.assertEqual(stat.S_IMODE(os.stat(self.folder()).st_mode), 0o700)

    def test_follows_a_renewal_and_is_replaced_as_a_whole(self):
        self.signed_in()
        with open(self.path, encoding="ascii") as before:
            self.host.call("Refresh")
            self.assertEqual(self.read(), self.token() + "\n")
            self.assertNotEqual(before.read(), self.read())

    def test_is_renewed_before_it_ends_without_anybody_asking(self):
        self.server.token_life = 6
        self.signed_in()
        first = self.read()
        wait_until(lambda: os.path.exists(self.path) and self.read() != first, "another token", 30)
        self.assertIn(self.read().strip(), self.server.secrets)

    def test_goes_with_the_last_good_token(self):
        self.server.token_life = 3
        self.server.gives_refresh_token = False
        self.signed_in()
        wait_until(lambda: not os.path.exists(self.path), "the file to go", agentcase.ANSWER)
        self.host.wait_for(State="expired")
        # and comes back with the next sign-in
        self.server.token_life = 3600
        self.host.sign_in()
        self.assertEqual(self.read(), self.token() + "\n")

    def test_asked_for_again(self):
        self.signed_in()
        os.unlink(self.path)
        self.assertEqual(self.write(), [self.path])
        self.assertEqual(self.read(), self.token() + "\n")

    def test_wrong_options(self):
        self.host.sign_in()
        invalid = "org.freedesktop.DBus.Error.InvalidArgs"
        self.assert_fails(invalid, self.host.call, "WriteTokenFile", wlcg="yes")
        self.assert_fails(invalid, self.host.call, "WriteTokenFile", path="/etc/passwd")
        self.assertFalse(os.path.exists(self.path))

    def test_nobody_is_signed_in(self):
        self.assert_fails("InteractionRequired", self.write)
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.host.TokenFiles, [])


class Ends(FileCase):
    def setUp(self):
        super().setUp()
        self.host.sign_in()
        self.write(wlcg=True)
        self.assertEqual(self.read(self.wlcg_path), self.read())

    def test_stop(self):
        self.stop()
        self.assert_gone()
        self.assertEqual(self.host.TokenFiles, [])
        self.stop()
        self.host.call("Refresh")
        self.assert_gone()

    def test_sign_out_ends_it(self):
        self.host.call("SignOut")
        self.assert_gone()
        self.assertEqual(self.host.TokenFiles, [])
        # the next person has not asked for it
        self.host.sign_in()
        self.assert_gone()

    def test_sign_out_that_waits_for_the_store(self):
        with open(self.token_file() + ".lock", "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            pending = self.host.start("SignOut")
            wait_until(lambda: not os.path.exists(self.path), "the file to go")
            self.assert_gone()
            self.assertFalse(pending.done)
        pending.wait()
        self.assert_gone()

    def test_sign_out_by_another_program(self):
        os.unlink(self.token_file())
        self.host.wait_for(State="signed-out")
        self.assert_gone()

    def test_removal_of_the_host(self):
        self.remove_host(self.host.path)
        self.assert_gone()

    def test_locked_tokens(self):
        before = self.read()
        self.call(PATH, AGENT, "LockTokens")
        self.assert_gone()
        self.assert_fails("TokensLocked", self.write)
        self.host.call("Refresh")
        self.assert_gone()
        self.call(PATH, AGENT, "UnlockTokens")
        self.assertEqual(self.read(), self.token() + "\n")
        self.assertEqual(self.read(self.wlcg_path), self.read())
        self.assertNotEqual(self.read(), before)

    def test_end_of_the_agent(self):
        self.assertEqual(self.stop_agent(), 0)
        self.assert_gone()
        self.start_agent()
        self.assertEqual(self.find_host().TokenFiles, [])
        self.assert_gone()

    def test_end_during_a_renewal(self):
        gate = self.server.gates["token"] = threading.Event()
        self.host.start("Refresh")
        self.host.wait_for(State="refreshing")
        self.agent.send_signal(signal.SIGTERM)
        wait_until(lambda: not os.path.exists(self.path), "the file to go")
        gate.set()
        self.assertEqual(self.agent.wait(privatebus.DEADLINE), 0, self.log())
        self.assert_gone()

    def test_what_a_crash_has_left(self):
        self.stop_agent(signal.SIGKILL)
        left = self.folder("." + os.path.basename(self.path) + ".keyfob-abcdef")
        with open(left, "w", encoding="ascii") as file:
            file.write("secret")
        self.assertTrue(os.path.exists(self.path))
        self.start_agent()
        self.assert_gone()


class Places(FileCase):
    def setUp(self):
        super().setUp()
        self.host.sign_in()
        os.makedirs(self.folder(), mode=0o700, exist_ok=True)
        self.elsewhere = self.bus.path("elsewhere")
        with open(self.elsewhere, "w", encoding="ascii") as file:
            file.write("mine")

    def assert_refused(self, path, **options):
        sentence = self.assert_fails("Store", self.write, **options)
        self.assertIn(path, sentence)
        self.assertTrue(os.path.lexists(path))
        with open(self.elsewhere, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")
        self.assertEqual(self.host.TokenFiles, [])
        self.assertEqual(self.host.Error, "")

    def test_link(self):
        os.symlink(self.elsewhere, self.path)
        self.assert_refused(self.path)

    def test_link_that_leads_nowhere(self):
        os.symlink(self.bus.path("nothing"), self.path)
        self.assert_refused(self.path)
        self.assertFalse(os.path.exists(self.bus.path("nothing")))

    def test_folder_in_its_place(self):
        os.mkdir(self.path)
        self.assert_refused(self.path)

    def test_pipe(self):
        os.mkfifo(self.path)
        self.assert_refused(self.path)

    def test_folder_is_a_link(self):
        for name in os.listdir(self.folder()):
            os.unlink(self.folder(name))
        os.rmdir(self.folder())
        os.mkdir(self.bus.path("trap"))
        os.symlink(self.bus.path("trap"), self.folder())
        self.assert_refused(self.folder())
        self.assertEqual(os.listdir(self.bus.path("trap")), [])

    def test_file_of_another_program_for_wlcg(self):
        with open(self.wlcg_path, "w", encoding="ascii") as file:
            file.write("theirs\n")
        self.assert_refused(self.wlcg_path, wlcg=True)
        self.assertEqual(self.read(self.wlcg_path), "theirs\n")
        # without it there is no question
        self.write()
        self.stop()
        self.assertEqual(self.read(self.wlcg_path), "theirs\n")

    def test_another_program_takes_the_wlcg_file_over(self):
        self.write(wlcg=True)
        with open(self.wlcg_path, "w", encoding="ascii") as file:
            file.write("theirs\n")
        self.host.call("Refresh")
        self.assertEqual(self.read(self.wlcg_path), "theirs\n")
        self.assertEqual(self.read(), self.token() + "\n")
        self.assertIn(self.wlcg_path, self.host.Error)
        self.stop()
        self.assertEqual(self.read(self.wlcg_path), "theirs\n")
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.host.Error, "")

    def test_one_wlcg_file(self):
        self.write(wlcg=True)
        other = self.add_host(self.server.url + "/api")
        other.sign_in()
        sentence = self.assert_fails("Failed", self.write, other, wlcg=True)
        self.assertIn(self.server.url, sentence)
        self.assertEqual(self.read(self.wlcg_path), self.token() + "\n")
        self.assertEqual(len(self.write(other)), 1)
        self.stop()
        self.assertEqual(len(self.write(other, wlcg=True)), 2)
        self.assertEqual(self.read(self.wlcg_path), other.get_token()["access_token"] + "\n")

    def test_wlcg_is_added_and_stays(self):
        self.assertEqual(self.write(), [self.path])
        self.assertEqual(self.write(wlcg=True), [self.path, self.wlcg_path])
        self.assertEqual(self.write(), [self.path, self.wlcg_path])
        self.assertEqual(self.host.TokenFiles, [self.path, self.wlcg_path])

    def test_living_agent_on_another_bus_keeps_its_files(self):
        self.write(wlcg=True)
        with privatebus.PrivateBus({agentcase.NAME: os.environ["KEYFOB_AGENT"]}) as bus:
            bus.env["XDG_RUNTIME_DIR"] = self.bus.path("run")
            agent = bus.spawn([os.environ["KEYFOB_AGENT"]], stderr=subprocess.DEVNULL)
            bus.wait_for_name(agentcase.NAME)
            agent.terminate()
            agent.wait(privatebus.DEADLINE)
        self.assertEqual(self.read(), self.token() + "\n")
        self.assertEqual(self.read(self.wlcg_path), self.token() + "\n")


class NoFolder(FileCase):
    def start_agent(self, wait=True, env=None):
        self.bus.env.pop("XDG_RUNTIME_DIR", None)
        super().start_agent(wait, env)

    def test_no_runtime_folder(self):
        self.host.sign_in()
        self.assertIn("XDG_RUNTIME_DIR", self.assert_fails("Store", self.write))


class OpenFolder(FileCase):
    def test_runtime_folder_where_others_can_write(self):
        self.host.sign_in()
        os.chmod(self.bus.path("run"), 0o777)
        self.assertIn("XDG_RUNTIME_DIR", self.assert_fails("Store", self.write))
        self.assertFalse(os.path.exists(self.path))


class Command(FileCase):
    def test_prints_where_it_is(self):
        self.host.sign_in()
        out, err = self.ctl("token-file")
        self.assertEqual((out, err), (self.path + "\n", ""))
        self.assertEqual(self.read(), self.token() + "\n")
        self.assertEqual(self.ctl("token-file", "--wlcg", self.server.url)[0], f"{self.path}\n{self.wlcg_path}\n")
        self.assertEqual(self.read(self.wlcg_path), self.token() + "\n")
        out, err = self.ctl("token-file", "--stop")
        self.assertEqual((out, len(err.splitlines())), ("", 1))
        self.assertIn("There is no bearer token file of", err)
        self.assert_gone()
        self.ctl("token-file", "--stop")

    def test_exit_codes(self):
        self.ctl("token-file", "unknown.example.org", status=NO_HOST)
        self.ctl("token-file", "--path", "/tmp/x", status=USAGE)
        _, err = self.ctl("token-file", status=SIGN_IN)
        self.assertIn("keyfobctl login", err)
        self.host.sign_in()
        with open(self.wlcg_path, "w", encoding="ascii") as file:
            file.write("theirs\n")
        out, err = self.ctl("token-file", "--wlcg", status=FAILED)
        self.assertEqual(out, "")
        self.assertIn(self.wlcg_path, err)

    def test_list_and_status_show_it(self):
        self.host.sign_in()
        self.assertEqual(len(self.ctl("list")[0].split("\t")), 4)
        self.assertEqual(json.loads(self.ctl("list", "--json")[0])["hosts"][0]["token_files"], [])
        self.ctl("token-file", "--wlcg")
        self.assertEqual(self.ctl("list")[0].rstrip("\n").split("\t")[4], f"{self.path} {self.wlcg_path}")
        self.assertEqual(json.loads(self.ctl("list", "--json")[0])["hosts"][0]["token_files"],
                         [self.path, self.wlcg_path])
        for path in (self.path, self.wlcg_path):
            self.assertIn(f": {path}\n", self.ctl("status")[0])


if __name__ == "__main__":
    tap.main()
