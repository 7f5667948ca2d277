# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Chromium as the default browser of a private desktop, and a hand to work it with.

Keyfob opens addresses in it the way it opens them for anybody; Browser attaches to it afterwards
through chromedriver, and neither starts it nor opens the first page.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import urllib.error
import urllib.request

from desktop import wait_for

# Chromium drops clicks on a page until its first frame is drawn, so chromedriver starts it with
# --allow-pre-commit-input; here it has to be told as well.
LAUNCHER = """#!/bin/sh
printf '%s\\n' "$*" >>"{folder}/browser.log"
exec chromium {sandbox} --test-type --window-position=440,0 --window-size=840,800 --disable-gpu --disable-dev-shm-usage --disable-quic \\
  --allow-pre-commit-input --no-first-run --no-default-browser-check --disable-background-networking \\
  --disable-component-update --disable-sync --disable-default-apps --disable-extensions \\
  --disable-breakpad --disable-crash-reporter --disable-features=DialMediaRouteProvider,Translate --password-store=basic \\
  --host-resolver-rules='MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE ::1' \\
  --user-data-dir="{folder}/chromium" --remote-debugging-port=0 "$@" >>"{folder}/chromium.log" 2>&1
"""

DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=Test browser
Exec={folder}/browser %U
MimeType=x-scheme-handler/http;x-scheme-handler/https;text/html;
"""

# No question whether to keep the password, which would cover the page.
PREFERENCES = {"credentials_enable_service": False, "profile": {"password_manager_enabled": False}}

HANDLERS = """[Default Applications]
x-scheme-handler/http=keyfob-test-browser.desktop
x-scheme-handler/https=keyfob-test-browser.desktop
"""


def install(folder):
    """Makes Chromium what addresses open in; it keeps its files in @folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Chromium refuses to run as root with its sandbox.
    sandbox = "--no-sandbox" if os.geteuid() == 0 else ""
    launcher = folder / "browser"
    launcher.write_text(LAUNCHER.format(folder=folder, sandbox=sandbox))
    launcher.chmod(0o755)
    preferences = folder / "chromium/Default/Preferences"
    preferences.parent.mkdir(parents=True, exist_ok=True)
    preferences.write_text(json.dumps(PREFERENCES))
    applications = pathlib.Path(os.environ["XDG_DATA_HOME"], "applications")
    applications.mkdir(parents=True, exist_ok=True)
    (applications / "keyfob-test-browser.desktop").write_text(DESKTOP_FILE.format(folder=folder))
    pathlib.Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list").write_text(HANDLERS)


def uninstall():
    """No browser any more: neither ours nor one of the machine."""
    pathlib.Path(os.environ["XDG_DATA_HOME"], "applications/keyfob-test-browser.desktop").unlink()
    installed = ["keyfob-test-browser.desktop"]
    for folder in os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":"):
        installed += [path.name for path in pathlib.Path(folder, "applications").glob("*.desktop")
                      if "x-scheme-handler/http" in path.read_text(errors="replace")]
    removed = ";".join(installed)
    pathlib.Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list").write_text(
        f"[Removed Associations]\nx-scheme-handler/http={removed};\nx-scheme-handler/https={removed};\n")


class Browser:
    """The running default browser, by W3C WebDriver."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.driver = None
        self.session = None
        self.base = None

    def opened(self):
        """The addresses that the browser was started with so far."""
        log = self.folder / "browser.log"
        return log.read_text().splitlines() if log.exists() else []

    def attach(self):
        """Waits for Chromium to run, then takes hold of it."""
        port_file = self.folder / "chromium/DevToolsActivePort"
        wait_for(lambda: port_file.exists() and port_file.read_text().count("\n"), "Chromium to start")
        port = port_file.read_text().split("\n")[0]
        self.start_driver()
        options = {"goog:chromeOptions": {"debuggerAddress": f"127.0.0.1:{port}"}}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": options}}, session=False)
        self.session = answer["sessionId"]
        return self

    def start_driver(self):
        # port 0 is a free one, which it then tells
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0", f"--log-path={self.folder}/chromedriver.log"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            if "successfully on port" in line:
                port = line.rsplit("port ", 1)[1].strip().rstrip(".")
                self.base = f"http://127.0.0.1:{port}"
                threading.Thread(target=self.driver.stdout.read, daemon=True).start()
                return
        raise RuntimeError("chromedriver does not start")

    def detach(self):
        """Lets go; Chromium runs on."""
        if self.driver is not None:
            self.driver.terminate()
            self.driver.wait()
            self.driver = self.session = None

    def close(self):
        """Ends Chromium, if it is held, while it still has the bus and the display it needs."""
        if self.session is not None:
            with contextlib.suppress(LookupError, OSError):  # it may end before it has answered
                self.call("POST", "/goog/cdp/execute", {"cmd": "Browser.close", "params": {}})
        self.detach()

    def call(self, method, path, body=None, session=True):
        prefix = f"/session/{self.session}" if session else ""
        request = urllib.request.Request(
            self.base + prefix + path, method=method, headers={"Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.loads(error.read())["value"]
            raise LookupError(f"{value['error']}: {value['message'].splitlines()[0]}") from error

    def show_tab(self, pattern):
        """Waits for a tab whose address has @pattern in it and turns to it."""
        def turn():
            for handle in reversed(self.call("GET", "/window/handles")):
                try:
                    self.call("POST", "/window", {"handle": handle})
                    if pattern in self.address():
                        return True
                except LookupError:  # closed meanwhile
                    continue
            return False

        wait_for(turn, f"a tab at …{pattern}…")

    def address(self):
        return self.call("GET", "/url")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self):
        """What the page says."""
        return self.run("return document.body ? document.body.innerText : ''")

    def find(self, selector):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return next(iter(found.values()))

    def fill(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click", {})

    def wait_find(self, selector):
        def look():
            try:
                return self.find(selector)
            except LookupError:
                return None

        return wait_for(look, lambda: f"{selector} on the page, which says {self.text()!r}")

    def wait_text(self, pattern):
        """Waits until the page says @pattern."""
        def look():
            try:
                return pattern in self.text()
            except LookupError:  # between two pages
                return False

        wait_for(look, lambda: f"{pattern!r} on the page, which says {self.text()!r}")

    def sign_in(self, login="alice"):
        """Login and consent at the provider of provider.mjs, up to the page that Keyfob shows.

        Whoever is signed in at the provider already is asked for consent only.
        """
        self.show_tab("/interaction/")
        self.wait_find("input[name=prompt]")
        if self.run("return document.querySelector('input[name=login]') !== null"):
            self.fill("input[name=login]", login)
            self.fill("input[name=password]", "any")
            self.click("button[type=submit]")
            self.wait_find("input[name=prompt][value=consent]")
        self.click("button[type=submit]")

    def deny(self):
        """Says no at the provider."""
        self.show_tab("/interaction/")
        self.wait_find("a[href$='/abort']")
        self.click("a[href$='/abort']")
