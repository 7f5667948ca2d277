# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A py-oidc-auth server and its provider in one, that answers as a test wants it to.

It speaks the protocol well, checks PKCE, and makes only the faults it is told to make:

    server.faults["token"] = answer(500, {"detail": "no"})
    server.faults["login"] = DROP            # closes the connection without a word
    server.faults["login"] = write           # a function that gets the socket, and writes what it likes
    server.gates["token"] = threading.Event()  # answers when it is set
    server.polls = [quoted("authorization_pending"), DROP]  # of a device code, before the token
"""

import base64
import hashlib
import http.server
import json
import os
import secrets
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import privatebus  # noqa: E402

DROP = object()
ROUTES = {
    "/auth/v2/login": "login",
    "/auth/v2/token": "token",
    "/auth/v2/device": "device",
    "/auth/v2/logout": "logout",
    "/auth/v2/userinfo": "userinfo",
    "/auth/v2/auth-ports": "ports",
    "/provider/authorize": "authorize",  # and whatever else ends so
}


def answer(status, body, content_type=None, headers=None):
    """An answer as a fault: @body is text, or JSON of anything else."""
    if isinstance(body, bytes):
        data = body
    elif isinstance(body, str):
        data = body.encode()
    else:
        data = json.dumps(body).encode()
        content_type = content_type or "application/json"
    return status, data, content_type or "text/html", headers or {}


def quoted(error, status=400):
    """An error of the provider as py-oidc-auth passes it on: quoted inside the detail."""
    inner = json.dumps({"error": error, "error_description": f"the provider says {error}"})
    return answer(status, {"detail": f"Upstream OIDC error: {inner}"})


def challenge_of(verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def jwt(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.{secrets.token_urlsafe(16)}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self._handle({})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        form = urllib.parse.parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
        self._handle({key: values[0] for key, values in form.items()})

    def _handle(self, form):
        fake = self.server.fake
        url = urllib.parse.urlsplit(self.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        route = fake.find_route(url.path)
        fake.note(route, {**query, **form}, dict(self.headers), self.command)

        gate = fake.gates.get(route)
        if gate is not None:
            gate.wait(4 * privatebus.DEADLINE)

        fault = fake.faults.get(route)
        if callable(fault):
            self.close_connection = True
            fault(self.connection)
            return
        response = fault or fake.respond(route, query, form, dict(self.headers), self.command)
        if response is DROP:
            self.close_connection = True
            return
        status, data, content_type, headers = response

        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        # a client that goes away is what some tests are about
        pass


class FakeServer:
    def __init__(self, port=0):
        self.faults = {}
        self.gates = {}
        self.base = None  # what is before the routes; None is for anything
        self.also = None  # another one
        self.requests = []
        self.methods = []  # of the requests
        self.secrets = set()
        self.codes = {}  # code → challenge and prompt
        self.refresh_tokens = set()
        self.token_life = 3600
        self.gives_refresh_token = True
        self.needs_consent = False  # else it gives none
        self.scope = "openid profile"
        self.broker = False  # the access token is also the refresh token
        self.denies = False
        self.provider = None  # where the login leads to, instead of this server itself
        self.client_id = "fake"
        self.issuer = None  # that the provider names in its answers
        self.valid_ports = None  # that the server names
        self.refused_ports = []  # an address with one is refused by the login route
        self.device_codes = {}  # device code → when it was asked about, by the monotonic clock
        self.device_life = 600
        self.polls = []  # answers while a device code is pending
        self.files = None  # a folder whose files are served to those with a token
        self.user = {"username": "alice", "first_name": "Alice", "last_name": "Example"}
        self.lock = threading.Lock()
        self.start(port)

    def start(self, port=0):
        self.http = Server(("127.0.0.1", port), Handler)
        self.http.fake = self
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02},
                                       daemon=True)
        self.thread.start()

    def stop(self):
        """Takes no more connections: the address refuses them."""
        for gate in self.gates.values():
            gate.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def find_route(self, path):
        """The name of a route, or the path where there is none."""
        if path.endswith("/authorize"):
            return "authorize"
        at = max(path.find("/auth/v2/"), 0)
        if self.base is None or path[:at] in (self.base, self.also):
            return ROUTES.get(path[at:], path)
        return path

    def note(self, route, parameters, headers, method):
        with self.lock:
            self.requests.append((route, parameters, headers))
            self.methods.append((method, route))
            for name in ("code", "code_verifier", "refresh-token", "device-code", "state"):
                if name in parameters:
                    self.secrets.add(parameters[name])
        privatebus.wake()

    def count(self, route):
        with self.lock:
            return sum(1 for seen, _, _ in self.requests if seen == route)

    def secret(self):
        value = secrets.token_urlsafe(24)
        self.secrets.add(value)
        return value

    def respond(self, route, query, form, headers, method):
        if self.files is not None and route.startswith("/files/"):
            return self.respond_file(route.removeprefix("/files/"), headers)
        respond = getattr(self, "respond_" + route, None) if route in ROUTES.values() else None
        if respond is None:
            return answer(404, {"detail": "Not Found"})
        if route in ("device", "token") and method != "POST":
            return answer(405, {"detail": "Method Not Allowed"})
        with self.lock:
            return respond(query, form, headers)

    def respond_file(self, name, headers):
        """A file for whoever has a token of this server, also as the password of any user."""
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            value = base64.b64decode(value).decode().partition(":")[2]
        if value not in self.secrets:
            return answer(401, "", headers={"WWW-Authenticate": 'Basic realm="files"'})
        path = os.path.join(self.files, name)
        if not os.path.isfile(path):
            return answer(404, "")
        with open(path, "rb") as file:
            return answer(200, file.read(), "application/octet-stream")

    def respond_login(self, query, form, headers):
        verifier = self.secret()
        redirect_uri = query.get("redirect_uri")
        if redirect_uri is None:
            return answer(400, {"detail": "Missing redirect_uri"})
        if urllib.parse.urlsplit(redirect_uri).port in self.refused_ports:
            return answer(400, {"detail": "Invalid parameter: redirect_uri"})
        location = (self.provider or self.url + "/provider/authorize") + "?" + urllib.parse.urlencode({
            "client_id": self.client_id, "response_type": "code", "redirect_uri": redirect_uri,
            "scope": "openid", "prompt": query.get("prompt", ""),
            "state": f"{self.secret()}|{redirect_uri}|{verifier}", "nonce": secrets.token_urlsafe(24),
            "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
        })
        return answer(307, "", headers={"Location": location})

    def respond_ports(self, query, form, headers):
        if self.valid_ports is None:
            return answer(404, {"detail": "Not Found"})
        return answer(200, {"valid_ports": self.valid_ports})

    def respond_authorize(self, query, form, headers):
        if self.denies:
            back = {"error": "access_denied", "error_description": "no", "state": query["state"]}
        else:
            code = self.secret()
            self.codes[code] = query["code_challenge"], query.get("prompt")
            back = {"code": code, "state": query["state"]}
        if self.issuer is not None:
            back["iss"] = self.issuer
        return answer(302, "", headers={
            "Location": query["redirect_uri"] + "?" + urllib.parse.urlencode(back)})

    def respond_device(self, query, form, headers):
        device_code = self.secret()
        self.device_codes[device_code] = []
        return answer(200, {
            "device_code": device_code, "user_code": "WDJB-MJHT",
            "verification_uri": self.url + "/provider/device",
            "verification_uri_complete": self.url + "/provider/device?user_code=WDJB-MJHT",
            "expires_in": self.device_life, "interval": 1})

    def respond_poll(self, device_code):
        if device_code not in self.device_codes:
            return quoted("invalid_grant")
        self.device_codes[device_code].append(time.monotonic())
        if self.polls:
            return self.polls.pop(0)
        return answer(200, self.make_token())

    def respond_token(self, query, form, headers):
        if "device-code" in form:
            return self.respond_poll(form["device-code"])
        if "code" in form:
            expected, prompt = self.codes.pop(form["code"], (None, None))
            if expected is None or challenge_of(form.get("code_verifier", "")) != expected:
                return quoted("invalid_grant")
            return answer(200, self.make_token(renewable=prompt == "consent" or not self.needs_consent))
        elif "refresh-token" in form:
            if form["refresh-token"] not in self.refresh_tokens:
                if self.broker:
                    return answer(401, {"detail": "Session expired or not found. Please re-authenticate."})
                return quoted("invalid_grant")
            self.refresh_tokens.discard(form["refresh-token"])
        else:
            return answer(422, {"detail": [{"loc": ["body"], "msg": "field required"}]})
        return answer(200, self.make_token())

    def make_token(self, life=None, renewable=True):
        now = int(time.time())
        life = self.token_life if life is None else life
        access = jwt({"sub": "1", "preferred_username": "claimed-alice", "jti": self.secret()})
        self.secrets.add(access)
        token = {"access_token": access, "token_type": "Bearer", "expires": now + life,
                 "scope": self.scope}
        if self.gives_refresh_token and renewable:
            token["refresh_token"] = access if self.broker else self.secret()
            token["refresh_expires"] = now + 86400
            self.refresh_tokens.add(token["refresh_token"])
        return token

    def respond_userinfo(self, query, form, headers):
        if "Authorization" not in headers:
            return answer(401, {"detail": "Not authenticated"})
        return answer(200, self.user)

    def respond_logout(self, query, form, headers):
        return answer(200, "bye")
