/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-qr-paintable.h"

#include <math.h>

#include <gtk/gtk.h>
#include <qrencode.h>

#include "keyfob-web-address.h"

/* In modules. */
#define QUIET_ZONE 4

/* In pixels: a phone reads a code of this size easily at a distance of 40 cm. */
#define SMALLEST_SIZE 200
#define SMALLEST_MODULE 3

/* In bytes: with a longer address the modules get too small for a phone in a narrow window. */
#define LONGEST_TEXT 512

struct _KeyfobQrPaintable
{
  GObject parent_instance;

  char *text;
  QRcode *code;
};

static void keyfob_qr_paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobQrPaintable,
                               keyfob_qr_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE,
                                                      keyfob_qr_paintable_iface_init))

static int
n_modules (KeyfobQrPaintable *self)
{
  return self->code->width + 2 * QUIET_ZONE;
}

static gboolean
is_dark (QRcode *code, int column, int row)
{
  return (code->data[row * code->width + column] & 1) != 0;
}

/* The first column after @column whose module in @row has another colour than that of @column. */
static int
end_of_run (QRcode *code, int column, int row)
{
  gboolean dark = is_dark (code, column, row);
  int end = column + 1;

  while (end < code->width && is_dark (code, end, row) == dark)
    end++;

  return end;
}

static void
snapshot_row (QRcode *code, int row, GtkSnapshot *snapshot, float module)
{
  const GdkRGBA black = { 0, 0, 0, 1 };

  for (int column = 0, end; column < code->width; column = end)
    {
      end = end_of_run (code, column, row);
      if (is_dark (code, column, row))
        gtk_snapshot_append_color (
            snapshot, &black,
            &GRAPHENE_RECT_INIT (column * module, row * module, (end - column) * module, module));
    }
}

/* A whole number of pixels where @size has room for @n of them; else a pixel divided by a whole
 * number, which is sharp at the scale factor of that number. */
static float
module_size (double size, int n)
{
  return size >= n ? floor (size / n) : 1 / ceil (n / size);
}

static void
keyfob_qr_paintable_snapshot (GdkPaintable *paintable,
                              GdkSnapshot *snapshot,
                              double width,
                              double height)
{
  KeyfobQrPaintable *self = KEYFOB_QR_PAINTABLE (paintable);
  const GdkRGBA white = { 1, 1, 1, 1 };
  float module, size;

  if (self->code == NULL || width <= 0 || height <= 0)
    return;

  module = module_size (MIN (width, height), n_modules (self));
  size = self->code->width * module;

  gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (0, 0, width, height));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (floor ((width - size) / 2), floor ((height - size) / 2)));
  for (int row = 0; row < self->code->width; row++)
    snapshot_row (self->code, row, snapshot, module);
  gtk_snapshot_restore (snapshot);
}

static int
keyfob_qr_paintable_get_intrinsic_size (GdkPaintable *paintable)
{
  KeyfobQrPaintable *self = KEYFOB_QR_PAINTABLE (paintable);
  int n, module;

  if (self->code == NULL)
    return 0;

  n = n_modules (self);
  module = (SMALLEST_SIZE + n - 1) / n;

  return n * MAX (module, SMALLEST_MODULE);
}

static double
keyfob_qr_paintable_get_intrinsic_aspect_ratio (GdkPaintable *paintable)
{
  return KEYFOB_QR_PAINTABLE (paintable)->code != NULL ? 1 : 0;
}

static void
keyfob_qr_paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = keyfob_qr_paintable_snapshot;
  iface->get_intrinsic_width = keyfob_qr_paintable_get_intrinsic_size;
  iface->get_intrinsic_height = keyfob_qr_paintable_get_intrinsic_size;
  iface->get_intrinsic_aspect_ratio = keyfob_qr_paintable_get_intrinsic_aspect_ratio;
}

static void
keyfob_qr_paintable_finalize (GObject *object)
{
  KeyfobQrPaintable *self = KEYFOB_QR_PAINTABLE (object);

  g_clear_pointer (&self->code, QRcode_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (keyfob_qr_paintable_parent_class)->finalize (object);
}

static void
keyfob_qr_paintable_class_init (KeyfobQrPaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_qr_paintable_finalize;
}

static void
keyfob_qr_paintable_init (KeyfobQrPaintable *self)
{
}

void
keyfob_qr_paintable_set_text (KeyfobQrPaintable *self, const char *text)
{
  QRcode *code = NULL;

  g_return_if_fail (KEYFOB_IS_QR_PAINTABLE (self));

  if (keyfob_web_address_is_valid (text) && strlen (text) <= LONGEST_TEXT)
    code = QRcode_encodeString (text, 0, QR_ECLEVEL_M, QR_MODE_8, TRUE);
  if (code == NULL)
    text = NULL;

  if (g_strcmp0 (self->text, text) != 0)
    {
      g_free (self->text);
      self->text = g_strdup (text);
      g_clear_pointer (&self->code, QRcode_free);
      self->code = g_steal_pointer (&code);
      gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
      gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
    }
  g_clear_pointer (&code, QRcode_free);
}

const char *
keyfob_qr_paintable_get_text (KeyfobQrPaintable *self)
{
  g_return_val_if_fail (KEYFOB_IS_QR_PAINTABLE (self), NULL);

  return self->text;
}
