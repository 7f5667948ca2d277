/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ticker.h"

#define PERIOD 60

struct _KeyfobTicker
{
  GObject parent_instance;

  KeyfobClock *clock;
  gint64 now;
  guint timer;
};

G_DEFINE_FINAL_TYPE (KeyfobTicker, keyfob_ticker, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLOCK,
  PROP_NOW,
  PROP_RUNNING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static gboolean
on_timer (gpointer user_data)
{
  keyfob_ticker_update (user_data);

  return G_SOURCE_CONTINUE;
}

static void
keyfob_ticker_dispose (GObject *object)
{
  KeyfobTicker *self = KEYFOB_TICKER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_ticker_parent_class)->dispose (object);
}

static void
keyfob_ticker_constructed (GObject *object)
{
  keyfob_ticker_update (KEYFOB_TICKER (object));

  G_OBJECT_CLASS (keyfob_ticker_parent_class)->constructed (object);
}

static void
keyfob_ticker_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobTicker *self = KEYFOB_TICKER (object);

  switch (prop_id)
    {
    case PROP_NOW:
      g_value_set_int64 (value, self->now);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, keyfob_ticker_get_running (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_ticker_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  KeyfobTicker *self = KEYFOB_TICKER (object);

  switch (prop_id)
    {
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_RUNNING:
      keyfob_ticker_set_running (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_ticker_class_init (KeyfobTickerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = keyfob_ticker_constructed;
  object_class->dispose = keyfob_ticker_dispose;
  object_class->get_property = keyfob_ticker_get_property;
  object_class->set_property = keyfob_ticker_set_property;

  props[PROP_CLOCK] =
      g_param_spec_object ("clock", NULL, NULL, KEYFOB_TYPE_CLOCK,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_NOW] =
      g_param_spec_int64 ("now", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  props[PROP_RUNNING] =
      g_param_spec_boolean ("running", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_ticker_init (KeyfobTicker *self)
{
}

KeyfobTicker *
keyfob_ticker_new (KeyfobClock *clock)
{
  return g_object_new (KEYFOB_TYPE_TICKER, "clock", clock, NULL);
}

gint64
keyfob_ticker_get_now (KeyfobTicker *self)
{
  g_return_val_if_fail (KEYFOB_IS_TICKER (self), 0);

  return self->now;
}

void
keyfob_ticker_update (KeyfobTicker *self)
{
  gint64 now;

  g_return_if_fail (KEYFOB_IS_TICKER (self));

  now = keyfob_clock_now (self->clock);
  if (now == self->now)
    return;

  self->now = now;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NOW]);
}

void
keyfob_ticker_set_running (KeyfobTicker *self, gboolean running)
{
  g_return_if_fail (KEYFOB_IS_TICKER (self));

  if (running == keyfob_ticker_get_running (self))
    return;

  if (running)
    /* whole seconds, so that GLib lets this wake-up fall together with others */
    self->timer = g_timeout_add_seconds (PERIOD, on_timer, self);
  else
    g_clear_handle_id (&self->timer, g_source_remove);

  if (running)
    keyfob_ticker_update (self);

  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
}

gboolean
keyfob_ticker_get_running (KeyfobTicker *self)
{
  g_return_val_if_fail (KEYFOB_IS_TICKER (self), FALSE);

  return self->timer != 0;
}
