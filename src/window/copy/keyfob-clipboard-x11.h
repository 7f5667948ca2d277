/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_CLIPBOARD_X11 (keyfob_clipboard_x11_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobClipboardX11, keyfob_clipboard_x11, KEYFOB, CLIPBOARD_X11, GObject)

/**
 * KeyfobClipboardX11:
 *
 * What GTK cannot do about a clipboard on X11: hand out the content of %KEYFOB_CLIPBOARD_HINT,
 * whose name is not one of a media type, and look who owns the clipboard at this very moment.
 */

/**
 * keyfob_clipboard_x11_new:
 *
 * Returns: (transfer full) (nullable): for the clipboard of @display, or %NULL where it is none of
 *   X11
 */
KeyfobClipboardX11 *keyfob_clipboard_x11_new (GdkDisplay *display);

/** To be called as soon as this program put a secret on the clipboard. */
void keyfob_clipboard_x11_claimed (KeyfobClipboardX11 *self);

/** To be called when the secret is not there any more. */
void keyfob_clipboard_x11_lost (KeyfobClipboardX11 *self);

/** Returns: whether nobody took the clipboard since keyfob_clipboard_x11_claimed() */
gboolean keyfob_clipboard_x11_is_owner (KeyfobClipboardX11 *self);

G_END_DECLS
