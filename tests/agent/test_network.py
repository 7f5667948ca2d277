# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A server behind the certificate authority of an institute, and behind its proxy."""

import os
import shutil
import subprocess
import threading

import agentcase
import tap
from agentcase import AGENT, PATH, variants
from authority import Authority
from fake_server import FakeServer, Handler, Server
from gi.repository import GLib
from tunnel_proxy import TunnelProxy

NAME = "portal.example.test"


class NetworkCase(agentcase.AgentCase):
    def start_server(self):
        """A server that speaks TLS, and whose provider a plain browser reaches."""
        server = FakeServer()
        self.addCleanup(server.stop)
        provider = Server(("127.0.0.1", 0), Handler)
        provider.fake = server
        threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(provider.server_close)
        self.addCleanup(provider.shutdown)
        server.provider = f"http://127.0.0.1:{provider.server_address[1]}/provider/authorize"
        return server

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.bus.path("authority"))
        self.encrypt(self.authority)
        self.server.url = f"https://localhost:{self.server.port}"

    def encrypt(self, authority):
        self.server.http.socket = authority.make_context("localhost", NAME).wrap_socket(
            self.server.http.socket, server_side=True)

    def discover(self, url=None, **options):
        return self.call(PATH, AGENT, "Discover", GLib.Variant("(sa{sv})", (url or self.server.url,
                                                                           variants(**options))))[0]


class OwnAuthority(NetworkCase):
    def test_file_is_trusted(self):
        host = self.add_host()
        self.assertIn("certificate file", self.assert_fails("Tls", host.call, "SignIn", open_browser=False))
        host.call("Configure", ca_file=self.authority.file)
        host.sign_in()
        host.call("Refresh")
        host.wait_for(State="signed-in", Error="")
        # also after a restart
        self.restart_agent()
        host = self.find_host()
        host.wait_for(State="signed-in")
        host.call("Refresh")

    def test_other_authority(self):
        other = Authority(self.bus.path("other"))
        host = self.add_host(ca_file=other.file)
        self.assert_fails("Tls", host.call, "SignIn", open_browser=False)
        # one that is for another name
        host = self.add_host(f"https://127.0.0.1:{self.server.port}", ca_file=self.authority.file)
        self.assert_fails("Tls", host.call, "SignIn", open_browser=False)

    def test_files_that_are_no_good(self):
        path = self.bus.path("institute.pem")
        host = self.add_host(ca_file=path)

        def refused():
            sentence = self.assert_fails("Tls", host.call, "SignIn", open_browser=False)
            self.assertIn(path, sentence)
            self.assertNotIn("\n", sentence)
            return sentence

        self.assertIn("cannot be read: No such file", refused())
        for text in (b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            with open(path, "wb") as out:
                out.write(text)
            self.assertIn("There is no certificate in ", refused())
        os.remove(path)
        os.mkfifo(path)
        self.assertIn("There is no certificate in ", refused())
        # and mended, without a restart
        os.remove(path)
        shutil.copy(self.authority.file, path)
        host.sign_in()

    def test_found_with_the_file(self):
        self.assert_fails("Tls", self.discover)
        self.assertEqual(self.discover(ca_file=self.authority.file)[0]["url"], self.server.url)
        self.assert_fails("InvalidHost", self.discover, ca_file="ca.pem")
        subprocess.run([os.environ["KEYFOB_CTL"], "add", "--ca-file", self.authority.file, self.server.url],
                       env=self.bus.env, check=True)
        self.assertEqual(self.find_host().Options, {"ca-file": self.authority.file})


class Proxy(NetworkCase):
    def setUp(self):
        super().setUp()
        self.proxy = TunnelProxy(self.server.port)
        self.addCleanup(self.proxy.stop)
        self.server.url = f"https://{NAME}"

    def set_preference(self, proxy):
        folder = self.bus.path("config", "glib-2.0", "settings")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "keyfile.new"), "w", encoding="utf-8") as out:
            out.write(f"[org/keyfob/Keyfob]\nproxy='{proxy}'\n")
        os.rename(os.path.join(folder, "keyfile.new"), os.path.join(folder, "keyfile"))

    def restart_with(self, proxy, **env):
        self.set_preference(proxy)
        self.restart_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"], "GSETTINGS_BACKEND": "keyfile",
                                **env})

    def test_proxy_of_the_host(self):
        host = self.add_host(ca_file=self.authority.file)
        self.assert_fails("Network", host.call, "SignIn", open_browser=False)
        for scheme in ("http", "socks5"):
            host.call("Configure", proxy=f"{scheme}://{self.proxy.address}/")
            self.assertEqual(host.Options["proxy"], f"{scheme}://{self.proxy.address}")
            host.sign_in(force=True)
            self.assertEqual(set(self.proxy.take_targets()), {f"{NAME}:443"})
        self.assertEqual(self.discover(ca_file=self.authority.file, proxy=f"http://{self.proxy.address}")[0]["url"],
                         self.server.url)

    def test_proxy_of_the_preferences(self):
        self.restart_with(f"http://{self.proxy.address}")
        host = self.add_host(ca_file=self.authority.file)
        host.sign_in()
        self.assertEqual(set(self.proxy.take_targets()), {f"{NAME}:443"})
        # what the host has goes before it
        host.call("Configure", proxy="none")
        self.assert_fails("Network", host.call, "Refresh")
        host.call("Configure", proxy="system")
        self.assert_fails("Network", host.call, "Refresh")
        self.assertEqual(self.proxy.take_targets(), [])
        host.call("Configure", proxy="")
        host.call("Refresh")
        host.wait_for(State="signed-in")

    def test_proxy_of_the_system(self):
        for preference in ("", "system"):
            self.restart_with(preference, https_proxy=f"http://{self.proxy.address}")
            host = self.add_host(ca_file=self.authority.file)
            host.sign_in(force=True)
            self.assertEqual(set(self.proxy.take_targets()), {f"{NAME}:443"})

    def test_not_for_this_machine(self):
        self.restart_with(f"http://{self.proxy.address}")
        host = self.add_host(f"https://localhost:{self.server.port}", ca_file=self.authority.file)
        host.sign_in()
        self.assertEqual(self.proxy.take_targets(), [])

    def test_passwords_are_not_taken(self):
        """Neither by the bus nor from a file; and then they are nowhere to be read."""
        secret = "hush-4711"
        bad = f"http://alice:{secret}@{self.proxy.address}"
        host = self.add_host(ca_file=self.authority.file)
        sentence = self.assert_fails("InvalidHost", host.call, "Configure", proxy=bad)
        self.assertIn("without a user name and password", sentence)
        self.assertNotIn(secret, sentence)
        self.assert_fails("InvalidHost", self.add_host, "https://two.example.test", proxy=bad)
        self.stop_agent()
        with open(self.bus.path("config", "keyfob", "hosts.ini"), "a", encoding="utf-8") as out:
            out.write(f"\n[https://three.example.test]\nproxy={bad}\n")
        self.set_preference(bad)
        self.start_agent(env={"GSETTINGS_SCHEMA_DIR": os.environ["KEYFOB_SCHEMAS"], "GSETTINGS_BACKEND": "keyfile"})
        self.assertIn("The proxy in the preferences is not used", self.log())
        text, = self.call(PATH, AGENT, "ExportHosts", GLib.Variant("(ao)", ([],)))
        seen = str(self.hosts()) + text + str(self.agent_property("Notices")) + self.log()
        self.assertRegex(seen, r"The host in line \d+ of \S+ is left out: proxy: ")
        self.assertNotIn(secret, seen)


if __name__ == "__main__":
    tap.main()
