/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* The bar of the clipboard, and a copy for which the agent needs long. */

#define G_SETTINGS_ENABLE_BACKEND
#include <adwaita.h>
#include <gio/gsettingsbackend.h>

#include "keyfob-copy-bar.h"
#include "keyfob-copy.h"
#include "manual-clock.h"
#include "wait.h"

#define SHORT_LIMIT 100 /* milliseconds */

static void
count (guint *n)
{
  (*n)++;
}

static KeyfobClipboard *
make_clipboard (void)
{
  g_autoptr (GSettingsBackend) backend = g_memory_settings_backend_new ();
  g_autoptr (GSettings) settings = g_settings_new_with_backend ("org.keyfob.Keyfob", backend);
  g_autoptr (ManualClock) clock = manual_clock_new (1795297200);

  return keyfob_clipboard_new (gdk_display_get_clipboard (gdk_display_get_default ()),
                               KEYFOB_CLOCK (clock), settings);
}

static void
test_bar (void)
{
  g_autoptr (KeyfobClipboard) clipboard = make_clipboard ();
  KeyfobCopyBar *bar = g_object_ref_sink (g_object_new (KEYFOB_TYPE_COPY_BAR, NULL));
  guint n_notified = 0;

  g_signal_connect_swapped (bar, "notify::clipboard", G_CALLBACK (count), &n_notified);
  g_object_set (bar, "clipboard", clipboard, NULL);
  g_object_set (bar, "clipboard", clipboard, NULL);
  g_assert_cmpuint (n_notified, ==, 1);

  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (bar)));
  keyfob_clipboard_offer (clipboard, "secret", "Header copied", FALSE);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (bar)));
  keyfob_clipboard_clear (clipboard);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (bar)));

  g_assert_finalize_object (bar);
}

static gboolean
answer (gpointer user_data)
{
  GVariantDict token;

  g_variant_dict_init (&token, NULL);
  g_variant_dict_insert (&token, "header", "s", "Authorization: Bearer secret");
  g_dbus_method_invocation_return_value (user_data,
                                         g_variant_new ("(@a{sv})", g_variant_dict_end (&token)));

  return G_SOURCE_REMOVE;
}

static gboolean
on_get_token (KeyfobBusHost1 *host, GDBusMethodInvocation *invocation)
{
  g_timeout_add (5 * SHORT_LIMIT, answer, invocation);

  return TRUE;
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* The agent may ask a slow server for longer than a proxy waits by itself. */
static void
test_slow_answer (void)
{
  g_autoptr (KeyfobClipboard) clipboard = make_clipboard ();
  g_autoptr (KeyfobBusHost1) host = keyfob_bus_host1_skeleton_new ();
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (KeyfobBusHost1) proxy = NULL;
  g_autoptr (GError) error = NULL;
  gboolean copied = FALSE;

  g_signal_connect (host, "handle-get-token", G_CALLBACK (on_get_token), NULL);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (host), connection, "/host", &error);
  g_assert_no_error (error);
  proxy = keyfob_bus_host1_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES,
                                           g_dbus_connection_get_unique_name (connection), "/host",
                                           NULL, &error);
  g_assert_no_error (error);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (proxy), SHORT_LIMIT);
  g_dbus_proxy_set_cached_property (G_DBUS_PROXY (proxy), "Url",
                                    g_variant_new_string ("https://data.example.org"));

  keyfob_copy_async (clipboard, proxy, KEYFOB_COPY_HEADER, NULL, on_copied, &copied);
  wait_while (!copied);

  keyfob_clipboard_clear (clipboard);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (host));
}

int
main (int argc, char *argv[])
{
  /* the bed has folders of its own */
  g_test_init (&argc, &argv, NULL);
  gtk_disable_setlocale ();
  adw_init ();

  g_test_add_func ("/copy-widgets/bar", test_bar);
  g_test_add_func ("/copy/slow-answer", test_slow_answer);

  return g_test_run ();
}
