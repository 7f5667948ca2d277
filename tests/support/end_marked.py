#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Ends every process that carries a mark in its environment.

end_marked.py NAME=VALUE asks them, and what they started, to end and waits until they have. Whoever
is still there after ten seconds is killed and named, and the exit code is 99.
"""

import os
import pathlib
import select
import signal
import sys
import time

PATIENCE = 10


def read_parent(folder):
    return int((folder / "stat").read_text().rpartition(") ")[2].split()[1])


def find_marked(mark):
    """Ids of the processes with the mark and of those below them, our own left out.

    Some of Chromium's have no readable environment, but their parents do.
    """
    wanted = mark.encode()
    found, parents = set(), {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            parents[pid] = read_parent(folder)
            marked = wanted in (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # ended meanwhile, or somebody else's
            continue
        if marked and pid != os.getpid():
            found.add(pid)
    before = 0
    while before != len(found):
        before = len(found)
        found.update(pid for pid, parent in parents.items() if parent in found and pid != os.getpid())
    return sorted(found)


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


def describe(pid):
    try:
        line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return str(pid)
    return f"{pid} ({line.replace(bytes(1), b' ').decode(errors='replace').strip()[:60]})"


def main():
    mark = sys.argv[1]
    wait_ended(send(find_marked(mark), signal.SIGTERM), PATIENCE)
    # twice: one that was starting another when it was asked to end
    wait_ended(send(find_marked(mark), signal.SIGTERM), PATIENCE)
    left = find_marked(mark)
    if not left:
        return 0
    print("bed: had to kill " + ", ".join(map(describe, left)), file=sys.stderr)
    wait_ended(send(left, signal.SIGKILL), PATIENCE)
    return 99


if __name__ == "__main__":
    sys.exit(main())
