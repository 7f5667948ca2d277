/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-stores.h"
#include "manual-clock.h"
#include "private-keyring.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1800000000)
#define SHARED "/nonexistent/shared.json"

typedef struct
{
  PrivateKeyring *daemon;
  ManualClock *clock;
  KeyfobStores *stores;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer only_file)
{
  g_autoptr (KeyfobKeyring) keyring = NULL;

  fixture->daemon = private_keyring_new ();
  fixture->clock = manual_clock_new (NOW);
  keyring = keyfob_keyring_new (KEYFOB_CLOCK (fixture->clock));
  fixture->stores =
      keyfob_stores_new (keyring, SHARED, only_file != NULL, KEYFOB_CLOCK (fixture->clock));
}

static void
tear_down (Fixture *fixture, gconstpointer only_file)
{
  g_assert_finalize_object (fixture->stores);
  g_object_unref (fixture->clock);
  private_keyring_free (fixture->daemon);
}

static void
wait_for (Fixture *fixture, const char *state)
{
  wait_while (!g_str_equal (keyfob_stores_get_state (fixture->stores), state));
}

static KeyfobConfig *
config_for (const char *store)
{
  return keyfob_config_new ("https://data.example.org",
                            g_variant_new_parsed ("{'store': <%s>}", store), NULL);
}

static void
assert_place (Fixture *fixture, const char *chosen, const char *place)
{
  g_autoptr (KeyfobConfig) config = config_for (chosen);

  g_assert_cmpstr (keyfob_stores_get_place (fixture->stores, config), ==, place);
}

static void
test_places (Fixture *fixture, gconstpointer only_file)
{
  g_autofree char *app_file =
      g_build_filename (g_get_user_cache_dir (), "freva", "token-store.json", NULL);

  assert_place (fixture, "", only_file != NULL ? SHARED : "keyring");
  assert_place (fixture, "keyring", "keyring");
  assert_place (fixture, "file", SHARED);
  assert_place (fixture, "/srv/t.json", "/srv/t.json");
  assert_place (fixture, "app:freva", app_file);
  g_assert_cmpstr (keyfob_stores_get_shared_file (fixture->stores), ==, SHARED);
  g_assert_cmpint (keyfob_stores_is_only_file (fixture->stores), ==, only_file != NULL);
}

static void
test_one_store_for_a_file (Fixture *fixture, gconstpointer only_file)
{
  g_autoptr (KeyfobConfig) shared = config_for ("file");
  g_autoptr (KeyfobConfig) path = config_for (SHARED);
  KeyfobTokenStore *store = keyfob_stores_get (fixture->stores, shared);

  g_assert_true (keyfob_stores_get (fixture->stores, path) == store);
  g_assert_false (keyfob_stores_open (fixture->stores, "/nonexistent/other.json") == store);
  g_assert_false (keyfob_token_store_is_keyring (store));
  g_assert_cmpstr (keyfob_stores_find_place (fixture->stores, store), ==, SHARED);
  g_assert_false (keyfob_stores_is_opening (fixture->stores, SHARED));
}

static void
test_no_keyring (Fixture *fixture, gconstpointer only_file)
{
  g_autoptr (KeyfobConfig) chosen = config_for ("keyring");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (keyfob_stores_get_kind (fixture->stores), ==, "");
  g_assert_true (keyfob_stores_is_opening (fixture->stores, KEYFOB_STORES_KEYRING));
  keyfob_stores_open_default (fixture->stores);
  wait_for (fixture, "ready");

  g_assert_cmpstr (keyfob_stores_get_kind (fixture->stores), ==, "file");
  assert_place (fixture, "", SHARED);
  g_assert_null (keyfob_stores_get (fixture->stores, chosen));
  error = keyfob_stores_new_error (fixture->stores);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "There is no keyring"));
}

static void
test_keyring (Fixture *fixture, gconstpointer only_file)
{
  KeyfobTokenStore *store;

  private_keyring_start (fixture->daemon, TRUE);
  keyfob_stores_open_default (fixture->stores);
  g_assert_cmpstr (keyfob_stores_get_state (fixture->stores), ==, "opening");
  wait_for (fixture, "ready");

  store = keyfob_stores_open (fixture->stores, KEYFOB_STORES_KEYRING);
  g_assert_true (keyfob_token_store_is_keyring (store));
  g_assert_cmpstr (keyfob_stores_find_place (fixture->stores, store), ==, KEYFOB_STORES_KEYRING);
  g_assert_cmpstr (keyfob_stores_get_kind (fixture->stores), ==, "keyring");

  private_keyring_lock (fixture->daemon);
  wait_for (fixture, "locked");
  private_keyring_unlock (fixture->daemon);
  wait_for (fixture, "ready");
}

static void
test_keyring_that_was_never_known_open (Fixture *fixture, gconstpointer only_file)
{
  private_keyring_start (fixture->daemon, TRUE);
  private_keyring_lock (fixture->daemon);
  keyfob_stores_open_default (fixture->stores);

  /* not "ready" for a moment, in which somebody would be asked for a password */
  wait_while (g_str_equal (keyfob_stores_get_state (fixture->stores), "opening"));
  g_assert_cmpstr (keyfob_stores_get_state (fixture->stores), ==, "locked");
}

static void
test_only_file_opens_no_keyring (Fixture *fixture, gconstpointer only_file)
{
  keyfob_stores_open_default (fixture->stores);
  g_assert_cmpstr (keyfob_stores_get_state (fixture->stores), ==, "ready");
  g_assert_cmpstr (keyfob_stores_get_kind (fixture->stores), ==, "file");
  g_assert_true (keyfob_stores_is_opening (fixture->stores, KEYFOB_STORES_KEYRING));
}

static void
note_path_cb (KeyfobStores *stores, const char *path, char **seen)
{
  g_free (*seen);
  *seen = g_strdup (path);
}

static void
test_file_changes_are_told (Fixture *fixture, gconstpointer only_file)
{
  g_autofree char *seen = NULL;

  g_signal_connect (fixture->stores, "file-changed", G_CALLBACK (note_path_cb), &seen);
  keyfob_token_store_changed (keyfob_stores_open (fixture->stores, "/nonexistent/other.json"));
  g_assert_cmpstr (seen, ==, "/nonexistent/other.json");
}

static void
note_report_cb (KeyfobStores *stores, const char *name, const char *sentence, char **seen)
{
  *seen = g_strconcat (name, ": ", sentence, NULL);
}

static void
test_reports_are_told (Fixture *fixture, gconstpointer only_file)
{
  g_autofree char *seen = NULL;

  g_signal_connect (fixture->stores, "report", G_CALLBACK (note_report_cb), &seen);
  keyfob_token_store_report (keyfob_stores_open (fixture->stores, SHARED), "odd", "It is odd.");
  g_assert_cmpstr (seen, ==, "odd: It is odd.");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, data, function) \
  g_test_add ("/stores/" name, Fixture, data, set_up, function, tear_down)

  ADD ("places", NULL, test_places);
  ADD ("places-with-only-a-file", "only", test_places);
  ADD ("one-store-for-a-file", NULL, test_one_store_for_a_file);
  ADD ("no-keyring", NULL, test_no_keyring);
  ADD ("keyring", NULL, test_keyring);
  ADD ("keyring-that-was-never-known-open", NULL, test_keyring_that_was_never_known_open);
  ADD ("only-file-opens-no-keyring", "only", test_only_file_opens_no_keyring);
  ADD ("file-changes-are-told", NULL, test_file_changes_are_told);
  ADD ("reports-are-told", NULL, test_reports_are_told);

  return g_test_run ();
}
