/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * KeyfobKeyringState:
 * @KEYFOB_KEYRING_CLOSED: nobody asked for it yet
 * @KEYFOB_KEYRING_OPENING: it was asked and has not answered yet
 * @KEYFOB_KEYRING_THERE: it can be asked for tokens, locked or not
 * @KEYFOB_KEYRING_ABSENT: there is no Secret Service on this desktop
 * @KEYFOB_KEYRING_SILENT: there is one that does not answer
 */
typedef enum
{
  KEYFOB_KEYRING_CLOSED,
  KEYFOB_KEYRING_OPENING,
  KEYFOB_KEYRING_THERE,
  KEYFOB_KEYRING_ABSENT,
  KEYFOB_KEYRING_SILENT,
} KeyfobKeyringState;

#define KEYFOB_TYPE_KEYRING (keyfob_keyring_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeyring, keyfob_keyring, KEYFOB, KEYRING, GObject)

/**
 * KeyfobKeyring:
 *
 * The keyring of the session, as it comes, hangs, goes and returns. Nothing is asked of it before
 * keyfob_keyring_open_async(); from then on it is followed without polling: one that was absent is
 * opened when it comes to the bus, one that was silent when it answers.
 *
 * Signal `changed`: the state, whether the keyring is locked, or which program it is, has changed.
 */

/**
 * keyfob_keyring_new:
 * @clock: says when a token is stored
 *
 * Returns: (transfer full): the keyring, closed
 */
KeyfobKeyring *keyfob_keyring_new (KeyfobClock *clock);

KeyfobKeyringState keyfob_keyring_get_state (KeyfobKeyring *self);

/** Returns: (nullable): the store in it; %NULL where it is not there */
KeyfobTokenStore *keyfob_keyring_get_store (KeyfobKeyring *self);

/** Returns: (nullable): why it cannot be asked, in a sentence; %NULL while that is not known */
const GError *keyfob_keyring_get_error (KeyfobKeyring *self);

/** Opens the keyring, or waits for that, where it is not open yet. Does not unlock it. */
void
keyfob_keyring_open_async (KeyfobKeyring *self, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where it does not answer; absence is no error */
gboolean keyfob_keyring_open_finish (KeyfobKeyring *self, GAsyncResult *result, GError **error);

G_END_DECLS
