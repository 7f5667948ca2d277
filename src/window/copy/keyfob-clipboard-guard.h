/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

/**
 * KeyfobClipboardGuard:
 *
 * Clears the clipboard when the agent locks all tokens, and when the host of the secret that is on
 * it is signed out or removed. It listens on the bus without a client of the agent, since the
 * process stays for what was copied when there is no window any more.
 */
typedef struct _KeyfobClipboardGuard KeyfobClipboardGuard;

/**
 * keyfob_clipboard_guard_new:
 * @connection: the session bus
 * @clipboard: the clipboard
 *
 * Returns: (transfer full): a guard, until keyfob_clipboard_guard_free()
 */
KeyfobClipboardGuard *keyfob_clipboard_guard_new (GDBusConnection *connection,
                                                  KeyfobClipboard *clipboard);

void keyfob_clipboard_guard_free (KeyfobClipboardGuard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobClipboardGuard, keyfob_clipboard_guard_free)

G_END_DECLS
