/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * KeyfobCallback:
 * @state: (nullable): identifies the sign-in; %NULL only where there is an @error
 * @code: (nullable): the authorization code; %NULL where there is an @error, or no usable code
 * @issuer: (nullable): `iss` (RFC 9207)
 * @error: (nullable): error code of the provider, cleaned for display
 * @description: (nullable): `error_description`, cleaned for display
 * @ambiguous: whether a parameter is there twice with different values
 *
 * The authorization response (RFC 6749 sections 4.1.2 and 4.1.2.1). Contains secrets;
 * keyfob_callback_free() overwrites them.
 */
typedef struct
{
  char *state;
  char *code;
  char *issuer;
  char *error;
  char *description;
  gboolean ambiguous;
} KeyfobCallback;

void keyfob_callback_free (KeyfobCallback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobCallback, keyfob_callback_free)

/**
 * keyfob_callback_parse:
 * @query: (nullable): query of the request, encoded
 *
 * Ignores unknown parameters, and values that are empty, too long or not UTF-8. Where there is an
 * error, or the response is ambiguous, a code is ignored, too.
 *
 * Returns: (transfer full) (nullable): the response; %NULL where there is neither a state nor an
 * error
 */
KeyfobCallback *keyfob_callback_parse (const char *query);

/**
 * keyfob_callback_matches:
 * @state: (nullable): the state to accept; %NULL accepts any state with @redirect_uri between its
 *   first and its last `|`
 *
 * The time of the comparison does not depend on where two states of the same length differ.
 *
 * Returns: whether the response belongs to the sign-in with @state
 */
gboolean
keyfob_callback_matches (KeyfobCallback *self, const char *state, const char *redirect_uri);

/**
 * keyfob_callback_to_error:
 *
 * Returns: (transfer full) (nullable): the error of the provider, %NULL where there is a code:
 *   KEYFOB_AUTH_ERROR_DENIED for `access_denied`, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where the
 *   provider has to ask the user, else KEYFOB_AUTH_ERROR_SERVER; KEYFOB_AUTH_ERROR_BAD_ANSWER where
 *   there is neither an error nor a code
 */
GError *keyfob_callback_to_error (KeyfobCallback *self);

G_END_DECLS
