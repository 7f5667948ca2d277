/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-look.h"

#include "keyfob-host-load.h"
#include "keyfob-host-save.h"
#include "keyfob-host-tidy.h"
#include "keyfob-session.h"

static void
on_put_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_store_later_finish (result, &error);

  if (token != NULL)
    keyfob_host_session_note_saved (session, token);
  else
    keyfob_host_session_note_not_saved (session, error);
  keyfob_host_settle (host, NULL, NULL);
}

static void
put_back (KeyfobHost *host)
{
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  g_debug ("Another program has lost the token of %s; it is put back",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_session_store_later_async (&with,
                                    keyfob_host_session_get_token (keyfob_host_get_session (host)),
                                    on_put_back, g_object_ref (host));
}

static void
take_newer (KeyfobHost *host, KeyfobToken *stored)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (KeyfobToken) token =
      keyfob_token_keeping (stored, keyfob_host_session_get_token (session));
  g_autofree char *claimed = keyfob_token_dup_account (token);

  g_debug ("Another program has a newer token for %s",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_host_session_take_token (session, token, NULL);
  if (*claimed != '\0')
    keyfob_host_set_account (host, claimed);
  keyfob_host_settle (host, NULL, NULL);
}

static void
sign_out (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  g_auto (GStrv) left = keyfob_token_location_dup_left (location);

  g_debug ("Another program has signed out of %s",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_host_set_account (host, "");
  keyfob_host_session_sign_out (keyfob_host_get_session (host));
  keyfob_token_location_gone (location, (const char *const *) left);
  keyfob_host_settle (host, NULL, NULL);
}

static gboolean
is_worth_keeping (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobClock *clock = keyfob_host_get_context (host)->clock;
  KeyfobToken *token = keyfob_host_session_get_token (session);

  return keyfob_token_get_seconds_left (token, keyfob_clock_now (clock)) > 0
         || keyfob_host_session_can_refresh (session);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_autoptr (KeyfobToken) stored = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (store, result, &stored, &error))
    {
      g_debug ("The store cannot be read: %s", error->message);
      keyfob_host_settle (host, NULL, NULL);
    }
  else if (stored == NULL)
    {
      if (!keyfob_token_store_lookup_was_lost (store, result))
        sign_out (host);
      else if (is_worth_keeping (host))
        put_back (host);
      else
        keyfob_host_settle (host, NULL, NULL);
    }
  else if (keyfob_token_is_newer (stored, token))
    {
      take_newer (host, stored);
    }
  else if (keyfob_token_is_newer (token, stored))
    {
      put_back (host);
    }
  else
    {
      keyfob_host_settle (host, NULL, NULL);
    }
}

void
keyfob_host_look_again (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobTokenStore *store = keyfob_host_get_store (host);

  if (keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    {
      keyfob_token_location_set_stale (location, TRUE);
      return;
    }

  keyfob_token_location_set_stale (location, FALSE);
  if (keyfob_host_session_get_token (session) == NULL)
    {
      keyfob_host_tidy (host);
      keyfob_host_load (host);
      return;
    }
  /* it is missed there for no other reason; a newer one is still taken */
  if (!keyfob_host_session_is_saved (session))
    {
      keyfob_host_save (host);
      return;
    }

  /* a keyring that went away is looked at when it is back, see keyfob_host_follow_stores() */
  if (store == NULL)
    return;

  keyfob_host_begin (host, KEYFOB_HOST_LOADING);
  keyfob_token_store_lookup_async (store, keyfob_host_get_config (host), NULL, on_looked_up,
                                   g_object_ref (host));
}
