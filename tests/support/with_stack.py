# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
"""with_stack.py FOLDER COMMAND...: runs COMMAND while a real server answers at $KEYFOB_TEST_SERVER."""

import os
import subprocess
import sys

from stack import Stack

with Stack(sys.argv[1]) as stack:
    environment = {**os.environ, "KEYFOB_TEST_SERVER": stack.url}
    sys.exit(subprocess.run(sys.argv[2:], check=False, env=environment).returncode)
