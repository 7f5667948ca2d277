/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_keyring_error_take:
 * @error: (transfer full) (nullable): an error of libsecret or D-Bus; %NULL where only the user can
 *   open the keyring
 *
 * Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED for a locked keyring, else
 *   KEYFOB_AUTH_ERROR_STORE; G_IO_ERROR_CANCELLED stays
 */
GError *keyfob_keyring_error_take (GError *error);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_STORE: the keyring does not answer */
GError *keyfob_keyring_error_new_silent (void);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED: the item is locked, though the keyring is
 * open
 */
GError *keyfob_keyring_error_new_locked_item (void);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED: the user has not answered a question of the
 * keyring before a token is stored */
GError *keyfob_keyring_error_new_unanswered (void);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED: there is no keyring so far */
GError *keyfob_keyring_error_new_missing (void);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED: the Secret Service has no keyring open */
GError *keyfob_keyring_error_new_closed (void);

/** Returns: whether the service has not answered in time */
gboolean keyfob_keyring_error_is_silence (const GError *error);

/** Returns: whether there is no Secret Service, and none can be started */
gboolean keyfob_keyring_error_is_no_service (const GError *error);

/** Returns: whether the item or collection does not exist */
gboolean keyfob_keyring_error_is_no_object (const GError *error);

G_END_DECLS
