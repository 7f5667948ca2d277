/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-token-location.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1800000000)
#define SHARED "/nonexistent/shared.json"
#define OTHER "/nonexistent/other.json"

typedef struct
{
  ManualClock *clock;
  KeyfobStores *stores;
  KeyfobHostFile *file;
  KeyfobTokenLocation *location;
} Fixture;

static KeyfobConfig *
config_for (const char *store)
{
  return keyfob_config_new ("https://data.example.org",
                            g_variant_new_parsed ("{'store': <%s>}", store), NULL);
}

/* There is no bus, so there is no keyring. @only_file: (nullable): as of the stores */
static void
set_up (Fixture *fixture, gconstpointer only_file)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "hosts.ini", NULL);
  g_autoptr (KeyfobKeyring) keyring = NULL;
  g_autoptr (KeyfobConfig) config = config_for ("");
  g_autoptr (GPtrArray) none = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  fixture->clock = manual_clock_new (NOW);
  keyring = keyfob_keyring_new (KEYFOB_CLOCK (fixture->clock));
  fixture->stores =
      keyfob_stores_new (keyring, SHARED, only_file != NULL, KEYFOB_CLOCK (fixture->clock));
  keyfob_stores_open_default (fixture->stores);
  wait_while (!g_str_equal (keyfob_stores_get_state (fixture->stores), "ready"));

  fixture->file = keyfob_host_file_new (path, KEYFOB_CLOCK (fixture->clock));
  none = keyfob_host_file_load (fixture->file, NULL);
  keyfob_host_file_set (fixture->file, config, "");
  fixture->location = keyfob_token_location_new (fixture->stores, fixture->file,
                                                 KEYFOB_CLOCK (fixture->clock), config);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer only_file)
{
  gboolean flushed = FALSE;

  g_assert_finalize_object (fixture->location);
  keyfob_host_file_flush_async (fixture->file, NULL, on_flushed, &flushed);
  wait_while (!flushed);
  g_object_unref (fixture->file);
  g_object_unref (fixture->stores);
  g_object_unref (fixture->clock);
}

static void
choose (Fixture *fixture, const char *store)
{
  g_autoptr (KeyfobConfig) config = config_for (store);

  keyfob_token_location_set_config (fixture->location, config);
}

static void
assert_places (GStrv places, const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", places);

  g_assert_cmpstr (joined, ==, expected);
  g_strfreev (places);
}

static KeyfobTokenStore *
open_at (Fixture *fixture, const char *place)
{
  return keyfob_token_location_open (fixture->location, place);
}

static void
test_nothing_is_kept_at_first (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpstr (keyfob_token_location_get_place (fixture->location), ==, "");
  g_assert_cmpstr (keyfob_token_location_get_wanted (fixture->location), ==, SHARED);
  g_assert_null (keyfob_token_location_get_target (fixture->location));
  g_assert_true (keyfob_token_location_get_store (fixture->location) == open_at (fixture, SHARED));
  assert_places (keyfob_token_location_dup_candidates (fixture->location, FALSE), SHARED);
  assert_places (keyfob_token_location_dup_all (fixture->location), SHARED);
  assert_places (keyfob_token_location_dup_left (fixture->location), "");
}

static void
test_own_and_found (Fixture *fixture, gconstpointer data)
{
  keyfob_token_location_found (fixture->location, open_at (fixture, SHARED));
  g_assert_cmpstr (keyfob_token_location_get_place (fixture->location), ==, SHARED);
  g_assert_false (keyfob_token_location_is_own (fixture->location));

  keyfob_token_location_refreshed (fixture->location, open_at (fixture, SHARED));
  g_assert_false (keyfob_token_location_is_own (fixture->location));

  keyfob_token_location_saved (fixture->location, open_at (fixture, SHARED));
  g_assert_true (keyfob_token_location_is_own (fixture->location));
  assert_places (keyfob_token_location_dup_left (fixture->location), "");
}

static void
test_choice_makes_a_target (Fixture *fixture, gconstpointer data)
{
  keyfob_token_location_saved (fixture->location, open_at (fixture, SHARED));
  choose (fixture, OTHER);
  g_assert_cmpstr (keyfob_token_location_get_target (fixture->location), ==, OTHER);
  g_assert_true (keyfob_token_location_get_store (fixture->location) == open_at (fixture, SHARED));
  g_assert_true (keyfob_token_location_get_store_for_new (fixture->location)
                 == open_at (fixture, OTHER));

  keyfob_token_location_move_failed (fixture->location);
  g_assert_null (keyfob_token_location_get_target (fixture->location));
  keyfob_token_location_allow_moves (fixture->location);
  g_assert_cmpstr (keyfob_token_location_get_target (fixture->location), ==, OTHER);

  choose (fixture, "keyring");
  g_assert_null (keyfob_token_location_get_target (fixture->location));
  g_assert_true (keyfob_token_location_get_store_for_new (fixture->location)
                 == open_at (fixture, SHARED));
}

static void
test_copy_is_left (Fixture *fixture, gconstpointer data)
{
  keyfob_token_location_saved (fixture->location, open_at (fixture, SHARED));
  manual_clock_advance (fixture->clock, 10);
  choose (fixture, OTHER);
  keyfob_token_location_saved (fixture->location, open_at (fixture, OTHER));

  g_assert_cmpstr (keyfob_token_location_get_place (fixture->location), ==, OTHER);
  assert_places (keyfob_token_location_dup_left (fixture->location), SHARED);
  g_assert_cmpint (keyfob_token_location_get_left_at (fixture->location), ==, NOW + 10);
  assert_places (keyfob_token_location_dup_all (fixture->location), OTHER " " SHARED);
  assert_places (keyfob_token_location_dup_candidates (fixture->location, TRUE), OTHER);

  keyfob_token_location_copy_removed (fixture->location, SHARED);
  assert_places (keyfob_token_location_dup_left (fixture->location), "");
  g_assert_cmpint (keyfob_token_location_get_left_at (fixture->location), ==, 0);
}

static void
test_new_token_takes_the_place_of_a_copy (Fixture *fixture, gconstpointer data)
{
  keyfob_token_location_gone (fixture->location, (const char *const[]){ SHARED, OTHER, NULL });
  assert_places (keyfob_token_location_dup_left (fixture->location), SHARED " " OTHER);
  assert_places (keyfob_token_location_dup_candidates (fixture->location, TRUE), "");

  keyfob_token_location_saved (fixture->location, open_at (fixture, SHARED));
  assert_places (keyfob_token_location_dup_left (fixture->location), OTHER);
}

static void
test_is_remembered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobTokenLocation) again = NULL;
  g_autoptr (KeyfobConfig) config = config_for ("");

  choose (fixture, OTHER);
  keyfob_token_location_saved (fixture->location, open_at (fixture, OTHER));
  again = keyfob_token_location_new (fixture->stores, fixture->file, KEYFOB_CLOCK (fixture->clock),
                                     config);
  assert_places (keyfob_token_location_dup_candidates (again, FALSE), OTHER " " SHARED);
}

static void
test_where_it_may_come (Fixture *fixture, gconstpointer data)
{
  g_assert_true (keyfob_token_location_may_be_in (fixture->location, SHARED));
  g_assert_false (keyfob_token_location_may_be_in (fixture->location, OTHER));
  keyfob_token_location_found (fixture->location, open_at (fixture, OTHER));
  g_assert_false (keyfob_token_location_may_be_in (fixture->location, SHARED));
  g_assert_true (keyfob_token_location_may_be_in (fixture->location, OTHER));
}

static void
test_only_one_file_remembers_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = config_for ("");
  g_autofree char *store = NULL;

  keyfob_token_location_saved (fixture->location, open_at (fixture, SHARED));
  g_assert_cmpstr (keyfob_token_location_get_place (fixture->location), ==, SHARED);
  store = keyfob_host_file_dup_token_store (fixture->file, config);
  g_assert_cmpstr (store, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, data, function) \
  g_test_add ("/keeping/" name, Fixture, data, set_up, function, tear_down)

  ADD ("nothing-is-kept-at-first", NULL, test_nothing_is_kept_at_first);
  ADD ("own-and-found", NULL, test_own_and_found);
  ADD ("choice-makes-a-target", NULL, test_choice_makes_a_target);
  ADD ("copy-is-left", NULL, test_copy_is_left);
  ADD ("new-token-takes-the-place-of-a-copy", NULL, test_new_token_takes_the_place_of_a_copy);
  ADD ("is-remembered", NULL, test_is_remembered);
  ADD ("where-it-may-come", NULL, test_where_it_may_come);
  ADD ("only-one-file-remembers-nothing", "only", test_only_one_file_remembers_nothing);

  return g_test_run ();
}
