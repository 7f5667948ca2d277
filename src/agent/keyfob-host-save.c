/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-save.h"

#include "keyfob-late-save.h"

static void
take_saved (KeyfobHost *host, KeyfobToken *token)
{
  keyfob_standing_note_saved (keyfob_host_get_standing (host), token);
  keyfob_keeping_refreshed (keyfob_host_get_keeping (host), keyfob_host_get_store (host));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobStanding *standing = keyfob_host_get_standing (host);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_late_save_finish (result, &error);

  if (token != NULL)
    take_saved (host, token);
  else
    keyfob_standing_note_not_saved (standing, error);

  keyfob_host_settle (host, NULL, NULL);
}

void
keyfob_host_save (KeyfobHost *host)
{
  KeyfobStanding *standing = keyfob_host_get_standing (host);
  KeyfobTokenStore *store = keyfob_host_get_store (host);
  KeyfobClock *clock = keyfob_context_get_clock (keyfob_host_get_context (host));

  if (keyfob_standing_is_saved (standing) || store == NULL
      || keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    return;

  keyfob_host_begin (host, KEYFOB_HOST_IN_SAVE);
  keyfob_late_save_async (keyfob_host_get_config (host), store, clock,
                          keyfob_standing_get_token (standing), on_saved, g_object_ref (host));
}
