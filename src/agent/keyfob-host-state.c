/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-state.h"

const char *
keyfob_host_state_to_string (KeyfobHostState state)
{
  switch (state)
    {
    case KEYFOB_HOST_SIGNED_OUT:
      return "signed-out";
    case KEYFOB_HOST_SIGNING_IN:
      return "signing-in";
    case KEYFOB_HOST_SIGNED_IN:
      return "signed-in";
    case KEYFOB_HOST_REFRESHING:
      return "refreshing";
    case KEYFOB_HOST_EXPIRED:
      return "expired";
    case KEYFOB_HOST_OFFLINE:
      return "offline";
    default:
      g_return_val_if_reached ("signed-out");
    }
}
