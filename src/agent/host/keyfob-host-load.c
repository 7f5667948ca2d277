/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-load.h"

#include "keyfob-auth-error.h"

typedef struct
{
  KeyfobHost *host;
  GStrv places; /* to look in, the likeliest first */
  guint next;
  GError *error; /* (nullable): why one of them could not be asked */
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->host);
  g_strfreev (search->places);
  g_clear_error (&search->error);
  g_free (search);
}

static void
stand_without (KeyfobHost *host, const GError *error)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  gboolean known = *keyfob_host_session_get_account (session) != '\0';

  if (error == NULL)
    {
      keyfob_host_set_account (host, "");
      if (keyfob_host_session_get_state (session) != KEYFOB_HOST_SIGNED_OUT)
        keyfob_host_session_sign_out (session);
    }
  else if (known)
    {
      keyfob_host_session_expire (session, error->message);
    }
  /* a locked keyring is told once, not by every host that may never have had a token */
  else if (!g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    {
      keyfob_host_session_set_error (session, error->message);
    }
}

static void
stand_with (KeyfobHost *host, KeyfobTokenStore *store, KeyfobToken *token)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autofree char *claimed = keyfob_token_dup_account (token);

  keyfob_token_location_found (keyfob_host_get_location (host), store);
  keyfob_host_session_take_token (session, token, NULL);
  if (*keyfob_host_session_get_account (session) == '\0')
    keyfob_host_set_account (host, claimed);
}

/* Waits for a keyring that is being opened; keyfob_host_follow_stores() begins anew. */
static void
wait (Search *search)
{
  keyfob_host_begin (search->host, KEYFOB_HOST_WAITING);
  search_free (search);
}

static void
give_up (Search *search)
{
  stand_without (search->host, search->error);
  keyfob_host_settle (search->host, NULL, NULL);
  search_free (search);
}

static void
look_in_next (Search *search, GAsyncReadyCallback on_looked_up)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (search->host);
  KeyfobStores *stores = keyfob_host_get_context (search->host)->stores;
  const char *place;

  while ((place = search->places[search->next]) != NULL)
    {
      KeyfobTokenStore *store = keyfob_token_location_open (location, place);

      if (keyfob_stores_is_opening (stores, place))
        {
          wait (search);
          return;
        }

      search->next++;
      if (store != NULL)
        {
          keyfob_token_store_lookup_async (store, keyfob_host_get_config (search->host), NULL,
                                           on_looked_up, search);
          return;
        }
      if (search->error == NULL)
        search->error = keyfob_stores_new_error (stores);
    }

  give_up (search);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (store, result, &token, &error) && search->error == NULL)
    search->error = g_steal_pointer (&error);

  if (token == NULL)
    {
      look_in_next (search, on_looked_up);
      return;
    }

  stand_with (search->host, store, token);
  keyfob_host_settle (search->host, NULL, NULL);
  search_free (search);
}

void
keyfob_host_load (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobHostActivity activity = keyfob_host_get_activity (host);
  gboolean known = *keyfob_host_session_get_account (session) != '\0';
  Search *search;

  if (keyfob_host_session_get_token (session) != NULL)
    return;
  if (activity != KEYFOB_HOST_AT_REST && activity != KEYFOB_HOST_WAITING)
    return;

  search = g_new0 (Search, 1);
  search->host = g_object_ref (host);
  search->places = keyfob_token_location_dup_candidates (keyfob_host_get_location (host), known);

  keyfob_host_begin (host, KEYFOB_HOST_LOADING);
  look_in_next (search, on_looked_up);
}
