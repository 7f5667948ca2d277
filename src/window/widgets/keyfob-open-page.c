/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-open-page.h"

char *
keyfob_open_page_dup_token (GtkWidget *widget)
{
  g_autoptr (GAppInfo) browser = g_app_info_get_default_for_uri_scheme ("https");
  g_autoptr (GdkAppLaunchContext) context = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  /* on X11, the token contains the name of the program that is launched */
  if (browser == NULL)
    return NULL;

  context = gdk_display_get_app_launch_context (gtk_widget_get_display (widget));

  return g_app_launch_context_get_startup_notify_id (G_APP_LAUNCH_CONTEXT (context), browser, NULL);
}

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_app_info_launch_default_for_uri_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
keyfob_open_page_async (GtkWidget *widget,
                        const char *uri,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GdkAppLaunchContext) context = NULL;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (uri != NULL);

  task = g_task_new (widget, NULL, callback, user_data);
  g_task_set_source_tag (task, keyfob_open_page_async);
  context = gdk_display_get_app_launch_context (gtk_widget_get_display (widget));
  g_app_info_launch_default_for_uri_async (uri, G_APP_LAUNCH_CONTEXT (context), NULL, on_launched,
                                           g_steal_pointer (&task));
}

gboolean
keyfob_open_page_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, keyfob_open_page_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
