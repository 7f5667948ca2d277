/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention-model.h"

#include "keyfob-host.h"
#include "keyfob-tray-plan.h"
#include "keyfob-tray-text.h"
#include "manual-clock.h"

#define NOW 1000000

typedef struct
{
  GListStore *hosts;
  ManualClock *clock;
  KeyfobSettings *settings;
  KeyfobAttentionModel *model;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->hosts = g_list_store_new (KEYFOB_TYPE_HOST);
  fixture->clock = manual_clock_new (NOW);
  fixture->settings = keyfob_settings_new ();
  fixture->model = keyfob_attention_model_new (G_LIST_MODEL (fixture->hosts),
                                               KEYFOB_CLOCK (fixture->clock), fixture->settings);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->model);
  g_assert_finalize_object (fixture->settings);
  g_assert_finalize_object (fixture->hosts);
  g_assert_finalize_object (fixture->clock);
}

static void
count (guint *n_times)
{
  *n_times += 1;
}

static void
test_without_hosts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *words = keyfob_tray_text_count (fixture->model);
  g_autofree char *title = keyfob_tray_text_title (fixture->model);
  g_autofree char *details = keyfob_tray_text_details (fixture->model);
  g_autoptr (KeyfobMenuNode) menu = keyfob_tray_plan (fixture->model, NOW);

  g_assert_cmpuint (keyfob_attention_model_get_n_hosts (fixture->model), ==, 0);
  g_assert_cmpint (keyfob_attention_model_get_worst (fixture->model), ==, KEYFOB_ATTENTION_GOOD);
  g_assert_cmpstr (words, ==, "No hosts yet");
  g_assert_cmpstr (title, ==, words);
  g_assert_cmpstr (details, ==, "");
  g_assert_cmpuint (menu->children->len, ==, 3);
}

static void
test_many_changes_are_one_signal (Fixture *fixture, gconstpointer data)
{
  guint n_times = 0;

  g_signal_connect_swapped (fixture->model, "changed", G_CALLBACK (count), &n_times);
  g_object_notify (G_OBJECT (fixture->settings), "notice-minutes");
  g_object_notify (G_OBJECT (fixture->settings), "notice-minutes");
  g_assert_cmpuint (n_times, ==, 0);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_times, ==, 1);
}

static void
test_no_timer_where_nothing_ends (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/model/without-hosts", test_without_hosts);
  add ("/model/many-changes", test_many_changes_are_one_signal);
  add ("/model/no-timer", test_no_timer_where_nothing_ends);

  return g_test_run ();
}
