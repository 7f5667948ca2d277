/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention-model.h"

#include "keyfob-scheduler.h"

/* Microseconds between two updates, for each host. */
#define UPDATE_INTERVAL 25

typedef struct
{
  KeyfobHost *host;
  gulong handler; /* of host */
  KeyfobAttention attention;
  gint64 expires; /* of the token, when soon was calculated */
  gint64 soon;    /* when the early notice is due, Unix seconds */
} Entry;

struct _KeyfobAttentionModel
{
  GObject parent_instance;

  GListModel *hosts;
  KeyfobClock *clock;
  KeyfobSettings *settings;
  KeyfobScheduler *scheduler;
  GPtrArray *entries; /* Entry, in the order of hosts */
  guint update;       /* id of the source of the next update, or 0 */
  gint64 next_update; /* not before this monotonic time */
};

G_DEFINE_FINAL_TYPE (KeyfobAttentionModel, keyfob_attention_model, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

KeyfobAttention
keyfob_attention_of (KeyfobHostState state,
                     gboolean can_refresh,
                     KeyfobAttention before,
                     gboolean soon)
{
  switch (state)
    {
    case KEYFOB_HOST_SIGNING_IN:
      return KEYFOB_ATTENTION_SIGNING_IN;
    case KEYFOB_HOST_EXPIRED:
      return can_refresh ? KEYFOB_ATTENTION_SIGNED_OUT : KEYFOB_ATTENTION_NEEDS_USER;
    case KEYFOB_HOST_OFFLINE:
      return KEYFOB_ATTENTION_OFFLINE;
    case KEYFOB_HOST_LOCKED:
      return KEYFOB_ATTENTION_LOCKED;
    case KEYFOB_HOST_REFRESHING:
      return before == KEYFOB_ATTENTION_SIGNED_OUT || before == KEYFOB_ATTENTION_SIGNING_IN
                 ? KEYFOB_ATTENTION_GOOD
                 : before;
    case KEYFOB_HOST_SIGNED_IN:
      return soon ? KEYFOB_ATTENTION_SOON : KEYFOB_ATTENTION_GOOD;
    case KEYFOB_HOST_SIGNED_OUT:
    default:
      return KEYFOB_ATTENTION_SIGNED_OUT;
    }
}

static void
entry_free (Entry *entry)
{
  g_clear_signal_handler (&entry->handler, entry->host);
  g_object_unref (entry->host);
  g_free (entry);
}

/* In the first half of a session there is no early notice, however short the session is. */
static gint64
calculate_soon (KeyfobAttentionModel *self, gint64 expires, gint64 now)
{
  gint64 seconds = (gint64) keyfob_settings_get_notice_minutes (self->settings) * 60;
  gint64 notice = MIN (seconds, (expires - now) / 2);

  return notice > 0 ? expires - notice : G_MAXINT64;
}

static void
update_entry (KeyfobAttentionModel *self, Entry *entry, gint64 now)
{
  KeyfobHostSession *session = keyfob_host_get_session (entry->host);
  gint64 expires = keyfob_host_session_get_expires (session);
  /* a session that can be renewed and has ended all the same is one that is not used */
  gboolean can_refresh = keyfob_host_session_can_refresh (session);
  gint64 soon;

  if (entry->expires != expires)
    {
      entry->expires = expires;
      entry->soon = calculate_soon (self, expires, now);
    }

  soon = expires > now && !can_refresh ? entry->soon : G_MAXINT64;
  entry->attention = keyfob_attention_of (keyfob_host_get_state (entry->host), can_refresh,
                                          entry->attention, now >= soon);

  if (soon > now && soon != G_MAXINT64)
    keyfob_scheduler_set (self->scheduler, G_OBJECT (entry->host), soon);
  else
    keyfob_scheduler_unset (self->scheduler, G_OBJECT (entry->host));
}

static void
update (KeyfobAttentionModel *self)
{
  gint64 now = keyfob_clock_now (self->clock);

  for (guint i = 0; i < self->entries->len; i++)
    update_entry (self, g_ptr_array_index (self->entries, i), now);

  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
on_update (gpointer user_data)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (user_data);

  self->update = 0;
  update (self);
  self->next_update = g_get_monotonic_time () + UPDATE_INTERVAL * (gint64) self->entries->len;

  return G_SOURCE_REMOVE;
}

/* At once, unless there are many hosts and there was an update just now: each one is about all of
 * them, and they change one after the other. */
static void
queue_update (KeyfobAttentionModel *self)
{
  gint64 wait = self->next_update - g_get_monotonic_time ();

  if (self->update != 0)
    return;

  self->update = wait >= 1000 ? g_timeout_add ((guint) (wait / 1000), on_update, self)
                              : g_idle_add_full (G_PRIORITY_DEFAULT, on_update, self, NULL);
}

static Entry *
make_entry (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->host = g_list_model_get_item (self->hosts, position);
  entry->attention = KEYFOB_ATTENTION_SIGNED_OUT;
  entry->handler =
      g_signal_connect_swapped (entry->host, "changed", G_CALLBACK (queue_update), self);

  return entry;
}

static void
on_items_changed (KeyfobAttentionModel *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + removed; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      keyfob_scheduler_unset (self->scheduler, G_OBJECT (entry->host));
    }
  if (removed > 0)
    g_ptr_array_remove_range (self->entries, position, removed);
  for (guint i = position; i < position + added; i++)
    g_ptr_array_insert (self->entries, i, make_entry (self, i));

  queue_update (self);
}

static void
on_notice_minutes (KeyfobAttentionModel *self)
{
  gint64 now = keyfob_clock_now (self->clock);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      entry->soon = calculate_soon (self, entry->expires, now);
    }
  queue_update (self);
}

static void
keyfob_attention_model_dispose (GObject *object)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (object);

  g_clear_handle_id (&self->update, g_source_remove);
  g_ptr_array_set_size (self->entries, 0);
  g_clear_object (&self->scheduler);
  g_clear_object (&self->settings);
  g_clear_object (&self->clock);
  g_clear_object (&self->hosts);

  G_OBJECT_CLASS (keyfob_attention_model_parent_class)->dispose (object);
}

static void
keyfob_attention_model_finalize (GObject *object)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (object);

  g_ptr_array_unref (self->entries);

  G_OBJECT_CLASS (keyfob_attention_model_parent_class)->finalize (object);
}

static void
keyfob_attention_model_class_init (KeyfobAttentionModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_attention_model_dispose;
  object_class->finalize = keyfob_attention_model_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_ATTENTION_MODEL, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_attention_model_init (KeyfobAttentionModel *self)
{
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
}

KeyfobAttentionModel *
keyfob_attention_model_new (GListModel *hosts, KeyfobClock *clock, KeyfobSettings *settings)
{
  KeyfobAttentionModel *self = g_object_new (KEYFOB_TYPE_ATTENTION_MODEL, NULL);

  self->hosts = g_object_ref (hosts);
  self->clock = g_object_ref (clock);
  self->settings = g_object_ref (settings);
  self->scheduler = keyfob_scheduler_new (clock);
  g_signal_connect_object (self->scheduler, "due", G_CALLBACK (queue_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::notice-minutes", G_CALLBACK (on_notice_minutes), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (hosts, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (hosts));

  return self;
}

guint
keyfob_attention_model_get_n_hosts (KeyfobAttentionModel *self)
{
  return self->entries->len;
}

KeyfobHost *
keyfob_attention_model_get_host (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_ptr_array_index (self->entries, position);

  return entry->host;
}

KeyfobHost *
keyfob_attention_model_find_host (KeyfobAttentionModel *self, const char *path)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (self, i);

      if (g_str_equal (path, keyfob_host_get_path (host)))
        return host;
    }

  return NULL;
}

KeyfobAttention
keyfob_attention_model_get_attention (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_ptr_array_index (self->entries, position);

  return entry->attention;
}

guint
keyfob_attention_model_count (KeyfobAttentionModel *self, KeyfobAttention attention)
{
  guint count = 0;

  for (guint i = 0; i < self->entries->len; i++)
    count += keyfob_attention_model_get_attention (self, i) == attention ? 1 : 0;

  return count;
}

KeyfobAttention
keyfob_attention_model_get_worst (KeyfobAttentionModel *self)
{
  guint n_signed_out = keyfob_attention_model_count (self, KEYFOB_ATTENTION_SIGNED_OUT);
  KeyfobAttention worst = KEYFOB_ATTENTION_GOOD;

  if (n_signed_out > 0 && n_signed_out == self->entries->len)
    return KEYFOB_ATTENTION_SIGNED_OUT;

  for (guint i = 0; i < self->entries->len; i++)
    {
      KeyfobAttention attention = keyfob_attention_model_get_attention (self, i);

      if (attention != KEYFOB_ATTENTION_SIGNED_OUT)
        worst = MAX (worst, attention);
    }

  return worst;
}
