# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""A person who signs in at the real server and its provider, without a browser: fills in the forms.

    token = person.sign_in(stack.url)
"""

import html.parser
import http.cookiejar
import json
import time
import urllib.error
import urllib.parse
import urllib.request

CALLBACK = "http://localhost:53100/callback"  # registered at the provider; nobody listens there


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and what is filled in already."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        elif tag == "input" and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value") or ""


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but not to Keyfob's own address."""

    def redirect_request(self, request, body, code, message, headers, url):
        if url.startswith(CALLBACK):
            return None
        return super().redirect_request(request, body, code, message, headers, url)


def open_page(opener, url, fields=None):
    """Page, address of it, and the address it leads back to Keyfob with, if it does."""
    data = urllib.parse.urlencode(fields).encode() if fields is not None else None
    try:
        with opener.open(url, data, timeout=20) as page:
            return page.read().decode(), page.url, None
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code not in (302, 303):
                raise
            return "", url, answer.headers["Location"]


def fetch_code(server, login):
    cookies = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(cookies), Stay)
    query = urllib.parse.urlencode({"redirect_uri": CALLBACK, "offline_access": "true", "prompt": "consent"})
    page, url, back = open_page(opener, f"{server}/auth/v2/login?{query}")
    while back is None:
        form = Form(page)
        fields = {**form.fields}
        if "login" in fields:
            fields.update(login=login, password="any")
        page, url, back = open_page(opener, urllib.parse.urljoin(url, form.action), fields)
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    return answer["code"], answer["state"].rpartition("|")[2]


def sign_in(server, login="alice"):
    """The token object that the server gives for a new session."""
    code, verifier = fetch_code(server, login)
    form = urllib.parse.urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
                                   "code_verifier": verifier}).encode()
    with urllib.request.urlopen(f"{server}/auth/v2/token", form, timeout=20) as answer:
        token = json.load(answer)
    return {**token, "headers": {"Authorization": f"{token['token_type']} {token['access_token']}"}}


def entry(token):
    """What the Python client writes into its token file for it."""
    return {"token": token, "stored_at": time.time()}
