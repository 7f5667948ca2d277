# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What README.md and the manual pages show, as it stands there, with the real agent."""

import json
import os
import pathlib
import re
import subprocess

import agentcase
import tap
import test_ctl
from fake_server import answer
from gi.repository import Gio, GLib

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE_HOST = re.compile(r"(?:https://)?(?:data|portal)\.example\.org")
JSON_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def examples_of(name):
    """Each command of a page: a line, with those that it is continued on."""
    if name.endswith(".md"):
        blocks = re.findall(r"(?:^ {4}.+\n)+", read(name), re.MULTILINE)
    else:
        blocks = re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", read(name), re.MULTILINE)
    for block in blocks:
        text = re.sub(r"^ {4}", "", block, flags=re.MULTILINE).replace("\\e", "\\").replace("\\&", "")
        yield from text.replace("\\\n", "").splitlines()


class Bus(agentcase.AgentCase):
    """Programs that ask the agent on the session bus, in data/examples and org.keyfob.Keyfob.Agent1(7)."""

    def run_example(self, *command):
        return self.bus.spawn([*command, self.server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True).communicate()

    def examples(self):
        for path in sorted((ROOT / "data" / "examples").iterdir()):
            yield path.name, [os.environ["KEYFOB_EXAMPLE"] if path.suffix == ".c" else str(path)]

    def test_examples_print_who_is_signed_in(self):
        host = self.add_host()
        host.sign_in()
        authorization = host.get_token()["authorization"]
        for name, command in self.examples():
            with self.subTest(name):
                del self.server.requests[:]
                out, err = self.run_example(*command)
                self.assertEqual((json.loads(out), err), (self.server.user, ""))
                (route, _, headers), = self.server.requests
                self.assertEqual((route, headers["Authorization"]), ("userinfo", authorization))

    def test_answer_of_get_token_has_the_members_that_are_told(self):
        host = self.add_host()
        host.sign_in()
        token = self.bus.connection.call_sync(
            agentcase.NAME, host.path, agentcase.HOST, "GetToken", GLib.Variant("(a{sv})", ({},)), None,
            Gio.DBusCallFlags.NONE, -1, None).get_child_value(0)
        members = [token.get_child_value(i) for i in range(token.n_children())]
        comment = re.search(r"^ +The members of @token.*?^ +The error", read("data/org.keyfob.Keyfob.Agent1.xml"),
                            re.MULTILINE | re.DOTALL)[0]
        self.assertEqual({member.get_child_value(0).get_string(): member.get_child_value(1).get_variant().get_type_string()
                          for member in members},
                         dict(re.findall(r"^ +(\w+) \((\w+)\): ", comment, re.MULTILINE)))

    def test_examples_say_when_nobody_is_signed_in(self):
        self.add_host()
        for name, command in self.examples():
            with self.subTest(name):
                out, err = self.run_example(*command)
                self.assertEqual(out, "")
                self.assertIn("org.keyfob.Keyfob.Error.InteractionRequired", err)


class Commands(test_ctl.Ctl):
    """The commands of README.md and the manual pages, with the host of the test for that of the example."""

    make_repository = test_ctl.Programs.make_repository

    # what .ci/run and tests/package run, from README.md itself where that has more than the name
    elsewhere = re.compile(r"tests/demo|tests/run|sudo apt install |cp -r \.packages/debian |meson ")

    def setUp(self):
        super().setUp()
        programs = self.bus.path("bin")
        os.mkdir(programs)
        os.symlink(os.environ["KEYFOB_CTL"], os.path.join(programs, "keyfobctl"))
        # rclone need not be there: what it would run, as it does, without a shell
        for name, script in (("my-program", 'cat "${BEARER_TOKEN_FILE:-$2}"'), ("rclone", 'for last; do :; done; exec $last')):
            with open(os.path.join(programs, name), "w", encoding="utf-8",
                      opener=lambda path, flags: os.open(path, flags, 0o755)) as out:
                out.write(f"#!/bin/sh\n{script}\n")
        self.bus.env["PATH"] = f"{programs}:{self.bus.env['PATH']}"
        self.host = self.add_host()

    def run_shell(self, line):
        """Runs a line in a shell with a terminal; returns what it shows."""
        process = self.bus.spawn(["script", "--quiet", "--return", "--command", line, "/dev/null"],
                                 env={"SHELL": "/bin/bash", "TERM": "xterm-256color"}, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        shown = process.communicate()[0]
        self.assertEqual(process.returncode, 0, shown)
        return shown

    def show_sign_in(self, line):
        self.host.call("SignOut")
        self.run_shell(line)
        self.host.wait_for(State="signed-in")

    def show_curl(self, line):
        authorization = self.host.get_token()["authorization"]
        self.server.faults["/data"] = answer(200, "what data there is")
        del self.server.requests[:]
        self.assertEqual(self.run_shell(line), "what data there is")
        (_, _, headers), = self.server.requests
        self.assertEqual(headers["Authorization"], authorization)

    def show_token_file(self, line):
        self.assertEqual(self.run_shell(line).strip(), self.host.get_token()["access_token"])

    def show_token_file_for_wlcg(self, line):
        path = self.run_shell(line).splitlines()[1]
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read().strip(), self.host.get_token()["access_token"])

    def show_git(self, line):
        self.make_repository()
        self.run_shell(line)
        self.assertIn("HEAD", self.run_shell(f"git ls-remote {self.server.url}/files/one.git"))

    def show_adding(self, line):
        self.run_shell(line)
        self.assertIn(self.server.url, self.run_shell("keyfobctl list"))

    effects = (
        (r"keyfobctl add ", show_adding),
        (r"keyfobctl login ", show_sign_in),
        (r"curl ", show_curl),
        (r"keyfobctl run .*my-program|BEARER_TOKEN_FILE=.* my-program|rclone ", show_token_file),
        (r"keyfobctl token-file --wlcg ", show_token_file_for_wlcg),
        (r"git config ", show_git),
    )

    def check_page(self, name):
        lines = list(examples_of(name))
        self.assertNotEqual(lines, [])
        for line in lines:
            if self.elsewhere.match(line):
                continue
            with self.subTest(line):
                effect = next((show for pattern, show in self.effects if re.match(pattern, line)), None)
                self.assertIsNotNone(effect, "this test does not know what this example is to do")
                if self.host.State != "signed-in":
                    self.host.sign_in()
                effect(self, EXAMPLE_HOST.sub(self.server.url, line))

    def test_readme(self):
        self.check_page("README.md")

    def test_manual_page(self):
        self.check_page("data/keyfobctl.1")

    def test_packages_of_readme_are_those_that_tests_build_with(self):
        line, = (line for line in examples_of("README.md") if line.startswith("sudo apt install gcc "))
        packages = re.search(r"build_packages=\(([^)]*)\)", read("tests/support/prepare.sh"))[1].split()
        # which others bring along
        self.assertEqual({*packages} - {*line.split()[3:]},
                         {"ninja-build", "pkgconf", "libglib2.0-dev", "libglib2.0-dev-bin"})
        self.assertEqual({*line.split()[3:]} - {*packages}, set())


class HostsFile(agentcase.AgentCase):
    def test_example_is_read(self):
        self.stop_agent()
        folder = self.bus.path("config", "keyfob")
        os.makedirs(folder, exist_ok=True)
        lines = list(examples_of("data/keyfob-hosts.5"))
        with open(os.path.join(folder, "hosts.ini"), "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        self.start_agent()
        host = self.find_host(lines[0].strip("[]"))
        written = {key: str(value).replace("[", "").replace(", ", ";").replace("]", ";")
                   for key, value in host.Options.items()}
        self.assertEqual(written, dict(line.split("=") for line in lines[1:]))


class Json(test_ctl.Ctl):
    def shape(self, value, path=""):
        """(name, type) of each member, with those of members: `hosts[].url`."""
        members = value.items() if isinstance(value, dict) else [("[]", member) for member in value]
        for name, member in members:
            name = path + ("." if path and isinstance(value, dict) else "") + name
            yield name, JSON_TYPES[type(member)]
            if isinstance(member, (dict, list)):
                yield from self.shape(member, name)

    def described(self, title):
        section = re.search(rf"^\.Ss {title}\n(.*?)^\.S[hs] ", read("data/keyfobctl.1"), re.MULTILINE | re.DOTALL)[1]
        return set(re.findall(r"^\.It Va (\S+) No \((\w+)\)", section, re.MULTILINE))

    def test_shapes_are_those_of_the_manual_page(self):
        self.end_session(self.signed_in())
        self.add_host(self.server.url + "/api").sign_in()
        self.run_ctl("token-file", self.server.url + "/api")
        for command, *titles in (("list", "list"), ("status", "status"), ("token", "token"),
                                 ("oidc-auth", "token", "oidc-auth")):
            with self.subTest(command):
                host = [] if command in ("list", "status") else [self.server.url + "/api"]
                printed = json.loads(self.run_ctl(command, *host, "--json")[0])
                self.assertEqual(set(self.shape(printed)), set().union(*map(self.described, titles)))
                if "version" in printed:
                    self.assertEqual(printed["version"], 1)
                    self.assertIn("\n.Ql version\nis 1;", read("data/keyfobctl.1"))


if __name__ == "__main__":
    tap.main()
