/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-icon.h"

#define NAME KEYFOB_APPLICATION_ID "-tray-"

#define DRAWING_SIZE 16.0 /* width and height of a drawing, as in data/icons/tray */
#define SAMPLES 4         /* in each direction, of each pixel */
/* The grey of data/icons/tray: its contrast is 3 to 1 on light panels and on dark ones. */
#define GREY 0x86

/* A step of a drawing: adds a shape to what is drawn so far, or cuts the shape out of it. Lengths
 * are in units of DRAWING_SIZE, y grows downwards. */
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
    BAND,     /* upper x and y, lower x, half its width; runs down to the right at 45 degrees */
  } shape;
  double a, b, c, d;
} Step;

#define RING              \
  { ADD, DISC, 8, 3, 3 }, \
  {                       \
    CUT, DISC, 8, 3, 1.5  \
  }
#define BODY               \
  {                        \
    ADD, PILL, 8, 9, 11, 5 \
  }

static const Step good[] = {
  RING, BODY, { CUT, DISC, 8, 8.3, 1.9 }, { CUT, BOX, 7.1, 8.3, 8.9, 13 }, { END },
};

static const Step signed_out[] = {
  RING,
  BODY,
  { CUT, PILL, 8, 9, 11, 3.1 },
  { END },
};

static const Step soon[] = {
  RING,
  BODY,
  { CUT, DISC, 6.5, 8.2, 1.4 },
  { CUT, DISC, 12, 12, 5 },
  { ADD, DISC, 12, 12, 4 },
  { CUT, BOX, 11.4, 9.4, 12.6, 12.6 },
  { CUT, BOX, 11.4, 11.4, 14.6, 12.6 },
  { END },
};

static const Step needs_user[] = {
  RING,
  BODY,
  { CUT, DISC, 6.2, 8.4, 1.4 },
  { CUT, TRIANGLE, 11.5, 3.6, 20, 8.73 },
  { ADD, TRIANGLE, 11.4, 5.8, 16, 4.6 },
  { CUT, BOX, 10.7, 9.4, 12.1, 12.8 },
  { CUT, BOX, 10.7, 13.5, 12.1, 14.9 },
  { END },
};

static const Step offline[] = {
  RING, BODY, { CUT, BAND, 1, 2.5, 15, 1.6 }, { ADD, BAND, 1.6, 3.1, 13.9, 0.8 }, { END },
};

static const Step locked[] = {
  RING,
  BODY,
  { CUT, DISC, 5.8, 8.2, 1.2 },
  { CUT, BOX, 7.6, 6.6, 16, 16 },
  { ADD, DISC, 12, 9.6, 2.6 },
  { CUT, DISC, 12, 9.6, 1.3 },
  { ADD, BOX, 8.6, 10.6, 15.4, 15.6 },
  { END },
};

static const Step signing_in[] = {
  RING,
  BODY,
  { CUT, DISC, 8, 8, 1.6 },
  { CUT, BOX, 0, 10.6, 16, 16 },
  { ADD, DISC, 3.2, 13.8, 1.6 },
  { ADD, DISC, 8, 13.8, 1.6 },
  { ADD, DISC, 12.8, 13.8, 1.6 },
  { END },
};

static const struct
{
  const char *name;
  const Step *drawing;
} icons[] = {
  [KEYFOB_ATTENTION_GOOD] = { NAME "good-symbolic", good },
  [KEYFOB_ATTENTION_SIGNED_OUT] = { NAME "signed-out-symbolic", signed_out },
  [KEYFOB_ATTENTION_SIGNING_IN] = { NAME "signing-in-symbolic", signing_in },
  [KEYFOB_ATTENTION_OFFLINE] = { NAME "offline-symbolic", offline },
  [KEYFOB_ATTENTION_LOCKED] = { NAME "locked-symbolic", locked },
  [KEYFOB_ATTENTION_SOON] = { NAME "soon-symbolic", soon },
  [KEYFOB_ATTENTION_NEEDS_USER] = { NAME "needs-user-symbolic", needs_user },
};

static double
square (double value)
{
  return value * value;
}

static gboolean
is_within (const Step *step, double x, double y)
{
  switch (step->shape)
    {
    case DISC:
      return square (x - step->a) + square (y - step->b) < square (step->c);
    case BOX:
      return x > step->a && x < step->c && y > step->b && y < step->d;
    case PILL:
      return square (x - step->a) + square (y - CLAMP (y, step->b, step->c)) < square (step->d);
    case TRIANGLE:
      return y < step->c && ABS (x - step->a) * (step->c - step->b) < (y - step->b) * step->d;
    case BAND:
      /* distances along and across the band, both times the square root of 2 */
      return x + y > step->a + step->b && x + y < 2 * step->c + step->b - step->a
             && square ((x - y) - (step->a - step->b)) < 2 * square (step->d);
    default:
      return FALSE;
    }
}

static gboolean
is_drawn (const Step *drawing, double x, double y)
{
  gboolean drawn = FALSE;

  for (const Step *step = drawing; step->action != END; step++)
    if (is_within (step, x, y))
      drawn = step->action == ADD;

  return drawn;
}

/* Returns: how much of a pixel the drawing covers, from 0 to 255 */
static guint8
get_coverage (const Step *drawing, double scale, int column, int row)
{
  int hits = 0;

  for (int i = 0; i < SAMPLES; i++)
    for (int j = 0; j < SAMPLES; j++)
      hits += is_drawn (drawing, (column + (i + 0.5) / SAMPLES) * scale,
                        (row + (j + 0.5) / SAMPLES) * scale);

  return (guint8) (hits * 255 / (SAMPLES * SAMPLES));
}

static GVariant *
draw (const Step *drawing, int size)
{
  g_autofree guint8 *pixels = g_malloc (size * size * 4);

  for (int i = 0; i < size * size; i++)
    {
      pixels[4 * i] = get_coverage (drawing, DRAWING_SIZE / size, i % size, i / size);
      memset (pixels + 4 * i + 1, GREY, 3);
    }

  return g_variant_new (
      "(ii@ay)", size, size,
      g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, pixels, size * size * 4, 1));
}

const char *
keyfob_tray_icon_get_name (KeyfobAttention attention)
{
  return icons[attention].name;
}

GVariant *
keyfob_tray_icon_draw (KeyfobAttention attention)
{
  const Step *drawing = icons[attention].drawing;
  GVariant *sizes[] = { draw (drawing, 22), draw (drawing, 48) };

  return g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), sizes, G_N_ELEMENTS (sizes));
}
