/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-memory-trimmer.h"

#include <malloc.h>

#include "keyfob-source.h"

#define KEEP_SECONDS 10 /* a sign-in makes a few requests in a row */
#define TRIM_SECONDS (KEEP_SECONDS + 2)

struct _KeyfobMemoryTrimmer
{
  GObject parent_instance;

  KeyfobClock *clock;
  guint n_requests;          /* requests that run */
  GTlsDatabase *authorities; /* (nullable): while requests run */
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobMemoryTrimmer, keyfob_memory_trimmer, G_TYPE_OBJECT)

/* The certificates of all authorities take 5 MB, and the backend never frees its own database. The
 * type of that database has no public name, but that of a file's database is derived from it. */
static GTlsDatabase *
load_authorities (GTlsBackend *backend)
{
  GType type = g_type_parent (g_tls_backend_get_file_database_type (backend));

  if (!g_type_is_a (type, G_TYPE_TLS_DATABASE) || G_TYPE_IS_ABSTRACT (type)
      || !g_type_is_a (type, G_TYPE_INITABLE))
    return NULL;

  return g_initable_new (type, NULL, NULL, NULL);
}

static void
on_request_queued (KeyfobMemoryTrimmer *self, SoupMessage *message)
{
  GTlsBackend *backend = g_tls_backend_get_default ();

  self->n_requests++;
  g_clear_pointer (&self->timer, keyfob_source_free);

  if (self->authorities != NULL
      || !g_str_equal (g_uri_get_scheme (soup_message_get_uri (message)), "https"))
    return;

  self->authorities = load_authorities (backend);
  if (self->authorities != NULL)
    g_tls_backend_set_default_database (backend, self->authorities);
}

static void
drop_authorities (KeyfobMemoryTrimmer *self)
{
  if (self->authorities == NULL)
    return;

  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  g_clear_object (&self->authorities);
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobMemoryTrimmer *self = KEYFOB_MEMORY_TRIMMER (user_data);

  g_clear_pointer (&self->timer, keyfob_source_free);
  drop_authorities (self);
  malloc_trim (0);
  g_debug ("Gave back what memory the requests have needed");

  return G_SOURCE_REMOVE;
}

static void
on_request_done (KeyfobMemoryTrimmer *self)
{
  if (--self->n_requests > 0)
    return;

  self->timer = keyfob_clock_timer (self->clock, TRIM_SECONDS * G_TIME_SPAN_SECOND);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static void
keyfob_memory_trimmer_dispose (GObject *object)
{
  KeyfobMemoryTrimmer *self = KEYFOB_MEMORY_TRIMMER (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  drop_authorities (self);
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
  keyfob_memory_trimmer_watch (self, session);

  return self;
}

void
keyfob_memory_trimmer_watch (KeyfobMemoryTrimmer *self, SoupSession *session)
{
  soup_session_set_idle_timeout (session, KEEP_SECONDS);
  g_signal_connect_object (session, "request-queued", G_CALLBACK (on_request_queued), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "request-unqueued", G_CALLBACK (on_request_done), self,
                           G_CONNECT_SWAPPED);
}
