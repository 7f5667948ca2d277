/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-picture.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#define MAX_BYTES (1024 * 1024) /* of a file */
#define MAX_SIDE 2048           /* pixels: of a picture in a file, and of what is made of it */
#define SHOWN_SIDE 128          /* pixels: twice the largest avatar, for a scale of 2 */

/* Of the process that decodes a picture. */
#define MAX_CPU_TIME 3                   /* seconds */
#define MAX_TIME 30                      /* seconds, such as on a file that cannot be read */
#define MAX_MEMORY (512UL * 1024 * 1024) /* bytes */

#define FILE_ATTRIBUTES                                             \
  G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE \
                                 "," G_FILE_ATTRIBUTE_ETAG_VALUE "," G_FILE_ATTRIBUTE_UNIX_INODE

#define BINDING_KEY "keyfob-picture"

/* What the process that decodes a picture writes before its pixels, which are of GdkPixbuf, have
 * four channels and follow each other without a gap. */
typedef struct
{
  guint32 width;
  guint32 height;
} Header;

struct _KeyfobPicture
{
  GObject parent_instance;

  char *path;
  GFileMonitor *monitor; /* (nullable) */
  char *version;         /* (nullable): of the file that image is made from; %NULL without a file */
  GdkTexture *image;     /* (nullable) */
  gboolean is_updating;
  gboolean is_stale; /* the file may have changed since the update began */
};

G_DEFINE_FINAL_TYPE (KeyfobPicture, keyfob_picture, G_TYPE_OBJECT)

enum
{
  PROP_IMAGE = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* Pictures that wait for their turn; the first is being decoded. */
static GQueue waiting = G_QUEUE_INIT;

static void update (KeyfobPicture *self);

static void
finish_update (KeyfobPicture *self)
{
  self->is_updating = FALSE;
  if (self->is_stale)
    update (self);
}

static void
set_image (KeyfobPicture *self, GdkTexture *image)
{
  if (g_set_object (&self->image, image))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IMAGE]);
}

/* Returns: (transfer full) (nullable): of what the process wrote, which may have been ended */
static GdkTexture *
create_texture (GBytes *written)
{
  gsize size;
  const guchar *data = g_bytes_get_data (written, &size);
  g_autoptr (GBytes) pixels = NULL;
  Header header;

  if (size < sizeof header)
    return NULL;

  memcpy (&header, data, sizeof header);
  if (header.width == 0 || header.width > MAX_SIDE || header.height == 0 || header.height > MAX_SIDE
      || size != sizeof header + (gsize) 4 * header.width * header.height)
    return NULL;

  pixels = g_bytes_new_from_bytes (written, sizeof header, size - sizeof header);

  return gdk_memory_texture_new (header.width, header.height, GDK_MEMORY_R8G8B8A8, pixels,
                                 4 * header.width);
}

static void on_decoded (GObject *source, GAsyncResult *result, gpointer user_data);

/* One at a time: what takes long takes no more than one processor. */
static void
decode_next (void)
{
  while (!g_queue_is_empty (&waiting))
    {
      KeyfobPicture *self = g_queue_peek_head (&waiting);
      g_autoptr (GError) error = NULL;
      /* this very program, wherever it is, and also where another version was installed since */
      g_autoptr (GSubprocess) process =
          g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe",
                            KEYFOB_PICTURE_DECODE, self->path, NULL);

      if (process != NULL)
        {
          g_subprocess_communicate_async (process, NULL, NULL, on_decoded, NULL);
          return;
        }

      g_debug ("%s is not shown: %s", self->path, error->message);
      g_queue_pop_head (&waiting);
      set_image (self, NULL);
      finish_update (self);
    }
}

static void
on_decoded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobPicture *self = g_queue_pop_head (&waiting);
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) image = NULL;

  if (g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &written, NULL, &error))
    image = create_texture (written);
  if (image == NULL)
    g_debug ("%s is not shown: %s", self->path,
             error != NULL ? error->message : "it could not be decoded");

  set_image (self, image);
  finish_update (self);
  decode_next ();
}

static char *
dup_version (GFileInfo *info)
{
  return g_strdup_printf ("%s %" G_GUINT64_FORMAT " %" G_GOFFSET_FORMAT,
                          g_file_info_get_etag (info),
                          g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_UNIX_INODE),
                          g_file_info_get_size (info));
}

static void
on_queried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobPicture *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *version = info != NULL ? dup_version (info) : NULL;
  gboolean is_same = g_strcmp0 (version, self->version) == 0;

  g_free (self->version);
  self->version = g_steal_pointer (&version);
  if (is_same)
    {
      finish_update (self);
    }
  /* a pipe would be waited for */
  else if (info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR
           && g_file_info_get_size (info) <= MAX_BYTES)
    {
      g_queue_push_tail (&waiting, self);
      if (g_queue_get_length (&waiting) == 1)
        decode_next ();
    }
  else
    {
      g_debug ("%s is not shown: %s", self->path,
               error != NULL ? error->message : "no file of that size");
      set_image (self, NULL);
      finish_update (self);
    }
}

/* Looks whether the file is another one than it was, and shows what it is now. */
static void
update (KeyfobPicture *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);

  self->is_stale = self->is_updating;
  if (self->is_updating)
    return;

  self->is_updating = TRUE;
  g_file_query_info_async (file, FILE_ATTRIBUTES, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL,
                           on_queried, self);
}

static void
keyfob_picture_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobPicture *self = KEYFOB_PICTURE (object);

  switch (prop_id)
    {
    case PROP_IMAGE:
      g_value_set_object (value, self->image);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_picture_finalize (GObject *object)
{
  KeyfobPicture *self = KEYFOB_PICTURE (object);

  g_clear_object (&self->monitor);
  g_clear_object (&self->image);
  g_free (self->version);
  g_free (self->path);

  G_OBJECT_CLASS (keyfob_picture_parent_class)->finalize (object);
}

static void
keyfob_picture_class_init (KeyfobPictureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = keyfob_picture_get_property;
  object_class->finalize = keyfob_picture_finalize;

  properties[PROP_IMAGE] = g_param_spec_object ("image", NULL, NULL, GDK_TYPE_PAINTABLE,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_picture_init (KeyfobPicture *self)
{
}

static KeyfobPicture *
create_picture (const char *path)
{
  KeyfobPicture *self = g_object_new (KEYFOB_TYPE_PICTURE, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  self->path = g_strdup (path);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, &error);
  if (self->monitor != NULL)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (update), self);
  else
    g_debug ("Changes of %s are seen when it is shown next: %s", path, error->message);

  return self;
}

void
keyfob_picture_show (AdwAvatar *avatar, const char *path)
{
  /* path → KeyfobPicture: one for all rows, which come and go */
  static GHashTable *pictures;
  KeyfobPicture *picture = NULL;
  GBinding *binding;
  g_autoptr (GObject) shown = NULL;

  g_return_if_fail (ADW_IS_AVATAR (avatar));
  g_return_if_fail (path != NULL);

  if (pictures == NULL)
    pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  if (*path != '\0')
    {
      picture = g_hash_table_lookup (pictures, path);
      if (picture == NULL)
        {
          picture = create_picture (path);
          g_hash_table_insert (pictures, g_strdup (path), picture);
        }
      update (picture);
    }

  binding = g_object_get_data (G_OBJECT (avatar), BINDING_KEY);
  if (binding != NULL)
    shown = g_binding_dup_source (binding);
  if (shown == (GObject *) picture)
    return;

  if (binding != NULL)
    g_binding_unbind (binding);
  if (picture != NULL)
    binding =
        g_object_bind_property (picture, "image", avatar, "custom-image", G_BINDING_SYNC_CREATE);
  else
    binding = NULL;
  g_object_set_data (G_OBJECT (avatar), BINDING_KEY, binding);
  if (picture == NULL)
    adw_avatar_set_custom_image (avatar, NULL);
}

/* In the process that decodes a picture.
 *
 * The header of a raster picture tells how much there is to decode, but no scan of an SVG does:
 * filters and patterns of filters, uses of uses, entities, dashes and pictures within it each
 * explode, in any encoding, compressed or not, and an endless thread cannot be ended. Hence the
 * system ends a process, whatever the picture has in it. */

static void
limit_process (void)
{
  const struct rlimit cpu_time = { MAX_CPU_TIME, MAX_CPU_TIME };
  const struct rlimit core = { 0, 0 };

  /* the window has ended, and nobody reads what is written */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  alarm (MAX_TIME);
  setrlimit (RLIMIT_CPU, &cpu_time);
  /* without memory, GLib aborts */
  setrlimit (RLIMIT_CORE, &core);
#ifndef __SANITIZE_ADDRESS__ /* which takes terabytes that it does not use */
  {
    const struct rlimit memory = { MAX_MEMORY, MAX_MEMORY };

    setrlimit (RLIMIT_DATA, &memory);
  }
#endif
}

/* Returns: (transfer full): the picture, large enough to fill an avatar, with an alpha channel */
static GdkPixbuf *
load_pixbuf (const char *path, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  GdkPixbufFormat *format;
  double scale;
  int width, height;

  format = gdk_pixbuf_get_file_info (path, &width, &height);
  if (format == NULL || width <= 0 || height <= 0)
    {
      g_set_error_literal (error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_UNKNOWN_TYPE,
                           "this is no picture");
      return NULL;
    }
  if (!gdk_pixbuf_format_is_scalable (format) && MAX (width, height) > MAX_SIDE)
    {
      g_set_error (error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_FAILED,
                   "%d times %d pixels are too many", width, height);
      return NULL;
    }

  scale = (double) SHOWN_SIDE / MIN (width, height);
  if (!gdk_pixbuf_format_is_scalable (format))
    scale = MIN (scale, 1);
  scale = MIN (scale, (double) MAX_SIDE / MAX (width, height));
  pixbuf = gdk_pixbuf_new_from_file_at_scale (path, MAX (lround (width * scale), 1),
                                              MAX (lround (height * scale), 1), FALSE, error);

  return pixbuf != NULL ? gdk_pixbuf_add_alpha (pixbuf, FALSE, 0, 0, 0) : NULL;
}

int
keyfob_picture_decode (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  Header header;
  gsize size;

  limit_process ();
  pixbuf = load_pixbuf (path, &error);
  if (pixbuf == NULL)
    {
      g_debug ("%s is not shown: %s", path, error->message);
      return 1;
    }

  header.width = gdk_pixbuf_get_width (pixbuf);
  header.height = gdk_pixbuf_get_height (pixbuf);
  size = gdk_pixbuf_get_byte_length (pixbuf);
  if (fwrite (&header, sizeof header, 1, stdout) != 1
      || fwrite (gdk_pixbuf_read_pixels (pixbuf), 1, size, stdout) != size || fflush (stdout) != 0)
    return 1;

  return 0;
}
