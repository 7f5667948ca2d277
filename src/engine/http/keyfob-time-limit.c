/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-time-limit.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

struct _KeyfobTimeLimit
{
  GObject parent_instance;

  GCancellable *cancellable;
  GSource *timer;
  GSource *cancelled;
  gboolean timed_out;
};

G_DEFINE_FINAL_TYPE (KeyfobTimeLimit, keyfob_time_limit, G_TYPE_OBJECT)

static void
source_free (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean
on_time_up (gpointer user_data)
{
  KeyfobTimeLimit *self = user_data;

  self->timed_out = TRUE;
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
keyfob_time_limit_dispose (GObject *object)
{
  KeyfobTimeLimit *self = KEYFOB_TIME_LIMIT (object);

  keyfob_time_limit_stop (self);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (keyfob_time_limit_parent_class)->dispose (object);
}

static void
keyfob_time_limit_class_init (KeyfobTimeLimitClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_time_limit_dispose;
}

static void
keyfob_time_limit_init (KeyfobTimeLimit *self)
{
  self->cancellable = g_cancellable_new ();
}

KeyfobTimeLimit *
keyfob_time_limit_new (KeyfobClock *clock, guint seconds, GCancellable *cancellable)
{
  KeyfobTimeLimit *self;

  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_TIME_LIMIT, NULL);
  self->timer = keyfob_clock_timer (clock, seconds * (gint64) G_USEC_PER_SEC);
  g_source_set_callback (self->timer, on_time_up, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());

  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_main_context_get_thread_default ());
    }

  return self;
}

GCancellable *
keyfob_time_limit_get_cancellable (KeyfobTimeLimit *self)
{
  g_return_val_if_fail (KEYFOB_IS_TIME_LIMIT (self), NULL);

  return self->cancellable;
}

void
keyfob_time_limit_stop (KeyfobTimeLimit *self)
{
  g_return_if_fail (KEYFOB_IS_TIME_LIMIT (self));

  g_clear_pointer (&self->timer, source_free);
  g_clear_pointer (&self->cancelled, source_free);
}

GError *
keyfob_time_limit_explain (KeyfobTimeLimit *self, GError *error)
{
  g_return_val_if_fail (KEYFOB_IS_TIME_LIMIT (self), error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;

  g_error_free (error);
  if (self->timed_out)
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT,
                                _ ("Nobody completed the sign-in in time. Sign in again."));

  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
                              _ ("The sign-in was cancelled."));
}
