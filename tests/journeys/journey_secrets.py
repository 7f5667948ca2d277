# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A whole journey, then a search for every secret that passed in all that was left behind.

Looked through are the debug logs of agent and window, all that went over the session bus but the
answers to GetToken, the command line and environment of every process of the desktop, the browser's
too, and every file in its folders. Where a secret belongs is left out: the profile of the browser
(the address with `state` and the code came through it), and what the server side wrote down. The keyring and the libsecret traffic are not left out: both are encrypted.
"""

import pathlib
import re
import subprocess
import threading
import urllib.parse

import desktop
import tap
from journey import HOST_NAME, Journey

# Names of the token route's fields whose values nobody else may see.
SECRET_FIELDS = ("access_token", "refresh_token", "code", "code_verifier", "device_code", "device-code", "refresh-token")


class ProcessWatch(threading.Thread):
    """Keeps the command line and environment of every process it sees."""

    def __init__(self, mark):
        super().__init__(daemon=True)
        self.mark = mark
        self.over = threading.Event()
        self.seen = {}

    def run(self):
        # a process that lives shorter than this may be missed
        while not self.over.wait(0.02):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                self.look(process)

    def look(self, process):
        try:
            line, environment = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            return
        if self.mark in environment:
            self.seen[(process.name, line)] = environment

    def stop(self):
        self.over.set()
        self.join()


def read_journal(text):
    """What dbus-monitor wrote, without the answers to GetToken; and how many those were."""
    kept, calls, answers = [], set(), 0
    for message in re.split(r"^(?=method |signal |error )", text, flags=re.MULTILINE):
        head = dict(re.findall(r"(\w+)=([^\s;]+)", message.partition("\n")[0]))
        if head.get("member") == "GetToken":
            calls.add((head["sender"], head["serial"]))
        destination = re.search(r"destination=(\S+)", message)
        if message.startswith("method return") and (destination.group(1), head["reply_serial"]) in calls:
            answers += 1
        else:
            kept.append(message)
    return "".join(kept), answers


class Secrets(Journey):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.folder / "bus-journal"
        process = subprocess.Popen(["dbus-monitor", "--session"], stdout=cls.journal.open("w"))
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)
        # it loses its name when it becomes a monitor: from then on nothing escapes it
        desktop.wait_for(lambda: "member=NameLost" in cls.journal.read_text(), "the monitor of the bus")
        cls.watch = ProcessWatch(f"BED_DIR={cls.folder}".encode())
        cls.watch.start()

    def states(self):
        """The `state` and the code challenge of each address in LoginUri."""
        addresses = re.findall(r'string "(https?://[^"]*[?&]state=[^"]*)"', self.journal.read_text(errors="replace"))
        queries = [urllib.parse.parse_qs(urllib.parse.urlsplit(address).query) for address in set(addresses)]
        return {query[name][0] for query in queries for name in ("state", "code_challenge")}

    def secrets(self):
        """Every secret that passed: what the server saw, and what the browser was sent with."""
        found = self.states()
        for fields in self.stack.secrets():
            found.update(fields[name] for name in SECRET_FIELDS if fields.get(name))
        return found

    def find_files(self):
        """All files of the desktop but the browser's and the server's."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.relative_to(self.folder).parts[0] not in ("browser", "server"):
                yield path

    def test_1_journey(self):
        self.sign_in()
        self.window.wait_text("Alice Example")
        self.copy_header()
        self.choose("Refresh now")
        self.window.wait_text("Alice Example")
        self.open_sign_in_again_and_deny()
        self.restart_window()
        self.end_agent()
        self.window.wait_text("Alice Example")
        self.copy_header()
        self.sign_out()
        self.window.close()
        self.end_agent()
        self.watch.stop()

    def open_sign_in_again_and_deny(self):
        self.close_tabs()
        self.choose("Sign in again")
        self.browser.deny()
        self.browser.show_tab("/callback")
        self.host.wait_state("signed-in")

    def test_2_passed_enough_to_look_for(self):
        secrets = self.secrets()
        self.assertGreaterEqual(len(self.states()), 4, "two states, two code challenges")
        self.assertGreaterEqual(len(secrets), 10, "and two access and refresh tokens, a code, a verifier")
        self.assertTrue(all(len(secret) >= 16 for secret in secrets))

    def test_3_not_in_logs(self):
        for log in (self.folder / "agent.log", self.window.log):
            text = log.read_text(errors="replace")
            self.assertIn("DEBUG", text, f"{log.name} is no debug log")
            self.assert_clean(text, log.name)

    def test_4_not_on_the_bus(self):
        journal, answers = read_journal(self.journal.read_text(errors="replace"))
        self.assertGreaterEqual(answers, 2, "two headers were copied")
        self.assertIn(HOST_NAME, journal)
        # LoginUri is the address to open, so it holds `state`
        self.assert_clean(journal, "the journal of the bus", self.secrets() - self.states())

    def test_5_not_in_processes(self):
        opened = [line for _, line in self.watch.seen if b"/open/" in line]
        self.assertGreaterEqual(len(opened), 1, "the browser was started with the short address")
        for (pid, line), environment in self.watch.seen.items():
            self.assert_clean(environment.decode(errors="replace"), f"the environment of {pid} {line[:40]}")
            self.assert_clean(line.decode(errors="replace"), f"the command line of {pid}")
        self.assertGreater(len(self.watch.seen), 5)

    def test_6_not_in_files(self):
        names = []
        for path in self.find_files():
            names.append(path.name)
            if path != self.journal:
                self.assert_clean(path.read_bytes().decode(errors="replace"), str(path.relative_to(self.folder)))
        self.assertIn("agent.log", names)

    def assert_clean(self, text, where, secrets=None):
        for secret in self.secrets() if secrets is None else secrets:
            # the failure must not print it either
            self.assertTrue(secret not in text, f"a secret beginning with {secret[:6]} is in {where}")


if __name__ == "__main__":
    tap.main()
