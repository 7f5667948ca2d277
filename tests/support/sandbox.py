# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Programs that call on the bus, outside a sandbox and in one."""

import json
import os
import subprocess
import tempfile

SUPPORT = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(SUPPORT, "bus_client.py")
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INFO = "[Application]\nname=org.example.Game\nruntime=runtime/org.example.Platform/x86_64/1\n"


class Client:
    """A program on the bus that is not the test itself; see bus_client.py.

    @spawn: starts a command, as subprocess.Popen does.
    """

    def __init__(self, spawn, command=(), options=()):
        self.process = spawn([*command, "/usr/bin/python3", PROGRAM, *options],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = self._read()["name"]

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the client ended")
        return json.loads(line)

    def send(self, name, path, interface, method, arguments=""):
        self.process.stdin.write(json.dumps([name, path, interface, method, arguments]) + "\n")
        self.process.stdin.flush()

    def receive(self):
        return self._read()

    def call(self, name, path, interface, method, arguments=""):
        self.send(name, path, interface, method, arguments)
        return self.receive()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def command(folder, info):
    """What starts a program in the mount and user namespaces that Flatpak gives it.

    @folder: what it sees beside the system, with the bus. @info: the file that Flatpak puts there.
    """
    return ["bwrap", "--unshare-user", "--unshare-pid", "--die-with-parent", "--ro-bind", "/usr", "/usr",
            "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin",
            "--proc", "/proc", "--dev", "/dev", "--bind", folder, folder, "--ro-bind", SUPPORT, SUPPORT,
            *(["--symlink", os.readlink(info)] if os.path.islink(info) else ["--ro-bind", info]),
            "/.flatpak-info"]


def pretend_unit(case, client, unit):
    """Puts a fake in the place of what the kernel says of the control group of @client.

    For a test in a mount namespace of its own, where no systemd runs what the test starts.
    """
    with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-8") as out:
        out.write(f"0::/user.slice/user-1000.slice/user@1000.service/app.slice/{unit}\n")
    case.addCleanup(os.unlink, out.name)
    group = f"/proc/{client.process.pid}/cgroup"
    subprocess.run(["mount", "--bind", out.name, group], check=True)
    case.addCleanup(subprocess.run, ["umount", group], check=True)
