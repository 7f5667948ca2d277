/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-learn.h"

#include "keyfob-auth-error.h"

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

void
keyfob_host_learn_account (KeyfobHost *host)
{
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_autofree char *claimed = keyfob_token_dup_account (token);

  keyfob_host_set_account (host, claimed);
  keyfob_server_userinfo_async (keyfob_host_get_server (host), token, NULL, on_userinfo,
                                g_object_ref (host));
}

void
keyfob_host_learn_server (KeyfobHost *host, KeyfobSignIn *sign_in, const GError *error)
{
  KeyfobConfig *config = keyfob_host_get_config (host);

  if (keyfob_sign_in_is_by_code (sign_in) && keyfob_config_get_device_flow (config)
      && g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    remember_option (host, "device-flow", FALSE);
}
