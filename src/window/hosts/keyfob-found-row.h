/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_FOUND_ROW (keyfob_found_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobFoundRow, keyfob_found_row, KEYFOB, FOUND_ROW, GtkListBoxRow)

/**
 * KeyfobFoundRow:
 *
 * A host that is not listed yet, and a button that activates `found.add` with its base URL.
 */

/** Returns: (transfer floating): a row for the base URL @url */
GtkWidget *keyfob_found_row_new (const char *url);

G_END_DECLS
