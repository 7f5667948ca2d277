/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention.h"

typedef struct
{
  const char *state;
  gboolean can_refresh;
  KeyfobAttention before;
  gboolean soon;
  KeyfobAttention expected;
} Case;

static const Case cases[] = {
  { "signed-out", FALSE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_SIGNED_OUT },
  { "signing-in", FALSE, KEYFOB_ATTENTION_NEEDS_USER, FALSE, KEYFOB_ATTENTION_SIGNING_IN },
  { "signed-in", TRUE, KEYFOB_ATTENTION_OFFLINE, FALSE, KEYFOB_ATTENTION_GOOD },
  { "signed-in", FALSE, KEYFOB_ATTENTION_GOOD, TRUE, KEYFOB_ATTENTION_SOON },
  { "offline", TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_OFFLINE },
  { "expired", FALSE, KEYFOB_ATTENTION_SOON, FALSE, KEYFOB_ATTENTION_NEEDS_USER },
  /* nobody used it, so it was left to lapse */
  { "expired", TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_SIGNED_OUT },
  /* while a server is asked, the icon does not go back and forth */
  { "refreshing", TRUE, KEYFOB_ATTENTION_GOOD, FALSE, KEYFOB_ATTENTION_GOOD },
  { "refreshing", TRUE, KEYFOB_ATTENTION_OFFLINE, FALSE, KEYFOB_ATTENTION_OFFLINE },
  { "refreshing", TRUE, KEYFOB_ATTENTION_NEEDS_USER, FALSE, KEYFOB_ATTENTION_NEEDS_USER },
  { "refreshing", TRUE, KEYFOB_ATTENTION_SIGNED_OUT, FALSE, KEYFOB_ATTENTION_GOOD },
};

static void
test_outlook (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (KeyfobBusHost1) host = keyfob_bus_host1_skeleton_new ();

  keyfob_bus_host1_set_state (host, test->state);
  g_assert_cmpint (keyfob_attention_of (host, test->can_refresh, test->before, test->soon), ==,
                   test->expected);
}

static void
test_worse_is_more (void)
{
  g_assert_cmpint (KEYFOB_ATTENTION_NEEDS_USER, >, KEYFOB_ATTENTION_SOON);
  g_assert_cmpint (KEYFOB_ATTENTION_SOON, >, KEYFOB_ATTENTION_OFFLINE);
  g_assert_cmpint (KEYFOB_ATTENTION_OFFLINE, >, KEYFOB_ATTENTION_SIGNING_IN);
  g_assert_cmpint (KEYFOB_ATTENTION_SIGNING_IN, >, KEYFOB_ATTENTION_GOOD);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attention/%s-%" G_GSIZE_FORMAT, cases[i].state, i);

      g_test_add_data_func (path, &cases[i], test_outlook);
    }
  g_test_add_func ("/attention/worse-is-more", test_worse_is_more);

  return g_test_run ();
}
