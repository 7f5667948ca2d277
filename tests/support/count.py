#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""Says how many tests passed and failed in meson's last test run.

count.py BUILD-FOLDER prints the line `N passed, N failed`. Every subtest of a TAP program counts
as one test, and so does a program that speaks no TAP. A program that ended badly without naming a
failed subtest (a crash, a time limit) counts as one failure.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


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


def count(log, subtests):
    passed = failed = 0
    for line in log.read_text().splitlines():
        test = json.loads(line)
        good, bad = subtests.get(test["name"], (0, 0))
        if test["result"] not in ("OK", "SKIP"):
            bad = max(bad, 1)
        elif test["result"] == "OK":
            good = max(good, 1)
        passed += good
        failed += bad
    return passed, failed


def main():
    logs = pathlib.Path(sys.argv[1]) / "meson-logs"
    subtests = read_subtests(logs / "testlog.junit.xml")
    passed, failed = count(logs / "testlog.json", subtests)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
