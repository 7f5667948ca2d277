/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CLIPBOARD (keyfob_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobClipboard, keyfob_clipboard, KEYFOB, CLIPBOARD, GObject)

/**
 * KeyfobClipboard:
 *
 * Secrets on the clipboard, and off it again: what was put there is taken away after the seconds
 * that the setting `clipboard-clear-seconds` had then (0: never), and only if it is still there.
 *
 * Its properties are `title` (what is there, such as "Header copied"; %NULL when nothing of ours
 * is), `renews` (whether that can also renew the session), `deadline` (when it is taken away, in
 * microseconds by keyfob_clock_monotonic(); 0 never), `once` (whether it is taken away as soon as
 * it was pasted) and `form` (in which form tokens were copied last, a word of KeyfobCopyForm, kept
 * in the setting `copy-form`).
 */

/**
 * keyfob_clipboard_new:
 * @clipboard: of the display
 * @clock: runs while the machine sleeps
 * @settings: Keyfob's
 *
 * Returns: (transfer full): it, empty
 */
KeyfobClipboard *
keyfob_clipboard_new (GdkClipboard *clipboard, KeyfobClock *clock, GSettings *settings);

/**
 * keyfob_clipboard_offer:
 * @text: the secret, copied
 * @title: what it is
 * @renews: whether it can also renew the session
 *
 * Puts @text on the clipboard.
 */
void keyfob_clipboard_offer (KeyfobClipboard *self,
                             const char *text,
                             const char *title,
                             gboolean renews);

/** Returns: whether only a window in use can copy, as on Wayland */
gboolean keyfob_clipboard_needs_window (KeyfobClipboard *self);

/** Takes the secret off the clipboard, if it is still there. */
void keyfob_clipboard_clear (KeyfobClipboard *self);

/** Returns: (nullable): what is there, %NULL when nothing of ours is */
const char *keyfob_clipboard_get_title (KeyfobClipboard *self);

/** Returns: seconds until it is taken away, rounded up; 0 where that never happens */
guint keyfob_clipboard_get_seconds_left (KeyfobClipboard *self);

/**
 * keyfob_clipboard_set_once:
 *
 * Sets whether the secret is taken away soon after it was pasted. Whoever reads it within a second
 * of its being put there is a clipboard manager, and no person who pastes.
 */
void keyfob_clipboard_set_once (KeyfobClipboard *self, gboolean once);

G_END_DECLS
