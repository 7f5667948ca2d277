/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_UNSAVED (keyfob_unsaved_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobUnsaved, keyfob_unsaved, KEYFOB, UNSAVED, GObject)

/**
 * KeyfobUnsaved:
 *
 * Whether the token at hand still has to be stored, since the store did not take it, and when that
 * is tried again: later each time.
 */

/** Returns: (transfer full): one with nothing to store */
KeyfobUnsaved *keyfob_unsaved_new (KeyfobClock *clock);

/**
 * keyfob_unsaved_note_failure:
 * @error: why the store did not take the token
 *
 * A locked keyring tells when it is open again; that is not what the next try is for.
 */
void keyfob_unsaved_note_failure (KeyfobUnsaved *self, const GError *error);

/** The world has changed: the next try is due at once. */
void keyfob_unsaved_hurry (KeyfobUnsaved *self);

/** The token is stored, or need not be any more. */
void keyfob_unsaved_clear (KeyfobUnsaved *self);

/** Returns: whether a token has to be stored */
gboolean keyfob_unsaved_is_pending (KeyfobUnsaved *self);

/** Returns: what the user should know of it, empty where there is nothing */
const char *keyfob_unsaved_get_sentence (KeyfobUnsaved *self);

/** Returns: when to try again, Unix seconds; %G_MAXINT64 where nothing has to be stored */
gint64 keyfob_unsaved_get_due (KeyfobUnsaved *self);

G_END_DECLS
