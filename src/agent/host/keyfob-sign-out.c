/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-out.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-session.h"

typedef struct
{
  GStrv places; /* to remove the token from */
  guint next;
  GStrvBuilder *left;
  GError *error; /* (nullable): why it was left somewhere */
} Removal;

static void
removal_free (Removal *removal)
{
  g_strfreev (removal->places);
  g_strv_builder_unref (removal->left);
  g_clear_error (&removal->error);
  g_free (removal);
}

static Removal *
removal_new (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  Removal *removal = g_new0 (Removal, 1);
  gboolean had_token = keyfob_host_session_get_token (session) != NULL
                       || *keyfob_host_session_get_account (session) != '\0'
                       || keyfob_host_session_has_ended (session);

  /* nobody is asked to unlock a keyring in which there is nothing */
  removal->places = had_token ? keyfob_token_location_dup_all (keyfob_host_get_location (host))
                              : keyfob_token_location_dup_left (keyfob_host_get_location (host));
  removal->left = g_strv_builder_new ();

  return removal;
}

static void
note_left (Removal *removal, const char *place, GError *error)
{
  g_strv_builder_add (removal->left, place);
  if (removal->error == NULL)
    removal->error = error;
  else
    g_error_free (error);
}

static void
finish (GTask *task)
{
  Removal *removal = g_task_get_task_data (task);
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  g_auto (GStrv) left = g_strv_builder_end (removal->left);

  keyfob_host_set_account (host, "");
  keyfob_host_session_sign_out (session);
  keyfob_token_location_gone (keyfob_host_get_location (host), (const char *const *) left);

  if (removal->error != NULL)
    {
      g_autofree char *sentence = g_strdup_printf (
          _ ("You are signed out, but a copy of the token is left; it goes as soon "
             "as it can be removed. %s"),
          removal->error->message);

      keyfob_host_session_set_error (session, sentence);
    }
  keyfob_host_finish (host, NULL, NULL);

  if (removal->error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&removal->error));
}

static void
remove_next (GTask *task, GAsyncReadyCallback on_removed)
{
  Removal *removal = g_task_get_task_data (task);
  KeyfobHost *host = g_task_get_source_object (task);
  const char *place;

  while ((place = removal->places[removal->next]) != NULL)
    {
      KeyfobTokenStore *store = keyfob_token_location_open (keyfob_host_get_location (host), place);
      KeyfobContext *context = keyfob_host_get_context (host);

      if (store != NULL)
        {
          const KeyfobSession session = {
            .config = keyfob_host_get_config (host),
            .store = store,
            .clock = context->clock,
          };

          keyfob_session_remove_async (
              &session, keyfob_host_session_get_token (keyfob_host_get_session (host)), on_removed,
              g_object_ref (task));
          return;
        }

      note_left (removal, place, keyfob_stores_new_error (context->stores));
      removal->next++;
    }

  finish (task);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Removal *removal = g_task_get_task_data (task);
  GError *error = NULL;

  if (!keyfob_session_remove_finish (result, &error))
    note_left (removal, removal->places[removal->next], error);

  removal->next++;
  remove_next (task, on_removed);
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (KeyfobToken) token = NULL;

  /* how the rest came about does not matter here, and somebody else may have been faster */
  keyfob_host_join_finish (host, result, &token, NULL);
  if (keyfob_host_get_activity (host) != KEYFOB_HOST_AT_REST)
    {
      keyfob_host_cancel (host);
      keyfob_host_join_async (host, on_rest, g_steal_pointer (&task));
      return;
    }

  g_task_set_task_data (task, removal_new (host), (GDestroyNotify) removal_free);
  keyfob_host_begin (host, KEYFOB_HOST_IN_SIGN_OUT);
  remove_next (task, on_removed);
}

void
keyfob_sign_out_async (KeyfobHost *host, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (host, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_sign_out_async);

  keyfob_host_cancel (host);
  keyfob_host_join_async (host, on_rest, task);
}

gboolean
keyfob_sign_out_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
