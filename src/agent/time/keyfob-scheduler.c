/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-scheduler.h"

#include "keyfob-source.h"

/* seconds; as microseconds it fits into the number that a timer takes */
#define LONGEST_WAIT (G_GINT64_CONSTANT (100) * 366 * 24 * 60 * 60)

struct _KeyfobScheduler
{
  GObject parent_instance;

  KeyfobClock *clock;
  GHashTable *due; /* GObject (not owned) → gint64 */
  GSource *timer;
  GSource *watch;
};

G_DEFINE_FINAL_TYPE (KeyfobScheduler, keyfob_scheduler, G_TYPE_OBJECT)

enum
{
  DUE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static gboolean
on_timer (gpointer user_data)
{
  KeyfobScheduler *self = KEYFOB_SCHEDULER (user_data);

  keyfob_scheduler_check (self);

  return G_SOURCE_REMOVE;
}

static void
arm (KeyfobScheduler *self)
{
  gint64 next = G_MAXINT64;
  gint64 wait;
  GHashTableIter iter;
  gpointer due;

  g_clear_pointer (&self->timer, keyfob_source_free);

  g_hash_table_iter_init (&iter, self->due);
  while (g_hash_table_iter_next (&iter, NULL, &due))
    next = MIN (next, *(gint64 *) due);
  if (next == G_MAXINT64)
    return;

  wait = CLAMP (next - keyfob_clock_now (self->clock), 0, LONGEST_WAIT);
  self->timer = keyfob_clock_timer (self->clock, wait * G_USEC_PER_SEC);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gboolean
on_clock_set (gpointer user_data)
{
  keyfob_scheduler_check (KEYFOB_SCHEDULER (user_data));

  return G_SOURCE_CONTINUE;
}

static void
keyfob_scheduler_dispose (GObject *object)
{
  KeyfobScheduler *self = KEYFOB_SCHEDULER (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_pointer (&self->watch, keyfob_source_free);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->due, g_hash_table_unref);

  G_OBJECT_CLASS (keyfob_scheduler_parent_class)->dispose (object);
}

static void
keyfob_scheduler_class_init (KeyfobSchedulerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_scheduler_dispose;

  signals[DUE] = g_signal_new ("due", KEYFOB_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_OBJECT);
}

static void
keyfob_scheduler_init (KeyfobScheduler *self)
{
  self->due = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

KeyfobScheduler *
keyfob_scheduler_new (KeyfobClock *clock)
{
  KeyfobScheduler *self = g_object_new (KEYFOB_TYPE_SCHEDULER, NULL);

  self->clock = g_object_ref (clock);
  self->watch = keyfob_clock_watch (clock);
  /* after the handlers that set new times because of the new clock */
  g_source_set_priority (self->watch, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (self->watch, on_clock_set, self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());

  return self;
}

void
keyfob_scheduler_set (KeyfobScheduler *self, GObject *object, gint64 due)
{
  gint64 *old = g_hash_table_lookup (self->due, object);

  if (old != NULL && *old == due)
    return;

  g_hash_table_insert (self->due, object, g_memdup2 (&due, sizeof due));
  arm (self);
}

void
keyfob_scheduler_unset (KeyfobScheduler *self, GObject *object)
{
  if (g_hash_table_remove (self->due, object))
    arm (self);
}

void
keyfob_scheduler_check (KeyfobScheduler *self)
{
  gint64 now = keyfob_clock_now (self->clock);
  g_autoptr (GPtrArray) ready = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer object, due;

  g_hash_table_iter_init (&iter, self->due);
  while (g_hash_table_iter_next (&iter, &object, &due))
    {
      if (*(gint64 *) due > now)
        continue;

      g_ptr_array_add (ready, g_object_ref (object));
      g_hash_table_iter_remove (&iter);
    }
  arm (self);

  for (guint i = 0; i < ready->len; i++)
    g_signal_emit (self, signals[DUE], 0, g_ptr_array_index (ready, i));
}
