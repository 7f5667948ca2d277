/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * KeyfobCallback:
 * @state: (nullable): which sign-in it belongs to; only a refusal may lack it
 * @code: (nullable): the authorization code, where the provider said yes
 * @issuer: (nullable): `iss` (RFC 9207)
 * @error: (nullable): `error`, where it said no
 * @description: (nullable): `error_description`, without anything that could deceive a reader
 *
 * What the browser brings back from the provider (RFC 6749 sections 4.1.2 and 4.1.2.1): either
 * @code or @error. Holds secrets; freeing wipes them.
 */
typedef struct
{
  char *state;
  char *code;
  char *issuer;
  char *error;
  char *description;
} KeyfobCallback;

void keyfob_callback_free (KeyfobCallback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobCallback, keyfob_callback_free)

/**
 * keyfob_callback_parse:
 * @query: (nullable): as it stands in the request
 *
 * Reads what a provider answers. Parameters of other programs, and values that are empty, too long
 * or not text, count as absent. Where there is an error there is no code.
 *
 * Returns: (transfer full) (nullable): the answer; %NULL where there is neither a code with its
 *   state nor an error, or a parameter is there twice
 */
KeyfobCallback *keyfob_callback_parse (const char *query);

/**
 * keyfob_callback_matches:
 * @state: (nullable): the state to accept; %NULL: any whose middle part, between the first and the
 *   last `|`, is @redirect_uri
 *
 * Takes equally long wherever two states of the same length differ.
 */
gboolean
keyfob_callback_matches (KeyfobCallback *self, const char *state, const char *redirect_uri);

/**
 * keyfob_callback_to_error:
 *
 * Returns: (transfer full) (nullable): why the provider said no, %NULL where it said yes:
 *   KEYFOB_AUTH_ERROR_DENIED for `access_denied`, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where it
 *   wants to see the user, else KEYFOB_AUTH_ERROR_SERVER
 */
GError *keyfob_callback_to_error (KeyfobCallback *self);

G_END_DECLS
