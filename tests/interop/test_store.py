# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""One token file, used by Keyfob and by the real py-oidc-auth-client."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import tap
from py_oidc_auth_client import authenticate
from py_oidc_auth_client.token_store import TokenStore

HERE = pathlib.Path(__file__).resolve().parent
PEER = os.environ["KEYFOB_STORE_PEER"]
LIFE = 36000  # seconds
ROUNDS = 200
WRITES = 1000
OTHER = "https://other.example.org"


def say(text):
    print(f"# {text}", flush=True)


class Peer:
    """A program that uses the file as the agent does."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [PEER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def tell(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")

    def hear(self):
        return self.process.stdout.readline().rstrip("\n")

    def ask(self, *words):
        self.tell(*words)
        return self.hear()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def make_token(name, **more):
    expires = int(time.time()) + LIFE
    token = {"access_token": name, "token_type": "Bearer", "expires": expires,
             "refresh_token": f"refresh-{name}", "refresh_expires": expires + LIFE,
             "scope": "openid profile"}
    token["headers"] = {"Authorization": f"Bearer {name}"}
    return token | more


class StoreCase(unittest.TestCase):
    def setUp(self):
        # In memory where there is such a place: what is tested is not the disk.
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keyfob-", dir=shm))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / "token-store.json"
        self.python = TokenStore(self.path)

    def start_peer(self):
        peer = Peer(self.path)
        self.addCleanup(peer.close)
        return peer

    def start_python(self, url, patience):
        writer = subprocess.Popen(
            [sys.executable, str(HERE / "python_writer.py"), str(self.path), url, str(WRITES),
             str(patience)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.addCleanup(lambda: (writer.stdin.close(), writer.stdout.close(), writer.wait()))
        return writer

    def read(self):
        return json.loads(self.path.read_text(encoding="utf-8"))


class TestTurns(StoreCase):
    """One after the other."""

    def get_by_keyfob(self, peer, url):
        answer = peer.ask("get", url)
        return None if answer == "none" else json.loads(answer)

    def act(self, peer, url, old, number):
        """Does something to @url, and returns what is to be there afterwards."""
        token = make_token(f"token-{number}", serial=number, **{f"x_{number}": [number, None, "é"]})
        by_keyfob = random.random() < 0.5
        what = random.choice(["put", "put", "refresh", "remove"])

        if what == "remove":
            if by_keyfob:
                self.assertEqual(peer.ask("remove", url), "ok")
            else:
                self.python.remove(url)
            return None

        if what == "refresh" and old is not None:
            # A server that does not rotate sends no refresh token: the old one stays.
            del token["refresh_token"]
            if by_keyfob:
                self.assertEqual(peer.ask("refresh", url, json.dumps(token)), "ok")
            else:
                found = self.python.get(url)
                self.python.put(url, token | {"refresh_token": found["refresh_token"]})
            return token | {"refresh_token": old["refresh_token"]}

        if by_keyfob:
            self.assertEqual(peer.ask("put", url, json.dumps(token)), "ok")
        else:
            self.python.put(url, token)
        return token

    def test_rounds(self):
        seed = random.randrange(2**32)
        random.seed(seed)
        say(f"seed {seed}")
        peer = self.start_peer()
        urls = [f"https://host{n}.example.org" for n in range(8)] + ["http://localhost:8080"]
        expected = {}

        for number in range(ROUNDS):
            url = random.choice(urls)
            expected[url] = self.act(peer, url, expected.get(url), number)
            self.assertEqual(self.python.get(url), expected[url])
            self.assertEqual(self.get_by_keyfob(peer, url), expected[url])

        for url, token in expected.items():
            self.assertEqual(self.python.get(url), token)
            self.assertEqual(self.get_by_keyfob(peer, url), token)
        there = sorted(url for url, token in expected.items() if token is not None)
        self.assertEqual(sorted(self.python.hosts()), there)
        self.assertEqual(sorted(peer.ask("list").split()), there)
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_authenticate_finds_the_token(self):
        peer = self.start_peer()
        token = make_token("clicked")
        self.assertEqual(peer.ask("put", "http://localhost:9/api", json.dumps(token)), "ok")

        # Nothing answers there: without a good token it would fail.
        found = authenticate("http://localhost:9/api", store=self.python)

        self.assertEqual(found["headers"], {"Authorization": "Bearer clicked"})

    def test_one_place_for_a_host(self):
        peer = self.start_peer()
        self.python.put("https://a.example.org/one", make_token("one"))
        found = self.get_by_keyfob(peer, "https://a.example.org/one")
        self.assertEqual(found["access_token"], "one")
        self.assertIsNone(self.get_by_keyfob(peer, "https://a.example.org/two"))
        self.assertIn("https://a.example.org/one uses it",
                      peer.ask("put", "https://a.example.org/two", json.dumps(make_token("two"))))


class TestAtOnce(StoreCase):
    """All at the same time, each for a host of its own."""

    def run_writers(self, n_keyfob, n_python, patience):
        """Returns what the programs say and the hosts of those of Keyfob and of Python."""
        self.python.put(OTHER, make_token("kept"))
        hosts = [f"https://host{n}.example.org" for n in range(n_keyfob + n_python)]
        peers = [self.start_peer() for _ in range(n_keyfob)]
        writers = [self.start_python(url, patience) for url in hosts[n_keyfob:]]

        for writer in writers:
            self.assertEqual(writer.stdout.readline(), "ready\n")
        for writer in writers:
            writer.stdin.write("\n")
            writer.stdin.flush()
        for peer, url in zip(peers, hosts):
            peer.tell("contend", url, str(WRITES))

        said = [peer.hear() for peer in peers]
        said += [writer.stdout.readline().rstrip("\n") for writer in writers]
        self.assertTrue(all("lost" in words for words in said), said)
        for url, words in zip(hosts, said):
            say(f"{url}: {words}")
        return said, hosts

    def assert_last(self, url):
        self.assertEqual(self.read()[url]["token"]["access_token"], str(WRITES - 1))

    def test_keyfob_alone(self):
        said, hosts = self.run_writers(4, 0, 0)

        self.assertEqual(said, ["0 lost"] * 4)
        for url in hosts:
            self.assert_last(url)
        self.assertEqual(self.read()[OTHER]["token"]["access_token"], "kept")

    def test_one_python_among_them(self):
        said, hosts = self.run_writers(3, 1, 5)

        say("Keyfob's are lost where Python reads the file, Keyfob writes it, and Python renames "
            "over it what it had read: it takes no lock.")
        self.assertTrue(said[3].startswith("0 lost"), said[3])
        self.assert_last(hosts[3])
        self.assertEqual(self.read()[OTHER]["token"]["access_token"], "kept")

    def test_two_pythons_among_them(self):
        said, hosts = self.run_writers(2, 2, 0)

        data = self.read()
        copies = [name for name in os.listdir(self.folder) if ".damaged-" in name]
        say(f"Of {len(hosts) + 1} hosts {len(data)} are there in the end; {len(copies)} damaged "
            "files were set aside.")
        say("Each Python program does to the other what it does to Keyfob. Both write into one "
            "token-store.tmp before they rename it, so what the one renames may be the half of "
            "what the other writes; then Python takes the file for empty.")
        for url, entry in data.items():
            self.assertIn("access_token", entry["token"], url)


class TestKilled(StoreCase):
    def check(self, url, acknowledged):
        """The file is whole, with the last token that was acknowledged or the one after it."""
        data = self.read()
        found = int(data[url]["token"]["access_token"]) if url in data else -1
        self.assertIn(found, (acknowledged, acknowledged + 1))
        self.assertEqual(data[OTHER]["token"]["access_token"], "kept")

    def test_kill(self):
        self.python.put(OTHER, make_token("kept"))
        n_writes = n_kills = 0

        while n_writes < WRITES:
            url = f"https://host{n_kills % 5}.example.org"
            remover = Peer(self.path)
            self.assertEqual(remover.ask("remove", url), "ok")
            remover.close()

            peer = Peer(self.path)
            peer.tell("write", url, str(WRITES))
            first = peer.hear()
            time.sleep(random.uniform(0, 0.02))
            peer.process.kill()
            numbers = [first] + peer.process.stdout.read().split("\n")
            peer.process.wait()

            # The pipe may end in the middle of a number.
            acknowledged = int([number for number in numbers[:-1] if number][-1])
            self.check(url, acknowledged)
            n_writes += acknowledged + 1
            n_kills += 1

        leftovers = [name for name in os.listdir(self.folder) if name.startswith(".")]
        say(f"{n_kills} kills in {n_writes} writes; {len(leftovers)} unfinished files left beside "
            "it, which a later write removes")
        for name in leftovers:
            os.utime(self.folder / name, (0, 0))
        peer = self.start_peer()
        self.assertEqual(peer.ask("put", OTHER, json.dumps(make_token("later"))), "ok")
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(".")], [])


if __name__ == "__main__":
    tap.main()
