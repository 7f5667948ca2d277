# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the shells complete after keyfobctl, with the real agent; each shell that is installed."""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import threading

import agentcase
import privatebus
import tap

COMPLETIONS = pathlib.Path(__file__).resolve().parents[2] / "data" / "completions"

# what is typed before the key, and the last word after it
CASES = (
    ("hea", "header"),
    ("header --min", "--min-time"),
    ("logout --end", "--end-session"),
    ("header https", "https://portal.example.org/api"),
    ("header https://po", "https://portal.example.org/api"),
    ("header por", "portal.example.org/api"),
    ("--sto", "--store"),
    ("--ver", "--version"),
    ("login --prompt sel", "select_account"),
    ("login --prompt por", "por"),
    ("login --timeout por", "por"),
    ("login --force por", "portal.example.org/api"),
    ("add x --consent au", "automatic"),
    ("git-credential er", "erase"),
    ("login 127", "127.0.0.1:8080"),
    ("login 127.0.0.1:8", "127.0.0.1:8080"),
    ("run --no-interaction por", "portal.example.org/api"),
    # no host of Keyfob
    ("list por", "por"),
    ("list https", "https"),
    ("status por", "por"),
    ("run -- por", "por"),
    ("what por", "por"),
)


class Completions(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        programs = self.bus.path("bin")
        os.mkdir(programs)
        os.symlink(os.environ["KEYFOB_CTL"], os.path.join(programs, "keyfobctl"))
        self.bus.env["PATH"] = f"{programs}:{self.bus.env['PATH']}"
        self.add_host("https://portal.example.org/api")
        self.add_host("http://127.0.0.1:8080", allow_http=True)

    def run_shell(self, *command):
        process = self.bus.spawn(command, cwd=self.bus.path("home"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return process.communicate()[0]

    def check(self, complete):
        for typed, word in CASES:
            with self.subTest(typed):
                self.assertEqual(complete(f"keyfobctl {typed}"), word)

    def pick(self, typed, offered):
        """The word that a shell makes of those that are offered."""
        word = typed.split()[-1]
        fitting = {line.partition("\t")[0] for line in offered.splitlines() if line.startswith(word)}
        return os.path.commonprefix(list(fitting)) or word


class Bash(Completions):
    """Typed into a terminal."""

    def setUp(self):
        super().setUp()
        self.master, terminal = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.shell = self.bus.spawn(["bash", "--noprofile", "--norc", "-i"], cwd=self.bus.path("home"),
                                    env={"TERM": "dumb", "PS1": "$ ", "HISTFILE": "", "INPUTRC": "/dev/null"},
                                    stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
        self.addCleanup(self.shell.wait)
        self.addCleanup(self.write, "\rexit\r")  # a shell with a terminal ignores SIGTERM
        os.close(terminal)
        self.shown = b""
        threading.Thread(target=self.read, daemon=True).start()
        self.write(f". {COMPLETIONS}/keyfobctl.bash\r")

    def read(self):
        while True:
            try:
                piece = os.read(self.master, 4096)
            except OSError:  # the shell has ended
                return
            self.shown += piece
            privatebus.wake()

    def write(self, text):
        os.write(self.master, text.encode())

    def complete(self, line):
        self.shown = b""
        # the key; then the start of the line, where it becomes what a command prints
        self.write(f"{line}\t\x01printf '<<%s>>' \r")
        agentcase.wait_until(lambda: re.search(rb"<<keyfobctl>>.*\$ $", self.shown, re.DOTALL),
                             lambda: f"the words, and not {self.shown}", agentcase.ANSWER)
        return re.findall(r"<<([^%]*?)>>", self.shown.decode())[-1]

    def test_completes_commands_options_and_hosts(self):
        self.check(self.complete)


class Zsh(Completions):
    """The function, called as the completion system does, which has a match for the word it is given."""

    script = """
        compadd () { shift; print -rl -- "${(@P)1}" }
        _files () { }
        _keyfobctl () { source $1 }
        words=(${=2})
        CURRENT=${#words}
        PREFIX=$words[-1]
        _keyfobctl $1
    """

    def complete(self, line):
        return self.pick(line, self.run_shell("zsh", "-f", "-c", self.script, "zsh", COMPLETIONS / "_keyfobctl", line))

    def test_completes_commands_options_and_hosts(self):
        self.check(self.complete)


class Fish(Completions):
    def complete(self, line):
        return self.pick(line, self.run_shell("fish", "-c", "source $argv[1]; complete -C $argv[2]",
                                              COMPLETIONS / "keyfobctl.fish", line))

    def test_completes_commands_options_and_hosts(self):
        self.check(self.complete)


def leave_out_missing_shells():
    for case in (Bash, Zsh, Fish):
        if not shutil.which(case.__name__.lower()):
            print(f"# {case.__name__.lower()} is not installed, so what it completes is not tested")
            del globals()[case.__name__]


if __name__ == "__main__":
    leave_out_missing_shells()
    tap.main()
