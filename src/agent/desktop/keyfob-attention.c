/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention.h"

#define ICON KEYFOB_APPLICATION_ID "-tray-"

KeyfobAttention
keyfob_attention_of (KeyfobHostState state,
                     gboolean can_refresh,
                     KeyfobAttention before,
                     gboolean soon)
{
  switch (state)
    {
    case KEYFOB_HOST_SIGNING_IN:
      return KEYFOB_ATTENTION_SIGNING_IN;
    case KEYFOB_HOST_EXPIRED:
      return can_refresh ? KEYFOB_ATTENTION_SIGNED_OUT : KEYFOB_ATTENTION_NEEDS_USER;
    case KEYFOB_HOST_OFFLINE:
      return KEYFOB_ATTENTION_OFFLINE;
    case KEYFOB_HOST_REFRESHING:
      return before == KEYFOB_ATTENTION_SIGNED_OUT || before == KEYFOB_ATTENTION_SIGNING_IN
                 ? KEYFOB_ATTENTION_GOOD
                 : before;
    case KEYFOB_HOST_SIGNED_IN:
      return soon ? KEYFOB_ATTENTION_SOON : KEYFOB_ATTENTION_GOOD;
    case KEYFOB_HOST_SIGNED_OUT:
    default:
      return KEYFOB_ATTENTION_SIGNED_OUT;
    }
}

const char *
keyfob_attention_get_icon (KeyfobAttention attention)
{
  static const char *const icons[] = {
    [KEYFOB_ATTENTION_GOOD] = ICON "good-symbolic",
    [KEYFOB_ATTENTION_SIGNED_OUT] = ICON "needs-user-symbolic",
    [KEYFOB_ATTENTION_SIGNING_IN] = ICON "signing-in-symbolic",
    [KEYFOB_ATTENTION_OFFLINE] = ICON "offline-symbolic",
    [KEYFOB_ATTENTION_SOON] = ICON "soon-symbolic",
    [KEYFOB_ATTENTION_NEEDS_USER] = ICON "needs-user-symbolic",
  };

  return icons[attention];
}
