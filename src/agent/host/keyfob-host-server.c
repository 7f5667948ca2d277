/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-server.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-storage.h"
#include "keyfob-session.h"

static void
expire (KeyfobHost *host)
{
  g_autofree char *sentence =
      g_strdup_printf (_ ("The session at %s has ended. Sign in again."),
                       keyfob_config_get_name (keyfob_host_get_config (host)));

  keyfob_host_session_expire (keyfob_host_get_session (host), sentence);
}

static void
lapse (KeyfobHost *host)
{
  g_autofree char *sentence = g_strdup_printf (
      _ ("The session at %s was not renewed, because nobody has used it for long. Sign in when you "
         "need it."),
      keyfob_config_get_name (keyfob_host_get_config (host)));

  keyfob_host_session_lapse (keyfob_host_get_session (host), sentence);
}

static void
take_token (KeyfobHost *host,
            KeyfobToken *token,
            KeyfobTokenStore *store,
            const GError *store_error)
{
  keyfob_host_session_take_token (keyfob_host_get_session (host), token, store_error);
  if (store_error == NULL)
    keyfob_token_location_refreshed (keyfob_host_get_location (host), store);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_refresh_finish (result, &store_error, &error);

  if (token != NULL)
    take_token (host, token, keyfob_session_get_store (result), store_error);
  else if (keyfob_session_was_removed (result))
    keyfob_host_take_removal (host);
  else if (keyfob_session_has_ended (error))
    expire (host);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      keyfob_host_session_go_offline (session, error);
    }

  keyfob_host_finish (host, token, error);
}

/* A server that hands out a new refresh token ends the old one, so the new one needs a place. */
static void
wait_for_store (KeyfobHost *host)
{
  g_autoptr (GError) error = keyfob_stores_new_error (keyfob_host_get_context (host)->stores);

  keyfob_host_session_go_offline (keyfob_host_get_session (host), error);
}

void
keyfob_host_renew (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);

  if (keyfob_host_session_get_renews (session) && keyfob_host_get_store (host) == NULL)
    wait_for_store (host);
  else if (keyfob_host_session_get_renews (session))
    keyfob_host_refresh (host);
  else if (keyfob_host_session_can_refresh (session))
    lapse (host);
  else
    expire (host);
}

void
keyfob_host_refresh (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .server = keyfob_host_get_server (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  keyfob_host_session_note_asked (session);
  keyfob_host_begin (host, KEYFOB_HOST_IN_REFRESH);
  keyfob_session_refresh_async (&with, keyfob_host_session_get_token (session),
                                keyfob_host_session_is_saved (session), NULL, on_refreshed,
                                g_object_ref (host));
}

static void
on_userinfo (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = keyfob_server_userinfo_finish (KEYFOB_SERVER (source), result, &error);

  if (name == NULL)
    g_debug ("%s does not say who is signed in: %s",
             keyfob_config_get_base_url (keyfob_host_get_config (host)), error->message);
  else if (keyfob_host_session_get_token (keyfob_host_get_session (host)) != NULL)
    keyfob_host_set_account (host, name);
}

static void
remember_option (KeyfobHost *host, const char *name, gboolean value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, name, "b", value);
  keyfob_host_configure (host, g_variant_dict_end (&dict), NULL);
}

static void
learn_account (KeyfobHost *host)
{
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_autofree char *claimed = keyfob_token_dup_account (token);

  keyfob_host_set_account (host, claimed);
  keyfob_server_userinfo_async (keyfob_host_get_server (host), token, NULL, on_userinfo,
                                g_object_ref (host));
}

static void
learn_server (KeyfobHost *host, KeyfobSignIn *sign_in, const GError *error)
{
  KeyfobConfig *config = keyfob_host_get_config (host);

  if (keyfob_sign_in_is_by_code (sign_in) && keyfob_config_get_device_flow (config)
      && g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    remember_option (host, "device-flow", FALSE);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  g_autoptr (KeyfobSignIn) sign_in = g_object_ref (KEYFOB_SIGN_IN (source));
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) store_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_sign_in_run_finish (sign_in, result, &store_error, &error);

  if (token != NULL)
    {
      keyfob_host_session_take_token (session, token, store_error);
      if (store_error == NULL)
        keyfob_token_location_saved (keyfob_host_get_location (host),
                                     keyfob_sign_in_get_store (sign_in));
      learn_account (host);
    }
  else
    {
      gboolean wanted = !g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);

      keyfob_host_session_set_error (session, wanted ? error->message : "");
    }

  learn_server (host, sign_in, error);
  keyfob_host_set_sign_in (host, NULL);
  keyfob_sign_in_conclude (sign_in, error != NULL ? error->message : NULL);
  keyfob_host_finish (host, token, error);
}

void
keyfob_host_begin_sign_in (KeyfobHost *host, const KeyfobSignInOptions *options)
{
  g_autoptr (KeyfobSignIn) sign_in = keyfob_sign_in_new (
      keyfob_host_get_context (host), keyfob_host_get_config (host), keyfob_host_get_server (host),
      keyfob_token_location_get_store_for_new (keyfob_host_get_location (host)), options);

  keyfob_host_set_sign_in (host, sign_in);
  keyfob_host_session_set_error (keyfob_host_get_session (host), "");
  keyfob_sign_in_run_async (sign_in, on_signed_in, g_object_ref (host));
  keyfob_host_begin (host, KEYFOB_HOST_IN_SIGN_IN);
}
