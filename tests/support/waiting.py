# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for what a program does, with a deadline that fails."""

import os
import time

from gi.repository import GLib

# How much slower than usual everything is: under a sanitizer, which tests/run tells, and where more
# programs want to run than there are processors.
SLOWNESS = (float(os.environ.get("KEYFOB_TEST_SLOWNESS", "1"))
            * min(max(os.getloadavg()[0] / os.cpu_count(), 1), 4))
DEADLINE = 20 * SLOWNESS  # seconds; a condition that takes longer has failed
# Seconds that count between two looks: a machine that stands still for a minute, as virtual ones do, is no fault.
STANDSTILL = 2


class Timeout(AssertionError):
    """A condition did not come true in time."""


def find_nothing_wrong():
    """Nothing makes waiting vain."""


class Watch:
    """in_vain() says why no condition comes true any more, once that is so: the program has crashed."""

    in_vain = staticmethod(find_nothing_wrong)


def wait_until(condition, what, seconds=DEADLINE, tick=20):
    """Runs the main loop until @condition() is true, and returns its value.

    A condition that is true only once the time is over has failed, too: nothing in Keyfob waits for
    as long as a test does. @what names the condition, or is a function that does so at the end.
    @tick is the time between two looks in milliseconds: files and other processes wake no loop.
    """
    context = GLib.MainContext.default()
    waited = 0
    last = time.monotonic()
    source = GLib.timeout_source_new(tick)
    source.set_callback(lambda *_: GLib.SOURCE_CONTINUE)
    source.attach(context)
    try:
        while True:
            now = time.monotonic()
            waited += min(now - last, STANDSTILL)
            last = now
            over = waited >= seconds
            value = condition()
            if over:
                late = ", which came too late" if value else ""
                raise Timeout(f"waited {seconds:g} s for {what() if callable(what) else what}{late}")
            if value:
                return value
            reason = Watch.in_vain()
            if reason:
                raise Timeout(f"waiting for {what() if callable(what) else what}: {reason}")
            context.iteration(True)
    finally:
        source.destroy()


def wake():
    """Makes wait_until() look again at once; for other threads."""
    GLib.MainContext.default().wakeup()
