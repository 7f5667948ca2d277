/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-tidy.h"

#include "keyfob-host-load.h"

typedef struct
{
  KeyfobHost *host;
  char *place;
} Leftover;

static void
leftover_free (Leftover *leftover)
{
  g_object_unref (leftover->host);
  g_free (leftover->place);
  g_free (leftover);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Leftover, leftover_free)

static void
note_tidied (Leftover *leftover)
{
  KeyfobHost *host = leftover->host;
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  KeyfobHostState state = keyfob_host_session_get_state (keyfob_host_get_session (host));
  g_auto (GStrv) left = NULL;

  keyfob_token_location_tidied (location, leftover->place);
  left = keyfob_token_location_dup_left (location);
  /* what it has said was that a copy is left */
  if (left[0] == NULL && (state == KEYFOB_HOST_SIGNED_OUT || state == KEYFOB_HOST_SIGNED_IN))
    keyfob_host_set_error (host, "");
}

/* The user may have signed in again meanwhile. */
static gboolean
is_left (Leftover *leftover)
{
  g_auto (GStrv) left = keyfob_token_location_dup_left (keyfob_host_get_location (leftover->host));

  return g_strv_contains ((const char *const *) left, leftover->place);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Leftover) leftover = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_token_store_remove_finish (KEYFOB_TOKEN_STORE (source), result, &error))
    note_tidied (leftover);
  else
    g_debug ("A copy of the token is still there: %s", error->message);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Leftover) leftover = user_data;
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  gint64 left_at = keyfob_token_location_get_left_at (keyfob_host_get_location (leftover->host));
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (store, result, &token, &error))
    {
      g_debug ("What is left cannot be read: %s", error->message);
    }
  else if (token != NULL && keyfob_token_get_received (token) > left_at)
    {
      note_tidied (leftover);
      keyfob_host_load (leftover->host);
    }
  else if (is_left (leftover))
    {
      KeyfobConfig *config = keyfob_host_get_config (leftover->host);

      keyfob_token_store_remove_async (store, config, NULL, on_removed,
                                       g_steal_pointer (&leftover));
    }
}

/* Where the token is about to go, it takes the place of the copy. */
static gboolean
is_superfluous (KeyfobHost *host, const char *place)
{
  return keyfob_host_session_get_token (keyfob_host_get_session (host)) == NULL
         || !g_str_equal (place,
                          keyfob_token_location_get_wanted (keyfob_host_get_location (host)));
}

void
keyfob_host_tidy (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  g_auto (GStrv) left = keyfob_token_location_dup_left (location);

  for (gsize i = 0; left[i] != NULL; i++)
    {
      KeyfobTokenStore *store = keyfob_token_location_open (location, left[i]);
      Leftover *leftover;

      if (store == NULL || keyfob_token_store_get_locked (store) || !is_superfluous (host, left[i]))
        continue;

      leftover = g_new0 (Leftover, 1);
      leftover->host = g_object_ref (host);
      leftover->place = g_strdup (left[i]);
      keyfob_token_store_lookup_async (store, keyfob_host_get_config (host), NULL, on_looked_up,
                                       leftover);
    }
}
