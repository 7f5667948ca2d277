/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_COPY_BUTTON (keyfob_copy_button_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCopyButton, keyfob_copy_button, KEYFOB, COPY_BUTTON, GtkButton)

/**
 * KeyfobCopyButton:
 *
 * A button that copies something of a host, and says "Copied · 44 s" as long as that is on the
 * clipboard. Its width stays the same. Wakes the program once a second while somebody can see it
 * count. What it does is set by its action name; a screen reader gets its name from whoever uses
 * it.
 *
 * The properties are
 * - `text`: what it says else; %NULL for a pictogram, which becomes a tick
 * - `form`: the word of the form that it copies; %NULL to tell of all forms
 * - `copied`: whether it says so now (readable)
 * - `can-clear`: whether that is a secret, which keyfob_clipboard_clear() takes away (readable)
 */

/**
 * keyfob_copy_button_new:
 * @text: (nullable): the property `text`
 * @form: (nullable): the property `form`
 *
 * Returns: (transfer floating): a button for no host
 */
GtkWidget *keyfob_copy_button_new (const char *text, const char *form);

/**
 * keyfob_copy_button_set_host:
 * @clipboard: gets what is copied
 * @path: (nullable): object path of the host on the bus
 *
 * Shows what is on @clipboard of that host.
 */
void
keyfob_copy_button_set_host (KeyfobCopyButton *self, KeyfobClipboard *clipboard, const char *path);

/** Returns: the property `can-clear` */
gboolean keyfob_copy_button_can_clear (KeyfobCopyButton *self);

G_END_DECLS
