# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A real Keycloak on loopback, py-oidc-auth in front of it, and a person who fills in its pages.

    with Keycloak(folder) as keycloak:
        realm = keycloak.create_realm("limited", offline_limit=True)
        with KeycloakStack(folder, realm, broker=True) as stack:
            Person().approve(login_uri)

Keycloak needs half a minute to start, so a test program starts it once and gives each class a realm.
"""

import html.parser
import http.cookiejar
import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request

from stack import Service, Stack, StackError, installed_peers

ADMIN = "admin"  # name and password of the administrator
PORTS = range(53100, 53106)
CLIENT = "keyfob-demo"  # the client id of server.py
HEAP = "-Xmx700m -XX:TieredStopAtLevel=1"
START_SECONDS = 240  # on a machine that does much else


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def redirect_uris(ports):
    return [f"http://localhost:{port}/callback" for port in ports]


def realm_settings(name, offline_limit):
    """The realm as Keycloak's own realm files have it, with the one user alice."""
    return {
        "realm": name,
        "enabled": True,
        "sslRequired": "none",
        "accessTokenLifespan": 600,
        "revokeRefreshToken": True,
        "refreshTokenMaxReuse": 0,
        "offlineSessionMaxLifespanEnabled": offline_limit,
        "offlineSessionMaxLifespan": 60 * 24 * 3600,
        "users": [{
            "username": "alice", "enabled": True, "emailVerified": True,
            "firstName": "Alice", "lastName": "Example", "email": "alice@example.test",
            "credentials": [{"type": "password", "value": "any", "temporary": False}],
            "realmRoles": ["offline_access", f"default-roles-{name}"],
        }],
        "clients": [{
            "clientId": CLIENT, "publicClient": True, "consentRequired": True,
            "standardFlowEnabled": True, "directAccessGrantsEnabled": False,
            "redirectUris": redirect_uris(PORTS),
            "attributes": {"oauth2.device.authorization.grant.enabled": "true"},
            "defaultClientScopes": ["basic", "profile", "email", "roles"],
            "optionalClientScopes": ["offline_access"],
        }],
    }


class Keycloak(Service):
    """The server of the administrator; start() gives it when it answers."""

    def __init__(self, folder):
        installed = installed_peers() / "keycloak"
        if not (installed / "keyfob.installed").exists():
            raise StackError(f"Keycloak is not installed in {installed}: run tests/run providers once.")
        port = free_port()
        super().__init__(
            "keycloak",
            [str(installed / "bin/kc.sh"), "start", "--optimized", "--cache=local", "--http-enabled=true",
             "--http-host=127.0.0.1", f"--http-port={port}", f"--hostname=http://127.0.0.1:{port}"],
            folder,
            {"JAVA_OPTS_APPEND": HEAP, "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN})
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def wait_ready(self):
        guard = threading.Timer(START_SECONDS, self.process.kill)
        guard.start()
        said = []
        try:
            for line in self.process.stdout:
                said.append(line.decode(errors="replace"))
                _, found, url = said[-1].partition("Listening on: ")
                if found:
                    return url.strip()
        finally:
            guard.cancel()
        self.process.wait()
        raise StackError("Keycloak does not start: " + "".join(said)[-2000:])

    def ask(self, method, path, body=None, token=None):
        """What the administration answers, with the address of what was created, if anything."""
        form = isinstance(body, dict) and token is None
        data = urllib.parse.urlencode(body).encode() if form else json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)
        request.add_header("Content-Type", "application/x-www-form-urlencoded" if form else "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with self.opener.open(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def administer(self, method, path, body=None):
        login = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": ADMIN}
        token = self.ask("POST", "/realms/master/protocol/openid-connect/token", login)["access_token"]
        return self.ask(method, f"/admin/realms{path}", body, token)

    def create_realm(self, name, offline_limit=False):
        self.administer("POST", "", realm_settings(name, offline_limit))
        return Realm(self, name)


class Realm:
    """One realm; to a Stack it is the provider, which runs already."""

    def __init__(self, keycloak, name):
        self.keycloak = keycloak
        self.name = name
        self.url = f"{keycloak.url}/realms/{name}"

    def start(self):
        pass

    def stop(self):
        pass

    def _first_id(self, path):
        return self.keycloak.administer("GET", f"/{self.name}/{path}")[0]["id"]

    def offline_sessions(self):
        """Ids of alice's offline sessions."""
        user, client = self._first_id("users?username=alice"), self._first_id(f"clients?clientId={CLIENT}")
        sessions = self.keycloak.administer("GET", f"/{self.name}/users/{user}/offline-sessions/{client}")
        return [session["id"] for session in sessions]

    def register_ports(self, *ports):
        """What an administrator does whose users may come back to these ports only."""
        client = self.keycloak.administer("GET", f"/{self.name}/clients?clientId={CLIENT}")[0]
        client["redirectUris"] = redirect_uris(ports)
        self.keycloak.administer("PUT", f"/{self.name}/clients/{client['id']}", client)

    def end_sessions(self):
        """What an administrator does to whoever must not get at anything any more."""
        for session in self.offline_sessions():
            self.keycloak.administer("DELETE", f"/{self.name}/sessions/{session}?isOffline=true")
        user = self._first_id("users?username=alice")
        self.keycloak.administer("POST", f"/{self.name}/users/{user}/logout")


class KeycloakStack(Stack):
    """py-oidc-auth in front of a realm."""

    def __init__(self, folder, realm, broker=False):
        self.realm = realm
        super().__init__(folder, broker=broker)

    def create_provider(self, installed, access_seconds, refresh_seconds, device_seconds):
        return self.realm

    def fetch_userinfo(self, header):
        """Status of the userinfo route for an `Authorization: …` line, and what it answers."""
        name, _, value = header.partition(": ")
        request = urllib.request.Request(f"{self.url}/auth/v2/userinfo", headers={name: value})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, what is filled in already, and its buttons."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.buttons = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        elif tag in ("input", "button") and attributes.get("name"):
            filled = self.buttons if "submit" in (attributes.get("type"), tag) else self.fields
            filled[attributes["name"]] = attributes.get("value") or ""


class Person:
    """Alice with a browser that has no screen; what she is asked ends at Keyfob's page or the provider's last.

    The pages are Keycloak's or those of the demo's provider.
    """

    def __init__(self):
        self.consents = 0  # pages of consent that Keycloak has shown
        # Keycloak marks its cookies Secure; browsers take that of loopback, urllib must be told.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy))
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def _open(self, uri, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            with self.opener.open(uri, data, timeout=60) as page:
                return page.read().decode(), page.url
        except urllib.error.HTTPError as error:
            return error.read().decode(), error.url

    def _follow(self, uri, consent):
        page, uri = self._open(uri)
        for _ in range(4):
            form = Form(page)
            if form.action is None or "localhost" in urllib.parse.urlsplit(uri).netloc:
                break
            fields = {**form.fields}
            if "password" in fields:
                fields.update({"login" if "login" in fields else "username": "alice", "password": "any"})
            elif consent in form.buttons:
                self.consents += 1
                fields[consent] = form.buttons[consent]
            page, uri = self._open(urllib.parse.urljoin(uri, form.action), fields)
        return page

    def approve(self, uri):
        """Signs in and says yes; gives the last page."""
        return self._follow(uri, "accept")

    def deny(self, uri):
        """Signs in and says no."""
        return self._follow(uri, "cancel")
