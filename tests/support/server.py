# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A web application that signs its users in with py-oidc-auth, as the demo and the journeys need it.

Run by the Python of the virtual environment that tests/run makes. It prints `ready URL` once it
answers.

SERVER_PROVIDER  issuer of the OpenID provider behind it
SERVER_PORT      0, the default, takes a free one
SERVER_REQUESTS  file that gets a line for each request: method, path, status
SERVER_SECRETS   file that gets every form and answer of the token route, one JSON object a line
SERVER_PORTS     file with the redirect ports to name, as JSON; without it there is no such route
SERVER_BROKER    a folder: hand out tokens of the server's own and keep its sessions there
"""

import json
import os
import pathlib
import socket
import sys
import urllib.parse
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, HTTPException
from py_oidc_auth import FastApiOIDCAuth, IDToken


class Recorder:
    """Writes down what passes, for the journeys to look at."""

    def __init__(self, app):
        self.app = app
        self.requests = open(os.environ.get("SERVER_REQUESTS", os.devnull), "a", buffering=1)
        self.secrets = open(os.environ.get("SERVER_SECRETS", os.devnull), "a", buffering=1)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        form, answer = bytearray(), bytearray()

        async def receive_and_keep():
            message = await receive()
            form.extend(message.get("body", b""))
            return message

        async def send_and_keep(message):
            if message["type"] == "http.response.start":
                self.requests.write(f"{scope['method']} {scope['path']} {message['status']}\n")
            answer.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, receive_and_keep, send_and_keep)
        if scope["path"].endswith(("/token", "/device")):
            self.keep(form, answer)

    def keep(self, form, answer):
        secrets = dict(urllib.parse.parse_qsl(form.decode()))
        try:
            secrets.update(json.loads(answer))
        except ValueError:
            pass
        self.secrets.write(json.dumps(secrets) + "\n")


def create_auth():
    issuer = os.environ["SERVER_PROVIDER"]
    options = {}
    if "SERVER_BROKER" in os.environ:
        store = os.path.join(os.environ["SERVER_BROKER"], "broker.sqlite")
        options = {"broker_mode": True, "broker_store_url": f"sqlite+aiosqlite:///{store}"}
    return FastApiOIDCAuth(
        client_id="keyfob-demo",
        discovery_url=f"{issuer}/.well-known/openid-configuration",
        scopes="openid profile email",
        **options,
    )


def create_app(url):
    @asynccontextmanager
    async def lifespan(app):
        print(f"ready {url}", flush=True)
        yield

    auth = create_auth()
    app = FastAPI(lifespan=lifespan)
    app.include_router(auth.create_auth_router())

    @app.get("/auth/v2/auth-ports")
    async def auth_ports():
        ports = pathlib.Path(os.environ.get("SERVER_PORTS", "/nowhere"))
        if not ports.exists():
            raise HTTPException(404)
        return {"valid_ports": json.loads(ports.read_text())}

    @app.get("/protected")
    async def protected(token: IDToken = auth.required()):
        return {"message": f"Hello, {token.sub}"}

    @app.get("/scoped")
    async def scoped(token: IDToken = auth.required(scopes="files:write")):
        return {}

    @app.get("/members")
    async def members(token: IDToken = auth.required(claims={"groups": ["members"]})):
        return {}

    return Recorder(app)


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(os.environ.get("SERVER_PORT", 0))))
    listener.listen(64)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(create_app(url), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
