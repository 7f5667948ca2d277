/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_code_format_time_left:
 * @seconds: until the code runs out
 *
 * In minutes, rounded down; in seconds when there are less than two minutes.
 *
 * Returns: (transfer full): such as "9 min left"
 */
char *keyfob_code_format_time_left (gint64 seconds);

/**
 * keyfob_code_format_spell:
 * @code: as the server wrote it
 *
 * Returns: (transfer full): the same with spaces between the characters, so that a screen reader
 *   does not take it for a word
 */
char *keyfob_code_format_spell (const char *code);

G_END_DECLS
