# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""keyfobctl: every command and its exit codes, in a pipe and in a terminal, with the real agent."""

import configparser
import csv
import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest

import agentcase
import privatebus
import tap
import terminal as picture
from agentcase import OTHER_USER, Page, wait_until
from fake_server import DROP, answer, jwt, quoted

DONE, FAILED, USAGE, SIGN_IN, OFFLINE, NO_HOST = 0, 1, 2, 4, 5, 6


def take_terminal():
    """Makes standard input the terminal from which Ctrl-C comes."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Command:
    """A keyfobctl that runs; what it prints is kept."""

    def __init__(self, case, arguments, terminal=False, env=None, wrapper=(), columns=80):
        self.master = None
        error = subprocess.PIPE
        source = subprocess.DEVNULL
        begin = None
        if terminal:
            self.master, source = pty.openpty()
            fcntl.ioctl(source, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            error = source
            begin = take_terminal
        self.process = case.bus.spawn(
            [*wrapper, os.environ["KEYFOB_CTL"], *arguments], stdin=source, stdout=subprocess.PIPE, stderr=error,
            env={"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}, start_new_session=True,
            preexec_fn=begin)
        self.out = b""
        self.err = b""
        self.status = None
        if terminal:
            os.close(source)
        self.threads = [threading.Thread(target=self.read_out, daemon=True),
                        threading.Thread(target=self.read_err, daemon=True)]
        for thread in self.threads:
            thread.start()

    def read_out(self):
        self.out = self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        privatebus.wake()

    def read_err(self):
        descriptor = self.master if self.master is not None else self.process.stderr.fileno()
        while True:
            try:
                piece = os.read(descriptor, 4096)
            except OSError:  # nobody has the other end of the terminal any more
                piece = b""
            if not piece:
                break
            self.err += piece
            privatebus.wake()

    def wait(self):
        wait_until(lambda: self.process.poll() is not None, lambda: f"the end of keyfobctl: {self.err}",
                   agentcase.ANSWER)
        for thread in self.threads:
            thread.join()
        if self.master is not None:
            os.close(self.master)
        else:
            self.process.stderr.close()
        self.status = self.process.returncode
        return self

    def wait_for_text(self, pattern, times=1):
        """Waits until @pattern has come so often; returns the last match."""
        def find():
            return list(re.finditer(pattern, self.err.decode(errors="replace")))

        wait_until(lambda: len(find()) >= times,
                   lambda: f"{pattern} on standard error, and not {self.err}", agentcase.ANSWER)
        return find()[-1]

    def type(self, text):
        """Types, or pastes, as fast as the terminal takes it."""
        data = text.encode()
        while data:
            data = data[os.write(self.master, data):]


# How the user sits before a display of this machine, and at another one.
HERE = {"DISPLAY": ":99"}
SSH = {"SSH_CONNECTION": "198.51.100.7 50022 192.0.2.1 22"}


class Ctl(agentcase.AgentCase):
    def start(self, *arguments, **how):
        return Command(self, arguments, **how)

    def run_ctl(self, *arguments, status=DONE, **how):
        """Runs a command to its end; returns what it printed on standard output and on standard error."""
        command = self.start(*arguments, **how).wait()
        self.assertEqual(command.status, status, command.err)
        return command.out.decode(), command.err.decode()

    def signed_in(self, **options):
        host = self.add_host(**options)
        host.sign_in()
        return host


class Tokens(Ctl):
    def test_header_can_be_given_to_curl(self):
        host = self.signed_in()
        out, err = self.run_ctl("header", self.server.url)
        self.assertEqual(out, f"Authorization: Bearer {host.get_token()['access_token']}\n")
        self.assertEqual(err, "")

    def test_arguments_do_not_command_the_terminal(self):
        self.signed_in()
        for arguments, status in ((["header", "a\x1b]0;b\x07\x9bc"], NO_HOST), (["header", "--a\x1b[31m"], USAGE),
                                  (["run", "--", "a\x1b[31m"], FAILED), (["a\x1b[31m"], USAGE)):
            _, err = self.run_ctl(*arguments, status=status)
            self.assertIn("a\ufffd", err)
            self.assertEqual([c for c in err if c != "\n" and (c < " " or "\x7f" <= c < "\xa0")], [])

    def test_what_is_said_does_not_look_like_something_else(self):
        self.signed_in()
        for hidden in "\u202e", "\u2066", "\u200b", "\ufeff":
            _, err = self.run_ctl("header", "a" + hidden + "b", status=NO_HOST)
            self.assertIn("a\ufffdb", err)
            self.assertNotIn(hidden, err)

    def test_argument_that_is_no_text_is_2(self):
        bad = "\udcff"
        for arguments in (["token"], ["header"], ["login"], ["logout"], ["remove"], ["status"], ["token-file"],
                          ["oidc-auth"], ["oidc-auth", "--remove"], ["add"], ["export"],
                          ["import", self.bus.path("nothing.json")], ["add", "https://a.example", "--name"]):
            with self.subTest(arguments):
                out, err = self.run_ctl(*arguments, bad, status=USAGE)
                self.assertEqual(out, "")
                self.assertNotIn("CRITICAL", err)
                self.assertEqual(len(err.splitlines()), 2, err)
        _, err = self.run_ctl("run", bad, "--", "true", status=USAGE)
        self.assertIn("UTF-8", err)
        for option in (["add", self.server.url, "--name"], ["oidc-auth", "--ports"]):
            _, err = self.run_ctl(*option, bad, status=USAGE)
            self.assertTrue(err.startswith("“\ufffd” is not text in UTF-8.\n"), err)

    def test_text_is_the_same_in_every_locale(self):
        for locale in ("C", "C.UTF-8"):
            with self.subTest(locale):
                self.run_ctl("add", "--name", "Köln", "--note", "日本", self.server.url, env={"LC_ALL": locale})
                host = self.find_host()
                self.assertEqual((host.Name, host.Options["note"]), ("Köln", "日本"))
                self.remove_host(host.path)

    def test_name_of_a_file_need_not_be_text(self):
        self.signed_in()
        for arguments, status in ((["export", self.server.url, self.bus.path("\udcff")], SIGN_IN),
                                  (["import", self.bus.path("\udcff"), self.server.url], FAILED),
                                  (["list", "--store", self.bus.path("\udcff")], DONE)):
            with self.subTest(arguments):
                _, err = self.run_ctl(*arguments, status=status, env={"KEYFOB_AGENT": os.environ["KEYFOB_AGENT"]})
                self.assertNotIn("UTF-8", err)

    def test_token_alone_and_as_json(self):
        token = self.signed_in().get_token()
        self.assertEqual(self.run_ctl("token")[0], token["access_token"] + "\n")
        printed = json.loads(self.run_ctl("token", "--json")[0])
        self.assertEqual(printed["headers"], {"Authorization": token["authorization"]})
        self.assertEqual((printed["access_token"], printed["expires"]), (token["access_token"], token["expires"]))
        self.assertNotIn("refresh_token", printed)

    def test_cached_token_asks_no_server(self):
        self.signed_in()
        asked = len(self.server.requests)
        self.run_ctl("header")
        self.assertEqual(len(self.server.requests), asked)

    def test_token_that_ends_soon_is_renewed_for_min_time(self):
        host = self.signed_in()
        before = host.get_token()["access_token"]
        self.server.token_life *= 10
        self.assertEqual(self.run_ctl("token")[0].strip(), before)
        after = self.run_ctl("token", "--min-time", str(self.server.token_life // 2))[0].strip()
        self.assertNotEqual(after, before)

    def test_min_time_that_the_server_does_not_give_is_told(self):
        self.signed_in()
        out, err = self.run_ctl("token", "--min-time", "9999999")
        self.assertTrue(out.strip())
        self.assertIn("9999999", err)

    def test_min_time_while_the_server_is_down_is_5(self):
        self.signed_in()
        self.server.stop()
        for arguments in (("token",), ("header",), ("run",)):
            command = ("--", "true") if arguments == ("run",) else ()
            out, err = self.run_ctl(*arguments, "--min-time", "9999999", *command, status=OFFLINE)
            self.assertEqual(out, "")
            self.assertNotIn("9999999", err)
            self.assertIn("127.0.0.1", err)
        self.run_ctl("token")
        self.server.start(self.server.port)

    def test_run_gives_the_token_in_a_variable_when_asked(self):
        token = self.signed_in().get_token()["access_token"]
        out, _ = self.run_ctl("run", "--env", "TOKEN", self.server.url, "--", "sh", "-c", "echo $TOKEN $1", "sh", "-x")
        self.assertEqual(out, f"{token} -x\n")

    def test_name_of_the_variable_is_checked_before_a_token_is_asked_for(self):
        self.add_host()
        for name in ("", "1A", "A=B", "A B", "ä", "PATH", "LD_PRELOAD", "BASH_ENV"):
            out, err = self.run_ctl("run", "--env", name, "--", "echo", "ran", status=USAGE)
            self.assertEqual((out, err.count("\n")), ("", 1), err)
            self.assertIn(f"“{name}”", err)
        self.run_ctl("run", "--env", "A", "--fd", "--", "true", status=USAGE)

    def test_run_without_dashes_is_told_about_them(self):
        for arguments in (("run", "portal", "ls"), ("run", "portal", "ls", "-l"), ("run",), ("run", "--")):
            _, err = self.run_ctl(*arguments, status=USAGE)
            self.assertEqual(err, "Put “--” and the command to run at the end.\n")
        self.assertIn("(the default)", self.run_ctl("run", "--help")[0])

    def test_run_ends_as_the_command_does(self):
        self.signed_in()
        self.run_ctl("run", "--", "sh", "-c", "exit 7", status=7)


class Claims(Ctl):
    def test_what_the_token_says(self):
        token = jwt({"sub": "1", "aud": ["a", "b"], "exp": 1900000000, "email_verified": True, "deep": {"x": [1, {}]}})
        self.write_token({**self.server.make_token(), "access_token": token})
        self.add_host()
        out, err = self.run_ctl("claims", env={"TZ": "UTC-1"})
        self.assertEqual(out.splitlines(), ["sub\t1", "aud\ta, b", "exp\t2030-03-17T18:46:40+01",
                                            "email_verified\ttrue", 'deep\t{"x":[1,{}]}'])
        self.assertEqual(err, "")
        out, _ = self.run_ctl("claims", "--json", self.server.url)
        self.assertEqual(json.loads(out)["deep"], {"x": [1, {}]})

    def test_tokens_that_say_nothing(self):
        self.write_token({**self.server.make_token(), "access_token": "opaque"})
        host = self.add_host(name="My portal")
        for options in ([], ["--json"]):
            out, err = self.run_ctl("claims", *options, status=FAILED)
            self.assertEqual(out, "")
            self.assertIn("My portal", err)
        host.call("SignOut")
        self.run_ctl("claims", status=SIGN_IN)
        self.run_ctl("claims", "nowhere", status=NO_HOST)

    def test_what_it_opens(self):
        self.signed_in()
        self.assertEqual(self.run_ctl("test"), ("The token is accepted.\nAccount: Alice Example\nAnswer: 200\n", ""))
        for fault, status, lines in (
                (answer(403, {"detail": "Token missing required scopes: a, b"}), FAILED,
                 ["The token lacks a scope.", "Needed scope: a b",
                  "Answer: 403, “Token missing required scopes: a, b”"]),
                (answer(403, {"detail": "Members only"}), FAILED,
                 ["The token is known, and may not do this.", "Answer: 403, “Members only”"]),
                (answer(401, {"detail": "Who?"}), SIGN_IN, ["The token is refused.", "Answer: 401, “Who?”"]),
                (answer(404, {}), FAILED, ["There is nothing at this address.", "Answer: 404"]),
                (answer(500, {}), FAILED, ["The server answers something else.", "Answer: 500"])):
            with self.subTest(status=fault[0]):
                self.server.faults["/data"] = fault
                out, _ = self.run_ctl("test", "--url", self.server.url + "/data", self.server.url, status=status)
                self.assertEqual(out.splitlines(), lines)
        out, _ = self.run_ctl("test", "--json")
        self.assertEqual(json.loads(out), {"version": 1, "result": "accepted", "status": 200, "detail": "",
                                           "account": "Alice Example"})

    def test_what_cannot_be_tested(self):
        self.run_ctl("test", status=NO_HOST)
        host = self.signed_in()
        self.assertIn("another site", self.run_ctl("test", "--url", "https://example.org/", status=USAGE)[1])
        self.server.faults["userinfo"] = DROP
        self.run_ctl("test", status=OFFLINE)
        host.call("SignOut")
        self.run_ctl("test", status=SIGN_IN)


class Programs(Ctl):
    """Programs that ask keyfobctl."""

    def make_repository(self):
        folder = self.bus.path("files")
        git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.test"]
        work = self.bus.path("work")
        for command in (["init", "-q", work], ["-C", work, "commit", "-q", "--allow-empty", "-m", "first"],
                        ["clone", "-q", "--bare", work, os.path.join(folder, "one.git")],
                        ["-C", os.path.join(folder, "one.git"), "update-server-info"]):
            subprocess.run(git + command, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"},
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.server.files = folder

    def git(self, *arguments, **kwargs):
        helper = f"!{os.environ['KEYFOB_CTL']} git-credential"
        process = self.bus.spawn(
            ["git", "-c", "credential.helper=", "-c", f"credential.helper={helper}", *arguments],
            env={"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TRACE": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return process.communicate(kwargs.get("input"))[0], process.returncode

    def test_git_clones_with_the_token(self):
        token = self.signed_in().get_token()["access_token"]
        self.make_repository()
        out, status = self.git("clone", self.server.url + "/files/one.git", self.bus.path("clone"))
        self.assertEqual(status, 0, out)
        self.assertNotIn(token, out)

    def test_refused_token_is_renewed_for_the_next_time(self):
        token = self.signed_in().get_token()["access_token"]
        self.make_repository()
        self.server.secrets.discard(token)
        self.assertNotEqual(self.git("ls-remote", self.server.url + "/files/one.git")[1], 0)
        out, status = self.git("ls-remote", self.server.url + "/files/one.git")
        self.assertEqual(status, 0, out)

    def test_git_is_told_how_to_get_a_token(self):
        """... and not that there is no terminal: git has the one of the user, and asks there."""
        self.add_host()
        self.make_repository()
        out, status = self.git("ls-remote", self.server.url + "/files/one.git")
        self.assertNotEqual(status, 0)
        self.assertIn("Keyfob has no token for git", out)
        self.assertIn(f"“keyfobctl login {self.server.url}”", out)
        self.assertNotIn("without a terminal", out)

    def ask_git(self, what, command="get"):
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], "git-credential", command], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return process.communicate(what + "\n\n")[0]

    def test_no_token_for_other_servers(self):
        """... whatever the name of a host in the window, and however alike the address."""
        host = self.server.url.removeprefix("http://")
        self.signed_in(name="git.example.org")
        for protocol, other in (("https", "git.example.org"), ("https", host), ("http", host + "0"),
                                ("http", "x" + host), ("http", host + "@evil.example"), ("http", host[:-1])):
            self.assertEqual(self.ask_git(f"protocol={protocol}\nhost={other}"), "", other)
        for command in ("store", "erase"):
            self.assertEqual(self.ask_git(f"protocol=http\nhost={host}", command), "")

    def test_no_token_for_a_line_that_is_not_whole(self):
        """An address that git is led to may be as long as it likes, and have a carriage return in it."""
        self.signed_in()
        host = self.server.url.removeprefix("http://")
        self.assertIn("password=", self.ask_git(f"protocol=http\nhost={host}"))
        long = "path=".ljust(65535, "a")
        self.assertEqual(self.ask_git(f"protocol=http\nhost=evil.example\n{long}host={host}"), "")
        self.assertEqual(self.ask_git(f"protocol=http\nhost={host}\r.evil.example"), "")

    def test_path_chooses_between_hosts_of_one_server(self):
        self.signed_in()
        self.add_host(self.server.url + "/second", store=self.bus.path("second.json"))
        host = self.server.url.removeprefix("http://")
        ask = f"protocol=http\nhost={host}\npath="
        self.assertEqual(self.ask_git(ask + "second/one.git"), "")  # nobody is signed in there
        self.assertIn("password=", self.ask_git(ask + "secondary/one.git"))

    def test_curl_reads_the_header_from_a_pipe(self):
        self.signed_in()
        self.make_repository()
        process = self.bus.spawn(
            ["bash", "-c", 'curl -sf -o /dev/null -w "%{http_code}" -H @<("$0" header) "$1"', os.environ["KEYFOB_CTL"],
             self.server.url + "/files/one.git/HEAD"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.communicate()[0], "200")


class CopiedForms(Ctl):
    """What is copied to be run later gets the token when it runs, from any shell."""

    def setUp(self):
        super().setUp()
        # all that an address may have in it and shells take for something else
        self.server.files = self.bus.path("served")
        self.name = "it's_$(touch bad)&;!*=1".replace(" ", "+")
        os.mkdir(self.server.files)
        with open(os.path.join(self.server.files, self.name), "w") as file:
            file.write("for those who may")
        self.url = f"{self.server.url}/files/{self.name}"
        host = self.add_host(self.url)
        self.assertEqual(host.Url, self.url)
        # so that a name alone would not do
        self.add_host()
        host.sign_in()
        self.header = host.get_token()["header"]

    def form(self, word):
        text = subprocess.run([os.environ["KEYFOB_COPY_FORM"], word, self.url], check=True,
                              capture_output=True, text=True).stdout
        self.assertNotIn(self.header.split()[-1], text)
        return text

    def run_as_copied(self, *arguments):
        path = f"{os.path.dirname(os.environ['KEYFOB_CTL'])}:{self.bus.env['PATH']}"
        process = self.bus.spawn(arguments, env={"PATH": path}, cwd=self.bus.path(""), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        self.assertEqual(process.returncode, 0, err)
        self.assertFalse(os.path.exists(self.bus.path("bad")))
        return out

    def in_each_shell(self, command):
        shells = [shell for shell in ("sh", "dash", "bash", "zsh", "ksh", "fish") if shutil.which(shell)]
        self.assertIn("sh", shells)
        for shell in shells:
            yield self.run_as_copied(shell, "-c", command)

    def test_curl(self):
        for out in self.in_each_shell(self.form("curl")):
            self.assertEqual(out, "for those who may")

    def test_command(self):
        for out in self.in_each_shell(self.form("command")):
            self.assertEqual(out, self.header + "\n")

    def test_python(self):
        out = self.run_as_copied("/usr/bin/python3", "-c", self.form("python"))
        self.assertEqual(out, "for those who may\n")

    def test_python_is_not_led_on_with_the_token(self):
        self.server.faults[f"/files/{self.name}"] = answer(
            302, "", headers={"Location": self.server.url + "/auth/v2/logout"})
        self.run_as_copied("/usr/bin/python3", "-c", self.form("python"))
        route, _, headers = self.server.requests[-1]
        self.assertEqual(route, "logout")
        self.assertNotIn("Authorization", headers)

    def test_rclone(self):
        parser = configparser.ConfigParser(interpolation=None, delimiters="=")
        parser.read_string(self.form("rclone"))
        section, = parser.sections()
        self.assertEqual((section, parser[section]["type"], parser[section]["url"]), ("127.0.0.1", "webdav", self.url))
        # as rclone reads its SpaceSepList: a line of CSV with blanks instead of commas
        command, = csv.reader([parser[section]["bearer_token_command"]], delimiter=" ")
        self.assertEqual(self.run_as_copied(*command), self.header.split()[-1] + "\n")


class PythonCommand(Ctl):
    """keyfobctl oidc-auth behaves as the command of py-oidc-auth-client: what the tests of that command expect
    comes first. tests/interop/test_programs.py has both side by side."""

    def run_auth(self, *arguments, **how):
        return self.run_ctl("oidc-auth", *arguments, **how)

    def test_list_without_tokens(self):
        self.assertEqual(self.run_auth("--list"), ("No cached tokens.\n", ""))

    def test_list_by_address(self):
        """... also of a host with a token that another program got, which is not listed."""
        self.signed_in(name="A")
        token = {**self.server.make_token(), "refresh_expires": int(time.time()) + 9}
        self.write_found(token, "https://b.example.org", "https://a.example.org")
        self.assertEqual(self.run_auth("--list")[0], f"  {self.server.url}  (valid)\n"
                         "  https://a.example.org  (valid)\n  https://b.example.org  (valid)\n")

    def test_clear(self):
        host = self.signed_in()
        self.write_found(self.server.make_token(), "https://b.example.org")
        self.assertEqual(self.run_auth("--clear")[0], "All cached tokens removed.\n")
        host.wait_for(State="signed-out")
        self.assertEqual(self.run_auth("--list")[0], "No cached tokens.\n")
        self.assertEqual([host["Url"] for host in self.hosts().values()], [self.server.url])
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertEqual(json.load(file), {})

    def test_remove(self):
        host = self.signed_in()
        self.write_found(self.server.make_token(), "https://b.example.org")
        for name in (self.server.url + "/", "https://b.example.org"):
            self.assertEqual(self.run_auth("--remove", name)[0], f"Removed token for {name}\n")
            self.assertEqual(self.run_auth("--remove", name)[0], f"No cached token for {name}\n")
        host.wait_for(State="signed-out")

    def test_remove_of_an_unknown_host(self):
        for name in ("https://nope.example.com", "no address"):
            self.assertEqual(self.run_auth("--remove", name), (f"No cached token for {name}\n", ""))

    def test_summary(self):
        token = self.signed_in().get_token()
        out, _ = self.run_auth(self.server.url)
        self.assertEqual(out.splitlines(), [
            f"Authenticated to {self.server.url}", f"  access_token: {token['access_token'][:20]}...",
            f"  scope:        {token['scope']}"])

    def test_json(self):
        token = self.signed_in().get_token()
        printed = json.loads(self.run_auth("--json", self.server.url)[0])
        self.assertEqual(printed, {
            "access_token": token["access_token"], "token_type": "Bearer", "expires": token["expires"],
            "scope": token["scope"], "headers": {"Authorization": token["authorization"]},
            # which stays with the agent
            "refresh_token": "", "refresh_expires": 0})

    def test_failure_is_1(self):
        for arguments in ((self.server.url,), ("ftp://x.example",), (self.server.url, "--force")):
            out, err = self.run_auth(*arguments, status=FAILED)
            self.assertEqual(out, "")
            self.assertRegex(err, "^Authentication failed: ")

    def test_missing_host_and_wrong_use_are_2(self):
        for arguments in ((), ("",), ("--json",), ("--what",), ("--timeout", "soon", self.server.url), ("a", "b"),
                          ("--ports", "7x", "--", self.server.url), ("-p", "70000", self.server.url)):
            out, err = self.run_auth(*arguments, status=USAGE)
            self.assertEqual(out, "", arguments)
            self.assertTrue(err.strip(), arguments)

    def test_force_signs_in_again_in_a_terminal(self):
        host = self.signed_in()
        before = host.get_token()["access_token"]
        command = self.start("oidc-auth", "--force", self.server.url, terminal=True)
        command.wait_for_text("WDJB-MJHT")  # no display, so by a code
        command.wait()
        self.assertEqual(command.status, DONE, command.err)
        self.assertNotEqual(host.get_token()["access_token"], before)

    def test_force_while_the_server_is_down_tells_so(self):
        self.signed_in()
        self.assertIn("A person has to sign in", self.run_ctl("oidc-auth", "--force", self.server.url, status=FAILED)[1])
        nowhere = f"http://127.0.0.1:{agentcase.free_port()}"
        _, err = self.run_ctl("oidc-auth", "--force", nowhere, status=FAILED)
        self.assertIn("Authentication failed: ", err)
        self.assertNotIn("sign in", err)

    def test_timeout(self):
        self.server.polls = [quoted("authorization_pending")] * 100
        command = self.start("oidc-auth", "--timeout", "1", self.server.url, terminal=True).wait()
        self.assertEqual(command.status, FAILED)
        self.assertIn(b"Authentication failed: Nobody signed in within 1 second.", command.err)

    def test_app_name_is_where_the_token_is(self):
        """... and the tokens of other programs are left alone."""
        host = self.signed_in()
        other = self.add_host("https://portal.example.org", store="app:freva")
        path = self.bus.path("cache", "freva", "token-store.json")
        os.makedirs(os.path.dirname(path))
        self.write_found(self.server.make_token(), "https://portal.example.org", path=path)
        other.wait_for(State="signed-in")
        listed = "  https://portal.example.org  (valid)\n"
        self.assertEqual(self.run_auth("--list", "--app-name", "freva")[0], listed)
        self.assertEqual(self.run_auth("--list")[0], f"  {self.server.url}  (valid)\n")
        self.assertEqual(self.run_auth("--list", "--app-name", "other")[0], "No cached tokens.\n")
        self.run_auth("--clear")
        host.wait_for(State="signed-out")
        self.assertEqual(other.State, "signed-in")
        self.run_auth("--remove", "https://portal.example.org")
        self.assertEqual(other.State, "signed-in")
        self.run_auth("--remove", "https://portal.example.org", "--app-name", "freva")
        other.wait_for(State="signed-out")

    def test_token_that_python_got_is_used(self):
        token = self.server.make_token()
        self.write_found(token, self.server.url)
        self.assertEqual(json.loads(self.run_auth("--json", self.server.url)[0])["access_token"], token["access_token"])

    def write_found(self, token, *urls, path=None):
        """Has the Python client keep the token for hosts, and waits until the agent has seen that."""
        path = path or self.token_file()
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        entry = {"token": {**token, "headers": {"Authorization": "Bearer " + token["access_token"]}},
                 "stored_at": time.time()}
        entries = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                entries = json.load(file)
        with open(path + ".tmp", "w", encoding="utf-8") as out:
            json.dump({**entries, **{url: entry for url in urls}}, out)
        os.chmod(path + ".tmp", 0o600)
        os.rename(path + ".tmp", path)
        known = {host["Url"] for host in self.hosts().values()}
        for url in urls:
            if url not in known:
                wait_until(lambda: url in self.agent_property("FoundHosts"), f"{url} to be found")
        return path

    def test_what_python_parses_and_forgets_works(self):
        self.run_ctl("oidc-auth", "-l", "/in", "-t", "/token", "-d", "/device", "--ports", "8080", "8081",
                     "--app-name", "freva", "https://portal.example.org", status=FAILED)
        self.assertEqual(self.find_host("https://portal.example.org").Options, {
            "login-route": "in", "token-route": "token", "device-route": "device", "redirect-ports": [8080, 8081],
            "store": "app:freva"})


class Codes(Ctl):
    def test_nobody_to_ask_is_4_with_the_ways_out(self):
        self.add_host()
        out, err = self.run_ctl("header", self.server.url, status=SIGN_IN)
        self.assertEqual(out, "")
        self.assertIn(f"keyfobctl login {self.server.url}", err)

    def test_way_out_can_be_copied_for_a_name_of_several_words(self):
        self.add_host(name="Bob's Portal")
        _, err = self.run_ctl("header", "Bob's Portal", status=SIGN_IN)
        self.assertEqual(shlex.split(re.search("“keyfobctl login (.*)”", err).group(1)), ["Bob's Portal"])

    def test_server_that_cannot_be_reached_is_5(self):
        host = self.signed_in()
        self.server.token_life = -1
        host.call("Refresh")
        self.server.faults["token"] = DROP
        self.run_ctl("header", status=OFFLINE)

    def test_unknown_host_is_6(self):
        self.add_host()
        for command in ("header", "login", "logout", "remove"):
            _, err = self.run_ctl(command, "other.example.org", status=NO_HOST)
            self.assertIn("other.example.org", err)

    def test_wrong_use_is_2(self):
        for arguments in ((), ("what",), ("header", "--what"), ("list", "one"), ("header", "one", "two"),
                          ("logout",), ("logout", "one", "--all"), ("run",), ("run", "--"), ("add",),
                          ("add", "ftp://x.example"), ("add", "x.example", "--timeout", "soon"),
                          ("add", "x.example", "--redirect-ports", "1,99999"),
                          ("login", "--device", "--browser"), ("login", "--timeout", "-1"),
                          ("header", "--min-time", "-1"), ("token", "--min-time=-1"),
                          ("run", "--min-time", "-1", "--", "true")):
            out, err = self.run_ctl(*arguments, status=USAGE)
            self.assertEqual(out, "", arguments)
            self.assertTrue(err.strip(), arguments)

    def test_value_that_is_wrong_is_told_what_is_right(self):
        for option, wrong, right in (("--ask-first", "maybe", "yes or no"), ("--device-flow", "1", "yes or no"),
                                     ("--timeout", "soon", "a number of seconds"),
                                     ("--redirect-ports", "1,99999", "ports from 1 to 65535")):
            _, err = self.run_ctl("add", "portal.example.org", option, wrong, status=USAGE)
            self.assertIn(f"“{wrong}” is no value for {option}: give {right}", err)

    def test_wrong_port_is_told(self):
        for address in ("http://host:37535:x/y", "host:1:2"):
            self.assertIn("port from 1", self.run_ctl("add", address, status=USAGE)[1])
        self.assertIn("brackets", self.run_ctl("add", "https://2001:db8::1/x", status=USAGE)[1])

    def test_punctuation_is_ascii_where_the_locale_has_no_other(self):
        self.add_host()
        for locale in ("C", "POSIX"):
            env = {"LC_ALL": locale}
            for arguments, status in ((("--help",), DONE), (("run", "--help"), DONE), (("header", "x"), NO_HOST),
                                      (("what",), USAGE), (("header",), SIGN_IN)):
                said = "".join(self.run_ctl(*arguments, status=status, env=env))
                self.assertTrue(said.isascii(), said)
                self.assertNotIn("?", said)
                self.assertRegex(said, r'"|\.\.\.')
        self.assertIn("“keyfobctl COMMAND --help”", self.run_ctl("--help")[0])

    def test_help_shows_what_stands_before_a_command(self):
        out, _ = self.run_ctl("--help")
        for option in ("--store FILE", "--version"):
            self.assertIn(f"\n  {option} ", out)

    def test_help_and_version_are_no_failure(self):
        for arguments in (("--help",), ("--version",), ("header", "--help"), ("add", "--help")):
            self.assertTrue(self.run_ctl(*arguments)[0].strip())

    def test_output_that_cannot_be_written_is_1(self):
        self.add_host()
        script = ("sh", "-c", '"$@" >/dev/full', "sh")
        for arguments in (("--help",), ("--version",), ("header", "--help"), ("add", "--help"), ("backup",)):
            with self.subTest(arguments):
                _, err = self.run_ctl(*arguments, status=FAILED, wrapper=script)
                self.assertEqual(err, "The output cannot be written: No space left on device\n")

    def test_argument_that_is_too_long_is_told_of(self):
        self.add_host()
        _, err = self.run_ctl("header", "x" * 5000, status=FAILED)
        self.assertEqual(err, "An argument of the call is too long.\n")

    def test_help_of_add_shows_what_can_be_chosen(self):
        out, _ = self.run_ctl("add", "--help")
        for option in ("--store=keyring|file|app:NAME|PATH", "--consent=automatic|always|never"):
            self.assertIn(option + " ", out)

    def test_summaries_of_the_commands_stand_in_one_column(self):
        rows = [line for line in self.run_ctl("--help")[0].splitlines() if line.startswith("  ")]
        self.assertEqual(len({re.match(r"  .*?\S  +(?=\S)", row).end() for row in rows}), 1, rows)


class Hosts(Ctl):
    def test_host_is_found_by_address_name_and_host_name(self):
        self.signed_in(name="My Portal")
        address = self.server.url.removeprefix("http://")
        for text in (self.server.url, self.server.url + "/", address, "my portal", address.split(":")[0]):
            self.run_ctl("header", text)

    def test_host_is_found_by_a_link(self):
        token = self.signed_in().get_token()["access_token"]
        self.add_host(self.server.url + "/second", store=self.bus.path("second.json"))
        for link in ("/data/x?y=z#top", "/secondary", "/auth/v2/login?redirect_uri=x"):
            self.assertEqual(self.run_ctl("token", self.server.url + link)[0], token + "\n", link)
        self.run_ctl("token", self.server.url + "/second/x", status=SIGN_IN)
        self.run_ctl("token", self.server.url + "0/x", status=NO_HOST)
        self.run_ctl("token", self.server.url.replace("http:", "https:") + "/x", status=NO_HOST)

    def test_empty_name_is_not_the_only_host(self):
        """Such as a variable of a script that is not set."""
        host = self.signed_in()
        for command in ("token", "header", "login", "logout", "remove", "token-file", "claims", "test", "export", "run"):
            with self.subTest(command):
                _, err = self.run_ctl(command, "", *(["--", "true"] if command == "run" else []), status=USAGE)
                self.assertTrue(err.startswith("An argument is empty."), err)
        self.assertEqual(host.State, "signed-in")

    def test_link_ends_no_session(self):
        """The link may have been the address of a host that is gone."""
        host = self.signed_in(name="One/Portal")
        for command in ("logout", "remove"):
            self.run_ctl(command, self.server.url + "/second", status=NO_HOST)
        self.assertEqual(host.State, "signed-in")
        self.run_ctl("logout", "one/portal")
        self.run_ctl("remove", self.server.url + "/")

    def test_host_that_is_not_there_can_be_added(self):
        for command in ("login", "header"):
            self.assertIn("“keyfobctl add”", self.run_ctl(command, "portal.example.org", status=NO_HOST)[1])

    def test_several_hosts_that_fit_are_listed(self):
        self.add_host()
        self.add_host(self.server.url + "/second")
        for arguments in (("header",), ("header", self.server.url.removeprefix("http://").split(":")[0])):
            _, err = self.run_ctl(*arguments, status=USAGE)
            self.assertIn(self.server.url + "/second", err)
        self.run_ctl("header", self.server.url, status=SIGN_IN)

    def test_list_shows_who_and_how_long(self):
        self.signed_in(name="My Portal").wait_for(Account="Alice Example")
        self.assertRegex(self.run_ctl("list")[0],
                         rf"^My Portal\t{self.server.url}\tAlice Example · [^\t]+\t/.*token-store.json\n$")

    def test_list_and_status_have_one_word_for_a_host_without_a_token(self):
        self.signed_in(name="My Portal").call("SignOut")
        for command in ("list", "status"):
            out = self.run_ctl(command)[0]
            self.assertIn("Not signed in", out)
            self.assertNotIn("Signed out", out)

    def test_wrong_store_is_refused_with_those_that_there_are(self):
        err = self.run_ctl("add", "portal.example.org", "--store", "nowhere", status=USAGE)[1]
        for word in ("keyring", "token file", "app:", "path"):
            self.assertIn(word, err)

    def test_list_as_json(self):
        host = self.signed_in()
        listed = json.loads(self.run_ctl("list", "--json")[0])
        self.assertEqual(listed["version"], 1)
        self.assertEqual([(entry["url"], entry["state"], entry["expires"]) for entry in listed["hosts"]],
                         [(self.server.url, "signed-in", host.Expires)])

    def test_status_names_who_must_sign_in(self):
        host = self.signed_in(name="My Portal")
        self.end_session(host)
        self.assertIn("My Portal", self.run_ctl("status")[0])
        status = json.loads(self.run_ctl("status", "--json")[0])
        self.assertEqual(status["hosts"], 1)
        self.assertIn("My Portal", status["needs"][0])

    def test_add_takes_every_option(self):
        self.run_ctl("add", "portal.example.org", "--name", "Portal", "--login-route", "in",
                     "--redirect-ports", "8080,8443", "--timeout", "60", "--device-flow", "no")
        host = self.find_host("https://portal.example.org")
        self.assertEqual(host.Options, {"name": "Portal", "login-route": "in", "redirect-ports": [8080, 8443],
                                        "timeout": 60, "device-flow": False})

    def test_add_with_a_file_that_keeps_no_tokens_is_2(self):
        path = self.bus.path("home", ".bashrc")
        with open(path, "w", encoding="utf-8") as out:
            out.write("alias ll='ls -l'\n")
        _, err = self.run_ctl("add", "--anyway", "--store", path, self.server.url, status=USAGE)
        self.assertEqual(err, f"{path} is not a token file and is left as it is. Name another file.\n")
        self.assertEqual(self.hosts(), {})

    def test_add_takes_any_link(self):
        self.server.base = "/portal/api"
        _, err = self.run_ctl("add", self.server.url + "/portal/api/auth/v2/login?redirect_uri=x#top",
                              "--name", "Portal")
        self.assertIn(self.server.url + "/portal/api", err)
        self.assertEqual(self.find_host(self.server.url + "/portal/api").Name, "Portal")
        self.assertEqual(len(self.hosts()), 1)

    def test_add_says_what_is_not_there(self):
        self.server.base = "/nowhere"
        _, err = self.run_ctl("add", self.server.url, status=FAILED)
        self.assertIn("no sign-in was found", err)
        self.assertIn("--anyway", err)
        _, err = self.run_ctl("add", "https://portal.invalid", status=OFFLINE)
        self.assertIn("portal.invalid", err)
        self.assertEqual(self.hosts(), {})
        _, err = self.run_ctl("add", self.server.url + "/x?y=z&a#w", status=FAILED)
        self.assertEqual(shlex.split(re.search("“keyfobctl (.*?)”", err).group(1)),
                         ["add", "--anyway", self.server.url + "/x?y=z&a#w"])
        self.run_ctl("add", "--anyway", "https://x.example/y?z#w")
        self.remove_host(self.find_host("https://x.example/y").path)
        self.run_ctl("add", "--anyway", "https://x.example:0/y?z#w", status=USAGE)
        self.run_ctl("add", "--anyway", self.server.url)
        self.run_ctl("add", self.server.url, "--name", "Is there already")
        self.assertEqual(self.find_host(self.server.url).Name, "Is there already")

    def test_add_says_what_has_become_of_the_host(self):
        hint = f"Sign in with “keyfobctl login {self.server.url}”."
        for arguments, what in ((("add", self.server.url), "was added."),
                                (("add", self.server.url), "is in the list already."),
                                (("add", self.server.url, "--name", "Portal"), "was changed.")):
            self.assertEqual(self.run_ctl(*arguments)[1].splitlines()[-1], f"{self.server.url} {what} {hint}")
        self.find_host().sign_in()
        for name, what in (("Portal", "is in the list already."), ("My Portal", "was changed.")):
            _, err = self.run_ctl("add", self.server.url, "--name", name)
            self.assertEqual(err, f"{self.server.url} {what}\n")

    def test_token_files_have_a_line_each(self):
        self.signed_in(name="My Portal")
        folder = self.bus.path("runtime")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        files = self.run_ctl("token-file", "--wlcg")[0].splitlines()
        self.assertEqual(len(files), 2)
        for file in files:
            self.assertIn(f"\nBearer token file of My Portal: {file}\n", self.run_ctl("status")[0])
        self.assertEqual(json.loads(self.run_ctl("status", "--json")[0])["token_files"], files)

    def test_logout_and_remove(self):
        host = self.signed_in(name="My Portal")
        self.assertEqual(self.run_ctl("logout", self.server.url), ("", "Signed out of My Portal.\n"))
        host.wait_for(State="signed-out")
        self.assertEqual(self.run_ctl("remove", self.server.url), ("", "My Portal is no longer in the list.\n"))
        self.assertEqual(self.hosts(), {})

    def test_page_that_ends_the_session_is_printed_where_no_browser_is_seen(self):
        self.stop_agent()
        self.install_browser()
        self.start_agent()
        host = self.signed_in(logout_route="out")
        for env in SSH, {**SSH, **HERE}, {"DISPLAY": "", "WAYLAND_DISPLAY": ""}:
            _, err = self.run_ctl("logout", "--end-session", self.server.url, env=env)
            self.assertIn("\n" + self.server.url + "/out\n", err)
        self.assertFalse(os.path.exists(self.bus.path("opened")))
        self.assertEqual(host.State, "signed-out")
        self.assertNotIn("/out", self.run_ctl("logout", "--end-session", self.server.url, env=HERE)[1])
        self.assertIn(self.server.url + "/out", self.wait_for_browser()[0])

    def test_all_are_signed_out_and_removed(self):
        host = self.signed_in()
        self.add_host(self.server.url + "/second")
        self.run_ctl("logout", "--all")
        host.wait_for(State="signed-out")
        self.run_ctl("remove", "--all")
        self.assertEqual(self.hosts(), {})


class Unsaved(Ctl):
    """A sign-in whose token cannot be saved, as there is a folder in the place of the file."""

    def setUp(self):
        super().setUp()
        os.makedirs(self.token_file())
        self.addCleanup(lambda: os.path.isdir(self.token_file()) and os.rmdir(self.token_file()))
        self.add_host(name="My Portal")

    def tearDown(self):
        os.rmdir(self.token_file())
        super().tearDown()

    def test_is_no_success_of_login(self):
        command = self.start("login", terminal=True).wait()
        self.assertEqual(command.status, FAILED, command.err)
        self.assertIn(self.find_host().Error.encode(), command.err)
        self.assertNotIn(b"Signed in at", command.err)
        self.assertNotIn(b"--store file", command.err)
        _, err = self.run_ctl("login", status=FAILED)
        self.assertEqual(err, self.find_host().Error + "\n")

    def test_is_listed_and_needs_a_person(self):
        self.find_host().sign_in()
        line = "My Portal: " + self.find_host().Error
        self.assertIn("could not be saved", line)
        self.assertEqual(self.run_ctl("list")[1], line + "\n")
        self.assertIn(line + "\n", self.run_ctl("status")[0])
        self.assertEqual(json.loads(self.run_ctl("status", "--json")[0])["needs"], [line])


class Locked(Ctl):
    keyring = True

    def lock(self):
        self.bus.lock_keyring()
        self.wait_for_store("locked")
        self.bus.start_prompter()

    def test_sign_in_over_ssh_has_a_way_out(self):
        self.add_host()
        self.lock()
        command = self.start("login", terminal=True, env=SSH).wait()
        self.assertEqual(command.status, FAILED, command.err)
        self.assertIn(self.find_host().Error.encode(), command.err)
        words = re.search("“keyfobctl (add .*?)”", command.err.decode()).group(1).split()
        self.run_ctl(*words)
        self.find_host().wait_for(Saved=True, Store=self.token_file())

    def test_only_unlocking_helps(self):
        self.signed_in(name="My Portal").wait_for(Account="Alice Example")
        self.stop_agent()
        self.lock_without_agent()
        for arguments in (("header",), ("login",), ("token-file",)):
            _, err = self.run_ctl(*arguments, status=SIGN_IN)
            self.assertEqual(err.count("\n"), 1, err)
            self.assertIn("Unlock", err)
        needs = json.loads(self.run_ctl("status", "--json")[0])["needs"]
        self.assertIn("The keyring is locked. Unlock it to go on.", needs)
        self.assertIn("Unlock it to go on", self.run_ctl("status")[0])

    def lock_without_agent(self):
        self.bus.lock_keyring()
        self.start_agent(wait=False)
        self.wait_for_store("locked")


class AtStart(Ctl):
    """Right after the start of the agent, before it knows what the keyring has."""

    keyring = True

    def setUp(self):
        super().setUp()
        self.signed_in(name="My Portal").wait_for(Account="Alice Example")
        self.stop_agent()

    def start_without_answer(self):
        """With a keyring that does not answer yet."""
        self.keyring_process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.keyring_process.send_signal, signal.SIGCONT)
        self.start_agent(wait=False)
        self.assertEqual(self.agent_property("StoreState"), "opening")

    def go_on_with(self, command, times=1):
        """Has the keyring answer once the command waits for it."""
        wait_until(lambda: self.log().count("A program waits") == times, "the call", agentcase.ANSWER)
        self.keyring_process.send_signal(signal.SIGCONT)
        return command.wait().out.decode()

    def test_hosts_are_listed_once_it_is_known_how_they_stand(self):
        for times, (arguments, what) in enumerate(((("list",), "Alice Example · "), (("list", "--json"), '"signed-in"'),
                                                   (("oidc-auth", "--list"), "(valid)")), 1):
            self.start_without_answer()
            self.assertIn(what, self.go_on_with(self.start(*arguments), times))
            self.stop_agent()

    def test_status_waits_for_the_store(self):
        self.start_without_answer()
        status = json.loads(self.go_on_with(self.start("status", "--json")))
        self.assertEqual((status["store"], status["store_state"], status["needs"]), ("keyring", "ready", []))

    def test_keyring_that_does_not_answer_is_waited_for_as_long_as_by_other_calls(self):
        self.start_without_answer()
        self.assertIn("Alice Example", self.run_ctl("list")[0])
        self.assertEqual(json.loads(self.run_ctl("status", "--json")[0])["store_state"], "locked")


@unittest.skipUnless(os.geteuid() == 0, "only root can be a second user")
class Question(Ctl):
    """An agent that cannot tell other users from this one, as in a container."""

    agent_wrapper = ["unshare", "--user", "--map-root-user"]

    def ask(self, **options):
        host = self.add_host()
        command = self.start("login", "--browser", "--no-open", terminal=True, **options)
        command.wait_for_text(r"http\S+")
        page = self.visit_as(OTHER_USER, self.find_callback(host))
        number = command.wait_for_text(r"the number (\d{4})\.").group(1)
        self.assertIn(number, page)
        wait_until(lambda: number in host.Question, "the question on the bus")
        return host, command

    def test_is_answered_in_the_terminal(self):
        host, command = self.ask(env=HERE)
        command.wait_for_text("Press Enter")
        self.assertEqual(host.State, "signing-in")
        command.type("no!\n\n")
        self.assertEqual(command.wait().status, DONE)
        host.wait_for(State="signed-in", Question="")

    def test_line_is_one_answer_however_long(self):
        host, command = self.ask(env=HERE)
        command.wait_for_text("Press Enter")
        for length in (255, 256, 4095, 4096, 6000):
            command.type("n" * length + "\n")
        command.type("\x04")  # Ctrl-D is no yes, either
        self.assertEqual(command.wait().status, USAGE)
        host.wait_for(State="signed-out")

    def test_is_answered_elsewhere_by_a_job_in_the_background(self):
        host, command = self.ask(env=HERE, wrapper=["setsid", "--wait"])
        command.wait_for_text("in the window of Keyfob")
        host.go_on()
        self.assertEqual(command.wait().status, DONE)


class Login(Ctl):
    def test_login_in_the_browser(self):
        self.add_host()
        command = self.start("login", "--browser", "--no-open", terminal=True)
        Page(command.wait_for_text(r"http\S+").group()).wait()
        self.assertEqual(command.wait().status, DONE)
        self.assertRegex(command.err, b"renewed by itself, (60|59) min left")
        self.assertEqual(command.out, b"")

    def test_code_is_shown_and_counted_down_in_a_terminal(self):
        host = self.add_host()
        self.server.polls = [quoted("authorization_pending")] * 100
        command = self.start("login", "--device", terminal=True)
        command.wait_for_text("WDJB-MJHT")
        command.wait_for_text(r"good for \d+:\d\d more")
        self.assertIn("▀", command.err.decode())
        command.type("\x03")
        self.assertEqual(command.wait().status, USAGE)
        host.wait_for(State="signed-out", UserCode="")

    def test_no_open_opens_nothing(self):
        self.stop_agent()
        self.install_browser()
        self.start_agent()
        self.add_host()
        command = self.start("login", "--no-open", terminal=True, env=HERE)
        Page(command.wait_for_text(r"http\S+").group()).wait()
        self.assertEqual(command.wait().status, DONE)
        self.assertFalse(os.path.exists(self.bus.path("opened")))

    def test_prompt_is_passed_on(self):
        self.add_host()
        for prompt in ("none", "login", "consent", "select_account"):
            command = self.start("login", "--force", "--no-open", "--prompt", prompt, terminal=True, env=HERE)
            Page(command.wait_for_text(r"http\S+").group()).wait()
            self.assertEqual(command.wait().status, DONE)
            asked = [query.get("prompt") for route, query, _ in self.server.requests if route == "login"]
            self.assertEqual(asked[-1], prompt)
        command = self.start("login", "--force", "--prompt", "please", terminal=True, env=HERE).wait()
        self.assertEqual(command.status, USAGE)
        self.assertIn(b"select_account", command.err)

    def test_browser_that_does_not_open_is_told(self):
        self.stop_agent()
        self.install_browser("false %u")
        self.start_agent()
        host = self.add_host()
        command = self.start("login", "--browser", terminal=True, env={"DISPLAY": ":99"})
        wait_until(lambda: host.Error, "the trouble")
        command.wait_for_text(re.escape(host.Error))
        command.type("\x03")
        self.assertEqual(command.wait().status, USAGE)

    def test_denial_is_no_success(self):
        self.add_host()
        self.server.polls = [quoted("access_denied")]
        self.assertEqual(self.start("login", "--device", terminal=True).wait().status, FAILED)

    def test_nobody_within_the_time_is_4(self):
        host = self.add_host()
        command = self.start("login", "--browser", "--no-open", "--timeout", "1", terminal=True).wait()
        self.assertEqual(command.status, SIGN_IN)
        self.assertIn(b"1 second", command.err)
        host.wait_for(State="signed-out")

    def test_login_that_is_killed_ends(self):
        host = self.add_host()
        command = self.start("login", "--browser", "--no-open", terminal=True)
        command.wait_for_text(r"http\S+")
        command.process.kill()
        host.wait_for(State="signed-out")
        command.wait()

    def test_what_cannot_be_cancelled_is_not_waited_for(self):
        """A refresh goes on for others."""
        host = self.signed_in()
        life, self.server.token_life = self.server.token_life, -1
        host.call("Refresh")
        self.server.token_life = life
        gate = self.server.gates["token"] = threading.Event()
        for arguments, end, status in (((), "\x03", USAGE), (("--timeout", "1"), "", SIGN_IN)):
            command = self.start("login", *arguments, terminal=True)
            host.wait_for(State="refreshing")
            command.type(end)
            self.assertEqual(command.wait().status, status, command.err)
        gate.set()
        host.wait_for(State="signed-in")

    def test_signed_in_already_asks_nobody(self):
        self.signed_in()
        asked = len(self.server.requests)
        self.assertRegex(self.run_ctl("login")[1], "^127.0.0.1.* is signed in already: .*\n$")
        self.assertEqual(len(self.server.requests), asked)

    def test_force_signs_in_again(self):
        host = self.signed_in()
        before = host.get_token()["access_token"]
        command = self.start("login", "--force", "--browser", "--no-open", terminal=True)
        Page(command.wait_for_text(r"http\S+").group()).wait()
        self.assertEqual(command.wait().status, DONE)
        self.assertNotEqual(host.get_token()["access_token"], before)


class NotInteractive(Ctl):
    """Where there is no person to ask, nothing is opened, and nobody waited for."""

    # what its batch system or server is called, and what hands a variable over there
    places = {
        "SLURM_JOB_ID": ("Slurm", "sbatch"), "SLURM_NODELIST": ("Slurm", "sbatch"), "PBS_JOBID": ("PBS", "qsub"),
        "PBS_ENVIRONMENT": ("PBS", "qsub"), "PBS_NODEFILE": ("PBS", "qsub"), "JOB_ID": ("Grid Engine", "qsub"),
        "SGE_TASK_ID": ("Grid Engine", "qsub"), "PE_HOSTFILE": ("Grid Engine", "qsub"), "LSB_JOBID": ("LSF", "bsub"),
        "LSB_HOSTS": ("LSF", "bsub"), "OAR_JOB_ID": ("OAR", "export"), "OAR_NODEFILE": ("OAR", "export"),
        "OMPI_COMM_WORLD_SIZE": ("MPI", "mpirun"), "PMI_RANK": ("MPI", "mpiexec"), "MPI_LOCALRANKID": ("MPI", "mpiexec"),
        "KUBERNETES_SERVICE_HOST": ("Kubernetes", "kubectl"), "KUBERNETES_PORT": ("Kubernetes", "kubectl"),
        "FREVA_BATCH_JOB": ("Freva", "export"), "JUPYTERHUB_USER": ("JupyterHub", "%env"),
    }

    def assert_asks_nobody(self, *arguments, **how):
        command = self.start(*arguments, **how).wait()
        self.assertEqual(command.status, SIGN_IN, command.err)
        self.assertEqual([route for route, _, _ in self.server.requests if route in ("login", "device")], [])
        return command.err.decode()

    def test_every_batch_environment_has_its_ways_out(self):
        self.add_host()
        for variable, (name, tool) in self.places.items():
            for arguments in (("login",), ("login", "--device"), ("header",)):
                err = self.assert_asks_nobody(*arguments, self.server.url, terminal=True, env={variable: "1", **HERE})
                self.assertIn(f"of {name} ({variable} is set)", err)
                if arguments[0] == "login":
                    self.assertIn("where “keyfobctl login” asks nobody", err)
                    self.assertNotIn(f"“keyfobctl login {self.server.url}”", err)
                else:
                    self.assertIn(f"“keyfobctl login {self.server.url}”", err)
                self.assertIn(f"“keyfobctl export {self.server.url} FILE”", err)
                self.assertRegex(err, f"“{tool} .*OIDC_TOKEN_FILE[= ]FILE'?”")

    def test_way_out_at_a_terminal_of_a_batch_job(self):
        self.add_host()
        env = {"JUPYTERHUB_USER": "alice", "KUBERNETES_PORT": "1"}
        err = self.assert_asks_nobody("login", self.server.url, terminal=True, env=env)
        words = shlex.split(re.search("“(env -u .*)”", err).group(1))
        end = words.index("keyfobctl")
        command = self.start(*words[end + 1:], terminal=True, env=env, wrapper=words[:end])
        command.wait_for_text("WDJB-MJHT")
        self.assertEqual(command.wait().status, DONE)

    def test_without_a_terminal(self):
        host = self.add_host()
        for how in ({}, {"terminal": True, "wrapper": ["sh", "-c", 'exec "$@" </dev/null', "sh"]},
                    {"terminal": True, "wrapper": ["sh", "-c", 'exec 3>&2; "$@" 2>&1 | cat >&3; exit 4', "sh"]}):
            for arguments in (("login",), ("login", "--browser"), ("login", "--device"), ("login", "--force")):
                err = self.assert_asks_nobody(*arguments, self.server.url, env=HERE, **how)
                self.assertIn("cron", err)
                self.assertIn("“keyfobctl login” needs a terminal", err)
                self.assertNotIn(f"“keyfobctl login {self.server.url}”", err)
                self.assertIn(f"“keyfobctl export {self.server.url} FILE”", err)
                self.assertIn("“OIDC_TOKEN_FILE=FILE”", err)
        host.sign_in()
        self.run_ctl("login")
        self.run_ctl("login", "--force", status=SIGN_IN)

    def test_no_interaction_asks_nobody_in_a_terminal(self):
        self.add_host()
        self.assertIn("keyfobctl login", self.assert_asks_nobody("header", "--no-interaction", terminal=True))


class Code(Ctl):
    """The code for another device, as a terminal shows it."""

    def show(self, *arguments, verification=None, **how):
        self.server.polls = [quoted("authorization_pending")] * 100
        if verification is not None:
            self.server.faults["device"] = answer(200, {
                "device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": "https://auth.example.org/device",
                "verification_uri_complete": verification, "expires_in": 600, "interval": 1})
        self.host = self.add_host()
        command = self.start("login", *arguments, terminal=True, **how)
        command.wait_for_text("WDJB-MJHT")
        command.wait_for_text(r"\d:\d\d")
        return command

    def interrupt(self, command):
        command.type("\x03")
        self.assertEqual(command.wait().status, USAGE)
        self.host.wait_for(State="signed-out", UserCode="")
        return command.err

    def assert_quiet_zone(self, modules):
        """Four modules on each side (ISO/IEC 18004), where a terminal of any colours goes on."""
        for side in (modules, modules[::-1], list(zip(*modules)), list(zip(*modules))[::-1]):
            self.assertFalse(any(map(any, side[:4])))
            self.assertTrue(any(map(any, side[4:6])))  # there is one row more below an odd number

    def read_picture(self, shown, columns, background):
        screen = picture.Terminal(columns, background)
        screen.feed(shown)
        self.assert_quiet_zone(screen.find_modules())
        path = self.bus.path("terminal.ppm")
        screen.write_picture(path)
        return subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path],
                              check=False, capture_output=True, text=True).stdout.splitlines()

    def test_qr_is_read_from_a_picture_of_the_terminal(self):
        short = "https://auth.example.org/device?user_code=WDJB-MJHT"
        for address, columns in ((short, 80), (short, 41), (short + "&ui_locales=" + "x" * 150, 80)):
            shown = self.interrupt(self.show(verification=address, columns=columns))
            for background in (picture.DARK, picture.LIGHT):
                self.assertEqual(self.read_picture(shown, columns, background), [address], columns)

    def test_address_and_code_alone_where_the_terminal_shows_no_qr(self):
        for how in ({"env": {"TERM": "dumb"}}, {"env": {"TERM": ""}}, {"env": {"TERM": "vt220"}},
                    {"env": {"LC_ALL": "C"}}, {"columns": 36}):
            shown = self.interrupt(self.show(**how)).decode("ascii")
            self.assertIn(f"Open {self.server.url}/provider/device in any browser\r\n", shown)
            self.assertNotIn("\x1b[38", shown)
            if how.get("env", {}).get("TERM") in ("dumb", ""):
                self.assertNotIn("\x1b", shown)

    def test_countdown_stays_in_one_line(self):
        self.server.device_life = 90
        for columns in (80, 40):
            command = self.show(columns=columns)
            rows = []
            for times in (1, 3):
                command.wait_for_text(r"(?<!\d)\d:\d\d", times)
                screen = picture.Terminal(columns, picture.DARK)
                screen.feed(command.err)
                rows.append(len(screen.rows))
            self.assertEqual(rows[0], rows[1])
            self.interrupt(command)

    def test_sign_in_that_runs_already_is_shown(self):
        self.server.polls = [quoted("authorization_pending")] * 100
        self.host = self.add_host()
        self.host.call("SignIn", flow="device")
        command = self.start("login", terminal=True)
        command.wait_for_text("WDJB-MJHT")
        self.interrupt(command)

    def test_agent_that_is_told_to_leave_is_not_called_back(self):
        command = self.show()
        self.assertEqual(self.stop_agent(), 0)
        self.assertNotEqual(command.wait().status, DONE)
        self.assertFalse(self.bus.has_owner(agentcase.NAME))

    def test_on_this_display_the_browser_opens(self):
        self.stop_agent()
        self.install_browser()
        self.start_agent()
        self.add_host()
        for env in ({"DISPLAY": ":99"}, {"WAYLAND_DISPLAY": "wayland-0"}):
            command = self.start("login", "--force", terminal=True, env=env)
            Page(self.wait_for_browser()[0]).wait()
            self.assertEqual(command.wait().status, DONE)
            self.assertIn(b"the browser that opened", command.err)
            os.unlink(self.bus.path("opened"))

    def test_elsewhere_a_code_is_shown_and_nothing_opens(self):
        self.stop_agent()
        self.install_browser()
        self.start_agent()
        for env in ({}, {"DISPLAY": ""}, {"DISPLAY": "localhost:10.0", **SSH}, {"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}):
            self.interrupt(self.show(env=env))
        self.assertFalse(os.path.exists(self.bus.path("opened")))


class Ssh(Ctl):
    """Sign-in in a browser that is on the machine at which the user sits, and cannot come back here."""

    def start_login(self, *arguments, env=SSH, **how):
        self.host = self.add_host()
        command = self.start("login", "--browser", *arguments, terminal=True, env=env, **how)
        command.wait_for_text("paste the address")
        return command

    def callback(self):
        wait_until(lambda: self.host.LoginUri, "the address")
        return f"http://localhost:{self.port}{self.find_callback(self.host)}"

    def test_address_that_the_browser_ended_at_is_pasted(self):
        command = self.start_login()
        address = self.callback()
        self.assertIn(self.host.LoginUri, command.err.decode())
        command.type(address + "\n")
        self.assertEqual(command.wait().status, DONE, command.err)
        self.host.wait_for(State="signed-in", LoginUri="", RedirectUri="")
        self.assertNotIn(address.encode(), command.err)  # it has not been shown
        self.assertNotIn(address.split("code=")[1].split("&")[0], self.log())

    def test_as_browsers_and_people_copy_it(self):
        for change in (lambda address: f"  {address} ", lambda address: address.removeprefix("http://"),
                       lambda address: address.replace("http:", "https:"), lambda address: address + "#_=_",
                       lambda address: address.replace("localhost", "127.0.0.1"),
                       lambda address: address.replace("?", "?session_state=" + "s" * 6000 + "&")):
            command = self.start_login("--force")
            command.type("xy\x7f\x7f" + change(self.callback()) + "\n")
            self.assertEqual(command.wait().status, DONE, command.err)

    def test_what_is_no_such_address_gets_a_sentence_and_another_try(self):
        command = self.start_login()
        good = self.callback()
        code = good.split("code=")[1].split("&")[0]
        tries = [
            ("", "begins with"), (code, "begins with"), ("https://example.org/callback?code=1&state=2", "begins with"),
            (good.replace(str(self.port), str(self.port + 1)), "begins with"),
            (good.replace("state=", "state=x"), "another sign-in"), (good.split("&")[0], "not the whole address"),
            (good.split("?")[0] + "?error=access_denied", "said no"),
            (good.split("?")[0] + f"?error=access_denied&state={good.split('state=')[1]}", "said no"),
            ("x" * 100000, "begins with"),
        ]
        for number, (text, sentence) in enumerate(tries, 1):
            command.type(text + "\n")
            command.wait_for_text("Paste another address", times=number)
            self.assertIn(sentence, command.err.decode().splitlines()[-2], text)
            self.assertNotIn(code, command.err.decode())
        self.assertEqual(self.server.count("token"), 0)
        command.type(good + "\n")
        self.assertEqual(command.wait().status, DONE, command.err)

    def test_line_for_ssh_names_the_port_and_this_machine(self):
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
        for connection, end in (("198.51.100.7 50022 192.0.2.1 22", f" {user}@192.0.2.1"),
                                ("::1 50022 2001:db8::1 2222", f" -p 2222 {user}@2001:db8::1"),
                                ("", f" {user}@{socket.gethostname()}")):
            command = self.start_login(env={"SSH_CONNECTION": connection})
            self.assertIn(f"ssh -N -L {self.port}:localhost:{self.port}{end}\r\n", command.err.decode())
            command.type("\x03")
            self.assertEqual(command.wait().status, USAGE)

    def test_line_for_ssh_names_the_port_that_is_held(self):
        other = agentcase.free_port()
        with socket.create_server(("127.0.0.1", self.port)):
            self.host = self.add_host(redirect_ports=[self.port, other])
            command = self.start("login", "--browser", terminal=True, env=SSH)
            command.wait_for_text(f"ssh -N -L {other}:localhost:{other} ")
            command.type("\x03")
            self.assertEqual(command.wait().status, USAGE)

    def test_browser_that_ssh_lets_come_back_needs_no_paste(self):
        command = self.start_login()
        Page(self.callback()).wait()
        self.assertEqual(command.wait().status, DONE, command.err)

    def test_question_comes_before_the_address(self):
        self.signed_in()
        self.server.client_id = "another"
        self.host = self.add_host()
        command = self.start("login", "--force", "--browser", terminal=True, env=SSH)
        command.wait_for_text("Press Enter")
        self.assertNotIn(b"authorize", command.err)
        command.type("\n")
        command.wait_for_text("paste the address")
        command.type(self.callback() + "\n")
        self.assertEqual(command.wait().status, DONE, command.err)

    def test_issuer_of_a_pasted_address_is_checked(self):
        self.server.issuer = "https://other.example.org"
        command = self.start_login()
        command.type(self.callback() + "\n")
        self.assertEqual(command.wait().status, FAILED, command.err)
        self.assertIn(b"another provider", command.err)
        self.assertEqual(self.server.count("token"), 0)

    def test_terminal_is_as_before_after_every_end(self):
        script = 'trap : INT; echo "mode $(stty -g)" >&2; "$@"; status=$?; echo "mode $(stty -g)" >&2; exit $status'
        for end, status in ((lambda command: command.type("\x03"), USAGE),
                            (lambda command: command.type("\x04"), USAGE),
                            (lambda command: self.host.call("Cancel"), USAGE),
                            (lambda command: command.type(self.callback() + "\n"), DONE)):
            command = self.start_login(wrapper=["sh", "-c", script, "sh"])
            end(command)
            self.assertEqual(command.wait().status, status, command.err)
            before, after = re.findall(r"mode (\S+)", command.err.decode())
            self.assertEqual(before, after)

    def test_server_without_codes_for_other_devices(self):
        """Over ssh a code is the easier way, and the address the next one."""
        self.host = self.add_host(device_flow=False)
        command = self.start("login", terminal=True, env=SSH)
        command.wait_for_text("paste the address")
        command.type(self.callback() + "\n")
        self.assertEqual(command.wait().status, DONE, command.err)


if __name__ == "__main__":
    tap.main()
