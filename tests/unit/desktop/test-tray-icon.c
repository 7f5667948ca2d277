/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-icon.h"

/* The pixels of the icon in the size at @position, four bytes each. */
static GVariant *
get_pixels (KeyfobAttention attention, gsize position, int *size)
{
  g_autoptr (GVariant) sizes = g_variant_ref_sink (keyfob_tray_icon_draw (attention));
  g_autoptr (GVariant) pixels = NULL;
  int height;

  g_variant_get_child (sizes, position, "(ii@ay)", size, &height, &pixels);
  g_assert_cmpint (*size, ==, height);
  g_assert_cmpuint (g_variant_n_children (pixels), ==, 4 * *size * height);

  return g_steal_pointer (&pixels);
}

static void
test_is_a_drawing (void)
{
  for (int attention = 0; attention < KEYFOB_N_ATTENTIONS; attention++)
    {
      int size;
      g_autoptr (GVariant) pixels = get_pixels ((KeyfobAttention) attention, 1, &size);
      const guint8 *data = g_variant_get_data (pixels);
      int n_full = 0, n_empty = 0;

      for (int i = 0; i < size * size; i++)
        {
          n_full += data[4 * i] == 255 ? 1 : 0;
          n_empty += data[4 * i] == 0 ? 1 : 0;
        }

      g_assert_cmpint (n_full, >, size * size / 5);
      g_assert_cmpint (n_empty, >, size * size / 4);
    }
}

/* By the share of pixels in which they differ: the shape tells the state, not the colour. */
static void
test_states_differ_in_shape (void)
{
  for (int i = 0; i < KEYFOB_N_ATTENTIONS; i++)
    for (int j = i + 1; j < KEYFOB_N_ATTENTIONS; j++)
      {
        int size, other_size, n_different = 0;
        g_autoptr (GVariant) one = get_pixels ((KeyfobAttention) i, 0, &size);
        g_autoptr (GVariant) other = get_pixels ((KeyfobAttention) j, 0, &other_size);
        const guint8 *first = g_variant_get_data (one);
        const guint8 *second = g_variant_get_data (other);

        g_assert_cmpint (size, ==, other_size);
        for (int k = 0; k < size * size; k++)
          n_different += ABS (first[4 * k] - second[4 * k]) > 128 ? 1 : 0;
        g_assert_cmpint (n_different, >, size * size / 20);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/tray-icon/is-a-drawing", test_is_a_drawing);
  g_test_add_func ("/tray-icon/states-differ-in-shape", test_states_differ_in_shape);

  return g_test_run ();
}
