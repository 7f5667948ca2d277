/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention-model.h"

#include "keyfob-host.h"
#include "manual-clock.h"

#define NOW 1000000

typedef struct
{
  KeyfobHostState state;
  gboolean can_refresh;
  KeyfobAttention before;
  gboolean soon;
  KeyfobAttention expected;
} Case;

static const Case cases[] = {
  { KEYFOB_HOST_SIGNED_OUT, FALSE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_SIGNED_OUT },
  { KEYFOB_HOST_SIGNING_IN, FALSE, KEYFOB_ATTENTION_NEEDS_USER, FALSE,
    KEYFOB_ATTENTION_SIGNING_IN },
  { KEYFOB_HOST_SIGNED_IN, TRUE, KEYFOB_ATTENTION_OFFLINE, FALSE, KEYFOB_ATTENTION_GOOD },
  { KEYFOB_HOST_SIGNED_IN, FALSE, KEYFOB_ATTENTION_GOOD, TRUE, KEYFOB_ATTENTION_SOON },
  { KEYFOB_HOST_OFFLINE, TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_OFFLINE },
  { KEYFOB_HOST_EXPIRED, FALSE, KEYFOB_ATTENTION_SOON, FALSE, KEYFOB_ATTENTION_NEEDS_USER },
  /* nothing was lost */
  { KEYFOB_HOST_LOCKED, FALSE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_LOCKED },
  /* not used, so not renewed */
  { KEYFOB_HOST_EXPIRED, TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_SIGNED_OUT },
  /* while the host asks its server the icon stays */
  { KEYFOB_HOST_REFRESHING, TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_GOOD },
  { KEYFOB_HOST_REFRESHING, TRUE, KEYFOB_ATTENTION_OFFLINE, FALSE, KEYFOB_ATTENTION_OFFLINE },
  { KEYFOB_HOST_REFRESHING, TRUE, KEYFOB_ATTENTION_NEEDS_USER, FALSE, KEYFOB_ATTENTION_NEEDS_USER },
  { KEYFOB_HOST_REFRESHING, TRUE, KEYFOB_ATTENTION_SIGNED_OUT, FALSE, KEYFOB_ATTENTION_GOOD },
};

static void
test_attention (gconstpointer data)
{
  const Case *test = data;

  g_assert_cmpint (keyfob_attention_of (test->state, test->can_refresh, test->before, test->soon),
                   ==, test->expected);
}

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

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attention/%s-%" G_GSIZE_FORMAT,
                                               keyfob_host_state_to_string (cases[i].state), i);

      g_test_add_data_func (path, &cases[i], test_attention);
    }
  add ("/model/many-changes", test_many_changes_are_one_signal);
  add ("/model/no-timer", test_no_timer_where_nothing_ends);

  return g_test_run ();
}
