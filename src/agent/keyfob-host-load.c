/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-load.h"

#include "keyfob-auth-error.h"
#include "keyfob-host-save.h"

static void
stand_as_found (KeyfobHost *host, KeyfobToken *token, const GError *error)
{
  KeyfobStanding *standing = keyfob_host_get_standing (host);
  gboolean known = *keyfob_standing_get_account (standing) != '\0';

  if (token != NULL)
    {
      g_autofree char *claimed = keyfob_token_dup_account (token);

      keyfob_standing_take_token (standing, token, NULL);
      if (!known)
        keyfob_host_set_account (host, claimed);
    }
  else if (error == NULL)
    {
      keyfob_host_set_account (host, "");
      if (keyfob_standing_get_state (standing) != KEYFOB_HOST_SIGNED_OUT)
        keyfob_standing_sign_out (standing);
    }
  else if (known)
    {
      keyfob_standing_expire (standing, error->message);
    }
  /* a locked keyring is told once, not by every host that may never have had a token */
  else if (!g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    {
      keyfob_standing_set_error (standing, error->message);
    }
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_token_store_lookup_finish (KEYFOB_TOKEN_STORE (source), result, &token, &error);
  stand_as_found (host, token, error);
  keyfob_host_settle (host, NULL, NULL);
}

void
keyfob_host_load (KeyfobHost *host)
{
  KeyfobTokenStore *store = keyfob_host_get_store (host);
  KeyfobHostActivity activity = keyfob_host_get_activity (host);

  keyfob_host_save (host);
  if (store == NULL || keyfob_standing_get_token (keyfob_host_get_standing (host)) != NULL)
    return;
  if (activity != KEYFOB_HOST_AT_REST && activity != KEYFOB_HOST_WAITING)
    return;

  keyfob_host_begin (host, KEYFOB_HOST_LOADING);
  keyfob_token_store_lookup_async (store, keyfob_host_get_config (host), NULL, on_looked_up,
                                   g_object_ref (host));
}

void
keyfob_host_give_up_loading (KeyfobHost *host, const GError *error)
{
  if (keyfob_host_get_activity (host) != KEYFOB_HOST_WAITING)
    return;

  stand_as_found (host, NULL, error);
  keyfob_host_settle (host, NULL, NULL);
}
