# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Hosts that an institute provides for all users of the computer: there at once, changed and removed for oneself."""

import json
import os
import shutil
import subprocess
import unittest

import agentcase
import privatebus
import tap
from agentcase import AGENT, PATH
from gi.repository import GLib

ONE = "https://one.example.org"
TWO = "https://two.example.org/api"


class Provided(agentcase.AgentCase):
    """The agent starts with the file that a test provides."""

    def setUp(self):
        super().setUp()
        self.stop_agent()

    def folder(self, *parts):
        return self.bus.path(*parts, "keyfob", "hosts.d")

    def provide(self, text, name="institute.ini", mode=0o644, parts=("xdg",)):
        """Puts the file there whole, as a package does."""
        folder = self.folder(*parts)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        with open(f"{path}.new", "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(f"{path}.new", mode)
        os.rename(f"{path}.new", path)
        return path

    def own_file(self):
        path = self.bus.path("config", "keyfob", "hosts.ini")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def names(self):
        return {host["Url"]: host["Name"] for host in self.hosts().values()}

    def wait_names(self, names):
        privatebus.wait_until(lambda: self.names() == names, lambda: f"{names}, and not {self.names()}")

    def wait_own_file(self, *parts):
        privatebus.wait_until(lambda: all(part in self.own_file() for part in parts), lambda: self.own_file())

    def configure(self, host, **options):
        host.call("Configure", **options)

    def removed(self):
        return self.agent_property("RemovedHosts")

    def ctl(self, *arguments):
        return subprocess.run([os.environ["KEYFOB_CTL"], *arguments], text=True, capture_output=True,
                              env=self.bus.env, check=True).stdout

    def test_first_start(self):
        self.provide(f"[{ONE}]\nname=Climate\nlogin-route=go/in\nredirect-ports=4000;\nscope=openid\n\n[{TWO}]\n")
        self.start_agent()
        self.add_host("https://own.example.org")
        self.assertEqual(self.names(), {ONE: "Climate", TWO: "two.example.org/api",
                                        "https://own.example.org": "own.example.org"})
        one = self.find_host(ONE)
        self.assertTrue(one.Provided)
        self.assertFalse(self.find_host("https://own.example.org").Provided)
        self.assertEqual(one.Options, {"name": "Climate", "login-route": "go/in", "redirect-ports": [4000],
                                       "scope": "openid"})
        # nobody has made anything of them
        self.wait_own_file("own.example.org")
        self.assertNotIn("one.example.org", self.own_file())
        self.assertIn("Provided by your institution: 2\n", self.ctl("status"))
        self.assertEqual(json.loads(self.ctl("status", "--json"))["provided"], 2)
        listed = {host["url"]: host["provided"] for host in json.loads(self.ctl("list", "--json"))["hosts"]}
        self.assertEqual(listed, {ONE: True, TWO: True, "https://own.example.org": False})

    def test_only_what_differs_is_written(self):
        self.provide(f"[{ONE}]\nname=Climate\nscope=openid\nconsent=always\n")
        self.start_agent()
        host = self.find_host(ONE)
        self.configure(host, name="Mine", consent="automatic")
        self.assertEqual(host.Options, {"name": "Mine", "scope": "openid"})
        self.wait_own_file("name=Mine", "consent=automatic")
        self.assertNotIn("scope", self.own_file())
        self.restart_agent()
        self.assertEqual(self.find_host(ONE).Options, {"name": "Mine", "scope": "openid"})
        # the others follow the institute
        self.stop_agent()
        self.provide(f"[{ONE}]\nname=Climate\nscope=profile\nconsent=never\n")
        self.start_agent()
        self.assertEqual(self.find_host(ONE).Options, {"name": "Mine", "scope": "profile"})
        # as it is provided again
        self.configure(self.find_host(ONE), name="Climate", consent="never")
        privatebus.wait_until(lambda: "consent" not in self.own_file() and "name" not in self.own_file(),
                              lambda: self.own_file())

    def test_removed_for_oneself(self):
        self.provide(f"[{ONE}]\nname=Climate\nscope=openid\n")
        self.start_agent()
        self.configure(self.find_host(ONE), name="Mine")
        self.remove_host(self.find_host(ONE).path)
        self.assertEqual(self.names(), {})
        self.assertEqual(self.removed(), [(ONE, "Climate")])
        self.restart_agent()
        self.assertEqual(self.names(), {})
        self.assertEqual(self.removed(), [(ONE, "Climate")])
        # brought back as it is provided
        self.ctl("add", "one.example.org")
        self.assertEqual(self.removed(), [])
        self.assertEqual(self.find_host(ONE).Options, {"name": "Climate", "scope": "openid"})
        self.restart_agent()
        self.assertEqual(self.names(), {ONE: "Climate"})
        self.assertNotIn("removed", self.own_file())

    def test_files_that_change(self):
        path = self.provide(f"[{ONE}]\nname=Climate\n")
        self.start_agent()
        self.add_host(TWO, name="Own")
        self.provide(f"[{ONE}]\nname=Weather\n\n[https://three.example.org]\n")
        self.wait_names({ONE: "Weather", TWO: "Own", "https://three.example.org": "three.example.org"})
        # a folder that was not there
        self.provide(f"[{TWO}]\nname=Theirs\nscope=openid\n[https://four.example.org]\n", name="package.ini",
                     parts=("share",))
        self.wait_names({ONE: "Weather", TWO: "Own", "https://three.example.org": "three.example.org",
                         "https://four.example.org": "four.example.org"})
        two = self.find_host(TWO)
        self.assertTrue(two.Provided)
        self.assertEqual(two.Options["scope"], "openid")
        # what was used stays, as one's own
        self.configure(self.find_host(ONE), note="Mine")
        os.remove(path)
        self.wait_names({ONE: "Weather", TWO: "Own", "https://four.example.org": "four.example.org"})
        self.assertFalse(self.find_host(ONE).Provided)
        shutil.rmtree(self.folder("share"))
        self.wait_names({ONE: "Weather", TWO: "Own"})
        self.restart_agent()
        self.assertEqual(self.names(), {ONE: "Weather", TWO: "Own"})

    def test_signed_in(self):
        self.provide(f"[{self.server.url}]\nredirect-ports={self.port};\n")
        self.start_agent()
        host = self.find_host()
        host.sign_in()
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        self.assertTrue(host.Provided)
        os.remove(os.path.join(self.folder("xdg"), "institute.ini"))
        host.wait_for(Provided=False)
        self.assertEqual(host.State, "signed-in")

    def test_withdrawn_while_somebody_signs_in(self):
        self.provide(f"[{self.server.url}]\nname=Climate\nredirect-ports={self.port};\n")
        self.start_agent()
        self.find_host().call("SignIn", open_browser=False)
        os.remove(os.path.join(self.folder("xdg"), "institute.ini"))
        self.wait_names({})
        self.assertEqual(self.agent_property("Notices"), [(
            "withdrawn-host",
            "Climate is no longer provided by your institution, so your sign-in there was stopped.")])

    def test_which_file_counts(self):
        self.provide(f"[{ONE}]\nname=Data\n[{TWO}]\nname=Data\n", name="a.ini", parts=("share",))
        self.provide(f"[{ONE}]\nname=Later\n", name="b.ini")
        self.provide(f"[{ONE}]\nname=Earlier\n", name="a2.ini")
        self.start_agent()
        self.assertEqual(self.names(), {ONE: "Earlier", TWO: "Data"})
        # the name of a file of a package, in the folder of whoever runs the computer
        self.provide("", name="a.ini")
        self.wait_names({ONE: "Earlier"})

    def test_broken_files(self):
        bad = self.provide("[https://bad.example.org]\nname=x\nno such line\n", name="a.ini")
        self.provide("[https://http.example.org]\ntimeout=never\n[https://good.example.org]\n", name="b.ini")
        open_to_all = self.provide("[https://evil.example.org]\n", name="c.ini", mode=0o666)
        os.mkfifo(os.path.join(self.folder("xdg"), "d.ini"))
        self.provide("[https://ignored.example.org]\n", name="README")
        self.provide(f"[{ONE}]\n", name="z.ini")
        self.start_agent()
        self.assertEqual(set(self.names()), {ONE, "https://good.example.org"})
        for sentence in (f"The hosts that {bad} provides are left out: Line 3 cannot be read.",
                         "timeout: The time limit is from 1 to 3600 seconds.", "The host in line 1 of ",
                         f"left out: Other users can change the file {open_to_all}.",
                         "d.ini is not a regular file."):
            self.assertEqual(self.log().count(sentence), 1, sentence)
            self.assertIn(sentence, self.ctl("status"))
            self.assertIn(sentence, "\n".join(json.loads(self.ctl("status", "--json"))["needs"]))
        # mended while the agent runs
        os.chmod(open_to_all, 0o644)
        privatebus.wait_until(lambda: "https://evil.example.org" in self.names(), "the host")
        self.assertEqual(self.log().count("Line 3 cannot be read."), 1)
        self.assertNotIn("Other users can change the file", self.ctl("status"))

    def test_secrets_stay_out_of_the_log(self):
        self.provide(f"[{ONE}]\nproxy http://user:hunter2@proxy\n", name="a.ini")
        self.provide(f"[{ONE}]\ntimeout=hunter2\n", name="b.ini")
        self.provide(f"[{ONE}]\nredirect-ports=hunter2;\n", name="c.ini")
        self.provide(f"[{ONE}]\npinned=hunter2\n", name="d.ini")
        self.provide("[https://user:hunter2@portal.example.org]\n[https://portal.example.org/?token=hunter2]\n"
                     "[user:hunter2@portal.example.org]\n", name="e.ini")
        self.provide(f"[{TWO}]\n", name="z.ini")
        self.start_agent()
        self.assertEqual(set(self.names()), {TWO})
        for sentence in ("a.ini provides are left out: Line 2 cannot be read.", "timeout: The time limit",
                         "redirect-ports: A redirect port is", "pinned: This is either",
                         "line 1 of " + os.path.join(self.folder("xdg"), "e.ini"),
                         "line 2 of " + os.path.join(self.folder("xdg"), "e.ini"),
                         "line 3 of " + os.path.join(self.folder("xdg"), "e.ini")):
            self.assertEqual(self.log().count(sentence), 1, sentence)
        self.assertNotIn("hunter2", self.log())

    def test_address_without_a_scheme(self):
        self.provide("[portal.example.org]\nname=Portal\n")
        self.start_agent()
        self.assertEqual(self.names(), {"https://portal.example.org": "Portal"})
        self.assertEqual(self.agent_property("ProvidedProblems"), [])

    def test_two_spellings(self):
        path = self.provide("[https://A.example.org]\nname=One\n[https://a.example.org/]\nname=Two\n")
        self.start_agent()
        self.assertEqual(self.names(), {"https://a.example.org": "One"})
        self.assertEqual(self.log().count(f"The host in line 3 of {path} is left out: It is there twice"), 1)

    def test_link_that_leads_nowhere(self):
        target = self.bus.path("target.ini")
        link = os.path.join(self.folder("xdg"), "link.ini")
        self.provide(f"[{ONE}]\n")
        os.symlink(target, link)
        self.start_agent()
        self.assertEqual(self.log().count(f"The file {link} is a link that leads nowhere"), 1)
        with open(target, "w", encoding="utf-8") as out:
            out.write(f"[{TWO}]\n")
        self.provide(f"[{ONE}]\nname=One\n")
        self.wait_names({ONE: "One", TWO: "two.example.org/api"})
        self.assertEqual(self.agent_property("ProvidedProblems"), [])
        # as where a file is broken
        os.remove(target)
        self.provide(f"[{ONE}]\nname=First\n")
        self.wait_names({ONE: "First", TWO: "two.example.org/api"})
        self.assertIn(f"{link} provides stay as they were: The file {link} is a link", self.log())

    def test_odd_files_in_the_log(self):
        self.provide("no such line\n", name="a\nForged line.ini")
        self.provide("".join(f"[https://h{i}.example.org]\n" for i in range(2001)), name="b.ini")
        self.start_agent()
        self.assertNotIn("\nForged line", self.log())
        self.assertIn("a Forged line.ini provides are left out", self.log())
        os.remove(os.path.join(self.folder("xdg"), "a\nForged line.ini"))
        self.provide("[https://first.example.org]\n", name="a.ini")
        privatebus.wait_until(lambda: "https://first.example.org" in self.names(), "the host")
        self.assertNotIn("What follows host", self.log())
        self.assertEqual(self.log().count("lists more than 2000 hosts"), 1)

    def test_broken_for_a_while(self):
        text = f"[{ONE}]\nname=Climate\nscope=openid\n[{TWO}]\n"
        path = self.provide(text)
        self.start_agent()
        self.configure(self.find_host(ONE), note="Mine")
        self.provide(text + "half a li")
        privatebus.wait_until(lambda: f"{path} provides stay as they were: Line 5 cannot be read." in self.log(),
                              "the sentence")
        self.provide("[https://three.example.org]\n", name="z.ini")
        names = {ONE: "Climate", TWO: "two.example.org/api"}
        self.wait_names({**names, "https://three.example.org": "three.example.org"})
        self.assertTrue(self.find_host(ONE).Provided)
        self.assertTrue(self.find_host(TWO).Provided)
        self.provide(f"[{ONE}]\nname=Weather\n")
        self.wait_names({ONE: "Weather", "https://three.example.org": "three.example.org"})
        self.assertEqual(self.find_host(ONE).Options, {"name": "Weather", "note": "Mine"})

    def test_withdrawn_for_a_while(self):
        self.provide(f"[{ONE}]\nname=Climate\nscope=openid\nconsent=always\n")
        self.start_agent()
        host = self.find_host(ONE)
        self.configure(host, note="Mine", consent="automatic")
        self.provide("")
        host.wait_for(Provided=False)
        kept = {"name": "Climate", "scope": "openid", "note": "Mine"}
        self.assertEqual(host.Options, kept)
        self.restart_agent()
        self.assertEqual(self.find_host(ONE).Options, kept)
        self.configure(self.find_host(ONE), scope="profile")
        # what the user has not changed follows the institute again
        self.provide(f"[{ONE}]\nname=Weather\nscope=email\nconsent=never\ntimeout=60\n")
        self.wait_names({ONE: "Weather"})
        host = self.find_host(ONE)
        self.assertTrue(host.Provided)
        self.assertEqual(host.Options, {"name": "Weather", "scope": "profile", "note": "Mine", "timeout": 60})
        self.restart_agent()
        self.assertEqual(self.find_host(ONE).Options, host.Options)

    @unittest.skipUnless(os.geteuid() == 0, "gives a file to another user")
    def test_of_another_user(self):
        path = self.provide(f"[{ONE}]\n")
        os.chown(path, 65534, 65534)
        self.start_agent()
        self.assertEqual(self.names(), {})
        self.assertIn(f"The file {path} belongs to another user.", self.log())

    def test_not_exported(self):
        self.provide(f"[{ONE}]\nscope=openid\n[{TWO}]\nscope=openid\n")
        self.start_agent()
        self.add_host("https://own.example.org")
        self.configure(self.find_host(TWO), name="Mine")
        text, = self.call(PATH, AGENT, "ExportHosts", GLib.Variant("(ao)", ([],)))
        self.assertIn("[https://own.example.org]", text)
        self.assertIn(f"[{TWO}]\nname=Mine\nscope=openid\n", text)
        self.assertNotIn(ONE, text)


if __name__ == "__main__":
    tap.main()
