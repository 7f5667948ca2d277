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
 * A server that was found and may be added: its address, and what is known of it.
 */

/**
 * keyfob_found_row_new:
 * @url: the base URL
 *
 * Returns: (transfer floating): a row that can be chosen
 */
GtkWidget *keyfob_found_row_new (const char *url);

/** Returns: (transfer none): the base URL */
const char *keyfob_found_row_get_url (KeyfobFoundRow *self);

/** Sets what is said under the address. */
void keyfob_found_row_set_description (KeyfobFoundRow *self, const char *description);

/** Shows whether the row is the chosen one of its list; the others keep room for the mark. */
void keyfob_found_row_set_chosen (KeyfobFoundRow *self, gboolean chosen);

/** Lets the row be read only: it can neither be chosen nor have the focus. */
void keyfob_found_row_set_inert (KeyfobFoundRow *self);

/**
 * keyfob_found_row_offer:
 * @label: what the button does
 * @store: as of the option `store`, or empty
 *
 * Shows a button that activates `found.add` with the base URL and @store, in place of choosing.
 */
void keyfob_found_row_offer (KeyfobFoundRow *self, const char *label, const char *store);

G_END_DECLS
