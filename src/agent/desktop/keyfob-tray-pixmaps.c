/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-pixmaps.h"

#define GRID 16.0 /* units of the drawings, as in data/icons/tray */
#define SAMPLES 4 /* a side, of each pixel */
/* The grey of data/icons/tray: its contrast is 3 to 1 on light panels and on dark ones. */
#define GREY 0x86

/* A drawing is a list of strokes, each of which adds to what is there or cuts from it. */
typedef struct
{
  enum
  {
    END,
    ADD,
    CUT,
  } action;
  enum
  {
    DISC,     /* x, y, radius */
    BOX,      /* left, top, right, bottom */
    PILL,     /* upper x and y, lower y, radius */
    TRIANGLE, /* x and y of the tip, y of the base, half its width */
    BAND,     /* upper x and y, lower x, half its width; falls at 45 degrees */
  } shape;
  double a, b, c, d;
} Stroke;

#define RING              \
  { ADD, DISC, 8, 3, 3 }, \
  {                       \
    CUT, DISC, 8, 3, 1.5  \
  }
#define BODY               \
  {                        \
    ADD, PILL, 8, 9, 11, 5 \
  }

static const Stroke good[] = {
  RING, BODY, { CUT, DISC, 8, 8.3, 1.9 }, { CUT, BOX, 7.1, 8.3, 8.9, 13 }, { END },
};

static const Stroke soon[] = {
  RING,
  BODY,
  { CUT, DISC, 6.5, 8.2, 1.4 },
  { CUT, DISC, 12, 12, 5 },
  { ADD, DISC, 12, 12, 4 },
  { CUT, BOX, 11.4, 9.4, 12.6, 12.6 },
  { CUT, BOX, 11.4, 11.4, 14.6, 12.6 },
  { END },
};

static const Stroke needs_user[] = {
  RING,
  BODY,
  { CUT, DISC, 6.2, 8.4, 1.4 },
  { CUT, TRIANGLE, 11.5, 3.6, 20, 8.73 },
  { ADD, TRIANGLE, 11.4, 5.8, 16, 4.6 },
  { CUT, BOX, 10.7, 9.4, 12.1, 12.8 },
  { CUT, BOX, 10.7, 13.5, 12.1, 14.9 },
  { END },
};

static const Stroke offline[] = {
  RING, BODY, { CUT, BAND, 1, 2.5, 15, 1.6 }, { ADD, BAND, 1.6, 3.1, 13.9, 0.8 }, { END },
};

static const Stroke signing_in[] = {
  RING,
  BODY,
  { CUT, DISC, 8, 8, 1.6 },
  { CUT, BOX, 0, 10.6, 16, 16 },
  { ADD, DISC, 3.2, 13.8, 1.6 },
  { ADD, DISC, 8, 13.8, 1.6 },
  { ADD, DISC, 12.8, 13.8, 1.6 },
  { END },
};

static const Stroke *const drawings[] = {
  [KEYFOB_ATTENTION_GOOD] = good,
  [KEYFOB_ATTENTION_SIGNED_OUT] = needs_user,
  [KEYFOB_ATTENTION_SIGNING_IN] = signing_in,
  [KEYFOB_ATTENTION_OFFLINE] = offline,
  [KEYFOB_ATTENTION_SOON] = soon,
  [KEYFOB_ATTENTION_NEEDS_USER] = needs_user,
};

static double
square (double value)
{
  return value * value;
}

static gboolean
is_within (const Stroke *stroke, double x, double y)
{
  switch (stroke->shape)
    {
    case DISC:
      return square (x - stroke->a) + square (y - stroke->b) < square (stroke->c);
    case BOX:
      return x > stroke->a && x < stroke->c && y > stroke->b && y < stroke->d;
    case PILL:
      return square (x - stroke->a) + square (y - CLAMP (y, stroke->b, stroke->c))
             < square (stroke->d);
    case TRIANGLE:
      return y < stroke->c
             && ABS (x - stroke->a) * (stroke->c - stroke->b) < (y - stroke->b) * stroke->d;
    case BAND:
      /* along and across the band, both by the square root of 2 */
      return x + y > stroke->a + stroke->b && x + y < 2 * stroke->c + stroke->b - stroke->a
             && square ((x - y) - (stroke->a - stroke->b)) < 2 * square (stroke->d);
    default:
      return FALSE;
    }
}

static gboolean
is_drawn (const Stroke *drawing, double x, double y)
{
  gboolean drawn = FALSE;

  for (const Stroke *stroke = drawing; stroke->action != END; stroke++)
    if (is_within (stroke, x, y))
      drawn = stroke->action == ADD;

  return drawn;
}

/* How much of a pixel is drawn on, of 255. */
static guint8
get_coverage (const Stroke *drawing, double scale, int column, int row)
{
  int hits = 0;

  for (int i = 0; i < SAMPLES; i++)
    for (int j = 0; j < SAMPLES; j++)
      hits += is_drawn (drawing, (column + (i + 0.5) / SAMPLES) * scale,
                        (row + (j + 0.5) / SAMPLES) * scale);

  return (guint8) (hits * 255 / (SAMPLES * SAMPLES));
}

static GVariant *
draw (const Stroke *drawing, int size)
{
  g_autofree guint8 *pixels = g_malloc (size * size * 4);

  for (int i = 0; i < size * size; i++)
    {
      pixels[4 * i] = get_coverage (drawing, GRID / size, i % size, i / size);
      memset (pixels + 4 * i + 1, GREY, 3);
    }

  return g_variant_new (
      "(ii@ay)", size, size,
      g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, pixels, size * size * 4, 1));
}

GVariant *
keyfob_tray_pixmaps (KeyfobAttention attention)
{
  GVariant *sizes[] = { draw (drawings[attention], 22), draw (drawings[attention], 48) };

  return g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), sizes, G_N_ELEMENTS (sizes));
}
