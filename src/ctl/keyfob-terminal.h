/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

/** Returns: whether escape sequences move the cursor of @terminal and clear its line */
gboolean keyfob_terminal_is_capable (FILE *terminal);

/** Returns: how many columns @text takes; a character of East Asia takes two */
int keyfob_terminal_measure (const char *text);

/** Returns: the width of @terminal in characters, 80 where that is not known */
int keyfob_terminal_get_columns (FILE *terminal);

/**
 * KeyfobTerminalReader:
 *
 * Reads lines that a person types or pastes into the terminal at standard input. They are not
 * shown, and can be longer than those of the usual mode, which cuts them at 4,096 bytes. Signals
 * that are typed, as with Ctrl-C, work, but for those that would leave the terminal in this mode.
 */
typedef struct _KeyfobTerminalReader KeyfobTerminalReader;

/**
 * KeyfobTerminalReaderFunc:
 * @line: (nullable): without its end; %NULL where nothing more comes, as after Ctrl-D. May be a
 *   secret: it is overwritten afterwards
 *
 * Does not free the reader.
 */
typedef void (*KeyfobTerminalReaderFunc) (const char *line, gpointer user_data);

/**
 * keyfob_terminal_reader_new:
 *
 * Drops what was typed before.
 *
 * Returns: (transfer full) (nullable): %NULL where standard input is no terminal, or this is not
 *   the job that the user types to
 */
KeyfobTerminalReader *keyfob_terminal_reader_new (KeyfobTerminalReaderFunc func,
                                                  gpointer user_data);

/** Drops what was typed until now. */
void keyfob_terminal_reader_flush (KeyfobTerminalReader *self);

/** Gives the terminal back its usual mode. */
void keyfob_terminal_reader_free (KeyfobTerminalReader *self);

G_END_DECLS
