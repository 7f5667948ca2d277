/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-outlook.h"

#include "keyfob-host-state.h"

#define ICON KEYFOB_APPLICATION_ID "-tray-"

KeyfobOutlook
keyfob_outlook_of (KeyfobBusHost1 *host, gboolean can_refresh, KeyfobOutlook before, gboolean soon)
{
  switch (keyfob_host_state_parse (keyfob_bus_host1_get_state (host)))
    {
    case KEYFOB_HOST_SIGNING_IN:
      return KEYFOB_OUTLOOK_SIGNING_IN;
    case KEYFOB_HOST_EXPIRED:
      return can_refresh ? KEYFOB_OUTLOOK_SIGNED_OUT : KEYFOB_OUTLOOK_NEEDS_USER;
    case KEYFOB_HOST_OFFLINE:
      return KEYFOB_OUTLOOK_OFFLINE;
    case KEYFOB_HOST_REFRESHING:
      return before == KEYFOB_OUTLOOK_SIGNED_OUT || before == KEYFOB_OUTLOOK_SIGNING_IN
                 ? KEYFOB_OUTLOOK_GOOD
                 : before;
    case KEYFOB_HOST_SIGNED_IN:
      return soon ? KEYFOB_OUTLOOK_SOON : KEYFOB_OUTLOOK_GOOD;
    case KEYFOB_HOST_SIGNED_OUT:
    default:
      return KEYFOB_OUTLOOK_SIGNED_OUT;
    }
}

const char *
keyfob_outlook_get_icon (KeyfobOutlook outlook)
{
  static const char *const icons[] = {
    [KEYFOB_OUTLOOK_GOOD] = ICON "good-symbolic",
    [KEYFOB_OUTLOOK_SIGNED_OUT] = ICON "needs-user-symbolic",
    [KEYFOB_OUTLOOK_SIGNING_IN] = ICON "signing-in-symbolic",
    [KEYFOB_OUTLOOK_OFFLINE] = ICON "offline-symbolic",
    [KEYFOB_OUTLOOK_SOON] = ICON "soon-symbolic",
    [KEYFOB_OUTLOOK_NEEDS_USER] = ICON "needs-user-symbolic",
  };

  return icons[outlook];
}
