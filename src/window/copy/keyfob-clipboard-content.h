/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * KEYFOB_CLIPBOARD_HINT:
 *
 * The type by which a clipboard says that it holds a password, so that clipboard managers keep no
 * copy of it; its content is %KEYFOB_CLIPBOARD_HINT_CONTENT.
 */
#define KEYFOB_CLIPBOARD_HINT "x-kde-passwordManagerHint"
#define KEYFOB_CLIPBOARD_HINT_CONTENT "secret"

#define KEYFOB_TYPE_CLIPBOARD_CONTENT (keyfob_clipboard_content_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobClipboardContent,
                      keyfob_clipboard_content,
                      KEYFOB,
                      CLIPBOARD_CONTENT,
                      GdkContentProvider)

/**
 * KeyfobClipboardContent:
 *
 * A secret text for the clipboard. Its memory is wiped when nobody needs it any more. Emits `read`
 * whenever somebody got the text.
 */

/**
 * keyfob_clipboard_content_new:
 * @text: UTF-8, copied
 * @hints: whether %KEYFOB_CLIPBOARD_HINT is among the types; GTK does not hand out its content, so
 *   somebody else has to
 *
 * Returns: (transfer full): the content
 */
KeyfobClipboardContent *keyfob_clipboard_content_new (const char *text, gboolean hints);

G_END_DECLS
