/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-host-actions.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_ROW (keyfob_host_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostRow, keyfob_host_row, KEYFOB, HOST_ROW, GtkWidget)

/**
 * KeyfobHostRow:
 *
 * A host in the list, or what unfolds a section. GTK 4.8 keeps some 200 rows, whatever is on the
 * screen, so a row is empty and only as high as the others until keyfob_host_row_build() is called.
 * Goes into a #GtkListItem, whose widget has the focus and the name that a screen reader says.
 *
 * The actions on the host are the group `host`, see #KeyfobHostActions; the row itself has
 * `row.menu` and `row.copy-as`, which open its menus. Its list has `selection.begin`.
 */

/**
 * keyfob_host_row_new:
 * @context: what the actions work with; has to outlive the row
 *
 * Returns: (transfer floating): an empty row
 */
GtkWidget *keyfob_host_row_new (const KeyfobHostContext *context);

/** Shows @item (nullable), once the row is built. */
void keyfob_host_row_set_item (KeyfobHostRow *self, KeyfobHostItem *item);

/** Returns: (transfer none) (nullable): the host; %NULL for what unfolds a section */
KeyfobHostItem *keyfob_host_row_get_item (KeyfobHostRow *self);

/**
 * keyfob_host_row_set_fold:
 * @label: what the row unfolds
 * @open: whether it has
 *
 * Makes a row without a host one that unfolds a section.
 */
void keyfob_host_row_set_fold (KeyfobHostRow *self, const char *label, gboolean open);

/** Shows @heading (nullable) above the row. */
void keyfob_host_row_set_heading (KeyfobHostRow *self, const char *heading);

/** Marks the row as the one that Enter opens from the search. */
void keyfob_host_row_set_first_hit (KeyfobHostRow *self, gboolean first_hit);

/**
 * keyfob_host_row_set_selected:
 * @selecting: whether the user selects
 * @selected: whether this row is selected then
 *
 * Shows a check mark in the place of the picture, while the user selects.
 */
void keyfob_host_row_set_selected (KeyfobHostRow *self, gboolean selecting, gboolean selected);

/** Makes what is in the row, where that has not been done. */
void keyfob_host_row_build (KeyfobHostRow *self);

/**
 * keyfob_host_row_take_down:
 *
 * Takes away what keyfob_host_row_build() made. The row stays as high as it was.
 *
 * Returns: whether there was something, without the focus or an open menu
 */
gboolean keyfob_host_row_take_down (KeyfobHostRow *self);

/** Returns: whether the row is built now */
gboolean keyfob_host_row_is_built (KeyfobHostRow *self);

/** Shows how the host stands now. */
void keyfob_host_row_update (KeyfobHostRow *self);

/**
 * keyfob_host_row_open_menu:
 * @point: (nullable): where, in the row; %NULL for below it
 *
 * Opens the menu of the host.
 */
void keyfob_host_row_open_menu (KeyfobHostRow *self, const GdkRectangle *point);

/** Opens the menu of forms to copy, where there is something to copy. */
void keyfob_host_row_open_copy_menu (KeyfobHostRow *self);

/** Returns: whether one of the menus is open, which then gets the keys */
gboolean keyfob_host_row_has_open_menu (KeyfobHostRow *self);

/**
 * keyfob_host_row_move_focus:
 * @forward: to the right where text goes from left to right
 *
 * Moves the focus between the row and its buttons.
 *
 * Returns: whether there was somewhere to move
 */
gboolean keyfob_host_row_move_focus (KeyfobHostRow *self, gboolean forward);

G_END_DECLS
