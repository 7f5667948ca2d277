/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Two connections to one display: what the one copies, the other one reads, who is somebody else.
 * The time is set by hand. */

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>
#include <gdk/x11/gdkx.h>
#include <gtk/gtk.h>

#include "keyfob-clipboard.h"
#include "manual-clock.h"
#include "wait.h"

#define SECRET "Authorization: Bearer abc"

typedef struct
{
  GdkDisplay *display;
  GdkDisplay *other;
  ManualClock *clock;
  GSettings *settings;
  KeyfobClipboard *clipboard;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GSettingsBackend) backend = g_memory_settings_backend_new ();

  self->display = gdk_display_open (NULL);
  self->other = gdk_display_open (NULL);
  self->clock = manual_clock_new (1795297200);
  self->settings = g_settings_new_with_backend ("org.keyfob.Keyfob", backend);
  self->clipboard = keyfob_clipboard_new (gdk_display_get_clipboard (self->display),
                                          KEYFOB_CLOCK (self->clock), self->settings);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->settings);
  g_assert_finalize_object (g_steal_pointer (&self->clipboard));
  g_assert_finalize_object (g_steal_pointer (&self->clock));
  gdk_display_close (self->other);
  gdk_display_close (self->display);
}

static void
on_text (GObject *source, GAsyncResult *result, gpointer user_data)
{
  char **text = user_data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  if (*text == NULL)
    *text = g_strdup ("");
}

/* What somebody else would paste; empty where there is nothing. */
static char *
paste (Fixture *self)
{
  char *text = NULL;

  gdk_display_sync (self->display);
  gdk_clipboard_read_text_async (gdk_display_get_clipboard (self->other), NULL, on_text, &text);
  wait_while (text == NULL);

  return text;
}

#define assert_paste(self, expected)        \
  G_STMT_START                              \
  {                                         \
    g_autofree char *pasted = paste (self); \
    g_assert_cmpstr (pasted, ==, expected); \
  }                                         \
  G_STMT_END

static Window
get_owner (Fixture *self)
{
  return XGetSelectionOwner (gdk_x11_display_get_xdisplay (self->other),
                             gdk_x11_get_xatom_by_name_for_display (self->other, "CLIPBOARD"));
}

/* Another program copies; only the display knows of it yet. */
static void
copy_elsewhere (Fixture *self, const char *text)
{
  Window owner = get_owner (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) xclip = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "xclip",
                                                    "-in", "-selection", "clipboard", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (xclip, text, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  while (get_owner (self) == owner)
    g_thread_yield ();
}

static void
offer (Fixture *self)
{
  keyfob_clipboard_offer (self->clipboard, SECRET, "Header copied", FALSE);
}

static void
test_clears (Fixture *self, gconstpointer data)
{
  offer (self);
  g_assert_cmpstr (keyfob_clipboard_get_title (self->clipboard), ==, "Header copied");
  g_assert_cmpuint (keyfob_clipboard_get_seconds_left (self->clipboard), ==, 45);
  assert_paste (self, SECRET);

  manual_clock_advance (self->clock, 44.5);
  g_assert_cmpuint (keyfob_clipboard_get_seconds_left (self->clipboard), ==, 1);
  assert_paste (self, SECRET);

  manual_clock_advance (self->clock, 0.5);
  g_assert_null (keyfob_clipboard_get_title (self->clipboard));
  g_assert_cmpuint (keyfob_clipboard_get_seconds_left (self->clipboard), ==, 0);
  assert_paste (self, "");
}

static void
test_clears_after_what_is_set (Fixture *self, gconstpointer data)
{
  g_settings_set_uint (self->settings, "clipboard-clear-seconds", 5);
  offer (self);
  manual_clock_advance (self->clock, 5);
  assert_paste (self, "");
}

static void
test_never (Fixture *self, gconstpointer data)
{
  g_settings_set_uint (self->settings, "clipboard-clear-seconds", 0);
  offer (self);
  g_assert_cmpuint (keyfob_clipboard_get_seconds_left (self->clipboard), ==, 0);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
  manual_clock_advance (self->clock, 100000);
  assert_paste (self, SECRET);

  keyfob_clipboard_clear (self->clipboard);
  assert_paste (self, "");
}

/* What was copied last has its whole time. */
static void
test_copied_again (Fixture *self, gconstpointer data)
{
  offer (self);
  manual_clock_advance (self->clock, 40);
  keyfob_clipboard_offer (self->clipboard, "abc", "Token copied", FALSE);
  g_assert_cmpuint (keyfob_clipboard_get_seconds_left (self->clipboard), ==, 45);
  manual_clock_advance (self->clock, 40);
  assert_paste (self, "abc");
  manual_clock_advance (self->clock, 5);
  assert_paste (self, "");
}

static void
test_copied_elsewhere (Fixture *self, gconstpointer data)
{
  offer (self);
  copy_elsewhere (self, "mine");
  wait_while (keyfob_clipboard_get_title (self->clipboard) != NULL);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);

  keyfob_clipboard_clear (self->clipboard);
  manual_clock_advance (self->clock, 100);
  assert_paste (self, "mine");
}

static void
test_copied_elsewhere_just_now (Fixture *self, gconstpointer data)
{
  offer (self);
  copy_elsewhere (self, "mine");

  keyfob_clipboard_clear (self->clipboard);
  g_assert_null (keyfob_clipboard_get_title (self->clipboard));
  assert_paste (self, "mine");
}

static void
test_once (Fixture *self, gconstpointer data)
{
  keyfob_clipboard_set_clear_after_paste (self->clipboard, TRUE);
  offer (self);
  /* a clipboard manager */
  assert_paste (self, SECRET);
  manual_clock_advance (self->clock, 10);
  g_assert_nonnull (keyfob_clipboard_get_title (self->clipboard));

  /* a program that asks twice for one paste */
  assert_paste (self, SECRET);
  manual_clock_advance (self->clock, 0.5);
  assert_paste (self, SECRET);
  manual_clock_advance (self->clock, 0.5);
  g_assert_nonnull (keyfob_clipboard_get_title (self->clipboard));
  manual_clock_advance (self->clock, 0.5);
  g_assert_null (keyfob_clipboard_get_title (self->clipboard));
  assert_paste (self, "");
}

/* A paste at the very end does not make it last longer. */
static void
test_once_at_the_end (Fixture *self, gconstpointer data)
{
  keyfob_clipboard_set_clear_after_paste (self->clipboard, TRUE);
  offer (self);
  manual_clock_advance (self->clock, 44.5);
  assert_paste (self, SECRET);
  manual_clock_advance (self->clock, 0.5);
  assert_paste (self, "");
}

/* No secret: nothing hides it, and it stays. */
static void
test_plain (Fixture *self, gconstpointer data)
{
  GdkClipboard *clipboard = gdk_display_get_clipboard (self->display);

  keyfob_clipboard_set_clear_after_paste (self->clipboard, TRUE);
  offer (self);
  keyfob_clipboard_offer_plain (self->clipboard, "a command");
  g_assert_null (keyfob_clipboard_get_title (self->clipboard));
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
  g_assert_false (gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard),
                                                         "x-kde-passwordManagerHint"));

  manual_clock_advance (self->clock, 100);
  assert_paste (self, "a command");
  manual_clock_advance (self->clock, 100);
  keyfob_clipboard_clear (self->clipboard);
  assert_paste (self, "a command");

  /* a secret is one again */
  offer (self);
  manual_clock_advance (self->clock, 45);
  assert_paste (self, "");
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_notify (Fixture *self, gconstpointer data)
{
  const char *names[] = { "title", "renews", "deadline" };
  guint n[G_N_ELEMENTS (names)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect_swapped (self->clipboard, signal, G_CALLBACK (count), &n[i]);
    }

  keyfob_clipboard_offer (self->clipboard, SECRET, "Header copied", TRUE);
  keyfob_clipboard_offer (self->clipboard, SECRET, "Header copied", TRUE);
  keyfob_clipboard_clear (self->clipboard);
  keyfob_clipboard_clear (self->clipboard);
  g_assert_cmpuint (n[0], ==, 2);
  g_assert_cmpuint (n[1], ==, 2);
  g_assert_cmpuint (n[2], ==, 2);
}

/* What other programs and Keyfob's own entries can read. */
static void
test_content (Fixture *self, gconstpointer data)
{
  GdkClipboard *clipboard = gdk_display_get_clipboard (self->display);
  GdkContentFormats *formats;
  GdkContentProvider *content;
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) picture = G_VALUE_INIT;

  offer (self);
  formats = gdk_clipboard_get_formats (clipboard);
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "text/plain;charset=utf-8"));
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "text/plain"));
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "x-kde-passwordManagerHint"));

  content = gdk_clipboard_get_content (clipboard);
  g_value_init (&text, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (content, &text, NULL));
  g_assert_cmpstr (g_value_get_string (&text), ==, SECRET);
  g_value_init (&picture, GDK_TYPE_TEXTURE);
  g_assert_false (gdk_content_provider_get_value (content, &picture, NULL));
}

#define add(name, function) \
  g_test_add ("/clipboard/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  gtk_disable_setlocale ();
  gtk_init ();

  add ("clears", test_clears);
  add ("clears-after-what-is-set", test_clears_after_what_is_set);
  add ("never", test_never);
  add ("copied-again", test_copied_again);
  add ("copied-elsewhere", test_copied_elsewhere);
  add ("copied-elsewhere-just-now", test_copied_elsewhere_just_now);
  add ("once", test_once);
  add ("once-at-the-end", test_once_at_the_end);
  add ("plain", test_plain);
  add ("notify", test_notify);
  add ("content", test_content);

  return g_test_run ();
}
