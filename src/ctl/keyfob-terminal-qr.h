/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_terminal_qr_format:
 * @text: at most 512 bytes
 *
 * Draws the QR code of @text with a quiet zone of four modules (ISO/IEC 18004), two modules in one
 * character. Colours are set for each line, dark on light, so that the code can be read on a
 * terminal of any colours.
 *
 * Returns: (transfer full) (nullable): lines of half blocks in UTF-8; %NULL where there is no code
 *   for @text
 */
char *keyfob_terminal_qr_format (const char *text);

/**
 * keyfob_terminal_qr_print:
 *
 * Prints the code to @terminal, unless the locale has no half blocks, or that is no terminal, or
 * one that knows no colours or is too narrow.
 *
 * Returns: whether it was printed
 */
gboolean keyfob_terminal_qr_print (FILE *terminal, const char *text);

G_END_DECLS
