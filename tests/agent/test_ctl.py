# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""keyfobctl: every command and its exit codes, in a pipe and in a terminal, with the real agent."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import threading
import time
import unittest

import agentcase
import privatebus
import tap
from agentcase import OTHER_USER, Page, wait_until
from fake_server import DROP, quoted

DONE, FAILED, USAGE, SIGN_IN, OFFLINE, NO_HOST = 0, 1, 2, 4, 5, 6


class Command:
    """A keyfobctl that runs; what it prints is kept."""

    def __init__(self, case, arguments, terminal=False, env=None):
        self.master = None
        error = subprocess.PIPE
        source = subprocess.DEVNULL
        if terminal:
            self.master, source = pty.openpty()
            error = source
        self.process = case.bus.spawn(
            [os.environ["KEYFOB_CTL"], *arguments], stdin=source, stdout=subprocess.PIPE, stderr=error,
            env={"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}, start_new_session=True)
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

    def wait_for_text(self, pattern):
        wait_until(lambda: re.search(pattern, self.err.decode(errors="replace")),
                   lambda: f"{pattern} on standard error, and not {self.err}", agentcase.ANSWER)
        return re.search(pattern, self.err.decode())


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

    def test_exec_credential(self):
        token = self.signed_in().get_token()
        credential = json.loads(self.run_ctl("exec-credential")[0])
        self.assertEqual(credential["apiVersion"], "client.authentication.k8s.io/v1")
        self.assertEqual(credential["kind"], "ExecCredential")
        self.assertEqual(credential["status"]["token"], token["access_token"])
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(token["expires"]))
        self.assertEqual(credential["status"]["expirationTimestamp"], end)

    def test_run_gives_the_token_in_a_file_and_nowhere_else(self):
        token = self.signed_in().get_token()["access_token"]
        out, _ = self.run_ctl("run", "--", "sh", "-c",
                              'cat /dev/fd/$KEYFOB_TOKEN_FD; echo; tr "\\0" "\\n" </proc/self/environ; '
                              'tr "\\0" "\\n" </proc/$$/cmdline')
        first, rest = out.split("\n", 1)
        self.assertEqual(first, token)
        self.assertNotIn(token, rest)

    def test_run_gives_the_token_in_a_variable_when_asked(self):
        token = self.signed_in().get_token()["access_token"]
        out, _ = self.run_ctl("run", "--env", "TOKEN", self.server.url, "--", "sh", "-c", "echo $TOKEN $1", "sh", "-x")
        self.assertEqual(out, f"{token} -x\n")

    def test_run_ends_as_the_command_does(self):
        self.signed_in()
        self.run_ctl("run", "--", "sh", "-c", "exit 7", status=7)

    def test_output_that_cannot_be_written_is_no_success(self):
        self.signed_in()
        with open("/dev/full", "wb") as full:
            process = self.bus.spawn([os.environ["KEYFOB_CTL"], "header"], stdout=full, stderr=subprocess.PIPE)
            err = process.communicate()[1]
        self.assertEqual(process.returncode, FAILED)
        self.assertIn(b"cannot be written", err)


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

    def ask_git(self, what, command="get"):
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], "git-credential", command], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return process.communicate(what + "\n\n")[0]

    def test_git_from_2_46_gets_a_header(self):
        token = self.signed_in().get_token()
        host = self.server.url.removeprefix("http://")
        out = self.ask_git(f"capability[]=authtype\nprotocol=http\nhost={host}")
        self.assertEqual(out.splitlines(), [
            "capability[]=authtype", "authtype=Bearer", f"credential={token['access_token']}", "ephemeral=1",
            f"password_expiry_utc={token['expires']}"])

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

    def complete(self, *words):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/completions/keyfobctl.bash")
        path = f"{os.path.dirname(os.environ['KEYFOB_CTL'])}:{self.bus.env['PATH']}"
        process = self.bus.spawn(
            ["bash", "-c", '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keyfobctl; printf "%s\\n" "${COMPREPLY[@]}"',
             script, "keyfobctl", *words], env={"PATH": path}, stdout=subprocess.PIPE, text=True)
        return process.communicate()[0].split()

    def test_bash_completes_commands_options_and_hosts(self):
        self.add_host("https://portal.example.org")
        self.assertEqual(self.complete("hea"), ["header"])
        self.assertIn("--min-time", self.complete("header", "--min"))
        self.assertEqual(self.complete("header", "http"), ["https://portal.example.org"])
        self.assertEqual(self.complete("header", "https://po"), ["//portal.example.org"])

    def test_curl_reads_the_header_from_a_pipe(self):
        self.signed_in()
        self.make_repository()
        process = self.bus.spawn(
            ["bash", "-c", 'curl -sf -o /dev/null -w "%{http_code}" -H @<("$0" header) "$1"', os.environ["KEYFOB_CTL"],
             self.server.url + "/files/one.git/HEAD"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.communicate()[0], "200")


class PythonCommand(Ctl):
    """keyfobctl oidc-auth behaves as the command of py-oidc-auth-client."""

    def test_summary_and_json(self):
        token = self.signed_in().get_token()
        out, _ = self.run_ctl("oidc-auth", self.server.url)
        self.assertEqual(out.splitlines(), [
            f"Authenticated to {self.server.url}", f"  access_token: {token['access_token'][:20]}...",
            f"  scope:        {token['scope']}"])
        printed = json.loads(self.run_ctl("oidc-auth", "--json", self.server.url)[0])
        self.assertEqual(printed["access_token"], token["access_token"])

    def test_failure_is_1_and_wrong_use_2(self):
        self.run_ctl("oidc-auth", self.server.url, status=FAILED)
        self.run_ctl("oidc-auth", status=USAGE)
        self.run_ctl("oidc-auth", "--what", status=USAGE)

    def test_list_remove_and_clear(self):
        self.assertEqual(self.run_ctl("oidc-auth", "--list")[0], "No cached tokens.\n")
        host = self.signed_in()
        self.assertEqual(self.run_ctl("oidc-auth", "--list")[0], f"  {self.server.url}  (valid)\n")
        self.assertEqual(self.run_ctl("oidc-auth", "--remove", self.server.url)[0],
                         f"Removed token for {self.server.url}\n")
        host.wait_for(State="signed-out")
        self.assertEqual(self.run_ctl("oidc-auth", "--remove", self.server.url)[0],
                         f"No cached token for {self.server.url}\n")
        host.sign_in()
        self.assertEqual(self.run_ctl("oidc-auth", "--clear")[0], "All cached tokens removed.\n")
        host.wait_for(State="signed-out")

    def test_what_python_parses_and_forgets_works(self):
        self.run_ctl("oidc-auth", "-l", "/in", "-t", "/token", "-d", "/device", "--ports", "8080", "8081",
                     "--app-name", "freva", "https://portal.example.org", status=FAILED)
        self.assertEqual(self.find_host("https://portal.example.org").Options, {
            "login-route": "in", "token-route": "token", "device-route": "device", "redirect-ports": [8080, 8081],
            "store": "app:freva"})

    def test_force_signs_in_again_in_a_terminal(self):
        host = self.signed_in()
        before = host.get_token()["access_token"]
        command = self.start("oidc-auth", "--force", self.server.url, terminal=True)
        command.wait_for_text("WDJB-MJHT")  # no display, so by a code
        command.wait()
        self.assertEqual(command.status, DONE, command.err)
        self.assertNotEqual(host.get_token()["access_token"], before)


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

    def test_batch_job_is_named(self):
        self.add_host()
        command = self.start("header", terminal=True, env={"SLURM_JOB_ID": "7"}).wait()
        self.assertEqual(command.status, SIGN_IN)
        self.assertIn(b"SLURM_JOB_ID", command.err)

    def test_no_interaction_asks_nobody_in_a_terminal(self):
        self.add_host()
        self.assertEqual(self.start("header", "--no-interaction", terminal=True).wait().status, SIGN_IN)

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
                          ("login", "--device", "--browser"), ("login", "--timeout", "-1")):
            out, err = self.run_ctl(*arguments, status=USAGE)
            self.assertEqual(out, "", arguments)
            self.assertTrue(err.strip(), arguments)

    def test_help_and_version_are_no_failure(self):
        for arguments in (("--help",), ("--version",), ("header", "--help"), ("add", "--help")):
            self.assertTrue(self.run_ctl(*arguments)[0].strip())

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

    def test_logout_and_remove(self):
        host = self.signed_in()
        self.run_ctl("logout", self.server.url)
        host.wait_for(State="signed-out")
        self.run_ctl("remove", self.server.url)
        self.assertEqual(self.hosts(), {})

    def test_all_are_signed_out_and_removed(self):
        host = self.signed_in()
        self.add_host(self.server.url + "/second")
        self.run_ctl("logout", "--all")
        host.wait_for(State="signed-out")
        self.run_ctl("remove", "--all")
        self.assertEqual(self.hosts(), {})


@unittest.skipUnless(os.geteuid() == 0, "only root can be a second user")
class Question(Ctl):
    """An agent that cannot tell other users from this one, as in a container."""

    agent_wrapper = ["unshare", "--user", "--map-root-user"]

    def ask(self, **options):
        host = self.add_host()
        command = self.start("login", "--browser", "--no-open", **options)
        command.wait_for_text(r"http\S+")
        page = self.visit_as(OTHER_USER, self.find_callback(host))
        number = command.wait_for_text(r"the number (\d{4})\.").group(1)
        self.assertIn(number, page)
        wait_until(lambda: number in host.Question, "the question on the bus")
        return host, command

    def test_is_answered_in_the_terminal(self):
        host, command = self.ask(terminal=True)
        command.wait_for_text("Press Enter")
        self.assertEqual(host.State, "signing-in")
        os.write(command.master, b"no!\n\n")
        self.assertEqual(command.wait().status, DONE)
        host.wait_for(State="signed-in", Question="")

    def test_is_answered_elsewhere_without_a_terminal(self):
        host, command = self.ask()
        command.wait_for_text("in the window of Keyfob")
        host.go_on()
        self.assertEqual(command.wait().status, DONE)


class Login(Ctl):
    def test_login_in_the_browser(self):
        self.add_host()
        command = self.start("login", "--browser", "--no-open")
        Page(command.wait_for_text(r"http\S+").group()).wait()
        self.assertEqual(command.wait().status, DONE)
        self.assertRegex(command.err, b"(60|59) min left")
        self.assertEqual(command.out, b"")

    def test_code_is_shown_and_counted_down_in_a_terminal(self):
        host = self.add_host()
        self.server.polls = [quoted("authorization_pending")] * 100
        command = self.start("login", "--device", terminal=True)
        command.wait_for_text("WDJB-MJHT")
        command.wait_for_text(r"good for \d+:\d\d more")
        self.assertIn("▀", command.err.decode())
        os.killpg(command.process.pid, signal.SIGINT)
        self.assertEqual(command.wait().status, USAGE)
        host.wait_for(State="signed-out", UserCode="")

    def test_denial_is_no_success(self):
        self.add_host()
        self.server.polls = [quoted("access_denied")]
        self.run_ctl("login", "--device", status=FAILED)

    def test_nobody_within_the_time_is_4(self):
        host = self.add_host()
        _, err = self.run_ctl("login", "--browser", "--no-open", "--timeout", "1", status=SIGN_IN)
        self.assertIn("1 second", err)
        host.wait_for(State="signed-out")

    def test_login_that_is_killed_ends(self):
        host = self.add_host()
        command = self.start("login", "--browser", "--no-open")
        command.wait_for_text(r"http\S+")
        command.process.kill()
        host.wait_for(State="signed-out")
        command.wait()

    def test_signed_in_already_asks_nobody(self):
        self.signed_in()
        asked = len(self.server.requests)
        self.run_ctl("login")
        self.assertEqual(len(self.server.requests), asked)

    def test_force_signs_in_again(self):
        host = self.signed_in()
        before = host.get_token()["access_token"]
        command = self.start("login", "--force", "--browser", "--no-open")
        Page(command.wait_for_text(r"http\S+").group()).wait()
        self.assertEqual(command.wait().status, DONE)
        self.assertNotEqual(host.get_token()["access_token"], before)


if __name__ == "__main__":
    tap.main()
