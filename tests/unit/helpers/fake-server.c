/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-server.h"

#include "keyfob-auth-error.h"

static void fake_server_iface_init (KeyfobServerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeServer,
                               fake_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_SERVER, fake_server_iface_init))

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_task_return_error_if_cancelled (user_data);

  return G_SOURCE_REMOVE;
}

/* Returns whether the answer will not come. */
static gboolean
reach (FakeServer *self, FakeStep step, GTask *task)
{
  g_autoptr (GSource) source = NULL;

  self->reached = step;
  if (self->hangs_at != step)
    return FALSE;

  source = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (on_cancelled), g_object_ref (task), g_object_unref);
  g_source_attach (source, NULL);

  return TRUE;
}

static char *
make_state (FakeServer *self, const char *redirect_uri)
{
  if (self->bare_state)
    return g_strdup ("bare-state");

  return g_strconcat ("random|", redirect_uri, "|" FAKE_SERVER_VERIFIER, NULL);
}

static KeyfobLogin *
make_login (FakeServer *self, const char *redirect_uri, gboolean server_pkce)
{
  KeyfobLogin *login = g_new0 (KeyfobLogin, 1);
  g_autofree char *state = NULL;
  g_autofree char *escaped_state = NULL;
  g_autofree char *escaped_uri = g_uri_escape_string (redirect_uri, NULL, FALSE);

  login->server_pkce = server_pkce || self->has_page;
  login->redirect_uri = g_strdup (redirect_uri);
  state = login->server_pkce ? make_state (self, redirect_uri) : g_strdup (FAKE_OWN_STATE);
  escaped_state = g_uri_escape_string (state, NULL, FALSE);
  login->uri = g_strdup_printf ("https://provider.example/auth?redirect_uri=%s&state=%s",
                                escaped_uri, escaped_state);
  login->provider = keyfob_provider_new ("https://provider.example/auth", "client");
  login->provider->is_page = self->has_page;
  if (!self->has_page)
    login->state = g_steal_pointer (&state);
  if (!login->server_pkce)
    login->code_verifier = g_strdup (FAKE_OWN_VERIFIER);

  return login;
}

static void
fake_server_begin_login_async (KeyfobServer *server,
                               const char *redirect_uri,
                               const char *prompt,
                               gboolean server_pkce,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  FakeServer *self = FAKE_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_begun++;
  g_free (self->prompt);
  self->prompt = g_strdup (prompt);
  if (reach (self, FAKE_STEP_BEGIN_LOGIN, task))
    return;

  if (self->begin_error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->begin_error, "login route is broken");
  else
    g_task_return_pointer (task, make_login (self, redirect_uri, server_pkce),
                           (GDestroyNotify) keyfob_login_free);
}

static void
fake_server_exchange_code_async (KeyfobServer *server,
                                 const char *code,
                                 const char *redirect_uri,
                                 const char *code_verifier,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  FakeServer *self = FAKE_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_exchanged++;
  g_free (self->code);
  self->code = g_strdup (code);
  g_free (self->redirect_uri);
  self->redirect_uri = g_strdup (redirect_uri);
  g_free (self->verifier);
  self->verifier = g_strdup (code_verifier);
  if (reach (self, FAKE_STEP_EXCHANGE, task))
    return;

  if (self->exchange_error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->exchange_error,
                             "token route is broken");
  else
    g_task_return_pointer (task, fake_server_make_token (self->now, "exchanged", 300),
                           g_object_unref);
}

void
fake_server_answer_refresh (FakeServer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->held_refresh);

  if (self->refresh_error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->refresh_error, "refresh is broken");
  else
    g_task_return_pointer (task, fake_server_make_token (self->now, "refreshed", 300),
                           g_object_unref);
}

static void
fake_server_refresh_async (KeyfobServer *server,
                           KeyfobToken *token,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  FakeServer *self = FAKE_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_refreshed++;
  g_free (self->refresh_token);
  self->refresh_token = g_strdup (keyfob_token_get_refresh_token (token));
  g_set_object (&self->held_refresh, task);
  self->reached = FAKE_STEP_REFRESH;
  if (self->hangs_at != FAKE_STEP_REFRESH)
    fake_server_answer_refresh (self);
}

static void
fake_server_probe_async (KeyfobServer *server,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  FakeServer *self = FAKE_SERVER (server);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_probed++;
  if (reach (self, FAKE_STEP_PROBE, task))
    return;

  if (self->probe_error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->probe_error, "nobody is there");
  else
    g_task_return_boolean (task, TRUE);
}

static void
fake_server_iface_init (KeyfobServerInterface *iface)
{
  iface->begin_login_async = fake_server_begin_login_async;
  iface->exchange_code_async = fake_server_exchange_code_async;
  iface->refresh_async = fake_server_refresh_async;
  iface->probe_async = fake_server_probe_async;
}

static void
fake_server_finalize (GObject *object)
{
  FakeServer *self = FAKE_SERVER (object);

  g_free (self->prompt);
  g_free (self->code);
  g_free (self->redirect_uri);
  g_free (self->verifier);
  g_free (self->refresh_token);
  g_clear_object (&self->held_refresh);

  G_OBJECT_CLASS (fake_server_parent_class)->finalize (object);
}

static void
fake_server_class_init (FakeServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_server_finalize;
}

static void
fake_server_init (FakeServer *self)
{
  self->begin_error = -1;
  self->exchange_error = -1;
  self->refresh_error = -1;
  self->probe_error = -1;
}

FakeServer *
fake_server_new (gint64 now)
{
  FakeServer *self = g_object_new (FAKE_TYPE_SERVER, NULL);

  self->now = now;

  return self;
}

KeyfobToken *
fake_server_make_token (gint64 now, const char *access_token, int expires_in)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  g_autoptr (GError) error = NULL;
  KeyfobToken *token;

  json_object_set_string_member (answer, "access_token", access_token);
  json_object_set_string_member (answer, "refresh_token", "old-refresh");
  json_object_set_int_member (answer, "expires_in", expires_in);
  token = keyfob_token_new_from_answer (answer, now, 0, &error);
  g_assert_no_error (error);

  return token;
}
