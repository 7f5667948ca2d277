# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The real server and the real provider behind it, on loopback, started and stopped.

    with Stack(folder) as stack:
        stack.url  # what a user types into Keyfob
"""

import json
import os
import pathlib
import subprocess
import threading
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent


class StackError(Exception):
    pass


def installed_peers():
    """The folder that tests/run installs the peers in; support/prepare.sh names the same."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("KEYFOB_SERVER_DIR") or pathlib.Path(cache) / "keyfob-peers")


class Service:
    """A program that prints `ready URL` when it can be used."""

    def __init__(self, name, command, folder, environment):
        self.name = name
        self.command = command
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.environment = environment
        self.process = None
        self.url = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        self.url = self.wait_ready()
        # nobody reads on: what it says from now on goes to its log
        threading.Thread(target=self.drain, args=(self.process.stdout,), daemon=True).start()

    def wait_ready(self):
        guard = threading.Timer(60, self.process.kill)
        guard.start()
        try:
            for line in self.process.stdout:
                if line.startswith(b"ready "):
                    return line.split()[1].decode()
        finally:
            guard.cancel()
        self.process.wait()
        raise StackError(f"The {self.name} does not start: {self.log.read_text()[-2000:]}")

    def drain(self, output):
        with output, self.log.open("ab") as log:
            for line in output:
                log.write(line)

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Stack:
    """A server of py-oidc-auth with its provider; files go to a folder."""

    def __init__(self, folder, access_seconds=600, refresh_seconds=86400, device_seconds=600, broker=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        installed = installed_peers()
        if not (installed / "node_modules/oidc-provider").is_dir() or not (installed / "venv").is_dir():
            raise StackError(f"The server is not installed in {installed}: run tests/run once.")
        self.python = installed / "venv/bin/python"  # has the Python client as well
        self.provider = self.create_provider(installed, access_seconds, refresh_seconds, device_seconds)
        self.server = self.create_server(broker)

    def create_provider(self, installed, access_seconds, refresh_seconds, device_seconds):
        # Node looks for packages beside the program, so the program has to stand beside them.
        program = self.folder / "provider.mjs"
        program.write_text((HERE / "provider.mjs").read_text())
        packages = self.folder / "node_modules"
        packages.unlink(missing_ok=True)
        packages.symlink_to(installed / "node_modules")
        environment = {
            "PROVIDER_ACCESS_SECONDS": str(access_seconds),
            "PROVIDER_REFRESH_SECONDS": str(refresh_seconds),
            "PROVIDER_DEVICE_SECONDS": str(device_seconds),
        }
        return Service("provider", ["node", str(program)], self.folder, environment)

    def create_server(self, broker):
        self.requests_file = self.folder / "requests"
        self.secrets_file = self.folder / "secrets"
        self.secrets_file.touch(0o600)
        self.ports_file = self.folder / "ports"
        environment = {"SERVER_REQUESTS": str(self.requests_file), "SERVER_SECRETS": str(self.secrets_file),
                       "SERVER_PORTS": str(self.ports_file)}
        if broker:
            environment["SERVER_BROKER"] = str(self.folder)
        command = [str(self.python), str(HERE / "server.py")]
        return Service("server", command, self.folder, environment)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    @property
    def url(self):
        return self.server.url

    def start(self):
        try:
            self.provider.start()
            self.server.environment["SERVER_PROVIDER"] = self.provider.url
            self.server.start()
        except Exception:
            self.stop()
            raise

    def move_provider(self):
        """The server uses another provider from now on, at another address."""
        self.server.environment["SERVER_PORT"] = self.url.rsplit(":", 1)[1]
        self.stop()
        self.start()

    def stop(self):
        self.server.stop()
        self.provider.stop()

    def restart_server(self):
        """Starts the stopped server again where it was."""
        self.server.environment["SERVER_PORT"] = self.url.rpartition(":")[2]
        self.server.start()

    def restart_provider(self):
        """The provider forgets all sessions, and is there again where it was."""
        self.provider.stop()
        self.provider.environment["PROVIDER_PORT"] = self.provider.url.rpartition(":")[2]
        self.provider.start()

    def name_ports(self, *ports):
        """The redirect ports that the server names from now on."""
        self.ports_file.write_text(json.dumps(ports))

    def requests(self):
        """What the server was asked so far: `METHOD PATH STATUS`, oldest first."""
        return self.requests_file.read_text().splitlines() if self.requests_file.exists() else []

    def secrets(self):
        """Forms and answers of the token and device routes so far."""
        return [json.loads(line) for line in self.secrets_file.read_text().splitlines()]

    def fetch_protected(self, header):
        """Status and text of the protected route for an `Authorization: …` line."""
        name, _, value = header.partition(": ")
        request = urllib.request.Request(f"{self.url}/protected", headers={name: value})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
