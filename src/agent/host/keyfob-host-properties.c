/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-properties.h"

void
keyfob_host_properties_show (KeyfobBusHost1 *skeleton,
                             KeyfobConfig *config,
                             KeyfobTokenLocation *location,
                             KeyfobHostSession *session,
                             KeyfobHostState state,
                             KeyfobSignIn *sign_in)
{
  KeyfobToken *token = keyfob_host_session_get_token (session);

  keyfob_bus_host1_set_url (skeleton, keyfob_config_get_base_url (config));
  keyfob_bus_host1_set_name (skeleton, keyfob_config_get_name (config));
  keyfob_bus_host1_set_options (skeleton, keyfob_config_to_options (config));
  keyfob_bus_host1_set_account (skeleton, keyfob_host_session_get_account (session));
  keyfob_bus_host1_set_error (skeleton, keyfob_host_session_get_error (session));
  keyfob_bus_host1_set_state (skeleton, keyfob_host_state_to_string (state));
  keyfob_bus_host1_set_scope (skeleton, token != NULL ? keyfob_token_get_scope (token) : "");
  keyfob_bus_host1_set_expires (skeleton, keyfob_host_session_get_expires (session));
  keyfob_bus_host1_set_store (skeleton,
                              token != NULL ? keyfob_token_location_get_place (location) : "");
  keyfob_bus_host1_set_saved (skeleton, keyfob_host_session_is_saved (session));
  keyfob_bus_host1_set_renews (skeleton, keyfob_host_session_get_renews (session));
  keyfob_bus_host1_set_broker (skeleton, token != NULL && keyfob_token_is_broker (token));
  keyfob_bus_host1_set_refresh_expires (
      skeleton, token != NULL ? keyfob_token_get_refresh_expires (token) : 0);

  if (sign_in != NULL)
    keyfob_sign_in_show (sign_in, skeleton);
  else
    keyfob_sign_in_show_nothing (skeleton);
}
