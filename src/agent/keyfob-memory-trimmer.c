/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-memory-trimmer.h"

#include <malloc.h>

#define KEEP_SECONDS 10 /* a sign-in makes a few requests in a row */
#define TRIM_SECONDS (KEEP_SECONDS + 2)

struct _KeyfobMemoryTrimmer
{
  GObject parent_instance;

  KeyfobClock *clock;
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobMemoryTrimmer, keyfob_memory_trimmer, G_TYPE_OBJECT)

static void
disarm (KeyfobMemoryTrimmer *self)
{
  if (self->timer == NULL)
    return;

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
on_timer (gpointer user_data)
{
  disarm (KEYFOB_MEMORY_TRIMMER (user_data));
  malloc_trim (0);
  g_debug ("Gave back what memory the requests have needed");

  return G_SOURCE_REMOVE;
}

static void
on_request_done (KeyfobMemoryTrimmer *self)
{
  disarm (self);
  self->timer = keyfob_clock_timer (self->clock, TRIM_SECONDS * G_TIME_SPAN_SECOND);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
keyfob_memory_trimmer_dispose (GObject *object)
{
  KeyfobMemoryTrimmer *self = KEYFOB_MEMORY_TRIMMER (object);

  disarm (self);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_memory_trimmer_parent_class)->dispose (object);
}

static void
keyfob_memory_trimmer_class_init (KeyfobMemoryTrimmerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_memory_trimmer_dispose;
}

static void
keyfob_memory_trimmer_init (KeyfobMemoryTrimmer *self)
{
}

KeyfobMemoryTrimmer *
keyfob_memory_trimmer_new (SoupSession *session, KeyfobClock *clock)
{
  KeyfobMemoryTrimmer *self = g_object_new (KEYFOB_TYPE_MEMORY_TRIMMER, NULL);

  self->clock = g_object_ref (clock);
  soup_session_set_idle_timeout (session, KEEP_SECONDS);
  g_signal_connect_object (session, "request-unqueued", G_CALLBACK (on_request_done), self,
                           G_CONNECT_SWAPPED);

  return self;
}
