/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-other-ways.h"

#include "keyfob-wrap-box.h"

/* A browser that has to be started first needs some seconds. */
#define BROWSER_TIME (8 * G_TIME_SPAN_SECOND)

struct _KeyfobOtherWays
{
  AdwBin parent_instance;

  KeyfobHostItem *item; /* (nullable) */
  guint timer;

  GtkWidget *question;
  GtkWidget *open_page;
  GtkWidget *copy_link;
};

G_DEFINE_FINAL_TYPE (KeyfobOtherWays, keyfob_other_ways, ADW_TYPE_BIN)

static void update (KeyfobOtherWays *self);

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobOtherWays *self = KEYFOB_OTHER_WAYS (user_data);

  self->timer = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

static void
show (KeyfobOtherWays *self, gboolean visible, gboolean has_page, gboolean asks)
{
  gtk_widget_set_visible (self->question, asks);
  gtk_widget_set_visible (self->open_page, has_page);
  gtk_widget_set_visible (self->copy_link, has_page);
  gtk_widget_set_visible (GTK_WIDGET (self), visible);
}

/* An error during a sign-in says that the page did not open, or that it did not work. A code for
 * another device, as of a sign-in that another program began, is on a page of its own. */
static void
update (KeyfobOtherWays *self)
{
  KeyfobBusHost1 *host = self->item != NULL ? keyfob_host_item_get_host (self->item) : NULL;
  gboolean waits = host != NULL && has_text (keyfob_bus_host1_get_login_uri (host))
                   && !has_text (keyfob_bus_host1_get_question (host));
  gboolean failed = waits && has_text (keyfob_bus_host1_get_error (host));
  gint64 left;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!waits || (!failed && keyfob_bus_host1_get_page_visited (host)))
    {
      show (self, host != NULL && has_text (keyfob_bus_host1_get_user_code (host)), FALSE, FALSE);
      return;
    }

  left = keyfob_host_item_get_page_since (self->item) + BROWSER_TIME - g_get_monotonic_time ();
  show (self, failed || left <= 0, TRUE, !failed);
  if (!failed && left > 0)
    self->timer = g_timeout_add (left / G_TIME_SPAN_MILLISECOND + 1, on_timer, self);
}

static void
keyfob_other_ways_dispose (GObject *object)
{
  KeyfobOtherWays *self = KEYFOB_OTHER_WAYS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (keyfob_other_ways_parent_class)->dispose (object);
}

static void
keyfob_other_ways_class_init (KeyfobOtherWaysClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_other_ways_dispose;

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-other-ways.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, question);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, open_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, copy_link);
}

static void
keyfob_other_ways_init (KeyfobOtherWays *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_other_ways_new (void)
{
  return g_object_new (KEYFOB_TYPE_OTHER_WAYS, NULL);
}

void
keyfob_other_ways_update (KeyfobOtherWays *self, KeyfobHostItem *item)
{
  g_return_if_fail (KEYFOB_IS_OTHER_WAYS (self));

  g_set_object (&self->item, item);
  update (self);
}
