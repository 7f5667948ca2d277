/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-state.h"

static const char *const words[] = {
  [KEYFOB_HOST_SIGNED_OUT] = "signed-out", [KEYFOB_HOST_SIGNING_IN] = "signing-in",
  [KEYFOB_HOST_SIGNED_IN] = "signed-in",   [KEYFOB_HOST_REFRESHING] = "refreshing",
  [KEYFOB_HOST_EXPIRED] = "expired",       [KEYFOB_HOST_OFFLINE] = "offline",
  [KEYFOB_HOST_LOCKED] = "locked",
};

const char *
keyfob_host_state_to_string (KeyfobHostState state)
{
  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (words), words[KEYFOB_HOST_SIGNED_OUT]);

  return words[state];
}

KeyfobHostState
keyfob_host_state_parse (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      return (KeyfobHostState) i;

  return KEYFOB_HOST_SIGNED_OUT;
}

gboolean
keyfob_host_state_is_unreadable (KeyfobHostState state, const char *store)
{
  return state == KEYFOB_HOST_LOCKED && store != NULL && *store != '\0'
         && !g_str_equal (store, "keyring");
}

gboolean
keyfob_host_state_needs_user (KeyfobHostState state)
{
  return state == KEYFOB_HOST_SIGNED_OUT || state == KEYFOB_HOST_EXPIRED;
}

gboolean
keyfob_host_state_has_token (KeyfobHostState state)
{
  return state == KEYFOB_HOST_SIGNED_IN || state == KEYFOB_HOST_REFRESHING
         || state == KEYFOB_HOST_OFFLINE;
}

gboolean
keyfob_host_state_can_renew (KeyfobHostState state, gboolean broker, gint64 left)
{
  return (state == KEYFOB_HOST_SIGNED_IN || state == KEYFOB_HOST_OFFLINE)
         && (!broker || left <= KEYFOB_BROKER_LIFE);
}

gboolean
keyfob_host_state_can_sign_out (KeyfobHostState state)
{
  return keyfob_host_state_has_token (state) || state == KEYFOB_HOST_LOCKED;
}
