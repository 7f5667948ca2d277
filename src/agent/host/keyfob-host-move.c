/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-move.h"

#include <glib/gi18n-lib.h>

#include "keyfob-host-load.h"
#include "keyfob-host-save.h"
#include "keyfob-host-tidy.h"
#include "keyfob-session.h"

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
  if (!g_str_equal (keyfob_token_get_access_token (token), shown))
    keyfob_host_session_take_token (session, token, NULL);
  else if (!keyfob_host_session_is_saved (session))
    keyfob_host_session_note_saved (session, token);

  if (left_error == NULL)
    {
      keyfob_token_location_tidied (location, old_place);
    }
  else
    {
      g_autofree char *sentence = g_strdup_printf (
          _ ("The token has moved, but a copy could not be removed. %s"), left_error->message);

      keyfob_host_session_set_error (session, sentence);
    }
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
  keyfob_host_settle (host, NULL, NULL);

  if (token != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
move (GTask *task, KeyfobTokenStore *to)
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
stay (KeyfobHost *host)
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
on_home (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_host_configure_finish (host, result, &error))
    keyfob_host_set_error (host, error->message);
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
configure (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  KeyfobStores *stores = keyfob_host_get_context (host)->stores;
  GError *error = NULL;
  g_autoptr (KeyfobConfig) changed =
      keyfob_config_with_options (keyfob_host_get_config (host), change->options, &error);
  KeyfobTokenStore *to;

  if (changed == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (!must_move (host, changed))
    {
      keyfob_host_configure (host, change->options, NULL);
      keyfob_host_load (host);
      g_task_return_boolean (task, TRUE);
      return;
    }

  to = keyfob_stores_get (stores, changed);
  if (to != NULL)
    move (task, to);
  else
    g_task_return_error (task, keyfob_stores_new_error (stores));
}

/* What asks neither the server nor the user is soon over. */
static gboolean
is_soon_at_rest (KeyfobHost *host)
{
  KeyfobHostActivity activity = keyfob_host_get_activity (host);

  return activity == KEYFOB_HOST_LOADING || activity == KEYFOB_HOST_IN_SAVE
         || activity == KEYFOB_HOST_IN_MOVE;
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (host, result, &token, NULL);
  if (is_soon_at_rest (host))
    keyfob_host_join_async (host, on_rest, g_steal_pointer (&task));
  else
    configure (task);
}

void
keyfob_host_configure_async (KeyfobHost *host,
                             GVariant *options,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = change_task_new (host, g_variant_ref_sink (options),
                                            keyfob_host_configure_async, callback, user_data);

  if (is_soon_at_rest (host))
    keyfob_host_join_async (host, on_rest, g_steal_pointer (&task));
  else
    configure (task);
}

gboolean
keyfob_host_configure_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_host_bring_home (KeyfobHost *host)
{
  KeyfobTokenLocation *location = keyfob_host_get_location (host);
  const char *target = keyfob_token_location_get_target (location);
  gboolean chosen = *keyfob_config_get_store (keyfob_host_get_config (host)) != '\0';
  g_autoptr (GTask) task = NULL;

  if (target == NULL || keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST
      || keyfob_host_session_get_token (keyfob_host_get_session (host)) == NULL)
    return;

  if (!chosen && !keyfob_token_location_is_own (location))
    {
      stay (host);
      return;
    }

  task = change_task_new (host, NULL, keyfob_host_bring_home, on_home, NULL);
  move (task, keyfob_token_location_open (location, target));
}

void
keyfob_host_follow_stores (KeyfobHost *host)
{
  keyfob_token_location_take_heart (keyfob_host_get_location (host));
  keyfob_host_tidy (host);
  keyfob_host_save (host);
  keyfob_host_load (host);
  keyfob_host_bring_home (host);
}
