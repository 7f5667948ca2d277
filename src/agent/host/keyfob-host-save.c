/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-save.h"

#include "keyfob-session.h"

static void
take_saved (KeyfobHost *host, KeyfobToken *token, KeyfobTokenStore *store)
{
  keyfob_host_session_note_saved (keyfob_host_get_session (host), token);
  keyfob_token_location_refreshed (keyfob_host_get_location (host), store);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_store_later_finish (result, &error);

  if (token != NULL)
    take_saved (host, token, keyfob_session_get_store (result));
  else
    keyfob_host_session_note_not_saved (session, error);

  keyfob_host_settle (host, NULL, NULL);
}

void
keyfob_host_save (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  if (keyfob_host_session_is_saved (session) || with.store == NULL
      || keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    return;

  keyfob_host_begin (host, KEYFOB_HOST_IN_SAVE);
  keyfob_session_store_later_async (&with, keyfob_host_session_get_token (session), on_saved,
                                    g_object_ref (host));
}
