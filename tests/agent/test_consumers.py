# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""What programs get from keyfobctl is what their documentation asks for: commands, kubectl, and git old and new."""

import datetime
import http.server
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import threading
import unittest
import urllib.request

import agentcase
import privatebus
import tap

DONE, SIGN_IN = 0, 4


class Consumer(agentcase.AgentCase):
    def setUp(self):
        super().setUp()
        self.host = self.add_host()

    def sign_in(self):
        self.host.sign_in()
        return self.host.get_token()

    def start(self, *arguments, **how):
        return self.bus.spawn([os.environ["KEYFOB_CTL"], *arguments], text=True,
                              **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how})

    def run_ctl(self, *arguments, status=DONE, text=None):
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(text, timeout=agentcase.ANSWER)
        self.assertEqual(process.returncode, status, err)
        return out

    def make_files(self):
        folder = pathlib.Path(self.bus.path("files"))
        work = self.bus.path("work")
        git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.test"]
        for command in (["init", "-q", work], ["-C", work, "commit", "-q", "--allow-empty", "-m", "first"],
                        ["clone", "-q", "--bare", work, folder / "one.git"],
                        ["-C", folder / "one.git", "update-server-info"]):
            subprocess.run(git + command, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"},
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.server.files = str(folder)


class Run(Consumer):
    """Where a command finds its token, and where nobody does."""

    COMMAND = ("sh", "-c", 'echo "$1"; read line; exit 0', "sh", "ready")

    def look(self, *arguments):
        """What all may read of a command while it runs: its arguments, and what only its user may: its environment."""
        process = self.start("run", *arguments, "--", *self.COMMAND, stdin=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), "ready\n")
        try:
            folder = pathlib.Path("/proc", str(process.pid))
            found = [(folder / name).read_bytes().decode().split("\0") for name in ("cmdline", "environ")]
        finally:
            process.communicate("\n", timeout=agentcase.ANSWER)
        self.assertEqual(process.returncode, DONE)
        return found

    def test_descriptor(self):
        token = self.sign_in()["access_token"]
        for option in ((), ("--fd",)):
            arguments, environment = self.look(*option)
            self.assertEqual(arguments[:-1], list(self.COMMAND))
            number, = [line for line in environment if line.startswith("KEYFOB_TOKEN_FD=")]
            self.assertRegex(number, r"^KEYFOB_TOKEN_FD=\d+$")
            self.assertFalse([line for line in environment if token in line])

    def test_variable(self):
        token = self.sign_in()["access_token"]
        arguments, environment = self.look("--env", "TOKEN")
        self.assertEqual(arguments[:-1], list(self.COMMAND))
        self.assertEqual([line for line in environment if token in line], [f"TOKEN={token}"])
        self.assertFalse([line for line in environment if line.startswith("KEYFOB_TOKEN_FD")])

    def test_descriptor_can_be_read_again_and_by_children(self):
        token = self.sign_in()["access_token"]
        script = 'cat /dev/fd/$KEYFOB_TOKEN_FD; echo; sh -c "cat /dev/fd/$KEYFOB_TOKEN_FD"; echo; cat <&$KEYFOB_TOKEN_FD'
        out = self.run_ctl("run", "--", "bash", "-c", script)
        self.assertEqual(out.splitlines(), [token] * 3)

    def test_command_does_not_run_without_a_token(self):
        self.assertEqual(self.run_ctl("run", "--", "echo", "ran", status=SIGN_IN), "")


def no_pair_twice(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a name twice: {names}")
    return dict(pairs)


def check_exec_credential(text):
    """As the reference of the API has it: every member known, of its type, and required ones there. Returns its status.

    https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
    """
    credential = json.loads(text, object_pairs_hook=no_pair_twice, parse_constant=lambda name: 1 / 0)
    known = {"apiVersion": str, "kind": str, "spec": dict, "status": dict}
    members = {"expirationTimestamp": str, "token": str, "clientCertificateData": str, "clientKeyData": str}
    status = credential["status"]
    for found, names in ((credential, known), (status, members)):
        for name, value in found.items():
            if not isinstance(value, names[name]):
                raise ValueError(f"{name} is {value!r}")
    if (credential["apiVersion"], credential["kind"]) != ("client.authentication.k8s.io/v1", "ExecCredential"):
        raise ValueError("another kind of object")
    if not status.get("token") and not ("clientCertificateData" in status and "clientKeyData" in status):
        raise ValueError("neither token nor certificate and key")
    if "expirationTimestamp" in status:  # RFC 3339 section 5.6
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", status["expirationTimestamp"]):
            raise ValueError("no time of RFC 3339")
    return status


class ApiServer(http.server.BaseHTTPRequestHandler):
    """A Kubernetes API that knows its version, for those with a token."""

    def do_GET(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token in self.server.allowed
        answer = {"major": "1", "minor": "30", "gitVersion": "v1.30.0"} if allowed else \
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 401, "reason": "Unauthorized"}
        data = json.dumps(answer).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


class Kubernetes(Consumer):
    def test_shape(self):
        token = self.sign_in()
        status = check_exec_credential(self.run_ctl("exec-credential"))
        self.assertEqual(set(status), {"token", "expirationTimestamp"})
        self.assertEqual(status["token"], token["access_token"])
        end = datetime.datetime.fromisoformat(status["expirationTimestamp"].replace("Z", "+00:00"))
        self.assertEqual(end.timestamp(), token["expires"])

    def test_nothing_is_printed_without_a_token(self):
        self.assertEqual(self.run_ctl("exec-credential", status=SIGN_IN), "")

    def test_output_that_cannot_be_written_is_no_success(self):
        self.sign_in()
        with open("/dev/full", "w", encoding="ascii") as full:
            for arguments in (["header"], ["exec-credential"], ["token", "--json"], ["list", "--json"], ["list"],
                              ["status"], ["token-file"]):
                process = self.start(*arguments, stdout=full)
                self.assertIn("cannot be written", process.communicate(timeout=agentcase.ANSWER)[1])
                self.assertEqual(process.returncode, 1, arguments)

    @unittest.skipUnless(shutil.which("kubectl"), "needs kubectl")
    def test_kubectl(self):
        token = self.sign_in()["access_token"]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ApiServer)
        server.allowed = {token}
        self.addCleanup(server.server_close)
        certificate, key = self.bus.path("localhost.crt"), self.bus.path("localhost.key")
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-batch", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
                       check=True, stderr=subprocess.PIPE)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": os.environ["KEYFOB_CTL"],
                  "args": ["exec-credential", self.server.url], "interactiveMode": "Never"}
        address = f"https://localhost:{server.server_port}"
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                  "clusters": [{"name": "c", "cluster": {"server": address, "certificate-authority": certificate}}],
                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                  "users": [{"name": "u", "user": {"exec": plugin}}]}
        with open(self.bus.path("kubeconfig"), "w", encoding="utf-8") as out:
            json.dump(config, out)
        process = self.bus.spawn(["kubectl", "--kubeconfig", self.bus.path("kubeconfig"), "get", "--raw", "/version"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = process.communicate(timeout=2 * privatebus.DEADLINE)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(json.loads(out)["gitVersion"], "v1.30.0")


class Credential:
    """The answer of a helper, read as strictly as git-credential(1) describes it."""

    KNOWN = {"protocol", "host", "path", "username", "password", "password_expiry_utc", "oauth_refresh_token", "url",
             "authtype", "credential", "ephemeral", "continue", "quit"}
    LISTS = {"capability[]", "state[]", "wwwauth[]"}

    def __init__(self, text, asked):
        if text and not text.endswith("\n"):
            raise ValueError("a line without an end")
        self.values = {}
        capabilities = set()
        for line in text.splitlines():
            name, equals, value = line.partition("=")
            if not equals or "\0" in line or name not in self.KNOWN | self.LISTS or name in self.values:
                raise ValueError(f"not an attribute, or there twice: {name}")
            if name == "capability[]":
                capabilities.add(value)
            elif name in ("authtype", "credential", "ephemeral") and "authtype" not in capabilities:
                raise ValueError(f"{name} before its capability")
            elif name in ("continue", "state[]") and "state" not in capabilities:
                raise ValueError(f"{name} before its capability")
            else:
                self.values[name] = value
        if not capabilities <= asked:
            raise ValueError("a capability that git has not")
        if ("authtype" in self.values) != ("credential" in self.values):
            raise ValueError("authtype and credential belong together")


class Git(Consumer):
    def setUp(self):
        super().setUp()
        self.address = self.server.url.removeprefix("http://")

    def ask(self, *lines, command="get"):
        """As git of a version whose question has these lines."""
        asked = {line.partition("=")[2] for line in lines if line.startswith("capability[]=")}
        text = self.run_ctl("git-credential", command, text="".join(f"{line}\n" for line in lines) + "\n")
        return Credential(text, asked).values

    def git(self, *arguments, text=None, **environment):
        helper = f"!{os.environ['KEYFOB_CTL']} git-credential"
        process = self.bus.spawn(
            ["git", "-c", "credential.helper=", "-c", f"credential.helper={helper}", *arguments],
            env={"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": "/dev/null", **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = process.communicate(text, timeout=2 * privatebus.DEADLINE)
        self.assertEqual(process.returncode, 0, err)
        return out, err

    def fetch(self, authorization):
        request = urllib.request.Request(self.server.url + "/files/one.git/HEAD", headers={"Authorization": authorization})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status

    def test_before_2_46(self):
        token = self.sign_in()
        expected = {"username": "oauth2", "password": token["access_token"], "password_expiry_utc": str(token["expires"])}
        self.assertEqual(self.ask("protocol=http", f"host={self.address}"), expected)
        # from 2.41 on with what the server asked for
        self.assertEqual(self.ask("protocol=http", f"host={self.address}", 'wwwauth[]=Basic realm="files"',
                                  'wwwauth[]=Bearer realm="x=y"'), expected)

    def test_from_2_46_on(self):
        token = self.sign_in()
        self.make_files()
        answer = self.ask("capability[]=authtype", "capability[]=state", "protocol=http", f"host={self.address}",
                          'wwwauth[]=Bearer realm="files"')
        self.assertEqual(answer, {"authtype": "Bearer", "credential": token["access_token"], "ephemeral": "1",
                                  "password_expiry_utc": str(token["expires"])})
        self.assertEqual(self.fetch(f"{answer['authtype']} {answer['credential']}"), 200)

    def test_scheme_that_the_server_takes(self):
        """Some servers of git take a token as a password only, whatever git can send."""
        self.sign_in()
        for form, *challenges in (
                ("credential",), ("credential", "Bearer"), ("credential", "bearer realm=x"),
                ("credential", 'Basic realm="x"', 'Bearer realm="x"'), ("credential", 'Basic realm="x", Bearer realm="x"'),
                ("credential", 'Negotiate,Bearer'), ("password", 'Basic realm="x"'), ("password", "Basic", "Negotiate"),
                ("password", 'Basic realm="x, Bearer y"'), ("password", 'Basic realm="\\", Bearer y"'),
                ("password", "Bearerish realm=x"), ("password", 'Basic realm=Bearer'), ("password", "")):
            answer = self.ask("capability[]=authtype", "protocol=http", f"host={self.address}",
                              *(f"wwwauth[]={challenge}" for challenge in challenges))
            self.assertIn(form, answer, challenges)

    def test_capability_that_comes_late_and_one_that_is_another(self):
        self.sign_in()
        self.assertIn("credential", self.ask("protocol=http", f"host={self.address}", "capability[]=authtype"))
        self.assertIn("password", self.ask("capability[]=state", "protocol=http", f"host={self.address}"))

    def test_operations_that_are_not_known_are_ignored(self):
        self.sign_in()
        for command in ("capability", "fill", "x"):
            self.assertEqual(self.ask("protocol=http", f"host={self.address}", command=command), {})

    def test_refused_credential_is_renewed(self):
        """As git says it since 2.46: it has the credential, and no password."""
        token = self.sign_in()["access_token"]
        refused = ("capability[]=authtype", "protocol=http", f"host={self.address}", "authtype=Bearer")
        self.ask(*refused, "credential=another", command="erase")
        self.assertEqual(self.host.get_token()["access_token"], token)
        self.ask(*refused, f"credential={token}", command="erase")
        self.assertNotEqual(self.host.get_token()["access_token"], token)

    def test_installed_git(self):
        """What it fills in, and what it sends to a server."""
        token = self.sign_in()["access_token"]
        self.make_files()
        filled = self.git("credential", "fill", text=f"protocol=http\nhost={self.address}\n\n")[0].splitlines()
        # `fill` itself has no capabilities here, whatever git it is
        self.assertIn("username=oauth2", filled)
        self.assertIn(f"password={token}", filled)
        _, trace = self.git("clone", "-q", self.server.url + "/files/one.git", self.bus.path("clone"), GIT_TRACE="1")
        self.assertTrue(os.path.isdir(self.bus.path("clone", ".git")))
        self.assertNotIn(token, trace)
        sent = [headers["Authorization"] for route, _, headers in self.server.requests
                if route.startswith("/files/") and "Authorization" in headers]
        # as that server asks for it, which takes both
        self.assertEqual({line.split()[0] for line in sent}, {"Basic"})


if __name__ == "__main__":
    tap.main()
