/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-qr-paintable.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

#define ADDRESS "https://auth.example.org/device?user_code=WDJB-MJHT"

static cairo_surface_t *
draw (KeyfobQrPaintable *paintable, double width, double height, int scale)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  /* neither of the two colours of the code */
  cairo_set_source_rgb (cr, 1, 0, 0);
  cairo_paint (cr);

  gdk_paintable_snapshot (GDK_PAINTABLE (paintable), snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);

  g_clear_pointer (&node, gsk_render_node_unref);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guchar *row =
      cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (gconstpointer) row)[x] & 0xffffff;
}

/* Every pixel is one of two colours: nothing was blended. */
static void
assert_crisp (cairo_surface_t *surface)
{
  guint n_dark = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
      {
        guint32 colour = pixel (surface, x, y);

        if (colour != 0 && colour != 0xffffff)
          g_error ("pixel at %d, %d is #%06x", x, y, colour);
        n_dark += colour == 0;
      }

  g_assert_cmpuint (n_dark, >, 0);
}

static char *
read_code (cairo_surface_t *surface)
{
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "code.png", NULL);
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[] = {
    "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path, NULL
  };
  int status;

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (path), ==, 0);

  return g_steal_pointer (&output);
}

static void
test_read_back (void)
{
  const struct
  {
    double width, height;
    int scale;
  } cases[] = {
    { 200, 200, 1 },     { 200, 200, 2 },   { 205, 205, 1 }, { 211, 211, 1 },
    { 333, 333, 2 },     { 97, 97, 1 },     { 257, 201, 1 }, { 201, 399, 3 },
    { 217.5, 230.5, 2 }, { 1021, 1021, 1 }, { 29, 29, 4 },
  };
  g_autoptr (KeyfobQrPaintable) paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);

  keyfob_qr_paintable_set_text (paintable, ADDRESS);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      cairo_surface_t *surface = draw (paintable, cases[i].width, cases[i].height, cases[i].scale);
      g_autofree char *text = read_code (surface);

      g_test_message ("%g × %g at %d", cases[i].width, cases[i].height, cases[i].scale);
      assert_crisp (surface);
      g_assert_cmpstr (text, ==, ADDRESS "\n");
      cairo_surface_destroy (surface);
    }
}

static void
test_intrinsic_size (void)
{
  g_autofree char *path = g_strnfill (480, 'a');
  g_autofree char *longest = g_strconcat ("https://auth.example.org/", path, NULL);
  const char *texts[] = { "http://a", "https://auth.example.org/device", ADDRESS, longest };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (KeyfobQrPaintable) paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);
      g_autofree char *expected = g_strconcat (texts[i], "\n", NULL);
      g_autofree char *text = NULL;
      cairo_surface_t *surface;
      int size;

      keyfob_qr_paintable_set_text (paintable, texts[i]);
      size = gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (paintable));
      g_assert_cmpint (gdk_paintable_get_intrinsic_height (GDK_PAINTABLE (paintable)), ==, size);
      g_assert_cmpint (size, >=, 200);
      /* fits a window 360 pixels wide */
      g_assert_cmpint (size, <=, 336);

      surface = draw (paintable, size, size, 1);
      text = read_code (surface);
      assert_crisp (surface);
      g_assert_cmpstr (text, ==, expected);
      cairo_surface_destroy (surface);
    }
}

/* The margin that a reader needs is part of the picture. */
static void
test_quiet_zone (void)
{
  g_autoptr (KeyfobQrPaintable) paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);
  cairo_surface_t *surface;
  int size, module, quiet;

  keyfob_qr_paintable_set_text (paintable, ADDRESS);
  size = gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (paintable));
  surface = draw (paintable, size, size, 1);

  /* the finder pattern in the corner is a square of seven modules with a dark edge */
  for (quiet = 0; quiet < size && pixel (surface, quiet, quiet) != 0; quiet++)
    ;
  for (module = 0; pixel (surface, quiet + module, quiet) == 0; module++)
    ;
  module /= 7;
  g_assert_cmpint (module, >, 0);
  g_assert_cmpint (quiet, ==, 4 * module);

  for (int i = 0; i < size; i++)
    for (int edge = 0; edge < quiet; edge++)
      {
        g_assert_cmphex (pixel (surface, edge, i), ==, 0xffffff);
        g_assert_cmphex (pixel (surface, size - 1 - edge, i), ==, 0xffffff);
        g_assert_cmphex (pixel (surface, i, edge), ==, 0xffffff);
        g_assert_cmphex (pixel (surface, i, size - 1 - edge), ==, 0xffffff);
      }
  cairo_surface_destroy (surface);
}

static void
test_refused (void)
{
  g_autofree char *path = g_strnfill (512, 'a');
  g_autofree char *too_long = g_strconcat ("https://auth.example.org/", path, NULL);
  const char *texts[] = {
    NULL,
    "",
    "WDJB-MJHT",
    "auth.example.org/device",
    "//auth.example.org/device",
    "https:",
    "https://",
    "https:///device",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://auth.example.org/device",
    "httpsx://auth.example.org/device",
    "otpauth://totp/x?secret=y",
    "https://auth.example.org@evil.example/",
    "https://user:word@auth.example.org/",
    "https://auth.example.org/de vice",
    "https://auth.example.org/\n",
    "https://auth.example.org:99999/",
    "https://auth.example.org/\xc3\xa4",
    "https://auth.example.org/\xff",
    too_long,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (KeyfobQrPaintable) paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);
      cairo_surface_t *surface;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      keyfob_qr_paintable_set_text (paintable, ADDRESS);
      keyfob_qr_paintable_set_text (paintable, texts[i]);
      g_assert_null (keyfob_qr_paintable_get_text (paintable));
      g_assert_cmpint (gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (paintable)), ==, 0);

      surface = draw (paintable, 50, 50, 1);
      for (int x = 0; x < 50; x++)
        g_assert_cmphex (pixel (surface, x, x), ==, 0xff0000);
      cairo_surface_destroy (surface);
    }
}

static void
on_event (guint *count)
{
  (*count)++;
}

static void
test_redrawn_on_changes (void)
{
  g_autoptr (KeyfobQrPaintable) paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);
  guint sized = 0, drawn = 0;

  g_signal_connect_swapped (paintable, "invalidate-size", G_CALLBACK (on_event), &sized);
  g_signal_connect_swapped (paintable, "invalidate-contents", G_CALLBACK (on_event), &drawn);

  keyfob_qr_paintable_set_text (paintable, ADDRESS);
  keyfob_qr_paintable_set_text (paintable, ADDRESS);
  g_assert_cmpuint (sized, ==, 1);

  keyfob_qr_paintable_set_text (paintable, "file:///");
  keyfob_qr_paintable_set_text (paintable, NULL);
  g_assert_cmpuint (sized, ==, 2);
  g_assert_cmpuint (drawn, ==, 2);
}

static void
test_finalize (void)
{
  KeyfobQrPaintable *paintable = g_object_new (KEYFOB_TYPE_QR_PAINTABLE, NULL);

  keyfob_qr_paintable_set_text (paintable, ADDRESS);
  g_object_add_weak_pointer (G_OBJECT (paintable), (gpointer *) &paintable);
  g_object_unref (paintable);
  g_assert_null (paintable);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* what gtk_init() would do, without a display */
  g_type_ensure (GSK_TYPE_COLOR_NODE);

  g_test_add_func ("/qr-paintable/read-back", test_read_back);
  g_test_add_func ("/qr-paintable/intrinsic-size", test_intrinsic_size);
  g_test_add_func ("/qr-paintable/quiet-zone", test_quiet_zone);
  g_test_add_func ("/qr-paintable/refused", test_refused);
  g_test_add_func ("/qr-paintable/redrawn-on-changes", test_redrawn_on_changes);
  g_test_add_func ("/qr-paintable/finalize", test_finalize);

  return g_test_run ();
}
