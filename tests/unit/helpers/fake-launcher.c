/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-launcher.h"

#include "keyfob-auth-error.h"

static void fake_launcher_iface_init (KeyfobLauncherInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeLauncher,
                               fake_launcher,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_LAUNCHER,
                                                      fake_launcher_iface_init))

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_task_return_error_if_cancelled (user_data);

  return G_SOURCE_REMOVE;
}

static void
hang (GTask *task)
{
  g_autoptr (GSource) source = g_cancellable_source_new (g_task_get_cancellable (task));

  g_source_set_callback (source, G_SOURCE_FUNC (on_cancelled), g_object_ref (task), g_object_unref);
  g_source_attach (source, NULL);
}

static void
fake_launcher_launch_async (KeyfobLauncher *launcher,
                            const char *uri,
                            const char *activation_token,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  FakeLauncher *self = FAKE_LAUNCHER (launcher);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_launched++;
  g_free (self->uri);
  self->uri = g_strdup (uri);
  g_free (self->activation_token);
  self->activation_token = g_strdup (activation_token);

  if (self->launch_error >= 0)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->launch_error, "nothing to open it");
      return;
    }

  if (!self->stays_away)
    fake_launcher_visit (self, uri);
  if (self->hangs)
    hang (task);
  else
    g_task_return_boolean (task, TRUE);
}

static void
fake_launcher_iface_init (KeyfobLauncherInterface *iface)
{
  iface->launch_async = fake_launcher_launch_async;
}

static void
fake_launcher_finalize (GObject *object)
{
  FakeLauncher *self = FAKE_LAUNCHER (object);

  g_free (self->uri);
  g_free (self->activation_token);
  g_clear_object (&self->browser);

  G_OBJECT_CLASS (fake_launcher_parent_class)->finalize (object);
}

static void
fake_launcher_class_init (FakeLauncherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_launcher_finalize;
}

static void
fake_launcher_init (FakeLauncher *self)
{
  self->launch_error = -1;
}

FakeLauncher *
fake_launcher_new (void)
{
  return g_object_new (FAKE_TYPE_LAUNCHER, NULL);
}

/* Returns: (transfer full): where the short address @uri leads to */
static char *
follow (const char *uri)
{
  g_autoptr (FakeBrowser) browser = fake_browser_visit (uri);

  g_assert_cmpuint (fake_browser_get_status (browser), ==, 302);

  return fake_browser_dup_location (browser);
}

void
fake_launcher_visit (FakeLauncher *self, const char *uri)
{
  g_autofree char *sign_in =
      g_str_has_prefix (uri, "http://127.0.0.1:") ? follow (uri) : g_strdup (uri);
  g_autoptr (GUri) parsed = g_uri_parse (sign_in, G_URI_FLAGS_ENCODED_QUERY, NULL);
  g_autoptr (GHashTable) parameters =
      g_uri_parse_params (g_uri_get_query (parsed), -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  g_autofree char *state =
      g_uri_escape_string (g_hash_table_lookup (parameters, "state"), NULL, FALSE);
  g_autofree char *back = g_strdup_printf (
      "%s?%s&state=%s%s%s", (char *) g_hash_table_lookup (parameters, "redirect_uri"),
      self->answer != NULL ? self->answer : "code=the-code", state,
      self->parameter != NULL ? "&" : "", self->parameter != NULL ? self->parameter : "");

  g_clear_object (&self->browser);
  self->browser = fake_browser_visit (back);
}
