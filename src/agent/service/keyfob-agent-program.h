/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_AGENT_PROGRAM (keyfob_agent_program_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAgentProgram, keyfob_agent_program, KEYFOB, AGENT_PROGRAM, GObject)

/**
 * KeyfobAgentProgram:
 *
 * The program around the agent: its command line, its name on the bus, its signals.
 */

/** Returns: (transfer full): a program that does not run yet */
KeyfobAgentProgram *keyfob_agent_program_new (void);

/**
 * keyfob_agent_program_run:
 *
 * Runs until the agent is told to end or loses its name.
 *
 * Returns: the exit status
 */
int keyfob_agent_program_run (KeyfobAgentProgram *self, int argc, char *argv[]);

G_END_DECLS
