/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-decisions.h"

#include "keyfob-host-server.h"
#include "keyfob-host-storage.h"

static gint64
now (KeyfobHost *host)
{
  return keyfob_clock_now (keyfob_host_get_context (host)->clock);
}

static void
on_lapse_changed (KeyfobHost *host)
{
  keyfob_host_session_set_lapse_after (
      keyfob_host_get_session (host),
      keyfob_settings_get_lapse_after (keyfob_host_get_context (host)->settings));
  keyfob_host_check (host);
}

static void
on_at_rest (KeyfobHost *host)
{
  keyfob_host_check (host);
  if (keyfob_token_location_is_stale (keyfob_host_get_location (host)))
    keyfob_host_reload (host);
  keyfob_host_move_to_wanted (host);
}

/* A private agent is there for one call, and asks servers only for that. */
static gboolean
may_renew (KeyfobHost *host)
{
  return !keyfob_host_get_context (host)->is_private
         || !keyfob_host_session_get_renews (keyfob_host_get_session (host));
}

void
keyfob_host_check (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);

  if (keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    return;

  if (keyfob_host_session_get_save_due (session) <= now (host))
    {
      keyfob_host_save (host);
      return;
    }

  if (keyfob_host_session_get_due (session) <= now (host) && may_renew (host))
    keyfob_host_renew (host);

  keyfob_host_update (host);
}

void
keyfob_host_note_used (KeyfobHost *host)
{
  keyfob_host_session_note_used (keyfob_host_get_session (host));
  keyfob_host_save_use (host);
  keyfob_host_check (host);
}

void
keyfob_host_shift_clock (KeyfobHost *host, gint64 seconds)
{
  keyfob_host_session_shift (keyfob_host_get_session (host), seconds);
  if (keyfob_host_get_store (host) != NULL)
    keyfob_host_reload (host);
  keyfob_host_check (host);
}

void
keyfob_host_try_again (KeyfobHost *host)
{
  keyfob_host_session_forget_failures (keyfob_host_get_session (host));
  keyfob_host_check (host);
}

void
keyfob_host_start_decisions (KeyfobHost *host)
{
  g_signal_connect (host, "at-rest", G_CALLBACK (on_at_rest), NULL);
  g_signal_connect_object (keyfob_host_get_context (host)->settings, "notify::lapse-after",
                           G_CALLBACK (on_lapse_changed), host, G_CONNECT_SWAPPED);
  g_signal_connect_object (keyfob_host_get_context (host)->lock, "notify::locked",
                           G_CALLBACK (keyfob_host_update), host, G_CONNECT_SWAPPED);
}
