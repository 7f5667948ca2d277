# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""How the agent opens a page: by the portal, else by systemd, else by itself."""

import os

import agentcase
import tap
from agentcase import wait_until
from fake_desktop import FakePortal, FakeSystemd
from gi.repository import GLib

BROWSER_THAT_DIES = "/bin/false %u"


class BrowserCase(agentcase.AgentCase):
    def begin(self, command=None):
        """Signs in with a browser; gives the host."""
        self.stop_agent()
        self.install_browser(command)
        self.start_agent()
        host = self.add_host()
        host.call("SignIn", activation_token=GLib.Variant("s", "the-token"))
        return host

    def assert_opens_login(self, address, token, host):
        """The address is a short one that leads on to the login page once."""
        self.assertEqual(token, "the-token")
        self.assertEqual(agentcase.Page(address, follow=False).wait().location, host.LoginUri)

    def assert_opened_here(self, host):
        self.assert_opens_login(*self.wait_for_browser(), host)

    def check_systemd(self):
        systemd = FakeSystemd(self.bus)
        host = self.begin()
        self.assert_opened_here(host)
        (name, properties), = systemd.asked
        self.assertRegex(name, r"^app-keyfob-browser@[0-9a-f]+\.service$")
        self.assertEqual(properties["Slice"], "app.slice")
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Error="")


class Browser(BrowserCase):
    def test_portal(self):
        portal, systemd = FakePortal(self.bus), FakeSystemd(self.bus)
        host = self.begin()
        wait_until(lambda: portal.asked, "the portal to be asked")
        (uri, options), = portal.asked
        self.assert_opens_login(uri, options["activation_token"], host)
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(systemd.asked, [])
        self.assertFalse(os.path.exists(self.bus.path("opened")))

    def test_portal_that_asks_which_browser(self):
        portal, systemd = FakePortal(self.bus, response=None), FakeSystemd(self.bus)
        host = self.begin()
        wait_until(lambda: portal.asked, "the portal to be asked")
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Error="")
        self.assertEqual(systemd.asked, [])

    def test_user_who_wants_no_browser(self):
        FakePortal(self.bus, response=1)
        systemd = FakeSystemd(self.bus)
        host = self.begin()
        wait_until(lambda: "Copy the link" in host.Error, "the error to be told")
        self.assertEqual((host.State, systemd.asked), ("signing-in", []))

    def test_systemd_without_a_portal(self):
        self.check_systemd()

    def test_systemd_where_the_portal_refuses(self):
        FakePortal(self.bus, fault="refuses")
        self.check_systemd()

    def test_systemd_where_the_portal_looks_at_the_agent(self):
        """Its memory is private, so the portal cannot look into it, and refuses at once."""
        portal = FakePortal(self.bus, fault="looks")
        self.check_systemd()
        self.assertEqual(portal.asked, [None])

    def test_systemd_where_the_portal_hangs(self):
        FakePortal(self.bus, fault="hangs")
        self.check_systemd()

    def test_systemd_where_the_portal_fails_later(self):
        FakePortal(self.bus, response=2)
        self.check_systemd()

    def test_process_without_portal_and_systemd(self):
        self.assert_opened_here(self.begin())

    def test_process_where_portal_and_systemd_refuse(self):
        FakePortal(self.bus, fault="refuses")
        FakeSystemd(self.bus, fault="refuses")
        self.assert_opened_here(self.begin())

    def test_process_where_systemd_hangs(self):
        FakeSystemd(self.bus, fault="hangs")
        self.assert_opened_here(self.begin())

    def check_browser_that_dies(self):
        host = self.begin(BROWSER_THAT_DIES)
        wait_until(lambda: "The browser does not start" in host.Error, "the error to be told")
        self.assertEqual(host.State, "signing-in")

    def test_browser_that_dies_under_systemd(self):
        FakeSystemd(self.bus)
        self.check_browser_that_dies()

    def test_browser_that_dies_as_a_process(self):
        self.check_browser_that_dies()

    def test_command_of_the_browser(self):
        """What systemd would replace, and what the entry of a browser may have around the address."""
        systemd = FakeSystemd(self.bus)
        opened = self.bus.path("opened")
        host = self.begin(f"sh -c 'echo \"$1 $HOME$$\" >{opened}.part; mv {opened}.part {opened}' %i %c %k sh --url=%U")
        address, _ = self.wait_for_browser()
        self.assertTrue(address.startswith("--url="), address)
        self.assert_opens_login(address.removeprefix("--url="), "the-token", host)
        (_, properties), = systemd.asked
        (program, words, _), = properties["ExecStart"]
        self.assertTrue(os.path.isabs(program))
        self.assertNotIn("%", "".join(words))
        self.assertIn("$$1 $$HOME$$$$", words[2])


class PortalThatDoesNotRun(BrowserCase):
    """Starting it takes its time, and it would refuse."""

    services = {"org.freedesktop.portal.Desktop": '/bin/sh -c "touch $HOME/started; exec sleep 60"'}

    def test_is_not_started(self):
        self.check_systemd()
        self.assertFalse(os.path.exists(self.bus.path("home", "started")))


if __name__ == "__main__":
    tap.main()
