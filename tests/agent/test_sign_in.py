# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Signing in: to the end, not to the end, by several at once; and signing out."""

import os
import re
import signal
import socket
import ssl
import threading
import time
import unittest
import urllib.parse

import agentcase
import privatebus
import tap
from agentcase import OTHER_USER, Page, wait_until
from fake_server import DROP, FakeServer, answer, challenge_of, quoted
from gi.repository import GLib

INVALID_ARGS = "org.freedesktop.DBus.Error.InvalidArgs"


class Visits(agentcase.AgentCase):
    def visit(self, target, *headers):
        """What the loopback answers to a request as it is given here, byte by byte."""
        lines = [f"GET {target} HTTP/1.1", f"Host: localhost:{self.port}", *headers, "", ""]
        with socket.create_connection(("127.0.0.1", self.port), privatebus.DEADLINE) as browser:
            browser.sendall("\r\n".join(lines).encode())
            with browser.makefile("rb") as answer:
                return answer.read().decode()


class SignIn(Visits):
    def begin(self, **options):
        host = self.add_host()
        host.call("SignIn", open_browser=False, **options)
        return host

    def assert_nothing_left(self, host):
        self.assertEqual((host.LoginUri, host.SignInExpires), ("", 0))

    def test_to_the_end(self):
        before = int(time.time())
        host = self.begin()
        self.assertEqual(host.State, "signing-in")
        self.assertTrue(host.LoginUri.startswith(self.server.url + "/provider/authorize?"))
        self.assertGreaterEqual(host.SignInExpires, before + 300)
        page = Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Account="Alice Example")
        self.assertEqual(page.status, 200)
        self.assertEqual(host.Error, "")
        self.assertEqual(host.Scope, "openid profile")
        self.assertAlmostEqual(host.Expires, before + 3600, delta=60)
        self.assertAlmostEqual(host.RefreshExpires, before + 86400, delta=60)
        self.assert_nothing_left(host)

    def test_page_says_it_worked_when_the_token_is_stored(self):
        host = self.begin()
        page = Page(host.LoginUri).wait()
        self.assertTrue(os.path.exists(self.token_file()))
        self.assertEqual(page.status, 200)

    def test_account_of_the_token_where_the_server_does_not_say(self):
        self.server.faults["userinfo"] = answer(404, {"detail": "Not Found"})
        host = self.add_host()
        host.sign_in()
        host.wait_for(Account="claimed-alice")

    def test_prompt_and_own_state(self):
        host = self.begin(prompt="login")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(host.LoginUri).query)
        self.assertEqual(query["prompt"], ["login"])
        self.assertNotIn("|", query["state"][0])

    def test_session_that_ended_before_its_token(self):
        host = self.add_host()
        host.sign_in()
        self.refuse_refresh(host)
        # the token is good for an hour, and yet the user who asks gets a new session
        host.wait_for(State="signed-in", Renews=False, Error="")
        token = host.get_token()
        host.sign_in()
        host.wait_for(State="signed-in", Renews=True, Error="")
        self.assertNotEqual(host.get_token()["access_token"], token["access_token"])

    def test_signed_in_already(self):
        host = self.add_host()
        host.sign_in()
        asked = len(self.server.requests)
        host.wait_for(Account="Alice Example")
        host.call("SignIn")
        self.assertEqual(host.State, "signed-in")
        self.assertEqual(self.server.count("login"), 1)
        host.call("SignIn", force=True, open_browser=False)
        self.assertEqual(host.State, "signing-in")
        self.assertGreater(len(self.server.requests), asked)

    def test_denied(self):
        self.server.denies = True
        host = self.begin()
        page = Page(host.LoginUri).wait()
        host.wait_for(State="signed-out")
        self.assertNotEqual(host.Error, "")
        self.assertTrue(host.Error.endswith("."), host.Error)
        self.assertEqual(self.server.count("token"), 0)
        self.assertNotIn("window", page.text.lower().split("<body")[0])
        self.assert_nothing_left(host)

    def test_begins_anew_after_one_that_was_cancelled(self):
        host = self.add_host()
        for _ in range(5):
            host.call("SignIn", open_browser=False)
            first = host.LoginUri
            cancelled = host.start("Cancel")
            begun = host.start("SignIn", open_browser=False)
            cancelled.wait()
            begun.wait()
            wait_until(lambda: host.LoginUri not in ("", first), "another page")
        agentcase.Page(host.LoginUri).wait()
        host.wait_for(State="signed-in")

    def test_cancel(self):
        host = self.begin()
        host.call("Cancel")
        self.assertEqual((host.State, host.Error), ("signed-out", ""))
        self.assert_nothing_left(host)
        host.call("Cancel")

    def test_cancel_keeps_the_old_token(self):
        host = self.add_host()
        host.sign_in()
        token = host.get_token()
        host.call("SignIn", force=True, open_browser=False)
        self.assertEqual(host.get_token(), token)
        host.call("Cancel")
        self.assertEqual(host.State, "signed-in")
        self.assertEqual(host.get_token(), token)

    def test_time_over(self):
        host = self.add_host(timeout=1)
        host.call("SignIn", open_browser=False)
        host.wait_for(State="signed-out")
        self.assertNotEqual(host.Error, "")
        self.assert_nothing_left(host)

    def test_new_sign_in_clears_the_error(self):
        self.server.faults["login"] = answer(500, {"detail": "out of order"})
        host = self.add_host()
        self.assert_fails("Unavailable", host.call, "SignIn", open_browser=False)
        self.assertIn("out of order", host.Error)
        del self.server.faults["login"]
        host.call("SignIn", open_browser=False)
        self.assertEqual(host.Error, "")

    def test_faults_at_the_start_have_a_sentence(self):
        sentences = set()
        host = self.add_host()
        for fault in (answer(404, {"detail": "Not Found"}), answer(200, b"\xff" * 100, "x/y"),
                      answer(502, "<html><h1>Bad Gateway</h1></html>"), DROP,
                      answer(500, {"detail": "database is gone"}),
                      answer(422, {"detail": [{"loc": ["query"], "msg": "bad redirect"}]})):
            with self.subTest(fault=fault):
                self.server.faults["login"] = fault
                try:
                    host.call("SignIn", open_browser=False)
                except GLib.Error:
                    pass
                if host.State == "signing-in":
                    # a page: the browser is shown it, and the user may cancel
                    host.call("Cancel")
                    continue
                self.assertEqual(host.State, "signed-out")
                self.assertTrue(host.Error.endswith("."), host.Error)
                self.assertNotIn("<h1>", host.Error)
                sentences.add(host.Error)
        self.assertGreaterEqual(len(sentences), 4)

    def test_refused_connection(self):
        host = self.add_host()
        self.server.stop()
        sentence = self.assert_fails("Network", host.call, "SignIn", open_browser=False)
        self.assertEqual(host.Error, sentence)
        self.server.start(self.server.port)

    def test_name_that_does_not_resolve(self):
        host = self.add_host("https://nowhere.invalid")
        self.assert_fails("Network", host.call, "SignIn", open_browser=False)
        self.assertIn("nowhere.invalid", host.Error)

    def test_faults_at_the_token_route(self):
        for fault in (answer(500, "<html>oops</html>"), quoted("invalid_grant"),
                      answer(200, "not json", "application/json"), DROP):
            with self.subTest(fault=fault):
                self.server.faults["token"] = fault
                host = self.begin()
                page = Page(host.LoginUri).wait()
                host.wait_for(State="signed-out")
                self.assertTrue(host.Error.endswith("."), host.Error)
                self.assertTrue(page.text)
                self.assert_nothing_left(host)

    def test_all_ports_taken(self):
        with socket.socket() as blocker:
            blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            blocker.bind(("127.0.0.1", self.port))
            blocker.listen()
            host = self.add_host()
            sentence = self.assert_fails("NoPort", host.call, "SignIn", flow="browser", open_browser=False)
        self.assertEqual((host.State, host.Error), ("signed-out", sentence))
        self.assertEqual(host.ErrorDetails["error"], "NoPort")
        self.assertEqual(self.server.count("login"), 0)

    def test_no_browser(self):
        host = self.add_host()
        host.call("SignIn", flow="browser")
        wait_until(lambda: host.Error, "the sentence on the browser")
        self.assertIn("browser", host.Error)
        self.assertEqual(host.State, "signing-in")
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Error="")

    def test_browser_that_dies(self):
        self.install_browser("/bin/false %u")
        self.restart_agent()
        host = self.add_host()
        host.call("SignIn")
        wait_until(lambda: "does not start" in host.Error, lambda: f"the sentence, not {host.Error!r}")
        self.assertIn("Copy the link", host.Error)
        self.assertIn("another device", host.Error)
        self.assertEqual(host.State, "signing-in")
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", Error="")

    def test_odd_parameters_beside_a_good_code(self):
        for odd in ("hd=100%", "hd=%zz", "hd=a b HTTP/1.1 c", "hd=für", "iss=", "error="):
            with self.subTest(odd=odd):
                host = self.add_host()
                host.call("SignIn", force=True, open_browser=False)
                self.assertIn("You are signed in", self.visit(f"{self.find_callback(host)}&{odd}"))
                host.wait_for(State="signed-in", Error="")

    def test_again_after_the_end(self):
        host = self.begin()
        callback = self.find_callback(host)
        self.assertIn("You are signed in", self.visit(callback))
        host.wait_for(State="signed-in")
        again = self.visit(callback)
        self.assertIn("You are signed in", again)
        for secret in urllib.parse.parse_qs(callback)["state"]:
            self.assertNotIn(secret, again)
        self.assertIn("No sign-in waits", self.visit("/callback?code=c&state=other"))

    def test_after_a_cancel(self):
        host = self.begin()
        callback = self.find_callback(host)
        host.call("Cancel")
        self.assertIn("No sign-in waits", self.visit(callback))
        self.assertEqual((host.State, host.Error), ("signed-out", ""))

    def test_requests_that_are_no_visit(self):
        host = self.begin()
        callback = self.find_callback(host)
        for header in ("Sec-Purpose: prefetch", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: iframe"):
            with self.subTest(header=header):
                self.assertIn(self.visit(callback, header).split()[1], ("404", "503"))
                self.assertEqual((host.State, host.Error), ("signing-in", ""))
        self.assertIn("You are signed in", self.visit(
            callback, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"))
        host.wait_for(State="signed-in")

    def assert_own_pkce(self, host):
        state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(host.LoginUri).query))["state"]
        self.assertNotIn("|", state)
        self.assertNotIn("server-pkce", host.Options)
        with open(self.bus.path("config", "keyfob", "hosts.ini"), encoding="utf-8") as file:
            self.assertNotIn("pkce", file.read())

    def bring_refused_code(self, host):
        """Somebody who knows the state brings a code that the server does not take."""
        begun = self.server.count("login")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(host.LoginUri).query))
        page = self.visit(f"/callback?code=bogus&state={query['state']}")
        host.wait_for(State="signed-out", LoginUri="")
        self.assertTrue(page.startswith("HTTP/1.1 200 "), page)
        self.assertIn("The sign-in did not work", page)
        head = page.partition("\r\n\r\n")[0]
        for way_on in ("location:", "refresh:", "set-cookie:"):
            self.assertNotIn(way_on, head.lower())
        self.assertNotIn("http://", page)
        self.assertNotIn("https://", page)
        self.assertEqual((self.server.count("login"), self.server.count("token")), (begun, begun))
        route, form, _ = self.server.requests[-1]
        self.assertEqual((route, form["code"]), ("token", "bogus"))
        self.assertEqual(challenge_of(form["code_verifier"]), query["code_challenge"])

    def test_refused_code_ends_the_sign_in(self):
        host = self.begin()
        self.bring_refused_code(host)
        host.call("SignIn", open_browser=False)
        self.assert_own_pkce(host)
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in")

    def test_own_pkce_is_left_for_one_attempt_only(self):
        signed = answer(302, "", headers={
            "Location": f"{self.server.url}/provider/authorize?client_id=fake&request_uri=urn:x&"
                        f"redirect_uri=http://localhost:{self.port}/callback&state=r|s|verifier"})
        host = self.add_host()
        for fault, words in ((answer(200, "<html>Maintenance</html>"), "/auth/v2/login?"), (signed, "request_uri=urn:x")):
            with self.subTest(words=words):
                self.server.faults["login"] = fault
                host.call("SignIn", open_browser=False)
                self.assertIn(words, host.LoginUri)
                host.call("Cancel")
                del self.server.faults["login"]
                host.call("SignIn", open_browser=False)
                self.assert_own_pkce(host)
                host.call("Cancel")

    def begin_in_browser(self, command=None):
        """The host, and the address that the browser was started with."""
        self.install_browser(command)
        self.restart_agent()
        host = self.add_host()
        host.call("SignIn", flow="browser")
        return host, self.wait_for_browser()

    def find_path(self, address):
        self.assertRegex(address, rf"^http://127\.0\.0\.1:{self.port}/open/[\w-]{{22}}$")
        return urllib.parse.urlsplit(address).path

    def test_short_address_leads_on_once(self):
        host, (address,) = self.begin_in_browser()
        path = self.find_path(address)
        for header in ("Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "X-Purpose: preview",
                       "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: iframe"):
            with self.subTest(header=header):
                self.assertIn(self.visit(path, header).split()[1], ("404", "503"))
        self.assertFalse(host.PageVisited)
        answer = self.visit(path, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
        head = answer.split("\r\n\r\n")[0].splitlines()
        self.assertTrue(answer.startswith("HTTP/1.1 302 "), answer)
        for field in (f"Location: {host.LoginUri}", "Cache-Control: no-store", "Referrer-Policy: no-referrer"):
            self.assertIn(field, head)
        again = self.visit(path)
        self.assertTrue(again.startswith("HTTP/1.1 410 "), again)
        self.assertIn("opened already", again)
        self.assertIn("cancel in Keyfob", again)
        self.assertNotIn("state=", again)
        host.wait_for(PageVisited=True)
        self.assertIn("You are signed in", self.visit(self.find_callback(host)))
        host.wait_for(State="signed-in", PageVisited=False)
        self.assertIn("opened already", self.visit(path))

    def test_short_address_with_the_name_of_another_host(self):
        _, (address,) = self.begin_in_browser()
        path = self.find_path(address)
        with socket.create_connection(("127.0.0.1", self.port), privatebus.DEADLINE) as browser:
            browser.sendall(f"GET {path} HTTP/1.1\r\nHost: evil.example:{self.port}\r\n\r\n".encode())
            self.assertIn(b"HTTP/1.1 404 ", browser.recv(1000))
        self.assertIn("HTTP/1.1 302 ", self.visit(path))

    def test_page_is_opened_again(self):
        host, (first,) = self.begin_in_browser()
        os.remove(self.bus.path("opened"))
        host.call("OpenPage", activation_token="click-7")
        second, token = self.wait_for_browser()
        self.assertEqual(token, "click-7")
        self.assertNotEqual(first, second)
        self.assertIn("opened already", self.visit(self.find_path(first)))
        self.assertIn("You are signed in", Page(second).wait().text)
        host.wait_for(State="signed-in")
        self.assert_fails(INVALID_ARGS, host.call, "OpenPage", color="red")
        # nothing to open, like Cancel without a sign-in
        host.call("OpenPage")
        self.assertEqual(self.server.count("login"), 1)

    def test_page_of_another_program_is_opened(self):
        self.install_browser()
        self.restart_agent()
        host = self.begin()
        host.call("OpenPage")
        address, = self.wait_for_browser()
        Page(address).wait()
        host.wait_for(State="signed-in")

    def test_page_without_a_browser(self):
        host = self.begin()
        host.call("OpenPage")
        wait_until(lambda: "Copy the link" in host.Error, lambda: f"what to do, not {host.Error!r}")

    def test_no_secret_in_an_argument_list(self):
        seen = self.bus.path("seen")
        opened = self.bus.path("opened")
        # of all processes that run by then, and its own
        host, arguments = self.begin_in_browser(
            f"sh -c 'cat /proc/[0-9]*/cmdline /proc/$$/environ >{seen} 2>/dev/null; "
            f"echo \"$@\" >{opened}.part; mv {opened}.part {opened}' sh %u")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(host.LoginUri).query))
        with open(seen, encoding="utf-8", errors="replace") as file:
            text = file.read()
        self.assertIn("keyfob-agent", text)
        self.assertIn(arguments[0], text)
        for name in ("state", "code_challenge", "nonce"):
            self.assertNotIn(query[name], text)
        Page(arguments[0]).wait()
        host.wait_for(State="signed-in")

    def has_orphan(self):
        """Whether a connection to the loopback is half closed by a program that is gone (FIN_WAIT2, proc(5))."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            entries = [line.split() for line in table]
        return any(entry[2].endswith(f":{self.port:04X}") and entry[3] == "05" and entry[9] == "0" for entry in entries)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be a second user")
    def test_another_user_who_knows_it_all(self):
        host, (address,) = self.begin_in_browser()
        path = self.find_path(address)
        callback = self.find_callback(host)
        refusal = "/callback?error=access_denied&" + callback.partition("&")[2]
        for target in (path, callback, refusal, "/callback?error=access_denied", "/"):
            with self.subTest(target=target):
                answer = self.visit_as(OTHER_USER, target)
                self.assertTrue(answer.startswith("HTTP/1.1 403 "), answer)
                self.assertIn("another user", answer)
                self.assertNotIn("Location:", answer)
        for way in ("ipv6", "mapped", "bound", "elsewhere"):
            with self.subTest(way=way):
                self.assertIn("HTTP/1.1 403 ", self.visit_as(OTHER_USER, callback, way))
        # a socket that its program has closed belongs to root, as the kernel tells it
        self.agent.send_signal(signal.SIGSTOP)
        self.visit_as(OTHER_USER, callback, "gone")
        wait_until(self.has_orphan, "the socket to lose its user")
        self.agent.send_signal(signal.SIGCONT)
        self.assertIn("ALERT", self.visit_as(OTHER_USER, "/", "tls"))
        self.assertIn("HTTP/1.1 404 ", self.visit("/"))
        self.assertEqual(host.State, "signing-in")
        self.assertNotIn("https", host.Error)
        self.assertNotIn("cancel", host.Error)
        self.assertEqual(self.server.count("token"), 0)
        self.assertIn("HTTP/1.1 302 ", self.visit(path))
        self.assertIn("You are signed in", self.visit(callback))
        host.wait_for(State="signed-in")
        self.assertIn("HTTP/1.1 403 ", self.visit_as(OTHER_USER, callback))

    @unittest.skipUnless(os.geteuid() == 0, "only root can be a second user")
    def test_another_user_who_takes_all_connections(self):
        host = self.begin()
        request = f"GET {self.find_callback(host)} HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.port), privatebus.DEADLINE) as browser:
            browser.sendall(request[:20])
            self.visit_as(OTHER_USER, "/", "many")
            browser.sendall(request[20:])
            with browser.makefile("rb") as page:
                self.assertIn("You are signed in", page.read().decode())
        host.wait_for(State="signed-in")

    def test_browser_in_a_namespace_of_its_own(self):
        host = self.begin()
        self.assertIn("You are signed in",
                      self.visit_as(["unshare", "--user", "--map-root-user", "--mount"], self.find_callback(host)))
        host.wait_for(State="signed-in", Error="")

    def test_browser_that_comes_with_https(self):
        host = self.begin()
        callback = self.find_callback(host)
        with socket.create_connection(("127.0.0.1", self.port), privatebus.DEADLINE) as browser:
            with self.assertRaisesRegex(ssl.SSLError, "ALERT"):
                ssl.create_default_context().wrap_socket(browser, server_hostname="localhost")
        wait_until(lambda: "“http”" in host.Error, lambda: f"what to do, not {host.Error!r}")
        self.assertEqual(host.State, "signing-in")
        self.assertIn("You are signed in", self.visit(callback))
        host.wait_for(State="signed-in", Error="")

    def test_refusal_without_state(self):
        host = self.begin()
        page = self.visit("/callback?error=access_denied&error_description=Not+today")
        self.assertIn("Not today", page)
        wait_until(lambda: "cancel" in host.Error, lambda: f"what to do, not {host.Error!r}")
        self.assertNotIn("Not today", host.Error)
        self.assertEqual(host.State, "signing-in")
        host.call("Cancel")
        self.assertEqual((host.State, host.Error), ("signed-out", ""))

    def test_refusal_without_words(self):
        host = self.begin()
        state, = urllib.parse.parse_qs(self.find_callback(host))["state"]
        page = self.visit(f"/callback?error=server_error&error_description=&state={state}")
        self.assertIn("server_error", page)
        host.wait_for(State="signed-out")
        self.assertIn("server_error", host.Error)

    def test_bad_options(self):
        host = self.add_host()
        for options in ({"flow": "pigeon"}, {"prompt": "please"}, {"force": "yes"},
                        {"open_browser": "no"}, {"flow": True}, {"color": "red"}):
            for method in ("SignIn", "GetToken"):
                with self.subTest(method=method, options=options):
                    self.assert_fails(INVALID_ARGS, host.call, method, **options)
        self.assertEqual(host.State, "signed-out")

    def test_second_caller_joins(self):
        host = self.begin()
        login_uri = host.LoginUri
        other = self.bus.connect()
        host.call("SignIn", other, open_browser=False)
        self.assertEqual(host.LoginUri, login_uri)
        self.assertEqual(self.server.count("login"), 1)
        privatebus.close_connection(other)
        token = host.start("GetToken", interactive=True)
        Page(login_uri).wait()
        self.assertIn("access_token", token.wait()[0])

    def test_ends_when_its_owner_leaves(self):
        host = self.add_host()
        owner = self.bus.connect()
        host.call("SignIn", owner, open_browser=False)
        host.wait_for(State="signing-in")
        privatebus.close_connection(owner)
        host.wait_for(State="signed-out", Error="", LoginUri="")

    def test_goes_on_for_the_one_who_stays(self):
        host = self.add_host()
        first, second = self.bus.connect(), self.bus.connect()
        host.call("SignIn", first, open_browser=False)
        host.call("SignIn", second, open_browser=False)
        name = first.get_unique_name()
        privatebus.close_connection(first)
        self.bus.wait_for_name(name, present=False)
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in")

    def test_interactive_token_waits_for_the_end(self):
        host = self.add_host()
        token = host.start("GetToken", interactive=True, open_browser=False)
        host.wait_for(State="signing-in")
        wait_until(lambda: host.LoginUri, "the address")
        self.assertFalse(token.done)
        Page(host.LoginUri).wait()
        given = token.wait()[0]
        self.assertEqual(given["header"], "Authorization: Bearer " + given["access_token"])
        self.assertEqual(given["authorization"], "Bearer " + given["access_token"])
        self.assertEqual(given["token_type"], "Bearer")
        self.assertEqual(given["scope"], "openid profile")
        self.assertEqual(given["expires"], host.Expires)
        self.assertEqual(len(given), 6)

    def test_interactive_token_of_a_cancelled_sign_in(self):
        host = self.add_host()
        token = host.start("GetToken", interactive=True, open_browser=False)
        host.wait_for(State="signing-in")
        host.call("Cancel")
        self.assert_fails("Cancelled", token.wait)

    def test_token_without_a_person(self):
        host = self.add_host()
        sentence = self.assert_fails("InteractionRequired", host.get_token)
        self.assertIn(host.Name, sentence)
        self.assertEqual(host.State, "signed-out")
        self.assertEqual(self.server.requests, [])

    def test_terminated_agent_leaves_no_port(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number=number):
                host = self.begin()
                self.assertTrue(agentcase.is_listening(self.port))
                self.assertNotEqual(host.LoginUri, "")
                self.assertEqual(self.stop_agent(number), 0)
                self.assertFalse(agentcase.is_listening(self.port))
                self.start_agent()

    def test_bus_that_goes_away_ends_the_agent(self):
        self.begin()
        self.bus.daemon.kill()
        self.assertEqual(self.agent.wait(20), 0)
        self.assertFalse(agentcase.is_listening(self.port))


class FinishSignIn(Visits):
    """The address that a browser on another machine ended at, handed over on the bus."""

    def finish(self, host, address):
        self.call(host.path, agentcase.HOST, "FinishSignIn", agentcase.GLib.Variant("(s)", (address,)))

    def start(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        self.assertEqual(host.RedirectUri, f"http://localhost:{self.port}/callback")
        return host, f"http://localhost:{self.port}{self.find_callback(host)}"

    def test_does_what_the_browser_would_have_done(self):
        host, address = self.start()
        self.finish(host, address)
        host.wait_for(State="signed-in", LoginUri="", RedirectUri="", Error="")
        # a browser that can come back after all is told how it went
        self.assertEqual(Page(address).wait().status, 200)
        self.assertEqual(self.server.count("token"), 1)

    def test_where_no_browser_is_waited_for(self):
        host = self.add_host()
        address = f"http://localhost:{self.port}/callback?code=1&state=2"
        self.assertIn("No sign-in waits", self.assert_fails("Failed", self.finish, host, address))
        host.call("SignIn", flow="device")
        self.assertEqual(host.RedirectUri, "")
        self.assertIn("No sign-in waits", self.assert_fails("Failed", self.finish, host, address))
        host.call("Cancel")

    def test_counts_once(self):
        host, address = self.start()
        gate = self.server.gates["token"] = threading.Event()
        self.finish(host, address)
        self.assertIn("No sign-in waits", self.assert_fails("Failed", self.finish, host, address))
        gate.set()
        host.wait_for(State="signed-in")
        self.assertIn("No sign-in waits", self.assert_fails("Failed", self.finish, host, address))
        self.assertEqual(self.server.count("token"), 1)

    def test_what_is_refused_ends_nothing(self):
        host, address = self.start()
        state = address.split("state=")[1]
        place = address.split("?")[0]
        for wrong, error in (
                ("", "Failed"), ("x" * 16000, "Failed"), (place, "Failed"), (place + "?", "Failed"),
                (place + "?code=1", "Failed"), (place + "?state=" + state[:-1] + "&code=1", "Failed"),
                (address.replace("/callback", "/open/1"), "Failed"), (address.replace("localhost", "example.org"), "Failed"),
                (address.replace("localhost", "user@localhost"), "Failed"), ("ftp" + address[4:], "Failed"),
                (f"{place}?error=access_denied&state={state}", "Denied"), (place + "?error=access_denied", "Denied"),
                (f"{place}?error=login_required&state={state}", "InteractionRequired"),
                (f"{place}?state={state}", "BadAnswer"), (f"{place}?code=1&code=2&state={state}", "BadAnswer")):
            self.assert_fails(error, self.finish, host, wrong)
            self.assertEqual(host.State, "signing-in", wrong)
        self.assertEqual(self.server.count("token"), 0)
        self.finish(host, address)
        host.wait_for(State="signed-in")

    def test_code_that_the_server_refuses(self):
        host, address = self.start()
        self.finish(host, address.replace("code=", "code=x"))
        host.wait_for(State="signed-out")
        self.assertTrue(host.Error)


class Consent(agentcase.AgentCase):
    """When the provider is asked to show its page of consent; a real one is in interop and providers."""

    def asked(self):
        """The prompt of each sign-in so far."""
        return [parameters.get("prompt") for route, parameters, _ in self.server.requests if route == "login"]

    def sign_in(self, host, renews=True, **options):
        host.sign_in(force=True, **options)
        host.wait_for(Renews=renews)

    def fail_to_sign_in(self, host):
        host.call("SignIn", force=True, open_browser=False)
        Page(host.LoginUri).wait()
        host.wait_for(LoginUri="", State="signed-in" if host.Expires else "signed-out")

    def test_at_the_first_sign_in(self):
        host = self.add_host()
        self.sign_in(host)
        self.sign_in(host)
        host.call("SignOut")
        self.restart_agent()
        self.sign_in(self.find_host())
        self.assertEqual(self.asked(), ["consent", None, None])
        # and another host is another one
        other = FakeServer()
        self.addCleanup(other.stop)
        self.server = other
        self.sign_in(self.add_host())
        self.assertEqual(self.asked(), ["consent"])

    def test_where_it_brings_the_refresh_token(self):
        self.server.needs_consent = True
        host = self.add_host()
        for renews in (True, False, True, True):
            self.sign_in(host, renews)
            self.restart_agent()
            host = self.find_host()
        self.assertEqual(self.asked(), ["consent", None, "consent", "consent"])
        # not needed any more, as a sign-in without it shows
        self.server.needs_consent = False
        self.sign_in(host, prompt="login")
        self.sign_in(host)
        self.assertEqual(self.asked()[4:], ["login", None])

    def test_where_it_brings_none(self):
        self.server.gives_refresh_token = False
        host = self.add_host()
        for _ in range(3):
            self.sign_in(host, renews=False)
        self.assertEqual(self.asked(), ["consent", None, None])

    def test_as_the_host_is_configured(self):
        host = self.add_host(consent="never")
        self.sign_in(host)
        host.call("Configure", consent="always")
        self.sign_in(host)
        self.sign_in(host)
        self.sign_in(host, prompt="select_account")
        host.call("Configure", consent="automatic")
        self.assertEqual(host.Options.get("consent"), None)
        self.sign_in(host)
        self.assertEqual(self.asked(), [None, "consent", "consent", "select_account", None])
        self.assert_fails("InvalidHost", host.call, "Configure", consent="perhaps")

    def test_refused(self):
        """By a page that only an administrator can approve, for one: the sign-in works without it."""
        self.server.denies = True
        host = self.add_host()
        self.fail_to_sign_in(host)
        self.server.denies = False
        self.sign_in(host)
        self.assertEqual(self.asked(), ["consent", None])

    def test_broker_session_that_is_renewed(self):
        """There the first renewal tells whether the provider gave a refresh token."""
        self.server.broker = True
        host = self.add_host()
        self.sign_in(host)
        self.sign_in(host)
        host.call("Refresh")
        # what ends later ends for another reason
        self.refuse_refresh(host)
        self.sign_in(host)
        self.assertEqual(self.asked(), ["consent", None, None])


class Details(agentcase.AgentCase):
    """The facts beside the sentence that says what to do."""

    def test_answer(self):
        host = self.add_host()
        self.server.faults["token"] = answer(400, {"detail": 'Upstream OIDC error: {"error":"invalid_scope",'
                                                             '"error_description":"no such scope"}'})
        host.call("SignIn", open_browser=False)
        Page(host.LoginUri).wait()
        host.wait_for(LoginUri="", State="signed-out")
        self.assertIn("no such scope", host.Error)
        details = host.ErrorDetails
        self.assertAlmostEqual(details.pop("time"), time.time(), delta=60)
        self.assertEqual(details, {"url": self.server.url + "/auth/v2/token", "status": 400, "error": "Server",
                                   "code": "invalid_scope", "description": "no such scope"})
        del self.server.faults["token"]
        host.sign_in()
        host.wait_for(ErrorDetails={}, Error="")

    def test_network(self):
        self.server.url = "http://data.invalid"
        host = self.add_host(allow_http=True)
        self.assert_fails("Network", host.call, "SignIn", open_browser=False)
        self.assertEqual(host.ErrorDetails["url"], "http://data.invalid/auth/v2/login")
        self.assertIn("data.invalid", host.ErrorDetails["cause"])
        self.assertEqual(host.ErrorDetails["error"], "Network")

    def test_provider(self):
        host = self.add_host()
        self.server.denies = True
        host.call("SignIn", open_browser=False)
        Page(host.LoginUri).wait()
        host.wait_for(LoginUri="", State="signed-out")
        self.assertEqual(host.ErrorDetails["code"], "access_denied")
        self.assertEqual(host.ErrorDetails["error"], "Denied")

    def test_refusal_of_a_refresh(self):
        host = self.add_host()
        host.sign_in()
        self.refuse_refresh(host)
        self.assertEqual((host.ErrorDetails["status"], host.ErrorDetails["code"]), (400, "invalid_grant"))
        self.assertEqual([secret for secret in self.server.secrets if secret in str(host.ErrorDetails)], [])


class NoTls(agentcase.AgentCase):
    def test_told_as_trouble_of_this_machine(self):
        self.restart_agent(env={"GIO_USE_TLS": "dummy"})
        self.server.url = self.server.url.replace("http://127.0.0.1", "https://localhost")
        host = self.add_host()
        self.assert_fails("Tls", host.call, "SignIn", open_browser=False)
        self.assertIn("This machine cannot speak https", host.Error)
        self.assertIn("glib-networking", host.Error)


@unittest.skipUnless(os.geteuid() == 0, "only root can be a second user")
class UnknownBrowser(Visits):
    """An agent in a user namespace that has no numbers for other users, as in a container."""

    agent_wrapper = ["unshare", "--user", "--map-root-user"]

    def wait_for_question(self, host):
        """The number that the user is asked about."""
        wait_until(lambda: host.Question, "the question")
        return re.search(r"the number (\d{4})\.", host.Question).group(1)

    def test_answer_waits_for_the_user(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        callback = self.find_callback(host)
        page = self.visit_as(OTHER_USER, callback)
        number = self.wait_for_question(host)
        self.assertIn("Is this your browser?", page)
        self.assertIn(number, page)
        self.assertEqual((host.State, self.server.count("token")), ("signing-in", 0))
        self.assert_fails("Failed", host.go_on, "Another question?")
        self.assertEqual(self.server.count("token"), 0)
        host.go_on()
        host.wait_for(State="signed-in", Question="")
        self.assertIn("You are signed in", self.visit_as(OTHER_USER, callback))
        self.assert_fails("Failed", host.go_on, "")

    def test_user_says_no(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        callback = self.find_callback(host)
        self.visit_as(OTHER_USER, callback)
        self.wait_for_question(host)
        host.call("Cancel")
        host.wait_for(State="signed-out", Question="")
        self.assertIn("No sign-in waits", self.visit_as(OTHER_USER, callback))
        self.assertEqual(self.server.count("token"), 0)

    def test_own_browser_is_not_asked_about(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        callback = self.find_callback(host)
        self.visit_as(OTHER_USER, callback.replace("code=", "code=mine"))
        self.wait_for_question(host)
        self.assertIn("You are signed in", self.visit(callback))
        host.wait_for(State="signed-in", Question="")

    def test_short_address_waits_for_the_user(self):
        self.install_browser()
        self.restart_agent()
        host = self.add_host()
        host.call("SignIn", flow="browser")
        path = urllib.parse.urlsplit(self.wait_for_browser()[0]).path
        ticket = re.search(r"Location: (\S+)", self.visit_as(OTHER_USER, path)).group(1)
        self.assertIn(self.wait_for_question(host), self.visit_as(OTHER_USER, ticket))
        host.go_on()
        host.wait_for(Question="")
        self.assertIn(f"Location: {host.LoginUri}", self.visit_as(OTHER_USER, ticket))
        self.assertEqual(host.State, "signing-in")


class Proxies(agentcase.AgentCase):
    """As the environment names them to the resolver of this system."""

    def refuse(self, listener):
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            with client:
                request = client.recv(4096)
                if request:
                    self.requests.append(request)
                    client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                                   b'Proxy-Authenticate: Basic realm="p"\r\n'
                                   b"Content-Length: 0\r\nConnection: close\r\n\r\n")

    def setUp(self):
        super().setUp()
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=self.refuse, args=(self.listener,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.listener.shutdown, socket.SHUT_RDWR)

    def restart_with(self, address):
        self.stop_agent()
        port = self.listener.getsockname()[1]
        proxy = f"{address}127.0.0.1:{port}"
        self.start_agent(env={"https_proxy": proxy, "http_proxy": proxy, "no_proxy": ""})

    def test_wrong_password_is_told_once(self):
        for address in ("http://user:old@", "user:old@"):
            with self.subTest(address):
                self.restart_with(address)
                self.requests.clear()
                host = self.add_host("https://server.invalid")
                sentence = self.assert_fails("Network", host.call, "SignIn", open_browser=False)
                self.assertIn("the proxy wants another password", sentence)
                passwords = [request for request in self.requests if b"Proxy-Authorization" in request]
                self.assertEqual(len(passwords), 1, self.requests)
                self.assertLessEqual(len(self.requests), 2)

    def test_host_on_this_machine(self):
        self.restart_with("http://")
        for name in ("127.0.0.1", "localhost"):
            with self.subTest(name):
                host = self.add_host(self.server.url.replace("127.0.0.1", name))
                host.sign_in()
                host.call("Refresh")
                self.remove_host(host.path)
        self.assertEqual(self.requests, [])


class Ports(agentcase.AgentCase):
    """The ports that the browser may come back to, where the server names them."""

    USUAL = list(range(53100, 53106))

    def add_host(self, **options):
        # a configuration without ports of its own
        return super().add_host(**{"redirect_ports": self.USUAL, **options})

    def hosts_file(self):
        return self.bus.path("config", "keyfob", "hosts.ini")

    def known_ports(self):
        with open(self.hosts_file(), encoding="utf-8") as file:
            return [line.strip() for line in file if line.startswith("known-ports")]

    def begin(self, host):
        """Gives the port of a sign-in that is under way then."""
        host.call("SignIn", force=True, open_browser=False)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(host.LoginUri).query)
        return urllib.parse.urlsplit(query["redirect_uri"][0]).port

    def sign_in(self, host):
        port = self.begin(host)
        Page(host.LoginUri).wait()
        host.wait_for(State="signed-in", LoginUri="")
        return port

    def sign_in_by(self, port, host):
        """A sign-in by a port that the server names, which is remembered then."""
        self.server.valid_ports = [port]
        self.assertEqual(self.sign_in(host), port)

    def test_are_asked_for_once(self):
        self.server.valid_ports = [self.port, agentcase.free_port()]
        host = self.add_host()
        self.assertEqual(self.sign_in(host), self.port)
        self.assertEqual(self.sign_in(host), self.port)
        self.restart_agent()
        self.assertEqual(self.known_ports(), [f"known-ports={self.server.valid_ports}"])
        self.assertEqual(self.sign_in(self.find_host()), self.port)
        self.assertEqual(self.server.count("ports"), 1)
        # none of that is an option
        self.assertNotIn("redirect-ports", self.find_host().Options)

    def test_refused_code_asks_for_no_others(self):
        host = self.add_host()
        self.sign_in_by(self.port, host)
        self.server.valid_ports = [agentcase.free_port()]
        self.server.faults["token"] = answer(400, {"detail": "Token creation failed."})
        self.begin(host)
        # a browser that came back has shown that the port is right
        self.assertIn("The sign-in did not work", Page(host.LoginUri).wait().text)
        host.wait_for(LoginUri="")
        self.assertEqual((self.server.count("ports"), self.server.count("login")), (1, 2))

    def test_those_of_the_user_win(self):
        self.server.valid_ports = [agentcase.free_port()]
        host = self.add_host(redirect_ports=[self.port])
        self.assertEqual(self.sign_in(host), self.port)
        self.assertEqual(self.server.count("ports"), 0)

    def test_other_route(self):
        self.server.valid_ports = [self.port]
        host = self.add_host(auth_ports_route="elsewhere")
        self.assertIn(self.begin(host), self.USUAL)
        host.call("Cancel")
        host.call("Configure", auth_ports_route="")
        self.assertEqual(self.begin(host), self.port)

    def test_what_is_no_port(self):
        host = self.add_host()
        odd = [0, -1, 80, 1023, 65536, 10**30, 8080.5, True, None, "x", str(self.port), [self.port], {}]
        for response in (answer(200, {}), answer(200, []), answer(200, {"valid_ports": []}),
                         answer(200, {"valid_ports": None}), answer(200, {"valid_ports": {"a": self.port}}),
                         answer(200, {"valid_ports": odd}), answer(200, '{"valid_ports": [80'),
                         answer(200, "[" * 10**5, "application/json"), answer(200, "<html>Welcome"),
                         answer(302, "", headers={"Location": "/"}), answer(500, {"detail": "no"}), DROP):
            with self.subTest(response=response):
                self.server.faults["ports"] = response
                self.assertIn(self.begin(host), self.USUAL)
                host.call("Cancel")
                self.assertEqual(host.Error, "")
        del self.server.faults["ports"]
        # and what is one among it
        self.server.valid_ports = [*odd, self.port, *odd, self.port]
        self.assertEqual(self.sign_in(host), self.port)
        self.stop_agent()
        self.assertEqual(self.known_ports(), [f"known-ports=[{self.port}]"])
        self.start_agent()

    def test_too_many(self):
        self.server.valid_ports = [self.port, *range(20000, 21000)]
        self.sign_in(self.add_host())
        self.stop_agent()
        line, = self.known_ports()
        self.assertEqual(len(line.split(",")), 64)
        self.start_agent()
        self.assertEqual(self.sign_in(self.find_host()), self.port)

    def test_refused_by_the_server(self):
        host = self.add_host()
        self.sign_in_by(self.port, host)
        other = agentcase.free_port()
        self.server.refused_ports = [self.port]
        self.server.valid_ports = [other]
        self.assertEqual(self.sign_in(host), other)
        self.assertEqual(self.sign_in(host), other)
        self.assertEqual((self.server.count("ports"), self.server.count("login")), (2, 4))

    def test_taken_by_other_programs(self):
        host = self.add_host()
        self.sign_in_by(self.port, host)
        # an agent holds its port for a while
        self.restart_agent()
        host = self.find_host()
        other = agentcase.free_port()
        self.server.valid_ports = [other]
        with socket.socket() as blocker:
            blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            blocker.bind(("127.0.0.1", self.port))
            blocker.listen()
            self.assertEqual(self.sign_in(host), other)

    def test_refused_for_another_reason(self):
        host = self.add_host()
        self.sign_in_by(self.port, host)
        self.server.faults["login"] = answer(400, {"detail": "the moon is full"})
        self.assert_fails("Server", host.call, "SignIn", force=True, open_browser=False)
        self.assertIn("the moon is full", host.Error)
        self.assertEqual((self.server.count("ports"), self.server.count("login")), (2, 2))

    def test_browser_that_stays_away(self):
        for name, ports, says in (("as before", [self.port], "has not come back yet"),
                                  ("changed", [agentcase.free_port()], "other ports than before"),
                                  ("not named", None, "has not come back yet")):
            with self.subTest(name):
                self.server.valid_ports = [self.port]
                host = self.add_host()
                self.sign_in_by(self.port, host)
                host.call("Configure", timeout=6)
                self.server.valid_ports = ports
                asked = self.server.count("ports")
                self.begin(host)
                wait_until(lambda: says in host.Error, f"“{says}” in “{host.Error}”")
                self.assertEqual(host.State, "signing-in")
                wait_until(lambda: self.server.count("ports") == asked + 1, "the ports to be asked for")
                host.call("Cancel")
                if ports is not None:
                    self.assertEqual(self.begin(host), ports[0])
                    host.call("Cancel")
                self.call(agentcase.PATH, agentcase.AGENT, "RemoveHost", GLib.Variant("(o)", (host.path,)))

    def test_refused_on_a_page(self):
        """The browser does not come back then, so Keyfob is told nothing."""
        for end in ("cancelled", "timed out"):
            with self.subTest(end=end):
                host = self.add_host()
                self.sign_in_by(self.port, host)
                if end == "timed out":
                    host.call("Configure", timeout=1)
                self.begin(host)
                if end == "cancelled":
                    host.call("Cancel")
                host.wait_for(State="signed-in", LoginUri="")
                host.call("Configure", timeout=300)
                other = agentcase.free_port()
                self.sign_in_by(other, host)
                self.remove_host(host.path)

    def test_edited_by_hand(self):
        self.sign_in_by(self.port, self.add_host())
        for known in ("[80, 22]", "[]", "[99999]", "53100", "[1, ", "['a']", "\\x"):
            with self.subTest(known=known):
                asked = self.server.count("ports")
                self.stop_agent()
                line, = self.known_ports()
                with open(self.hosts_file(), encoding="utf-8") as file:
                    text = file.read()
                with open(self.hosts_file(), "w", encoding="utf-8") as out:
                    out.write(text.replace(line, f"known-ports={known}"))
                self.start_agent()
                host = self.find_host()
                self.assertEqual(self.sign_in(host), self.port)
                self.assertEqual(self.server.count("ports"), asked + 1)


class SignOut(agentcase.AgentCase):
    def test_removes_the_token(self):
        host = self.add_host()
        host.sign_in()
        host.call("SignOut")
        self.assertEqual((host.State, host.Account, host.Scope), ("signed-out", "", ""))
        self.assertEqual((host.Expires, host.RefreshExpires), (0, 0))
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertNotIn(self.server.url, file.read())
        self.assert_fails("InteractionRequired", host.get_token)
        self.restart_agent()
        self.assertEqual(self.find_host().State, "signed-out")

    def test_ends_a_sign_in(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        host.call("SignOut")
        self.assertEqual((host.State, host.LoginUri, host.Error), ("signed-out", "", ""))

    def test_waits_for_a_refresh(self):
        host = self.add_host()
        host.sign_in()
        gate = self.server.gates["token"] = threading.Event()
        refresh = host.start("Refresh")
        host.wait_for(State="refreshing")
        wait_until(lambda: self.server.count("token") == 2, "the request")
        out = host.start("SignOut")
        gate.set()
        refresh.wait()
        out.wait()
        host.wait_for(State="signed-out", Expires=0)
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertNotIn(self.server.url, file.read())

    def test_bad_options(self):
        host = self.add_host()
        self.assert_fails(INVALID_ARGS, host.call, "SignOut", end_session="yes")
        self.assert_fails(INVALID_ARGS, host.call, "SignOut", other=True)

    def test_end_session_without_a_browser(self):
        host = self.add_host()
        host.sign_in()
        host.call("SignOut", end_session=True)
        self.assertEqual(host.State, "signed-out")
        self.assertIn("browser", host.Error)

    def test_remove_while_signing_in(self):
        host = self.add_host()
        host.call("SignIn", open_browser=False)
        self.remove_host(host.path)
        self.assertEqual(self.hosts(), {})

    def test_remove_takes_the_token_along(self):
        host = self.add_host()
        host.sign_in()
        self.remove_host(host.path)
        with open(self.token_file(), encoding="utf-8") as file:
            self.assertNotIn(self.server.url, file.read())
        self.assertEqual(self.add_host().State, "signed-out")

    def test_host_that_is_added_while_it_is_removed_twice(self):
        host = self.add_host(name="Old")
        host.sign_in()
        removal = GLib.Variant("(o)", (host.path,))
        added = GLib.Variant("(sa{sv})", (self.server.url, {}))
        calls = [self.start_call(agentcase.PATH, agentcase.AGENT, method, arguments)
                 for method, arguments in (("RemoveHost", removal), ("RemoveHost", removal),
                                           ("AddHost", added))]
        for call in calls:
            call.wait()
        # the second removal was of the host that the first has removed
        self.assertEqual(self.find_host().Name, urllib.parse.urlsplit(self.server.url).netloc)
        self.assertEqual(self.find_host().State, "signed-out")
        self.restart_agent()
        self.assertEqual(list(self.hosts()), [host.path])

    def test_store_that_cannot_be_written(self):
        host = self.add_host()
        host.sign_in()
        os.rename(self.token_file(), self.token_file() + ".away")
        os.mkdir(self.token_file())
        host.call("SignOut")
        self.assertEqual(host.State, "signed-out")
        self.assertIn("a copy of the token is left", host.Error)
        self.assert_fails("InteractionRequired", host.get_token)

        self.stop_agent()
        os.rmdir(self.token_file())
        os.rename(self.token_file() + ".away", self.token_file())
        self.start_agent()
        self.find_host().wait_for(State="signed-out", Error="")
        wait_until(lambda: self.server.url not in self.read_token_file(), "the copy to go")

    def read_token_file(self):
        with open(self.token_file(), encoding="utf-8") as file:
            return file.read()


if __name__ == "__main__":
    tap.main()
