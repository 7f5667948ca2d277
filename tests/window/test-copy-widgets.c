/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* The button that copies, a copy for which the agent needs long, and what is told of it. */

#define G_SETTINGS_ENABLE_BACKEND
#include <adwaita.h>
#include <gio/gsettingsbackend.h>

#include "keyfob-copy-button.h"
#include "keyfob-copy.h"
#include "keyfob-ui.h"
#include "manual-clock.h"
#include "wait.h"

#define SHORT_LIMIT 100 /* milliseconds */

static KeyfobClipboard *
make_clipboard_with (ManualClock *clock)
{
  g_autoptr (GSettingsBackend) backend = g_memory_settings_backend_new ();
  g_autoptr (GSettings) settings = g_settings_new_with_backend ("org.keyfob.Keyfob", backend);

  return keyfob_clipboard_new (gdk_display_get_clipboard (gdk_display_get_default ()),
                               KEYFOB_CLOCK (clock), settings);
}

static KeyfobClipboard *
make_clipboard (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (1795297200);

  return make_clipboard_with (clock);
}

static const char *
get_label (GtkWidget *button)
{
  return gtk_label_get_label (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))));
}

static int
get_width (GtkWidget *button)
{
  int width;

  gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);

  return width;
}

static void
test_button (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (1795297200);
  g_autoptr (KeyfobClipboard) clipboard = make_clipboard_with (clock);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *any = keyfob_copy_button_new ("Copy header", NULL);
  GtkWidget *other_host = keyfob_copy_button_new ("Copy header", NULL);
  GtkWidget *other_form = keyfob_copy_button_new (NULL, "token");
  int width;

  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_box_append (GTK_BOX (box), any);
  gtk_box_append (GTK_BOX (box), other_host);
  gtk_box_append (GTK_BOX (box), other_form);
  keyfob_copy_button_set_host (KEYFOB_COPY_BUTTON (any), clipboard, "/one");
  keyfob_copy_button_set_host (KEYFOB_COPY_BUTTON (other_host), clipboard, "/two");
  keyfob_copy_button_set_host (KEYFOB_COPY_BUTTON (other_form), clipboard, "/one");
  gtk_window_present (GTK_WINDOW (window));
  wait_while (!gtk_widget_get_mapped (any));
  width = get_width (any);
  g_assert_cmpstr (get_label (any), ==, "Copy header");

  keyfob_clipboard_offer (clipboard, "secret", "Header copied", FALSE);
  keyfob_clipboard_set_source (clipboard, "/one", KEYFOB_COPY_HEADER);
  g_assert_cmpstr (get_label (any), ==, "Copied · 45\302\240s");
  g_assert_true (keyfob_copy_button_can_clear (KEYFOB_COPY_BUTTON (any)));
  g_assert_cmpint (get_width (any), ==, width);
  g_assert_cmpstr (get_label (other_host), ==, "Copy header");
  g_assert_cmpstr (gtk_button_get_icon_name (GTK_BUTTON (other_form)), ==, "edit-copy-symbolic");

  /* counts by itself, once a second */
  manual_clock_advance (clock, 36);
  wait_while (g_strcmp0 (get_label (any), "Copied · 9\302\240s") != 0);
  g_assert_cmpint (get_width (any), ==, width);

  keyfob_clipboard_clear (clipboard);
  wait_while (keyfob_clipboard_get_path (clipboard) != NULL);
  g_assert_cmpstr (get_label (any), ==, "Copy header");
  g_assert_false (keyfob_copy_button_can_clear (KEYFOB_COPY_BUTTON (any)));

  /* what holds no token says so for a moment, and there is nothing to clear */
  keyfob_clipboard_offer_plain (clipboard, "a command");
  keyfob_clipboard_set_source (clipboard, "/one", KEYFOB_COPY_CURL);
  g_assert_cmpstr (get_label (any), ==, "Copied");
  g_assert_false (keyfob_copy_button_can_clear (KEYFOB_COPY_BUTTON (any)));
  manual_clock_advance (clock, 5);
  wait_while (g_strcmp0 (get_label (any), "Copy header") != 0);

  gtk_window_destroy (GTK_WINDOW (window));
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

static GString *announced;

/* Under the name that GTK has from 4.14 on, and found before GTK's own. Its headers declare that
 * name with a type that older ones lack. */
G_MODULE_EXPORT void note_announcement (GtkAccessible *accessible,
                                        const char *message,
                                        int priority) __asm__("gtk_accessible_announce");

void
note_announcement (GtkAccessible *accessible, const char *message, int priority)
{
  g_assert_true (GTK_IS_WINDOW (accessible));
  g_assert_cmpint (priority, ==, 1);
  g_string_append_printf (announced, "%s;", message);
}

static void
test_announcement (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *button = gtk_button_new ();

  announced = g_string_new (NULL);
  gtk_window_set_child (GTK_WINDOW (window), button);
  keyfob_ui_announce (button, "Header copied");
  keyfob_ui_announce (button, "Header copied");
  keyfob_ui_announce (button, "Signed in");
  g_assert_cmpstr (announced->str, ==, "Header copied;Signed in;");

  gtk_window_destroy (GTK_WINDOW (window));
  g_string_free (g_steal_pointer (&announced), TRUE);
}

int
main (int argc, char *argv[])
{
  /* the bed has folders of its own */
  g_test_init (&argc, &argv, NULL);
  gtk_disable_setlocale ();
  adw_init ();

  g_test_add_func ("/copy-widgets/button", test_button);
  g_test_add_func ("/copy/slow-answer", test_slow_answer);
  g_test_add_func ("/announcement", test_announcement);

  return g_test_run ();
}
