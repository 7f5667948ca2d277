/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTE_ROW (keyfob_note_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNoteRow, keyfob_note_row, KEYFOB, NOTE_ROW, AdwPreferencesRow)

/**
 * KeyfobNoteRow:
 *
 * The note on a host, as a text that the user edits. It is saved when the user goes on to something
 * else.
 */

/**
 * keyfob_note_row_set_host:
 * @host: (nullable): the host
 * @again: whether that is the host that is shown already, of an agent that was started again; then
 *   what is typed stays
 *
 * Shows the note on @host from now on, after it has saved what is typed for the host before.
 */
void keyfob_note_row_set_host (KeyfobNoteRow *self, KeyfobBusHost1 *host, gboolean again);

G_END_DECLS
