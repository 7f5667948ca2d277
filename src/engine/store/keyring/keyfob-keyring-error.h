/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_keyring_error_take:
 * @error: (transfer full) (nullable): what libsecret or D-Bus said
 *
 * Returns: (transfer full): KEYFOB_AUTH_ERROR_LOCKED where only the user can go on, which is also
 *   what it means when nothing was said; else KEYFOB_AUTH_ERROR_STORE. A cancellation stays one.
 */
GError *keyfob_keyring_error_take (GError *error);

/** Returns: (transfer full): KEYFOB_AUTH_ERROR_STORE for a keyring that does not answer */
GError *keyfob_keyring_error_new_silent (void);

/** Returns: whether it says that there is no Secret Service, nor one that could be started */
gboolean keyfob_keyring_error_is_no_service (const GError *error);

/** Returns: whether it says that there is no such item or collection */
gboolean keyfob_keyring_error_is_no_object (const GError *error);

G_END_DECLS
