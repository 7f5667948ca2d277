#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Says which tests failed in meson's last test run and which were skipped, and how many passed and failed.

count.py BUILD-FOLDER prints what failed, and how, what was skipped, and why, and ends with the line
`N passed, N failed`. Every subtest of a TAP program counts as one test, and so does a program that speaks
no TAP. A program that ended badly without naming a failed subtest (a crash, a time limit) counts as one failure.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

# TAP's line of a test that was not run, with its reason
SKIPPED = re.compile(r"^ok \d+ (?:- )?(.*?) # SKIP\S*\s*(.*)$", re.MULTILINE | re.IGNORECASE)


def read_subtests(junit):
    """Passed and failed subtests of each TAP program, by its name in meson."""
    subtests = {}
    for suite in ElementTree.parse(junit).getroot().iter("testsuite"):
        # "PROJECT.PROGRAM"; the programs without subtests share one suite, "PROJECT"
        program = suite.get("name").partition(".")[2]
        counts = subtests.setdefault(program, [0, 0])
        for case in suite.iter("testcase"):
            bad = case.find("failure") is not None or case.find("error") is not None
            counts[bad] += case.find("skipped") is None
    return subtests


def count(tests, subtests):
    passed = failed = 0
    for test in tests:
        good, bad = subtests.get(test["name"], (0, 0))
        if test["result"] not in ("OK", "SKIP"):
            bad = max(bad, 1)
        elif test["result"] == "OK":
            good = max(good, 1)
        passed += good
        failed += bad
    return passed, failed


def failures(test):
    """What a program's own lines say of its failures: TAP's, with the comments below each, or else its last ones."""
    lines = (test.get("stdout") or "").splitlines()
    told = []
    bad = False
    for line in lines:
        if not line.startswith("#"):
            bad = line.startswith(("not ok", "Bail out!"))
        if bad:
            told.append(line)
    return told or lines[-20:] + (test.get("stderr") or "").splitlines()[-20:]


def tell_failures(tests):
    for test in tests:
        if test["result"] not in ("OK", "SKIP"):
            print(f"{test['name']}: {test['result']} after {test['duration']:.0f} s")
            for told in failures(test):
                print(f"  {told}")
            print()


def tell_skipped(tests):
    for test in tests:
        skipped = SKIPPED.findall(test.get("stdout") or "")
        if test["result"] == "SKIP" and not skipped:
            skipped = [("all of it", "")]
        for name, reason in skipped:
            print(f"{test['name']}: skipped {name}: {reason}".rstrip(": "))


def main():
    logs = pathlib.Path(sys.argv[1]) / "meson-logs"
    tests = [json.loads(line) for line in (logs / "testlog.json").read_text().splitlines()]
    passed, failed = count(tests, read_subtests(logs / "testlog.junit.xml"))
    tell_failures(tests)
    tell_skipped(tests)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
