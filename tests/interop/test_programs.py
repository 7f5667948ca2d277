# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Programs of the real Python client that have a token file of their own, which Keyfob shares, and
tokens that come as a file."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import time
import types

import agentcase
import person
import privatebus
import tap
from agentcase import wait_until
from stack import Stack

PUT = """
import json, sys
from py_oidc_auth_client import TokenStore
TokenStore(app_name=sys.argv[1]).put(sys.argv[2], json.load(sys.stdin))
"""

AUTHENTICATE = """
import sys
from py_oidc_auth_client import authenticate
print(authenticate(sys.argv[2], app_name=sys.argv[1])["access_token"])
"""

REFRESH = """
import asyncio, sys
from py_oidc_auth_client import CodeFlow, TokenStore
store = TokenStore(app_name=sys.argv[1])
flow = CodeFlow(sys.argv[2], store=store)
token = asyncio.run(flow.refresh(store.get(sys.argv[2])["refresh_token"]))
store.put(sys.argv[2], token)
print(token["access_token"])
"""

REMOVE = """
import sys
from py_oidc_auth_client import TokenStore
TokenStore(app_name=sys.argv[1]).remove(sys.argv[2])
"""


class RealServer(agentcase.AgentCase):
    access_seconds = 600

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="keyfob-programs-")
        cls.addClassCleanup(folder.cleanup)
        cls.stack = Stack(folder.name, access_seconds=cls.access_seconds)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()

    def setUp(self):
        self.server = types.SimpleNamespace(url=self.stack.url)
        self.bus = privatebus.PrivateBus({agentcase.NAME: os.environ["KEYFOB_AGENT"]})
        self.addCleanup(self.bus.close)
        os.mkdir(self.bus.path("share"))
        os.symlink("/usr/share/glib-2.0", self.bus.path("share", "glib-2.0"))
        self.port = agentcase.free_port()
        self.log_path = self.bus.path("agent.log")
        self.start_agent()

    def token_requests(self):
        return sum(1 for line in self.stack.requests() if line.startswith("POST /auth/v2/token"))

    def import_token(self, made):
        path = self.bus.path("downloaded.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({name: value for name, value in made.items() if name != "headers"}, out)
        arguments = agentcase.GLib.Variant("(aysa{sv})", (path.encode() + b"\0", self.stack.url, {}))
        path, = self.call(agentcase.PATH, agentcase.AGENT, "ImportToken", arguments)
        return agentcase.Host(self, path)


class Programs(RealServer):
    def run_program(self, script, name, token=None):
        """What the program of that name prints."""
        answer = subprocess.run(
            [self.stack.python, "-c", script, name, self.stack.url], env=self.bus.env, check=True,
            input=json.dumps(token), capture_output=True, text=True)
        return answer.stdout.strip()

    def wait_for_tokens(self, *found):
        proxy = agentcase.Gio.DBusProxy.new_sync(
            self.bus.connection, agentcase.Gio.DBusProxyFlags.DO_NOT_AUTO_START, None,
            agentcase.NAME, agentcase.PATH, agentcase.AGENT, None)
        wait_until(lambda: proxy.get_cached_property("FoundTokens").unpack() == list(found),
                   f"{found} to be found")

    def test_one_session_for_both(self):
        signed_in = person.sign_in(self.stack.url)
        self.run_program(PUT, "freva", signed_in)
        self.wait_for_tokens((self.stack.url, "app:freva"))
        host = self.add_host(store="app:freva")
        host.wait_for(State="signed-in")
        self.assertEqual(host.get_token()["access_token"], signed_in["access_token"])
        path = self.bus.path("cache", "freva", "token-store.json")
        self.assertEqual(host.Store, path)

        host.call("Refresh")
        asked = self.token_requests()
        renewed = host.get_token()["access_token"]
        self.assertNotEqual(renewed, signed_in["access_token"])
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), renewed)
        self.assertEqual(self.token_requests(), asked)

        by_program = self.run_program(REFRESH, "freva")
        self.assertNotEqual(by_program, renewed)
        wait_until(lambda: host.get_token()["access_token"] == by_program, "the token of the program")
        self.assertEqual(self.token_requests(), asked + 1)
        host.call("Refresh")
        self.assertEqual(host.State, "signed-in")

        written = os.stat(path).st_mtime
        wait_until(lambda: time.time() > written + 3, "an end to what counts as a lost update")
        self.run_program(REMOVE, "freva")
        host.wait_for(State="signed-out")

    def test_each_program_has_its_own(self):
        one, other = person.sign_in(self.stack.url), person.sign_in(self.stack.url)
        self.run_program(PUT, "freva", one)
        self.run_program(PUT, "climateclaw-client", other)
        self.wait_for_tokens((self.stack.url, "app:climateclaw-client"), (self.stack.url, "app:freva"))
        host = self.add_host(store="app:climateclaw-client")
        host.wait_for(State="signed-in")
        host.call("Refresh")
        self.assertEqual(self.run_program(AUTHENTICATE, "climateclaw-client"),
                         host.get_token()["access_token"])
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), one["access_token"])
        host.call("SignOut")
        self.assertEqual(self.run_program(AUTHENTICATE, "freva"), one["access_token"])
        self.wait_for_tokens()


class Command(RealServer):
    """keyfobctl oidc-auth beside the command of the Python client, with one token file."""

    def run_both(self, *arguments, before=lambda: None):
        """Exit code, standard output and standard error of both."""
        answers = []
        for command in ([self.stack.python, "-m", "py_oidc_auth_client"], [os.environ["KEYFOB_CTL"], "oidc-auth"]):
            before()
            answer = subprocess.run([*command, *arguments], env=self.bus.env, stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True)
            answers.append((answer.returncode, answer.stdout, answer.stderr))
        return answers

    def assert_same(self, *arguments, **how):
        python, keyfob = self.run_both(*arguments, **how)
        self.assertEqual(keyfob[:2], python[:2], (arguments, python, keyfob))
        self.assertEqual(python[0], 0, python)
        return python[1]

    def put(self, name="py-oidc-auth"):
        subprocess.run([self.stack.python, "-c", PUT, name, self.stack.url], env=self.bus.env, check=True,
                       input=json.dumps(self.signed_in), text=True)
        store = "file" if name == "py-oidc-auth" else f"app:{name}"

        def is_known():
            states = [host["State"] for host in self.hosts().values()]
            return states == ["signed-in"] or [self.stack.url, store] in map(list, self.agent_property("FoundTokens"))

        wait_until(is_known, "the token to be seen")

    def test_tokens(self):
        self.assert_same("--list")
        self.assert_same("--remove", self.stack.url)
        self.signed_in = person.sign_in(self.stack.url)
        self.put()
        self.assertIn(self.stack.url, self.assert_same("--list"))
        self.assertIn(self.signed_in["access_token"][:20], self.assert_same(self.stack.url))
        self.assertIn(self.stack.url, self.assert_same("--list"))
        self.assertIn("Removed", self.assert_same("--remove", self.stack.url, before=self.put))
        self.assertIn("No", self.assert_same("--remove", self.stack.url))
        self.assert_same("--clear", before=self.put)
        self.assertIn("No", self.assert_same("--list"))

    def test_json_has_the_same_members(self):
        self.signed_in = person.sign_in(self.stack.url)
        self.put()
        python, keyfob = (json.loads(answer[1]) for answer in self.run_both("--json", self.stack.url))
        self.assertEqual({**keyfob, "refresh_token": 0, "refresh_expires": 0},
                         {**python, "refresh_token": 0, "refresh_expires": 0})

    def test_app_name(self):
        self.signed_in = person.sign_in(self.stack.url)
        self.put("freva")
        self.assertIn("No", self.assert_same("--list"))
        self.assert_same("--list", "--app-name", "freva")
        self.assert_same("--clear")
        self.assert_same("--app-name", "freva", self.stack.url)
        self.assert_same("--remove", self.stack.url, "--app-name", "freva", before=lambda: self.put("freva"))

    def test_failures(self):
        for arguments, status in (((), 2), (("--json",), 2), (("--what",), 2), (("a", "b"), 2),
                                  (("--timeout", "soon", "a"), 2), (("--force", self.stack.url + "/nothing"), 1)):
            for code, out, err in self.run_both(*arguments):
                self.assertEqual((code, out), (status, ""), (arguments, err))
                self.assertTrue(err)
                if status == 1:
                    self.assertIn("Authentication failed: ", err)

    def test_timeout_in_a_terminal(self):
        """Nobody types the code."""
        for command in ([str(self.stack.python), "-m", "py_oidc_auth_client"], [os.environ["KEYFOB_CTL"], "oidc-auth"]):
            process = subprocess.run(["script", "--quiet", "--return", "--command",
                                      shlex.join([*command, "--timeout", "1", self.stack.url]), "/dev/null"],
                                     env={**self.bus.env, "TERM": "xterm"}, stdin=subprocess.DEVNULL,
                                     capture_output=True, text=True)
            self.assertEqual(process.returncode, 1, process.stdout)
            self.assertIn("Authentication failed: ", process.stdout)


class Import(RealServer):
    def test_session_goes_on(self):
        made = person.sign_in(self.stack.url)
        host = self.import_token(made)
        self.assertEqual(host.get_token()["access_token"], made["access_token"])
        host.call("Refresh")
        renewed = host.get_token()
        self.assertNotEqual(renewed["access_token"], made["access_token"])
        self.assertEqual(self.stack.fetch_protected(renewed["header"])[0], 200)

    def test_token_that_has_ended(self):
        made = person.sign_in(self.stack.url)
        host = self.import_token({**made, "expires": int(time.time()) - 1})
        self.assertEqual(self.stack.fetch_protected(host.get_token()["header"])[0], 200)

    def test_bad_token(self):
        made = person.sign_in(self.stack.url)
        sentence = self.assert_fails("Denied", self.import_token, {**made, "access_token": "bogus"})
        self.assertIn("does not accept this token", sentence)
        self.assertEqual(self.hosts(), {})
        self.assertFalse(os.path.exists(self.token_file()))


def discover(environment):
    """The token that WLCG Bearer Token Discovery finds.

    https://github.com/WLCG-AuthZ-WG/bearer-token-discovery/blob/master/specification.md
    """
    places = [environment.get("BEARER_TOKEN_FILE")]
    for folder in (environment.get("XDG_RUNTIME_DIR"), "/tmp"):
        places.append(folder and f"{folder}/bt_u{os.geteuid()}")
    for place in filter(None, places):
        if os.path.exists(place):
            with open(place, encoding="ascii") as file:
                token = file.read().strip(" \f\n\r\t\v")
            if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", token):  # RFC 6750 section 2.1
                raise ValueError(f"{place} has no token")
            return token
    return None


class TokenFile(RealServer):
    access_seconds = 20

    def setUp(self):
        super().setUp()
        self.host = self.import_token(person.sign_in(self.stack.url))
        files, = self.host.call("WriteTokenFile", wlcg=True)
        self.file = bytes(files[0][:-1]).decode()

    def curl(self, route):
        """What curl gets with the token of the file, which nobody can read in its arguments."""
        script = 'printf "Authorization: Bearer %s" "$(cat "$0")" | curl -s -w "\\n%{http_code}" -H @- "$1"'
        done = subprocess.run(["bash", "-c", script, self.file, self.stack.url + route], env=self.bus.env, check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout.rsplit("\n", 1)

    def test_curl_before_and_after_a_renewal(self):
        seen = set()
        for _ in range(3):
            answer, status = self.curl("/auth/v2/userinfo")
            self.assertEqual(status, "200", answer)
            self.assertIn("username", json.loads(answer))
            self.assertEqual(self.curl("/protected")[1], "200")
            seen.add(discover(self.bus.env))
            self.host.call("Refresh")
        self.assertEqual(len(seen), 3)
        self.assertEqual(discover({"BEARER_TOKEN_FILE": self.file}), self.host.get_token()["access_token"])

    def test_a_good_token_is_there_when_the_first_has_ended(self):
        asked = self.token_requests()
        ends = self.host.Expires
        first = discover(self.bus.env)
        wait_until(lambda: time.time() > ends, "the first token to end", 2 * self.access_seconds)
        self.assertNotEqual(discover(self.bus.env), first)
        self.assertEqual(self.curl("/protected")[1], "200")
        # by the agent itself, which nobody asked
        self.assertGreater(self.token_requests(), asked)

    def test_nothing_is_left_to_find(self):
        token = discover(self.bus.env)
        self.assertEqual(self.host.get_token()["access_token"], token)
        self.host.call("SignOut")
        self.assertNotEqual(discover(self.bus.env), token)


class Private(RealServer):
    """keyfobctl without a bus, on the files of other programs; the agent of the session looks on."""

    def run_ctl(self, *arguments, **more):
        env = {**self.bus.env, "KEYFOB_AGENT": os.environ["KEYFOB_AGENT"], **more}
        del env["DBUS_SESSION_BUS_ADDRESS"]
        answer = subprocess.run([os.environ["KEYFOB_CTL"], *arguments], env=env, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return answer.stdout.strip()

    def run_python(self, script, token=None):
        return subprocess.run([self.stack.python, "-c", script, "freva", self.stack.url], env=self.bus.env,
                              check=True, input=json.dumps(token), capture_output=True, text=True).stdout.strip()

    def test_store_file_of_both(self):
        path = self.bus.path("cache", "freva", "token-store.json")
        signed_in = person.sign_in(self.stack.url)
        self.run_python(PUT, signed_in)
        self.assertEqual(self.run_ctl("token", "--store", path), signed_in["access_token"])
        by_keyfob = self.run_ctl("token", "--store", path, "--min-time", str(10 ** 6), self.stack.url)
        self.assertNotEqual(by_keyfob, signed_in["access_token"])
        self.assertEqual(self.run_python(AUTHENTICATE), by_keyfob)
        by_python = self.run_python(REFRESH)
        self.assertEqual(self.run_ctl("token", OIDC_TOKEN_FILE=path), by_python)
        self.assertNotIn(by_python, (by_keyfob, signed_in["access_token"]))
        self.run_ctl("token", "--store", path, "--min-time", str(10 ** 6), self.stack.url)
        self.run_ctl("logout", "--store", path, self.stack.url)
        self.assertEqual(json.loads(pathlib.Path(path).read_text(encoding="utf-8")), {})

    def test_single_token_is_renewed_in_place(self):
        """As the web portal of freva offers it, and freva-client takes it by --token-file."""
        path = self.bus.path("token.json")
        made = {name: value for name, value in person.sign_in(self.stack.url).items() if name != "headers"}
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
            json.dump(made | {"expires": int(time.time()) - 9}, out)
        first = self.run_ctl("token", self.stack.url, OIDC_TOKEN_FILE=path)
        kept = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.assertEqual((kept["access_token"], set(kept)), (first, set(made)))
        for _ in range(2):
            pathlib.Path(path).write_text(json.dumps(kept | {"expires": int(time.time()) - 9}), encoding="utf-8")
            self.run_ctl("token", self.stack.url, OIDC_TOKEN_FILE=path)
            kept = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.assertNotEqual(kept["access_token"], first)
        named = kept | {"expires": int(time.time()) - 9, "host": self.stack.url}
        pathlib.Path(path).write_text(json.dumps(named), encoding="utf-8")
        second = self.run_ctl("token", OIDC_TOKEN_FILE=path)
        kept = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.assertEqual((kept["access_token"], kept["host"]), (second, self.stack.url))
        self.run_python(PUT, kept)
        self.assertEqual(self.run_python(AUTHENTICATE), second)
        self.assertNotIn(self.run_python(REFRESH), ("", second))


if __name__ == "__main__":
    tap.main()
