/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-attention-model.h"

#include "keyfob-host.h"
#include "keyfob-scheduler.h"

#define NOTICE_MINUTES 10

typedef struct
{
  KeyfobHost *host;
  KeyfobBusHost1 *face; /* of host */
  gulong handler;
  KeyfobAttention attention;
  gint64 expires; /* of the token that soon was reckoned for */
  gint64 soon;
} Entry;

struct _KeyfobAttentionModel
{
  GObject parent_instance;

  GListModel *hosts;
  KeyfobClock *clock;
  KeyfobScheduler *scheduler;
  guint notice_minutes;
  GPtrArray *entries; /* Entry, in the order of hosts */
  guint update;
};

G_DEFINE_FINAL_TYPE (KeyfobAttentionModel, keyfob_attention_model, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NOTICE_MINUTES,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
entry_free (Entry *entry)
{
  g_clear_signal_handler (&entry->handler, entry->face);
  g_object_unref (entry->host);
  g_free (entry);
}

/* A session that is shorter than the notice is not about to end from its beginning. */
static gint64
reckon_soon (KeyfobAttentionModel *self, gint64 expires, gint64 now)
{
  gint64 notice = MIN (self->notice_minutes * 60, (expires - now) / 2);

  return notice > 0 ? expires - notice : G_MAXINT64;
}

static void
update_entry (KeyfobAttentionModel *self, Entry *entry, gint64 now)
{
  gint64 expires = keyfob_bus_host1_get_expires (entry->face);
  /* what could be renewed and is not, is a session that nobody uses */
  gboolean can_refresh = keyfob_host_session_can_refresh (keyfob_host_get_session (entry->host));
  gint64 soon;

  if (entry->expires != expires)
    {
      entry->expires = expires;
      entry->soon = reckon_soon (self, expires, now);
    }

  soon = expires > now && !can_refresh ? entry->soon : G_MAXINT64;
  entry->attention = keyfob_attention_of (entry->face, can_refresh, entry->attention, now >= soon);

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

  return G_SOURCE_REMOVE;
}

static void
queue_update (KeyfobAttentionModel *self)
{
  if (self->update == 0)
    self->update = g_idle_add_full (G_PRIORITY_DEFAULT, on_update, self, NULL);
}

static Entry *
make_entry (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->host = g_list_model_get_item (self->hosts, position);
  entry->face = keyfob_host_get_skeleton (entry->host);
  entry->attention = KEYFOB_ATTENTION_SIGNED_OUT;
  entry->handler =
      g_signal_connect_swapped (entry->face, "notify", G_CALLBACK (queue_update), self);

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
keyfob_attention_model_dispose (GObject *object)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (object);

  g_clear_handle_id (&self->update, g_source_remove);
  g_ptr_array_set_size (self->entries, 0);
  g_clear_object (&self->scheduler);
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
keyfob_attention_model_get_property (GObject *object,
                                     guint property_id,
                                     GValue *value,
                                     GParamSpec *pspec)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (object);

  switch (property_id)
    {
    case PROP_NOTICE_MINUTES:
      g_value_set_uint (value, self->notice_minutes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_attention_model_set_property (GObject *object,
                                     guint property_id,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  KeyfobAttentionModel *self = KEYFOB_ATTENTION_MODEL (object);

  switch (property_id)
    {
    case PROP_NOTICE_MINUTES:
      keyfob_attention_model_set_notice_minutes (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_attention_model_class_init (KeyfobAttentionModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_attention_model_dispose;
  object_class->finalize = keyfob_attention_model_finalize;
  object_class->get_property = keyfob_attention_model_get_property;
  object_class->set_property = keyfob_attention_model_set_property;

  properties[PROP_NOTICE_MINUTES] =
      g_param_spec_uint ("notice-minutes", NULL, NULL, 0, G_MAXUINT / 60, NOTICE_MINUTES,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_ATTENTION_MODEL, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_attention_model_init (KeyfobAttentionModel *self)
{
  self->notice_minutes = NOTICE_MINUTES;
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
}

KeyfobAttentionModel *
keyfob_attention_model_new (GListModel *hosts, KeyfobClock *clock)
{
  KeyfobAttentionModel *self = g_object_new (KEYFOB_TYPE_ATTENTION_MODEL, NULL);

  self->hosts = g_object_ref (hosts);
  self->clock = g_object_ref (clock);
  self->scheduler = keyfob_scheduler_new (clock);
  g_signal_connect_object (self->scheduler, "due", G_CALLBACK (queue_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (hosts, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (hosts));

  return self;
}

guint
keyfob_attention_model_get_notice_minutes (KeyfobAttentionModel *self)
{
  return self->notice_minutes;
}

void
keyfob_attention_model_set_notice_minutes (KeyfobAttentionModel *self, guint minutes)
{
  gint64 now = keyfob_clock_now (self->clock);

  if (self->notice_minutes == minutes)
    return;

  self->notice_minutes = minutes;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      entry->soon = reckon_soon (self, entry->expires, now);
    }
  queue_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOTICE_MINUTES]);
}

guint
keyfob_attention_model_get_n_hosts (KeyfobAttentionModel *self)
{
  return self->entries->len;
}

KeyfobBusHost1 *
keyfob_attention_model_get_host (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_ptr_array_index (self->entries, position);

  return entry->face;
}

KeyfobConfig *
keyfob_attention_model_get_config (KeyfobAttentionModel *self, guint position)
{
  Entry *entry = g_ptr_array_index (self->entries, position);

  return keyfob_host_get_config (entry->host);
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
