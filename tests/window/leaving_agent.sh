#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# The real agent, as the bus starts it where Keyfob is installed, but with less patience.
exec "$KEYFOB_AGENT" --leave-after=3 "$@"
