/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-time-limit.h"

#include "keyfob-source.h"

struct _KeyfobTimeLimit
{
  GCancellable *cancellable;
  GSource *timer;
  GSource *cancelled; /* (nullable) */
  gboolean passed;
};

static gboolean
on_time_up (gpointer user_data)
{
  KeyfobTimeLimit *self = user_data;

  self->passed = TRUE;
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  KeyfobTimeLimit *self = user_data;

  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static void
attach (GSource *source, GSourceFunc callback, KeyfobTimeLimit *self)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

KeyfobTimeLimit *
keyfob_time_limit_new (KeyfobClock *clock, guint seconds, GCancellable *cancellable)
{
  KeyfobTimeLimit *self;

  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_new0 (KeyfobTimeLimit, 1);
  self->cancellable = g_cancellable_new ();
  self->timer = keyfob_clock_timer (clock, seconds * (gint64) G_USEC_PER_SEC);
  attach (self->timer, on_time_up, self);

  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      attach (self->cancelled, G_SOURCE_FUNC (on_cancelled), self);
    }

  return self;
}

void
keyfob_time_limit_free (KeyfobTimeLimit *self)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_pointer (&self->cancelled, keyfob_source_free);
  g_object_unref (self->cancellable);
  g_free (self);
}

GCancellable *
keyfob_time_limit_get_cancellable (KeyfobTimeLimit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cancellable;
}

gboolean
keyfob_time_limit_has_passed (KeyfobTimeLimit *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->passed;
}
