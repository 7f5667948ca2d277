/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy.h"

#include <glib/gi18n-lib.h>
#include <gtk/gtk.h>

#include "keyfob-auth-error.h"

/* Whether the compositor lets Keyfob copy at this moment: the user may have gone to another window
 * while the agent asked the server. */
static gboolean
can_copy (KeyfobClipboard *clipboard)
{
  GListModel *windows = gtk_window_get_toplevels ();

  if (!keyfob_clipboard_needs_window (clipboard) || keyfob_clipboard_is_owner (clipboard))
    return TRUE;

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_is_active (window))
        return TRUE;
    }

  return FALSE;
}

/* @token: (nullable): the answer of GetToken, where the form needs one */
static void
copy (GTask *task, KeyfobBusHost1 *host, GVariant *token)
{
  KeyfobClipboard *clipboard = g_task_get_source_object (task);
  KeyfobCopyForm form = GPOINTER_TO_INT (g_task_get_task_data (task));
  g_autoptr (KeyfobSecret) text =
      keyfob_copy_form_write (form, keyfob_bus_host1_get_url (host), token);

  if (text == NULL)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, "%s",
                               _ ("The header could not be had. Try again."));
      return;
    }

  if (!can_copy (clipboard))
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED, "%s",
                               _ ("Nothing was copied: on this desktop, only a window that is in "
                                  "use can copy. Try again, and stay in the window."));
      return;
    }

  if (keyfob_copy_form_holds_token (form))
    keyfob_clipboard_offer (clipboard, text, keyfob_copy_form_done (form),
                            keyfob_bus_host1_get_broker (host));
  else
    keyfob_clipboard_offer_plain (clipboard, text);
  keyfob_clipboard_set_source (clipboard, g_dbus_proxy_get_object_path (G_DBUS_PROXY (host)), form);
  g_task_return_boolean (task, TRUE);
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) token = NULL;
  GError *error = NULL;

  if (keyfob_bus_host1_call_get_token_finish (host, &token, result, &error))
    copy (task, host, token);
  else
    g_task_return_error (task, error);
}

void
keyfob_copy_async (KeyfobClipboard *clipboard,
                   KeyfobBusHost1 *host,
                   KeyfobCopyForm form,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_CLIPBOARD (clipboard));
  g_return_if_fail (KEYFOB_BUS_IS_HOST1 (host));

  task = g_task_new (clipboard, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_copy_async);
  g_task_set_task_data (task, GINT_TO_POINTER (form), NULL);
  if (!keyfob_copy_form_holds_token (form))
    {
      copy (task, host, NULL);
      return;
    }

  /* the agent may have to ask the server, which can take longer than the 25 s that a proxy waits by
   * default; the agent has time limits of its own */
  g_dbus_proxy_call (G_DBUS_PROXY (host), "GetToken", g_variant_new ("(a{sv})", NULL),
                     G_DBUS_CALL_FLAGS_NONE, G_MAXINT, cancellable, on_token,
                     g_steal_pointer (&task));
}

gboolean
keyfob_copy_finish (KeyfobClipboard *clipboard, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, clipboard), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
