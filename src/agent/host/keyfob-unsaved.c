/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-unsaved.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

#define FIRST_RETRY 60  /* seconds; doubles with each failure */
#define LAST_RETRY 3600 /* seconds */

struct _KeyfobUnsaved
{
  GObject parent_instance;

  KeyfobClock *clock;
  char *sentence;
  guint failures; /* one after the other; 0 nothing has to be stored */
  gint64 retry_at;
};

G_DEFINE_FINAL_TYPE (KeyfobUnsaved, keyfob_unsaved, G_TYPE_OBJECT)

static void
keyfob_unsaved_dispose (GObject *object)
{
  g_clear_object (&KEYFOB_UNSAVED (object)->clock);

  G_OBJECT_CLASS (keyfob_unsaved_parent_class)->dispose (object);
}

static void
keyfob_unsaved_finalize (GObject *object)
{
  g_free (KEYFOB_UNSAVED (object)->sentence);

  G_OBJECT_CLASS (keyfob_unsaved_parent_class)->finalize (object);
}

static void
keyfob_unsaved_class_init (KeyfobUnsavedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_unsaved_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_unsaved_finalize;
}

static void
keyfob_unsaved_init (KeyfobUnsaved *self)
{
}

KeyfobUnsaved *
keyfob_unsaved_new (KeyfobClock *clock)
{
  KeyfobUnsaved *self = g_object_new (KEYFOB_TYPE_UNSAVED, NULL);

  self->clock = g_object_ref (clock);

  return self;
}

void
keyfob_unsaved_note_failure (KeyfobUnsaved *self, const GError *error)
{
  gint64 wait = MIN ((gint64) FIRST_RETRY << MIN (self->failures, 16), LAST_RETRY);

  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    wait = LAST_RETRY;

  self->failures++;
  self->retry_at = keyfob_clock_now (self->clock) + wait;
  g_free (self->sentence);
  self->sentence = g_strdup_printf (_ ("You are signed in, but the token could not be saved. %s"),
                                    error->message);
}

void
keyfob_unsaved_hurry (KeyfobUnsaved *self)
{
  self->retry_at = 0;
}

void
keyfob_unsaved_clear (KeyfobUnsaved *self)
{
  self->failures = 0;
  g_clear_pointer (&self->sentence, g_free);
}

gboolean
keyfob_unsaved_is_pending (KeyfobUnsaved *self)
{
  return self->failures > 0;
}

const char *
keyfob_unsaved_get_sentence (KeyfobUnsaved *self)
{
  return self->sentence != NULL ? self->sentence : "";
}

gint64
keyfob_unsaved_get_due (KeyfobUnsaved *self)
{
  return keyfob_unsaved_is_pending (self) ? self->retry_at : G_MAXINT64;
}
