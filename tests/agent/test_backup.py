# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The list of hosts as a file, which a person keeps or gives to others: without tokens, and never trusted."""

import os
import subprocess

import agentcase
import tap
from agentcase import AGENT, PATH, variants
from gi.repository import GLib

ONE = "https://one.example.org"
TWO = "https://two.example.org:8443/api"


class Backup(agentcase.AgentCase):
    def export_hosts(self, *hosts):
        return self.call(PATH, AGENT, "ExportHosts", GLib.Variant("(ao)", ([host.path for host in hosts],)))[0]

    def write(self, text):
        path = self.bus.path("home", "servers.keyfob")
        with open(path, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return path

    def import_hosts(self, path, **options):
        arguments = GLib.Variant("(aya{sv})", (os.fsencode(path) + b"\0", variants(**options)))
        before = set(self.hosts())
        outcome = self.call(PATH, AGENT, "ImportHosts", arguments)[0]
        self.assertEqual(set(outcome.pop("hosts")), set(self.hosts()) - before)
        return outcome

    def urls(self):
        return sorted(host["Url"] for host in self.hosts().values())

    def configured(self):
        return {host["Url"]: host["Options"] for host in self.hosts().values()}

    def assert_refused(self, text):
        before = self.configured()
        path = self.write(text)
        sentence = self.assert_fails("Store", self.import_hosts, path)
        self.assertIn(path, sentence)
        self.assertNotIn("\n", sentence)
        self.assertEqual(self.configured(), before)
        # and is still as it was
        with open(path, "rb") as file:
            self.assertEqual(file.read(), text if isinstance(text, bytes) else text.encode())
        self.assertEqual(os.listdir(os.path.dirname(path)), [os.path.basename(path)])

    def test_all_comes_back(self):
        self.add_host(ONE, name="Eins [1]; #x=y", note="Two\nlines", pinned=True, scope="openid profile",
                      redirect_ports=[4000, 4001], timeout=77, device_flow=False, consent="never", ask_first=True,
                      login_route="l/in", store="app:freva", ca_file="/etc/ssl/institute.pem",
                      proxy="http://proxy.example.org:3128")
        self.add_host(TWO)
        self.add_host("https://[2001:db8::1]/", name="Six")
        before = self.configured()
        text = self.export_hosts()
        for path in self.hosts():
            self.remove_host(path)
        outcome = self.import_hosts(self.write(text), trust=True)
        self.assertEqual(outcome, {"added": 3, "known": 0, "risky": 0, "problems": []})
        self.assertEqual(self.configured(), before)
        # also in the file
        self.restart_agent()
        self.assertEqual(self.configured(), before)

    def test_some_of_them(self):
        self.add_host(ONE)
        two = self.add_host(TWO, name="Two")
        text = self.export_hosts(two)
        self.assertIn(f"[{TWO}]\nname=Two\n", text)
        self.assertNotIn(ONE, text)

    def test_nothing_of_a_session_is_in_it(self):
        host = self.add_host(name="Portal")
        host.sign_in()
        host.wait_for(Account="Alice Example")
        token = host.get_token()["access_token"]
        self.restart_agent()
        text = self.export_hosts()
        self.assertIn(f"[{self.server.url}]\nname=Portal\n", text)
        for secret in (token, "Alice", "account", "kept-in", "known-", "last-used"):
            self.assertNotIn(secret, text)

    def test_adds_what_is_not_there(self):
        self.add_host(ONE, name="Mine", scope="mine")
        text = f"[{ONE}]\nname=Theirs\nscope=theirs\npinned=true\n[{TWO}]\nname=Two\n"
        self.assertEqual(self.import_hosts(self.write(text)), {"added": 1, "known": 1, "risky": 0, "problems": []})
        self.assertEqual(self.configured()[ONE]["name"], "Mine")
        self.assertEqual(self.configured()[ONE]["scope"], "mine")
        self.assertNotIn("pinned", self.configured()[ONE])
        self.assertEqual(self.import_hosts(self.write(text))["known"], 2)

    def test_what_cannot_be_read_is_told(self):
        text = f"[{ONE}]\nredirect-ports=70000;\n[ftp://x.example.org]\n[{TWO}]\n[notes]\na=b\n[http://x.example.org]\n"
        outcome = self.import_hosts(self.write(text))
        self.assertEqual(self.urls(), [TWO])
        self.assertEqual(outcome["added"], 1)
        self.assertEqual(len(outcome["problems"]), 3)
        self.assertIn("line 1", outcome["problems"][0])
        self.assertIn("70000 is not a port", outcome["problems"][0])

    def test_addresses_without_a_scheme(self):
        outcome = self.import_hosts(self.write("[one.example.org]\nname=Eins\n[notes]\na=b\n"))
        self.assertEqual(outcome, {"added": 1, "known": 0, "risky": 0, "problems": []})
        self.assertEqual(self.configured(), {ONE: {"name": "Eins"}})

    def test_bad_lines_are_told(self):
        for lines, told in (("x\n", "Line 2 cannot be read."), ("x\n\ny\n", "Line 2 and 1 more line cannot be read.")):
            path = self.write(f"[{ONE}]\n{lines}")
            self.assertIn(f"{path} cannot be read as a list of servers: {told}",
                          self.assert_fails("Store", self.import_hosts, path))

    def test_what_only_a_trusted_list_may_say(self):
        hosts = {"http://one.example.org": "allow-http=true", TWO: "server-pkce=true",
                 "https://three.example.org": "store=/tmp/tokens.json",
                 "https://four.example.org": "ca-file=/tmp/ca.pem", "https://five.example.org": "proxy=none"}
        path = self.write("".join(f"[{url}]\n{line}\n" for url, line in hosts.items()))
        outcome = self.import_hosts(path)
        self.assertEqual((outcome["added"], outcome["risky"], len(outcome["problems"])), (0, 5, 5))
        self.assertIn(f"{TWO} is left out, since its option “server-pkce”", outcome["problems"][1])
        self.assertEqual(self.urls(), [])
        self.assertEqual(self.import_hosts(path, trust=False)["risky"], 5)
        self.assertEqual(self.import_hosts(path, trust=True), {"added": 5, "known": 0, "risky": 0, "problems": []})
        self.assertEqual(self.urls(), sorted(hosts))

    def test_hostile_files(self):
        self.add_host(ONE)
        big = b"#" * (4 * 1024 * 1024) + f"\n[{TWO}]\n".encode()
        for text in (b"", b"\0", b"\x7fELF\0\1\2", b"{\"hosts\": []}", b"<html>[https://x.example.org]</html>",
                     f"[{TWO}]\nname=x\nrubbish\n", f"[{TWO}]\n\0".encode(), b"[notes]\na=b\n",
                     big):
            with self.subTest(text[:40]):
                self.assert_refused(text)

    def test_what_is_no_file(self):
        folder = self.bus.path("home")
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        for path in (folder, pipe, os.path.join(folder, "nothing"), "/dev/zero", "/etc/passwd"):
            with self.subTest(path):
                self.assert_fails("Store", self.import_hosts, path)
        self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", self.import_hosts, "servers.keyfob")
        self.assert_fails("org.freedesktop.DBus.Error.InvalidArgs", self.import_hosts, self.write(f"[{ONE}]"), all=True)

    def test_more_than_there_can_be(self):
        outcome = self.import_hosts(self.write("".join(f"[https://h{i}.example.org]\n" for i in range(4000))))
        most = outcome["added"]
        self.assertEqual(len(outcome["problems"]), 1)
        self.assertEqual(len(self.urls()), most)
        outcome = self.import_hosts(self.write("".join(f"[https://i{i}.example.org]\n" for i in range(100))))
        self.assertEqual((outcome["added"], outcome["known"]), (0, 0))
        self.assertLessEqual(len(outcome["problems"]), 20)
        self.assertIn(f"There are {most} servers already, which is the most", outcome["problems"][0])

    def test_problems_are_not_endless(self):
        outcome = self.import_hosts(self.write("".join(f"[http://h{i}.example.org]\nallow-http=true\n" for i in range(100))))
        self.assertEqual(outcome["risky"], 100)
        self.assertLessEqual(len(outcome["problems"]), 20)

    def ctl(self, *arguments, stdin=None):
        process = self.bus.spawn([os.environ["KEYFOB_CTL"], *arguments], stdin=stdin, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, cwd=self.bus.folder)
        out, err = process.communicate(timeout=agentcase.ANSWER)
        return process.returncode, out, err

    def test_commands(self):
        self.add_host(ONE, name="Mine")
        status, out, _ = self.ctl("backup")
        self.assertEqual((status, out), (0, self.export_hosts()))
        path = self.write(out + f"[{TWO}]\n")
        self.assertEqual(self.ctl("restore", path), (0, "", "1 server was added. 1 is in the list already.\n"))
        self.assertEqual(self.urls(), [ONE, TWO])
        path = self.write("[https://three.example.org]\nserver-pkce=true\n")
        status, out, err = self.ctl("restore", path)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("0 servers were added.\nhttps://three.example.org is left out", err)
        self.assertIn(f"“keyfobctl restore --trust {path}” adds it, too.", err)
        self.assertEqual(self.ctl("restore", "--trust", path), (0, "", "1 server was added.\n"))
        # relative to the folder of the caller
        self.assertEqual(self.ctl("restore", os.path.relpath(path, self.bus.folder))[0], 0)
        self.assertEqual(self.ctl("restore")[0], 2)
        self.assertEqual(self.ctl("restore", self.write("rubbish"))[0], 1)

    def test_file_behind_standard_input(self):
        """The agent has another standard input than the command."""
        for name in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
            with self.subTest(name), open(self.write(f"[{ONE}]\n"), encoding="utf-8") as source:
                self.assertEqual(self.ctl("restore", name, stdin=source), (0, "", "1 server was added.\n"))
                self.remove_host(self.find_host(ONE).path)

    def test_what_the_agent_cannot_read(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        for name in ("/dev/stdin", "/dev/null", self.bus.folder):
            for arguments in (("restore", name), ("import", name, ONE)):
                with self.subTest(arguments):
                    status, out, err = self.ctl(*arguments, stdin=reader)
                    self.assertEqual((status, out), (2, ""))
                    self.assertEqual(err, f"{name} is not a regular file, which the agent could read. "
                                          "Name another file.\n")
        self.assertEqual(self.urls(), [])


if __name__ == "__main__":
    tap.main()
