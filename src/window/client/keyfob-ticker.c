/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ticker.h"

#include "keyfob-source.h"

#define PERIOD G_TIME_SPAN_MINUTE

struct _KeyfobTicker
{
  GObject parent_instance;

  KeyfobClock *clock;
  gint64 now;
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobTicker, keyfob_ticker, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLOCK,
  PROP_NOW,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
start (KeyfobTicker *self, GSourceFunc tick)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = keyfob_clock_timer (self->clock, PERIOD);
  g_source_set_callback (self->timer, tick, self, NULL);
  g_source_attach (self->timer, NULL);
}

static gboolean
on_timer (gpointer user_data)
{
  /* a handler of notify::now may stop the ticker, so the timer is started before */
  start (user_data, on_timer);
  keyfob_ticker_update (user_data);

  return G_SOURCE_REMOVE;
}

static void
keyfob_ticker_dispose (GObject *object)
{
  KeyfobTicker *self = KEYFOB_TICKER (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
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

  if (running == (self->timer != NULL))
    return;

  if (!running)
    {
      g_clear_pointer (&self->timer, keyfob_source_free);
      return;
    }

  start (self, on_timer);
  keyfob_ticker_update (self);
}
