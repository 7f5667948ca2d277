/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-import-flow.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

struct _KeyfobImportFlow
{
  GObject parent_instance;

  KeyfobServer *server;
  KeyfobClock *clock;
  KeyfobToken *token;
  gboolean unchecked;
};

static void keyfob_import_flow_iface_init (KeyfobFlowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobImportFlow,
                               keyfob_import_flow,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_FLOW,
                                                      keyfob_import_flow_iface_init))

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  KeyfobToken *token = keyfob_server_token_finish (KEYFOB_SERVER (source), result, &error);

  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Cannot be cancelled: the answer may hold the only refresh token that still works. */
static void
refresh (GTask *task)
{
  KeyfobImportFlow *self = g_task_get_source_object (task);

  keyfob_server_refresh_async (self->server, self->token, NULL, on_refreshed, g_object_ref (task));
}

/* A server without a route that checks tokens does so when it renews one. In broker mode that would
 * bring a token of an hour in place of one of days. */
static void
check_otherwise (GTask *task)
{
  KeyfobImportFlow *self = g_task_get_source_object (task);

  if (keyfob_token_get_refresh_token (self->token) != NULL && !keyfob_token_is_broker (self->token))
    {
      refresh (task);
      return;
    }

  self->unchecked = TRUE;
  g_task_return_pointer (task, g_object_ref (self->token), g_object_unref);
}

static void
on_userinfo (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobImportFlow *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = keyfob_server_userinfo_finish (KEYFOB_SERVER (source), result, &error);

  if (name != NULL)
    g_task_return_pointer (task, g_object_ref (self->token), g_object_unref);
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED))
    check_otherwise (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobImportFlow *self = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (!keyfob_server_probe_finish (KEYFOB_SERVER (source), result, &error))
    g_task_return_error (task, error);
  else if (keyfob_token_get_seconds_left (self->token, keyfob_clock_now (self->clock)) > 0)
    keyfob_server_userinfo_async (self->server, self->token, cancellable, on_userinfo,
                                  g_steal_pointer (&task));
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if (keyfob_token_get_refresh_token (self->token) != NULL)
    refresh (task);
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED, "%s",
                             _ ("The token has ended, and nothing can renew it. Sign in instead."));
}

static void
run_async (KeyfobFlow *flow,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  KeyfobImportFlow *self = KEYFOB_IMPORT_FLOW (flow);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, run_async);
  /* a refreshed token is the only one that still works */
  g_task_set_check_cancellable (task, FALSE);
  keyfob_server_probe_async (self->server, cancellable, on_probed, g_steal_pointer (&task));
}

static void
keyfob_import_flow_dispose (GObject *object)
{
  KeyfobImportFlow *self = KEYFOB_IMPORT_FLOW (object);

  g_clear_object (&self->server);
  g_clear_object (&self->clock);
  g_clear_object (&self->token);

  G_OBJECT_CLASS (keyfob_import_flow_parent_class)->dispose (object);
}

static void
keyfob_import_flow_class_init (KeyfobImportFlowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_import_flow_dispose;
}

static void
keyfob_import_flow_iface_init (KeyfobFlowInterface *iface)
{
  iface->run_async = run_async;
}

static void
keyfob_import_flow_init (KeyfobImportFlow *self)
{
}

KeyfobImportFlow *
keyfob_import_flow_new (KeyfobServer *server, KeyfobClock *clock, KeyfobToken *token)
{
  KeyfobImportFlow *self = g_object_new (KEYFOB_TYPE_IMPORT_FLOW, NULL);

  self->server = g_object_ref (server);
  self->clock = g_object_ref (clock);
  self->token = g_object_ref (token);

  return self;
}

gboolean
keyfob_import_flow_is_unchecked (KeyfobImportFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_IMPORT_FLOW (self), FALSE);

  return self->unchecked;
}
