/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-storage.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-session.h"

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

/* There was a token when the agent ran last: a server need not tell whose it is. */
static gboolean
had_token (KeyfobHost *host)
{
  g_autofree char *recorded = keyfob_token_location_dup_recorded (keyfob_host_get_location (host));

  return *recorded != '\0'
         || *keyfob_host_session_get_account (keyfob_host_get_session (host)) != '\0';
}

/* Returns: whether something is stored that only a sign-in can replace */
static gboolean
is_no_token (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
}

static void
take_missing (KeyfobHost *host, const GError *error)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);

  keyfob_host_session_end_store_failure (session);
  if (error == NULL)
    {
      keyfob_host_set_account (host, "");
      if (keyfob_host_session_get_state (session) != KEYFOB_HOST_SIGNED_OUT)
        keyfob_host_session_sign_out (session);
    }
  else if (is_no_token (error))
    {
      keyfob_host_session_lapse (session, error->message);
    }
  /* a private agent knows of no earlier time, and the user of no sign-in that would help */
  else if (had_token (host) || keyfob_host_get_context (host)->is_private)
    {
      keyfob_host_session_lock (session, error);
    }
  /* the notice about a locked keyring is enough for hosts that may never have had a token */
  else if (!g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    {
      keyfob_host_session_note_store_failure (session, error);
    }
}

static void
take_found (KeyfobHost *host, KeyfobTokenStore *store, KeyfobToken *token)
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
wait_for_store (Search *search)
{
  keyfob_host_begin (search->host, KEYFOB_HOST_WAITING);
  search_free (search);
}

static void
end_search (Search *search)
{
  take_missing (search->host, search->error);
  keyfob_host_finish (search->host, NULL, NULL);
  search_free (search);
}

/* The first failure counts. Where a place cannot be read, the token may be there, whatever is in
 * the others.
 *
 * @error: (transfer full) */
static void
note_failure (Search *search, GError *error)
{
  if (search->error == NULL || (is_no_token (search->error) && !is_no_token (error)))
    {
      g_clear_error (&search->error);
      search->error = error;
    }
  else
    {
      g_error_free (error);
    }
}

static void on_found (GObject *source, GAsyncResult *result, gpointer user_data);

static void
search_next (Search *search)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (search->host);
  KeyfobStores *stores = keyfob_host_get_context (search->host)->stores;
  const char *place;

  while ((place = search->places[search->next]) != NULL)
    {
      KeyfobTokenStore *store = keyfob_token_location_open (location, place);

      if (keyfob_stores_is_opening (stores, place))
        {
          wait_for_store (search);
          return;
        }

      search->next++;
      if (store != NULL)
        {
          keyfob_token_store_lookup_async (store, keyfob_host_get_config (search->host), NULL,
                                           on_found, search);
          return;
        }
      note_failure (search, keyfob_stores_new_error (stores));
    }

  end_search (search);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (store, result, &token, &error))
    note_failure (search, g_steal_pointer (&error));

  if (token == NULL)
    {
      search_next (search);
      return;
    }

  take_found (search->host, store, token);
  keyfob_host_finish (search->host, NULL, NULL);
  search_free (search);
}

void
keyfob_host_load (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobHostActivity activity = keyfob_host_get_activity (host);
  Search *search;

  if (keyfob_host_session_get_token (session) != NULL)
    return;
  if (activity != KEYFOB_HOST_AT_REST && activity != KEYFOB_HOST_WAITING)
    return;

  search = g_new0 (Search, 1);
  search->host = g_object_ref (host);
  search->places =
      keyfob_token_location_dup_candidates (keyfob_host_get_location (host), had_token (host));

  keyfob_host_begin (host, KEYFOB_HOST_LOADING);
  search_next (search);
}

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

  keyfob_host_finish (host, NULL, NULL);
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

  if (keyfob_host_session_is_saved (session)
      || keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    return;

  if (with.store == NULL)
    {
      g_autoptr (GError) error = keyfob_stores_new_error (keyfob_host_get_context (host)->stores);

      keyfob_host_session_note_not_saved (session, error);
      keyfob_host_update (host);
      return;
    }

  keyfob_host_begin (host, KEYFOB_HOST_IN_SAVE);
  keyfob_session_store_later_async (&with, keyfob_host_session_get_token (session), on_saved,
                                    g_object_ref (host));
}

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
note_leftover_removed (Leftover *leftover)
{
  KeyfobHost *host = leftover->host;
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  KeyfobHostState state = keyfob_host_session_get_state (keyfob_host_get_session (host));
  g_auto (GStrv) left = NULL;

  keyfob_token_location_copy_removed (location, leftover->place);
  left = keyfob_token_location_dup_left (location);
  /* what it has said was that a copy is left */
  if (left[0] == NULL && (state == KEYFOB_HOST_SIGNED_OUT || state == KEYFOB_HOST_SIGNED_IN))
    keyfob_host_set_error (host, "");
}

/* The user may have signed in again meanwhile, and another program may use the place. */
static gboolean
is_old (KeyfobToken *stored, gpointer user_data)
{
  Leftover *leftover = user_data;
  KeyfobTokenLocation *location = keyfob_host_get_location (leftover->host);
  g_auto (GStrv) left = keyfob_token_location_dup_left (location);

  return g_strv_contains ((const char *const *) left, leftover->place)
         && keyfob_token_get_received (stored) <= keyfob_token_location_get_left_at (location);
}

static void
on_leftover_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Leftover) leftover = user_data;
  g_autoptr (KeyfobToken) stays = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_session_remove_old_finish (result, &stays, &error))
    {
      g_debug ("A copy of the token is still there: %s", error->message);
      return;
    }

  note_leftover_removed (leftover);
  if (stays != NULL)
    keyfob_host_load (leftover->host);
}

/* Where the token is about to go, it takes the place of the copy. */
static gboolean
is_leftover (KeyfobHost *host, const char *place)
{
  return keyfob_host_session_get_token (keyfob_host_get_session (host)) == NULL
         || !g_str_equal (place,
                          keyfob_token_location_get_wanted (keyfob_host_get_location (host)));
}

void
keyfob_host_remove_leftovers (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  g_auto (GStrv) left = keyfob_token_location_dup_left (location);

  for (gsize i = 0; left[i] != NULL; i++)
    {
      const KeyfobSession with = {
        .config = keyfob_host_get_config (host),
        .store = keyfob_token_location_open (location, left[i]),
        .clock = keyfob_host_get_context (host)->clock,
      };
      Leftover *leftover;

      if (with.store == NULL || keyfob_token_store_get_locked (with.store)
          || !is_leftover (host, left[i]))
        continue;

      leftover = g_new0 (Leftover, 1);
      leftover->host = g_object_ref (host);
      leftover->place = g_strdup (left[i]);
      keyfob_session_remove_old_async (&with, is_old, on_leftover_removed, leftover);
    }
}

static void
on_put_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_store_later_finish (result, &error);

  if (token != NULL)
    keyfob_host_session_note_saved (session, token);
  else
    keyfob_host_session_note_not_saved (session, error);
  keyfob_host_finish (host, NULL, NULL);
}

static void
put_back (KeyfobHost *host)
{
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  g_debug ("Another program has lost the token of %s; it is put back",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_session_store_later_async (&with,
                                    keyfob_host_session_get_token (keyfob_host_get_session (host)),
                                    on_put_back, g_object_ref (host));
}

static void
take_newer (KeyfobHost *host, KeyfobToken *stored)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_autoptr (KeyfobToken) token =
      keyfob_token_with_refresh_token_of (stored, keyfob_host_session_get_token (session));
  g_autofree char *claimed = keyfob_token_dup_account (token);

  g_debug ("Another program has a newer token for %s",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_host_session_take_token (session, token, NULL);
  if (*claimed != '\0')
    keyfob_host_set_account (host, claimed);
  keyfob_host_finish (host, NULL, NULL);
}

void
keyfob_host_take_removal (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  g_auto (GStrv) left = keyfob_token_location_dup_left (location);

  g_debug ("Another program has signed out of %s",
           keyfob_config_get_base_url (keyfob_host_get_config (host)));
  keyfob_host_set_account (host, "");
  keyfob_host_session_sign_out (keyfob_host_get_session (host));
  keyfob_token_location_gone (location, (const char *const *) left);
}

static gboolean
is_worth_keeping (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobClock *clock = keyfob_host_get_context (host)->clock;
  KeyfobToken *token = keyfob_host_session_get_token (session);

  return keyfob_token_get_seconds_left (token, keyfob_clock_now (clock)) > 0
         || keyfob_host_session_can_refresh (session);
}

static void
on_reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHost) host = KEYFOB_HOST (user_data);
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_autoptr (KeyfobToken) stored = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (store, result, &stored, &error))
    {
      g_debug ("The store cannot be read: %s", error->message);
      keyfob_host_finish (host, NULL, NULL);
    }
  else if (stored == NULL)
    {
      if (!keyfob_token_store_lookup_was_lost (store, result, token))
        {
          keyfob_host_take_removal (host);
          keyfob_host_finish (host, NULL, NULL);
        }
      else if (is_worth_keeping (host))
        {
          put_back (host);
        }
      else
        {
          keyfob_host_finish (host, NULL, NULL);
        }
    }
  else if (keyfob_token_is_superseded (token, stored))
    {
      take_newer (host, stored);
    }
  else if (keyfob_token_is_newer (token, stored))
    {
      put_back (host);
    }
  else
    {
      keyfob_host_finish (host, NULL, NULL);
    }
}

void
keyfob_host_reload (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobTokenStore *store = keyfob_host_get_store (host);

  if (keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    {
      keyfob_token_location_set_stale (location, TRUE);
      return;
    }

  keyfob_token_location_set_stale (location, FALSE);
  if (keyfob_host_session_get_token (session) == NULL)
    {
      keyfob_host_remove_leftovers (host);
      keyfob_host_load (host);
      return;
    }
  /* the store lacks the token only because it could not be saved; a newer one is still taken */
  if (!keyfob_host_session_is_saved (session))
    {
      keyfob_host_save (host);
      return;
    }

  /* a keyring that went away is looked at when it is back, see keyfob_host_follow_stores() */
  if (store == NULL)
    return;

  keyfob_host_begin (host, KEYFOB_HOST_LOADING);
  keyfob_token_store_lookup_async (store, keyfob_host_get_config (host), NULL, on_reloaded,
                                   g_object_ref (host));
}

typedef struct
{
  GVariant *options; /* (nullable): what the user wants changed */
  KeyfobTokenStore *from;
  KeyfobTokenStore *to;
} Change;

static void
change_free (Change *change)
{
  g_clear_pointer (&change->options, g_variant_unref);
  g_clear_object (&change->from);
  g_clear_object (&change->to);
  g_free (change);
}

static void
take_moved (KeyfobHost *host, Change *change, KeyfobToken *token, const GError *left_error)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  g_autofree char *old_place = g_strdup (keyfob_token_location_get_place (location));
  const char *shown = keyfob_token_get_access_token (keyfob_host_session_get_token (session));

  if (change->options != NULL)
    keyfob_host_configure (host, change->options, NULL);
  keyfob_token_location_saved (location, change->to);
  keyfob_host_session_end_store_failure (session);
  if (!g_str_equal (keyfob_token_get_access_token (token), shown))
    keyfob_host_session_take_token (session, token, NULL);
  else if (!keyfob_host_session_is_saved (session))
    keyfob_host_session_note_saved (session, token);

  if (left_error == NULL)
    {
      keyfob_token_location_copy_removed (location, old_place);
    }
  else
    {
      g_autofree char *sentence = g_strdup_printf (
          _ ("The token has moved, but a copy could not be removed. %s"), left_error->message);

      keyfob_host_session_set_error (session, sentence);
    }
}

static void run_change (GTask *task);

/* Changes that the user wants are made one after the other, so that the last one counts.
 *
 * @error: (transfer full) (nullable) */
static void
end_change (GTask *task, GError *error)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  GQueue *changes = keyfob_host_get_changes (host);
  g_autoptr (GTask) ended = change->options != NULL ? g_queue_pop_head (changes) : NULL;

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  if (ended != NULL && !g_queue_is_empty (changes))
    run_change (g_queue_peek_head (changes));
}

static void
on_moved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = g_task_get_source_object (task);
  g_autoptr (GError) left_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_move_finish (result, &left_error, &error);

  if (token != NULL)
    take_moved (host, g_task_get_task_data (task), token, left_error);
  else
    keyfob_token_location_move_failed (keyfob_host_get_location (host));
  keyfob_host_finish (host, NULL, NULL);

  end_change (task, g_steal_pointer (&error));
}

static void
begin_move (GTask *task, KeyfobTokenStore *to)
{
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  Change *change = g_task_get_task_data (task);
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  change->from = g_object_ref (with.store);
  change->to = g_object_ref (to);

  keyfob_host_begin (host, KEYFOB_HOST_IN_MOVE);
  keyfob_session_move_async (&with, change->to, keyfob_host_session_get_token (session),
                             keyfob_host_session_get_state (session) == KEYFOB_HOST_EXPIRED,
                             on_moved, g_object_ref (task));
}

/* @options: (nullable) (transfer full) */
static GTask *
change_task_new (KeyfobHost *host,
                 GVariant *options,
                 gpointer source_tag,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  GTask *task = g_task_new (host, NULL, callback, user_data);
  Change *change = g_new0 (Change, 1);

  change->options = options;
  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);

  return task;
}

/* What another program has put into the file stays there for it, and is used from there. */
static void
choose_current_place (KeyfobHost *host)
{
  KeyfobStores *stores = keyfob_host_get_context (host)->stores;
  const char *place = keyfob_token_location_get_place (keyfob_host_get_location (host));
  gboolean shared = g_str_equal (place, keyfob_stores_get_shared_file (stores));
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "store", "s", shared ? "file" : place);
  keyfob_host_configure (host, g_variant_dict_end (&dict), NULL);
}

static void
tell_of_move (KeyfobHost *host)
{
  keyfob_notices_add (keyfob_host_get_context (host)->notices, "moved-to-keyring",
                      _ ("There is a keyring now, and the tokens that were in the token file have "
                         "moved into it."));
}

static void
on_moved_to_wanted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_host_configure_finish (host, result, &error))
    {
      keyfob_host_session_note_store_failure (keyfob_host_get_session (host), error);
      keyfob_host_update (host);
    }
  else if (*keyfob_config_get_store (keyfob_host_get_config (host)) == '\0')
    tell_of_move (host);
}

static gboolean
must_move (KeyfobHost *host, KeyfobConfig *changed)
{
  KeyfobContext *context = keyfob_host_get_context (host);
  const char *place = keyfob_token_location_get_place (keyfob_host_get_location (host));
  const char *wanted = keyfob_stores_get_place (context->stores, changed);

  return keyfob_host_get_activity (host) == KEYFOB_HOST_AT_REST && *place != '\0'
         && keyfob_host_session_get_token (keyfob_host_get_session (host)) != NULL
         && !g_str_equal (place, wanted);
}

static void
configure_at_rest (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  KeyfobStores *stores = keyfob_host_get_context (host)->stores;
  GError *error = NULL;
  g_autoptr (KeyfobConfig) changed = NULL;
  KeyfobTokenStore *to;

  if (keyfob_stores_check_options (stores, change->options, &error))
    changed = keyfob_config_with_options (keyfob_host_get_config (host), change->options, &error);

  if (changed == NULL)
    {
      end_change (task, error);
      return;
    }
  if (!must_move (host, changed))
    {
      keyfob_host_configure (host, change->options, NULL);
      /* a token that could not be saved has no place to move from */
      keyfob_host_save (host);
      keyfob_host_load (host);
      end_change (task, NULL);
      return;
    }

  to = keyfob_stores_get (stores, changed);
  if (to != NULL)
    begin_move (task, to);
  else
    end_change (task, keyfob_stores_new_error (stores));
}

/* Whether the activity is a short one: without the server and without the user. */
static gboolean
is_soon_at_rest (KeyfobHost *host)
{
  KeyfobHostActivity activity = keyfob_host_get_activity (host);

  return activity == KEYFOB_HOST_LOADING || activity == KEYFOB_HOST_IN_SAVE
         || activity == KEYFOB_HOST_IN_MOVE;
}

static void
on_soon_at_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  run_change (task);
}

static void
run_change (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);

  if (is_soon_at_rest (host))
    keyfob_host_join_async (host, on_soon_at_rest, g_object_ref (task));
  else
    configure_at_rest (task);
}

void
keyfob_host_configure_async (KeyfobHost *host,
                             GVariant *options,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GQueue *changes = keyfob_host_get_changes (host);

  g_queue_push_tail (changes, change_task_new (host, g_variant_ref_sink (options),
                                               keyfob_host_configure_async, callback, user_data));
  if (g_queue_get_length (changes) == 1)
    run_change (g_queue_peek_head (changes));
}

gboolean
keyfob_host_configure_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_host_move_to_wanted (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  const char *target = keyfob_token_location_get_target (location);
  gboolean chosen = *keyfob_config_get_store (keyfob_host_get_config (host)) != '\0';
  g_autoptr (GTask) task = NULL;

  /* a private agent moves nothing by itself */
  if (keyfob_host_get_context (host)->is_private)
    return;
  if (target == NULL || keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST
      || keyfob_host_session_get_token (keyfob_host_get_session (host)) == NULL)
    return;

  if (!chosen && !keyfob_token_location_is_own (location))
    {
      choose_current_place (host);
      return;
    }

  task = change_task_new (host, NULL, keyfob_host_move_to_wanted, on_moved_to_wanted, NULL);
  begin_move (task, keyfob_token_location_open (location, target));
}

typedef struct
{
  KeyfobConfig *to;
  GError *left_error; /* (nullable) */
} AddressChange;

static void
address_change_free (AddressChange *change)
{
  g_object_unref (change->to);
  g_clear_error (&change->left_error);
  g_free (change);
}

/* @error: (transfer full) (nullable): why there is none */
static void
end_address_change (GTask *task, GError *error)
{
  KeyfobHost *host = g_task_get_source_object (task);
  AddressChange *change = g_task_get_task_data (task);

  if (error != NULL)
    {
      keyfob_host_file_remove (keyfob_host_get_context (host)->file, change->to);
    }
  else
    {
      /* nothing of what follows the rest is about the token any more */
      keyfob_host_begin_removal (host);
      keyfob_host_drop_token_file (host);
      keyfob_host_session_sign_out (keyfob_host_get_session (host));
      keyfob_token_location_set_stale (keyfob_host_get_location (host), FALSE);
    }
  keyfob_host_finish (host, NULL, NULL);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_token_at_new_address (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  AddressChange *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_move_finish (result, &change->left_error, &error);

  end_address_change (task, token == NULL ? error : NULL);
}

/* The new address is in the list before the token is moved, so that it is found after a crash. */
static void
on_new_address_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  AddressChange *change = g_task_get_task_data (task);
  GError *error = NULL;
  const KeyfobSession with = {
    .config = keyfob_host_get_config (host),
    .store = keyfob_host_get_store (host),
    .clock = keyfob_host_get_context (host)->clock,
  };

  if (!keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error))
    end_address_change (task, error);
  else if (token == NULL)
    end_address_change (task, NULL);
  else
    keyfob_session_change_address_async (&with, change->to, token, on_token_at_new_address,
                                         g_object_ref (task));
}

/* Returns: (nullable) (transfer full): why the token cannot be moved now */
static GError *
new_immovable_error (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  const GError *lock_error = keyfob_host_session_get_lock_error (session);

  if (keyfob_host_is_being_removed (host))
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                        _ ("%s is being removed. Try again in a moment."),
                        keyfob_config_get_name (keyfob_host_get_config (host)));
  if (lock_error != NULL)
    return g_error_copy (lock_error);
  if (keyfob_host_session_get_token (session) == NULL)
    return NULL;
  if (!keyfob_host_session_is_saved (session))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                keyfob_host_session_get_error (session));

  return keyfob_host_get_store (host) == NULL
             ? keyfob_stores_new_error (keyfob_host_get_context (host)->stores)
             : NULL;
}

/* A sign-in lasts, and is not waited for. */
static void
proceed_to_change (GTask *task, GAsyncReadyCallback on_rest)
{
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobHostFile *file = keyfob_host_get_context (host)->file;
  AddressChange *change = g_task_get_task_data (task);
  GError *error = NULL;

  if (keyfob_host_get_activity (host) == KEYFOB_HOST_IN_SIGN_IN)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                               _ ("A sign-in at %s is under way. Finish it, or cancel it first."),
                               keyfob_config_get_name (keyfob_host_get_config (host)));
      return;
    }
  if (keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    {
      keyfob_host_join_async (host, on_rest, g_object_ref (task));
      return;
    }

  error = new_immovable_error (host);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  keyfob_host_begin (host, KEYFOB_HOST_IN_MOVE);
  keyfob_host_file_copy (file, keyfob_host_get_config (host), change->to);
  keyfob_host_file_flush_async (file, NULL, on_new_address_listed, g_object_ref (task));
}

static void
on_rest_before_change (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  proceed_to_change (task, on_rest_before_change);
}

void
keyfob_host_change_address_async (KeyfobHost *host,
                                  KeyfobConfig *to,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (host, NULL, callback, user_data);
  AddressChange *change = g_new0 (AddressChange, 1);

  change->to = g_object_ref (to);
  g_task_set_source_tag (task, keyfob_host_change_address_async);
  g_task_set_task_data (task, change, (GDestroyNotify) address_change_free);

  proceed_to_change (task, on_rest_before_change);
}

gboolean
keyfob_host_change_address_finish (KeyfobHost *host,
                                   GAsyncResult *result,
                                   GError **left_error,
                                   GError **error)
{
  AddressChange *change;

  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  change = g_task_get_task_data (G_TASK (result));
  *left_error = g_steal_pointer (&change->left_error);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_host_follow_stores (KeyfobHost *host)
{
  KeyfobHostActivity activity = keyfob_host_get_activity (host);

  /* a look-up under way may still have seen the locked keyring, so another one follows it */
  if (activity != KEYFOB_HOST_AT_REST && activity != KEYFOB_HOST_WAITING)
    keyfob_token_location_set_stale (keyfob_host_get_location (host), TRUE);

  keyfob_token_location_allow_moves (keyfob_host_get_location (host));
  keyfob_host_remove_leftovers (host);
  keyfob_host_save (host);
  keyfob_host_load (host);
  keyfob_host_move_to_wanted (host);
}
