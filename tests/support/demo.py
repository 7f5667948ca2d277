#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""The demo itself; tests/demo starts it on a private bus, with folders of its own.

demo.py WINDOW          opens Keyfob for a person, until its window is closed
demo.py --check WINDOW  signs in, copies the header and uses it, all by itself
demo.py --left FOLDER   fails when anything of the demo in that folder still runs
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

PORTS = range(53100, 53106)
HOST_NAME = "Keyfob demo"

PERSON_BROWSER = """#!/bin/sh
# in the person's own session, where the default browser is at home
. {folder}/person.env
exec setsid gio open "$@" </dev/null >/dev/null 2>&1
"""

DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=Your browser
Exec={folder}/person-browser %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
"""

HANDLERS = """[Default Applications]
x-scheme-handler/http=keyfob-demo-browser.desktop
x-scheme-handler/https=keyfob-demo-browser.desktop
"""


def say(*words):
    print(*words, flush=True)


def has_person_browser(folder):
    """Whether the person has a default browser that this user can start."""
    ask = f". {shlex.quote(str(folder))}/person.env; LC_ALL=C exec gio mime x-scheme-handler/https"
    answer = subprocess.run(["sh", "-c", ask], check=False, capture_output=True, text=True).stdout
    # Chromium and its kin refuse to run as root with their sandbox
    return "Default application for" in answer and not (os.geteuid() == 0 and "chrom" in answer)


def install_person_browser(folder):
    """Addresses open in the browser of the person who runs the demo."""
    launcher = folder / "person-browser"
    launcher.write_text(PERSON_BROWSER.format(folder=shlex.quote(str(folder))))
    launcher.chmod(0o755)
    applications = pathlib.Path(os.environ["XDG_DATA_HOME"], "applications")
    applications.mkdir(parents=True, exist_ok=True)
    (applications / "keyfob-demo-browser.desktop").write_text(DESKTOP_FILE.format(folder=folder))
    pathlib.Path(os.environ["XDG_CONFIG_HOME"], "mimeapps.list").write_text(HANDLERS)


def show(stack, window, folder):
    """Opens the window and leaves it to the person."""
    if has_person_browser(folder):
        install_person_browser(folder)
    else:
        import browser as browsers

        browsers.install(folder / "browser")
    say(f"""
Keyfob is open, with the host “{HOST_NAME}” ({stack.url}).
Click “Sign in”: the page in your browser asks for a name and a password, and takes any.
Then “Copy header”, and try it where a token is asked for:

    curl -H "<paste here>" {stack.url}/protected

Close the window to end the demo. While a copied header is on the clipboard, it ends once that is cleared,
45 seconds later at the latest.
""")
    window.start()
    code = window.process.wait()
    if code:
        say(f"Keyfob ended with code {code}:", window.log.read_text()[-2000:])
    return code


def check(stack, window, folder):
    """The same, by a hand that knows where to click."""
    import browser as browsers
    import desktop

    browsers.install(folder / "browser")
    browser = browsers.Browser(folder / "browser")
    window.start()
    window.wait_for(HOST_NAME)
    say("Keyfob's window is open and lists", HOST_NAME)
    window.press("Sign in", within=HOST_NAME)
    browser.attach()
    browser.show_tab("/interaction/")
    say("“Sign in” opened the browser at", stack.provider.url)
    browser.sign_in("alice")
    browser.wait_text("You are signed in")
    say("Login and consent given; the page says:", " ".join(browser.text().split()))
    window.wait_text("Alice Example")
    say("The window says:", window.wait_text(r".*renewed by itself").group())
    window.press("Copy header", within=HOST_NAME)
    header = desktop.wait_for(desktop.read_clipboard, "the clipboard to be filled")
    if not header.startswith("Authorization: Bearer "):
        say("The clipboard holds something else than a bearer header.")
        return 1
    say("The clipboard holds:", header[:30] + "…")
    status, text = stack.fetch_protected(header)
    say(f"{stack.url}/protected answers to it:", status, text)
    browser.close()
    code = window.close()
    say("The window is closed.")
    return 0 if status == 200 and code == 0 else 1


def run(program, checking):
    from keyfob import Keyring, Window, add_host
    from stack import Stack

    folder = pathlib.Path(os.environ["BED_DIR"])
    window = Window(program, folder / "window.log")
    if shutil.which("gnome-keyring-daemon"):
        Keyring().start()
        say("A keyring of the demo's own is unlocked.")
    with Stack(folder / "server") as stack:
        say("The server answers at", stack.url)
        say("The OpenID provider answers at", stack.provider.url)
        add_host(stack.url, HOST_NAME)
        try:
            return (check if checking else show)(stack, window, folder)
        except BaseException:
            for log in (window.log, folder / "agent.log"):
                if log.exists():
                    say(f"-- {log.name}:", log.read_text()[-4000:])
            raise


def find_listeners():
    """Ports of ours that somebody listens on."""
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = pathlib.Path(table).read_text().splitlines()[1:]
        except OSError:  # a machine without this family
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A":
                listening.add(int(fields[1].rpartition(":")[2], 16))
    return sorted(listening.intersection(PORTS))


def find_processes(folder):
    left = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            marked = f"BED_DIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0")
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(process.name) != os.getpid() and (marked or f"{folder}/" in line):
            left.append(f"{process.name} {line[:60]}")
    return left


def report_left(folder):
    processes, ports = find_processes(folder), find_listeners()
    for process in processes:
        say("Still running:", process)
    for port in ports:
        say("Still listening on port", port)
    if not processes and not ports:
        say("Nothing of the demo runs on.")
    return 1 if processes or ports else 0


def main():
    if sys.argv[1] == "--left":
        return report_left(sys.argv[2])
    if sys.argv[1] == "--check":
        return run(sys.argv[2], checking=True)
    return run(sys.argv[1], checking=False)


if __name__ == "__main__":
    sys.exit(main())
