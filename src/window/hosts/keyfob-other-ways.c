/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-other-ways.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"
#include "keyfob-wrap-box.h"

/* A browser that has to be started first needs some seconds. */
#define BROWSER_TIME (8 * G_TIME_SPAN_SECOND)

struct _KeyfobOtherWays
{
  AdwBin parent_instance;

  KeyfobHostItem *item; /* (nullable) */
  guint timer;

  GtkLabel *question;
  GtkWidget *buttons;
  GtkWidget *open_page;
  GtkWidget *copy_link;
  GtkWidget *use_device;
};

G_DEFINE_FINAL_TYPE (KeyfobOtherWays, keyfob_other_ways, ADW_TYPE_BIN)

static void update (KeyfobOtherWays *self);

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* A row that has the focus is described by the question. */
static void
announce_question (KeyfobOtherWays *self)
{
  const char *question = keyfob_other_ways_get_question (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  g_autofree char *text = NULL;

  if (question == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || (focus != NULL && gtk_widget_is_ancestor (GTK_WIDGET (self), focus)))
    return;

  /* Translators: name of a server, and what came of the sign-in there */
  text = g_strdup_printf (
      _ ("%s: %s"), keyfob_bus_host1_get_name (keyfob_host_item_get_host (self->item)), question);
  keyfob_ui_announce (GTK_WIDGET (self), text);
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobOtherWays *self = KEYFOB_OTHER_WAYS (user_data);

  self->timer = 0;
  update (self);
  announce_question (self);

  return G_SOURCE_REMOVE;
}

static void
show (KeyfobOtherWays *self, gboolean visible, gboolean has_page, gboolean asks)
{
  gtk_widget_set_visible (GTK_WIDGET (self->question), asks);
  gtk_widget_set_visible (self->open_page, has_page);
  gtk_widget_set_visible (self->copy_link, has_page);
  gtk_widget_set_visible (GTK_WIDGET (self), visible);
}

static void
name_buttons (KeyfobOtherWays *self, const char *name)
{
  keyfob_ui_set_accessible_label (self->open_page, _ ("Open again for %s"), name);
  keyfob_ui_set_accessible_label (self->copy_link, _ ("Copy link for %s"), name);
  keyfob_ui_set_accessible_label (self->use_device, _ ("Use another device for %s"), name);
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
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, buttons);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, open_page);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, copy_link);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOtherWays, use_device);
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
  if (item != NULL)
    name_buttons (self, keyfob_bus_host1_get_name (keyfob_host_item_get_host (item)));
  update (self);
}

const char *
keyfob_other_ways_get_question (KeyfobOtherWays *self)
{
  g_return_val_if_fail (KEYFOB_IS_OTHER_WAYS (self), NULL);

  if (!gtk_widget_get_visible (GTK_WIDGET (self))
      || !gtk_widget_get_visible (GTK_WIDGET (self->question)))
    return NULL;

  return gtk_label_get_label (self->question);
}

void
keyfob_other_ways_set_sensitive (KeyfobOtherWays *self, gboolean sensitive)
{
  g_return_if_fail (KEYFOB_IS_OTHER_WAYS (self));

  gtk_widget_set_sensitive (self->buttons, sensitive);
}
