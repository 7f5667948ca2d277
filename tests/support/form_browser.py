#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The smallest browser that signs somebody in: opens an address, fills in the forms it comes to, ends.

form_browser.py URL   says what the last page says
form_browser.py --install FOLDER   makes it what addresses open in on this desktop; that is in FOLDER/browser.log
"""

import html
import http.cookiejar
import os
import pathlib
import re
import sys
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent / "interop"))
from person import Form  # noqa: E402

DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=Browser of forms
Exec={folder}/browser %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
"""
LAUNCHER = """#!/bin/sh
exec /usr/bin/python3 {program} "$@" >>{folder}/browser.log 2>&1
"""
HANDLERS = """[Default Applications]
x-scheme-handler/http=keyfob-test-browser.desktop
x-scheme-handler/https=keyfob-test-browser.desktop
"""


def install(folder):
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / "browser"
    launcher.write_text(LAUNCHER.format(program=HERE, folder=folder))
    launcher.chmod(0o755)
    applications = pathlib.Path(os.environ["XDG_DATA_HOME"], "applications")
    applications.mkdir(parents=True, exist_ok=True)
    (applications / "keyfob-test-browser.desktop").write_text(DESKTOP_FILE.format(folder=folder))
    pathlib.Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list").write_text(HANDLERS)


def visit(url, login="alice"):
    """Text of the page that has no form any more."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    fields = None
    while True:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        with opener.open(url, data, timeout=20) as answer:
            page, url = answer.read().decode(), answer.url
        form = Form(page)
        if form.action is None:
            return " ".join(html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)).split())
        fields = dict(form.fields)
        if "login" in fields:
            fields.update(login=login, password="any")
        url = urllib.parse.urljoin(url, form.action)


def main():
    if sys.argv[1] == "--install":
        install(pathlib.Path(sys.argv[2]))
    else:
        print(visit(sys.argv[1]), flush=True)


if __name__ == "__main__":
    main()
