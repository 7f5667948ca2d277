/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention.h"

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

  return g_test_run ();
}
