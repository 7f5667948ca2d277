/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

#include "keyfob-clock.h"
#include "keyfob-copy-form.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CLIPBOARD (keyfob_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobClipboard, keyfob_clipboard, KEYFOB, CLIPBOARD, GObject)

/**
 * KeyfobClipboard:
 *
 * Puts secrets on the clipboard and clears it afterwards: after the seconds of the setting
 * `clipboard-clear-seconds` (0: never), unless another program has taken the clipboard by then.
 * Clipboard managers are asked to keep no copy.
 *
 * On Wayland without KeyfobDataControl, as on GNOME, Keyfob stays the owner of the clipboard after
 * that, with nothing to paste, until another program copies: only the program with the focus can
 * clear the clipboard there, and the compositor may keep a copy of the secret, which it hands out
 * when the owner ends.
 *
 * The properties are
 * - `owner`: whether Keyfob owns the clipboard; the process must not end while it does
 * - `title`: a title of the secret on the clipboard, such as "Header copied"; %NULL without one
 * - `renews`: whether that secret can also renew the session
 * - `path`: the object path of the host that the text on the clipboard is for, as long as that is
 * to be shown: while a secret can be pasted, and a moment after a text without one; %NULL else
 * - `deadline`: when the clipboard is cleared, in microseconds by keyfob_clock_monotonic(); 0 never
 */

/**
 * keyfob_clipboard_new:
 * @clipboard: the clipboard of the display
 * @clock: a clock that also runs while the machine sleeps
 * @settings: the settings of Keyfob
 *
 * Returns: (transfer full): a clipboard without a secret
 */
KeyfobClipboard *
keyfob_clipboard_new (GdkClipboard *clipboard, KeyfobClock *clock, GSettings *settings);

/**
 * keyfob_clipboard_offer:
 * @text: the secret, copied
 * @title: a title to show
 * @renews: whether the secret can also renew the session
 *
 * Puts @text on the clipboard.
 */
void keyfob_clipboard_offer (KeyfobClipboard *self,
                             const char *text,
                             const char *title,
                             gboolean renews);

/**
 * keyfob_clipboard_offer_plain:
 * @text: a text without a secret, copied
 *
 * Puts @text on the clipboard, where it stays as any other text does.
 */
void keyfob_clipboard_offer_plain (KeyfobClipboard *self, const char *text);

/**
 * keyfob_clipboard_set_source:
 * @path: object path of a host on the bus
 * @form: the form of the copy
 *
 * Tells what keyfob_clipboard_offer() or keyfob_clipboard_offer_plain() has just put on the
 * clipboard. Sets the property `path`.
 */
void keyfob_clipboard_set_source (KeyfobClipboard *self, const char *path, KeyfobCopyForm form);

/** Returns: (nullable) (transfer none): the property `path` */
const char *keyfob_clipboard_get_path (KeyfobClipboard *self);

/** Returns: the form of what is on the clipboard, where there is a `path` */
KeyfobCopyForm keyfob_clipboard_get_form (KeyfobClipboard *self);

/** Returns: whether only a program with the focus can copy, as on Wayland without data control */
gboolean keyfob_clipboard_needs_window (KeyfobClipboard *self);

/**
 * keyfob_clipboard_clear:
 *
 * Makes that nobody can paste the secret any more. Does nothing where there is none, as when
 * another program has taken the clipboard.
 */
void keyfob_clipboard_clear (KeyfobClipboard *self);

/** Returns: the property `owner` */
gboolean keyfob_clipboard_is_owner (KeyfobClipboard *self);

/** Returns: (nullable): the title of the secret on the clipboard, %NULL without one */
const char *keyfob_clipboard_get_title (KeyfobClipboard *self);

/** Returns: seconds until the clipboard is cleared, rounded up; 0 for never */
guint keyfob_clipboard_get_seconds_left (KeyfobClipboard *self);

/**
 * keyfob_clipboard_set_clear_after_paste:
 *
 * Sets whether the clipboard is also cleared soon after a paste. A program that reads the clipboard
 * within a second after the copy is taken for a clipboard manager; that does not count as a paste.
 */
void keyfob_clipboard_set_clear_after_paste (KeyfobClipboard *self, gboolean clear_after_paste);

/** Returns: the form that the user prefers, where it is not a button that says which */
KeyfobCopyForm keyfob_clipboard_get_preferred_form (KeyfobClipboard *self);

/** Returns: after how many seconds what was copied is cleared, 0 for never: what the user has
 * chosen, within what the administrator allows */
guint keyfob_clipboard_get_seconds (GSettings *settings);

G_END_DECLS
