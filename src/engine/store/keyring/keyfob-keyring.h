/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * KeyfobKeyringState:
 * @KEYFOB_KEYRING_CLOSED: keyfob_keyring_open_async() was not called yet
 * @KEYFOB_KEYRING_OPENING: the Secret Service was asked and has not answered yet
 * @KEYFOB_KEYRING_THERE: there is a store, locked or not
 * @KEYFOB_KEYRING_ABSENT: there is no Secret Service on this desktop
 * @KEYFOB_KEYRING_SILENT: there is a Secret Service that does not answer
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
 * The keyring of the desktop session: whether there is one, and its store. The Secret Service is
 * not asked before keyfob_keyring_open_async(). From then on the keyring follows it without
 * polling: an absent one is opened when it comes to the bus, a silent one when it answers.
 *
 * Signal `changed`: the state has changed, or whether the keyring is locked, or the program that
 * keeps it.
 */

/**
 * keyfob_keyring_new:
 * @clock: tells the time at which a token is stored
 *
 * Returns: (transfer full): the keyring, closed
 */
KeyfobKeyring *keyfob_keyring_new (KeyfobClock *clock);

/** Returns: (transfer full): an absent keyring, for a program that is not to look for one */
KeyfobKeyring *keyfob_keyring_new_out_of_reach (KeyfobClock *clock);

KeyfobKeyringState keyfob_keyring_get_state (KeyfobKeyring *self);

/** Returns: (transfer none) (nullable): the store of the keyring; %NULL in any state but THERE */
KeyfobTokenStore *keyfob_keyring_get_store (KeyfobKeyring *self);

/** Returns: (nullable): a sentence why there is no store; %NULL while that is not known */
const GError *keyfob_keyring_get_error (KeyfobKeyring *self);

/** Opens the keyring where it is not open yet. Does not unlock it. */
void
keyfob_keyring_open_async (KeyfobKeyring *self, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where the keyring is silent; absence is no error */
gboolean keyfob_keyring_open_finish (KeyfobKeyring *self, GAsyncResult *result, GError **error);

G_END_DECLS
