/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-properties.h"

#define HOSTS_PATH "/org/keyfob/Keyfob/Agent/hosts/"
#define LONGEST_READABLE 60 /* characters of a URL in an object path */

char *
keyfob_host_properties_dup_path (KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
  g_autofree char *readable = g_strndup (url, LONGEST_READABLE);

  g_strcanon (readable, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS, '_');

  return g_strdup_printf (HOSTS_PATH "%s_%.12s", readable, digest);
}

void
keyfob_host_properties_show (KeyfobBusHost1 *face,
                             KeyfobConfig *config,
                             KeyfobTokenLocation *location,
                             KeyfobHostSession *session,
                             KeyfobHostState state,
                             KeyfobSignIn *sign_in)
{
  KeyfobToken *token = keyfob_host_session_get_token (session);

  keyfob_bus_host1_set_url (face, keyfob_config_get_base_url (config));
  keyfob_bus_host1_set_name (face, keyfob_config_get_name (config));
  keyfob_bus_host1_set_options (face, keyfob_config_to_options (config));
  keyfob_bus_host1_set_account (face, keyfob_host_session_get_account (session));
  keyfob_bus_host1_set_error (face, keyfob_host_session_get_error (session));
  keyfob_bus_host1_set_state (face, keyfob_host_state_to_string (state));
  keyfob_bus_host1_set_scope (face, token != NULL ? keyfob_token_get_scope (token) : "");
  keyfob_bus_host1_set_expires (face, token != NULL ? keyfob_token_get_expires (token) : 0);
  keyfob_bus_host1_set_store (face,
                              token != NULL ? keyfob_token_location_get_place (location) : "");
  keyfob_bus_host1_set_saved (face, keyfob_host_session_is_saved (session));
  keyfob_bus_host1_set_renews (face, keyfob_host_session_get_renews (session));
  keyfob_bus_host1_set_broker (face, token != NULL && keyfob_token_is_broker (token));
  keyfob_bus_host1_set_refresh_expires (
      face, token != NULL ? keyfob_token_get_refresh_expires (token) : 0);

  if (sign_in != NULL)
    keyfob_sign_in_show (sign_in, face);
  else
    keyfob_sign_in_show_nothing (face);
}
