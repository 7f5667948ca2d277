#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Ends what runs on a private desktop.

end_marked.py NAME=VALUE FOLDER asks every process to end that has NAME=VALUE in its environment or
something in FOLDER on its command line, and those it started, and waits until they have. Whoever
is still there after ten seconds is killed and named, and the exit code is 99.

(Chromium writes over its environment, and outlives the program that opened it.)

What others stand on, the display and the bus, ends last: a browser that loses its display at the
moment at which it is asked to end crashes, and then hangs in the hands of its own crash reporter.
"""

import os
import pathlib
import select
import signal
import sys
import time

PATIENCE = 10
FOUNDATIONS = ("Xvfb", "dbus-daemon", "dbus-run-session")


def read_parent(folder):
    return int((folder / "stat").read_text().rpartition(") ")[2].split()[1])


def find_marked(mark, place):
    """Ids of the processes to end: our own and those that we were started by are not among them."""
    found, parents = set(), {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = read_parent(folder)
            if (mark.encode() in (folder / "environ").read_bytes().split(b"\0")
                    or f"{place}/".encode() in (folder / "cmdline").read_bytes()):
                found.add(int(folder.name))
        except OSError:  # ended meanwhile, or somebody else's
            continue
    return add_children(found - find_ancestors(parents), parents)


def find_ancestors(parents):
    ancestors, pid = set(), os.getpid()
    while pid in parents:
        ancestors.add(pid)
        pid = parents[pid]
    return ancestors


def add_children(found, parents):
    children = {pid for pid, parent in parents.items() if parent in found}
    return found if children <= found else add_children(found | children, parents)


def read_command(pid):
    try:
        line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return line.replace(bytes(1), b" ").decode(errors="replace").strip()


def goes_last(pid):
    """What others need for a clean end: the foundations, and the helpers that Chromium ends itself."""
    command = read_command(pid)
    try:
        name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return False
    return name in FOUNDATIONS or " --type=" in command or "crashpad" in command


def send(pids, number):
    """Signals the processes and gives a descriptor for each that will tell of its end."""
    ends = []
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
            ends.append(descriptor)
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            continue
    return ends


def wait_ended(ends, seconds):
    deadline = time.monotonic() + seconds
    for descriptor in ends:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(max(0, deadline - time.monotonic()) * 1000)
        os.close(descriptor)


def main():
    mark, place = sys.argv[1:]
    programs = [pid for pid in find_marked(mark, place) if not goes_last(pid)]
    wait_ended(send(programs, signal.SIGTERM), PATIENCE)
    # everything, also what a program was starting when it was asked to end
    wait_ended(send(find_marked(mark, place), signal.SIGTERM), PATIENCE)
    left = {pid: read_command(pid) for pid in find_marked(mark, place)}
    wait_ended(send(left, signal.SIGKILL), PATIENCE)
    # a browser that hangs is no fault of who opened it
    guilty = [f"{pid} ({line[:60]})" for pid, line in left.items() if line and "/chromium/" not in line]
    if not guilty:
        return 0
    print("bed: had to kill " + ", ".join(guilty), file=sys.stderr)
    return 99


if __name__ == "__main__":
    sys.exit(main())
