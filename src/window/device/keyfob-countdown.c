/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-countdown.h"

#include <glib/gi18n-lib.h>

#include "keyfob-code-format.h"
#include "keyfob-source.h"

/* seconds */
#define STEP 10
#define LAST_STEPS (2 * 60)

struct _KeyfobCountdown
{
  GtkWidget parent_instance;

  GtkProgressBar *bar;
  GtkLabel *label;

  KeyfobClock *clock;
  gint64 expires;
  gint64 total; /* seconds */
  gboolean over;
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobCountdown, keyfob_countdown, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_OVER,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
set_over (KeyfobCountdown *self, gboolean over)
{
  if (self->over == over)
    return;

  self->over = over;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVER]);
}

static void
show_left (KeyfobCountdown *self, gint64 left)
{
  g_autofree char *words = keyfob_code_format_time_left (left);
  double fraction = self->total > 0 ? (double) left / self->total : 0;

  gtk_label_set_label (self->label, words);
  gtk_progress_bar_set_fraction (self->bar, CLAMP (fraction, 0, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  words, -1);
}

/* Shows what is left now, and sets the time at which to look again. */
static gboolean
update (gpointer user_data)
{
  KeyfobCountdown *self = user_data;
  gint64 left;

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->expires == 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;

  left = MAX (self->expires - keyfob_clock_now (self->clock), 0);
  show_left (self, left);
  if (left > 0)
    {
      gint64 step = left > LAST_STEPS ? MIN (STEP, left - LAST_STEPS) : 1;

      self->timer = keyfob_clock_timer (self->clock, step * G_USEC_PER_SEC);
      g_source_set_callback (self->timer, update, self, NULL);
      g_source_attach (self->timer, NULL);
    }
  set_over (self, left == 0);

  return G_SOURCE_REMOVE;
}

static void
keyfob_countdown_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_countdown_parent_class)->map (widget);

  update (KEYFOB_COUNTDOWN (widget));
}

static void
keyfob_countdown_unmap (GtkWidget *widget)
{
  g_clear_pointer (&KEYFOB_COUNTDOWN (widget)->timer, keyfob_source_free);

  GTK_WIDGET_CLASS (keyfob_countdown_parent_class)->unmap (widget);
}

static void
keyfob_countdown_dispose (GObject *object)
{
  KeyfobCountdown *self = KEYFOB_COUNTDOWN (object);
  GtkWidget *child;

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->clock);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (keyfob_countdown_parent_class)->dispose (object);
}

static void
keyfob_countdown_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_OVER:
      g_value_set_boolean (value, keyfob_countdown_get_over (KEYFOB_COUNTDOWN (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_countdown_class_init (KeyfobCountdownClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_countdown_dispose;
  object_class->get_property = keyfob_countdown_get_property;
  widget_class->map = keyfob_countdown_map;
  widget_class->unmap = keyfob_countdown_unmap;

  properties[PROP_OVER] =
      g_param_spec_boolean ("over", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-countdown.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobCountdown, bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobCountdown, label);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
keyfob_countdown_init (KeyfobCountdown *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
keyfob_countdown_set_clock (KeyfobCountdown *self, KeyfobClock *clock)
{
  g_return_if_fail (KEYFOB_IS_COUNTDOWN (self));

  g_set_object (&self->clock, clock);
}

void
keyfob_countdown_set_expires (KeyfobCountdown *self, gint64 expires)
{
  g_return_if_fail (KEYFOB_IS_COUNTDOWN (self));
  g_return_if_fail (self->clock != NULL);

  if (self->expires == expires)
    return;

  self->expires = expires;
  self->total = expires - keyfob_clock_now (self->clock);
  set_over (self, FALSE);
  update (self);
}

gboolean
keyfob_countdown_get_over (KeyfobCountdown *self)
{
  g_return_val_if_fail (KEYFOB_IS_COUNTDOWN (self), FALSE);

  /* also in the moment before it looks again */
  return self->over || (self->expires > 0 && keyfob_clock_now (self->clock) >= self->expires);
}
