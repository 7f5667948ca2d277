# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Runs unittest cases and tells how they went in TAP, the way meson reads it.

A test program ends with

    if __name__ == "__main__":
        tap.main()

and takes, like unittest's own runner, names of tests to run (`Class.test_name`) as arguments.
"""

import faulthandler
import os
import signal
import sys
import time
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Writes one line a test; what went wrong follows as comments, and on standard error, which
    meson shows with --print-errorlogs where it does not show the comments."""

    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.started = 0.0
        self.told = False  # whether the test that runs has its line

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.told = False

    def _line(self, word, test, comment=None, directive=""):
        self.told = True
        elapsed = time.monotonic() - self.started
        print(f"{word} {self.testsRun} - {test.id().removeprefix('__main__.')}{directive}", file=self.stream)
        print(f"# took {elapsed:.2f} s", file=self.stream)
        for line in (comment or "").splitlines():
            print(f"# {line}", file=self.stream)
        self.stream.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, directive=f" # SKIP {reason}")

    def _failed(self, test, err):
        trace = "".join(traceback.format_exception(*err))
        # its end can fail, too
        if not self.told:
            self._line("not ok", test, trace)
        print(f"{test.id()}: {trace}", file=sys.stderr, flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        if isinstance(test, unittest.TestCase):
            self._failed(test, err)
        else:
            # setUpClass or setUpModule: no test of it ran, so the plan cannot be met
            print(f"Bail out! {test}: {err[1]}", file=self.stream)
            for line in traceback.format_exception(*err):
                print("# " + line.rstrip().replace("\n", "\n# "), file=self.stream)
            self.stream.flush()
            traceback.print_exception(*err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            print(f"# {subtest.id().removeprefix('__main__.')} failed", file=self.stream)
            for line in "".join(traceback.format_exception(*err)).splitlines():
                print(f"# {line}", file=self.stream)
            traceback.print_exception(*err)

    def stopTest(self, test):
        # unittest calls neither addSuccess nor addFailure where only a subtest failed
        if not self.told:
            self._line("not ok", test)
        super().stopTest(test)


def main(module="__main__"):
    """Runs the tests of @module, or those named on the command line, and exits."""
    faulthandler.enable()
    # who runs them may have it ignored, as nohup does, and all programs with it
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        suite = loader.loadTestsFromNames(sys.argv[1:], sys.modules[module])
    else:
        suite = loader.loadTestsFromModule(sys.modules[module])

    # what programs write that the tests start must not stand between these lines
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    print(f"1..{suite.countTestCases()}", file=stream, flush=True)
    result = TapResult(stream)
    suite.run(result)

    sys.exit(0 if result.wasSuccessful() else 1)
