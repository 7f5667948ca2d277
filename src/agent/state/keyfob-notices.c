/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notices.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-key-file-writer.h"

#define SENTENCE "sentence"
#define MOST 50 /* notices */

struct _KeyfobNotices
{
  GObject parent_instance;

  GKeyFile *keys;              /* a group for each notice, its name escaped; the oldest first */
  KeyfobKeyFileWriter *writer; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (KeyfobNotices, keyfob_notices, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* The name of a group cannot have brackets. */
static char *
dup_group (const char *name)
{
  return g_uri_escape_string (name, ":/@,", FALSE);
}

static void
changed (KeyfobNotices *self)
{
  if (self->writer != NULL)
    keyfob_key_file_writer_write (self->writer, self->keys);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
drop_oldest (KeyfobNotices *self)
{
  gsize n_groups;
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, &n_groups);

  for (gsize i = 0; i + MOST < n_groups; i++)
    g_key_file_remove_group (self->keys, groups[i], NULL);
}

static void
keyfob_notices_finalize (GObject *object)
{
  KeyfobNotices *self = KEYFOB_NOTICES (object);

  g_key_file_unref (self->keys);
  g_clear_object (&self->writer);

  G_OBJECT_CLASS (keyfob_notices_parent_class)->finalize (object);
}

static void
keyfob_notices_class_init (KeyfobNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_notices_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_NOTICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
keyfob_notices_init (KeyfobNotices *self)
{
  self->keys = g_key_file_new ();
}

KeyfobNotices *
keyfob_notices_new (const char *path, KeyfobClock *clock)
{
  KeyfobNotices *self = g_object_new (KEYFOB_TYPE_NOTICES, NULL);
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return self;

  self->writer = keyfob_key_file_writer_new (path, clock);
  keyfob_key_file_writer_set_failure (self->writer, _ ("The notices cannot be saved: %s"));
  if (!keyfob_key_file_read (self->keys, path, &error))
    g_message ("Some notices in %s are lost: %s", path, error->message);

  return self;
}

char *
keyfob_notices_dup_default_path (void)
{
  return g_build_filename (g_get_user_state_dir (), GETTEXT_PACKAGE, "notices.ini", NULL);
}

void
keyfob_notices_add (KeyfobNotices *self, const char *name, const char *sentence)
{
  g_autofree char *group = dup_group (name);
  g_autofree char *old = keyfob_key_file_dup_string (self->keys, group, SENTENCE, NULL);

  if (g_strcmp0 (old, sentence) == 0)
    return;

  g_key_file_remove_group (self->keys, group, NULL);
  g_key_file_set_string (self->keys, group, SENTENCE, sentence);
  drop_oldest (self);
  changed (self);
}

void
keyfob_notices_dismiss (KeyfobNotices *self, const char *name)
{
  g_autofree char *group = dup_group (name);

  if (g_key_file_remove_group (self->keys, group, NULL))
    changed (self);
}

GVariant *
keyfob_notices_to_variant (KeyfobNotices *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *name = g_uri_unescape_string (groups[i], NULL);
      g_autofree char *sentence =
          keyfob_key_file_dup_string (self->keys, groups[i], SENTENCE, NULL);

      if (name != NULL && sentence != NULL && g_utf8_validate (name, -1, NULL))
        g_variant_builder_add (&builder, "(ss)", name, sentence);
    }

  return g_variant_builder_end (&builder);
}

KeyfobKeyFileWriter *
keyfob_notices_get_writer (KeyfobNotices *self)
{
  return self->writer;
}
