/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-clipboard.h"
#include "keyfob-copy-form.h"

G_BEGIN_DECLS

/**
 * keyfob_copy_async:
 * @clipboard: the clipboard that gets the text
 * @host: the host that the token is for
 * @form: the form of the copy
 *
 * Puts a text on @clipboard. Where the form holds the token, gets that from the agent first, which
 * refreshes it where needed.
 */
void keyfob_copy_async (KeyfobClipboard *clipboard,
                        KeyfobBusHost1 *host,
                        KeyfobCopyForm form,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);

/**
 * keyfob_copy_finish:
 *
 * Returns: whether the text is on the clipboard; else @error is the error of GetToken, or
 *   %KEYFOB_AUTH_ERROR_BAD_ANSWER, or %KEYFOB_AUTH_ERROR_FAILED where only a program with the focus
 *   can copy and Keyfob has lost it
 */
gboolean keyfob_copy_finish (KeyfobClipboard *clipboard, GAsyncResult *result, GError **error);

G_END_DECLS
