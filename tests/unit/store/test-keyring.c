/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-keyring.h"
#include "manual-clock.h"
#include "private-keyring.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1800000000)

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

static KeyfobKeyring *
new_keyring (ManualClock **clock)
{
  g_autoptr (ManualClock) own = manual_clock_new (NOW);

  if (clock != NULL)
    *clock = g_object_ref (own);

  return keyfob_keyring_new (KEYFOB_CLOCK (own));
}

static void
wait_for_state (KeyfobKeyring *keyring, KeyfobKeyringState state)
{
  wait_while (keyfob_keyring_get_state (keyring) != state);
}

/* What it has asked the service may still be on its way. */
static void
let_go (KeyfobKeyring *keyring)
{
  GWeakRef ref;
  GObject *still = NULL;

  g_weak_ref_init (&ref, keyring);
  g_object_unref (keyring);
  while ((still = g_weak_ref_get (&ref)) != NULL)
    {
      g_object_unref (still);
      g_main_context_iteration (NULL, TRUE);
    }
  g_weak_ref_clear (&ref);
}

static void
open_it (KeyfobKeyring *keyring, KeyfobKeyringState state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_keyring_open_async (keyring, got_result_cb, &result);
  wait_while (result == NULL);

  g_assert_true (keyfob_keyring_open_finish (keyring, result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (keyfob_keyring_get_state (keyring), ==, state);
  g_assert_true ((keyfob_keyring_get_store (keyring) != NULL) == (state == KEYFOB_KEYRING_THERE));
  g_assert_true ((keyfob_keyring_get_error (keyring) != NULL) == (state == KEYFOB_KEYRING_ABSENT));
}

static void
test_not_asked_before_it_is_opened (void)
{
  g_autoptr (KeyfobKeyring) keyring = new_keyring (NULL);

  g_assert_cmpint (keyfob_keyring_get_state (keyring), ==, KEYFOB_KEYRING_CLOSED);
  g_assert_null (keyfob_keyring_get_store (keyring));
  g_assert_null (keyfob_keyring_get_error (keyring));
}

static void
test_there (void)
{
  PrivateKeyring *daemon = private_keyring_new ();
  KeyfobKeyring *keyring = new_keyring (NULL);

  private_keyring_start (daemon, TRUE);
  open_it (keyring, KEYFOB_KEYRING_THERE);
  open_it (keyring, KEYFOB_KEYRING_THERE);
  g_assert_true (keyfob_token_store_is_keyring (keyfob_keyring_get_store (keyring)));

  let_go (keyring);
  private_keyring_free (daemon);
}

static void
test_no_bus (void)
{
  KeyfobKeyring *keyring = new_keyring (NULL);

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  open_it (keyring, KEYFOB_KEYRING_ABSENT);
  g_assert_error (keyfob_keyring_get_error (keyring), KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  let_go (keyring);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
}

static void
test_absent_then_appears (void)
{
  PrivateKeyring *daemon = private_keyring_new ();
  KeyfobKeyring *keyring = new_keyring (NULL);

  open_it (keyring, KEYFOB_KEYRING_ABSENT);
  private_keyring_start (daemon, TRUE);
  wait_for_state (keyring, KEYFOB_KEYRING_THERE);
  g_assert_nonnull (keyfob_keyring_get_store (keyring));
  g_assert_null (keyfob_keyring_get_error (keyring));

  let_go (keyring);
  private_keyring_free (daemon);
}

static void
test_cannot_be_started (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  KeyfobKeyring *keyring = new_keyring (NULL);
  const char *folder = g_get_user_runtime_dir ();
  g_autofree char *path = g_build_filename (folder, "org.freedesktop.secrets.service", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (
      path, "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n", -1, NULL));
  g_test_dbus_add_service_dir (bus, folder);

  g_test_dbus_up (bus);
  open_it (keyring, KEYFOB_KEYRING_ABSENT);
  let_go (keyring);
  g_test_dbus_down (bus);
}

static void
hang (KeyfobKeyring *keyring, ManualClock *clock)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_keyring_open_async (keyring, got_result_cb, &result);
  g_assert_cmpint (keyfob_keyring_get_state (keyring), ==, KEYFOB_KEYRING_OPENING);
  manual_clock_advance (clock, 5);
  wait_while (result == NULL);

  g_assert_false (keyfob_keyring_open_finish (keyring, result, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "does not answer"));
  g_assert_cmpint (keyfob_keyring_get_state (keyring), ==, KEYFOB_KEYRING_SILENT);
  g_assert_cmpstr (keyfob_keyring_get_error (keyring)->message, ==, error->message);
  g_assert_null (keyfob_keyring_get_store (keyring));
}

static void
test_hangs_and_goes_on (void)
{
  PrivateKeyring *daemon = private_keyring_new ();
  g_autoptr (ManualClock) clock = NULL;
  KeyfobKeyring *keyring = new_keyring (&clock);

  private_keyring_start (daemon, TRUE);
  private_keyring_hang (daemon);
  hang (keyring, clock);
  hang (keyring, clock);

  private_keyring_go_on (daemon);
  wait_for_state (keyring, KEYFOB_KEYRING_THERE);
  g_assert_nonnull (keyfob_keyring_get_store (keyring));
  g_assert_cmpfloat (manual_clock_next (clock), <, 0);

  let_go (keyring);
  private_keyring_free (daemon);
}

static void
count_cb (guint *count)
{
  *count += 1;
}

static void
test_vanishes_and_returns (void)
{
  PrivateKeyring *daemon = private_keyring_new ();
  KeyfobKeyring *keyring = new_keyring (NULL);
  guint changes = 0;

  private_keyring_start (daemon, TRUE);
  open_it (keyring, KEYFOB_KEYRING_THERE);
  private_keyring_stop (daemon);

  g_signal_connect_swapped (keyring, "changed", G_CALLBACK (count_cb), &changes);
  private_keyring_start (daemon, TRUE);
  wait_while (changes == 0);
  g_assert_cmpint (keyfob_keyring_get_state (keyring), ==, KEYFOB_KEYRING_THERE);

  g_signal_handlers_disconnect_by_func (keyring, count_cb, &changes);
  let_go (keyring);
  private_keyring_free (daemon);
}

static void
test_lock_is_told (void)
{
  PrivateKeyring *daemon = private_keyring_new ();
  KeyfobKeyring *keyring = new_keyring (NULL);
  guint changes = 0;

  private_keyring_start (daemon, TRUE);
  open_it (keyring, KEYFOB_KEYRING_THERE);

  g_signal_connect_swapped (keyring, "changed", G_CALLBACK (count_cb), &changes);
  private_keyring_lock (daemon);
  wait_while (!keyfob_token_store_get_locked (keyfob_keyring_get_store (keyring)));
  g_assert_cmpuint (changes, >, 0);

  g_signal_handlers_disconnect_by_func (keyring, count_cb, &changes);
  let_go (keyring);
  private_keyring_free (daemon);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/keyring/not-asked-before-it-is-opened", test_not_asked_before_it_is_opened);
  g_test_add_func ("/keyring/there", test_there);
  g_test_add_func ("/keyring/no-bus", test_no_bus);
  g_test_add_func ("/keyring/absent-then-appears", test_absent_then_appears);
  g_test_add_func ("/keyring/cannot-be-started", test_cannot_be_started);
  g_test_add_func ("/keyring/hangs-and-goes-on", test_hangs_and_goes_on);
  g_test_add_func ("/keyring/vanishes-and-returns", test_vanishes_and_returns);
  g_test_add_func ("/keyring/lock-is-told", test_lock_is_told);

  return g_test_run ();
}
